"""What an overview tells of a page: its question, how long it takes to read, a picture, its sections."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from iamviz.export.cells import Page

WORDS_A_MINUTE = 180
"""How fast prose with new words in it is read; reading aloud is about 150, a novel 240."""
LENGTH = 160
"""So many characters of a page's beginning stand on its card: three lines."""
SECONDS_A_FRAME = 15
SECONDS_A_CELL = 20

_FRAME = re.compile(r'class="iv-frame\b')
_SVG_TAG = re.compile(r"<svg\b[^<>]*>|</svg>")
_STEPPER = '<div class="iv-stepper"'
_MAP = re.compile(r'<svg\b[^<>]*class="iv-map(?! iv-map-(?:mid|tall))[^<>]*>')
_DRAWING = re.compile(r'<svg\b[^<>]*role="img"[^<>]*>')
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z0-9“\"(])")
_SILENT = re.compile(r'<title>.*?</title>| (?:role|aria-label|style|id)="[^"]*"| iv-map-(?:wide|mid|tall)', re.DOTALL)


@dataclass
class Section:
    """The words under a heading with it, the heading's id and words (empty before the first), and what is in bold."""

    anchor: str
    heading: str = ""
    text: str = ""
    bold: str = ""


def beginning(text: str, length: int = LENGTH) -> str:
    """As many sentences as fit into ``length`` characters, at least one.

    >>> beginning("Ana works for e.g. a company. She needs more.", 40)
    'Ana works for e.g. a company.'
    """
    told, *others = _SENTENCE.split(text.strip())
    for sentence in others:
        if len(told) + 1 + len(sentence) > length:
            break
        told += f" {sentence}"
    return told


def told_in_short(page: Page) -> str:
    """What a card says of the page: the question that it answers, which stands in bold, or else how it begins."""
    bold = (line.strip() for section in sections(page) for line in section.bold.splitlines())
    return next((line for line in bold if line.endswith("?")), "") or beginning(page.lede)


def minutes(page: Page) -> int:
    """How long the page takes to read, in whole minutes: its prose, its frames, and a look at each cell of code."""
    prose = sum(len(section.text.split()) for section in sections(page))
    frames = sum(len(_FRAME.findall(output.html)) for cell in page.cells for output in cell.outputs)
    code = sum(1 for cell in page.cells if cell.code and not cell.folded)
    seconds = prose * 60 / WORDS_A_MINUTE + frames * SECONDS_A_FRAME + code * SECONDS_A_CELL
    return max(1, math.ceil(seconds / 60))


def picture(page: Page) -> str:
    """The page's first map, or else its first drawing; "" when there is none.

    Of a story it is the last map, which tells all of it in order. It is decoration: without its names for tools, and
    without the tooltips.
    """
    shown = [output.html for cell in page.cells for output in cell.outputs]
    for pattern in (_MAP, _DRAWING):
        for html in shown:
            found = list(pattern.finditer(html))
            if found:
                svg = _SILENT.sub("", _whole(html, found[-1 if _STEPPER in html else 0].start()))
                return svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return ""


def sections(page: Page) -> list[Section]:
    """The prose of the page, cut at its headings."""
    reader = _Reader()
    for cell in page.cells:
        reader.feed(cell.text)
    reader.close()
    return reader.sections


def _whole(html: str, start: int) -> str:
    """The ``<svg>`` that begins at ``start``, to its end."""
    depth = 0
    for tag in _SVG_TAG.finditer(html, start):
        depth += -1 if tag[0] == "</svg>" else 0 if tag[0].endswith("/>") else 1
        if depth == 0:
            return html[start : tag.end()]
    raise AssertionError("cleaned HTML closes what it opens")


@dataclass
class _Reader(HTMLParser):
    sections: list[Section] = field(default_factory=lambda: [Section("")])
    _heading: bool = False
    _bold: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.sections.append(Section(dict(attrs).get("id") or ""))
            self._heading = True
        self._bold += tag in ("strong", "b")

    def handle_endtag(self, tag: str) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = False
            self.sections[-1].text += "\n"
        elif tag in ("strong", "b"):
            self._bold -= 1
            self.sections[-1].bold += "\n"
        elif tag in ("p", "li", "td", "th", "summary", "pre"):
            self.sections[-1].text += "\n"

    def handle_data(self, data: str) -> None:
        section = self.sections[-1]
        if self._heading:
            section.heading += data
        if self._bold:
            section.bold += data.replace("\n", " ")
        section.text += data
