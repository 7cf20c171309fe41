"""The condition keys that a change to IAM brings: docs/rules/policy_evaluation.md 4.5 and 4.6.

Delegated administration rests on them: "may make roles, but only with this boundary", "may attach all but this policy".
"""

from collections.abc import Iterator

from iamviz.calls.model import Call
from iamviz.calls.session_tags import pairs
from iamviz.world.context import ContextValue
from iamviz.world.world import World

__all__ = ["iam_keys"]

_WITH_BOUNDARY = frozenset(
    """AttachRolePolicy AttachUserPolicy CreateRole CreateUser DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
    DeleteUserPermissionsBoundary DeleteUserPolicy DetachRolePolicy DetachUserPolicy GetRole PutRolePermissionsBoundary
    PutRolePolicy PutUserPermissionsBoundary PutUserPolicy UpdateAssumeRolePolicy UpdateRole""".split()
)
"""The actions for which ``iam:PermissionsBoundary`` is in the context (AWS's service authorization reference)."""

_ATTACHING = frozenset(f"{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("User", "Group", "Role"))


def iam_keys(world: World, call: Call, arn: str) -> Iterator[ContextValue]:
    """The keys that a call on a user, group, role or policy of IAM adds to the request context."""
    params, origin = call.params, f"the {call.name} call"
    identity = world.users.get(arn) or world.roles.get(arn)
    boundary = params.get("PermissionsBoundary") or (identity.boundary if identity else "")
    if call.name in _WITH_BOUNDARY and boundary:
        passed = "PermissionsBoundary" in params
        told = origin if passed else "the boundary of the user or role"
        yield ContextValue("iam:PermissionsBoundary", (str(boundary),), told)
    if call.name in _ATTACHING and "PolicyArn" in params:
        yield ContextValue("iam:PolicyARN", (str(params["PolicyArn"]),), origin)
    for key, value in sorted(identity.tags.items()) if identity else ():
        for prefix in ("aws", "iam"):
            yield ContextValue(f"{prefix}:ResourceTag/{key}", (value,), "a tag of the user or role")
    if call.name.startswith(("Create", "Tag")) and params.get("Tags"):
        tags = pairs(call.operation, params["Tags"])
        yield ContextValue("aws:TagKeys", tuple(sorted({key for key, _ in tags})), origin)
        for key, value in sorted(tags):
            yield ContextValue(f"aws:RequestTag/{key}", (value,), origin)
    if call.name.startswith("Untag") and params.get("TagKeys"):
        yield ContextValue("aws:TagKeys", tuple(sorted(map(str, params["TagKeys"]))), origin)
