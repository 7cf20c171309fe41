"""Users, groups, roles and instance profiles as IAM answers with them, in the form that the AWS CLI prints."""

import json
from datetime import datetime
from typing import Any

from iamviz.arn import Arn
from iamviz.world.entities import Group, InstanceProfile, Role, User
from iamviz.world.world import World

__all__ = ["group_value", "profile_value", "role_value", "user_value"]


def _value(kind: str, arn: str, unique_id: str, created: datetime | None) -> dict[str, Any]:
    parsed = Arn.parse(arn)
    path = "/" + parsed.resource.partition("/")[2].removesuffix(parsed.name)
    value = {"Path": path, f"{kind}Name": parsed.name, f"{kind}Id": unique_id, "Arn": arn}
    return value | ({"CreateDate": created.isoformat()} if created else {})


def user_value(user: User) -> dict[str, Any]:
    """The shape User."""
    return _value("User", user.arn, user.unique_id, user.created)


def group_value(group: Group) -> dict[str, Any]:
    """The shape Group."""
    return _value("Group", group.arn, group.unique_id, group.created)


def role_value(role: Role) -> dict[str, Any]:
    """The shape Role, its trust policy as an object."""
    value = _value("Role", role.arn, role.unique_id, role.created)
    value |= {"AssumeRolePolicyDocument": json.loads(role.trust.source)} if role.trust else {}
    return value | ({"Description": role.description} if role.description else {})


def profile_value(world: World, profile: InstanceProfile) -> dict[str, Any]:
    """The shape InstanceProfile, with the role in it."""
    value = _value("InstanceProfile", profile.arn, profile.unique_id, profile.created)
    return value | {"Roles": [role_value(world.roles[profile.role])] if profile.role in world.roles else []}
