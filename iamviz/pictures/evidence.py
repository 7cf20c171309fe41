"""Decisions as pictures: the gate row, the two-key lock, the statement that decided, all from one explanation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace

from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.explain import Explanation, Gate, GateRow, Status
from iamviz.engine.request import CallerKind, Request
from iamviz.engine.trace import ConditionTrace, ElementTrace, StatementTrace
from iamviz.engine.wording import reason_clause
from iamviz.pictures import gates as gate_art
from iamviz.pictures.conditions import ConditionMark, ConditionRow, conditions, conditions_text
from iamviz.pictures.errors import PictureError
from iamviz.pictures.lock import Key, LockSide, SayRow, lock, lock_mini, lock_small, lock_text, locks
from iamviz.pictures.marks import Hue, Mark, clean, esc, word
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import ABSENT, Highlight, MatchRow, match_table, match_text, quote
from iamviz.policy.json_source import Span
from iamviz.policy.model import Effect, Policy, PolicyKind
from iamviz.world.world import World

OUTCOME_MARK: Mapping[Outcome, Mark] = {
    Outcome.ALLOWED: "allow",
    Outcome.EXPLICIT_DENY: "deny",
    Outcome.IMPLICIT_DENY: "none",
}
_HUES: Mapping[CallerKind, Hue] = {CallerKind.ROLE_SESSION: "session"}
MOST_LINES = 14


# ── the statement that decided ──


def statement_quote(trace: StatementTrace, highlights: bool = True) -> str:
    """A statement with its true line numbers; what decided is highlighted, or what kept it silent."""
    marked = highlights_of(trace) if highlights else {}
    return policy_quote(trace.policy, trace.statement.span, marked)


def policy_quote(policy: Policy, span: Span, highlights: Mapping[int, Highlight]) -> str:
    """The lines inside of a statement, its braces left out where they stand alone."""
    lines = policy.lines
    first, last = span.line, span.end_line
    if last - first >= 2 and lines[first - 1].strip() == "{" and lines[last - 1].strip().rstrip(",") == "}":
        first, last = first + 1, last - 1
    if last - first >= MOST_LINES:
        keep = [number for number in highlights if first <= number <= last] or [first]
        first = max(first, min(keep) - 2)
        last = min(last, first + MOST_LINES - 1)
    shown = lines[first - 1 : last]
    indent = min((len(line) - len(line.lstrip()) for line in shown if line.strip()), default=0)
    return quote(f"<b>{esc(policy.label)}</b>", [line[indent:] for line in shown], dict(highlights), first)


def highlights_of(trace: StatementTrace) -> dict[int, Highlight]:
    """The lines of a statement that decided, or that kept it silent, with what they did."""
    if not trace.applies:
        return _lines((part.span if isinstance(part, ElementTrace) else part.row.span for part in trace.misses), "miss")
    if trace.statement.effect is Effect.DENY:
        spans = [trace.statement.spans[name] for name in ("Effect", "Condition") if name in trace.statement.spans]
        return _lines(spans, "deny")
    telling = "Principal" if trace.kind in (PolicyKind.TRUST, PolicyKind.RESOURCE) else "Action"
    return _lines((part.span for part in trace.elements if part.name == telling), "allow")


def _lines(spans: Iterable[Span | None], mark: Highlight) -> dict[int, Highlight]:
    return {line: mark for span in spans if span for line in range(span.line, span.end_line + 1)}


def condition_rows(traces: Iterable[ConditionTrace]) -> str:
    """Condition rows as a table: what the policy wants, what the request has, so."""
    rows = [condition_row(trace) for trace in traces]
    return conditions("", rows) if rows else ""


def conditions_picture(decision: Decision) -> Picture:
    """The conditions of the statement that decided, or that came nearest, as a picture of its own.

    PictureError when no statement of the decision has a condition.
    """
    explanation = decision.explain()
    trace = next((t for t in (*explanation.deciding, *explanation.near_misses) if t.conditions), None)
    if trace is None:
        raise PictureError("no statement that decided, or came near, has a condition")
    title = f"{trace.policy.label}, {trace.statement.label}"
    rows = [condition_row(row) for row in trace.conditions]
    return Picture(conditions(title, rows), conditions_text(title, rows), frozenset({"conditions"}))


def condition_row(trace: ConditionTrace) -> ConditionRow:
    """One condition row as the picture takes it."""
    negated = trace.row.parsed[0].negated
    wanted = " or ".join(trace.row.values)
    got = None if trace.got is None else ", ".join(trace.got)
    mark: ConditionMark = "allow" if trace.matched else "absent" if trace.got is None else "none"
    why = trace.note or _because(trace)
    return ConditionRow(trace.row.key, trace.row.name, f"not {wanted}" if negated else wanted, got, mark, why)


def _because(trace: ConditionTrace) -> str:
    """What a reader may overlook in two values that stand side by side."""
    operator, wanted, got = trace.row.parsed[0], trace.row.values, trace.got or ()
    if len(wanted) != 1 or len(got) != 1:
        return ""
    if operator.name in ("IpAddress", "NotIpAddress"):
        inside = trace.matched is not operator.negated
        return ("inside" if inside else "outside") + " the range" if "/" in wanted[0] else ""
    one, other = wanted[0], got[0]
    if trace.matched or one == other:
        return ""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) == len(other) and len(places) == 2 and places[1] == places[0] + 1 and sorted(one) == sorted(other):
        return "two characters are swapped"
    return ""


def decided_by(decision: Decision) -> str:
    """The statement that settled a decision, for a tooltip: ``ReadStaging, ReadOneBucket, line 5``; "" without one.

    Where nothing says yes it is the nearest miss, with what differs.
    """
    explanation = decision.explain()
    for trace in explanation.deciding[:1]:
        return _where(trace)
    for trace in explanation.near_misses[:1]:
        missed = [miss.name if isinstance(miss, ElementTrace) else miss.row.key for miss in trace.misses]
        return f"nearest: {_where(trace)}: {' and '.join(missed)} {'differs' if len(missed) == 1 else 'differ'}"
    return ""


def _where(trace: StatementTrace) -> str:
    return f"{trace.policy.label}, {trace.statement.label}, line {trace.statement.span.line}"


def reason_words(decision: Decision) -> str:
    """The engine's own reason as sentences; of a silence, what came nearest and what it missed."""
    explanation = decision.explain()
    sentence = explanation.sentence
    if decision.outcome is Outcome.IMPLICIT_DENY and explanation.near_misses:
        misses = explanation.near_misses[0].misses
        sentence = f"{sentence}. {misses[0].sentence}" if misses else sentence
    return sentence[:1].upper() + sentence[1:] + "."


