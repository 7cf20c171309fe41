"""Sessions revoked: a Deny on tokens issued before a moment (docs/rules/roles_and_sessions.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from iamviz.policy.model import Effect, Policy
from iamviz.world.world import World


def revocations(world: World) -> dict[str, datetime]:
    """For each role and user, by ARN: sessions issued before this moment are denied everything that the Deny names."""
    found = {}
    for arn, owner in sorted([*world.roles.items(), *world.users.items()]):
        moments = [moment for policy in world.policies_of(owner) for moment in _moments(policy)]
        reached = [moment for moment in moments if moment <= world.now]
        if reached:
            found[arn] = max(reached)
    return found


def _moments(policy: Policy) -> Iterator[datetime]:
    for statement in policy.statements:
        if statement.effect is Effect.DENY and len(statement.conditions) == 1:
            row = statement.conditions[0]
            if (row.lookup, row.name, len(row.values)) != ("aws:tokenissuetime", "DateLessThan", 1):
                continue
            try:
                moment = datetime.fromisoformat(row.values[0])
            except ValueError:
                continue
            yield moment if moment.tzinfo else moment.replace(tzinfo=UTC)
