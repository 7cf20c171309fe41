"""From a decision to its gates: which there are, what each of them says, where the line stops.

The rules are those of `iamviz.engine.evaluate`, and the tests are the same; docs/rules/policy_evaluation.md 5 and 6.1.
"""

from collections.abc import Sequence
from typing import NamedTuple

from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.explain import TITLES, Explanation, Gate, GateRow, Status
from iamviz.engine.match import Attached
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import CallerKind
from iamviz.engine.spared import spared
from iamviz.engine.trace import StatementTrace, Tracer, tracer
from iamviz.policy.model import PolicyKind

__all__ = ["explain"]

Judgement = tuple[Status, bool, str]
"""Status, whether the line stops, and the sentence of a gate that the line reaches."""

_CALLER_SIDE = (PolicyKind.SCP, PolicyKind.ENDPOINT, PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION)
_NOT_REACHED: Judgement = (Status.NOT_REACHED, False, "")
_SUFFICES: Judgement = (Status.NOT_NEEDED, False, "the resource's own grant suffices")
_DIRECTLY = frozenset({MatchKind.DIRECT, MatchKind.ROLE, MatchKind.PARENT, MatchKind.WILDCARD})
_GRANTED_TO = {
    MatchKind.WILDCARD: "everyone",
    MatchKind.DIRECT: "this very caller",
    MatchKind.ROLE: "the caller's role",
    MatchKind.PARENT: "the caller's user",
    MatchKind.ACCOUNT: "the caller's account",
    MatchKind.SERVICE: "this service",
    MatchKind.FEDERATED: "callers of this provider",
}


def explain(decision: Decision) -> Explanation:
    """Explain a decision: nothing is decided anew, each gate asks the same tests again and keeps what they saw."""
    if decision.reason.special is not None:
        return Explanation(decision, ())
    return Explanation(decision, _Explainer(decision).rows())


def _unlimited(kind: PolicyKind) -> Judgement:
    return Status.NOT_ATTACHED, False, f"no {TITLES[kind]} limits this"


def _no_policy(kind: PolicyKind) -> Judgement:
    return Status.NOT_ATTACHED, False, f"the resource has no {TITLES[kind].lower()}"


class _Part(NamedTuple):
    """The policies of one type, as explanations need them.

    ``idle`` is the gate when none is attached, none need be, and the resource's own policy grants nothing;
    ``unreached`` the gate when none is attached and the line stops before it.
    """

    kind: PolicyKind
    tracers: tuple[Tracer, ...]
    names: tuple[str, ...]
    named: str
    idle: Gate | None
    unreached: Gate | None

    def verb(self, plural: str) -> str:
        """``let`` or ``do`` as their names want it: one of them lets and does, several let and do."""
        if len(set(self.names)) > 1:
            return plural
        return f"{plural}es" if plural.endswith("o") else f"{plural}s"


class _Plan(NamedTuple):
    """One row of gates, as far as it is the same whatever is asked for."""

    parts: tuple[_Part, ...]
    first: Gate


def _plan(attached: Attached, side: str) -> _Plan:
    """The plan of the row of a side, kept beside the policies that apply."""
    found: _Plan | None = attached.prepared.get(side)
    if found is None:
        kinds = _kinds(attached, side)
        parts = tuple(_part(attached, kind) for kind in kinds if kind is not PolicyKind.ENDPOINT or attached.endpoint)
        names = tuple(name for part in parts for name in part.names)
        policies = "one policy" if len(names) == 1 else f"{len(names)} policies"
        sentence = f"no statement of the {policies} says no"
        if not names:
            sentence = "no policy is attached that could say no"
        first = Gate("Explicit deny?", None, Status.PASSES, False, sentence, names, ())
        found = attached.prepared[side] = _Plan(parts, first)
    return found


def _kinds(attached: Attached, side: str) -> tuple[PolicyKind, ...]:
    """The order of the gates in the row of a side."""
    if side == "caller":
        return _CALLER_SIDE
    if side == "resource":
        return PolicyKind.RCP, attached.resource_kind
    return PolicyKind.RCP, *_CALLER_SIDE[:2], attached.resource_kind, *_CALLER_SIDE[2:]


