"""What CloudTrail saw, drawn: lifelines of the sessions, a map of who became whom, and frames to walk through.

The pictures are those of stories, and so are their meanings, but nothing is decided here: every verdict is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from os import PathLike

from iamviz.accounts.trail import Credential, Trail, read_trail
from iamviz.accounts.trail_read import Progress
from iamviz.accounts.trail_story import ObservedStep, ObservedStory
from iamviz.calls.command_line import command_line
from iamviz.calls.model import Call
from iamviz.engine.wording import client_view
from iamviz.pictures.css import components_in
from iamviz.pictures.frame import FrameView, frame_html, rail_length, stepper_html
from iamviz.pictures.lifelines import Lamp, LifeRow, lifelines, lifelines_text
from iamviz.pictures.map_builder import clock
from iamviz.pictures.map_paint import paint
from iamviz.pictures.map_rows import variants
from iamviz.pictures.marks import clean, esc, shorten
from iamviz.pictures.notes import notes
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import answer
from iamviz.pictures.story_map import error_told, outcome_mark
from iamviz.pictures.trail_map import trail_map
from iamviz.story.captions import outcome_words
from iamviz.world.world import World

__all__ = ["ShownTrail", "observed_frames", "observed_picture", "trail", "trail_lifelines"]

MOST_ROWS = 12
_LAMPS = 24
_SPANS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440))


@dataclass(frozen=True)
class ShownTrail(Trail):
    """A `Trail` that shows itself in a notebook: its lifelines, and what is worth a look."""

    @property
    def picture(self) -> Picture:
        """The lifelines of its sessions, with refusals, sightings and gaps below."""
        return trail_picture(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture._repr_mimebundle_()


def trail(*paths: str | PathLike[str], progress: Progress | None = None, most: int = 20_000) -> ShownTrail:
    """Read CloudTrail files and folders (gzip or not, of any size) and join what belongs together.

    `print` the answer, show it, take its ``table``, or walk through ``trail.story()`` by `iamviz.stepper`. ``most`` is
    the number of credentials that are followed, ``progress`` is told (bytes read, bytes in all, events). Raises
    TrailError for a path that is not there; what cannot be read inside of a file is in ``problems``.
    """
    found = read_trail(*paths, progress=progress, most=most)
    return ShownTrail(*(getattr(found, field.name) for field in fields(Trail)))


# ── lifelines ──


def trail_lifelines(trail: Trail) -> Picture:
    """The lifelines of the sessions that did most; a session's end is drawn only as far as the trail tells it."""
    sessions = _telling(trail)
    if not sessions or trail.end is None:
        text = "No session in this trail."
        return Picture(f'<p class="c-mute">{text}</p>', text)
    moments = [m for c in sessions for m in (c.start, c.expires, c.last) if m] + [trail.end]
    start, end, tick = _axis(min(moments), max(moments))
    rows = [_row(credential, trail.end) for credential in sessions]
    html = lifelines(rows, trail.end, start, end, tick)
    return Picture(html, lifelines_text(rows, trail.end), frozenset({"lifelines"}))


def _telling(trail: Trail) -> list[Credential]:
    """The sessions that made calls, the most telling ones; all of them where none did."""
    seen = {sighting.key for sighting in trail.sightings}
    makers = {credential.maker for credential in trail.credentials}
    used = [c for c in trail.sessions if c.uses or c.key in makers] or list(trail.sessions)
    ranked = sorted(used, key=lambda c: (c.key not in seen, -c.uses, _start(c), c.key))
    return sorted(ranked[:MOST_ROWS], key=lambda c: (_start(c), c.key))


def _start(credential: Credential) -> float:
    return credential.start.timestamp() if credential.start else 0.0


