"""The calls of STS: docs/rules/roles_and_sessions.md 3 and 4."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from iamviz.arn import Arn
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import decide, denial_message
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.validation import Field, check_params, check_role_arn
from iamviz.engine.decision import Decision
from iamviz.engine.request import CallerKind
from iamviz.engine.wording import ROOT_REFUSED
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.context import ContextValue
from iamviz.world.entities import Role
from iamviz.world.ids import access_key_id, secret_access_key, session_token
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

__all__ = ["STS_OPERATIONS"]

NAME_PATTERN = r"[\w+=,.@-]*"
CHAINED_LIMIT = 3600
ASSUME_ROLE = {
    "RoleArn": Field(str, 20, 2048, required=True),
    "RoleSessionName": Field(str, 2, 64, NAME_PATTERN, required=True),
    "DurationSeconds": Field(int, 900, 43200),
    "ExternalId": Field(str, 2, 1224, r"[\w+=,.@:\/-]*"),
    "Policy": Field(str, 1),
}
CHAIN_EXCEEDED = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
MAXIMUM_EXCEEDED = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


def assume_role(world: World, actor: Actor, call: Call) -> Result:
    """AssumeRole: two sides decide, then the duration is checked, then a session is issued (3.4)."""
    params = call.params
    check_params(call.operation, params, ASSUME_ROLE)
    arn: str = params["RoleArn"]
    check_role_arn(arn)
    decisions = _admit(world, actor, call, arn)
    role = world.role(arn)
    duration: int = params.get("DurationSeconds") or CHAINED_LIMIT
    checks = (*_caller_checks(actor, ()), *_duration_checks(role, actor, duration, decisions))
    policies = _session_policies(params, decisions)
    session = _issue(world, role, actor, params["RoleSessionName"], duration, policies)
    value = {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": session.expires.isoformat(),
        },
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
    }
    return Result(world.with_session(session, call.save), value, None, decisions, checks)


def _caller_checks(actor: Actor, decisions: tuple[Decision, ...]) -> tuple[Check, ...]:
    """What STS refuses by the kind of caller, before any policy."""
    caller = actor.caller
    if caller is None:
        raise CallError("an administrator's change cannot assume a role; name the user or session that does")
    if caller.kind is CallerKind.ROOT:
        check = Check("caller", False, "the root user cannot assume a role, whatever the policies say")
        raise Refusal("AccessDenied", ROOT_REFUSED, 403, decisions, (check,))
    return (Check("caller", True, f"a {caller.kind.replace('-', ' ')} may call AssumeRole"),)


def _admit(world: World, actor: Actor, call: Call, arn: str) -> tuple[Decision, ...]:
    """The decision on sts:AssumeRole; a role that does not exist is refused with the same words."""
    _caller_checks(actor, ())
    role = world.roles.get(arn)
    decision = decide(world, actor, call, "sts:AssumeRole", arn, role.trust if role else None, _request_keys(call))
    if role is None or not decision.allowed:
        message = denial_message(world, decision) if role else _missing_role(actor, arn)
        raise Refusal("AccessDenied", message, 403, (decision,))
    return (decision,)


def _missing_role(actor: Actor, arn: str) -> str:
    subject = actor.caller.arn if actor.caller else ""
    return f"User: {subject} is not authorized to perform: sts:AssumeRole on resource: {arn}"


def _request_keys(call: Call) -> list[ContextValue]:
    """The condition keys that the call itself brings (3.6)."""
    keys = [ContextValue("sts:RoleSessionName", (call.params["RoleSessionName"],), "the AssumeRole call")]
    if "ExternalId" in call.params:
        keys.append(ContextValue("sts:ExternalId", (call.params["ExternalId"],), "the AssumeRole call"))
    return keys


def _duration_checks(role: Role, actor: Actor, duration: int, decisions: tuple[Decision, ...]) -> tuple[Check, ...]:
    """The duration rules of 4.8, in their own row."""
    for limit, applies, text, words in (
        (CHAINED_LIMIT, actor.is_temporary, CHAIN_EXCEEDED, "role chaining allows at most 1 hour"),
        (role.max_session_duration, True, MAXIMUM_EXCEEDED, f"the role allows {role.max_session_duration} s"),
    ):
        if applies and duration > limit:
            check = Check("duration", False, f"asked for {duration} s; {words}")
            raise Refusal("ValidationError", text, 400, decisions, (check,))
    return (Check("duration", True, f"asked for {duration} s; the role allows {role.max_session_duration} s"),)


def _session_policies(params: Any, decisions: tuple[Decision, ...]) -> tuple[Policy, ...]:
    if "Policy" not in params:
        return ()
    try:
        return (Policy.parse(params["Policy"], PolicyKind.SESSION, name="the session policy"),)
    except PolicyError as error:
        bad_json = error.findings[0].code == "INVALID_JSON"
        message = "This policy contains invalid Json" if bad_json else "Syntax errors in policy."
        raise Refusal("MalformedPolicyDocument", message, 400, decisions) from None


def _issue(world: World, role: Role, actor: Actor, name: str, duration: int, policies: tuple[Policy, ...]) -> Session:
    parsed = Arn.parse(role.arn)
    seed = (role.unique_id, name, world.now.isoformat(), world.serial)
    return Session(
        access_key_id=access_key_id("ASIA", parsed.account, *seed),
        secret_access_key=secret_access_key(*seed),
        session_token=session_token(*seed),
        kind=SessionKind.ASSUMED_ROLE,
        arn=f"arn:{parsed.partition}:sts::{parsed.account}:assumed-role/{parsed.name}/{name}",
        principal=role.arn,
        principal_id=role.unique_id,
        account=parsed.account,
        name=name,
        issued=world.now,
        expires=world.now + timedelta(seconds=duration),
        caller=actor.caller.arn if actor.caller else "",
        policies=policies,
    )


def get_caller_identity(world: World, actor: Actor, call: Call) -> Result:
    """GetCallerIdentity: who am I? Needs no permission and cannot be denied (4.6)."""
    check_params(call.operation, call.params, {})
    caller = actor.caller
    if caller is None:
        raise CallError("an administrator's change has no caller identity; name a user or a session")
    decision = decide(world, actor, call, call.operation, "*", None)
    value = {"UserId": caller.unique_id or caller.account, "Account": caller.account, "Arn": caller.arn}
    return Result(world, value, None, (decision,))


Operation = Callable[[World, Actor, Call], Result]
STS_OPERATIONS: dict[str, Operation] = {"AssumeRole": assume_role, "GetCallerIdentity": get_caller_identity}
