"""Answers about an account as pictures: a sentence, a table, a map where there is a way, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from iamviz.accounts.allowed import LEVELS, AllowedActions, allowed_actions, levels
from iamviz.accounts.answers import Reply
from iamviz.accounts.compare import Comparison, compare
from iamviz.accounts.reach import Reach, can_reach
from iamviz.accounts.reach_story import way_story
from iamviz.accounts.trust import short_key
from iamviz.accounts.who import WhoCan, who_can, who_can_assume
from iamviz.engine.coverage import ActionSet, action_set
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode, NodeKind
from iamviz.pictures.map_paint import MapPicture, map_picture
from iamviz.pictures.marks import Mark, breakable, esc, glyph, mark, verdict
from iamviz.pictures.picture import Picture
from iamviz.story.story import Story
from iamviz.world.world import World

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AskedPicture",
    "ReachPicture",
    "allowed_picture",
    "asked_html",
    "comparison_picture",
    "reach_picture",
    "unknowns_html",
    "who_can_assume_picture",
    "who_can_picture",
]

MOST_ROWS: Final = 60
"""Rows that a picture shows; ``table`` has all."""
MOST_ROLES: Final = 30
"""Roles that the map of a reach shows."""
MOST_SERVICES: Final = 24
_GLYPHS: Final = {
    "user": ("user", "user"),
    "role": ("role", "role"),
    "session": ("session", "session"),
    "service": ("service", "res"),
    "provider": ("idp", "user"),
    "account": ("account", "res"),
    "everyone": ("group", "user"),
}


@dataclass(frozen=True)
class AskedPicture(Picture):
    """An answer as a picture. ``answer`` is the answer itself; ``table`` its rows as a DataFrame."""

    answer: Reply = field(kw_only=True)

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        return self.answer.sentence

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it rests on, row by row."""
        return self.answer.rows

    @property
    def table(self) -> pd.DataFrame:
        """The rows as a DataFrame."""
        return self.answer.table

    @property
    def unknowns(self) -> tuple[str, ...]:
        """What is not known, a sentence each."""
        return self.answer.unknowns

    def to_json(self) -> str:
        """Question, answer, rows and what is not known, as JSON."""
        return self.answer.to_json()


@dataclass(frozen=True)
class ReachPicture(AskedPicture):
    """The roles that somebody can reach; ``map`` draws the ways to them."""

    map: MapPicture = field(kw_only=True)

    @property
    def reach(self) -> Reach:
        """The answer with its ways: ``reach.way_to("Deploy")``."""
        return cast("Reach", self.answer)

    def story(self, role: str) -> Story | None:
        """The way to a role (ARN or name) played by the engine; what is not known is supposed to be as it must.

        None when no supposition is made up for a condition on the way. Raises KeyError for a role that is not reached.
        """
        return way_story(self.reach.world, self.reach.who, self.reach.way_to(role))


