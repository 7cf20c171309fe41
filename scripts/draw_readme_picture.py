"""The picture of the README: step 6 of the first story, its bet made. `python scripts/draw_readme_picture.py`

Needs the test extras and a Chromium on PATH.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import iamviz as iv
from iamviz.pictures.story_frames import stepper_picture

TARGET = Path(__file__).parent.parent / "docs" / "images" / "stepper.png"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Draw the stepper, choose the step, make the bet, take the picture."""
    page_text = stepper_picture(iv.play("staging_bucket"), "readme").page
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:24px">{page_text}', "utf-8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        page = browser.new_page(viewport={"width": 848, "height": 900}, device_scale_factor=1.5)
        page.goto(file.as_uri())
        page.get_by_role("radio", name="Step 6 of 11").click()
        page.locator(".iv-bet:visible label").filter(has_text="Denied").click()
        page.mouse.move(0, 0)
        page.locator(".iv-stepper").screenshot(path=TARGET)
        browser.close()
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
