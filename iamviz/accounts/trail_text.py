"""A trail in words, and as plain data."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iamviz.accounts.trail import Credential, Trail

__all__ = ["as_dict", "as_text"]

MOST_LINES = 200
_WIDEST = 60


def as_text(trail: "Trail") -> str:
    """The whole trail: the credentials as a tree of who made whom, refusals, what is worth a look, gaps."""
    return "\n".join(_lines(trail))


def _lines(trail: "Trail") -> Iterator[str]:
    accounts = ", ".join(trail.accounts) or "no account"
    if trail.start is None or trail.end is None:
        yield "CloudTrail: no events"
    else:
        yield f"CloudTrail of {accounts}, {_when(trail.start)} to {_when(trail.end)} UTC: {trail.events:,} events"
    yield from _section("Who became whom", list(_tree(trail)))
    refused = [
        f"{_when(item.first)} {item.name}: {item.action}{f' on {item.resource}' if item.resource else ''}: {item.code}"
        f"{f' ({item.times} times)' if item.times > 1 else ''}"
        for item in trail.refused
    ]
    yield from _section("What was refused or failed", refused)
    yield from _section("Worth a look", [f"{_when(item.at)} {item.sentence}" for item in trail.sightings])
    yield from _section("What this trail does not show", list(trail.gaps))
    yield from _section("What could not be read", list(trail.problems))


def _section(heading: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield heading
    yield from (f"  {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"  … and {len(lines) - MOST_LINES:,} more"


def _tree(trail: "Trail") -> Iterator[str]:
    """Each credential under the one that made it."""
    known = {credential.key for credential in trail.credentials}
    children: dict[str, list[Credential]] = {}
    for credential in trail.credentials:
        maker = credential.maker if credential.maker in known and credential.maker != credential.key else ""
        children.setdefault(maker, []).append(credential)
    shown: set[str] = set()

    def walk(credential: "Credential", depth: int) -> Iterator[str]:
        if credential.key in shown:
            return
        shown.add(credential.key)
        yield "  " * depth + _line(credential, depth)
        yield from level(credential.key, min(depth + 1, 12))

    def level(key: str, depth: int) -> Iterator[str]:
        """The credentials made by one; sessions of one role that did nothing here share a line."""
        idle: dict[tuple[str, str], list[Credential]] = {}
        for credential in children.get(key, ()):
            if credential.is_session and not credential.uses and credential.key not in children:
                idle.setdefault((credential.maker_name, credential.role), []).append(credential)
        for credential in children.get(key, ()):
            folds = credential.is_session and not credential.uses and credential.key not in children
            group = idle[credential.maker_name, credential.role] if folds else []
            if len(group) < 2:
                yield from walk(credential, depth)
            elif credential is group[0]:
                shown.update(member.key for member in group)
                yield "  " * depth + _idle_line(group, depth)

    yield from level("", 0)
    for credential in trail.credentials:  # two that made each other have no top
        yield from walk(credential, 0)


def _idle_line(group: list["Credential"], depth: int) -> str:
    first = group[0]
    maker = "" if depth else f"{first.maker_name or 'somebody'} → "
    start = _when(first.start) if first.start else "at an unknown time"
    return f"{start} and later {maker}{first.role_name or first.name}: {len(group)} sessions that made no call here"


def _line(credential: "Credential", depth: int) -> str:
    uses = f"{credential.uses:,} call{'' if credential.uses == 1 else 's'}"
    failed = f", {credential.failed:,} failed" if credential.failed else ""
    places = [address.address for address in credential.addresses]
    place = f", from {', '.join(places[:3])}{' …' if len(places) > 3 else ''}" if places else ""
    if not credential.is_session:
        return f"{credential.name} (long-term key {credential.key}): {uses}{failed}{place}"
    start = _when(credential.start) if credential.start else "at an unknown time"
    until = f" until {credential.expires:%H:%M:%S}" if credential.expires else ""
    name = credential.name if len(credential.name) <= _WIDEST else f"{credential.name[:_WIDEST]}…"
    maker = "" if depth else f"{credential.maker_name or 'somebody'} → "
    how = "" if credential.how in ("sts:AssumeRole", "") else f" by {credential.how.partition(':')[2]}"
    given = [f"{word} {value}" for word, value in (credential.given or {}).items() if word != "seconds asked for"]
    how += f" with {'; '.join(given)}" if given else ""
    return f"{start}{until} {maker}{credential.role_name or credential.name} as {name}{how}: {uses}{failed}{place}"


def _when(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def as_dict(trail: "Trail") -> dict[str, Any]:
    """Plain data; times in ISO form."""
    return {
        "events": trail.events,
        "start": _iso(trail.start),
        "end": _iso(trail.end),
        "accounts": list(trail.accounts),
        "credentials": [_credential(credential) for credential in trail.credentials],
        "refused": [
            {
                "key": item.key,
                "name": item.name,
                "action": item.action,
                "resource": item.resource,
                "code": item.code,
                "message": item.message,
                "times": item.times,
                "first": _iso(item.first),
            }
            for item in trail.refused
        ],
        "sightings": [
            {"code": item.code, "key": item.key, "sentence": item.sentence, "at": _iso(item.at)}
            for item in trail.sightings
        ],
        "gaps": list(trail.gaps),
        "problems": list(trail.problems),
    }


def _credential(credential: "Credential") -> dict[str, Any]:
    return {
        **{
            name: getattr(credential, name)
            for name in (
                "key kind name arn account role how maker maker_name service source_identity mfa uses failed".split()
            )
        },
        "issued": _iso(credential.issued),
        "expires": _iso(credential.expires),
        "first": _iso(credential.first),
        "last": _iso(credential.last),
        "given": dict(credential.given or {}),
        "addresses": [
            {"address": a.address, "calls": a.calls, "first": _iso(a.first), "last": _iso(a.last)}
            for a in credential.addresses
        ],
        "calls": {
            action: {"succeeded": done, "failed": failed} for action, (done, failed) in (credential.calls or {}).items()
        },
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
