"""All components on one page: requests, widths, sizes of what is clicked, and axe-core."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.components.conftest import choose, keep_screenshot
from tests.browser.conftest import PageFor, Visit, violations


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
    page.locator(".iv-clock:not(.iv-slider) .iv-rail label", has_text="10:00").click()
    assert violations(page) == []


def test_axe_finds_nothing_in_what_is_live(live: Visit) -> None:
    """JupyterLab keeps what is in sight: the clock with Play and its slider, and what stands around it."""
    live.page.locator(".jupyter-widgets .iv-clock [type=range]").first.scroll_into_view_if_needed()
    assert violations(live.page, ".jupyter-widgets") == []
