"""`iamviz export`, `iamviz student` and `iamviz cheat-sheet`: notebooks as pages, fragments and copies for students."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from iamviz.export import Progress

__all__ = ["CHEAT_SHEET_HELP", "EXPORT_HELP", "STUDENT_HELP", "cheat_sheet", "export", "student"]

EXPORT_HELP = """Execute notebooks and write each as one HTML page.

A page works by itself: one file, no server, no network; it needs no script. Pages lead to the one before and the one
after, and an index.html with a card for each is written beside them. The notebooks are not changed. A folder stands for
the notebooks in it.

With --snippet each picture becomes a fragment of HTML instead, to paste into a blog: one line, with its own styles, no
script. A scenario may then stand for its stepper. To paste the same fragment twice into one page, write it a second
time with --id, which ends its ids and its file's name.

\b
Examples:
  iamviz export lesson.ipynb --to pages
  iamviz export notebooks --to pages          all notebooks of a folder
  iamviz export notebooks --to site --glossary docs/glossary.md --cheat-sheet
  iamviz export staging_bucket --snippet --to fragments
  iamviz export staging_bucket --snippet --id again --to fragments
"""
STUDENT_HELP = """Copy notebooks without outputs and without solutions.

A code cell with the tag "solution" becomes an empty one, a text cell with it is left out. What is folded away in
<details> is left out, hints excepted. Exercises come without their model solution. Each copy has its notebook's name.

\b
Examples:
  iamviz student notebooks/04_two_locks.ipynb --to class
  iamviz student notebooks --to class         all notebooks of a folder
"""
CHEAT_SHEET_HELP = """Write the four pictures on one sheet: two-key lock, gate row, lifelines, condition diff.

The page prints on one sheet of A4.

\b
Examples:
  iamviz cheat-sheet --to pages               writes pages/cheat_sheet.html
"""
_Notebooks = Annotated[list[Path], typer.Argument(metavar="NOTEBOOK", help="Notebooks, or folders of them.")]


def export(
    notebooks: _Notebooks,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder that the pages are written into.")],
    snippet: Annotated[bool, typer.Option("--snippet", help="Write each picture as a fragment for a blog.")] = False,
    ending: Annotated[
        str, typer.Option("--id", metavar="ENDING", help="With --snippet: what its ids and its file's name end with.")
    ] = "",
    glossary: Annotated[
        Path | None, typer.Option("--glossary", metavar="FILE", help="Add a glossary, from a Markdown table of terms.")
    ] = None,
    with_cheat_sheet: Annotated[bool, typer.Option("--cheat-sheet", help="Add the cheat sheet.")] = False,
    title: Annotated[str, typer.Option("--title", help="What index.html is headed.")] = "iamviz",
) -> None:
    """Execute notebooks and write each as one HTML page."""
    import iamviz.export as exporting

    if snippet and (glossary or with_cheat_sheet):
        raise typer.BadParameter("--snippet writes fragments: it goes with neither --glossary nor --cheat-sheet")

    if ending and not snippet:
        raise typer.BadParameter("--id is for fragments: it goes with --snippet")

    def write() -> list[Path]:
        with _bars() as progress:
            if snippet:
                return exporting.snippets(notebooks, to, progress, suffix=ending)
            return exporting.export(
                notebooks, to, progress, glossary=glossary, with_cheat_sheet=with_cheat_sheet, title=title
            )

    _tell(write)


def student(
    notebooks: _Notebooks,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder that the copies are written into.")],
) -> None:
    """Copy notebooks without outputs and without solutions."""
    import iamviz.export as exporting

    _tell(lambda: exporting.student_copies(notebooks, to))


def cheat_sheet(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder that the page is written into.")],
) -> None:
    """Write the four pictures on one sheet."""
    import iamviz.export as exporting

    _tell(lambda: [exporting.write_cheat_sheet(to)])


def _tell(work: Callable[[], list[Path]]) -> None:
    """Do the work, and say what was written and what was not."""
    from iamviz.export import ExportError, ExportFailedError

    failures: Sequence[ExportError] = ()
    written: list[Path] = []
    try:
        written = work()
    except ExportFailedError as error:
        failures, written = error.failures, error.written
    except ExportError as error:
        failures = [error]
    said = Console(soft_wrap=True, highlight=False)
    for path in written:
        said.print(f"{path}  {max(1, round(path.stat().st_size / 1000)):,} kB", markup=False)
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    for failure in failures:
        errors.print(f"not written: {failure}", style="red", markup=False)
    if failures:
        raise typer.Exit(1)


@contextmanager
def _bars() -> Iterator[Progress | None]:
    """A bar for each notebook on a terminal, and nothing elsewhere."""
    if not sys.stdout.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("cell {task.completed:.0f} of {task.total:.0f}"),
    )
    with Progress(*columns, TimeElapsedColumn(), transient=True) as bars:
        tasks: dict[Path, TaskID] = {}

        def show(notebook: Path, done: int, cells: int) -> None:
            if notebook not in tasks:
                tasks[notebook] = bars.add_task(notebook.name, total=cells)
            bars.update(tasks[notebook], completed=done)

        yield show
