"""The calls of STS: docs/rules/roles_and_sessions.md 4. The larger ones have modules of their own."""

import base64
import binascii
import json
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.assume_role import assume_role
from iamviz.calls.assume_root import assume_root
from iamviz.calls.authorize import authorize, decide
from iamviz.calls.federation import assume_role_with_saml, assume_role_with_web_identity
from iamviz.calls.iam_common import Operation
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.outbound import get_web_identity_token
from iamviz.calls.tokens import get_federation_token, get_session_token
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.world.ids import account_of
from iamviz.world.world import World

__all__ = ["STS_OPERATIONS", "encoded_message"]


def get_caller_identity(world: World, actor: Actor, call: Call) -> Result:
    """GetCallerIdentity: who am I? Needs no permission and cannot be denied (4.6)."""
    check_params(call.operation, call.params, {})
    caller = actor.caller
    if caller is None:
        raise CallError("an administrator's change has no caller identity; name a user or a session")
    decision = decide(world, actor, call, call.operation, "*", None)
    value = {"UserId": caller.unique_id or caller.account, "Account": caller.account, "Arn": caller.arn}
    return Result(world, value, None, (decision,))


def get_access_key_info(world: World, actor: Actor, call: Call) -> Result:
    """GetAccessKeyInfo: the account that a key id belongs to; it says nothing about whether the key works (4.6)."""
    check_params(call.operation, call.params, {"AccessKeyId": Field(str, 16, 128, r"[\w]*", required=True)})
    decisions = () if actor.caller is None else authorize(world, actor, call, call.operation, "*")
    try:
        account = account_of(call.params["AccessKeyId"])
    except (binascii.Error, ValueError):
        raise Refusal("ValidationError", f"{call.params['AccessKeyId']} is not an access key id", 400) from None
    return Result(world, {"Account": account}, None, decisions)


def encoded_message(decision: Decision) -> str:
    """A denial as the opaque text that some services send; `decode_authorization_message` reads it back."""
    request = decision.request
    deciding = decision.explain().deciding
    content = {
        "allowed": decision.allowed,
        "explicitDeny": decision.outcome.value == "explicitDeny",
        "matchedStatements": {"items": [{"statementId": t.statement.sid, "effect": "DENY"} for t in deciding]},
        "failures": {"items": []},
        "context": {
            "principal": {"id": request.caller.unique_id, "arn": request.caller.arn},
            "action": request.action,
            "resource": request.resource,
            "conditions": {"items": [{"key": k, "values": {"items": list(v)}} for k, v in request.values.items()]},
        },
    }
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def decode_authorization_message(world: World, actor: Actor, call: Call) -> Result:
    """DecodeAuthorizationMessage: the details behind a denial, for those who may see them (4.6)."""
    check_params(call.operation, call.params, {"EncodedMessage": Field(str, 1, 10240, required=True)})
    decisions = () if actor.caller is None else authorize(world, actor, call, call.operation, "*")
    try:
        text = base64.b64decode(call.params["EncodedMessage"], altchars=b"-_", validate=True).decode()
        message: Any = json.loads(text)
    except (binascii.Error, ValueError):
        message = None
    if not isinstance(message, dict):
        text = "Decoding error: the message is not one that iamviz encoded"
        raise Refusal("InvalidAuthorizationMessageException", text, 400, decisions)
    return Result(world, {"DecodedMessage": json.dumps(message)}, None, decisions)


STS_OPERATIONS: dict[str, Operation] = {
    "AssumeRole": assume_role,
    "AssumeRoot": assume_root,
    "AssumeRoleWithSAML": assume_role_with_saml,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "DecodeAuthorizationMessage": decode_authorization_message,
    "GetAccessKeyInfo": get_access_key_info,
    "GetCallerIdentity": get_caller_identity,
    "GetFederationToken": get_federation_token,
    "GetSessionToken": get_session_token,
    "GetWebIdentityToken": get_web_identity_token,
}
