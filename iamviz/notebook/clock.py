"""The clock: a story's time to scrub through."""

from __future__ import annotations

from collections.abc import Iterable

import ipywidgets as widgets

from iamviz.notebook.component import Component, live_name, live_picture
from iamviz.notebook.slider import MILLISECONDS
from iamviz.pictures.clock import Clock, clock_picture
from iamviz.pictures.instants import Asked
from iamviz.pictures.picture import Picture
from iamviz.story.story import Story

__all__ = ["StoryClock", "clock"]


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
        name = live_name(self.name)
        return live_picture(clock_picture(name, self._clock), name, "Time", MILLISECONDS)


def clock(story: Story, probes: Iterable[Asked] | None = None) -> StoryClock:
    """A story's time to scrub through: bars of the sessions that live, lamps of what is allowed at each instant.

    ``probes`` are what is asked at each instant: calls, steps, or triples of who, action and resource; by default the
    story's own requests. The instants are its steps, each expiry and the minute before it, 24 at most. PictureError for
    a story without steps, or a probe of somebody whom the story does not know.
    """
    return StoryClock(story, probes)
