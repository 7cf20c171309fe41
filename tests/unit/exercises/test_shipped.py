"""The shipped exercises and puzzles: their solutions pass, their typical wrong answers fail where they say."""

import pytest

from iamviz.exercises import Exercise, ExerciseError, exercise_names, read_exercise
from iamviz.resources import data_dir

NAMES = exercise_names()


@pytest.fixture(scope="module", params=NAMES)
def task(request: pytest.FixtureRequest) -> Exercise:
    return read_exercise(data_dir() / "exercises" / f"{request.param}.yaml")


def test_there_are_exercises() -> None:
    assert "uploads" in NAMES


def test_the_model_solution_passes(task: Exercise) -> None:
    report = task.check(task.solution)
    assert report.passed, str(report)
    assert "as wanted" in str(report)


def test_what_the_learner_begins_with_does_not_pass(task: Exercise) -> None:
    if task.kind == "policy":
        assert not task.check(task.begin).passed
    else:
        assert not task.check([]).passed


def test_typical_wrong_answers_fail_where_they_say(task: Exercise) -> None:
    assert len(task.wrong) >= 2
    for wrong in task.wrong:
        if task.kind == "calls" and task.moves and len(wrong.answer) > task.moves:
            with pytest.raises(ExerciseError, match="at most"):
                task.check(wrong.answer)
            continue
        report = task.check(wrong.answer)
        assert not report.passed
        if wrong.fails:
            assert report.first_failing is not None, str(report)
            assert report.first_failing.case.name == wrong.fails, str(report)
        else:
            assert report.refused is not None, str(report)


def test_hints_come_one_inside_the_other(task: Exercise) -> None:
    assert task.hints
    html = task.picture.html
    places = [html.index(f"Hint {number} of {len(task.hints)}") for number in range(1, len(task.hints) + 1)]
    assert places == sorted(places)
    assert html.count("<details>") == len(task.hints) + 1
    assert "<details>" in html[places[0] :]
    with pytest.raises(ExerciseError, match="there is no hint"):
        task.hint(len(task.hints) + 1)


def test_the_solution_of_a_puzzle_is_a_story_that_plays(task: Exercise) -> None:
    assert (task.story is not None) is (task.kind == "calls")
    if task.story is not None:
        assert [step.call for step in task.story.steps if step.call] == list(task.solution)
        assert all(step.caption for step in task.story.steps)
