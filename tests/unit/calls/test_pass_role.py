"""Giving a role to a service: docs/rules/roles_and_sessions.md 2.4, in the order of its checks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iamviz import Result
from tests.unit.calls.company import (
    ANA,
    AWAY,
    EC2,
    HOME,
    LAMBDA,
    allow,
    arn,
    code,
    company,
    do,
    role,
    text,
    trusts,
    user,
)

FOR_LAMBDA, FOR_EC2 = role("Fn", trusts(LAMBDA)), role("Vm", trusts(EC2))


def create(
    *statements: Any, passed: str = FOR_LAMBDA.arn, operation: str = "lambda:CreateFunction", name: str = "Role"
) -> Result:
    world = company(user("ana", *statements), FOR_LAMBDA, FOR_EC2, role("Far", trusts(LAMBDA), account=AWAY))
    return do(world, ANA, operation, FunctionName="f", **{name: passed})


MAKE, PASS = allow("lambda:*"), allow("iam:PassRole")


def test_first_the_action_itself_must_be_allowed() -> None:
    result = create(PASS, passed=arn("role", "Far", AWAY))
    assert code(result) == "AccessDenied"
    assert "lambda:CreateFunction" in text(result)


def test_then_the_role_must_be_of_the_same_account() -> None:
    result = create(MAKE, passed=arn("role", "Far", AWAY))
    assert (code(result), text(result)) == ("AccessDeniedException", "Cross-account pass role is not allowed.")


def test_then_the_caller_needs_pass_role_on_it() -> None:
    result = create(MAKE, passed=FOR_EC2.arn)
    assert code(result) == "AccessDeniedException"
    assert text(result).startswith(
        f"User: {arn('user', 'ana')} is not authorized to perform: iam:PassRole on resource: "
    )
    assert [decision.request.action for decision in result.decisions] == ["lambda:CreateFunction", "iam:PassRole"]


@pytest.mark.parametrize("passed", [FOR_EC2.arn, arn("role", "Absent")])
def test_then_the_role_must_trust_the_service(passed: str) -> None:
    result = create(MAKE, PASS, passed=passed)
    assert code(result) == "InvalidParameterValueException"
    assert text(result) == "The role defined for the function cannot be assumed by Lambda."


def test_then_the_service_has_it() -> None:
    result = create(MAKE, PASS)
    assert result.ok
    assert [decision.allowed for decision in result.decisions] == [True, True]


@pytest.mark.parametrize(("service", "ok"), [("lambda.amazonaws.com", True), ("ec2.amazonaws.com", False)])
def test_the_service_can_be_limited(service: str, ok: bool) -> None:
    limited = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": service}})
    assert create(MAKE, limited).ok is ok


def test_the_role_can_be_limited() -> None:
    assert create(MAKE, allow("iam:PassRole", FOR_LAMBDA.arn)).ok
    assert not create(MAKE, allow("iam:PassRole", FOR_EC2.arn)).ok


def test_passing_is_not_assuming() -> None:
    world = company(user("ana", MAKE, PASS), FOR_LAMBDA)
    assert not do(world, ANA, "sts:AssumeRole", RoleArn=FOR_LAMBDA.arn, RoleSessionName="xx").ok


def test_an_instance_profile_stands_for_the_role_of_its_name() -> None:
    profile = {"Arn": f"arn:aws:iam::{HOME}:instance-profile/Vm"}
    run: dict[str, Any] = {"operation": "ec2:RunInstances", "name": "IamInstanceProfile"}
    assert create(allow("ec2:*"), PASS, passed=profile, **run).ok
    assert code(create(allow("ec2:*"), passed=profile, **run)) == "AccessDeniedException"


def test_what_is_no_role_is_an_invalid_request_arn() -> None:
    assert text(create(MAKE, PASS, passed=arn("user", "ana"))) == "Request ARN is invalid"


def test_without_a_role_nothing_is_passed() -> None:
    assert do(company(user("ana", MAKE)), ANA, "lambda:CreateFunction", FunctionName="f").ok


def test_what_a_role_is_passed_to_lies_in_the_partition_of_the_world() -> None:
    """docs/rules/roles_and_sessions.md 1.5: one partition a world."""
    function = f"arn:aws-cn:lambda:us-east-1:{HOME}:function:f"
    asks = {"ArnEquals": {"iam:AssociatedResourceArn": function}}
    ana = replace(
        user("ana", allow("lambda:*"), allow("iam:PassRole", Condition=asks)), arn=f"arn:aws-cn:iam::{HOME}:user/ana"
    )
    its = replace(role("Fn", trusts(LAMBDA)), arn=f"arn:aws-cn:iam::{HOME}:role/Fn")
    world = company(ana, its, partition="aws-cn")
    made = do(world, ANA, "lambda:CreateFunction", FunctionName="f", Role=its.arn)
    assert made.ok
    assert [workload.arn for workload in made.world.workloads.values()] == [function]


R = arn("role", "R")
NESTED = [
    ("scheduler:CreateSchedule", {"Name": "n", "Target": {"Arn": "x", "RoleArn": R}}, "scheduler.amazonaws.com"),
    ("events:PutTargets", {"Targets": [{"Id": "1"}, {"Id": "2", "RoleArn": R}]}, "events.amazonaws.com"),
    ("firehose:CreateDeliveryStream", {"ExtendedS3DestinationConfiguration": {"RoleARN": R}}, "firehose.amazonaws.com"),
    ("rolesanywhere:CreateProfile", {"roleArns": [R]}, "rolesanywhere.amazonaws.com"),
    ("eks:CreateCluster", {"roleArn": R}, "eks.amazonaws.com"),
    ("eks:CreateNodegroup", {"nodeRole": R}, "ec2.amazonaws.com"),
    ("ecs:RunTask", {"overrides": {"taskRoleArn": R}}, "ecs-tasks.amazonaws.com"),
    ("s3:PutBucketReplication", {"ReplicationConfiguration": {"Role": R}}, "s3.amazonaws.com"),
    ("ecs:RegisterTaskDefinition", {"TaskRoleArn": R}, "ecs-tasks.amazonaws.com"),
    ("glue:CreateJob", {"Role": "R"}, "glue.amazonaws.com"),
    ("autoscaling:CreateLaunchConfiguration", {"IamInstanceProfile": "R"}, "ec2.amazonaws.com"),
]


@pytest.mark.parametrize(("operation", "params", "service"), NESTED, ids=[operation for operation, *_ in NESTED])
def test_every_operation_that_names_a_role_hands_it_over(operation: str, params: dict[str, Any], service: str) -> None:
    """2.4: without iam:PassRole nobody gives a role to a service, whatever the call is."""
    may_call = user("ana", allow(f"{operation.partition(':')[0]}:*"))
    may_pass = allow("iam:PassRole", R, Condition={"StringEquals": {"iam:PassedToService": service}})
    trusting, distrusting = role("R", trusts({"Service": service})), role("R", trusts({"Service": "x.amazonaws.com"}))
    refused = do(company(may_call, trusting), ANA, operation, **params)
    assert "iam:PassRole on resource: " + R in text(refused)
    both = user("ana", allow(f"{operation.partition(':')[0]}:*"), may_pass)
    assert do(company(both, trusting), ANA, operation, **params).ok
    assert code(do(company(both, distrusting), ANA, operation, **params)) == "InvalidParameterValueException"


@pytest.mark.parametrize(
    "params", [{"Resource": R}, {"RemoveIamRoles": [R]}, {"PrincipalArn": R}, {"Role": "some text"}]
)
def test_a_role_that_is_only_spoken_of_is_not_passed(params: dict[str, Any]) -> None:
    world = company(user("ana", allow("redshift:*")), role("R", trusts(EC2)))
    assert do(world, ANA, "redshift:ModifyClusterIamRoles", **params).ok
