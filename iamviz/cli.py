"""The `iamviz` command. What is heavy is imported by the commands that need it, so that the others answer at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import quote

import typer
from rich.console import Console

from iamviz._version import __version__
from iamviz.check_command import HELP as CHECK_HELP
from iamviz.check_command import check
from iamviz.commands import add_commands, flowing
from iamviz.commands.completion import complete_in_bash, is_asked_by_bash

_TERMINAL = sys.stdout.isatty()
_LAB_FOLDER = "iamviz-notebooks"
# In help texts, \b before a paragraph keeps its lines as they are.
_MAIN_HELP = """Learn AWS IAM by watching it: who may become whom, and why a request is allowed or denied."""
_LAB_HELP = f"""Open the notebooks in JupyterLab.

The notebooks are copied into DIR (by default {_LAB_FOLDER}) where they are absent: yours are never overwritten, so you
can change them and come back. Options that are not listed here go to JupyterLab; DIR, if given, comes before them.

\b
Examples:
  iamviz lab                                  copy to {_LAB_FOLDER}, open the first notebook
  iamviz lab lessons                          the same with a folder named lessons
  iamviz lab --no-browser --port 8890         on a server
  iamviz lab lessons --no-start               only copy
"""


app = typer.Typer(
    name="iamviz",
    help=_MAIN_HELP,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich" if _TERMINAL else None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    if is_asked_by_bash():
        complete_in_bash(app)
    else:
        app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"iamviz {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    pass


@app.command(help=flowing(_LAB_HELP), context_settings={"ignore_unknown_options": True})
def lab(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Your folder of notebooks.")] = _LAB_FOLDER,
    options: Annotated[
        list[str] | None, typer.Argument(metavar="JUPYTERLAB-OPTIONS", help="What JupyterLab is to be told.")
    ] = None,
    no_start: Annotated[bool, typer.Option("--no-start", help="Copy the notebooks, start nothing.")] = False,
) -> None:
    """Open the notebooks in JupyterLab."""
    rest = list(options or ())
    if folder.startswith("-"):  # an option of JupyterLab's, taken for the folder since it comes first
        folder, rest = _LAB_FOLDER, [folder, *rest]
    first = _copy_notebooks(Path(folder))
    if not no_start:
        _become(_lab_command(first, rest))


def _copy_notebooks(folder: Path) -> Path:
    """Copy the notebooks that `folder` lacks, say so, and give the first one's path there."""
    from iamviz.resources import notebooks_dir

    shipped = notebooks_dir()
    names = sorted(path.name for path in shipped.glob("*.ipynb"))
    if not names:
        raise typer.BadParameter(f"no notebooks came with this iamviz; looked in {shipped}")
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is a file; the notebooks need a folder", param_hint="DIR")
    folder.mkdir(parents=True, exist_ok=True)
    if not folder.samefile(shipped):
        absent = [name for name in names if not (folder / name).exists()]
        for name in absent:
            shutil.copyfile(shipped / name, folder / name)
        kept = len(names) - len(absent)
        if absent:
            _say(f"Copied {len(absent)} notebook{'s' if len(absent) > 1 else ''} to {folder}: {', '.join(absent)}")
        if kept:
            _say(f"Kept {kept} notebook{'s' if kept > 1 else ''} that {folder} already had.")
    _trust(folder / name for name in names if (folder / name).read_bytes() == (shipped / name).read_bytes())
    return folder / names[0]


def _trust(notebooks: Iterable[Path]) -> None:
    """Sign notebooks that are still as shipped, so that JupyterLab shows their pictures before they are run."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for path in notebooks:
        notary.sign(nbformat.read(path, as_version=4))


def _lab_command(first: Path, options: Sequence[str]) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={first.parent.resolve()}",
        f"--LabApp.default_url=/lab/tree/{quote(first.name)}",
        *options,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        _say("You are root, as one is in a container: JupyterLab is told --allow-root.")
        command.append("--allow-root")
    return command


def _become(command: list[str]) -> NoReturn:
    """Let the command take over, so that signals and the exit code are its own."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _say(text: str) -> None:
    Console(soft_wrap=True, highlight=False).print(text, markup=False)


app.command("check", help=flowing(CHECK_HELP))(check)
add_commands(app)
