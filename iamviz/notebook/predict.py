"""Predict: the learner bets first, then sees the frame."""

from __future__ import annotations

import ipywidgets as widgets

from iamviz.engine.decision import Decision
from iamviz.notebook.component import Component, live_name, live_picture
from iamviz.pictures.picture import Picture
from iamviz.pictures.predict import answer_words, predict_picture
from iamviz.story.story import Step
from iamviz.world.world import World

__all__ = ["Predict", "predict"]


class Predict(Component):
    """A bet on a step or a decision. ``answer`` is what the card keeps back: the verdict and its reason."""

    hint = "Run the notebook (Run, Run All Cells) to bet, or print the card's .answer."

    def __init__(
        self,
        asked: Step | Decision,
        question: str | None = None,
        *,
        because: str = "",
        world: World | None = None,
        policies: bool = True,
    ) -> None:
        self.asked, self.question, self.because = asked, question, because
        self.world, self.policies = world, policies
        self.answer = answer_words(asked)
        super().__init__("predict")

    def _drawn(self, name: str) -> Picture:
        return predict_picture(
            name, self.asked, self.question, because=self.because, world=self.world, policies=self.policies
        )

    @property
    def picture(self) -> Picture:
        """The card without scripts."""
        return self._drawn(self.name)

    def _make_widget(self) -> widgets.Widget:
        name = live_name(self.name)
        return live_picture(self._drawn(name), name)


def predict(
    asked: Step | Decision,
    question: str | None = None,
    *,
    because: str = "",
    world: World | None = None,
    policies: bool = True,
) -> Predict:
    """A card that asks "allowed or denied, and because of which policy?" and shows the frame after the bet.

    ``asked`` is a step of a story or a decision (``world`` gives it names and a clock time). ``question`` replaces the
    step's own; ``because`` is the reason told after the bet, else the step's own, else the engine's.
    ``policies=False`` asks for the verdict alone. PictureError for a step that asks AWS nothing.
    """
    return Predict(asked, question, because=because, world=world, policies=policies)
