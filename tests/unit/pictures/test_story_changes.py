"""What a step changed is told: in the map, in the frame, line by line."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import iamviz as iv
from iamviz.pictures.story_changes import PolicyChange, changed_policies, changes_of
from iamviz.pictures.story_frames import frames
from iamviz.pictures.story_map import story_map
from iamviz.story.story import Step

from .reading import Reading
from .test_crowds import IDENTITY, MAY_ASSUME, STAGING, TRUST, world


def company() -> iv.World:
    groups = [{"name": "Engineers", "policies": [{"name": "Assume", "document": json.dumps(MAY_ASSUME)}]}]
    return world(
        {"id": IDENTITY, "name": "identity", "users": [{"name": "ana", "label": "Ana"}], "groups": groups},
        {"id": STAGING, "name": "staging", "roles": [{"name": "Engineer", "trust": json.dumps(TRUST)}]},
    )


def performed(*calls: iv.Call) -> iv.Story:
    story = iv.Story(company(), "Changes")
    for call in calls:
        result = story.perform(call, title="A change", caption="It changes.")
        assert result.ok, result.error
    return story


ADMIN = f"admin:{IDENTITY}"
JOIN = iv.Call(ADMIN, "iam:AddUserToGroup", {"UserName": "ana", "GroupName": "Engineers"})
TAG = iv.Call(ADMIN, "iam:TagUser", {"UserName": "ana", "Tags": [{"Key": "team", "Value": "blue"}]})
PUT = iv.Call(
    ADMIN,
    "iam:PutUserPolicy",
    {"UserName": "ana", "PolicyName": "Reads", "PolicyDocument": json.dumps(MAY_ASSUME, indent=1)},
)
ANA = f"arn:aws:iam::{IDENTITY}:user/ana"


def only(step: Step) -> tuple[str, ...]:
    return changes_of(step)[ANA]


def test_memberships_tags_and_policies_are_told() -> None:
    steps = performed(JOIN, TAG, PUT).steps
    assert only(steps[0]) == ("+ group Engineers",)
    assert only(steps[1]) == ("+ tag team=blue",)
    assert only(steps[2]) == ("inline policies",)
    assert [change.label for change in changed_policies(steps[2])] == ["Reads"]


def test_a_membership_is_a_hairline_from_its_step_on() -> None:
    story = performed(TAG, JOIN)
    edge = next(edge for edge in story_map(story).edges if edge.kind == "member")
    assert (edge.source, edge.first_step) == (ANA, 2)


def test_the_frame_marks_what_is_new_and_the_map_has_a_badge() -> None:
    story = performed(JOIN, TAG)
    first = Reading(frames(story, "x")[0])
    quoted = [e.text for e in first.elements if e.tag == "span" and "l" in e.classes]
    assert any("group Engineers" in text and "+" in text for text in quoted)
    titles = [e.text for e in first.tagged("title")]
    assert any(text.endswith("changed now: + group Engineers") for text in titles)


def test_a_deny_that_is_added_is_not_drawn_in_the_colour_of_yes() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    params = {"UserName": "ana", "PolicyName": "No", "PolicyDocument": json.dumps(deny, indent=1)}
    frame = Reading(frames(performed(iv.Call(ADMIN, "iam:PutUserPolicy", params)), "x")[0])
    marked = [e for e in frame.elements if {"l", "b"} <= e.classes]
    assert marked
    assert not any("c-allow" in element.classes for element in marked)


def test_a_request_tells_the_statement_that_decided() -> None:
    story = iv.play("staging_bucket")
    titles = {edge.step: edge.title for edge in story_map(story).edges if edge.kind == "request"}
    assert titles[5] == "s3:GetObject: allowed; ReadStagingAssets, ReadOneBucket, line 4"
    assert "denied: nothing says yes; nearest: ReadStagingAssets, ReadOneBucket, line 4: Action differs" in titles[6]
    assert "denied: a statement says no" in titles[7]


lines = st.lists(st.sampled_from(['"a"', '"b",', '"c"', "  ]", "x"]), max_size=8)


@given(lines, lines)
def test_changed_lines_are_in_the_texts_and_numbers_are_true(old: list[str], new: list[str]) -> None:
    def policy(inside: list[str]) -> iv.Policy:
        source = "\n".join(["{", *inside, "}"])
        return replace(iv.Policy.parse({"Statement": MAY_ASSUME["Statement"]}), source=source)

    before, after = policy(old), policy(new)
    for number, sign, line in PolicyChange(before, after).lines():
        assert sign in ("", "+", "-")
        if number is None:
            assert any(line in text for text in before.lines)
        else:
            assert after.lines[number - 1].strip() == line.strip()
    changed = [sign for _, sign, _ in PolicyChange(before, after).lines() if sign]
    assert bool(changed) == ([x.strip(" ,") for x in old] != [x.strip(" ,") for x in new])


def test_a_bet_on_what_aws_simply_answers_is_won_by_allowed() -> None:
    """No policy is asked, so the outcome is no verdict; yet who bets that it works is right."""
    story = iv.Story(company(), "A bet")
    assert story.perform(JOIN, title="She joins", caption="She joins the group.", bet="Does it work?").outcome == "none"
    html = frames(story, "x")[0]
    right, wrong = re.findall(r'data-iv-bet="(right|wrong)".*?</label>', html)
    assert (right, wrong) == ("right", "wrong")
    assert re.search(r'id="x-bet-1-a" data-iv-bet="right"><label.*?Allowed</label>', html)
    # Whoever hears the page is not told before the bet either.
    assert '<p class="sr iv-verdict iv-after-b" data-outcome="none">' in html
