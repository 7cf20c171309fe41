"""A hint for every refusal: what would have to change, on which side, and the statement that would do it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.calls.model import Result
from iamviz.engine.decision import Decision, Outcome, Special
from iamviz.engine.explain import Explanation, Gate
from iamviz.engine.match import Applicable
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import CallerKind
from iamviz.engine.trace import ConditionTrace, StatementTrace
from iamviz.policy.conditions import Qualifier
from iamviz.policy.model import Effect, PolicyKind

__all__ = ["Hint", "decision_hints", "hints"]

CALLER, RESOURCE, CALL = "caller", "resource", "call"
_SIDES = {PolicyKind.RESOURCE: RESOURCE, PolicyKind.TRUST: RESOURCE, PolicyKind.RCP: RESOURCE}
_WITHOUT_POLICIES = {
    "ExpiredToken": "The credentials are past their time: ask STS for new ones with the same call as before.",
    "ExpiredTokenException": "The token of the identity provider is past its time: get a new one and call again.",
    "InvalidClientTokenId": (
        "AWS does not know these credentials: the key is disabled or deleted, its user or role is gone, or the session "
        "token is missing."
    ),
    "NoSuchEntity": "Nothing has this name in this account: check the name, the path and the account.",
    "EntityAlreadyExists": "The name is taken, whatever its letter case: choose another, or change what exists.",
    "DeleteConflict": "Detach and delete what still hangs on it first.",
    "LimitExceeded": "A quota is reached: remove something, or ask AWS to raise it where it can be raised.",
    "PackedPolicyTooLarge": "Session policy and tags together are too large: shorten them.",
    "InvalidIdentityToken": "The token does not fit the provider: compare issuer and audience.",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """One change that would be needed.

    ``side`` is "caller", "resource" or "call" (something to pass, or to do differently); ``sentence`` says it;
    ``statement`` is a policy statement ready to paste, None when a statement is not what is missing.
    """

    side: str
    sentence: str
    statement: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        if self.statement is None:
            return self.sentence
        return f"{self.sentence}\n{json.dumps(self.statement, indent=2)}"


def hints(result: Result) -> tuple[Hint, ...]:
    """What would have to change for a call to succeed; empty when it did. Several hints are all needed."""
    if result.error is None:
        return ()
    denied = next((decision for decision in result.decisions if not decision.allowed), None)
    if denied is not None:
        return decision_hints(denied)
    failed = next((check for check in result.checks if not check.passed), None)
    if failed is not None and failed.name == "duration":
        return (Hint(CALL, f"Ask for less time: {failed.sentence}."),)
    if failed is not None and failed.name == "caller":
        return (Hint(CALL, f"Call with other credentials: {failed.sentence}."),)
    text = _WITHOUT_POLICIES.get(result.error.code)
    return (Hint(CALL, text or f"Correct the call: {result.error.message}"),)


def decision_hints(decision: Decision) -> tuple[Hint, ...]:
    """The same for one decision."""
    if decision.allowed:
        return ()
    if decision.reason.special is Special.ROOT_CALLER:
        return (Hint(CALL, "Use a user or a role: the root user cannot assume a role, whatever the policies say."),)
    if decision.reason.special is not None:
        return (Hint(CALL, f"Use other credentials: {decision.reason.special.value}."),)
    explanation = decision.explain()
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return tuple(_lift(trace) for trace in explanation.deciding)
    return tuple(_open(gate, explanation) for gate in explanation.closed)


def _lift(trace: StatementTrace) -> Hint:
    """What to do about a Deny: no Allow helps."""
    place = f"{trace.policy.label}, {trace.statement.label}"
    conditions = [row for row in trace.conditions if row.matched]
    side = _SIDES.get(trace.kind, CALLER)
    if not conditions:
        return Hint(side, f"The Deny in {place} must go or must exempt this request; another Allow does not help.")
    unless = " or ".join(_unless(row) for row in conditions)
    return Hint(side, f"The Deny in {place} applies unless {unless}; another Allow does not help.")


def _unless(row: ConditionTrace) -> str:
    values = " or ".join(row.row.values)
    operator = row.row.parsed[0]
    if operator.negated:
        return f"{row.row.key} is {values}"
    if "Than" in operator.name:
        return f"{row.row.key} is no longer {operator.name} {values}"
    return f"{row.row.key} is not {values}"


def _open(gate: Gate, explanation: Explanation) -> Hint:
    """What would open a closed gate: the condition that keeps the nearest statement silent, or a new statement."""
    decision = explanation.decision
    request, kind = decision.request, gate.kind
    assert kind is not None, "only the first gate has no kind, and it closes for a Deny"
    side = _SIDES.get(kind, CALLER)
    allows = (trace for trace in gate.statements if trace.statement.effect is Effect.ALLOW)
    near = [trace for trace in allows if all(element.matched for element in trace.elements)]
    if near:
        row = next(row for row in near[0].conditions if not row.matched)
        return Hint(CALL, f"{near[0].policy.label}, {near[0].statement.label}, asks for more: {_wish(row)}.")
    action, resource = request.action, request.resource
    who = _who(decision)
    if kind is PolicyKind.TRUST:
        statement = {"Effect": "Allow", "Principal": _principal(decision), "Action": action}
        return Hint(side, f"The role's trust policy must allow {action} to {who}.", statement)
    if kind is PolicyKind.RESOURCE:
        statement = {"Effect": "Allow", "Principal": _principal(decision), "Action": action, "Resource": resource}
        return Hint(side, f"The resource's policy must allow {action} to {who}.", statement)
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    owner = {
        PolicyKind.IDENTITY: f"A policy of {who} itself",
        PolicyKind.BOUNDARY: f"The permissions boundary of {who}",
        PolicyKind.SESSION: "The session policy, which was passed when the session began,",
        PolicyKind.SCP: "An SCP on every level of the organization",
        PolicyKind.ENDPOINT: "The policy of the VPC endpoint",
    }[kind]
    return Hint(side, f"{owner} must allow {action} on {resource}{_because(kind, explanation)}.", statement)


def _because(kind: PolicyKind, explanation: Explanation) -> str:
    """Why the caller's own policy is needed although the trust policy seems to say yes."""
    decision = explanation.decision
    if kind is not PolicyKind.IDENTITY or not decision.request.is_trust:
        return ""
    if not decision.request.same_account:
        return ", because the role belongs to another account and both accounts must say yes"
    grants = Applicable.of(decision.request, decision.policies, decision.settings).grants()
    return ", because the trust policy names only the account" if grants == {MatchKind.ACCOUNT} else ""


def _wish(row: ConditionTrace) -> str:
    wanted = " or ".join(row.row.values) or "nothing"
    operator, qualifier, _ = row.row.parsed
    relation = "must not be" if operator.negated else "must be"
    several = f" ({qualifier.value})" if qualifier is not Qualifier.NONE else ""
    got = "it is absent" if row.got is None else f"it is {', '.join(row.got) or 'empty'}"
    return f"{row.row.key} {relation} {wanted} under {operator.name}{several}, and {got}"


def _who(decision: Decision) -> str:
    caller = decision.request.caller
    if caller.kind is CallerKind.ROLE_SESSION:
        return f"the role {caller.role_arn.rpartition('/')[2]}"
    return caller.arn.rpartition("/")[2] or caller.service or caller.federated or "everyone"


def _principal(decision: Decision) -> Any:
    caller = decision.request.caller
    if caller.kind is CallerKind.SERVICE:
        return {"Service": caller.service}
    if caller.kind is CallerKind.FEDERATED:
        return {"Federated": caller.federated}
    if caller.kind is CallerKind.ANONYMOUS:
        return "*"
    return {"AWS": caller.role_arn or caller.arn}
