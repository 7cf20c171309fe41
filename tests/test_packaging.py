"""The wheel, as somebody installs it: in a new environment, away from the repository, with nothing on PATH."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import first_answer, free_port, stop

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel installed, and a folder to work in."""

    bin: Path
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.bin / "iamviz", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source archive, and the wheel built from what it holds."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(repository)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = target.glob("*.tar.gz")
    (wheel,) = target.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(
    built: tuple[Path, Path],
    repository: Path,
    bare_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Installed:
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home / "venv", with_pip=True)
    binaries = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pins = repository / "constraints.txt"
    command = [binaries / "python", "-m", "pip", "install", "--quiet", "--constraint", pins, built[1]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = home / "work"
    folder.mkdir()
    private = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    return Installed(binaries, folder, {**bare_environment, **private, "IPYTHONDIR": str(home / "ipython")})


def test_wheel_holds_the_package_its_data_and_its_notebooks(built: tuple[Path, Path], repository: Path) -> None:
    names = zipfile.ZipFile(built[1]).namelist()
    for folder in ("iamviz", "data", "notebooks"):
        inside = "iamviz" if folder == "iamviz" else f"iamviz/_shipped/{folder}"
        for path in files_of(repository / folder):
            assert f"{inside}/{path}" in names
    places = {name.split("/")[0] for name in names}
    assert {place for place in places if not place.endswith(".dist-info")} == {"iamviz"}
    assert [name for name in names if "checkpoint" in name or "__pycache__" in name] == []


def test_source_archive_holds_what_tests_need(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "constraints.txt", "LICENSE", "README.md", "tests/conftest.py", "iamviz/py.typed"} <= names
    assert any(name.startswith("notebooks/") for name in names)
    assert any(name.startswith("data/") for name in names)
    assert [name for name in names if name.startswith((".venv", ".git/", "dist"))] == []


def test_no_dot_is_there(installed: Installed) -> None:
    assert shutil.which("dot", path=installed.environment["PATH"]) is None


def test_version(installed: Installed) -> None:
    import iamviz

    assert installed.run("--version").stdout == f"iamviz {iamviz.__version__}\n"


def test_export_of_the_copied_notebooks(installed: Installed) -> None:
    said = installed.run("lab", "lessons", "--no-start").stdout
    assert "Copied" in said
    notebooks = sorted((installed.folder / "lessons").glob("*.ipynb"))
    assert notebooks
    installed.run("export", "lessons", "--to", "pages")
    written = {path.name for path in (installed.folder / "pages").iterdir()}
    assert written == {f"{path.stem}.html" for path in notebooks} | {"index.html"}
    for name in written:
        page = (installed.folder / "pages" / name).read_text("utf-8")
        assert page.count("<script") <= 1  # its own, allowed by its hash: tests/test_export.py
        assert len(page) < 1_000_000


def test_lab_answers(installed: Installed) -> None:
    port, token = free_port(), secrets.token_hex(16)
    log = installed.folder / "log"
    with log.open("wb") as out:
        command = [installed.bin / "iamviz", "lab", "here", "--no-browser", f"--port={port}"]
        server = subprocess.Popen(
            [*command, f"--IdentityProvider.token={token}"],
            cwd=installed.folder,
            env=installed.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        page = first_answer(f"http://127.0.0.1:{port}/api/contents?token={token}", server, log)
        assert "00_start_here.ipynb" in page
        said = log.read_text(errors="replace")
        assert re.search(r"Copied \d+ notebooks? to here: 00_start_here\.ipynb", said)
        assert "/lab/tree/00_start_here.ipynb" in said
    finally:
        stop(server)


def files_of(folder: Path) -> list[str]:
    """The files of a folder that are not a tool's leavings."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    left = ("__pycache__", ".ipynb_checkpoints")
    return sorted(path.relative_to(folder).as_posix() for path in paths if not set(left).intersection(path.parts))
