"""The hub: where people live, before and after; one of them is ringed, and counters say what it saves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import Mark, clean, esc, inline, mark, num, shorten, text_width

MOST_DOTS: Final = 50
_COLUMNS: Final = 10
_GAP: Final = 8
_PEOPLE: Final = (104, 92)
"""Width and height in px of a box of people."""
_ROLE_X: Final = 208
_ROLE_WIDTH: Final = 144
_HALL: Final = 352
"""Px: the width of one side; three boxes of people fill it."""
_SPACE: Final = 10
MOST_ROLES: Final = 3


@dataclass(frozen=True)
class HubBox:
    """An account: its users, of whom number ``ringed`` (from 0) stands out, and the roles that outsiders may assume."""

    name: str
    people: int = 0
    ringed: int | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class HubSide:
    """Before or after. ``lines`` say who may assume what: the number of a box of people, that of a box of roles.

    ``note`` is a sentence below the drawing, words between backticks set as code; with ``mark`` it is a verdict.
    """

    title: str
    boxes: tuple[HubBox, ...]
    lines: tuple[tuple[int, int], ...] = ()
    note: str = ""
    mark: Mark | None = None


@dataclass(frozen=True)
class HubCounter:
    """A number before and after."""

    name: str
    before: int
    after: int


def hub(before: HubSide, after: HubSide, counters: Sequence[HubCounter]) -> str:
    """Both sides and the counters: the old number struck through, the new one bold."""
    numbers = "".join(
        f'<div><dt class="t2">{esc(counter.name)}</dt><dd>{_counted(counter)}</dd></div>' for counter in counters
    )
    return f'<div class="iv-hub"><div class="pair">{_side(before)}{_side(after)}</div><dl>{numbers}</dl></div>'


def _counted(counter: HubCounter) -> str:
    if counter.before == counter.after:
        return f"<b>{counter.after:,}</b>"
    return (
        f'<s>{counter.before:,}</s><span class="c-mute" role="img" aria-label="becomes">→</span>'
        f"<b>{counter.after:,}</b>"
    )


def hub_text(before: HubSide, after: HubSide, counters: Iterable[HubCounter]) -> str:
    """The hub in words."""
    lines = []
    for side in (before, after):
        lines.append(clean(side.title))
        lines += [f"  {line}" for line in _said(side)]
        lines += [f"  {clean(side.note)}"] * bool(side.note)
    lines += [f"{clean(counter.name)}: {counter.before:,} -> {counter.after:,}" for counter in counters]
    return "\n".join(lines)


def _said(side: HubSide) -> Iterator[str]:
    for number, box in enumerate(side.boxes):
        has = [f"{box.people:,} {'user' if box.people == 1 else 'users'}"] if box.people else []
        has += [f"{'role' if len(box.roles) == 1 else 'roles'} {', '.join(box.roles)}"] * bool(box.roles)
        into = [side.boxes[target].name for source, target in side.lines if source == number]
        goes = f"; they may assume roles in {', '.join(into)}" if into else ""
        yield clean(f"{box.name}: {' and '.join(has) or 'nobody'}{goes}")


def _side(side: HubSide) -> str:
    note = f'<p class="t2">{inline(side.note)}</p>' if side.note else ""
    if side.note and side.mark:
        note = f'<div class="x t2 nt">{mark(side.mark, 15)}<p>{inline(side.note)}</p></div>'
    said = f"{side.title}. {'. '.join(_said(side))}."
    places, height = _places(side)
    drawn = "".join(_box(box, *places[number]) for number, box in enumerate(side.boxes))
    lines = "".join(_arrow(places[source], places[target]) for source, target in side.lines)
    verb = _verb(places[side.lines[0][0]], [places[target] for _, target in side.lines]) if side.lines else ""
    return (
        f'<figure><figcaption class="b">{esc(side.title)}</figcaption>'
        f'<svg viewBox="-1 -1 {_HALL + 2} {height + 2}" width="{_HALL + 2}" role="img" aria-label="{esc(said)}">'
        f"{lines}{drawn}{verb}</svg>{note}</figure>"
    )


Place = tuple[float, float, float, float]
"""Left, top, width, height of a box."""


def _places(side: HubSide) -> tuple[dict[int, Place], float]:
    """Where the boxes stand: in rows of three, or people at the left and roles at the right of the lines."""
    people = [number for number, box in enumerate(side.boxes) if not box.roles]
    roles = [number for number, box in enumerate(side.boxes) if box.roles]
    for source, target in side.lines:
        if source not in people or target not in roles:
            raise PictureError(f"a line of the hub runs from people to roles, not from box {source} to box {target}")
    width, height = _PEOPLE
    places: dict[int, Place] = {}
    if not roles:
        for order, number in enumerate(people):
            places[number] = (order % 3 * (width + 20), order // 3 * (height + _SPACE), width, height)
        return places, max((y + h for _, y, _, h in places.values()), default=0)
    right = 0.0
    for number in roles:
        tall = 24 + 28 * min(len(side.boxes[number].roles), MOST_ROLES)
        tall += 16 if len(side.boxes[number].roles) > MOST_ROLES else 0
        places[number] = (_ROLE_X if people else 0, right, _ROLE_WIDTH, tall)
        right += tall + _SPACE
    left = len(people) * (height + _SPACE)
    whole = max(left, right) - _SPACE
    for order, number in enumerate(people):
        places[number] = (0, (whole - left + _SPACE) / 2 + order * (height + _SPACE), width, height)
    return places, whole


def _box(box: HubBox, x: float, y: float, width: float, height: float) -> str:
    name = shorten(clean(box.name), 15)
    body = (
        f'<rect width="{num(width)}" height="{num(height)}" rx="8" class="ac"/>'
        f'<text class="b" x="10" y="16">{esc(name)}</text>'
    )
    if box.roles:
        body += "".join(_role(role, 10, 22 + 28 * order) for order, role in enumerate(box.roles[:MOST_ROLES]))
        if len(box.roles) > MOST_ROLES:
            body += f'<text x="10" y="{num(height - 7)}">{len(box.roles) - MOST_ROLES} more roles</text>'
    else:
        each = -(-box.people // MOST_DOTS) or 1
        words = f"{box.people:,} {'user' if box.people == 1 else 'users'}"
        if each > 1:
            words = f"{box.people:,}, {each:,} a dot"
        body += f'{_dots(box, each)}<text x="10" y="{num(height - 9)}">{words}</text>'
    return f'<g transform="translate({num(x)} {num(y)})"><title>{esc(box.name)}</title>{body}</g>'


def _dots(box: HubBox, each: int) -> str:
    """People as dots, ``each`` of them in one; the one to follow has a ring."""

    def at(number: int) -> tuple[int, int]:
        return 16 + number % _COLUMNS * _GAP, 31 + number // _COLUMNS * _GAP

    count = -(-box.people // each)
    path = "".join(f"M{x} {y}h.1" for x, y in map(at, range(count)))
    ring = ""
    if box.ringed is not None:
        x, y = at(min(box.ringed // each, count - 1))
        ring = f'<circle cx="{x}" cy="{y}" r="3" class="f"/><circle cx="{x}" cy="{y}" r="5.5" class="rg"/>'
    return f'<g class="k c-user"><path class="dots" d="{path}"/>{ring}</g>'


def _role(name: str, x: float, y: float) -> str:
    """A small hexagon with the role's name."""
    text = shorten(clean(name), 17)
    width = min(text_width(text, 11, bold=True) + 28, _ROLE_WIDTH - 20)
    return (
        f'<g class="c-role" transform="translate({num(x)} {num(y)})"><path class="rl k" '
        f'd="M8 0H{num(width - 8)}L{num(width)} 12L{num(width - 8)} 24H8L0 12Z"/>'
        f'<text class="b nm" x="{num(width / 2)}" y="16" text-anchor="middle">{esc(text)}</text></g>'
    )


def _arrow(source: Place, target: Place) -> str:
    start, end = (source[0] + source[2], source[1] + source[3] / 2), (target[0], target[1] + target[3] / 2)
    bend = f"C{num(start[0] + 46)} {num(start[1])} {num(start[0] + 56)} {num(end[1])} {num(end[0])} {num(end[1])}"
    head = f"M{num(end[0] - 6)} {num(end[1] - 4.5)}L{num(end[0])} {num(end[1])}L{num(end[0] - 6)} {num(end[1] + 4.5)}"
    return (
        f'<g class="k c-role"><path class="ln" d="M{num(start[0])} {num(start[1])}{bend}"/>'
        f'<path class="ln" d="{head}" stroke-dasharray="none"/></g>'
    )


def _verb(source: Place, targets: Sequence[Place]) -> str:
    """The words on the lines: above the middle of the bundle, where it is one line wide."""
    middle = source[1] + source[3] / 2
    level = any(abs(target[1] + target[3] / 2 - middle) < 6 for target in targets)
    y = num(middle + (4 if level else -8))
    return f'<text class="iv-halo vb" x="160" y="{y}" text-anchor="middle">may assume</text>'
