"""Looking at policies: inline ones, attached ones, managed ones and their versions."""

import json
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import NAME, POLICY_ARN, Operation, allow, find, known_policy, missing
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.validation import Field, check_params
from iamviz.policy.model import Policy
from iamviz.world.entities import ManagedPolicy
from iamviz.world.world import World

__all__ = ["POLICY_READS"]

VERSION = Field(str, pattern=r"v[1-9][0-9]*", required=True)


def _inline(kind: str, things: str) -> Operation:
    """GetUserPolicy, GetGroupPolicy, GetRolePolicy: an inline policy by its name."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {f"{kind}Name": NAME, "PolicyName": NAME})
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn, changes=False)
        name = call.params["PolicyName"]
        found = next((policy for policy in identity.inline if policy.name == name), None)
        if found is None:
            raise missing(f"{kind.lower()} policy", name)
        value = {f"{kind}Name": identity.name, "PolicyName": name, "PolicyDocument": _document(found)}
        return Result(world, value, None, decisions)

    return operation


def _listing(kind: str, things: str, attached: bool) -> Operation:
    """List…Policies: the names of the inline ones; ListAttached…Policies: the managed ones."""

    def operation(world: World, actor: Actor, call: Call) -> Result:
        check_params(call.operation, call.params, {f"{kind}Name": NAME})
        identity = find(getattr(world, things), actor.account, kind.lower(), call.params[f"{kind}Name"])
        decisions = allow(world, actor, call, identity.arn, changes=False)
        names = {"PolicyNames": [policy.name for policy in identity.inline]}
        managed = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in identity.attached]
        value: dict[str, Any] = {"AttachedPolicies": managed} if attached else names
        return Result(world, value | {"IsTruncated": False}, None, decisions)

    return operation


def get_policy(world: World, actor: Actor, call: Call) -> Result:
    """GetPolicy: a managed policy without its document."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN})
    arn = call.params["PolicyArn"]
    decisions = allow(world, actor, call, arn)
    policy = known_policy(world, actor.account, arn)
    shown = {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "DefaultVersionId": f"v{policy.default}"}
    return Result(world, {"Policy": shown}, None, decisions)


def get_policy_version(world: World, actor: Actor, call: Call) -> Result:
    """GetPolicyVersion: one version with its document."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN, "VersionId": VERSION})
    arn, number = call.params["PolicyArn"], int(call.params["VersionId"][1:])
    decisions = allow(world, actor, call, arn)
    policy = known_policy(world, actor.account, arn)
    document = {policy.default: policy.policy, **dict(policy.versions)}.get(number)
    if document is None:
        raise Refusal("NoSuchEntity", f"Policy {arn} version v{number} does not exist or is not attachable.", 404)
    value = {"PolicyVersion": {"Document": _document(document), **_version(policy, number)}}
    return Result(world, value, None, decisions)


def list_policy_versions(world: World, actor: Actor, call: Call) -> Result:
    """ListPolicyVersions: the newest first."""
    check_params(call.operation, call.params, {"PolicyArn": POLICY_ARN})
    arn = call.params["PolicyArn"]
    decisions = allow(world, actor, call, arn)
    policy = known_policy(world, actor.account, arn)
    numbers = sorted((policy.default, *(number for number, _ in policy.versions)), reverse=True)
    versions = [_version(policy, number) for number in numbers]
    return Result(world, {"Versions": versions, "IsTruncated": False}, None, decisions)


def _version(policy: ManagedPolicy, number: int) -> dict[str, Any]:
    return {"VersionId": f"v{number}", "IsDefaultVersion": number == policy.default}


def _document(policy: Policy) -> Any:
    """The document as clients hand it out: an object."""
    return json.loads(policy.source)


_KINDS = (("User", "users"), ("Group", "groups"), ("Role", "roles"))
POLICY_READS: dict[str, Operation] = {
    "GetPolicy": get_policy,
    "GetPolicyVersion": get_policy_version,
    "ListPolicyVersions": list_policy_versions,
    **{f"Get{kind}Policy": _inline(kind, things) for kind, things in _KINDS},
    **{f"List{kind}Policies": _listing(kind, things, attached=False) for kind, things in _KINDS},
    **{f"ListAttached{kind}Policies": _listing(kind, things, attached=True) for kind, things in _KINDS},
}
