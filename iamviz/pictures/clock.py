"""The clock: a story's time to scrub through; what lives then as bars, what is allowed then as lamps.

Chips stand for chosen instants (at most 24), as on a slider; no script takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from iamviz.pictures.css import components_in
from iamviz.pictures.frame import clock_line
from iamviz.pictures.instants import Answer, Asked, Instant, Probe, answer_at, instants, probes_of
from iamviz.pictures.lifelines import LifeRow, lifelines
from iamviz.pictures.map_builder import clock
from iamviz.pictures.marks import Mark, breakable, clean, esc, hue_of, mark, word
from iamviz.pictures.picture import Picture
from iamviz.pictures.request_map import actor_name, short_resource
from iamviz.pictures.revocation import revocations
from iamviz.pictures.slider import Pane, strip_html
from iamviz.pictures.story_map import verb_of
from iamviz.pictures.story_parts import axis_ticks, life_rows, sessions_of, time_range
from iamviz.story.story import Step, Story
from iamviz.world.world import World

SHORT: Final[dict[Mark, str]] = {
    "allow": "allowed",
    "none": "denied",
    "deny": "denied",
    "expired": "expired",
    "absent": "cannot ask",
}
_ROW: Final = 44


@dataclass(frozen=True)
class Clock:
    """The instants, the probes, and what was answered: ``answers[i][p]``."""

    title: str
    instants: tuple[Instant, ...]
    probes: tuple[Probe, ...]
    answers: tuple[tuple[Answer, ...], ...]
    lives: tuple[str, ...]
    sessions: int

    @classmethod
    def of(cls, story: Story, probes: Iterable[Asked] | None = None) -> Clock:
        """Ask every probe at every instant of a story; PictureError for a probe that cannot be understood."""
        asked = probes_of(story, probes)
        moments = instants(story, asked)
        answers = tuple(tuple(answer_at(instant.world, probe) for probe in asked) for instant in moments)
        return cls(story.title or "Story", moments, asked, answers, _lives(story, moments), len(sessions_of(story)))

    def times(self) -> tuple[str, ...]:
        """The instants as they are written: hours and minutes, with the date where there are several days."""
        several = len({instant.moment.date() for instant in self.instants}) > 1
        return tuple(instant.moment.strftime("%d %b %H:%M" if several else "%H:%M") for instant in self.instants)

    def text(self) -> str:
        """What is told at each instant, the answers that changed since the one before."""
        lines = [clean(self.title)]
        before: Sequence[Answer] = ()
        for time, instant, answers in zip(self.times(), self.instants, self.answers, strict=True):
            lines.append(f"{time}  {clean(instant.title)}")
            for index, (probe, answer) in enumerate(zip(self.probes, answers, strict=True)):
                if not before or before[index].outcome != answer.outcome:
                    lines.append(f"       {_probe_words(probe)}: {_said(answer)} ({clean(answer.reason)})")
            before = answers
        return "\n".join(lines)


def _lives(story: Story, moments: Sequence[Instant]) -> tuple[str, ...]:
    """The bars of the sessions at each instant; the axis is the same in all."""
    start, end = time_range(story)
    end = max(end, max(instant.moment for instant in moments))
    drawn = []
    for instant in moments:
        pseudo = Step(instant.steps, "", "", instant.world, instant.world)
        rows: list[LifeRow] = life_rows(story, pseudo)
        revoked = max(revocations(instant.world).values(), default=None)
        drawn.append(lifelines(rows, instant.moment, start, end, axis_ticks(start, end), revoked))
    return tuple(drawn)


def clock_picture(name: str, made: Clock) -> Picture:
    """The clock without scripts; ``name`` becomes the radios' name and the start of every deep link."""
    html = clock_html(name, made)
    return Picture(html, made.text(), components_in(html), steps=len(made.instants))


def clock_html(name: str, made: Clock) -> str:
    """A strip of chips, one for each instant, and the panes."""
    total = len(made.instants)
    panes = [
        Pane(time, f"{time}: {instant.title}", pane_html(made, k), f"{k + 1} of {total}")
        for k, (time, instant) in enumerate(zip(made.times(), made.instants, strict=True))
    ]
    return strip_html(name, f"{made.title}: {total} instants", panes)


def pane_html(made: Clock, index: int) -> str:
    """One instant: the time and what happens, the bars, the lamps; room is kept for sessions still to come."""
    instant, answers = made.instants[index], made.answers[index]
    before = made.answers[index - 1] if index else answers
    rows = "".join(
        _lamp(instant.world, probe, answer, old)
        for probe, answer, old in zip(made.probes, answers, before, strict=True)
    )
    height = 42 + _ROW * made.sessions
    return (
        f'<header class="hd">{clock_line(clock(instant.moment))}'
        f'<p class="iv-caption">{esc(instant.title)}</p></header>'
        f'<div style="min-height:{height}px">{made.lives[index]}</div>'
        f'<table class="lamps"><caption class="sr">Who may do what at {clock(instant.moment)}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )


def _lamp(world: World, probe: Probe, answer: Answer, before: Answer) -> str:
    changed = answer.outcome != before.outcome
    was = f'<p class="t1">was {_said(before)}</p>' if changed else ""
    verb = "assumes" if probe.action == "sts:AssumeRole" else verb_of(probe.action)
    row = '<tr class="new">' if changed else "<tr>"
    asked = f"{word(*actor_name(world, probe.who))} {esc(verb)} {word(short_resource(probe.resource), 'res')}"
    told = f'<b class="c-{hue_of(answer.mark)}">{_said(answer)}</b> {was}'
    return (
        f'{row}<th scope="row"><div class="x">{mark(answer.mark, 18)}<p>{asked}</p></div></th>'
        f'<td data-outcome="{esc(answer.outcome)}">{told}</td>'
        f'<td class="t2">{breakable(answer.reason)}</td></tr>'
    )


def _said(answer: Answer) -> str:
    """The answer in a word: what STS refuses before or after the policies is no denial."""
    refused = answer.mark == "none" and answer.outcome not in ("implicitDeny", "AccessDenied")
    return "refused" if refused else SHORT[answer.mark]


def _probe_words(probe: Probe) -> str:
    return clean(f"{probe.who} {probe.action} {probe.resource}")
