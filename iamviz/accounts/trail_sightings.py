"""What in a trail is worth a look. Each sighting says what was seen, not what it must mean."""

from collections.abc import Iterable, Iterator, Mapping

from iamviz.accounts.trail import Credential, Sighting
from iamviz.accounts.trail_event import Event

__all__ = ["sightings"]

_MANY_FAILURES = 10
_MOST_SHARING = 50
"""Credentials that are remembered for one address, long-term keys first: enough to tell that others work there."""


def sightings(credentials: Iterable[Credential], commanded: Mapping[str, Event]) -> Iterator[Sighting]:
    """All of them, in order of time. ``commanded``: instances that somebody sent a command to, with the first one."""
    known = list(credentials)
    users: dict[str, list[Credential]] = {}
    for credential in sorted(known, key=lambda one: one.is_session):
        for address in credential.addresses:
            sharing = users.setdefault(address.address, [])
            if len(sharing) < _MOST_SHARING:
                sharing.append(credential)
    found = [s for credential in known for s in _of(credential, users, commanded)]
    yield from sorted(found, key=lambda sighting: (sighting.at, sighting.code, sighting.key))


def _of(
    credential: Credential, users: Mapping[str, list[Credential]], commanded: Mapping[str, Event]
) -> Iterator[Sighting]:
    name = f"{credential.name} ({credential.key})"
    places = credential.addresses
    if credential.is_session and len(places) > 1:
        listed = ", ".join(place.address for place in places[:5]) + (" …" if len(places) > 5 else "")
        yield Sighting(
            "SEVERAL_ADDRESSES",
            credential.key,
            f"One session, {len(places)} addresses: {name} was used from {listed}. Credentials that moved from one "
            "machine to another look like this; so do a laptop that changes networks and a NAT with several addresses.",
            places[1].first,
        )
    instance = credential.of_instance or credential.name.startswith(("i-", "mi-"))
    if credential.is_session and instance:
        yield from _instance(credential, name, users, commanded)
    if credential.first and credential.failed >= _MANY_FAILURES and credential.failed * 2 > credential.uses:
        yield Sighting(
            "MOSTLY_REFUSED",
            credential.key,
            f"{credential.failed} of {credential.uses} calls of {name} failed: somebody trying out what works, or a "
            "program that lost a permission.",
            credential.first,
        )


def _instance(
    credential: Credential, name: str, users: Mapping[str, list[Credential]], commanded: Mapping[str, Event]
) -> Iterator[Sighting]:
    """Credentials that EC2 gave to an instance, used from where somebody else works too."""
    for place in credential.addresses:
        others = [
            other for other in users[place.address] if other.key != credential.key and not _same(other, credential)
        ]
        if not others:
            continue
        people = [other for other in others if not other.is_session] or others
        who = ", ".join(list(dict.fromkeys(other.name for other in people))[:3])
        command = commanded.get(credential.name)
        before = (
            f" {command.who.name} had sent a command to that instance ({command.action}) at {command.at:%H:%M:%S}."
            if command is not None and command.at <= place.last
            else ""
        )
        yield Sighting(
            "INSTANCE_CREDENTIALS_ELSEWHERE",
            credential.key,
            f"The credentials of instance {credential.name}, role {credential.role_name}, were used from "
            f"{place.address}, where other credentials are in use too: {who}.{before} Credentials of an instance "
            "belong on that instance: unless it stands behind that address, they were taken from it.",
            place.first,
            (command.who.key,) if command is not None and command.who.key in {other.key for other in others} else (),
        )


def _same(other: Credential, credential: Credential) -> bool:
    """Whether another set of credentials belongs to the same instance, or was made with this one."""
    return other.name == credential.name or other.maker == credential.key
