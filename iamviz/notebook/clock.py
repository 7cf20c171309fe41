"""The clock: a story's time to scrub through."""

from __future__ import annotations

from collections.abc import Iterable

import ipywidgets as widgets

from iamviz.notebook.component import FULL, Component
from iamviz.pictures.clock import Clock, clock_picture, pane_html
from iamviz.pictures.css import style_tag
from iamviz.pictures.instants import Asked
from iamviz.pictures.picture import Picture
from iamviz.story.story import Story

__all__ = ["StoryClock", "clock"]

_MILLISECONDS = 1200


class StoryClock(Component):
    """Chosen instants of a story: what lives, and what is allowed then."""

    hint = "Run the notebook (Run, Run All Cells) to scrub through it."

    def __init__(self, story: Story, probes: Iterable[Asked] | None = None) -> None:
        self.story = story
        self.probes = None if probes is None else tuple(probes)
        self._clock = Clock.of(story, self.probes)
        super().__init__(f"{story.slug}-clock")

    @property
    def picture(self) -> Picture:
        """The clock without scripts."""
        return clock_picture(self.name, self._clock)

    def _make_widget(self) -> widgets.Widget:
        made = self._clock
        drawn = [f'<div class="iv-frame">{pane_html(made, k)}</div>' for k in range(len(made.instants))]
        panes = [
            widgets.HTML(f'<div class="iamviz"><div class="iv-clock">{one}</div></div>', layout=FULL) for one in drawn
        ]
        stack = widgets.Stack(panes, selected_index=0, layout=FULL)
        options = [(time, k) for k, time in enumerate(made.times())]
        slider = widgets.SelectionSlider(options=options, index=0, description="Time", layout=FULL)
        play = widgets.Play(min=0, max=len(panes) - 1, interval=_MILLISECONDS, show_repeat=False)
        widgets.jslink((slider, "index"), (stack, "selected_index"))
        widgets.jslink((play, "value"), (slider, "index"))
        controls = widgets.HBox([play, slider], layout={"align_items": "center", **FULL})
        style = widgets.HTML(style_tag(self.picture.components))
        return widgets.VBox([style, controls, stack], layout=FULL)


def clock(story: Story, probes: Iterable[Asked] | None = None) -> StoryClock:
    """A story's time to scrub through: bars of the sessions that live, lamps of what is allowed at each instant.

    ``probes`` are what is asked at each instant: calls, steps, or triples of who, action and resource; by default the
    story's own requests. The instants are its steps, each expiry and the minute before it, 24 at most. PictureError for
    a story without steps, or a probe of somebody whom the story does not know.
    """
    return StoryClock(story, probes)
