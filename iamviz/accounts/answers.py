"""What the answers about an account have in common: rows, a table, sentences, and what is not known."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamviz.engine.depends import Answer, Need, Verdict
from iamviz.engine.request import UnknownPolicy
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reply", "Said", "allow_of", "not_known", "said_of"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that decides, and where it stands: policy, Sid or number, line."""

    policy: str
    statement: str
    line: int
    effect: str = "Allow"

    def __str__(self) -> str:
        return f"{self.policy} › {self.statement}, line {self.line}"


def said_of(policy: Policy, statement: Statement) -> Said:
    """The place of a statement."""
    return Said(policy.label, statement.label, statement.span.line, statement.effect.value)


def allow_of(verdict: Verdict, policies: Sequence[Policy], action: str, resource: str = "") -> Said | None:
    """The Allow statement that lets an action pass, the surest one first: one that asks no condition, on ``*``.

    With ``resource`` only one that covers it counts; None when the resource's own policy alone lets it pass.
    """
    service, _, name = action.lower().partition(":")
    found = [
        (bool(statement.conditions), statement.resource_texts != ("*",), number, said_of(policy, statement))
        for number, (policy, statement) in enumerate(
            (policy, statement)
            for policy in policies
            if not isinstance(policy, UnknownPolicy)
            for statement in policy.covering(f"{service}:{name}").allows
            if not resource or statement.covers_resource(resource, verdict.request.values)
        )
    ]
    needed = [said_of(need.policy, need.statement) for need in verdict.needs if _allows(need)]
    if verdict.answer is Answer.DEPENDS and needed:
        return needed[0]
    return min(found, key=lambda entry: entry[:3])[3] if found else None


def _allows(need: Need) -> bool:
    is_allow = need.kind is PolicyKind.IDENTITY and need.statement.effect is Effect.ALLOW
    return is_allow and not need.of_unknown_policy


@dataclass(frozen=True)
class Reply(ABC):
    """An answer. ``rows`` are plain values by column, ``sentence`` says it in words, ``unknowns`` what is not known.

    ``print`` it, or take ``table`` (a DataFrame) or ``to_json()``.
    """

    question: str
    sentence: str
    columns: tuple[str, ...]
    unknowns: tuple[str, ...]

    @property
    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """One dictionary for each row, its keys the columns."""

    @property
    def table(self) -> "pd.DataFrame":
        """The rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns))

    def to_json(self) -> str:
        """Question, answer, rows and what is not known, as JSON; the same bytes on every run."""
        content = {
            "question": self.question,
            "answer": self.sentence,
            "rows": self.rows,
            "unknown": list(self.unknowns),
        }
        return json.dumps(content, ensure_ascii=False, indent=1, default=str)

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int = 0) -> str:
        """Sentence, rows and what is not known; where a line would be longer than ``width``, rows take several."""
        return text_of(self.sentence, self.columns, self.rows, self.unknowns, width)


MOST_LINES = 40


def text_of(sentence: str, columns: Sequence[str], rows: Sequence[Row], unknowns: Sequence[str], width: int = 0) -> str:
    """An answer for a terminal: the sentence, aligned rows, and what is not known.

    With a ``width`` in characters, columns for which a line has no room stand below it, by name and not shortened.
    """
    shown = [[_cell(row.get(name)) for name in columns] for row in rows[:MOST_LINES]]
    widths = [max([len(name), *(len(cells[n]) for cells in shown)]) for n, name in enumerate(columns)]
    lines = [sentence]
    if shown and width and sum(widths) + 2 * (len(widths) - 1) > width:
        lines += _stacked(columns, rows[:MOST_LINES], shown, widths, width)
    elif shown:
        lines += ["", _line(columns, widths)] + [_line(cells, widths) for cells in shown]
    if len(rows) > MOST_LINES:
        lines.append(f"… and {len(rows) - MOST_LINES} more")
    return "\n".join([*lines, *not_known(unknowns)])


def _stacked(
    columns: Sequence[str], rows: Sequence[Row], shown: Sequence[Sequence[str]], widths: Sequence[int], width: int
) -> list[str]:
    """Rows of which the first columns, as many as there is room for, share a line; the others stand below it."""
    room = [sum(widths[: n + 1]) + 2 * n <= width for n in range(len(columns))]
    count = max(1, room.count(True))
    lines = ["", _line(columns[:count], widths[:count])]
    for row, cells in zip(rows, shown, strict=True):
        lines.append(_line(cells[:count], widths[:count]))
        texts = ((name, _whole(row.get(name))) for name in columns[count:])
        lines += [f"    {name}: {text}" for name, text in texts if text]
    return lines


def not_known(unknowns: Sequence[str]) -> list[str]:
    """The end of an answer for a terminal: what is not known, a line each; nothing where there is nothing to say."""
    return ["", "Not known:", *(f"- {text}" for text in unknowns)] if unknowns else []


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _whole(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)


def _cell(value: Any) -> str:
    text = _whole(value)
    return text if len(text) <= 70 else f"{text[:34]} … {text[-33:]}"
