"""Thousands of sessions of one role: the role is one bar across the day, its sessions are hairlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import clean, esc, num

MOST_LINES: Final = 256
_PITCH: Final = 1.15
_TOP: Final = 54
_BOTTOM: Final = 24
_WIDE: Final = 1000
"""Units across the day; the drawing is stretched to its container."""
_LEAST: Final = 24
"""Px that the sessions take at least, however few they are."""


@dataclass(frozen=True)
class Crowd:
    """A role, its sessions as (issued, expires) in any order, and the clock. All times carry their time zone."""

    role: str
    sessions: tuple[tuple[datetime, datetime], ...]
    now: datetime

    @property
    def alive(self) -> int:
        """How many sessions are alive now: issued, and not yet over."""
        return sum(issued <= self.now < expires for issued, expires in self.sessions)

    @property
    def issued(self) -> int:
        """How many were issued until now."""
        return sum(issued <= self.now for issued, _ in self.sessions)

    @property
    def each(self) -> int:
        """How many sessions one hairline stands for."""
        return max(1, -(-len(self.sessions) // MOST_LINES))


def crowd(view: Crowd, start: datetime, end: datetime, title_html: str = "", label: str = "") -> str:
    """The day from ``start`` to ``end``: amber is alive now, grey is over, pale is yet to come."""
    if end <= start:
        raise PictureError(f"the day ends ({end.isoformat()}) before it starts ({start.isoformat()})")
    bars = _bars(view)
    tall = max(round(len(bars) * _PITCH) + 2, _LEAST)
    pitch = tall / max(len(bars), 1)
    height = _TOP + tall + _BOTTOM

    def part(moment: datetime) -> float:
        return (moment - start) / (end - start)

    def path(chosen: Sequence[int]) -> str:
        return "".join(
            f"M{num(part(bars[i][0]) * _WIDE)} {num((i + 0.5) * pitch)}"
            f"h{num((part(bars[i][1]) - part(bars[i][0])) * _WIDE)}"
            for i in chosen
        )

    over = [i for i, bar in enumerate(bars) if bar[1] <= view.now]
    coming = [i for i, bar in enumerate(bars) if bar[0] > view.now]
    live = [i for i, bar in enumerate(bars) if bar[0] <= view.now < bar[1]]
    now = f"{part(view.now) * 100:.2f}%"
    said = label or crowd_text(view).replace("\n", "; ")
    caption = f"<figcaption>{title_html}</figcaption>" if title_html else ""
    paths = "".join(
        f'<path class="{name}" d="{path(chosen)}"/>'
        for name, chosen in (("ov", over), ("ft", coming), ("lv", live))
        if chosen
    )
    return (
        f'<figure class="iv-crowd iv-life">{caption}<svg role="img" aria-label="{esc(said)}" width="100%" '
        f'style="height:{height}px"><g class="c-role"><rect y="26" width="100%" height="18" class="k rb"/>'
        f'<text {_beside(part(view.now))} y="39" class="b rn">role {esc(view.role)}</text></g>'
        f'<svg y="{_TOP}" width="100%" height="{tall}" viewBox="0 0 {_WIDE} {tall}" preserveAspectRatio="none" '
        f'stroke-width="{num(min(pitch * 0.9, 9))}">{paths}</svg>'
        f'<line x1="{now}" x2="{now}" y1="18" y2="{_TOP + tall + 4}" stroke="var(--iv-ink)" stroke-width="1.5"/>'
        f"{_pill(view.now, part(view.now))}{_count(view, bars, live, pitch, part)}{_axis(start, end, height)}"
        "</svg></figure>"
    )


def _beside(now: float) -> str:
    """Where the role's name stands in its bar: at the left, unless the line of now would cross it there."""
    return 'x="8"' if not 0 <= now < 0.3 else 'x="100%" dx="-8" text-anchor="end"'


def _bars(view: Crowd) -> list[tuple[datetime, datetime]]:
    """One bar for each group of sessions in order of issue: that of the group's middle session."""
    ordered = sorted(view.sessions)
    each = view.each
    groups = (ordered[first : first + each] for first in range(0, len(ordered), each))
    return [group[len(group) // 2] for group in groups]


def _pill(now: datetime, part: float) -> str:
    shift = 33 * (max(0.0, 1 - max(part, 0) / 0.08) - max(0.0, 1 - (1 - min(part, 1)) / 0.08))
    return (
        f'<svg x="{part * 100:.2f}%" width="1" height="1">'
        f'<rect x="{shift - 33:g}" y="1" width="66" height="16" rx="8" fill="var(--iv-ink)"/>'
        f'<text x="{shift:g}" y="12.5" text-anchor="middle" class="f-bg b">now {_clock(now)}</text></svg>'
    )


def _count(
    view: Crowd,
    bars: Sequence[tuple[datetime, datetime]],
    live: Sequence[int],
    pitch: float,
    part: Callable[[datetime], float],
) -> str:
    """How many are alive, beside the amber hairlines, on whichever side has room."""
    words = f"{view.alive:,} {'session' if view.alive == 1 else 'sessions'} alive"
    if not live:
        x, anchor, y = part(view.now) * 100, "start" if part(view.now) < 0.75 else "end", _TOP + 14
        shift = 8 if anchor == "start" else -8
    else:
        middle = live[len(live) // 3]
        ends = max(part(bars[i][1]) for i in live)
        if ends < 0.75:
            x, anchor, shift = ends * 100, "start", 10
        else:
            x, anchor, shift = min(part(bars[i][0]) for i in live) * 100, "end", -10
        y = round(_TOP + (middle + 0.5) * pitch + 4)
    return f'<text class="b iv-halo al" x="{x:.2f}%" dx="{shift}" y="{y}" text-anchor="{anchor}">{words}</text>'


def _axis(start: datetime, end: datetime, height: int) -> str:
    hours = (end - start) / timedelta(hours=1)
    step = next((size for size in (1, 2, 3, 4, 6, 12, 24, 48, 168) if hours / size <= 6), 720)
    texts, moment = [], start
    while moment <= end:
        anchor = "start" if moment == start else "end" if moment == end else "middle"
        x = (moment - start) / (end - start) * 100
        texts.append(f'<text x="{x:.2f}%" y="{height - 6}" text-anchor="{anchor}">{_clock(moment)}</text>')
        moment += timedelta(hours=step)
    return "".join(texts)


def _clock(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%H:%M")


def crowd_text(view: Crowd) -> str:
    """The same in words."""
    first = min((issued for issued, _ in view.sessions), default=view.now)
    last = max((expires for _, expires in view.sessions), default=view.now)
    over = view.issued - view.alive
    lines = [
        f"role {clean(view.role)}: one role, {len(view.sessions):,} sessions, {_clock(first)} to {_clock(last)} UTC",
        f"at {_clock(view.now)}: {view.alive:,} alive, {over:,} over, {len(view.sessions) - view.issued:,} yet to come",
    ]
    return "\n".join(lines)
