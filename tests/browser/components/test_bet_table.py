"""The bet table, exported and live: an answer shows when its own bet is made, and the bets are counted."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit


def score(table: Locator) -> str:
    """What CSS writes below the table, with its counters as they stand."""
    words: str = table.locator(".sc").evaluate("e => getComputedStyle(e, '::after').content")
    return words


def bet_and_look(table: Locator) -> None:
    cells = table.locator(".be")
    expect(table.locator(".an:visible")).to_have_count(0)
    expect(table.locator(".sc")).to_be_visible()
    cells.nth(0).get_by_text("yes", exact=True).first.click()
    expect(table.locator(".an:visible")).to_have_count(1)
    expect(cells.nth(0).locator(".an")).to_contain_text("no")
    expect(cells.nth(0).get_by_text("you said yes")).to_be_visible()
    cells.nth(1).get_by_text("yes", exact=True).first.click()
    expect(cells.nth(1).locator(".an")).to_contain_text("yes")
    expect(cells.nth(1).locator(".sd")).to_be_hidden()
    expect(cells.nth(2).locator(".an")).to_be_hidden()
    assert 'counter(hits) " of " counter(bets)' in score(table)


def test_each_bet_shows_its_own_answer(visit: Visit) -> None:
    bet_and_look(visit.page.locator(".iv-bets"))


def test_bets_by_keyboard(visit: Visit) -> None:
    table = visit.page.locator(".iv-bets")
    table.get_by_role("radio").nth(1).focus()
    visit.page.keyboard.press("Space")
    expect(table.locator(".an:visible")).to_have_count(1)
    expect(table.locator(".be").nth(0).locator(".sd")).to_be_hidden()


def test_print_tells_all(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    expect(visit.page.locator(".iv-bets .an:visible")).to_have_count(4)
    expect(visit.page.locator(".iv-bets label:visible")).to_have_count(0)


def test_the_bet_table_live(live: Visit) -> None:
    table = live.page.locator(".jupyter-widgets .iv-bets")
    table.scroll_into_view_if_needed()
    bet_and_look(table)
