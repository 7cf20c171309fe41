"""Copies for students: nothing that gives an answer away, everything else as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from iamviz.export import ExportError, execute, student_copies, student_copy
from iamviz.export.student import without_folds

PARTS = ("<details>", "</details>", "<summary>Hint</summary>", "secret", "<details open>", "x")
FOLD = "<details><summary>{}</summary>\n\n{}\n\n</details>"


def copy_of(*cells: nbformat.NotebookNode) -> list[tuple[str, str]]:
    copied = student_copy(new_notebook(cells=list(cells)))
    return [(cell.cell_type, cell.source) for cell in copied.cells if "student" not in cell.metadata.get("tags", ())]


def test_outputs_are_gone_and_the_original_is_not_changed() -> None:
    cell = new_code_cell("1 + 1", outputs=[new_output("stream", text="2")], execution_count=7)
    copied = student_copy(new_notebook(cells=[cell]))
    assert [(one.outputs, one.execution_count) for one in copied.cells] == [([], None)] * 2
    assert cell.execution_count == 7
    nbformat.validate(copied)


def test_tagged_solutions_give_way_to_an_empty_cell() -> None:
    tagged = {"tags": ["solution", "kept"]}
    copied = student_copy(
        new_notebook(
            cells=[new_code_cell("answer = 42", metadata=tagged), new_markdown_cell("It is 42.", metadata=tagged)]
        )
    )
    assert [cell.source for cell in copied.cells[1:]] == ["# Your answer goes here.\n"]
    assert copied.cells[1].metadata.tags == ["kept"]


def test_folds_are_gone_but_hints_stay() -> None:
    hint, solution = FOLD.format("Hint", "Look."), FOLD.format("A solution", "It is 42.")
    text = "**Exercise.** Do.\n\n{}\n\nThen go on."
    copied = copy_of(new_markdown_cell(text.format(f"{hint}\n\n{solution}")))
    assert copied == [("markdown", text.format(hint))]
    assert copy_of(new_markdown_cell(FOLD.format("The end of the sentence", "42"))) == []


def test_a_solution_inside_a_hint_is_gone_too() -> None:
    inner = FOLD.format("Hint 2", "More." + FOLD.format("<b>Solution</b>", "42"))
    kept = without_folds(FOLD.format("<b>Hint 1</b>", "Look." + inner))
    assert "42" not in kept
    assert kept.count("<details>") == kept.count("</details>") == 2


@given(
    st.lists(st.sampled_from(["<details>", "</details>", "<summary>Hint</summary>", "secret", "<details open>", "x"]))
)
def test_any_tangle_of_folds_is_survived(parts: list[str]) -> None:
    kept = without_folds("".join(parts))
    assert without_folds(kept).strip() == kept
    if parts[:2] == ["<details>", "secret"] and "</details>" not in parts[:-1]:
        assert "secret" not in kept


def test_shipped_lessons_have_no_answer_in_their_copies(repository: Path, tmp_path: Path) -> None:
    for path in student_copies([repository / "notebooks"], tmp_path):
        copied = nbformat.read(path, as_version=4)
        assert not [cell for cell in copied.cells if cell.cell_type == "code" and cell.outputs]
        told = "\n".join(cell.source for cell in copied.cells)
        assert not {"<details><summary>A solution", "end of the sentence</summary>"} & {
            line.strip() for line in told.splitlines()
        }
        assert "solution</summary>" not in told.lower()


def test_exercises_of_a_copy_keep_their_solution_for_themselves(repository: Path, tmp_path: Path) -> None:
    code = new_code_cell("import iamviz as iv\niv.exercise('two_keys')")
    nbformat.write(new_notebook(cells=[code]), tmp_path / "lesson.ipynb")
    shown = {}
    for path in (tmp_path / "lesson.ipynb", *student_copies([tmp_path / "lesson.ipynb"], tmp_path / "class")):
        cells = execute(path).cells
        shown[path.parent.name] = cells[-1].outputs[0].data["text/html"]
    assert "A solution" in shown[tmp_path.name]
    assert "A solution" not in shown["class"]
    assert "Hint 1" in shown["class"]


def test_a_copy_never_takes_the_place_of_its_original(tmp_path: Path) -> None:
    nbformat.write(new_notebook(), tmp_path / "a.ipynb")
    before = (tmp_path / "a.ipynb").read_bytes()
    with pytest.raises(ExportError, match="would replace it"):
        student_copies([tmp_path], tmp_path)
    assert (tmp_path / "a.ipynb").read_bytes() == before


def test_command(tmp_path: Path, iamviz_command: list[str]) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "a.ipynb")
    command = [*iamviz_command, "student", tmp_path / "a.ipynb", "--to", tmp_path / "class"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout == f"{tmp_path / 'class' / 'a.ipynb'}  1 kB\n"
