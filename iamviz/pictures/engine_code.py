"""The lines of iamviz that say a rule: a lesson states the law as a sentence, then shows the code that decides."""

from __future__ import annotations

import ast
import difflib
import textwrap
from importlib.resources import files

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import esc
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import quote, quote_text

__all__ = ["engine_code"]

PACKAGES = ("policy", "engine", "world", "calls")


def engine_code(name: str) -> Picture:
    """A function of the core as it stands, without its docstring: ``engine.evaluate._identity_side``.

    Lines count from the function's first, so that the picture changes only when the rule does. PictureError, with the
    nearest name, for a function that does not exist.
    """
    module, _, function = name.rpartition(".")
    package, _, file = module.partition(".")
    source = files("iamviz").joinpath(package, f"{file}.py") if package in PACKAGES and file.isidentifier() else None
    if source is None or not source.is_file():
        raise PictureError(f"no module {module!r}; expected one of {', '.join(PACKAGES)}, such as engine.evaluate")
    text = source.read_text("utf-8")
    found = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    if function not in found:
        near = difflib.get_close_matches(function, found, 1) or sorted(found)[:1]
        raise PictureError(f"iamviz/{package}/{file}.py has no function {function!r}; did you mean {near[0]!r}?")
    lines = _without_docstring(found[function], text.splitlines())
    title = f"iamviz/{package}/{file}.py, {function}"
    return Picture(
        quote(f"<b>{esc(title)}</b>", lines, label=f"code: {title}"),
        f"{title}\n{quote_text(lines)}",
        frozenset({"quote"}),
    )


def _without_docstring(node: ast.FunctionDef, lines: list[str]) -> list[str]:
    skip = range(0)
    if ast.get_docstring(node) is not None:
        skip = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    kept = [lines[n - 1] for n in range(node.lineno, (node.end_lineno or node.lineno) + 1) if n not in skip]
    return textwrap.dedent("\n".join(kept)).split("\n")
