"""The same component twice on one page: what is chosen in one changes nothing in the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import iamviz as iv
from iamviz.export import fragment
from iamviz.pictures.clock import Clock, clock_picture
from iamviz.pictures.exploration import Exploration
from iamviz.pictures.explorer import explorer_picture
from iamviz.pictures.predict import predict_picture
from tests.browser.conftest import PageFor, Visit, told
from tests.html_check import problems

LOGO, PROD = "arn:aws:s3:::staging-assets/logo.png", "arn:aws:s3:::prod-assets/logo.png"
HEAD = '<!doctype html><html lang="en"><head><title>Two of each</title></head><body><main><h1>Two of each</h1>'


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visit(request: pytest.FixtureRequest, page_for: PageFor, tmp_path: Path) -> Visit:
    story = iv.play("staging_bucket")
    asked = Exploration(story, actions=["s3:GetObject", "s3:DeleteObject"], resources=[LOGO, PROD], at=["09:20"])
    made = Clock.of(story)
    pictures = [
        picture
        for k in (1, 2)
        for picture in (
            predict_picture(f"bet-{k}", story.steps[5]),
            clock_picture(f"clock-{k}", made),
            explorer_picture(f"explorer-{k}", asked),
        )
    ]
    file = tmp_path / "two.html"
    file.write_text(f"{HEAD}{''.join(map(fragment, pictures))}</main></body></html>", "utf-8")
    visit: Visit = page_for(js=request.param)
    visit.page.goto(file.as_uri())
    return visit


def both(visit: Visit, css_class: str) -> tuple[Locator, Locator]:
    found = visit.page.locator(css_class)
    expect(found).to_have_count(2)
    return found.first, found.last


def test_a_bet_reveals_its_own_card_only(visit: Visit) -> None:
    first, second = both(visit, ".iv-predict")
    first.locator("label", has_text="Denied").click()
    first.locator("label", has_text="Identity policy").click()
    expect(first.locator(".iv-verdict")).to_be_visible()
    expect(second.locator(".iv-verdict")).to_be_hidden()
    second.locator("label", has_text="Allowed").click()
    assert told(first) == ["You called it.", "The right place, too."]
    expect(second.locator(".iv-verdict")).to_be_hidden()


def test_a_clock_moves_alone(visit: Visit) -> None:
    first, second = both(visit, ".iv-clock")
    before = second.locator(".iv-frame:visible").get_attribute("aria-label")
    first.locator(".iv-rail label").nth(3).click()
    expect(first.locator(".iv-frame:visible")).not_to_have_attribute("aria-label", before or "")
    expect(second.locator(".iv-frame:visible")).to_have_attribute("aria-label", before or "")


def test_an_explorer_changes_alone(visit: Visit) -> None:
    first, second = both(visit, ".iv-explorer")
    before = second.locator("[data-outcome]:visible").inner_text()
    was = first.inner_text()
    first.locator("label", has_text="staging").last.click()
    first.locator("label", has_text="s3:DeleteObject").click()
    assert first.inner_text() != was
    expect(second.locator("[data-outcome]:visible")).to_have_text(before)
    assert visit.errors == []
    assert len(visit.requests) == 1


def test_the_names_of_two_do_not_meet() -> None:
    step = iv.play("staging_bucket").steps[5]
    cards = "".join(predict_picture(f"bet-{k}", step).html for k in (1, 2))
    assert problems(f"{HEAD}{cards}</main></body></html>") == []
