"""The explanation of a decision: gates in order, each with its sentence and its statements.

One row of gates inside one account, two rows across accounts: the caller's and the resource's. A denial closes at the
gate that AWS's message names (docs/rules/policy_evaluation.md 6.1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.trace import StatementTrace
from iamviz.policy.model import Effect, PolicyKind

__all__ = ["Explanation", "Gate", "GateRow", "Status"]


class Status(StrEnum):
    """What a gate does to the line of a request."""

    PASSES = "passes"
    GRANTS = "grants"
    SAYS_NOTHING = "says nothing"
    SAYS_NO = "says no"
    NOT_ATTACHED = "not attached"
    NOT_NEEDED = "not needed"
    NO_SAY = "has no say"
    NOT_REACHED = "not reached"


TITLES = {
    PolicyKind.RCP: "RCP",
    PolicyKind.SCP: "SCP",
    PolicyKind.ENDPOINT: "Endpoint policy",
    PolicyKind.RESOURCE: "Resource policy",
    PolicyKind.TRUST: "Trust policy",
    PolicyKind.IDENTITY: "Identity policy",
    PolicyKind.BOUNDARY: "Boundary",
    PolicyKind.SESSION: "Session policy",
}


class Gate(NamedTuple):
    """One gate. ``kind`` is None for the first one, which asks every policy for a Deny.

    ``closed`` tells whether the line stops here, ``policies`` names what is attached, ``sentence`` says it in words.
    """

    title: str
    kind: PolicyKind | None
    status: Status
    closed: bool
    sentence: str
    policies: tuple[str, ...]
    statements: tuple[StatementTrace, ...]


class GateRow(NamedTuple):
    """The gates of one side, in order. ``side`` is "" inside one account, else "caller" or "resource"."""

    side: str
    account: str
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether the line reaches the end."""
        return not any(gate.closed for gate in self.gates)


def _allows(trace: StatementTrace) -> bool:
    return trace.statement.effect is Effect.ALLOW


def _speaks_of_it(trace: StatementTrace) -> bool:
    """Whether only the principal and conditions keep it silent."""
    return all(element.matched for element in trace.elements if not element.name.endswith("Principal"))


@dataclass(frozen=True)
class Explanation:
    """Why a decision came out as it did. ``print`` it, draw it, or take it as a dictionary."""

    decision: Decision
    rows: tuple[GateRow, ...]

    @property
    def outcome(self) -> Outcome:
        """The decision's own outcome."""
        return self.decision.outcome

    @cached_property
    def statements(self) -> tuple[StatementTrace, ...]:
        """Every statement that was looked at, each once."""
        seen: dict[tuple[int, int], StatementTrace] = {}
        for row in self.rows:
            for gate in row.gates:
                for trace in gate.statements:
                    seen.setdefault((id(trace.policy), trace.statement.index), trace)
        return self._named(seen.values())

    @cached_property
    def deciding(self) -> tuple[StatementTrace, ...]:
        """The statements that made the outcome: the Denys that apply, or the Allows of the gates that grant.

        Where full access is implied and nothing else grants, those of the session policy that lets it pass.
        """
        if self.outcome is Outcome.EXPLICIT_DENY:
            return tuple(t for t in self.statements if t.applies and t.statement.effect is Effect.DENY)
        if self.outcome is Outcome.IMPLICIT_DENY:
            return ()
        gates = [gate for row in self.rows for gate in row.gates]
        granting = [gate for gate in gates if gate.status is Status.GRANTS]
        if not granting and self.decision.request.caller.has_full_access:
            granting = [gate for gate in gates if gate.kind is PolicyKind.SESSION and gate.status is Status.PASSES]
        return self._named(trace for gate in granting for trace in gate.statements if trace.applies)

    @cached_property
    def near_misses(self) -> tuple[StatementTrace, ...]:
        """The Allow statements of the closed gates, nearest miss first.

        Where the identity policies say nothing, so are those of a resource policy that says nothing either, if they
        speak of what is asked for, but to somebody else or under other conditions: its yes would have been enough. It
        would not open a boundary or an SCP.
        """
        misses = [t for gate in self.closed for t in gate.statements if not t.applies and _allows(t)]
        if any(gate.kind is PolicyKind.IDENTITY for gate in self.closed):
            gates = (gate for row in self.rows for gate in row.gates)
            silent = (
                g for g in gates if g.kind is PolicyKind.RESOURCE and g.status is Status.SAYS_NOTHING and not g.closed
            )
            misses += [t for gate in silent for t in gate.statements if _allows(t) and _speaks_of_it(t)]
        return self._named(sorted(misses, key=lambda trace: trace.distance))

    def _named(self, traces: Iterable[StatementTrace]) -> tuple[StatementTrace, ...]:
        return tuple(trace.naming(self.decision.request) for trace in traces)

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates at which the line stops."""
        return tuple(gate for row in self.rows for gate in row.gates if gate.closed)

    @property
    def sentence(self) -> str:
        """The one sentence: allowed by what, or stopped where."""
        decision = self.decision
        if decision.reason.special is not None:
            return decision.reason.special.value
        if self.outcome is Outcome.ALLOWED:
            gates = [gate for row in self.rows for gate in row.gates]
            granting = [gate for gate in gates if gate.status is Status.GRANTS]
            implied = [gate for gate in gates if gate.kind is PolicyKind.IDENTITY]
            return "; ".join(dict.fromkeys(gate.sentence for gate in granting or implied))
        return "; ".join(gate.sentence for gate in self.closed)

    @cached_property
    def absent_keys(self) -> tuple[str, ...]:
        """The condition keys that statements asked for and the request does not have."""
        from iamviz.engine.notes import absent_keys

        return absent_keys(self)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Undocumented or contradictory rules of AWS that took part, one sentence each; usually none."""
        from iamviz.engine.notes import notes

        return notes(self)

    def __str__(self) -> str:
        from iamviz.engine.explain_text import as_text

        return as_text(self)

    def to_dict(self) -> dict[str, Any]:
        """The whole tree as plain data, ready for JSON."""
        from iamviz.engine.explain_text import as_dict

        return as_dict(self)
