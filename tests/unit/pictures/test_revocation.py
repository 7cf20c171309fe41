"""Sessions that were revoked, and what frames tell of credentials, conditions and the metadata address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from iamviz.calls.command_line import command_line
from iamviz.calls.model import Call
from iamviz.exercises import exercise
from iamviz.loading import load, play
from iamviz.pictures.clock import Clock
from iamviz.pictures.revocation import revocations
from iamviz.pictures.story_frames import lifelines_picture
from iamviz.pictures.story_parts import answer_html, extra_html, life_rows, time_range
from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.story import Story
from iamviz.world.world import World

DEPLOY = "arn:aws:iam::444455556666:role/Deploy"
DENY = '{"Statement": {"Effect": "%s", "Action": "*", "Resource": "*", "Condition": {%s}}}'


def test_the_latest_revocation_of_a_role_counts_from_its_moment_on() -> None:
    steps = play("key_leaked").steps
    assert revocations(steps[6].after) == {}
    assert revocations(steps[7].after) == {DEPLOY: datetime(2026, 3, 2, 9, 40, tzinfo=UTC)}


def _with(effect: str, condition: str) -> World:
    world = load("key_leaked")
    policy = Policy.parse(DENY % (effect, condition), PolicyKind.IDENTITY, name="x")
    return world.with_role(replace(world.role(DEPLOY), inline=(policy,)))


@pytest.mark.parametrize(
    ("effect", "condition"),
    [
        ("Allow", '"DateLessThan": {"aws:TokenIssueTime": "2026-03-02T08:00:00Z"}'),
        ("Deny", '"DateGreaterThan": {"aws:TokenIssueTime": "2026-03-02T08:00:00Z"}'),
        ("Deny", '"DateLessThan": {"aws:CurrentTime": "2026-03-02T08:00:00Z"}'),
        ("Deny", '"DateLessThan": {"aws:TokenIssueTime": "2026-03-02T10:00:00Z"}'),
        ("Deny", '"DateLessThan": {"aws:TokenIssueTime": "soon"}'),
        (
            "Deny",
            '"DateLessThan": {"aws:TokenIssueTime": "2026-03-02T08:00:00Z"}, "Bool": {"aws:SecureTransport": "true"}',
        ),
    ],
)
def test_what_is_no_revocation_now(effect: str, condition: str) -> None:
    assert revocations(_with(effect, condition)) == {}
    assert revocations(_with("Deny", '"DateLessThan": {"AWS:tokenissuetime": "2026-03-02T08:00:00Z"}'))


def test_lifelines_are_cut_on_the_row_of_the_revoked_role_only() -> None:
    story = play("key_leaked")
    assert [row.cut for row in life_rows(story, story.steps[9])] == [False, True, True]
    text = lifelines_picture(story, 10).text
    assert "revoked 09:40" in text
    assert "backup-job (Deploy · given 1 h, role allows 1 h): from 09:02, revoked" in text
    assert "ben (Deploy · given 1 h, role allows 1 h): from 09:45, until 10:45" in text


def test_every_session_that_a_story_issues_has_its_row_also_one_that_never_acts() -> None:
    story = play("chain")
    assert [row.name for row in life_rows(story, story.steps[-1])] == ["Hub/ana", "Deploy/ana", "again"]
    once = play("staging_bucket")
    assert [row.name for row in life_rows(once, once.steps[-1])] == ["ana", "ana"], "one role: its name tells nothing"


def test_a_bar_says_asked_only_where_a_duration_was_asked_for() -> None:
    story = Story(play("two_coats").start)
    wish = {"RoleArn": "arn:aws:iam::222233334444:role/StagingReader", "RoleSessionName": "brief"}
    story.perform(Call("Ana", "sts:AssumeRole", {**wish, "DurationSeconds": 900}))
    story.perform(Call("Ana", "sts:AssumeRole", {**wish, "RoleSessionName": "usual"}))
    shown = [(row.name, row.detail) for row in life_rows(story, story.steps[-1])]
    assert shown == [("brief", "asked 15 min, role allows 1 h"), ("usual", "given 1 h, role allows 1 h")]


def test_a_few_sessions_that_were_there_before_are_drawn() -> None:
    story = exercise("puzzle_drill").story
    assert story is not None
    rows = life_rows(story, story.steps[-1])
    assert [(row.name, row.cut) for row in rows] == [("ana", True), ("backup-job", True)]


def test_many_sessions_that_were_there_before_and_do_nothing_are_not_drawn() -> None:
    story = play("five_thousand")
    assert len(story.world.sessions) == 5001
    assert [row.name for row in life_rows(story, story.steps[-1])] == ["ana", "ben"]


def test_a_role_that_allows_twelve_hours_does_not_squeeze_one_hour_into_a_corner() -> None:
    start, end = time_range(play("the_clock"))
    assert end - start <= timedelta(hours=3)


def test_secrets_that_the_metadata_address_hands_out_are_not_shown() -> None:
    step = play("capital_one").steps[1]
    assert step.result is not None
    assert step.result.value is not None
    html = answer_html(step)
    assert step.result.value["SecretAccessKey"] not in html
    assert step.result.value["Token"] not in html
    assert "security-credentials/WafRole" in html


def test_the_line_for_imdsv2_brings_the_token() -> None:
    call = Call("web:stranger", "imds:GetCredentials", {"Instance": "waf", "Token": True})
    address = "http://169.254.169.254/latest/meta-data/iam/security-credentials/WafRole"
    assert command_line(load("capital_one"), call) == f"curl -H 'X-aws-ec2-metadata-token: TOKEN' {address}"


def test_a_refused_door_shows_the_condition_that_differs_unless_a_bet_is_open() -> None:
    steps = play("turnstile").steps
    text = re.sub("<[^>]*>", "", extra_html(steps[6]))
    assert "aws:SourceIpIpAddress203.0.113.0/24198.51.100.7differs" in text
    bet = extra_html(next(step for step in steps if step.bet and step.call and step.call.service == "sts"))
    assert bet.startswith('<div class="iv-after-b">')


def test_the_clock_shows_the_revocation_from_its_moment_on() -> None:
    made = Clock.of(play("key_leaked"))
    panes = zip(made.instants, made.lives, strict=True)
    shown = {instant.moment.strftime("%H:%M"): "revoked" in life for instant, life in panes}
    assert {time: told for time, told in shown.items() if told != (time >= "09:40")} == {}
    assert set(shown.values()) == {True, False}


def test_the_key_of_lifelines_explains_what_they_show_and_no_more() -> None:
    story = play("key_leaked")
    assert "tokens issued earlier are refused" in lifelines_picture(story, 10).html
    early = lifelines_picture(story, 1).html
    assert "left</li>" in early
    assert "over: expired" not in early
    assert "revoked" not in early
