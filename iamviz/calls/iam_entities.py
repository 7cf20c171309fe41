"""Making and deleting users, groups, roles and keys: docs/rules/roles_and_sessions.md 1.4, 2.1 and 5."""

from dataclasses import replace

from immutables import Map

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import (
    BOUNDARY,
    DOCUMENT,
    NAME,
    NAME64,
    Operation,
    allow,
    attachable,
    check_quota,
    find,
    missing,
    new_arn,
    trust_policy,
)
from iamviz.calls.iam_shapes import group_value, role_value, user_value
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.session_tags import MOST_TAGS, check_tags, pairs, tag_keys
from iamviz.calls.validation import PATH, Field, check_params
from iamviz.engine.decision import Decision
from iamviz.world.entities import Group, Role, User
from iamviz.world.ids import unique_id
from iamviz.world.world import World

__all__ = ["ENTITY_OPERATIONS"]

DURATION = Field(int, 3600, 43200)
DESCRIPTION = Field(str, 0, 1000)
TAGS = Field(list, most=MOST_TAGS)
MOST_GROUPS = 10
_PREFIX = {"user": "AIDA", "group": "AGPA", "role": "AROA"}


def _id(world: World, kind: str, actor: Actor, arn: str) -> str:
    """A unique id that no earlier thing of this name had."""
    return unique_id(_PREFIX[kind], actor.account, arn, world.now.isoformat(), world.serial)


def _tags(call: Call) -> Map[str, str]:
    tags = pairs(call.operation, call.params.get("Tags") or ())
    check_tags(tags)
    return Map(dict(tags))


def create_user(world: World, actor: Actor, call: Call) -> Result:
    """CreateUser: a user without permissions and without keys; here it can call at once, as if it had one."""
    fields = {"UserName": NAME64, "Path": PATH, "PermissionsBoundary": Field(str, 20, 2048), "Tags": TAGS}
    check_params(call.operation, call.params, fields)
    arn = new_arn(world, actor, "user", world.users, call.params)
    decisions = allow(world, actor, call, arn)
    check_quota(world, actor, "user", world.users, decisions)
    boundary = call.params.get("PermissionsBoundary", "")
    world = attachable(world, actor.account, boundary, decisions, BOUNDARY) if boundary else world
    its_id = _id(world, "user", actor, arn)
    user = User(arn, its_id, boundary=boundary, tags=_tags(call), created=world.now)
    value = {"User": user_value(user)}
    return Result(replace(world.with_user(user), serial=world.serial + 1), value, None, decisions)


def create_group(world: World, actor: Actor, call: Call) -> Result:
    """CreateGroup: a bag for policies, still empty."""
    check_params(call.operation, call.params, {"GroupName": NAME, "Path": PATH})
    arn = new_arn(world, actor, "group", world.groups, call.params)
    decisions = allow(world, actor, call, arn)
    check_quota(world, actor, "group", world.groups, decisions)
    group = Group(arn, _id(world, "group", actor, arn), created=world.now)
    value = {"Group": group_value(group)}
    return Result(replace(world.with_group(group), serial=world.serial + 1), value, None, decisions)


def create_role(world: World, actor: Actor, call: Call) -> Result:
    """CreateRole: the trust policy is mandatory and checked as on every save."""
    fields = {
        "RoleName": NAME64,
        "AssumeRolePolicyDocument": DOCUMENT,
        "Path": PATH,
        "Description": DESCRIPTION,
        "MaxSessionDuration": DURATION,
        "PermissionsBoundary": Field(str, 20, 2048),
        "Tags": TAGS,
    }
    check_params(call.operation, call.params, fields)
    params = call.params
    arn = new_arn(world, actor, "role", world.roles, params)
    decisions = allow(world, actor, call, arn)
    check_quota(world, actor, "role", world.roles, decisions)
    trust = trust_policy(world, params["AssumeRolePolicyDocument"], f"trust policy of {params['RoleName']}")
    boundary = params.get("PermissionsBoundary", "")
    world = attachable(world, actor.account, boundary, decisions, BOUNDARY) if boundary else world
    role = Role(
        arn,
        _id(world, "role", actor, arn),
        trust=trust,
        boundary=boundary,
        max_session_duration=params.get("MaxSessionDuration", 3600),
        tags=_tags(call),
        created=world.now,
        description=params.get("Description", ""),
    )
    value = {"Role": role_value(role)}
    return Result(replace(world.with_role(role), serial=world.serial + 1), value, None, decisions)


def _conflict(what: str, decisions: tuple[Decision, ...]) -> Refusal:
    """What still carries or holds something cannot be deleted (2.1)."""
    return Refusal("DeleteConflict", f"Cannot delete entity, {what}", 409, decisions)


def _must_be_bare(identity: User | Group | Role, decisions: tuple[Decision, ...]) -> None:
    if identity.attached:
        raise _conflict("must detach all policies first.", decisions)
    if identity.inline:
        raise _conflict("must delete policies first.", decisions)


def delete_user(world: World, actor: Actor, call: Call) -> Result:
    """DeleteUser: only a bare one, for an administrator out of band as well (2.1)."""
    check_params(call.operation, call.params, {"UserName": NAME64})
    user = find(world.users, actor.account, "user", call.params["UserName"])
    decisions = allow(world, actor, call, user.arn)
    if user.groups:
        raise _conflict("must remove users from group first.", decisions)
    if user.access_keys:
        raise _conflict("must delete access keys first.", decisions)
    if user.mfa_serial:
        raise _conflict("must delete MFA device first.", decisions)
    _must_be_bare(user, decisions)
    return Result(replace(world, users=world.users.delete(user.arn)), {}, None, decisions)


