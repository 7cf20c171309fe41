"""The map around one role: who may assume it, and which roles it may assume; the default picture of a real account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamviz.accounts.trust import Trusted, who_may_assume
from iamviz.arn import Arn
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode, NodeKind
from iamviz.pictures.map_paint import MapPicture, map_picture
from iamviz.world.world import World

MOST_OF_A_KIND = 12
"""Neighbours of one kind and one condition that are drawn singly; the others are folded into one node."""

_KINDS: dict[str, NodeKind] = {
    "user": "user",
    "role": "role",
    "session": "session",
    "service": "service",
    "provider": "idp",
    "account": "account",
    "everyone": "group",
}
_SUBS = {"account": "another account", "everyone": "any AWS principal", "provider": "identity provider"}


def role_map(world: World, role: str, hops: int = 1) -> Map:
    """The map around a role, given by its ARN or its name: ``hops`` steps of assuming, in both directions."""
    return _Builder(world, _role_arn(world, role), hops).map()


def role_map_picture(world: World, role: str, hops: int = 1) -> MapPicture:
    """The map around a role as a picture: who may assume it, conditions on the lines, and where it leads."""
    arn = _role_arn(world, role)
    drawn = role_map(world, arn, hops)
    callers = [drawn.node(edge.source).name for edge in drawn.edges if edge.target == arn]
    said = ", ".join(callers) or "nobody"
    return map_picture(drawn, None, f"Who may assume {world.name_of(arn)}: {said}.", focus=(arn,))


def _role_arn(world: World, role: str) -> str:
    """The ARN of a role given by its name, its label or its ARN."""
    if role in world.labels:
        role = world.labels[role]
    named = [arn for arn, found in world.roles.items() if found.name == role]
    if len(named) > 1:
        raise ValueError(f"several roles are called {role!r}: {', '.join(sorted(named))}; give the ARN")
    return world.role(named[0] if named else role).arn


class _Builder:
    def __init__(self, world: World, centre: str, hops: int) -> None:
        self.world = world
        self.nodes: dict[str, MapNode] = {}
        self.edges: dict[tuple[str, str], MapEdge] = {}
        self.trusted = {arn: who_may_assume(world, arn) for arn in sorted(world.roles)}
        self.grow(centre, hops)

    def grow(self, centre: str, hops: int) -> None:
        self.node(Trusted(centre, "role"))
        incoming = outgoing = [centre]
        for _ in range(hops):
            incoming = [arn for role in incoming for arn in self.come_in(role)]
            outgoing = [arn for caller in outgoing for arn in self.go_out(caller)]

    def come_in(self, role: str) -> list[str]:
        """Draw who may assume a role; gives the roles among them."""
        by_kind: dict[tuple[str, tuple[str, ...]], list[Trusted]] = {}
        for trusted in self.trusted[role]:
            by_kind.setdefault((trusted.kind, trusted.conditions), []).append(trusted)
        found = []
        for group in by_kind.values():
            shown = group if len(group) <= MOST_OF_A_KIND else group[: MOST_OF_A_KIND - 1]
            for trusted in shown:
                self.node(trusted)
                self.edge(trusted.principal, role, trusted.conditions)
            found += [trusted.principal for trusted in shown if trusted.principal in self.trusted]
            if len(shown) < len(group):
                self.fold(group[len(shown) :], role)
        return found

    def go_out(self, caller: str) -> list[str]:
        """Draw the roles that a role may assume; gives them."""
        found = []
        for role, callers in self.trusted.items():
            for trusted in callers:
                if trusted.principal == caller:
                    self.node(Trusted(role, "role"))
                    self.edge(caller, role, trusted.conditions)
                    found.append(role)
        return found

    def fold(self, rest: Iterable[Trusted], role: str) -> None:
        """Many alike become one node: "48 more users"."""
        rest = list(rest)
        kind, key = rest[0].kind, f"more {rest[0].kind} {'/'.join(rest[0].conditions)} {role}"
        account = self.account_of(rest[0])
        self.nodes[key] = MapNode(
            key, "group", f"{len(rest)} more {kind}s", kind, account, title=", ".join(t.principal for t in rest)
        )
        self.edge(key, role, rest[0].conditions)

    def account_of(self, trusted: Trusted) -> str | None:
        if not Arn.is_arn(trusted.principal):
            return None
        number = Arn.parse(trusted.principal).account
        return number if number in self.world.accounts or trusted.kind in ("user", "role", "session") else None

    def node(self, trusted: Trusted) -> None:
        name = self.world.name_of(trusted.principal) if Arn.is_arn(trusted.principal) else trusted.principal
        if trusted.kind == "service":
            name = name.removesuffix(".amazonaws.com")
        sub = _SUBS.get(trusted.kind, trusted.kind)
        account = self.account_of(trusted)
        node = MapNode(
            trusted.principal, _KINDS[trusted.kind], name, sub, account, title=trusted.principal, ended_sub=""
        )
        self.nodes.setdefault(trusted.principal, node)

    def edge(self, source: str, target: str, conditions: tuple[str, ...]) -> None:
        verb = f"if {' and '.join(conditions[:2])}" if conditions else "may assume"
        title = "only if: " + ", ".join(conditions) if conditions else "may assume"
        self.edges.setdefault((source, target), MapEdge(source, target, "trust", verb, title=title))

    def map(self) -> Map:
        used = dict.fromkeys(node.account for node in self.nodes.values() if node.account)
        accounts = tuple(self.accounts(used))
        many = len(self.nodes) > 8
        return Map(
            accounts,
            tuple(self.nodes.values()),
            tuple(self.edges.values()),
            ranksep=0.2,
            nodesep=0.12 if many else 0.18,
        )

    def accounts(self, numbers: Iterable[str]) -> Iterator[MapAccount]:
        for number in numbers:
            name = self.world.account(number).name
            yield MapAccount(number, name or "account", number)
