"""The recorder: calls in order become a story; each step stands alone, with the worlds before and after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from iamviz.calls.model import Call, Result
from iamviz.calls.perform import perform
from iamviz.engine.decision import Decision
from iamviz.story.captions import CaptionError, CaptionPart, caption_parts
from iamviz.world.sessions import Session
from iamviz.world.world import World

__all__ = ["Bet", "Step", "Story", "StoryError"]


SLUG_LENGTH = 40


class StoryError(ValueError):
    """A step that cannot be told as written, or a JSON text that is no story."""


@dataclass(frozen=True, slots=True)
class Bet:
    """The question that the learner answers before the verdict is revealed, and the reason given afterwards."""

    question: str
    because: str = ""


@dataclass(frozen=True)
class Step:
    """One step. It needs no neighbour to be drawn.

    ``call`` and ``result`` are None for a step that only shows something, such as the credentials of ``shows`` (a
    profile). ``why`` is the author's own explanation, shown beside the picture; empty: iamviz words it.
    """

    number: int
    title: str
    caption: str
    before: World
    after: World
    call: Call | None = None
    result: Result | None = None
    bet: Bet | None = None
    why: str = ""
    shows: str = ""

    @property
    def clock(self) -> datetime:
        """The instant of the step."""
        return self.after.now

    @property
    def decision(self) -> Decision | None:
        """The decision that settled the step (`Result.decision`)."""
        return self.result.decision if self.result else None

    @property
    def outcome(self) -> str:
        """How the call came out (`Result.outcome`); ``none`` for a step that asks nothing."""
        return self.result.outcome if self.result else "none"

    @cached_property
    def caption_parts(self) -> tuple[CaptionPart, ...]:
        """The caption, cut where it names things and verdicts."""
        return caption_parts(self.caption, self.after, self.call, self.outcome)

    @property
    def caption_text(self) -> str:
        """The caption as a plain sentence."""
        return "".join(part.text for part in self.caption_parts)

    @cached_property
    def issued(self) -> Session | None:
        """The session that the call of this step asked for and got."""
        value = self.result.value or {} if self.result else {}
        key = value.get("Credentials", value).get("AccessKeyId", "")
        return None if key in self.before.sessions else self.after.sessions.get(key)

    @property
    def session(self) -> Session | None:
        """The session that this step is about: whose credentials call, else whose are issued or shown.

        A workload calls with those that it holds by then, which its service may have delivered for this very call.
        """
        profile = self.shows or (self.call.actor.removeprefix("session:") if self.call else "")
        world = self.after if profile in self.after.workloads else self.before
        key = world.profiles.get(profile)
        return world.sessions.get(key, self.issued) if key else self.issued


class Story:
    """A world and the steps taken in it.

    >>> from datetime import UTC, datetime
    >>> story = Story(World(datetime(2026, 3, 2, 9, tzinfo=UTC)), title="An empty world")
    >>> story.steps
    ()
    """

    def __init__(self, world: World, title: str = "", steps: Iterable[Step] = ()) -> None:
        self.title = title
        self.start = world
        self._steps = [_checked(step) for step in steps]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._steps)

    @property
    def world(self) -> World:
        """The world after the last step."""
        return self._steps[-1].after if self._steps else self.start

    @property
    def slug(self) -> str:
        """The title as a part of an id: ``ana-and-the-staging-role``; 40 characters at most, a letter first."""
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in self.title.lower()).split()
        slug = "-".join(words)[:SLUG_LENGTH].rstrip("-")
        return slug if slug[:1].isalpha() else f"story-{slug}".rstrip("-")

    def perform(
        self, call: Call, title: str = "", caption: str = "", bet: Bet | str | None = None, why: str = ""
    ) -> Result:
        """Perform a call now and record it; StoryError when the caption says what the engine does not."""
        before = self.world
        result = perform(before, call)
        self._record(before, result.world, title or call.operation, caption, bet, why, call, result)
        return result

    def show(self, profile: str, title: str, caption: str, at: datetime | None = None, why: str = "") -> None:
        """Record a step that asks nothing and shows the credentials kept under a profile."""
        before = self.world
        after = before if at is None else before.at(at)
        if profile not in after.profiles:
            known = ", ".join(sorted(after.profiles)) or "none"
            raise StoryError(f"step {len(self._steps) + 1} shows the profile {profile!r}; there are: {known}")
        self._record(before, after, title, caption, None, why, None, None, profile)

    def _record(
        self,
        before: World,
        after: World,
        title: str,
        caption: str,
        bet: Bet | str | None,
        why: str,
        call: Call | None,
        result: Result | None,
        shows: str = "",
    ) -> None:
        number = len(self._steps) + 1
        question = Bet(bet) if isinstance(bet, str) else bet
        step = Step(number, title, caption, before, after, call, result, question, why, shows)
        self._steps.append(_checked(step))

    def to_json(self) -> str:
        """The whole story as JSON, the same bytes on every run; `from_json` reads it back."""
        from iamviz.story.codec import story_to_json

        return story_to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Story":
        """Read a story back. Every recorded decision is decided again; StoryError when one comes out differently."""
        from iamviz.story.codec import story_from_json

        return story_from_json(text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Story):
            return NotImplemented
        return (self.title, self.start, self.steps) == (other.title, other.start, other.steps)

    __hash__ = None  # type: ignore[assignment]  # it grows


def _checked(step: Step) -> Step:
    """The step, once its caption names only what exists and says only what the engine says."""
    try:
        caption_parts(step.caption, step.after, step.call, step.outcome)
    except CaptionError as error:
        raise StoryError(f"step {step.number}: {error}") from None
    return step
