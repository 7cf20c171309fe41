"""Findings of random statements and of the lab that was built to hold the known ways to more permissions."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts.finding import Risk
from iamviz.accounts.findings import findings
from iamviz.accounts.satisfy import satisfying
from iamviz.engine.depends import Answer, Unknown, decide
from tests.unit.accounts.found import check_story
from tests.unit.accounts.test_real_accounts import account as real_account
from tests.unit.calls.company import (
    HOME,
    T0,
    arn,
)

OPERATORS = st.sampled_from(
    """StringEquals StringNotEquals StringLike StringNotLike StringEqualsIfExists NumericLessThan NumericGreaterThan
    NumericEquals Bool BoolIfExists IpAddress NotIpAddress DateLessThan DateGreaterThan ArnLike Null""".split()
)
VALUES = {
    "Str": "x*y",
    "Num": "10",
    "Boo": "true",
    "IpA": "203.0.113.0/24",
    "Not": "203.0.113.0/24",
    "Dat": "2026-01-01T00:00:00Z",
    "Arn": "arn:aws:s3:::x*",
    "Nul": "false",
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Allow", "Deny"]), OPERATORS), min_size=1, max_size=3))
def test_values_that_are_supposed_make_the_request_allowed(rows: list[tuple[str, str]]) -> None:
    caller = iv.Caller("user", arn("user", "ana"), HOME)
    statements = [
        {
            "Effect": effect,
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {operator: {f"s3:key{number}": VALUES[operator[:3]]}},
        }
        for number, (effect, operator) in enumerate(rows)
    ]
    policies = iv.PolicySet(identity=[iv.Policy.parse({"Statement": [*statements]})])
    request = iv.Request(caller, "s3:GetObject", "arn:aws:s3:::b/k", HOME)
    verdict = decide(request, policies, Unknown())
    if verdict.answer is Answer.DEPENDS:
        values = satisfying(verdict, T0)
        if values is not None:
            assert iv.evaluate(replace(request, context=values), policies).allowed


# --- real accounts -------------------------------------------------------------------------------------------------

LAB = {
    "privesc1-CreateNewPolicyVersion": "CREATE_POLICY_VERSION",
    "privesc2-SetExistingDefaultPolicyVersion": "SET_DEFAULT_POLICY_VERSION",
    "privesc3-CreateEC2WithExistingInstanceProfile": "PASS_EC2",
    "privesc4-CreateAccessKey": "CREATE_ACCESS_KEY",
    "privesc5-CreateLoginProfile": "CREATE_LOGIN_PROFILE",
    "privesc6-UpdateLoginProfile": "UPDATE_LOGIN_PROFILE",
    "privesc7-AttachUserPolicy": "ATTACH_USER_POLICY",
    "privesc8-AttachGroupPolicy": "ATTACH_GROUP_POLICY",
    "privesc9-AttachRolePolicy": "ATTACH_ROLE_POLICY",
    "privesc10-PutUserPolicy": "PUT_USER_POLICY",
    "privesc11-PutGroupPolicy": "PUT_GROUP_POLICY",
    "privesc12-PutRolePolicy": "PUT_ROLE_POLICY",
    "privesc13-AddUserToGroup": "ADD_USER_TO_GROUP",
    "privesc14-UpdatingAssumeRolePolicy": "UPDATE_TRUST_POLICY",
    "privesc15-PassExistingRoleToNewLambdaThenInvoke": "PASS_LAMBDA",
    "privesc16-PassRoleToNewLambdaThenTriggerWithNewDynamo": "PASS_LAMBDA",
    "privesc17-EditExistingLambdaFunctionWithRole": "EDIT_LAMBDA",
    "privesc18-PassExistingRoleToNewGlueDevEndpoint": "PASS_GLUE_ENDPOINT",
    "privesc19-UpdateExistingGlueDevEndpoint": "EDIT_GLUE_ENDPOINT",
    "privesc20-PassExistingRoleToCloudFormation": "PASS_CLOUDFORMATION",
    "privesc21-PassExistingRoleToNewDataPipeline": "PASS_DATA_PIPELINE",
    "privesc-CloudFormationUpdateStack": "EDIT_CLOUDFORMATION",
    "privesc-codeBuildCreateProjectPassRole": "PASS_CODEBUILD",
    "privesc-ec2InstanceConnect": "EC2_INSTANCE_CONNECT",
    "privesc-sageMakerCreateNotebookPassRole": "PASS_SAGEMAKER_NOTEBOOK",
    "privesc-sageMakerCreatePresignedNotebookURL": "EDIT_SAGEMAKER_NOTEBOOK",
    "privesc-sageMakerCreateProcessingJobPassRole": "PASS_SAGEMAKER_PROCESSING",
    "privesc-sageMakerCreateTrainingJobPassRole": "PASS_SAGEMAKER_TRAINING",
    "privesc-ssmSendCommand": "SSM_SEND_COMMAND",
    "privesc-ssmStartSession": "SSM_START_SESSION",
    "fn1-privesc3-partial": "PASS_EC2",
    "fn2-exploitableResourceConstraint": "CREATE_POLICY_VERSION",
    "fn3-exploitableConditionConstraint": "CREATE_POLICY_VERSION",
    "fn4-exploitableNotAction": "PUT_USER_POLICY",
}
"""The lab names its users and roles after the way that each was given; fn are those that scanners used to miss."""
HARMLESS = "fp1 fp2 fp3 fp4 fp5".split()
"""The lab's identities that only look dangerous."""


def test_all_ways_of_the_escalation_lab_are_found_and_nothing_harmless_is() -> None:
    world = real_account("privilege_escalation_lab").world
    ones = findings(world).found
    ways = {(world.name_of(one.who), one.code.removeprefix("ESCALATION_")) for one in ones}
    missing = [
        (f"{name}-{kind}", code)
        for name, code in LAB.items()
        for kind in ("user", "role")
        if (f"{name}-{kind}", code) not in ways
    ]
    assert missing == []
    false = [way for way in ways if way[0][:3] in HARMLESS and way[1] != "UNUSED_ROLE"]
    assert false == []
    assert ("privesc-sre-user", "PUT_USER_POLICY") in ways
    admin = next(one for one in ones if one.code == "ADMIN" and one.who.endswith("privesc-AssumeRole-ending-role"))
    assert "privesc-AssumeRole-starting-role in 2 hops" in admin.sentence
    for one in ones:
        if one.code.startswith("ESCALATION_") and not one.depends:
            check_story(one)


def test_the_demo_account_has_no_false_escalations() -> None:
    ones = findings(real_account("cloudmapper_demo").world).found
    assert [one.code for one in ones if one.code.startswith("ESCALATION_")] == []
    assert [one.code for one in ones if one.risk is Risk.HIGH] == ["ADMIN", "ROLE_TRUSTS_EVERYONE"]
