"""Exams: every seed gives ten requests with a good mix, the same each time, and the engine grades the answers."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.calls.perform import perform
from iamviz.exercises.exams import ANSWERS, Exam, exam
from iamviz.pictures.predict import right_kinds
from iamviz.policy.model import PolicyKind
from tests.html_check import problems

PAGE = '<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>t</h1>{}</main></body></html>'


def across(step: iv.Step) -> bool:
    assert step.decision is not None
    request = step.decision.request
    return request.caller.account != request.resource_account


@settings(max_examples=6, deadline=None)
@given(st.integers(-(10**6), 10**6))
def test_every_seed_gives_a_good_mix(seed: int) -> None:
    drawn = exam(seed)
    steps, outcomes = drawn.story.steps, drawn.outcomes
    assert len(steps) == 10
    assert outcomes.count("allowed") == 5
    assert outcomes.count("expired") == 1
    assert outcomes.count("explicitDeny") >= 1
    assert set(outcomes) <= set(ANSWERS)
    assumes = [step for step in steps if step.call is not None and step.call.operation == "sts:AssumeRole"]
    assert any(across(step) for step in assumes if step.outcome == "allowed")
    assert any(across(step) for step in assumes if step.outcome == "implicitDeny")
    limited = [step for step in steps if step.outcome == "implicitDeny" and step.decision]
    assert any(PolicyKind.BOUNDARY in right_kinds(step.decision) for step in limited if step.decision)
    assert len({step.call.actor for step in steps if step.call}) >= 4


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6))
def test_no_question_changes_the_answer_to_another(seed: int) -> None:
    drawn = exam(seed)
    for step in drawn.story.steps:
        assert step.call is not None
        assert perform(drawn.world.at(step.clock), step.call).outcome == step.outcome


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6))
def test_the_solution_passes_and_every_wrong_answer_costs_one(seed: int) -> None:
    drawn = exam(seed)
    solution = dict(enumerate(drawn.outcomes, 1))
    assert drawn.check(solution).passed
    for number, answer in solution.items():
        other = ANSWERS[(ANSWERS.index(answer) + 1) % 4]
        report = drawn.check({**solution, number: other})
        assert report.right == 9
        assert not report.passed


def test_a_seed_is_the_same_exam_in_another_process() -> None:
    code = "import iamviz as iv, hashlib; e = iv.exam(5); print(hashlib.sha256(str(e.check({})).encode()).hexdigest())"
    told = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    }
    assert told == {hashlib.sha256(str(exam(5).check({})).encode()).hexdigest()}


def test_seeds_differ() -> None:
    assert len({str(exam(seed)) for seed in range(4)}) == 4


@pytest.fixture(scope="module")
def first() -> Exam:
    return exam(1)


def test_the_words_of_an_exam_and_its_cards_do_not_tell(first: Exam) -> None:
    assert str(first).count("\n") == 10
    for number in range(1, 11):
        card = first.question(number)
        assert not problems(PAGE.format(card.page))
        for told in (str(first), card.text):
            assert "denied: " not in told
            assert "expired" not in told
        assert f'name="exam-1-{number}-verdict"' in card.html


def test_a_card_says_from_when_to_when_a_session_runs(first: Exam) -> None:
    told = [line for line in str(first).splitlines() if "session" in line]
    assert told
    assert all("(09:00 to 09:15)" in line or "(09:40 to 10:40)" in line for line in told)
    assert sum("(09:00 to 09:15)" in line for line in told) == first.outcomes.count("expired") == 1


def test_the_report_tells_each_question_with_its_reason(first: Exam) -> None:
    report = first.check({1: "expired"})
    html = report.picture.html
    assert not problems(PAGE.format(report.picture.page))
    assert "0 of 10 answers are right" in html
    assert [f"<summary>Why {number}?</summary>" in html for number in range(1, 11)] == [True] * 10
    assert html.count("not answered") == 9
    assert "iv-gates" in html
    assert "ExpiredToken" in html
    assert "0 of 10" in str(report)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({0: "allowed"}, "no question 0; they are numbered 1 to 10"),
        ({11: "allowed"}, "no question 11"),
        ({True: "allowed"}, "no question True"),
        ({"1": "allowed"}, "no question '1'"),
        ({1: "yes"}, "question 1: 'yes' is no verdict; there are allowed, implicitDeny"),
        (["allowed"], "a dict from the number of a question"),
    ],
)
def test_what_is_no_answer_is_told(first: Exam, answers: object, says: str) -> None:
    with pytest.raises(iv.ExerciseError, match=says):
        first.check(answers)  # type: ignore[arg-type]
