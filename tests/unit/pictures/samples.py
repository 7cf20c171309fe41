"""One of every picture, each made with the same text in every place that takes text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from iamviz import pictures as pic
from iamviz.exercises import Exercise
from iamviz.exercises import exercise as shipped
from iamviz.pictures import Map, MapAccount, MapEdge, MapNode

HOSTILE = (
    '<script>alert("x")</script>',
    '"onload=alert(1) x="',
    "' onmouseover='alert(1)",
    "]]> <![CDATA[ --> <!--",
    "{{ config }} {% raw %} {# x #}",
    "</style><style>*{display:none}</style>",
    "a\nb\tc\rd\x00e\x07f\x1bg\x7fh\x85i",
    "\\N \\G \\l \\n \\",
    "<b>bold</b>",
    "<<table><tr><td>x</td></tr></table>>",
    "&amp; &#60;script&#62;",
    'end"]; evil [label="x',
    "`code` ``",
    "\u202eright to left\ud800 \ufffe",
    "javascript:alert(1)",
    "名前" * 30,
    "",
)


UPLOADS: Final = shipped("uploads")


def moment(text: str) -> datetime:
    return datetime(2025, 3, 4, int(text[:2]), int(text[3:]), tzinfo=UTC)


def story_map(name: str = "", direction: pic.map_model.Direction = "LR") -> Map:
    """The prototype's story: six nodes, nine steps."""
    return Map(
        (MapAccount("id", name or "identity", name or "111122223333"), MapAccount("st", name or "staging", "2")),
        (
            MapNode("ana", "user", name or "Ana", name or "user", "id", title=name),
            MapNode("role", "role", name or "StagingEngineer", name, "st"),
            MapNode("s1", "session", name or "ana", name or "until 10:00", "st", 3, ended_sub=name or "ended 10:00"),
            MapNode("s2", "session", name or "ana", name or "until 10:47", "st", 9),
            MapNode("b", "bucket", name or "staging-assets", name or "S3 bucket", "st"),
            MapNode("p", "bucket", name or "prod-assets", name or "S3 bucket"),
        ),
        (
            MapEdge("ana", "b", "request", name or "reads", 1, "none", weight=0, title=name),
            MapEdge("ana", "role", "trust", name or "may assume", 2, weight=8),
            MapEdge("role", "s1", "session", name or "assumed 09:15", 3, until=8),
            MapEdge("s1", "b", "request", name or "reads", 5, "allow", weight=6),
            MapEdge("s1", "b", "request", name or "deletes", 6, "none"),
            MapEdge("s1", "p", "request", name or "reads", 7, "deny"),
            MapEdge("s1", "b", "request", name or "reads", 8, "expired"),
            MapEdge("role", "s2", "session", name or "assumed 10:02", 9),
            MapEdge("s2", "b", "request", name or "reads", 9, "allow"),
        ),
        direction,
        ranksep=0.06 if direction == "LR" else 0.26,
        nodesep=0.08 if direction == "LR" else 0.06,
        stacked=True,
    )


def all_kinds_map(name: str) -> Map:
    kinds: tuple[pic.map_model.NodeKind, ...] = (
        "user",
        "group",
        "role",
        "session",
        "bucket",
        "service",
        "idp",
        "resource",
        "account",
    )
    nodes = tuple(MapNode(kind, kind, name, name) for kind in kinds)
    edges = (
        MapEdge("user", "group", "member"),
        MapEdge("group", "role", "trust", name),
        MapEdge("role", "session", "session", name, 1),
        MapEdge("session", "bucket", "request", name, 2, "cond"),
        MapEdge("session", "service", "permission", name),
    )
    return Map((), nodes, edges)


def lock_sides(name: str) -> tuple[pic.LockSide, pic.LockSide]:
    rows = tuple(pic.SayRow(name, mark, name) for mark in ("allow", "none", "deny", "absent"))
    return pic.LockSide(name, name, rows, "in"), pic.LockSide(name, name, rows[:1], "missing")


def gates(name: str) -> tuple[pic.GateView, ...]:
    return (
        pic.GateView("Explicit deny?", "passes", name),
        pic.GateView("RCP", "not attached", name),
        pic.GateView("SCP", "says nothing", name, closed=False),
        pic.GateView("Endpoint policy", "says no", name),
        pic.GateView("Resource policy", "grants", name),
        pic.GateView("Identity policy", "says nothing", name, closed=True),
        pic.GateView(name, "not needed", name),
        pic.GateView("Session policy", "not reached", name),
    )


