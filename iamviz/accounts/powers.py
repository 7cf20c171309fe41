"""How much each identity may do: who is an administrator, and what one may do that another may not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from iamviz.accounts.allowed import examples_of, levels
from iamviz.accounts.asker import Asker, asker
from iamviz.accounts.witness import FILL, formats_of, witness
from iamviz.engine.coverage import ActionsDecided, ActionSet, action_set
from iamviz.engine.depends import Answer
from iamviz.world.world import World

__all__ = ["PROBES", "Powers", "Probe", "example"]

Probe = tuple[str, Mapping[str, str]]
"""An operation with its parameters."""
PROBES = (
    ("secretsmanager:GetSecretValue", "arn:{partition}:secretsmanager:us-east-1:{account}:secret:payroll-AbCdEf"),
    ("s3:DeleteBucket", "arn:{partition}:s3:::payroll"),
    ("dynamodb:DeleteTable", "arn:{partition}:dynamodb:us-east-1:{account}:table/payroll"),
    ("ec2:TerminateInstances", "arn:{partition}:ec2:us-east-1:{account}:instance/i-0123456789abcdef0"),
    ("lambda:DeleteFunction", "arn:{partition}:lambda:us-east-1:{account}:function:payroll"),
)
"""What stories try before and after: things that nobody may do by accident."""
_ADMIN = """iam:CreateUser iam:PutRolePolicy iam:AttachUserPolicy iam:CreatePolicyVersion secretsmanager:GetSecretValue
    s3:DeleteBucket dynamodb:DeleteTable ec2:TerminateInstances lambda:CreateFunction cloudtrail:StopLogging""".split()


class Powers:
    """What the identities of a world may do on any resource of their account, found once for each.

    Policies that they have and that the files lack are left out: they could be anything.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._decided: dict[str, ActionsDecided] = {}
        self.admin_actions = action_set(_ADMIN)
        self.managing = levels().get("Permissions management", ActionSet())

    @classmethod
    def of(cls, world: World) -> "Powers":
        """The powers in a world, made once."""
        found = world.kept.get("powers")
        if found is None:
            found = world.kept["powers"] = cls(world)
        assert isinstance(found, Powers)
        return found

    def decided(self, arn: str) -> ActionsDecided:
        """Every action of the catalogue for an identity."""
        found = self._decided.get(arn)
        if found is None:
            found = self._decided[arn] = replace(asker(self.world, arn), only_known=True).decide_actions()
        return found

    def may(self, arn: str) -> ActionSet:
        """What it may do on some resource, perhaps under a condition."""
        decided = self.decided(arn)
        return decided.allowed | decided.depends

    def is_admin(self, arn: str) -> bool:
        """Whether it may do everything, on everything, without condition."""
        return not self.admin_actions - self.decided(arn).allowed

    @cached_property
    def admins(self) -> tuple[str, ...]:
        """The administrators, users first."""
        return tuple(a for a in (*sorted(self.world.users), *sorted(self.world.roles)) if self.is_admin(a))

    def gain(self, arn: str, target: str) -> tuple[bool, int, int]:
        """What a target may do that one may not: an administrator?, actions that manage permissions, all actions."""
        more = self.decided(target).allowed - self.may(arn)
        return (self.is_admin(target) and not self.is_admin(arn), len(more & self.managing), len(more))

    def probes(self, arn: str, targets: ActionSet) -> Iterator[Probe]:
        """Calls that a story may try: the usual ones first, then one of each service gained."""
        world, account = self.world, arn.split(":")[4]
        for action, form in PROBES:
            yield action, {"Resource": form.format(partition=world.partition, account=account)}
        yield "iam:CreateUser", {"UserName": "intruder"}
        seen: set[str] = set()
        for action in targets:
            service = action.partition(":")[0]
            if service in ("iam", "sts", "kms", "organizations") or service in seen:
                continue
            seen.add(service)
            form = formats_of(action)[0]
            yield action, {"Resource": witness("*", form, account, world.partition) or FILL}


def example(caller: Asker, action: str) -> tuple[str, tuple[str, ...]] | None:
    """A resource on which a caller may do an action, and what that depends on; None when there is none."""
    for resource in examples_of(caller, action):
        verdict = caller.decide(action, resource)
        if verdict.answer is not Answer.DENIED:
            return resource, verdict.keys
    return None
