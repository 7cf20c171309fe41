"""Where the words of a map stand: names of accounts clear of lines, labels of long lines where there is room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from iamviz.pictures.map_geometry import MARGIN, Box, Point, Route, along, passing
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, verb_width
from iamviz.pictures.marks import text_width

NAME_AT: Final = (11, 18)
"""Px from the corner of an account's box to its name: the start of the baseline."""

_CLEAR: Final = 5
"""Px between a name and a line."""
_BESIDE: Final = 40
"""Px by which a label may stand out at the right of a map that has room for it on a phone."""
_PHONE: Final = 350
_END: Final = 18
"""Px from the ends of a line that its label leaves to its head and its start."""
_STEP: Final = 4


def node_box(map_: Map, key: str, nodes: Mapping[str, Point]) -> Box:
    """The box that a node takes."""
    (x, y), (width, height) = nodes[key], map_.size(map_.node(key))
    return Box(x - width / 2, y - height / 2, width, height)


def label_box(map_: Map, edge: MapEdge, at: Point) -> Box | None:
    """The box that number, verb and mark of an edge take where its label is at ``at``; None when nothing is written."""
    verb = map_.verb(edge)
    if not edge.step and not verb:
        return None
    half = 0.0 if not edge.step else 7.5 if edge.step < 10 else 10.5
    width = verb_width(verb) + (16 if edge.verdict else 0)
    if map_.downwards:
        end = half + 4 + width if width else half
        return Box(at[0] - half, at[1] - 8, half + end, 16)
    half = max(half, width / 2)
    top = 22 if edge.step else 16
    return Box(at[0] - half, at[1] - top, 2 * half, top + (8 if edge.step else 0))


@dataclass(frozen=True)
class NamePlace:
    """Where the name of an account begins (its baseline), and whether the number stands below it."""

    x: float
    y: float
    stacked: bool


def name_size(account: MapAccount, stacked: bool) -> tuple[float, float]:
    """Px that the name and the number of an account take, across and down."""
    name, number = text_width(account.shown_name, 12, bold=True), 6.7 * len(account.shown_number)
    return (max(name, number), 28) if stacked else (name + number + 6, 15)


def place_names(
    map_: Map, nodes: Mapping[str, Point], accounts: Mapping[str, Box], routes: tuple[Route, ...], width: float
) -> tuple[dict[str, Box], dict[str, NamePlace]]:
    """The boxes of the accounts, and where their names begin: at the left, else where no line passes.

    Where lines leave no room for a name beside its number, the number goes below; where that is still too wide, the box
    is widened, if nothing else is there.
    """
    labels = [
        box
        for edge, route in zip(map_.edges, routes, strict=True)
        if route.label is not None and (box := label_box(map_, edge, route.label)) is not None
    ]
    boxes, places = dict(accounts), {}
    for account in map_.accounts:
        box = boxes.get(account.key)
        if box is None:
            continue
        y = box.y + NAME_AT[1]
        others = [other for key, other in boxes.items() if key != account.key]
        others += [node_box(map_, n.key, nodes) for n in map_.nodes if n.account != account.key]
        ways = [True] if map_.stacks(account) else [False]
        if map_.downwards and account.number and not ways[0]:
            ways.append(True)  # only there the box has room for it
        taken = {stacked: _taken(box, name_size(account, stacked)[1], routes, labels) for stacked in ways}
        found = [(box, stacked) for stacked in ways]
        for stacked in ways:
            if taken[stacked]:
                wider = _widened(box, name_size(account, stacked)[0], taken[stacked], width, others, routes)
                found += [(wider, stacked)] if wider else []
        for here, stacked in found:
            x = _free(here, name_size(account, stacked)[0], taken[stacked])
            if x is not None:
                boxes[account.key] = here
                places[account.key] = NamePlace(x, y, stacked)
                break
        else:
            places[account.key] = NamePlace(box.x + NAME_AT[0], y, ways[0])
    return boxes, places


