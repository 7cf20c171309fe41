"""AssumeRoleWithWebIdentity and AssumeRoleWithSAML: calls without AWS credentials.

docs/rules/roles_and_sessions.md 4.3 and 4.4.
Tokens and assertions are given decoded: claims as a mapping, since what matters here is what they say.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from immutables import Map

from iamviz.arn import Arn
from iamviz.calls.actors import Actor
from iamviz.calls.admission import HOUR, Wish, admit, check_duration
from iamviz.calls.assertions import attributes_of, claimed_keys
from iamviz.calls.issue import credentials_of, role_session
from iamviz.calls.model import Call, Check, Refusal, Result
from iamviz.calls.session_policies import packed_size, session_policies
from iamviz.calls.session_tags import session_tags
from iamviz.calls.validation import NAME_PATTERN, TOKEN_SIZE, Field, check_params, check_role_arn
from iamviz.engine.request import Caller, CallerKind
from iamviz.policy.check.principals import BUILT_IN_PROVIDERS
from iamviz.world.context import ContextValue
from iamviz.world.entities import OidcProvider
from iamviz.world.sessions import SessionKind
from iamviz.world.world import World

__all__ = ["assume_role_with_saml", "assume_role_with_web_identity"]

DURATION = Field(int, 900, 43200)
WEB_IDENTITY = {
    "RoleArn": Field(str, 20, 2048, required=True),
    "RoleSessionName": Field(str, 2, 64, NAME_PATTERN, required=True),
    "WebIdentityToken": Field(dict, required=True),
    "ProviderId": Field(str, 4, 2048),
    "DurationSeconds": DURATION,
    "Policy": Field(str, 1, 2048),
    "PolicyArns": Field(list),
    "MinimumSessionTokenSize": TOKEN_SIZE,
}
SAML = {
    "RoleArn": Field(str, 20, 2048, required=True),
    "PrincipalArn": Field(str, 20, 2048, required=True),
    "SAMLAssertion": Field(dict, required=True),
    "DurationSeconds": DURATION,
    "Policy": Field(str, 1, 2048),
    "PolicyArns": Field(list),
    "MinimumSessionTokenSize": TOKEN_SIZE,
}
GITHUB = "token.actions.githubusercontent.com"
OAUTH = {"www.amazon.com": ("app_id", "user_id"), "graph.facebook.com": ("app_id", "id")}
"""The built-in providers of OAuth 2.0, and what they tell of a token: condition keys of the same names."""
MAPPED = {
    **OAUTH,
    GITHUB: """actor actor_id job_workflow_ref repository repository_id repository_owner_id workflow ref environment
        enterprise_id""".split(),
}
"""The claims beside aud, sub and amr that STS puts into the context, by issuer (2.3)."""
_KEPT = ("saml:sub", "saml:sub_type", "saml:namequalifier")
"""What of an assertion stays in the context for the whole session (docs/rules/policy_evaluation.md 4.6)."""
OUTBOUND_ISSUERS = ".tokens.sts.global.api.aws"
"""Where the issuers of GetWebIdentityToken are, whose tokens STS does not take (4.7)."""
_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}")
TAGS_CLAIM, SOURCE_CLAIM = "https://aws.amazon.com/tags", "https://aws.amazon.com/source_identity"

ClaimKey = tuple[str, tuple[str, ...]]
"""A claim as a condition key, without the name of its issuer, and its values."""


def assume_role_with_web_identity(world: World, actor: Actor, call: Call) -> Result:
    """AssumeRoleWithWebIdentity: provider, token, audience, then the trust policy; not chaining (4.4)."""
    params = call.params
    check_params(call.operation, params, WEB_IDENTITY)
    check_role_arn(params["RoleArn"])
    claims = params["WebIdentityToken"]
    account = Arn.parse(params["RoleArn"]).account
    host, provider = (
        _oauth(params["ProviderId"], claims) if "ProviderId" in params else _provider(world, account, claims)
    )
    _check_expiry(world, claims)
    audience = _check_audience(claims, provider)
    tags = session_tags(*_claimed_tags(_nested(claims)), None)
    federated = provider.arn if provider else host
    caller = Actor(Caller(CallerKind.FEDERATED, account=account, federated=federated), account)
    keys = [ContextValue("sts:RoleSessionName", (params["RoleSessionName"],), "the call")]
    keys += [ContextValue("aws:FederatedProvider", (federated,), "the issuer of the token")]
    keys += [
        ContextValue(f"{host}:{name}", value, "a claim of the token")
        for name, value in _claim_keys(host, claims, audience)
    ]
    source = _source_identity(claims.get(SOURCE_CLAIM, ""))
    if source:
        keys.append(ContextValue("sts:SourceIdentity", (source,), "a claim of the token"))
    wish = Wish(params["RoleArn"], call.operation, tags, source, tuple(keys))
    more = {"SubjectFromWebIdentityToken": claims.get("sub", ""), "Provider": federated, "Audience": audience}
    return _enter(world, caller, call, wish, SessionKind.WEB_IDENTITY, params["RoleSessionName"], federated, more)


def _nested(claims: Mapping[str, Any]) -> Any:
    """The claim with the tags, also where the token has it flattened: ``…/tags/principal_tags/KEY``."""
    claim = claims.get(TAGS_CLAIM, {})
    flat = {name.removeprefix(f"{TAGS_CLAIM}/"): value for name, value in claims.items() if TAGS_CLAIM in str(name)}
    prefix = "principal_tags/"
    tags = {name.removeprefix(prefix): value for name, value in flat.items() if name.startswith(prefix)}
    found = {"transitive_tag_keys": flat["transitive_tag_keys"]} if "transitive_tag_keys" in flat else {}
    found |= {"principal_tags": tags} if tags else {}
    return {**claim, **found} if found and isinstance(claim, Mapping) else claim


def _claimed_tags(claim: Any) -> tuple[list[tuple[str, str]], list[str]]:
    """Tags and transitive keys of the claim: ``{"principal_tags": {key: [value]}, "transitive_tag_keys": [key]}``."""
    tags = claim.get("principal_tags", {}) if isinstance(claim, Mapping) else None
    keys = claim.get("transitive_tag_keys", []) if isinstance(claim, Mapping) else None
    if not isinstance(tags, Mapping) or not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _bad_token(f"the claim {TAGS_CLAIM} has no principal_tags and transitive_tag_keys", "tags")
    pairs = [(key, value[0] if isinstance(value, list) and value else value) for key, value in tags.items()]
    if not all(isinstance(text, str) for pair in pairs for text in pair):
        raise _bad_token(f"the tags of the claim {TAGS_CLAIM} are lists of one text each", "tags")
    return pairs, keys


def _provider(world: World, account: str, claims: Mapping[str, Any]) -> tuple[str, OidcProvider | None]:
    """Host and provider of the token's issuer; None for one that is built in."""
    issuer = str(claims.get("iss", ""))
    host = issuer.removeprefix("https://").rstrip("/")
    if host in BUILT_IN_PROVIDERS:
        return host, None
    arn = f"arn:{world.partition}:iam::{account}:oidc-provider/{host}"
    provider = world.oidc_providers.get(arn)
    if provider is None or host.endswith(OUTBOUND_ISSUERS):
        raise _bad_token(f"No OpenIDConnect provider found in your account for {issuer}", "provider")
    return host, provider


