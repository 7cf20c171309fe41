"""A bet on AssumeRole: until it is made, nothing in the frame shows how it comes out."""

import json
import re

import pytest

import iamviz as iv
from iamviz.pictures.request_map import request_map
from iamviz.pictures.story_frames import frame_views
from iamviz.pictures.story_map import story_map
from iamviz.pictures.story_parts import split_before_verdict, why_html
from iamviz.story.scenario import scenario_from_text

USER = "arn:aws:iam::111122223333:user/ana"


def story_of(principal: str) -> iv.Story:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    role = {"name": "Auditor", "trust": {"Version": "2012-10-17", "Statement": [statement]}}
    step = {
        "at": "09:00",
        "who": "Ana",
        "call": "sts:AssumeRole",
        "with": {"RoleArn": "arn:aws:iam::111122223333:role/Auditor", "RoleSessionName": "ana"},
        "title": "She asks",
        "caption": f"{{Ana}} asks for {{Auditor}}: {{{'allowed' if principal == USER else 'denied'}}}.",
        "bet": {"question": "May she?"},
    }
    users = [{"name": "ana", "label": "Ana"}]
    account = {"id": "111122223333", "name": "identity", "users": users, "roles": [role]}
    scenario = {"title": "A bet", "start": "2026-03-02T09:00Z", "accounts": [account], "story": [step]}
    return scenario_from_text(json.dumps(scenario)).play()


def before_the_bet(html: str) -> str:
    """The markup that shows while the bet is open: what waits for it is cut out."""
    cut = re.sub(r'<g class="[^"]*iv-after[^"]*".*?</g>(?=\s*<g class|\s*</svg>)', "", html, flags=re.DOTALL)
    return re.sub(r'<div class="iv-after">.*', "", cut, flags=re.DOTALL)


@pytest.mark.parametrize("principal", [USER, "arn:aws:iam::111122223333:root"])
def test_nothing_gives_the_answer_away(principal: str) -> None:
    (view,) = frame_views(story_of(principal), "bet")
    for html in (view.map_wide, view.map_tall, view.why_html, view.life_html):
        shown = before_the_bet(html)
        assert "v-allow" not in shown
        assert "v-none" not in shown
        assert "iv-lock" not in shown
        assert "iv-session" not in shown
        assert "may assume" not in shown
    assert "v-ask" in before_the_bet(view.map_wide)
    assert "AWS" in before_the_bet(view.why_html), "the trust policy is the evidence"


def test_afterwards_everything_shows() -> None:
    (view,) = frame_views(story_of(USER), "bet")
    assert "iv-session" in view.map_wide
    assert "iv-lock" in view.why_html
    assert "iv-life" in view.life_html


def test_the_question_is_no_part_of_the_map_in_words_or_as_a_plain_graph() -> None:
    story = story_of(USER)
    picture = iv.story_map(story)
    assert "assumes" not in picture.text
    assert "assumes" not in str(picture.digraph)
    assert sum(edge.is_question for edge in story_map(story).edges) == 1


def test_the_room_of_the_question_is_kept_in_every_frame() -> None:
    story = story_of(USER)
    story.perform(iv.Call("Ana", "sts:GetCallerIdentity"))
    first, second = frame_views(story, "bet")
    box = re.compile(r'viewBox="([^"]*)"')
    assert box.search(first.map_wide)[1] == box.search(second.map_wide)[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("Ana reads and is ", "Ana reads", " and is "),
        ("Ana may, but has not yet, and her read is ", "Ana may, but has not yet", ", and her read is "),
        ("Ana reads: ", "Ana reads", ": "),
        ("Ana is ", "Ana is ", ""),
    ],
)
def test_what_hides_ends_no_sentence_in_a_comma(text: str, shown: str, hidden: str) -> None:
    assert split_before_verdict(text) == (shown, hidden)


def test_of_sessions_with_one_name_the_one_that_asks_is_drawn() -> None:
    """Three sessions of Sensitive are named ana; each is drawn with its own time of issue, on each run."""
    world = iv.play("turnstile").world
    for profile in ("first", "hole", "office"):
        session = world.sessions[world.profiles[profile]]
        asked = iv.ask(world, profile, "s3:DeleteObject", "arn:aws:s3:::payroll/march.csv")
        assert f"issued {session.issued:%H:%M}" in request_map(asked, world).edges[0].verb


def test_a_bet_on_expired_credentials_is_drawn_and_tells_why_after_the_bet() -> None:
    """No policy settled such a step: the reason is that of the check before them."""
    story = iv.exam(3).story
    step = next(step for step in story.steps if step.outcome == "ExpiredToken")
    frame = frame_views(story, "exam")[step.number - 1]
    told = "The credentials expired at "
    assert step.decision is None
    assert frame.why_html.startswith('<div class="iv-after-b">')
    assert told in frame.why_html
    assert told in frame.bet


def test_a_reason_keeps_the_capitals_of_its_names() -> None:
    step = iv.play("capital_one").steps[8]
    assert step.decision is None
    assert "The instance answers only to IMDSv2" in why_html(step)
    assert why_html(step).startswith('<div class="iv-after-b">')
