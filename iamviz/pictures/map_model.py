"""What a map shows, as values: accounts, nodes, edges; and the graph that Graphviz lays out.

Keys join nodes and edges and are never drawn; in DOT everything is numbered (``n0``, ``c0``, ``e0``), so that no name,
however hostile, becomes an identifier. Steps are numbers from 1; a node or edge exists from step ``since`` on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

from iamviz.pictures.errors import PictureError
from iamviz.pictures.map_dot import EDGE_HEX, HEX, PLAIN_HEAD, POINTS_PER_INCH, listed, plain_label, slot
from iamviz.pictures.marks import Hue, Mark, clean, shorten, text_width

if TYPE_CHECKING:
    from iamviz.pictures.plain_graph import PlainGraph

NodeKind = Literal["user", "group", "role", "session", "bucket", "service", "idp", "resource", "account"]
EdgeKind = Literal["trust", "session", "request", "permission", "member"]
Direction = Literal["LR", "TB"]

NAME_LIMIT: Final = 40
"""Longer names are cut in the middle; the tooltip has them in full."""

HUE_OF_NODE: Final[dict[NodeKind, Hue]] = {
    "user": "user",
    "group": "user",
    "idp": "user",
    "role": "role",
    "session": "session",
    "bucket": "res",
    "service": "res",
    "resource": "res",
    "account": "res",
}
PILLS: Final = frozenset({"user", "group", "idp"})

_EXTRA_WIDTH: Final[dict[str, int]] = {"role": 10, "session": 12, "group": 6}


@dataclass(frozen=True)
class MapAccount:
    """A rounded box around the nodes whose ``account`` is its ``key``."""

    key: str
    name: str
    number: str = ""
    longest: int = NAME_LIMIT

    @property
    def shown_name(self) -> str:
        """The name as drawn."""
        return shorten(clean(self.name), self.longest)

    @property
    def shown_number(self) -> str:
        """The number as drawn."""
        return shorten(clean(self.number), self.longest)


@dataclass(frozen=True)
class MapNode:
    """A thing. ``sub`` is the quiet line below the name (the kind when empty), ``ended_sub`` that of its end.

    Of each no more than ``longest`` characters are drawn.
    """

    key: str
    kind: NodeKind
    name: str
    sub: str = ""
    account: str | None = None
    since: int = 1
    title: str = ""
    ended_sub: str = ""
    longest: int = NAME_LIMIT

    @property
    def shown_name(self) -> str:
        """The name as drawn."""
        return shorten(clean(self.name), self.longest)

    @property
    def shown_sub(self) -> str:
        """The second line as drawn."""
        return shorten(clean(self.sub or self.kind), self.longest)

    @property
    def shown_ended(self) -> str:
        """The second line as drawn once the thing is over."""
        return shorten(clean(self.ended_sub or "ended"), self.longest)

    @property
    def tooltip(self) -> str:
        """What the mouse reads: an ARN, usually."""
        return self.title or f"{self.name} ({self.kind})"


@dataclass(frozen=True)
class MapEdge:
    """A line with a verb of three words at most; ``step`` is the number on it, from step ``until`` on it fades."""

    source: str
    target: str
    kind: EdgeKind
    verb: str = ""
    step: int | None = None
    verdict: Mark | None = None
    since: int | None = None
    until: int | None = None
    weight: int | None = None
    title: str = ""
    longest: int = NAME_LIMIT

    @property
    def first_step(self) -> int:
        """The step from which the edge is drawn."""
        return self.since or self.step or 1

    @property
    def is_question(self) -> bool:
        """Whether it is drawn only while a bet is open: a request whose outcome is something else than a line."""
        return self.verdict == "ask"

    @property
    def shown_verb(self) -> str:
        """The verb as drawn."""
        return shorten(clean(self.verb), self.longest)


@dataclass(frozen=True)
class Map:
    """A whole story's map: laid out once, then filtered by step. ``ranksep`` and ``nodesep`` are inches, as in DOT.

    ``compact`` draws names and glyphs only; ``stacked`` writes an account's number below its name when one node or none
    is in it. ``rows`` are keys of nodes that stand beside one another, from the top; without them Graphviz decides.
    ``terse`` says of a session only when it began.
    """

    accounts: tuple[MapAccount, ...] = ()
    nodes: tuple[MapNode, ...] = ()
    edges: tuple[MapEdge, ...] = ()
    direction: Direction = "LR"
    compact: bool = False
    ranksep: float = 0.30
    nodesep: float = 0.22
    stacked: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    terse: bool = False

    def __post_init__(self) -> None:
        keys = [node.key for node in self.nodes]
        if len(set(keys)) != len(keys):
            raise PictureError(
                f"two nodes of the map have the same key: {sorted(k for k in keys if keys.count(k) > 1)}"
            )
        for edge in self.edges:
            missing = [key for key in (edge.source, edge.target) if key not in keys]
            if missing:
                raise PictureError(f"an edge of the map names {missing[0]!r}, which is no node's key")

    @property
    def downwards(self) -> bool:
        """Whether the map runs from top to bottom."""
        return self.direction == "TB"

    def node(self, key: str) -> MapNode:
        """The node with this key."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, MapNode]:
        return {node.key: node for node in self.nodes}

    def members(self, account: MapAccount) -> tuple[MapNode, ...]:
        """The nodes inside an account."""
        return tuple(node for node in self.nodes if node.account == account.key)

    def stacks(self, account: MapAccount) -> bool:
        """Whether this account's number stands below its name."""
        return self.stacked and len(self.members(account)) < 2

    def turned(self) -> Map:
        """The same story from top to bottom, for narrow containers."""
        return replace(self, direction="TB", ranksep=max(self.ranksep, 0.26), nodesep=min(self.nodesep, 0.1))

    def size(self, node: MapNode) -> tuple[int, int]:
        """Width and height of a node in px (equal to DOT's points), from our own text widths."""
        if self.compact:
            width = text_width(node.shown_name, 12, bold=True) + 34
        else:
            lines = (
                text_width(node.shown_name, 13, bold=True),
                text_width(node.shown_sub, 11),
                text_width(node.shown_ended, 11) if node.ended_sub else 0,
            )
            width = max(lines) + 40
        return math.ceil(width + _EXTRA_WIDTH.get(node.kind, 0)), 26 if self.compact else 44

    def verb(self, edge: MapEdge) -> str:
        """What is written beside an edge: requests of a downward map have number and mark only."""
        if self.downwards and edge.kind == "request":
            return ""
        return edge.shown_verb.rpartition(" ")[2] if self.terse and edge.kind == "session" else edge.shown_verb

    def label_width(self, edge: MapEdge) -> int:
        """Px that an edge's label takes along a rightward line; 0 without a label."""
        if self.downwards and edge.kind == "request":
            return (34 if self.terse else 38) + (0 if (edge.step or 0) < 10 else 7)
        width = verb_width(self.verb(edge)) + (16 if edge.verdict else 0)
        if not width and not edge.step:
            return 0
        return math.ceil(max(width, 22 if edge.step else 0) + 2)

    def digraph(self, labels: bool = False) -> PlainGraph:
        """The DOT graph: empty slots of the right size for our own painting, or a presentable plain drawing."""
        from iamviz.pictures.plain_graph import PlainGraph  # only here: importing graphviz takes its time

        graph = PlainGraph(
            "map",
            graph_attr={
                "rankdir": self.direction,
                "bgcolor": "transparent",
                "nodesep": f"{self.nodesep:g}",
                "ranksep": f"{self.ranksep:g}",
                "splines": "true",
                "newrank": "false",
                "fontname": "Helvetica",
                "pad": "0.02",
                "remincross": "true",
            },
            node_attr={"fixedsize": "true", "label": "", "fontname": "Helvetica", "fontsize": "12", "penwidth": "1.5"},
            edge_attr={"fontname": "Helvetica", "fontsize": "11", "arrowsize": ".6", "color": "#66717b"},
        )
        names = {node.key: f"n{index}" for index, node in enumerate(self.nodes)}
        for index, account in enumerate(self.accounts):
            with graph.subgraph(name=f"cluster_c{index}") as cluster:
                cluster.attr(**self._account_attributes(account, labels))
                for node in self.members(account):
                    cluster.node(names[node.key], **self._node_attributes(node, labels))
        known = {account.key for account in self.accounts}
        for node in self.nodes:
            if node.account not in known:
                graph.node(names[node.key], **self._node_attributes(node, labels))
        for index, edge in enumerate(self.edges):
            if labels and edge.is_question:
                continue  # the layout keeps its room; a plain graph has no bet
            attributes = self._edge_attributes(edge, labels)
            graph.edge(names[edge.source], names[edge.target], id=f"e{index}", **attributes)
        return graph

    def layout_source(self) -> str:
        """The same graph as `digraph` without labels, as DOT text: written here, since quoting by graphviz takes long.

        No name is in it: everything is numbered, and every attribute is ours.
        """
        names = {node.key: f"n{index}" for index, node in enumerate(self.nodes)}
        known = {account.key for account in self.accounts}
        lines = [
            "digraph map {",
            (
                f'graph [rankdir={self.direction} nodesep="{self.nodesep:g}" ranksep="{self.ranksep:g}" splines=true '
                f'newrank={"true" if self.rows else "false"} fontname=Helvetica pad="0.02" remincross=true]'
            ),
            'node [fixedsize=true label="" fontname=Helvetica fontsize=12 penwidth="1.5"]',
            'edge [fontname=Helvetica fontsize=11 arrowsize=".6"]',
        ]
        for index, account in enumerate(self.accounts):
            lines.append(f"subgraph cluster_c{index} {{ graph [{listed(self._account_attributes(account, False))}]")
            lines += [f"{names[n.key]} [{listed(self._node_attributes(n, False))}]" for n in self.members(account)]
            lines.append("}")
        outside = (node for node in self.nodes if node.account not in known)
        lines += [f"{names[node.key]} [{listed(self._node_attributes(node, False))}]" for node in outside]
        lines += [
            f"{names[edge.source]} -> {names[edge.target]} [id=e{index} {listed(self._edge_attributes(edge, False))}]"
            for index, edge in enumerate(self.edges)
        ]
        return "\n".join([*lines, *self._row_lines(names), "}"])

    def _row_lines(self, names: Mapping[str, str]) -> list[str]:
        """What holds the rows: ranks of their own, and a line that nobody sees from each to the next."""
        if not self.rows:
            return []
        lines = [f"{{rank=same {' '.join(names[key] for key in row)}}}" for row in self.rows]
        at = self._row_of
        joined = {at[e.source] for e in self.edges if at[e.target] == at[e.source] + 1}
        return lines + [
            f"{names[above[0]]} -> {names[below[0]]} [style=invis weight=0]"
            for number, (above, below) in enumerate(pairwise(self.rows))
            if number not in joined
        ]

    def _is_long(self, edge: MapEdge) -> bool:
        """Whether an edge passes rows, or leads upwards: its label finds a place when all else has one."""
        return bool(self.rows) and self._row_of[edge.target] - self._row_of[edge.source] != 1

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {key: number for number, row in enumerate(self.rows) for key in row}

    def _account_attributes(self, account: MapAccount, labels: bool) -> dict[str, str]:
        name, number = account.shown_name, account.shown_number
        stacked = self.stacks(account)
        name_width, number_width = text_width(name, 12, bold=True), 6.7 * len(number)
        width = max(name_width, number_width) + 4 if stacked else name_width + number_width + 14
        room = slot(math.ceil(width), (27 if stacked else 15) + (8 if self.downwards else 0))
        return {
            "fontsize": "11",
            "fontcolor": "#46525d",
            "label": plain_label(f"{name}  {number}", end="\\l") if labels else room,
            "labeljust": "l",
            "margin": "9" if self.compact or self.stacked else "12",
            "style": "rounded",
            "color": "#d4dade",
        }

    def _node_attributes(self, node: MapNode, labels: bool) -> dict[str, str]:
        width, height = self.size(node)
        line, body = HEX[HUE_OF_NODE[node.kind]]
        attributes = {
            "width": f"{width / POINTS_PER_INCH:.3f}",
            "height": f"{height / POINTS_PER_INCH:.3f}",
            "shape": "hexagon" if node.kind == "role" else "box",
            "style": "rounded,filled" if node.kind in PILLS else "filled",
            "color": line,
            "fillcolor": body,
            "fontcolor": "#16202a",
            "margin": "0",
            "class": f"iv-{node.kind}",
        }
        if labels:
            attributes["label"] = plain_label(node.shown_name, *(() if self.compact else (node.shown_sub,)))
        return attributes

    def _edge_attributes(self, edge: MapEdge, labels: bool) -> dict[str, str]:
        verdict = edge.verdict or ""
        attributes = {
            "class": f"iv-{edge.kind}",
            "color": EDGE_HEX.get(verdict) or EDGE_HEX.get(edge.kind, "#66717b"),
            "fontcolor": "#46525d",
            "arrowhead": PLAIN_HEAD.get(verdict, "vee" if edge.kind == "trust" else "normal"),
        }
        width, height = 0 if self._is_long(edge) else self.label_width(edge), 31 if edge.step else 14
        if self.downwards:  # the label stands right of the line: room is kept on both sides
            width, height = width + (24 if width and edge.kind != "request" else 0), 20
        if width:
            plain = f" {edge.step or ''} {edge.shown_verb} "
            attributes["label"] = plain_label(plain) if labels else slot(width, height)
        if edge.kind == "trust":
            attributes["style"] = "dashed"
        if edge.kind == "member":
            attributes["arrowhead"] = "none"
        weight = edge.weight or {"member": 2, "session": 6}.get(edge.kind)
        if weight:
            attributes["weight"] = str(weight)
        if self.rows:
            down = self._row_of[edge.target] - self._row_of[edge.source]
            attributes.update({"minlen": str(down)} if down > 0 else {"constraint": "false"})
            if down != 1:
                attributes["weight"] = "0"
        return attributes


def verb_width(verb: str) -> float:
    """Px of a verb as the map sets it."""
    return text_width(verb, 11, bold=True) * 0.97
