"""Frames, the stepper and the bet: names, links between radios and labels, and what waits behind a bet."""

from __future__ import annotations

import re

import pytest

import iamviz as iv
from iamviz import pictures as pic
from iamviz.pictures.frame import chapters, rail_length
from iamviz.pictures.story_frames import frame_views

from .reading import Reading
from .samples import frame, stepper


def test_radios_are_named_and_grouped() -> None:
    reading = Reading(stepper("Ana", 3))
    group = reading.with_class("iv-stepper")[0]
    assert (group.tag, group.attributes["role"], group.attributes["aria-label"]) == ("div", "radiogroup", "Ana")
    radios = [e for e in reading.tagged("input") if e.attributes["name"] == "ana"]
    assert [e.attributes["aria-label"] for e in radios] == [f"Step {k} of 3: Ana {k}" for k in (1, 2, 3)]
    assert [e.attributes["id"] for e in radios] == ["ana-step-1", "ana-step-2", "ana-step-3"]
    assert not any("checked" in e.attributes for e in radios), "a link to a step counts until one is chosen"


def test_the_nav_reads_first_prev_next_last_and_leads_there() -> None:
    reading = Reading(stepper("Ana", 3))
    navs = reading.with_class("iv-nav")
    assert [nav.text for nav in navs] == [
        "FirstPrev1 of 3 · next: Ana 2NextLast",
        "FirstPrev2 of 3 · next: Ana 3NextLast",
        "FirstPrev3 of 3NextLast",
    ]
    targets = [(e.text, e.attributes["for"]) for e in reading.tagged("label") if e.classes & set("fpnz")]
    assert targets == [
        ("Next", "ana-step-2"),
        ("Last", "ana-step-3"),
        ("First", "ana-step-1"),
        ("Prev", "ana-step-1"),
        ("Next", "ana-step-3"),
        ("Last", "ana-step-3"),
        ("First", "ana-step-1"),
        ("Prev", "ana-step-2"),
    ]
    assert [e.text for e in reading.with_class("off")] == ["First", "Prev", "Next", "Last"]


