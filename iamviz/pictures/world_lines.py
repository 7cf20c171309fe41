"""Fewer lines on the map of a world: members of a group share theirs, a session speaks for its role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from iamviz.pictures.map_model import MapEdge

MOST_ALIKE_VERBS: Final = 3
"""Lines up to which each says "may assume"; of more only the first does: they are dashed, and that says it."""
_PLAIN: Final = frozenset({"may assume", "members may assume"})


def fewer_lines(lines: Iterable[MapEdge]) -> list[MapEdge]:
    """The same lines without those that others tell: nothing is said of anybody for whom it does not hold."""
    return _spoken_for(_from_groups(list(lines)))


def _from_groups(lines: list[MapEdge]) -> list[MapEdge]:
    """A line that every member of a group has, to the same node and with the same words, starts at the group."""
    members: dict[str, set[str]] = {}
    for line in lines:
        if line.kind == "member":
            members.setdefault(line.target, set()).add(line.source)
    groups = sorted((group for group in members if len(members[group]) > 1), key=lambda g: (-len(members[g]), g))
    alike: dict[tuple[str, str, str, str], list[MapEdge]] = {}
    for line in lines:
        if line.kind in ("trust", "permission"):
            alike.setdefault((line.target, line.kind, line.verb, line.title), []).append(line)
    instead: dict[MapEdge, MapEdge | None] = {}
    for same in alike.values():
        sources = {line.source for line in same}
        told: set[str] = set()
        for group in groups:
            if members[group] <= sources and not members[group] <= told:
                first = next(line for line in same if line.source in members[group] - told)
                for line in same:
                    if line.source in members[group]:
                        instead.setdefault(line, None)
                told |= members[group]
                instead[first] = replace(
                    first, source=group, verb=f"members {first.verb}", title=f"every member: {first.title}"
                )
    drawn = (instead.get(line, line) for line in lines)
    return [line for line in drawn if line is not None]


def _spoken_for(lines: list[MapEdge]) -> list[MapEdge]:
    """Without the lines of a role to what one of its sessions reaches in the same way."""
    sessions: dict[str, set[str]] = {}
    for line in lines:
        if line.kind == "session":
            sessions.setdefault(line.source, set()).add(line.target)
    reached = {(line.source, line.target, line.verb) for line in lines if line.kind == "permission"}
    return [
        line
        for line in lines
        if line.kind != "permission"
        or not any((session, line.target, line.verb) in reached for session in sessions.get(line.source, ()))
    ]


def said_once(lines: Sequence[MapEdge]) -> list[MapEdge]:
    """The same lines; where many would carry the same plain verb, the first of them keeps it."""
    counts: dict[str, int] = {}
    for line in lines:
        if line.verb in _PLAIN:
            counts[line.verb] = counts.get(line.verb, 0) + 1
    if sum(counts.values()) <= MOST_ALIKE_VERBS:
        return list(lines)
    seen: set[str] = set()
    drawn = []
    for line in lines:
        plain = line.verb in _PLAIN
        drawn.append(replace(line, verb="") if plain and line.verb in seen else line)
        if plain:
            seen.add(line.verb)
    return drawn
