"""The map as inline SVG: every mark has a class, the style sheet does the rest; a frame is a filter on one layout."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from iamviz.pictures.css import components_in
from iamviz.pictures.errors import PictureError
from iamviz.pictures.map_geometry import Box, Point, Route, length, split
from iamviz.pictures.map_layout import Layout, layout
from iamviz.pictures.map_model import HUE_OF_NODE, PILLS, Map, MapEdge, MapNode, verb_width
from iamviz.pictures.map_rows import LARGEST_FITTED, variants
from iamviz.pictures.map_shapes import SCROLLS, badge, fitted, hexagon, place, rounded, ticket
from iamviz.pictures.marks import GLYPH, MARK, WORD, Mark, clean, esc, hue_of, mark_group, num
from iamviz.pictures.picture import Picture

if TYPE_CHECKING:
    from iamviz.pictures.plain_graph import PlainGraph

MARGIN = 2
LEAST_WIDTH = 720
"""Px below which a map with many nodes is scrolled instead of shrunk."""
LEAST_SCALE = 0.8
"""How far such a map may be shrunk: its words stay readable."""

_STOPS_SHORT = frozenset({"none", "deny", "expired", "ask"})
_DOTTED = ' stroke-dasharray="1.5 3" stroke-linecap="round"'
_EDGE_HUE = {"trust": "role", "session": "session"}


def paint(
    map_: Map,
    step: int | None = None,
    label: str = "",
    states: Mapping[str, str] | None = None,
    spoiler: bool = False,
    focus: Collection[str] = (),
    css_class: str = "",
    changed: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The map at a step, or the whole story (``step=None``), as an ``<svg>`` that needs the style sheet "map".

    ``states`` says of a session's key "ended" or "fuse:0.6" (the part of its life that is left); ``spoiler`` hides the
    step's verdict until the bet; ``focus`` are keys of nodes to outline beside those that the step touches; ``changed``
    says of nodes what the step changed, which gives them a small badge and a longer tooltip.
    """
    return _Painter(map_, step, states or {}, spoiler, frozenset(focus), changed or {}).svg(label, css_class)


@dataclass(frozen=True)
class MapPicture(Picture):
    """A picture of a map that can also hand out the plain Graphviz graph, for whoever wants to restyle it."""

    map: Map = field(default_factory=Map)

    @property
    def digraph(self) -> PlainGraph:
        """The map as a presentable plain `graphviz.Digraph`."""
        return self.map.digraph(labels=True)


def map_picture(
    map_: Map,
    step: int | None = None,
    label: str = "",
    states: Mapping[str, str] | None = None,
    spoiler: bool = False,
    focus: Collection[str] = (),
) -> MapPicture:
    """The map as a picture that fits its container.

    Up to 32 nodes it is drawn for containers of several widths (see `variants`), and the page shows the one that fits;
    larger maps scroll sideways. Over 14 nodes they are compact.
    """
    said = label or "Map: " + ", ".join(clean(node.name) for node in map_.nodes)
    html = "".join(paint(drawn, step, said, states, spoiler, focus, css_class) for drawn, css_class in variants(map_))
    if "min-width" in html:
        html = f'<div class="iv-wide-map" {SCROLLS}>{html}</div>'
    return MapPicture(html, map_text(map_, step, states), components_in(html), map=map_)


def map_text(map_: Map, step: int | None = None, states: Mapping[str, str] | None = None) -> str:
    """The map in words: what exists, then what happened, by step."""
    until = math.inf if step is None else step
    ended = {key for key, state in (states or {}).items() if state == "ended"}
    lines: list[str] = []

    def write(heading: str, nodes: Collection[MapNode]) -> None:
        visible = [node for node in nodes if node.since <= until]
        if visible:
            lines.append(heading)
        for node in visible:
            sub = (node.ended_sub or "ended") if node.key in ended else node.sub or node.kind
            lines.append(f"  {node.kind} {clean(node.name)}" + (f" ({clean(sub)})" if sub != node.kind else ""))

    for account in map_.accounts:
        write(clean(f"{account.name} {account.number}").strip(), map_.members(account))
    known = {account.key for account in map_.accounts}
    write("elsewhere", [node for node in map_.nodes if node.account not in known])
    drawn = (e for e in map_.edges if e.first_step <= until and not e.is_question)
    edges = sorted(drawn, key=lambda e: (e.step is None, e.step or 0))
    for edge in edges:
        number = f"{edge.step:>2}" if edge.step is not None else " ·"
        lines.append(f"{number}  {edge_text(map_, edge)}")
    return "\n".join(lines)


