"""What can go wrong when notebooks become pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ExportError(Exception):
    """A notebook cannot be exported; the message says which one, and what to do."""


class CellFailedError(ExportError):
    """A cell raised an error, took too long, or ended the kernel."""

    def __init__(self, notebook: Path, cell: int, line: str, problem: str) -> None:
        super().__init__(f"{notebook}, cell {cell} ({line}): {problem}")
        self.notebook = notebook
        self.cell = cell
        self.problem = problem


class ExportFailedError(ExportError):
    """Some notebooks could not be exported: `failures` says which and why, `written` are the pages of the others."""

    def __init__(self, failures: Sequence[ExportError], written: Sequence[Path]) -> None:
        super().__init__("\n".join(str(failure) for failure in failures))
        self.failures = list(failures)
        self.written = list(written)
