"""Scenario files: a world written down, and the steps of a story told in it (data/scenario.schema.json)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from iamviz.calls.model import Call, CallError
from iamviz.calls.perform import perform
from iamviz.story.building import build_world
from iamviz.story.check import check_schema
from iamviz.story.ranges import spread
from iamviz.story.source import Located, Place, Problem, ScenarioError, read_yaml
from iamviz.story.story import Bet, Story, StoryError
from iamviz.world.world import World, WorldError

__all__ = ["Scenario", "call_of", "moment", "read_scenario", "scenario_from_located", "scenario_from_text"]


@dataclass(frozen=True)
class Scenario:
    """A scenario: its title, its world, and its story not yet performed."""

    title: str
    description: str
    world: World
    source: Located

    def play(self) -> Story:
        """Perform every step now; ScenarioError, with file and line, for a step that does not come out as written."""
        story = Story(self.world, self.title)
        for number, step in enumerate(self.source.data.get("story", ())):
            place: Place = ("story", number)
            try:
                self._play_step(story, step)
            except (CallError, StoryError, WorldError) as error:
                raise self.source.fail(place, str(error)) from None
            except ValueError as error:
                raise self.source.fail((*place, "at"), f"{step['at']!r} is no time: {error}") from None
        return story

    def _play_step(self, story: Story, step: Mapping[str, Any]) -> None:
        at = moment(step["at"], self.world.now)
        why = step.get("why", "")
        if "show" in step:
            story.show(step["show"], step["title"], step["caption"], at, why)
            return
        bet = step.get("bet")
        question = Bet(bet["question"], bet.get("because", "")) if bet else None
        story.perform(call_of(step, at), step["title"], step["caption"], question, why)


def read_scenario(path: Path | str, *, check: bool = True) -> Scenario:
    """Read a scenario file; ScenarioError names file, line and what is expected.

    ``check=False`` leaves out the schema, for the shipped files: the tests have checked them.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(path.name, 1, f"not UTF-8 text (byte {error.start})")]) from None
    return scenario_from_text(text, path.name, check=check)


def scenario_from_text(text: str, file: str = "scenario", *, check: bool = True) -> Scenario:
    """Read a scenario from text; ``file`` is the name that errors show."""
    return scenario_from_located(read_yaml(text, file), check=check)


def scenario_from_located(located: Located, *, check: bool = False) -> Scenario:
    """Read a scenario that stands inside of another file (`Located.part`)."""
    if isinstance(located.data, dict):
        for account in located.data.get("accounts") or ():
            if isinstance(account, dict) and isinstance(account.get("id"), int):
                account["id"] = str(account["id"]).zfill(12)
    if check:
        check_schema(located)
    data = located.data
    try:
        start = moment(data["start"], datetime.now(UTC))
    except ValueError as error:
        raise located.fail(("start",), f"start is no date: {error}") from None
    world = _prepared(build_world(located, start), located)
    return Scenario(data.get("title", ""), data.get("description", ""), world, located)


def _prepared(world: World, located: Located) -> World:
    """The world after the calls under ``before``: performed like any other, not told; each of them must succeed."""
    for number, written in enumerate(located.data.get("before", ())):
        place: Place = ("before", number)
        try:
            for turn, item in enumerate(spread(written)):
                at = moment(item["at"], world.now) + timedelta(seconds=turn * item.get("every", 0))
                result = perform(world, call_of(item, at))
                if result.error is not None:
                    raise located.fail(place, f"{item['call']} is refused: {result.error.message}")
                world = result.world
        except (CallError, WorldError) as error:
            raise located.fail(place, str(error)) from None
        except ValueError as error:
            raise error if isinstance(error, ScenarioError) else located.fail(place, str(error)) from None
    return world


def call_of(step: Mapping[str, Any], at: datetime | None = None) -> Call:
    """The call that a step describes: ``who``, ``call`` and, if given, ``with``, ``save`` and ``context``."""
    params = {name: _param(name, value) for name, value in step.get("with", {}).items()}
    context = {key: _context(value) for key, value in step.get("context", {}).items()}
    return Call(step["who"], step["call"], params, at, step.get("save"), context)


def moment(text: str, day: datetime) -> datetime:
    """An instant: a full one, or a clock time on the day on which the world begins."""
    if "T" in text:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    hour, minute, *second = (int(part) for part in text.split(":"))
    return day.replace(hour=hour, minute=minute, second=second[0] if second else 0, microsecond=0)


def _param(name: str, value: Any) -> Any:
    """A policy given as a mapping becomes the JSON text that AWS takes; the claims of a token stay what they are."""
    is_policy = name.endswith(("Policy", "Document"))
    return json.dumps(value, indent=2) if is_policy and isinstance(value, dict) else value


def _context(value: Any) -> str | list[str]:
    """The value of a condition key as the request context has it: true is the text ``true``, 5 the text ``5``."""
    if isinstance(value, list):
        return [str(_context(item)) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
