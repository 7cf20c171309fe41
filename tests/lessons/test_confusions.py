"""docs/confusions.md: each of the forty is claimed by a lesson that shows it by a run."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

import iamviz as iv
from tests.lessons.notebooks import REPOSITORY, code_of, notebook, used_in

ROW = re.compile(r"^\| *(\w+) *\|([^|]+)\| *\[(\d+)\]\(([^)]+)\) *\|([^|]+)\| *`([^`|]+)` *\|$", re.MULTILINE)
CLAIMS = {
    "step": re.compile(r"^`(\w+)` step (\d+)$"),
    "case": re.compile(r"^`(\w+)` case (\d+)$"),
    "wrong": re.compile(r"^`(\w+)` wrong answer (\d+)$"),
    "begin": re.compile(r"^`(\w+)` as it begins()$"),
    "cell": re.compile(r"^cell `([^`]+)`()$"),
}


class Claim(NamedTuple):
    number: str
    question: str
    lesson: int
    link: str
    kind: str
    name: str
    which: str
    outcome: str


def claims() -> list[Claim]:
    text = (REPOSITORY / "docs" / "confusions.md").read_text("utf-8")
    rows = ROW.findall(text)
    assert len(rows) == sum(line.startswith("| ") for line in text.splitlines()) - 4, (
        "a row is not in the form of the table"
    )
    return [read(*row) for row in rows]


def read(number: str, question: str, lesson: str, link: str, run: str, outcome: str) -> Claim:
    for kind, pattern in CLAIMS.items():
        if found := pattern.match(run.strip()):
            return Claim(number, question.strip(), int(lesson), link, kind, found[1], found[2], outcome)
    raise AssertionError(f"{number}: {run.strip()!r} names no run")


ALL = claims()


def outcome_of(claim: Claim) -> str:
    """What the claimed run comes to, performed now; of a cell, what it shows."""
    path = notebook(claim.lesson)
    if claim.kind == "step":
        assert claim.name in used_in(path, "play")
        return iv.play(claim.name).steps[int(claim.which) - 1].outcome
    if claim.kind == "cell":
        return next(cell.plain for cell in code_of(path) if claim.name in cell.source)
    assert claim.name in used_in(path, "exercise")
    task = iv.exercise(claim.name)
    if claim.kind == "case":
        return task.check(task.solution).cases[int(claim.which) - 1].got
    graded = task.check(task.begin if claim.kind == "begin" else task.wrong[int(claim.which) - 1].answer)
    if graded.refused is not None:
        return graded.refused.error.code
    assert graded.first_failing is not None
    return graded.first_failing.got


def test_each_of_the_forty_is_claimed_once() -> None:
    assert [claim.number for claim in ALL] == [*map(str, range(1, 41)), *"ABCDE"]


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.number)
def test_a_lesson_shows_it_by_a_run_that_comes_out_so(claim: Claim) -> None:
    path = notebook(claim.lesson)
    assert claim.link == f"../notebooks/{path.name}"
    got = outcome_of(claim)
    assert claim.outcome in got if claim.kind == "cell" else claim.outcome == got
