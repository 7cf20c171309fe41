"""The instants of a story that are worth a look, and what would be answered then: the same calls, asked of the world.

Nothing is decided in advance or by rule of thumb: each answer is the engine's, for the call as it would be made at that
instant, and the world is none the wiser for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from iamviz.calls.ask import ask
from iamviz.calls.model import Call, CallError, Result
from iamviz.calls.perform import perform
from iamviz.calls.services import action_of, resource_arn
from iamviz.engine.decision import Decision, Outcome
from iamviz.engine.explain import Explanation
from iamviz.pictures.errors import PictureError
from iamviz.pictures.evidence import OUTCOME_MARK
from iamviz.pictures.marks import Mark
from iamviz.pictures.story_map import outcome_mark
from iamviz.pictures.story_parts import sessions_of
from iamviz.story.story import Step, Story
from iamviz.world.world import World

MOST_INSTANTS: Final = 24
_MINUTE: Final = timedelta(minutes=1)

Asked = Call | Step | tuple[str, str, str]
"""A probe as it is given: a call, a step (its call), or who, action and resource."""


@dataclass(frozen=True)
class Probe:
    """A question that is asked again and again: who, what, on what."""

    who: str
    action: str
    resource: str
    call: Call | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered: the mark, the outcome's name (``allowed``, an error code, ``noSession``), a short reason."""

    mark: Mark
    outcome: str
    reason: str


@dataclass(frozen=True)
class Instant:
    """A moment: the world as it then is, the number of steps taken by then, and what there is to say of it."""

    moment: datetime
    world: World
    steps: int
    title: str


def instants(story: Story, probes: Iterable[Probe] = (), most: int = MOST_INSTANTS) -> tuple[Instant, ...]:
    """Each step, each expiry, and the minute before an expiry, in order; ``most`` of them, expiries first of all.

    The expiries are those of the sessions that take part in the story and of those that ``probes`` ask about.
    """
    if not story.steps:
        raise PictureError("a clock needs a story with at least one step")
    titles: dict[datetime, list[str]] = {}
    ranks: dict[datetime, int] = {}

    def note(moment: datetime, title: str, rank: int) -> None:
        if moment < story.start.now:  # a session that was over before the story began
            return
        titles.setdefault(moment, []).append(title)
        ranks[moment] = min(rank, ranks.get(moment, rank))

    last = len(story.steps)
    for step in story.steps:
        ends = step.number in (1, last)
        note(step.clock, step.title, 0 if ends else 3)
    keys = {world.profiles.get(_profile(probe.who), "") for probe in probes for world in (story.start, story.world)}
    asked = {key: story.world.sessions[key] for key in sorted(keys) if key in story.world.sessions}
    for session in {**asked, **{session.access_key_id: session for session in sessions_of(story)}}.values():
        note(session.expires, f"session {session.name} ends", 1)
        before = session.expires - _MINUTE
        if before > session.issued and before not in titles:
            note(before, f"a minute before session {session.name} ends", 2)
    kept = sorted(sorted(titles, key=lambda moment: (ranks[moment], moment))[:most])
    return tuple(_instant(story, moment, titles[moment]) for moment in kept)


def world_at(story: Story, moment: datetime) -> World:
    """A story's world at a moment, as its steps until then have made it."""
    taken = [step for step in story.steps if step.clock <= moment]
    return (taken[-1].after if taken else story.start).at(moment)


def _instant(story: Story, moment: datetime, titles: Sequence[str]) -> Instant:
    taken = sum(step.clock <= moment for step in story.steps)
    return Instant(moment, world_at(story, moment), taken, "; ".join(dict.fromkeys(titles)))


