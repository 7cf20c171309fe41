"""The exported first lesson, opened from a file with the network off, once with scripts and once without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from iamviz.export import export
from tests.browser.conftest import PageFor, Visit, told

TITLES = (
    "Ana is refused",
    "The role trusts her",
    "She assumes it",
    "Key, secret, token",
    "She reads",
    "She deletes",
    "She tries prod",
    "It expires",
    "She assumes again",
    "She works on",
    "Only Ana again",
)
OUTCOMES = (
    *("implicitDeny", "none", "allowed", "none", "allowed", "implicitDeny", "explicitDeny"),
    *("ExpiredToken", "allowed", "allowed", "implicitDeny"),
)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    export([repository / "notebooks" / "00_start_here.ipynb"], folder)
    return folder


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visit(request: pytest.FixtureRequest, page_for: PageFor, pages: Path) -> Visit:
    opened = page_for(js=request.param, offline=True)
    opened.page.goto((pages / "00_start_here.html").as_uri())
    return opened


def frame(page: Page) -> Locator:
    """The one frame that can be seen."""
    return page.locator(".iv-stepper .iv-frame:visible")


def radio(page: Page, number: int) -> Locator:
    return page.get_by_role("radio", name=re.compile(rf"^Step {number} of 11: "))


def test_the_radios_are_a_labelled_group_named_by_step_and_title(visit: Visit) -> None:
    group = visit.page.get_by_role("radiogroup", name="Ana and the staging role")
    names = [item.get_attribute("aria-label") for item in group.locator(":scope > input[type=radio]").all()]
    assert names == [f"Step {number} of 11: {title}" for number, title in enumerate(TITLES, 1)]


def test_exactly_one_frame_is_visible_and_next_walks_through_all(visit: Visit) -> None:
    page, captions, seen = visit.page, [], []
    for number in range(1, 12):
        expect(frame(page)).to_have_count(1)
        expect(frame(page)).to_have_attribute("aria-label", f"Step {number} of 11")
        captions.append(frame(page).locator(".iv-caption").inner_text())
        verdict = frame(page).locator(".iv-verdict")
        expect(verdict).to_have_count(1)
        seen.append(verdict.get_attribute("data-outcome"))
        if number < 11:
            frame(page).get_by_text("Next", exact=True).click()
    assert len(set(captions)) == 11
    assert tuple(seen) == OUTCOMES


def test_first_prev_next_and_last_work_by_mouse(visit: Visit) -> None:
    page = visit.page
    for name, number in (("Last", 11), ("Prev", 10), ("First", 1), ("Next", 2)):
        frame(page).get_by_text(name, exact=True).click()
        expect(frame(page)).to_have_attribute("aria-label", f"Step {number} of 11")


def test_a_click_on_the_rail_shows_its_step(visit: Visit) -> None:
    radio(visit.page, 7).click()
    expect(frame(visit.page)).to_have_attribute("aria-label", "Step 7 of 11")
    expect(radio(visit.page, 7)).to_be_checked()


def test_arrow_keys_walk_the_steps_and_change_caption_and_highlight(visit: Visit) -> None:
    page = visit.page
    radio(page, 1).focus()
    before = frame(page).locator(".iv-caption").inner_text()
    lit = highlighted(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(frame(page)).to_have_attribute("aria-label", "Step 3 of 11")
    assert frame(page).locator(".iv-caption").inner_text() != before
    assert highlighted(page) != lit
    page.keyboard.press("ArrowLeft")
    expect(frame(page)).to_have_attribute("aria-label", "Step 2 of 11")


def highlighted(page: Page) -> list[str | None]:
    """What the visible map emphasises: the names of nodes and the numbers of lines."""
    shown = frame(page).locator(".iv-map:visible .is-now").all()
    return [item.get_attribute("data-node") or item.get_attribute("data-step") for item in shown]


def test_nothing_moves_from_frame_to_frame(visit: Visit) -> None:
    places = set()
    for number in range(1, 12):
        radio(visit.page, number).click()
        box = frame(visit.page).locator(".iv-map:visible .iv-role .bx").bounding_box()
        svg = frame(visit.page).locator(".iv-map:visible").bounding_box()
        assert box
        assert svg
        places.add((round(box["x"] - svg["x"], 1), round(box["y"] - svg["y"], 1)))
    assert len(places) == 1


def test_the_bet_hides_the_verdict_until_it_is_made(visit: Visit) -> None:
    page = visit.page
    radio(page, 6).click()
    caption = frame(page).locator(".iv-caption")
    assert "denied" not in caption.inner_text()
    assert "nothing says yes" not in frame(page).inner_text()
    frame(page).locator(".iv-bet label").filter(has_text="Denied").click()
    assert "denied: nothing says yes" in caption.inner_text()
    assert told(frame(page)) == ["You called it."]


def test_a_deep_link_names_its_step(visit: Visit) -> None:
    assert visit.page.locator("#ana-and-the-staging-role-step-4").count() == 1


def test_the_page_asks_for_nothing_and_complains_of_nothing(visit: Visit) -> None:
    frame(visit.page).get_by_text("Last", exact=True).click()
    assert [url for url in visit.requests if not url.startswith("file:")] == []
    assert len(visit.requests) == 1
    assert visit.errors == []


@pytest.mark.parametrize("width", [390, 760, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_frame_is_wider_than_its_window(page_for: PageFor, pages: Path, width: int, scheme: str) -> None:
    page = page_for(js=True, color_scheme=scheme, width=width).page
    page.goto((pages / "00_start_here.html").as_uri())
    for number in range(1, 12):
        radio(page, number).check()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_weighs_less_than_a_megabyte(pages: Path) -> None:
    assert (pages / "00_start_here.html").stat().st_size < 1_000_000


def test_print_shows_every_frame_with_its_verdict(page_for: PageFor, pages: Path) -> None:
    page = page_for(js=False).page
    page.goto((pages / "00_start_here.html").as_uri())
    page.emulate_media(media="print")
    expect(frame(page)).to_have_count(11)
    assert "denied: nothing says yes" in page.locator(".iv-frame").nth(5).inner_text()


def test_the_index_leads_to_the_lesson(page_for: PageFor, pages: Path) -> None:
    visit = page_for(js=False)
    visit.page.goto((pages / "index.html").as_uri())
    visit.page.get_by_role("link").first.click()
    expect(frame(visit.page)).to_have_attribute("aria-label", "Step 1 of 11")
