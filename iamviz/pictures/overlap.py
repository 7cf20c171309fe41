"""Panes of glass: for each action, which kinds of policies let it through; only what passes all of them is allowed.

A resource policy that names the caller stands apart, since it is a grant and no pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import Mark, breakable, clean, esc, hue_of, mark

PaneMark = Literal["allow", "none", "deny", "absent"]

PANE_WORD: Final[dict[PaneMark, str]] = {"allow": "yes", "none": "silent", "deny": "says no", "absent": "none"}


@dataclass(frozen=True)
class Pane:
    """A kind of policies and their names; ``apart`` for what grants instead of limiting."""

    title: str
    detail: str = ""
    apart: bool = False


@dataclass(frozen=True)
class PaneCell:
    """What a pane says about an action; ``text`` replaces the usual word."""

    mark: PaneMark
    text: str = ""

    @property
    def word(self) -> str:
        """What is written beside the mark."""
        return self.text or PANE_WORD[self.mark]


@dataclass(frozen=True)
class PaneRow:
    """An action, what every pane says about it, the answer, and why in a few words."""

    action: str
    cells: tuple[PaneCell, ...]
    answer: Mark
    why: str = ""


def overlap(title: str, panes: Sequence[Pane], rows: Sequence[PaneRow]) -> str:
    """The table of panes; rows that pass all of them are tinted from end to end."""
    for row in rows:
        if len(row.cells) != len(panes):
            raise PictureError(f"the row of {row.action!r} has {len(row.cells)} cells for {len(panes)} panes")
    head = "".join(
        f'<th scope="col"{_APART if pane.apart else ""}><b>{esc(pane.title)}</b>'
        f'<span class="t1">{breakable(pane.detail)}</span></th>'
        for pane in panes
    )
    body = "".join(_row(row, panes) for row in rows)
    caption = f'<caption class="b">{esc(title)}</caption>' if title else ""
    return (
        f'<div class="iv-scroll" tabindex="0" role="group" aria-label="{esc(title or "policies and actions")}">'
        f'<table class="iv-panes">{caption}<thead><tr><th class="t1" scope="col">Action</th>{head}'
        f'<th class="t1" scope="col">so</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


_APART: Final = ' class="ap"'


def _row(row: PaneRow, panes: Sequence[Pane]) -> str:
    prefix, colon, name = row.action.rpartition(":")
    quiet = f'<span class="c-mute">{esc(prefix + colon)}</span>' if prefix else ""
    cells = "".join(
        f'<td class="{"ap " if pane.apart else ""}is-{cell.mark} c-{hue_of(cell.mark)}">'
        f'<div class="x">{mark(cell.mark, 15)}<span class="c-{hue_of(cell.mark)}">{esc(cell.word)}</span></div></td>'
        for pane, cell in zip(panes, row.cells, strict=True)
    )
    said = "allowed" if row.answer == "allow" else "denied"
    why = f'<p class="t1">{esc(row.why)}</p>' if row.why else ""
    return (
        f'<tr><th scope="row"><code>{quiet}{breakable(name)}</code></th>{cells}'
        f'<td class="so"><div class="x">{mark(row.answer, 16)}<div>'
        f'<p class="c-{hue_of(row.answer)} b">{said}</p>{why}</div></div></td></tr>'
    )


def overlap_text(title: str, panes: Sequence[Pane], rows: Iterable[PaneRow]) -> str:
    """The same in words, one action a line."""
    lines = [clean(title)] if title else []
    for row in rows:
        said = ", ".join(f"{clean(pane.title)} {clean(cell.word)}" for pane, cell in zip(panes, row.cells, strict=True))
        why = f" ({clean(row.why)})" if row.why else ""
        lines.append(f"  {clean(row.action)}: {said}: {'allowed' if row.answer == 'allow' else 'denied'}{why}")
    return "\n".join(lines)
