"""A map from top to bottom for a container of a given width: its nodes stand in rows that fit.

Graphviz puts a node as high as its lines allow, however wide the row becomes. Here the rows are chosen: accounts one
below the other where they do not fit side by side, nodes one row lower where theirs is full. Graphviz keeps to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from iamviz.pictures.map_layout import width_of
from iamviz.pictures.map_model import NAME_LIMIT, Map, MapNode, verb_width
from iamviz.pictures.map_places import name_size

NARROW: Final = 358
"""Px of width that a page has for a map on a phone: 390 without its margins."""
MIDDLE: Final = 716
"""The same in a page's column of 760 px."""
NATURAL: Final = 820
"""Px up to which a map runs from left to right in such a column: it shrinks to nine tenths at most."""
WIDE: Final = 1080
"""Px up to which a map runs from left to right in wider containers."""
COMPACT_OVER: Final = 14
"""Nodes over which a map shows names and glyphs only."""
LARGEST_FITTED: Final = 32
"""Nodes over which a map keeps its natural size and is scrolled."""

_RANKSEP: Final = 0.26
_TRIES: Final = 4
_NODESEP: Final = 0.13
_GAP: Final = 9
"""Px between nodes of a row."""
_AROUND: Final = 20
"""Px that the box of an account takes beside its nodes."""


def variants(map_: Map, *, frame: bool = False) -> list[tuple[Map, str]]:
    """The map as it is drawn for containers of several widths, each with the class that says where it is shown.

    From left to right where that fits, else from top to bottom, in rows; the first one is for the widest container. In
    a ``frame``, which is as wide as a page's column, there is none for wider ones.
    """
    drawn = replace(map_, compact=True) if len(map_.nodes) > COMPACT_OVER else map_
    if len(map_.nodes) > LARGEST_FITTED:
        return [(drawn, "")]
    width = width_of(drawn)
    if width <= NARROW:
        return [(drawn, "")]
    if width <= NATURAL:
        return [(drawn, "iv-map-wide"), (fitted_to(drawn), "iv-map-tall")]
    middle = fitted_to(drawn, MIDDLE)
    wide = [] if frame or width > WIDE else [(drawn, "iv-map-wide")]
    if width_of(middle) <= NARROW:
        return [*wide, (middle, "iv-map-mid iv-map-tall")] if wide else [(middle, "")]
    return [*wide, (middle, "iv-map-mid" if wide else "iv-map-wide"), (fitted_to(drawn), "iv-map-tall")]


def fitted_to(map_: Map, width: float = NARROW) -> Map:
    """The map from top to bottom, at most ``width`` px wide where its nodes allow it.

    A map that fits as Graphviz ranks it stays as it is. What lines and words need beside the nodes is known only when
    all is laid out: so the rows are made shorter until it fits, four times at most; the narrowest then counts.
    """
    best = replace(_cut(map_, width), direction="TB", stacked=True, ranksep=_RANKSEP, nodesep=min(map_.nodesep, 0.1))
    least = width_of(best)
    room = width
    for number in range(_TRIES):
        if least <= width:
            break
        tried = replace(best, nodesep=_NODESEP, rows=_rows(best, room), terse=number > 0)
        got = width_of(tried)
        if got < least:
            best, least = tried, got
        if number:
            room -= max(got - width, 24)  # at least as much shorter as it takes to move a node
    return best


def _cut(map_: Map, width: float) -> Map:
    """The map with names and words short enough to stand in a row of their own."""
    room = width - 2 * _AROUND

    def cut(text: str, wide: float) -> int:
        """Characters of a text of which ``wide`` px are left when it is drawn with ``NAME_LIMIT`` of them."""
        shown = min(len(text), NAME_LIMIT)
        return NAME_LIMIT if wide <= room else max(8, int(shown * room / wide) - 1)

    nodes = []
    for node in map_.nodes:
        text = max(node.shown_name, node.shown_sub, node.shown_ended, key=len)
        nodes.append(replace(node, longest=cut(text, map_.size(node)[0] + 12)))
    edges = [replace(edge, longest=cut(edge.verb, verb_width(edge.shown_verb) + 60)) for edge in map_.edges]
    accounts = [
        replace(account, longest=cut(max(account.name, account.number, key=len), name_size(account, True)[0] + 20))
        for account in map_.accounts
    ]
    return replace(map_, accounts=tuple(accounts), nodes=tuple(nodes), edges=tuple(edges))


class _Block:
    """Nodes that stand together, an account's or one that has none, in rows of their own."""

    def __init__(self, rows: list[list[MapNode]], width: float) -> None:
        self.rows = rows
        self.width = width


def _rows(map_: Map, room: float) -> tuple[tuple[str, ...], ...]:
    """The keys of the nodes by row: every line leads downwards where the accounts' order allows it."""
    known = {account.key for account in map_.accounts}
    home = {node.key: node.account if node.account in known else f"\0{node.key}" for node in map_.nodes}
    lines = [(edge.source, edge.target) for edge in map_.edges if edge.source != edge.target]
    order = {key: place for place, key in enumerate(_sorted([node.key for node in map_.nodes], lines))}
    between = [(home[a], home[b]) for a, b in lines if home[a] != home[b]]
    starts = list(dict.fromkeys(home[key] for key in sorted(order, key=order.__getitem__)))
    row: dict[str, int] = {}
    taken: list[float] = []
    for block_key in _sorted(starts, between):
        members = sorted((n for n in map_.nodes if home[n.key] == block_key), key=lambda n: order[n.key])
        block = _block(map_, members, lines, room)
        top = 0
        for local, nodes in enumerate(block.rows):
            for node in nodes:
                above = [row[a] for a, b in lines if b == node.key and a in row]
                top = max(top, *(at + 1 - local for at in above), 0)
        while any(
            at < len(taken) and taken[at] and taken[at] + _GAP + block.width > room
            for at in range(top, top + len(block.rows))
        ):
            top += 1
        for local, nodes in enumerate(block.rows):
            while len(taken) <= top + local:
                taken.append(0)
            taken[top + local] += block.width + (_GAP if taken[top + local] else 0)
            row.update((node.key, top + local) for node in nodes)
    used = sorted(set(row.values()))
    return tuple(tuple(node.key for node in map_.nodes if row[node.key] == at) for at in used)


def _block(map_: Map, members: list[MapNode], lines: list[tuple[str, str]], room: float) -> _Block:
    """The rows of one account, as high as its own lines allow and no wider than ``room``."""
    inside = {node.key for node in members}
    around = _AROUND if members[0].account else 0
    at: dict[str, int] = {}
    rows: list[list[MapNode]] = []
    widths: list[float] = []
    for node in members:
        width = map_.size(node)[0]
        here = max((at[a] + 1 for a, b in lines if b == node.key and a in inside and a in at), default=0)
        while here < len(rows) and widths[here] + _GAP + width + around > room:
            here += 1
        if here == len(rows):
            rows.append([])
            widths.append(-_GAP)
        rows[here].append(node)
        widths[here] += _GAP + width
        at[node.key] = here
    return _Block(rows, max(widths) + around)


def _sorted(keys: list[str], lines: Iterable[tuple[str, str]]) -> list[str]:
    """The keys so that lines lead forwards, else in their own order; where they go round, the first key breaks it."""
    above = {key: {a for a, b in lines if b == key and a != key} for key in keys}
    left, done = list(keys), []
    while left:
        ready = next((key for key in left if not above[key] & set(left)), left[0])
        left.remove(ready)
        done.append(ready)
    return done
