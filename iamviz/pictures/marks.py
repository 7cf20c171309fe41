"""The alphabet of all pictures: escaping, text widths, glyphs (what a thing is) and marks (what the answer is).

Every mark differs from every other in shape, fill and colour, and a word stands beside it: a picture printed in grey
still reads (``GRAMMAR.md``, sections 0.4 and 3).
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

Mark = Literal["allow", "none", "deny", "cond", "expired", "absent", "unreached", "ask"]
"""An answer: yes, nobody said yes, somebody said no, it depends, over, not there, never asked, hidden until the bet."""

Hue = Literal["user", "role", "session", "res", "allow", "deny", "none", "mute"]
"""A family of colour tokens: ``--iv-X`` (strokes), ``--iv-X-ink`` (text), ``--iv-X-wash`` (bodies)."""

AMBER: Final = "#e69f00"
"""The fill of whatever burns down: the same on light and dark pages, and never the only cue."""

_BLANKS: Final = {ord(c): " " for c in "\t\n\r\v\f\u2028\u2029"}
_UNSAFE: Final = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd"),  # C0, DEL, C1
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"),  # they reorder the text around them
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
    **_BLANKS,
}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_TEMPLATE: Final = re.compile(r"\{(?=[{%#])")
_CODE: Final = re.compile(r"`([^`]+)`")
_BREAKS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[:/.,])(?=[\w*])")


def clean(value: object) -> str:
    """The value as one line of harmless text: line breaks become blanks, other control characters U+FFFD."""
    return _SURROGATE.sub("\ufffd", str(value).translate(_UNSAFE))


def esc(value: object) -> str:
    """Any text, made safe inside HTML or SVG, as content and as a quoted attribute; template braces are broken up."""
    return _TEMPLATE.sub("&#123;", html.escape(clean(value), quote=True))


def inline(value: object) -> str:
    """Escaped text in which words between backticks are set as code: the only markup that plain strings may carry."""
    return _CODE.sub(r"<code>\1</code>", esc(value))


def breakable(value: object) -> str:
    """Escaped text that may break inside a CamelCase word, and inside of an ARN behind its colons and slashes."""
    return "<wbr>".join(esc(part) for part in _BREAKS.split(clean(value)))


def word(text: object, hue: Hue) -> str:
    """A word of a caption in the colour of the thing that it names; weight is the second cue."""
    return f'<b class="c-{hue}">{esc(text)}</b>'


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut in the middle, since both ends of a name tell it apart."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[-tail:]}"


_NARROW: Final = 240
_SLIM: Final = 300
_CAPITAL: Final = 640
_BROAD: Final = 860
_USUAL: Final = 570
_SQUARE: Final = 1000
_ADVANCE: Final[dict[str, int]] = {
    **dict.fromkeys("ijl'|I.,:;!", _NARROW),
    **dict.fromkeys(" tf()[]/r-", _SLIM),
    **dict.fromkeys("ABCDEGHKNOPQRSUVXY&", _CAPITAL),
    **dict.fromkeys("mwMW@%—…→", _BROAD),
}


def _advance(character: str) -> int:
    known = _ADVANCE.get(character)
    if known is not None:
        return known
    if character.isascii():
        return _USUAL
    if unicodedata.combining(character):
        return 0
    return _SQUARE if unicodedata.east_asian_width(character) in "WF" else _USUAL


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in px of a text set ``size`` px high in a Helvetica-like face; no font file is read, so it never varies."""
    return sum(_advance(c) for c in text) / 1000 * size * (1.08 if bold else 1.03)


def num(value: float) -> str:
    """A coordinate: one decimal, none when it is zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


GLYPH: Final[dict[str, str]] = {
    "user": '<circle cx="8" cy="5" r="2.9"/><path d="M2.6 14.2c.5-3.3 2.6-4.9 5.4-4.9s4.9 1.6 5.4 4.9"/>',
    "group": (
        '<circle cx="5.6" cy="5.6" r="2.4"/><path d="M1.2 13.6c.4-2.8 2-4.2 4.4-4.2s4 1.4 4.4 4.2"/>'
        '<path d="M9.6 3.5a2.4 2.4 0 1 1 1 4.5M11.6 9.6c1.8.3 2.9 1.7 3.2 4"/>'
    ),
    "role": (
        '<path d="M1.4 12.2c2 1 11.2 1 13.2 0"/><path d="M4 12.6V7.4C4 4.5 5.6 3 8 3s4 1.5 4 4.4v5.2"/>'
        '<path d="M4 9.6c2.4.7 5.6.7 8 0"/>'
    ),
    "session": (
        '<path d="M1.6 4.4h12.8v2a1.7 1.7 0 0 0 0 3.2v2H1.6v-2a1.7 1.7 0 0 0 0-3.2z"/>'
        '<path d="M10.4 5v6" stroke-dasharray="1.4 1.6"/>'
    ),
    "bucket": (
        '<ellipse cx="8" cy="4" rx="5.6" ry="1.9"/><path d="M2.4 4l1.5 8.7c.1.8 1.9 1.4 4.1 1.4s4-.6 4.1-1.4L13.6 4"/>'
    ),
    "service": '<path d="M8 1.7l5.5 3.15v6.3L8 14.3l-5.5-3.15V4.85z"/><circle cx="8" cy="8" r="2.3"/>',
    "idp": ('<circle cx="8" cy="8" r="6.2"/><path d="M1.8 8h12.4M8 1.8c-4 3.7-4 8.7 0 12.4c4-3.7 4-8.7 0-12.4"/>'),
    "policy": '<path d="M3.8 1.8h5.6l3 3.1v9.3H3.8z"/><path d="M9.4 1.8v3.1h3M6 8.2h4.3M6 10.9h4.3"/>',
    "key": '<circle cx="4.8" cy="8" r="3"/><path d="M7.8 8h6.6v2.8M11.6 8v2.2"/>',
    "clock": '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.4V8l2.5 1.7"/>',
    "account": '<rect x="2" y="2.5" width="12" height="11" rx="2.5"/><path d="M2 6.2h12"/>',
    "resource": '<path d="M2.2 4.7L8 1.8l5.8 2.9v6.6L8 14.2l-5.8-2.9zM2.2 4.7L8 7.6l5.8-2.9M8 7.6v6.6"/>',
}
"""Drawings 16 by 16, one stroke weight, ``currentColor``; no provider's artwork."""

