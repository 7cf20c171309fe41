"""AssumeRole: docs/rules/roles_and_sessions.md 3.4 and 4.2."""

from collections.abc import Mapping
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.admission import HOUR, Wish, admit, check_caller, check_duration
from iamviz.calls.issue import credentials_of, role_session
from iamviz.calls.mfa import check_mfa, mfa_context
from iamviz.calls.model import Call, Check, Result
from iamviz.calls.provided_contexts import PROVIDED_CONTEXTS, provided_contexts
from iamviz.calls.session_policies import packed_size, session_policies
from iamviz.calls.session_tags import MOST_TAGS, pairs, session_tags, tag_keys
from iamviz.calls.validation import NAME_PATTERN, TOKEN_SIZE, Field, check_params, check_role_arn
from iamviz.world.context import ContextValue
from iamviz.world.world import World

__all__ = ["assume_role"]

PARAMS = {
    "RoleArn": Field(str, 20, 2048, required=True),
    "RoleSessionName": Field(str, 2, 64, NAME_PATTERN, required=True),
    "PolicyArns": Field(list),
    "Policy": Field(str, 1),
    "DurationSeconds": Field(int, 900, 43200),
    "Tags": Field(list, most=MOST_TAGS),
    "TransitiveTagKeys": Field(list, most=MOST_TAGS),
    "ExternalId": Field(str, 2, 1224, r"[\w+=,.@:\/-]*"),
    "SerialNumber": Field(str, 9, 256, r"[\w+=/:,.@-]*"),
    "TokenCode": Field(str, 6, 6, r"[\d]*"),
    "SourceIdentity": Field(str, 2, 64, NAME_PATTERN, forbidden_start="aws:"),
    "ProvidedContexts": PROVIDED_CONTEXTS,
    "MinimumSessionTokenSize": TOKEN_SIZE,
}


def assume_role(world: World, actor: Actor, call: Call) -> Result:
    """Validation, caller type, MFA, both sides for every action needed, duration, session policies; then a session.

    AWS does not document the order of the duration against the policies; validation and MFA stand before the role is
    looked up, so that a wrong code never tells whether a role exists.
    """
    params = call.params
    check_params(call.operation, params, PARAMS)
    arn: str = params["RoleArn"]
    check_role_arn(arn)
    transitive = tag_keys(call.operation, "TransitiveTagKeys", params.get("TransitiveTagKeys") or ())
    tags = session_tags(pairs(call.operation, params.get("Tags") or ()), transitive, actor.session)
    provided = provided_contexts(call.operation, params.get("ProvidedContexts") or ())
    caller_check = check_caller(actor)
    world, with_mfa = check_mfa(world, actor, call)
    inherited = actor.session.source_identity if actor.session else ""
    passed = params.get("SourceIdentity", "")
    keys = (*_keys(params), *mfa_context(with_mfa), *provided)
    wish = Wish(arn, "sts:AssumeRole", tags, passed or inherited, keys, "ProvidedContexts" in params)
    decisions = admit(world, actor, call, wish)
    role = world.role(arn)
    seconds: int = params.get("DurationSeconds") or HOUR
    checks = [caller_check]
    checks += [Check("MFA", True, "the code of the user's device was right")] if with_mfa else []
    checks.append(check_duration(role, seconds, actor.is_temporary, decisions))
    policies = session_policies(world, params, role.account, decisions)
    size = packed_size(params, tags.all, decisions)
    checks += [Check("size", True, f"session policy and tags take {size} % of their space")] if size else []
    session = role_session(
        world,
        role,
        params["RoleSessionName"],
        seconds,
        actor.caller.arn if actor.caller else "",
        policies=policies,
        tags=tags.all,
        transitive=tags.transitive,
        source_identity=wish.source_identity,
        token_size=params.get("MinimumSessionTokenSize", 0),
    )
    value: dict[str, Any] = {
        "Credentials": credentials_of(session),
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        **({} if size is None else {"PackedPolicySize": size}),
        **({"SourceIdentity": session.source_identity} if session.source_identity else {}),
    }
    return Result(world.with_session(session, call.save), value, None, decisions, tuple(checks))


def _keys(params: Mapping[str, Any]) -> list[ContextValue]:
    """The condition keys that the call itself brings (3.6)."""
    origin = "the AssumeRole call"
    names = {
        "sts:RoleSessionName": "RoleSessionName",
        "sts:ExternalId": "ExternalId",
        "sts:SourceIdentity": "SourceIdentity",
    }
    given = {key: params.get(name) for key, name in names.items()}
    return [ContextValue(key, (value,), origin) for key, value in given.items() if value is not None]
