"""An account in numbers: what everyone may do and reach, the most powerful first; and all of a report as plain data."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.findings import findings
from iamviz.accounts.reach import can_reach
from iamviz.accounts.who import who_can_assume
from iamviz.world.world import World

__all__ = ["Progress", "Standing", "account_data", "counts", "standings"]

Progress = Callable[[int, int], None]
"""Told while everyone is asked: principals done, principals in all."""


class Standing(NamedTuple):
    """How many actions of the catalogue somebody may do for certain and perhaps, how many of them manage permissions,
    and how many roles it reaches.
    """

    arn: str
    kind: str
    allowed: int
    depends: int
    powers: int
    reached: int


def standings(world: World, progress: Progress | None = None) -> list[Standing]:
    """Those of all users and roles but service-linked ones, the most powerful first."""
    arns = [*sorted(world.users), *(arn for arn in sorted(world.roles) if not world.roles[arn].service_linked)]
    found = []
    for number, arn in enumerate(arns, 1):
        can = allowed_actions(world, arn)
        powers = can.counts.get("Permissions management", 0)
        reached = len(can_reach(world, arn).reached)
        kind = "user" if arn in world.users else "role"
        found.append(Standing(arn, kind, len(can.allowed), len(can.depends), powers, reached))
        if progress is not None:
            progress(number, len(arns))
    return sorted(found, key=lambda one: (-one.powers, -one.allowed))


def counts(world: World) -> dict[str, int]:
    """How many of everything there is."""
    linked = sum(role.service_linked for role in world.roles.values())
    return {
        "account": len(world.accounts),
        "user": len(world.users),
        "group": len(world.groups),
        "role": len(world.roles) - linked,
        "service-linked role": linked,
        "managed policies": len(world.managed_policies),
        "resource policies": sum(resource.policy is not None for resource in world.resources.values()),
    }


def account_data(world: World, progress: Progress | None = None) -> dict[str, Any]:
    """What a report says, as plain data for programs."""
    roles = [arn for arn in sorted(world.roles) if not world.roles[arn].service_linked]
    return {
        "counts": counts(world),
        "findings": json.loads(findings(world).to_json())["rows"],
        "everyone": [one._asdict() for one in standings(world, progress)],
        "who_can_assume": {arn: who_can_assume(world, arn).rows for arn in roles},
        "unknown": list(world.unknowns),
    }
