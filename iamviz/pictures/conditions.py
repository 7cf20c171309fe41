"""The condition diff: what the policy wants beside what the request brought; a near miss shows the very character."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.marks import breakable, clean, esc, inline, mark

ConditionMark = Literal["allow", "none", "absent"]
"""Matches, differs, or not in the request."""

CONDITION_WORD: Final[dict[ConditionMark, str]] = {"allow": "matches", "none": "differs", "absent": "absent"}

_NEAR: Final = 0.7
_DIFF_LIMIT: Final = 300
"""Characters up to which two values are compared letter by letter; the comparison takes quadratic time."""


@dataclass(frozen=True)
class ConditionRow:
    """A condition: key, operator, the value wanted ("not 3333" for a negated operator), the value got, and why."""

    key: str
    operator: str
    wanted: str
    got: str | None
    mark: ConditionMark
    why: str = ""


def conditions(title: str, rows: Iterable[ConditionRow], source: str = "the request has") -> str:
    """The table of the conditions; ``source`` heads the column of the values got."""
    caption = f'<caption class="b">{esc(title)}</caption>' if title else ""
    head = "".join(
        f'<th class="t1" scope="col">{esc(text)}</th>'
        for text in ("Condition key, operator", "the policy wants", source, "so")
    )
    body = "".join(_row(row) for row in rows)
    return f'<table class="iv-cond rows">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: ConditionRow) -> str:
    wanted, got = _values(row)
    hue, row_class = ("allow", "is-allow") if row.mark == "allow" else ("none", f"is-{row.mark} bad c-none")
    return (
        f'<tr class="{row_class}"><th scope="row"><code>{breakable(row.key)}</code>'
        f'<p class="t1">{esc(row.operator)}</p></th>'
        f'<td data-c="policy wants">{wanted}</td><td data-c="request has">{got}</td>'
        f'<td><div class="x">{mark(row.mark, 16)}<div><p class="c-{hue} b">{CONDITION_WORD[row.mark]}</p>'
        f'<p class="t2">{inline(row.why)}</p></div></div></td></tr>'
    )


def _values(row: ConditionRow) -> tuple[str, str]:
    if row.got is None:
        return _code(esc(row.wanted)), '<i class="c-mute">not in the request</i>'
    if row.mark != "allow" and is_near(row.wanted, row.got):
        wanted, got = character_diff(row.wanted, row.got)
        return _code(wanted), _code(got)
    return _code(esc(row.wanted)), _code(esc(row.got))


def _code(html: str) -> str:
    return f"<code>{html}</code>"


def is_near(wanted: str, got: str) -> bool:
    """Whether two values are so alike that their characters are worth comparing."""
    if max(len(wanted), len(got)) > _DIFF_LIMIT:
        return False
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    return matcher.quick_ratio() > _NEAR and matcher.ratio() > _NEAR


def character_diff(wanted: str, got: str) -> tuple[str, str]:
    """Both values as markup: ``<ins>`` around what only the first has, ``<del>`` around what only the second has."""
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    left: list[str] = []
    right: list[str] = []
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            left.append(esc(wanted[i:j]))
            right.append(esc(got[k:m]))
            continue
        if j > i:
            left.append(f'<ins class="b c-user">{esc(wanted[i:j])}</ins>')
        if m > k:
            right.append(f'<del class="b c-deny">{esc(got[k:m])}</del>')
    return "".join(left), "".join(right)


def conditions_text(title: str, rows: Iterable[ConditionRow]) -> str:
    """The same in words."""
    lines = [clean(title)] if title else []
    for row in rows:
        got = "not in the request" if row.got is None else clean(row.got)
        why = f" ({clean(row.why)})" if row.why else ""
        wanted = f"{row.key} {row.operator} {row.wanted}"
        lines.append(f"  {clean(wanted)}: {got}: {CONDITION_WORD[row.mark]}{why}")
    return "\n".join(lines)
