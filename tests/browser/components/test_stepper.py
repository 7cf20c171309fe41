"""The stepper, exported: links to steps, arrows, chapters, and the line to copy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PageFor, Visit


def step_shown(page: Page, group: str) -> Locator:
    return page.get_by_role("radiogroup", name=group, exact=True).locator(".iv-frame:visible")


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no scripts"])
def test_a_link_to_a_step_counts_until_one_is_chosen(page_for: PageFor, page_file: Path, js: bool) -> None:
    page = page_for(js=js).page
    page.goto(page_file.as_uri() + "#ana-and-the-staging-role-step-4")
    shown = step_shown(page, "Ana and the staging role")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 4 of"))
    shown.get_by_text("First", exact=True).click()
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))
    page.locator(".iv-predict .iv-caption").first.click()
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))


def test_without_a_link_the_first_step_shows_and_the_arrows_go_on(visit: Visit) -> None:
    page = visit.page
    shown = step_shown(page, "Ana and the staging role")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))
    page.locator("#ana-and-the-staging-role-step-1").focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 2 of"))


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no scripts"])
def test_a_long_story_opens_the_chapter_that_a_link_names(page_for: PageFor, page_file: Path, js: bool) -> None:
    page = page_for(js=js).page
    page.goto(page_file.as_uri() + "#a-long-day-step-20")
    shown = page.locator(".iv-chapters .iv-frame:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", "Step 20 of 26")
    page.locator("summary", has_text="Chapter 2").click()
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", "Step 10 of 26")
    shown.get_by_text("Last", exact=True).click()
    expect(shown).to_have_attribute("aria-label", "Step 18 of 26")


def test_one_click_selects_the_whole_command(page_for: PageFor, page_file: Path) -> None:
    page = page_for(js=True).page
    page.goto(page_file.as_uri())
    command = step_shown(page, "Ana and the staging role").locator("[data-iv-copy]")
    command.click(position={"x": 30, "y": 8})
    assert page.evaluate("getSelection().toString()") == command.inner_text()
    assert command.inner_text().startswith("aws s3api get-object ")


def test_print_shows_every_chapter(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    expect(visit.page.locator(".iv-chapters .iv-frame").last).to_be_visible()
