"""How maps are written in DOT: colours of the plain drawing, empty slots for our own painting, attributes."""

from __future__ import annotations

from typing import Final

from iamviz.pictures.marks import Hue

POINTS_PER_INCH: Final = 72
HEX: Final[dict[Hue, tuple[str, str]]] = {  # line, body: the plain Graphviz drawing knows no tokens
    "user": ("#0072b2", "#e8f2f9"),
    "role": ("#cc79a7", "#fbeff5"),
    "session": ("#e69f00", "#fdf3dc"),
    "res": ("#4c5965", "#eef1f4"),
}
EDGE_HEX: Final[dict[str, str]] = {
    "allow": "#009e73",
    "deny": "#d55e00",
    "none": "#7b868f",
    "expired": "#7b868f",
    "trust": "#cc79a7",
    "session": "#bd7c00",
}
PLAIN_HEAD: Final[dict[str, str]] = {"deny": "tee", "none": "odot", "expired": "odot"}


def listed(attributes: dict[str, str]) -> str:
    """Attributes in DOT; a value in angle brackets is one of our own tables, any other is quoted."""
    return " ".join(
        f"{name}={value}" if value.startswith("<") else f'{name}="{value}"' for name, value in attributes.items()
    )


def slot(width: int, height: int) -> str:
    """An empty label of fixed size: Graphviz keeps the room, we paint in it."""
    table = f'table border="0" cellborder="0" fixedsize="true" width="{width}" height="{height}"'
    return f"<<{table}><tr><td></td></tr></table>>"


def plain_label(*lines: str, end: str = "") -> str:
    """Lines of a plain drawing, quoted as DOT wants them."""
    from iamviz.pictures.plain_graph import label_text

    return label_text(*lines, end=end)
