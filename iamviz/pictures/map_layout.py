"""Where everything on a map stands: Graphviz decides, edges of neighbouring ranks are redrawn through their labels.

Coordinates are px with the origin at the top left; curves are cubic Bézier splines as in SVG: 1 + 3n points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from iamviz.pictures.dot import render
from iamviz.pictures.map_geometry import MARGIN, Box, Point, Route, along
from iamviz.pictures.map_model import Map, MapEdge
from iamviz.pictures.map_places import NamePlace, label_box, node_box, place_labels, place_names

_LONG_WAY = 130
"""Px between two ranks from which an edge keeps Graphviz's own spline."""

_HEAD = 10
"""Px between the ends of two edges at the same side of a node."""

_ALIGNED = 14
"""Px to a side by which a downward line between nodes one below the other need not step aside for its label."""


@dataclass(frozen=True)
class Layout:
    """Size of the drawing; by key centres of nodes, boxes of accounts, where their names begin; routes as the edges."""

    width: float
    height: float
    nodes: Mapping[str, Point]
    accounts: Mapping[str, Box]
    names: Mapping[str, NamePlace]
    routes: tuple[Route, ...]


@lru_cache(maxsize=64)
def layout(map_: Map) -> Layout:
    """Lay the whole map out; frames only filter it, so nothing ever moves."""
    drawn = _ranked(map_)
    accounts, names = place_names(map_, drawn.nodes, drawn.accounts, drawn.routes, drawn.width)
    routes = place_labels(map_, drawn.nodes, accounts, names, drawn.routes, drawn.width)
    written = (label_box(map_, e, r.label) for e, r in zip(map_.edges, routes, strict=True) if r.label and map_.rows)
    width = max([drawn.width, *(box.x + box.width + MARGIN / 2 for box in written if box)])
    return replace(
        drawn, width=width, accounts=MappingProxyType(accounts), names=MappingProxyType(names), routes=routes
    )


def width_of(map_: Map) -> float:
    """Px that a map is wide: as its `layout` tells but for the places of words, which take some time."""
    return _ranked(map_).width


@lru_cache(maxsize=64)
def _ranked(map_: Map) -> Layout:
    """Where Graphviz has nodes, accounts and lines; names of accounts have no place yet."""
    drawing = json.loads(render(map_.layout_source(), "json0"))
    _, _, width, height = _numbers(drawing["bb"])
    flip = _Flip(height)
    nodes: dict[str, Point] = {}
    accounts: dict[str, Box] = {}
    for item in drawing.get("objects", ()):
        name: str = item["name"]
        if name.startswith("cluster_c"):
            if "bb" not in item:
                continue  # an account without nodes
            accounts[map_.accounts[int(name[9:])].key] = flip.box(item["bb"])
        elif "pos" in item:
            nodes[map_.nodes[int(name[1:])].key] = flip.point(item["pos"])
    edges = sorted((e for e in drawing.get("edges", ()) if "id" in e), key=lambda item: int(item["id"][1:]))
    raw = [flip.route(item) for item in edges]
    redrawn = _redrawn(map_, nodes, raw)
    routes = tuple(_route(map_, nodes, raw, index, redrawn[index]) for index in range(len(raw)))
    if map_.downwards:
        accounts = _around_labels(map_, nodes, accounts, routes)
        width = max([width, *(box.x + box.width + MARGIN for box in accounts.values())])
    return Layout(width, height, MappingProxyType(nodes), MappingProxyType(accounts), MappingProxyType({}), routes)


def _around_labels(
    map_: Map, nodes: Mapping[str, Point], accounts: Mapping[str, Box], routes: tuple[Route, ...]
) -> dict[str, Box]:
    """The boxes of accounts, wide enough for the words right of the lines inside of them, where there is room.

    Graphviz keeps a cluster clear of other nodes, but lets the label of an edge stick out of it.
    """
    widened = dict(accounts)
    for edge, route in zip(map_.edges, routes, strict=True):
        account = map_.node(edge.source).account
        box = widened.get(account) if account and account == map_.node(edge.target).account else None
        if box is None or account is None or route.label is None:
            continue
        missing = route.label[0] + map_.label_width(edge) + MARGIN + MARGIN - box.x - box.width
        wider = Box(box.x, box.y, box.width + missing, box.height)
        others = [other for key, other in widened.items() if key != account]
        others += [node_box(map_, node.key, nodes) for node in map_.nodes if node.account != account]
        if missing > 0 and not any(wider.meets(other) for other in others):
            widened[account] = wider
    return widened


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


class _Flip:
    """Graphviz counts y upwards, SVG downwards."""

    def __init__(self, height: float) -> None:
        self._height = height

    def point(self, text: str) -> Point:
        x, y = _numbers(text)[:2]
        return x, self._height - y

    def box(self, text: str) -> Box:
        x0, y0, x1, y1 = _numbers(text)
        return Box(x0, self._height - y1, x1 - x0, y1 - y0)

    def route(self, item: Mapping[str, Any]) -> Route:
        points: list[Point] = []
        tip: Point | None = None
        for token in item["pos"].split():
            if token.startswith("e,"):
                tip = self.point(token[2:])
            elif not token.startswith("s,"):
                points.append(self.point(token))
        return Route(tuple(points), tip or points[-1], self.point(item["lp"]) if "lp" in item else None)


@dataclass(frozen=True)
class _Drawn:
    """An edge redrawn through its label slot at ``via``: how far off the middle it leaves and arrives."""

    via: Point
    leave: float
    arrive: float


