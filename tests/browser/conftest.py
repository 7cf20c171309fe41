"""A real Chromium, pages in it, and a real JupyterLab.

Without a Chromium these tests are skipped and say so; with IAMVIZ_REQUIRE_BROWSER=1 (as in CI) they fail instead.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from tests.servers import first_answer, free_port, stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PATIENCE = 90_000
"""Milliseconds for what a kernel has to do first."""
STDERR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
SETTINGS = {
    # Neither asks for news nor looks for updates: both open a dialog over the notebook.
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A Chromium of this machine, headless, with a profile of its own."""
    found = os.environ.get("IAMVIZ_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        reason = f"no Chromium on PATH (looked for {', '.join(NAMES)}; IAMVIZ_CHROMIUM names another)"
        if os.environ.get("IAMVIZ_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, and IAMVIZ_REQUIRE_BROWSER=1", pytrace=False)
        pytest.skip(reason)
    driver: Playwright = request.getfixturevalue("playwright")
    browser = driver.chromium.launch(executable_path=found, args=list(SWITCHES))
    yield browser
    browser.close()


@dataclass
class Visit:
    """A page, and what happened in it: every request, and every error that a script or the console told of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


PageFor = Callable[..., Visit]


@pytest.fixture
def page_for(chromium: Browser) -> Iterator[PageFor]:
    """Opens pages: `page_for(js=False, offline=True, color_scheme="dark", width=390)`."""
    contexts: list[BrowserContext] = []

    def make(
        js: bool = True, offline: bool = True, color_scheme: str = "light", width: int = 900, height: int = 900
    ) -> Visit:
        context = chromium.new_context(
            java_script_enabled=js,
            offline=offline,
            color_scheme=color_scheme,
            viewport={"width": width, "height": height},
        )
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        visit.page.on("console", lambda said: visit.errors.append(said.text) if said.type == "error" else None)
        return visit

    yield make
    for context in contexts:
        context.close()


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the folder that it serves."""

    url: str
    token: str
    folder: Path

    def notebook(self, name: str) -> str:
        """The address that opens a notebook, in a workspace of its own."""
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={self.token}"


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Lab]:
    """JupyterLab on a copy of the notebooks, with settings, data and kernels apart from the user's."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    shutil.copytree(repository / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name, settings in SETTINGS.items():
        path = home / "config" / "lab" / "user-settings" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    port, token = free_port(), secrets.token_hex(16)
    environment = {
        **os.environ,
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=home)
    lab = Lab(f"http://127.0.0.1:{port}", token, folder)
    try:
        first_answer(f"{lab.url}/api/status?token={token}", server, home / "log")
        yield lab
    finally:
        stop(server)


def run_all_cells(chromium: Browser, address: str, height: int) -> Visit:
    """A notebook opened in JupyterLab, all its cells started; each message to the kernel is recorded as its kind."""
    visit = Visit(chromium.new_context(viewport={"width": 1300, "height": height}).new_page())
    page = visit.page
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: visit.requests.append(kind_of(data))))
    page.goto(address)
    page.locator(".jp-Notebook").wait_for(timeout=PATIENCE)
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    return visit


def kind_of(data: str | bytes) -> str:
    """What a message to the kernel is, in whichever form JupyterLab sends it."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return "comm_msg" if "comm_msg" in text else "execute_request" if "execute_request" in text else "other"


def told(within: Locator) -> list[str]:
    """The words that bets are met with, as far as they show: style rules set them, so that no feed reader has both."""
    shown: list[str] = within.evaluate(
        """node => [...node.querySelectorAll('.hit, .mis')].filter(part => part.checkVisibility())
            .map(part => getComputedStyle(part, '::before').content).filter(words => words != 'none')"""
    )
    return [json.loads(words).strip() for words in shown]


def violations(page: Page, within: str | None = None) -> list[str]:
    """What axe-core objects to, in the page or ``within`` what a selector names: rule, element, what would be right."""
    found: list[dict[str, Any]] = Axe().run(page, context=within).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]
