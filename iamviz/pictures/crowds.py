"""Many people at once, from worlds: the hub before and after, and one role with all its sessions through a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from immutables import Map

from iamviz.accounts.trust import who_may_assume
from iamviz.arn import Arn
from iamviz.calls.iam_keys import MOST_KEYS
from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.pictures.crowd import Crowd, crowd, crowd_text
from iamviz.pictures.errors import PictureError
from iamviz.pictures.hub import HubBox, HubCounter, HubSide, hub, hub_text
from iamviz.pictures.marks import word
from iamviz.pictures.picture import Picture
from iamviz.world.entities import User
from iamviz.world.world import World

HOUR = timedelta(hours=1)


def hub_picture(before: World, after: World, follow: str = "", titles: tuple[str, str] = ("", "")) -> Picture:
    """Where people live before and after, as accounts full of dots; ``follow`` names one of them, ringed everywhere.

    Roles that users of another account may assume, or people whom a provider vouches for, stand at the right, found by
    the engine; without ``follow`` the first user with a label is followed. ``titles`` replace the sentences above the
    two sides.
    """
    name = follow or _first_name(after, before)
    sides = [
        _side(world, name, title or usual, _label(name, after, before))
        for world, title, usual in zip((before, after), titles, ("Before", "After"), strict=True)
    ]
    counters = [
        HubCounter("IAM users", len(before.users), len(after.users)),
        HubCounter("long-term access keys", _keys(before.users.values()), _keys(after.users.values())),
        HubCounter("roles to assume", *(sum(len(box.roles) for box in side.boxes) for side in sides)),
        HubCounter("deletions per leaver", *(len(_called(world, name)) for world in (before, after))),
    ]
    html = hub(sides[0], sides[1], counters)
    return Picture(html, hub_text(sides[0], sides[1], counters), frozenset({"hub"}))


def _keys(users: Iterable[User]) -> int:
    return sum(len(user.access_keys or ()) for user in users)


def _first_name(*worlds: World) -> str:
    for world in worlds:
        labelled = [world.users[arn].name for _, arn in sorted(world.labels.items()) if arn in world.users]
        if labelled:
            return labelled[0]
    return next((world.users[arn].name for world in worlds for arn in sorted(world.users)), "")


def _called(world: World, name: str) -> list[User]:
    """The users of a name (or of a label), one an account at most."""
    labelled = world.users.get(world.labels.get(name, ""))
    wanted = labelled.name if labelled else name
    return [user for _, user in sorted(world.users.items()) if user.name == wanted]


def _label(name: str, *worlds: World) -> str:
    """What to call the one who is followed: the label of either world, else the name."""
    found = (world.name_of(user.arn) for world in worlds for user in _called(world, name))
    return next((label for label in found if label != name), name)


def _side(world: World, name: str, title: str, shown: str) -> HubSide:
    ringed = {user.account: user for user in _called(world, name)}
    homes: dict[str, list[User]] = {}
    for _, user in sorted(world.users.items()):
        homes.setdefault(user.account, []).append(user)
    boxes = [
        HubBox(
            _named(world, account),
            len(users),
            next((i for i, user in enumerate(users) if user == ringed.get(account)), None),
        )
        for account, users in sorted(homes.items(), key=lambda item: _rank(world, item[0]))
    ]
    order = {account: i for i, account in enumerate(sorted(homes, key=lambda number: _rank(world, number)))}
    visited: dict[str, tuple[list[str], set[int]]] = {}
    for arn, role in sorted(world.roles.items()):
        trusted = who_may_assume(world, arn)
        callers = {Arn.parse(t.principal).account for t in trusted if t.kind == "user"}
        callers = {account for account in callers if account in homes and account != role.account}
        if callers or any(t.kind == "provider" for t in trusted):
            roles, sources = visited.setdefault(role.account, ([], set()))
            roles.append(role.name)
            sources.update(order[account] for account in callers)
    lines = []
    for account, (roles, sources) in sorted(visited.items(), key=lambda item: _rank(world, item[0])):
        lines += [(source, len(boxes)) for source in sorted(sources)]
        boxes.append(HubBox(_named(world, account), roles=tuple(roles)))
    return HubSide(title, tuple(boxes), tuple(lines), _note(world, name, len(ringed), shown))


def _rank(world: World, number: str) -> tuple[int, str]:
    """The order in which a file lists its accounts is lost in the world: sort by number, the unnamed last."""
    return (0 if world.account(number).name else 1), number


def _named(world: World, number: str) -> str:
    return world.account(number).name or number


def _note(world: World, name: str, times: int, shown: str) -> str:
    if not times:
        return ""
    users = _called(world, name)
    if times == 1:
        return f"{shown}, ringed, exists once."
    return f"{shown}, ringed, exists {times} times: {_keys(users)} access keys, and {times} deletions on the last day."


def sessions_picture(world: World, role: str, at: datetime | str | None = None) -> Picture:
    """One role and all its sessions in a world; ``at`` is now: a time, a clock time ("11:36"), or the world's clock.

    Every hairline stands for one session, or for twenty when there are thousands. PictureError without any session.
    """
    arn, lives = _role_and_lives(world, role)
    first, last = lives[0][0], max(end for _, end in lives)
    now = _moment(at, first) if at is not None else world.now
    start = first.replace(minute=0, second=0, microsecond=0)
    end = start + -((start - last) // HOUR) * HOUR
    view = Crowd(world.name_of(arn), lives, now)
    return Picture(crowd(view, min(start, now), max(end, now), _sentence(view)), crowd_text(view), frozenset({"crowd"}))


Life = tuple[datetime, datetime]
"""When a session was issued, and when it ends."""


def _role_and_lives(world: World, role: str) -> tuple[str, tuple[Life, ...]]:
    """The ARN of a role and the lives of its sessions in order of issue; PictureError where either is missing."""
    arn = world.labels.get(role, role)
    found = [arn] if arn in world.roles else [known for known, r in sorted(world.roles.items()) if r.name == role]
    if len(found) != 1:
        known = ", ".join(sorted(r.name for r in world.roles.values())) or "none"
        raise PictureError(f"{role!r} names {len(found)} roles of this world, which has: {known}; give the ARN of one")
    lives = tuple(sorted((s.issued, s.expires) for s in world.sessions.values() if s.principal == found[0]))
    if not lives:
        raise PictureError(f"this world holds no session of the role {role!r}")
    return found[0], lives


def headcount_picture(people: int, users: World, sessions: World, role: str) -> Picture:
    """A head count in two designs: a user for each, and sessions of one role.

    ``users`` is a world whose account of users is taken as it was with ``people - 1`` of them; the engine then makes
    one more, or refuses it (docs/rules/roles_and_sessions.md 1.4: 5,000 an account). ``sessions`` is a world with at
    least ``people`` sessions of ``role``; of more, an even part is taken. PictureError where a world holds too few.
    """
    arn, lives = _role_and_lives(sessions, role)
    if not 1 <= people <= min(len(lives), len(users.users) + 1):
        most = min(len(lives), len(users.users) + 1)
        raise PictureError(f"these worlds have room for 1 to {most:,} people, not {people:,}")
    held = Map(sorted(users.users.items())[: people - 1])
    account = next((user.account for _, user in sorted(users.users.items())), sessions.roles[arn].account)
    hire = Call(f"admin:{account}", "iam:CreateUser", {"UserName": f"number-{people}"})
    hired = perform(replace(users, users=held), hire)
    count = len(hired.world.users)
    said = f"Number {people:,}"
    if hired.error is None:
        each = HubSide("A user for each", (HubBox(_named(users, account), count),), (), f"{said} gets a user.", "allow")
    else:
        refused = f"{said} is refused. {hired.error.code}: {hired.error.message}"
        each = HubSide("A user for each", (HubBox(_named(users, account), count),), (), refused, "none")
    peak = _most_at_once([lives[number * len(lives) // people] for number in range(people)])
    comes = f"{said} gets a session. {people:,} in a day, at most {peak:,} at a time."
    home = _named(sessions, sessions.roles[arn].account)
    one = HubSide("One role for all", (HubBox(home, roles=(sessions.roles[arn].name,)),), (), comes, "allow")
    counters = [
        HubCounter("IAM users", count, 0),
        HubCounter(f"access keys, up to {MOST_KEYS} each", MOST_KEYS * count, 0),
        HubCounter("roles", 0, 1),
        HubCounter("deletions per leaver", 1, 0),
    ]
    return Picture(hub(each, one, counters), hub_text(each, one, counters), frozenset({"hub"}))


def _most_at_once(lives: Iterable[Life]) -> int:
    """How many of these lives overlap at the fullest moment; one that ends makes room for one that begins then."""
    lives = list(lives)
    changes = sorted([(issued, 1) for issued, _ in lives] + [(expires, -1) for _, expires in lives])
    alive = peak = 0
    for _, change in changes:
        alive += change
        peak = max(peak, alive)
    return peak


def _sentence(view: Crowd) -> str:
    count, each = len(view.sessions), view.each
    sessions = word("sessions" if each > 1 else "session", "session")
    stands = f"{each} {sessions}" if each > 1 else f"one {sessions}"
    return (
        f"<b>{count:,} {'sessions' if count > 1 else 'session'}, one role.</b> Each hairline is {stands}, in order of "
        f"issue. The {word('role', 'role')} is one object all day; only its sessions come and go."
    )


def _moment(at: datetime | str, day: datetime) -> datetime:
    if isinstance(at, datetime):
        return at
    try:
        return datetime.combine(day.astimezone(UTC).date(), time.fromisoformat(at), UTC)
    except ValueError:
        raise PictureError(f'{at!r} is no clock time: "11:36" is one, in UTC') from None
