"""An explanation as text that reads like a good error message, and as plain data."""

from typing import Any

from iamviz.engine.decision import Outcome
from iamviz.engine.explain import Explanation, Gate, Status
from iamviz.engine.trace import StatementTrace

__all__ = ["as_dict", "as_text", "verdict_words"]


def verdict_words(outcome: Outcome) -> str:
    """How iamviz words an outcome: allowed; denied: nothing says yes; denied: a statement says no."""
    return {
        Outcome.ALLOWED: "allowed",
        Outcome.IMPLICIT_DENY: "denied: nothing says yes",
        Outcome.EXPLICIT_DENY: "denied: a statement says no",
    }[outcome]


def as_text(explanation: Explanation) -> str:
    """The verdict, AWS's sentence, the gates, and the statements that decided or came nearest."""
    decision = explanation.decision
    request = decision.request
    who = request.caller.arn or request.caller.service or request.caller.kind
    lines = [f"{verdict_words(decision.outcome)}", f"  {who}", f"  {request.action} on {request.resource}"]
    if decision.message:
        lines += ["", f"  {decision.message}"]
    for row in explanation.rows:
        lines.append("")
        if row.side:
            lines.append(f"  the {row.side}'s account, {row.account}")
        lines += [_gate_line(gate) for gate in row.gates]
    if not explanation.rows:
        lines += ["", f"  {explanation.sentence}"]
    for title, traces in (("decided by", explanation.deciding), ("nearest miss", explanation.near_misses[:1])):
        for trace in traces:
            lines += ["", f"  {title}: {_place(trace)}", *_parts(trace)]
    if explanation.absent_keys:
        lines += ["", f"  asked for, but not in the request: {', '.join(explanation.absent_keys)}"]
    lines += ["", *(f"  {note}" for note in explanation.notes)] if explanation.notes else []
    return "\n".join(lines)


def _gate_line(gate: Gate) -> str:
    mark = {Status.SAYS_NO: "x", Status.NOT_REACHED: " "}.get(gate.status, "o" if gate.closed else "-")
    return f"  {mark} {gate.title:<16} {gate.status.value:<13} {gate.sentence}".rstrip()


def _place(trace: StatementTrace) -> str:
    span = trace.statement.span
    lines = f"line {span.line}" if span.line == span.end_line else f"lines {span.line} to {span.end_line}"
    return f"{trace.policy.label_as(trace.kind)}, {trace.statement.label} ({trace.statement.effect.value}), {lines}"


def _parts(trace: StatementTrace) -> list[str]:
    lines = []
    for element in trace.elements:
        where = f" (line {element.span.line})" if element.span else ""
        lines.append(f"    {'yes' if element.matched else 'no ':<4} {element.sentence}{where}")
    for row in trace.conditions:
        origin = f" (from {row.origin})" if row.origin else ""
        lines.append(f"    {'yes' if row.matched else 'no ':<4} {row.sentence}{origin} (line {row.row.span.line})")
    return lines


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Plain data, ready for JSON."""
    decision = explanation.decision
    return {
        "outcome": decision.outcome.value,
        "message": decision.message,
        "sentence": explanation.sentence,
        "rows": [
            {
                "side": row.side,
                "account": row.account,
                "gates": [
                    {
                        "title": gate.title,
                        "status": gate.status.value,
                        "closed": gate.closed,
                        "sentence": gate.sentence,
                        "policies": list(gate.policies),
                        "statements": [_statement_dict(trace.naming(decision.request)) for trace in gate.statements],
                    }
                    for gate in row.gates
                ],
            }
            for row in explanation.rows
        ],
        "absent_keys": list(explanation.absent_keys),
        "notes": list(explanation.notes),
    }


def _statement_dict(trace: StatementTrace) -> dict[str, Any]:
    span = trace.statement.span
    return {
        "policy": trace.policy.label_as(trace.kind),
        "statement": trace.statement.label,
        "effect": trace.statement.effect.value,
        "lines": [span.line, span.end_line],
        "applies": trace.applies,
        "elements": [
            {"name": e.name, "matched": e.matched, "entry": e.entry, "listed": list(e.listed), "got": e.got}
            for e in trace.elements
        ],
        "conditions": [
            {
                "operator": row.row.name,
                "key": row.row.key,
                "wanted": list(row.row.values),
                "got": None if row.got is None else list(row.got),
                "matched": row.matched,
                "origin": row.origin,
                "note": row.note,
            }
            for row in trace.conditions
        ],
    }
