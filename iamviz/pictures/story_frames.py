"""A story as frames and as the stepper that needs no script: each frame is composed from one step."""

from __future__ import annotations

from collections.abc import Sequence

from iamviz.pictures.css import components_in
from iamviz.pictures.errors import PictureError
from iamviz.pictures.frame import FrameView, frame_html, rail_length, stepper_html
from iamviz.pictures.lifelines import life_key, lifelines, lifelines_text, used_in
from iamviz.pictures.map_builder import clock
from iamviz.pictures.map_model import Map
from iamviz.pictures.map_paint import MapPicture, map_picture, paint
from iamviz.pictures.map_rows import variants
from iamviz.pictures.marks import clean
from iamviz.pictures.picture import Picture
from iamviz.pictures.revocation import revocations
from iamviz.pictures.story_changes import changes_of
from iamviz.pictures.story_map import focus_of, session_states, story_map
from iamviz.pictures.story_parts import (
    answer_html,
    axis_ticks,
    bet_part,
    caption_html,
    extra_html,
    life_html,
    life_rows,
    quiet_verdict,
    time_range,
    why_html,
)
from iamviz.story.story import Step, Story


def frame_views(story: Story, name: str) -> list[FrameView]:
    """The frames of a story; ``name`` starts the names of their bets and is unique on the page."""
    maps = variants(story_map(story), frame=True)
    return [_view(story, step, maps, name) for step in story.steps]


def _view(story: Story, step: Step, maps: Sequence[tuple[Map, str]], name: str) -> FrameView:
    drawings = [
        paint(
            drawn,
            step=step.number,
            label=map_label(step),
            states=session_states(step),
            spoiler=step.bet is not None,
            focus=focus_of(step),
            css_class=css_class,
            changed=changes_of(step) if step.bet is None else {},
        )
        for drawn, css_class in maps
    ]
    return FrameView(
        number=step.number,
        total=len(story.steps),
        clock=clock(step.clock),
        caption_html=caption_html(step),
        map_wide=drawings[0],
        map_tall="".join(drawings[1:]),
        bet=bet_part(step, f"{name}-bet-{step.number}"),
        why_html=why_html(step),
        life_html=life_html(story, step),
        extra_html=extra_html(step),
        answer_html=answer_html(step) + quiet_verdict(step),
    )


def map_label(step: Step) -> str:
    """The frame's sentence, for those who hear the map; while a bet is open it does not give the answer away."""
    if step.bet is None:
        return step.caption_text or step.title
    return f"{step.title}. {step.bet.question}"


def frames(story: Story, name: str) -> list[str]:
    """Each frame's markup, with First, Prev, Next and Last for the stepper called ``name``."""
    titles = [step.title for step in story.steps]
    return [frame_html(view, name, titles) for view in frame_views(story, name)]


def stepper_picture(story: Story, name: str) -> Picture:
    """The stepper without scripts. ``name`` becomes the radios' name and the start of every deep link."""
    drawn = frames(story, name)
    html = stepper_html(name, story.title or "Story", [step.title for step in story.steps], drawn)
    return Picture(html, story_text(story, drawn), components_in(html), steps=rail_length(len(drawn)))


def story_text(story: Story, drawn: Sequence[str] = ()) -> str:
    """The captions of a story, one line each; with the frames, a hash of each drawing behind its caption."""
    lines = [clean(story.title)]
    for index, step in enumerate(story.steps):
        digest = f"  [{Picture(drawn[index], '').digest}]" if drawn else ""
        lines.append(f"{step.number:>2}  {clock(step.clock)}  {clean(step.caption_text)}{digest}")
    return "\n".join(lines)


def story_map_picture(story: Story, step: int | None = None) -> MapPicture:
    """The map of a story at a step, or of all its steps."""
    at = _step(story, step)
    label = map_label(at) if step else _whole_label(story)
    return map_picture(story_map(story), step, label, session_states(at), focus=focus_of(at) if step else ())


def _whole_label(story: Story) -> str:
    """All captions, for those who hear the map of a whole story."""
    told = " ".join(f"{step.number}: {step.caption_text or step.title}" for step in story.steps)
    return f"{story.title}, the whole story in {len(story.steps)} steps. {told}"


def lifelines_picture(story: Story, step: int | None = None) -> Picture:
    """The lifelines of a story's sessions at a step, or at its end."""
    at = _step(story, step)
    rows = life_rows(story, at)
    start, end = time_range(story)
    revoked = max(revocations(at.after).values(), default=None)
    html = lifelines(rows, at.clock, start, end, axis_ticks(start, end), revoked)
    key = life_key(used_in(rows, at.clock, revoked)) if rows else ""
    return Picture(html + key, lifelines_text(rows, at.clock, revoked), frozenset({"lifelines", "legend"}))


def _step(story: Story, number: int | None) -> Step:
    """A step by its number, counted from 1; the last one without a number."""
    if not story.steps:
        raise PictureError("this story has no step yet: nothing happened that could be drawn")
    if number is not None and not 1 <= number <= len(story.steps):
        raise PictureError(f"the story has steps 1 to {len(story.steps)}, not {number}")
    return story.steps[(number or len(story.steps)) - 1]
