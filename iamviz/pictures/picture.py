"""A finished picture: what Jupyter shows, and what a test or a terminal reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iamviz.pictures.css import root, style_tag


def wrap(html: str, components: Iterable[str], steps: int = 0) -> str:
    """A picture's markup with its style rules, ready to be put into any page.

    The outer classes keep MathJax from reading ``${aws:username}`` as mathematics.
    """
    return (
        f'<div class="mathjax_ignore tex2jax_ignore">{style_tag(components, steps)}'
        f"{root(html, components, steps)}</div>"
    )


@dataclass(frozen=True)
class Picture:
    """Markup, the same in words, and the components whose style rules it needs; ``steps`` when it holds a stepper."""

    html: str
    text: str
    components: frozenset[str] = frozenset()
    steps: int = 0

    @property
    def digest(self) -> str:
        """Eight hex digits that change when the drawing does."""
        return hashlib.sha256(self.html.encode("utf-8")).hexdigest()[:8]

    @property
    def page(self) -> str:
        """The markup with its style rules."""
        return wrap(self.html, self.components, self.steps)

    def save(self, path: str | Path, theme: Literal["light", "dark"] = "light", width: int = 760) -> Path:
        """Write the picture to a file for slides, by its ending: ``.svg``, ``.png`` or ``.html``; gives the path.

        ``width`` is that of its container in px. Maps, lifelines and sessions become SVG by themselves; other SVG and
        all PNG take an installed Chromium, Chrome or Edge, and a `PictureError` says so where there is none.
        """
        from iamviz.pictures.saving import save  # only when asked for: it needs an XML parser and a browser

        return save(self.html, self.components, self.steps, path, theme, width)

    def __str__(self) -> str:
        return f"{self.text}\n[picture {self.digest}]"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.page, "text/plain": str(self)}
