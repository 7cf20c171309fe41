"""Performing a call: the clock, the credentials, then the service. Refusals of AWS are results, not exceptions."""

from iamviz.calls.actors import find_actor
from iamviz.calls.iam import IAM_OPERATIONS
from iamviz.calls.model import Call, CallError, Refusal, Result
from iamviz.calls.services import use_service
from iamviz.calls.sts import STS_OPERATIONS
from iamviz.world.world import World

__all__ = ["perform"]


def perform(world: World, call: Call) -> Result:
    """Perform a call in a world.

    Gives a `Result` with the next world; ``result.world`` has the call's time even when AWS refuses. Raises `CallError`
    for a misuse: an unknown actor, an operation of IAM or STS that iamviz does not know, a parameter of a wrong shape.
    """
    world = world if call.at is None else world.at(call.at)
    operations = {"sts": STS_OPERATIONS, "iam": IAM_OPERATIONS}.get(call.service)
    operation = use_service if operations is None else operations.get(call.name)
    if operation is None:
        known = ", ".join(sorted(operations or ()))
        raise CallError(f"iamviz does not know {call.operation}; it knows {call.service}: {known}")
    try:
        return operation(world, find_actor(world, call), call)
    except Refusal as refusal:
        return Result(world, None, refusal.error, refusal.decisions, refusal.checks)
