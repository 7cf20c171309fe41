"""Predict: what is asked, which answers are right, and that nothing is told before the bets."""

from __future__ import annotations

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError
from tests.unit.pictures.reading import Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
ROLE = "arn:aws:iam::222233334444:role/StagingEngineer"


def choices(card: iv.notebook.Predict) -> list[tuple[str, str]]:
    """Each label with what its radio says of itself, in order."""
    reading = Reading(card.picture.html)
    said = {e.attributes["id"]: e.attributes["data-iv-bet"] for e in reading.tagged("input")}
    return [(e.text, said[e.attributes["for"]]) for e in reading.tagged("label")]


RIGHT = {
    0: ("Denied", "Identity policy: MayAssumeStagingEngineer", "Resource policy: none attached"),
    2: ("Allowed", "Identity policy: MayAssumeStagingEngineer", "Trust policy of StagingEngineer"),
    4: ("Allowed", "Identity policy: ReadStagingAssets"),
    5: ("Denied", "Identity policy: ReadStagingAssets"),
    6: ("Denied", "Resource policy: bucket policy of prod-assets"),
    7: ("Denied", "No policy: something else settles it"),
}


@pytest.mark.parametrize("index", sorted(RIGHT))
def test_the_right_answers_are_the_engines(story: iv.Story, index: int) -> None:
    card = iv.predict(story.steps[index])
    assert tuple(text for text, bet in choices(card) if bet == "right") == RIGHT[index]


def test_each_choice_of_a_bet_is_one_group(story: iv.Story) -> None:
    reading = Reading(iv.predict(story.steps[5]).picture.html)
    groups = [field.text for field in reading.tagged("legend")]
    assert groups == ["Your bet: may her session delete it?", "Because of which policy?"]
    names = [e.attributes["name"] for e in reading.tagged("input")]
    assert len(set(names)) == 2
    assert not any("checked" in e.attributes for e in reading.tagged("input"))


@pytest.mark.parametrize("index", sorted(RIGHT))
def test_nothing_outside_of_the_veils_gives_the_answer_away(story: iv.Story, index: int) -> None:
    html = iv.predict(story.steps[index]).picture.html
    reading = Reading(html)
    visible = [e for e in reading.elements if {"iv-verdict"} & e.classes]
    assert len(visible) == 1
    assert visible[0].text in "".join(e.text for e in reading.with_class("iv-veil"))
    # The label of a map is heard before the bet.
    labels = [e.attributes["aria-label"] for e in reading.with_class("iv-map")]
    assert not [label for label in labels if "denied" in label or "allowed" in label]


def test_a_caption_that_goes_on_behind_its_verdict_is_not_shown_before(story: iv.Story) -> None:
    assert "the same read now fails" not in iv.predict(story.steps[7]).picture.html


def test_a_decision_alone_can_be_asked(story: iv.Story) -> None:
    world = story.steps[4].after
    decision = iv.ask(world, "staging", "s3:PutObject", LOGO)
    card = iv.predict(decision, "May she overwrite it?", because="Nothing lists PutObject.", world=world)
    text = card.picture.text
    assert text.startswith(f"09:20  ana asks for s3:PutObject on {LOGO}\n  May she overwrite it?")
    assert "Nothing lists PutObject." in card.picture.html
    assert ("Denied", "right") in choices(card)
    assert "09:20" not in iv.predict(decision).picture.text


def test_root_needs_no_policy(story: iv.Story) -> None:
    decision = iv.ask(story.world, "root:222233334444", "s3:DeleteObject", LOGO)
    right = [text for text, bet in choices(iv.predict(decision)) if bet == "right"]
    assert right == ["Allowed", "No policy: something else settles it"]


def test_the_verdict_alone_is_one_bet(story: iv.Story) -> None:
    card = iv.predict(story.steps[5], policies=False)
    assert [text for text, _ in choices(card)] == ["Allowed", "Denied"]
    assert "which policy" not in card.picture.text


def test_the_answer_is_told_on_request_only(story: iv.Story) -> None:
    card = iv.predict(story.steps[5])
    assert card.answer == "denied: nothing says yes. The role's policy lists GetObject and ListBucket, nothing else."
    assert card.answer not in card._repr_mimebundle_()["text/plain"]


def test_what_asks_nothing_cannot_be_bet_on(story: iv.Story) -> None:
    with pytest.raises(PictureError, match=r"step 4 .* asks AWS for no permission"):
        iv.predict(story.steps[3])
    with pytest.raises(PictureError, match="step 2"):
        iv.predict(story.steps[1])
    with pytest.raises(PictureError, match="not str"):
        iv.predict("step")  # type: ignore[arg-type]


def test_a_policy_that_stands_on_several_levels_is_quoted_once() -> None:
    world = iv.play("fence").start
    asked = iv.ask(world, "Ben", "sts:AssumeRole", "arn:aws:iam::444455556666:role/Audit")
    quoted = [e.text for e in Reading(iv.predict(asked, world=world).picture.html).tagged("summary")]
    assert quoted.count("SCP: FullAWSAccess") == 1
