"""Exercise files (data/exercises/*.yaml, data/exercise.schema.json): by name, or by path."""

import difflib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from iamviz.calls.model import Call, CallError
from iamviz.exercises.model import Case, Exercise, Wrong
from iamviz.loading import find_scenario
from iamviz.resources import data_dir
from iamviz.story.check import check_schema
from iamviz.story.scenario import Scenario, call_of, moment, scenario_from_located
from iamviz.story.source import Located, Place, read_yaml
from iamviz.story.story import StoryError
from iamviz.world.world import World, WorldError

__all__ = ["exercise", "exercise_names", "read_exercise"]


def exercise_names() -> list[str]:
    """The names of the shipped exercises and puzzles."""
    return sorted(file.stem for file in (data_dir() / "exercises").glob("*.yaml"))


def exercise(name: str | PathLike[str]) -> Exercise:
    """The exercise of a name, or of a path that ends in .yaml.

    Raises FileNotFoundError with the names there are, or the nearest one; ScenarioError, with file and line, for a
    file that cannot be used.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return read_exercise(path)
    names = exercise_names()
    if str(name) in names:
        return read_exercise(data_dir() / "exercises" / f"{name}.yaml", check=False)
    near = difflib.get_close_matches(str(name), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
    raise FileNotFoundError(f"no exercise {str(name)!r}; {hint} (or give a path that ends in .yaml)")


def read_exercise(path: Path, *, check: bool = True) -> Exercise:
    """Read an exercise file; ``check=False`` leaves out the schema, for shipped files: the tests have checked them."""
    located = read_yaml(path.read_text("utf-8"), path.name)
    if check:
        check_schema(located, "exercise")
    try:
        return _exercise(path.stem, located)
    except (CallError, StoryError, WorldError, FileNotFoundError) as error:
        raise located.fail((), str(error)) from None


def _exercise(name: str, located: Located) -> Exercise:
    data = located.data
    world = _world(located)
    answer = data["answer"]
    kind = answer["kind"]
    cases = tuple(
        Case(item["name"], _calls(item, world, located, ("cases", number)), item.get("want"), item.get("because", ""))
        for number, item in enumerate(data["cases"])
    )
    story = None
    if kind == "calls":
        story = Scenario(data["title"], "", world, located.part(("solution",), "story")).play()
    for number, case in enumerate(cases):
        if (case.want is None) is not (kind == "choose"):
            wish = "must not say what is wanted: the learner says it" if kind == "choose" else "has no want"
            raise located.fail(("cases", number), f"case {case.name!r} {wish}")
    wrong = tuple(
        Wrong(
            _calls({"calls": item["answer"]}, world, located, ("wrong", number)) if kind == "calls" else item["answer"],
            item.get("fails", ""),
            item.get("because", ""),
        )
        for number, item in enumerate(data.get("wrong", ()))
    )
    put = call_of(answer) if kind == "policy" else None
    return Exercise(
        name,
        data["title"],
        data["task"],
        kind,
        world,
        cases,
        tuple(data.get("hints", ())),
        data.get("begin", ""),
        tuple(step.call for step in story.steps if step.call) if story else data["solution"],
        wrong,
        put,
        answer.get("document", ""),
        tuple(answer.get("players", ())),
        answer.get("moves", 0),
        story,
    )


def _world(located: Located) -> World:
    """The world of a scenario, after one of its steps where the file says so, or the world that the file holds."""
    data = located.data
    if "world" in data:
        return scenario_from_located(located.part(("world",))).world
    scenario = find_scenario(data["scenario"])
    after = data.get("after_step", 0)
    if not after:
        return scenario.world
    steps = scenario.play().steps
    if after > len(steps):
        raise located.fail(("after_step",), f"{data['scenario']} has {len(steps)} steps")
    world: World = steps[after - 1].after
    return world


def _calls(item: Mapping[str, Any], world: World, located: Located, place: Place) -> tuple[Call, ...]:
    try:
        return tuple(
            call_of(call, moment(call["at"], world.now) if "at" in call else None)
            for call in item.get("calls") or (item,)
        )
    except ValueError as error:
        raise located.fail(place, str(error)) from None
