"""One notebook of all components: exported (with scripts and without, light and dark), and live in JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page

from iamviz.export import export
from tests.browser.conftest import PATIENCE, STDERR, Lab, PageFor, Visit, run_all_cells

CELLS = (
    'import iamviz as iv\nstory = iv.play("staging_bucket")',
    "iv.predict(story.steps[5])",
    "iv.predict(story.steps[6])",
    "iv.clock(story)",
    """logo, prod = "arn:aws:s3:::staging-assets/logo.png", "arn:aws:s3:::prod-assets/logo.png"
iv.explorer(story, actions=["s3:GetObject", "s3:DeleteObject"], resources=[logo, prod], at=["09:00", "09:20"])""",
    """asks = [("staging", f"s3:{verb}Object", logo) for verb in ("Get", "Put", "Delete")]
iv.policy_bench("ReadStagingAssets", world=story.steps[4].after, asks=asks)""",
    """nine = story.steps[4].after
may = {"read": ("s3:GetObject", logo), "delete": ("s3:DeleteObject", logo)}
iv.bet_table({"Ana, herself": (nine, "Ana"), "Ana, in her session": (nine, "staging")}, {"may she": may})""",
    """worlds = [story.start, story.steps[1].after, story.world]
iv.slider({f"world {number}": iv.map(world) for number, world in enumerate(worlds, 1)}, "World")""",
    "iv.stepper(story)",
    """from datetime import timedelta
long = iv.Story(story.start, "A long day")
for minute in range(26):
    read = iv.Call("Ana", "s3:GetObject", story.steps[0].call.params, story.start.now + timedelta(minutes=minute))
    long.perform(read, f"Try {minute + 1}")
iv.stepper(long)""",
    """things = [f"arn:aws:s3:::staging-assets/file-{number}.png" for number in range(20)]
verbs = ("Get", "Put", "Delete")
whats = [f"s3:{verb}Object{what}" for verb in verbs for what in ("", "Tagging")] + ["s3:GetObjectAcl"]
iv.explorer(story, actions=whats, resources=things, at=["09:00", "09:20", "10:00"])""",
)


def write_notebook(path: Path) -> Path:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=[new_markdown_cell("# Components"), *map(new_code_cell, CELLS)], metadata=kernel)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("components")
    return export([write_notebook(folder / "components.ipynb")], folder / "pages")[0]


@pytest.fixture(params=["scripts", "no scripts", "no scripts, dark"])
def visit(request: pytest.FixtureRequest, page_for: PageFor, page_file: Path) -> Visit:
    scheme = "dark" if "dark" in request.param else "light"
    opened = page_for(js=request.param == "scripts", color_scheme=scheme, width=820)
    opened.page.goto(page_file.as_uri())
    return opened


@pytest.fixture(scope="session")
def live(chromium: Browser, jupyterlab: Lab) -> Iterator[Visit]:
    """The notebook of all components in JupyterLab, its cells run; messages to the kernel are recorded.

    When the last test is done, nothing may have gone wrong in it.
    """
    write_notebook(jupyterlab.folder / "components.ipynb")
    visit = run_all_cells(chromium, jupyterlab.notebook("components.ipynb"), height=1400)
    visit.page.locator(".jupyter-widgets .iamviz").last.wait_for(timeout=PATIENCE)
    yield visit
    keep_screenshot(visit.page, "live")
    wrong = visit.page.locator(STDERR).count()
    visit.page.context.close()
    assert wrong == 0
    assert visit.errors == []


def keep_screenshot(page: Page, name: str) -> None:
    """A picture of the page where IAMVIZ_SCREENSHOTS names a folder: an artefact of the run."""
    folder = os.environ.get("IAMVIZ_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"components-{name}.png", full_page=True)


def choose(explorer: Locator, *labels: str) -> None:
    for label in labels:
        explorer.locator("label").get_by_text(label, exact=True).click()
