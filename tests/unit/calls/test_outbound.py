"""Tokens that AWS signs about its callers: docs/rules/roles_and_sessions.md 4.7."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from iamviz import CallError, World
from tests.unit.calls.company import ANA, ANA_ARN, HOME, T0, allow, assume, code, company, do, done, role, trusts, user

TOKEN: dict[str, Any] = {"Audience": ["https://api.example.com"], "SigningAlgorithm": "ES384"}
TAGS = [{"Key": "job", "Value": "42"}]
ADMIN = f"admin:{HOME}"


def world(*statements: Any, enabled: bool = True) -> World:
    made = company(user("ana", *statements or (allow("*"),)), role("R", trusts(HOME), *statements or (allow("*"),)))
    return done(do(made, ADMIN, "iam:EnableOutboundWebIdentityFederation")) if enabled else made


def ask_for(in_world: World, actor: str = ANA, **more: Any) -> Any:
    return do(in_world, actor, "sts:GetWebIdentityToken", **TOKEN | more)


def claims(result: Any) -> dict[str, Any]:
    assert result.ok, result.error
    middle = result.value["WebIdentityToken"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def test_a_token_tells_who_asked_and_for_whom_it_is() -> None:
    result = ask_for(world(), Tags=TAGS)
    told = claims(result)
    assert (told["sub"], told["aud"]) == (ANA_ARN, "https://api.example.com")
    assert told["https://sts.amazonaws.com/"] == {"aws_account": HOME, "request_tags": {"job": "42"}}
    assert told["exp"] - told["iat"] == 300
    assert result.value["Expiration"] == (T0 + timedelta(seconds=300)).isoformat()


def test_a_session_tells_its_role() -> None:
    made = done(assume(world(), ANA, "R"))
    assert claims(ask_for(made, "session:R"))["sub"].endswith(":role/R")


def test_the_account_has_to_switch_it_on() -> None:
    off = world(enabled=False)
    assert code(ask_for(off)) == "OutboundWebIdentityFederationDisabledException"
    assert code(do(off, ADMIN, "iam:DisableOutboundWebIdentityFederation")) == "FeatureDisabled"
    assert code(do(off, ADMIN, "iam:GetOutboundWebIdentityFederationInfo")) == "FeatureDisabled"
    assert code(do(world(), ADMIN, "iam:EnableOutboundWebIdentityFederation")) == "FeatureEnabled"
    again = done(do(world(), ADMIN, "iam:DisableOutboundWebIdentityFederation"))
    assert code(ask_for(again)) == "OutboundWebIdentityFederationDisabledException"


def test_it_needs_its_permission_and_with_tags_another() -> None:
    may = world(allow("sts:GetWebIdentityToken"))
    assert ask_for(may).ok
    refused = ask_for(may, Tags=TAGS)
    assert code(refused) == "AccessDenied"
    assert refused.decision.request.action == "sts:TagSession"
    assert code(ask_for(world(allow("s3:*")))) == "AccessDenied"


@pytest.mark.parametrize(
    ("condition", "ok"),
    [
        ({"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://api.example.com"}}, True),
        ({"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://else"}}, False),
        ({"StringEquals": {"sts:SigningAlgorithm": "RS256"}}, False),
        ({"NumericLessThanEquals": {"sts:DurationSeconds": "300"}}, True),
        ({"NumericLessThan": {"sts:DurationSeconds": "300"}}, False),
    ],
)
def test_what_is_asked_for_can_be_limited(condition: dict[str, Any], ok: bool) -> None:
    assert ask_for(world(allow("sts:GetWebIdentityToken", Condition=condition))).ok is ok


def test_a_token_ends_with_the_session_that_asks_for_it() -> None:
    made = done(assume(world(), ANA, "R", DurationSeconds=900))
    late = made.at(made.now + timedelta(seconds=600))
    assert ask_for(late, "session:R").ok
    assert code(ask_for(late, "session:R", DurationSeconds=301)) == "SessionDurationEscalationException"


@pytest.mark.parametrize(
    "params",
    [
        {"Audience": []},
        {"Audience": ["x"] * 11},
        {"Audience": [""]},
        {"Audience": ["x" * 1001]},
        {"SigningAlgorithm": "HS256"},
        {"DurationSeconds": 59},
        {"DurationSeconds": 3601},
        {"Tags": [{"Key": f"k{number}", "Value": ""} for number in range(51)]},
    ],
)
def test_what_is_not_valid(params: dict[str, Any]) -> None:
    assert code(ask_for(world(), **params)) == "ValidationError"


def test_sessions_of_get_session_token_ask_in_vain() -> None:
    made = done(do(world(), ANA, "sts:GetSessionToken", save="mine"))
    assert code(ask_for(made, "session:mine")) == "AccessDenied"


def test_an_administrator_has_no_identity_to_tell() -> None:
    with pytest.raises(CallError, match="has no identity to tell"):
        ask_for(world(), ADMIN)


def test_sts_does_not_take_such_a_token_even_from_a_provider_of_that_name() -> None:
    issuer = claims(ask_for(world()))["iss"]
    provider = {"Url": issuer, "ClientIDList": ["https://api.example.com"]}
    made = done(do(world(), ADMIN, "iam:CreateOpenIDConnectProvider", **provider))
    arn = f"arn:aws:iam::{HOME}:oidc-provider/{issuer.removeprefix('https://')}"
    trust = json.dumps({"Statement": trusts({"Federated": arn}, ["sts:AssumeRoleWithWebIdentity"])})
    made = done(do(made, ADMIN, "iam:CreateRole", RoleName="Web", AssumeRolePolicyDocument=trust))
    token = {"iss": issuer, "aud": "https://api.example.com", "sub": ANA_ARN}
    params = {"RoleArn": f"arn:aws:iam::{HOME}:role/Web", "RoleSessionName": "work", "WebIdentityToken": token}
    assert code(do(made, "web:job", "sts:AssumeRoleWithWebIdentity", **params)) == "InvalidIdentityToken"