def life_rows(name: str) -> tuple[pic.LifeRow, ...]:
    answers: tuple[pic.Mark, ...] = ("allow", "none", "deny")
    lamps = tuple(pic.Lamp(moment(f"09:{20 + 5 * index}"), mark, name) for index, mark in enumerate(answers))
    return (
        pic.LifeRow(name, name, moment("09:15"), moment("10:00"), moment("10:15"), lamps),
        pic.LifeRow(name, name, moment("09:20"), moment("12:00"), None, (), cut=True),
    )


def lifelines(name: str) -> str:
    return pic.lifelines(life_rows(name), moment("10:00"), moment("09:00"), moment("12:00"), 30, moment("09:40"), name)


def card(name: str) -> pic.CredentialCard:
    return pic.CredentialCard("temp", name, name, (pic.CardField(name, name, 2, name),), name, name, 0.5)


def conditions(name: str) -> tuple[pic.ConditionRow, ...]:
    return (
        pic.ConditionRow(name, name, name, name, "allow", name),
        pic.ConditionRow(name, name, name + "abcdefgh", name + "abcdefgx", "none", name),
        pic.ConditionRow(name, name, name, None, "absent", name),
    )


def columns_and_groups(name: str) -> tuple[list[pic.Column], list[pic.ActionGroup]]:
    columns = [pic.Column("user", name, name), pic.Column("role", name, name)]
    rows = (pic.ActionRow(name, (pic.Cell("allow"), pic.Cell("cond", name))),)
    return columns, [pic.ActionGroup(name, rows)]


MATCHES_ELEMENTS: tuple[tuple[pic.Mark, str], ...] = (("allow", ""), ("none", ""), ("allow", ""), ("absent", ""))


def matches(name: str) -> tuple[pic.MatchRow, ...]:
    return (pic.MatchRow(name, name, tuple((mark, name) for mark, _ in MATCHES_ELEMENTS)),)


def frame(name: str, number: int, total: int, stepper_id: str | None, titles: tuple[str, ...]) -> str:
    bet = pic.bet_html(f"{stepper_id or 'lone'}-bet-{number}", name, "none", name)
    directions: dict[str, pic.map_model.Direction] = {"iv-map-wide": "LR", "iv-map-tall": "TB"}
    drawn = {
        css_class: pic.paint(story_map(name, direction), number, name, spoiler=True, css_class=css_class)
        for css_class, direction in directions.items()
    }
    caption = f"{pic.word(name, 'user')} reads{pic.veiled(' and is ' + pic.word(name, 'none'))}."
    view = pic.FrameView(
        number,
        total,
        "09:30",
        caption,
        drawn["iv-map-wide"],
        drawn["iv-map-tall"],
        bet,
        pic.before_after(pic.inline(name), pic.quote(pic.esc(name), [name], {1: "miss"})),
        lifelines(name),
        "",
        pic.answer(name, "none", name, name, veil=True),
    )
    return pic.frame_html(view, stepper_id, titles)


def stepper(name: str, steps: int = 9, stepper_id: str = "ana") -> str:
    titles = tuple(f"{name} {number}" for number in range(1, steps + 1))
    frames = [frame(name, number, steps, stepper_id, titles) for number in range(1, steps + 1)]
    return pic.stepper_html(stepper_id, name, titles, frames)


def hub_sides(name: str) -> tuple[pic.HubSide, pic.HubSide]:
    homes = pic.HubBox(name, 50, 7), pic.HubBox(name, 120)
    abroad = pic.HubBox(name, roles=(name,) * 5)
    return pic.HubSide(name, homes, (), name, "none"), pic.HubSide(name, (*homes, abroad), ((0, 2),), name)


def crowd(name: str) -> pic.Crowd:
    lives = tuple((moment(f"{hour:02}:30"), moment(f"{hour + 1:02}:30")) for hour in range(7, 11))
    return pic.Crowd(name, lives, moment("09:00"))


def panes(name: str) -> tuple[list[pic.Pane], list[pic.PaneRow]]:
    cells = (pic.PaneCell("allow", name), pic.PaneCell("none"))
    return [pic.Pane(name, name), pic.Pane(name, name, True)], [pic.PaneRow(name, cells, "allow", name)]


