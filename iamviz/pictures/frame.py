"""The frame (one step of a story), the stepper that walks through them without a script, and the bet.

Radios drive all: the checked one shows its frame and paints its place in the rail (`iamviz.pictures.css`). The nav is
made of labels for the neighbouring radios, so it works by mouse; Tab and the arrow keys work on the radios themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from iamviz.pictures.errors import PictureError
from iamviz.pictures.map_shapes import SCROLLS
from iamviz.pictures.marks import Mark, esc, glyph, inline, mark

MOST_IN_A_ROW: Final = 24
"""Steps up to which a story has one rail."""

CHAPTER: Final = 12
"""Steps that a chapter of a longer story has at most."""

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")


@dataclass(frozen=True)
class FrameView:
    """One step: ``number`` of ``total``, the clock time, and the parts as markup made by this package.

    ``map_wide`` and ``map_tall`` are the map twice (for wide and narrow containers), ``bet`` comes from `bet_html`.
    """

    number: int
    total: int
    clock: str
    caption_html: str
    map_wide: str = ""
    map_tall: str = ""
    bet: str = ""
    why_html: str = ""
    life_html: str = ""
    extra_html: str = ""
    answer_html: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer of a bet, and whether it is right."""

    text: str
    right: bool
    mark: Mark | None = None


def checked_id(name: str) -> str:
    """``name`` when it may be an id on a page; radio names and deep links are made from it."""
    if not _ID.fullmatch(name):
        raise PictureError(
            f"{name!r} cannot be an id: it starts with a letter and holds letters, digits, - and _ (80 at most)"
        )
    return name


def step_id(stepper_id: str, number: int) -> str:
    """The id of a step's radio, which is also its deep link: ``#staging-bucket-step-4``."""
    return f"{checked_id(stepper_id)}-step-{number}"


def frame_html(view: FrameView, stepper_id: str | None = None, titles: Sequence[str] = ()) -> str:
    """A step as an ``<article>``; within a stepper (``stepper_id``) an item of its list, below the nav.

    Where a feed reader drops the styles, the steps are then a numbered list.
    """
    nav = _nav(view, stepper_id, titles) if stepper_id is not None else ""
    scrolls = f" {SCROLLS}" if "min-width" in view.map_wide + view.map_tall else ""
    maps = f"<div{scrolls}>{view.map_wide}{view.map_tall}</div>" if view.map_wide or view.map_tall else ""
    lower = ""
    if view.why_html or view.life_html:
        lower = f'<div class="lo"><div class="why">{view.why_html}</div><div class="tm">{view.life_html}</div></div>'
    clock = clock_line(view.clock) if view.clock else ""
    css_class = "iv-frame has-bet" if view.bet else "iv-frame"
    element = "article" if stepper_id is None else "li"
    return (
        f'<{element} class="{css_class}" aria-label="Step {view.number} of {view.total}">{nav}'
        f'<header class="hd">{clock}<p class="iv-caption">{view.caption_html}</p></header>'
        f"{maps}{view.bet}{lower}{view.extra_html}{view.answer_html}</{element}>"
    )


def clock_line(time: str) -> str:
    """The clock time at the head of a frame."""
    return f'<p class="big b"><span class="c-mute">{glyph("clock", 14)}</span> {esc(time)}</p>'


def _nav(view: FrameView, stepper_id: str, titles: Sequence[str]) -> str:
    number, total = view.number, view.total
    chapter = next(steps for steps in chapters(total) if number in steps)
    first, last = chapter[0], chapter[-1]

    def entry(target: int, text: str, css_class: str) -> str:
        if first <= target <= last and target != number:
            strong = " b" if css_class == "n" else ""
            return f'<label class="{css_class}{strong}" for="{step_id(stepper_id, target)}">{text}</label>'
        return f'<span class="c-mute {css_class} off" aria-disabled="true">{text}</span>'

    following = titles[number] if number < min(last, len(titles)) else ""
    hint = f'<span class="nx"> · next: {esc(following)}</span>' if following else ""
    # The style rules show the nav. Where a host drops them, the attribute keeps words away that would do nothing; its
    # value is the one of which no host's rules make an order that cannot be overruled.
    return (
        f'<div class="iv-nav" hidden="until-found">{entry(first, "First", "f")}{entry(number - 1, "Prev", "p")}'
        f'<p class="t2">{number} of {total}{hint}</p>'
        f"{entry(number + 1, 'Next', 'n')}{entry(last, 'Last', 'z')}</div>"
    )


