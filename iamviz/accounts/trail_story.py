"""A trail as a story to walk through. Nothing in it is decided: every verdict is the one that CloudTrail recorded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from iamviz.accounts.trail_event import ISSUING, Event

if TYPE_CHECKING:
    from iamviz.accounts.trail import Credential, Trail

__all__ = ["ObservedStep", "ObservedStory", "observed_story"]

SLUG_LENGTH = 40
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TITLES = {
    "sts:AssumeRole": "Assumes a role",
    "sts:AssumeRoleWithSAML": "Signs in by SAML",
    "sts:AssumeRoleWithWebIdentity": "Comes with a token",
    "sts:GetSessionToken": "Gets a session",
    "sts:GetCallerIdentity": "Asks who it is",
    "ssm:SendCommand": "Sends a command",
    "ssm:StartSession": "Opens a shell",
}


@dataclass(frozen=True)
class ObservedStep:
    """One event, as a step. ``caption`` is (text, kind) in turn, kinds as in `CaptionPart`; ``outcome`` as in `Step`.

    ``actor`` is the credential that called, None for an AWS service or another account; ``issued`` the one that the
    call made. ``notes`` are sightings at this moment, ``times`` how often the same was done in all.
    """

    number: int
    title: str
    caption: tuple[tuple[str, str], ...]
    event: Event
    outcome: str
    actor: "Credential | None" = None
    issued: "Credential | None" = None
    notes: tuple[str, ...] = ()
    times: int = 1

    @property
    def clock(self) -> datetime:
        """The instant of the event."""
        return self.event.at

    @property
    def caption_text(self) -> str:
        """The caption as a plain sentence."""
        return "".join(text for text, _ in self.caption)


@dataclass(frozen=True)
class ObservedStory:
    """Steps out of a trail; ``left_out`` counts events of the same credentials that are no step of their own."""

    title: str
    steps: tuple[ObservedStep, ...]
    credentials: tuple["Credential", ...]
    left_out: int = 0

    @property
    def slug(self) -> str:
        """The title as a part of an id."""
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in self.title.lower()).split()
        return "-".join(["trail", *words])[:SLUG_LENGTH].rstrip("-")

    def __str__(self) -> str:
        lines = [self.title, "Seen in CloudTrail; nothing here was decided by iamviz."]
        lines += [f"{step.number:>2}  {step.clock:%H:%M:%S}  {step.caption_text}" for step in self.steps]
        if self.left_out:
            lines.append(f"    {self.left_out:,} further calls of these credentials are not among the steps")
        return "\n".join(lines)


def observed_story(trail: "Trail", key: str = "", most: int = 12) -> ObservedStory:
    """The story of some credentials: see `Trail.story`."""
    from iamviz.accounts.trail import TrailError

    if most < 1:
        raise TrailError(f"a story has at least one step, not {most}")
    if not trail.credentials:
        raise TrailError("there are no credentials in this trail, so there is no story to tell")
    centre = trail.credential(key) if key else _centre(trail)
    cast = _cast(trail, centre)
    told: dict[str, tuple[Event, Credential | None]] = {}
    for credential in cast:
        for event, actor in _events(credential, trail):
            told.setdefault(_same(event), (event, actor))
    chosen = sorted(_chosen(list(told.values()), trail, centre, most), key=lambda pair: _order(pair[0]))
    steps = tuple(_step(number, event, actor, trail) for number, (event, actor) in enumerate(chosen, 1))
    calls = sum(credential.uses for credential in cast)
    shown = sum(step.actor is not None for step in steps)
    return ObservedStory(f"What {centre.name} did", steps, cast, max(calls - shown, 0))


def _centre(trail: "Trail") -> "Credential":
    """Whom the story is about when nobody said: the gravest sighting, else whoever made most sessions."""
    order = ("INSTANCE_CREDENTIALS_ELSEWHERE", "SEVERAL_ADDRESSES", "MOSTLY_REFUSED")
    if trail.sightings:
        first = min(trail.sightings, key=lambda sighting: (order.index(sighting.code), sighting.at))
        return trail.credential(first.key)
    made: dict[str, int] = {}
    for credential in trail.credentials:
        made[credential.maker] = made.get(credential.maker, 0) + 1
    return max(trail.credentials, key=lambda credential: (made.get(credential.key, 0), credential.uses))


def _cast(trail: "Trail", centre: "Credential") -> tuple["Credential", ...]:
    """Those who take part: the chain that led to the centre, what was made with it, and others in its sightings."""
    found = {credential.key: credential for credential in trail.chain(centre.key)}
    waiting = [centre]
    while waiting and len(found) < 40:
        for made in trail.made_by(waiting.pop(0).key):
            if made.key not in found:
                found[made.key] = made
                waiting.append(made)
    for sighting in trail.sightings:
        if sighting.key == centre.key:
            found.update({key: trail.credential(key) for key in sighting.others})
    return tuple(found.values())


def _events(credential: "Credential", trail: "Trail") -> Iterator[tuple[Event, "Credential | None"]]:
    """The kept events of a credential with who called: its own calls, and the call that made it."""
    known = {other.key: other for other in trail.credentials}
    for event in credential.events:
        made_it = event.issued is not None and event.issued.key == credential.key
        yield event, known.get(credential.maker) if made_it else credential


def _same(event: Event) -> str:
    """Events that tell the same share this; the first of them is told."""
    made = event.issued.key if event.issued else ""
    return "|".join(
        (event.who.key or event.who.service, event.action, event.error, event.resource, event.address, made)
    )


Pair = tuple[Event, "Credential | None"]


def _order(event: Event) -> tuple[datetime, bool, str]:
    return event.at, event.issued is None, event.id


def _chosen(told: list[Pair], trail: "Trail", centre: "Credential", most: int) -> list[Pair]:
    """The events that tell most; what was told already by one of its kind tells less the next time."""
    known = {credential.key: credential for credential in trail.credentials}
    waiting = sorted(told, key=lambda pair: _order(pair[0]))
    seen: dict[tuple[str, str, str], int] = {}
    chosen: list[Pair] = []
    while waiting and len(chosen) < most:

        def worth(pair: Pair) -> int:
            event, actor = pair
            return _weight(event, actor, centre, known) - 4 * seen.get(_kind(event), 0)

        best = max(waiting, key=worth)  # the first of the best, so the earliest
        waiting.remove(best)
        chosen.append(best)
        seen[_kind(best[0])] = seen.get(_kind(best[0]), 0) + 1
    return chosen


def _kind(event: Event) -> tuple[str, str, str]:
    return event.who.key, event.action, event.error


def _weight(event: Event, actor: "Credential | None", centre: "Credential", known: dict[str, "Credential"]) -> int:
    """How much an event tells."""
    weight = 2 if actor is not None and actor.key == centre.key else 0
    if event.issued is not None:
        made = known.get(event.issued.key)
        weight += 9 if event.issued.key == centre.key or (made is not None and made.uses) else -2
    weight += 5 * bool(event.error) + 3 * event.writes + 4 * (centre.name in event.instances)
    return weight


def _step(number: int, event: Event, actor: "Credential | None", trail: "Trail") -> ObservedStep:
    known = {credential.key: credential for credential in trail.credentials}
    issued = known.get(event.issued.key) if event.issued else None
    times = 1
    if actor is not None and actor.calls and event.action not in ISSUING:
        times = max(actor.calls.get(event.action, (1, 1))[bool(event.error)], 1)
    elif event.error:
        same = (
            r for r in trail.refused if (r.action, r.resource, r.code) == (event.action, event.resource, event.error)
        )
        times = next((r.times for r in same if r.key == event.who.key), 1)
    outcome = event.outcome
    notes = tuple(s.sentence for s in trail.sightings if s.at == event.at and actor is not None and s.key == actor.key)
    words = " ".join(_HUMP.sub(" ", event.name).capitalize().split()[:3])
    title = _TITLES.get(event.action) or (words if len(words) <= 32 else f"{words[:31]}…")
    caption = tuple(part for part in _caption(event, actor, issued, outcome, times) if part[0])
    return ObservedStep(number, title, caption, event, outcome, actor, issued, notes, times)


_ENDINGS = {
    "implicitDeny": ("denied: nothing says yes", "none"),
    "explicitDeny": ("denied: a statement says no", "deny"),
}


def _caption(
    event: Event, actor: "Credential | None", issued: "Credential | None", outcome: str, times: int
) -> Iterator[tuple[str, str]]:
    kind = "res" if actor is None else "session" if actor.is_session else "user"
    yield actor.name if actor else event.who.name, kind
    role = event.resource.rpartition("/")[2] if ":role/" in event.resource else ""
    if event.action.startswith("sts:AssumeRole") and role:
        yield (" becomes " if outcome == "allowed" else " asks to become "), ""
        yield role, "role"
        if outcome == "allowed" and issued is not None:
            yield " in the session ", ""
            yield issued.name, "session"
        yield (": " if outcome == "allowed" else " and is "), ""
    else:
        yield f" calls {event.action}", ""
        target = ", ".join(event.instances) or event.resource.rpartition(":")[2].rpartition("/")[2]
        if target:
            yield " on ", ""
            yield target, "res"
        yield (", " if outcome == "allowed" else " and is "), ""
    if outcome == "allowed":
        yield "allowed", "allow"
    else:
        yield _ENDINGS.get(outcome, (f"refused: {outcome}", "none"))
    yield (f"; {times:,} times in all." if times > 1 else "."), ""
