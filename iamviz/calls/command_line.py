"""The same call as a line of the AWS CLI, for people who want to do it for real."""

import json
import re
import shlex
from typing import Any

from iamviz.calls.model import Call
from iamviz.world.world import World

__all__ = ["command_line"]

_CLI_NAMES = {"s3": "s3api", "states": "stepfunctions", "monitoring": "cloudwatch"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _kebab(name: str) -> str:
    return _HUMP.sub("-", name).lower()


def command_line(world: World, call: Call) -> str:
    """The AWS CLI line of a call; documents are read from files, as one would.

    >>> from datetime import UTC, datetime
    >>> call = Call("staging", "s3:GetObject", {"Bucket": "b", "Key": "k"})
    >>> command_line(World(datetime(2026, 3, 2, tzinfo=UTC)), call)
    'aws s3api get-object --bucket b --key k k'
    """
    if call.service == "imds":
        return _metadata_line(world, call)
    words = ["aws", _CLI_NAMES.get(call.service, call.service), _kebab(call.name)]
    for name, value in call.params.items():
        if name == "Resource":
            continue
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{_kebab(name)}")
        else:
            words += [f"--{_kebab(name)}", _value(name, value)]
    if call.name == "GetObject" and "Key" in call.params:
        words.append(str(call.params["Key"]).rpartition("/")[2])
    profile = call.actor.removeprefix("session:")
    if profile in world.profiles:
        words += ["--profile", profile]
    return shlex.join(words)


def _metadata_line(world: World, call: Call) -> str:
    """What is sent to the metadata address of an instance, which is no AWS API."""
    workload = world.workloads.get(str(call.params.get("Instance")))
    profile = world.instance_profiles.get(workload.profile) if workload else None
    role = (profile.role if profile else workload.role if workload else "").rpartition("/")[2]
    token = ["-H", "X-aws-ec2-metadata-token: TOKEN"] if call.params.get("Token") else []
    return shlex.join(["curl", *token, f"http://169.254.169.254/latest/meta-data/iam/security-credentials/{role}"])


def _value(name: str, value: Any) -> str:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return f"file://{_kebab(name)}.json"
    return value if isinstance(value, str) else json.dumps(value)
