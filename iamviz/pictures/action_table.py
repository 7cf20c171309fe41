"""What each identity may do: actions by access level, identities as columns, as a DataFrame and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from iamviz.accounts.allowed import LEVELS, level_of
from iamviz.accounts.trust import short_key
from iamviz.calls.ask import ask
from iamviz.engine.decision import Decision
from iamviz.engine.depends import Answer, Unknown, decide
from iamviz.engine.request import CallerKind
from iamviz.pictures.errors import PictureError
from iamviz.pictures.evidence import OUTCOME_MARK
from iamviz.pictures.marks import Mark, legend
from iamviz.pictures.picture import Picture
from iamviz.pictures.table import SHORT_WORD, ActionGroup, ActionRow, Cell, Column, ColumnKind, actions_table
from iamviz.world.world import World

if TYPE_CHECKING:
    import pandas as pd

_KINDS: Mapping[CallerKind, ColumnKind] = {CallerKind.ROLE_SESSION: "session", CallerKind.SERVICE: "service"}
_QUESTIONS = ("group", "question")


@dataclass(frozen=True)
class ActionTable(Picture):
    """The table as a picture; ``data`` is the same as a DataFrame: rows (access level, action), columns identities."""

    title: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    names: tuple[str, str] = ("access level", "action")

    @property
    def data(self) -> pd.DataFrame:
        """Yes, no and barred as a DataFrame, ready to be filtered and counted."""
        return _frame(self.columns, self.rows, self.names)


def action_table(
    identities: Mapping[str, tuple[World, str]],
    actions: Iterable[str],
    resources: str | Mapping[str, str],
    title: str = "",
    unknown: Iterable[str] = (),
) -> ActionTable:
    """Decide every action for every identity.

    ``identities`` maps the head of a column to a world and an actor in it, so that before and after stand side by side;
    ``resources`` is one ARN for all actions, or one for each action. PictureError for an action without one.
    ``unknown`` are condition keys of which nobody knows what a request will bring, such as
    ``aws:MultiFactorAuthPresent``: what depends on them is answered "if MFA" (see `iamviz.decide`).
    """
    unknown = tuple(unknown)
    named = list(dict.fromkeys(actions))
    decided: dict[str, list[Decision]] = {}
    for action in named:
        resource = resource_for(action, resources)
        decided[action] = [ask(world, who, action, resource) for world, who in identities.values()]
    levels = {action: level_of(action) for action in named}
    named.sort(key=lambda action: LEVELS.index(levels[action]) if levels[action] in LEVELS else len(LEVELS))
    groups = [
        ActionGroup(level, tuple(_row(action, decided[action], unknown) for action in members))
        for level, members in groupby(named, levels.__getitem__)
    ]
    first = decided[named[0]] if named else []
    columns = _columns(identities, first) if named else []
    rows = tuple(
        (group.title, row.action, tuple(cell.word for cell in row.cells)) for group in groups for row in group.rows
    )
    heads = tuple(identities)
    html = actions_table(title, columns, groups) + _legend(groups)
    text = f"{title}\n{_frame(heads, rows).to_string()}".strip()
    return ActionTable(html, text, _COMPONENTS, title=title, columns=heads, rows=rows)


def resource_for(action: str, resources: str | Mapping[str, str]) -> str:
    """The one resource of all actions, or that of this one; PictureError where none is given for it."""
    if isinstance(resources, str):
        return resources
    if action not in resources:
        raise PictureError(f"no resource is given for {action}; resources is one ARN for all actions, or one for each")
    return resources[action]


def questions_table(
    identities: Mapping[str, tuple[World, str]],
    questions: Mapping[str, Mapping[str, tuple[str, str]]],
    title: str = "",
    unknown: Iterable[str] = (),
) -> ActionTable:
    """Decide questions of any kind for every identity: ``{"in the same account": {"trusts her": (action, resource)}}``.

    ``identities`` and ``unknown`` are as in `action_table`; the questions are (action, resource), named, in groups.
    """
    columns, groups = asked(identities, questions, tuple(unknown))
    rows_told = tuple(
        (group.title, row.label, tuple(cell.word for cell in row.cells)) for group in groups for row in group.rows
    )
    heads = tuple(identities)
    html = actions_table(title, columns, groups, corner="Question") + _legend(groups)
    text = f"{title}\n{_frame(heads, rows_told, _QUESTIONS).to_string()}".strip()
    return ActionTable(html, text, _COMPONENTS, title=title, columns=heads, rows=rows_told, names=_QUESTIONS)


def asked(
    identities: Mapping[str, tuple[World, str]],
    questions: Mapping[str, Mapping[str, tuple[str, str]]],
    unknown: tuple[str, ...] = (),
) -> tuple[list[Column], list[ActionGroup]]:
    """The heads and the answers of a table of questions."""
    groups: list[ActionGroup] = []
    columns: list[Column] = []
    for heading, named in questions.items():
        rows = []
        for label, (action, resource) in named.items():
            decisions = [ask(world, who, action, resource) for world, who in identities.values()]
            columns = columns or _columns(identities, decisions)
            rows.append(replace(_row(action, decisions, unknown), label=label))
        groups.append(ActionGroup(heading, tuple(rows)))
    return columns, groups


def _frame(
    columns: Sequence[str],
    rows: Sequence[tuple[str, str, tuple[str, ...]]],
    names: tuple[str, str] = ("access level", "action"),
) -> pd.DataFrame:
    import pandas as pd

    index = pd.MultiIndex.from_tuples([row[:2] for row in rows], names=names)
    return pd.DataFrame([row[2] for row in rows], index=index, columns=list(columns))


def _row(action: str, decisions: Iterable[Decision], unknown: tuple[str, ...]) -> ActionRow:
    return ActionRow(action, tuple(_cell(decision, unknown) for decision in decisions))


def _cell(decision: Decision, unknown: tuple[str, ...]) -> Cell:
    if unknown:
        covers = Unknown(unknown).covers
        known = {key: values for key, values in decision.request.values.items() if not covers(key)}
        verdict = decide(replace(decision.request, context=known), decision.policies, unknown)
        if verdict.answer is Answer.DEPENDS:
            return Cell("cond", f"if {' and '.join(dict.fromkeys(map(short_key, verdict.keys)))}")
    mark = OUTCOME_MARK[decision.outcome]
    return Cell(mark, SHORT_WORD[mark])


_MEANING: Mapping[Mark, str] = {
    "allow": "yes: a statement allows it",
    "none": "no: nothing says yes",
    "deny": "barred: a statement says no",
    "cond": "if: depends on the condition named",
}
_COMPONENTS = frozenset({"table", "legend"})


def _legend(groups: Iterable[ActionGroup]) -> str:
    """What the words in the cells mean, of those that occur."""
    found = {cell.mark for group in groups for row in group.rows for cell in row.cells}
    return legend([(mark, words) for mark, words in _MEANING.items() if mark in found])


def _columns(identities: Mapping[str, tuple[World, str]], decisions: Sequence[Decision]) -> list[Column]:
    """The heads: a role given by its ARN or label is drawn as a role, whoever may wear it."""
    return [
        _column(head, decision, is_role=world.labels.get(who, who) in world.roles)
        for (head, (world, who)), decision in zip(identities.items(), decisions, strict=True)
    ]


def _column(head: str, decision: Decision, is_role: bool) -> Column:
    name, _, detail = head.partition(", ")
    kind = "role" if is_role else _KINDS.get(CallerKind(decision.request.caller.kind), "user")
    return Column(kind, name, detail)