def _taken(box: Box, down: float, routes: tuple[Route, ...], labels: list[Box]) -> list[tuple[float, float]]:
    """Where lines and labels pass the strip of a box in which its name stands."""
    strip = Box(box.x, box.y + NAME_AT[1] - 10, box.width, down)
    found = [(x, x) for x, _ in passing(routes, Box(box.x, strip.y - 2, box.width, down + 2))]
    low = strip.y + down
    return found + [(b.x, b.x + b.width) for b in labels if b.y < low and b.y + b.height > strip.y and b.meets(strip)]


def _free(box: Box, across: float, taken: list[tuple[float, float]]) -> float | None:
    """The first place in a box at which nothing that is taken comes near; the left end when nothing is taken."""
    at, last = box.x + NAME_AT[0], box.x + box.width - MARGIN - across
    while not taken or at <= last:
        if not any(start - _CLEAR < at + across and end + _CLEAR > at for start, end in taken):
            return at
        at += _STEP
    return None


def _widened(
    box: Box, across: float, taken: list[tuple[float, float]], width: float, others: list[Box], routes: Iterable[Route]
) -> Box | None:
    """The box with room for a name left or right of what is taken; None where something else stands there."""
    need = across + NAME_AT[0] + _CLEAR + _STEP
    left, right = min(start for start, _ in taken) - need, max(end for _, end in taken) + need
    end = box.x + box.width
    for start, stop in sorted(((left, end), (box.x, right)), key=lambda pair: pair[1] - pair[0]):
        added = (
            Box(start, box.y, box.x - start, box.height) if start < box.x else Box(end, box.y, stop - end, box.height)
        )
        if start < 0 or stop > width or any(added.meets(other) for other in others):
            continue
        if not passing(routes, added):
            return Box(start, box.y, stop - start, box.height)
    return None


def place_labels(
    map_: Map,
    nodes: Mapping[str, Point],
    accounts: Mapping[str, Box],
    names: Mapping[str, NamePlace],
    routes: tuple[Route, ...],
    width: float,
) -> tuple[Route, ...]:
    """Routes without a label get one on their line, as near to its middle as nothing else stands in the way."""
    taken = [node_box(map_, node.key, nodes) for node in map_.nodes]
    for account in map_.accounts:
        if account.key in names:
            name = names[account.key]
            taken.append(Box(name.x, name.y - 11, *name_size(account, name.stacked)))
    for edge, route in zip(map_.edges, routes, strict=True):
        box = None if route.label is None else label_box(map_, edge, route.label)
        if box is not None:
            taken.append(box)
    without = [index for index, route in enumerate(routes) if route.label is None and route.points]
    points = [along(route, 5) for route in routes] if without else []
    width = max(width, min(width + _BESIDE, _PHONE))
    placed = list(routes)
    for index in without:
        edge, line = map_.edges[index], along(routes[index], 8)
        at_start = label_box(map_, edge, line[0])
        if at_start is None:
            continue
        strange = [point for other, one in enumerate(points) if other != index for point in one]
        best, found = math.inf, line[0]
        for number, at in enumerate(line):
            box = Box(at_start.x + at[0] - line[0][0], at_start.y + at[1] - line[0][1], at_start.width, at_start.height)
            outside = max(0, box.x + box.width + MARGIN / 2 - width, -box.x)
            cost = 50 * outside + 20 * abs(number / len(line) - 0.5)
            cost += 15 * (math.dist(at, line[0]) < _END or math.dist(at, line[-1]) < _END)
            cost += 25 * sum(_crosses(box, account) for account in accounts.values())
            cost += 10 * sum(_overlap(box, other) for other in taken)
            if cost < best:
                cost += 5 * sum(box.x < x < box.x + box.width and box.y < y < box.y + box.height for x, y in strange)
            if cost < best:
                best, found = cost, at
        box = label_box(map_, edge, found)
        assert box is not None
        taken.append(box)
        placed[index] = replace(routes[index], label=found)
    return tuple(placed)


def _overlap(a: Box, b: Box) -> float:
    """How far two boxes lie on one another, in px of the smaller side; near counts as 1."""
    if not a.meets(b):
        return 0
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(1, min(across, down))


def _crosses(box: Box, account: Box) -> bool:
    """Whether a label lies over the border of an account."""
    inside = account.x < box.x and box.x + box.width < account.x + account.width
    inside = inside and account.y < box.y and box.y + box.height < account.y + account.height
    return box.meets(account) and not inside
