"""How quickly the components answer: prints one JSON line.

    python -m benchmarks.components

Exports a notebook with every component and opens it from a file, and opens it live in a JupyterLab of its own; both in
headless Chromium. Measured in the page, in milliseconds, median and worst: from a click to the next frame painted with
what it shows; beside it, live, the way of an empty change to the kernel and back (``live_round_trip_ms``); for the
policy bench from a keystroke to the changed table on the screen, with the pause that gathers keystrokes in it
(``bench_pause_ms``). ``bench_kernel_ms`` is the kernel's part: check, decide, draw. Needs the test extras and a
Chromium on PATH.
"""

import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, sync_playwright

import iamviz as iv
from iamviz.export import export
from iamviz.notebook.policy_bench import PAUSE
from iamviz.pictures.bench import chosen_html, findings_html, requests_html
from tests.servers import first_answer, free_port, stop

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SWITCHES += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
PATIENCE = 120_000
CELLS = (
    """import iamviz as iv
story = iv.play("staging_bucket")
logo, prod = "arn:aws:s3:::staging-assets/logo.png", "arn:aws:s3:::prod-assets/logo.png"\n""",
    "iv.stepper(story)",
    "iv.clock(story)",
    """actions = ["s3:GetObject", "s3:DeleteObject"]
iv.explorer(story, actions=actions, resources=[logo, prod], at=["09:00", "09:20"])""",
    "iv.predict(story.steps[5])",
    """asks = [("staging", f"s3:{verb}Object", logo) for verb in ("Get", "Put", "Delete")]
iv.policy_bench("ReadStagingAssets", world=story.steps[4].after, asks=asks)""",
    """import ipywidgets
asked, answered = ipywidgets.ToggleButtons(options=["ping", "pong"], tooltips=["ping", "pong"]), ipywidgets.Label()
asked.observe(lambda change: setattr(answered, "value", asked.value), "value")
answered.add_class("round-trip")
ipywidgets.VBox([asked, answered])""",
)
EDITS = 15
PAUSE_MS = 150
LOOK_MS = 2_500

# Clicks one element after another, as a person does: when all is quiet again. Waits for the state that the click leads
# to, painted: a task behind the next animation frame runs when the browser has painted.
CLICKS = """
async ([targets, shown, pause]) => {
  const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const state = () => [...document.querySelectorAll(shown)]
    .map(e => (e.checkVisibility() ? e.textContent.length + (e.dataset.outcome || '') : '')).join();
  const times = [];
  for (const target of [...document.querySelectorAll(targets)].filter(e => e.checkVisibility())) {
    const before = state();
    await new Promise(done => setTimeout(done, pause));
    const start = performance.now();
    target.click();
    await painted();
    for (let k = 0; k < 200 && state() === before; k++) await painted();
    if (state() !== before) times.push(performance.now() - start);
  }
  return times;
}
"""
EDIT = """
async ([from, to]) => {
  const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const area = document.querySelector('.iamviz-bench textarea');
  const state = () => [...document.querySelectorAll('.iv-bench td[data-outcome]')].map(e => e.dataset.outcome).join();
  const before = state(), start = performance.now();
  area.value = area.value.replace(from, to);
  area.dispatchEvent(new Event('input', {bubbles: true}));
  for (let k = 0; k < 500 && state() === before; k++) await painted();
  return performance.now() - start;
}
"""