def _part(attached: Attached, kind: PolicyKind) -> _Part:
    policies = dict(attached.groups)[kind]
    names = tuple(policy.label_as(kind) for policy in policies)
    counts_when_absent = {
        PolicyKind.IDENTITY: True,
        PolicyKind.SCP: bool(attached.scps),
        PolicyKind.SESSION: attached.needs_session,
    }
    idle = None
    if not policies and not counts_when_absent.get(kind):
        judgement = _no_policy(kind) if kind is attached.resource_kind else _unlimited(kind)
        idle = Gate(TITLES[kind], kind, *judgement, (), ())
    unreached = None if policies else Gate(TITLES[kind], kind, *_NOT_REACHED, (), ())
    tracers = tuple(tracer(policy, kind) for policy in policies)
    return _Part(kind, tracers, names, _in_words(names), idle, unreached)


class _Explainer:
    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.request = decision.request
        self.sets = decision.applicable
        self.attached = self.sets.attached
        self.grants: frozenset[MatchKind] = self.sets.grants()
        self.spared = spared(self.attached, decision.policies, self.request)

    def rows(self) -> tuple[GateRow, ...]:
        request = self.request
        explicit = self.decision.outcome is Outcome.EXPLICIT_DENY
        if request.same_account or explicit or not request.caller.in_account:
            return (self.row("", request.resource_account or request.caller.account),)
        return self.row("caller", request.caller.account), self.row("resource", request.resource_account)

    def row(self, side: str, account: str) -> GateRow:
        plan = _plan(self.attached, side)
        request, has_boundary = self.request, self.attached.boundary is not None
        denies: list[StatementTrace] = []
        allows: dict[PolicyKind, tuple[StatementTrace, ...]] = {}
        for part in plan.parts:
            if part.tracers:
                allowing: list[StatementTrace] = []
                for each in part.tracers:
                    found = each.look(request, has_boundary)
                    denies += found[0]
                    allowing += found[1]
                allows[part.kind] = tuple(allowing)
        first = plan.first
        if self.spared and not first.policies:
            first = first._replace(sentence="no policy applies that could say no")
        gates = [self.first_gate(first, tuple(denies)) if denies else first]
        reached, is_idle = not gates[0].closed, not self.grants and not self.needs_grant
        for part in plan.parts:
            gate = (part.idle if is_idle else None) if reached else part.unreached
            if gate is None:
                traces = allows.get(part.kind, ())
                judgement = self.judge(part, traces) if reached else _NOT_REACHED
                gate = Gate(TITLES[part.kind], part.kind, *judgement, part.names, traces)
                reached = reached and not gate.closed
            if self.spared and part.kind in self.spared and gate.status is Status.NOT_ATTACHED:
                gate = gate._replace(status=Status.NO_SAY, sentence=self.spared[part.kind])
            gates.append(gate)
        return GateRow(side, account, tuple(gates))

    def first_gate(self, passing: Gate, traces: tuple[StatementTrace, ...]) -> Gate:
        """The gate that asks every policy of the row for a Deny."""
        decision = self.decision
        if decision.outcome is not Outcome.EXPLICIT_DENY:
            return Gate(passing.title, None, passing.status, False, passing.sentence, passing.policies, traces)
        first = next(trace for trace in traces if trace.applies and trace.kind is decision.reason.policy)
        label = first.policy.label_as(first.kind)
        sentence = f"{label}, {first.statement.label}, says no"
        return Gate(passing.title, None, Status.SAYS_NO, True, sentence, (label,), traces)

    def judge(self, part: _Part, traces: Sequence[StatementTrace]) -> Judgement:
        kind = part.kind
        if kind is PolicyKind.IDENTITY:
            return self.judge_identity(part, traces)
        if kind is self.attached.resource_kind:
            return self.judge_resource(part)
        if kind in (PolicyKind.BOUNDARY, PolicyKind.SESSION) and self.granted_directly(kind):
            return _SUFFICES
        if kind is PolicyKind.SCP and self.attached.scps:
            return self.judge_levels(part)
        if not part.names:
            if kind is PolicyKind.SESSION and self.request.caller.kind is CallerKind.FEDERATED_USER:
                sentence = "a federated user without a session policy has no permissions of its own"
                return Status.NOT_ATTACHED, True, sentence
            return _unlimited(kind)
        action = self.request.action
        if kind is PolicyKind.RCP or any(trace.applies for trace in traces):
            return Status.PASSES, False, f"{part.named} {part.verb('let')} {action} pass"
        return Status.SAYS_NOTHING, True, f"{part.named} {part.verb('do')} not allow {action}"

    def judge_levels(self, part: _Part) -> Judgement:
        """SCPs: every level must allow, and one without any policy allows nothing (5.3)."""
        action = self.request.action
        if self.sets.scps_allow():
            return Status.PASSES, False, f"{part.named} {part.verb('let')} {action} pass"
        levels = self.attached.scps
        silent = next(number for number, level in enumerate(levels) if not self.sets.level_allows(level))
        places = {0: " of the organization's root", len(levels) - 1: " of the account"} if len(levels) > 1 else {0: ""}
        place = places.get(silent, f" of organizational unit {silent} below the root")
        return Status.SAYS_NOTHING, True, f"no SCP{place} allows {action}"

    def granted_directly(self, kind: PolicyKind) -> bool:
        """Whether a grant of the resource policy makes a boundary or session policy irrelevant (5.4)."""
        request, grants = self.request, self.grants
        if not grants or not request.same_account or request.caller.kind is CallerKind.ROOT:
            return False
        if MatchKind.WILDCARD in grants:
            return True
        caps = (
            request.is_trust and request.caller.kind is CallerKind.USER and self.decision.settings.trust_user_boundary
        )
        return MatchKind.DIRECT in grants and not (kind is PolicyKind.BOUNDARY and caps)

    @property
    def needs_grant(self) -> bool:
        """Whether nothing goes without a grant of the resource or trust policy (5.4, 5.5, 5.6)."""
        request = self.request
        return not request.same_account or request.is_trust or request.is_kms_key or not request.caller.in_account

    def judge_resource(self, part: _Part) -> Judgement:
        request, needed = self.request, self.needs_grant
        if self.grants:
            only_account = self.grants == {MatchKind.ACCOUNT}
            if only_account and request.same_account and request.caller.kind is not CallerKind.ROOT:
                return Status.PASSES, False, f"{part.named} names the account, whose identity policies decide"
            to = " and ".join(text for kind, text in _GRANTED_TO.items() if kind in self.grants)
            return Status.GRANTS, False, f"{part.named} allows {request.action} to {to}"
        if not part.names:
            status, _, sentence = _no_policy(part.kind)
            return status, needed, f"{sentence} that could allow an outside caller" if needed else sentence
        if needed:
            return Status.SAYS_NOTHING, True, f"{part.named} does not allow this caller"
        return Status.SAYS_NOTHING, False, f"{part.named} says nothing about this request"

    def judge_identity(self, part: _Part, traces: Sequence[StatementTrace]) -> Judgement:
        request = self.request
        if not request.caller.has_identity_side:
            if request.caller.kind is CallerKind.ROOT:
                return Status.NOT_NEEDED, False, "the root user has full access in its account"
            return Status.NOT_ATTACHED, False, "this kind of caller has no identity policies"
        if self.grants and request.same_account and self.grants & _DIRECTLY:
            return _SUFFICES
        if self.decision.reason.policy is not PolicyKind.IDENTITY:
            for trace in traces:
                if trace.applies:
                    return Status.GRANTS, False, f"{trace.policy.label_as(trace.kind)} allows {request.action}"
        if request.caller.has_full_access:
            return Status.NOT_NEEDED, False, "the root user made this session, so only its session policy limits it"
        if not part.names:
            return Status.NOT_ATTACHED, True, "no identity policy is attached"
        return Status.SAYS_NOTHING, True, f"no statement of {part.named} allows {request.action} on this resource"


def _in_words(names: tuple[str, ...]) -> str:
    """The names of policies, in a sentence."""
    different = list(dict.fromkeys(names))
    if len(different) > 3:
        return f"{', '.join(different[:2])} and {len(different) - 2} more"
    return " and ".join(different)
