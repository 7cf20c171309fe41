"""The style rules: few, whole, and only those that a picture needs."""

from __future__ import annotations

import re

import pytest

from iamviz import pictures as pic
from iamviz.pictures.css import minify

from .samples import every_picture, stepper

BUDGET = 10_000
ELSEWHERE = {"asked", "bench", "bets", "chapters", "clock", "explorer", "live", "mid", "notes", "predict"}
"""Sheets of components that are no primitives of this package and have tests of their own."""
IN_A_FRAME = ("map", "lock", "gates", "quote", "answer", "lifelines", "card", "conditions", "frame")


def test_a_stepper_of_eleven_steps_stays_within_its_budget() -> None:
    assert len(pic.css_for(IN_A_FRAME, 11).encode()) <= BUDGET
    assert len(pic.css_for(pic.FRAME_COMPONENTS, 11).encode()) <= BUDGET


@pytest.mark.parametrize("component", pic.COMPONENTS)
def test_a_single_picture_brings_little(component: str) -> None:
    assert len(pic.css_for([component], 11 if component == "frame" else 0).encode()) < 6_500


def test_braces_match_and_nothing_is_loaded() -> None:
    css = pic.css_for(pic.COMPONENTS, 24)
    without_strings = re.sub(r'"[^"]*"', "", css)
    depth = 0
    for character in without_strings:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert "url(" not in css
    assert "@import" not in css
    assert "/*" not in css
    assert "\n" not in css


def test_the_host_chooses_the_theme_and_each_value_is_stated_once() -> None:
    css = pic.css_for([])
    assert "color-scheme:light dark" in css
    for host in ("[data-jp-theme-light=true] .iamviz", "[data-theme=light] .iamviz", ".iamviz[data-iv=light]"):
        assert host in css
        assert re.search(re.escape(host) + r"[^{}]*\{color-scheme:light\}", css)
        dark = host.replace("true", "false") if "jp" in host else host.replace("=light", "=dark")
        assert re.search(re.escape(dark) + r"[^{}]*\{color-scheme:dark\}", css)
    assert "--iv-bg:var(--jp-layout-color0)" in css
    assert css.count("--iv-ink3:") == 1
    assert css.count("#56b4e9") == 1


def test_every_rule_stays_inside_a_picture() -> None:
    css = re.sub(r'"[^"]*"', "", pic.css_for(pic.COMPONENTS, 3))
    depth, top, start = 0, [], 0
    for place, character in enumerate(css):
        if character == "{":
            if depth == 0:
                top.append(css[start:place])
            depth += 1
        elif character == "}":
            depth -= 1
            start = place + 1
    assert all(".iamviz" in selector or selector == "@media print" for selector in top), top


def test_states_are_written_for_exactly_the_steps() -> None:
    assert ":nth-child(9)~*>:nth-child(9)" in pic.css_for(["frame"], 9)
    assert ":nth-child(10)" not in pic.css_for(["frame"], 9)
    assert "~*>:nth-child" not in pic.css_for(["frame"])


def test_components_are_found_in_markup() -> None:
    found = {name: pic.components_in(html) for name, html in every_picture("x").items()}
    assert found["map"] == {"map"}
    assert found["locks"] == {"locks"}
    assert found["card"] == {"card", "cards"}
    assert found["stepper"] == {"map", "quote", "answer", "lifelines", "frame"}
    assert frozenset().union(*found.values()) == set(pic.COMPONENTS) - {"tabular"} - ELSEWHERE


def test_what_a_sheet_rests_on_comes_along() -> None:
    assert "border-collapse" in pic.css_for(["conditions"])
    assert "border-collapse" not in pic.css_for(["map"])


def test_style_tag_says_what_it_holds() -> None:
    tag = pic.style_tag(["lock", "map"], 4)
    assert tag.startswith('<style class="iv-style" data-iv="lock map" data-steps="4">.iamviz{')
    assert tag == pic.style_tag({"map", "lock"}, 4)


def test_a_sheet_in_a_notebook_speaks_of_its_own_picture_only() -> None:
    def scope(*components: str) -> str:
        return re.findall(r'class="iamviz (iv-[0-9a-f]{6})"', pic.root("", components))[0]

    assert f".iamviz.{scope('lock', 'map')}.{scope('map', 'lock')}{{" in pic.style_tag(["map", "lock"])
    assert ".iamviz.iamviz" not in pic.style_tag(["map", "lock"]).replace(".iamviz.iamviz{color-scheme", "")
    assert len({scope("map"), scope("lock"), scope("map", "lock")}) == 3


def test_wrong_names_and_numbers_are_refused() -> None:
    with pytest.raises(pic.PictureError, match="no style sheet for wheel"):
        pic.css_for(["wheel"])
    with pytest.raises(pic.PictureError, match="steps"):
        pic.css_for([], -1)


def test_minify_keeps_strings() -> None:
    assert minify('/* x */ a > b { content: "⇤  x"; color: red; }\n') == 'a>b{content:"⇤  x";color:red}'


def test_every_class_in_the_markup_is_known_or_a_hook() -> None:
    css = pic.css_for(set(pic.COMPONENTS) - ELSEWHERE, 2)
    styled = set(re.findall(r"\.([a-z][\w-]*)", css))
    used: set[str] = set()
    for html in [*every_picture("x").values(), stepper("x", 2)]:
        for value in re.findall(r'class="([^"]*)"', html):
            used.update(value.split())
    dead = {name for name in styled - used if not name.startswith(("iamviz", "sr"))}
    assert dead <= {"iv-map-wide", "x"}, f"rules for nothing: {dead}"
