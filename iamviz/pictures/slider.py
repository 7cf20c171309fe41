"""The slider: the same picture for several values of one thing (the hours of a day, a head count), one shown at a time.

Radios stand for the values, and the rules of the stepper show the pane of the checked one: no script takes part. The
clock is built on the same strip of chips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from iamviz.pictures.css import components_in
from iamviz.pictures.errors import PictureError
from iamviz.pictures.frame import checked_id
from iamviz.pictures.marks import clean, esc
from iamviz.pictures.picture import Picture

MOST_PANES: Final = 24
"""Panes of one slider: each is drawn ahead and stands in the page."""


@dataclass(frozen=True)
class Pane:
    """One place on the strip: the chip's label, what a reader hears, the markup, and the words between the arrows."""

    label: str
    title: str
    html: str
    place: str


def strip_html(name: str, said: str, panes: Sequence[Pane], kind: str = "") -> str:
    """Radios, a chip for each pane, and the panes with their neighbours' labels above.

    ``said`` names the group to readers, ``kind`` is one more class to find it by.
    """
    checked_id(name)
    radios = "".join(
        f'<input type="radio" name="{name}" id="{name}-at-{k}" aria-label="{esc(pane.title)}">'
        for k, pane in enumerate(panes, 1)
    )
    chips = "".join(
        f'<li><label for="{name}-at-{k}" title="{esc(pane.title)}">'
        f'<span class="no b">{esc(pane.label)}</span></label></li>'
        for k, pane in enumerate(panes, 1)
    )
    shown = "".join(
        f'<li class="iv-frame" aria-label="{esc(pane.title)}">{_nav(name, k, panes)}{pane.html}</li>'
        for k, pane in enumerate(panes)
    )
    return (
        f'<div class="iv-stepper iv-clock{kind and " " + kind}" role="radiogroup" aria-label="{esc(said)}">'
        f'{radios}<ul class="iv-rail" aria-hidden="true">{chips}</ul><ol class="iv-frames">{shown}</ol></div>'
    )


def _nav(name: str, index: int, panes: Sequence[Pane]) -> str:
    def entry(target: int, css_class: str) -> str:
        if 0 <= target < len(panes):
            return f'<label class="{css_class}" for="{name}-at-{target + 1}">{esc(panes[target].label)}</label>'
        return f'<span class="c-mute {css_class} off" aria-disabled="true">{"start" if target < 0 else "end"}</span>'

    middle = f'<p class="t2">{esc(panes[index].place)}</p>'
    return f'<div class="iv-nav" hidden="until-found">{entry(index - 1, "p")}{middle}{entry(index + 1, "n b")}</div>'


def slider_picture(name: str, pictures: Mapping[str, Picture], thing: str) -> Picture:
    """The slider without scripts; ``name`` becomes the radios' name, ``thing`` is what the labels are values of.

    PictureError for less than two pictures, more than 24, or one that has controls of its own.
    """
    checked_slides(pictures)
    panes = [
        Pane(label, f"{thing}: {label}", f"<div>{picture.html}</div>", f"{thing}: {label}")
        for label, picture in pictures.items()
    ]
    html = strip_html(name, f"{thing}: {len(panes)} values", panes, "iv-slider")
    text = "\n".join(f"{clean(thing)}: {clean(label)}\n{picture.text}" for label, picture in pictures.items())
    components = components_in(html).union(*(picture.components for picture in pictures.values()))
    return Picture(html, text, components, steps=len(panes))


def checked_slides(pictures: Mapping[str, Picture]) -> Mapping[str, Picture]:
    """``pictures`` when a slider can hold them; PictureError that says why not."""
    if not 2 <= len(pictures) <= MOST_PANES:
        raise PictureError(f"a slider has 2 to {MOST_PANES} pictures, not {len(pictures)}")
    for label, picture in pictures.items():
        if not isinstance(picture, Picture):
            raise PictureError(f"the slider shows pictures; {label!r} is {type(picture).__name__}")
        if "<input" in picture.html:
            raise PictureError(f"the picture {label!r} has controls of its own; a slider shows still pictures")
    return pictures
