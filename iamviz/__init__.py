"""iamviz: AWS IAM roles, decided as AWS decides, explained down to one condition value, drawn step by step."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from iamviz._version import __version__

if TYPE_CHECKING:
    from iamviz import accounts
    from iamviz.accounts.redact import redact
    from iamviz.accounts.trail import TrailError
    from iamviz.accounts.trail_write import cloudtrail
    from iamviz.accounts.why_parse import WhyError
    from iamviz.calls.ask import ask
    from iamviz.calls.hints import hints
    from iamviz.calls.model import Call, CallError, Result
    from iamviz.calls.perform import perform
    from iamviz.engine import Caller, Decision, Outcome, PolicySet, Request, Settings, evaluate
    from iamviz.engine.depends import Unknown, Verdict, decide
    from iamviz.exercises import Exam, Exercise, ExerciseError, exam, exercise
    from iamviz.loading import DumpWarning, load, play
    from iamviz.notebook import stepper
    from iamviz.notebook.bet_table import bet_table
    from iamviz.notebook.clock import clock
    from iamviz.notebook.explorer import explorer
    from iamviz.notebook.policy_bench import policy_bench
    from iamviz.notebook.predict import predict
    from iamviz.notebook.slider import slider
    from iamviz.pictures.action_table import action_table, questions_table
    from iamviz.pictures.arn_anatomy import arn_anatomy
    from iamviz.pictures.asked import allowed_picture as allowed_actions
    from iamviz.pictures.asked import comparison_picture as compare
    from iamviz.pictures.asked import reach_picture as can_reach
    from iamviz.pictures.asked import who_can_assume_picture as who_can_assume
    from iamviz.pictures.asked import who_can_picture as who_can
    from iamviz.pictures.crowds import headcount_picture as headcount
    from iamviz.pictures.crowds import hub_picture as hub
    from iamviz.pictures.crowds import sessions_picture as sessions
    from iamviz.pictures.engine_code import engine_code
    from iamviz.pictures.evidence import conditions_picture as conditions
    from iamviz.pictures.evidence import gates_picture as gates
    from iamviz.pictures.evidence import lock_picture as lock
    from iamviz.pictures.evidence import locks_picture as locks
    from iamviz.pictures.evidence import statements_picture as statements
    from iamviz.pictures.findings import findings_picture as findings
    from iamviz.pictures.organization import organization
    from iamviz.pictures.panes import overlap_picture as overlap
    from iamviz.pictures.story_frames import lifelines_picture as lifelines
    from iamviz.pictures.story_frames import story_map_picture as story_map
    from iamviz.pictures.story_parts import card_picture as credential_card
    from iamviz.pictures.story_parts import cards_picture as credential_cards
    from iamviz.pictures.trail_frames import trail
    from iamviz.pictures.why_picture import why
    from iamviz.pictures.world_map import world_map_picture as map  # noqa: A004 - as `iv.map` it shadows nothing
    from iamviz.policy import Finding, Policy, PolicyError
    from iamviz.policy.check import check_policy
    from iamviz.story.source import ScenarioError
    from iamviz.story.story import Bet, Step, Story, StoryError
    from iamviz.world.context import Context
    from iamviz.world.world import World, WorldError

# Where each name lives. It is imported when it is first used, so that `import iamviz` is quick and loads neither pandas
# nor ipywidgets.
_PLACES = {
    "iamviz.accounts.redact": ("redact",),
    "iamviz.accounts.trail": ("TrailError",),
    "iamviz.accounts.trail_write": ("cloudtrail",),
    "iamviz.accounts.why_parse": ("WhyError",),
    "iamviz.calls.ask": ("ask",),
    "iamviz.calls.hints": ("hints",),
    "iamviz.calls.model": ("Call", "CallError", "Result"),
    "iamviz.calls.perform": ("perform",),
    "iamviz.engine": ("Caller", "Decision", "Outcome", "PolicySet", "Request", "Settings", "evaluate"),
    "iamviz.engine.depends": ("Unknown", "Verdict", "decide"),
    "iamviz.exercises": ("Exam", "Exercise", "ExerciseError", "exam", "exercise"),
    "iamviz.loading": ("DumpWarning", "load", "play"),
    "iamviz.notebook": ("stepper",),
    "iamviz.notebook.policy_bench": ("policy_bench",),
    "iamviz.notebook.explorer": ("explorer",),
    "iamviz.notebook.bet_table": ("bet_table",),
    "iamviz.notebook.clock": ("clock",),
    "iamviz.notebook.predict": ("predict",),
    "iamviz.notebook.slider": ("slider",),
    "iamviz.pictures.action_table": ("action_table", "questions_table"),
    "iamviz.pictures.engine_code": ("engine_code",),
    "iamviz.pictures.arn_anatomy": ("arn_anatomy",),
    "iamviz.pictures.crowds": ("headcount_picture as headcount", "hub_picture as hub", "sessions_picture as sessions"),
    "iamviz.pictures.asked": (
        "allowed_picture as allowed_actions",
        "comparison_picture as compare",
        "reach_picture as can_reach",
        "who_can_assume_picture as who_can_assume",
        "who_can_picture as who_can",
    ),
    "iamviz.pictures.evidence": (
        "conditions_picture as conditions",
        "gates_picture as gates",
        "lock_picture as lock",
        "locks_picture as locks",
        "statements_picture as statements",
    ),
    "iamviz.pictures.organization": ("organization",),
    "iamviz.pictures.findings": ("findings_picture as findings",),
    "iamviz.pictures.panes": ("overlap_picture as overlap",),
    "iamviz.pictures.trail_frames": ("trail",),
    "iamviz.pictures.why_picture": ("why",),
    "iamviz.pictures.world_map": ("world_map_picture as map",),
    "iamviz.pictures.story_frames": ("lifelines_picture as lifelines", "story_map_picture as story_map"),
    "iamviz.pictures.story_parts": ("card_picture as credential_card", "cards_picture as credential_cards"),
    "iamviz.policy": ("Finding", "Policy", "PolicyError"),
    "iamviz.policy.check": ("check_policy",),
    "iamviz.story.source": ("ScenarioError",),
    "iamviz.story.story": ("Bet", "Step", "Story", "StoryError"),
    "iamviz.world.context": ("Context",),
    "iamviz.world.world": ("World", "WorldError"),
}
_FOUND = {
    entry.rpartition(" as ")[2]: (module, entry.partition(" as ")[0])
    for module, entries in _PLACES.items()
    for entry in entries
}

__all__ = [
    "Bet",
    "Call",
    "CallError",
    "Caller",
    "Context",
    "Decision",
    "DumpWarning",
    "Exam",
    "Exercise",
    "ExerciseError",
    "Finding",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicySet",
    "Request",
    "Result",
    "ScenarioError",
    "Settings",
    "Step",
    "Story",
    "StoryError",
    "TrailError",
    "Unknown",
    "Verdict",
    "WhyError",
    "World",
    "WorldError",
    "__version__",
    "accounts",
    "action_table",
    "allowed_actions",
    "arn_anatomy",
    "ask",
    "bet_table",
    "can_reach",
    "check_policy",
    "clock",
    "cloudtrail",
    "compare",
    "conditions",
    "credential_card",
    "credential_cards",
    "decide",
    "engine_code",
    "evaluate",
    "exam",
    "exercise",
    "explorer",
    "findings",
    "gates",
    "headcount",
    "hints",
    "hub",
    "lifelines",
    "load",
    "lock",
    "locks",
    "map",
    "organization",
    "overlap",
    "perform",
    "play",
    "policy_bench",
    "predict",
    "questions_table",
    "redact",
    "sessions",
    "slider",
    "statements",
    "stepper",
    "story_map",
    "trail",
    "who_can",
    "who_can_assume",
    "why",
]


def __getattr__(name: str) -> Any:
    if name == "accounts":
        return import_module("iamviz.accounts")
    if name not in _FOUND:
        raise AttributeError(f"module 'iamviz' has no attribute {name!r}")
    module, attribute = _FOUND[name]
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
