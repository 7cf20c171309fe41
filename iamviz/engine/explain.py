"""The explanation of a decision: gates in order, each with its sentence and its statements.

One row of gates inside one account, two rows across accounts: the caller's and the resource's. A denial closes at the
gate that AWS's message names (docs/rules/policy_evaluation.md 6.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.match import Applicable
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import CallerKind
from iamviz.engine.trace import StatementTrace, trace_statement
from iamviz.policy.model import Effect, Policy, PolicyKind

__all__ = ["Explanation", "Gate", "GateRow", "Status", "explain"]


class Status(StrEnum):
    """What a gate does to the line of a request."""

    PASSES = "passes"
    GRANTS = "grants"
    SAYS_NOTHING = "says nothing"
    SAYS_NO = "says no"
    NOT_ATTACHED = "not attached"
    NOT_NEEDED = "not needed"
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


@dataclass(frozen=True, slots=True)
class Gate:
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


@dataclass(frozen=True, slots=True)
class GateRow:
    """The gates of one side, in order. ``side`` is "" inside one account, else "caller" or "resource"."""

    side: str
    account: str
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether the line reaches the end."""
        return not any(gate.closed for gate in self.gates)


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
        return tuple(seen.values())

    @cached_property
    def deciding(self) -> tuple[StatementTrace, ...]:
        """The statements that made the outcome: the Denys that apply, or the Allows of the gates that grant."""
        if self.outcome is Outcome.EXPLICIT_DENY:
            return tuple(t for t in self.statements if t.applies and t.statement.effect is Effect.DENY)
        if self.outcome is Outcome.IMPLICIT_DENY:
            return ()
        return tuple(
            trace
            for row in self.rows
            for gate in row.gates
            if gate.status is Status.GRANTS
            for trace in gate.statements
            if trace.applies
        )

    @cached_property
    def near_misses(self) -> tuple[StatementTrace, ...]:
        """The Allow statements of the closed gates, nearest miss first."""
        misses = [t for row in self.rows for gate in row.gates if gate.closed for t in gate.statements if not t.applies]
        return tuple(sorted(misses, key=lambda trace: trace.distance))

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
            return "; ".join(dict.fromkeys(g.sentence for r in self.rows for g in r.gates if g.status is Status.GRANTS))
        return "; ".join(gate.sentence for gate in self.closed)

    def __str__(self) -> str:
        from iamviz.engine.explain_text import as_text

        return as_text(self)

    def to_dict(self) -> dict[str, Any]:
        """The whole tree as plain data, ready for JSON."""
        from iamviz.engine.explain_text import as_dict

        return as_dict(self)


def explain(decision: Decision) -> Explanation:
    """Explain a decision: nothing is decided anew, each gate asks the same tests again and keeps what they saw."""
    sets = Applicable.of(decision.request, decision.policies, decision.settings)
    return Explanation(decision, _Explainer(decision, sets).rows())


