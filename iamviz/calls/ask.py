"""Asking without doing: may somebody do something here and now?"""

from collections.abc import Mapping

from iamviz.calls.actors import Actor, find_actor
from iamviz.calls.authorize import decide
from iamviz.calls.issue import role_session
from iamviz.calls.model import Call, CallError, Refusal
from iamviz.calls.workloads import equip
from iamviz.engine.decision import Decision
from iamviz.world.callers import role_caller
from iamviz.world.world import World

__all__ = ["ask"]

HOUR = 3600


def ask(
    world: World,
    who: str,
    action: str,
    resource: str = "*",
    *,
    context: Mapping[str, str | list[str]] | None = None,
) -> Decision:
    """The decision on one action, taken as `perform` would take it; the world stays as it is.

    ``who`` is an actor as in `Call`: a label, a profile, ``user:ACCOUNT/name`` …; or the ARN of a user or a role of the
    world, the role standing for a session of it without a session policy. ``context`` are condition keys that the
    request brings, as those of a `Call`. Raises CallError for an actor whose
    credentials AWS would not accept, and for a pattern in place of an action: a Deny may speak of a part of it only.
    """
    if "*" in action or "?" in action:
        raise CallError(f"{action!r} is a pattern; ask for one action, such as s3:GetObject")
    call = Call(who, action, {"Resource": resource}, context=context or {})
    try:
        if who in world.roles:
            actor = _of_role(world, who)
        else:
            equipped = equip(world, call)
            world, actor = equipped.world, find_actor(equipped.world, equipped.call)
    except Refusal as refusal:
        raise CallError(f"{who} cannot ask anything: {refusal.error.message}") from None
    if actor.caller is None:
        raise CallError("an administrator's change is never evaluated; ask for a user, a role session or a service")
    return decide(world, actor, call, action, resource, world.policy_at(resource))


def _of_role(world: World, role_arn: str) -> Actor:
    """A session of a role that nobody has issued: what anyone could do who assumed it now."""
    role = world.role(role_arn)
    caller = role_caller(world, role)
    return Actor(caller, caller.account, role_session(world, role, "any", HOUR, ""))
