"""Predict: a card that asks "allowed or denied, and because of which policy?" before it shows the answer.

Radios hold the bets; the style rules keep map, gates, statement and AWS's answer back until both are made. No script
takes part. ``data-iv-bet`` on a radio says ``right`` or ``wrong``: what a tally may count where scripts run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from iamviz.calls.services import action_of, resource_arn
from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.explain import TITLES, Gate, Status
from iamviz.pictures.css import components_in
from iamviz.pictures.errors import PictureError
from iamviz.pictures.evidence import reason_words, request_html
from iamviz.pictures.frame import Choice, bet_fields, checked_id, clock_line, veiled
from iamviz.pictures.map_builder import clock
from iamviz.pictures.marks import clean, esc, hue_of
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import quote
from iamviz.pictures.request_frame import asked_words, aws_answer, evidence_html, map_html
from iamviz.pictures.story_map import outcome_mark
from iamviz.pictures.story_parts import answer_html, caption_html, reason_of
from iamviz.policy.model import Effect, Policy, PolicyKind
from iamviz.story.captions import outcome_words
from iamviz.story.story import Bet, Step
from iamviz.world.world import World

QUESTION: Final = "Your bet: allowed or denied?"
REASON: Final = "Because of which policy?"
NO_POLICY: Final = "No policy: something else settles it"
MOST_OPEN: Final = 24
"""Lines of all policies together up to which they stand unfolded above the question."""

_ALWAYS: Final = (PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.TRUST)


def predict_picture(
    name: str,
    asked: Step | Decision,
    question: str | None = None,
    *,
    because: str = "",
    world: World | None = None,
    policies: bool = True,
) -> Picture:
    """The card. ``name`` starts the names of its radios and is unique on the page.

    ``asked`` is a step that asks AWS for something, or a decision (``world`` then gives names and the clock time).
    ``because`` is the author's reason, shown after the bets; empty: iamviz words it. With ``policies=False`` only the
    verdict is asked for. PictureError for a step that asks nothing.
    """
    checked_id(name)
    made = _Card(asked, question, because, world)
    bets = _bet(f"{name}-verdict", made.question, made.verdicts, "You called it.", "Not this time.", made.because)
    if policies:
        right = " and ".join(choice.text for choice in made.reasons if choice.right)
        bets += _bet(f"{name}-policy", REASON, made.reasons, "The right place, too.", "Look elsewhere:", right)
    html = (
        f'<article class="iv-frame has-bet iv-predict" aria-label="{esc(made.question)}">{made.head()}'
        f"{made.map_html()}{made.before()}{bets}{made.after()}</article>"
    )
    return Picture(html, made.text(policies), components_in(html))


def answer_words(asked: Step | Decision) -> str:
    """The verdict and its reason in one line."""
    made = _Card(asked, None, "", None)
    return f"{made.words}. {made.because}".strip()


def _bet(name: str, question: str, choices: Sequence[Choice], hit: str, miss: str, reason: str) -> str:
    numbered = {str(number): choice for number, choice in enumerate(choices, 1)}
    return bet_fields(name, question, numbered, hit, miss, reason)


class _Card:
    """What a card says, part by part. Where policies did not settle a step (expiry, limits), there is no decision."""

    def __init__(self, asked: Step | Decision, question: str | None, because: str, world: World | None) -> None:
        if isinstance(asked, Step):
            if asked.call is None or asked.result is None or asked.outcome == "none":
                raise PictureError(
                    f"step {asked.number} ({asked.title}) asks AWS for no permission; "
                    "predict needs a step whose outcome is a verdict"
                )
            self.step: Step | None = asked
            self.world: World | None = asked.after
            self.outcome = asked.outcome
            settled = asked.decision is not None and asked.decision.outcome.value == asked.outcome
            self.decision = asked.decision if settled else None
        elif isinstance(asked, Decision):
            self.step, self.world, self.decision, self.outcome = None, world, asked, asked.outcome.value
        else:
            raise PictureError(f"predict takes a step of a story or a decision, not {type(asked).__name__}")
        self.mark = outcome_mark(self.outcome)
        bet = self.step.bet if self.step else None
        self.question = question or (bet.question if bet else QUESTION)
        told = bet.because if bet else self.step.why if self.step else ""
        self.because = because or told or self._reason()
        self.words = outcome_words(self.outcome)
        self.reasons = tuple(self._reasons())

    @property
    def verdicts(self) -> tuple[Choice, ...]:
        """Allowed or denied; the kind of no is part of the second question."""
        allowed = self.outcome == "allowed"
        return Choice("Allowed", allowed, "allow"), Choice("Denied", not allowed, "none")

    # ── the choices ──

    def _reasons(self) -> Iterator[Choice]:
        """Each kind of policy that is attached or decides, with the names of its policies."""
        decision = self.decision
        if decision is None:
            for policy in self._policies_of_caller():
                yield Choice(_titled(TITLES[PolicyKind.IDENTITY], policy.label), False)
        else:
            right = right_kinds(decision)
            for gate in gates_of(decision):
                if gate.policies or gate.kind in right or gate.kind in _ALWAYS:
                    yield Choice(_gate_words(gate), gate.kind in right)
        nothing = decision is None or not right_kinds(decision)
        yield Choice(NO_POLICY, nothing)

    def _policies_of_caller(self) -> tuple[Policy, ...]:
        step = self.step
        session = step.session if step else None
        if step is None or session is None:
            return ()
        owner = step.after.roles.get(session.principal) or step.after.users.get(session.principal)
        return step.after.policies_of(owner) if owner else ()

    # ── words ──

    def _reason(self) -> str:
        """The engine's own reason."""
        return reason_of(self.step) if self.step else reason_words(self.decision) if self.decision else ""

    def text(self, policies: bool) -> str:
        """The question and what there is to choose from; the answer is not told."""
        lines = [self.asked_words(), f"  {clean(self.question)}"]
        lines += [f"    - {choice.text}" for choice in self.verdicts]
        if policies:
            lines += [f"  {REASON}", *(f"    - {clean(choice.text)}" for choice in self.reasons)]
        return "\n".join(lines)

    def asked_words(self) -> str:
        """Who asks for what."""
        return (f"{clock(self.world.now)}  " if self.world else "") + self._asked()

    def _asked(self) -> str:
        if self.decision is not None:
            return clean(asked_words(self.decision, self.world))
        step = self.step
        assert step is not None
        assert step.call is not None
        who = f"session {step.session.name}" if step.session else step.call.actor
        arn = resource_arn(step.before, step.call)
        return clean(f"{who} asks for {action_of(step.call)}" + (f" on {arn}" if arn != "*" else ""))

    # ── parts ──

    def _veiled_step(self) -> Step | None:
        return replace(self.step, bet=Bet(self.question), why="") if self.step else None

    def head(self) -> str:
        """Clock and sentence, the verdict behind a veil."""
        step = self._veiled_step()
        if step is not None and _ends_with_verdict(step):
            sentence = caption_html(step)
        else:
            asked = esc(self._asked()) if self.decision is None else request_html(self.decision, self.world)
            hue = hue_of(self.mark)
            told = f'<b class="c-{hue} iv-verdict" data-outcome="{esc(self.outcome)}">{esc(self.words)}</b>'
            sentence = asked + veiled(f": {told}")
        time = clock_line(clock(self.world.now)) if self.world is not None else ""
        return f'<header class="hd">{time}<p class="iv-caption">{sentence}</p></header>'

    def map_html(self) -> str:
        """The map of the request, its verdict behind a veil; "" where no request reached the policies."""
        return "" if self.decision is None else map_html(self.decision, self.world, spoiler=True)

    def before(self) -> str:
        """The policies that have a say, to be read before the bet."""
        if self.decision is None:
            policies = [(TITLES[PolicyKind.IDENTITY], policy) for policy in self._policies_of_caller()]
        else:
            groups = self.decision.applicable.attached.groups
            # An organization attaches FullAWSAccess at every level; it is to be read once.
            once = {(kind, policy.label, policy.source): policy for kind, found in groups for policy in found}
            policies = [(TITLES[kind], policy) for (kind, _, _), policy in once.items()]
        unfolded = sum(len(policy.lines) for _, policy in policies) <= MOST_OPEN
        quotes = "".join(
            f"<details{' open' if unfolded else ''}><summary>{esc(_titled(title, policy.label))}</summary>"
            f"{quote(esc(policy.label), policy.lines, label=_titled(title, policy.label))}</details>"
            for title, policy in policies
        )
        return f'<div class="pols iv-before">{quotes or "<p>No policy is attached to either side.</p>"}</div>'

    def after(self) -> str:
        """The evidence: the key lock or the deciding statement, the gates, AWS's answer."""
        decision = self.decision
        shown = evidence_html(decision, self.world) if decision is not None else ""
        if self.step is not None:
            shown += answer_html(replace(self.step, bet=None))
        elif decision is not None:
            shown += aws_answer(decision)
        return f'<div class="ev iv-after">{shown}</div>'


