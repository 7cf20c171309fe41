"""Requests to services: whether the policies let an action pass, and, for objects of a bucket, what comes back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import authorize
from iamviz.calls.iam import change_resource_policy
from iamviz.calls.launch import change_metadata_options, launch
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.pass_role import check_pass_role, roles_passed
from iamviz.world.world import World

__all__ = ["action_of", "resource_arn", "use_service"]

_S3_ACTIONS = {
    "ListObjectsV2": "ListBucket",
    "ListObjects": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
}


def action_of(call: Call) -> str:
    """The action that a request is authorized as: ``s3:ListBucket`` for ListObjectsV2."""
    if call.service == "s3":
        return f"s3:{_S3_ACTIONS.get(call.name, call.name)}"
    return call.operation


def resource_arn(world: World, call: Call) -> str:
    """The resource of a request: parameter ``Resource``, or Bucket and Key; ``*`` when it names none."""
    params = call.params
    if "Resource" in params:
        return _text(params, "Resource")
    if "Bucket" in params:
        bucket = f"arn:{world.partition}:s3:::{_text(params, 'Bucket')}"
        return f"{bucket}/{_text(params, 'Key')}" if "Key" in params else bucket
    return "*"


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params[name]
    if not isinstance(value, str):
        raise CallError(f"parameter {name} is {value!r}; expected a text")
    return value


def use_service(world: World, actor: Actor, call: Call) -> Result:
    """A request to a service: decided by the policies, then answered as far as the world knows the answer."""
    deletes = call.operation == "s3:DeleteBucketPolicy"
    # With a resource alone it is asked whether the call may be made, as of any other action; nothing is put.
    puts = call.operation == "s3:PutBucketPolicy" and ("Policy" in call.params or "Resource" not in call.params)
    if puts or (deletes and actor.caller is None):
        return change_resource_policy(world, actor, call)
    if actor.caller is None:
        raise CallError(f"an administrator only makes changes to IAM and to bucket policies, not {call.operation}")
    arn = resource_arn(world, call)
    resource = world.resource_of(arn)
    decisions = authorize(world, actor, call, action_of(call), arn, resource.policy if resource else None)
    if deletes and resource is not None:
        return Result(world.with_resource(replace(resource, policy=None)), {}, None, decisions)
    passed = roles_passed(world, actor.account, call, decisions)
    decisions = check_pass_role(world, actor, call, passed, decisions)
    if passed:
        return launch(world, actor, call, passed, decisions)
    if call.operation == "ec2:ModifyInstanceMetadataOptions":
        return change_metadata_options(world, call, decisions)
    key = call.params.get("Key")
    if resource is None or resource.objects is None or key is None:
        return Result(world, {}, None, decisions)
    if call.name in ("GetObject", "HeadObject"):
        if key not in resource.objects:
            raise Refusal("NoSuchKey", "The specified key does not exist.", 404, decisions)
        return Result(world, dict(sorted(resource.objects[key].items())), None, decisions)
    return Result(world, {}, None, decisions)
