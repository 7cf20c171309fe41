"""What IAM does not save, what STS does not take, and names: corners of docs/rules that no vector can show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iamviz import check_policy
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    HOME,
    allow,
    arn,
    assume,
    code,
    company,
    do,
    document,
    role,
    text,
    trusts,
    user,
)

REFUSED = {
    "no action": ({"Effect": "Allow", "Resource": "*"}, "Policy statement must contain actions."),
    "no resource": ({"Effect": "Allow", "Action": "s3:GetObject"}, "Policy statement must contain resources."),
    "no prefix": (allow("GetObject"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    "a name": (allow("s3:GetObject", "my-bucket"), "The policy failed legacy parsing"),
    "a principal": (allow("s3:GetObject", Principal="*"), "Policy document should not specify a principal."),
    "both": (allow("s3:GetObject", NotAction="iam:*"), "Syntax errors in policy."),
    "unknown element": (allow("s3:GetObject", Foo="bar"), "Syntax errors in policy."),
    "a Sid with a blank": (allow("s3:GetObject", Sid="Has space"), "Syntax errors in policy."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_iam_does_not_save_what_its_parser_refuses_and_sts_takes_no_such_session_policy(name: str) -> None:
    """docs/rules/policy_evaluation.md 1.8, rows enforced by the parser."""
    statement, reason = REFUSED[name]
    world = company(user("ana", allow("*")), role("Reader", trusts(HOME)))
    put = {"RoleName": "Reader", "PolicyName": "p", "PolicyDocument": document(statement)}
    made = {"PolicyName": "p", "PolicyDocument": document(statement)}
    answers = [
        do(world, ANA, "iam:PutRolePolicy", **put),
        do(world, ADMIN, "iam:CreatePolicy", **made),
        assume(world, ANA, "Reader", Policy=document(statement)),
    ]
    assert [code(answer) for answer in answers] == ["MalformedPolicyDocument"] * 3
    assert [text(answer) for answer in answers[:2]] == [reason] * 2


def test_the_same_sid_twice_is_refused() -> None:
    twice = document(allow("s3:GetObject", Sid="A"), allow("s3:PutObject", Sid="A"))
    answer = do(company(), ADMIN, "iam:CreatePolicy", PolicyName="p", PolicyDocument=twice)
    assert text(answer) == "Statement IDs (SID) in a single policy must be unique."


@pytest.mark.parametrize("host", ["gitlab.com", "app.terraform.io"])
def test_the_checker_and_iam_know_the_same_shared_issuers(host: str) -> None:
    provider = {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{host}"}
    loose = trusts(
        provider, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": {f"{host}:aud": "sts.amazonaws.com"}}
    )
    answer = do(company(), ADMIN, "iam:CreateRole", RoleName="R", AssumeRolePolicyDocument=document(loose))
    assert f"{host}:sub which is not scoped to all." in text(answer)
    assert "OIDC_PROVIDER_NOT_SCOPED" in [finding.code for finding in check_policy(document(loose), "trust")]


@pytest.mark.parametrize(
    ("operation", "params"),
    [("AssumeRole", {"RoleArn": arn("role", "Reader"), "RoleSessionName": "work"}), ("GetSessionToken", {})],
)
def test_a_session_token_can_be_asked_to_be_long(operation: str, params: dict[str, str]) -> None:
    world = company(user("ana", allow("*")), role("Reader", trusts(HOME)))
    answer = do(world, ANA, f"sts:{operation}", MinimumSessionTokenSize=4096, **params)
    assert answer.value is not None
    assert len(answer.value["Credentials"]["SessionToken"]) == 4096
    assert code(do(world, ANA, f"sts:{operation}", MinimumSessionTokenSize=4097, **params)) == "ValidationError"


def test_a_user_is_known_by_name_whatever_its_path() -> None:
    its = replace(user("ana"), arn=f"arn:aws:iam::{HOME}:user/eng/ana")
    world = company(its)
    for actor in (ANA, f"user:{HOME}/eng/ana"):
        value = do(world, actor, "sts:GetCallerIdentity").value
        assert value is not None
        assert value["Arn"] == its.arn
        assert world.context_of(actor).get("aws:PrincipalArn") == (its.arn,)
    assert code(do(world, f"user:{HOME}/ops/ana", "sts:GetCallerIdentity")) == "InvalidClientTokenId"