def _oauth(host: str, claims: Mapping[str, Any]) -> tuple[str, None]:
    """The provider of an access token of OAuth 2.0, which the call has to name; never for a token of OpenID Connect."""
    if host not in OAUTH:
        text = f"ProviderId names {' or '.join(sorted(OAUTH))}; leave it out for a token of OpenID Connect"
        raise Refusal("ValidationError", text, 400)
    issuer = str(claims.get("iss", host)).removeprefix("https://")
    if issuer != host:
        raise _bad_token(f"the token is of {issuer}, not of {host}", "provider")
    return host, None


def _check_expiry(world: World, claims: Mapping[str, Any]) -> None:
    expires = _instant(claims.get("exp"), "the claim exp")
    now = int(world.now.timestamp())
    if expires is not None and now >= expires.timestamp():
        end = int(expires.timestamp())
        text = f"Token expired: current date/time {now} must be before the expiration date/time {end}"
        check = Check("token", False, f"it expired at {expires:%H:%M}")
        raise Refusal("ExpiredTokenException", text, 400, checks=(check,))


def _instant(value: Any, what: str) -> datetime | None:
    """An instant of a token or assertion, told in seconds since 1970; None where it tells none."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        message = f"{what} is {value!r:.60}; expected an instant in seconds since 1970"
        raise _bad_token(message, "token") from None


def _check_audience(claims: Mapping[str, Any], provider: OidcProvider | None) -> str:
    """The audience that the provider knows: azp, else aud, of which a token may list several."""
    told = claims.get("azp") or claims.get("aud") or claims.get("app_id", "")
    audiences = [str(item) for item in told] if isinstance(told, list) else [str(told)]
    known = [name for name in audiences if name and (provider is None or name in provider.client_ids)]
    if not known:
        raise _bad_token("Incorrect token audience", "audience")
    return known[0]


def _claim_keys(host: str, claims: Mapping[str, Any], audience: str) -> list[ClaimKey]:
    """aud, oaud, sub, amr and the mapped claims; a claim that the token lacks is absent (2.3, 3.6)."""
    found: list[ClaimKey] = [("aud", (audience,)), ("oaud", _texts(claims.get("aud", audience)))]
    if "sub" in claims:
        found.append(("sub", (str(claims["sub"]),)))
    if "amr" in claims:
        found.append(("amr", _texts(claims["amr"])))
    further = [name for name in MAPPED.get(host, ()) if name in claims]
    found += [(name, (str(claims[name]),)) for name in further]
    return found


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def assume_role_with_saml(world: World, actor: Actor, call: Call) -> Result:
    """AssumeRoleWithSAML: session name, tags and source identity come from the assertion's attributes (4.3)."""
    params = call.params
    check_params(call.operation, params, SAML)
    check_role_arn(params["RoleArn"])
    provider, assertion = params["PrincipalArn"], attributes_of(params["SAMLAssertion"])
    if ":saml-provider/" not in provider:
        raise Refusal("ValidationError", "Request ARN is invalid", 400)
    account = Arn.parse(params["RoleArn"]).account
    if provider not in world.saml_providers:
        raise _bad_token(f"SAML provider {provider} does not exist", "provider")
    name = _saml_session_name(assertion)
    tags = session_tags(*_saml_tags(assertion), None)
    source = _source_identity(assertion.get("SourceIdentity", ""))
    keys = [ContextValue("sts:RoleSessionName", (name,), "the assertion")]
    issuer = str(assertion.get("Issuer", ""))
    format_ = str(assertion.get("SubjectType", "")).removeprefix("urn:oasis:names:tc:SAML:2.0:nameid-format:")
    qualifier = _name_qualifier(issuer, account, provider)
    for key, value in (
        ("aud", assertion.get("Recipient")),
        ("iss", issuer or None),
        ("sub", assertion.get("Subject")),
        ("sub_type", format_ or None),
        ("namequalifier", qualifier if issuer else None),
        ("doc", f"{account}/{provider.rpartition('/')[2]}"),
    ):
        if value is not None:
            keys.append(ContextValue(f"saml:{key}", (str(value),), "the assertion"))
    keys += [ContextValue(key, values, "an attribute of the assertion") for key, values in claimed_keys(assertion)]
    if source:
        keys.append(ContextValue("sts:SourceIdentity", (source,), "the assertion"))
    caller = Actor(Caller(CallerKind.FEDERATED, account=account, federated=provider), account)
    wish = Wish(params["RoleArn"], call.operation, tags, source, tuple(keys))
    more = {
        "Subject": assertion.get("Subject", ""),
        "SubjectType": format_,
        "Issuer": issuer,
        "Audience": assertion.get("Recipient", ""),
        "NameQualifier": qualifier,
    }
    _check_offered(call, wish, assertion.get("Role"), provider)
    end = _instant(assertion.get("SessionNotOnOrAfter"), "SessionNotOnOrAfter")
    return _enter(world, caller, call, wish, SessionKind.SAML, name, provider, more, end)


