"""Giving a role to a service: the person needs iam:PassRole now, the service assumes later.

docs/rules/roles_and_sessions.md 2.4.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.arn import Arn, is_role_arn
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import decide
from iamviz.calls.model import Call, Check, Refusal
from iamviz.calls.workloads import service_actor, source_keys
from iamviz.engine.decision import Decision
from iamviz.world.context import ContextValue
from iamviz.world.entities import InstanceProfile
from iamviz.world.world import World

__all__ = ["Passed", "check_pass_role", "pass_role", "roles_passed"]

CROSS_ACCOUNT = "Cross-account pass role is not allowed."
LAMBDA_REFUSAL = "The role defined for the function cannot be assumed by Lambda."


@dataclass(frozen=True, slots=True)
class Passing:
    """An operation that hands a role to a service: the parameter with the role's ARN, and the service that gets it.

    ``kind`` is the kind of workload that acts with the role from then on, "" when the service itself does. ``by_name``:
    the parameter may hold the role's name as well.
    """

    param: str
    service: str
    kind: str = ""
    refusal: str = ""
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """A role that a call hands over, with the instance profile in which it came, if it came in one."""

    passing: Passing
    role_arn: str
    profile: InstanceProfile | None = None


PASSING: Mapping[str, tuple[Passing, ...]] = {
    "lambda:CreateFunction": (Passing("Role", "lambda.amazonaws.com", "lambda", LAMBDA_REFUSAL),),
    "lambda:UpdateFunctionConfiguration": (Passing("Role", "lambda.amazonaws.com", "lambda", LAMBDA_REFUSAL),),
    "ec2:RunInstances": (Passing("IamInstanceProfile", "ec2.amazonaws.com", "ec2"),),
    "ec2:AssociateIamInstanceProfile": (Passing("IamInstanceProfile", "ec2.amazonaws.com", "ec2"),),
    "ec2:ReplaceIamInstanceProfileAssociation": (Passing("IamInstanceProfile", "ec2.amazonaws.com"),),
    "autoscaling:CreateLaunchConfiguration": (Passing("IamInstanceProfile", "ec2.amazonaws.com"),),
    "ecs:RegisterTaskDefinition": (
        Passing("taskRoleArn", "ecs-tasks.amazonaws.com", "ecs-task"),
        Passing("executionRoleArn", "ecs-tasks.amazonaws.com", "ecs-agent"),
    ),
    "eks:CreatePodIdentityAssociation": (Passing("roleArn", "pods.eks.amazonaws.com", "pod-identity"),),
    "glue:CreateCrawler": (Passing("Role", "glue.amazonaws.com", by_name=True),),
    "glue:CreateJob": (Passing("Role", "glue.amazonaws.com", by_name=True),),
    "glue:CreateDevEndpoint": (Passing("RoleArn", "glue.amazonaws.com"),),
    "cloudformation:CreateStack": (Passing("RoleARN", "cloudformation.amazonaws.com"),),
    "states:CreateStateMachine": (Passing("roleArn", "states.amazonaws.com"),),
    "sagemaker:CreateNotebookInstance": (Passing("RoleArn", "sagemaker.amazonaws.com"),),
    "sagemaker:CreateProcessingJob": (Passing("RoleArn", "sagemaker.amazonaws.com"),),
    "sagemaker:CreateTrainingJob": (Passing("RoleArn", "sagemaker.amazonaws.com"),),
    "codebuild:CreateProject": (Passing("serviceRole", "codebuild.amazonaws.com"),),
    "datapipeline:CreatePipeline": (Passing("role", "datapipeline.amazonaws.com"),),
}
"""What is known of single operations; any other hands a role over when it names one (`_named`)."""
_ROLE = re.compile(r"(?!remove|delete|detach).*roles?(_?arns?)?", re.IGNORECASE)
"""The names of parameters that hold roles: Role, RoleArn, RoleARN, roleArns, serviceRole …"""
_OTHERS: Mapping[tuple[str, str], str] = {
    ("apprunner", "accessrolearn"): "build.apprunner.amazonaws.com",
    ("apprunner", "instancerolearn"): "tasks.apprunner.amazonaws.com",
    ("batch", "executionrolearn"): "ecs-tasks.amazonaws.com",
    ("batch", "jobrolearn"): "ecs-tasks.amazonaws.com",
    ("ecs", "executionrolearn"): "ecs-tasks.amazonaws.com",
    ("ecs", "taskrolearn"): "ecs-tasks.amazonaws.com",
    ("eks", "noderole"): "ec2.amazonaws.com",
    ("eks", "podexecutionrolearn"): "eks-fargate-pods.amazonaws.com",
    ("rds", "monitoringrolearn"): "monitoring.rds.amazonaws.com",
}
"""By prefix and parameter in lower case: who gets the role where it is not the service of the prefix."""


def roles_passed(world: World, account: str, call: Call, before: tuple[Decision, ...] = ()) -> tuple[Passed, ...]:
    """The roles that a call hands over; Refusal for an instance profile that does not exist or is empty."""
    found = []
    given = {name.lower(): value for name, value in call.params.items()}
    for passing in PASSING.get(call.operation, ()):
        value = given.get(passing.param.lower())
        if value and passing.param == "IamInstanceProfile":
            found.append(_from_profile(world, account, passing, value, before))
        elif value:
            found.append(Passed(passing, _by_name(world, account, str(value)) if passing.by_name else str(value)))
    if call.operation not in PASSING:
        found += _named(call.service, call.params)
    return tuple(found)


def _by_name(world: World, account: str, text: str) -> str:
    """The ARN of the role that a parameter names by ARN or by name."""
    its = (arn for arn, role in sorted(world.roles.items()) if (role.account, role.name) == (account, text))
    return text if is_role_arn(text) else next(its, f"arn:{world.partition}:iam::{account}:role/{text}")


def _named(prefix: str, params: Any) -> Iterator[Passed]:
    """The roles that an operation without a rule of its own names, however deep: its service gets them."""
    for name, value in params.items() if isinstance(params, Mapping) else ():
        held = value if isinstance(value, list | tuple) else [value]
        for item in held:
            if isinstance(item, str) and isinstance(name, str) and _ROLE.fullmatch(name) and is_role_arn(item):
                service = _OTHERS.get((prefix, name.lower()), f"{prefix}.amazonaws.com")
                yield Passed(Passing(name, service), item)
            else:
                yield from _named(prefix, item)


def _from_profile(world: World, account: str, passing: Passing, value: Any, before: tuple[Decision, ...]) -> Passed:
    """The role in an instance profile. A world that has none in this account takes roles of the same names for them,
    as the console makes them.
    """
    text = str(value.get("Arn") or value.get("Name") or "") if isinstance(value, Mapping) else str(value)
    profile = _profile(world, account, text)
    if profile is not None:
        if not profile.role:
            message = f'IAM Instance Profile "{profile.arn}" has no associated IAM Roles'
            raise Refusal("InvalidParameterValue", message, 400, before)
        return Passed(passing, profile.role, profile)
    if is_role_arn(text) or any(other.account == account for other in world.instance_profiles.values()):
        message = f"Value ({text}) for parameter iamInstanceProfile is invalid. Invalid IAM Instance Profile"
        raise Refusal("InvalidParameterValue", message, 400, before)
    arn = text.replace(":instance-profile/", ":role/")
    return Passed(passing, arn if ":role/" in arn else f"arn:{world.partition}:iam::{account}:role/{arn}")


def _profile(world: World, account: str, text: str) -> InstanceProfile | None:
    if text in world.instance_profiles:
        return world.instance_profiles[text]
    profiles = sorted(world.instance_profiles.values(), key=lambda profile: profile.arn)
    return next((profile for profile in profiles if (profile.account, profile.name) == (account, text)), None)


def check_pass_role(
    world: World, actor: Actor, call: Call, passed: tuple[Passed, ...], decisions: tuple[Decision, ...]
) -> tuple[Decision, ...]:
    """The decisions on passing every role that the call hands over, after those on the call itself.

    Refusal for a role of another account, for a caller without iam:PassRole, for a role that distrusts the service.
    """
    for item in passed:
        decisions += _pass(world, actor, call, item, decisions)
    return decisions


def pass_role(
    world: World, actor: Actor, call: Call, role_arn: str, service: str, before: tuple[Decision, ...] = ()
) -> tuple[Decision, ...]:
    """The decision on iam:PassRole itself, after the decisions ``before``; Refusal when it is denied."""
    if not is_role_arn(role_arn):
        raise Refusal("ValidationError", "Request ARN is invalid", 400, before)
    if Arn.parse(role_arn).account != actor.account:
        check = Check("pass role", False, "a role can only be passed inside its own account")
        raise Refusal("AccessDeniedException", CROSS_ACCOUNT, 403, before, (check,))
    decision = _may_pass(world, actor, call, role_arn, service)
    if not decision.allowed:
        raise Refusal("AccessDeniedException", decision.message or "", 403, (*before, decision))
    return (decision,)


def _may_pass(world: World, actor: Actor, call: Call, role_arn: str, service: str) -> Decision:
    keys = [ContextValue("iam:PassedToService", (service,), "the service that gets the role")]
    receiver = _for_what(world, call, actor.account)
    if receiver:
        keys.append(ContextValue("iam:AssociatedResourceArn", (receiver,), "what it is passed to"))
    return decide(world, actor, call, "iam:PassRole", role_arn, None, keys)


def _for_what(world: World, call: Call, account: str) -> str:
    """The resource to which a role is passed, as far as the call tells; AWS tells it for few services (4.5)."""
    if call.service == "lambda" and "FunctionName" in call.params:
        return f"arn:{world.partition}:lambda:us-east-1:{account}:function:{call.params['FunctionName']}"
    return f"arn:{world.partition}:ec2:us-east-1:{account}:instance/*" if call.operation == "ec2:RunInstances" else ""


def _pass(world: World, actor: Actor, call: Call, passed: Passed, before: tuple[Decision, ...]) -> tuple[Decision, ...]:
    passing, role_arn = passed.passing, passed.role_arn
    decisions = pass_role(world, actor, call, role_arn, passing.service, before)
    trusting = _service_may(world, passing.service, role_arn) if role_arn in world.roles else None
    if trusting is None or not trusting.allowed:
        told = (trusting,) if trusting else ()
        text = passing.refusal or f"{passing.service} cannot assume the role {role_arn}"
        check = Check("trust", False, f"the role's trust policy does not let {passing.service} assume it")
        raise Refusal("InvalidParameterValueException", text, 400, (*before, *decisions, *told), (check,))
    return decisions


def _service_may(world: World, service: str, role_arn: str) -> Decision:
    """Whether the service could assume the role, as it will do later."""
    keys = source_keys(Arn.parse(role_arn).account)
    call = Call(f"service:{service}", "sts:AssumeRole")
    return decide(
        world, service_actor(service), call, call.operation, role_arn, world.roles[role_arn].trust, list(keys)
    )
