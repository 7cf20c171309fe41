"""Findings: each is about something that the engine lets happen, and its story shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from immutables import Map

import iamviz as iv
from iamviz.accounts.finding import Risk
from iamviz.accounts.finding_rules import RULES
from iamviz.accounts.findings import findings
from iamviz.accounts.reach import can_reach
from iamviz.accounts.reach_story import way_story
from iamviz.world import Account, InstanceProfile
from tests.hostile import MARKS
from tests.unit.accounts.found import ADMIN_OF_EC2, ID, MFA, ORG, PROVIDER, admin_of, check_story, found, of
from tests.unit.calls.company import (
    GITHUB,
    HOME,
    T0,
    VENDOR,
    allow,
    arn,
    company,
    deny,
    group,
    managed,
    policy,
    role,
    trusts,
    user,
)

# --- trust ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "risk"),
    [
        ([trusts("*")], Risk.HIGH),
        ([trusts("*", Condition=ID)], Risk.MEDIUM),
        ([trusts("*", Condition=MFA)], Risk.MEDIUM),
        ([trusts("*", Condition=ORG)], None),
        ([trusts("*"), {**trusts("*", Condition={"StringNotEquals": ORG["StringEquals"]}), "Effect": "Deny"}], None),
        ([trusts("*", Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})], None),
        ([trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/*"}})], None),
        ([trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Deploy"}})], Risk.HIGH),
        ([trusts("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})], None),
        ([trusts(HOME)], None),
    ],
)
def test_a_role_that_trusts_everyone(statements: list[Any], risk: Risk | None) -> None:
    one = found(company(role("R", statements)), "ROLE_TRUSTS_EVERYONE")
    assert [finding.risk for finding in one] == ([risk] if risk else [])
    for finding in one:
        if "role/Deploy" not in json.dumps(statements):
            check_story(finding)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (trusts(VENDOR), "OUTSIDE_ACCOUNT_WITHOUT_EXTERNAL_ID"),
        (trusts(VENDOR, Condition=MFA), "OUTSIDE_ACCOUNT_WITHOUT_EXTERNAL_ID"),
        (trusts(VENDOR, Condition=ID), "OUTSIDE_ACCOUNT"),
        (trusts(VENDOR, Condition=ORG), "OUTSIDE_ACCOUNT"),
        (trusts(arn("role", "Bot", VENDOR)), "OUTSIDE_ACCOUNT"),
        (trusts(HOME), None),
        ({**trusts(VENDOR), "Effect": "Deny"}, None),
    ],
)
def test_an_outside_account_with_and_without_an_external_id(statement: Any, code: str | None) -> None:
    codes = [one.code for one in findings(company(role("R", statement))).found if one.code.startswith("OUTSIDE")]
    assert codes == ([code] if code else [])


def test_the_story_of_an_outside_account_is_one_of_its_users_coming_in() -> None:
    for condition in ({}, {"Condition": ID}):
        world = company(role("R", trusts(VENDOR, **condition)))
        (one,) = [one for one in findings(world).found if one.code.startswith("OUTSIDE")]
        check_story(one)


def test_an_account_of_the_organization_is_no_outsider() -> None:
    world = company(role("R", trusts(VENDOR)), accounts=Map({HOME: Account(HOME, ""), VENDOR: Account(VENDOR, "ours")}))
    assert not [one for one in findings(world).found if one.code.startswith("OUTSIDE")]


def github(operator: str, subject: str | None, **more: Any) -> Any:
    condition: dict[str, Any] = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    if subject is not None:
        condition.setdefault(operator, {})[f"{GITHUB}:sub"] = subject
    condition |= more
    return trusts({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition=condition)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (github("StringLike", None), "GITHUB_OIDC_WITHOUT_SUB"),
        (github("StringLike", "*"), "GITHUB_OIDC_TOO_WIDE"),
        (github("StringLike", "repo:*"), "GITHUB_OIDC_TOO_WIDE"),
        (github("StringLike", "repo:acme*"), "GITHUB_OIDC_TOO_WIDE"),
        (github("StringLike", "repo:acme/*"), "GITHUB_OIDC_ANY_REPOSITORY"),
        (github("StringLike", "repo:acme/web:*"), "GITHUB_OIDC_ANY_BRANCH"),
        (github("StringEquals", "repo:acme/web:ref:refs/heads/main"), None),
        (github("StringLike", "repo:acme/web:environment:prod"), None),
        (github("StringEquals", "repo:acme/*"), None),
        (github("ForAllValues:StringLike", "repo:acme/web:*"), "GITHUB_OIDC_ANY_BRANCH"),
        (
            github("StringLike", None, **{"ForAnyValue:StringEquals": {f"{GITHUB}:repository_owner": "acme"}}),
            None,
        ),
    ],
)
def test_a_github_role_is_as_wide_as_the_tokens_that_get_in(statement: Any, code: str | None) -> None:
    world = company(role("Deploy", statement))
    ones = [one for one in findings(world).found if one.code.startswith("GITHUB")]
    assert [one.code for one in ones] == ([code] if code else [])
    for one in ones:
        if "ForAll" not in json.dumps(statement):
            check_story(one)


def test_trust_in_somebody_deleted_is_told_and_trust_in_an_id_that_lives_is_not() -> None:
    ana = user("ana")
    world = company(role("R", [trusts("AROADELETEDROLE00001"), trusts(ana.unique_id)]), ana)
    (one,) = found(world, "TRUST_IN_DELETED_PRINCIPAL")
    assert one.sentence == "R trusts AROADELETEDROLE00001, a role that was deleted."


# --- ways to more permissions --------------------------------------------------------------------------------------


OWN = managed("Own", allow("iam:CreatePolicyVersion"))
VERSIONED = replace(managed("Own", allow("iam:SetDefaultPolicyVersion")), versions=((2, policy(allow("*"))),), latest=2)
BOUNDED = {"boundary": arn("policy", "Ceiling")}
CEILING = managed("Ceiling", allow(["iam:*", "s3:Get*"]))
ADMINS = group("admins", allow("*"))
TARGET = user("root-like", allow("*"))
WAYS: dict[str, tuple[Any, list[Any], set[str]]] = {
    "a new version": (user("u", attached=(OWN.arn,)), [OWN], {"CREATE_POLICY_VERSION"}),
    "an older version": (user("u", attached=(VERSIONED.arn,)), [VERSIONED], {"SET_DEFAULT_POLICY_VERSION"}),
    "a policy attached": (user("u", allow("iam:AttachUserPolicy")), [], {"ATTACH_USER_POLICY"}),
    "an inline policy": (user("u", allow("iam:PutUserPolicy", arn("user", "u"))), [], {"PUT_USER_POLICY"}),
    "a group of its own": (
        user("u", allow("iam:PutGroupPolicy"), groups=(arn("group", "g"),)),
        [group("g")],
        {"PUT_GROUP_POLICY"},
    ),
    "a policy on its group": (
        user("u", allow("iam:AttachGroupPolicy"), groups=(arn("group", "g"),)),
        [group("g")],
        {"ATTACH_GROUP_POLICY"},
    ),
    "a role of its own": (role("u", trusts(HOME), allow("iam:PutRolePolicy")), [], {"PUT_ROLE_POLICY"}),
    "a policy on its role": (role("u", trusts(HOME), allow("iam:AttachRolePolicy")), [], {"ATTACH_ROLE_POLICY"}),
    "a powerful group": (user("u", allow("iam:AddUserToGroup")), [ADMINS], {"ADD_USER_TO_GROUP"}),
    "its boundary": (
        user("u", allow("*"), **BOUNDED),
        [replace(CEILING, policy=policy(allow(["iam:DeleteUserPermissionsBoundary", "s3:Get*"])))],
        {"REMOVE_BOUNDARY"},
    ),
    "the trust of a role": (user("u", allow("iam:UpdateAssumeRolePolicy")), [ADMIN_OF_EC2], {"UPDATE_TRUST_POLICY"}),
    "the key of a user": (user("u", allow("iam:CreateAccessKey")), [TARGET], {"CREATE_ACCESS_KEY"}),
    "a password": (user("u", allow("iam:CreateLoginProfile")), [TARGET], {"CREATE_LOGIN_PROFILE"}),
    "a new password": (user("u", allow("iam:UpdateLoginProfile")), [TARGET], {"UPDATE_LOGIN_PROFILE"}),
    "a function": (
        user("u", allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])),
        [admin_of("lambda")],
        {"PASS_LAMBDA"},
    ),
    "a task": (
        user("u", allow(["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"])),
        [admin_of("ecs-tasks")],
        {"PASS_ECS"},
    ),
    "a state machine": (
        user("u", allow(["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"])),
        [admin_of("states")],
        {"PASS_STATE_MACHINE"},
    ),
    "a job": (
        user("u", allow(["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"])),
        [admin_of("glue")],
        {"PASS_GLUE_JOB"},
    ),
    "somebody's code": (user("u", allow("lambda:UpdateFunctionCode")), [admin_of("lambda")], {"EDIT_LAMBDA"}),
    "somebody's container": (
        user("u", allow("ecs:ExecuteCommand")),
        [admin_of("ecs-tasks")],
        {"ECS_EXECUTE_COMMAND"},
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_way_to_more_permissions_is_found_and_its_story_succeeds(name: str) -> None:
    me, others, codes = WAYS[name]
    world = company(me, *others)
    assert set(of(world, "u")) == codes
    for one in findings(world).found:
        if one.who == me.arn and one.code.startswith("ESCALATION_"):
            check_story(one)
            assert one.said
            assert one.risk is Risk.HIGH


@pytest.mark.parametrize(
    "statements",
    [
        [allow("iam:PutUserPolicy"), deny("iam:*")],
        [allow("iam:PutUserPolicy", arn("user", "somebody-else"))],
        [allow("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/*")],
        [allow("iam:CreatePolicyVersion")],
        [allow(["iam:PassRole", "lambda:CreateFunction"])],
        [allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], arn("role", "Harmless"))],
        [allow(["lambda:CreateFunction", "lambda:InvokeFunction"]), allow("iam:PassRole", arn("role", "Harmless"))],
        [
            allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
            allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        ],
        [allow(["iam:PassRole", "ec2:RunInstances"])],
        [allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")],
        [allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": arn("policy", "ReadOnly")}})],
        [allow("iam:UpdateAssumeRolePolicy", arn("role", "Harmless"))],
        [allow(["s3:*", "ec2:Describe*", "iam:Get*", "iam:List*"])],
    ],
)
def test_what_leads_nowhere_is_not_reported(statements: list[Any]) -> None:
    world = company(
        user("u", *statements),
        admin_of("lambda"),
        role("Harmless", trusts({"Service": "lambda.amazonaws.com"})),
        TARGET,
    )
    assert of(world, "u") == {}


def test_a_boundary_that_holds_leaves_no_way() -> None:
    ceiling = managed("Ceiling", allow(["iam:PutUserPolicy", "s3:Get*"]))
    world = company(user("u", allow("iam:*"), boundary=ceiling.arn), ceiling)
    assert of(world, "u") == {}


def test_an_scp_leaves_no_way() -> None:
    fence = Account(HOME, "", "o-1", scps=((policy(allow("*"), deny("iam:*"), kind="scp"),),))
    assert of(company(user("u", allow("iam:*")), accounts=Map({HOME: fence})), "u") == {}


def test_a_way_under_a_condition_depends_on_it_and_its_story_supposes_it() -> None:
    world = company(
        user("u", allow("iam:PutUserPolicy", Condition={**MFA, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    )
    assert of(world, "u") == {"PUT_USER_POLICY": "depends on aws:MultiFactorAuthPresent, aws:SourceIp"}
    (one,) = found(world, "ESCALATION_PUT_USER_POLICY")
    check_story(one)


def test_an_instance_profile_that_is_not_there_is_something_to_depend_on() -> None:
    me = user("u", allow(["iam:PassRole", "ec2:RunInstances"]))
    assert of(company(me, ADMIN_OF_EC2), "u") == {"PASS_EC2": "depends on an instance profile that holds Power"}
    profile = InstanceProfile(arn("instance-profile", "other-name"), "AIPAEXAMPLE", ADMIN_OF_EC2.arn)
    world = company(me, ADMIN_OF_EC2, instance_profiles=Map({profile.arn: profile}))
    assert of(world, "u") == {"PASS_EC2": "certain"}


def test_who_can_only_help_another_is_told_so_and_weighs_less() -> None:
    world = company(role("u", trusts(HOME), allow("iam:AttachUserPolicy")), user("ana"))
    (one,) = found(world, "ESCALATION_ATTACH_USER_POLICY")
    assert (one.risk, one.sentence) == (Risk.MEDIUM, "u can give ana any permission: policy attached to a user.")
    check_story(one)


def test_administrators_and_service_linked_roles_are_no_suspects() -> None:
    linked = role("x", trusts({"Service": "ssm.amazonaws.com"}), allow("ssm:SendCommand"))
    linked = replace(linked, arn=f"arn:aws:iam::{HOME}:role/aws-service-role/ssm.amazonaws.com/x")
    world = company(user("boss", allow("*")), linked, admin_of("ec2"))
    assert [one.code for one in findings(world).found if one.code.startswith("ESCALATION")] == []


# --- administrators, unused roles, statements that miss their aim --------------------------------------------------


def test_administrators_with_who_reaches_them_in_how_many_hops() -> None:
    world = company(
        user("ana"),
        role("A", trusts(arn("user", "ana"))),
        role("Admin", trusts(arn("role", "A")), allow("*")),
        role("Alone", trusts({"Service": "ec2.amazonaws.com"}), allow("*")),
    )
    by_who = {world.name_of(one.who): one for one in found(world, "ADMIN")}
    assert by_who["Admin"].sentence == "Admin is an administrator; it is reached by A in 1 hop, ana in 2 hops."
    assert by_who["Admin"].risk is Risk.HIGH
    assert "no user or role that is known here reaches it" in by_who["Alone"].sentence
    check_story(by_who["Admin"])


def test_unused_roles_are_seen_from_the_latest_instant_in_the_files() -> None:
    day = timedelta(days=1)
    used = {"created": T0 - 900 * day, "use_known": True}
    ec2 = trusts({"Service": "ec2.amazonaws.com"})
    world = company(
        role("Fresh", ec2, created=T0 - 900 * day, last_used=T0, use_known=True),
        role("Old", ec2, last_used=T0 - 91 * day, **used),
        role("Never", ec2, **used),
        role("New", ec2, created=T0 - day, use_known=True),
        role("Unknown", ec2),
    )
    later = replace(world, now=datetime(2030, 1, 1, tzinfo=UTC))
    for one in (world, later):
        assert [one.name_of(finding.who) for finding in found(one, "UNUSED_ROLE")] == ["Never", "Old"]


def test_a_deny_that_long_term_keys_pass_and_its_story() -> None:
    hole = deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    world = company(
        user("ana", allow("*"), hole),
        user("ben", allow("*"), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    )
    (one,) = found(world, "MFA_DENY_MISSES_KEYS")
    assert world.name_of(one.who) == "ana"
    check_story(one)


def test_statements_that_do_nothing() -> None:
    world = company(
        user("ana", allow("s3:ListAllMyBuckets", "arn:aws:s3:::reports"), deny("s3:GetObject", "arn:aws:s3:::reports"))
    )
    assert [one.risk for one in found(world, "NEVER_MATCHES")] == [Risk.MEDIUM]


# --- all of them ---------------------------------------------------------------------------------------------------


def test_every_code_has_its_rule_and_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "findings.md").read_text("utf-8")
    for code, rule in RULES.items():
        assert all((rule.title, rule.means, rule.fix, rule.fine)), code
        assert f"| `{code}` | **{rule.title}.** {rule.means} | {rule.fix} | {rule.fine} |" in text, code


def test_a_quiet_account_has_no_findings() -> None:
    world = company(user("ana", allow("s3:GetObject", "arn:aws:s3:::reports/*")))
    assert findings(world).sentence == "Nothing was found."


def test_findings_are_the_same_on_every_run_and_hostile_names_are_text() -> None:
    evil = [user(f"ana{n} {mark}", allow("iam:PutUserPolicy")) for n, mark in enumerate(MARKS)]
    world = company(*evil, role("R", trusts("*"), allow("*")))
    picture = iv.findings(world)
    assert picture.page == iv.findings(replace(world)).page
    assert "<script" not in picture.page.lower()
    assert "<img" not in picture.page.lower()
    for one in picture.found:
        one.story()


def test_a_way_through_roles_is_a_story_with_what_it_asks_for() -> None:
    world = company(
        user("ana", allow("sts:AssumeRole")),
        role("A", trusts(arn("user", "ana"), Condition=MFA)),
        role("B", trusts(arn("role", "A"), Condition={**ID, "StringLike": {"sts:RoleSessionName": "job-*"}})),
    )
    way = can_reach(world, "ana").way_to("B")
    story = way_story(world, arn("user", "ana"), way)
    assert story is not None
    assert [step.outcome for step in story.steps] == ["allowed", "allowed"]
    assert story.steps[1].call is not None
    assert story.steps[1].call.params["ExternalId"] == "cust-7f3a"
    assert iv.can_reach(world, "ana").story("B") == story


def test_the_weightiest_finding_that_plays_is_played() -> None:
    found = iv.findings(iv.load("example_company"))
    assert found.play().text.startswith(found.found[0].rule.title)
    assert "github-apps" in found.play("GITHUB_OIDC_TOO_WIDE").text
    assert found.play("UNUSED_ROLE").text.startswith("Nothing was found that plays")
    assert iv.findings(iv.load("six_doors")).play().text.startswith("Nothing was found that plays")
