"""The `iamviz` command, as a person or a script meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from iamviz import cli
from tests.conftest import MakeNotebook

runner = CliRunner()


@pytest.fixture
def shipped(make_notebook: MakeNotebook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Stands in for the notebooks that come with the package."""
    for name in ("00_first.ipynb", "01_second.ipynb"):
        make_notebook(f"shipped/{name}", f"md:# {name}")
    monkeypatch.setattr("iamviz.resources.notebooks_dir", lambda: tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have replaced the process."""
    commands: list[list[str]] = []
    monkeypatch.setattr(cli, "_become", commands.append)
    return commands


def test_version(iamviz_command: list[str]) -> None:
    shown = subprocess.run([*iamviz_command, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"iamviz {cli.__version__}\n"


def test_version_needs_nothing_heavy() -> None:
    code = (
        "import sys; from iamviz.cli import app\n"
        "try: app(['--version'])\n"
        "except SystemExit: print({'nbconvert', 'pandas', 'ipywidgets', 'graphviz'}.intersection(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[1] == "set()"


@pytest.mark.parametrize("command", [[], ["lab"], ["export"], ["student"], ["cheat-sheet"]])
def test_help_is_plain_and_has_examples(iamviz_command: list[str], command: list[str]) -> None:
    shown = subprocess.run([*iamviz_command, *command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "\x1b" not in shown
    assert "╭" not in shown
    assert not command or f"\n    iamviz {command[0]} " in shown.split("Examples:")[1]


def test_lab_copies_what_is_absent(shipped: Path, started: list[list[str]], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "01_second.ipynb").write_text("my work")
    result = runner.invoke(cli.app, ["lab", str(mine), "--no-start"])
    assert result.exit_code == 0, result.output
    assert (mine / "00_first.ipynb").read_bytes() == (shipped / "00_first.ipynb").read_bytes()
    assert (mine / "01_second.ipynb").read_text() == "my work"
    assert f"Copied 1 notebook to {mine}: 00_first.ipynb" in result.output
    assert f"Kept 1 notebook that {mine} already had." in result.output
    assert started == []


def test_lab_starts_jupyterlab_on_the_first_notebook(
    shipped: Path, started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    result = runner.invoke(cli.app, ["lab", "--no-browser", "--port", "8890"])
    assert result.exit_code == 0, result.output
    folder = (tmp_path / "iamviz-notebooks").resolve()
    assert started == [
        [
            sys.executable,
            "-m",
            "jupyterlab",
            f"--ServerApp.root_dir={folder}",
            "--LabApp.default_url=/lab/tree/00_first.ipynb",
            "--no-browser",
            "--port",
            "8890",
        ]
    ]


def test_lab_as_root_says_that_it_allows_it(
    shipped: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    result = runner.invoke(cli.app, ["lab", str(shipped)])
    assert started[0][-1] == "--allow-root"
    assert "You are root" in result.output
    assert "Copied" not in result.output  # in the repository the shipped notebooks are opened themselves


def test_lab_where_a_file_is(shipped: Path, started: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = runner.invoke(cli.app, ["lab", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert "is a file; the notebooks need a folder" in result.output.replace("\n", " ")


def test_export_says_what_it_wrote(iamviz_command: list[str], make_notebook: MakeNotebook, tmp_path: Path) -> None:
    notebook = make_notebook("one.ipynb", "md:# One", "1 + 1")
    shown = subprocess.run(
        [*iamviz_command, "export", notebook, "--to", tmp_path / "pages"], capture_output=True, text=True, check=True
    )
    lines = shown.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == [str(tmp_path / "pages" / n) for n in ("one.html", "index.html")]
    assert "\x1b" not in shown.stdout + shown.stderr
    assert shown.stderr == ""


def test_export_names_what_failed(iamviz_command: list[str], make_notebook: MakeNotebook, tmp_path: Path) -> None:
    bad = make_notebook("bad.ipynb", "md:# Bad", "raise ValueError('no [red]such[/red] role')")
    good = make_notebook("good.ipynb", "md:# Good")
    shown = subprocess.run(
        [*iamviz_command, "export", bad, good, "--to", tmp_path / "pages"], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 1
    assert "good.html" in shown.stdout
    cell = "cell 2 (raise ValueError('no [red]such[/red] role'))"
    told = f"not written: {bad}, {cell}: ValueError: no [red]such[/red] role"
    assert shown.stderr.splitlines() == [told]


def test_what_the_process_of_a_kernel_says_stays_away_from_ours(
    iamviz_command: list[str], make_notebook: MakeNotebook, tmp_path: Path
) -> None:
    """It is told when the kernel died of it."""
    notebook = make_notebook(
        "talks.ipynb", "import atexit, os\natexit.register(os.write, 2, b'at exit'); os.write(2, b'raw')"
    )
    last = "import os, time; os.write(2, b'noise\\nlast words\\n'); time.sleep(1); os._exit(3)"
    dies = make_notebook("dies.ipynb", last)
    shown = subprocess.run(
        [*iamviz_command, "export", notebook, dies, "--to", tmp_path], capture_output=True, text=True, check=False
    )
    assert shown.stderr.startswith(f"not written: {dies}, cell 1 (")
    assert shown.stderr.endswith("): the kernel died: last words\n")
    assert len(shown.stderr.splitlines()) == 1


def test_export_without_a_notebook(iamviz_command: list[str], tmp_path: Path) -> None:
    shown = subprocess.run(
        [*iamviz_command, "export", tmp_path / "absent.ipynb", "--to", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert shown.stderr == f"not written: there is no file {tmp_path / 'absent.ipynb'}\n"
    assert "Traceback" not in shown.stderr
