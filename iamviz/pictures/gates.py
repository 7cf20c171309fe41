"""The gate row: one request, every kind of policy in order; the line stops where the answer was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.marks import WORD, Hue, Mark, breakable, clean, esc, hue_of, mark_group

GateStatus = Literal[
    "passes", "grants", "says nothing", "says no", "not attached", "not needed", "has no say", "not reached"
]

_Art = Literal["open", "ajar", "closed", "barred", "absent", "wanting", "unneeded", "unreached"]

_ART: Final[dict[GateStatus, _Art]] = {
    "passes": "open",
    "grants": "open",
    "says nothing": "ajar",
    "says no": "barred",
    "not attached": "absent",
    "not needed": "unneeded",
    "has no say": "unneeded",
    "not reached": "unreached",
}


@dataclass(frozen=True)
class GateView:
    """A gate: the policies' kind, what they say, and a few words (a policy's name).

    ``closed`` matters for "says nothing" and "not attached": closed, the request ends here; else the line passes (a
    silent resource policy in the same account, no policy of a kind that only limits).
    """

    name: str
    status: GateStatus
    detail: str = ""
    closed: bool = False


@dataclass(frozen=True)
class GateRow:
    """One account's gates with that account's answer, for requests across accounts."""

    title: str
    gates: tuple[GateView, ...]
    mark: Mark
    summary: str = ""
    hue: Hue = "res"


def gate_row(
    request_html: str, gates: Sequence[GateView], verdict_mark: Mark, summary: str = "", label: str = ""
) -> str:
    """A request's way through its gates; ``summary`` stands under the verdict. ``request_html`` is trusted markup."""
    said = label or _said(gates, verdict_mark)
    return (
        f'<div class="iv-gates" role="group" aria-label="{esc(said)}"><p class="rq">{request_html}</p>'
        f"{_line(gates, verdict_mark, summary)}</div>"
    )


def gate_rows(request_html: str, rows: Sequence[GateRow], label: str = "") -> str:
    """The same across accounts: the caller's account and the resource's each have a row, and both must say yes."""
    said = label or " ".join(f"{row.title}: {_said(row.gates, row.mark)}" for row in rows)
    longest = max((len(row.gates) for row in rows), default=0)
    drawn = (
        f'<p class="c-{row.hue} b">{esc(row.title)}</p>{_line(row.gates, row.mark, row.summary, longest)}'
        for row in rows
    )
    return (
        f'<div class="iv-gates" role="group" aria-label="{esc(said)}"><p class="rq">{request_html}</p>'
        f"{''.join(drawn)}</div>"
    )


def gate_row_text(gates: Iterable[GateView], verdict_mark: Mark, summary: str = "") -> str:
    """The row in words, one gate a line."""
    lines = [f"{clean(g.name)}: {g.status}" + (f" ({clean(g.detail)})" if g.detail else "") for g in gates]
    return "\n".join([*lines, f"{_answer(verdict_mark)}" + (f": {clean(summary)}" if summary else "")])


def gate_rows_text(rows: Iterable[GateRow]) -> str:
    """The rows in words."""
    parts = (f"{clean(row.title)}\n{_indent(gate_row_text(row.gates, row.mark, row.summary))}" for row in rows)
    return "\n".join(parts)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _answer(verdict_mark: Mark) -> str:
    return WORD[verdict_mark].split(" · ")[0].capitalize()


def _said(gates: Iterable[GateView], verdict_mark: Mark) -> str:
    return "; ".join(f"{gate.name} {gate.status}" for gate in gates) + f". {_answer(verdict_mark)}."


def _line(gates: Sequence[GateView], verdict_mark: Mark, summary: str, columns: int = 0) -> str:
    """A row of gates; ``columns`` are as many as the longest row has, so that gates stand below gates."""
    columns = max(columns, len(gates))
    way = _track("0", "100%") if verdict_mark == "allow" else _untrodden("0")
    free = f'<li class="fi" aria-hidden="true">{_cell(way)}</li>' * (columns - len(gates))
    items = "".join(_gate(gate) for gate in gates)
    end = (
        f'<li class="vd is-{verdict_mark}">{_terminus(verdict_mark)}<div class="tx">'
        f'<p class="c-{hue_of(verdict_mark)} big b">{_answer(verdict_mark)}</p>'
        f'<p class="c-none">{breakable(summary)}</p></div></li>'
    )
    return f'<ol style="--n:{columns}">{items}{free}{end}</ol>'


