"""iamviz: AWS IAM roles, decided as AWS decides, explained down to one condition value, drawn step by step."""

from iamviz._version import __version__
from iamviz.calls import Call, CallError, Result, perform
from iamviz.engine import Caller, Decision, Outcome, PolicySet, Request, evaluate
from iamviz.policy import Finding, Policy, PolicyError
from iamviz.story import Bet, ScenarioError, Step, Story, StoryError, load, play
from iamviz.world import World, WorldError

__all__ = [
    "Bet",
    "Call",
    "CallError",
    "Caller",
    "Decision",
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
    "evaluate",
    "load",
    "perform",
    "play",
]
