"""The bodies of a map's nodes: pills, hexagons, tickets, and what lies on them."""

from __future__ import annotations

from typing import Final

from iamviz.pictures.map_geometry import Box
from iamviz.pictures.marks import AMBER, esc, num, text_width

SCROLLS: Final = 'style="overflow-x:auto" tabindex="0" role="group" aria-label="map, scrolls sideways"'
"""The attributes of what holds a map that is too wide to shrink."""


def badge(box: Box) -> str:
    """A small plus and minus on the upper edge of a node: this step changed it."""
    at = f"translate({num(box.x + box.width - 22)} {num(box.y)})"
    return (
        f'<g transform="{at}"><circle r="7.5" fill="var(--iv-ink)" stroke="var(--iv-bg)"/>'
        '<path d="M-3-1.5h6M0-4.5v6M-3 4h6" stroke="var(--iv-bg)" stroke-width="1.5"/></g>'
    )


def fitted(text: str, x: float, y: float, size: float, bold: bool = False) -> str:
    """Text of a node, set to the width that its box was made for: no font of a reader's machine lets it stick out."""
    length = f'textLength="{num(text_width(text, size, bold))}" lengthAdjust="spacingAndGlyphs"'
    names = ' class="nm b"' if bold else ""
    return f'<text{names} x="{num(x)}" y="{num(y)}" {length}>{esc(text)}</text> '


def place(box: Box) -> str:
    """A box as attributes."""
    return f'x="{num(box.x)}" y="{num(box.y)}" width="{num(box.width)}" height="{num(box.height)}"'


def rounded(box: Box, radius: float, dots: str) -> str:
    """A rectangle with round corners, as a path like all bodies: a browser measures a ``<rect>`` by another rule."""
    across, down, r = num(box.width - 2 * radius), num(box.height - 2 * radius), num(radius)
    corner = f"a{r} {r} 0 0 1"
    return (
        f'<path class="bx" d="M{num(box.x + radius)} {num(box.y)}h{across}{corner} {r} {r}v{down}{corner}-{r} {r}'
        f'h-{across}{corner}-{r}-{r}v-{down}{corner} {r}-{r}z"{dots}/>'
    )


def hexagon(box: Box, inset: float) -> str:
    """A role: open at both ends, one steps in and out."""
    left, right, middle = box.x, box.x + box.width, box.y + box.height / 2
    return (
        f'<path class="bx" d="M{num(left + inset)} {num(box.y)}H{num(right - inset)}L{num(right)} {num(middle)}'
        f'L{num(right - inset)} {num(box.y + box.height)}H{num(left + inset)}L{num(left)} {num(middle)}Z"/>'
    )


def ticket(box: Box, fuse: float | None, dots: str) -> str:
    """A ticket, notched and perforated at its right; the fuse at its foot shows the part of its life that is left."""
    notch = 4
    x, y, bottom = box.x, box.y, box.y + box.height
    tear = x + box.width - 13
    drawing = (
        f'<path class="bx" d="M{num(x + 3)} {num(y)}H{num(tear)}a{notch} {notch} 0 0 0 {2 * notch} 0'
        f"H{num(x + box.width - 3)}a3 3 0 0 1 3 3V{num(bottom - 3)}a3 3 0 0 1-3 3H{num(tear + 2 * notch)}"
        f'a{notch} {notch} 0 0 0 {-2 * notch} 0H{num(x + 3)}a3 3 0 0 1-3-3V{num(y + 3)}a3 3 0 0 1 3-3Z"{dots}/>'
        f'<path d="M{num(tear + notch)} {num(y + 6)}V{num(bottom - 5)}" stroke-dasharray="2 3"/>'
    )
    if fuse is not None:
        start, full = f"M{num(x + 8)} {num(bottom - 4.5)}", box.width - 26
        drawing += (
            f'<g stroke-width="3" stroke-linecap="round"><path stroke="var(--iv-rule)" d="{start}h{num(full)}"/>'
            f'<path stroke="{AMBER}" d="{start}h{max(full * fuse, 0.1):.1f}"/></g>'
        )
    return drawing
