"""Where everything on a map stands: Graphviz decides, edges of neighbouring ranks are redrawn through their labels.

Coordinates are px with the origin at the top left; curves are cubic Bézier splines as in SVG: 1 + 3n points.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from iamviz.pictures.dot import render
from iamviz.pictures.map_model import Map, MapEdge

Point = tuple[float, float]
Segment = tuple[Point, Point, Point, Point]

_LONG_WAY = 130
"""Px between two ranks from which an edge keeps Graphviz's own spline."""

_ALIGNED = 14
"""Px to a side by which a downward line between nodes one below the other need not step aside for its label."""


@dataclass(frozen=True)
class Box:
    """A rectangle: top left corner, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Route:
    """The way of an edge: spline points, where its arrow touches, where its label is centred (None without a label)."""

    points: tuple[Point, ...]
    tip: Point
    label: Point | None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The spline cut into cubic curves."""
        p = self.points
        return tuple((p[i], p[i + 1], p[i + 2], p[i + 3]) for i in range(0, len(p) - 3, 3))


@dataclass(frozen=True)
class Layout:
    """Size of the drawing, centres of nodes and boxes of accounts by key, routes in the order of the map's edges."""

    width: float
    height: float
    nodes: Mapping[str, Point]
    accounts: Mapping[str, Box]
    routes: tuple[Route, ...]


@lru_cache(maxsize=64)
def layout(map_: Map) -> Layout:
    """Lay the whole map out; frames only filter it, so nothing ever moves."""
    drawing = json.loads(render(map_.layout_source(), "json0"))
    _, _, width, height = _numbers(drawing["bb"])
    flip = _Flip(height)
    nodes: dict[str, Point] = {}
    accounts: dict[str, Box] = {}
    for item in drawing.get("objects", ()):
        name: str = item["name"]
        if name.startswith("cluster_c"):
            accounts[map_.accounts[int(name[9:])].key] = flip.box(item["bb"])
        elif "pos" in item:
            nodes[map_.nodes[int(name[1:])].key] = flip.point(item["pos"])
    edges = sorted(drawing.get("edges", ()), key=lambda item: int(item["id"][1:]))
    raw = [flip.route(item) for item in edges]
    routes = tuple(_route(map_, nodes, raw, index) for index in range(len(raw)))
    return Layout(width, height, MappingProxyType(nodes), MappingProxyType(accounts), routes)


def split(curve: Segment, at: float) -> Segment:
    """The first part of a cubic curve, up to parameter ``at`` (de Casteljau)."""

    def between(p: Point, q: Point) -> Point:
        return p[0] + (q[0] - p[0]) * at, p[1] + (q[1] - p[1]) * at

    a, b, c = (between(curve[i], curve[i + 1]) for i in range(3))
    d, e = between(a, b), between(b, c)
    return curve[0], a, d, between(d, e)


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


def _route(map_: Map, nodes: Mapping[str, Point], raw: list[Route], index: int) -> Route:
    """The way to paint an edge: through its label slot where the ranks are neighbours, else as Graphviz has it."""
    edge, route = map_.edges[index], raw[index]
    if route.label is None:
        return route
    if edge.kind != "member":
        through = _downwards if map_.downwards else _rightwards
        redrawn = through(map_, nodes, raw, index, route.label)
        if redrawn is not None:
            return redrawn
    return Route(route.points, route.tip, _nearest(route, route.label, 1 if map_.downwards else 0))


def _rightwards(map_: Map, nodes: Mapping[str, Point], raw: list[Route], index: int, slot: Point) -> Route | None:
    edge = map_.edges[index]
    (ax, ay), (bx, by) = nodes[edge.source], nodes[edge.target]
    (aw, ah), (bw, bh) = map_.size(map_.node(edge.source)), map_.size(map_.node(edge.target))
    gap = (bx - bw / 2) - (ax + aw / 2)
    if gap > map_.label_width(edge) + _LONG_WAY:
        return None
    via = (slot[0], slot[1] + (6 if edge.step else 4))
    if _alone(raw, index, slot) and abs(via[1] - ay) < 12 and abs(via[1] - by) < 12:
        via = (slot[0], (ay + by) / 2)
    leave, arrive = _clamp((via[1] - ay) * 0.45, ah * 0.36), _clamp((via[1] - by) * 0.45, bh * 0.36)
    start = (ax + aw / 2 - _hexagon_inset(map_, edge.source, leave, ah), ay + leave)
    end = (bx - bw / 2 - 2 + _hexagon_inset(map_, edge.target, arrive, bh), by + arrive)
    pull, push = (via[0] - start[0]) * 0.55, (end[0] - via[0]) * 0.55
    points = (
        start,
        (start[0] + pull, start[1]),
        (via[0] - pull, via[1]),
        via,
        (via[0] + push, via[1]),
        (end[0] - push, end[1]),
        (end[0] - 2, end[1]),
    )
    return Route(points, end, via)


def _downwards(map_: Map, nodes: Mapping[str, Point], raw: list[Route], index: int, slot: Point) -> Route | None:
    del raw
    edge = map_.edges[index]
    (ax, ay), (bx, by) = nodes[edge.source], nodes[edge.target]
    (aw, ah), (bw, bh) = map_.size(map_.node(edge.source)), map_.size(map_.node(edge.target))
    gap = (by - bh / 2) - (ay + ah / 2)
    if gap > _LONG_WAY:
        return None
    via = (slot[0] - _aside(map_, edge), slot[1])
    if abs(via[0] - ax) < _ALIGNED and abs(via[0] - bx) < _ALIGNED:
        via = ((ax + bx) / 2, via[1])
    leave, arrive = _clamp((via[0] - ax) * 0.4, aw * 0.36), _clamp((via[0] - bx) * 0.4, bw * 0.36)
    start, end = (ax + leave, ay + ah / 2), (bx + arrive, by - bh / 2 - 2)
    pull, push = (via[1] - start[1]) * 0.55, (end[1] - via[1]) * 0.55
    points = (
        start,
        (start[0], start[1] + pull),
        (via[0], via[1] - pull),
        via,
        (via[0], via[1] + push),
        (end[0], end[1] - push),
        (end[0], end[1] - 2),
    )
    return Route(points, end, via)


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
    candidates = [split(curve, t / 20 or 0.001)[-1] for curve in route.segments for t in range(21)]
    return min(candidates, key=lambda point: (abs(point[axis] - slot[axis]), point), default=slot)


def length(curve: Segment) -> float:
    """An upper bound of a curve's length: that of its control polygon."""
    return sum(math.dist(curve[i], curve[i + 1]) for i in range(3))
