"""Copies of lessons for those who are to do the exercises: no outputs, no solutions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from iamviz.export.errors import ExportError
from iamviz.export.notebooks import find_notebooks, read_notebook
from iamviz.export.site import folder_for

SOLUTION = "solution"
"""The tag of cells that give an answer away."""
ANSWER_HERE = "# Your answer goes here.\n"
HIDE_SOLUTIONS = """\
import os

os.environ["IAMVIZ_SOLUTIONS"] = "hidden"  # exercises then come without their model solution"""

_DETAILS = re.compile(r"<(/?)details\b[^<>]*>", re.IGNORECASE)
_HINT = re.compile(r"\s*<summary\b[^<>]*>\s*(?:<\w+>)?\s*hint\b", re.IGNORECASE)


def student_copies(notebooks: Iterable[str | os.PathLike[str]], to: str | os.PathLike[str]) -> list[Path]:
    """Write a copy of each notebook (a folder stands for those in it) into the folder ``to``, and give their paths.

    A copy has no outputs. A code cell with the tag ``solution`` is replaced by an empty one, a Markdown cell with it is
    left out. What is folded away in ``<details>`` is left out unless its summary begins with "Hint". A first cell tells
    ``iv.exercise`` to keep its model solutions for itself. Raises `ExportError` for what is no notebook, and where a
    copy would take the place of its original.
    """
    sources = find_notebooks(notebooks)
    target = folder_for(to, "copies")
    for source in sources:
        if source.resolve().parent == target.resolve():
            raise ExportError(f"the copy of {source} would replace it; name another folder")
    written: list[Path] = []
    for source in sources:
        copy = target / source.name
        nbformat.write(student_copy(read_notebook(source)), copy)
        written.append(copy)
    return written


def student_copy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without outputs and solutions."""
    copy: nbformat.NotebookNode = nbformat.from_dict(notebook)
    cells: list[nbformat.NotebookNode] = []
    for cell in copy.cells:
        solves = SOLUTION in cell.metadata.get("tags", ())
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if solves:
                cell.source = ANSWER_HERE
                cell.metadata["tags"] = [tag for tag in cell.metadata["tags"] if tag != SOLUTION]
        elif solves:
            continue
        elif cell.cell_type == "markdown":
            cell.source = without_folds(cell.source)
            if not cell.source:
                continue
        cells.append(cell)
    first = new_code_cell(HIDE_SOLUTIONS, id="student-copy", metadata={"tags": ["student"]})
    place = next((number for number, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    copy.cells = [*cells[:place], first, *cells[place:]]
    return copy


def without_folds(text: str) -> str:
    """Markdown without what is folded away, hints excepted.

    >>> without_folds("Why? <details><summary>Hint 1</summary>Look.</details> <details>…</details>")
    'Why? <details><summary>Hint 1</summary>Look.</details>'
    """
    kept: list[str] = []
    dropping = 0  # how many folds are open, from the outermost that is dropped
    end = 0
    for tag in _DETAILS.finditer(text):
        if not dropping:
            kept.append(text[end : tag.start()])
        opens = not tag[1]
        if dropping:
            dropping += 1 if opens else -1
        elif opens and not _HINT.match(text, tag.end()):
            dropping = 1
        else:
            kept.append(tag[0])
        end = tag.end()
    if not dropping:
        kept.append(text[end:])
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()
