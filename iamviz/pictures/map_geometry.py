"""Boxes, lines and curves of a map, in px with the origin at the top left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]
Segment = tuple[Point, Point, Point, Point]

MARGIN: Final = 8
"""Px kept free around boxes and words."""


@dataclass(frozen=True)
class Box:
    """A rectangle: top left corner, width, height."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap, or nearly so."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return across > -MARGIN / 2 and down > -MARGIN / 2


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


def split(curve: Segment, at: float) -> Segment:
    """The first part of a cubic curve, up to parameter ``at`` (de Casteljau)."""

    def between(p: Point, q: Point) -> Point:
        return p[0] + (q[0] - p[0]) * at, p[1] + (q[1] - p[1]) * at

    a, b, c = (between(curve[i], curve[i + 1]) for i in range(3))
    d, e = between(a, b), between(b, c)
    return curve[0], a, d, between(d, e)


def length(curve: Segment) -> float:
    """An upper bound of a curve's length: that of its control polygon."""
    return sum(math.dist(curve[i], curve[i + 1]) for i in range(3))


def along(route: Route, parts: int = 20) -> list[Point]:
    """Points on a route from its start to its end, ``parts`` for each of its curves."""
    return [split(curve, part / parts or 0.001)[-1] for curve in route.segments for part in range(parts + 1)]


def passing(routes: Iterable[Route], box: Box) -> list[Point]:
    """Points of routes inside of a box; curves whose control points lie on one side of it are not followed."""
    right, bottom = box.x + box.width, box.y + box.height
    found = []
    for route in routes:
        for curve in route.segments:
            across, down = [x for x, _ in curve], [y for _, y in curve]
            if max(across) < box.x or min(across) > right or max(down) < box.y or min(down) > bottom:
                continue
            points = (split(curve, part / 20 or 0.001)[-1] for part in range(21))
            found += [(x, y) for x, y in points if box.x <= x <= right and box.y <= y <= bottom]
    return found
