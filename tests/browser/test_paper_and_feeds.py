"""Pages where they are no screen pages: on paper, and in a feed reader that drops the styles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from iamviz.export import export, read_notebook, snippets, write_cheat_sheet
from tests.browser.conftest import PageFor

LESSONS = ("04_two_locks", "06_the_clock", "15_key_leaked")
DEAD = re.compile(r"^(First ?Prev|Next ?Last|You called it\.|Not this time\.)", re.MULTILINE)
"""Words of controls, and what a bet is met with: they say nothing where nothing can be chosen."""

FOLDED = "details:not([open], .iv-chapters > *)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The lessons from the outputs that they keep."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("iamviz.export.site.execute", lambda source, progress: read_notebook(source))
        export([repository / "notebooks" / f"{name}.ipynb" for name in LESSONS], folder)
    return folder


def sheets(page: Page, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper)))


def without_styles(html: str) -> str:
    """What a feed reader keeps of a page."""
    html = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r'\s(?:class|style)="[^"]*"', "", html)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_cheat_sheet_is_one_sheet(page_for: PageFor, tmp_path: Path, paper: str) -> None:
    page = page_for().page
    page.goto(write_cheat_sheet(tmp_path).as_uri())
    assert sheets(page, paper) == 1


@pytest.mark.parametrize("name", LESSONS)
def test_paper_has_all_frames_and_nothing_that_must_be_clicked(page_for: PageFor, site: Path, name: str) -> None:
    page = page_for(width=720).page
    page.goto((site / f"{name}.html").as_uri())
    page.emulate_media(media="print")
    frames = page.locator(f".iv-frames > .iv-frame:not({FOLDED} *)")
    expect(page.locator(".iv-frames > .iv-frame:visible")).to_have_count(frames.count())
    for dead in (".iv-nav", ".iv-rail", "input", "button", FOLDED, "header.page"):
        assert page.locator(dead).evaluate_all("all => all.filter(one => one.offsetHeight).length") == 0, dead
    paper = 1123 - 2 * 53  # px of A4 within its margins; a frame that is higher would be cut in two
    heights = frames.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert max(heights) < paper
    assert page.evaluate("document.documentElement.scrollWidth") <= 720


def test_a_fold_that_is_open_is_printed(page_for: PageFor, site: Path) -> None:
    page = page_for().page
    page.goto((site / "04_two_locks.html").as_uri())
    fold = page.locator("details").filter(has_text="The end of the sentence")
    fold.locator("summary").click()
    page.emulate_media(media="print")
    expect(fold).to_be_visible()


@pytest.mark.parametrize("name", LESSONS)
def test_a_feed_reader_has_the_frames_as_a_list_and_no_dead_words(page_for: PageFor, site: Path, name: str) -> None:
    page = page_for(js=False).page
    page.set_content(without_styles((site / f"{name}.html").read_text("utf-8")))
    words = page.locator("main").inner_text()
    assert DEAD.findall(words) == []
    assert page.locator("svg:visible").count() == 0, "without rules a drawing is a black shape"
    frames = page.locator("ol > li[aria-label^='Step ']")
    assert frames.count() >= 11
    for index in range(frames.count()):
        text = frames.nth(index).inner_text()
        sentences = [line for line in text.splitlines() if len(line) > 60]
        assert len(set(sentences)) == len(sentences), text
    quoted = page.locator("pre", has_text='"Effect"').first.inner_text()
    assert '"Effect"' not in quoted.splitlines()[0] or len(quoted.splitlines()) > 1


def test_a_fragment_reads_alike_in_a_feed(page_for: PageFor, tmp_path: Path) -> None:
    (written,) = snippets(["staging_bucket"], tmp_path)
    page = page_for(js=False).page
    page.set_content(without_styles(written.read_text("utf-8")))
    expect(page.locator("ol > li[aria-label^='Step ']")).to_have_count(11)
    assert page.locator("svg:visible").count() == 0
    assert "Next" not in page.locator("body").inner_text()
