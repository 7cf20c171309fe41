"""The slider, exported and live: one picture at a time."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_a_slider_shows_one_picture(visit: Visit) -> None:
    slider = visit.page.locator(".iv-slider")
    pane = slider.locator(".iv-frame:visible")
    expect(pane).to_have_count(1)
    expect(pane).to_have_attribute("aria-label", "World: world 1")
    slider.locator(".iv-rail label", has_text="world 3").click()
    expect(pane).to_have_attribute("aria-label", "World: world 3")
    expect(pane.locator(".off")).to_have_text("end")
    pane.locator(".iv-nav label", has_text="world 2").click()
    expect(pane).to_have_attribute("aria-label", "World: world 2")
    expect(pane.locator(".iv-map").first).to_be_visible()


def test_a_slider_by_keyboard(visit: Visit) -> None:
    slider = visit.page.locator(".iv-slider")
    slider.get_by_role("radio").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    expect(slider.locator(".iv-frame:visible")).to_have_attribute("aria-label", "World: world 3")


def test_a_slider_live(live: Visit) -> None:
    page, asked = live.page, len(live.requests)
    box = page.locator(".jupyter-widgets .iv-slider")
    slider = box.get_by_role("slider", name="World")
    slider.scroll_into_view_if_needed()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "World: world 2")
    expect(box.locator(".iv-frame:visible")).to_have_attribute("aria-label", "World: world 2")
    box.locator(".iv-nav label:visible", has_text="world 3").click()
    expect(slider).to_have_value("3")
    assert "execute_request" not in live.requests[asked:]
