"""Changes to IAM as calls: validated as AWS does, evaluated unless an administrator makes them out of band."""

from collections.abc import Sequence
from dataclasses import replace

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.iam_common import (
    BOUNDARY,
    DOCUMENT,
    NAME,
    POLICY_ARN,
    Operation,
    allow,
    attachable,
    find,
    missing,
    read_document,
    trust_policy,
)
from iamviz.calls.iam_entities import ENTITY_OPERATIONS
from iamviz.calls.iam_keys import KEY_OPERATIONS
from iamviz.calls.iam_passwords import PASSWORD_OPERATIONS
from iamviz.calls.iam_policies import POLICY_OPERATIONS
from iamviz.calls.iam_policy_reads import POLICY_READS
from iamviz.calls.iam_profiles import PROFILE_OPERATIONS
from iamviz.calls.iam_providers import PROVIDER_OPERATIONS
from iamviz.calls.iam_reads import READ_OPERATIONS
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.outbound import OUTBOUND_OPERATIONS
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.entities import Group, Role, User
from iamviz.world.world import World

__all__ = ["IAM_OPERATIONS", "change_resource_policy"]

MOST_ATTACHED = 10
INLINE_LIMITS = {"user": 2048, "group": 5120, "role": 10240}


def update_assume_role_policy(world: World, actor: Actor, call: Call) -> Result:
    """UpdateAssumeRolePolicy: replaces the trust policy; running sessions go on."""
    check_params(call.operation, call.params, {"RoleName": NAME, "PolicyDocument": DOCUMENT})
    role = find(world.roles, actor.account, "role", call.params["RoleName"])
    decisions = allow(world, actor, call, role.arn)
    name = role.trust.name if role.trust else f"trust policy of {role.name}"
    trust = trust_policy(world, call.params["PolicyDocument"], name)
    return Result(world.with_role(replace(role, trust=trust)), {}, None, decisions)


def _inline(kind: str, things: str, put: bool) -> Operation:
    """Put…Policy and Delete…Policy for users, groups and roles: inline policies, by name."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        fields = {f"{kind}Name": NAME, "PolicyName": NAME} | ({"PolicyDocument": DOCUMENT} if put else {})
        check_params(call.operation, call.params, fields)
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn)
        name = call.params["PolicyName"]
        inline = tuple(policy for policy in identity.inline if policy.name != name)
        if put:
            inline += (read_document(call.params["PolicyDocument"], PolicyKind.IDENTITY, name),)
            _check_inline_size(kind.lower(), identity.name, inline)
        elif len(inline) == len(identity.inline):
            raise missing(f"{kind.lower()} policy", name)
        return Result(_replaced(world, replace(identity, inline=inline)), {}, None, decisions)

    return operation


def _check_inline_size(kind: str, name: str, policies: Sequence[Policy]) -> None:
    """All inline policies of an identity together, white space not counted (1.4)."""
    limit = INLINE_LIMITS[kind]
    if sum(len("".join(policy.source.split())) for policy in policies) > limit:
        raise Refusal("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} {name}", 409)


def _replaced(world: World, identity: User | Group | Role) -> World:
    if isinstance(identity, User):
        return world.with_user(identity)
    return world.with_group(identity) if isinstance(identity, Group) else world.with_role(identity)


def _attachment(kind: str, things: str, adds: bool) -> Operation:
    """Attach…Policy and Detach…Policy: managed policies, by ARN."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {f"{kind}Name": NAME, "PolicyArn": POLICY_ARN})
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn)
        arn = call.params["PolicyArn"]
        if adds:
            world = attachable(world, actor.account, arn, decisions)
        elif arn not in identity.attached:
            raise Refusal("NoSuchEntity", f"Policy {arn} was not found.", 404, decisions)
        attached = tuple(other for other in identity.attached if other != arn) + ((arn,) if adds else ())
        if len(attached) > MOST_ATTACHED:
            text = f"Cannot exceed quota for PoliciesPer{kind}: {MOST_ATTACHED}"
            raise Refusal("LimitExceeded", text, 409, decisions)
        return Result(_replaced(world, replace(identity, attached=attached)), {}, None, decisions)

    return operation


def _boundary(kind: str, things: str, puts: bool) -> Operation:
    """Put…PermissionsBoundary and Delete…PermissionsBoundary for users and roles."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        fields = {f"{kind}Name": NAME} | ({"PermissionsBoundary": POLICY_ARN} if puts else {})
        check_params(call.operation, call.params, fields)
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn)
        arn = call.params.get("PermissionsBoundary", "")
        if arn:
            world = attachable(world, actor.account, arn, decisions, BOUNDARY)
        return Result(_replaced(world, replace(identity, boundary=arn)), {}, None, decisions)

    return operation


def change_resource_policy(world: World, actor: Actor, call: Call) -> Result:
    """s3:PutBucketPolicy replaces the policy of a bucket, s3:DeleteBucketPolicy takes it away.

    The bucket is named as S3 does, or as the parameter ``Resource``, its ARN.
    """
    puts = call.name == "PutBucketPolicy"
    fields = {"Bucket": Field(str, 1, 63, required=True)} | ({"Policy": DOCUMENT} if puts else {})
    start = f"arn:{world.partition}:s3:::"
    params = dict(call.params)
    if "Resource" in params:
        params["Bucket"] = str(params.pop("Resource")).removeprefix(start)
    check_params(call.operation, params, fields)
    arn = f"{start}{params['Bucket']}"
    resource = world.resources.get(arn)
    if resource is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
    decisions: tuple[Decision, ...] = ()
    if actor.caller is not None:
        decisions = authorize(world, actor, call, call.operation, arn, resource.policy)
    elif actor.account != resource.account:
        raise CallError(f"the administrator of {actor.account} has no bucket {params['Bucket']}")
    name = f"bucket policy of {resource.name}"
    policy = read_document(params["Policy"], PolicyKind.RESOURCE, name) if puts else None
    return Result(world.with_resource(replace(resource, policy=policy)), {}, None, decisions)


_KINDS = (("User", "users"), ("Group", "groups"), ("Role", "roles"))
_BOUNDED = (("User", "users"), ("Role", "roles"))

IAM_OPERATIONS: dict[str, Operation] = {
    **ENTITY_OPERATIONS,
    **KEY_OPERATIONS,
    **OUTBOUND_OPERATIONS,
    **POLICY_OPERATIONS,
    **POLICY_READS,
    **PASSWORD_OPERATIONS,
    **PROFILE_OPERATIONS,
    **PROVIDER_OPERATIONS,
    **READ_OPERATIONS,
    "UpdateAssumeRolePolicy": update_assume_role_policy,
    **{f"Put{kind}Policy": _inline(kind, things, put=True) for kind, things in _KINDS},
    **{f"Delete{kind}Policy": _inline(kind, things, put=False) for kind, things in _KINDS},
    **{f"Attach{kind}Policy": _attachment(kind, things, adds=True) for kind, things in _KINDS},
    **{f"Detach{kind}Policy": _attachment(kind, things, adds=False) for kind, things in _KINDS},
    **{f"Put{kind}PermissionsBoundary": _boundary(kind, things, puts=True) for kind, things in _BOUNDED},
    **{f"Delete{kind}PermissionsBoundary": _boundary(kind, things, puts=False) for kind, things in _BOUNDED},
}