def write_notebook(folder: Path) -> Path:
    """The notebook of all components."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "components.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in CELLS], metadata=kernel), path)
    return path


def told(name: str, times: list[float]) -> dict[str, float]:
    """Median and worst of some times."""
    return {f"{name}_ms": round(statistics.median(times), 1), f"{name}_worst_ms": round(max(times), 1)}


def exported(browser: Browser, notebook: Path, folder: Path) -> dict[str, Any]:
    """Clicks in the exported page."""
    file = export([notebook], folder)[0]
    page = browser.new_context(offline=True).new_page()
    page.goto(file.as_uri())
    page.locator(".iv-frame:visible").first.wait_for()
    found: dict[str, Any] = {"page_bytes": file.stat().st_size}
    for name, targets, shown in (
        ("stepper", ".iv-stepper:not(.iv-clock) .iv-rail label", ".iv-stepper:not(.iv-clock) .iv-frame"),
        ("clock", ".iv-clock .iv-rail label", ".iv-clock .iv-frame"),
        ("explorer", ".iv-explorer label", ".iv-explorer [data-outcome]"),
        ("predict", ".iv-predict label", ".iv-predict .iv-gates, .iv-predict .hit, .iv-predict .mis"),
    ):
        found |= told(f"exported_{name}", page.evaluate(CLICKS, [targets, shown, PAUSE_MS]))
    page.context.close()
    return found


def live(browser: Browser, folder: Path) -> dict[str, Any]:
    """Clicks and keystrokes in JupyterLab."""
    port, token, home = free_port(), secrets.token_hex(16), folder / "home"
    places = {name: str(home / name) for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}"]
    environment = {**os.environ, **places, "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_RUNTIME_DIR": str(home / "run")}
    home.mkdir()
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        first_answer(f"http://127.0.0.1:{port}/api/status?token={token}", server, home / "log")
        page = browser.new_context(viewport={"width": 1300, "height": 2400}).new_page()
        page.goto(f"http://127.0.0.1:{port}/lab/tree/components.ipynb?token={token}")
        page.locator(".jp-Notebook").wait_for(timeout=PATIENCE)
        page.get_by_text("| Idle").wait_for(timeout=PATIENCE)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".iamviz-bench textarea").wait_for(timeout=PATIENCE)
        return _measured(page)
    finally:
        stop(server)


def _measured(page: Page) -> dict[str, Any]:
    def clicked(name: str, targets: str, shown: str, pause: int = PAUSE_MS) -> dict[str, float]:
        # The first of them may be hidden, as the name of an option is in a list: its cell comes into view.
        page.locator(targets).first.evaluate("e => e.closest('.jp-Cell').scrollIntoView()")
        page.wait_for_timeout(2_000)
        return told(f"live_{name}", page.evaluate(CLICKS, [targets, shown, pause]))

    stepper, clock = ".jupyter-widgets .iv-stepper:not(.iv-clock)", ".jupyter-widgets .iv-clock"
    found = clicked("stepper", f"{stepper} .iv-rail label", f"{stepper} .iv-frame")
    found |= clicked("clock", f"{clock} .iv-rail label", f"{clock} .iv-frame")
    # A person looks at an answer before the next choice; meanwhile the kernel draws what is around it.
    found |= clicked("explorer", ".iamviz-explorer label", ".iamviz-explorer .iv-full, .iamviz-explorer .pn", LOOK_MS)
    found |= clicked("round_trip", "button[title=pong], button[title=ping]", ".round-trip")
    page.locator(".iamviz-bench textarea").scroll_into_view_if_needed()
    edits = []
    for number in range(EDITS):
        change = ["GetObject", "PutObject"] if number % 2 == 0 else ["PutObject", "GetObject"]
        edits.append(page.evaluate(EDIT, change))
        page.wait_for_timeout(200)
    return found | told("live_bench", edits)


def kernel_part() -> list[float]:
    """The kernel's part of an edit: check, decide, draw."""
    story = iv.play("staging_bucket")
    asks = [
        ("staging", f"s3:{verb}Object", "arn:aws:s3:::staging-assets/logo.png") for verb in ("Get", "Put", "Delete")
    ]
    bench = iv.policy_bench("ReadStagingAssets", world=story.steps[4].after, asks=asks).bench
    times = []
    for number in range(30):
        text = bench.text.replace("GetObject", f"PutObject{'x' * (number % 3)}")
        start = time.perf_counter()
        after = bench.edited(text)
        findings_html(after), requests_html(after), chosen_html(after, 0)
        times.append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    """Export, open, click, type, print."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        notebook = write_notebook(folder)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        figures = exported(browser, notebook, folder / "pages") | live(browser, folder)
        browser.close()
    figures |= told("bench_kernel", kernel_part()) | {"bench_pause_ms": PAUSE * 1000}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
