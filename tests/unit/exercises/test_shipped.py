"""The shipped exercises and puzzles: their solutions pass, their typical wrong answers fail where they say."""

from html import escape as html_escape

import pytest

from iamviz.exercises import Exercise, ExerciseError, exercise_names, read_exercise
from iamviz.exercises.policies import policies_of_world
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
    assert ("answers are right" if task.kind == "choose" else "as wanted") in str(report)


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
    assert html.count("<summary>Hint ") == len(task.hints)
    assert "<details>" in html[places[0] :]
    inner = html[html.index("<summary>Hint 1") : html.index(f"<summary>Hint {len(task.hints)} of")]
    assert "</details>" not in inner
    with pytest.raises(ExerciseError, match="there is no hint"):
        task.hint(len(task.hints) + 1)
    with pytest.raises(ExerciseError, match="there is no hint '1'"):
        task.hint("1")  # type: ignore[arg-type]  # on purpose


def test_the_solution_of_a_puzzle_is_a_story_that_plays(task: Exercise) -> None:
    assert (task.story is not None) is (task.kind == "calls")
    if task.story is not None:
        assert [step.call for step in task.story.steps if step.call] == list(task.solution)
        assert all(step.caption for step in task.story.steps)


def test_the_card_of_a_puzzle_holds_its_solution_as_a_stepper(task: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = task.picture
    assert ("iv-stepper" in picture.html) is (task.kind == "calls")
    if task.story is not None:
        stepper = picture.html[picture.html.index("<summary>A solution</summary>") :]
        assert "iv-stepper" in stepper
        assert f'id="solution-{task.name.replace("_", "-")}-step-{len(task.story.steps)}"' in stepper
        assert picture.steps >= len(task.story.steps)
        assert {"exercise", "frame"} <= picture.components
    monkeypatch.setenv("IAMVIZ_SOLUTIONS", "hidden")
    assert "iv-stepper" not in task.picture.html
    assert "<summary>A solution</summary>" not in task.picture.html


def test_the_card_of_a_puzzle_quotes_every_policy_of_its_world(task: Exercise) -> None:
    if task.kind != "calls":
        return
    quoted = list(policies_of_world(task.world))
    assert quoted
    html = task.picture.html
    for owner, _, policy in quoted:
        assert f"{html_escape(owner)}: " in html
        assert all(html_escape(line.strip()) in html for line in policy.lines)
