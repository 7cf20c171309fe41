"""Events into credentials: the joins of docs/rules/roles_and_sessions.md 6.3, in bounded memory."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from iamviz.accounts.trail import Address, Credential, Refused, Trail
from iamviz.accounts.trail_event import ISSUING, Event, Issued, Who, read_event
from iamviz.accounts.trail_sightings import sightings
from iamviz.arn import role_behind, split_fields

__all__ = ["Joiner"]

_ADDRESSES, _ACTIONS, _EVENTS, _REFUSALS = 50, 200, 40, 5000
"""How many different ones are kept: addresses, actions and telling events of one credential, refusals in all."""
_ALL_EVENTS = 60_000
_REMEMBERED = 200_000
"""Event ids and halves of calls that are remembered to find the second one."""
_NEAR = timedelta(seconds=5)


class _Life:
    """A credential while events come in."""

    __slots__ = tuple(
        "account actions addresses arn events expires failed first given how issued key kind last maker maker_name mfa "
        "name of_instance role service source_identity uses".split()
    )

    def __init__(self, key: str, kind: str) -> None:
        self.key, self.kind = key, kind
        self.name = self.arn = self.account = self.role = self.how = ""
        self.maker = self.maker_name = self.service = self.source_identity = ""
        self.issued: datetime | None = None
        self.expires: datetime | None = None
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.mfa = self.of_instance = False
        self.uses = self.failed = 0
        self.addresses: dict[str, list[Any]] = {}
        self.actions: dict[str, list[int]] = {}
        self.events: list[Event] = []
        self.given: Mapping[str, str] = {}


class Joiner:
    """Takes events one by one, in any order; `trail` gives what came of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.lives: dict[str, _Life] = {}
        self.refused: dict[tuple[str, str, str, str], list[Any]] = {}
        self.keyless: list[Event] = []
        self.seen: OrderedDict[int, None] = OrderedDict()
        self.halves: OrderedDict[str, tuple[str, bool]] = OrderedDict()
        self.accounts: set[str] = set()
        self.counts = dict.fromkeys(("events", "odd", "twice", "unfollowed", "data", "kept", "more refusals"), 0)
        self.start: datetime | None = None
        self.end: datetime | None = None
        self.commanded: dict[str, Event] = {}

    def add(self, data: Mapping[str, Any]) -> None:
        """Take one record."""
        event = read_event(data)
        if event is None:
            self.counts["odd"] += 1
            return
        if event.id and not _fresh(self.seen, hash(event.id)):
            self.counts["twice"] += 1
            return
        self.counts["events"] += 1
        self.counts["data"] += event.about_data
        self.start = min(event.at, self.start or event.at)
        self.end = max(event.at, self.end or event.at)
        if event.account:
            self.accounts.add(event.account)
        caller = self._caller(event.who)
        second = self._is_second_half(event, caller is not None)
        if event.action in ISSUING and not event.error:
            self._issue(event, caller)
        if not second:
            self._use(event, caller)
        for instance in event.instances:
            if len(self.commanded) < self.most and event.action.startswith("ssm:") and event.writes:
                self.commanded.setdefault(instance, event)

    def _is_second_half(self, event: Event, counted: bool) -> bool:
        """Whether the other half of this call was counted already; a half that names no caller counts for nobody."""
        if not event.shared:
            return False
        account, first_counted = self.halves.pop(event.shared, ("", False))
        if not account:
            self.halves[event.shared] = (event.account, counted)
            if len(self.halves) > _REMEMBERED:
                self.halves.popitem(last=False)
            return False
        return first_counted and account != event.account

    def _life(self, key: str, kind: str) -> _Life | None:
        life = self.lives.get(key)
        if life is None and len(self.lives) < self.most:
            life = self.lives[key] = _Life(key, kind)
        return life

    def _caller(self, who: Who) -> _Life | None:
        """The credential that calls; None for AWS services and for callers of other accounts without a key."""
        key = who.key or (f"{who.principal_id}@{who.issued:%Y-%m-%dT%H:%M:%SZ}" if who.issued else "")
        if not key and who.kind in ("IAMUser", "Root"):
            key = who.arn
        if not key:
            return None
        life = self._life(key, "session" if who.role or key.startswith("ASIA") or "@" in key else "long-term key")
        if life is None:
            self.counts["unfollowed"] += 1
            return None
        if who.arn and not life.arn:
            life.arn, life.name, life.account = who.arn, who.name, who.account
        life.name = life.name or who.name
        life.role = who.role or life.role
        life.issued = life.issued or who.issued
        life.mfa |= who.mfa
        life.of_instance |= who.from_instance
        life.source_identity = life.source_identity or who.source_identity
        return life

    def _issue(self, event: Event, caller: _Life | None) -> None:
        """A session begins."""
        issued = event.issued
        if issued is None:
            if len(self.keyless) < self.most:
                self.keyless.append(event)
            return
        life = self._life(issued.key, "session")
        if life is None:
            self.counts["unfollowed"] += 1
            return
        self._born(life, event, issued, caller)
        self._keep(life, event, front=True)

    def _born(self, life: _Life, event: Event, issued: Issued | None, caller: _Life | None) -> None:
        arn = (issued.arn if issued else "") or _session_arn(event)
        life.how, life.arn, life.given = event.action, life.arn or arn, event.given
        life.name = life.name or arn.rpartition("/")[2] or event.session_name
        fields = split_fields(arn)
        life.account = life.account or (fields[4] if len(fields) == 6 else event.account)
        life.role = event.resource if ":role/" in event.resource else life.role or role_behind(arn)
        life.issued = life.issued or event.at
        life.expires = issued.expires if issued else None
        if caller is not None:
            life.maker, life.maker_name = caller.key, caller.name
        elif not life.maker:
            life.service = event.who.service
            life.maker_name = life.maker_name or event.who.name

    def _use(self, event: Event, life: _Life | None) -> None:
        failed = bool(event.error)
        if failed:
            self._refuse(event, life)
        if life is None:
            return
        life.uses += 1
        life.failed += failed
        life.first = min(event.at, life.first or event.at)
        life.last = max(event.at, life.last or event.at)
        known = life.actions.get(event.action)
        new_action = known is None
        if known is None:
            name = event.action if len(life.actions) < _ACTIONS else "other"
            known = life.actions.setdefault(name, [0, 0])
        known[failed] += 1
        new_address = False
        if event.direct and event.address:
            entry = life.addresses.get(event.address)
            if entry is None and len(life.addresses) < _ADDRESSES:
                entry = life.addresses[event.address] = [0, event.at, event.at]
                new_address = True
            if entry is not None:
                entry[:] = [entry[0] + 1, min(entry[1], event.at), max(entry[2], event.at)]
        if new_address or (new_action and (failed or event.writes or event.action in ISSUING)) or life.uses <= 3:
            self._keep(life, event)

    def _keep(self, life: _Life, event: Event, front: bool = False) -> None:
        """Keep an event that tells something, for the story."""
        if (len(life.events) < _EVENTS and self.counts["kept"] < _ALL_EVENTS) or front:
            life.events.append(event)
            self.counts["kept"] += 1

    def _refuse(self, event: Event, life: _Life | None) -> None:
        key = (life.key if life else event.who.name, event.action, event.resource, event.error)
        entry = self.refused.get(key)
        if entry is None:
            if len(self.refused) >= _REFUSALS:
                self.counts["more refusals"] += 1
                return
            entry = self.refused[key] = [0, event.at, event, life.name if life else event.who.name]
        entry[0] += 1
        entry[1] = min(entry[1], event.at)

    # ── the result ──

    def trail(self, problems: tuple[str, ...]) -> Trail:
        """Everything that was joined."""
        self._join_keyless()
        lives = sorted(self.lives.values(), key=lambda life: (_when(life), life.key))
        credentials = tuple(_credential(life) for life in lives)
        refused = [
            Refused(key, name, action, resource, code, event.message, times, first)
            for (key, action, resource, code), (times, first, event, name) in self.refused.items()
        ]
        return Trail(
            events=self.counts["events"],
            start=self.start,
            end=self.end,
            accounts=tuple(sorted(self.accounts)),
            credentials=credentials,
            refused=tuple(sorted(refused, key=lambda item: (item.first, item.key, item.action, item.resource))),
            sightings=tuple(sightings(credentials, self.commanded)),
            gaps=tuple(self._gaps(credentials)),
            problems=problems,
        )

    def _join_keyless(self) -> None:
        """Sessions whose making shows no key: by role, session name and time."""
        waiting = [life for life in self.lives.values() if life.kind == "session" and not life.how and life.issued]
        by_role: dict[str, list[_Life]] = {}
        for life in waiting:
            by_role.setdefault(life.role.rpartition("/")[2], []).append(life)
        for event in self.keyless:
            for life in by_role.get(event.resource.rpartition("/")[2], ()):
                named = not event.session_name or life.name == event.session_name
                if not life.how and life.issued and named and abs(life.issued - event.at) <= _NEAR:
                    self._born(life, event, None, None)
                    break

    def _gaps(self, credentials: tuple[Credential, ...]) -> Iterator[str]:
        counts = self.counts
        if not counts["events"]:
            yield "There is no event in what was read."
            return
        unseen = [c for c in credentials if c.is_session and not c.how]
        if unseen:
            names = ", ".join(c.name for c in unseen[:5]) + (" …" if len(unseen) > 5 else "")
            yield (
                f"{_many(len(unseen), 'session')} began outside of this trail ({names}): before its first event, in "
                "another region or account, or by a service that leaves no event. Who made them is not known here."
            )
        idle = sum(c.is_session and bool(c.how) and not c.uses for c in credentials)
        if idle:
            yield (
                f"{_many(idle, 'session')} made no call in this trail: unused, or used where it does not look (other "
                "regions, other accounts, data events)."
            )
        if not counts["data"]:
            yield (
                "No data events are in it: reading and writing objects, invoking functions and the like leave no trace."
            )
        others = sorted({c.account for c in credentials if c.account} - self.accounts)
        if others:
            yield f"What happened in {', '.join(others[:8])} is in the trails of those accounts, not in this one."
        if counts["odd"]:
            yield f"{_many(counts['odd'], 'record')} without a readable time or name were left out."
        if counts["twice"]:
            yield f"{_many(counts['twice'], 'event')} came twice and were counted once."
        if counts["unfollowed"]:
            yield (
                f"More than {self.most:,} credentials: {counts['unfollowed']:,} events of further ones "
                "were only counted."
            )
        if counts["more refusals"]:
            yield f"{counts['more refusals']:,} further refusals are not listed."


