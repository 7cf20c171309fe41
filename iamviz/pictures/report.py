"""An account on one page: what there is and is found, who may become whom, what everyone can do, what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.finding import AccountFinding
from iamviz.accounts.findings import findings
from iamviz.accounts.reach import can_reach
from iamviz.accounts.who import who_can_assume
from iamviz.pictures.asked import reach_picture, who_can_assume_picture
from iamviz.pictures.findings import findings_picture
from iamviz.pictures.marks import breakable, esc, glyph
from iamviz.pictures.notes import notes
from iamviz.pictures.page import Fold, Section, page_html
from iamviz.pictures.picture import Picture
from iamviz.pictures.story_frames import stepper_picture
from iamviz.pictures.world_map import world_map_picture
from iamviz.world.world import World

__all__ = ["STORIES_TOLD", "Progress", "finding_stories", "report_html"]

Progress = Callable[[int, int], None]
"""Told while the report is made: principals done, principals in all."""

MOST_FOLDS: Final = 40
"""Roles and users that get a part of their own; the table has everyone."""
MOST_STORIES: Final = 6
MOST_ROWS: Final = 40
"""Rows that show at once; the rest waits behind a line."""


def report_html(world: World, title: str = "Report", lede: str = "", progress: Progress | None = None) -> str:
    """The report as one self-contained page."""
    return page_html(title, lede, _sections(world, progress))


def _sections(world: World, progress: Progress | None) -> Iterator[Section]:
    yield "At a glance", [_glance(world)]
    yield "What is found", [findings_picture(world)]
    stories = finding_stories(findings(world).found)
    if stories:
        yield "How it would go", [STORIES_TOLD, *stories]
    yield "Who may become whom", [world_map_picture(world)]
    tables, people = _everyone(world, progress)
    yield "What everyone can do", [_TOLD, *tables]
    yield "Who can become each role", list(_roles(world))
    ways = [Fold(f"{world.name_of(arn)}: {_many(count, 'role')}", reach_picture(world, arn)) for arn, count in people]
    if ways:
        yield "Where people get to", ways
    unknown = "What was not in the files, and is not known"
    if world.unknowns:
        yield "What is not known", [Picture(notes([(unknown, world.unknowns)]), "", frozenset({"notes"}))]


STORIES_TOLD: Final = "Calls that the engine lets happen in this account, step by step."


def finding_stories(found: Iterable[AccountFinding]) -> list[Fold]:
    """The stories of the first finding of each code, the weightiest first, six at most."""
    told: dict[str, Fold] = {}
    for one in found:
        if one.code in told or len(told) >= MOST_STORIES:
            continue
        story = one.story()
        if story is not None:
            picture = stepper_picture(story, f"finding-{len(told) + 1}")
            told[one.code] = Fold(f"{one.rule.title}: {one.sentence}", picture)
    return list(told.values())


def _glance(world: World) -> str:
    """How many of everything."""
    linked = sum(role.service_linked for role in world.roles.values())
    counts = (
        ("account", len(world.accounts)),
        ("user", len(world.users)),
        ("group", len(world.groups)),
        ("role", len(world.roles) - linked),
        ("service-linked role", linked),
        ("managed policies", len(world.managed_policies)),
        ("resource policies", sum(r.policy is not None for r in world.resources.values())),
    )
    return ", ".join(_many(number, name) for name, number in counts if number) + "."


def _many(number: int, name: str) -> str:
    return f"{number:,} {name if number == 1 or name.endswith('s') else name + 's'}"


def _everyone(world: World, progress: Progress | None) -> tuple[list[Picture | Fold], list[tuple[str, int]]]:
    """One row for each user and role; and the users who get furthest, with how many roles they reach."""
    arns = [*sorted(world.users), *(arn for arn in sorted(world.roles) if not world.roles[arn].service_linked)]
    rows: list[tuple[int, int, str]] = []
    reach: list[tuple[str, int]] = []
    for number, arn in enumerate(arns, 1):
        can = allowed_actions(world, arn)
        reached = len(can_reach(world, arn).reached)
        powers = can.counts.get("Permissions management", 0)
        kind = "user" if arn in world.users else "role"
        name = f'<span class="c-{kind}" title="{esc(arn)}">{glyph(kind)} <b>{breakable(world.name_of(arn))}</b></span>'
        numbers = (len(can.allowed), len(can.depends), powers, reached)
        cells = "".join(map(_cell, _HEADS, numbers))
        rows.append((-powers, -len(can.allowed), f'<tr><td data-c="who">{name}</td>{cells}</tr>'))
        if kind == "user" and reached:
            reach.append((arn, reached))
        if progress is not None:
            progress(number, len(arns))
    lines = [line for *_, line in sorted(rows, key=lambda row: row[:2])]
    parts: list[Picture | Fold] = [_table(lines[:MOST_ROWS])]
    if len(lines) > MOST_ROWS:
        parts.append(Fold(f"{len(lines) - MOST_ROWS:,} more", _table(lines[MOST_ROWS:])))
    return parts, sorted(reach, key=lambda entry: (-entry[1], entry[0]))[:MOST_FOLDS]


_HEADS: Final = ("actions", "perhaps", "permissions", "roles")
_TOLD: Final = (
    "How many actions of the catalogue are allowed for certain, and perhaps (it depends on what is not known), how "
    "many of them manage permissions, and how many roles can be reached. The most powerful first."
)


def _cell(head: str, value: int) -> str:
    shown = f"<b>{value:,}</b>" if value else '<span class="zero">0</span>'
    return f'<td data-c="{head}" class="n">{shown}</td>'


def _table(rows: list[str]) -> Picture:
    heads = "".join(f'<th scope="col" class="t1 n">{head}</th>' for head in _HEADS)
    head = f'<thead><tr><th scope="col" class="t1">who</th>{heads}</tr></thead>'
    table = f'<table class="rows">{head}<tbody>{"".join(rows)}</tbody></table>'
    return Picture(f'<div class="iv-asked">{table}</div>', "", frozenset({"asked"}))


def _roles(world: World) -> Iterator[Fold | str]:
    """Who can become each role, those first that most can."""
    roles = [arn for arn in sorted(world.roles) if not world.roles[arn].service_linked]
    counted = sorted((-len(who_can_assume(world, arn).may), arn) for arn in roles)
    for count, arn in counted[:MOST_FOLDS]:
        yield Fold(f"{world.name_of(arn)}: {-count}", who_can_assume_picture(world, arn))
    if len(counted) > MOST_FOLDS:
        yield f"{len(counted) - MOST_FOLDS:,} further roles: iamviz who-can sts:AssumeRole ROLE tells of each."
