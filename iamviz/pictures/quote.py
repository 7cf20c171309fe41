"""Evidence: a policy's lines with the telling ones marked, statements with the element that failed, AWS's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from iamviz.pictures.marks import WORD, Mark, breakable, clean, esc, glyph, hue_of, inline, mark

Highlight = Literal["allow", "deny", "miss"]
"""What a line did: it said yes, it said no, or it is where nothing matched."""

_GUTTER: Final[dict[Highlight, Mark]] = {"allow": "allow", "deny": "deny", "miss": "none"}
_TAB: Final = 4
_DEEPEST: Final = 16
"""Characters of indent up to which the rest of a long line hangs below its start."""


ABSENT: Final[tuple[Mark, str]] = ("absent", "none")
"""The cell of an element that a statement does not have."""


@dataclass(frozen=True)
class MatchRow:
    """A statement: its Sid, where it stands, and what each of its elements did, in the order of the columns."""

    sid: str
    where: str
    cells: tuple[tuple[Mark, str], ...]


def quote(
    title_html: str,
    lines: Sequence[str],
    highlights: Mapping[int, Highlight] | None = None,
    start: int = 1,
    note: str = "",
    label: str = "policy statement",
) -> str:
    """Lines of a policy with their true numbers from ``start``; a highlighted line has a wash, an edge and a mark."""
    told = highlights or {}
    rows = "".join(_line(number, text, told.get(number)) for number, text in _numbered(lines, start))
    below = f'<p class="t2">{inline(note)}</p>' if note else ""
    return (
        f'<figure class="iv-quote"><figcaption class="t2">{glyph("policy", 14)} {title_html}</figcaption>'
        f'<pre class="wash" tabindex="0" role="group" aria-label="{esc(label)}">{rows}</pre>{below}</figure>'
    )


def _numbered(lines: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, tabs as blanks; a text that ends with a line break has no empty last line."""
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    yield from enumerate((line.expandtabs(_TAB) for line in lines[:last]), start)


def _line(number: int, text: str, highlight: Highlight | None) -> str:
    css_class = f"l b c-{_GUTTER[highlight]}" if highlight else "l"
    gutter = mark(_GUTTER[highlight], 12) if highlight else ""
    return (
        f'<span class="{css_class}"><span class="ps">{number}</span> <span>{gutter}</span> {_hanging(text)}&#10;</span>'
    )


def _hanging(text: str, html: str = "") -> str:
    """A line that goes on below its own indent where it is too long for its container."""
    indent = len(text) - len(text.lstrip(" "))
    style = f' style="--h:{min(indent, _DEEPEST) + 2}ch"' if indent else ""
    return f"<span{style}>{html or esc(text)}</span>"


def change_quote(title_html: str, rows: Sequence[tuple[int | None, str, str]], most: int = 14) -> str:
    """What changed in a text: (number, "+" or "-" or "", line); what is gone is struck through, what is new has weight.

    Of more than ``most`` rows the first are shown, and how many follow is told.
    """
    drawn = "".join(_changed(*row) for row in rows[:most])
    rest = f'<p class="t2">and {len(rows) - most} more lines</p>' if len(rows) > most else ""
    return (
        f'<figure class="iv-quote"><figcaption class="t2">{glyph("policy", 14)} {title_html}</figcaption>'
        f'<pre class="wash" tabindex="0" aria-label="what changed">{drawn}</pre>{rest}</figure>'
    )


def _changed(number: int | None, sign: str, line: str) -> str:
    names = {"+": "l b c-res", "-": "l c-mute"}.get(sign, "l")
    text = line.expandtabs(_TAB)
    shown = f"<s>{esc(text)}</s>" if sign == "-" else esc(text)
    return (
        f'<span class="{names}"><span class="ps">{"" if number is None else number}</span> '
        f"<span>{'−' if sign == '-' else sign}</span> {_hanging(text, shown)}&#10;</span>"
    )


def quote_text(lines: Sequence[str], highlights: Mapping[int, Highlight] | None = None, start: int = 1) -> str:
    """The lines with their numbers; ``>`` stands before a highlighted one."""
    told = highlights or {}
    return "\n".join(
        f"{'>' if number in told else ' '}{number:>4}  {clean(text)}" for number, text in _numbered(lines, start)
    )


def match_table(
    rows: Iterable[MatchRow], columns: Sequence[str] = ("Effect", "Action", "Resource", "Condition")
) -> str:
    """Nothing matched: every statement with the element that failed; what no statement has is no column."""
    rows = list(rows)
    used = [i for i, _ in enumerate(columns) if any(row.cells[i] != ABSENT for row in rows)]
    columns = [columns[i] for i in used]
    rows = [replace(row, cells=tuple(row.cells[i] for i in used)) for row in rows]
    head = "".join(f'<th class="t1" scope="col">{esc(name)}</th>' for name in ("Statement", *columns))
    body = "".join(
        f'<tr><th scope="row"><p class="b">{esc(row.sid)}</p><p class="t1">{esc(row.where)}</p></th>'
        f"{_cells(row, columns)}</tr>"
        for row in rows
    )
    return f'<table class="iv-match rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cells(row: MatchRow, columns: Sequence[str]) -> str:
    return "".join(
        f'<td data-c="{esc(column)}"><div class="x">{mark(name, 14)}'
        f"<span{_BAD if name == 'none' else ''}>{breakable(text)}</span></div></td>"
        for column, (name, text) in zip(columns, row.cells, strict=True)
    )


_BAD: Final = ' class="c-none b"'


def match_text(rows: Iterable[MatchRow], columns: Sequence[str] = ("Effect", "Action", "Resource", "Condition")) -> str:
    """The same in words."""
    lines: list[str] = []
    for row in rows:
        lines.append(clean(f"{row.sid} ({row.where})"))
        for column, (name, text) in zip(columns, row.cells, strict=True):
            did = {"allow": "matches", "none": "differs", "absent": "absent", "deny": "says no"}.get(name, WORD[name])
            lines.append(f"  {clean(column)} {did}: {clean(text)}")
    return "\n".join(lines)


def answer(text: str, verdict_mark: Mark, command: str = "", clause: str = "", veil: bool = False) -> str:
    """A command line and what AWS answered, verbatim; ``clause``, a part of it, is underlined.

    With ``veil`` the answer waits until the bet of the frame around it is made.
    """
    # One click selects the whole command; where scripts run, a button copies it.
    line = f'<span style="user-select:all" data-iv-copy>{esc(command)}</span>'
    asked = f'<p><span class="ps" aria-hidden="true">$</span>{line}</p>' if command else ""
    waiting = f'<p class="x iv-before">{mark("ask", 15)} <span>the answer, once you have bet</span></p>' if veil else ""
    after = " iv-after" if veil else ""
    return (
        f'<div class="iv-cli mono wash" role="group" aria-label="AWS CLI">{asked}{waiting}'
        f'<p class="c-{hue_of(verdict_mark)} x{after}">{mark(verdict_mark, 15)}'
        f"<span>{_underlined(text, clause)}</span></p></div>"
    )


def answer_text(text: str, command: str = "") -> str:
    """The same in words."""
    return "\n".join(line for line in (f"$ {clean(command)}" if command else "", clean(text)) if line)


def _underlined(text: str, clause: str) -> str:
    before, found, after = text.rpartition(clause) if clause else (text, "", "")
    return f"{esc(before)}<mark>{esc(found)}</mark>{esc(after)}" if found else esc(text)
