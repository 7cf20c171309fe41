"""The explorer, exported and live: the pane of the chosen combination."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.components.conftest import choose
from tests.browser.conftest import Visit


def test_explorer_shows_the_pane_of_the_combination(visit: Visit) -> None:
    explorer = visit.page.locator(".iv-explorer").first
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
    explorer, keyboard = visit.page.locator(".iv-explorer").first, visit.page.keyboard
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
    box = page.locator(".iamviz-explorer").first
    explorer, frame = box.locator(".iv-explorer").first, box.locator(".iv-frame:visible")
    explorer.scroll_into_view_if_needed()
    choose(explorer, "StagingEngineer", "09:20")
    expect(frame.locator(".iv-verdict")).to_have_attribute("data-outcome", "allowed")
    expect(frame.locator(".iv-gates")).to_be_visible()
    expect(explorer.locator(".pn")).to_be_hidden()
    choose(explorer, "prod-assets/logo.png")
    expect(frame.locator(".iv-verdict")).to_have_attribute("data-outcome", "explicitDeny")
    expect(frame.locator(".iv-map-wide")).to_be_visible()
    expect(box.get_by_role("status")).to_contain_text("denied")


def test_explorer_live_has_drawn_ahead_what_is_one_choice_away(live: Visit) -> None:
    """What a click shows stands in the browser already; the kernel is told, and draws what is around it."""
    box = live.page.locator(".iamviz-explorer").first
    explorer = box.locator(".iv-explorer").first
    choose(explorer, "themselves", "09:00", "staging-assets/logo.png", "s3:GetObject")
    expect(box.locator("[data-iv-picks='0.0.1.0.0']")).to_be_attached()
    shown = explorer.get_by_text("s3:DeleteObject", exact=True).evaluate(
        """label => {
          label.click();
          const shown = label.closest('.iamviz-explorer').querySelectorAll('.iv-full.on');
          return [...shown].map(frame => frame.dataset.ivPicks);
        }"""
    )
    assert shown == ["0.0.1.0.0"]
    expect(box.locator("[data-iv-picks='0.1.1.0.0']")).to_be_attached()


def test_a_large_explorer_asks_the_kernel(live: Visit) -> None:
    box = live.page.locator(".iamviz-explorer").last
    explorer, frame = box.locator(".iv-explorer").first, box.locator(".iv-frame:visible")
    explorer.scroll_into_view_if_needed()
    expect(explorer).to_have_attribute("aria-label", "Explorer: 1680 combinations")
    choose(explorer, "StagingEngineer", "09:20")
    explorer.get_by_role("combobox", name="Does").select_option("s3:DeleteObject")
    explorer.get_by_role("combobox", name="To").select_option(label="staging-assets/file-19.png")
    expect(frame.locator(".iv-caption")).to_contain_text("s3:DeleteObject on staging-assets/file-19.png")
    expect(frame.locator(".iv-verdict")).to_have_attribute("data-outcome", "implicitDeny")
    expect(box.locator(".iv-full.old")).to_have_count(0)