MARK: Final[dict[Mark, str]] = {
    "allow": (
        '<circle class="f" cx="8" cy="8" r="7.2"/><path class="k-bg" stroke-width="2" d="M4.6 8.3l2.4 2.4 4.5-5"/>'
    ),
    "none": (
        '<circle class="f-bg k" cx="8" cy="8" r="6.4" stroke-width="1.6"/>'
        '<path class="k" stroke-width="1.6" d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"/>'
    ),
    "deny": (
        '<path class="f" d="M5 .7h6L15.3 5v6L11 15.3H5L.7 11V5z"/>'
        '<path class="k-bg" stroke-width="2.6" stroke-linecap="butt" d="M3.6 8h8.8"/>'
    ),
    "cond": (
        '<circle class="f-bg k" cx="8" cy="8" r="6.4" stroke-width="1.6" stroke-dasharray="2.6 1.8"/>'
        '<path fill="#e69f00" d="M8 4a4 4 0 0 1 0 8z"/>'
    ),
    "expired": (
        '<circle class="f-bg" cx="8" cy="8" r="7"/><path stroke="var(--iv-ink2)" stroke-width="1.5" '
        'd="M3.8 1.7h8.4M3.8 14.3h8.4M5 1.7c0 3.6 6 9 6 12.6M11 1.7c0 3.6-6 9-6 12.6"/>'
    ),
    "absent": '<circle class="k" cx="8" cy="8" r="6" stroke-width="1.5" stroke-dasharray=".1 3.04"/>',
    "unreached": '<circle class="f" cx="8" cy="8" r="1.7"/>',
    "ask": (
        '<g stroke="var(--iv-ink2)"><circle class="f-bg" cx="8" cy="8" r="6.6" stroke-width="1.4"/>'
        '<path stroke-width="1.7" d="M5.9 6.3c0-1.4 1-2.1 2.1-2.1s2.1.7 2.1 1.9c0 1.5-2.1 1.6-2.1 3M8 11.7v.1"/></g>'
    ),
}
"""Drawings 16 by 16 of the answers; ``f`` fills and ``k`` strokes in the answer's hue."""

WORD: Final[dict[Mark, str]] = {
    "allow": "allowed",
    "none": "denied · nothing says yes",
    "deny": "denied · a statement says no",
    "cond": "depends",
    "expired": "expired",
    "absent": "not attached",
    "unreached": "not reached",
    "ask": "?",
}
"""The words beside the marks (``GRAMMAR.md``, section 10)."""

HUE_OF_MARK: Final[dict[Mark, Hue]] = {"allow": "allow", "deny": "deny", "cond": "session"}


def hue_of(mark_name: Mark) -> Hue:
    """The colour family of an answer; all kinds of "nobody said yes" are grey."""
    return HUE_OF_MARK.get(mark_name, "none")


def glyph(name: str, size: float = 16) -> str:
    """An inline drawing of what a thing is, ``size`` px wide, in the colour of the text around it."""
    return (
        f'<svg class="iv-g" width="{size:g}" height="{size:g}" viewBox="0 0 16 16" aria-hidden="true" '
        f'stroke="currentColor" stroke-width="1.5">{GLYPH[name]}</svg>'
    )


def mark(name: Mark, size: float = 16, attributes: str = "") -> str:
    """An inline mark, ``size`` px wide; its word must stand beside it. ``attributes`` is trusted markup."""
    extra = f" {attributes}" if attributes else ""
    return (
        f'<svg class="iv-m c-{hue_of(name)}"{extra} width="{size:g}" height="{size:g}" viewBox="0 0 16 16" '
        f'aria-hidden="true">{MARK[name]}</svg>'
    )


def mark_group(name: Mark, x: float, y: float, scale: float) -> str:
    """A mark inside another drawing: its top left corner at (x, y), 16 units times ``scale`` wide."""
    place = f"translate({num(x)} {num(y)}) scale({scale:g})"
    return f'<g class="iv-m c-{hue_of(name)}" transform="{place}">{MARK[name]}</g>'


def verdict(name: Mark, text: str | None = None, big: bool = False) -> str:
    """A mark with its word; ``text`` replaces the usual word."""
    drawn = mark(name, 20, 'style="margin:0"') if big else mark(name, 15)
    shown = esc(WORD[name] if text is None else text)
    return f'<span class="c-{hue_of(name)} x iv-v{" big" if big else ""}">{drawn}<b>{shown}</b></span>'


def legend(items: list[tuple[Mark, str]]) -> str:
    """A key of marks, for a page; inside a picture labels stand where they are needed."""
    return (
        '<ul class="iv-legend t2">'
        + "".join(f"<li>{mark(m, 15)}<span>{esc(t)}</span></li>" for m, t in items)
        + "</ul>"
    )