def _row(credential: Credential, now: datetime, steps: Iterable[ObservedStep] | None = None) -> LifeRow:
    """A session as a bar; one whose end is not told ends at its last call, and says so."""
    start = credential.start or now
    end = credential.expires or max(credential.last or start, start + timedelta(seconds=1))
    detail = "" if credential.expires else "end unknown"
    name = shorten(credential.name, 22)
    if steps is None:
        name = shorten(credential.role_name or credential.name, 24)
        detail = f"by {shorten(credential.maker_name, 14)}" if credential.maker_name else "maker unknown"
    events = credential.events if steps is None else [step.event for step in steps]
    lamps = tuple(
        Lamp(event.at, outcome_mark(event.outcome), event.name, error_told(event.outcome))
        for event in events
        if event.who.key == credential.key or (not event.who.key and event.who.arn == credential.arn)
    )
    return LifeRow(name, detail, start, end, None, lamps[:_LAMPS])


def _axis(first: datetime, last: datetime) -> tuple[datetime, datetime, int]:
    """A time line around two moments with about five ticks: its start, its end, minutes between ticks."""
    tick = next((span for span in _SPANS if (last - first) / span <= 6), timedelta(days=7))
    start = first - (first - datetime.min.replace(tzinfo=first.tzinfo)) % tick
    end = last + (start - last) % tick
    return start, max(end, start + tick), int(tick / timedelta(minutes=1))


# ── the whole trail ──


def trail_picture(trail: Trail) -> Picture:
    """The lifelines, and below them refusals, sightings and gaps in words."""
    drawn = trail_lifelines(trail)
    when = f"{trail.start:%Y-%m-%d %H:%M} to {trail.end:%H:%M} UTC" if trail.start and trail.end else "empty"
    accounts = ", ".join(trail.accounts)
    head = f'<p class="big"><b>CloudTrail</b> {esc(accounts)}, {when}: {trail.events:,} events</p>'
    refused = [
        f"{clock(item.first)} {item.name}: {item.action} on {item.resource or '*'}: {item.code}"
        + (f", {item.times} times" if item.times > 1 else "")
        for item in trail.refused[:MOST_ROWS]
    ]
    parts = (
        ("Worth a look", [sighting.sentence for sighting in trail.sightings]),
        ("What was refused or failed", refused),
        ("What this trail does not show", [*trail.gaps, *trail.problems]),
    )
    idle = len([c for c in trail.sessions if not c.uses])
    foot = f'<p class="t2">{idle:,} further sessions made no call here.</p>' if idle and drawn.components else ""
    html = head + drawn.html + foot + notes(parts)
    return Picture(html, str(trail), drawn.components | {"notes"})


# ── frames ──


def observed_frames(story: ObservedStory, name: str) -> list[str]:
    """Each step's markup, with First, Prev, Next and Last for the stepper called ``name``."""
    shown = variants(trail_map(story), frame=True)
    titles = [step.title for step in story.steps]
    found = []
    for step in story.steps:
        states = _states(story, step)
        label = step.caption_text
        maps = [
            paint(drawn, step=step.number, label=label, states=states, css_class=css_class)
            for drawn, css_class in shown
        ]
        view = FrameView(
            number=step.number,
            total=len(story.steps),
            clock=f"{step.clock:%H:%M:%S}",
            caption_html="".join(_caption_part(text, kind, step.outcome) for text, kind in step.caption),
            map_wide=maps[0],
            map_tall="".join(maps[1:]),
            why_html=_why(step),
            life_html=_life(story, step),
            answer_html=_answer(step),
        )
        found.append(frame_html(view, name, titles))
    return found


def observed_picture(story: ObservedStory, name: str) -> Picture:
    """The stepper without scripts, of what was observed."""
    drawn = observed_frames(story, name)
    html = stepper_html(name, story.title, [step.title for step in story.steps], drawn)
    return Picture(html, observed_text(story, drawn), components_in(html), steps=rail_length(len(drawn)))


def observed_text(story: ObservedStory, drawn: list[str]) -> str:
    """The captions, one line each, with a hash of each drawing."""
    digests = [f"  [{Picture(html, '').digest}]" for html in drawn]
    head, *lines = clean_lines(str(story))
    steps = {step.number: digest for step, digest in zip(story.steps, digests, strict=True)}
    body = [line + steps.get(index, "") for index, line in enumerate(lines)]
    return "\n".join([head, *body])