def edge_text(map_: Map, edge: MapEdge) -> str:
    """An edge as a sentence: who, verb, what, and the answer."""
    source, target = map_.node(edge.source), map_.node(edge.target).name
    verb = edge.verb.removeprefix("members ")
    is_group = source.kind == source.sub == "group" and edge.kind != "member"
    who = f"every member of {source.name}" if is_group else source.name
    if edge.kind == "trust" and verb.startswith("if "):
        return clean(f"{who} may assume {target} {verb}")
    if edge.kind == "session":
        return clean(f"session {target} of {who}" + (f": {verb}" if verb else ""))
    if edge.kind == "member" and source.key.startswith("fold "):
        return clean(f"{who} are in {target}")
    verb = verb or {"trust": "may assume", "member": "is in"}.get(edge.kind, "to")
    answer = f": {WORD[edge.verdict]}" if edge.verdict and edge.verdict != "ask" else ""
    return clean(f"{who} {verb} {target}{answer}")


class _Painter:
    def __init__(
        self,
        map_: Map,
        step: int | None,
        states: Mapping[str, str],
        spoiler: bool,
        focus: frozenset[str],
        changed: Mapping[str, Sequence[str]],
    ) -> None:
        self.map = map_
        self.step = step
        self.until: float = math.inf if step is None else step
        self.states = {key: _state(state) for key, state in states.items()}
        self.spoiler = spoiler
        self.focus = focus
        self.results = {e.target for e in map_.edges if spoiler and e.kind == "session" and e.step == step}
        self.changed = changed
        self.layout: Layout = layout(map_)

    def svg(self, label: str, css_class: str) -> str:
        width, height = self.layout.width + 2 * MARGIN, self.layout.height + 2 * MARGIN
        size = f"max-width:{width:.0f}px"
        if len(self.map.nodes) > LARGEST_FITTED:  # too wide to shrink: it scrolls
            size += f";min-width:{max(min(width, LEAST_WIDTH), LEAST_SCALE * width):.0f}px"
        names = " ".join(part for part in ("iv-map", "iv-compact" if self.map.compact else "", css_class) if part)
        lines: list[str] = []
        labels: list[str] = []
        for edge, route in zip(self.map.edges, self.layout.routes, strict=True):
            if edge.first_step <= self.until:
                self._edge(edge, route, lines, labels)
        nodes = [self._node(node) for node in self.map.nodes if node.since <= self.until]
        parts = (*self._account_boxes(), *lines, *nodes, *self._account_names(), *labels)
        return (
            f'<svg class="{esc(names)}" role="img" aria-label="{esc(label)}" '
            f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" style="{size}">'
            f"{' '.join(parts)}</svg>"  # blanks keep words apart where a host drops the markup
        )

    # accounts

    def _account_class(self, key: str) -> str:
        inside = any(node.account == key and node.since <= self.until for node in self.map.nodes)
        return "iv-acct" if inside else "iv-acct is-off"

    def _account_boxes(self) -> Iterator[str]:
        for key, box in self.layout.accounts.items():
            names = self._account_class(key)
            dots = ' stroke-dasharray="1 4" stroke-linecap="round"' if names.endswith("is-off") else ""
            yield f'<g class="{names}"><rect {place(box)} rx="10"{dots}/></g>'

    def _account_names(self) -> Iterator[str]:
        for account in self.map.accounts:
            name = self.layout.names.get(account.key)
            if name is None:
                continue
            x, y = num(name.x), num(name.y)
            below = f'x="{x}" dy="13"' if name.stacked else 'dx="6"'
            quiet = f'{below} font-size="11" font-family="var(--iv-mono)" fill="var(--iv-ink3)"'
            yield (
                f'<g class="{self._account_class(account.key)}"><text class="iv-halo" font-size="12" x="{x}" y="{y}">'
                f'<tspan class="b">{esc(account.shown_name)}</tspan>'
                f"<tspan {quiet}>{esc(account.shown_number)}</tspan>"
                "</text></g>"
            )

    # edges

    def _edge(self, edge: MapEdge, route: Route, lines: list[str], labels: list[str]) -> None:
        now = self.step is not None and edge.step == self.step
        bet = now and self.spoiler
        if edge.is_question:
            variants = [(edge, "is-now iv-before")] if bet else []
        elif bet and edge.verdict:
            hidden = replace(edge, verdict="ask")
            variants = [(hidden, "is-now iv-before"), (edge, "is-now iv-after")]
        elif bet or (self.spoiler and edge.since == self.step):
            variants = [(edge, "is-now iv-after" if now else "is-past iv-after")]
        else:
            when = "is-all" if self.step is None else "is-now" if now else "is-past"
            dead = edge.until is not None and self.until >= edge.until
            variants = [(edge, f"{when} is-dead" if dead else when)]
        number = f' data-step="{edge.step}"' if edge.step is not None else ""
        for shown, state in variants:
            verdict = f" v-{shown.verdict} {_hue_class(shown.verdict)}" if shown.verdict else ""
            base = _EDGE_HUE.get(shown.kind)
            names = f"iv-{shown.kind}{verdict or (f' c-{base}' if base else '')} {state}"
            title = f"<title>{esc(shown.title or edge_text(self.map, shown))}</title>"
            lines.append(f'<g class="iv-edge {names}"{number}>{title}{_line(route, shown, now)}</g>')
            if route.label is not None and (shown.step or shown.verb):
                drawn = _label(route.label, shown, self.map.verb(shown), self.map.downwards)
                labels.append(f'<g class="iv-lab {names}"{number}>{drawn}</g>')

    # nodes

    def _touched(self, node: MapNode) -> bool:
        if self.step is None:
            return False
        if node.key in self.focus or node.since == self.step > 1:
            return True
        return any(e.step == self.step and node.key in (e.source, e.target) for e in self.map.edges)

    def _node(self, node: MapNode) -> str:
        when = "is-all" if self.step is None else "is-now" if self._touched(node) else "is-past"
        left = self.states.get(node.key)
        ended = left == 0
        hue = "c-none" if ended else f"c-{HUE_OF_NODE[node.kind]}"
        names = f"iv-node iv-{node.kind} {hue} {when}" + (" is-dead" if ended else "")
        names += " iv-after" if node.key in self.results else ""
        news = self.changed.get(node.key, ())
        title = f"{node.tooltip}; changed now: {', '.join(news)}" if news else node.tooltip
        mark_now = badge(self._box(node)) if news else ""
        return (
            f'<g class="{names}" data-node="{esc(node.name)}"><title>{esc(title)}</title> '
            f"{self._body(node, left)}{self._content(node, ended)}{mark_now}</g>"
        )

    def _box(self, node: MapNode) -> Box:
        x, y = self.layout.nodes[node.key]
        width, height = self.map.size(node)
        return Box(x - width / 2, y - height / 2, width, height)

    def _body(self, node: MapNode, left: float | None) -> str:
        box = self._box(node)
        if node.kind == "role":
            return hexagon(box, 9 if self.map.compact else 12)
        dots = _DOTTED if left == 0 else ""
        if node.kind == "session":
            fuse = left if left and not self.map.compact else None
            return ticket(box, fuse, dots)
        radius = box.height / 2 if node.kind in PILLS else 3
        body = rounded(box, radius, dots)
        if node.kind == "group":
            inner = Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6)
            body += f'<rect {place(inner)} rx="{num(radius - 3)}" stroke-width=".9"/>'
        if HUE_OF_NODE[node.kind] == "res" and node.kind != "account":
            body += f'<path d="M{num(box.x)} {num(box.y + box.height)}h{num(box.width)}" stroke-width="3.5"/>'
        return body

    def _content(self, node: MapNode, ended: bool) -> str:
        box, compact = self._box(node), self.map.compact
        middle = box.y + box.height / 2
        size = 13 if compact else 16
        glyph_x = box.x + (9 if compact else 11) + {"role": 7, "group": 2}.get(node.kind, 0)
        text_x = glyph_x + (20 if compact else 22) - (1 if node.kind == "role" else 0)
        drawing = (
            f'<g class="gl iv-g" transform="translate({num(glyph_x)} {num(middle - size / 2)}) scale({size / 16:g})">'
            f"{GLYPH[node.kind]}</g>"
        )
        name_y = middle + (4 if compact else -3)
        drawing += fitted(node.shown_name, text_x, name_y, 12, bold=True)
        if not compact:
            sub = node.shown_ended if ended else node.shown_sub
            drawing += fitted(sub, text_x, middle + 12, 11)
        return drawing


