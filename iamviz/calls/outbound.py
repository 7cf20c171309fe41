"""Outbound web identity federation: AWS signs a token about its caller for a service outside of AWS.

docs/rules/roles_and_sessions.md 4.7. Tokens are not AWS credentials, and STS does not take them for
AssumeRoleWithWebIdentity: their issuer is AWS. Their claims and signature are made up.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.federation import OUTBOUND_ISSUERS
from iamviz.calls.iam_common import Operation, allow
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.session_tags import MOST_TAGS, SessionTags, pairs, session_tags
from iamviz.calls.validation import Field, check_members, check_params
from iamviz.engine.request import Caller
from iamviz.world.context import ContextValue
from iamviz.world.ids import organization_id, session_token
from iamviz.world.world import World

__all__ = ["OUTBOUND_OPERATIONS", "get_web_identity_token"]

DEFAULT_SECONDS = 300
PARAMS = {
    "Audience": Field(list, 1, 10, required=True),
    "SigningAlgorithm": Field(str, 5, 5, "RS256|ES384", required=True),
    "DurationSeconds": Field(int, 60, 3600),
    "Tags": Field(list, most=MOST_TAGS),
}
AUDIENCE = {"audience": Field(str, 1, 1000)}
DISABLED = "Outbound web identity federation is not enabled for this account."
ESCALATION = "The requested token duration would extend beyond the expiration of the caller's session."


def get_web_identity_token(world: World, actor: Actor, call: Call) -> Result:
    """GetWebIdentityToken: needs its permission (with tags sts:TagSession as well), and the account's switch.

    A token never outlives the session that asks for it. The order of these checks is ours.
    """
    params = call.params
    check_params(call.operation, params, PARAMS)
    for number, audience in enumerate(params["Audience"], 1):
        check_members(call.operation, f"audience.{number}", {"audience": audience}, AUDIENCE)
    caller = actor.caller
    if caller is None:
        raise CallError("an administrator's change has no identity to tell; name a user or a session")
    tags = session_tags(pairs(call.operation, params.get("Tags") or ()), (), None)
    seconds: int = params.get("DurationSeconds") or DEFAULT_SECONDS
    keys = _keys(params, seconds, tags)
    decisions = authorize(world, actor, call, call.operation, "*", extra=keys)
    if tags.all:
        decisions += authorize(world, actor, call, "sts:TagSession", "*", extra=keys)
    issuer = world.account(caller.account).token_issuer
    if not issuer:
        check = Check("federation", False, f"account {caller.account} has not enabled outbound web identity federation")
        raise Refusal("OutboundWebIdentityFederationDisabledException", DISABLED, 403, decisions, (check,))
    expires = world.now + timedelta(seconds=seconds)
    if actor.session is not None and expires > actor.session.expires:
        check = Check("duration", False, f"the caller's session ends at {actor.session.expires:%H:%M:%S}")
        raise Refusal("SessionDurationEscalationException", ESCALATION, 403, decisions, (check,))
    claims = {
        "aud": sorted(params["Audience"]) if len(params["Audience"]) > 1 else params["Audience"][0],
        "exp": int(expires.timestamp()),
        "https://sts.amazonaws.com/": _about(world, caller, tags),
        "iat": int(world.now.timestamp()),
        "iss": issuer,
        "sub": caller.role_arn or caller.arn,
    }
    token = _signed(params["SigningAlgorithm"], claims)
    return Result(world, {"WebIdentityToken": token, "Expiration": expires.isoformat()}, None, decisions)


def _keys(params: Mapping[str, Any], seconds: int, tags: SessionTags) -> list[ContextValue]:
    """The condition keys that the call brings (docs/rules/policy_evaluation.md 4.6, names unconfirmed)."""
    origin = "the GetWebIdentityToken call"
    return [
        ContextValue("sts:IdentityTokenAudience", tuple(params["Audience"]), origin),
        ContextValue("sts:SigningAlgorithm", (params["SigningAlgorithm"],), origin),
        ContextValue("sts:DurationSeconds", (str(seconds),), origin),
        *tags.context(),
    ]


def _about(world: World, caller: Caller, tags: SessionTags) -> dict[str, Any]:
    """What the token says of the caller beside its subject."""
    organization = world.account(caller.account).organization
    return {
        "aws_account": caller.account,
        **({"org_id": organization} if organization else {}),
        **({"request_tags": dict(sorted(tags.all.items()))} if tags.all else {}),
    }


def _signed(algorithm: str, claims: Mapping[str, Any]) -> str:
    """A JSON Web Token: header, claims, signature."""
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    texts = [json.dumps(part, sort_keys=True, separators=(",", ":")) for part in parts]
    head = ".".join(base64.urlsafe_b64encode(text.encode("utf-8")).decode().rstrip("=") for text in texts)
    return f"{head}.{session_token('signature', *texts)[:86]}"


def _switch(on: bool) -> Operation:
    """EnableOutboundWebIdentityFederation, which gives the account an issuer, and its reverse."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {})
        decisions = allow(world, actor, call, "*")
        account = world.account(actor.account)
        if on == bool(account.token_issuer):
            code, status = ("FeatureEnabled", 409) if on else ("FeatureDisabled", 404)
            text = f"Outbound web identity federation is {'already' if on else 'not'} enabled for this account."
            raise Refusal(code, text, status, decisions)
        name = organization_id("issuer", account.id, length=32)
        issuer = f"https://{name}{OUTBOUND_ISSUERS}" if on else ""
        changed = world.with_account(replace(account, token_issuer=issuer))
        return Result(changed, {"IssuerIdentifier": issuer} if on else {}, None, decisions)

    return operation


def get_outbound_info(world: World, actor: Actor, call: Call) -> Result:
    """GetOutboundWebIdentityFederationInfo: the issuer whose tokens tell of this account's identities."""
    check_params(call.operation, call.params, {})
    decisions = allow(world, actor, call, "*")
    issuer = world.account(actor.account).token_issuer
    if not issuer:
        raise Refusal("FeatureDisabled", DISABLED, 404, decisions)
    return Result(world, {"IssuerIdentifier": issuer, "JwtVendingEnabled": True}, None, decisions)


OUTBOUND_OPERATIONS: dict[str, Operation] = {
    "DisableOutboundWebIdentityFederation": _switch(on=False),
    "EnableOutboundWebIdentityFederation": _switch(on=True),
    "GetOutboundWebIdentityFederationInfo": get_outbound_info,
}