def _gate(gate: GateView) -> str:
    art = _ART[gate.status]
    if gate.closed:
        art = {"ajar": "closed", "absent": "wanting"}.get(art, art)  # type: ignore[assignment]  # both are arts
    name, status = _WORDS[art]
    return (
        f'<li class="is-{art}" data-status="{gate.status}">{_drawing(art)}<div class="tx">'
        f'<p class="{name}">{esc(gate.name)}</p><p class="{status}">{gate.status}</p>'
        f'<p class="c-mute">{breakable(gate.detail)}</p></div></li>'
    )


_WORDS: Final[dict[_Art, tuple[str, str]]] = {
    "open": ("nm b", "c-allow"),
    "ajar": ("nm b", "c-none"),
    "closed": ("c-none nm b", "c-none b"),
    "barred": ("c-deny nm b", "c-deny b"),
    "absent": ("c-mute nm", "c-mute"),
    "wanting": ("c-none nm b", "c-none b"),
    "unneeded": ("c-mute nm", "c-mute"),
    "unreached": ("c-mute nm", "c-mute"),
}
"""Classes of a gate's name and of its status."""


def _drawing(art: _Art) -> str:
    """A gate across the whole width of its cell, 52 px high; the door stands in the middle."""
    match art:
        case "open" | "ajar":
            hue: Hue = "allow" if art == "open" else "none"
            leaves = '<path d="M0 15L-7 20.5M0 37L-7 31.5" stroke-width="2.5"/>'
            inside = _track("0", "100%") + _middle(_posts() + leaves, hue)
        case "closed":
            door = '<rect x="-4.5" y="13" width="9" height="26" rx="2" class="f-bg" stroke-width="1.8"/>'
            inside = _stopped() + _middle(_posts() + door, "none")
        case "barred":
            door = (
                '<rect x="-6" y="10" width="12" height="32" rx="2" class="f" stroke="none"/>'
                '<path d="M-3 20L3 14M-3 29L3 23M-3 38L3 32" stroke="var(--iv-bg)" stroke-width="2" '
                'stroke-linecap="butt"/>'
            )
            inside = _stopped() + _middle(_posts() + door, "deny")
        case "absent":
            post = '<path d="M0 8V44" stroke-width="1.6" stroke-dasharray=".1 4.5"/>'
            inside = _track("0", "100%") + _middle(post, "none")
        case "wanting":  # nothing is attached where something had to say yes
            door = '<rect x="-4.5" y="13" width="9" height="26" rx="2" class="f-bg" stroke-dasharray=".1 3.6"/>'
            inside = _stopped() + _middle(f'<g stroke-width="1.8">{door}</g>', "none")
        case "unneeded":
            inside = _track("0", "100%") + _middle(_FAINT_POSTS, None)
        case "unreached":
            inside = _untrodden("0") + _middle(_FAINT_POSTS, None)
    return _cell(inside)


def _terminus(verdict_mark: Mark) -> str:
    """The end of the line: the verdict's mark, 26 px wide, kept upright where the row becomes a column."""
    line = _track("0", "50%") if verdict_mark == "allow" else _untrodden("0", "50%")
    drawn = f'<circle r="17" class="f-bg"/><g class="up">{mark_group(verdict_mark, -13, -13, 1.625)}</g>'
    return _cell(f'{line}<svg x="50%" y="50%" width="1" height="1">{drawn}</svg>')


def _cell(inside: str) -> str:
    return f'<svg class="gt" width="100%" style="height:52px" aria-hidden="true">{inside}</svg>'


_FAINT_POSTS: Final = '<path d="M0 8V15M0 37V44" stroke-width="2.5"/>'


def _posts() -> str:
    return '<path d="M0 6V15M0 37V46" stroke-width="3"/>'


def _middle(drawing: str, hue: Hue | None) -> str:
    """A drawing around the middle of the cell, wherever that is."""
    paint = f'class="k c-{hue}"' if hue else 'stroke="var(--iv-rule)"'
    return f'<svg x="50%" width="1" height="1" {paint} stroke-linecap="round">{drawing}</svg>'


def _track(start: str, end: str) -> str:
    return _way(start, end, 'stroke="var(--iv-ink2)" stroke-linecap="square"')


def _way(start: str, end: str, paint: str) -> str:
    return f'<line x1="{start}" x2="{end}" y1="26" y2="26" {paint} stroke-width="2"/>'


def _untrodden(start: str, end: str = "100%") -> str:
    return _way(start, end, 'stroke="var(--iv-rule)" stroke-dasharray=".1 5" stroke-linecap="round"')


def _stopped() -> str:
    return _untrodden("50%") + _track("0", "50%")
