"""Where lines end on a map: heads apart from one another, words inside of their account's box."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iamviz as iv
from iamviz.pictures.map_layout import _HEAD, _apart, layout
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode
from iamviz.pictures.map_rows import variants
from iamviz.pictures.story_map import story_map

STORIES = ["staging_bucket", "two_coats", "narrowing", "capital_one", "key_leaked", "pass_role", "turnstile"]


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=12), st.floats(5, 60))
def test_places_are_in_order_apart_and_within_the_side(wanted: list[float], limit: float) -> None:
    wanted = sorted(max(-limit, min(limit, w)) for w in wanted)
    places = _apart(wanted, limit)
    gap = min(_HEAD, 2 * limit / max(1, len(wanted) - 1))
    assert all(after - before >= gap - 1e-6 for before, after in pairwise(places))
    assert all(abs(place) <= limit + 1e-6 for place in places)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=6, unique=True))
def test_places_that_are_apart_already_stay(steps: list[int]) -> None:
    wanted = sorted(float(_HEAD * step) for step in steps)
    assert _apart(wanted, 60) == pytest.approx(wanted)


@pytest.mark.parametrize("name", STORIES)
def test_heads_of_neighbouring_ranks_do_not_lie_on_one_another(name: str) -> None:
    for drawn, _ in variants(story_map(iv.play(name)), frame=True):
        axis = 0 if drawn.downwards else 1
        ends: dict[str, list[float]] = defaultdict(list)
        for edge, route in zip(drawn.edges, layout(drawn).routes, strict=True):
            if route.label is not None and len(route.segments) == 2:  # redrawn through its label
                ends[edge.target].append(route.tip[axis])
        for key, places in ends.items():
            room = drawn.size(drawn.node(key))[axis] * 0.72
            gap = min(_HEAD, room / max(1, len(places) - 1))
            places.sort()
            assert all(after - before > gap - 0.5 for before, after in pairwise(places)), key


def test_words_right_of_a_line_stand_inside_of_the_account() -> None:
    drawn = Map(
        (MapAccount("a", "staging", "222233334444"),),
        (MapNode("r", "role", "R", account="a"), MapNode("s", "session", "s", account="a")),
        (MapEdge("r", "s", "session", "assumed 09:15", 1),),
        direction="TB",
    )
    found = layout(drawn)
    box, label = found.accounts["a"], found.routes[0].label
    assert label is not None
    assert label[0] + 11 + drawn.label_width(drawn.edges[0]) <= box.x + box.width
    assert box.x + box.width <= found.width


def test_two_accounts_never_grow_into_each_other() -> None:
    drawn = variants(story_map(iv.play("two_locks")), frame=True)[-1][0]
    boxes = sorted(layout(drawn).accounts.values(), key=lambda box: box.x)
    assert not any(one.meets(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])
