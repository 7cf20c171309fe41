"""What is worth a look though nobody breaks in by it: administrators, unused roles, statements that miss their aim."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from iamviz.accounts.answers import Said
from iamviz.accounts.finding import AccountFinding, Move, Risk, safe_name
from iamviz.accounts.powers import PROBES, Powers
from iamviz.accounts.reach import can_reach
from iamviz.accounts.reach_story import way_moves
from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.policy.check import check_policy
from iamviz.policy.findings import Finding
from iamviz.policy.model import Effect, Policy
from iamviz.world.entities import User
from iamviz.world.world import World

__all__ = ["LONG_UNUSED", "admin_findings", "policy_findings", "unused_findings"]

LONG_UNUSED = timedelta(days=90)
MOST_NAMED = 5
NEVER = frozenset(
    """NOT_PRINCIPAL_EVERYONE RESOURCE_DOES_NOT_FIT_ACTION EMPTY_ARRAY_CONDITION NEVER_MATCHES CLAIM_NOT_IN_CONTEXT
    DENY_DISARMED_BY_VARIABLE INVALID_ACTION""".split()
)
"""Findings of `check_policy` after which a statement does nothing, or nothing for one of its actions."""
MFA = "MFA_DENY_WITHOUT_IF_EXISTS"
_INDEX = re.compile(r"\$\.Statement(?:\[(\d+)\])?")


def admin_findings(world: World, powers: Powers) -> Iterator[AccountFinding]:
    """Administrators, with who reaches each through how many roles."""
    admins = {arn for arn in powers.admins if arn in world.roles}
    reached: dict[str, list[tuple[int, str, bool]]] = {arn: [] for arn in admins}
    for arn in (*sorted(world.users), *sorted(world.roles)) if admins else ():
        for found in can_reach(world, arn).reached:
            if found.role in admins:
                reached[found.role].append((found.hops, arn, found.is_certain))
    for arn in powers.admins:
        name, who = world.name_of(arn), sorted(reached.get(arn, ()))
        if arn in world.users:
            yield AccountFinding("ADMIN", Risk.LOW, arn, f"{name} is an administrator.")
            continue
        others = [entry for entry in who if not powers.is_admin(entry[1])]
        sentence = f"{name} is an administrator; {_reaching(world, who)}."
        stage, moves = _way(world, others[0][1], arn) if others and others[0][2] else (None, ())
        risk = Risk.HIGH if any(certain for _, _, certain in others) else Risk.LOW
        yield AccountFinding("ADMIN", risk, arn, sentence, (), (), arn, stage, moves)


def _reaching(world: World, who: list[tuple[int, str, bool]]) -> str:
    if not who:
        return "no user or role that is known here reaches it"
    named = [
        f"{world.name_of(arn)} in {hops} hop{'s' * (hops != 1)}{'' if certain else ' under conditions'}"
        for hops, arn, certain in who[:MOST_NAMED]
    ]
    more = len(who) - len(named)
    return f"it is reached by {', '.join(named)}" + (f" and {more} more" if more else "")


def _way(world: World, start: str, role: str) -> tuple[World | None, tuple[Move, ...]]:
    """The way of somebody to an administrator's role, hop by hop."""
    way = can_reach(world, start).way_to(role)
    return way_moves(world, start, way)


def unused_findings(world: World) -> Iterator[AccountFinding]:
    """Roles that nobody used for 90 days, seen from the latest instant in the files: a dump may be an old one."""
    moments = [m for role in world.roles.values() for m in (role.created, role.last_used) if m is not None]
    if not moments:
        return
    latest = max(moments)
    for arn, role in sorted(world.roles.items()):
        since = role.last_used or role.created
        if role.service_linked or not role.use_known or (since is not None and latest - since < LONG_UNUSED):
            continue
        when = (
            f"since {role.last_used:%Y-%m-%d}" if role.last_used else "in all the time that IAM looks back (400 days)"
        )
        sentence = f"{world.name_of(arn)} was not used {when}; the files are of {latest:%Y-%m-%d} or later."
        yield AccountFinding("UNUSED_ROLE", Risk.LOW, arn, sentence)


def policy_findings(world: World) -> Iterator[AccountFinding]:
    """What the checker says of policies that does not do what it is there for; AWS's own policies are left alone."""
    checked: dict[tuple[str, str], list[Finding]] = {}
    for holder, policy in _policies(world):
        key = (policy.kind.value, policy.source)
        if key not in checked:
            checked[key] = [
                f for f in check_policy(policy.source, policy.kind.value) if f.code in NEVER or f.code == MFA
            ]
        for found in checked[key]:
            yield _told(world, holder, policy, found)


def _policies(world: World) -> Iterator[tuple[str, Policy]]:
    """Every policy that is somebody's own writing, once, with the ARN that it is told of."""
    for things in (world.users, world.groups, world.roles):
        for arn, thing in sorted(things.items()):
            yield from ((arn, policy) for policy in thing.inline)
    for arn, role in sorted(world.roles.items()):
        if role.trust is not None and not role.service_linked:
            yield arn, role.trust
    for arn, managed in sorted(world.managed_policies.items()):
        if arn.split(":")[4] != "aws":
            yield arn, managed.policy


def _told(world: World, holder: str, policy: Policy, found: Finding) -> AccountFinding:
    index = _INDEX.match(found.path)
    number = int(index[1] or 0) if index else -1
    statement = next((s for s in policy.statements if s.index == number), None)
    effect = statement.effect if statement else Effect.ALLOW
    label = statement.label if statement else "the document"
    said = (Said(policy.label, label, found.line, effect.value),)
    if found.code == MFA:
        sentence = f"A Deny of {policy.label} ({label}) does not hit requests with long-term keys."
        stage, moves = _with_key(world, holder, policy)
        return AccountFinding("MFA_DENY_MISSES_KEYS", Risk.MEDIUM, holder, sentence, (), said, "", stage, moves)
    risk = Risk.MEDIUM if effect is Effect.DENY else Risk.LOW
    return AccountFinding("NEVER_MATCHES", risk, holder, f"{policy.label}, {label}: {found.message}.", (), said)


def _with_key(world: World, holder: str, policy: Policy) -> tuple[World | None, tuple[Move, ...]]:
    """A user with an access key does what the Deny is about; the first of its actions that gets through."""
    for arn in _users_with(world, holder):
        account = arn.split(":")[4]
        probes = [(a, {"Resource": form.format(partition=world.partition, account=account)}) for a, form in PROBES]
        for action, params in (*probes, ("iam:CreateAccessKey", {"UserName": arn.rpartition("/")[2]})):
            if not policy.covering(action.lower()).denies:
                continue
            call = Call(arn, action, params)
            if perform(world, call).ok:
                caption = f"{safe_name(world, arn)} does it with a key and without MFA: {{allowed}}."
                return world, (Move(call, "Without any MFA", caption),)
    return None, ()


def _users_with(world: World, holder: str) -> Iterable[str]:
    """The users who have a policy: the user itself, the members of a group, those to whom it is attached."""
    if holder in world.users:
        return (holder,)
    return [arn for arn, user in sorted(world.users.items()) if holder in _holders(world, user)]


def _holders(world: World, user: User) -> set[str]:
    groups = [world.groups[arn] for arn in user.groups if arn in world.groups]
    return {*user.groups, *user.attached, *(arn for group in groups for arn in group.attached)}
