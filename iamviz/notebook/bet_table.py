"""The bet table: every cell of a table of questions is a bet."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from iamviz.notebook.component import Component, live_name, live_picture
from iamviz.pictures.action_table import ActionTable, questions_table
from iamviz.pictures.bet_table import bet_table_picture
from iamviz.pictures.picture import Picture
from iamviz.world.world import World

__all__ = ["BetTable", "bet_table"]


class BetTable(Component):
    """Questions to several identities. ``answers`` is what the cells keep back: the table filled in."""

    hint = "Run the notebook (Run, Run All Cells) to bet, or show the table's .answers."

    def __init__(
        self,
        identities: Mapping[str, tuple[World, str]],
        questions: Mapping[str, Mapping[str, tuple[str, str]]],
        title: str = "",
    ) -> None:
        self.identities, self.questions, self.title = identities, questions, title
        super().__init__("bets")

    @property
    def answers(self) -> ActionTable:
        """The same table with every answer."""
        return questions_table(self.identities, self.questions, self.title)

    def _drawn(self, name: str) -> Picture:
        return bet_table_picture(name, self.identities, self.questions, self.title)

    @property
    def picture(self) -> Picture:
        """The table without scripts."""
        return self._drawn(self.name)

    def _make_widget(self) -> widgets.Widget:
        name = live_name(self.name)
        return live_picture(self._drawn(name), name)


def bet_table(
    identities: Mapping[str, tuple[World, str]],
    questions: Mapping[str, Mapping[str, tuple[str, str]]],
    title: str = "",
) -> BetTable:
    """A table to be filled in by betting: each cell asks yes or no, then tells the engine's answer; right bets count.

    ``identities`` and ``questions`` are as in `iamviz.questions_table`.
    """
    return BetTable(identities, questions, title)