def probes_of(story: Story, asked: Iterable[Asked] | None = None) -> tuple[Probe, ...]:
    """The probes given, or the story's own requests, each once."""
    if asked is None:
        asked = [
            step for step in story.steps if step.call is not None and step.decision is not None and not _changes(step)
        ]
    found: dict[tuple[str, str, str], Probe] = {}
    for one in asked:
        probe = _probe(story.world, one)
        if _never_issued(story.world, probe.who):
            known = ", ".join(sorted([*story.world.labels, *story.world.profiles])) or "none"
            raise PictureError(f"nobody in this story is called {probe.who!r}; labels and profiles: {known}")
        found.setdefault((probe.who, probe.action, probe.resource), probe)
    return tuple(found.values())


def _changes(step: Step) -> bool:
    return step.call is not None and step.call.service == "iam"


def _probe(world: World, asked: Asked) -> Probe:
    if isinstance(asked, Step):
        if asked.call is None:
            raise PictureError(f"step {asked.number} ({asked.title}) makes no call; it cannot be asked again")
        asked = asked.call
    if isinstance(asked, Call):
        action = asked.operation if asked.service in ("sts", "iam") else action_of(asked)
        resource = str(asked.params.get("RoleArn", "")) or resource_arn(world, asked)
        return Probe(asked.actor, action, resource, asked)
    given: object = asked
    if isinstance(given, tuple) and len(given) == 3 and all(isinstance(part, str) for part in given):
        return Probe(*given)
    raise PictureError(f"a probe is a call, a step, or (who, action, resource), not {asked!r}")


def unable(world: World, who: str) -> Answer | None:
    """Why somebody cannot ask at all in this world: no session yet, or one that is over; None for whoever can."""
    if _never_issued(world, who):
        return Answer("absent", "noSession", "no session yet")
    session = world.sessions.get(world.profiles.get(_profile(who), ""))
    if session is not None and who not in world.labels and session.is_over(world.now):
        return Answer("expired", "ExpiredToken", f"session {session.name} ended {session.expires:%H:%M}")
    return None


def answer_at(world: World, probe: Probe) -> Answer:
    """What AWS would answer the probe in this world: policies, or what stands before them."""
    cannot = unable(world, probe.who)
    if cannot is not None:
        return cannot
    if probe.call is None:
        try:
            decision = ask(world, probe.who, probe.action, probe.resource)
        except CallError as error:
            return Answer("absent", "noCredentials", str(error))
        return Answer(OUTCOME_MARK[decision.outcome], decision.outcome.value, reason_of(decision))
    call = replace(probe.call, at=None)
    # A code of an MFA device works once; the question is what the call would get that shows a fresh one.
    result = perform(replace(world, used_codes=frozenset()), call)
    step = Step(1, "", "", world, result.world, call, result)
    return Answer(outcome_mark(step.outcome), step.outcome, _reason(result, step))


def _profile(who: str) -> str:
    """The profile that an actor's name means, if it means one."""
    return who.removeprefix("session:")


def _never_issued(world: World, who: str) -> bool:
    if who in world.labels or who in world.users or who in world.roles:
        return False
    return _profile(who) not in world.profiles and (":" not in who or who.startswith("session:"))


def _reason(result: Result, step: Step) -> str:
    decision = step.decision
    if decision is not None and decision.outcome.value == step.outcome:
        return reason_of(decision)
    if result.failed_check is not None:
        return result.failed_check.sentence
    return result.error.message.rstrip(".") if result.error else ""


def reason_of(decision: Decision) -> str:
    """Which policies said so, or which are silent, in a few words."""
    explanation = decision.explain()
    if decision.reason.special is not None:
        return decision.reason.special.value
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return "; ".join(f"{gate.title}: {_silent(gate.policies)}" for gate in explanation.closed)
    return _labels(explanation) or "no permission is needed"


def _silent(policies: Sequence[str]) -> str:
    names = list(dict.fromkeys(policies))
    if not names:
        return "none attached"
    return f"{names[0]} says nothing" if len(names) == 1 else f"{len(names)} say nothing"


def _labels(explanation: Explanation) -> str:
    verb = "says no" if explanation.outcome is Outcome.EXPLICIT_DENY else "says yes"
    return " and ".join(f"{label} {verb}" for label in dict.fromkeys(t.policy.label for t in explanation.deciding))
