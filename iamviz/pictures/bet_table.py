"""The bet table: a table of questions whose every cell is a bet; it fills as the reader bets, and counts.

Radios hold the bets, the style rules keep each answer back until its bet is made, and CSS counts. No script takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from iamviz.pictures.action_table import asked
from iamviz.pictures.frame import checked_id
from iamviz.pictures.marks import clean, esc
from iamviz.pictures.picture import Picture
from iamviz.pictures.table import ActionRow, actions_table, cell_html
from iamviz.world.world import World


def bet_table_picture(
    name: str,
    identities: Mapping[str, tuple[World, str]],
    questions: Mapping[str, Mapping[str, tuple[str, str]]],
    title: str = "",
) -> Picture:
    """The table; ``name`` starts the names of its radios, the rest is as in `iamviz.questions_table`."""
    checked_id(name)
    columns, groups = asked(identities, questions)
    heads = tuple(identities)
    numbers = count(1)

    def cell(row: ActionRow, column: int) -> str:
        bet, answer = f"{name}-{next(numbers)}", row.cells[column]
        allowed = answer.mark == "allow"
        choices = "".join(
            f'<input type="radio" name="{bet}" id="{bet}-{word}" class="{"ok" if right else "ko"}" '
            f'data-iv-bet="{"right" if right else "wrong"}">'
            f'<label for="{bet}-{word}">{word}</label>'
            for word, right in (("yes", allowed), ("no", not allowed))
        )
        said = f'<span class="t1 sd">you said {"no" if allowed else "yes"}</span>'
        label = esc(f"{heads[column]}: {row.label}. Yes or no?")
        return (
            f'<div class="be" role="radiogroup" aria-label="{label}">{choices}'
            f'<span class="an">{cell_html(answer)}{said}</span></div>'
        )

    score = '<p class="sc t2" aria-live="polite">Bet on each cell.</p>'
    table = actions_table(title, columns, groups, corner="Question", cell_of=cell)
    lines = [clean(title)] if title else []
    for group in groups:
        lines += [clean(group.title), *(f"  {clean(row.label)}?" for row in group.rows)]
    lines.append(f"for each of: {clean('; '.join(heads))}")
    return Picture(f'<div class="iv-bets">{table}{score}</div>', "\n".join(lines), frozenset({"table", "bets"}))
