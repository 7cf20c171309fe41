"""How answers are graded: by the engine, with every misuse told."""

import dataclasses
from html import unescape
from pathlib import Path

import pytest

import iamviz as iv
from iamviz.exercises import Exercise, ExerciseError, exercise, read_exercise
from iamviz.story.source import ScenarioError
from tests.hostile import MARKS

ROLE = "arn:aws:iam::222233334444:role/Deploy"
WORLD = """
title: A door
task: Become Deploy.
world:
  start: 2026-03-02T09:00Z
  accounts:
    - id: 222233334444
      name: staging
      users:
        - {name: eve, label: Eve, policies: [{name: Trust, document: {Version: "2012-10-17", Statement: [
            {Effect: Allow, Action: "iam:UpdateAssumeRolePolicy", Resource: "*"}]}}]}
        - {name: ana, label: Ana}
      roles:
        - name: Deploy
          trust: {Version: "2012-10-17", Statement: [
            {Effect: Allow, Principal: {AWS: "arn:aws:iam::222233334444:user/ana"}, Action: "sts:AssumeRole"}]}
"""
CALLS = """
answer: {kind: calls, players: [Eve], moves: 2}
cases:
  - {name: Eve holds a session of Deploy, who: mine, call: "sts:GetCallerIdentity", want: allowed}
hints: ["Who writes the trust policy?"]
solution:
  - at: "09:01"
    who: Eve
    call: iam:UpdateAssumeRolePolicy
    with: {RoleName: Deploy, PolicyDocument: {Version: "2012-10-17", Statement: [
      {Effect: Allow, Principal: {AWS: "arn:aws:iam::222233334444:user/eve"}, Action: "sts:AssumeRole"}]}}
    title: She rewrites it
    caption: "{Eve} writes herself into the trust policy: {allowed}."
  - at: "09:02"
    who: Eve
    call: sts:AssumeRole
    with: {RoleArn: "arn:aws:iam::222233334444:role/Deploy", RoleSessionName: eve}
    save: mine
    title: She assumes it
    caption: "{Eve} assumes {Deploy|the role}: {allowed}."
wrong: []
"""
CHOOSE = """
answer: {kind: choose}
cases:
  - name: Ana
    who: Ana
    call: sts:AssumeRole
    with: {RoleArn: "arn:aws:iam::222233334444:role/Deploy", RoleSessionName: ana}
  - name: Eve
    who: Eve
    call: sts:AssumeRole
    with: {RoleArn: "arn:aws:iam::222233334444:role/Deploy", RoleSessionName: eve}
hints: [Read the trust policy.]
solution: [Ana]
wrong: []
"""


def made(tmp_path: Path, *parts: str) -> Exercise:
    file = tmp_path / "door.yaml"
    file.write_text("".join(parts), "utf-8")
    return read_exercise(file)


@pytest.fixture
def puzzle(tmp_path: Path) -> Exercise:
    return made(tmp_path, WORLD, CALLS)


def test_a_policy_is_graded_by_what_it_does_not_by_its_text() -> None:
    task = iv.exercise("uploads")
    other = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "S3:putobject", "Resource": "arn:aws:s3:::staging-assets/*"},
            {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
        ],
    }
    assert task.check(other).passed
    assert other != task.solution


def test_the_first_case_that_fails_is_shown_with_its_gates_and_the_advice() -> None:
    report = iv.exercise("uploads").check(iv.exercise("uploads").begin)
    assert not report.passed
    assert report.first_failing is not None
    assert report.first_failing.got == "implicitDeny"
    assert report.advice.startswith("A policy of the role StagingEngineer itself must allow s3:PutObject")
    assert "iv-gates" in report.picture.html
    assert "not yet" in report.picture.html
    assert report.advice in str(report)


def test_a_policy_that_aws_would_not_save_is_an_answer_that_says_where() -> None:
    report = iv.exercise("uploads").check('{"Version": "2012-10-17", "Statement": [{"Effect": "Permit"}]}')
    assert report.refused is not None
    assert report.refused.error.code == "MalformedPolicyDocument"
    assert "line 1" in str(report)
    assert not report.cases


@pytest.mark.parametrize("answer", [None, 5, ["s3:PutObject"]])
def test_no_policy_is_told(answer: object) -> None:
    with pytest.raises(ExerciseError, match="the answer is a policy"):
        iv.exercise("uploads").check(answer)


def test_a_puzzle_is_solved_by_calls(puzzle: Exercise) -> None:
    assert puzzle.check(puzzle.solution).passed
    assert puzzle.story is not None
    assert [step.outcome for step in puzzle.story.steps] == ["allowed", "allowed"]


def test_calls_without_a_time_are_made_one_minute_apart(puzzle: Exercise) -> None:
    bare = [iv.Call(c.actor, c.operation, c.params, save=c.save) for c in puzzle.solution]
    report = puzzle.check(bare)
    assert report.passed
    assert f"{report.cases[0].result.world.now:%H:%M}" == "09:02"