def chapters(total: int) -> list[range]:
    """The numbers of a story's steps in chapters: one up to 24 steps, else equal parts of 12 steps at most.

    >>> chapters(25)
    [range(1, 10), range(10, 18), range(18, 26)]
    """
    count = 1 if total <= MOST_IN_A_ROW else -(-total // CHAPTER)
    size, longer = divmod(total, count)
    ends = [0]
    for index in range(count):
        ends.append(ends[-1] + size + (index < longer))
    return [range(start + 1, end + 1) for start, end in pairwise(ends)]


def rail_length(total: int) -> int:
    """The most steps that a rail of the stepper has: how many states its style rules must know."""
    return max(len(chapter) for chapter in chapters(total))


def stepper_html(stepper_id: str, title: str, titles: Sequence[str], frames: Sequence[str]) -> str:
    """All frames of a story behind groups of radios; a group shows its first frame until another is chosen.

    A long story folds into chapters, each with a rail of its own.
    """
    if len(titles) != len(frames) or not frames:
        raise PictureError(f"a stepper needs a title for each frame: {len(titles)} titles, {len(frames)} frames")
    name, parts = checked_id(stepper_id), chapters(len(frames))
    # The note has the class of what waits for a bet: no styled page shows it, a host that drops the styles does.
    note = "All steps stand here, one after another. In a notebook, run all cells to walk through them."
    before = f'<p class="iv-before">{note}</p>'
    if len(parts) == 1:
        return before + _steps_html(name, title, titles, frames, parts[0])
    folded = "".join(
        f'<details name="{name}-chapters"{" open" if number == 1 else ""}>'
        f"<summary>{chapter_title(steps, number)}<span> · {esc(titles[steps[0] - 1])}</span></summary>"
        f"{_steps_html(name, f'{title}, steps {steps[0]} to {steps[-1]}', titles, frames, steps)}</details>"
        for number, steps in enumerate(parts, 1)
    )
    return f'{before}<div class="iv-chapters" role="group" aria-label="{esc(title)}">{folded}</div>'


def chapter_title(steps: range, number: int) -> str:
    """What a chapter is called."""
    return f"Chapter {number}: steps {steps[0]} to {steps[-1]}"


def _steps_html(name: str, title: str, titles: Sequence[str], frames: Sequence[str], steps: range) -> str:
    """One rail and its frames. No radio is checked: so a link to a step counts until the reader has chosen one."""
    total = len(frames)
    group = name if len(steps) == total else f"{name}-from-{steps[0]}"
    radios = "".join(
        f'<input type="radio" name="{group}" id="{step_id(name, k)}" style="left:{(k - steps[0]) / len(steps):.4%}" '
        f'aria-label="Step {k} of {total}: {esc(titles[k - 1])}">'
        for k in steps
    )
    rail = "".join(
        f'<li class="t1"><label for="{step_id(name, k)}"><span class="no b">{k}</span> '
        f'<span class="tt">{esc(titles[k - 1])}</span></label></li>'
        for k in steps
    )
    shown = "".join(frames[k - 1] for k in steps)
    start = f' start="{steps[0]}"' if steps[0] > 1 else ""
    return (
        f'<div class="iv-stepper" role="radiogroup" aria-label="{esc(title)}">{radios}'
        f'<ul class="iv-rail" aria-hidden="true">{rail}</ul><ol class="iv-frames"{start}>{shown}</ol></div>'
    )


def bet_html(name: str, question: str, truth: Mark, why: str) -> str:
    """The learner commits first: two radios, and the reveal when one is checked. ``name`` must be unique on a page."""
    allowed = truth == "allow"
    choices = {"a": Choice("Allowed", allowed, "allow"), "b": Choice("Denied", not allowed, "none")}
    return bet_fields(checked_id(name), question, choices, "You called it.", "Not this time.", why)


def bet_fields(name: str, question: str, choices: Mapping[str, Choice], hit: str, miss: str, why: str) -> str:
    """A question, its choices by what their ids end in, and what is told once one is chosen."""
    options = "".join(
        f'<input type="radio" class="{"ok" if choice.right else "ko"}" name="{name}" id="{name}-{end}" '
        f'data-iv-bet="{"right" if choice.right else "wrong"}"><label class="x b" for="{name}-{end}">'
        f"{mark(choice.mark, 18) if choice.mark else ''}{esc(choice.text)}</label>"
        for end, choice in choices.items()
    )
    reason = inline(why)
    return (
        f'<fieldset class="iv-bet x"><legend class="b">{esc(question)}</legend>{options}'
        f'<div class="rv" aria-live="polite"><p><b class="hit" data-t="{esc(hit)} "></b>'
        f'<b class="mis" data-t="{esc(miss)} "></b>{reason}</p></div></fieldset>'
    )


def veiled(html: str) -> str:
    """A part of a caption that stays hidden until the frame's bet is made."""
    return f'<span class="iv-veil">{html}</span>'


def before_after(before_html: str, after_html: str) -> str:
    """Two versions of the evidence: without the verdict until the bet is made, with it afterwards."""
    return f'<div class="iv-before">{before_html}</div><div class="iv-after">{after_html}</div>'
