"""Maps for narrow containers: rows that fit, labels and names where nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz import pictures as pic
from iamviz.pictures.map_geometry import Box
from iamviz.pictures.map_layout import layout
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode
from iamviz.pictures.map_places import label_box, name_size, node_box
from iamviz.pictures.map_rows import LARGEST_FITTED, NARROW, NATURAL, WIDE, fitted_to, variants
from iamviz.pictures.story_map import story_map

from .samples import HOSTILE

STORIES = sorted(path.stem for path in (Path(__file__).parents[3] / "data").glob("*.yaml") if iv.play(path.stem).steps)


def chain(count: int, accounts: int = 1, name: str = "a rather long name") -> Map:
    nodes = tuple(MapNode(f"k{n}", "role", f"{name} {n}", account=f"a{n % accounts}") for n in range(count))
    edges = tuple(MapEdge(f"k{n}", f"k{n + 1}", "trust", "may assume", n + 1) for n in range(count - 1))
    return Map(tuple(MapAccount(f"a{n}", f"account {n}", "111122223333") for n in range(accounts)), nodes, edges)


def within(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - 1
        and inner.y >= outer.y - 1
        and inner.x + inner.width <= outer.x + outer.width + 1
        and inner.y + inner.height <= outer.y + outer.height + 1
    )


def on_one_another(a: Box, b: Box) -> bool:
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    return across > 2 and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 2


@pytest.mark.parametrize("name", STORIES)
def test_every_story_fits_a_phone_with_words_that_can_be_read(name: str) -> None:
    narrow = variants(story_map(iv.play(name)), frame=True)[-1][0]
    assert layout(narrow).width <= NARROW / 0.9
    assert len(narrow.nodes) == len(story_map(iv.play(name)).nodes)


@pytest.mark.parametrize("name", STORIES)
def test_labels_of_a_narrow_map_leave_nodes_and_numbers_free(name: str) -> None:
    narrow = variants(story_map(iv.play(name)), frame=True)[-1][0]
    drawn = layout(narrow)
    nodes = [node_box(narrow, node.key, drawn.nodes) for node in narrow.nodes]
    labels = [
        box
        for edge, route in zip(narrow.edges, drawn.routes, strict=True)
        if route.label is not None and not edge.is_question and (box := label_box(narrow, edge, route.label))
    ]
    assert len(labels) >= len([e for e in narrow.edges if e.step and not e.is_question])
    hidden = [(a, b) for a in labels for b in nodes if on_one_another(a, b)]
    assert len(hidden) <= (3 if name == "fence" else 0)  # eight people and one role, on a phone


def test_rows_hold_each_node_once_and_graphviz_keeps_to_them() -> None:
    narrow = fitted_to(chain(12, 3))
    assert sorted(key for row in narrow.rows for key in row) == sorted(node.key for node in narrow.nodes)
    heights = [{round(layout(narrow).nodes[key][1]) for key in row} for row in narrow.rows]
    assert all(len(row) == 1 for row in heights)
    assert [min(row) for row in heights] == sorted(min(row) for row in heights)


def test_what_fits_as_it_is_gets_no_rows() -> None:
    assert not fitted_to(chain(3)).rows
    wide = Map((), tuple(MapNode(f"k{n}", "user", f"user {n}") for n in range(9)))
    assert len(fitted_to(wide).rows) > 1
    assert layout(fitted_to(wide)).width <= NARROW


def test_a_map_is_drawn_for_as_many_widths_as_it_needs() -> None:
    def classes(map_: Map, *, frame: bool = False) -> list[str]:
        return [css_class for _, css_class in variants(map_, frame=frame)]

    assert classes(chain(1)) == [""]
    assert classes(chain(3)) == ["iv-map-wide", "iv-map-tall"]
    longer = chain(4)
    assert NATURAL < layout(longer).width <= WIDE
    assert classes(longer) == ["iv-map-wide", "iv-map-mid iv-map-tall"]
    assert classes(longer, frame=True) == [""]
    assert classes(chain(9)) == [""]
    many = chain(LARGEST_FITTED + 1)
    assert classes(many) == [""]
    assert variants(many)[0][0].compact
    assert "min-width" in pic.map_picture(many).html
    assert "min-width" not in pic.map_picture(chain(12, 3)).html


def test_a_map_between_two_widths_is_drawn_three_times() -> None:
    picture = iv.map(iv.play("fifty_engineers").steps[-1].after)
    assert re.findall(r"iv-map-(\w+)", picture.html) == ["wide", "mid", "tall"]
    assert picture.components == {"map", "mid"}
    assert "560px<width<=860px" in pic.css_for(picture.components)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_of_all_kinds_fit_or_are_cut(name: str) -> None:
    map_ = Map(
        (MapAccount("a", name, name),),
        tuple(MapNode(f"k{n}", "session", name or "x", name, "a") for n in range(3)),
        (MapEdge("k0", "k1", "request", name, 1, "deny"), MapEdge("k0", "k2", "trust", name, 2)),
    )
    narrow = fitted_to(map_)
    assert layout(narrow).width <= 640
    assert all(node.name == (name or "x") for node in narrow.nodes)  # whole for tools and tooltips
    assert "<svg" in pic.paint(narrow)


@st.composite
def maps(draw: st.DrawFn) -> Map:
    count = draw(st.integers(1, 11))
    owners = [draw(st.sampled_from(["a0", "a1", "a2", None])) for _ in range(count)]
    kinds = [draw(st.sampled_from(["user", "role", "session", "bucket", "group"])) for _ in range(count)]
    nodes = tuple(MapNode(f"k{n}", kinds[n], "name " * (n % 4 + 1), account=owners[n]) for n in range(count))
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=14))
    edges = tuple(
        MapEdge(f"k{a}", f"k{b}", "request" if i % 2 else "trust", "may assume", i + 1, "allow" if i % 2 else None)
        for i, (a, b) in enumerate(pairs)
    )
    return Map(tuple(MapAccount(f"a{n}", f"account {n}", "111122223333") for n in range(3)), nodes, edges)


@settings(max_examples=40, deadline=None)
@given(maps())
def test_whatever_the_map_nothing_is_lost_and_no_node_lies_on_another(map_: Map) -> None:
    narrow = fitted_to(map_)
    drawn = layout(narrow)
    boxes = {node.key: node_box(narrow, node.key, drawn.nodes) for node in narrow.nodes}
    assert len(boxes) == len(map_.nodes)
    assert not [(a, b) for a in boxes for b in boxes if a < b and on_one_another(boxes[a], boxes[b])]
    for node in narrow.nodes:
        if node.account:
            assert within(boxes[node.key], drawn.accounts[node.account])
    for key, name in drawn.names.items():
        account = next(account for account in narrow.accounts if account.key == key)
        width, _ = name_size(account, name.stacked)
        assert within(Box(name.x, name.y, width, 1), drawn.accounts[key])
    keys = sorted(drawn.accounts)
    assert not [(a, b) for a in keys for b in keys if a < b and on_one_another(drawn.accounts[a], drawn.accounts[b])]
    for edge, route in zip(narrow.edges, drawn.routes, strict=True):
        assert route.label is not None or label_box(narrow, edge, (0, 0)) is None
