"""`load` and `play`: by the name of a shipped scenario, by the path of a scenario file, or from an account dump."""

import difflib
import warnings
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from iamviz.accounts.reading import DumpWarning
from iamviz.resources import data_dir
from iamviz.story.story import Story
from iamviz.world.world import World

if TYPE_CHECKING:
    from iamviz.story.scenario import Scenario

__all__ = ["DumpWarning", "find_scenario", "load", "play"]

ENDINGS = (".yaml", ".yml")
SHIPPED_CLOCK = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The clock of shipped account dumps: their files are of the evening before."""


def find_scenario(name: str | PathLike[str]) -> "Scenario":
    """The scenario of a name or a path; FileNotFoundError lists the names there are."""
    from iamviz.story.scenario import read_scenario

    path = Path(name)
    if path.suffix in ENDINGS:
        return read_scenario(path)
    names = sorted(file.stem for file in data_dir().glob("*.yaml"))
    if str(name) in names:
        return read_scenario(data_dir() / f"{name}.yaml", check=False)
    near = difflib.get_close_matches(str(name), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
    raise FileNotFoundError(
        f"no scenario {str(name)!r}; {hint} (or give a path that ends in .yaml, or that of an account dump)"
    )


def load(name: str | PathLike[str], *more: str | PathLike[str]) -> World:
    """The world of a scenario (its name, or a path to one), or of account dumps (paths to files, or folders of .json).

    A dump is what ``aws iam get-account-authorization-details`` prints. Several files may be given: more pages, more
    accounts, and what a dump does not hold (docs/your_account.md). What could not be read is told by a `DumpWarning`
    each; what is not known of the accounts is in ``world.unknowns``. Raises FileNotFoundError for an unknown name,
    `ScenarioError` or `DumpError` for a file that cannot be used. ``"example_company"`` is a made-up account that
    comes along, its clock standing at 2 March 2026.
    """
    shipped = data_dir() / str(name)
    is_shipped = not more and str(name).isidentifier() and shipped.is_dir() and any(shipped.glob("*.json"))
    if is_shipped or more or Path(name).suffix == ".json" or Path(name).is_dir() or _is_other_file(Path(name)):
        from iamviz.accounts.files import read_dump

        now = SHIPPED_CLOCK if is_shipped else None
        dump = read_dump(shipped if is_shipped else Path(name), *(Path(other) for other in more), now=now)
        for problem in dump.problems:
            warnings.warn(problem, DumpWarning, stacklevel=2)
        return dump.world
    return find_scenario(name).world


def _is_other_file(path: Path) -> bool:
    """Whether it is a file that is called like no scenario: somebody's dump under a name of its own."""
    return path.is_file() and path.suffix not in ENDINGS and not (data_dir() / f"{path}.yaml").is_file()


def play(name: str | PathLike[str]) -> Story:
    """The story of a scenario, performed now by the engine: nothing in it is written down beforehand."""
    return find_scenario(name).play()
