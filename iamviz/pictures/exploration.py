"""Who, as which role, does what, to what, when: every combination can be asked of the engine.

To act as a role is to assume it first: the answer is then AWS's refusal to AssumeRole, or what the session may do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from iamviz.calls.ask import ask
from iamviz.calls.model import Call, CallError
from iamviz.calls.perform import perform
from iamviz.catalogue import action_resources
from iamviz.engine.decision import Decision
from iamviz.engine.explain_text import verdict_words
from iamviz.pictures.errors import PictureError
from iamviz.pictures.evidence import OUTCOME_MARK
from iamviz.pictures.instants import probes_of, unable, world_at
from iamviz.pictures.marks import Mark
from iamviz.pictures.request_map import actor_name, short_resource
from iamviz.policy.check.resources import fits
from iamviz.story.story import Story
from iamviz.world.world import World

SELF: Final = "themselves"
_PROFILE: Final = "iamviz-explorer"
_Option = TypeVar("_Option", str, str | None)
_UNNAMED: Final = re.compile(r"[^\w+=,.@-]", re.ASCII)

Picks = tuple[int, ...]
"""The chosen option of each of the five dimensions, in their order, counted from 0."""


@dataclass(frozen=True)
class Dimension:
    """One of the five questions: its word, and the options as they are asked and as they are shown."""

    word: str
    values: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """An answer: mark, outcome, words and sentence; ``decision`` where policies decided, ``world`` in which."""

    mark: Mark
    outcome: str
    words: str
    sentence: str
    decision: Decision | None
    world: World


class Exploration:
    """A world, or a story, and five dimensions of questions to it."""

    def __init__(
        self,
        place: World | Story,
        who: Sequence[str] | None = None,
        roles: Sequence[str | None] | None = None,
        actions: Sequence[str] | None = None,
        resources: Sequence[str] | None = None,
        at: Sequence[datetime | str] | None = None,
    ) -> None:
        if not isinstance(place, World | Story):
            raise PictureError(f"explorer takes a world or a story, not {type(place).__name__}")
        self.place = place
        world = self.world = place.world if isinstance(place, Story) else place
        guess = _Guess(place)
        people = _given("who", who, guess.who)
        arns = [_role(world, role) for role in _given("roles", roles, guess.roles)]
        whats = _given("actions", actions, guess.actions)
        things = _given("resources", resources, guess.resources)
        self._moments = [self._moment(one) for one in (at if at is not None else guess.at)] or [world.now]
        for name in people:
            cannot = unable(world, name)
            if cannot is not None and cannot.outcome == "noSession":
                known = ", ".join(sorted([*world.labels, *world.profiles])) or "none"
                raise PictureError(f"nobody here is called {name!r}; labels and profiles: {known}")
        self._worlds = [self._world(moment) for moment in self._moments]
        several = len({moment.date() for moment in self._moments}) > 1
        times = tuple(moment.strftime("%d %b %H:%M" if several else "%H:%M") for moment in self._moments)
        self.dimensions = (
            Dimension("Who", people, tuple(actor_name(world, name)[0] for name in people)),
            Dimension("As", tuple(arns), tuple(SELF if arn == SELF else world.name_of(arn) for arn in arns)),
            Dimension("Does", whats, whats),
            Dimension("To", things, tuple(short_resource(thing) for thing in things)),
            Dimension("When", times, times),
        )
        self._sessions: dict[tuple[int, int, int], tuple[World, str] | Found] = {}

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return math.prod(len(dimension.values) for dimension in self.dimensions)

    def _moment(self, given: datetime | str) -> datetime:
        if isinstance(given, datetime):
            return given
        start = self.place.start.now if isinstance(self.place, Story) else self.place.now
        try:
            hour, minute = (int(part) for part in given.split(":"))
            return start.replace(hour=hour, minute=minute, second=0, microsecond=0)
        except (AttributeError, ValueError):
            raise PictureError(f"{given!r} is no time: give a datetime, or hours and minutes such as 09:20") from None

    def _world(self, moment: datetime) -> World:
        return world_at(self.place, moment) if isinstance(self.place, Story) else self.place.at(moment)

    # ── answers ──

    def found(self, picks: Picks) -> Found:
        """The answer to one combination."""
        who, role, action, resource, at = picks
        people, roles, actions, resources, _ = (dimension.values for dimension in self.dimensions)
        world, actor = self._worlds[at], people[who]
        if roles[role] != SELF:
            session = self._session(who, role, at)
            if isinstance(session, Found):
                return session
            world, actor = session
        return _cannot(world, actor) or _asked(world, actor, actions[action], resources[resource])

    def _session(self, who: int, role: int, at: int) -> tuple[World, str] | Found:
        """The world in which the role has been assumed, and the session in it; or how it was refused."""
        key = who, role, at
        if key not in self._sessions:
            self._sessions[key] = self._assume(*key)
        return self._sessions[key]

    def _assume(self, who: int, role: int, at: int) -> tuple[World, str] | Found:
        people, roles = self.dimensions[0], self.dimensions[1]
        world, actor = self._worlds[at], people.values[who]
        cannot = _cannot(world, actor)
        if cannot is not None:
            return cannot
        # Named after the user, as trust policies with sts:RoleSessionName = ${aws:username} want it.
        name = _UNNAMED.sub("", world.labels.get(actor, actor).rpartition("/")[2])[:64]
        params = {"RoleArn": roles.values[role], "RoleSessionName": name if len(name) > 1 else "session"}
        result = perform(world, Call(actor, "sts:AssumeRole", params, save=_PROFILE))
        if result.error is None:
            return result.world, f"session:{_PROFILE}"
        decision = next((one for one in result.decisions if not one.allowed), None)
        head = f"{people.shown[who]} may not assume {roles.shown[role]}"
        if decision is None:
            return Found(
                "none", result.error.code, "denied before any policy", f"{head}: {result.error.message}", None, world
            )
        sentence = f"{head}: {decision.explain().sentence}"
        return Found(
            OUTCOME_MARK[decision.outcome], "cannotAssume", "denied at the door", f"{sentence}.", decision, world
        )


def _cannot(world: World, actor: str) -> Found | None:
    """Why somebody cannot ask at all; None for whoever can."""
    found = unable(world, actor)
    if found is None:
        return None
    return Found(found.mark, found.outcome, found.reason, "No policy is consulted.", None, world)


def _asked(world: World, actor: str, action: str, resource: str) -> Found:
    kinds = action_resources(action)
    if kinds == () and not fits(action, [resource]):
        resource = "*"
    elif not fits(action, [resource]):
        things = " or ".join(f"{kind}s" for kind in kinds or ())
        return Found(
            "absent", "doesNotApply", "does not apply", f"{action} is asked of {things}, not of this.", None, world
        )
    try:
        decision = ask(world, actor, action, resource)
    except CallError as error:
        return Found("absent", "noCredentials", "cannot ask", f"{error}.", None, world)
    explanation = decision.explain()
    sentence = explanation.sentence or "no permission is needed"
    words = verdict_words(decision.outcome)
    return Found(
        OUTCOME_MARK[decision.outcome],
        decision.outcome.value,
        words,
        f"{sentence[:1].upper()}{sentence[1:]}.",
        decision,
        world,
    )


def _role(world: World, role: str | None) -> str:
    """The ARN of a role given by its ARN, its label or its name."""
    if role is None or role == SELF:
        return SELF
    named = [arn for arn, found in sorted(world.roles.items()) if found.name == role]
    if len(named) > 1:
        raise PictureError(f"several roles are called {role!r}: {', '.join(named)}; give the ARN")
    return world.role(named[0] if named else world.labels.get(role, role)).arn


def _given(name: str, given: Sequence[_Option] | None, guess: Iterable[_Option]) -> tuple[_Option, ...]:
    values = tuple(dict.fromkeys(guess if given is None else given))
    if isinstance(given, str) or not values:
        raise PictureError(f"explorer needs {name}=[…]: a list with at least one entry")
    return values


class _Guess:
    """What to ask where nothing is told: of a story its own requests, of a world its people and roles."""

    def __init__(self, place: World | Story) -> None:
        world = place.world if isinstance(place, Story) else place
        self.who: list[str] = sorted(label for label, arn in world.labels.items() if arn in world.users)
        self.roles: list[str | None] = [None, *sorted(world.roles)]
        self.actions: list[str] = []
        self.resources: list[str] = []
        self.at: list[datetime] = []
        if isinstance(place, Story):
            probes = [probe for probe in probes_of(place) if not probe.action.startswith("sts:")]
            self.actions = [probe.action for probe in probes]
            self.resources = [probe.resource for probe in probes]
            self.at = [place.start.now, place.world.now]
