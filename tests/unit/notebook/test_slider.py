"""The slider: one picture at a time, without a script; what it refuses to hold."""

from __future__ import annotations

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError
from iamviz.pictures.picture import Picture
from tests import hostile
from tests.unit.pictures.reading import Reading


def pictures(count: int) -> dict[str, Picture]:
    return {f"{number:02}:00": Picture(f"<p>picture {number}</p>", f"picture {number}") for number in range(count)}


def test_each_picture_has_a_chip_a_radio_and_a_pane_in_their_order() -> None:
    reading = Reading(iv.slider(pictures(3)).picture.html)
    assert [e.attributes["aria-label"] for e in reading.tagged("input")] == [
        "Time: 00:00",
        "Time: 01:00",
        "Time: 02:00",
    ]
    panes = reading.with_class("iv-frame")
    assert [e.attributes["aria-label"] for e in panes] == ["Time: 00:00", "Time: 01:00", "Time: 02:00"]
    assert ["picture 1" in pane.text for pane in panes] == [False, True, False]
    ids = {e.attributes["id"] for e in reading.tagged("input")}
    assert {e.attributes["for"] for e in reading.tagged("label")} == ids


def test_the_rules_of_every_picture_come_along(story: iv.Story) -> None:
    now = story.steps[4].after
    made = iv.slider({"lock": iv.lock(story.steps[2].decision, now), "map": iv.map(now)}, "Drawn as").picture
    assert {"lock", "map", "clock", "frame"} <= made.components
    assert made.steps == 2


def test_the_text_tells_all_of_them() -> None:
    assert iv.slider(pictures(2), "Hour").picture.text == "Hour: 00:00\npicture 0\nHour: 01:00\npicture 1"


@pytest.mark.parametrize("count", [0, 1, 25])
def test_a_slider_has_two_to_twenty_four_pictures(count: int) -> None:
    with pytest.raises(PictureError, match=f"2 to 24 pictures, not {count}"):
        iv.slider(pictures(count))


def test_what_is_no_still_picture_is_told(story: iv.Story) -> None:
    with pytest.raises(PictureError, match="the slider shows pictures; 'b' is str"):
        iv.slider({"a": pictures(1)["00:00"], "b": "<p>"})  # type: ignore[dict-item]
    with pytest.raises(PictureError, match="'b' has controls of its own"):
        iv.slider({"a": pictures(1)["00:00"], "b": iv.clock(story).picture})


@pytest.mark.parametrize("name", hostile.MARKS)
def test_a_hostile_label_stays_text(name: str) -> None:
    first, second = pictures(2).values()
    reading = Reading(iv.slider({name: first, f"{name}2": second}, name).picture.html)
    assert {e.tag for e in reading.elements} == {"div", "input", "ol", "ul", "li", "label", "span", "p"}
