"""The clock: which instants there are, and that each answer is the engine's at that instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import iamviz as iv
from iamviz.pictures.clock import Clock
from iamviz.pictures.errors import PictureError
from iamviz.pictures.instants import MOST_INSTANTS, instants, probes_of
from iamviz.world.world import World
from tests.unit.pictures.reading import Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
ROLE = "arn:aws:iam::222233334444:role/StagingEngineer"


def answers(made: Clock, who: str, action: str, resource: str = LOGO) -> dict[str, str]:
    """The outcome of one probe by clock time."""
    index = next(k for k, p in enumerate(made.probes) if (p.who, p.action, p.resource) == (who, action, resource))
    return {time: row[index].outcome for time, row in zip(made.times(), made.answers, strict=True)}


def test_instants_are_the_steps_the_expiries_and_the_minutes_before(story: iv.Story) -> None:
    assert [i.moment.strftime("%H:%M") for i in instants(story)] == (
        "09:00 09:10 09:15 09:16 09:20 09:30 09:40 09:59 10:00 10:02 10:03 10:10 10:46 10:47".split()
    )
    assert [i.title for i in instants(story)][7:9] == [
        "a minute before session ana ends",
        "It expires; session ana ends",
    ]


def test_each_step_is_answered_at_its_time_as_it_was_then(story: iv.Story) -> None:
    made = Clock.of(story)
    for step in story.steps:
        if step.call is None or step.call.service == "iam" or step.issued is not None:
            continue
        resource = f"arn:aws:s3:::{step.call.params['Bucket']}/logo.png"
        time = step.clock.strftime("%H:%M")
        assert answers(made, step.call.actor, step.call.operation, resource)[time] == step.outcome, step.number


def test_what_lives_and_dies_is_seen_at_the_right_minute(story: iv.Story) -> None:
    reads = answers(Clock.of(story), "staging", "s3:GetObject")
    assert {time: reads[time] for time in ("09:10", "09:15", "09:59", "10:00", "10:02", "10:46", "10:47")} == {
        "09:10": "noSession",
        "09:15": "allowed",
        "09:59": "allowed",
        "10:00": "ExpiredToken",
        "10:02": "allowed",
        "10:46": "allowed",
        "10:47": "ExpiredToken",
    }
    assumes = answers(Clock.of(story), "Ana", "sts:AssumeRole", ROLE)
    assert (assumes["09:00"], assumes["09:10"], assumes["10:47"]) == ("implicitDeny", "allowed", "allowed")


def test_asking_leaves_the_story_as_it_was(story: iv.Story) -> None:
    before = story.to_json()
    iv.clock(story)
    assert story.to_json() == before


def test_probes_of_ones_own(story: iv.Story) -> None:
    probes = [
        ("staging", "s3:PutObject", LOGO),
        ("user:111122223333/ben", "s3:GetObject", LOGO),
        story.steps[4],
        (ROLE, "s3:GetObject", LOGO),
    ]
    made = Clock.of(story, probes)
    assert set(answers(made, ROLE, "s3:GetObject").values()) == {"allowed"}
    assert answers(made, "staging", "s3:PutObject")["09:20"] == "implicitDeny"
    assert len(made.probes) == 4


def test_a_misspelt_name_is_told(story: iv.Story) -> None:
    with pytest.raises(
        PictureError, match="nobody in this story is called 'stagng'; labels and profiles: Ana, Ben, staging"
    ):
        iv.clock(story, [("stagng", "s3:GetObject", LOGO)])
    with pytest.raises(PictureError, match="a probe is a call, a step, or"):
        iv.clock(story, ["s3:GetObject"])  # type: ignore[list-item]
    with pytest.raises(PictureError, match=r"step 4 .* makes no call"):
        iv.clock(story, [story.steps[3]])
    with pytest.raises(PictureError, match="at least one step"):
        iv.clock(iv.Story(World(datetime(2026, 3, 2, 9, tzinfo=UTC))))


def test_a_long_story_keeps_its_ends_and_expiries() -> None:
    start = iv.play("staging_bucket").world  # with a session that is over, and one that lives until 10:47
    story = iv.Story(start, "Long")
    for minute in range(60):
        at = start.now + timedelta(minutes=minute)
        story.perform(iv.Call("Ana", "s3:GetObject", {"Bucket": "staging-assets", "Key": "logo.png"}, at))
    found = instants(story, probes_of(story, [("staging", "s3:GetObject", LOGO)]))
    assert len(found) == MOST_INSTANTS
    assert [i.moment for i in found] == sorted({i.moment for i in found})
    assert {story.steps[0].clock, story.steps[-1].clock} <= {i.moment for i in found}
    assert any("ends" in i.title for i in found)


def test_the_page_tells_what_the_clock_knows(story: iv.Story) -> None:
    component = iv.clock(story)
    reading = Reading(component.picture.html)
    panes = reading.with_class("iv-frame")
    assert len(panes) == len(reading.tagged("input")) == 14
    assert [e.attributes["aria-label"] for e in reading.tagged("input")][2] == "09:15: She assumes it"
    outcomes = [e.attributes["data-outcome"] for e in reading.elements if "data-outcome" in e.attributes]
    assert outcomes == [answer.outcome for row in Clock.of(story).answers for answer in row]