def test_a_refused_move_says_which(puzzle: Exercise) -> None:
    report = puzzle.check([puzzle.solution[1]])
    assert report.refused is not None
    assert "Move 1, sts:AssumeRole, is refused" in str(report)
    assert "iv-gates" in report.picture.html


def test_nobody_plays_for_others(puzzle: Exercise) -> None:
    with pytest.raises(ExerciseError, match=r"move 1 acts as 'Ana'; you are Eve"):
        puzzle.check([iv.Call("Ana", "sts:AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "ana"})])


def test_there_are_only_so_many_moves(puzzle: Exercise) -> None:
    with pytest.raises(ExerciseError, match="at most 2 moves; these are 3"):
        puzzle.check([*puzzle.solution, puzzle.solution[0]])


@pytest.mark.parametrize("answer", ["assume", {}, [{"who": "Eve"}], 3])
def test_no_moves_are_told(puzzle: Exercise, answer: object) -> None:
    with pytest.raises(ExerciseError, match=r"iv\.Call"):
        puzzle.check(answer)


def test_choosing_is_graded_both_ways(tmp_path: Path) -> None:
    task = made(tmp_path, WORLD, CHOOSE)
    assert task.check(["Ana"]).passed
    both = task.check(["Ana", "Eve"])
    assert both.first_failing is not None
    assert both.first_failing.case.name == "Eve"
    missing = task.check([])
    assert missing.first_failing is not None
    assert missing.first_failing.case.name == "Ana"
    assert "must be" not in task.picture.html, "the answer must not stand in the task"


@pytest.mark.parametrize("answer", ["Ana", None, {"Ana": True}])
def test_no_choice_is_told(tmp_path: Path, answer: object) -> None:
    with pytest.raises(ExerciseError, match="a list of names"):
        made(tmp_path, WORLD, CHOOSE).check(answer)


def test_an_unknown_choice_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="no case 'Bob'; choose among: Ana; Eve"):
        made(tmp_path, WORLD, CHOOSE).check(["Bob"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind: calls", "kind: cals"), "policy, choose or calls"),
        (("want: allowed", "wants: allowed"), "did you mean want?"),
        (("players: [Eve], ", ""), "players"),
        (("hints:", "hint:"), "has no hints"),
        (("{Effect: Allow, Principal", "{Effect: Perhaps, Principal"), "Perhaps"),
        (("who: mine", "who: Nobody"), "Nobody"),
    ],
)
def test_a_file_with_an_error_says_where(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = (WORLD + CALLS).replace(*change, 1)
    assert text != WORLD + CALLS
    with pytest.raises((ScenarioError, ExerciseError), match=message.replace("?", r"\?")):
        made(tmp_path, text).check(read_exercise_solution(tmp_path))


def read_exercise_solution(tmp_path: Path) -> object:
    (tmp_path / "good.yaml").write_text(WORLD + CALLS, "utf-8")
    return read_exercise(tmp_path / "good.yaml").solution


def test_an_unknown_name_shows_the_nearest() -> None:
    with pytest.raises(FileNotFoundError, match="did you mean 'uploads'"):
        iv.exercise("upload")


@pytest.mark.parametrize("name", MARKS)
def test_hostile_texts_are_escaped(tmp_path: Path, name: str) -> None:
    task = dataclasses.replace(made(tmp_path, WORLD, CALLS), title=name, task=name, hints=(name,))
    task = dataclasses.replace(task, cases=tuple(dataclasses.replace(case, name=name) for case in task.cases))
    for html in (task.picture.html, task.check(task.solution).picture.html):
        assert "<script" not in html
        assert "<img" not in html
        assert '"onload' not in html
        assert "{{7*7}}" not in html


def test_the_report_on_a_choice_gives_the_reason_of_every_case() -> None:
    task = exercise("three_boxes")
    assert all(case.because for case in task.cases)
    report = task.check(["Ana assumes the role"])
    html, text = report.picture.html, report.picture.text
    for case in task.cases:
        assert case.because in unescape(html)
        assert case.because in text
    assert html.count('data-c="your answer"') == len(task.cases)


def test_no_heading_stands_over_nothing() -> None:
    report = exercise("three_boxes").check(["Ana assumes the role"])
    assert report.first_failing is not None
    assert report.first_failing.result.error is None
    assert report.picture.html.endswith("</table></div>")


def test_a_case_says_when_no_move_has_kept_the_credentials_that_it_needs() -> None:
    hub = {"RoleArn": "arn:aws:iam::111122223333:role/Hub", "RoleSessionName": "ana"}
    report = exercise("puzzle_three_hops").check([iv.Call("Ana", "sts:AssumeRole", hub, save="hub")])
    assert report.advice == "No move has kept credentials as `loot`."
