"""`load` and `play`: by the name of a shipped scenario, by the path of a scenario file, or an account dump."""

import difflib
from pathlib import Path

from iamviz.resources import data_dir
from iamviz.story.scenario import Scenario, read_scenario
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["find_scenario", "load", "play"]

ENDINGS = (".yaml", ".yml")


def find_scenario(name: str | Path) -> Scenario:
    """The scenario of a name or a path; FileNotFoundError lists the names there are."""
    path = Path(name)
    if path.suffix in ENDINGS:
        return read_scenario(path)
    shipped = data_dir() / f"{name}.yaml"
    names = sorted(file.stem for file in data_dir().glob("*.yaml"))
    if str(name) in names:
        return read_scenario(shipped, check=False)
    near = difflib.get_close_matches(str(name), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
    raise FileNotFoundError(f"no scenario {str(name)!r}; {hint} (or give a path that ends in .yaml)")


def load(name: str | Path) -> World:
    """The world of a scenario: its name, or a path to one.

    Raises FileNotFoundError for an unknown name, `ScenarioError` for a file that cannot be used.
    """
    return find_scenario(name).world


def play(name: str | Path) -> Story:
    """The story of a scenario, performed now by the engine: nothing in it is written down beforehand."""
    return find_scenario(name).play()
