"""The map of a world: all of it when it is small, else what is around one node; who is just like others is folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from typing import Final

from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode
from iamviz.pictures.map_paint import MapPicture, edge_text, map_picture
from iamviz.pictures.marks import esc
from iamviz.pictures.story_map import states_in
from iamviz.pictures.world_graph import WorldGraph
from iamviz.pictures.world_lines import fewer_lines, said_once
from iamviz.world.world import World, WorldError

LARGEST: Final = 60
"""Nodes up to which a world is drawn whole."""
FOLD_FROM: Final = 3
"""Identities that are the same in all that IAM knows of them, from which they are folded."""
MOST_ALIKE: Final = 12
"""Neighbours with the same lines, whatever else tells them apart, that are drawn singly."""
_NUMBERED: Final = re.compile(r"[\s_.\-]*\d+$")
_MOST_NAMED: Final = 30
_MOST_TOLD: Final = 12
"""Lines of a map that are told to those who hear it; the text of the picture has them all."""


def world_map(
    world: World,
    center: str = "",
    hops: int = 1,
    keep: Iterable[str] = (),
    passing: Iterable[str] = (),
    verdicts: bool = True,
) -> Map:
    """The map of a world, or of what is around ``center``: a label, a profile, an ARN, or a name that is unique.

    ``hops`` lines are followed from the centre, forwards (what it may become and reach) and backwards (who may become
    it). Without a centre, a world of more than 60 nodes is drawn around the role that most others may assume. Users of
    the same groups, policies and lines are folded into one node; those in ``keep``, those with a label and those with a
    session stay out of the fold. For those in ``passing`` the roles are drawn, too, that they may pass to a service
    (`iam:PassRole`) which these roles trust. With ``verdicts=False`` no line says who may do what, only who is in which
    group and which session is whose: a map to ask questions about. WorldError for a name that the world does not hold.
    """
    return _draw(world, center, hops, keep, passing, verdicts)[0]


def world_map_picture(
    world: World,
    center: str = "",
    hops: int = 1,
    keep: Iterable[str] = (),
    passing: Iterable[str] = (),
    verdicts: bool = True,
) -> MapPicture:
    """The map of a world (see `world_map`) as a picture; what it is drawn around stands out, and a sentence says so."""
    drawn, focus, told = _draw(world, center, hops, keep, passing, verdicts)
    left = states_in(world)
    states = {node.key: left[node.key] for node in drawn.nodes if node.key in left}
    picture = map_picture(drawn, None, _sentence(world, drawn, focus), states, focus=(focus,) if focus else ())
    if not told:
        return picture
    return replace(picture, html=f'<p class="t2">{esc(told)}</p>{picture.html}', text=f"{told}\n{picture.text}")


def _sentence(world: World, drawn: Map, focus: str) -> str:
    if focus in world.roles:
        name, led = world.name_of(focus), [edge for edge in drawn.edges if edge.target == focus]
        callers = [drawn.node(edge.source).name for edge in led if edge.kind != "permission"]
        givers = [drawn.node(edge.source).name for edge in led if edge.kind == "permission"]
        given = f" Who may pass it: {', '.join(givers)}." if givers else ""
        return f"Who may assume {name}: {', '.join(callers) or 'nobody'}.{given}"
    names = ", ".join(account.name for account in drawn.accounts)
    around = f" around {drawn.node(focus).name}" if focus else ""
    lines = [edge_text(drawn, edge) for edge in drawn.edges if edge.kind != "member"]
    told = "; ".join(lines[:_MOST_TOLD]) + (f"; and {len(lines) - _MOST_TOLD} more" * (len(lines) > _MOST_TOLD))
    count = f"{len(drawn.nodes)} node{'s' * (len(drawn.nodes) != 1)}"
    return f"Map{around}: {count} in {names or 'no account'}." + (f" {told}." if told else "")


def _draw(
    world: World, center: str, hops: int, keep: Iterable[str], passing: Iterable[str], verdicts: bool
) -> tuple[Map, str, str]:
    """The map, the key of its centre ("" for the whole world), and what has to be told about the choice."""
    graph = WorldGraph(world, verdicts)
    kept = {_find(world, graph, name) for name in keep}
    givers = {_find(world, graph, name): None for name in passing}
    passed = [line for giver in givers for line in graph.passes(giver)]
    kept |= set(world.labels.values()) | {session.caller for session in world.sessions.values()} | set(givers)
    focus, told = (_find(world, graph, center), "") if center else ("", "")
    if not focus:
        lines = [*graph.lines, *passed]
        if len(graph.nodes) <= 4 * LARGEST:
            lines += _reached(graph, graph.nodes)
        nodes, edges = _fold(world, graph.nodes.values(), fewer_lines(lines), kept)
        if len(nodes) <= LARGEST:
            return _map(world, nodes, edges), "", ""
        focus = _busiest(graph)
        told = f"This world has {len(graph.nodes)} nodes: this is what is around {graph.nodes[focus].name}. "
        told += 'iv.map(world, center="…"), or iamviz draw WHO, draws it around another one.'
    chosen, edges = _around(graph, focus, hops, passed)
    nodes, edges = _fold(world, [n for key, n in graph.nodes.items() if key in chosen], edges, kept | {focus})
    return _map(world, nodes, edges), focus, told


def _find(world: World, graph: WorldGraph, name: str) -> str:
    """The key of a node given by its label, its profile, its ARN or its name."""
    known = world.labels.get(name) or world.profiles.get(name) or name
    if known in graph.nodes:
        return known
    named = [key for key, node in graph.nodes.items() if node.name == name or key.rpartition("/")[2] == name]
    if len(named) == 1:
        return named[0]
    if named:
        raise WorldError(f"{len(named)} nodes are called {name!r}: {', '.join(sorted(named)[:5])}; give the ARN of one")
    some = ", ".join(node.name for node in list(graph.nodes.values())[:12])
    raise WorldError(f"nothing is called {name!r} in this world; it has {some}{' …' if len(graph.nodes) > 12 else ''}")


def _busiest(graph: WorldGraph) -> str:
    """The role that most may assume, else the first node."""
    counts = {role: len(callers) for role, callers in graph.trust.items()}
    return max(sorted(counts), key=lambda role: counts[role]) if counts else next(iter(graph.nodes))


def _reached(graph: WorldGraph, keys: Iterable[str]) -> list[MapEdge]:
    return [line for key in keys for line in graph.reaches(key)]


def _around(graph: WorldGraph, center: str, hops: int, passed: Iterable[MapEdge]) -> tuple[set[str], list[MapEdge]]:
    """The nodes within ``hops`` lines of the centre, forwards and backwards, and the lines that were followed."""
    lines = [*graph.lines, *passed]
    if center in graph.world.resources:
        lines += [line for line in _reached(graph, graph.nodes) if line.target == center]
    chosen = {center}
    used: dict[MapEdge, None] = {}
    for forwards in (True, False):
        front = {center}
        for _ in range(hops):
            if forwards:
                lines += [line for line in _reached(graph, sorted(front)) if line not in used]
            here = [line for line in lines if (line.source if forwards else line.target) in front]
            used.update(dict.fromkeys(here))
            front = {line.target if forwards else line.source for line in here}
            chosen |= front
    return chosen, list(used)


# ── folding ──


def _fold(
    world: World, nodes: Iterable[MapNode], edges: list[MapEdge], keep: Collection[str]
) -> tuple[list[MapNode], list[MapEdge]]:
    """Fold users who are the same in everything, then neighbours that are too many to draw."""

    def identity(node: MapNode) -> Hashable:
        user = world.users.get(node.key)
        if user is None:
            return None
        inline = tuple(sorted((policy.name, policy.source) for policy in user.inline))
        return user.account, tuple(sorted(user.groups)), inline, tuple(sorted(user.attached)), user.boundary

    folded = _fold_alike(list(nodes), edges, keep, identity, FOLD_FROM)
    return _fold_alike(*folded, keep, lambda node: (node.kind, node.account), MOST_ALIKE + 1)


def _fold_alike(
    nodes: list[MapNode],
    edges: list[MapEdge],
    keep: Collection[str],
    what: Callable[[MapNode], Hashable],
    least: int,
) -> tuple[list[MapNode], list[MapEdge]]:
    """Fold nodes of which ``what`` is the same (None: not at all) and whose lines are the same."""
    lines: dict[str, list[tuple[str, str, str, bool]]] = {}
    for edge in edges:
        lines.setdefault(edge.source, []).append((edge.target, edge.kind, edge.verb, True))
        # When a session began tells it apart, but not what it is.
        verb = "" if edge.kind == "session" else edge.verb
        lines.setdefault(edge.target, []).append((edge.source, edge.kind, verb, False))
    alike: dict[Hashable, list[MapNode]] = {}
    for node in nodes:
        same = what(node)
        if same is not None and node.key not in keep:
            alike.setdefault((same, tuple(sorted(lines.get(node.key, ())))), []).append(node)
    into: dict[str, MapNode] = {}
    for group in alike.values():
        if len(group) >= least:
            more = any(n.kind == group[0].kind and n.account == group[0].account and n.key in keep for n in nodes)
            into.update(dict.fromkeys((node.key for node in group), _folded(group, more)))
    shown = list(dict.fromkeys(into.get(node.key, node) for node in nodes))
    drawn: dict[tuple[str, str, str, str], MapEdge] = {}
    for edge in edges:
        source, target = (into[key].key if key in into else key for key in (edge.source, edge.target))
        verb = "" if edge.kind == "session" and target != edge.target else edge.verb
        drawn.setdefault((source, target, edge.kind, verb), replace(edge, source=source, target=target, verb=verb))
    return shown, list(drawn.values())


def _folded(group: list[MapNode], more: bool) -> MapNode:
    """One node for many: ``48 more engineers``."""
    first = group[0]
    names = [node.name for node in group]
    listed = ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" * (len(names) > _MOST_NAMED))
    name = f"{len(group):,} {'more ' if more else ''}{_plural(names, first.kind)}"
    kind = "group" if first.kind == "user" else first.kind
    return MapNode(f"fold {first.key}", kind, name, "all alike", first.account, title=listed)


def _plural(names: list[str], kind: str) -> str:
    """What to call many: ``engineers`` for engineer-01 to engineer-50, else their kind."""
    stems = Counter(_NUMBERED.sub("", name) for name in names)
    stem, _ = stems.most_common(1)[0]
    if len(stems) == 1 and len(stem) >= 3 and len(names) > 1:
        return stem if stem.endswith("s") else f"{stem}s"
    return {"idp": "providers", "bucket": "buckets", "resource": "resources"}.get(kind, f"{kind}s")


def _map(world: World, nodes: list[MapNode], edges: list[MapEdge]) -> Map:
    numbers = dict.fromkeys(node.account for node in nodes if node.account)
    accounts = tuple(MapAccount(number, world.account(number).name or "account", number) for number in numbers)
    many = len(nodes) > 8
    return Map(accounts, tuple(nodes), tuple(said_once(edges)), ranksep=0.2, nodesep=0.12 if many else 0.18)
