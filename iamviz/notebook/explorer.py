"""The explorer, live: a choice opens its full frame, which mostly stands in the browser already."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime

import ipywidgets as widgets

from iamviz.notebook.component import FULL, Component, live_name, live_picture
from iamviz.pictures.css import FRAME_COMPONENTS, root, style_tag
from iamviz.pictures.exploration import Exploration, Picks
from iamviz.pictures.explorer import explorer_picture, live_explorer_picture, pane_html
from iamviz.pictures.picture import Picture
from iamviz.pictures.request_frame import request_frame
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["Explorer", "explorer"]

_COMPONENTS = FRAME_COMPONENTS | {"explorer", "live", "mid"}
_AHEAD = 16
"""Frames that are drawn ahead: those one choice away."""
_SLOTS = 24
_PAUSE = 0.05
"""Seconds between two frames that are drawn ahead: a choice is not kept waiting."""


class Explorer(Component):
    """Five questions to a world; ``picks`` is the combination that is shown live, each option counted from 0."""

    hint = "Run the notebook (Run, Run All Cells) to choose, and to see the full frame of each choice."

    def __init__(self, asked: Exploration) -> None:
        self.asked = asked
        self.picks: Picks = (0, 0, 0, 0, 0)
        super().__init__("explorer")

    @property
    def picture(self) -> Picture:
        """The explorer without scripts."""
        return explorer_picture(self.name, self.asked)

    def _make_widget(self) -> widgets.Widget:
        """Questions with panes, a field in which ``live.js`` writes what is chosen, and frames.

        The frame of a choice takes the place of its pane as soon as it is there.
        """
        name = live_name(self.name)
        questions = live_picture(live_explorer_picture(name, self.asked), name)
        chosen = widgets.Text(_written(self.picks), layout={"display": "none"})
        chosen.add_class("iamviz-picks")
        slots = [widgets.HTML(layout=FULL) for _ in range(_SLOTS)]
        drawn = _Drawn(self, slots)

        def choose(_: object) -> None:
            picks = self._read(chosen.value)
            if picks is not None:
                self.picks = picks
                drawn.show(picks)

        chosen.observe(choose, "value")
        drawn.show(self.picks)
        style = widgets.HTML(style_tag(_COMPONENTS))
        frames = widgets.VBox(slots, layout=FULL)
        frames.add_class("iamviz-frames")
        box = widgets.VBox([style, chosen, questions, frames], layout=FULL)
        box.add_class("iamviz-explorer")
        return box

    def _read(self, text: str) -> Picks | None:
        """``0.1.0.0.2`` as a combination; None for what is none."""
        parts = text.split(".")
        counts = [len(dimension.values) for dimension in self.asked.dimensions]
        if len(parts) != len(counts) or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        picks = tuple(int(part[:6]) for part in parts)
        return picks if all(pick < count for pick, count in zip(picks, counts, strict=True)) else None

    def frame(self, picks: Picks) -> str:
        """The full frame of a combination: map, evidence, gates, AWS's answer; a pane where no policy decided."""
        found = self.asked.found(picks)
        if found.decision is None:
            return f'<div class="iv-explorer">{pane_html(found)}</div>'
        return request_frame(found.decision, found.world)

    def neighbours(self, picks: Picks) -> Iterator[Picks]:
        """The combinations one choice away, the nearest options of each question first."""
        counts = [len(dimension.values) for dimension in self.asked.dimensions]
        for distance in range(1, max(counts)):
            for level, count in enumerate(counts):
                for option in (picks[level] + distance, picks[level] - distance):
                    if 0 <= option < count:
                        yield (*picks[:level], option, *picks[level + 1 :])


def _written(picks: Picks) -> str:
    return ".".join(map(str, picks))


class _Drawn:
    """Frames in the browser: of the choice, and of those one choice away, so that the next click need not wait."""

    def __init__(self, explorer: Explorer, slots: Sequence[widgets.HTML]) -> None:
        self.explorer = explorer
        self.free = list(slots)
        self.slots: dict[Picks, widgets.HTML] = {}
        self.ahead: Iterator[Picks] = iter(())
        self.timer: asyncio.TimerHandle | None = None

    def show(self, picks: Picks) -> None:
        """Draw a combination, if it is not there, and those around it behind that."""
        self._draw(picks)
        around = self.explorer.neighbours(picks)
        self.ahead = (near for _, near in zip(range(_AHEAD), around, strict=False))
        self._later()

    def _draw(self, picks: Picks) -> bool:
        """Whether it had to be drawn. What was wanted longest ago makes room."""
        slot = self.slots.pop(picks, None)
        there = slot is not None
        if slot is None:
            slot = self.free.pop() if self.free else self.slots.pop(next(iter(self.slots)))
            frame = self.explorer.frame(picks)
            slot.value = root(f'<div class="iv-full" data-iv-picks="{_written(picks)}">{frame}</div>', _COMPONENTS)
        self.slots[picks] = slot
        return not there

    def _later(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self.timer = loop.call_later(_PAUSE, self._next)

    def _next(self) -> None:
        self.timer = None
        if any(self._draw(picks) for picks in self.ahead):
            self._later()


def explorer(
    place: World | Story,
    who: Sequence[str] | None = None,
    roles: Sequence[str | None] | None = None,
    actions: Sequence[str] | None = None,
    resources: Sequence[str] | None = None,
    at: Sequence[datetime | str] | None = None,
) -> Explorer:
    """Choose who, as which role, does what, to what, when; see the verdict and the statement behind it.

    ``place`` is a world, or a story, whose world changes with its time. ``who`` are actors as in `iamviz.Call` (labels,
    profiles, ``user:ACCOUNT/name`` …), ``roles`` names or ARNs (None: as themselves), ``at`` datetimes or clock times
    (``"09:20"``). To act as a role is to assume it first; a refusal to do so is the answer. What is not given is taken
    from the story's requests, or from the world's people and roles. Up to 400 combinations stand in an exported page;
    live there may be any number. PictureError for names, lists or times that mean nothing.
    """
    return Explorer(Exploration(place, who, roles, actions, resources, at))
