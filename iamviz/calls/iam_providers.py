"""OIDC and SAML providers, the anchors of federation: docs/rules/roles_and_sessions.md 1.2, 1.4 and 2.3."""

from dataclasses import replace

from iamviz.arn import Arn
from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import Operation, allow, check_quota
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.session_tags import MOST_TAGS, check_case_sensitive_tags
from iamviz.calls.validation import Field, check_params
from iamviz.world.entities import OidcProvider
from iamviz.world.world import World

__all__ = ["PROVIDER_OPERATIONS"]

ARN = Field(str, 20, 2048, required=True)
CLIENT_ID = Field(str, 1, 255, required=True)
MOST_CLIENT_IDS = 100


def create_oidc_provider(world: World, actor: Actor, call: Call) -> Result:
    """CreateOpenIDConnectProvider: an issuer by its URL, and the audiences for which its tokens count."""
    fields = {
        "Url": Field(str, 1, 255, required=True),
        "ClientIDList": Field(list, most=MOST_CLIENT_IDS),
        "ThumbprintList": Field(list, most=5),
        "Tags": Field(list, most=MOST_TAGS),
    }
    check_params(call.operation, call.params, fields)
    check_case_sensitive_tags(call)
    url: str = call.params["Url"]
    if not url.startswith("https://") or not url.removeprefix("https://"):
        raise Refusal("InvalidInput", "Invalid Open ID Connect Provider URL", 400)
    arn = f"arn:{world.partition}:iam::{actor.account}:oidc-provider/{url.removeprefix('https://').rstrip('/')}"
    decisions = allow(world, actor, call, arn)
    if arn in world.oidc_providers:
        text = f"Provider with url {url} already exists."
        raise Refusal("EntityAlreadyExists", text, 409, decisions)
    check_quota(world, actor, "oidc-provider", world.oidc_providers, decisions)
    provider = OidcProvider(arn, tuple(map(str, call.params.get("ClientIDList") or ())))
    changed = replace(world, oidc_providers=world.oidc_providers.set(arn, provider))
    return Result(changed, {"OpenIDConnectProviderArn": arn}, None, decisions)


def _client_id(adds: bool) -> Operation:
    """AddClientIDToOpenIDConnectProvider and RemoveClientIDFromOpenIDConnectProvider."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {"OpenIDConnectProviderArn": ARN, "ClientID": CLIENT_ID})
        arn, client_id = call.params["OpenIDConnectProviderArn"], call.params["ClientID"]
        decisions = allow(world, actor, call, arn)
        provider = _oidc_provider(world, actor, arn)
        kept = tuple(other for other in provider.client_ids if other != client_id) + ((client_id,) if adds else ())
        if len(kept) > MOST_CLIENT_IDS:
            text = f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENT_IDS}"
            raise Refusal("LimitExceeded", text, 409, decisions)
        changed = world.oidc_providers.set(arn, replace(provider, client_ids=kept))
        return Result(replace(world, oidc_providers=changed), {}, None, decisions)

    return operation


def delete_oidc_provider(world: World, actor: Actor, call: Call) -> Result:
    """DeleteOpenIDConnectProvider: roles that trust it stay, and no token of it counts any more."""
    check_params(call.operation, call.params, {"OpenIDConnectProviderArn": ARN})
    arn = call.params["OpenIDConnectProviderArn"]
    decisions = allow(world, actor, call, arn)
    _oidc_provider(world, actor, arn)
    return Result(replace(world, oidc_providers=world.oidc_providers.delete(arn)), {}, None, decisions)


def _oidc_provider(world: World, actor: Actor, arn: str) -> OidcProvider:
    provider = world.oidc_providers.get(arn)
    if provider is None or Arn.parse(arn).account != actor.account:
        raise Refusal("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404)
    return provider


def create_saml_provider(world: World, actor: Actor, call: Call) -> Result:
    """CreateSAMLProvider: an identity provider by its name; its metadata document is not looked at."""
    fields = {
        "Name": Field(str, 1, 128, r"[\w._-]+", required=True),
        "SAMLMetadataDocument": Field(str),
        "Tags": Field(list, most=MOST_TAGS),
    }
    check_params(call.operation, call.params, fields)
    check_case_sensitive_tags(call)
    name = call.params["Name"]
    arn = f"arn:{world.partition}:iam::{actor.account}:saml-provider/{name}"
    decisions = allow(world, actor, call, arn)
    if arn in world.saml_providers:
        raise Refusal("EntityAlreadyExists", f"SAML Provider with name {name} already exists.", 409, decisions)
    check_quota(world, actor, "saml-provider", world.saml_providers, decisions)
    changed = replace(world, saml_providers=world.saml_providers | {arn})
    return Result(changed, {"SAMLProviderArn": arn}, None, decisions)


def delete_saml_provider(world: World, actor: Actor, call: Call) -> Result:
    """DeleteSAMLProvider: roles that trust it stay, and no assertion of it counts any more."""
    check_params(call.operation, call.params, {"SAMLProviderArn": ARN})
    arn = call.params["SAMLProviderArn"]
    if not Arn.is_arn(arn):
        raise CallError(f"SAMLProviderArn is {arn!r}; expected the ARN of a SAML provider")
    decisions = allow(world, actor, call, arn)
    if arn not in world.saml_providers or Arn.parse(arn).account != actor.account:
        raise Refusal("NoSuchEntity", f"Provider for arn {arn} does not exist.", 404, decisions)
    return Result(replace(world, saml_providers=world.saml_providers - {arn}), {}, None, decisions)


PROVIDER_OPERATIONS: dict[str, Operation] = {
    "AddClientIDToOpenIDConnectProvider": _client_id(adds=True),
    "CreateOpenIDConnectProvider": create_oidc_provider,
    "CreateSAMLProvider": create_saml_provider,
    "DeleteOpenIDConnectProvider": delete_oidc_provider,
    "DeleteSAMLProvider": delete_saml_provider,
    "RemoveClientIDFromOpenIDConnectProvider": _client_id(adds=False),
}
