"""The actions table: every action against every identity. Read down to know a role, across to know a risk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import WORD, Mark, breakable, clean, esc, glyph, hue_of, inline, mark

ColumnKind = Literal["user", "group", "role", "session", "service", "idp"]

SHORT_WORD: Final[dict[Mark, str]] = {"allow": "yes", "none": "no", "deny": "barred", "cond": "if"}


FEW: Final = 3
"""Columns that keep their heads as they are, with the details, where there is little room; more turn upright."""


@dataclass(frozen=True)
class Column:
    """A principal."""

    kind: ColumnKind
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Cell:
    """An answer; ``text`` replaces the usual word ("if MFA")."""

    mark: Mark
    text: str = ""

    @property
    def word(self) -> str:
        """What is written beside the mark."""
        return self.text or SHORT_WORD.get(self.mark, WORD[self.mark])


@dataclass(frozen=True)
class ActionRow:
    """An action ("s3:GetObject") with a cell for each column; ``label`` is shown in its place, as plain words."""

    action: str
    cells: tuple[Cell, ...]
    label: str = ""


@dataclass(frozen=True)
class ActionGroup:
    """The actions of one access level."""

    title: str
    rows: tuple[ActionRow, ...]


def cell_html(cell: Cell) -> str:
    """The mark and the word of an answer."""
    weight = "" if cell.mark == "none" else " b"
    return f'{mark(cell.mark, 16)}<span class="c-{hue_of(cell.mark)}{weight}">{esc(cell.word)}</span>'


def actions_table(
    title: str,
    columns: Sequence[Column],
    groups: Sequence[ActionGroup],
    note: str = "",
    corner: str = "Action",
    cell_of: Callable[[ActionRow, int], str] | None = None,
) -> str:
    """The table, in a region that scrolls sideways when it must; ``corner`` heads the column of the actions.

    ``cell_of`` draws the inside of a row's cell in a column, where it shall be more than mark and word.
    """
    head = "".join(
        f'<th scope="col" class="c-{_hue(column)}">{glyph(column.kind)}<b>{breakable(column.name)}</b>'
        f'<span class="t1">{esc(column.detail)}</span></th>'
        for column in columns
    )
    body = "".join(
        f'<tr><th class="gr" colspan="{len(columns) + 1}" scope="colgroup">{esc(group.title)}</th></tr>'
        + "".join(_row(row, len(columns), cell_of or _plain) for row in group.rows)
        for group in groups
    )
    below = f'<p class="iv-note t2">{inline(note)}</p>' if note else ""
    label = esc(title or "who may do what")
    few = " few" if len(columns) <= FEW else ""
    return (
        f'<div class="iv-scroll" tabindex="0" role="group" aria-label="{label}"><table class="iv-acts{few}">'
        f'<caption class="b">{esc(title)}</caption>'
        f'<thead><tr><th class="t1" scope="col">{esc(corner)}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{below}"
    )


def _hue(column: Column) -> str:
    return {"role": "role", "session": "session", "service": "res"}.get(column.kind, "user")


def _plain(row: ActionRow, column: int) -> str:
    return cell_html(row.cells[column])


def _row(row: ActionRow, count: int, cell_of: Callable[[ActionRow, int], str]) -> str:
    if len(row.cells) != count:
        raise PictureError(f"the row of {row.action!r} has {len(row.cells)} cells, the table has {count} columns")
    prefix, colon, name = row.action.rpartition(":")
    quiet = f'<span class="c-mute">{esc(prefix + colon)}</span>' if prefix else ""
    cells = "".join(f'<td class="is-{cell.mark}">{cell_of(row, column)}</td>' for column, cell in enumerate(row.cells))
    head = esc(row.label) if row.label else f"<code>{quiet}{esc(name)}</code>"
    return f'<tr><th scope="row">{head}</th>{cells}</tr>'


def actions_table_text(title: str, columns: Sequence[Column], groups: Sequence[ActionGroup]) -> str:
    """The table in words, one action a line."""
    lines = [clean(title)]
    for group in groups:
        lines.append(clean(group.title))
        for row in group.rows:
            answers = ", ".join(
                f"{clean(c.name)} {clean(cell.word)}" for c, cell in zip(columns, row.cells, strict=True)
            )
            lines.append(f"  {clean(row.label or row.action)}: {answers}")
    return "\n".join(lines)