def telling_clause(decision: Decision) -> str:
    """The part of AWS's message that names the kind of policy; "" where none is named."""
    if decision.reason.policy is None:
        return ""
    action = decision.request.action
    return reason_clause(action, decision.outcome, decision.reason.policy).removesuffix(f" the {action} action")


# ── the gate row ──


def request_html(decision: Decision, world: World | None = None) -> str:
    """Who asks for what, as the sentence above a gate row."""
    request = decision.request
    name, hue = caller_name(request, world), _HUES.get(CallerKind(request.caller.kind), "user")
    resource = request.resource.rpartition(":")[2] if request.resource.startswith("arn:") else request.resource
    return f"{word(name, hue)} asks for <b>{esc(request.action)}</b> on {word(resource, 'res')}"


def caller_name(request: Request, world: World | None = None) -> str:
    """What to call the one who asks: a label of the world, else the last part of the name.

    Of somebody who signed in elsewhere it is the subject of the token, else the name that the session would have.
    """
    caller = request.caller
    if caller.arn and world is not None and caller.arn in world.users:
        return world.name_of(caller.arn)
    if caller.kind is CallerKind.ROOT:
        return "root"
    if caller.kind is CallerKind.FEDERATED:
        subjects = [values for key, values in sorted(request.values.items()) if key.endswith(":sub")]
        told = [value for values in (*subjects, request.values.get("sts:rolesessionname", ())) for value in values]
        return told[0] if told else caller.federated.partition("/")[2] or caller.federated or "somebody"
    return caller.arn.rpartition("/")[2] or caller.service or str(caller.kind)


def gates_html(decision: Decision, world: World | None = None) -> str:
    """The gate row of a decision, two rows across accounts."""
    explanation = decision.explain()
    mark = OUTCOME_MARK[decision.outcome]
    asked = request_html(decision, world)
    if not explanation.rows:
        return f'<p class="c-none">{esc(explanation.sentence)}</p>'
    if len(explanation.rows) == 1:
        return gate_art.gate_row(asked, _views(explanation.rows[0]), mark, _summary(explanation))
    return gate_art.gate_rows(asked, [_row_view(row, world) for row in explanation.rows])


