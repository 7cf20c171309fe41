"""One decision as a whole frame: who asks for what, the map, the evidence, the gates, and what AWS answers."""

from __future__ import annotations

from iamviz.engine.decision import Decision
from iamviz.engine.explain_text import verdict_words
from iamviz.engine.wording import client_view
from iamviz.pictures.evidence import (
    OUTCOME_MARK,
    caller_name,
    condition_rows,
    gates_html,
    lock_html,
    request_html,
    statement_quote,
    telling_clause,
)
from iamviz.pictures.frame import clock_line
from iamviz.pictures.map_builder import clock
from iamviz.pictures.map_paint import paint
from iamviz.pictures.map_rows import variants
from iamviz.pictures.marks import hue_of
from iamviz.pictures.quote import answer
from iamviz.pictures.request_map import request_map
from iamviz.world.world import World


def asked_words(decision: Decision, world: World | None = None) -> str:
    """Who asks for what, in words."""
    request = decision.request
    return f"{caller_name(request, world)} asks for {request.action} on {request.resource}"


def map_html(decision: Decision, world: World | None = None, *, spoiler: bool = False) -> str:
    """The map of the request, wide and tall; with ``spoiler``, its verdict waits for a bet."""
    drawn = request_map(decision, world)
    label = asked_words(decision, world) + ("" if spoiler else f": {verdict_words(decision.outcome)}")
    maps = [
        paint(each, step=1, label=label, spoiler=spoiler, css_class=css_class)
        for each, css_class in variants(drawn, frame=True)
    ]
    return f"<div>{''.join(maps)}</div>"


def evidence_html(decision: Decision, world: World | None = None) -> str:
    """The key lock of a trust decision, else the statements that decided or came nearest; the gates; conditions."""
    explanation = decision.explain()
    if decision.request.is_trust:
        shown = lock_html(decision, world, small=True)
    else:
        traces = explanation.deciding or explanation.near_misses[:1]
        shown = "".join(statement_quote(trace) for trace in traces)
    shown += gates_html(decision, world)
    return shown + (condition_rows(explanation.deciding[0].conditions) if explanation.deciding else "")


def aws_answer(decision: Decision) -> str:
    """AWS's sentence, verbatim, the telling clause underlined; "" when the request is allowed."""
    if decision.message is None:
        return ""
    text = client_view(decision.request.action, "AccessDenied", decision.message)
    return answer(text, OUTCOME_MARK[decision.outcome], "", telling_clause(decision))


def request_frame(decision: Decision, world: World) -> str:
    """The whole frame."""
    words, mark = verdict_words(decision.outcome), OUTCOME_MARK[decision.outcome]
    told = f'<b class="c-{hue_of(mark)} iv-verdict" data-outcome="{decision.outcome.value}">{words}</b>'
    return (
        f'<article class="iv-frame"><header class="hd">{clock_line(clock(world.now))}'
        f'<p class="iv-caption">{request_html(decision, world)}: {told}</p></header>{map_html(decision, world)}'
        f"{evidence_html(decision, world)}{aws_answer(decision)}</article>"
    )