def gates_of(decision: Decision) -> tuple[Gate, ...]:
    """The gates of policies, each once; none where something else than policies settles a request."""
    rows = decision.explain().rows
    return tuple(gate for row in rows for gate in row.gates if gate.kind is not None)


def right_kinds(decision: Decision) -> frozenset[PolicyKind]:
    """The kinds of policies that made the outcome: they say no, are silent where a yes is needed, or grant."""
    explanation = decision.explain()
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return frozenset(trace.kind for trace in explanation.deciding if trace.statement.effect is Effect.DENY)
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return frozenset(gate.kind for gate in explanation.closed if gate.kind is not None)
    return frozenset(gate.kind for gate in gates_of(decision) if gate.kind and gate.status is Status.GRANTS)


def _gate_words(gate: Gate) -> str:
    names = list(dict.fromkeys(gate.policies)) or ["none attached"]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return _titled(gate.title, ", ".join(names[:2]) + more)


def _titled(title: str, names: str) -> str:
    """``Identity policy: ReadStagingAssets``; a name that says the kind itself needs no title."""
    return names[:1].upper() + names[1:] if names.startswith(title.lower()) else f"{title}: {names}"


def _ends_with_verdict(step: Step) -> bool:
    """Whether a caption can be shown before the bet: its verdict is the last that it says."""
    parts = step.caption_parts
    place = next((index for index, part in enumerate(parts) if part.verdict), len(parts))
    return place < len(parts) and not any(c.isalnum() for part in parts[place + 1 :] for c in part.text)