def organization(name: str) -> pic.TreeNode:
    policies = pic.TreePolicy("SCP", name, name, True), pic.TreePolicy("RCP", name)
    account = pic.TreeNode(name, name, policies, is_account=True, note=name, chosen=True)
    return pic.TreeNode(name, name, policies, (account,), chosen=True)


def every_picture(name: str) -> dict[str, str]:
    left, right = lock_sides(name)
    columns, groups = columns_and_groups(name)
    rows = (pic.GateRow(name, gates(name)[:5], "allow", name, "user"), pic.GateRow(name, gates(name)[:3], "none", name))
    return {
        "map": pic.paint(story_map(name), None, name, {"s1": "ended", "s2": "fuse:.5"}),
        "map, step": pic.paint(story_map(name, "TB"), 6, name, {"s1": "fuse:1"}, True, ("ana",)),
        "map, kinds": pic.map_picture(all_kinds_map(name)).html,
        "map, picture": pic.map_picture(story_map(name)).html,
        "map, later": pic.paint(Map((MapAccount("a", name, name),), (MapNode("k", "user", name, name, "a", 2),)), 1),
        "lock": pic.lock(left, right, "none", name),
        "lock, small": pic.lock_small(left, right, "allow"),
        "locks": pic.locks([pic.lock_mini(name, "barred", "spare", "deny", name)]),
        "gates": pic.gate_row(pic.esc(name), gates(name), "none", name),
        "gate rows": pic.gate_rows(pic.esc(name), rows),
        "quote": pic.quote(pic.esc(name), [name, name], {1: "allow", 2: "deny"}, 7, name),
        "match": pic.match_table(matches(name)),
        "answer": pic.answer(f"{name}because{name}", "deny", name, "because"),
        "conditions": pic.conditions(name, conditions(name), name),
        "lifelines": lifelines(name),
        "card": pic.cards([card(name)]),
        "arn": pic.arns([(pic.esc(name), [pic.ArnPart(name, name, "role")], name)]),
        "table": pic.actions_table(name, columns, groups, name),
        "hub": pic.hub(*hub_sides(name), (pic.HubCounter(name, 3, 1), pic.HubCounter(name, 2, 2))),
        "crowd": pic.crowd(crowd(name), moment("07:00"), moment("12:00"), pic.esc(name), name),
        "overlap": pic.overlap(name, *panes(name)),
        "tree": pic.tree([organization(name)], name) + pic.tree([organization(name)]),
        "changes": pic.change_quote(pic.esc(name), [(1, "", name), (None, "-", name), (2, "+", name)], 2),
        "legend": pic.legend([("allow", name)]) + pic.life_key() + pic.verdict("cond", name, big=True),
        "frame": frame(name, 1, 1, None, (name,)),
        "stepper": stepper(name, 2),
        "exercise": exercise(name).picture.html + exercise(name).check({}).picture.html,
        "exercise, report": exercise(name).check(UPLOADS.begin).picture.html,
    }


def exercise(name: str) -> Exercise:
    cases = tuple(replace(case, name=name) for case in UPLOADS.cases)
    return replace(UPLOADS, title=name, task=name, hints=(name, name), cases=cases)


def every_text(name: str) -> dict[str, str]:
    left, right = lock_sides(name)
    columns, groups = columns_and_groups(name)
    return {
        "map": pic.map_text(story_map(name)),
        "lock": pic.lock_text(left, right, "none"),
        "gates": pic.gate_row_text(gates(name), "none", name),
        "gate rows": pic.gate_rows_text([pic.GateRow(name, gates(name), "none", name)]),
        "quote": pic.quote_text([name], {1: "miss"}),
        "match": pic.match_text(matches(name)),
        "answer": pic.answer_text(name, name),
        "conditions": pic.conditions_text(name, conditions(name)),
        "lifelines": pic.lifelines_text(life_rows(name), moment("10:00")),
        "card": pic.card_text(card(name)),
        "table": pic.actions_table_text(name, columns, groups),
        "hub": pic.hub_text(*hub_sides(name), [pic.HubCounter(name, 3, 1)]),
        "crowd": pic.crowd_text(crowd(name)),
        "overlap": pic.overlap_text(name, *panes(name)),
        "tree": pic.tree_text([organization(name)]),
        "arn": pic.arns_text([(pic.esc(name), [pic.ArnPart(name, name, "role")], name)]),
    }
