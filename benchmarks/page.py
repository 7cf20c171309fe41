"""How heavy and how quick the exported first lesson is: prints one JSON line.

    python -m benchmarks.page

Exports `notebooks/00_start_here.ipynb`, opens it from a file in headless Chromium, and measures: bytes, requests,
milliseconds from navigation to the first frame painted, and from a click on Next, when all is quiet, to the next frame
painted (median, best and worst). `idle_ms` is the same wait without a click, which tells a busy machine from a slow
page; `click_work_ms` is the work alone that a click causes (style and layout). Needs the test extras and a Chromium on
PATH.
"""

import json
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from iamviz.export import export

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "00_start_here.ipynb"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SWITCHES += ["--disable-component-update", "--disable-sync"]
OPENED = 7

# A task behind the next animation frame runs when the browser has painted what the click changed.
CLICK = """
async () => {
  const times = [];
  for (let k = 1; k < document.querySelectorAll('.iv-stepper > input').length; k++) {
    const next = [...document.querySelectorAll('.iv-frame')].find(f => f.offsetParent).querySelector('.iv-nav label.n');
    await new Promise(done => setTimeout(done, 150));
    const before = performance.now();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const waited = performance.now() - before;
    await new Promise(done => setTimeout(done, 150));
    const start = performance.now();
    next.click();
    document.body.offsetHeight;
    const worked = performance.now();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push([performance.now() - start, worked - start, waited]);
  }
  return times;
}
"""
PAINTED = "() => performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint')?.startTime"


def first_paint(page: Page, address: str) -> float:
    """Milliseconds from navigation to the first frame on the screen."""
    page.goto(address)
    page.locator(".iv-stepper .iv-frame:visible").wait_for()
    return float(page.wait_for_function(PAINTED).json_value())


def main() -> None:
    """Export, open, click, print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page_file = export([NOTEBOOK], folder)[0]
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        requests: list[str] = []
        opened, clicks = [], []
        for _ in range(OPENED):
            context = browser.new_context(offline=True)
            page = context.new_page()
            page.on("request", lambda request: requests.append(request.url))
            opened.append(first_paint(page, page_file.as_uri()))
            clicks += page.evaluate(CLICK)
            context.close()
        browser.close()
        painted, worked, idle = zip(*clicks, strict=True)
        figures = {
            "bytes": page_file.stat().st_size,
            "requests_beside_the_page": len(requests) - OPENED,
            "first_frame_ms": round(statistics.median(opened), 1),
            "first_frame_worst_ms": round(max(opened), 1),
            "click_ms": round(statistics.median(painted), 1),
            "click_best_ms": round(min(painted), 1),
            "click_worst_ms": round(max(painted), 1),
            "click_work_ms": round(statistics.median(worked), 1),
            "idle_ms": round(statistics.median(idle), 1),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
