"""The pages that the commands write, opened from files with the network off, with scripts and without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

from iamviz.cli import app
from tests.browser.conftest import PageFor, Visit, violations
from tests.unit.accounts.trail_records import CHAIN

IDENTITY = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k "
    "because no identity-based policy allows the s3:GetObject action"
)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    (folder / "trail.json").write_text(json.dumps({"Records": CHAIN}))
    account = ["--account", "staging_bucket"]
    commands = (
        ["trail", str(folder / "trail.json"), "--html", str(folder / "trail.html"), "--no-redact"],
        ["report", *account, "--to", str(folder / "report.html")],
        ["why", IDENTITY, *account, "--html", str(folder / "why.html"), "--no-redact"],
        ["reach", "Ben", *account, "--html", str(folder / "reach.html")],
        ["draw", *account, "--to", str(folder / "map.html")],
    )
    for command in commands:
        assert CliRunner().invoke(app, command).exit_code in (0, 1)
    return folder


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visit(request: pytest.FixtureRequest, page_for: PageFor) -> Visit:
    return page_for(js=request.param, offline=True)


@pytest.mark.parametrize("name", ["trail", "report", "why", "reach", "map"])
def test_a_page_asks_for_nothing_and_breaks_no_rule(visit: Visit, written: Path, name: str) -> None:
    page = visit.page
    page.goto((written / f"{name}.html").as_uri())
    assert visit.errors == []
    assert [request for request in visit.requests if not request.endswith(f"{name}.html")] == []
    expect(page.locator("h1")).to_have_count(1)
    for width in (390, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        body = page.locator("body").bounding_box()
        assert body is not None
        assert body["width"] <= width


def test_an_observed_story_is_walked_through(visit: Visit, written: Path) -> None:
    page = visit.page
    page.goto((written / "trail.html").as_uri())
    frame = page.locator(".iv-stepper .iv-frame:visible")
    expect(frame).to_have_count(1)
    expect(frame).to_contain_text("alice becomes Jump in the session alice: allowed.")
    for number in range(2, 5):
        frame.get_by_text("Next", exact=True).click()
        expect(frame).to_have_attribute("aria-label", f"Step {number} of 4")
        expect(frame).to_contain_text("iamviz decided nothing here")
    expect(frame).to_contain_text("from-jump calls s3:ListBuckets and is refused: AccessDenied.")
    page.keyboard.press("ArrowLeft")


def test_parts_of_a_report_unfold(visit: Visit, written: Path) -> None:
    page = visit.page
    page.goto((written / "report.html").as_uri())
    fold = page.locator("main > details").first
    expect(fold.locator(".iamviz")).to_be_hidden()
    fold.locator("summary").first.click()
    expect(fold.locator(".iamviz")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["trail", "report", "why", "reach", "map"])
def test_axe_has_no_objection(page_for: PageFor, written: Path, name: str, scheme: str) -> None:
    page = page_for(color_scheme=scheme).page
    page.goto((written / f"{name}.html").as_uri())
    if name == "report":
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert violations(page) == []