def _state(state: str) -> float:
    """The part of a session's life that is left, from "ended" (0) or "fuse:0.6"."""
    if state == "ended":
        return 0
    kind, _, part = state.partition(":")
    try:
        left = float(part)
    except ValueError:
        left = math.nan
    if kind != "fuse" or not 0 <= left <= 1:
        raise PictureError(f'a node\'s state is "ended" or "fuse:0.6" (0 to 1), not {state!r}')
    return max(left, 0.001)


def _hue_class(verdict: Mark) -> str:
    return "c-ask" if verdict == "ask" else f"c-{hue_of(verdict)}"


def _line(route: Route, edge: MapEdge, now: bool) -> str:
    """The line and its end: an arrow touches, a ring (nobody said yes) and a bar (somebody said no) stop short."""
    segments = list(route.segments)
    if not segments:
        return ""
    if edge.verdict in _STOPS_SHORT:
        last = segments[-1]
        segments[-1] = split(last, max(0.3, 1 - 9 / max(length(last), 10)))
        (x, y), (ux, uy) = segments[-1][3], _direction(segments[-1][2], segments[-1][3])
        tail = ""
        if edge.verdict == "deny":
            across = f"M{num(x - uy * 8)} {num(y + ux * 8)}L{num(x + uy * 8)} {num(y - ux * 8)}"
            end = f'<path class="bar" d="{across}" stroke-width="{4.5 if now else 3.5}"/>'
        else:
            centre = f'cx="{num(x + ux * 3.5)}" cy="{num(y + uy * 3.5)}"'
            end = f'<circle class="ring f-bg" {centre} r="3.5" stroke-width="{2.25 if now else 1.5}"/>'
    elif edge.kind == "member":
        tail = end = ""
    else:
        last_point, tip = route.points[-1], route.tip
        near = abs(tip[0] - last_point[0]) + abs(tip[1] - last_point[1]) < 0.5
        ux, uy = _direction(route.points[-2], last_point) if near else _direction(last_point, tip)
        back = 1 if edge.kind == "trust" else 5
        tail = f"L{num(tip[0] - ux * back)} {num(tip[1] - uy * back)}"
        end = _arrow(tip, math.atan2(uy, ux), open_head=edge.kind == "trust")
    start = segments[0][0]
    curves = "".join("C" + " ".join(f"{num(x)} {num(y)}" for x, y in curve[1:]) for curve in segments)
    dashes = {"trust": ' stroke-dasharray="5 4"', "member": "" if now else ' stroke-width="1"'}.get(edge.kind, "")
    return f'<path class="ln" d="M{num(start[0])} {num(start[1])}{curves}{tail}"{dashes}/>{end}'