def test_every_label_leads_to_a_radio_and_no_id_comes_twice() -> None:
    reading = Reading(stepper("Ana", 4))
    ids = [e.attributes["id"] for e in reading.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {e.attributes["for"] for e in reading.tagged("label")} <= set(ids)


def test_radios_come_first_so_that_the_style_rules_count_right() -> None:
    reading = Reading(stepper("Ana", 3))
    children = [e for e in reading.elements if e.path == ("div",)]
    assert [e.tag for e in children] == ["input", "input", "input", "ul", "ol"]
    assert [e.attributes["aria-label"] for e in reading.with_class("iv-frame")] == [
        "Step 1 of 3",
        "Step 2 of 3",
        "Step 3 of 3",
    ]


def test_a_frame_alone_has_no_nav() -> None:
    reading = Reading(frame("Ana", 2, 9, None, ()))
    assert not reading.with_class("iv-nav")
    assert reading.with_class("iv-caption")[0].text == "Ana reads and is Ana."
    assert reading.elements[0].attributes["aria-label"] == "Step 2 of 9"


def test_frames_of_a_stepper_are_a_list_that_reads_without_styles() -> None:
    html = pic.stepper_html("a", "t", ["one", "two"], [frame("Ana", n, 2, "a", ("one", "two")) for n in (1, 2)])
    listed = re.search(r'<ol class="iv-frames">(.*)</ol></div>', html)
    assert listed
    assert listed[1].startswith('<li class="iv-frame')
    assert re.findall(r"<li class=.iv-frame", listed[1]) == ['<li class="iv-frame'] * 2


def test_parts_that_are_empty_leave_no_trace() -> None:
    html = pic.frame_html(pic.FrameView(1, 1, "", "A sentence."))
    assert html == (
        '<article class="iv-frame" aria-label="Step 1 of 1"><header class="hd"><p class="iv-caption">A sentence.</p>'
        "</header></article>"
    )


def test_bet_commits_before_it_reveals() -> None:
    reading = Reading(pic.bet_html("b6", "May she?", "none", "Nothing says so."))
    radios = reading.tagged("input")
    assert [(e.attributes["id"], e.attributes["class"]) for e in radios] == [("b6-a", "ko"), ("b6-b", "ok")]
    assert [e.text for e in reading.tagged("label")] == ["Allowed", "Denied"]
    assert reading.with_class("hit")[0].attributes["data-t"] == "You called it. "
    assert reading.with_class("mis")[0].attributes["data-t"] == "Not this time. "
    assert not any("checked" in e.attributes for e in radios)
    revealed = reading.with_class("rv")[0]
    assert revealed.attributes["aria-live"] == "polite"
    assert revealed.text == "Nothing says so.", "where styles are dropped the reason stands there once"


@pytest.mark.parametrize(("truth", "right"), [("allow", "a"), ("none", "b"), ("deny", "b"), ("expired", "b")])
def test_bet_knows_the_truth(truth: pic.Mark, right: str) -> None:
    reading = Reading(pic.bet_html("b", "?", truth, ""))
    assert [e.attributes["id"] for e in reading.with_class("ok")] == [f"b-{right}"]


def test_what_waits_is_marked() -> None:
    reading = Reading(frame("Ana", 6, 9, None, ()))
    assert "has-bet" in reading.elements[0].classes
    assert reading.with_class("iv-veil")[0].text == " and is Ana"
    assert len(reading.with_class("iv-before")) == len(reading.with_class("iv-after")) == 2 * 2 + 2


def test_titles_and_frames_must_match() -> None:
    with pytest.raises(pic.PictureError, match="2 titles, 1 frames"):
        pic.stepper_html("a", "t", ["one", "two"], ["<article></article>"])
    with pytest.raises(pic.PictureError, match="needs a title"):
        pic.stepper_html("a", "t", [], [])


def test_a_long_chain_runs_from_top_to_bottom_everywhere() -> None:
    views = frame_views(iv.play("chain"), "chain")
    assert all("iv-map-wide" not in view.map_wide and not view.map_tall for view in views)
    short = frame_views(iv.play("two_coats"), "coats")
    assert all("iv-map-wide" in view.map_wide and "iv-map-tall" in view.map_tall for view in short)


def test_a_long_story_folds_into_chapters() -> None:
    for total, sizes in ((24, [24]), (25, [9, 8, 8]), (36, [12, 12, 12]), (37, [10, 9, 9, 9]), (100, [12] + [11] * 8)):
        parts = chapters(total)
        assert [len(part) for part in parts] == sizes
        assert [number for part in parts for number in part] == list(range(1, total + 1))
        assert rail_length(total) == max(sizes)


def test_chapters_have_rails_of_their_own_and_one_numbering() -> None:
    titles = [f"Title {k}" for k in range(1, 31)]
    views = [pic.FrameView(k, 30, "09:00", f"Sentence {k}.") for k in range(1, 31)]
    reading = Reading(pic.stepper_html("long", "Long", titles, [pic.frame_html(v, "long", titles) for v in views]))
    assert [e.text for e in reading.tagged("summary")] == [
        "Chapter 1: steps 1 to 10 · Title 1",
        "Chapter 2: steps 11 to 20 · Title 11",
        "Chapter 3: steps 21 to 30 · Title 21",
    ]
    radios = reading.tagged("input")
    assert [e.attributes["id"] for e in radios] == [f"long-step-{k}" for k in range(1, 31)]
    assert len({e.attributes["name"] for e in radios}) == 3
    assert radios[10].attributes["aria-label"] == "Step 11 of 30: Title 11"
    # Nobody is led into a chapter that is folded.
    number = {e.attributes["id"]: e.attributes["name"] for e in radios}
    for frame_, radio in zip(reading.with_class("iv-frame"), radios, strict=True):
        assert frame_.attributes["aria-label"] in radio.attributes["aria-label"]
    groups = [number[e.attributes["for"]] for e in reading.tagged("label")]
    assert groups == sorted(groups, key=[*dict.fromkeys(number.values())].index)


def test_one_click_selects_a_command() -> None:
    command = Reading(pic.answer("done", "allow", "aws s3 ls")).tagged("span")[1]
    assert command.text == "aws s3 ls"
    assert "data-iv-copy" in command.attributes
    assert command.attributes["style"] == "user-select:all"


def test_the_map_of_a_step_without_a_caption_is_named_by_its_title() -> None:
    story = iv.Story(iv.load("staging_bucket"), "One")
    story.perform(iv.Call("Ana", "s3:ListObjectsV2", {"Bucket": "staging-assets"}), "She looks")
    view = frame_views(story, "one")[0]
    assert 'aria-label="She looks"' in view.map_wide + view.map_tall
