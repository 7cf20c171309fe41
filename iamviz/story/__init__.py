"""What happened: scenario files, the recorder, stories and their steps, to and from JSON."""

from iamviz.story.captions import CaptionPart
from iamviz.story.source import ScenarioError
from iamviz.story.story import Bet, Step, Story, StoryError

__all__ = ["Bet", "CaptionPart", "ScenarioError", "Step", "Story", "StoryError"]
