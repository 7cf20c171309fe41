"""An account on one page: what there is and is found, who may become whom, what everyone can do, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from iamviz.accounts.finding import AccountFinding
from iamviz.accounts.findings import findings
from iamviz.accounts.summary import Progress, Standing, counts, standings
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
    return ", ".join(_many(number, name) for name, number in counts(world).items() if number) + "."


def _many(number: int, name: str) -> str:
    return f"{number:,} {name if number == 1 or name.endswith('s') else name + 's'}"


def _everyone(world: World, progress: Progress | None) -> tuple[list[Picture | Fold], list[tuple[str, int]]]:
    """One row for each user and role; and the users who get furthest, with how many roles they reach."""
    everyone = standings(world, progress)
    lines = [_line(world, one) for one in everyone]
    parts: list[Picture | Fold] = [_table(lines[:MOST_ROWS])]
    if len(lines) > MOST_ROWS:
        parts.append(Fold(f"{len(lines) - MOST_ROWS:,} more", _table(lines[MOST_ROWS:])))
    reach = [(one.arn, one.reached) for one in everyone if one.kind == "user" and one.reached]
    return parts, sorted(reach, key=lambda entry: (-entry[1], entry[0]))[:MOST_FOLDS]


def _line(world: World, one: Standing) -> str:
    name = breakable(world.name_of(one.arn))
    who = f'<span class="c-{one.kind}" title="{esc(one.arn)}">{glyph(one.kind)} <b>{name}</b></span>'
    cells = "".join(map(_cell, _HEADS, (one.allowed, one.depends, one.powers, one.reached)))
    return f'<tr><td data-c="who">{who}</td>{cells}</tr>'


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