class _Explainer:
    def __init__(self, decision: Decision, sets: Applicable) -> None:
        self.decision = decision
        self.sets = sets
        self.request = decision.request
        self.special = decision.reason.special is not None
        self.grants: frozenset[MatchKind] = frozenset() if self.special else sets.grants()

    def rows(self) -> tuple[GateRow, ...]:
        if self.special:
            return ()
        request = self.request
        explicit = self.decision.outcome is Outcome.EXPLICIT_DENY
        resource_side = (PolicyKind.RCP, self.sets.selection.resource_kind)
        caller_side = (
            PolicyKind.SCP,
            PolicyKind.ENDPOINT,
            PolicyKind.IDENTITY,
            PolicyKind.BOUNDARY,
            PolicyKind.SESSION,
        )
        if explicit or request.same_account or not request.caller.in_account:
            order = (PolicyKind.RCP, *caller_side[:2], resource_side[1], *caller_side[2:])
            return (self.row("", request.resource_account or request.caller.account, order),)
        return (
            self.row("caller", request.caller.account, caller_side),
            self.row("resource", request.resource_account, resource_side),
        )

    def row(self, side: str, account: str, kinds: Sequence[PolicyKind]) -> GateRow:
        gates = [self.first_gate(kinds)]
        for kind in kinds:
            if kind is PolicyKind.ENDPOINT and self.sets.selection.endpoint is None:
                continue
            gate = self.gate(kind)
            if any(earlier.closed for earlier in gates):
                gate = replace(gate, status=Status.NOT_REACHED, closed=False, sentence="")
            gates.append(gate)
        return GateRow(side, account, tuple(gates))

    def policies(self, kind: PolicyKind) -> tuple[Policy, ...]:
        return next((policies for group, policies in self.sets.selection.groups if group is kind), ())

    def traces(self, kind: PolicyKind, effect: Effect) -> tuple[StatementTrace, ...]:
        boundary = self.sets.selection.boundary is not None
        return tuple(
            trace_statement(policy, statement, self.request, kind, boundary)
            for policy in self.policies(kind)
            for statement in policy.statements
            if statement.effect is effect
        )

    def first_gate(self, kinds: Sequence[PolicyKind]) -> Gate:
        """The gate that asks every policy of the row for a Deny."""
        traces = tuple(trace for kind in kinds for trace in self.traces(kind, Effect.DENY))
        policies = tuple(policy for kind in kinds for policy in self.policies(kind))
        denying = [trace for trace in traces if trace.applies]
        names = tuple(policy.label for policy in policies)
        if denying:
            first = next((t for t in denying if t.kind is self.decision.reason.policy), denying[0])
            sentence = f"{first.policy.label}, {first.statement.label}, says no"
            return Gate("Explicit deny?", None, Status.SAYS_NO, True, sentence, (first.policy.label,), traces)
        count = f"{len(policies)} polic{'y' if len(policies) == 1 else 'ies'}"
        return Gate("Explicit deny?", None, Status.PASSES, False, f"no statement of {count} says no", names, traces)

    def gate(self, kind: PolicyKind) -> Gate:
        status, closed, sentence = self.judge(kind)
        names = tuple(policy.label for policy in self.policies(kind))
        return Gate(TITLES[kind], kind, status, closed, sentence, names, self.traces(kind, Effect.ALLOW))

    def judge(self, kind: PolicyKind) -> tuple[Status, bool, str]:
        """Status, whether the line stops, and the sentence of a gate that the line reaches."""
        if kind is self.sets.selection.resource_kind:
            return self.judge_resource()
        if kind is PolicyKind.IDENTITY:
            return self.judge_identity()
        attached = {
            PolicyKind.RCP: bool(self.sets.selection.rcps),
            PolicyKind.SCP: bool(self.sets.selection.scps),
            PolicyKind.ENDPOINT: self.sets.selection.endpoint is not None,
            PolicyKind.BOUNDARY: self.sets.selection.boundary is not None,
            PolicyKind.SESSION: bool(self.sets.selection.session),
        }[kind]
        allows = {
            PolicyKind.RCP: lambda: True,
            PolicyKind.SCP: self.sets.scps_allow,
            PolicyKind.ENDPOINT: self.sets.endpoint_allows,
            PolicyKind.BOUNDARY: self.sets.boundary_allows,
            PolicyKind.SESSION: self.sets.session_allows,
        }[kind]
        title, action = TITLES[kind], self.request.action
        if kind in (PolicyKind.BOUNDARY, PolicyKind.SESSION) and self.granted_directly(kind):
            return Status.NOT_NEEDED, False, "the resource's own grant suffices"
        if allows():
            if not attached:
                return Status.NOT_ATTACHED, False, f"no {title} limits this"
            return Status.PASSES, False, f"{self.named(kind)} lets {action} pass"
        if not attached:
            return Status.NOT_ATTACHED, True, "a federated user without a session policy has no permissions of its own"
        if kind is PolicyKind.SCP:
            return Status.SAYS_NOTHING, True, f"no SCP on some level allows {action}"
        return Status.SAYS_NOTHING, True, f"{self.named(kind)} does not allow {action}"

    def granted_directly(self, kind: PolicyKind) -> bool:
        """Whether a grant of the resource policy makes a boundary or session policy irrelevant (5.4)."""
        request = self.request
        if not request.same_account or request.caller.kind is CallerKind.ROOT:
            return False
        if MatchKind.WILDCARD in self.grants:
            return True
        caps = (
            request.is_trust and request.caller.kind is CallerKind.USER and self.decision.settings.trust_user_boundary
        )
        return MatchKind.DIRECT in self.grants and not (kind is PolicyKind.BOUNDARY and caps)

    def judge_resource(self) -> tuple[Status, bool, str]:
        request, title = self.request, TITLES[self.sets.selection.resource_kind].lower()
        must = (
            not request.same_account
            or request.is_trust
            or request.is_kms_key
            or request.caller.kind in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.FEDERATED)
        )
        if self.grants:
            name = self.named(self.sets.selection.resource_kind)
            only_account = self.grants == {MatchKind.ACCOUNT}
            if only_account and request.same_account and request.caller.kind is not CallerKind.ROOT:
                return Status.PASSES, False, f"{name} names the account, whose identity policies decide"
            return Status.GRANTS, False, f"{name} allows {request.action} to {self.granted_to()}"
        if self.sets.selection.resource is None:
            if must:
                return Status.NOT_ATTACHED, True, f"the resource has no {title} that could allow an outside caller"
            return Status.NOT_ATTACHED, False, f"the resource has no {title}"
        if must:
            return (
                Status.SAYS_NOTHING,
                True,
                f"{self.named(self.sets.selection.resource_kind)} does not allow this caller",
            )
        return (
            Status.SAYS_NOTHING,
            False,
            f"{self.named(self.sets.selection.resource_kind)} says nothing about this request",
        )

    def granted_to(self) -> str:
        texts = {
            MatchKind.WILDCARD: "everyone",
            MatchKind.DIRECT: "this very caller",
            MatchKind.ROLE: "the caller's role",
            MatchKind.PARENT: "the caller's user",
            MatchKind.ACCOUNT: "the caller's account",
            MatchKind.SERVICE: "this service",
            MatchKind.FEDERATED: "callers of this provider",
        }
        return " and ".join(text for kind, text in texts.items() if kind in self.grants)

    def judge_identity(self) -> tuple[Status, bool, str]:
        request = self.request
        if request.caller.kind is CallerKind.ROOT:
            return Status.NOT_NEEDED, False, "the root user has full access in its account"
        if not request.caller.has_identity_side:
            return Status.NOT_ATTACHED, False, "this kind of caller has no identity policies"
        capped = {MatchKind.DIRECT, MatchKind.ROLE, MatchKind.PARENT, MatchKind.WILDCARD}
        if request.same_account and self.grants & capped:
            return Status.NOT_NEEDED, False, "the resource's own grant suffices"
        names = self.named(PolicyKind.IDENTITY)
        if self.sets.identity_allows():
            allowing = (t.policy.label for t in self.traces(PolicyKind.IDENTITY, Effect.ALLOW) if t.applies)
            return Status.GRANTS, False, f"{_first(allowing)} allows {request.action}"
        if not self.sets.selection.identity:
            return Status.NOT_ATTACHED, True, "no identity policy is attached"
        return Status.SAYS_NOTHING, True, f"no statement of {names} allows {request.action} on this resource"

    def named(self, kind: PolicyKind) -> str:
        names = list(dict.fromkeys(policy.label for policy in self.policies(kind)))
        if len(names) > 3:
            return f"{', '.join(names[:2])} and {len(names) - 2} more"
        return " and ".join(names)


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "a policy")
