"""The policy bench as pictures: the text with its findings, the requests before and now, the gates of one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from iamviz.engine.decision import Decision
from iamviz.engine.explain_text import verdict_words
from iamviz.pictures.css import components_in
from iamviz.pictures.evidence import OUTCOME_MARK, caller_name, gates_html
from iamviz.pictures.marks import clean, esc, hue_of, inline, mark
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import quote
from iamviz.pictures.request_frame import asked_words
from iamviz.pictures.request_map import short_resource
from iamviz.pictures.workbench import Asked, Workbench
from iamviz.policy.findings import Finding

MOST_FINDINGS: Final = 12
_WIDE: Final = 50
_HUMP: Final = re.compile("(?<=[a-z])(?=[A-Z])")
"""Where the long name of an action may be broken."""
_HOW: Final = "In a notebook this policy can be edited: run the notebook, and findings and answers follow as you type."


def bench_picture(bench: Workbench, selected: int = 0) -> Picture:
    """The bench in its last state, for a page without a kernel; it says how to get to the live one."""
    lines = bench.text.split("\n")
    shown = quote(f"<b>{esc(bench.original.label)}</b>", lines, label=f"text of {bench.original.label}")
    columns = f"<div>{shown}{findings_html(bench)}</div><div>{requests_html(bench, selected)}</div>"
    html = (
        f'<div class="iv-bench" role="group" aria-label="Policy bench"><div class="cols">{columns}</div>'
        f'{chosen_html(bench, selected)}<p class="t2">{_HOW}</p></div>'
    )
    return Picture(html, text(bench), components_in(html))


def text(bench: Workbench) -> str:
    """The findings, and each request before and now."""
    lines = [
        clean(bench.original.label),
        *(f"  {clean(finding.severity)}: {clean(finding)}" for finding in bench.findings),
    ]
    for number, asked in enumerate(bench.asked, 1):
        was, now = verdict_words(asked.before.outcome), verdict_words(asked.now.outcome)
        change = f"{was} -> {now}" if asked.flipped else now
        title = f"{asked.title}: " if asked.title else ""
        lines.append(clean(f"  {number}. {title}{asked_words(asked.now, asked.world)}: {change}"))
    return "\n".join(lines)


# ── findings ──


def findings_html(bench: Workbench) -> str:
    """What is wrong with the text, each with its line and a caret, like a compiler says it."""
    lines = bench.text.split("\n")
    shown = "".join(_finding(finding, lines) for finding in bench.findings[:MOST_FINDINGS])
    more = len(bench.findings) - MOST_FINDINGS
    if more > 0:
        shown += f'<li class="t2">and {more} more</li>'
    state = "" if bench.readable else " The answers are those of the last text that could be read."
    head = (
        "No findings." if not bench.findings else "Findings" + (f": {len(bench.findings)}." if bench.readable else ".")
    )
    return f'<p class="t2 fh" role="status"><b>{head}</b>{state}</p>' + (
        f'<ol class="fs">{shown}</ol>' if shown else ""
    )


def _finding(finding: Finding, lines: Sequence[str]) -> str:
    place, excerpt = "", ""
    if 0 < finding.line <= len(lines):
        place = f' <span class="t2">line {finding.line}, column {finding.column}</span>'
        excerpt = f"<pre>{_caret(lines[finding.line - 1], finding.column)}</pre>"
    hint = f' <span class="t2">{inline(finding.suggestion)}</span>' if finding.suggestion else ""
    return f"<li><b>{esc(finding.severity)}</b>{place}<p>{inline(finding.message)}{hint}</p>{excerpt}</li>"


def _caret(line: str, column: int) -> str:
    """The part of a line around a column, and a caret below it; a tab counts as one blank, as it does in columns."""
    shown = line.replace("\t", " ").rstrip()
    start = min(len(shown) - len(shown.lstrip()), max(0, column - 1))
    if column - start > _WIDE:
        start = column - 1 - _WIDE // 2
    cut = "…" if shown[:start].strip() else ""
    return f"{cut}{esc(shown[start : start + _WIDE])}\n{' ' * (len(cut) + max(0, column - 1 - start))}<b>^</b>"


# ── requests ──


def requests_html(bench: Workbench, selected: int = 0) -> str:
    """The requests as a table, before and now; what has flipped stands out."""
    rows = "".join(_row(number, asked, number - 1 == selected) for number, asked in enumerate(bench.asked, 1))
    head = "".join(f'<th class="t1" scope="col">{word}</th>' for word in ("no.", "request", "before", "now"))
    old = "" if bench.readable else " old"
    return (
        f'<table class="asks{old}"><caption class="sr">Requests, before and now</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def request_words(asked: Asked) -> str:
    """A request in a few words: the title of its step, else who asks for what."""
    return asked.title or _asked_for(asked)


def _asked_for(asked: Asked) -> str:
    request = asked.now.request
    return f"{caller_name(request, asked.world)}: {request.action} on {short_resource(request.resource)}"


def _row(number: int, asked: Asked, selected: bool) -> str:
    states = " ".join(name for name, on in (("new", asked.flipped), ("sel", selected)) if on)
    css_class = f' class="{states}"' if states else ""
    words = _HUMP.sub("<wbr>", esc(_asked_for(asked)).replace("/", "/<wbr>"))
    if asked.title:
        words = f'{esc(asked.title)}<p class="t1">{words}</p>'
    return (
        f'<tr{css_class}><td class="t1">{number}</td><th scope="row">{words}</th>'
        f"<td>{_verdict(asked.before)}</td>"
        f'<td data-outcome="{asked.now.outcome.value}">{_verdict(asked.now, strong=asked.flipped)}</td></tr>'
    )


def _verdict(decision: Decision, strong: bool = False) -> str:
    name = OUTCOME_MARK[decision.outcome]
    word = "allowed" if decision.allowed else "denied"
    return f'{mark(name, 16)} <span class="c-{hue_of(name)}{" b" if strong else ""}">{word}</span>'


def chosen_html(bench: Workbench, selected: int) -> str:
    """The gate row of the selected request, and the engine's sentence."""
    asked = bench.asked[min(selected, len(bench.asked) - 1)]
    sentence = asked.now.explain().sentence
    return (
        f'<div class="one">{gates_html(asked.now, asked.world)}<p>{esc(sentence[:1].upper() + sentence[1:])}.</p></div>'
    )
