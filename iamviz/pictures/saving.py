"""Pictures as files for slides: SVG where a picture is one drawing, SVG and PNG by a browser for all the others.

Maps, lifelines and the sessions of a role are drawings: their SVG needs nothing but this package. Locks, gate rows,
tables, cards and frames are text that a browser sets in lines: Chromium (or Chrome, or Edge) does that once, and what
stands where it put it becomes an SVG of plain texts, lines and boxes, or a PNG.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from iamviz.pictures.css import css_for
from iamviz.pictures.errors import PictureError
from iamviz.pictures.svg_file import svg_file

Theme = Literal["light", "dark"]

BROWSER_VARIABLE: Final = "IAMVIZ_BROWSER"
TIME_LIMIT: Final = 60
"""Seconds."""
DRAWINGS: Final = frozenset({"map", "lifelines", "crowd"})
"""Components that are one drawing; a file of it has no key below."""

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_SWITCHES: Final = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --hide-scrollbars --disable-extensions"
).split()
_TAG: Final = re.compile(r"<svg\b|</svg>")
_BACKGROUND: Final = {"light": "#fff", "dark": "#111417"}


def save(
    html: str, components: frozenset[str], steps: int, path: str | Path, theme: Theme = "light", width: int = 760
) -> Path:
    """Write a picture's markup to ``path``: ``.svg``, ``.png`` (twice the pixels) or ``.html``; gives the path.

    ``width`` in px is that of the container; a map has its own. PictureError for another ending, another theme, and
    where a browser is needed and none is found.
    """
    target = Path(path)
    if theme not in _BACKGROUND:
        raise PictureError(f'there is no theme {theme!r}: "light" or "dark" is right')
    kind = target.suffix.lower()
    if kind not in (".svg", ".png", ".html"):
        raise PictureError(f"a picture is saved as .svg, .png or .html, not {target.name!r}")
    if kind == ".svg" and components & DRAWINGS and components <= DRAWINGS | {"legend", "mid"}:
        target.write_text(svg_file(first_svg(html), components, width, theme), "utf-8")
        return target
    page = _page(html, components, steps, theme, width)
    if kind == ".html":
        target.write_text(page, "utf-8")
    elif kind == ".svg":
        target.write_text(_by_browser(page, target), "utf-8")
    else:
        _shot(page, target, width)
    return target


def first_svg(html: str) -> str:
    """The first drawing of a picture."""
    start, depth = html.index("<svg"), 0
    for found in _TAG.finditer(html, start):
        depth += 1 if found[0] != "</svg>" else -1
        if not depth:
            return html[start : found.end()]
    raise PictureError("this picture's drawing has no end")


def find_browser(what: str = "a picture of this kind") -> str:
    """The path of a Chromium, or a `PictureError` that says how to get one."""
    named = os.environ.get(BROWSER_VARIABLE)
    found = [shutil.which(named)] if named else [*map(shutil.which, _NAMES), *map(shutil.which, _PLACES)]
    browser = next((path for path in found if path), None)
    if browser is None:
        told = f"{BROWSER_VARIABLE} names {named!r}, which is not an executable" if named else "none is found here"
        raise PictureError(
            f"saving {what} takes a browser that sets its text in lines, and {told}: install Chromium, Chrome or Edge, "
            f"or let {BROWSER_VARIABLE} name one. Maps and lifelines can be saved as .svg, everything as .html, without"
        )
    return browser


def _page(html: str, components: frozenset[str], steps: int, theme: Theme, width: int) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>iamviz</title>'
        f"<style>{css_for(components, steps)}</style>"
        f"<style>html{{background:{_BACKGROUND[theme]}}}body{{margin:0;padding:8px;width:{width}px}}</style></head>"
        f'<body><div class="iamviz" data-iv="{theme}">{html}</div></body></html>'
    )


def _run(arguments: list[str], page: str, target: Path, script: str = "") -> str:
    """Open the page in a browser of its own, without network, and give what it prints."""
    browser = find_browser(target.name)
    root = ["--no-sandbox"] if sys.platform.startswith("linux") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "picture.html"
        file.write_text(page.replace("</body>", f"<script>{script}</script></body>") if script else page, "utf-8")
        profile = f"--user-data-dir={Path(folder) / 'profile'}"
        try:
            done = subprocess.run(
                [browser, *_SWITCHES, *root, profile, *arguments, file.as_uri()],
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PictureError(f"{Path(browser).name} gave no answer within {TIME_LIMIT} s") from None
    return done.stdout.decode("utf-8", "replace")


def _by_browser(page: str, target: Path) -> str:
    script = (files("iamviz.pictures") / "style" / "to_svg.js").read_text("utf-8")
    printed = _run(["--dump-dom", "--window-size=2000,1200"], page, target, script)
    start, end = printed.find('<svg id="iv-saved"'), printed.rfind("</svg>")
    if start < 0 or end < 0:
        raise PictureError(f"{target.name} could not be drawn: the browser printed no picture")
    drawing = printed[start : end + len("</svg>")].replace(' id="iv-saved"', "", 1)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + drawing.replace("&nbsp;", "\u00a0") + "\n"


def _shot(page: str, target: Path, width: int) -> None:
    measure = "document.title='h'+Math.ceil(document.body.getBoundingClientRect().height)"
    printed = _run(["--dump-dom", f"--window-size={max(width + 16, 500)},1200"], page, target, measure)
    height = re.search(r"<title>h(\d+)</title>", printed)
    if height is None:
        raise PictureError(f"{target.name} could not be drawn: the browser did not open the picture")
    size = f"--window-size={max(width + 16, 500)},{height[1]}"
    _run([f"--screenshot={target.resolve()}", size, "--force-device-scale-factor=2"], page, target)
    if not target.exists():
        raise PictureError(f"{target.name} could not be written")
