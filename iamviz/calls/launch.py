"""What runs after a role was passed: the call that made it decides its kind (docs/rules/roles_and_sessions.md 2.4).

Nothing assumes the role yet: its service does that later, when the workload first needs credentials
(`workloads.equip`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.pass_role import Passed
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.world.workloads import Workload, new_workload
from iamviz.world.world import World

__all__ = ["change_metadata_options", "launch"]

_CHANGES = ("AssociateIamInstanceProfile", "UpdateFunctionConfiguration")


def launch(
    world: World, actor: Actor, call: Call, passed: tuple[Passed, ...], decisions: tuple[Decision, ...]
) -> Result:
    """The world with the workload that got the role: named after ``save``, else after the function or instance.

    A call that hands over several roles makes a workload of the first; a call that gives an existing workload another
    role changes that one. Without a name nothing is kept: no step can ask for it.
    """
    first = passed[0]
    service = first.passing.service
    stated = {"service": service, "role": first.role_arn, "profile": first.profile.arn if first.profile else ""}
    if call.name in _CHANGES:
        found = _existing(world, call)
        if found is None:
            return Result(world, {}, None, decisions)
        made = replace(found, role=stated["role"], profile=stated["profile"])
    else:
        function = str(call.params.get("FunctionName", ""))
        name = call.save or function
        if world.labels.get(name, name) in world.users:
            raise CallError(f"{name!r} is the name of a user here; save what runs under another")
        kind = first.passing.kind or "service"
        made = new_workload(name or str(world.serial), kind, actor.account, id=function, **stated)
        if not name:
            return Result(world, _value(made, first), None, decisions)
    profiles = world.profiles.delete(made.name) if made.name in world.profiles else world.profiles
    world = replace(world.with_workload(made), profiles=profiles, serial=world.serial + 1)
    return Result(world, _value(made, first), None, decisions)


def _existing(world: World, call: Call) -> Workload | None:
    """The workload that a call changes: an instance, or a function, by its id or its name here."""
    wanted = call.params.get("InstanceId") or call.params.get("FunctionName")
    for name, workload in sorted(world.workloads.items()):
        if wanted in (name, workload.id, workload.arn):
            return workload
    return None


def _value(workload: Workload, passed: Passed) -> Mapping[str, Any]:
    """What the service answers, as far as it is about the role."""
    match workload.kind:
        case "ec2":
            profile = passed.profile
            shown = {"IamInstanceProfile": {"Arn": profile.arn, "Id": profile.unique_id}} if profile else {}
            return {"Instances": [{"InstanceId": workload.id, **shown}]}
        case "lambda":
            return {"FunctionName": workload.id, "FunctionArn": workload.arn, "Role": passed.role_arn}
    return {}


def change_metadata_options(world: World, call: Call, decisions: tuple[Decision, ...]) -> Result:
    """ec2:ModifyInstanceMetadataOptions: ``HttpTokens`` required leaves only IMDSv2, optional brings IMDSv1 back."""
    fields = {
        "InstanceId": Field(str, required=True),
        "HttpTokens": Field(str, pattern="optional|required", required=True),
        "Resource": Field(str),
    }
    check_params(call.operation, call.params, fields)
    wanted = call.params["InstanceId"]
    for name, workload in sorted(world.workloads.items()):
        if workload.kind == "ec2" and wanted in (name, workload.id):
            changed = replace(workload, needs_token=call.params["HttpTokens"] == "required")
            value = {"InstanceId": workload.id, "InstanceMetadataOptions": {"HttpTokens": call.params["HttpTokens"]}}
            return Result(world.with_workload(changed), value, None, decisions)
    raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{wanted}' does not exist", 400, decisions)
