"""What all components have in common: a name of their own, three ways to be shown, and one style sheet each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import ipywidgets as widgets

from iamviz.pictures.css import root, style_tag
from iamviz.pictures.picture import Picture

FULL = {"width": "100%", "margin": "0"}
"""A picture decides its looks by the width of its container, so every box around it says how wide it is."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_taken: set[str] = set()


def unique_name(base: str) -> str:
    """``base``, or with a number behind it once it is taken: names count up from the kernel's start.

    Two components on a page do not disturb each other, and a fresh run gives the same bytes.
    """
    name, number = base, 1
    while name in _taken:
        number += 1
        name = f"{base}-{number}"
    _taken.add(name)
    return name


class Component(ABC):
    """Jupyter shows the live widget; exports and feeds show the picture, which needs no script; terminals the text."""

    hint: ClassVar[str] = ""
    """What the text says below itself: how to get to the live component."""

    def __init__(self, base: str) -> None:
        self.name = unique_name(base)
        self._live: widgets.Widget | None = None

    @property
    @abstractmethod
    def picture(self) -> Picture:
        """The component without scripts."""

    @abstractmethod
    def _make_widget(self) -> widgets.Widget:
        """The live component."""

    @property
    def widget(self) -> widgets.Widget:
        """The live component, made when it is first asked for."""
        if self._live is None:
            self._live = self._make_widget()
        return self._live

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        bundle: dict[str, Any] = dict(self.picture._repr_mimebundle_())
        if self.hint:
            bundle["text/plain"] += f"\n{self.hint}"
        live = self.widget._repr_mimebundle_()
        if live and WIDGET_VIEW in live:
            bundle[WIDGET_VIEW] = live[WIDGET_VIEW]
        return bundle


def html_widget(picture: Picture) -> widgets.HTML:
    """A picture as a widget: its own radios answer clicks, without a round trip to the kernel."""
    style = style_tag(picture.components, picture.steps)
    # In a section, the head of a frame is no landmark of the whole window.
    shown = f"<section>{root(picture.html, picture.components, picture.steps)}</section>"
    return widgets.HTML(style + shown, layout=FULL)
