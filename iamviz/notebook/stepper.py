"""The stepper: live with ipywidgets, as HTML without any script, as text with the captions and a hash of each drawing.

All frames are drawn ahead and joined to the rail, the slider and Play in the browser (`jslink`), so that a click costs
no round trip to the kernel.
"""

from collections.abc import Sequence

import ipywidgets as widgets

from iamviz.accounts.trail_story import ObservedStory
from iamviz.notebook.component import FULL, Component
from iamviz.pictures.css import FRAME_COMPONENTS, root, style_tag
from iamviz.pictures.frame import chapter_title, chapters
from iamviz.pictures.picture import Picture
from iamviz.pictures.story_frames import frames, stepper_picture
from iamviz.pictures.trail_frames import observed_frames, observed_picture
from iamviz.story.story import Story

__all__ = ["Stepper", "stepper"]

_MILLISECONDS = 2500


class Stepper(Component):
    """A story to walk through. Jupyter shows it live; exports and feeds show the stepper that needs no script."""

    hint = "Run the notebook (Run, Run All Cells) to walk through it."

    def __init__(self, story: Story | ObservedStory) -> None:
        self.story = story
        super().__init__(story.slug)

    @property
    def picture(self) -> Picture:
        """The stepper without scripts."""
        if isinstance(self.story, ObservedStory):
            return observed_picture(self.story, self.name)
        return stepper_picture(self.story, self.name)

    def _make_widget(self) -> widgets.Widget:
        return _live(self.story, self.name)


def stepper(story: Story | ObservedStory) -> Stepper:
    """The stepper of a story: step rail, Play and slider.

    Every frame of a `Story` is drawn by the engine's own answers, those of `Trail.story` by what CloudTrail recorded.
    """
    return Stepper(story)


def _live(story: Story | ObservedStory, name: str) -> widgets.Widget:
    live = f"{name}-live"
    if isinstance(story, ObservedStory):
        drawn = observed_frames(story, live, nav=False)
    else:
        drawn = frames(story, live, nav=False)
    titles = [step.title for step in story.steps]
    style = widgets.HTML(style_tag(FRAME_COMPONENTS))
    parts = chapters(len(drawn))
    rails = [_rail(steps, titles, drawn) for steps in parts]
    if len(rails) == 1:
        return widgets.VBox([style, *rails[0]], layout=FULL)
    named = [chapter_title(steps, number) for number, steps in enumerate(parts, 1)]
    tabs = widgets.Tab([widgets.VBox(rail, layout=FULL) for rail in rails], titles=named, layout=FULL)
    return widgets.VBox([style, tabs], layout=FULL)


def _rail(steps: range, titles: Sequence[str], drawn: Sequence[str]) -> list[widgets.Widget]:
    """Rail, Play and slider of some steps, each joined to the stack of their frames."""
    last = len(steps) - 1
    pages = [widgets.HTML(root(drawn[k - 1], FRAME_COMPONENTS), layout=FULL) for k in steps]
    stack = widgets.Stack(pages, selected_index=0, layout=FULL)
    rail = widgets.ToggleButtons(
        options=[(f"{k}", index) for index, k in enumerate(steps)],
        tooltips=[f"Step {k} of {len(drawn)}: {titles[k - 1]}" for k in steps],
        index=0,
        style={"button_width": "3.4em"},
    )
    play = widgets.Play(min=0, max=last, interval=_MILLISECONDS, show_repeat=False, description="Play")
    slider = widgets.IntSlider(min=0, max=last, readout=False, description="Step", tooltip="Step")
    # Each control is joined to the stack alone: a ring of links would leave the rail's old button lit.
    for source in ((rail, "index"), (play, "value"), (slider, "value")):
        widgets.jslink(source, (stack, "selected_index"))
    return [rail, widgets.HBox([play, slider], layout={"align_items": "center"}), stack]