def clean_lines(text: str) -> list[str]:
    """The lines of a text, each made harmless."""
    return [clean(line) for line in text.split("\n")]


def _caption_part(text: str, kind: str, outcome: str) -> str:
    if kind in ("allow", "deny", "none"):
        return f'<b class="c-{kind} iv-verdict" data-outcome="{esc(outcome)}">{esc(text)}</b>'
    return f'<b class="c-{kind}">{esc(text)}</b>' if kind else esc(text)


def _states(story: ObservedStory, step: ObservedStep) -> Mapping[str, str]:
    states = {}
    for credential in story.credentials:
        if not credential.is_session or credential.start is None or credential.expires is None:
            continue
        if step.clock >= credential.expires:
            states[credential.key] = "ended"
        else:
            whole = max((credential.expires - credential.start).total_seconds(), 1)
            left = (credential.expires - step.clock).total_seconds() / whole
            states[credential.key] = f"fuse:{min(left, 1):.3f}"
    return states


def _why(step: ObservedStep) -> str:
    """What the event says beside the verdict, and what is worth a look at this moment."""
    event = step.event
    notes = "".join(f"<p><b>Worth a look.</b> {esc(note)}</p>" for note in step.notes)
    rows = (
        ("credentials", event.who.key or event.who.service or event.who.kind),
        ("address", event.address),
        ("client", shorten(event.agent, 60)),
        ("region", event.region),
        ("event", event.id),
        *event.given.items(),
    )
    lines = "".join(
        f'<p class="t2"><span class="t1">{esc(name)}</span> <span class="mono">{esc(value)}</span></p>'
        for name, value in rows
        if value
    )
    return f"{notes}<p>Recorded by CloudTrail; iamviz decided nothing here.</p>{lines}"


def _life(story: ObservedStory, step: ObservedStep) -> str:
    begun = [c for c in story.credentials if c.is_session and c.start is not None and c.start <= step.clock]
    begun = [c for c in begun if _shown(c, story)][-MOST_ROWS:]
    if not begun:
        return '<p class="c-mute">No session yet: the caller speaks with long-term credentials.</p>'
    everyone = [c for c in story.credentials if c.is_session and _shown(c, story)]
    moments = [s.clock for s in story.steps] + [m for c in everyone for m in (c.start, c.expires) if m]
    start, end, tick = _axis(min(moments), max(moments))
    so_far = story.steps[: step.number]
    rows = [_row(credential, step.clock, so_far) for credential in begun]
    return lifelines(rows, step.clock, start, end, tick)


def _shown(credential: Credential, story: ObservedStory) -> bool:
    """Whether a session takes part in a step."""
    return any(credential in (step.actor, step.issued) for step in story.steps)


def _clause(text: str) -> str:
    """The telling part of an error: AWS's reason where it gives one, else the code."""
    places = [text.rfind(words) for words in (" because no ", " with an explicit deny")]
    if max(places) > 0:
        return text[max(places) + 1 :]
    return text.partition("(")[2].partition(")")[0]


def _answer(step: ObservedStep) -> str:
    event = step.event
    params = {}
    if event.action == "sts:AssumeRole":
        params = {"RoleArn": event.resource, "RoleSessionName": event.session_name}
        params = {name: value for name, value in params.items() if value}
    command = command_line(World(event.at), Call(event.who.name, event.action, params))
    mark = outcome_mark(step.outcome)
    if event.error:
        text = client_view(event.action, event.error, event.message or "(the event has no message)")
        return answer(text, mark, command, _clause(text))
    ends = step.issued.expires if step.issued else None
    text = f'"Expiration": "{ends:%Y-%m-%dT%H:%M:%SZ}"' if ends else "the event has no error"
    return answer(text, mark, command) + f'<p class="sr">{esc(outcome_words(step.outcome))}</p>'
