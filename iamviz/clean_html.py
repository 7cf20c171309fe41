"""HTML that is safe to put into a page without scripts, rebuilt from HTML that comes from anywhere.

Nothing is passed through: the fragment is parsed, and only known elements with harmless attributes are written again,
every one of them closed. So a fragment can neither run anything, nor load anything, nor end the page around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

_TEXT: Final = """
    a abbr address article aside b bdi bdo blockquote br button caption cite code col colgroup dd del details
    dfn div dl dt em fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd label
    legend li main mark menu meter nav ol output p picture pre progress q rp rt ruby s samp section small span
    strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"""
_SVG: Final = """
    svg circle clippath defs desc ellipse feblend fecolormatrix fecomposite feflood fegaussianblur femerge
    femergenode feoffset filter g image line lineargradient marker mask path pattern polygon polyline
    radialgradient rect stop switch symbol text textpath title tspan use"""
_ELEMENTS: Final = frozenset((_TEXT + _SVG).split())
_BLOCKS: Final = frozenset(
    """address article aside blockquote dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header
    hr li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul svg""".split()
)
_VOID: Final = frozenset("br col hr img input wbr".split())
_DROPPED_WITH_CONTENT: Final = frozenset(
    """applet audio canvas embed frameset iframe math noembed noframes noscript object script select template textarea
    video""".split()
)
_URLS: Final = frozenset("href src xlink:href".split())
_REFUSED: Final = frozenset(
    """action autofocus background cite contenteditable download formaction formmethod formtarget http-equiv longdesc
    nonce ping poster srcdoc srcset target xmlns xml:base""".split()
)
# The parser lowers every name. A browser puts the capitals back, other readers of an SVG taken from the page do not.
_CAPITALS: Final = {
    name.lower(): name
    for name in """
    clipPath feBlend feColorMatrix feComposite feFlood feGaussianBlur feMerge feMergeNode feOffset
    linearGradient radialGradient textPath baseFrequency clipPathUnits filterUnits gradientTransform
    gradientUnits lengthAdjust markerHeight markerUnits markerWidth maskContentUnits maskUnits pathLength
    patternContentUnits patternTransform patternUnits preserveAspectRatio refX refY spreadMethod startOffset
    stdDeviation textLength viewBox""".split()
}
_NAME: Final = re.compile(r"[a-z_][a-z0-9_:.-]*\Z")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_IGNORED_IN_URLS: Final = re.compile(r"[\x00-\x20]+")
_LOADS: Final = re.compile(
    r"@import[^;}]*;?|url\(\s*(?![\"']?\s*(?:data:|#))[^)]*\)|image-set\(|expression\(", re.IGNORECASE
)
_HEADING: Final = re.compile(r"h[1-6]\Z")


@dataclass(frozen=True)
class StyleCopy:
    """The rules that a picture brought along: which components they style, and steppers of how many steps."""

    components: tuple[str, ...]
    steps: int
    css: str


@dataclass
class Outline:
    """How deep a page's headings have gone so far: one is the first, and levels go down one at a time."""

    level: int = 0
    _has_first: bool = field(default=False, init=False)

    def place(self, level: int) -> int:
        """The level at which a heading of this level belongs."""
        self.level = min(level, self.level + 1) if self.level else 1
        if self.level == 1 and self._has_first:
            self.level = 2
        self._has_first = True
        return self.level


@dataclass
class Cleaned:
    """The rebuilt HTML, and what a page wants to know of it."""

    html: str
    styles: list[StyleCopy]
    heading: str
    paragraph: str


def clean(html: str, links: Mapping[str, str] | None = None, outline: Outline | None = None) -> Cleaned:
    """Rebuild `html` without scripts and requests.

    `links` renames the targets of relative links; with an `outline`, headings are put at the level where they belong.
    The style rules of pictures are taken out and returned; so is the text of the first heading and first paragraph.
    """
    cleaner = _Cleaner(links or {}, outline)
    cleaner.feed(html)
    cleaner.close()
    return cleaner.result()


def clean_css(css: str) -> str:
    """The same rules, loading nothing, and unable to end the element that holds them."""
    return re.sub(r"<(?=[a-zA-Z/!?])", "< ", _LOADS.sub("none", css))


