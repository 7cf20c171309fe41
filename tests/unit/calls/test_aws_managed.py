"""Managed policies of AWS, and reading policies by calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamviz import Result
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    ANA_ARN,
    AWAY,
    EC2,
    HOME,
    allow,
    arn,
    code,
    do,
    document,
    done,
    managed,
    role,
    text,
    trusts,
    user,
)
from tests.unit.calls.test_iam_things import SHARED, world

# -- managed policies of AWS

OF_AWS = "arn:aws:iam::aws:policy/"


def test_a_policy_of_aws_can_be_attached_without_being_written_down() -> None:
    here = world(user("bea"))
    bea, s3 = f"user:{HOME}/bea", f"{OF_AWS}AmazonS3ReadOnlyAccess"
    assert not do(here, bea, "s3:GetObject", Resource="arn:aws:s3:::b/k").ok
    here = done(do(here, ANA, "iam:AttachUserPolicy", UserName="bea", PolicyArn=s3))
    assert do(here, bea, "s3:GetObject", Resource="arn:aws:s3:::b/k").ok
    assert not do(here, bea, "s3:PutObject", Resource="arn:aws:s3:::b/k").ok
    for policy in (f"{OF_AWS}AmazonS3ReadOnly", "arn:aws-cn:iam::aws:policy"):
        refused = do(here, ANA, "iam:AttachUserPolicy", UserName="bea", PolicyArn=policy)
        assert text(refused) == f"Policy {policy} does not exist or is not attachable."
    assert do(here, ANA, "iam:PutUserPermissionsBoundary", UserName="bea", PermissionsBoundary=s3).ok


def test_a_session_can_be_limited_by_a_policy_of_aws() -> None:
    here = world(role("Wide", trusts(ANA_ARN), allow("*")))
    limit = [{"arn": f"{OF_AWS}AmazonS3ReadOnlyAccess"}]
    params = {"RoleArn": arn("role", "Wide"), "RoleSessionName": "ana", "PolicyArns": limit}
    here = done(do(here, ANA, "sts:AssumeRole", save="limited", **params))
    assert do(here, "session:limited", "s3:GetObject", Resource="arn:aws:s3:::b/k").ok
    assert not do(here, "session:limited", "s3:PutObject", Resource="arn:aws:s3:::b/k").ok


@pytest.mark.parametrize("its", [f"{OF_AWS}AdministratorAccess", arn("policy", "Theirs", AWAY)])
def test_a_policy_of_somebody_else_cannot_be_changed_and_one_of_another_account_not_attached(its: str) -> None:
    here = world(managed("Theirs", allow("s3:*"), account=AWAY))
    version = {"PolicyArn": its, "PolicyDocument": document(allow("s3:*"))}
    for operation, params in (("DeletePolicy", {"PolicyArn": its}), ("CreatePolicyVersion", version)):
        assert text(do(here, ADMIN, f"iam:{operation}", **params)) == "Policy is outside your own account."
    attached = do(here, ADMIN, "iam:AttachUserPolicy", UserName="ana", PolicyArn=its)
    assert attached.ok is its.startswith(OF_AWS)


# -- looking at policies


def test_what_was_put_and_attached_is_shown() -> None:
    here = world(user("bea", allow("s3:*")), managed("Shared", allow("sqs:*")))
    here = done(do(here, ANA, "iam:AttachUserPolicy", UserName="bea", PolicyArn=SHARED.arn))
    version = {"PolicyArn": SHARED.arn, "PolicyDocument": document(allow("ec2:*")), "SetAsDefault": True}
    here = done(do(here, ANA, "iam:CreatePolicyVersion", **version))

    def value(operation: str, **params: Any) -> Any:
        return do(here, ANA, f"iam:{operation}", **params).value

    assert value("ListUserPolicies", UserName="bea")["PolicyNames"] == ["own"]
    own = value("GetUserPolicy", UserName="bea", PolicyName="own")
    assert own["PolicyDocument"] == json.loads(document(allow("s3:*")))
    attached = value("ListAttachedUserPolicies", UserName="bea")["AttachedPolicies"]
    assert attached == [{"PolicyName": "Shared", "PolicyArn": SHARED.arn}]
    assert value("GetPolicy", PolicyArn=SHARED.arn)["Policy"]["DefaultVersionId"] == "v2"
    listed = value("ListPolicyVersions", PolicyArn=SHARED.arn)["Versions"]
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in listed] == [("v2", True), ("v1", False)]
    first = value("GetPolicyVersion", PolicyArn=SHARED.arn, VersionId="v1")["PolicyVersion"]
    assert first["Document"] == json.loads(document(allow("sqs:*")))


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("GetRolePolicy", {"RoleName": "Web", "PolicyName": "x"}, "The role policy with name x cannot be found."),
        ("GetRolePolicy", {"RoleName": "No", "PolicyName": "x"}, "The role with name No cannot be found."),
        ("ListAttachedUserPolicies", {"UserName": "no"}, "The user with name no cannot be found."),
        ("GetPolicy", {"PolicyArn": arn("policy", "No")}, f"Policy {arn('policy', 'No')} was not found."),
        (
            "GetPolicyVersion",
            {"PolicyArn": f"{OF_AWS}AdministratorAccess", "VersionId": "v2"},
            f"Policy {OF_AWS}AdministratorAccess version v2 does not exist or is not attachable.",
        ),
    ],
)
def test_a_policy_that_is_not_there_cannot_be_shown(operation: str, params: dict[str, str], message: str) -> None:
    refused = do(world(role("Web", trusts(EC2))), ANA, f"iam:{operation}", **params)
    assert (code(refused), text(refused)) == ("NoSuchEntity", message)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreatePolicy", {"PolicyName": "P", "PolicyDocument": document(allow("s3:*")), "Description": "d"}),
        ("CreateInstanceProfile", {"InstanceProfileName": "p"}),
        ("CreateOpenIDConnectProvider", {"Url": "https://idp.example.com"}),
        ("CreateSAMLProvider", {"Name": "idp", "SAMLMetadataDocument": "<xml/>"}),
    ],
)
def test_tags_of_policies_profiles_and_providers_are_checked_with_their_case(
    operation: str, params: dict[str, Any]
) -> None:
    """docs/rules/roles_and_sessions.md 1.4: there, keys that differ by case alone are two."""

    def tagged(*keys: str) -> Result:
        return do(world(), ANA, f"iam:{operation}", **params, Tags=[{"Key": key, "Value": "v"} for key in keys])

    assert tagged("Team", "team").ok
    assert code(tagged("team", "team")) == "InvalidInput"
    assert code(tagged("aws:team")) == "ValidationError"
    assert code(tagged(*map(str, range(51)))) == "ValidationError"


def test_a_parameter_that_is_none_is_not_passed() -> None:
    nothing = {"SerialNumber": None, "TokenCode": None, "DurationSeconds": None, "MinimumSessionTokenSize": None}
    assert do(world(), ANA, "sts:GetSessionToken", **nothing).ok
    refused = do(world(), ANA, "sts:AssumeRole", RoleArn=arn("role", "R"), RoleSessionName=None)
    assert "at 'roleSessionName' failed to satisfy constraint: Member must not be null" in text(refused)
