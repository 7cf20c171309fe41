"""The slider, live: one picture of several at a time."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from iamviz.notebook.component import Component, live_name, live_picture
from iamviz.pictures.picture import Picture
from iamviz.pictures.slider import checked_slides, slider_picture

__all__ = ["Slider", "slider"]

MILLISECONDS = 1200
"""Between two pictures, when Play runs."""


class Slider(Component):
    """Pictures of the same thing for several values of another; ``pictures`` by their labels."""

    hint = "Run the notebook (Run, Run All Cells) to slide through it."

    def __init__(self, pictures: Mapping[str, Picture], thing: str = "Time") -> None:
        self.pictures = dict(checked_slides(pictures))
        self.thing = thing
        super().__init__("slider")

    @property
    def picture(self) -> Picture:
        """The slider without scripts."""
        return slider_picture(self.name, self.pictures, self.thing)

    def _make_widget(self) -> widgets.Widget:
        name = live_name(self.name)
        return live_picture(slider_picture(name, self.pictures, self.thing), name, self.thing, MILLISECONDS)


def slider(pictures: Mapping[str, Picture], thing: str = "Time") -> Slider:
    """One picture at a time out of 2 to 24, with a slider: ``{"08:00": iv.sessions(…), "09:00": iv.sessions(…)}``.

    ``thing`` is what the labels are values of. An exported page shows a chip for each label and needs no script.
    PictureError for what is no picture, and for pictures with controls of their own.
    """
    return Slider(pictures, thing)
