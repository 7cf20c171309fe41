"""Looking at IAM: users, roles, groups and keys, as far as stories need it."""

from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import NAME64, Operation, allow, find
from iamviz.calls.iam_shapes import group_value, role_value, user_value
from iamviz.calls.model import Call, CallError, Result
from iamviz.calls.validation import Field, check_params
from iamviz.catalogue import action_info
from iamviz.engine.request import CallerKind
from iamviz.world.entities import Group, Role, User
from iamviz.world.world import World

__all__ = ["OPTIONAL_NAME", "READ_OPERATIONS", "decide_only", "is_only_read", "named_user"]

OPTIONAL_NAME = Field(str, 1, 64, NAME64.pattern)


def named_user(world: World, actor: Actor, call: Call) -> User:
    """The user that a call names in UserName, else the user that calls, as IAM has it."""
    name = call.params.get("UserName")
    if name is None:
        caller = actor.caller
        if caller is None or caller.kind is not CallerKind.USER:
            raise CallError(f"{call.operation} needs UserName here: the caller is no user")
        return world.user(caller.arn)
    found: User = find(world.users, actor.account, "user", name)
    return found


def get_user(world: World, actor: Actor, call: Call) -> Result:
    """GetUser: a user by its name, without one the calling user."""
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    return Result(world, {"User": user_value(user)}, None, decisions)


def get_role(world: World, actor: Actor, call: Call) -> Result:
    """GetRole: a role with its trust policy."""
    check_params(call.operation, call.params, {"RoleName": NAME64})
    role: Role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn, changes=False)
    value = role_value(role) | {"MaxSessionDuration": role.max_session_duration}
    return Result(world, {"Role": value}, None, decisions)


def _listing(kind: str, things: str, value: Any) -> Operation:
    """ListUsers, ListRoles, ListGroups: those of the account, by ARN."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {"PathPrefix": Field(str, 1, 512)})
        decisions = allow(world, actor, call, f"arn:{world.partition}:iam::{actor.account}:{kind}/")
        prefix = f"arn:{world.partition}:iam::{actor.account}:{kind}{call.params.get('PathPrefix', '/')}"
        found = [value(thing) for arn, thing in sorted(getattr(world, things).items()) if arn.startswith(prefix)]
        return Result(world, {f"{kind.capitalize()}s": found, "IsTruncated": False}, None, decisions)

    return operation


def list_access_keys(world: World, actor: Actor, call: Call) -> Result:
    """ListAccessKeys: the ids of a user's keys, never their secrets."""
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    status = {True: "Active", False: "Inactive"}
    keys = [
        {"UserName": user.name, "AccessKeyId": key.id, "Status": status[key.active]} for key in user.access_keys or ()
    ]
    return Result(world, {"AccessKeyMetadata": keys, "IsTruncated": False}, None, decisions)


def is_only_read(call: Call) -> bool:
    """Whether an operation of IAM changes nothing, as AWS's service authorization reference has it."""
    info = action_info(call.operation)
    return info is not None and info.access_level in ("Read", "List")


def decide_only(world: World, actor: Actor, call: Call) -> Result:
    """A read whose answer no world holds (GetAccountSummary, ListMFADevices …): decided, then answered with nothing."""
    return Result(world, {}, None, allow(world, actor, call, _subject(world, actor, call), changes=False))


def _subject(world: World, actor: Actor, call: Call) -> str:
    """What a read is about: the user, role or group that it names, or another thing by its ARN; else ``*``."""
    for kind in ("User", "Role", "Group"):
        name = call.params.get(f"{kind}Name")
        if name is not None:
            named: User | Role | Group = find(
                getattr(world, f"{kind.lower()}s"), actor.account, kind.lower(), str(name)
            )
            return named.arn
    return next((str(value) for name, value in sorted(call.params.items()) if name.endswith("Arn")), "*")


READ_OPERATIONS: dict[str, Operation] = {
    "GetRole": get_role,
    "GetUser": get_user,
    "ListAccessKeys": list_access_keys,
    "ListGroups": _listing("group", "groups", group_value),
    "ListRoles": _listing("role", "roles", role_value),
    "ListUsers": _listing("user", "users", user_value),
}
