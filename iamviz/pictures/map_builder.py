"""What the maps of stories share, decided or observed: nodes in order of appearance, sessions with their end."""

from __future__ import annotations

from datetime import datetime

from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode, NodeKind

__all__ = ["MapBuilder", "clock"]


def clock(moment: datetime) -> str:
    """A clock time as pictures write it."""
    return moment.strftime("%H:%M")


class MapBuilder:
    """Nodes and edges while steps come in. What is added twice stays as it was the first time."""

    def __init__(self) -> None:
        self.nodes: dict[str, MapNode] = {}
        self.edges: list[MapEdge] = []

    def drawn(self, accounts: tuple[MapAccount, ...], *, compact: bool = False) -> Map:
        """The map of all that was added, one account above the other."""
        nodes, edges = tuple(self.nodes.values()), tuple(self.edges)
        return Map(accounts, nodes, edges, compact=compact, ranksep=0.06, nodesep=0.08, stacked=True)

    def add(
        self,
        key: str,
        kind: NodeKind,
        name: str,
        sub: str,
        account: str | None,
        since: int = 1,
        title: str | None = None,
        ended_sub: str = "",
    ) -> str:
        """The key of a node, which is there from the step ``since`` on; its tooltip is ``title``, or the key itself."""
        tooltip = key if title is None else title
        self.nodes.setdefault(key, MapNode(key, kind, name, sub, account, since, tooltip, ended_sub))
        return key

    def add_session(
        self, key: str, name: str, account: str | None, since: int, arn: str, expires: datetime | None
    ) -> str:
        """The key of a session's node; ``expires`` is None where nobody tells when it ends."""
        until = "end not in the trail" if expires is None else f"until {clock(expires)}"
        ended = "" if expires is None else f"ended {clock(expires)}"
        return self.add(key, "session", name, until, account, since, arn, ended)
