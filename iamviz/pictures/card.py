"""The credential card and the anatomy of an ARN: what a file's three lines and a name's five colons say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from iamviz.pictures.marks import AMBER, Hue, clean, esc, glyph, mark

_STRONG: Final = ' class="b"'
_OVER: Final = ' style="border-style:dotted"'


@dataclass(frozen=True)
class CardField:
    """A line of a card. The first ``underlined`` characters of the value stand out (AKIA, ASIA); ``quiet`` follows it.

    Values arrive masked: this layer never sees a secret.
    """

    name: str
    value: str = ""
    underlined: int = 0
    quiet: str = ""


@dataclass(frozen=True)
class CredentialCard:
    """A long-term key ("long") or a session's credentials ("temp"); ``fuse`` is the part of its life that is left."""

    kind: Literal["long", "temp"]
    title: str
    detail: str
    fields: tuple[CardField, ...]
    foot_strong: str = ""
    foot: str = ""
    fuse: float | None = None


@dataclass(frozen=True)
class ArnPart:
    """A segment of an ARN, with what it is called below it."""

    text: str
    caption: str = ""
    hue: Hue = "mute"


def card(view: CredentialCard) -> str:
    """The card: blue and solid when it never expires, amber with a perforated stub and a fuse when it does.

    Once it is over it is grey and dotted, as the session is on the map.
    """
    fields = "".join(
        f'<dt class="c-mute">{esc(field.name)}</dt><dd class="mono">{_value(field)}</dd>' for field in view.fields
    )
    fuse = "" if view.fuse is None else _fuse(max(0.0, min(1.0, view.fuse)))
    over = view.fuse is not None and view.fuse <= 0
    hue = "none" if over else "session" if view.kind == "temp" else "user"
    icon = glyph("session" if view.kind == "temp" else "key", 20)
    strong = f"<b>{esc(view.foot_strong)}</b>" if view.foot_strong else ""
    strong = mark("expired", 14) + " " + strong if over else strong
    return (
        f'<div class="iv-card {view.kind} c-{hue}"{_OVER if over else ""} role="group" aria-label="{esc(view.title)}">'
        f'<header class="c-{hue} x">{icon}<div><p class="big b">{esc(view.title)}</p>'
        f'<p class="t2">{esc(view.detail)}</p></div></header>'
        f'<dl>{fields}</dl><footer class="t2">{fuse}{strong}{esc(view.foot)}</footer></div>'
    )


def cards(views: Iterable[CredentialCard]) -> str:
    """Cards side by side."""
    return f'<div class="iv-cards">{"".join(card(view) for view in views)}</div>'


def _value(field: CardField) -> str:
    head, rest = field.value[: field.underlined], field.value[field.underlined :]
    quiet = f'<span class="c-mute">{esc(field.quiet)}</span>' if field.quiet else ""
    return (f"<u>{esc(head)}</u>" if head else "") + esc(rest) + quiet


def _fuse(left: float) -> str:
    return (
        '<svg width="100%" style="height:14px" aria-hidden="true" stroke-width="4">'
        '<line x2="100%" y1="4" y2="4" stroke="var(--iv-rule)"/>'
        f'<line x2="{left * 100:.0f}%" y1="4" y2="4" stroke="{AMBER}"/></svg>'
    )


def arn_parts(parts: Sequence[ArnPart], label: str) -> str:
    """An ARN with its segments underlined and captioned."""
    segments = "".join(
        f'<span class="c-{part.hue}"><code{"" if part.hue == "mute" else _STRONG}>{esc(part.text)}</code>'
        f"<small>{esc(part.caption)}</small></span>"
        for part in parts
    )
    return f'<div class="iv-arn" role="group" aria-label="{esc(label)}">{segments}</div>'


def arns(lines: Iterable[tuple[str, Sequence[ArnPart], str]]) -> str:
    """ARNs one under the other, so that their change lines up: (sentence as trusted markup, parts, label)."""
    body = "".join(
        f'<p class="t2">{sentence_html}</p>{arn_parts(parts, label)}' for sentence_html, parts, label in lines
    )
    return f'<div class="iv-arns">{body}</div>'


def arns_text(lines: Iterable[tuple[str, Sequence[ArnPart], str]]) -> str:
    """ARNs in words: what each is, then its segments by name."""
    told = []
    for _, parts, label in lines:
        named = ", ".join(f"{clean(part.caption)} {clean(part.text).strip(':/')}" for part in parts if part.caption)
        told += [f"{clean(label)}: {clean(''.join(part.text for part in parts))}", f"  {named}"]
    return "\n".join(told)


def card_text(view: CredentialCard) -> str:
    """The card in words."""
    lines = [clean(view.title), clean(view.detail)]
    lines += [f"  {clean(field.name)}: {clean(field.value + field.quiet)}" for field in view.fields]
    foot = clean(view.foot_strong + view.foot)
    return "\n".join([*lines, foot] if foot else lines)
