"""A hint for every refusal: what would have to change, on which side, and the statement that would do it."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.calls.hint_words import FOR_CHECK, FOR_CODE, FOR_MESSAGE, advice_on
from iamviz.calls.model import Result
from iamviz.engine.decision import Decision, Outcome, Special
from iamviz.engine.explain import Explanation, Gate
from iamviz.engine.match import Applicable
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import CallerKind
from iamviz.engine.trace import ConditionTrace, StatementTrace
from iamviz.policy.conditions import Qualifier
from iamviz.policy.model import Effect, PolicyKind
from iamviz.world.world import World

__all__ = ["Hint", "decision_hints", "hints"]

CALLER, RESOURCE, CALL = "caller", "resource", "call"
PASS_ROLE, NULL = "iam:PassRole", "Null"
RELATIONS = (
    ("DateLessThan", " before"),
    ("DateLessThanEquals", " at or before"),
    ("DateGreaterThan", " after"),
    ("DateGreaterThanEquals", " at or after"),
    ("LessThan", " less than"),
    ("LessThanEquals", " at most"),
    ("GreaterThan", " more than"),
    ("GreaterThanEquals", " at least"),
    ("Like", " like"),
    ("IpAddress", " in"),
)
"""How a value stands to the one in the policy, by the end of the operator's name; the same, where none fits."""
_SIDES = {PolicyKind.RESOURCE: RESOURCE, PolicyKind.TRUST: RESOURCE, PolicyKind.RCP: RESOURCE}


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
        return _absent_role(denied, result.world) or decision_hints(denied)
    code, message = result.error.code, result.error.message
    failed = result.failed_check
    if failed is not None and failed.name == "duration":
        return (Hint(CALL, f"Ask for less time: {failed.sentence}."),)
    told = next((words for part, words in FOR_MESSAGE if part in message), None)
    if told is None and failed is not None and failed.name in FOR_CHECK:
        told = f"{FOR_CHECK[failed.name]} ({failed.sentence})."
    if told is None and failed is not None and failed.name == "parameters":
        told = f"Correct the call: {failed.sentence}."
    return (Hint(CALL, told or FOR_CODE.get(code) or f"Correct the call: {message}"),)


def _absent_role(decision: Decision, world: World) -> tuple[Hint, ...]:
    """AWS words it like any refusal when a role does not exist; whoever sees the world can say so."""
    request = decision.request
    if not request.is_trust or request.resource in world.roles:
        return ()
    account = f":iam::{request.resource_account}:role/"
    names = {arn.rpartition("/")[2].lower(): arn for arn in sorted(world.roles) if account in arn}
    near = difflib.get_close_matches(request.resource.rpartition("/")[2].lower(), names, 1, 0.75)
    if near:
        words = f"the nearest is {names[near[0]]}; path and letter case count"
    elif request.resource_account in world.accounts:
        words = "check name, path and account"
    else:
        return ()
    return (Hint(CALL, f"There is no role {request.resource}, which AWS does not say: {words}."),)


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
    if operator.name == NULL:
        return f"{row.row.key} is {'present' if values.lower() == 'true' else 'absent'}"
    if operator.negated:
        return f"{row.row.key} is {values}"
    relation = next((words for end, words in RELATIONS if operator.name.endswith(end)), "").strip()
    return f"{row.row.key} is not {relation} {values}" if relation else f"{row.row.key} is not {values}"


