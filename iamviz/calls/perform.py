"""Performing a call: the clock, the credentials, then the service. Refusals of AWS are results, not exceptions."""

from dataclasses import replace

from iamviz.calls.actors import find_actor
from iamviz.calls.delegation import DELEGATION_OPERATIONS
from iamviz.calls.iam import IAM_OPERATIONS
from iamviz.calls.iam_common import Operation
from iamviz.calls.iam_reads import decide_only, is_only_read
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.organizations import ORGANIZATION_OPERATIONS
from iamviz.calls.services import use_service
from iamviz.calls.sts import STS_OPERATIONS
from iamviz.calls.workloads import IMDS_OPERATIONS, Equipped, equip
from iamviz.world.world import World

__all__ = ["perform"]

_OPERATIONS: dict[str, dict[str, Operation]] = {
    "iam": IAM_OPERATIONS,
    "imds": IMDS_OPERATIONS,
    "organizations": ORGANIZATION_OPERATIONS | DELEGATION_OPERATIONS,
    "sts": STS_OPERATIONS,
}
_WHOLE = ("iam", "imds", "sts")
"""The services of which an operation that is not listed is unknown; elsewhere it is only decided."""


def perform(world: World, call: Call) -> Result:
    """Perform a call in a world.

    Gives a `Result` with the next world; ``result.world`` has the call's time even when AWS refuses. Raises `CallError`
    for a misuse: an unknown actor, an operation of IAM or STS that iamviz does not know, a parameter of a wrong shape.
    A parameter that is None is not passed.
    """
    world = world if call.at is None else world.at(call.at)
    if any(value is None for value in call.params.values()):
        call = replace(call, params={name: value for name, value in call.params.items() if value is not None})
    operations = _OPERATIONS.get(call.service, {})
    operation = operations.get(call.name, None if call.service in _WHOLE else use_service)
    if operation is None and call.service == "iam" and is_only_read(call):
        operation = decide_only
    if operation is None:
        known = ", ".join(sorted(operations))
        raise CallError(f"iamviz does not know {call.operation}; it knows {call.service}: {known}")
    equipped = Equipped(world, call)
    try:
        equipped = equip(world, call)
        result = operation(equipped.world, find_actor(equipped.world, equipped.call), equipped.call)
    except Refusal as refusal:
        result = Result(equipped.world, None, refusal.error, refusal.decisions, refusal.checks)
    if not equipped.decisions:
        return result
    return replace(
        result, decisions=(*result.decisions, *equipped.decisions), checks=(*equipped.checks, *result.checks)
    )
