"""GetSessionToken and GetFederationToken: docs/rules/roles_and_sessions.md 4.5."""

from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.issue import credentials_of, issue
from iamviz.calls.mfa import check_mfa
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.session_policies import packed_size, session_policies
from iamviz.calls.session_tags import MOST_TAGS, pairs, session_tags
from iamviz.calls.validation import NAME_PATTERN, TOKEN_SIZE, Field, check_params
from iamviz.engine.request import Caller, CallerKind
from iamviz.world.sessions import SessionKind
from iamviz.world.world import World

__all__ = ["get_federation_token", "get_session_token"]

DEFAULT_SECONDS = 43200
ROOT_SECONDS = 3600
DURATION = Field(int, 900, 129600)
SESSION_TOKEN = {
    "DurationSeconds": DURATION,
    "SerialNumber": Field(str, 9, 256, r"[\w+=/:,.@-]*"),
    "TokenCode": Field(str, 6, 6, r"[\d]*"),
    "MinimumSessionTokenSize": TOKEN_SIZE,
}
FEDERATION_TOKEN = {
    "Name": Field(str, 2, 32, NAME_PATTERN, required=True),
    "Policy": Field(str, 1, 2048),
    "PolicyArns": Field(list),
    "DurationSeconds": DURATION,
    "Tags": Field(list, most=MOST_TAGS),
}


def _long_term(actor: Actor, call: Call) -> Caller:
    """The caller, which must be a user or root with long-term credentials."""
    caller = actor.caller
    if caller is None:
        raise CallError(f"an administrator's change cannot call {call.operation}; name a user")
    if actor.is_temporary or caller.kind not in (CallerKind.USER, CallerKind.ROOT):
        message = f"Cannot call {call.name} with session credentials"
        check = Check("caller", False, f"{call.name} takes long-term credentials only")
        raise Refusal("AccessDenied", message, 403, checks=(check,))
    return caller


def _seconds(call: Call, caller: Caller) -> int:
    """The duration asked for; root is silently cut to one hour (4.1)."""
    asked: int = call.params.get("DurationSeconds") or DEFAULT_SECONDS
    return min(asked, ROOT_SECONDS) if caller.kind is CallerKind.ROOT else asked


def get_session_token(world: World, actor: Actor, call: Call) -> Result:
    """GetSessionToken: needs no permission, keeps the user's identity; with MFA it carries that for its whole life."""
    check_params(call.operation, call.params, SESSION_TOKEN)
    caller = _long_term(actor, call)
    world, with_mfa = check_mfa(world, actor, call)
    name = caller.arn.rpartition("/")[2] if caller.kind is CallerKind.USER else "root"
    seconds = _seconds(call, caller)
    kind = SessionKind.SESSION_TOKEN
    size = call.params.get("MinimumSessionTokenSize", 0)
    who = (caller.arn, caller.arn, caller.unique_id, name, seconds, caller.arn)
    session = issue(world, kind, *who, mfa=with_mfa, token_size=size)
    return Result(world.with_session(session, call.save), {"Credentials": credentials_of(session)})


def get_federation_token(world: World, actor: Actor, call: Call) -> Result:
    """GetFederationToken: the session may do what the user, its boundary and the session policy all allow."""
    check_params(call.operation, call.params, FEDERATION_TOKEN)
    caller = _long_term(actor, call)
    params, name = call.params, call.params["Name"]
    arn = f"arn:{world.partition}:sts::{actor.account}:federated-user/{name}"
    tags = session_tags(pairs(call.operation, params.get("Tags") or ()), (), None)
    decisions = authorize(world, actor, call, call.operation, arn, extra=tags.context())
    if tags.all:
        decisions += authorize(world, actor, call, "sts:TagSession", arn, extra=tags.context())
    policies = session_policies(world, params, actor.account, decisions)
    size = packed_size(params, tags.all, decisions) or 0
    session = issue(
        world,
        SessionKind.FEDERATION_TOKEN,
        arn,
        caller.arn,
        caller.unique_id,
        name,
        _seconds(call, caller),
        caller.arn,
        policies=policies,
        tags=tags.all,
    )
    value: dict[str, Any] = {
        "Credentials": credentials_of(session),
        "FederatedUser": {"FederatedUserId": f"{actor.account}:{name}", "Arn": arn},
        "PackedPolicySize": size,
    }
    return Result(world.with_session(session, call.save), value, None, decisions)
