"""The one script of an exported page: what it adds, that nothing else may run, and what is there without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from iamviz.export import export
from tests.browser.conftest import PageFor, Visit
from tests.conftest import MakeNotebook

BETS = """
from IPython.display import HTML
def bet(name):
    choice = '<input type="radio" name="{0}" id="{0}-{1}" data-iv-bet="{2}"><label for="{0}-{1}">{1}</label>'
    both = choice.format(name, "yes", "right") + choice.format(name, "no", "wrong")
    return f"<fieldset><legend>{name}</legend>{both}</fieldset>"
lines = '<code data-iv-copy="aws sts get-caller-identity">$ aws</code><code data-iv-copy> aws iam </code>'
HTML(bet("one") + bet("two") + lines)
"""
WIDE = "print('x' * 10); from IPython.display import HTML; HTML('<div style=\"width:2000px\">wide</div>')"
STEPS = "import iamviz as iv\niv.stepper(iv.play('staging_bucket'))"
Open = Callable[..., Visit]


@pytest.fixture
def page_of(page_for: PageFor, make_notebook: MakeNotebook, tmp_path: Path) -> Open:
    """A visit of the page that the cells become; `js` and `fragment` as wanted."""

    def make(*cells: str, js: bool = True, fragment: str = "") -> Visit:
        target = tmp_path / "pages"
        if not target.exists():
            export([make_notebook("lesson.ipynb", "md:# Lesson", *cells)], target)
        visit = page_for(js=js)
        visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.page.goto((target / "lesson.html").as_uri() + fragment)
        return visit

    return make


def test_copy_buttons_copy(page_of: Open) -> None:
    visit = page_of(BETS)
    buttons = visit.page.get_by_role("button", name="Copy")
    expect(buttons).to_have_count(3)  # the cell of code itself, and two lines
    copied = []
    for number in (1, 2):
        buttons.nth(number).click()
        copied.append(visit.page.evaluate("navigator.clipboard.readText()"))
        expect(visit.page.get_by_role("button", name="Copied")).to_have_count(1)
        expect(visit.page.get_by_role("button", name="Copied")).to_have_count(0, timeout=4000)
    assert copied == ["aws sts get-caller-identity", "aws iam"]
    assert visit.errors == []


def test_tally_counts_first_answers(page_of: Open) -> None:
    page = page_of(BETS).page
    tally = page.get_by_role("status")
    expect(tally).to_be_empty()
    page.locator("#one-no").check()
    expect(tally).to_have_text("Your bets: 0 of 1 right, 1 to go")
    page.locator("#one-yes").check()  # looked up, not bet
    expect(tally).to_have_text("Your bets: 0 of 1 right, 1 to go")
    page.locator("#two-yes").check()
    expect(tally).to_have_text("Your bets: 1 of 2 right")


def test_address_follows_the_steps_and_steps_the_address(page_of: Open) -> None:
    step = "#ana-and-the-staging-role-step-"
    page = page_of(STEPS, fragment=f"{step}4").page
    frame = page.locator(".iv-stepper .iv-frame:visible")
    expect(frame).to_have_attribute("aria-label", "Step 4 of 11")
    frame.get_by_text("Next", exact=True).click()
    expect(page).to_have_url(re.compile(f"{step}5$"))
    page.evaluate(f"location.hash = '{step}9'")
    expect(frame).to_have_attribute("aria-label", "Step 9 of 11")
    page.evaluate("location.hash = '#%E0%A4%A'")  # not even an address
    expect(frame).to_have_attribute("aria-label", "Step 9 of 11")


def test_what_scrolls_is_reached_by_tab(page_of: Open) -> None:
    page = page_of(WIDE).page
    expect(page.locator(".output.html")).to_have_attribute("tabindex", "0")
    assert page.locator(".output.plain").get_attribute("tabindex") is None


def test_without_scripts_there_is_no_dead_control(page_of: Open) -> None:
    page = page_of(BETS, js=False).page
    expect(page.locator("button, [role=status]")).to_have_count(0)


def test_no_other_script_runs(page_of: Open) -> None:
    """Even if a script were smuggled into the page, its own policy would stop it."""
    visit = page_of(BETS)
    refused = visit.page.evaluate(
        """() => new Promise(done => {
          addEventListener('securitypolicyviolation', event => done(event.violatedDirective));
          document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.hit = 1">');
        })"""
    )
    assert refused.startswith("script-src")
    assert visit.page.evaluate("window.hit") is None


def test_page_prints_to_a_pdf_of_all_frames(page_of: Open) -> None:
    page = page_of(STEPS).page
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="print")
    assert page.get_by_role("button").count() == 0
    expect(page.locator(".iv-stepper .iv-frame:visible")).to_have_count(11)
