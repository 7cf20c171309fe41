"""The first lesson in a real JupyterLab: run all cells, then walk with the rail and with the slider's arrow keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE, STDERR, Lab, Visit, run_all_cells

WITHOUT_KERNEL = "Cannot send"
"""What JupyterLab's own script says when a widget changes after the kernel was shut down."""


@pytest.fixture(scope="module")
def lesson(chromium: Browser, jupyterlab: Lab) -> Iterator[Visit]:
    """The notebook with all its cells run; sent messages to the kernel are recorded."""
    visit = run_all_cells(chromium, jupyterlab.notebook("00_start_here.ipynb"), height=1100)
    page = visit.page
    slider(page).wait_for(timeout=PATIENCE)
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => { panel.scrollTop = 0; }")
    expect(frame(page)).to_have_count(1, timeout=PATIENCE)
    yield visit
    page.context.close()


def frame(page: Page) -> Locator:
    return page.locator(".iv-frame:not(.iv-predict, .iv-predict *):visible")


def highlighted(page: Page) -> list[str | None]:
    shown = frame(page).locator(".iv-map:visible .is-now").all()
    return [item.get_attribute("data-node") or item.get_attribute("data-step") for item in shown]


def rail(page: Page) -> Locator:
    return page.locator(".jupyter-widgets .iv-stepper:not(.iv-clock)").first.locator(".iv-rail label")


def weight(label: Locator) -> str:
    found: str = label.locator(".tt").evaluate("e => getComputedStyle(e).fontWeight")
    return found


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Step").first


def test_a_click_in_the_rail_changes_the_frame(lesson: Visit) -> None:
    page = lesson.page
    expect(frame(page)).to_have_attribute("aria-label", "Step 1 of 11")
    before, lit = frame(page).locator(".iv-caption").inner_text(), highlighted(page)
    rail(page).nth(4).click()
    expect(frame(page)).to_have_attribute("aria-label", "Step 5 of 11")
    assert frame(page).locator(".iv-caption").inner_text() != before
    assert highlighted(page) != lit
    lit_numbers = [label for label in rail(page).all() if weight(label) == "650"]
    assert [label.locator(".no").inner_text() for label in lit_numbers] == ["5"]


def test_the_sliders_arrow_keys_change_the_frame(lesson: Visit) -> None:
    page = lesson.page
    rail(page).nth(4).click()
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(frame(page)).to_have_attribute("aria-label", "Step 6 of 11")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(frame(page)).to_have_attribute("aria-label", "Step 4 of 11")


def test_rail_and_slider_follow_each_other(lesson: Visit) -> None:
    page = lesson.page
    rail(page).nth(8).click()
    expect(slider(page)).to_have_value("9")
    expect(slider(page)).to_have_attribute("aria-valuetext", re.compile("^Step 9 of 11: "))
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    assert weight(rail(page).nth(9)) == "650"


def test_arrow_keys_go_on_from_a_number_that_was_clicked(lesson: Visit) -> None:
    page = lesson.page
    rail(page).nth(6).click()
    checked = page.locator(".jupyter-widgets .iv-stepper > :checked").first
    expect(checked).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(frame(page)).to_have_attribute("aria-label", "Step 6 of 11")
    expect(slider(page)).to_have_value("6")


def test_play_walks_to_the_end_and_can_be_stopped(lesson: Visit) -> None:
    page = lesson.page
    rail(page).nth(9).click()
    page.get_by_role("button", name=re.compile("^Play: ")).first.click()
    pause = page.get_by_role("button", name=re.compile("^Pause: ")).first
    expect(pause).to_be_visible()
    expect(frame(page)).to_have_attribute("aria-label", "Step 11 of 11", timeout=15_000)
    expect(pause).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Play: ")).first.click()
    expect(frame(page)).to_have_attribute("aria-label", "Step 1 of 11")
    pause.click()
    expect(pause).to_have_count(0)


def test_a_bet_that_is_made_stays_made_when_one_comes_back(lesson: Visit) -> None:
    page = lesson.page
    rail(page).nth(5).click()
    bet = frame(page).locator(".iv-bet")
    bet.locator("label").first.click()
    rail(page).nth(0).click()
    expect(frame(page)).to_have_attribute("aria-label", "Step 1 of 11")
    rail(page).nth(5).click()
    expect(bet.locator(":checked")).to_have_count(1)
    expect(frame(page).locator(".iv-tally")).to_contain_text("Your bets in this notebook: ")


def test_frames_answer_a_click_without_the_kernel(lesson: Visit) -> None:
    """The kernel is asked nothing; without a kernel at all, the frames still change."""
    page, asked = lesson.page, len(lesson.requests)
    rail(page).nth(0).click()
    expect(frame(page)).to_have_attribute("aria-label", "Step 1 of 11")
    assert "execute_request" not in lesson.requests[asked:]
    assert lesson.errors == []
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_text("Shut Down Kernel", exact=True).click()
    expect(page.get_by_text("No Kernel").first).to_be_visible(timeout=PATIENCE)
    rail(page).nth(2).click()
    expect(frame(page)).to_have_attribute("aria-label", "Step 3 of 11")


def test_nothing_went_wrong_in_the_page(lesson: Visit) -> None:
    assert lesson.page.locator(STDERR).all_text_contents() == []
    assert set(lesson.errors) <= {WITHOUT_KERNEL}


def test_the_names_in_a_credential_card_have_their_column(lesson: Visit) -> None:
    """JupyterLab's own rules would give them a fifth of it, and break them inside of words."""
    rail(lesson.page).nth(3).click()
    names = frame(lesson.page).locator(".iv-card dt")
    expect(names.first).to_be_visible()
    assert min(names.evaluate_all("names => names.map(name => name.getBoundingClientRect().width)")) == 108
