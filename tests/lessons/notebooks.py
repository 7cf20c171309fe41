"""The lessons as the tests of them read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

REPOSITORY = Path(__file__).resolve().parents[2]
PATHS = sorted((REPOSITORY / "notebooks").glob("[0-9][0-9]_*.ipynb"))
"""The notebooks of the course, in order."""
LESSONS = [path for path in PATHS if 1 <= int(path.name[:2]) <= 16]
"""Those that have every part; 00, 18 and 19 are the start, the puzzles and the workbook."""


@dataclass(frozen=True)
class Cell:
    """A cell: its number, its kind, its text, and what it shows as plain text and as HTML."""

    number: int
    kind: str
    source: str
    plain: str = ""
    html: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines that say something: neither empty nor a comment."""
        return [line for line in self.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@cache
def cells_of(path: Path) -> tuple[Cell, ...]:
    """The cells of a notebook."""
    return tuple(
        Cell(number, cell.cell_type, cell.source, *(_shown(cell, kind) for kind in ("text/plain", "text/html")))
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells)
    )


def _shown(cell: nbformat.NotebookNode, kind: str) -> str:
    parts = []
    for output in cell.get("outputs", ()):
        found = output.get("data", {}).get(kind, "") if output.output_type != "stream" else ""
        if output.output_type == "stream" and kind == "text/plain":
            found = output.text
        parts.append("".join(found))
    return "\n".join(parts)


def code_of(path: Path) -> list[Cell]:
    """Its code cells."""
    return [cell for cell in cells_of(path) if cell.kind == "code"]


def prose_of(path: Path) -> str:
    """Its text, without what stands in fenced code."""
    text = "\n\n".join(cell.source for cell in cells_of(path) if cell.kind == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def notebook(number: int) -> Path:
    """The notebook of a number."""
    return next(path for path in PATHS if path.name.startswith(f"{number:02}_"))


def used_in(path: Path, function: str) -> set[str]:
    """The names that a notebook gives to `iv.play`, `iv.load`, or `iv.exercise`."""
    code = "\n".join(cell.source for cell in code_of(path))
    return set(re.findall(rf"iv\.{function}\(\s*[\"']([\w]+)[\"']", code))
