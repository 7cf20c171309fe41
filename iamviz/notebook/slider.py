"""The slider, live: one picture of several at a time, joined to a slider and Play in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as widgets

from iamviz.notebook.component import FULL, Component
from iamviz.pictures.css import root, style_tag
from iamviz.pictures.picture import Picture
from iamviz.pictures.slider import checked_slides, slider_picture

__all__ = ["Slider", "slider"]

_MILLISECONDS = 1200


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
        drawn = [f"<div>{picture.html}</div>" for picture in self.pictures.values()]
        return scrubber(list(self.pictures), self.thing, drawn, self.picture)


def scrubber(labels: Sequence[str], thing: str, drawn: Sequence[str], still: Picture) -> widgets.Widget:
    """Panes of the clock or of a slider, one at a time; ``still`` is the picture whose style rules they need.

    Slider, Play and panes are joined in the browser, so that a move costs no round trip to the kernel.
    """
    shown = (f'<div class="iv-clock"><section class="iv-frame">{one}</section></div>' for one in drawn)
    panes = [widgets.HTML(root(one, still.components), layout=FULL) for one in shown]
    stack = widgets.Stack(panes, selected_index=0, layout=FULL)
    options = [(label, k) for k, label in enumerate(labels)]
    slider = widgets.SelectionSlider(options=options, index=0, description=thing, layout=FULL)
    play = widgets.Play(min=0, max=len(panes) - 1, interval=_MILLISECONDS, show_repeat=False)
    widgets.jslink((slider, "index"), (stack, "selected_index"))
    widgets.jslink((play, "value"), (slider, "index"))
    controls = widgets.HBox([play, slider], layout={"align_items": "center", **FULL})
    style = widgets.HTML(style_tag(still.components))
    return widgets.VBox([style, controls, stack], layout=FULL)


def slider(pictures: Mapping[str, Picture], thing: str = "Time") -> Slider:
    """One picture at a time out of 2 to 24, with a slider: ``{"08:00": iv.sessions(…), "09:00": iv.sessions(…)}``.

    ``thing`` is what the labels are values of. An exported page shows a chip for each label and needs no script.
    PictureError for what is no picture, and for pictures with controls of their own.
    """
    return Slider(pictures, thing)
