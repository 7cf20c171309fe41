"""Exported pages and axe-core in Chromium: no violation, light and dark, wide and narrow, in no frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from iamviz.export import export, read_notebook
from tests.browser.conftest import PageFor, violations

LOOKS = [("light", 900), ("dark", 390)]
PAGES = ("00_start_here", "index", "glossary", "cheat_sheet")
# Everything at once: all frames one after another, the bets made.
ALL_FRAMES = ".iv-frames > * { display: grid !important; } .iv-frames { display: grid; gap: 40px; }"
ALL_BETS = "() => document.querySelectorAll('.iv-bet').forEach(bet => bet.querySelector('input').click())"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    folder = tmp_path_factory.mktemp("site")
    lesson = repository / "notebooks" / "00_start_here.ipynb"
    (folder / "01_second.ipynb").write_bytes(lesson.read_bytes())
    glossary = repository / "docs" / "glossary.md"
    export([lesson, folder / "01_second.ipynb"], folder, glossary=glossary, with_cheat_sheet=True)
    return folder


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_no_violation(page_for: PageFor, site: Path, name: str, scheme: str, width: int) -> None:
    page = page_for(color_scheme=scheme, width=width).page
    page.goto((site / f"{name}.html").as_uri())
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width", "bets"), [(*look, bets) for look in LOOKS for bets in ("open", "made")])
def test_no_violation_in_any_frame(page_for: PageFor, site: Path, scheme: str, width: int, bets: str) -> None:
    page = page_for(color_scheme=scheme, width=width).page
    page.goto((site / "00_start_here.html").as_uri())
    page.add_style_tag(content=ALL_FRAMES)
    expect(page.locator(".iv-stepper .iv-frame:visible")).to_have_count(11)
    if bets == "made":
        page.evaluate(ALL_BETS)
    assert violations(page) == []


LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_violation_in_any_lesson(
    page_for: PageFor, lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that a lesson shows, from the outputs that it keeps; every other lesson in the other look."""
    monkeypatch.setattr("iamviz.export.site.execute", lambda source, progress: read_notebook(source))
    scheme, width = LOOKS[LESSONS.index(lesson) % 2]
    page = page_for(color_scheme=scheme, width=width).page
    page.goto(export([lesson], tmp_path)[0].as_uri())
    page.add_style_tag(content=ALL_FRAMES)
    page.evaluate(ALL_BETS)
    assert violations(page) == []


def test_axe_would_object(page_for: PageFor) -> None:
    page = page_for().page
    page.set_content("<main><img src='data:,'><p style='color: #bbb'>pale</p></main>")
    assert {told.partition(":")[0] for told in violations(page)} >= {"image-alt", "color-contrast", "html-has-lang"}