def _route(map_: Map, nodes: Mapping[str, Point], raw: list[Route], index: int, drawn: _Drawn | None) -> Route:
    """The way to paint an edge: through its label slot where the ranks are neighbours, else as Graphviz has it."""
    edge, route = map_.edges[index], raw[index]
    if route.label is None:
        return route
    if drawn is None:
        return Route(route.points, route.tip, _nearest(route, route.label, 1 if map_.downwards else 0))
    (ax, ay), (bx, by) = nodes[edge.source], nodes[edge.target]
    (aw, ah), (bw, bh) = map_.size(map_.node(edge.source)), map_.size(map_.node(edge.target))
    via, leave, arrive = drawn.via, drawn.leave, drawn.arrive
    if map_.downwards:
        return _through((ax + leave, ay + ah / 2), via, (bx + arrive, by - bh / 2 - 2), 1)
    start = (ax + aw / 2 - _hexagon_inset(map_, edge.source, leave, ah), ay + leave)
    end = (bx - bw / 2 - 2 + _hexagon_inset(map_, edge.target, arrive, bh), by + arrive)
    return _through(start, via, end, 0)


def _through(start: Point, via: Point, end: Point, axis: int) -> Route:
    """Two curves that meet in the label slot; they leave, meet and arrive along the axis in which the map runs."""
    pull, push = (via[axis] - start[axis]) * 0.55, (end[axis] - via[axis]) * 0.55

    def moved(point: Point, by: float) -> Point:
        return (point[0] + by, point[1]) if axis == 0 else (point[0], point[1] + by)

    points = (start, moved(start, pull), moved(via, -pull), via, moved(via, push), moved(end, -push), moved(end, -2))
    return Route(points, end, via)


def _redrawn(map_: Map, nodes: Mapping[str, Point], raw: list[Route]) -> list[_Drawn | None]:
    """For each edge how it is redrawn; None where it has no label or is a long way.

    Edges that leave a node on the same side, or arrive there, keep some px between them: their heads never lie on one
    another.
    """
    axis = 0 if map_.downwards else 1  # across the way in which the map runs
    share, slope = 0.36, 0.4 if map_.downwards else 0.45
    vias = [_via(map_, nodes, raw, index) for index in range(len(raw))]
    wanted: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for index, (edge, via) in enumerate(zip(map_.edges, vias, strict=True)):
        if via is not None:
            wanted.setdefault((edge.source, "out"), []).append((via[axis], index))
            wanted.setdefault((edge.target, "in"), []).append((via[axis], index))
    offsets: dict[tuple[str, int], float] = {}
    for (key, side), ends in wanted.items():
        limit = map_.size(map_.node(key))[axis] * share
        middle = nodes[key][axis]
        ordered = sorted(ends)
        apart = _apart([_clamp((at - middle) * slope, limit) for at, _ in ordered], limit)
        offsets.update({(side, index): offset for (_, index), offset in zip(ordered, apart, strict=True)})
    return [
        None if via is None else _Drawn(via, offsets["out", index], offsets["in", index])
        for index, via in enumerate(vias)
    ]


def _apart(wanted: list[float], limit: float) -> list[float]:
    """The places nearest to those wanted, in order, a head's width apart, none further from 0 than ``limit``."""
    gap = min(_HEAD, 2 * limit / max(1, len(wanted) - 1))
    places = list(wanted)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    shift = sum(w - place for w, place in zip(wanted, places, strict=True)) / len(places)
    places = [place + shift for place in places]
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit - gap * (len(places) - 1 - i))
    return [max(place, gap * i - limit) for i, place in enumerate(places)]


def _via(map_: Map, nodes: Mapping[str, Point], raw: list[Route], index: int) -> Point | None:
    """The point of its label slot through which an edge is redrawn; None for a long way, and where nothing is said."""
    edge, slot = map_.edges[index], raw[index].label
    if slot is None or edge.kind == "member":
        return None
    (ax, ay), (bx, by) = nodes[edge.source], nodes[edge.target]
    (aw, ah), (bw, bh) = map_.size(map_.node(edge.source)), map_.size(map_.node(edge.target))
    if map_.downwards:
        if (by - bh / 2) - (ay + ah / 2) > _LONG_WAY:
            return None
        via = (slot[0] - _aside(map_, edge), slot[1])
        aligned = abs(via[0] - ax) < _ALIGNED and abs(via[0] - bx) < _ALIGNED and _alone(raw, index, slot)
        return ((ax + bx) / 2, via[1]) if aligned else via
    if (bx - bw / 2) - (ax + aw / 2) > map_.label_width(edge) + _LONG_WAY:
        return None
    via = (slot[0], slot[1] + (6 if edge.step else 4))
    level = _alone(raw, index, slot) and abs(via[1] - ay) < 12 and abs(via[1] - by) < 12
    return (slot[0], (ay + by) / 2) if level else via


def _aside(map_: Map, edge: MapEdge) -> float:
    """How far left of its slot's middle a downward line runs, since its label stands on the right."""
    return 9 if edge.kind == "request" else map_.label_width(edge) / 2


def _clamp(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))


def _hexagon_inset(map_: Map, key: str, off: float, height: float) -> float:
    """How far a hexagon's side has receded ``off`` px above or below its point."""
    return abs(off) / (height / 2) * 12 if map_.node(key).kind == "role" else 0


def _alone(raw: list[Route], index: int, slot: Point) -> bool:
    """Whether no other label is close, so that the line may be straightened."""
    return not any(
        other.label is not None and abs(other.label[0] - slot[0]) < 60 and abs(other.label[1] - slot[1]) < 52
        for position, other in enumerate(raw)
        if position != index
    )


def _nearest(route: Route, slot: Point, axis: int) -> Point:
    """The point of the line that is level with its label slot."""
    return min(along(route), key=lambda point: (abs(point[axis] - slot[axis]), point), default=slot)
