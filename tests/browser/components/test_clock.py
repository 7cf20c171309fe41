"""The clock, exported and live: one instant and its lamps."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit


def lamps(pane: Locator) -> list[str | None]:
    return [cell.get_attribute("data-outcome") for cell in pane.locator("td[data-outcome]").all()]


def test_clock_shows_one_instant_and_its_lamps(visit: Visit) -> None:
    clock = visit.page.locator(".iv-clock:not(.iv-slider)")
    pane = clock.locator(".iv-frame:visible")
    expect(pane).to_have_count(1)
    expect(pane).to_have_attribute("aria-label", "09:00: Ana is refused")
    assert lamps(pane) == ["implicitDeny", "implicitDeny", "noSession", "noSession", "noSession"]
    clock.locator(".iv-rail label", has_text="09:59").click()
    assert lamps(pane) == ["implicitDeny", "allowed", "allowed", "implicitDeny", "explicitDeny"]
    pane.get_by_text("10:00", exact=True).first.click()
    expect(pane).to_have_attribute("aria-label", "10:00: It expires; session ana ends")
    assert lamps(pane)[2:] == ["ExpiredToken"] * 3
    expect(pane.locator(".new")).to_have_count(3)


def test_clock_by_keyboard_with_a_ring_where_the_focus_is(visit: Visit) -> None:
    clock, keyboard = visit.page.locator(".iv-clock:not(.iv-slider)"), visit.page.keyboard
    clock.get_by_role("radio").first.focus()
    for _ in range(8):
        keyboard.press("ArrowRight")
    pane = clock.locator(".iv-frame:visible")
    expect(pane).to_have_attribute("aria-label", "10:00: It expires; session ana ends")
    chip = clock.locator(".no", has_text="10:00")
    assert chip.evaluate("e => getComputedStyle(e).outlineWidth") == "3px"


def test_clock_does_not_move_what_stays(visit: Visit) -> None:
    clock = visit.page.locator(".iv-clock:not(.iv-slider)")
    tops = set()
    for time in ("09:00", "09:20", "10:03"):
        clock.locator(".iv-rail label", has_text=time).click()
        box = clock.locator(".lamps:visible").bounding_box()
        around = clock.bounding_box()
        assert box
        assert around
        tops.add(round(box["y"] - around["y"]))
    assert len(tops) == 1


def test_clock_live(live: Visit) -> None:
    page, asked = live.page, len(live.requests)
    clock = page.locator(".jupyter-widgets .iv-clock:not(.iv-slider)")
    slider, pane = clock.get_by_role("slider", name="Time"), clock.locator(".iv-frame:visible")
    slider.scroll_into_view_if_needed()
    for _ in range(8):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "10:00: It expires; session ana ends")
    expect(pane.locator(".iv-caption")).to_have_text("It expires; session ana ends")
    assert lamps(pane)[2:] == ["ExpiredToken"] * 3
    assert "execute_request" not in live.requests[asked:]
