"""What the commands share: loading an account, redaction, printing, files, progress bars, exit codes."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from iamviz.check_command import harmless

if TYPE_CHECKING:
    from iamviz.accounts.redact import Redactor
    from iamviz.world.world import World

__all__ = [
    "Accounts",
    "AsJson",
    "Asked",
    "Exit",
    "Loaded",
    "Page",
    "Redact",
    "counting_bar",
    "fail",
    "lede",
    "load",
    "note",
    "reading_bar",
    "say",
    "say_json",
    "some_actions",
    "some_people",
    "terminal_width",
    "write",
]

Thing = TypeVar("Thing")


def _some_accounts(incomplete: str) -> list[str]:
    """What may follow ``--account``: shipped scenarios, dumps and folders."""
    from iamviz.resources import data_dir

    dumps = (path for path in data_dir().iterdir() if path.is_dir() and any(path.glob("*.json")))
    shipped = [path.stem for path in (*data_dir().glob("*.yaml"), *dumps) if path.stem.startswith(incomplete)]
    folder = Path(incomplete) if incomplete.endswith("/") else Path(incomplete).parent
    near = folder.iterdir() if folder.is_dir() else ()
    found = [f"{path}/" if path.is_dir() else str(path) for path in near if path.is_dir() or path.suffix == ".json"]
    return sorted([*shipped, *(path for path in found if path.startswith(incomplete))])


def some_people(ctx: typer.Context, incomplete: str) -> list[str]:
    """Users and roles of the account that the command line names so far; none where it cannot be read."""
    import os

    from iamviz.loading import load as load_world

    accounts = ctx.params.get("account") or os.environ.get("IAMVIZ_ACCOUNT", "").split()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            world = load_world(accounts[0], *accounts[1:])
    except (OSError, ValueError, IndexError):
        return []
    names = {thing.name for things in (world.users, world.roles) for thing in things.values()}
    return sorted(name for name in names if name.startswith(incomplete))


def some_actions(incomplete: str) -> list[str]:
    """Actions of the service that is written already, else services."""
    from iamviz.catalogue import actions_of, services

    service, colon, name = incomplete.partition(":")
    if not colon:
        return sorted(f"{prefix}:" for prefix in services() if prefix.startswith(service.lower()))
    found = (action for action in actions_of(service) if action.lower().startswith(name.lower()))
    return sorted(f"{service}:{action}" for action in found)


Accounts = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        "-a",
        metavar="FILE",
        autocompletion=_some_accounts,
        envvar="IAMVIZ_ACCOUNT",
        help="A dump of get-account-authorization-details, a folder of such files, or a scenario. Repeat it for more.",
        show_envvar=True,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]
Redact = Annotated[
    bool | None,
    typer.Option(
        "--redact/--no-redact",
        help="Replace account numbers, names, ids and e-mail addresses. Default: in files written from a real account.",
        show_default=False,
    ),
]
Page = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write it as one self-contained HTML page as well.")
]


class Exit(IntEnum):
    """Exit codes: the answer is yes or given; no; bad input; it depends on what is not known."""

    YES = 0
    NO = 1
    BAD_INPUT = 2
    DEPENDS = 3


@dataclass(frozen=True)
class Asked:
    """What a question brings beside the account: redacted with it, or the answer would be about something else."""

    resource: str = ""
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


class Loaded:
    """A world from the command line; ``real`` when it came from a dump, not from a shipped or written scenario."""

    def __init__(self, world: World, real: bool, redactor: Redactor | None) -> None:
        self.plain = world
        self.real = real
        self.redactor = redactor
        self.world = redactor(world) if redactor else world

    def of(self, thing: Thing) -> Thing:
        """A text or a value under the names that are shown."""
        return self.redactor(thing) if self.redactor else thing


def load(accounts: Sequence[str] | None, redact: bool | None, written: Path | None, *more: Any) -> Loaded:
    """The world of ``--account``; what could not be read goes to standard error, bad files end the command.

    ``redact`` None means: when a file is ``written`` and it is a real account. ``more`` is redacted with it.
    """
    from iamviz.accounts.redact import Redactor
    from iamviz.loading import ENDINGS
    from iamviz.loading import load as load_world

    if not accounts:
        fail("no account was given: --account account.json, or IAMVIZ_ACCOUNT (see docs/your_account.md)")
    real = not any(name.endswith(ENDINGS) for name in accounts) and any(Path(name).exists() for name in accounts)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            world = load_world(accounts[0], *accounts[1:])
        except (OSError, ValueError) as error:
            fail(str(error))
    wanted = real and written is not None if redact is None else redact
    redactor = Redactor(world, *more) if wanted else None
    for warning in caught:
        message = str(warning.message)
        note(redactor.sentence(message) if redactor else message)
    if redactor is not None and redactor.unsure:
        note(f"{len(redactor.unsure)} patterns have a ? beside letters; after redaction they may cover something else")
    return Loaded(world, real, redactor)


def terminal_width() -> int:
    """How long a line may be where somebody reads; 0 where the output goes into a file or another program."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def say(text: str) -> None:
    """Print a text, whatever names are in it, without letting the terminal take them for commands."""
    for line in text.split("\n"):
        typer.echo(harmless(line))


def note(text: str) -> None:
    """Something beside the answer, on standard error."""
    typer.echo(f"note: {harmless(text)}", err=True)


def say_json(data: Any) -> None:
    """One JSON value, in ASCII, so that no terminal takes anything in it for a command."""
    typer.echo(json.dumps(data, indent=2))


def fail(message: str) -> NoReturn:
    """End the command: something that was given cannot be used."""
    typer.echo(f"iamviz: {harmless(message)}", err=True)
    raise typer.Exit(Exit.BAD_INPUT)


def write(path: Path, text: str) -> None:
    """Write a file and say so; a folder that is not there is bad input."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror or error}")
    typer.echo(f"{harmless(str(path))}  {max(1, round(len(text.encode()) / 1000)):,} kB", err=True)


def lede(loaded: Loaded) -> str:
    """The sentence below a page's title: what may be wrong to think about the names."""
    if loaded.redactor is not None:
        return "Names, numbers and ids are stand-ins for the real ones."
    return "Names and numbers are the real ones." if loaded.real else ""


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error while things are counted; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what, markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def reading_bar(what: str) -> Iterator[Callable[[int, int, int], None] | None]:
    """A progress bar on standard error while files are read; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    count = TextColumn("{task.fields[events]:,} events")
    columns = (TextColumn(what, markup=False), BarColumn(), DownloadColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, events=0)

        def show(done: int, total: int, events: int) -> None:
            bar.update(task, completed=done, total=total, events=events)

        yield show
