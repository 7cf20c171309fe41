"""Print a page to PDF by a Chromium of this machine: `python scripts/print_pdf.py PAGE.html [--browser chromium]`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SWITCHES = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run")


def print_pdf(page: Path, browser: str) -> Path:
    """The PDF beside the page."""
    found = next(filter(None, map(shutil.which, (browser, *NAMES))), None)
    if not found:
        sys.exit(f"no browser to print with: looked for {browser}, {', '.join(NAMES)}. Open {page} and print it.")
    pdf = page.resolve().with_suffix(".pdf")
    with tempfile.TemporaryDirectory() as profile:
        command = [found, *SWITCHES, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return pdf


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--browser", default="chromium", help="the browser to print with")
    given = parser.parse_args()
    print(print_pdf(given.page, given.browser))
