"""The style rules that a picture needs, and no more: cut from the sheets in ``style/``, minified, generated per step.

The sheets hold rules relative to ``.iamviz.iamviz.iamviz``: native CSS nesting adds that scope once, so that a picture
beats JupyterLab's styles for HTML output (``ul:not(.list-inline)``) and touches nothing outside of itself. In a
notebook every output brings a sheet of its own; there the scope names the sheet, so that a click in one output is not
matched against the rules of all others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Final

from iamviz.pictures.errors import PictureError

COMPONENTS: Final = (
    "legend",
    "map",
    "mid",
    "lock",
    "locks",
    "gates",
    "quote",
    "answer",
    "lifelines",
    "tabular",
    "match",
    "conditions",
    "card",
    "cards",
    "arn",
    "table",
    "notes",
    "hub",
    "crowd",
    "overlap",
    "tree",
    "frame",
    "exercise",
    "predict",
    "bets",
    "clock",
    "asked",
    "explorer",
    "bench",
    "chapters",
    "live",
)
"""Every sheet beside the tokens and the base, in the order in which the rules are written."""

FRAME_COMPONENTS: Final = frozenset(
    {"map", "lock", "gates", "quote", "answer", "lifelines", "card", "arn", "conditions", "frame"}
)
"""What the frames of a story may need."""

MAX_STEPS: Final = 200

MAX_OPTIONS: Final = 40
"""Options of one question of an explorer; it asks at most five questions."""

_NEEDS: Final = {
    "locks": ("lock",),
    "match": ("tabular",),
    "conditions": ("tabular",),
    "table": ("tabular",),
    "cards": ("card",),
    "exercise": ("tabular",),
    "crowd": ("lifelines",),
    "overlap": ("tabular",),
    "predict": ("frame",),
    "bets": ("table",),
    "clock": ("frame", "lifelines"),
    "asked": ("tabular",),
}
_MARKERS: Final = {
    "iv-legend": "legend",
    "iv-map": "map",
    "iv-map-mid": "mid",
    "iv-lock": "lock",
    "iv-says": "lock",
    "iv-lockm": "locks",
    "iv-gates": "gates",
    "iv-quote": "quote",
    "iv-cli": "answer",
    "iv-life": "lifelines",
    "iv-match": "match",
    "iv-cond": "conditions",
    "iv-card": "card",
    "iv-cards": "cards",
    "iv-arn": "arn",
    "iv-arns": "arn",
    "iv-acts": "table",
    "iv-bets": "bets",
    "iv-hub": "hub",
    "iv-crowd": "crowd",
    "iv-panes": "overlap",
    "iv-org": "tree",
    "iv-notes": "notes",
    "iv-why": "notes",
    "iv-frame": "frame",
    "iv-stepper": "frame",
    "iv-bet": "frame",
    "iv-exercise": "exercise",
    "iv-predict": "predict",
    "iv-clock": "clock",
    "iv-asked": "asked",
    "iv-explorer": "explorer",
    "iv-bench": "bench",
    "iv-chapters": "chapters",
}
_CLASS: Final = re.compile(r'class="([^"]*)"')
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING: Final = re.compile(r'("[^"]*")')


def components_in(html: str) -> frozenset[str]:
    """The components whose marker classes occur in ``html``: what `css_for` has to be asked for."""
    found: set[str] = set()
    for attribute in _CLASS.findall(html):
        found.update(_MARKERS[name] for name in attribute.split() if name in _MARKERS)
    return frozenset(found)


def css_for(components: Iterable[str], steps: int = 0) -> str:
    """Tokens, base and the named components as minified CSS; with ``steps``, the states of a stepper of that length."""
    return _sheet(_needed(components, steps), steps, "iamviz")


def _needed(components: Iterable[str], steps: int) -> tuple[str, ...]:
    wanted = set(components)
    unknown = sorted(wanted.difference(COMPONENTS))
    if unknown:
        raise PictureError(f"no style sheet for {', '.join(unknown)}; there are {', '.join(COMPONENTS)}")
    if not 0 <= steps <= MAX_STEPS:
        raise PictureError(f"a stepper has 0 to {MAX_STEPS} steps, not {steps}")
    for name in tuple(wanted):
        wanted.update(_NEEDS.get(name, ()))
    return tuple(name for name in COMPONENTS if name in wanted)


def style_tag(components: Iterable[str], steps: int = 0) -> str:
    """The rules for what stands in `root`: a ``<style>`` that says what it holds, so that a page can keep one copy."""
    names = sorted(set(components))
    css = _sheet(_needed(names, steps), steps, _scope(tuple(names), steps)).replace("</", r"<\/")
    return f'<style class="iv-style" data-iv="{" ".join(names)}" data-steps="{steps}">{css}</style>'


def root(html: str, components: Iterable[str], steps: int = 0) -> str:
    """A picture's markup in the element that takes the rules of `style_tag` for the same components and steps.

    JupyterLab is told that the arrow keys of the radios are theirs: it would fold headings and go to other cells.
    """
    shown = html.replace("<input ", "<input data-lm-suppress-shortcuts ")
    return f'<div class="iamviz {_scope(tuple(sorted(set(components))), steps)}">{shown}</div>'


@lru_cache(maxsize=64)
def _scope(names: tuple[str, ...], steps: int) -> str:
    """The class that names a sheet: six letters from what the sheet holds."""
    return f"iv-{hashlib.sha256(css_for(names, steps).encode()).hexdigest()[:6]}"


def minify(css: str) -> str:
    """The same rules without comments and needless blanks; strings stay as they are."""
    parts = _STRING.split(_COMMENT.sub("", css))
    text = "".join(part if index % 2 else _squeeze(part) for index, part in enumerate(parts))
    return text.replace(";}", "}").strip()


def _squeeze(css: str) -> str:
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>~]) ?", r"\1", css)
    css = re.sub(r": (?=\S|$)", ":", css)
    return css.replace(" + ", "+").replace("@container (", "@container(")


@lru_cache(maxsize=64)
def _sheet(names: tuple[str, ...], steps: int, scope: str) -> str:
    rules = "".join(_read(name) for name in ("hues", "base", *names))
    states = ""
    if steps and "frame" in names:
        states += minify(_step_states(steps))
    if steps and "explorer" in names:
        states += _explorer_states(min(steps, MAX_OPTIONS))
    return f"{_read('tokens')}.iamviz.{scope}.{scope}{{{rules}{states}}}"


@lru_cache(maxsize=32)
def _read(name: str) -> str:
    return minify((files("iamviz.pictures") / "style" / f"{name}.css").read_text("utf-8"))


def _step_states(steps: int) -> str:
    """Which frame shows, and how the rail looks, for each position of the radio group.

    The radio in force is the checked one; while none is, the one that the address names (``#story-step-4``), else the
    first. It selects the child of the same number in the frames and in the rail alike; the rail's later children are
    still to come. Every selector ends in a tag or a class next to its parent: a click matches them against each element
    of the frame that appears.
    """
    positions = ",".join(f"&:nth-child({k})~*>:nth-child({k})" for k in range(1, steps + 1))
    return f"""
    .iv-stepper {{
      > :checked, &:not(:has(> :checked)) > :target, &:not(:has(> :checked, > :target)) > :first-child {{
        {positions} {{
          &.iv-frame {{ display: grid; }}
          & ~ li::before {{ border-color: var(--iv-rule); }}
          > label > .no {{
            background: var(--iv-ink); border-color: var(--iv-ink); color: var(--iv-bg);
            outline: var(--ring, 0) solid var(--iv-focus); outline-offset: 2px;
          }}
          > label > .tt {{ color: var(--iv-ink); font-weight: 650; }}
          & ~ li > label > .no {{ border-color: var(--iv-rule); color: var(--iv-ink3); }}
        }}
      }}
    }}"""


def _explorer_states(options: int) -> str:
    """Which panes an explorer shows: of each level those that stand for the checked option of its question.

    One selector for each option of each of the five questions, however many combinations they make.
    """
    shown = ",".join(
        f"&:has(>.g{level}>input:nth-of-type({option}):checked) .v{level}>.o{option}"
        for level in range(1, 6)
        for option in range(1, options + 1)
    )
    return f".iv-explorer{{{shown}{{display:block}}}}"