def _open(gate: Gate, explanation: Explanation) -> Hint:
    """What would open a closed gate: the condition that keeps the nearest statement silent, or a new statement."""
    decision = explanation.decision
    request, kind = decision.request, gate.kind
    assert kind is not None, "only the first gate has no kind, and it closes for a Deny"
    side = _SIDES.get(kind, CALLER)
    allows = [trace for trace in gate.statements if trace.statement.effect is Effect.ALLOW]
    level, allows = _silent_level(decision, allows) if kind is PolicyKind.SCP else ("", allows)
    near = [trace for trace in allows if all(element.matched for element in trace.elements) and not trace.applies]
    if near:
        row = next(row for row in near[0].conditions if not row.matched)
        doer, advice = advice_on(row.row, passes=request.action == PASS_ROLE)
        wish = f"{_wish(row)}; {advice}" if advice else _wish(row)
        return Hint(doer, f"{near[0].policy.label}, {near[0].statement.label}, asks for more: {wish}.")
    action, resource = request.action, request.resource
    who = _who(decision)
    if kind is PolicyKind.TRUST:
        statement = {"Effect": "Allow", "Principal": _principal(decision), "Action": action}
        if _names_an_earlier(decision):
            its = request.caller.role_arn or request.caller.arn
            named = f"{'role' if request.caller.role_arn else 'user'} {its.rpartition('/')[2]}"
            text = f"The role's trust policy means an earlier {named}, since deleted"
            return Hint(side, f"{text}: save it again, so that the name is looked up anew.", statement)
        return Hint(side, f"The role's trust policy must allow {action} to {who}.", statement)
    if kind is PolicyKind.RESOURCE and request.service == "iam":
        where = f"account {request.resource_account}" if request.resource_account else "another account"
        return Hint(CALL, f"IAM is changed from inside of an account only: act in {where}, as a user or role of it.")
    if kind is PolicyKind.RESOURCE:
        statement = {"Effect": "Allow", "Principal": _principal(decision), "Action": action, "Resource": resource}
        return Hint(side, f"The resource's policy must allow {action} to {who}.", statement)
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    federated = request.caller.kind is CallerKind.FEDERATED_USER
    if federated and not decision.policies.sessions:
        text = f"The session {who} was made without a session policy and so has no permissions of the user who made it"
        return Hint(CALL, f"{text}: call GetFederationToken again with a Policy that allows {action}.", statement)
    if kind is PolicyKind.SESSION:
        text = f"The session policy, which was passed when the session began, must allow {action} on {resource}"
        return Hint(side, f"{text}: it cannot be changed now, only passed anew.", statement)
    parent = f"the user {request.caller.user_arn.rpartition('/')[2]}"
    own = f"A policy of {parent}" if federated else f"A policy of {who} itself"
    owner = {
        PolicyKind.IDENTITY: own,
        PolicyKind.BOUNDARY: f"The permissions boundary of {parent if federated else who}",
        PolicyKind.SCP: f"An SCP{level}",
        PolicyKind.ENDPOINT: "The policy of the VPC endpoint",
    }[kind]
    return Hint(side, f"{owner} must allow {action} on {resource}{_because(kind, explanation)}.", statement)


def _silent_level(decision: Decision, allows: list[StatementTrace]) -> tuple[str, list[StatementTrace]]:
    """The first level of SCPs, in words, on which none allows, and the statements of that level."""
    saying = {id(trace.policy) for trace in allows if trace.applies}
    levels = decision.policies.scps
    number = next(n for n, level in enumerate(levels) if not any(id(policy) in saying for policy in level))
    here = {id(policy) for policy in levels[number]}
    last = len(levels) - 1
    words = {0: " of the organization's root", last: " of the account"} if last else {0: ""}
    place = words.get(number, f" of organizational unit {number} below the root")
    return place, [trace for trace in allows if id(trace.policy) in here]


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
    got = "it is absent" if row.got is None else f"it is {', '.join(row.got) or 'empty'}"
    if operator.name == NULL:
        return f"{row.row.key} must be {'absent' if wanted.lower() == 'true' else 'present'}, and {got}"
    must = "must not be" if operator.negated else "must be"
    relation = next((words for end, words in RELATIONS if operator.name.endswith(end)), "")
    several = {Qualifier.ALL: "every value of ", Qualifier.ANY: "one value of ", Qualifier.NONE: ""}[qualifier]
    return f"{several}{row.row.key} {must}{relation} {wanted} under {row.row.name}, and {got}"


def _names_an_earlier(decision: Decision) -> bool:
    """Whether the trust policy names the caller's user or role, but one of that name that is gone (2.2)."""
    caller, trust = decision.request.caller, decision.policies.resource
    its_id = caller.unique_id.partition(":")[0]
    bound = trust.bindings.get(caller.role_arn or caller.arn) if trust else None
    return bound is not None and bound != its_id


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
