"""Changes to IAM as calls: validated as AWS does, evaluated unless an administrator makes them out of band."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from iamviz.arn import Arn, split_fields
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind, Statement
from iamviz.world.entities import Group, Role, User
from iamviz.world.world import World

__all__ = ["IAM_OPERATIONS", "change_resource_policy", "trust_policy"]

Operation = Callable[[World, Actor, Call], Result]
Identity = TypeVar("Identity", User, Group, Role)
NAME = Field(str, 1, 128, r"[\w+=,.@-]+", required=True)
DOCUMENT = Field(str, 1, 131072, required=True)
PROHIBITED = ("Resource", "NotResource", "NotPrincipal")
ROLE_ACTIONS = re.compile(
    r"sts:(?:\*|assumerole\*?|assumerolewithsaml|assumerolewithwebidentity|tagsession|setsourceidentity|setcontext)"
)


def trust_policy(world: World, document: str, name: str) -> Policy:
    """Read a trust policy as IAM does on saving; MalformedPolicyDocument for what IAM does not store (2.1)."""
    policy = _read(document, PolicyKind.TRUST, name)
    for statement in policy.statements:
        for element in PROHIBITED:
            if element in statement.spans:
                raise _malformed(f"Has prohibited field {element}")
        if statement.principals is None:
            raise _malformed("Missing required field Principal")
        if not all(ROLE_ACTIONS.fullmatch(action.text.lower()) for action in statement.actions):
            raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
        _check_principals(world, statement)
    return policy


def _check_principals(world: World, statement: Statement) -> None:
    """A user or role that a trust policy names must exist, as far as the world knows its account (2.2)."""
    for entry in statement.principals or ():
        if entry.type != "AWS" or entry.is_everyone or entry.account is not None:
            continue
        fields = split_fields(entry.value)
        known = len(fields) == 6 and fields[4] in world.accounts
        missing = known and fields[2] == "iam" and entry.value not in world.users and entry.value not in world.roles
        if missing or "*" in entry.value or "?" in entry.value or len(fields) != 6:
            raise _malformed(f'Invalid principal in policy: "AWS":"{entry.value}"')


def _read(document: str, kind: PolicyKind, name: str) -> Policy:
    try:
        return Policy.parse(document, kind, name=name)
    except PolicyError as error:
        bad_json = error.findings[0].code == "INVALID_JSON"
        raise _malformed("This policy contains invalid Json" if bad_json else "Syntax errors in policy.") from None


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", message, 400)


def _missing(what: str, name: str) -> Refusal:
    return Refusal("NoSuchEntity", f"The {what} with name {name} cannot be found.", 404)


def _find(things: Any, account: str, kind: str, name: str) -> Any:
    """The user, group or role of a name in an account; names are unique whatever their path."""
    for arn, thing in things.items():
        parsed = Arn.parse(arn)
        if parsed.account == account and parsed.name == name:
            return thing
    raise _missing(kind, name)


def _allow(world: World, actor: Actor, call: Call, arn: str) -> tuple[Decision, ...]:
    return () if actor.caller is None else authorize(world, actor, call, call.operation, arn)


def update_assume_role_policy(world: World, actor: Actor, call: Call) -> Result:
    """UpdateAssumeRolePolicy: replaces the trust policy; running sessions go on."""
    check_params(call.operation, call.params, {"RoleName": NAME, "PolicyDocument": DOCUMENT})
    role = _find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = _allow(world, actor, call, role.arn)
    name = role.trust.name if role.trust else f"trust policy of {role.name}"
    trust = trust_policy(world, call.params["PolicyDocument"], name)
    return Result(world.with_role(replace(role, trust=trust)), {}, None, decisions)


def _inline(kind: str, things: str, put: bool) -> Operation:
    """Put…Policy and Delete…Policy for users, groups and roles: inline policies, by name."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        fields = {f"{kind}Name": NAME, "PolicyName": NAME} | ({"PolicyDocument": DOCUMENT} if put else {})
        check_params(call.operation, call.params, fields)
        identity = _find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = _allow(world, actor, call, identity.arn)
        name = call.params["PolicyName"]
        inline = tuple(policy for policy in identity.inline if policy.name != name)
        if put:
            inline += (_read(call.params["PolicyDocument"], PolicyKind.IDENTITY, name),)
        elif len(inline) == len(identity.inline):
            raise Refusal(
                "NoSuchEntity", f"The {kind.lower()} policy with name {name} cannot be found.", 404, decisions
            )
        return Result(_replaced(world, replace(identity, inline=inline)), {}, None, decisions)

    return operation


def _replaced(world: World, identity: User | Group | Role) -> World:
    if isinstance(identity, User):
        return world.with_user(identity)
    return world.with_group(identity) if isinstance(identity, Group) else world.with_role(identity)


def _membership(joins: bool) -> Operation:
    """AddUserToGroup and RemoveUserFromGroup."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {"GroupName": NAME, "UserName": NAME})
        group = _find(world.groups, actor.account, "group", call.params["GroupName"])
        user = _find(world.users, actor.account, "user", call.params["UserName"])
        decisions = _allow(world, actor, call, group.arn)
        groups = tuple(arn for arn in user.groups if arn != group.arn) + ((group.arn,) if joins else ())
        return Result(world.with_user(replace(user, groups=groups)), {}, None, decisions)

    return operation


def change_resource_policy(world: World, actor: Actor, call: Call) -> Result:
    """s3:PutBucketPolicy: replaces the policy of a bucket."""
    check_params(call.operation, call.params, {"Bucket": Field(str, 3, 63, required=True), "Policy": DOCUMENT})
    arn = f"arn:{world.partition}:s3:::{call.params['Bucket']}"
    resource = world.resources.get(arn)
    if resource is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
    decisions: tuple[Decision, ...] = ()
    if actor.caller is not None:
        decisions = authorize(world, actor, call, call.operation, arn, resource.policy)
    elif actor.account != resource.account:
        raise CallError(f"the administrator of {actor.account} has no bucket {call.params['Bucket']}")
    policy = _read(call.params["Policy"], PolicyKind.RESOURCE, f"bucket policy of {resource.name}")
    return Result(world.with_resource(replace(resource, policy=policy)), {}, None, decisions)


IAM_OPERATIONS: dict[str, Operation] = {
    "UpdateAssumeRolePolicy": update_assume_role_policy,
    "PutUserPolicy": _inline("User", "users", put=True),
    "PutGroupPolicy": _inline("Group", "groups", put=True),
    "PutRolePolicy": _inline("Role", "roles", put=True),
    "DeleteUserPolicy": _inline("User", "users", put=False),
    "DeleteGroupPolicy": _inline("Group", "groups", put=False),
    "DeleteRolePolicy": _inline("Role", "roles", put=False),
    "AddUserToGroup": _membership(joins=True),
    "RemoveUserFromGroup": _membership(joins=False),
}
