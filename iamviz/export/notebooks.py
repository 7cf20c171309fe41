"""Notebooks found, read and executed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import nbformat
from ipykernel.kernelspec import make_ipkernel_cmd
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.filters import strip_ansi

from iamviz.export.errors import CellFailedError, ExportError

Progress = Callable[[Path, int, int], None]
"""Is told the notebook, how many of its cells are done, and how many there are."""

CELL_SECONDS = 600

OWN_PAGES = {"index": "the overview of all pages", "glossary": "the glossary", "cheat_sheet": "the cheat sheet"}
"""Pages that are made beside those of the notebooks, which therefore cannot have these names."""


def find_notebooks(given: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The notebooks named, in order, each folder replaced by the notebooks that it holds."""
    found: dict[Path, Path] = {}  # by resolved path, so that one that is named twice is exported once
    for path in map(Path, given):
        if path.is_dir():
            inside = sorted(path.glob("*.ipynb"))
            if not inside:
                raise ExportError(f"no notebook in the folder {path}")
        elif not path.exists():
            raise ExportError(f"there is no file {path}")
        elif path.suffix != ".ipynb":
            raise ExportError(f"{path} is not a notebook: its name does not end in .ipynb")
        else:
            inside = [path]
        found.update((one.resolve(), one) for one in inside)
    if not found:
        raise ExportError("no notebook was named")
    taken = {name: Path(what) for name, what in OWN_PAGES.items()}
    for path in found.values():
        other = taken.setdefault(path.stem.lower(), path)
        if other is not path:
            raise ExportError(f"{path} and {other} would both be written as {path.stem}.html; rename one")
    return list(found.values())


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in the file, in the current format."""
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is not a notebook: it is not UTF-8 text (byte {error.start})") from error
    except nbformat.reader.NotJSONError as error:
        raise ExportError(f"{path} is not a notebook: {_json_problem(text)}") from error
    except Exception as error:  # nbformat raises whatever the structure trips over
        raise ExportError(f"{path} is not a notebook: {str(error) or type(error).__name__}") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if str(language).lower() != "python":
        raise ExportError(f"{path} is written in {language}; only Python notebooks can be exported")
    assert isinstance(notebook, nbformat.NotebookNode)
    return notebook


def execute(path: Path, progress: Progress | None = None) -> nbformat.NotebookNode:
    """The notebook with the outputs of a new run, in its own folder, by the interpreter that runs this."""
    notebook = read_notebook(path)
    total = len(notebook.cells)
    running = 0

    def starts(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_index
        if progress:
            progress(path, cell_index, total)

    client = NotebookClient(
        notebook,
        kernel_manager_class=_OwnKernel,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.resolve().parent)}},
        timeout=CELL_SECONDS,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        on_cell_start=starts,
    )
    # What the kernel's process itself says is no part of the notebook: it is kept, and told when the kernel dies.
    with TemporaryFile() as words:
        try:
            # Sets keep their order from run to run, so that what is printed of them does.
            client.execute(env={**os.environ, "PYTHONHASHSEED": "0"}, stdout=words, stderr=words)
        except CellExecutionError as error:
            # The end of the traceback, since an error in what displays a value has no name of its own here.
            problem = strip_ansi(error.traceback).strip().rpartition("\n")[2]
            raise CellFailedError(path, running + 1, _first_line(notebook, running), problem) from error
        except CellTimeoutError as error:
            problem = f"did not finish within {CELL_SECONDS} seconds"
            raise CellFailedError(path, running + 1, _first_line(notebook, running), problem) from error
        except DeadKernelError as error:
            problem = "the kernel died" + _last_words(words)
            raise CellFailedError(path, running + 1, _first_line(notebook, running), problem) from error
    if progress:
        progress(path, total, total)
    return notebook


class _OwnKernel(AsyncKernelManager):
    """Starts the kernel of the interpreter that runs this, whichever kernels are registered on the machine."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = make_ipkernel_cmd(extra_arguments=["--HistoryManager.enabled=False", "--log-level=CRITICAL"])
        return KernelSpec(argv=command, display_name="Python", language="python")


def _last_words(words: IO[bytes]) -> str:
    """The last line that a process said before it died, as the end of a sentence."""
    words.seek(0)
    lines = words.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1]}" if lines else ""


def _first_line(notebook: nbformat.NotebookNode, index: int) -> str:
    lines = notebook.cells[index].source.strip().splitlines() or [""]
    first = str(lines[0])
    return first if len(first) <= 60 else first[:59] + "…"


def _json_problem(text: str) -> str:
    if not text.strip():
        return "the file is empty"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno} is not JSON ({error.msg})"
    return "it is JSON, but not that of a notebook"