def asked_html(
    sentence: str, heads: Sequence[str], rows: Sequence[Sequence[str]], unknowns: Iterable[str], above_html: str = ""
) -> str:
    """The sentence, a table (its cells are markup), and what is not known, folded away."""
    body = "".join(
        "<tr>" + "".join(_cell(head, cell) for head, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows[:MOST_ROWS]
    )
    head = "".join(f'<th scope="col" class="t1{_numeric(name)}">{esc(name)}</th>' for name in heads)
    table = f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>' if rows else ""
    more = f'<p class="t2">{len(rows) - MOST_ROWS:,} more rows: table has all.</p>' if len(rows) > MOST_ROWS else ""
    told = unknowns_html(unknowns)
    return f'<div class="iv-asked"><p class="big b">{esc(sentence)}</p>{above_html}{table}{more}{told}</div>'


def unknowns_html(unknowns: Iterable[str]) -> str:
    """What is not known, folded away; nothing where there is nothing to say."""
    points = "".join(f"<li>{esc(text)}</li>" for text in unknowns)
    return f'<details class="t2"><summary>What is not known here</summary><ul>{points}</ul></details>' if points else ""


def _numeric(head: str) -> str:
    return " n" if head.endswith("#") or head in LEVELS or head in ("hops", "actions", "actions in all") else ""


def _cell(head: str, cell: str) -> str:
    return f'<td data-c="{esc(head)}" class="{_numeric(head).strip()}">{cell}</td>'


def _verdict(text: str) -> str:
    """A verdict with its mark: allowed, or what it depends on in short words."""
    if text == "allowed":
        return verdict("allow", "allowed")
    keys = text.removeprefix("depends on ").split(", ")
    return verdict("cond", f"if {', '.join(short_key(key) if ' ' not in key else key for key in keys)}")


def _who(kind: str, name: str, arn: str) -> str:
    drawn, hue = _GLYPHS.get(kind, ("account", "res"))
    return f'<span class="c-{hue} x iv-v" title="{esc(arn)}">{glyph(drawn)}<b>{breakable(name)}</b></span>'


def _view(answer: Reply, heads: Sequence[str], rows: Sequence[Sequence[str]], above_html: str = "") -> AskedPicture:
    html = asked_html(answer.sentence, heads, rows, answer.unknowns, above_html)
    return AskedPicture(html, str(answer), frozenset({"asked"}), answer=answer)


def who_can_picture(world: World, action: str, resource: str = "*") -> AskedPicture:
    """Who may do an action on a resource: every user and role, and whom the resource's policy lets in from outside."""
    return _who_view(who_can(world, action, resource))


def who_can_assume_picture(world: World, role: str) -> AskedPicture:
    """Who may become a role, decided on both sides."""
    return _who_view(who_can_assume(world, role))


def _who_view(answer: WhoCan) -> AskedPicture:
    rows = [
        [_who(may.kind, answer.world.name_of(may.principal), may.principal), _verdict(may.verdict), esc(may.said or "")]
        for may in answer.may
    ]
    return _view(answer, ("who", "verdict", "statement"), rows)


def allowed_picture(world: World, who: str, resource: str | None = None) -> AskedPicture:
    """What somebody may do, of all actions in the catalogue: counted by service and access level."""
    answer = allowed_actions(world, who, resource)
    return _view(answer, ("service", *LEVELS), list(_service_rows(answer)))


def _service_rows(answer: AllowedActions) -> Iterable[list[str]]:
    by_service: dict[str, None] = {}
    for action in answer.allowed | answer.depends:
        by_service.setdefault(action.partition(":")[0])
    counted = [(service, _counts(answer, action_set([f"{service}:*"]))) for service in by_service]
    counted.sort(key=lambda entry: (-entry[1][LEVELS[-1]][0], -entry[1]["Write"][0], entry[0]))
    for service, counts in counted[:MOST_SERVICES]:
        yield [f'<b class="mono">{esc(service)}</b>', *(_count(*counts[level]) for level in LEVELS)]
    if len(counted) > MOST_SERVICES:
        rest = counted[MOST_SERVICES:]
        sums = ([sum(counts[level][n] for _, counts in rest) for n in range(3)] for level in LEVELS)
        yield [f"{len(rest)} more services", *(_count(*numbers) for numbers in sums)]


def _counts(answer: AllowedActions, service: ActionSet) -> dict[str, tuple[int, int, int]]:
    """For each access level: actions that may be done, those of them under conditions only, all there are."""
    found = {}
    for level in LEVELS:
        actions = levels().get(level, ActionSet()) & service
        may = (answer.allowed | answer.depends) & actions
        found[level] = (len(may), len(answer.depends & actions), len(actions))
    return found


def _count(may: int, perhaps: int, of: int) -> str:
    if not may:
        return f'<span class="zero">{"0" if of else "–"}</span>'
    what: Mark = "cond" if perhaps == may else "allow"
    return f'{mark(what, 13)}<b>{may:,}</b> <span class="t1">of {of:,}</span>'


def reach_picture(world: World, who: str) -> ReachPicture:
    """The roles that somebody can become, through any number of roles; ``map`` draws the ways, each by its surest."""
    answer = can_reach(world, who)
    name = world.name_of
    rows = [
        [
            _who("role", name(found.role), found.role),
            str(found.hops),
            _verdict(found.verdict),
            " → ".join(breakable(name(hop.target)) for hop in found.way[:-1]) or '<span class="zero">directly</span>',
            esc(found.way[-1].trust or ""),
        ]
        for found in answer.reached
    ]
    drawn = _reach_map(answer)
    view = _view(answer, ("role", "hops", "verdict", "through", "trust"), rows, drawn.html if answer.reached else "")
    return ReachPicture(view.html, view.text, frozenset({"asked", "map"}), answer=answer, map=drawn)


def _reach_map(answer: Reach) -> MapPicture:
    """One node for each role, the last hop of each way as its line."""
    world, shown = answer.world, answer.reached[:MOST_ROLES]
    start: NodeKind = "user" if answer.who in world.users else "role"
    nodes = [MapNode(answer.who, start, world.name_of(answer.who), "", _account(answer.who), title=answer.who)]
    nodes += [
        MapNode(found.role, "role", world.name_of(found.role), "", _account(found.role), title=found.role)
        for found in shown
    ]
    known = {node.key for node in nodes}
    edges = []
    for found in shown:
        hop = found.way[-1]
        if hop.source in known:
            words = [short_key(key) for key in hop.keys]
            verb = f"if {' and '.join(words[:2])}" if words else "may assume"
            edges.append(MapEdge(hop.source, hop.target, "trust", verb, title=str(hop.trust or "")))
    left = len(answer.reached) - len(shown)
    if left:
        nodes.append(MapNode("more", "group", f"{left} more roles", "role"))
        edges.append(MapEdge(answer.who, "more", "trust", "may become"))
    numbers = dict.fromkeys(node.account for node in nodes if node.account)
    accounts = tuple(MapAccount(number, world.account(number).name or "account", number) for number in numbers)
    many = len(nodes) > 8
    drawn = Map(accounts, tuple(nodes), tuple(edges), ranksep=0.2, nodesep=0.12 if many else 0.18)
    return map_picture(drawn, None, answer.sentence, focus=(answer.who,))


def _account(arn: str) -> str:
    return arn.split(":")[4]


def comparison_picture(before: World, after: World) -> AskedPicture:
    """What changed between two states of an account: who gained, who lost."""
    return _comparison(compare(before, after))


_SIGNS: Final = {"gained": "+", "lost": "\N{MINUS SIGN}", "changed": "±"}


def _comparison(answer: Comparison) -> AskedPicture:
    rows = []
    for change, row in zip(answer.changes, answer.rows, strict=True):
        arn = change.who
        kind = "role" if ":role/" in arn else "user" if ":user/" in arn else "account"
        count = f"<b>{row['actions']:,}</b>" if row["actions"] else '<span class="zero">–</span>'
        rows.append(
            [
                _who(kind, str(row["who"]), arn),
                f"<b>{_SIGNS[change.change]} {esc(change.change)}</b>",
                esc(change.what),
                count,
                esc(row["detail"]),
            ]
        )
    return _view(answer, ("who", "change", "what", "actions", "detail"), rows)
