"""What all components have in common: a name of their own, three ways to be shown, and one style sheet each."""

from __future__ import annotations

import hashlib
import secrets
from abc import ABC, abstractmethod
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, ClassVar

import ipywidgets as widgets

from iamviz.pictures.css import root, style_tag
from iamviz.pictures.marks import esc
from iamviz.pictures.picture import Picture

FULL = {"width": "100%", "margin": "0"}
"""A picture decides its looks by the width of its container, so every box around it says how wide it is."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_KERNEL = secrets.token_hex(2)

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


def live_picture(picture: Picture, name: str, thing: str = "Step", pace: int = 2500) -> widgets.HTML:
    """A picture as a widget: its own radios answer clicks, without a round trip to the kernel.

    ``live.js`` gives it Play and a slider, called ``thing``, with ``pace`` milliseconds between two steps, the tally of
    bets and copy buttons. Where a host forbids scripts, it is what an exported page shows. ``name`` is the one that its
    radios' names start with: without it, the same picture has the same key in the tally whenever its cell is run.
    """
    components = picture.components | {"live"}
    style = style_tag(components, picture.steps).replace("<style", f'<style onload="{_script()}"', 1)
    key = hashlib.sha256(picture.html.replace(name, "").encode()).hexdigest()[:12]
    # In a section, the head of a frame is no landmark of the whole window.
    section = f'<section data-iv-key="{key}" data-iv-thing="{esc(thing)}" data-iv-pace="{pace}">'
    return widgets.HTML(f"{style}{section}{root(picture.html, components, picture.steps)}</section>", layout=FULL)


def live_name(name: str) -> str:
    """``name`` for the live view: one window may hold several notebooks, and their radios must not meet."""
    return f"{name}-{_KERNEL}"


@cache
def _script() -> str:
    """The scripts as the text of an attribute, without comments and indents.

    A widget's markup is set as ``innerHTML``, where a ``<script>`` does not run; a style tells when it is in force.
    """
    gains = (files("iamviz.pictures") / "style" / "gains.js").read_text("utf-8")
    live = (files("iamviz.notebook") / "live.js").read_text("utf-8")
    lines = (line.strip() for line in f'"use strict";\nconst style = this;\n{gains}{live}'.splitlines())
    return escape("\n".join(line for line in lines if line and not line.startswith("//")), quote=True)
