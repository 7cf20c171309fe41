"""What several test modules need: the repository, small notebooks, and an environment without a `dot`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

REPOSITORY = Path(__file__).resolve().parent.parent

MakeNotebook = Callable[..., Path]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def make_notebook(tmp_path: Path) -> MakeNotebook:
    """Writes a notebook into the test's folder: a cell that begins with `md:` is text, any other is code."""

    def make(name: str, *cells: str | nbformat.NotebookNode, **metadata: object) -> Path:
        made = [cell_of(cell) if isinstance(cell, str) else cell for cell in cells]
        for number, cell in enumerate(made):
            cell.id = f"cell-{number}"
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=made, metadata=metadata), path)
        return path

    return make


def cell_of(source: str) -> nbformat.NotebookNode:
    return new_markdown_cell(source[3:]) if source.startswith("md:") else new_code_cell(source)


@pytest.fixture(scope="session")
def bare_environment() -> dict[str, str]:
    """The environment of a machine with nothing on PATH: no `dot`, and no environment activated."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "COVERAGE"))
    }
    return {**kept, "PATH": str(REPOSITORY / "nothing-here")}


@pytest.fixture(scope="session")
def iamviz_command() -> list[str]:
    return [sys.executable, "-m", "iamviz"]
