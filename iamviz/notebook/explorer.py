"""The explorer, live: each choice asks the kernel, and the chosen combination opens its full frame."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ipywidgets as widgets

from iamviz.notebook.component import FULL, Component
from iamviz.pictures.css import FRAME_COMPONENTS, root, style_tag
from iamviz.pictures.exploration import Dimension, Exploration, Picks
from iamviz.pictures.explorer import explorer_picture, pane_html
from iamviz.pictures.picture import Picture
from iamviz.pictures.request_frame import request_frame
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["Explorer", "explorer"]

_COMPONENTS = FRAME_COMPONENTS | {"explorer"}
_MOST_BUTTONS = 6
_LONGEST_BUTTON = 28


class Explorer(Component):
    """Five questions to a world; ``picks`` is the combination that is shown live."""

    hint = "Run the notebook (Run, Run All Cells) to choose, and to see the full frame of each choice."

    def __init__(self, asked: Exploration) -> None:
        self.asked = asked
        super().__init__("explorer")

    @property
    def picture(self) -> Picture:
        """The explorer without scripts."""
        return explorer_picture(self.name, self.asked)

    def _make_widget(self) -> widgets.Widget:
        choices = [_choice(dimension) for dimension in self.asked.dimensions]
        shown = widgets.HTML(layout=FULL)

        def redraw(_: object = None) -> None:
            one, two, three, four, five = (choice.index for choice in choices)
            shown.value = root(self.frame((one, two, three, four, five)), _COMPONENTS)

        for choice in choices:
            choice.observe(redraw, "index")
        redraw()
        style = widgets.HTML(style_tag(_COMPONENTS))
        rows = [
            widgets.HBox([widgets.Label(d.word, layout={"width": "52px"}), choice])
            for d, choice in zip(self.asked.dimensions, choices, strict=True)
        ]
        return widgets.VBox([style, *rows, shown], layout=FULL)

    def frame(self, picks: Picks) -> str:
        """The full frame of a combination: map, evidence, gates, AWS's answer; a pane where no policy decided."""
        found = self.asked.found(picks)
        if found.decision is None:
            return f'<div class="iv-explorer">{pane_html(found)}</div>'
        return request_frame(found.decision, found.world)


def _choice(dimension: Dimension) -> widgets.Widget:
    names = list(zip(_distinct(dimension.shown), range(len(dimension.shown)), strict=True))
    short = len(names) <= _MOST_BUTTONS and all(len(name) <= _LONGEST_BUTTON for name, _ in names)
    if short:
        tips = list(dimension.values)
        return widgets.ToggleButtons(options=names, index=0, tooltips=tips, style={"button_width": "auto"})
    return widgets.Dropdown(options=names, index=0, layout={"width": "auto"})


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, each with a number where another is the same."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct


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
