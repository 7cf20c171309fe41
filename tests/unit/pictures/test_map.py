"""The map: what is drawn when, and that nothing moves."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from iamviz import pictures as pic
from iamviz.pictures import Map, MapEdge, MapNode
from iamviz.pictures.dot import render

from .reading import Element, Reading
from .samples import HOSTILE, all_kinds_map, story_map


def groups(svg: str, kind: str) -> list[Element]:
    return Reading(svg).with_class(kind)


def test_a_frame_is_a_filter_on_the_whole_story() -> None:
    map_ = story_map()
    svg = pic.paint(map_, 5)
    assert [g.attributes["data-node"] for g in groups(svg, "iv-node")] == [
        "Ana",
        "StagingEngineer",
        "ana",
        "staging-assets",
        "prod-assets",
    ]
    assert [g.attributes["data-step"] for g in groups(svg, "iv-edge")] == ["1", "2", "3", "5"]


def test_the_current_step_is_marked_and_so_is_what_it_touches() -> None:
    svg = pic.paint(story_map(), 5)
    now = [g.attributes.get("data-step") or g.attributes["data-node"] for g in groups(svg, "is-now")]
    assert sorted(now) == ["5", "5", "ana", "staging-assets"]  # the line, its label, both ends
    past = groups(svg, "is-past")
    assert {g.attributes["data-step"] for g in past if "iv-edge" in g.classes} == {"1", "2", "3"}


def test_focus_outlines_more() -> None:
    svg = pic.paint(story_map(), 5, focus=("ana",))
    assert "is-now" in next(g for g in groups(svg, "iv-node") if g.attributes["data-node"] == "Ana").classes


def test_the_whole_story_stresses_nothing() -> None:
    svg = pic.paint(story_map())
    assert not groups(svg, "is-now")
    assert len(groups(svg, "iv-edge")) == 9


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_nothing_moves_between_frames(direction: pic.map_model.Direction) -> None:
    map_ = story_map(direction=direction)
    seen: dict[str, set[str]] = {}
    sizes = set()
    for step in [*range(1, 10), None]:
        reading = Reading(pic.paint(map_, step))
        sizes.add(reading.elements[0].attributes["viewbox"])
        for index, element in enumerate(reading.elements):
            if element.classes & {"iv-node", "iv-edge"}:
                key = element.attributes.get("data-step") or element.attributes["data-node"]
                shape = reading.elements[index + 2]  # after the title
                place = shape.attributes.get("d") or shape.attributes["x"] + " " + shape.attributes["y"]
                if key != "ana":  # two sessions of one name
                    seen.setdefault(" ".join(sorted(element.classes & {"iv-node", "iv-edge"})) + key, set()).add(place)
    assert len(sizes) == 1
    assert len(seen) == 5 - 1 + 9 - 1  # step 9 has two edges
    assert {key for key, places in seen.items() if len(places) > 1} == {"iv-edge9"}


def test_states_of_a_session() -> None:
    ended = pic.paint(story_map(), 8, states={"s1": "ended"})
    ticket = next(g for g in groups(ended, "iv-session") if "iv-node" in g.classes)
    assert {"is-dead", "c-none"} <= ticket.classes
    assert "ended 10:00" in ticket.text
    alive = pic.paint(story_map(), 5, states={"s1": "fuse:.5"})
    assert "until 10:00" in alive
    lengths = [float(x) for x in re.findall(r'stroke="(?:var\(--iv-rule\)|#e69f00)" d="M[\d. ]+h([\d.]+)"', alive)]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=0.1)
    for wrong in ("dead", "fuse:", "fuse:2", "fuse:nan", "fuse:-1", ""):
        with pytest.raises(pic.PictureError, match="state"):
            pic.paint(story_map(), 5, states={"s1": wrong})


def test_edges_of_a_dead_session_fade() -> None:
    edges = {g.attributes["data-step"]: g.classes for g in groups(pic.paint(story_map(), 8), "iv-edge")}
    assert "is-dead" in edges["3"]
    assert "is-dead" not in edges["5"]


def test_the_head_tells_the_verdict() -> None:
    svg = pic.paint(story_map())
    heads: dict[str, str] = {}
    for chunk in svg.split('<g class="iv-edge')[1:]:
        step = re.search(r'data-step="(\d)"', chunk)
        body = chunk.split("</g>")[0]
        head = "bar" if 'class="bar"' in body else "ring" if "ring" in body else "tip" if "Z" in body else "open"
        heads.setdefault(step[1] if step else "", head)
    assert heads == {"1": "ring", "2": "open", "3": "tip", "5": "tip", "6": "ring", "7": "bar", "8": "ring", "9": "tip"}


def test_trust_is_dashed_and_a_request_is_not() -> None:
    by_kind = {
        kind: [c.split("</g>")[0] for c in pic.paint(story_map()).split("<g ") if f"iv-edge iv-{kind}" in c]
        for kind in ("trust", "request")
    }
    assert all("stroke-dasharray" in body for body in by_kind["trust"])
    assert not any("stroke-dasharray" in body for body in by_kind["request"])


def test_a_spoiler_holds_both_answers_and_tells_none_in_words() -> None:
    svg = pic.paint(story_map(), 6, spoiler=True)
    before = groups(svg, "iv-before")
    after = groups(svg, "iv-after")
    assert [("v-ask" in g.classes, g.attributes["data-step"]) for g in before] == [(True, "6"), (True, "6")]
    assert [("v-none" in g.classes) for g in after] == [True, True]
    assert "denied" not in before[0].text
    assert "denied" in after[0].text
    assert 'v-none c-none is-now"' not in svg


def test_svg_is_fit_for_a_page() -> None:
    root = Reading(pic.paint(story_map(), 3, 'A "label"')).elements[0]
    assert root.tag == "svg"
    assert root.attributes["role"] == "img"
    assert root.attributes["aria-label"] == 'A "label"'
    assert not any("id" in e.attributes for e in Reading(pic.paint(story_map())).elements)


def test_requests_of_a_downward_map_have_number_and_mark_only() -> None:
    texts = [g.text for g in groups(pic.paint(story_map(direction="TB")), "iv-lab")]
    assert texts == ["1", "2may assume", "3assumed 09:15", "5", "6", "7", "8", "9assumed 10:02", "9"]


def test_every_kind_has_its_shape_and_hue() -> None:
    reading = Reading(pic.map_picture(all_kinds_map("x")).html)
    hues = {
        next(c for c in g.classes if c.startswith("iv-") and c != "iv-node"): next(
            c for c in g.classes if c.startswith("c-")
        )
        for g in reading.with_class("iv-node")
    }
    assert hues == {
        "iv-user": "c-user",
        "iv-group": "c-user",
        "iv-idp": "c-user",
        "iv-role": "c-role",
        "iv-session": "c-session",
        "iv-bucket": "c-res",
        "iv-service": "c-res",
        "iv-resource": "c-res",
        "iv-account": "c-res",
    }


def test_small_maps_come_wide_and_tall_large_ones_scroll_and_get_compact() -> None:
    small = pic.map_picture(story_map(), 5)
    assert small.html.count('<svg class="iv-map ') == 2
    assert "iv-map-tall" in small.html

    def row(count: int) -> Map:
        return Map((), tuple(MapNode(f"k{n}", "user", f"user {n}") for n in range(count)))

    assert "iv-compact" not in pic.map_picture(row(12)).html
    thirty = pic.map_picture(row(30))
    assert "iv-compact" in thirty.html
    assert 'class="kd"' not in thirty.html
    assert 'class="iv-wide-map"' not in thirty.html
    assert 'class="iv-wide-map"' in pic.map_picture(row(40)).html


def test_text_lists_things_then_events() -> None:
    text = pic.map_picture(story_map(), 8, states={"s1": "ended"}).text
    assert text.splitlines() == [
        "identity 111122223333",
        "  user Ana",
        "staging 2",
        "  role StagingEngineer",
        "  session ana (ended 10:00)",
        "  bucket staging-assets (S3 bucket)",
        "elsewhere",
        "  bucket prod-assets (S3 bucket)",
        " 1  Ana reads staging-assets: denied · nothing says yes",
        " 2  Ana may assume StagingEngineer",
        " 3  session ana of StagingEngineer: assumed 09:15",
        " 5  ana reads staging-assets: allowed",
        " 6  ana deletes staging-assets: denied · nothing says yes",
        " 7  ana reads prod-assets: denied · a statement says no",
        " 8  ana reads staging-assets: expired",
    ]


def test_long_names_are_cut_in_the_drawing_and_whole_in_the_tooltip() -> None:
    name = "Start" + "x" * 500 + "End"
    svg = pic.paint(Map((), (MapNode("k", "role", name),)))
    assert name in Reading(svg).tagged("title")[0].text
    drawn = Reading(svg).with_class("nm")[0].text
    assert len(drawn) == 40
    assert drawn.startswith("Start")
    assert drawn.endswith("End")


def test_an_empty_map_and_a_map_of_one_can_be_drawn() -> None:
    assert "<svg" in pic.paint(Map())
    assert "<svg" in pic.paint(Map((), (MapNode("a", "user", "Ana"),)))


def test_a_map_says_what_is_wrong_with_it() -> None:
    ana = MapNode("a", "user", "Ana")
    with pytest.raises(pic.PictureError, match="same key"):
        Map((), (ana, ana))
    with pytest.raises(pic.PictureError, match="'b'"):
        Map((), (ana,), (MapEdge("a", "b", "trust"),))


def test_the_plain_graph_is_a_digraph_that_shows_itself() -> None:
    graph = pic.map_picture(story_map()).digraph
    assert "may assume" in graph.source
    bundle = graph._repr_mimebundle_()
    assert bundle["text/html"].startswith('<svg role="img"')
    assert "<?xml" not in bundle["text/html"]
    assert "black" not in bundle["text/html"]
    assert " id=" not in bundle["text/html"]


def test_layout_is_computed_once_for_equal_maps() -> None:
    assert pic.layout(story_map()) is pic.layout(story_map())
    assert pic.layout(story_map()) is not pic.layout(replace(story_map(), nodesep=0.5))


def test_the_story_fits_a_frame() -> None:
    assert pic.layout(story_map()).width < 800


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_laid_out_holds_no_name_and_stands_as_the_plain_graph_does(name: str) -> None:
    for drawn in (story_map(name), all_kinds_map(name), story_map(name, "TB")):
        source = drawn.layout_source()
        assert len(name) < 3 or name not in source
        found, plain = (json.loads(render(text, "json0")) for text in (source, drawn.digraph().source))
        assert [(o["name"], o.get("pos"), o.get("bb")) for o in found["objects"]] == [
            (o["name"], o.get("pos"), o.get("bb")) for o in plain["objects"]
        ]
        assert [(e["id"], e["pos"]) for e in found["edges"]] == [(e["id"], e["pos"]) for e in plain["edges"]]
