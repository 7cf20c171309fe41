"""A lint for lessons: short code, prose first, all parts in their order, links that lead somewhere, known words."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from iamviz.exercises import exercise_names
from iamviz.resources import data_dir
from tests.lessons.notebooks import LESSONS, PATHS, REPOSITORY, Cell, cells_of, code_of, prose_of, used_in

PARTS = (
    "The question",
    "The law",
    "Your bet",
    "Try it yourself",
    "Exercise",
    "Complete the sentence",
    "The same for real",
    "What AWS does not say",
)
MOST_BYTES = 1_000_000
PEOPLE = {"ana", "ben", "carol", "dan"}
TERM = re.compile(r"^\| *([^|]+?) *\|", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SPOKEN = re.compile(r'aria-label="[^"]|aria-hidden="true"')


def id_of(path: Path) -> str:
    return path.stem


every = pytest.mark.parametrize("path", PATHS, ids=id_of)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=id_of)


def test_they_are_all_here() -> None:
    assert [int(path.name[:2]) for path in PATHS] == list(range(20))


@every
def test_code_is_short(path: Path) -> None:
    lines = [len(cell.lines) for cell in code_of(path)]
    assert statistics.median(lines) <= 4
    assert max(lines) <= 10, [cell.source for cell in code_of(path) if len(cell.lines) > 10]


def plumbing_of(cell: Cell) -> list[str]:
    """What a lesson's code must not have: other imports, display, HTML, long loops, functions and classes."""
    found = []
    for node in ast.walk(ast.parse(cell.source)):
        match node:
            case ast.Import(names=names) if [alias.name for alias in names] != ["iamviz"]:
                found.append(f"imports {', '.join(alias.name for alias in names)}")
            case ast.ImportFrom(module=module):
                found.append(f"imports from {module}")
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.append(f"defines {name}")
            case ast.Name(id="display" | "HTML" | "SVG" as name):
                found.append(f"uses {name}")
            case ast.For() | ast.While() if (node.end_lineno or 0) - node.lineno >= 3:
                found.append("a loop of more than three lines")
            case _:
                pass
    return found


@every
def test_there_is_no_plumbing(path: Path) -> None:
    assert [(cell.number, what) for cell in code_of(path) for what in plumbing_of(cell)] == []


@every
def test_prose_comes_before_code(path: Path) -> None:
    """A lesson begins with prose; two cells of code may belong together, a third wants a word before it."""
    kinds = "".join(cell.kind[0] for cell in cells_of(path))
    assert kinds.startswith("mc")
    assert kinds.endswith("m")
    assert "ccc" not in kinds, f"cell {kinds.index('ccc') + 2} follows two cells of code"


@every
def test_headings_are_in_order(path: Path) -> None:
    levels = [len(found) for found in re.findall(r"^(#+) ", prose_of(path), re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", [*LESSONS, *(path for path in PATHS if path.name.startswith("17"))], ids=id_of)
def test_every_part_is_there_in_its_order(path: Path) -> None:
    headings = re.findall(r"^## (.+?)\s*$", prose_of(path), re.MULTILINE)
    assert [heading for heading in headings if heading in PARTS] == list(PARTS)
    code = [cell.source for cell in code_of(path)]
    assert any("iv.predict(" in source or ".question(" in source for source in code)
    assert any("iv.exercise(" in source or "iv.exam(" in source for source in code)
    assert any(".check(" in source for source in code)
    text = "\n".join(cell.source for cell in cells_of(path))
    assert "<summary>The end of the sentence</summary>" in text
    assert "```sh" in text
    assert "```yaml" in text
    assert "AWS says so" in text
    assert "iv.engine_code(" in text


@each_lesson
def test_the_story_comes_first(path: Path) -> None:
    first = code_of(path)[0].source
    assert "iv.play(" in first
    assert "iv.stepper(" in first


@every
def test_every_picture_has_words(path: Path) -> None:
    for cell in code_of(path):
        if cell.html:
            assert cell.plain.strip(), f"cell {cell.number} shows nothing where there is no HTML"
            assert [tag for tag in outer_drawings(cell.html) if not SPOKEN.search(tag)] == [], f"cell {cell.number}"
            assert "<img" not in cell.html


def outer_drawings(html: str) -> list[str]:
    """The opening tags of drawings that lie in no other drawing."""
    found, depth = [], 0
    for tag in re.findall(r"</?svg\b[^>]*>", html):
        if tag.startswith("</"):
            depth -= 1
            continue
        if not depth:
            found.append(tag)
        depth += not tag.endswith("/>")
    return found


@every
def test_it_is_not_large(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES


@every
def test_links_lead_somewhere(path: Path) -> None:
    links = LINK.findall("\n".join(cell.source for cell in cells_of(path) if cell.kind == "markdown"))
    assert [link for link in links if "://" in link or not (path.parent / link).exists()] == []


def test_each_leads_to_the_next() -> None:
    for path, after in pairwise(PATHS):
        assert f"]({after.name})" in cells_of(path)[-1].source, path.name


def test_the_start_has_the_map_of_the_course() -> None:
    text = prose_of(PATHS[0])
    assert [path.name for path in PATHS[1:] if f"]({path.name}) |" not in text] == []


def test_every_scenario_and_every_exercise_is_used() -> None:
    played = set().union(*(used_in(path, "play") | used_in(path, "load") for path in PATHS))
    tried = set().union(*(used_in(path, "exercise") for path in PATHS))
    assert {file.stem for file in data_dir().glob("*.yaml")} - played == set()
    assert set(exercise_names()) - tried == set()


def terms() -> set[str]:
    """The terms of the glossary, with what stands in brackets as a term of its own."""
    found: set[str] = set()
    for term in TERM.findall((REPOSITORY / "docs" / "glossary.md").read_text("utf-8")):
        found |= {part.strip(" )").lower() for part in term.replace("`", "").split("(")}
    return found


@every
def test_terms_are_in_the_glossary(path: Path) -> None:
    """What is set in bold is a term when it is short and no sentence; whole sentences in bold are the law."""
    known = terms()
    bold = {" ".join(found.lower().split()) for found in BOLD.findall(prose_of(path))} - PEOPLE
    short = {term for term in bold if len(term.split()) <= 3 and term[-1] not in ".?!:" and "→" not in term}
    plain = {term: {term, term.removesuffix("s"), term.removesuffix("ies") + "y"} for term in short}
    assert sorted(term for term, forms in plain.items() if not forms & known) == []


def test_spelling() -> None:
    folders = ["notebooks", "docs", "data", "README.md", "CHANGELOG.md", "iamviz"]
    text = "\n".join(prose_of(path) for path in PATHS)
    command = [
        sys.executable,
        "-m",
        "codespell_lib",
        "--ignore-words",
        str(REPOSITORY / "tests" / "lessons" / "words.txt"),
    ]
    files = [str(REPOSITORY / folder) for folder in folders if folder != "notebooks"]
    found = subprocess.run([*command, *files], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    found = subprocess.run([*command, "-"], input=text, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