def _check_offered(call: Call, wish: Wish, offered: Any, provider: str) -> None:
    """Refusal when the assertion lists roles ("roleArn,providerArn", in any order) and this one is not among them."""
    if offered is None:
        return
    items = offered if isinstance(offered, list | tuple) else [offered]
    listed = [{part.strip() for part in str(item).split(",")} for item in items]
    if {wish.role_arn, provider} not in listed:
        check = Check("assertion", False, "its attribute Role does not list this role with this provider")
        raise Refusal("AccessDenied", f"Not authorized to perform {call.operation}", 403, checks=(check,))


def _saml_tags(assertion: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """Tags and transitive keys of the attributes PrincipalTag:KEY and TransitiveTagKeys."""
    tags, keys = assertion.get("PrincipalTags", {}), assertion.get("TransitiveTagKeys", [])
    if not isinstance(tags, Mapping) or not all(isinstance(text, str) for pair in tags.items() for text in pair):
        raise _bad_token("PrincipalTags of the assertion is a mapping of keys to texts", "tags")
    if not isinstance(keys, list | tuple) or not all(isinstance(key, str) for key in keys):
        raise _bad_token("TransitiveTagKeys of the assertion is a list of keys", "tags")
    return list(tags.items()), list(keys)


def _saml_session_name(assertion: Mapping[str, Any]) -> str:
    name = assertion.get("RoleSessionName")
    if name is None:
        raise _bad_token("RoleSessionName is required in AuthnResponse", "assertion")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _bad_token("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}", "assertion")
    return name


def _source_identity(value: Any) -> str:
    """The source identity that an assertion or token sets; "" for none (5)."""
    if value == "":
        return ""
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value.lower().startswith("aws:"):
        text = 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'
        raise _bad_token(text, "source identity")
    return value


def _name_qualifier(issuer: str, account: str, provider: str) -> str:
    """BASE64(SHA1(issuer + account + "/" + provider name)), which makes a subject unique (4.3)."""
    told = f"{issuer}{account}/{provider.rpartition('/')[2]}".encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.sha1(told, usedforsecurity=False).digest()).decode()


