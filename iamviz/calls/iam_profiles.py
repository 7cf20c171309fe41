"""Instance profiles: docs/rules/roles_and_sessions.md 2.4 and 5."""

from dataclasses import replace

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import NAME, Operation, allow, check_quota, find, new_arn
from iamviz.calls.iam_shapes import profile_value
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.pass_role import pass_role
from iamviz.calls.session_tags import MOST_TAGS, check_case_sensitive_tags
from iamviz.calls.validation import PATH, Field, check_params
from iamviz.world.entities import InstanceProfile, Role
from iamviz.world.ids import unique_id
from iamviz.world.world import World

__all__ = ["PROFILE_OPERATIONS"]

PROFILE = {"InstanceProfileName": NAME}
QUOTA = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"


def _find(world: World, actor: Actor, call: Call) -> InstanceProfile:
    name = call.params["InstanceProfileName"]
    prefix = f"arn:{world.partition}:iam::{actor.account}:instance-profile/"
    for arn, profile in world.instance_profiles.items():
        if arn.startswith(prefix) and profile.name == name:
            return profile
    raise Refusal("NoSuchEntity", f"Instance Profile {name} cannot be found.", 404)


def _with(world: World, profile: InstanceProfile) -> World:
    return replace(world, instance_profiles=world.instance_profiles.set(profile.arn, profile))


def create_instance_profile(world: World, actor: Actor, call: Call) -> Result:
    """CreateInstanceProfile: a container for one role, still empty."""
    check_params(call.operation, call.params, PROFILE | {"Path": PATH, "Tags": Field(list, most=MOST_TAGS)})
    check_case_sensitive_tags(call)
    arn = new_arn(world, actor, "instance-profile", world.instance_profiles, call.params)
    decisions = allow(world, actor, call, arn)
    check_quota(world, actor, "instance-profile", world.instance_profiles, decisions)
    its_id = unique_id("AIPA", actor.account, arn, world.now.isoformat(), world.serial)
    profile = InstanceProfile(arn, its_id, created=world.now)
    value = {"InstanceProfile": profile_value(world, profile)}
    return Result(replace(_with(world, profile), serial=world.serial + 1), value, None, decisions)


def get_instance_profile(world: World, actor: Actor, call: Call) -> Result:
    """GetInstanceProfile: the profile and the role in it."""
    check_params(call.operation, call.params, PROFILE)
    profile = _find(world, actor, call)
    decisions = allow(world, actor, call, profile.arn)
    return Result(world, {"InstanceProfile": profile_value(world, profile)}, None, decisions)


def add_role(world: World, actor: Actor, call: Call) -> Result:
    """AddRoleToInstanceProfile: one role at most; whoever puts it in must be allowed to pass it."""
    check_params(call.operation, call.params, PROFILE | {"RoleName": NAME})
    profile = _find(world, actor, call)
    role: Role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, profile.arn)
    if actor.caller is not None:
        decisions += pass_role(world, actor, call, role.arn, "ec2.amazonaws.com", decisions)
    if profile.role:
        raise Refusal("LimitExceeded", QUOTA, 409, decisions)
    return Result(_with(world, replace(profile, role=role.arn)), {}, None, decisions)


def remove_role(world: World, actor: Actor, call: Call) -> Result:
    """RemoveRoleFromInstanceProfile: credentials that an instance holds already stay good until they end."""
    check_params(call.operation, call.params, PROFILE | {"RoleName": NAME})
    profile = _find(world, actor, call)
    decisions = allow(world, actor, call, profile.arn)
    name = call.params["RoleName"]
    if profile.role.rpartition("/")[2] != name:
        raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", 404, decisions)
    return Result(_with(world, replace(profile, role="")), {}, None, decisions)


def delete_instance_profile(world: World, actor: Actor, call: Call) -> Result:
    """DeleteInstanceProfile: only an empty one."""
    check_params(call.operation, call.params, PROFILE)
    profile = _find(world, actor, call)
    decisions = allow(world, actor, call, profile.arn)
    if profile.role:
        message = "Cannot delete entity, must remove roles from instance profile first."
        raise Refusal("DeleteConflict", message, 409, decisions)
    kept = world.instance_profiles.delete(profile.arn)
    return Result(replace(world, instance_profiles=kept), {}, None, decisions)


PROFILE_OPERATIONS: dict[str, Operation] = {
    "AddRoleToInstanceProfile": add_role,
    "CreateInstanceProfile": create_instance_profile,
    "DeleteInstanceProfile": delete_instance_profile,
    "GetInstanceProfile": get_instance_profile,
    "RemoveRoleFromInstanceProfile": remove_role,
}
