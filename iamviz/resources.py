"""Where the files that travel with the package are: the scenarios and the notebooks.

A wheel carries them inside of the package; an editable install and a checkout read them from the top of the repository.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """The folder of the scenario files and their schema."""
    return _folder("data")


def notebooks_dir() -> Path:
    """The folder of the notebooks, as shipped. They are the originals: copy before you change one."""
    return _folder("notebooks")


def _folder(name: str) -> Path:
    shipped = _PACKAGE / "_shipped" / name
    folder = shipped if shipped.is_dir() else _PACKAGE.parent / name
    if not folder.is_dir():
        raise FileNotFoundError(f"iamviz is not completely installed: there is neither {shipped} nor {folder}")
    return folder
