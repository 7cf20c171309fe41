"""Notebooks as HTML pages: executed, then written as one file each that needs no script, no server and no network.

A page shows every cell with its `text/html` output where it has one, keeps a single copy of the style rules that the
pictures bring along, and forbids itself everything else by a content security policy. The same notebook gives the same
bytes.
"""

from iamviz.export.errors import CellFailedError, ExportError, ExportFailedError
from iamviz.export.notebooks import Progress, execute, find_notebooks, read_notebook
from iamviz.export.site import export, write_cheat_sheet
from iamviz.export.snippet import fragment, snippets
from iamviz.export.student import student_copies, student_copy

__all__ = [
    "CellFailedError",
    "ExportError",
    "ExportFailedError",
    "Progress",
    "execute",
    "export",
    "find_notebooks",
    "fragment",
    "read_notebook",
    "snippets",
    "student_copies",
    "student_copy",
    "write_cheat_sheet",
]
