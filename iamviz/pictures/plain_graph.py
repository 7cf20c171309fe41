"""A Graphviz graph that shows itself through our own engine: nothing but pip is needed, and it follows the theme."""

from __future__ import annotations

import graphviz

from iamviz.pictures.dot import plain_svg
from iamviz.pictures.marks import clean


class PlainGraph(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no types
    """A `graphviz.Digraph` in every respect but its display."""

    def svg(self, label: str = "graph") -> str:
        """The graph as inline SVG; ``label`` is what a screen reader says."""
        return plain_svg(self.source, label)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None, **_unused: object) -> dict[str, str]:
        return {"text/html": self.svg(), "text/plain": self.source}


def label_text(*lines: str, end: str = "") -> str:
    r"""A DOT label that shows exactly these lines: no escapes such as ``\N``, no entities, no HTML-like label."""
    safe = (clean(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    text: str = graphviz.nohtml("\\n".join(safe) + end)
    return text