def _enter(
    world: World,
    actor: Actor,
    call: Call,
    wish: Wish,
    kind: SessionKind,
    name: str,
    provider: str,
    more: Mapping[str, str],
    not_after: datetime | None = None,
) -> Result:
    """Ask the trust policy, check the duration, issue the session."""
    decisions = admit(world, actor, call, wish)
    role = world.role(wish.role_arn)
    seconds: int = call.params.get("DurationSeconds") or HOUR
    check = check_duration(role, seconds, False, decisions)
    if not_after is not None:
        left = int((not_after - world.now) / timedelta(seconds=1))
        if left <= 0:
            at = Check("assertion", False, f"it ended at {not_after:%H:%M}")
            raise Refusal("ExpiredTokenException", "Token must be redeemed before it ends", 400, decisions, (at,))
        seconds = min(seconds, left)
    policies = session_policies(world, call.params, role.account, decisions)
    size = packed_size(call.params, wish.tags.all, decisions)
    session = role_session(
        world,
        role,
        name,
        seconds,
        provider,
        kind=kind,
        policies=policies,
        tags=wish.tags.all,
        transitive=wish.tags.transitive,
        source_identity=wish.source_identity,
        context=Map({key.key: key.values[0] for key in wish.context if key.key in _KEPT}),
        token_size=call.params.get("MinimumSessionTokenSize", 0),
    )
    value: dict[str, Any] = {
        "Credentials": credentials_of(session),
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        **({} if size is None else {"PackedPolicySize": size}),
        **more,
        **({"SourceIdentity": session.source_identity} if session.source_identity else {}),
    }
    return Result(world.with_session(session, call.save), value, None, decisions, (check,))


def _bad_token(message: str, what: str) -> Refusal:
    return Refusal("InvalidIdentityToken", message, 400, checks=(Check(what, False, message),))
