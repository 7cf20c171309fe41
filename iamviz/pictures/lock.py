"""The two-key lock: assuming a role takes a yes from each side, and the key that is missing is the thing to fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.marks import WORD, Hue, Mark, clean, esc, inline, mark, verdict

Key = Literal["in", "missing", "spare", "unasked", "barred"]
"""Turned in the lock, missing, not needed, not asked for since the other is missing, or stopped by somebody's no."""

KEY_WORD: Final[dict[Key, str]] = {
    "in": "key turned",
    "missing": "key missing",
    "spare": "key not needed",
    "unasked": "key not asked for",
    "barred": "key barred",
}

_KEY_SHAPE: Final = (
    "M4 60a13 13 0 0 1 25.3-4.2H62V66H58V61H53V66H48V64.2H29.3A13 13 0 0 1 4 60zM12.5 60a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
)
_SAY_HUE: Final[dict[Mark, Hue]] = {"absent": "mute", "none": "none", "deny": "deny"}
_SOLID: Final = frozenset({"in", "barred"})


@dataclass(frozen=True)
class SayRow:
    """What one policy says: its name, the answer, and why; words between backticks in ``detail`` are set as code."""

    name: str
    mark: Mark
    detail: str = ""


@dataclass(frozen=True)
class LockSide:
    """One account's side: ``tag`` says whose it is, ``rows`` are its policies in evaluation order, absent ones too."""

    title: str
    tag: str
    rows: tuple[SayRow, ...]
    key: Key


def lock_svg(left: Key, right: Key, answer: Mark, width: float = 196) -> str:
    """The lock with the caller's key on the left and the role's on the right; ``width`` in px."""
    shown: Mark = answer if answer in ("allow", "deny") else "none"
    shackle = "M82 42V25a16 16 0 0 1 32 0v5" if answer == "allow" else "M82 42V28a16 16 0 0 1 32 0v14"
    dashes = ' stroke-dasharray="4 4"' if shown == "none" else ""
    inner = mark(shown, 30, 'x="83" y="46"')
    return (
        f'<svg class="c-{shown}" viewBox="0 0 196 92" width="{width:g}" aria-hidden="true" stroke-linecap="round">'
        f'<path d="{shackle}" stroke="var(--c)" stroke-width="5"/>'
        f'{_key(left, "user")}<g transform="translate(196 0) scale(-1 1)">{_key(right, "role")}</g>'
        f'<rect x="71" y="38" width="54" height="46" rx="7" fill="var(--iv-bg)" stroke="var(--c)" '
        f'stroke-width="2.5"{dashes}/>{inner}</svg>'
    )


def _key(state: Key, hue: Hue) -> str:
    """A key that points right."""
    paint = {
        "missing": 'class="f-bg k c-none" stroke-dasharray="3.5 3"',
        "spare": 'class="f-bg" stroke="var(--iv-rule)"',
        "unasked": 'class="f-bg" stroke="var(--iv-rule)"',
    }.get(state, f'class="f k c-{hue}"')
    bar = '<path class="k c-deny" d="M65.5 43V77" stroke-width="5" stroke-linecap="butt"/>'
    return (
        f'<path d="{_KEY_SHAPE}" fill-rule="evenodd" {paint} stroke-width="1.4" '
        f'transform="translate({14 if state == "in" else -2} 0)"/>{bar if state == "barred" else ""}'
    )


def _key_words(left: Key, right: Key) -> str:
    hues = ("user" if left in _SOLID else "none", "role" if right in _SOLID else "none")
    spans = (f'<span class="c-{hue}">{KEY_WORD[key]}</span>' for hue, key in zip(hues, (left, right), strict=True))
    return f'<p class="ks b">{"".join(spans)}</p>'


def says(rows: Iterable[SayRow], hue: Hue | None = None) -> str:
    """Policies and what they say, as a list; with ``hue`` every name takes that colour."""

    def colour(row: SayRow) -> str:
        shown = hue or _SAY_HUE.get(row.mark)
        return f"c-{shown} b" if shown else "b"

    items = (
        f'<li class="x is-{row.mark}">{mark(row.mark, 15)}<div><p class="{colour(row)}">{esc(row.name)}</p>'
        f'<p class="{"c-mute t2" if row.mark == "absent" else "t2"}">{inline(row.detail)}</p></div></li>'
        for row in rows
    )
    return f'<ul class="iv-says">{"".join(items)}</ul>'


def lock(left: LockSide, right: LockSide, answer: Mark, line: str = "") -> str:
    """The full lock: the caller's side, the two keys, the role's side; ``line`` ends the spoken description."""
    said = f"{left.title}: {KEY_WORD[left.key]}. {right.title}: {KEY_WORD[right.key]}. {line or WORD[answer]}"
    return (
        f'<div class="iv-lock" role="group" aria-label="{esc(said)}">{_side(left, "user")}'
        f'<div class="md">{lock_svg(left.key, right.key, answer)}{_key_words(left.key, right.key)}'
        f"{verdict(answer, big=True)}</div>{_side(right, 'role')}</div>"
    )


def _side(side: LockSide, hue: Hue) -> str:
    return (
        f'<div class="sd c-{hue}"><p class="t1">{esc(side.tag)}</p><p class="c-{hue} big b">{esc(side.title)}</p>'
        f"{says(side.rows)}</div>"
    )


def lock_small(left: LockSide, right: LockSide, answer: Mark) -> str:
    """A lock beside its reasons, for the "why" column of a frame: each side's rows in that side's colour."""
    said = f"{left.title}: {KEY_WORD[left.key]}. {right.title}: {KEY_WORD[right.key]}. {WORD[answer]}"
    return (
        f'<div class="iv-lock iv-lock3" role="group" aria-label="{esc(said)}">'
        f"{lock_svg(left.key, right.key, answer, 176)}<div>"
        f"{says(left.rows, 'user')}{says(right.rows, 'role')}</div></div>"
    )


def lock_mini(title: str, left: Key, right: Key, answer: Mark, line: str) -> str:
    """One case of several, to stand in `locks`; ``line`` says why."""
    return (
        f'<figure class="iv-lockm"><p class="big b">{esc(title)}</p>{lock_svg(left, right, answer, 176)}'
        f'{_key_words(left, right)}<figcaption>{verdict(answer)}<p class="t2">{inline(line)}</p></figcaption></figure>'
    )


def locks(minis_html: Iterable[str]) -> str:
    """Several `lock_mini` side by side."""
    return f'<div class="iv-locks">{"".join(minis_html)}</div>'


def lock_text(left: LockSide, right: LockSide, answer: Mark) -> str:
    """The lock in words."""
    lines: list[str] = []
    for side in (left, right):
        lines.append(f"{clean(side.title)} ({clean(side.tag)}): {KEY_WORD[side.key]}")
        for row in side.rows:
            detail = f", {clean(row.detail).replace('`', '')}" if row.detail else ""
            lines.append(f"  {clean(row.name)}: {SAY_WORD.get(row.mark, WORD[row.mark])}{detail}")
    return "\n".join([*lines, WORD[answer]])


SAY_WORD: Final[dict[Mark, str]] = {"allow": "says yes", "none": "says nothing", "deny": "says no"}
"""What a single policy says; only a decision is allowed or denied."""
