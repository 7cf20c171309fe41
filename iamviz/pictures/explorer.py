"""The explorer: choose who, as which role, does what, to what, when; every answer stands in the page already.

Five groups of radios choose; the panes stand in a tree with one level for each question, and the style rules
(`iamviz.pictures.css`) show, level by level, the branch of the checked option: as many selectors as there are options,
not as many as combinations. Branches that are alike are one, and the order of the levels is the one that makes the tree
smallest. No script takes part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations, product
from typing import Final

from iamviz.pictures.css import MAX_OPTIONS
from iamviz.pictures.evidence import highlights_of
from iamviz.pictures.exploration import SELF, Dimension, Exploration, Found, Picks
from iamviz.pictures.frame import checked_id
from iamviz.pictures.marks import clean, esc, hue_of, mark, shorten
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import Highlight

MOST: Final = 400
"""Combinations that are decided ahead and written into the page."""

PANE_BYTES: Final = 2_000
_MOST_CHIPS: Final = 6
_LONGEST_CHIP: Final = 28
_LINES: Final = 7
_WIDE: Final = 88
_SENTENCE: Final = 260
_GUTTER: Final[dict[Highlight, str]] = {"allow": "✓", "deny": "■", "miss": "×"}
_MARK: Final[dict[Highlight, str]] = {"allow": "allow", "deny": "deny", "miss": "none"}


def explorer_picture(name: str, asked: Exploration) -> Picture:
    """The explorer without scripts; ``name`` starts the names of its radios and is unique on the page.

    Beyond 400 combinations the page holds the first answer and says how to get to the others.
    """
    checked_id(name)
    counts = [len(dimension.values) for dimension in asked.dimensions]
    fits = asked.size <= MOST and max(counts) <= MAX_OPTIONS
    groups = "".join(_group(name, asked, level) for level in range(1, 6)) if fits else ""
    panes = Tree(asked).html() if fits else _too_many(asked) + pane_html(asked.found((0, 0, 0, 0, 0)))
    html = (
        f'<div class="iv-explorer" role="group" aria-label="Explorer: {asked.size} combinations">{groups}{panes}</div>'
    )
    return Picture(html, text(asked, fits), frozenset({"explorer"}), steps=max(counts) if fits else 0)


def live_explorer_picture(name: str, asked: Exploration) -> Picture:
    """The explorer with a kernel behind it: beyond 400 combinations the questions alone, long ones as lists."""
    counts = [len(dimension.values) for dimension in asked.dimensions]
    if asked.size <= MOST and max(counts) <= MAX_OPTIONS:
        return explorer_picture(name, asked)
    checked_id(name)
    groups = "".join(
        (_group if _fits_a_row(dimension) else _listed)(name, asked, level)
        for level, dimension in enumerate(asked.dimensions, 1)
    )
    label = f"Explorer: {asked.size} combinations"
    html = f'<div class="iv-explorer" role="group" aria-label="{label}">{groups}</div>'
    return Picture(html, text(asked, False), frozenset({"explorer"}))


def _fits_a_row(dimension: Dimension) -> bool:
    return len(dimension.shown) <= _MOST_CHIPS and all(len(shown) <= _LONGEST_CHIP for shown in dimension.shown)


def _listed(name: str, asked: Exploration, level: int) -> str:
    """A question with many answers as a list that opens; where two are shown alike, each is told in full."""
    dimension = asked.dimensions[level - 1]
    told = (
        shown if dimension.shown.count(shown) == 1 else f"{shown} · {value}"
        for value, shown in zip(dimension.values, dimension.shown, strict=True)
    )
    options = "".join(f"<option>{esc(shorten(one, 120))}</option>" for one in told)
    return (
        f'<div class="gr g{level}"><span class="t2 b" aria-hidden="true">{dimension.word}</span>'
        f'<select id="{name}-{level}" aria-label="{dimension.word}">{options}</select></div>'
    )


def _too_many(asked: Exploration) -> str:
    counts = " × ".join(f"{len(d.values)} {d.word.lower()}" for d in asked.dimensions if len(d.values) > 1)
    return (
        f'<p class="wash">{counts} make {asked.size:,} combinations; a page holds {MOST}. Run the notebook to '
        "choose among all of them, or name fewer. This is the first:</p>"
    )


def text(asked: Exploration, whole: bool) -> str:
    """Every combination with its verdict, one a line; of a large explorer the first only."""
    every = product(*(range(len(dimension.values)) for dimension in asked.dimensions))
    lines = [f"{asked.size} combinations"]
    for picks in every if whole else [(0, 0, 0, 0, 0)]:
        found = asked.found(picks)
        lines.append(clean(f"{chosen_words(asked, picks)}: {found.words}"))
    return "\n".join(lines)


def _group(name: str, asked: Exploration, level: int) -> str:
    dimension = asked.dimensions[level - 1]
    options = "".join(
        f'<input type="radio" name="{name}-{level}" id="{name}-{level}-{option}"{" checked" if option == 1 else ""}>'
        f'<label for="{name}-{level}-{option}"{_title(value, shown)}>{esc(shorten(shown, 60))}</label>'
        for option, (value, shown) in enumerate(zip(dimension.values, dimension.shown, strict=True), 1)
    )
    return (
        f'<div class="gr g{level}" role="radiogroup" aria-label="{dimension.word}">'
        f'<span class="t2 b" aria-hidden="true">{dimension.word}</span>{options}</div>'
    )


def _title(value: str, shown: str) -> str:
    return "" if value == shown else f' title="{esc(value)}"'


# ── a pane ──


def pane_html(found: Found) -> str:
    """Verdict, sentence and the statement that decided or came nearest, in less than 2,000 bytes."""
    hue = hue_of(found.mark)
    told = f"{mark(found.mark, 20)}<b>{esc(found.words)}</b>"
    head = (
        f'<p class="c-{hue} x big" data-outcome="{esc(found.outcome)}">{told}</p>'
        f"<p>{esc(shorten(found.sentence, _SENTENCE))}</p>"
    )
    for lines in range(_LINES, 0, -1):
        html = head + _statement(found, lines)
        if len(html.encode()) <= PANE_BYTES:
            return html
    return head


def _statement(found: Found, most: int) -> str:
    if found.decision is None:
        return ""
    explanation = found.decision.explain()
    traces = explanation.deciding or explanation.near_misses
    if not traces:
        return ""
    trace = traces[0]
    marked = highlights_of(trace)
    span, policy = trace.statement.span, trace.policy
    first, last = span.line, span.end_line
    inside = sorted(number for number in marked if first <= number <= last)
    start = max(first, min(inside[0] - 2 if inside else first, last - most + 1))
    shown = [(number, policy.lines[number - 1]) for number in range(start, min(last, start + most - 1) + 1)]
    indent = min((len(line) - len(line.lstrip()) for _, line in shown if line.strip()), default=0)
    rows = "\n".join(_line(number, line[indent:], marked.get(number)) for number, line in shown)
    return f'<p class="t2 nm">{esc(shorten(policy.label, 80))}</p><pre class="wash" tabindex="0">{rows}</pre>'


def _line(number: int, line: str, highlight: Highlight | None) -> str:
    written = esc(shorten(line.expandtabs(4).rstrip(), _WIDE))
    if highlight is None:
        return f"{number:>3}   {written}"
    return f'<b class="c-{_MARK[highlight]}">{number:>3} {_GUTTER[highlight]} {written}</b>'


# ── the tree ──


@dataclass
class _Node:
    """A level of panes (branches with the options that lead to them) or a pane. Equal ones are one object."""

    level: int = 0
    branches: tuple[tuple[tuple[int, ...], _Node], ...] = ()
    html: str = ""
    size: int = field(default=0)


class Tree:
    """The panes of an exploration in the smallest tree that its questions allow."""

    def __init__(self, asked: Exploration) -> None:
        self.asked = asked
        self.counts = [len(dimension.values) for dimension in asked.dimensions]
        self._made: dict[object, _Node] = {}
        self._panes: dict[Picks, _Node] = {}
        for picks in product(*map(range, self.counts)):
            self._panes[picks] = self._leaf(pane_html(asked.found(picks)))
        levels = [level for level, count in enumerate(self.counts) if count > 1]
        self.root = min((self._grown(order, {}) for order in permutations(levels)), key=lambda node: node.size)

    @property
    def panes(self) -> int:
        """How many different panes there are."""
        return len({id(node) for node in self._panes.values()})

    def _leaf(self, html: str) -> _Node:
        found = self._made.get(html)
        if found is None:
            found = self._made[html] = _Node(html=html, size=len(html.encode()))
        return found

    def _grown(self, order: tuple[int, ...], picks: dict[int, int]) -> _Node:
        if not order:
            return self._panes[tuple(picks.get(level, 0) for level in range(5))]
        level, rest = order[0], order[1:]
        alike: dict[int, list[int]] = {}
        nodes: dict[int, _Node] = {}
        for option in range(self.counts[level]):
            node = self._grown(rest, {**picks, level: option})
            nodes[id(node)] = node
            alike.setdefault(id(node), []).append(option)
        if len(alike) == 1:
            return next(iter(nodes.values()))
        key = level, tuple((tuple(options), one) for one, options in alike.items())
        found = self._made.get(key)
        if found is None:
            branches = tuple((tuple(options), nodes[one]) for one, options in alike.items())
            size = sum(node.size + len(self._head(level, options)) + 6 for options, node in branches) + 25
            found = self._made[key] = _Node(level, branches, size=size)
        return found

    def _head(self, level: int, options: tuple[int, ...]) -> str:
        """The opening of a branch, with the words for a host that drops the styles."""
        dimension = self.asked.dimensions[level]
        names = ", ".join(shorten(dimension.shown[option], 40) for option in options[:6])
        classes = " ".join(f"o{option + 1}" for option in options)
        return f'<div class="{classes}"><p class="ox">{dimension.word}: {esc(names)}</p>'

    def html(self) -> str:
        """The tree as markup."""
        return f'<div class="pn" aria-live="polite">{"".join(self._written(self.root))}</div>'

    def _written(self, node: _Node) -> Iterator[str]:
        if node.html:
            yield node.html
            return
        yield f'<div class="lv v{node.level + 1}">'
        for options, branch in node.branches:
            yield self._head(node.level, options)
            yield from self._written(branch)
            yield "</div>"
        yield "</div>"


def chosen_words(asked: Exploration, picks: Picks) -> str:
    """A combination as a sentence."""
    who, role, action, thing, at = (d.shown[pick] for d, pick in zip(asked.dimensions, picks, strict=True))
    as_role = "" if role == SELF else f" as {role}"
    return f"{at}  {who}{as_role} asks for {action} on {thing}"
