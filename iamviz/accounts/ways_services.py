"""The known ways to more permissions through services: a role handed to one, or a thing changed that has a role."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from iamviz.accounts.escalation import Plan, Stage, last_name, strongest
from iamviz.accounts.finding import Move, safe_name
from iamviz.accounts.powers import example
from iamviz.accounts.trust import trusts_service
from iamviz.calls.model import Call
from iamviz.world.entities import InstanceProfile
from iamviz.world.workloads import new_workload
from iamviz.world.world import World

__all__ = ["SERVICE_WAYS"]

PASS = "iam:PassRole"
RUNNING = "intruder"
"""The name under which stories keep what runs with the role."""


@dataclass(frozen=True)
class PassWay:
    """A call that hands a role over (``make``), and calls of which one lets the caller use it; none where none is
    needed. ``param`` is the parameter with the role.
    """

    code: str
    service: str
    make: str
    param: str
    use: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def __call__(self, stage: Stage) -> Iterator[Plan]:
        uses = [use for use in self.use if stage.may(use)]
        if not stage.may(PASS, self.make, *self.also) or (self.use and not uses):
            return
        acts = []
        for action in (self.make, *self.also, *uses[:1]):
            found = example(stage.caller, action)
            if found is None:
                return
            acts.append((action, found[0]))
        for role in strongest(stage, passable(stage, self.service)):
            world, given = _given(stage.world, role) if self.service == "ec2.amazonaws.com" else (stage.world, role)
            params = {self.param: given, "Resource": acts[0][1]}
            name = safe_name(stage.world, role)
            who = safe_name(stage.world, stage.caller.arn)
            moves = [
                Move(
                    Call(stage.actor, self.make, params, save=RUNNING),
                    "A role is passed",
                    f"{who} calls {self.make} with {name}: {{allowed}}.",
                )
            ]
            moves += [
                Move(
                    Call(stage.actor, action, {"Resource": resource}),
                    "It is used",
                    f"{who} calls {action}: {{allowed}}.",
                )
                for action, resource in acts[1:]
            ]
            supposed = () if world is stage.world else (f"an instance profile that holds {last_name(role)}",)
            yield Plan(
                self.code,
                tuple(moves),
                RUNNING,
                role,
                (*acts, (PASS, role)),
                supposed,
                world=world,
                extra={"iam:PassedToService": self.service},
            )


@dataclass(frozen=True)
class EditWay:
    """A call that changes a thing which has a role already; whether there is such a thing, a dump does not tell."""

    code: str
    service: str
    thing: str
    kind: str
    actions: tuple[str, ...]

    def __call__(self, stage: Stage) -> Iterator[Plan]:
        action = next((action for action in self.actions if stage.may(action)), "")
        found = example(stage.caller, action) if action else None
        if found is None:
            return
        for role in strongest(stage, passable(stage, self.service), 1):
            running = new_workload(RUNNING, self.kind, stage.account, role=role, service=self.service)
            who = safe_name(stage.world, stage.caller.arn)
            move = Move(
                Call(stage.actor, action, {"Resource": found[0]}),
                "A thing is changed",
                f"{who} calls {action}: {{allowed}}.",
            )
            supposed = (f"{self.thing} that has the role {last_name(role)}",)
            yield Plan(
                *(self.code, (move,), RUNNING, role, ((action, found[0]),), supposed),
                world=stage.world.with_workload(running),
            )


def passable(stage: Stage, service: str) -> list[str]:
    """The roles of the account that a service may assume."""
    known: dict[tuple[str, str], list[str]] = stage.caller.world.kept.setdefault("passable", {})
    key = (stage.account, service)
    if key not in known:
        world = stage.caller.world
        known[key] = [
            arn
            for arn, role in sorted(world.roles.items())
            if role.account == stage.account and trusts_service(world, role, service)
        ]
    return known[key]


def _given(world: World, role: str) -> tuple[World, str]:
    """The instance profile in which EC2 takes a role; one is supposed where the world has none for it."""
    for arn, profile in sorted(world.instance_profiles.items()):
        if profile.role == role:
            return world, arn
    arn = role.replace(":role/", ":instance-profile/")
    profiles = world.instance_profiles.set(arn, InstanceProfile(arn, "", role))
    return replace(world, instance_profiles=profiles), arn


def _sagemaker(code: str, make: str, *use: str) -> PassWay:
    return PassWay(f"ESCALATION_PASS_SAGEMAKER_{code}", "sagemaker.amazonaws.com", f"sagemaker:{make}", "RoleArn", use)


SERVICE_WAYS = (
    PassWay(
        *("ESCALATION_PASS_LAMBDA", "lambda.amazonaws.com", "lambda:CreateFunction", "Role"),
        use=(
            "lambda:InvokeFunction",
            "lambda:InvokeFunctionUrl",
            "lambda:CreateEventSourceMapping",
            "lambda:AddPermission",
            "events:PutTargets",
        ),
    ),
    PassWay("ESCALATION_PASS_EC2", "ec2.amazonaws.com", "ec2:RunInstances", "IamInstanceProfile"),
    PassWay("ESCALATION_PASS_GLUE_ENDPOINT", "glue.amazonaws.com", "glue:CreateDevEndpoint", "RoleArn"),
    PassWay(
        *("ESCALATION_PASS_GLUE_JOB", "glue.amazonaws.com", "glue:CreateJob", "Role"),
        use=("glue:StartJobRun", "glue:CreateTrigger"),
    ),
    PassWay("ESCALATION_PASS_CLOUDFORMATION", "cloudformation.amazonaws.com", "cloudformation:CreateStack", "RoleARN"),
    PassWay(
        *("ESCALATION_PASS_DATA_PIPELINE", "datapipeline.amazonaws.com", "datapipeline:CreatePipeline", "role"),
        also=("datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
    ),
    _sagemaker("NOTEBOOK", "CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
    _sagemaker("TRAINING", "CreateTrainingJob"),
    _sagemaker("PROCESSING", "CreateProcessingJob"),
    PassWay(
        *("ESCALATION_PASS_CODEBUILD", "codebuild.amazonaws.com", "codebuild:CreateProject", "serviceRole"),
        use=("codebuild:StartBuild", "codebuild:StartBuildBatch"),
    ),
    PassWay(
        *("ESCALATION_PASS_ECS", "ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "taskRoleArn"),
        use=("ecs:RunTask", "ecs:StartTask", "ecs:CreateService"),
    ),
    PassWay(
        *("ESCALATION_PASS_STATE_MACHINE", "states.amazonaws.com", "states:CreateStateMachine", "roleArn"),
        use=("states:StartExecution",),
    ),
    EditWay(
        *("ESCALATION_EDIT_LAMBDA", "lambda.amazonaws.com", "a function", "lambda"),
        ("lambda:UpdateFunctionCode",),
    ),
    EditWay(
        *("ESCALATION_EDIT_GLUE_ENDPOINT", "glue.amazonaws.com", "a Glue endpoint", "service"),
        ("glue:UpdateDevEndpoint",),
    ),
    EditWay(
        *("ESCALATION_EDIT_CLOUDFORMATION", "cloudformation.amazonaws.com", "a stack", "service"),
        ("cloudformation:UpdateStack",),
    ),
    EditWay(
        *("ESCALATION_EDIT_SAGEMAKER_NOTEBOOK", "sagemaker.amazonaws.com", "a notebook", "service"),
        ("sagemaker:CreatePresignedNotebookInstanceUrl",),
    ),
    EditWay(
        *("ESCALATION_SSM_SEND_COMMAND", "ec2.amazonaws.com", "an instance", "ec2"),
        ("ssm:SendCommand",),
    ),
    EditWay(
        *("ESCALATION_SSM_START_SESSION", "ec2.amazonaws.com", "an instance", "ec2"),
        ("ssm:StartSession",),
    ),
    EditWay(
        *("ESCALATION_EC2_INSTANCE_CONNECT", "ec2.amazonaws.com", "an instance", "ec2"),
        ("ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
    ),
    EditWay(
        *("ESCALATION_ECS_EXECUTE_COMMAND", "ecs-tasks.amazonaws.com", "a task", "ecs-task"),
        ("ecs:ExecuteCommand",),
    ),
)
"""Each gives the plans that are worth a trial for one identity."""