def gates_picture(decision: Decision, world: World | None = None) -> Picture:
    """The gate row of a decision as a picture of its own."""
    text = str(decision.explain())
    return Picture(gates_html(decision, world), text, frozenset({"gates"}))


def _views(row: GateRow) -> list[gate_art.GateView]:
    return [gate_art.GateView(g.title, g.status.value, _detail(g), g.closed) for g in row.gates]


def _detail(gate: Gate) -> str:
    if gate.kind is None and gate.status is Status.PASSES:
        count = len(gate.policies)
        return f"{count} polic{'y' if count == 1 else 'ies'}, none" if count else "no policy here"
    if gate.status in (Status.NOT_ATTACHED, Status.NOT_REACHED, Status.NOT_NEEDED, Status.NO_SAY):
        return ""
    return gate.policies[0] if len(gate.policies) == 1 else f"{len(gate.policies)} policies"


def _summary(explanation: Explanation) -> str:
    if explanation.outcome is Outcome.EXPLICIT_DENY:
        return "a statement says no"
    if explanation.outcome is Outcome.IMPLICIT_DENY:
        return "nothing says yes"
    deciding = explanation.deciding
    return f"{deciding[0].policy.label} says\N{NO-BREAK SPACE}yes" if deciding else "no permission is needed"


def _row_view(row: GateRow, world: World | None) -> gate_art.GateRow:
    name = world.account(row.account).name if world else ""
    owner = "the caller's account" if row.side == "caller" else "the resource's account"
    title = f"{owner}: {name} {row.account}" if name else f"{owner}: {row.account}"
    summary = "this side says yes" if row.passed else "this side says nothing"
    return gate_art.GateRow(title, tuple(_views(row)), "allow" if row.passed else "none", summary)


# ── the two-key lock ──


def lock_html(decision: Decision, world: World | None = None, small: bool = False) -> str:
    """The two keys of an AssumeRole decision: the caller's account and the role's."""
    left, right = lock_sides(decision, world)
    mark = OUTCOME_MARK[decision.outcome]
    return lock_small(_spoken(left), _spoken(right), mark) if small else lock(left, right, mark)


def _spoken(side: LockSide) -> LockSide:
    """A side without what is not attached: in the small picture only what was said counts."""
    return replace(side, rows=tuple(row for row in side.rows if row.mark != "absent"))


def lock_picture(decision: Decision, world: World | None = None) -> Picture:
    """The two-key lock of a decision as a picture of its own."""
    left, right = lock_sides(decision, world)
    mark = OUTCOME_MARK[decision.outcome]
    return Picture(lock(left, right, mark), lock_text(left, right, mark), frozenset({"lock"}))


def locks_picture(cases: Mapping[str, Decision], world: World | None = None) -> Picture:
    """Several decisions on assuming a role side by side, each called by its name: which key turns, which is missing.

    PictureError when there is none.
    """
    if not cases:
        raise PictureError('give at least one case: {"trust names the user": decision}')
    minis, text = [], []
    for title, decision in cases.items():
        left, right = lock_sides(decision, world)
        mark = OUTCOME_MARK[decision.outcome]
        minis.append(lock_mini(title, left.key, right.key, mark, reason_words(decision)))
        text.append(f"{clean(title)}\n{textwrap.indent(lock_text(left, right, mark), '  ')}")
    return Picture(locks(minis), "\n".join(text), frozenset({"lock", "locks"}))


def lock_sides(decision: Decision, world: World | None = None) -> tuple[LockSide, LockSide]:
    """Both sides of a decision, from its gates: each lists its policies in order of evaluation, absent ones too."""
    request = decision.request
    gates = {gate.kind: gate for row in decision.explain().rows for gate in row.gates if gate.kind is not None}
    resource_kind = PolicyKind.TRUST if request.is_trust else PolicyKind.RESOURCE
    left_kinds = (PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.SCP)
    denying = {t.kind for t in decision.explain().deciding if t.statement.effect is Effect.DENY}
    sides = []
    for kinds, account, tag in (
        (left_kinds, request.caller.account, "the caller's account"),
        ((resource_kind, PolicyKind.RCP), request.resource_account, "the role's account"),
    ):
        shown = [gates[kind] for kind in kinds if kind in gates and not _pointless(gates[kind], decision)]
        rows = tuple(_say(gate, gate.kind in denying) for gate in shown)
        name = world.account(account).name if world else ""
        key = _key([gates[kind] for kind in kinds if kind in gates], bool(denying & set(kinds)), decision)
        sides.append(LockSide(f"{name} {account}".strip(), tag, rows, key))
    return sides[0], sides[1]


