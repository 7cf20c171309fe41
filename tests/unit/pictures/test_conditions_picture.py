"""The conditions of a decision as a picture: those of the statement that decided, else of the nearest miss."""

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError

STORY = iv.play("turnstile")


def test_a_refused_caller_sees_the_row_that_failed() -> None:
    decision = STORY.steps[6].decision
    assert decision is not None
    picture = iv.conditions(decision)
    assert "198.51.100.7" in picture.text
    assert [line.rpartition(": ")[2].partition(" (")[0] for line in picture.text.splitlines()[1:]] == [
        "matches",
        "differs",
        "matches",
    ]
    assert "iv-cond" in picture.html


def test_an_absent_key_is_absent_not_different() -> None:
    decision = STORY.steps[0].decision
    assert decision is not None
    assert "not in the request: absent" in iv.conditions(decision).text


def test_an_allowed_caller_sees_the_rows_that_matched() -> None:
    decision = STORY.steps[8].decision
    assert decision is not None
    assert "differs" not in iv.conditions(decision).text


def test_without_any_condition_there_is_nothing_to_draw() -> None:
    decision = iv.ask(iv.load("staging_bucket"), "Ana", "s3:GetObject", "arn:aws:s3:::staging-assets/logo.png")
    with pytest.raises(PictureError, match="has a condition"):
        iv.conditions(decision)
