"""iamviz: AWS IAM roles, decided as AWS decides, explained down to one condition value, drawn step by step."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from iamviz._version import __version__
from iamviz.calls.ask import ask
from iamviz.calls.model import Call, CallError, Result
from iamviz.calls.perform import perform
from iamviz.engine import Caller, Decision, Outcome, PolicySet, Request, evaluate
from iamviz.loading import DumpWarning, load, play
from iamviz.policy import Finding, Policy, PolicyError
from iamviz.story.source import ScenarioError
from iamviz.story.story import Bet, Step, Story, StoryError
from iamviz.world.world import World, WorldError

if TYPE_CHECKING:
    from iamviz.notebook import stepper
    from iamviz.pictures.action_table import action_table
    from iamviz.pictures.evidence import gates_picture as gates
    from iamviz.pictures.evidence import lock_picture as lock
    from iamviz.pictures.role_map import role_map_picture as role_map
    from iamviz.pictures.story_frames import lifelines_picture as lifelines
    from iamviz.pictures.story_frames import story_map_picture as story_map
    from iamviz.pictures.story_parts import card_picture as credential_card
    from iamviz.policy.check import check_policy

# What draws, and the checker, is imported when it is first used: importing iamviz loads neither pandas nor ipywidgets.
_DRAWN = {
    "action_table": ("iamviz.pictures.action_table", "action_table"),
    "check_policy": ("iamviz.policy.check", "check_policy"),
    "credential_card": ("iamviz.pictures.story_parts", "card_picture"),
    "gates": ("iamviz.pictures.evidence", "gates_picture"),
    "lifelines": ("iamviz.pictures.story_frames", "lifelines_picture"),
    "lock": ("iamviz.pictures.evidence", "lock_picture"),
    "role_map": ("iamviz.pictures.role_map", "role_map_picture"),
    "stepper": ("iamviz.notebook", "stepper"),
    "story_map": ("iamviz.pictures.story_frames", "story_map_picture"),
}

__all__ = [
    "Bet",
    "Call",
    "CallError",
    "Caller",
    "Decision",
    "DumpWarning",
    "Finding",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicySet",
    "Request",
    "Result",
    "ScenarioError",
    "Step",
    "Story",
    "StoryError",
    "World",
    "WorldError",
    "__version__",
    "action_table",
    "ask",
    "check_policy",
    "credential_card",
    "evaluate",
    "gates",
    "lifelines",
    "load",
    "lock",
    "perform",
    "play",
    "role_map",
    "stepper",
    "story_map",
]


def __getattr__(name: str) -> Any:
    if name in _DRAWN:
        module, attribute = _DRAWN[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'iamviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
