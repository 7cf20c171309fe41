"""The request context by the kind of credentials: docs/rules/policy_evaluation.md 4.7."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from iamviz import Caller, World, WorldError
from iamviz.world import Account
from iamviz.world.context import Context, ContextValue
from iamviz.world.entities import OidcProvider
from iamviz.world.workloads import new_workload
from tests.unit.calls.company import (
    ANA,
    AWAY,
    DEVICE,
    HOME,
    ROOT,
    allow,
    arn,
    assume,
    company,
    do,
    done,
    role,
    trusts,
    user,
)

ISSUER = "token.example.com"
EVERYTHING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def everybody() -> World:
    """A world with one session of every kind, ten minutes old."""
    ana = user("ana", allow("sts:*"), tags=Map({"team": "blue", "Shoe": "42"}), mfa_serial=DEVICE)
    reader = role("app/Reader", trusts(arn("user", "ana"), EVERYTHING), tags=Map({"env": "dev", "team": "role"}))
    provider = arn("oidc-provider", ISSUER)
    pod = role("Pod", trusts({"Federated": provider}, "sts:AssumeRoleWithWebIdentity"))
    world = company(
        ana,
        reader,
        pod,
        oidc_providers=Map({provider: OidcProvider(provider, ("aws",))}),
        accounts=Map({HOME: Account(HOME, "home", "o-exampleorgid"), AWAY: Account(AWAY, "away")}),
    )
    tags = [{"Key": "TEAM", "Value": "red"}]
    world = done(assume(world, ANA, "app/Reader", save="reader", Tags=tags, SourceIdentity="ana"))
    world = done(do(world, ANA, "sts:GetSessionToken", save="plain"))
    world = done(do(world, ANA, "sts:GetSessionToken", save="mfa", SerialNumber=DEVICE, TokenCode="123456"))
    world = done(do(world, ANA, "sts:GetFederationToken", save="federated", Name="fed", Tags=tags))
    world = done(do(world, ROOT, "sts:GetSessionToken", save="root-session"))
    claims = {"iss": f"https://{ISSUER}", "aud": "aws", "sub": "pod"}
    params = {"RoleArn": pod.arn, "RoleSessionName": "pod", "WebIdentityToken": claims}
    world = done(do(world, "web:pod", "sts:AssumeRoleWithWebIdentity", save="web", **params))
    return world.at(world.now.replace(minute=10))


WORLD = everybody()
KEYS = """aws:username aws:TokenIssueTime aws:MultiFactorAuthPresent aws:MultiFactorAuthAge aws:SourceIdentity
    aws:FederatedProvider aws:AssumedRoot aws:PrincipalServiceName""".split()
ISSUED = "2026-01-01T00:00:00Z"
EXPECTED = {
    arn("user", "ana"): {"aws:username": "ana"},
    "plain": {"aws:username": "ana", "aws:TokenIssueTime": ISSUED, "aws:MultiFactorAuthPresent": "false"},
    "mfa": {
        "aws:username": "ana",
        "aws:TokenIssueTime": ISSUED,
        "aws:MultiFactorAuthPresent": "true",
        "aws:MultiFactorAuthAge": "600",
    },
    "reader": {"aws:TokenIssueTime": ISSUED, "aws:MultiFactorAuthPresent": "false", "aws:SourceIdentity": "ana"},
    "web": {
        "aws:TokenIssueTime": ISSUED,
        "aws:MultiFactorAuthPresent": "false",
        "aws:FederatedProvider": arn("oidc-provider", ISSUER),
    },
    "federated": {"aws:TokenIssueTime": ISSUED, "aws:MultiFactorAuthPresent": "false"},
    "root-session": {"aws:TokenIssueTime": ISSUED, "aws:MultiFactorAuthPresent": "false"},
    arn("role", "app/Reader"): {},
}


@pytest.mark.parametrize("who", EXPECTED)
def test_which_keys_a_kind_of_credentials_carries_and_which_are_absent(who: str) -> None:
    context = WORLD.context_of(who)
    found = {key: context.get(key) for key in KEYS}
    assert {key: values[0] for key, values in found.items() if values} == EXPECTED[who]


PRINCIPALS = {
    arn("user", "ana"): (arn("user", "ana"), "User", WORLD.users[arn("user", "ana")].unique_id),
    "mfa": (arn("user", "ana"), "User", WORLD.users[arn("user", "ana")].unique_id),
    "reader": (
        arn("role", "app/Reader"),
        "AssumedRole",
        WORLD.roles[arn("role", "app/Reader")].unique_id + ":work",
    ),
    "web": (arn("role", "Pod"), "AssumedRole", WORLD.roles[arn("role", "Pod")].unique_id + ":pod"),
    "federated": (f"arn:aws:sts::{HOME}:federated-user/fed", "FederatedUser", f"{HOME}:fed"),
    "root-session": (f"arn:aws:iam::{HOME}:root", "Account", HOME),
}


@pytest.mark.parametrize("who", PRINCIPALS)
def test_who_the_principal_is(who: str) -> None:
    context = WORLD.context_of(who)
    keys = ("aws:PrincipalArn", "aws:PrincipalType", "aws:userid", "aws:PrincipalAccount", "aws:PrincipalIsAWSService")
    told = tuple((context.get(key) or ("",))[0] for key in keys)
    assert told == (*PRINCIPALS[who], HOME, "false")
    assert context.get("aws:PrincipalOrgID") == ("o-exampleorgid",)


def test_session_tags_lie_over_the_tags_of_role_or_user_whatever_their_letter_case() -> None:
    def tags(who: str) -> dict[str, tuple[str, str]]:
        items = [item for item in WORLD.context_of(who) if item.key.startswith("aws:PrincipalTag/")]
        return {item.key.partition("/")[2]: (item.values[0], item.origin) for item in items}

    own, passed = "a tag of the identity", "a session tag"
    assert tags(arn("user", "ana")) == {"team": ("blue", own), "Shoe": ("42", own)}
    assert tags("reader") == {"TEAM": ("red", passed), "env": ("dev", own)}
    assert tags("federated") == {"TEAM": ("red", passed), "Shoe": ("42", own)}


def test_every_key_says_where_it_comes_from() -> None:
    for who in EXPECTED:
        assert all(item.origin for item in WORLD.context_of(who))
    origins = {item.key: item.origin for item in WORLD.context_of("reader")}
    assert origins["aws:PrincipalArn"] == "the role behind the session"
    assert origins["aws:CurrentTime"] == "the clock"
    assert origins["aws:TokenIssueTime"] == "the temporary credentials"


def test_a_service_carries_only_what_says_that_it_is_one() -> None:
    context = WORLD.context_of(Caller("service", "lambda.amazonaws.com", service="lambda.amazonaws.com"))
    assert context.get("aws:PrincipalIsAWSService") == ("true",)
    assert context.get("aws:PrincipalServiceName") == ("lambda.amazonaws.com",)
    for key in ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid"):
        assert context.get(key) is None


def test_an_unsigned_federated_caller_carries_no_principal_keys() -> None:
    context = WORLD.context_of(Caller("federated", federated=arn("oidc-provider", ISSUER)))
    assert [item.key for item in context if item.key.startswith("aws:Principal")] == []
    assert context.get("aws:CurrentTime") is not None


def test_an_anonymous_caller_is_called_anonymous() -> None:
    context = WORLD.context_of(Caller("anonymous"))
    assert context.get("aws:PrincipalAccount") == ("anonymous",)
    assert context.get("aws:PrincipalArn") is None


def test_the_resource_brings_its_owner_and_the_clock_the_time() -> None:
    context = WORLD.context_of("reader", f"arn:aws:sqs:eu-west-1:{AWAY}:q")
    assert context.get("aws:ResourceAccount") == (AWAY,)
    assert context.get("aws:ResourceOrgID") is None
    assert context.get("aws:CurrentTime") == ("2026-01-01T00:10:00Z",)
    assert context.get("AWS:epochtime") == (str(int(WORLD.now.timestamp())),)
    assert WORLD.context_of("reader").get("aws:ResourceOrgID") == ("o-exampleorgid",)


@pytest.mark.parametrize(("setting", "seen"), [(None, None), (True, ("true",)), (False, ("false",))])
def test_whether_federated_sessions_carry_mfa_is_a_setting(setting: bool | None, seen: tuple[str] | None) -> None:
    world = replace(WORLD, federated_session_mfa=setting)
    assert world.context_of("web").get("aws:MultiFactorAuthPresent") == seen
    assert world.context_of("reader").get("aws:MultiFactorAuthPresent") == ("false",)


def test_the_context_is_a_table_with_one_row_a_key() -> None:
    context = WORLD.context_of("plain")
    assert [row["key"] for row in context.rows] == [item.key for item in context]
    lines = str(context).splitlines()
    assert len(lines) == len(context)
    assert all(row["value"] in line and row["origin"] in line for row, line in zip(context.rows, lines, strict=True))


def test_asking_for_somebody_unknown_names_who_is_known() -> None:
    with pytest.raises(WorldError, match=r"nobody is called 'bob'; labels and profiles here: .*mfa, plain, reader"):
        WORLD.context_of("bob")


def test_a_notebook_shows_a_table_and_nothing_becomes_markup() -> None:
    context = Context([ContextValue("aws:PrincipalTag/<b>", ("<script>alert(1)</script>",), "a tag & more")])
    html = context._repr_html_()
    assert html.count("<tr>") == 2
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "a tag &amp; more" in html


def test_the_context_of_a_decision_has_what_the_call_brought() -> None:
    """3.6: what the trust policy sees of an AssumeRole call."""
    result = assume(WORLD, ANA, "app/Reader", ExternalId="x-1", Tags=[{"Key": "a", "Value": "b"}])
    context = {item.key: item for item in Context.of(result.decisions[0].request)}
    told = {key: (context[key].values, context[key].origin) for key in context if key.startswith("sts:")}
    assert told == {
        "sts:ExternalId": (("x-1",), "the AssumeRole call"),
        "sts:RoleSessionName": (("work",), "the AssumeRole call"),
    }
    assert context["aws:RequestTag/a"].values == ("b",)
    assert context["aws:ResourceTag/env"].origin == "a tag of the role"


@pytest.mark.parametrize(
    ("who", "kind"),
    [(ROOT, "Account"), (ANA, "User"), ("anonymous", "Anonymous"), ("service:ec2.amazonaws.com", None)],
)
def test_everybody_who_can_call_has_a_context(who: str, kind: str | None) -> None:
    found = WORLD.context_of(who).get("aws:PrincipalType")
    assert found == (None if kind is None else (kind,))


def test_a_workload_has_one_once_it_has_credentials() -> None:
    world = WORLD.with_workload(new_workload("fn", "lambda", HOME, role=arn("role", "app/Reader")))
    with pytest.raises(WorldError, match="fn has no credentials yet"):
        world.context_of("fn")