class _Cleaner(HTMLParser):
    def __init__(self, links: Mapping[str, str], outline: Outline | None) -> None:
        super().__init__(convert_charrefs=True)
        self._links = links
        self._outline = outline
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []  # the element as read, and as written
        self._dropping: list[str] = []
        self._style: tuple[tuple[str, ...], int] | None = None
        self._styles: list[StyleCopy] = []
        self._texts: dict[str, list[str]] = {}  # "heading", "paragraph": the words of the first one
        self._reading = ""
        self._ids: set[str] = set()

    def result(self) -> Cleaned:
        self._close_down_to(0)
        words = {name: " ".join("".join(parts).split()) for name, parts in self._texts.items()}
        return Cleaned("".join(self._out), self._styles, words.get("heading", ""), words.get("paragraph", ""))

    # what the parser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closed=False)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `<path/>` is whole in SVG; in HTML the slash means nothing.
        self._start(tag, attrs, closed=self._in_svg())

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if self._dropping[-1] == tag:
                self._dropping.pop()
            return
        for index in range(len(self._open) - 1, -1, -1):
            read = self._open[index][0]
            if read == tag:
                self._close_down_to(index)
                return
            if read in _BLOCKS and (tag == "p" or tag not in _BLOCKS):
                return  # ends nothing here: a paragraph or a run of text does not reach out of a block

    def handle_data(self, data: str) -> None:
        if self._dropping:
            return
        if self._open and self._open[-1][0] == "style":
            self._keep_css(data)
            return
        if self._reading:
            self._texts[self._reading].append(data)
        self._out.append(escape(data, quote=False))

    # what becomes of it

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], *, closed: bool) -> None:
        if self._dropping or tag in _DROPPED_WITH_CONTENT or (tag == "title" and not self._in_svg()):
            if not closed and (tag in _DROPPED_WITH_CONTENT or tag == "title") and tag != "embed":
                self._dropping.append(tag)
            return
        if tag not in _ELEMENTS and tag != "style":
            return
        given = {name: value for name, value in reversed(attrs) if self._harmless(name)}  # the first of two wins
        if tag == "style":
            if not closed:
                self._open_style(given)
            return
        if tag == "img" and not _is_image(given.get("src")):
            self._instead_of_image(given)
            return
        if tag in _BLOCKS and tag != "svg":
            self._end_paragraph()
        written = _CAPITALS.get(tag, tag)
        if self._outline and _HEADING.match(tag):
            written = f"h{self._outline.place(int(tag[1]))}"
        self._out.append(f"<{written}{self._attributes(tag, given)}{'/' if closed else ''}>")
        if not closed and tag not in _VOID:
            self._open.append((tag, written))
            self._listen(tag)

    def _end_paragraph(self) -> None:
        """A block ends the paragraph that it begins in, as it does in a browser."""
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == "p":
                self._close_down_to(index)
            elif self._open[index][0] not in _BLOCKS:
                continue
            return

    def _close_down_to(self, index: int) -> None:
        while len(self._open) > index:
            self._close_last()

    def _close_last(self) -> None:
        read, written = self._open.pop()
        if self._style is not None and read == "style":
            self._style = None
        else:
            self._out.append(f"</{written}>")
        if self._reading and (read == "p" or _HEADING.match(read)):
            self._reading = ""

    def _in_svg(self) -> bool:
        return any(read == "svg" for read, _ in self._open)

    def _listen(self, tag: str) -> None:
        what = "paragraph" if tag == "p" else "heading" if _HEADING.match(tag) else ""
        if what and not "".join(self._texts.get(what, [])).strip():
            self._texts[what] = []
            self._reading = what

    def _harmless(self, name: str) -> bool:
        return bool(_NAME.match(name)) and not name.startswith(("on", "xmlns:")) and name not in _REFUSED

    def _attributes(self, tag: str, given: Mapping[str, str | None]) -> str:
        parts: list[str] = []
        for name, value in reversed(list(given.items())):
            if name in _URLS:
                value = self._url(tag, name, value or "")
                if value is None:
                    continue
            elif name == "id":
                if not value or value in self._ids or re.search(r"\s", value):
                    continue
                self._ids.add(value)
            elif name == "style":
                value = _LOADS.sub("none", value or "")
            parts.append(f" {_CAPITALS.get(name, name)}" + ("" if value is None else f'="{escape(value)}"'))
        if tag == "a" and "href" in given and (given["href"] or "").lower().startswith("http") and "rel" not in given:
            parts.append(' rel="noreferrer"')
        return "".join(parts)

    def _url(self, tag: str, name: str, value: str) -> str | None:
        """The address as it may stand in the page; None when it may not."""
        bare = _IGNORED_IN_URLS.sub("", value)
        if bare.startswith("#"):
            return bare
        if tag in ("img", "image") and _is_image(bare):
            return bare
        if tag != "a" or name == "src":
            return None
        scheme = _SCHEME.match(bare)
        if scheme:
            return bare if scheme[1].lower() in ("http", "https", "mailto") else None
        if bare.startswith("//") or "\\" in bare:
            return None
        path, mark, fragment = bare.partition("#")
        return self._links.get(unquote(path).removeprefix("./"), path) + mark + fragment

    def _instead_of_image(self, given: Mapping[str, str | None]) -> None:
        """An image that would have to be fetched becomes a link with its description."""
        words = escape(given.get("alt") or "image")
        href = self._url("a", "href", given.get("src") or "")
        self._out.append(f'<a href="{escape(href)}" rel="noreferrer">{words}</a>' if href else words)

    def _open_style(self, given: Mapping[str, str | None]) -> None:
        self._open.append(("style", "style"))
        if "iv-style" in (given.get("class") or "").split():
            steps = given.get("data-steps") or "0"
            self._style = (tuple((given.get("data-iv") or "").split()), int(steps) if steps.isdecimal() else 0)
        else:
            self._out.append(f"<style{self._attributes('style', given)}>")

    def _keep_css(self, css: str) -> None:
        if self._style is None:
            self._out.append(clean_css(css))
        else:
            self._styles.append(StyleCopy(*self._style, clean_css(css)))


def _is_image(url: str | None) -> bool:
    return bool(url) and _IGNORED_IN_URLS.sub("", str(url)).lower().startswith("data:image/")
