"""The components exported (with scripts and without, light and dark) and live in JupyterLab."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, expect

from iamviz.export import export
from tests.browser.conftest import Lab, PageFor, Visit
from tests.browser.test_accessibility import violations

PATIENCE = 90_000
CELLS = (
    'import iamviz as iv\nstory = iv.play("staging_bucket")',
    "iv.predict(story.steps[5])",
    "iv.predict(story.steps[6])",
    "iv.clock(story)",
    """logo, prod = "arn:aws:s3:::staging-assets/logo.png", "arn:aws:s3:::prod-assets/logo.png"
iv.explorer(story, actions=["s3:GetObject", "s3:DeleteObject"], resources=[logo, prod], at=["09:00", "09:20"])""",
    """asks = [("staging", f"s3:{verb}Object", logo) for verb in ("Get", "Put", "Delete")]
iv.policy_bench("ReadStagingAssets", world=story.steps[4].after, asks=asks)""",
    "iv.stepper(story)",
    """from datetime import timedelta
long = iv.Story(story.start, "A long day")
for minute in range(26):
    read = iv.Call("Ana", "s3:GetObject", story.steps[0].call.params, story.start.now + timedelta(minutes=minute))
    long.perform(read, f"Try {minute + 1}")
iv.stepper(long)""",
)


def write_notebook(path: Path) -> Path:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=[new_markdown_cell("# Components"), *map(new_code_cell, CELLS)], metadata=kernel)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("components")
    return export([write_notebook(folder / "components.ipynb")], folder / "pages")[0]


@pytest.fixture(params=["scripts", "no scripts", "no scripts, dark"])
def visit(request: pytest.FixtureRequest, page_for: PageFor, page_file: Path) -> Visit:
    scheme = "dark" if "dark" in request.param else "light"
    opened = page_for(js=request.param == "scripts", color_scheme=scheme, width=820)
    opened.page.goto(page_file.as_uri())
    return opened


@pytest.fixture(scope="module")
def live(chromium: Browser, jupyterlab: Lab) -> Iterator[Visit]:
    """The notebook of all components in JupyterLab, its cells run; messages to the kernel are recorded."""
    write_notebook(jupyterlab.folder / "components.ipynb")
    context = chromium.new_context(viewport={"width": 1300, "height": 1400})
    visit = Visit(context.new_page())
    page = visit.page
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: visit.requests.append(kind_of(data))))
    page.goto(jupyterlab.notebook("components.ipynb"))
    page.locator(".jp-Notebook").wait_for(timeout=PATIENCE)
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jupyter-widgets .iamviz").last.wait_for(timeout=PATIENCE)
    yield visit
    keep_screenshot(page, "live")
    context.close()


def kind_of(data: str | bytes) -> str:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return "comm_msg" if "comm_msg" in text else "execute_request" if "execute_request" in text else "other"


def keep_screenshot(page: Page, name: str) -> None:
    """A picture of the page where IAMVIZ_SCREENSHOTS names a folder: an artefact of the run."""
    folder = os.environ.get("IAMVIZ_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"components-{name}.png", full_page=True)


# ── predict ──


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
    expect(card.get_by_text("You called it.")).to_be_hidden()
    bet(card, "Identity policy")
    expect(verdict).to_be_visible()
    expect(gates).to_be_visible()
    expect(card.locator(".pols")).to_be_hidden()
    expect(card.get_by_text("You called it.")).to_be_visible()
    expect(card.get_by_text("The right place, too.")).to_be_visible()
    expect(card.locator(".iv-cli")).to_contain_text("because no identity-based policy allows")
    bet(card, "Allowed")
    expect(card.get_by_text("You called it.")).to_be_hidden()
    expect(card.get_by_text("Not this time.")).to_be_visible()


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
    expect(card.get_by_text("The right place, too.")).to_be_visible()


def test_predict_in_print_tells_all(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    card = visit.page.locator(".iv-predict").first
    expect(card.locator(".iv-gates")).to_be_visible()
    expect(card.locator(".iv-verdict")).to_be_visible()


def test_predict_live(live: Visit) -> None:
    card = live.page.locator(".jupyter-widgets .iv-predict").first
    asked = len(live.requests)
    check_predict(card)
    assert "execute_request" not in live.requests[asked:]


# ── clock ──


def lamps(pane: Locator) -> list[str | None]:
    return [cell.get_attribute("data-outcome") for cell in pane.locator("td[data-outcome]").all()]


def test_clock_shows_one_instant_and_its_lamps(visit: Visit) -> None:
    clock = visit.page.locator(".iv-clock")
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
    clock, keyboard = visit.page.locator(".iv-clock"), visit.page.keyboard
    clock.get_by_role("radio").first.focus()
    for _ in range(8):
        keyboard.press("ArrowRight")
    pane = clock.locator(".iv-frame:visible")
    expect(pane).to_have_attribute("aria-label", "10:00: It expires; session ana ends")
    chip = clock.locator(".no", has_text="10:00")
    assert chip.evaluate("e => getComputedStyle(e).outlineWidth") == "3px"


def test_clock_does_not_move_what_stays(visit: Visit) -> None:
    clock = visit.page.locator(".iv-clock")
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
    box = page.locator(".jupyter-widgets").filter(has=page.locator(".iv-clock")).first
    handle, pane = box.locator(".noUi-handle"), box.locator(".iv-clock:visible")
    handle.scroll_into_view_if_needed()
    for _ in range(8):
        handle.press("ArrowRight")
    expect(pane.locator(".iv-caption")).to_have_text("It expires; session ana ends")
    assert lamps(pane)[2:] == ["ExpiredToken"] * 3
    assert "execute_request" not in live.requests[asked:]


# ── explorer ──


def choose(explorer: Locator, *labels: str) -> None:
    for label in labels:
        explorer.locator("label").get_by_text(label, exact=True).click()


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


# ── policy bench ──


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


# ── stepper ──


def step_shown(page: Page, group: str) -> Locator:
    return page.get_by_role("radiogroup", name=group, exact=True).locator(".iv-frame:visible")


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no scripts"])
def test_a_link_to_a_step_counts_until_one_is_chosen(page_for: PageFor, page_file: Path, js: bool) -> None:
    page = page_for(js=js).page
    page.goto(page_file.as_uri() + "#ana-and-the-staging-role-step-4")
    shown = step_shown(page, "Ana and the staging role")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 4 of"))
    shown.get_by_text("First", exact=True).click()
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))
    page.locator(".iv-predict .iv-caption").first.click()
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))


def test_without_a_link_the_first_step_shows_and_the_arrows_go_on(visit: Visit) -> None:
    page = visit.page
    shown = step_shown(page, "Ana and the staging role")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 1 of"))
    page.locator("#ana-and-the-staging-role-step-1").focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("aria-label", re.compile("^Step 2 of"))


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no scripts"])
def test_a_long_story_opens_the_chapter_that_a_link_names(page_for: PageFor, page_file: Path, js: bool) -> None:
    page = page_for(js=js).page
    page.goto(page_file.as_uri() + "#a-long-day-step-20")
    shown = page.locator(".iv-chapters .iv-frame:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", "Step 20 of 26")
    page.locator("summary", has_text="Chapter 2").click()
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("aria-label", "Step 10 of 26")
    shown.get_by_text("Last", exact=True).click()
    expect(shown).to_have_attribute("aria-label", "Step 18 of 26")


def test_one_click_selects_the_whole_command(page_for: PageFor, page_file: Path) -> None:
    page = page_for(js=True).page
    page.goto(page_file.as_uri())
    command = step_shown(page, "Ana and the staging role").locator("[data-iv-copy]")
    command.click(position={"x": 30, "y": 8})
    assert page.evaluate("getSelection().toString()") == command.inner_text()
    assert command.inner_text().startswith("aws s3api get-object ")


def test_print_shows_every_chapter(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    expect(visit.page.locator(".iv-chapters .iv-frame").last).to_be_visible()


# ── all ──


def test_the_page_asks_for_nothing_and_complains_of_nothing(visit: Visit) -> None:
    assert [url for url in visit.requests if not url.startswith("file:")] == []
    assert visit.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 760, 1100])
def test_nothing_is_wider_than_its_window(page_for: PageFor, page_file: Path, width: int, scheme: str) -> None:
    page = page_for(js=True, width=width, color_scheme=scheme).page
    page.goto(page_file.as_uri())
    keep_screenshot(page, f"{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1100])
def test_targets_are_large_enough(page_for: PageFor, page_file: Path, width: int) -> None:
    """What is clicked in a component is 34 px high, 44 px in a narrow window."""
    page = page_for(js=True, width=width).page
    page.goto(page_file.as_uri())
    least = 44 if width < 560 else 34
    small = page.evaluate(
        """least => [...document.querySelectorAll('.iamviz label, .iamviz summary')]
            .filter(e => e.checkVisibility()).map(e => [e.textContent, e.getBoundingClientRect().height])
            .filter(([text, height]) => height < least - .5)""",
        least,
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_object(page_for: PageFor, page_file: Path, scheme: str) -> None:
    page = page_for(color_scheme=scheme, width=820).page
    page.goto(page_file.as_uri())
    assert violations(page) == []
    page.evaluate("() => document.querySelectorAll('.iv-bet').forEach(bet => bet.querySelector('input').click())")
    choose(page.locator(".iv-explorer"), "StagingEngineer", "09:20")
    page.locator(".iv-clock .iv-rail label", has_text="10:00").click()
    assert violations(page) == []


def test_nothing_went_wrong_live(live: Visit) -> None:
    assert live.page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert live.errors == []
