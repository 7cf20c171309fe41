"""Graphviz as a function: DOT in, text out, with a cache, a time limit and a size limit.

The engine is the ``graphviz-pure`` executable, which pip installs; ``IAMVIZ_DOT`` names another one, and a system
``dot`` serves when the wheel is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from typing import Final

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import clean, esc, shorten

ENGINE_VARIABLE: Final = "IAMVIZ_DOT"
TIME_LIMIT: Final = 20.0
"""Seconds."""
SIZE_LIMIT: Final = 1_000_000
"""Bytes of DOT."""
FORMATS: Final = frozenset({"json0", "json", "svg", "dot", "xdot", "plain"})

_WHEEL: Final = "graphviz-pure"
_PROLOG: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_IDS: Final = re.compile(r' id="[^"]*"')
_BLACK: Final = re.compile(r'\b(fill|stroke)="(?:black|#000000)"')
_TEXT: Final = re.compile(r"<text (?![^>]*\bfill=)")


def find_engine() -> str:
    """The path of the layout engine, or a `PictureError` that says how to get one."""
    named = os.environ.get(ENGINE_VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise PictureError(
                f"{ENGINE_VARIABLE} names {named!r}, which is not an executable: "
                f"correct it, or unset it to use {_WHEEL}"
            )
        return found
    places = (str(Path(sys.executable).parent), sysconfig.get_path("scripts"), None)
    for name, folder in [*((_WHEEL, place) for place in places), ("dot", None)]:
        found = shutil.which(name, path=folder)
        if found is not None:
            return found
    raise PictureError(
        f"no layout engine: install it with `pip install {_WHEEL}`, or let {ENGINE_VARIABLE} name a Graphviz `dot`"
    )


def render(dot_source: str, fmt: str = "svg", *, time_limit: float = TIME_LIMIT, size_limit: int = SIZE_LIMIT) -> str:
    """Lay out ``dot_source`` and return it in the text format ``fmt``; the same input gives the same output."""
    if fmt not in FORMATS:
        raise PictureError(f"no format {fmt!r}: one of {', '.join(sorted(FORMATS))} is right")
    size = len(dot_source.encode("utf-8", "surrogatepass"))
    if size > size_limit:
        raise PictureError(
            f"the graph is too large to lay out ({size:,} bytes of DOT, the limit is {size_limit:,}): "
            f"draw fewer nodes, or raise size_limit"
        )
    return _run(find_engine(), dot_source, fmt, time_limit)


@lru_cache(maxsize=256)
def _run(engine: str, source: str, fmt: str, time_limit: float) -> str:
    try:
        done = subprocess.run(
            [engine, f"-T{fmt}"],
            input=source.encode("utf-8", "replace"),
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureError(
            f"{Path(engine).name} gave no answer within {time_limit:g} s: draw fewer nodes, or raise time_limit"
        ) from None
    except OSError as error:
        raise PictureError(f"{engine} cannot be run ({error}): let {ENGINE_VARIABLE} name another engine") from error
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode or not output:
        said = shorten(clean(done.stderr.decode("utf-8", "replace")).strip(), 300)
        raise PictureError(f"{Path(engine).name} could not read the graph: {said or f'exit code {done.returncode}'}")
    return output


def plain_svg(dot_source: str, label: str) -> str:
    """A graph as Graphviz itself draws it, fit for any page: no prolog, no ids, black becomes the text's colour."""
    svg = _COMMENT.sub("", _PROLOG.sub("", render(dot_source, "svg"), count=1))
    svg = _BLACK.sub(r'\1="currentColor"', _IDS.sub("", svg))
    svg = _TEXT.sub('<text fill="currentColor" ', svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{esc(label)}" ', 1).strip()
