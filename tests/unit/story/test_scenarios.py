"""What a scenario file means, and the shipped ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iamviz.resources import data_dir
from iamviz.story.scenario import read_scenario, scenario_from_text
from iamviz.story.source import read_yaml

SHIPPED = sorted(data_dir().glob("*.yaml"), key=lambda path: path.stem)
HEAD = "title: T\nstart: 2026-03-02T09:00Z\naccounts:\n  - {id: %s, name: home, users: [{name: ana, label: Ana}]}\n"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_follows_the_schema_and_plays_as_written(path) -> None:
    """Loading a shipped one by its name skips the schema, which takes a second to import: so it is checked here."""
    scenario = read_scenario(path, check=True)
    story = scenario.play()
    assert len(story.steps) == len(scenario.source.data.get("story", ()))
    assert read_scenario(path, check=False).world == scenario.world


def test_some_are_shipped() -> None:
    assert "staging_bucket" in [path.stem for path in SHIPPED]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("111122223333", "111122223333"), ('"000022223333"', "000022223333"), ("11122223333", "011122223333")],
)
def test_an_account_id_may_be_written_as_a_number(written: str, meant: str) -> None:
    world = scenario_from_text(HEAD % written).world
    assert list(world.accounts) == [meant]
    assert next(iter(world.users)) == f"arn:aws:iam::{meant}:user/ana"


@pytest.mark.parametrize("text", ["09:15", "10:00:30", "1_000", "0x10", "1e3", "yes", "off", "2026-03-02", "010"])
def test_what_yaml_likes_to_convert_stays_a_text(text: str) -> None:
    """09:15 is a time of day, not the number 555; yes is a word."""
    assert read_yaml(f"key: {text}", "f").data == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-3", -3),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"7"', "7"),
    ],
)
def test_whole_numbers_truth_and_nothing_are_read(text: str, value: object) -> None:
    assert read_yaml(f"key: {text}", "f").data == {"key": value}


def test_a_clock_time_means_the_day_on_which_the_world_begins_a_full_one_any_day() -> None:
    steps = """story:
  - {at: 09:15, who: Ana, call: "sts:GetCallerIdentity", title: A, caption: a}
  - {at: "2026-03-03T00:30:10Z", who: Ana, call: "sts:GetCallerIdentity", title: B, caption: b}
"""
    story = scenario_from_text(HEAD % '"111122223333"' + steps).play()
    expected = [datetime(2026, 3, 2, 9, 15, tzinfo=UTC), datetime(2026, 3, 3, 0, 30, 10, tzinfo=UTC)]
    assert [step.clock for step in story.steps] == expected


def test_condition_keys_of_a_step_may_be_written_as_truth_numbers_and_lists() -> None:
    steps = """story:
  - at: 09:15
    who: Ana
    call: sts:GetCallerIdentity
    context: {"aws:MultiFactorAuthPresent": true, "aws:MultiFactorAuthAge": 5, "aws:CalledVia": [a, 7]}
    title: A
    caption: a
"""
    (step,) = scenario_from_text(HEAD % '"111122223333"' + steps).play().steps
    assert step.decision is not None
    values = step.decision.request.values
    assert values["aws:multifactorauthpresent"] == ("true",)
    assert values["aws:multifactorauthage"] == ("5",)
    assert values["aws:calledvia"] == ("a", "7")


def test_a_policy_may_be_written_as_yaml_also_in_a_step() -> None:
    steps = """story:
  - at: 09:15
    who: admin:111122223333
    call: iam:PutUserPolicy
    with:
      UserName: ana
      PolicyName: list
      PolicyDocument: {Statement: {Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*"}}
    title: A
    caption: a
  - {at: 09:16, who: Ana, call: "s3:ListBuckets", title: B, caption: "{Ana} is {allowed}"}
"""
    story = scenario_from_text(HEAD % '"111122223333"' + steps).play()
    assert [step.outcome for step in story.steps] == ["none", "allowed"]
