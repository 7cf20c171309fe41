"""Predict, exported and live: a card is silent until both bets are made."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import PATIENCE, Visit, told


def bet(card: Locator, text: str) -> None:
    card.locator("label", has_text=text).click()


def check_predict(card: Locator) -> None:
    """A card is silent until both bets are made, then tells all."""
    verdict, gates = card.locator(".iv-verdict"), card.locator(".iv-gates")
    expect(verdict).to_be_hidden()
    expect(gates).to_be_hidden()
    expect(card.locator(".pols")).to_be_visible()
    assert "denied" not in card.inner_text().replace("allowed or denied", "").lower().replace("denied\n", "")
    bet(card, "Denied")
    expect(gates).to_be_hidden()
    assert told(card) == []
    bet(card, "Identity policy")
    expect(verdict).to_be_visible()
    expect(gates).to_be_visible()
    expect(card.locator(".pols")).to_be_hidden()
    assert told(card) == ["You called it.", "The right place, too."]
    expect(card.locator(".iv-cli")).to_contain_text("because no identity-based policy allows")
    bet(card, "Allowed")
    assert told(card) == ["Not this time.", "The right place, too."]


def test_predict_tells_nothing_before_both_bets(visit: Visit) -> None:
    cards = visit.page.locator(".iv-predict")
    expect(cards).to_have_count(2)
    check_predict(cards.nth(0))
    # Another card on the page has not moved.
    expect(cards.nth(1).locator(".iv-verdict")).to_be_hidden()
    assert cards.nth(1).locator(":checked").count() == 0


def test_predict_by_keyboard(visit: Visit) -> None:
    card, keyboard = visit.page.locator(".iv-predict").nth(1), visit.page.keyboard
    card.locator("input").first.focus()
    keyboard.press("Space")
    expect(card.get_by_role("radio", name="Allowed")).to_be_checked()
    keyboard.press("ArrowRight")
    expect(card.get_by_role("radio", name="Denied")).to_be_checked()
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(card.get_by_role("radio", name="Resource policy")).to_be_checked()
    assert "The right place, too." in told(card)


def test_predict_in_print_tells_all(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    card = visit.page.locator(".iv-predict").first
    expect(card.locator(".iv-gates")).to_be_visible()
    expect(card.locator(".iv-verdict")).to_be_visible()


def test_predict_live_by_keyboard(live: Visit) -> None:
    """JupyterLab has arrow keys of its own; in a card they choose."""
    card, keyboard = live.page.locator(".jupyter-widgets .iv-predict").nth(1), live.page.keyboard
    card.locator("input").first.focus()
    keyboard.press("Space")
    expect(card.get_by_role("radio", name="Allowed")).to_be_checked()
    keyboard.press("ArrowRight")
    expect(card.get_by_role("radio", name="Denied")).to_be_checked()


def test_predict_live(live: Visit) -> None:
    card = live.page.locator(".jupyter-widgets .iv-predict").first
    asked = len(live.requests)
    check_predict(card)
    assert "execute_request" not in live.requests[asked:]


def test_bets_are_counted_live_and_the_first_answer_counts_when_the_cell_is_run_again(live: Visit) -> None:
    """``test_predict_live`` has bet on the first card: right, right, and then looked at what else there was."""
    page, asked = live.page, len(live.requests)
    cards = page.locator(".jupyter-widgets .iv-predict")
    check = cards.nth(1)
    bet(check, "Allowed")
    bet(check, "Resource policy")
    tally = check.locator(".iv-tally")
    expect(tally).to_contain_text("Your bets in this notebook: ")
    before = tally.inner_text()
    expect(cards.nth(0).locator(".iv-tally")).to_have_text(before)
    assert "execute_request" not in live.requests[asked:]
    page.locator(".jp-CodeCell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(check.locator(":checked")).to_have_count(0, timeout=PATIENCE)
    bet(check, "Denied")
    expect(check.locator(".iv-tally")).to_have_text(before)
