"""What a change to IAM tells the policies about itself: docs/rules/policy_evaluation.md 4.5 and 4.6."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from iamviz import Result, World
from tests.unit.calls.company import (
    ANA,
    EC2,
    HOME,
    LAMBDA,
    allow,
    arn,
    code,
    company,
    deny,
    do,
    document,
    managed,
    role,
    trusts,
    user,
)

LIMIT, WIDE = managed("Limit", allow("s3:*")), managed("Wide", allow("*"))
TRUST = document(trusts(EC2))
BEA = {"UserName": "bea"}
DEV = {"RoleName": "Dev"}


def world(*statements: Any, boundary: str = "", **tags: str) -> World:
    return company(
        user("ana", *statements),
        user("bea", boundary=boundary, tags=Map(tags)),
        role("Dev", trusts(EC2), boundary=boundary, tags=Map(tags)),
        LIMIT,
        WIDE,
    )


def change(in_world: World, operation: str, **params: Any) -> Result:
    return do(in_world, ANA, f"iam:{operation}", **params)


ONLY_LIMITED = allow("iam:*", Condition={"StringEquals": {"iam:PermissionsBoundary": LIMIT.arn}})


@pytest.mark.parametrize("boundary", [LIMIT.arn, WIDE.arn, ""])
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateRole", {"RoleName": "New", "AssumeRolePolicyDocument": TRUST}),
        ("CreateUser", {"UserName": "new"}),
    ],
)
def test_new_identities_only_with_the_boundary(operation: str, params: dict[str, str], boundary: str) -> None:
    """Delegated administration: whoever may make roles at all must give them this limit."""
    passed = {"PermissionsBoundary": boundary} if boundary else {}
    result = change(world(ONLY_LIMITED), operation, **params, **passed)
    assert result.ok is (boundary == LIMIT.arn)
    if result.ok:
        made = [*result.world.users.values(), *result.world.roles.values()]
        assert [thing.boundary for thing in made if thing.name.lower() == "new"] == [LIMIT.arn]


@pytest.mark.parametrize("boundary", [LIMIT.arn, ""])
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("AttachUserPolicy", BEA | {"PolicyArn": WIDE.arn}),
        ("PutUserPolicy", BEA | {"PolicyName": "p", "PolicyDocument": document(allow("*"))}),
        ("AttachRolePolicy", DEV | {"PolicyArn": WIDE.arn}),
        ("UpdateAssumeRolePolicy", DEV | {"PolicyDocument": TRUST}),
        ("DeleteRolePermissionsBoundary", DEV),
        ("DeleteRole", DEV),
    ],
)
def test_policies_only_for_identities_that_have_the_boundary(
    operation: str, params: dict[str, str], boundary: str
) -> None:
    assert change(world(ONLY_LIMITED, boundary=boundary), operation, **params).ok is bool(boundary)


@pytest.mark.parametrize("operation", ["AttachUserPolicy", "DetachUserPolicy"])
def test_a_deny_on_one_policy_holds_for_attaching_and_detaching_it(operation: str) -> None:
    never = deny("iam:*", Condition={"ArnEquals": {"iam:PolicyARN": WIDE.arn}})
    in_world = world(allow("iam:*"), never)
    in_world = in_world.with_user(user("bea", attached=(LIMIT.arn, WIDE.arn)))
    assert change(in_world, operation, **BEA, PolicyArn=LIMIT.arn).ok
    assert code(change(in_world, operation, **BEA, PolicyArn=WIDE.arn)) == "AccessDenied"


@pytest.mark.parametrize("prefix", ["aws", "iam"])
@pytest.mark.parametrize(("team", "ok"), [("blue", True), ("red", False)])
def test_only_those_of_the_own_team(prefix: str, team: str, ok: bool) -> None:
    own = allow("iam:*", Condition={"StringEquals": {f"{prefix}:ResourceTag/team": "blue"}})
    assert change(world(own, team=team), "DeleteRole", **DEV).ok is ok
    assert change(world(own, team=team), "CreateAccessKey", **BEA).ok is ok


@pytest.mark.parametrize(
    ("operation", "params", "ok"),
    [
        ("TagUser", BEA | {"Tags": [{"Key": "team", "Value": "blue"}]}, True),
        ("TagUser", BEA | {"Tags": [{"Key": "team", "Value": "red"}]}, False),
        ("TagUser", BEA | {"Tags": [{"Key": "team", "Value": "blue"}, {"Key": "x", "Value": "y"}]}, False),
        ("CreateUser", {"UserName": "new", "Tags": [{"Key": "team", "Value": "blue"}]}, True),
        ("CreateUser", {"UserName": "new"}, False),
        ("UntagUser", BEA | {"TagKeys": ["team"]}, False),
    ],
)
def test_tags_that_are_passed_are_seen(operation: str, params: dict[str, Any], ok: bool) -> None:
    limited = {
        "StringEquals": {"aws:RequestTag/team": "blue"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    assert change(world(allow("iam:*", Condition=limited)), operation, **params).ok is ok


def test_the_keys_of_tags_that_go_are_seen() -> None:
    keep = deny("iam:UntagUser", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}})
    in_world = world(allow("iam:*"), keep, team="blue", cost="1")
    assert change(in_world, "UntagUser", **BEA, TagKeys=["cost"]).ok
    assert code(change(in_world, "UntagUser", **BEA, TagKeys=["cost", "team"])) == "AccessDenied"


def test_a_boundary_that_does_not_exist_is_not_given() -> None:
    refused = change(world(allow("iam:*")), "CreateUser", UserName="new", PermissionsBoundary=arn("policy", "Absent"))
    assert code(refused) == "NoSuchEntity"


@pytest.mark.parametrize(("function", "ok"), [("thumbnails", True), ("other", False)])
def test_passing_a_role_can_be_limited_to_what_gets_it(function: str, ok: bool) -> None:
    only = f"arn:aws:lambda:*:{HOME}:function:thumbnails"
    limited = allow("iam:PassRole", Condition={"ArnLike": {"iam:AssociatedResourceArn": only}})
    fn = role("Fn", trusts(LAMBDA))
    in_world = company(user("ana", allow("lambda:*"), limited), fn)
    assert do(in_world, ANA, "lambda:CreateFunction", FunctionName=function, Role=fn.arn).ok is ok


def test_a_policy_of_another_path_cannot_have_the_same_name() -> None:
    params = {"PolicyName": "LIMIT", "Path": "/x/", "PolicyDocument": document(allow("*"))}
    assert code(change(world(allow("iam:*")), "CreatePolicy", **params)) == "EntityAlreadyExists"