def delete_group(world: World, actor: Actor, call: Call) -> Result:
    """DeleteGroup: only when nobody is in it."""
    check_params(call.operation, call.params, {"GroupName": NAME})
    group = find(world.groups, actor.account, "group", call.params["GroupName"])
    decisions = allow(world, actor, call, group.arn)
    if any(group.arn in user.groups for user in world.users.values()):
        raise _conflict("must remove users from group first.", decisions)
    _must_be_bare(group, decisions)
    return Result(replace(world, groups=world.groups.delete(group.arn)), {}, None, decisions)


def delete_role(world: World, actor: Actor, call: Call) -> Result:
    """DeleteRole: only a bare one, as with users (2.1).

    Its sessions are invalid from now on, also when a role of the same name is made again (3.8).
    """
    check_params(call.operation, call.params, {"RoleName": NAME64})
    role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn)
    _must_be_bare(role, decisions)
    if any(profile.role == role.arn for profile in world.instance_profiles.values()):
        raise _conflict("must remove roles from instance profile first.", decisions)
    return Result(replace(world, roles=world.roles.delete(role.arn)), {}, None, decisions)


def delete_service_linked_role(world: World, actor: Actor, call: Call) -> Result:
    """DeleteServiceLinkedRole: the one way to delete such a role (2.3); the service is taken to need it no more."""
    check_params(call.operation, call.params, {"RoleName": NAME64})
    role: Role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn)
    if not role.service_linked:
        raise missing("role", role.name)
    task = f"task{role.arn.rpartition(':role')[2]}/{unique_id('', actor.account, role.unique_id).lower()}"
    changed = replace(world, roles=world.roles.delete(role.arn))
    return Result(changed, {"DeletionTaskId": task}, None, decisions)


def update_role(world: World, actor: Actor, call: Call) -> Result:
    """UpdateRole: changes MaxSessionDuration and description; sessions that run keep their end (4.8)."""
    fields = {"RoleName": NAME64, "MaxSessionDuration": DURATION, "Description": DESCRIPTION}
    check_params(call.operation, call.params, fields)
    role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn)
    changed = replace(
        role,
        max_session_duration=call.params.get("MaxSessionDuration", role.max_session_duration),
        description=call.params.get("Description", role.description),
    )
    return Result(world.with_role(changed), {}, None, decisions)


def update_role_description(world: World, actor: Actor, call: Call) -> Result:
    """UpdateRoleDescription: the description alone, which also a service-linked role lets be changed (2.3)."""
    check_params(call.operation, call.params, {"RoleName": NAME64, "Description": replace(DESCRIPTION, required=True)})
    role: Role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn)
    role = replace(role, description=call.params["Description"])
    return Result(world.with_role(role), {"Role": role_value(role)}, None, decisions)


def _tagging(kind: str, things: str, adds: bool) -> Operation:
    """TagUser, UntagUser, TagRole, UntagRole: keys of users and roles compare without case (1.4)."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        element = "Tags" if adds else "TagKeys"
        check_params(call.operation, call.params, {f"{kind}Name": NAME64, element: Field(list, required=True)})
        passed = pairs(call.operation, call.params[element]) if adds else []
        keys = [] if adds else tag_keys(call.operation, element, call.params[element])
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn)
        check_tags(passed)
        added = dict(passed)
        gone = {key.lower() for key in (*keys, *added)}
        tags = {key: value for key, value in identity.tags.items() if key.lower() not in gone} | added
        if len(tags) > MOST_TAGS:
            text = f"Cannot exceed quota for TagsPer{kind}: {MOST_TAGS}"
            raise Refusal("LimitExceeded", text, 409, decisions)
        changed = replace(identity, tags=Map(tags))
        put = world.with_user if isinstance(changed, User) else world.with_role
        return Result(put(changed), {}, None, decisions)

    return operation


def _membership(joins: bool) -> Operation:
    """AddUserToGroup and RemoveUserFromGroup."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {"GroupName": NAME, "UserName": NAME})
        group = find(world.groups, actor.account, "group", call.params["GroupName"])
        user = find(world.users, actor.account, "user", call.params["UserName"])
        decisions = allow(world, actor, call, group.arn)
        groups = tuple(arn for arn in user.groups if arn != group.arn) + ((group.arn,) if joins else ())
        if len(groups) > MOST_GROUPS:
            raise Refusal("LimitExceeded", f"Cannot exceed quota for GroupsPerUser: {MOST_GROUPS}", 409, decisions)
        return Result(world.with_user(replace(user, groups=groups)), {}, None, decisions)

    return operation


ENTITY_OPERATIONS: dict[str, Operation] = {
    "AddUserToGroup": _membership(joins=True),
    "CreateGroup": create_group,
    "CreateRole": create_role,
    "CreateUser": create_user,
    "DeleteGroup": delete_group,
    "DeleteRole": delete_role,
    "DeleteServiceLinkedRole": delete_service_linked_role,
    "DeleteUser": delete_user,
    "RemoveUserFromGroup": _membership(joins=False),
    "TagRole": _tagging("Role", "roles", adds=True),
    "TagUser": _tagging("User", "users", adds=True),
    "UntagRole": _tagging("Role", "roles", adds=False),
    "UntagUser": _tagging("User", "users", adds=False),
    "UpdateRole": update_role,
    "UpdateRoleDescription": update_role_description,
}