def _fresh(seen: OrderedDict[int, None], value: int) -> bool:
    if value in seen:
        return False
    seen[value] = None
    if len(seen) > _REMEMBERED:
        seen.popitem(last=False)
    return True


def _session_arn(event: Event) -> str:
    """The ARN of a session where the answer has none: of the role and the session's name."""
    fields = split_fields(event.resource)
    if len(fields) != 6 or not fields[5].startswith("role/"):
        return ""
    name = fields[5].rpartition("/")[2]
    return f"arn:{fields[1]}:sts::{fields[4]}:assumed-role/{name}/{event.session_name or 'unknown'}"


def _when(life: _Life) -> float:
    moment = life.issued or life.first
    return moment.timestamp() if moment else 0.0


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _credential(life: _Life) -> Credential:
    addresses = (Address(name, *entry) for name, entry in life.addresses.items())
    return Credential(
        **{
            name: getattr(life, name)
            for name in (
                "key kind name arn account role issued expires how maker maker_name service source_identity mfa "
                "of_instance first last uses failed"
            ).split()
        },
        addresses=tuple(sorted(addresses, key=lambda item: (item.first, item.address))),
        calls={action: (counts[0], counts[1]) for action, counts in sorted(life.actions.items())},
        given=life.given,
        events=tuple(sorted(life.events, key=lambda event: (event.at, event.issued is None, event.id))),
    )
