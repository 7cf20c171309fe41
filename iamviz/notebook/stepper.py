"""The stepper: live, as HTML without any script, as text with the captions and a hash of each drawing.

All frames are drawn ahead and stand behind radios, so that a click costs no round trip to the kernel. Live, Play and a
slider stand beside them.
"""

import ipywidgets as widgets

from iamviz.accounts.trail_story import ObservedStory
from iamviz.notebook.component import Component, live_name, live_picture
from iamviz.pictures.picture import Picture
from iamviz.pictures.story_frames import stepper_picture
from iamviz.pictures.trail_frames import observed_picture
from iamviz.story.story import Story

__all__ = ["Stepper", "stepper"]


class Stepper(Component):
    """A story to walk through. Jupyter shows it live; exports and feeds show the stepper that needs no script."""

    hint = "Run the notebook (Run, Run All Cells) to walk through it."

    def __init__(self, story: Story | ObservedStory) -> None:
        self.story = story
        super().__init__(story.slug)

    @property
    def picture(self) -> Picture:
        """The stepper without scripts."""
        return self._drawn(self.name)

    def _drawn(self, name: str) -> Picture:
        if isinstance(self.story, ObservedStory):
            return observed_picture(self.story, name)
        return stepper_picture(self.story, name)

    def _make_widget(self) -> widgets.Widget:
        name = live_name(self.name)
        return live_picture(self._drawn(name), name)


def stepper(story: Story | ObservedStory) -> Stepper:
    """The stepper of a story: step rail, Play and slider.

    Every frame of a `Story` is drawn by the engine's own answers, those of `Trail.story` by what CloudTrail recorded.
    """
    return Stepper(story)
