"""Giving a role to a service: the person needs iam:PassRole now, the service assumes later.

docs/rules/roles_and_sessions.md 2.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.arn import Arn, is_role_arn
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import decide
from iamviz.calls.model import Call, Check, Refusal
from iamviz.engine.decision import Decision
from iamviz.engine.evaluate import evaluate
from iamviz.engine.request import Caller, CallerKind, PolicySet, Request
from iamviz.world.context import ContextValue
from iamviz.world.world import World

__all__ = ["PASSING", "check_pass_role"]

CROSS_ACCOUNT = "Cross-account pass role is not allowed."


@dataclass(frozen=True, slots=True)
class Passing:
    """An operation that hands a role to a service: the parameter with the role's ARN, and the service that gets it."""

    param: str
    service: str
    refusal: str = ""


PASSING: Mapping[str, tuple[Passing, ...]] = {
    "lambda:CreateFunction": (
        Passing("Role", "lambda.amazonaws.com", "The role defined for the function cannot be assumed by Lambda."),
    ),
    "lambda:UpdateFunctionConfiguration": (
        Passing("Role", "lambda.amazonaws.com", "The role defined for the function cannot be assumed by Lambda."),
    ),
    "ec2:RunInstances": (Passing("IamInstanceProfile", "ec2.amazonaws.com"),),
    "ecs:RegisterTaskDefinition": (
        Passing("taskRoleArn", "ecs-tasks.amazonaws.com"),
        Passing("executionRoleArn", "ecs-tasks.amazonaws.com"),
    ),
    "glue:CreateJob": (Passing("Role", "glue.amazonaws.com"),),
    "glue:CreateDevEndpoint": (Passing("RoleArn", "glue.amazonaws.com"),),
    "cloudformation:CreateStack": (Passing("RoleARN", "cloudformation.amazonaws.com"),),
    "states:CreateStateMachine": (Passing("roleArn", "states.amazonaws.com"),),
    "sagemaker:CreateNotebookInstance": (Passing("RoleArn", "sagemaker.amazonaws.com"),),
    "codebuild:CreateProject": (Passing("serviceRole", "codebuild.amazonaws.com"),),
    "datapipeline:CreatePipeline": (Passing("role", "datapipeline.amazonaws.com"),),
}


def check_pass_role(world: World, actor: Actor, call: Call, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions on passing every role that the call hands over, after those on the call itself.

    Refusal for a role of another account, for a caller without iam:PassRole, for a role that distrusts the service.
    """
    for passing in PASSING.get(call.operation, ()):
        role_arn = _role_arn(call.params.get(passing.param))
        if role_arn:
            decisions += _pass(world, actor, call, passing, role_arn, decisions)
    return decisions


def _role_arn(value: Any) -> str:
    """The role of a parameter: its ARN, or that of the instance profile of the same name."""
    if isinstance(value, Mapping):
        value = value.get("Arn") or value.get("Name")
    text = str(value or "")
    return text.replace(":instance-profile/", ":role/") if ":instance-profile/" in text else text


def _pass(
    world: World, actor: Actor, call: Call, passing: Passing, role_arn: str, before: tuple[Decision, ...]
) -> tuple[Decision, ...]:
    if not is_role_arn(role_arn):
        raise Refusal("ValidationError", "Request ARN is invalid", 400, before)
    if Arn.parse(role_arn).account != actor.account:
        check = Check("pass role", False, "a role can only be passed inside its own account")
        raise Refusal("AccessDeniedException", CROSS_ACCOUNT, 403, before, (check,))
    keys = [ContextValue("iam:PassedToService", (passing.service,), "the service that gets the role")]
    decision = decide(world, actor, call, "iam:PassRole", role_arn, None, keys)
    if not decision.allowed:
        raise Refusal("AccessDeniedException", decision.message or "", 403, (*before, decision))
    role = world.roles.get(role_arn)
    trusting = _service_may(world, passing.service, role_arn)
    if role is None or not trusting.allowed:
        text = passing.refusal or f"{passing.service} cannot assume the role {role_arn}"
        check = Check("trust", False, f"the role's trust policy does not let {passing.service} assume it")
        raise Refusal("InvalidParameterValueException", text, 400, (*before, decision), (check,))
    return (decision,)


def _service_may(world: World, service: str, role_arn: str) -> Decision:
    """Whether the service could assume the role, as it will do later."""
    role = world.roles.get(role_arn)
    caller = Caller(CallerKind.SERVICE, service, "", service=service)
    account = Arn.parse(role_arn).account
    context = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": service, "aws:SourceAccount": account}
    request = Request(caller, "sts:AssumeRole", role_arn, account, context)
    return evaluate(request, PolicySet(resource=role.trust if role else None), world.settings)
