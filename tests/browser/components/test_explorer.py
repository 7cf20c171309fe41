"""The explorer, exported and live: the pane of the chosen combination."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.components.conftest import choose
from tests.browser.conftest import Visit


def test_explorer_shows_the_pane_of_the_combination(visit: Visit) -> None:
    explorer = visit.page.locator(".iv-explorer")
    told = explorer.locator("[data-outcome]:visible")
    expect(told).to_have_count(1)
    expect(told).to_have_attribute("data-outcome", "implicitDeny")
    for labels, outcome in (
        (["StagingEngineer"], "cannotAssume"),
        (["09:20"], "allowed"),
        (["s3:DeleteObject"], "implicitDeny"),
        (["prod-assets/logo.png"], "explicitDeny"),
        (["s3:GetObject", "staging-assets/logo.png", "Ben"], "cannotAssume"),
        (["Ana", "themselves"], "implicitDeny"),
    ):
        choose(explorer, *labels)
        expect(told).to_have_count(1)
        expect(told).to_have_attribute("data-outcome", outcome)


def test_explorer_by_keyboard(visit: Visit) -> None:
    explorer, keyboard = visit.page.locator(".iv-explorer"), visit.page.keyboard
    explorer.get_by_role("radio", name="Ana").focus()
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    expect(explorer.get_by_role("radio", name="StagingEngineer")).to_be_checked()
    ring = explorer.locator("label", has_text="StagingEngineer").evaluate("e => getComputedStyle(e).outlineWidth")
    assert ring == "3px"
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.press("ArrowRight")
    expect(explorer.locator("[data-outcome]:visible")).to_have_attribute("data-outcome", "allowed")


def test_explorer_live_opens_the_full_frame(live: Visit) -> None:
    page = live.page
    box = page.locator(".jupyter-widgets").filter(has=page.get_by_role("button", name="themselves")).first
    page.get_by_role("button", name="09:20").scroll_into_view_if_needed()
    for name in ("StagingEngineer", "09:20"):
        page.get_by_role("button", name=name, exact=True).click()
    frame = box.locator(".iv-frame:visible")
    expect(frame.locator(".iv-verdict")).to_have_attribute("data-outcome", "allowed")
    expect(frame.locator(".iv-gates")).to_be_visible()
    page.get_by_role("button", name="prod-assets/logo.png", exact=True).click()
    expect(frame.locator(".iv-verdict")).to_have_attribute("data-outcome", "explicitDeny")
    expect(frame.locator(".iv-map-wide")).to_be_visible()