def _pointless(gate: Gate, decision: Decision) -> bool:
    """A session policy is only worth a line when the caller is a session."""
    is_session = decision.request.caller.kind is CallerKind.ROLE_SESSION
    return gate.kind is PolicyKind.SESSION and not is_session


def _key(gates: list[Gate], barred: bool, decision: Decision) -> Key:
    if barred:
        return "barred"
    if any(gate.closed for gate in gates):
        return "missing"
    identity = next((gate for gate in gates if gate.kind is PolicyKind.IDENTITY), None)
    if identity is not None and identity.status is Status.NOT_NEEDED:
        return "spare"
    if identity is not None and identity.status is Status.NOT_REACHED:
        return "unasked"
    statuses = {gate.status for gate in gates}
    if Status.NOT_REACHED in statuses <= {Status.NOT_REACHED, Status.NOT_ATTACHED, Status.NO_SAY}:
        return "unasked"  # the other side says no: whether this one would say yes was never looked at
    reached = any(gate.status in (Status.GRANTS, Status.PASSES) for gate in gates)
    return "in" if reached or decision.allowed else "missing"


def _say(gate: Gate, denies: bool) -> SayRow:
    if denies:
        return SayRow(gate.title, "deny", "a statement says no")
    if gate.status in (Status.NOT_ATTACHED, Status.NOT_REACHED, Status.NOT_NEEDED, Status.NO_SAY):
        said = "none attached" if gate.status is Status.NOT_ATTACHED else gate.status.value
        return SayRow(gate.title, "none" if gate.closed else "absent", said)
    return SayRow(gate.title, "none" if gate.closed else "allow", _named(gate))


def _named(gate: Gate) -> str:
    """The sentence of a gate, a policy's name at its head set as code; "trust policy of …" is no name."""
    name = next((name for name in gate.policies if gate.sentence.startswith(f"{name} ") and " " not in name), "")
    return f"`{name}`{gate.sentence.removeprefix(name)}" if name else gate.sentence


# ── statements and conditions ──


def statements_picture(decision: Decision) -> Picture:
    """Every statement that was looked at, with the element that failed; below it the lines of the one that settled it.

    Near misses stand first: what differs in one element only is what there is to fix.
    """
    explanation = decision.explain()
    traces = sorted(explanation.statements, key=lambda trace: (not trace.applies, trace.distance))
    rows = [_match_row(trace.naming(decision.request)) for trace in traces]
    columns = ("Effect", *_ELEMENTS)
    told = (explanation.deciding or explanation.near_misses)[:1]
    html = match_table(rows, columns) if rows else f'<p class="c-none">{esc(explanation.sentence)}</p>'
    html += "".join(statement_quote(trace) for trace in told)
    text = match_text(rows, columns) or explanation.sentence
    return Picture(html, text, frozenset({"match", "quote"}))


_ELEMENTS = ("Principal", "Action", "Resource", "Condition")


def _match_row(trace: StatementTrace) -> MatchRow:
    effect = trace.statement.effect.value
    cells: list[tuple[Mark, str]] = [("deny" if effect == "Deny" else "allow", effect)]
    for name in _ELEMENTS[:-1]:
        found = [element for element in trace.elements if element.name.removeprefix("Not") == name]
        cells.append(_element_cell(found[0]) if found else ABSENT)
    rows = trace.conditions
    if rows:
        missed = [row for row in rows if not row.matched]
        shown = missed or list(rows)
        cells.append(("none" if missed else "allow", ", ".join(row.row.key for row in shown)))
    else:
        cells.append(ABSENT)
    where = f"{trace.policy.label}, line {trace.statement.span.line}"
    return MatchRow(trace.statement.label, where, tuple(cells))


def _element_cell(element: ElementTrace) -> tuple[Mark, str]:
    """An element: the entry that matched, else what is listed instead."""
    listed = ", ".join(element.listed[:3]) + (" …" if len(element.listed) > 3 else "")
    prefix = "all but " if element.name.startswith("Not") else ""
    return ("allow" if element.matched else "none"), prefix + (element.entry or listed or "nothing")
