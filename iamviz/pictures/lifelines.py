"""The lifelines: a session is a fuse. Solid is spent, pale is left, the dashed tail is what the role had allowed.

x is time in per cent of the width, text is in px: the picture fills its container and never scales.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from iamviz.pictures.errors import PictureError
from iamviz.pictures.marks import AMBER, WORD, Mark, clean, esc, mark_group, shorten, text_width

_TOP: Final = 22
_BOTTOM: Final = 20
_ROW: Final = 44
_MAX_TICKS: Final = 24
_DOTTED: Final = ' stroke-dasharray="1.5 3" stroke-linecap="round"'
_REVOKED: Final = 'stroke-width="2" stroke-dasharray="7 3 2 3"'
_PILL: Final = 33
"""Half the width of the "now" pill, px."""
_LONGEST: Final = 32
"""Characters of a name; longer ones are cut in the middle."""
_NARROW: Final = 340
"""Px of the narrowest axis that everything still fits."""


_KEY: Final = {
    "spent": "spent",
    "left": "left",
    "limit": "the role would have allowed",
    "over": "over: expired or refused",
    "revoked": "revoked: tokens issued earlier are refused",
}


@dataclass(frozen=True)
class Lamp:
    """A request on a session's bar: when, the answer, and a word for the tooltip.

    ``told`` is the answer in words, where those of the mark would say more than is known.
    """

    at: datetime
    mark: Mark
    word: str = ""
    told: str = ""


@dataclass(frozen=True)
class LifeRow:
    """A session from ``start`` to ``end``; ``limit`` is the end that the role would have allowed at most.

    ``cut`` says that a revocation of sessions reaches this one's role (it bites only if the session was issued before).
    """

    name: str
    detail: str
    start: datetime
    end: datetime
    limit: datetime | None = None
    lamps: tuple[Lamp, ...] = ()
    cut: bool = False


def clock(moment: datetime) -> str:
    """A time as the pictures write it: hours and minutes in UTC."""
    return _utc(moment).strftime("%H:%M")


def lifelines(
    rows: Sequence[LifeRow],
    now: datetime,
    start: datetime,
    end: datetime,
    tick_minutes: int = 30,
    revoked: datetime | None = None,
    label: str = "",
) -> str:
    """One bar per session between ``start`` and ``end``; all times carry their time zone and are shown in UTC."""
    said = label or lifelines_text(rows, now, revoked).replace("\n", "; ")
    drawing = _Drawing(rows, now, start, end, tick_minutes, revoked)
    return (
        f'<div class="iv-life"><svg role="img" aria-label="{esc(said)}" width="100%" style="height:{drawing.height}px">'
        f"{''.join(drawing.parts())}</svg></div>"
    )


def lifelines_text(rows: Sequence[LifeRow], now: datetime, revoked: datetime | None = None) -> str:
    """The sessions in words."""
    lines = [f"now {clock(now)} UTC"]
    if revoked is not None:
        lines.append(f"revoked {clock(revoked)}: tokens issued earlier are refused")
    for row in rows:
        if _is_cut(row, now, revoked):
            state = "revoked"
        elif now >= row.end:
            state = f"ended {clock(row.end)}"
        else:
            state = f"until {clock(row.end)}"
        detail = f" ({clean(row.detail)})" if row.detail else ""
        lines.append(f"{clean(row.name)}{detail}: from {clock(row.start)}, {state}")
        lines += [f"  {clock(lamp.at)} {_lamp_words(lamp)}" for lamp in row.lamps if lamp.at <= now]
    return "\n".join(lines)


def _lamp_words(lamp: Lamp) -> str:
    told = lamp.told or WORD[lamp.mark]
    return clean(f"{lamp.word}: {told}" if lamp.word else told)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise PictureError(f"the time {moment.isoformat()} carries no time zone: give datetime(…, tzinfo=timezone.utc)")
    return moment.astimezone(UTC)


def _is_cut(row: LifeRow, now: datetime, revoked: datetime | None) -> bool:
    return revoked is not None and row.cut and row.start < revoked <= now


class _Drawing:
    def __init__(
        self,
        rows: Sequence[LifeRow],
        now: datetime,
        start: datetime,
        end: datetime,
        tick_minutes: int,
        revoked: datetime | None,
    ) -> None:
        if end <= start:
            raise PictureError(f"the time line ends ({end.isoformat()}) before it starts ({start.isoformat()})")
        if tick_minutes <= 0:
            raise PictureError(f"ticks are a positive number of minutes apart, not {tick_minutes}")
        self.rows, self.now, self.revoked = rows, _utc(now), revoked and _utc(revoked)
        self.start, self.end = _utc(start), _utc(end)
        self.tick = timedelta(minutes=tick_minutes)
        self.floor = _TOP + _ROW * len(rows)
        self.height = self.floor + _BOTTOM

    def parts(self) -> Iterator[str]:
        """Back to front: axis, bars, revocation, now, then what must stay readable above it."""
        yield from self._axis()
        for index, row in enumerate(self.rows):
            yield from self._bar(index, row)
        yield from self._revocation()
        now = self._upright(self.now)
        yield f'<line {now} y1="{_TOP - 6}" y2="{self.floor}" stroke="var(--iv-ink)" stroke-width="1.5"/>'
        for index, row in reversed(list(enumerate(self.rows))):
            yield self._name(index, row)
        for index, row in enumerate(self.rows):
            yield from (self._lamp(index, lamp) for lamp in row.lamps if lamp.at <= self.now)
        yield self._pill()

    def _part(self, moment: datetime) -> float:
        """Where a time falls, 0 at the start and 1 at the end."""
        return (moment - self.start) / (self.end - self.start)

    def _x(self, moment: datetime) -> str:
        return f"{self._part(moment) * 100:.2f}%"

    def _upright(self, moment: datetime) -> str:
        return f'x1="{self._x(moment)}" x2="{self._x(moment)}"'

    def _span(self, start: datetime, end: datetime) -> str:
        width = max(0.0, self._part(end) - self._part(start))
        return f'x="{self._x(start)}" width="{width * 100:.2f}%"'

    def _axis(self) -> Iterator[str]:
        step = self.tick
        while (self.end - self.start) / step > _MAX_TICKS:
            step *= 2
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        moment = midnight + step * -((midnight - self.start) // step)
        while moment <= self.end:
            anchor = "start" if moment == self.start else "end" if moment == self.end else "middle"
            yield (
                f'<line {self._upright(moment)} y1="{_TOP}" y2="{self.floor}" stroke="var(--iv-rule)"/>'
                f'<text x="{self._x(moment)}" y="{self.height - 5}" text-anchor="{anchor}">{clock(moment)}</text>'
            )
            moment += step

    def _bar(self, index: int, row: LifeRow) -> Iterator[str]:
        y = self._y(index)
        cut = _is_cut(row, self.now, self.revoked)
        spent = min(self.now, row.end)
        if cut and self.revoked is not None:
            spent = min(spent, self.revoked)
        state = self._state(row)
        at = f'y="{y}" height="14"'
        if row.limit is not None and row.limit > row.end:
            span = self._span(row.end, min(row.limit, self.end))
            yield f'<rect {span} {at} class="k c-role" fill="none" stroke-width="1.1" stroke-dasharray="4 3"/>'
        if state.startswith("dead"):
            body, dots, spent_paint = "none", _DOTTED, 'fill="var(--c)" opacity=".45"'
        else:
            body, dots, spent_paint = "var(--w)", "", f'fill="{AMBER}"'
        life = self._span(row.start, row.end)
        yield f'<g class="{state}"><rect {life} {at} rx="2" class="br k" fill="{body}" stroke-width="1.25"{dots}/>'
        if spent > row.start:
            yield f'<rect {self._span(row.start, spent)} {at} rx="2" class="el" {spent_paint}/>'
        yield "</g>"
        for moment in (row.start, row.end):
            ends = f'y1="{y - 3}" y2="{y + 17}" stroke="var(--iv-ink2)" stroke-width="1.5"'
            yield f"<line {self._upright(moment)} {ends}/>"

    def _y(self, index: int) -> int:
        """The upper edge of a bar."""
        return _TOP + index * _ROW + 20

    def _state(self, row: LifeRow) -> str:
        """The classes of a session: amber while it lives, grey once it is over or refused."""
        over = self.now >= row.end or _is_cut(row, self.now, self.revoked)
        return "dead c-none" if over else "c-session"

    def _name(self, index: int, row: LifeRow) -> str:
        place, detail = self._fit(row)
        name = shorten(clean(row.name), _LONGEST)
        return (
            f'<text {place} y="{self._y(index) - 6}" class="iv-halo {self._state(row)}">'
            f'<tspan class="b" font-size="12" fill="var(--k)">{esc(name)}</tspan>'
            f'<tspan dx="7" fill="var(--iv-ink2)">{esc(detail)}</tspan></text>'
        )

    def _fit(self, row: LifeRow) -> tuple[str, str]:
        """Where a name stands, and as much of its detail as a narrow axis has room for; clauses end with commas."""
        name = text_width(shorten(clean(row.name), _LONGEST), 12, bold=True) + 11
        detail = row.detail
        while True:
            share = (name + text_width(detail, 11)) / _NARROW
            if self._part(row.start) + share <= 1:
                return f'x="{self._x(row.start)}" dx="4"', detail
            if self._part(row.end) >= share:
                return f'x="{self._x(row.end)}" text-anchor="end"', detail
            shorter = detail.rpartition(", ")[0]
            if not shorter:
                return f'x="{self._x(self.end)}" text-anchor="end"', detail
            detail = shorter

    def _lamp(self, index: int, lamp: Lamp) -> str:
        return (
            f'<svg x="{self._x(lamp.at)}" y="{self._y(index)}" width="1" height="1">'
            f"<title>{clock(lamp.at)} {esc(_lamp_words(lamp))}</title>"
            f'<circle cy="7" r="9" class="f-bg"/>{mark_group(lamp.mark, -7.5, -0.5, 0.94)}</svg>'
        )

    def _revocation(self) -> Iterator[str]:
        if self.revoked is None:
            return
        x = self._upright(self.revoked)
        yield f'<g class="k c-deny"><line {x} y1="{_TOP - 2}" y2="{self.floor}" stroke-dasharray="2 3"/>'
        for index, row in enumerate(self.rows):  # thick where it bites: across the sessions that it refuses
            if _is_cut(row, self.now, self.revoked):
                y = self._y(index)
                yield f'<line {x} y1="{y - 6}" y2="{y + 20}" {_REVOKED}/>'
        words = f"revoked {clock(self.revoked)}"
        place = self._beside_now(self.revoked, text_width(words, 11, bold=True))
        yield f'<text {place} y="13" class="b" fill="var(--k)" stroke="none">{words}</text></g>'

    def _beside_now(self, moment: datetime, width: float) -> str:
        """Where words ``width`` px wide stand: at the line of a moment, clear of the pill, inside of a narrow axis."""
        left, gap = self._part(moment) * _NARROW, self._part(self.now - (moment - self.start)) * _NARROW
        if gap >= _PILL and left >= width + 6:
            return f'x="{self._x(moment)}" dx="-6" text-anchor="end"'
        if gap >= width + _PILL + 10:
            return f'x="{self._x(moment)}" dx="6"'
        if left >= width + _PILL + 4:
            return f'x="{self._x(moment)}" dx="{-_PILL - 4}" text-anchor="end"'
        return f'x="{self._x(self.now)}" dx="{_PILL + 6}"'

    def _pill(self) -> str:
        """The clock on the line of now; near an end of the axis it moves inwards."""
        part = min(1.0, max(0.0, self._part(self.now)))
        shift = _PILL * (max(0.0, 1 - part / 0.08) - max(0.0, 1 - (1 - part) / 0.08))
        return (
            f'<svg x="{self._x(self.now)}" width="1" height="1">'
            f'<rect x="{shift - _PILL:g}" y="1" width="66" height="16" rx="8" fill="var(--iv-ink)"/>'
            f'<text x="{shift:g}" y="12.5" text-anchor="middle" class="f-bg b">now {clock(self.now)}</text></svg>'
        )


def life_key(shown: Collection[str] = _KEY) -> str:
    """A key of the bars for a page; ``shown`` are those of its entries that the page has use for (`used_in`)."""
    box = 'x="1" y="1" width="24" height="12"'
    drawings = {
        "spent": f'<rect fill="{AMBER}" {box} rx="2"/>',
        "left": f'<rect class="k c-session" {box} rx="2" fill="var(--w)"/>',
        "limit": f'<rect class="k c-role" {box} fill="none" stroke-dasharray="4 3"/>',
        "over": f'<rect class="k c-none" {box} rx="2" fill="none"{_DOTTED}/>',
        "revoked": f'<path class="k c-deny" d="M13 -2V16" {_REVOKED}/>',
    }
    entries = (
        f'<li><svg width="26" height="14" aria-hidden="true">{drawing}</svg>{_KEY[name]}</li>'
        for name, drawing in drawings.items()
        if name in shown
    )
    return f'<ul class="iv-legend iv-life t2">{"".join(entries)}</ul>'


def used_in(rows: Sequence[LifeRow], now: datetime, revoked: datetime | None = None) -> frozenset[str]:
    """The entries of the key (`life_key`) that explain these lifelines."""
    over = [now >= row.end or _is_cut(row, now, revoked) for row in rows]
    alive = [row for row, is_over in zip(rows, over, strict=True) if not is_over]
    found = {
        "spent": any(row.start < now for row in alive),
        "left": bool(alive),
        "limit": any(row.limit is not None and row.limit > row.end for row in rows),
        "over": any(over),
        "revoked": revoked is not None,
    }
    return frozenset(name for name, used in found.items() if used)
