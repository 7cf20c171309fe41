"""Two fragments pasted into one blog post that has styles of its own: each works, neither disturbs anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from iamviz.export import snippets
from tests.browser.conftest import PageFor, Visit, violations

BLOG = """<!doctype html><html lang="en"><head><title>Blog</title><style>
body {{ font: 18px serif; color: navy; }} .post p, .post li {{ margin: 3em; list-style: square; }}
.post label {{ display: block; }} .post input {{ position: static; width: 50%; }} .post td {{ border: 2px solid red; }}
</style></head><body><main class="post"><h1>My post</h1><p id="mine">Words of mine</p>{}</main></body></html>"""
FIRST, SECOND = "Ana and the staging role", "Two locks on one door"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def blog(request: pytest.FixtureRequest, page_for: PageFor, tmp_path: Path) -> Visit:
    written = snippets(["staging_bucket", "two_locks"], tmp_path / "fragments")
    (tmp_path / "blog.html").write_text(BLOG.format("".join(path.read_text("utf-8") for path in written)), "utf-8")
    visit = page_for(js=request.param)
    visit.page.goto((tmp_path / "blog.html").as_uri())
    return visit


def frame(blog: Visit, story: str) -> Locator:
    return blog.page.get_by_role("radiogroup", name=story).locator(".iv-frame:visible")


def test_each_walks_by_itself(blog: Visit) -> None:
    frame(blog, FIRST).get_by_text("Next", exact=True).click()
    frame(blog, FIRST).get_by_text("Next", exact=True).click()
    expect(frame(blog, FIRST)).to_have_attribute("aria-label", "Step 3 of 11")
    expect(frame(blog, SECOND)).to_have_attribute("aria-label", re.compile("Step 1 of"))
    frame(blog, SECOND).get_by_text("Last", exact=True).click()
    expect(frame(blog, SECOND).locator(".iv-nav .off")).to_have_text(["Next", "Last"])
    expect(frame(blog, FIRST)).to_have_attribute("aria-label", "Step 3 of 11")
    assert len(blog.requests) == 1
    assert blog.errors == []


RUDE = """<!doctype html><html lang="en"><head><title>Blog</title><style>
* {{ box-sizing: border-box; }} body {{ background: #1b1e2b; color: #ffd; font: 20px serif; letter-spacing: 2px; }}
table {{ border: 4px solid pink; width: 50%; }} td, th {{ border: 2px dashed lime; padding: 1em; background: #400; }}
label {{ display: block; font-weight: 900; text-transform: uppercase; color: red; }} b, span {{ color: yellow; }}
input {{ width: 100%; height: 3em; border: 3px solid cyan; }} p, li {{ color: #eee; text-indent: 3em; }}
p, li {{ font-size: 1.2em; }} svg {{ fill: orange; width: 20px; }} pre, code {{ background: #fff; color: #000; }}
[hidden] {{ display: none !important; }}
</style></head><body><main><h1>My post</h1>{}</main></body></html>"""


def test_a_rude_dark_blog_changes_nothing_in_a_fragment(page_for: PageFor, tmp_path: Path) -> None:
    """Each element looks as it does in a page without any rules; read on light and on dark, it has contrast."""
    (written,) = snippets(["staging_bucket"], tmp_path / "fragments")
    look = """node => [...node.querySelectorAll('.iamviz *')].map(part => {
        const s = getComputedStyle(part);
        return [part.tagName, s.display, s.color, s.fill, s.fontSize, s.fontWeight, s.letterSpacing, s.lineHeight,
            s.textIndent, s.textTransform, s.padding, s.margin, s.border, s.backgroundColor].join(' | ');
    })"""
    seen = []
    plain = '<!doctype html><html lang="en"><head><title>Blog</title></head><body><main>{}</main></body></html>'
    for number, blog in enumerate((RUDE, plain)):
        (tmp_path / f"{number}.html").write_text(blog.format(written.read_text("utf-8")), "utf-8")
        page = page_for(js=True).page
        page.goto((tmp_path / f"{number}.html").as_uri())
        if number == 0:
            assert violations(page, ".iamviz") == []
            page.get_by_text("Next", exact=True).locator("visible=true").click()
            page.get_by_text("Prev", exact=True).locator("visible=true").click()
        seen.append(page.locator("body").evaluate(look))
    assert [pair for pair in zip(*seen, strict=True) if pair[0] != pair[1]] == []


def test_styles_stay_on_their_side(blog: Visit) -> None:
    caption = frame(blog, FIRST).locator(".iv-caption")
    look = "node => { const style = getComputedStyle(node); return [style.marginTop, style.fontSize, style.color]; }"
    assert caption.evaluate(look)[:2] == ["0px", "19px"]
    assert blog.page.locator("#mine").evaluate(look) == ["54px", "18px", "rgb(0, 0, 128)"]
