"""Managed policies and their versions: docs/rules/roles_and_sessions.md 2.1 and 5."""

from dataclasses import replace

from iamviz.arn import split_fields
from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import DOCUMENT, NAME, POLICY_ARN, Operation, allow, read_document
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.session_tags import MOST_TAGS, check_case_sensitive_tags
from iamviz.calls.validation import Field, check_params
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.aws_managed import aws_managed
from iamviz.world.entities import ManagedPolicy
from iamviz.world.world import World

__all__ = ["POLICY_OPERATIONS"]

MANAGED_LIMIT = 6144
MOST_VERSIONS = 5
PATH = Field(str, 1, 512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/")
VERSION = Field(str, pattern=r"v[1-9][0-9]*", required=True)
TOO_MANY = (
    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
)


def _known(world: World, actor: Actor, arn: str) -> ManagedPolicy:
    """The managed policy of an ARN; Refusal when there is none, or when it is not of the caller's account."""
    policy = world.managed_policies.get(arn) or aws_managed(arn)
    if policy is None:
        raise Refusal("NoSuchEntity", f"Policy {arn} was not found.", 404)
    if split_fields(arn)[4] != actor.account:
        raise Refusal("AccessDenied", "Policy is outside your own account.", 403)
    return policy


def create_policy(world: World, actor: Actor, call: Call) -> Result:
    """CreatePolicy: a customer managed policy, its document version v1."""
    fields = {"PolicyName": NAME, "PolicyDocument": DOCUMENT, "Path": PATH}
    fields |= {"Description": Field(str, 0, 1000), "Tags": Field(list, most=MOST_TAGS)}
    check_params(call.operation, call.params, fields)
    check_case_sensitive_tags(call)
    path, name = call.params.get("Path", "/"), call.params["PolicyName"]
    arn = f"arn:{world.partition}:iam::{actor.account}:policy{path}{name}"
    decisions = allow(world, actor, call, arn)
    prefix, lower = f"arn:{world.partition}:iam::{actor.account}:policy/", name.lower()
    if any(o.startswith(prefix) and o.rpartition("/")[2].lower() == lower for o in world.managed_policies):
        text = f"A policy called {name} already exists. Duplicate names are not allowed."
        raise Refusal("EntityAlreadyExists", text, 409, decisions)
    made = ManagedPolicy(arn, _document(arn, call))
    return Result(_with(world, made), {"Policy": {"PolicyName": name, "Arn": arn}}, None, decisions)


def create_policy_version(world: World, actor: Actor, call: Call) -> Result:
    """CreatePolicyVersion: changes what is in force only with SetAsDefault; five versions at most (2.1)."""
    fields = {"PolicyArn": POLICY_ARN, "PolicyDocument": DOCUMENT, "SetAsDefault": Field(bool)}
    check_params(call.operation, call.params, fields)
    arn = call.params["PolicyArn"]
    decisions = allow(world, actor, call, arn)
    policy = _known(world, actor, arn)
    document = _document(arn, call)
    if len(policy.versions) + 1 >= MOST_VERSIONS:
        raise Refusal("LimitExceeded", TOO_MANY, 409, decisions)
    number = policy.latest + 1
    changed = replace(policy, versions=(*policy.versions, (number, document)), latest=number)
    if call.params.get("SetAsDefault"):
        changed = _in_force(changed, number)
    value = {"PolicyVersion": {"VersionId": f"v{number}", "IsDefaultVersion": changed.default == number}}
    return Result(_with(world, changed), value, None, decisions)


def set_default_policy_version(world: World, actor: Actor, call: Call) -> Result:
    """SetDefaultPolicyVersion: from now on this version is in force, for everyone whom the policy is attached to."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN, "VersionId": VERSION})
    arn, number = call.params["PolicyArn"], int(call.params["VersionId"][1:])
    decisions = allow(world, actor, call, arn)
    policy = _known(world, actor, arn)
    _check_version(policy, number)
    return Result(_with(world, _in_force(policy, number)), {}, None, decisions)


def delete_policy_version(world: World, actor: Actor, call: Call) -> Result:
    """DeletePolicyVersion: any but the default one; its number is never given again."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN, "VersionId": VERSION})
    arn, number = call.params["PolicyArn"], int(call.params["VersionId"][1:])
    decisions = allow(world, actor, call, arn)
    policy = _known(world, actor, arn)
    _check_version(policy, number)
    if number == policy.default:
        raise Refusal("DeleteConflict", "Cannot delete the default version of a policy.", 409, decisions)
    kept = tuple((other, document) for other, document in policy.versions if other != number)
    return Result(_with(world, replace(policy, versions=kept)), {}, None, decisions)


def delete_policy(world: World, actor: Actor, call: Call) -> Result:
    """DeletePolicy: only when it is attached nowhere and has no version beside the default one."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN})
    arn = call.params["PolicyArn"]
    decisions = allow(world, actor, call, arn)
    policy = _known(world, actor, arn)
    identities = [*world.users.values(), *world.groups.values(), *world.roles.values()]
    if any(arn in identity.attached or arn == getattr(identity, "boundary", "") for identity in identities):
        raise Refusal("DeleteConflict", "Cannot delete a policy attached to entities.", 409, decisions)
    if policy.versions:
        text = (
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
        )
        raise Refusal("DeleteConflict", text, 409, decisions)
    return Result(replace(world, managed_policies=world.managed_policies.delete(arn)), {}, None, decisions)


def _check_version(policy: ManagedPolicy, number: int) -> None:
    if number != policy.default and number not in dict(policy.versions):
        raise Refusal(
            "NoSuchEntity", f"Policy {policy.arn} version v{number} does not exist or is not attachable.", 404
        )


def _in_force(policy: ManagedPolicy, number: int) -> ManagedPolicy:
    """The policy with another version as the default one."""
    everything = {policy.default: policy.policy, **dict(policy.versions)}
    chosen = everything.pop(number)
    return replace(policy, policy=chosen, default=number, versions=tuple(sorted(everything.items())))


def _with(world: World, policy: ManagedPolicy) -> World:
    return replace(world, managed_policies=world.managed_policies.set(policy.arn, policy))


def _document(arn: str, call: Call) -> Policy:
    document = call.params["PolicyDocument"]
    name = arn.rpartition("/")[2]
    policy = read_document(document, PolicyKind.IDENTITY, name).named(name, arn)
    if len("".join(document.split())) > MANAGED_LIMIT:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_LIMIT}", 409)
    return policy


POLICY_OPERATIONS: dict[str, Operation] = {
    "CreatePolicy": create_policy,
    "CreatePolicyVersion": create_policy_version,
    "DeletePolicy": delete_policy,
    "DeletePolicyVersion": delete_policy_version,
    "SetDefaultPolicyVersion": set_default_policy_version,
}