def _direction(a: Point, b: Point) -> Point:
    distance = math.dist(a, b) or 1
    return (b[0] - a[0]) / distance, (b[1] - a[1]) / distance


def _arrow(tip: Point, angle: float, open_head: bool) -> str:
    size, spread = 8, 0.42
    left = (tip[0] - size * math.cos(angle - spread), tip[1] - size * math.sin(angle - spread))
    right = (tip[0] - size * math.cos(angle + spread), tip[1] - size * math.sin(angle + spread))
    path = "L".join(f"{num(x)} {num(y)}" for x, y in (left, tip, right))
    return f'<path d="M{path}"/>' if open_head else f'<path class="f" d="M{path}Z" stroke-width="1"/>'


def _label(at: Point, edge: MapEdge, verb: str, downwards: bool) -> str:
    """The number rides on the line; the verb stands above it, or right of it where the line runs downwards."""
    (x, y), width, drawing = at, verb_width(verb), ""
    if edge.step:
        half = 7.5 if edge.step < 10 else 10.5  # two digits need a pill
        drawing = (
            f'<rect class="chip k f-bg" x="{num(x - half)}" y="{num(y - 7.5)}" width="{num(2 * half)}" height="15" '
            'rx="7.5" stroke-width="1.25"/>'
            f'<text class="no b" x="{num(x)}" y="{num(y + 3.7)}">{edge.step}</text>'
        )
    if downwards:
        beside = 6 if not edge.step else 11 if edge.step < 10 else 14
        text_x, text_y = x + beside - (0 if verb else 2), y + 4
    else:
        text_x, text_y = x - (width + (16 if edge.verdict else 0)) / 2, y - (11 if edge.step else 5)
    if verb:
        drawing += f'<text class="vb iv-halo" x="{num(text_x)}" y="{num(text_y)}">{esc(verb)}</text>'
    if edge.verdict in MARK:
        drawing += mark_group(edge.verdict, text_x + width + 3, text_y - 10.5, 0.81)
    return drawing
