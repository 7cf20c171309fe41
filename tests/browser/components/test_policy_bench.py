"""The policy bench: its last state exported, and live as one types."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_policy_bench_exported_shows_its_last_state(visit: Visit) -> None:
    bench = visit.page.locator(".iv-bench")
    answers = [cell.get_attribute("data-outcome") for cell in bench.locator("td[data-outcome]").all()]
    assert answers == ["allowed", "implicitDeny", "implicitDeny"]
    expect(bench.get_by_text("run the notebook, and findings and answers follow")).to_be_visible()
    expect(bench.locator(".iv-gates")).to_be_visible()
    assert visit.page.locator("textarea").count() == 0


def test_policy_bench_live_follows_the_keys(live: Visit) -> None:
    page = live.page
    area = page.locator(".iamviz-bench textarea")
    area.scroll_into_view_if_needed()
    answers = page.locator(".jupyter-widgets .iv-bench td[data-outcome]")
    expect(answers.nth(0)).to_have_attribute("data-outcome", "allowed")
    text = area.input_value()
    area.focus()
    area.evaluate("(e, at) => e.setSelectionRange(at, at + 9)", text.index("GetObject"))
    page.keyboard.type("PutObject", delay=20)
    expect(answers.nth(0)).to_have_attribute("data-outcome", "implicitDeny")
    expect(answers.nth(1)).to_have_attribute("data-outcome", "allowed")
    expect(page.locator(".iv-bench .new")).to_have_count(2)
    area.evaluate("(e, at) => e.setSelectionRange(at, at)", text.index("GetObject") + 3)
    page.keyboard.type("x")
    finding = page.locator(".jupyter-widgets .iv-bench .fs li").first
    expect(finding).to_contain_text("the action 's3:PutxObject' does not exist")
    expect(finding).to_contain_text("line 7")
    page.get_by_role("button", name="Start again").click()
    expect(answers.nth(0)).to_have_attribute("data-outcome", "allowed")
    expect(page.get_by_text("No findings.")).to_be_visible()
