"""Exported pages: whole, alone, without scripts, the same on every run, and clear about what failed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from iamviz.clean_html import Outline, clean, clean_css
from iamviz.export import CellFailedError, ExportError, ExportFailedError, export
from tests.conftest import MakeNotebook
from tests.html_check import problems

PICTURE = """
from iamviz.pictures.picture import Picture
Picture('<div class="iv-{0}">{0} {1}</div>', "{0}", frozenset({{"{0}"}}), {1})
"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


class Reader(HTMLParser):
    """The elements of a page, its text, and every address in it that a browser would fetch by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.fetched: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "srcset", "data", "poster") or (name.endswith("href") and tag not in ("a", "use")):
                self.fetched.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A notebook with one of everything, and the folder of its pages."""
    import nbformat
    from nbformat.v4 import new_notebook

    folder = tmp_path_factory.mktemp("toy")
    (folder / "dot.png").write_bytes(__import__("base64").b64decode(PNG))
    attached = new_markdown_cell("![attached](attachment:a.png)", attachments={"a.png": {"image/png": PNG}})
    cells = [
        new_markdown_cell(
            "## Who may *become* whom\n\nAna needs one bucket. [Next](02_next.ipynb#more), [AWS](https://aws.amazon.com)."
            "\n\nMore."
        ),
        new_code_cell("print('<b>plain</b>', {'b', 'a', 'c'})"),
        new_markdown_cell("#### Deep\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n# Again first"),
        new_markdown_cell(
            "![local](dot.png) ![far](http://example.com/x.png)\n\n<p><img alt='in HTML' src='dot.png'></p>"
        ),
        new_markdown_cell(
            "<details><summary>Solution</summary>\n\nIt is **folded**.\n\n</details>\n\nAnd this is not."
        ),
        attached,
        new_code_cell(PICTURE.format("lock", 0)),
        new_code_cell(PICTURE.format("frame", 4)),
        new_code_cell(PICTURE.format("frame", 9)),
        new_code_cell("import pandas\npandas.DataFrame({'allowed': [1, 2]})"),
        new_code_cell("import ipywidgets\nipywidgets.IntSlider(description='slide')"),
        new_code_cell(
            "from IPython.display import HTML, SVG\n"
            "HTML('<b onclick=x>bold</b></main></body><iframe src=//x></iframe>')"
        ),
        new_code_cell('SVG(\'<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>\')'),
        new_code_cell("import sys; print('to stderr', file=sys.stderr)"),
        new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
        new_code_cell("'secret cell'", metadata={"tags": ["remove-cell"]}),
        new_code_cell("'shown value'", metadata={"tags": ["hide-input"]}),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "another-environment", "display_name": "x", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "01_toy.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Next", id="a")]), folder / "02_next.ipynb")
    before = (folder / "01_toy.ipynb").read_bytes()
    written = export([folder], folder / "pages")
    assert [path.name for path in written] == ["01_toy.html", "02_next.html", "index.html"]
    assert (folder / "01_toy.ipynb").read_bytes() == before
    return folder / "01_toy.ipynb", folder / "pages"


@pytest.fixture(scope="module")
def page(toy: tuple[Path, Path]) -> str:
    return (toy[1] / "01_toy.html").read_text("utf-8")


def test_pages_fetch_nothing_and_have_no_script_but_the_one(toy: tuple[Path, Path]) -> None:
    for path in toy[1].iterdir():
        reader = Reader(path.read_text("utf-8"))
        assert not {"iframe", "link", "object", "embed", "base"} & set(reader.tags)
        assert reader.tags.count("script") == (path.name in ("01_toy.html", "02_next.html"))
        assert reader.handlers == []
        assert [address for address in reader.fetched if not address.startswith("data:image/")] == []


def test_page_forbids_itself_scripts_and_requests(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy[1] == (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<style")


def test_the_script_is_small_and_the_overview_has_none(page: str, toy: tuple[Path, Path]) -> None:
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script
    assert len(script[1].encode()) < 3000
    assert "script-src" not in (toy[1] / "index.html").read_text("utf-8")


def test_page_is_named_by_its_first_heading(page: str) -> None:
    assert "<title>Who may become whom</title>" in page
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


def test_headings_go_down_one_at_a_time(page: str) -> None:
    assert re.findall(r"<(h\d)", page) == ["h1", "h2", "h2"]
    assert '<h1 id="Who-may-become-whom">' in page


def test_one_copy_of_the_style_rules(page: str) -> None:
    from iamviz.pictures.css import css_for

    rules = css_for(["frame", "lock"], 9)
    assert page.count(rules) == 1
    assert page.count(".iamviz.iamviz{") == rules.count(".iamviz.iamviz{")
    assert "iv-style" not in page


def test_html_is_preferred_to_widgets(page: str) -> None:
    assert "IntSlider(" in page
    assert "widget-view" not in page
    assert "model_id" not in page
    assert 'class="dataframe"' in page


def test_outputs_are_shown(page: str) -> None:
    text = Reader(page).text
    assert "<b>plain</b>" in text
    assert "bold" in text
    assert '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>' in page
    assert '<div class="output err"><pre>to stderr</pre>' in page
    assert "ZeroDivisionError: division by zero" in text
    assert "secret cell" not in text
    assert "<details><summary>Show the code</summary>" in page


def test_images_are_inside_or_links(page: str) -> None:
    assert page.count(f"data:image/png;base64,{PNG}") == 3
    assert '<a href="http://example.com/x.png" rel="noreferrer">far</a>' in page


def test_details_fold_what_they_hold(page: str) -> None:
    folded = re.search(
        r"<details><summary>Solution</summary>\s*<p>It is <strong>folded</strong>\.</p>\s*</details>", page
    )
    assert folded
    assert page.index("And this is not.") > folded.end()


def test_links_between_notebooks_lead_to_their_pages(page: str) -> None:
    assert '<a href="02_next.html#more">Next</a>' in page
    assert '<a href="https://aws.amazon.com" rel="noreferrer">AWS</a>' in page


def test_index_has_a_card_for_each_page(toy: tuple[Path, Path]) -> None:
    index = (toy[1] / "index.html").read_text("utf-8")
    cards = re.findall(r'<li><a href="([^"]*)">\s*<b>(.*?)</b> <span>(.*?)</span> <small>(.*?)</small>', index)
    assert cards == [
        ("01_toy.html", "Who may become whom", "Ana needs one bucket. Next, AWS.", "4 min"),
        ("02_next.html", "Next", "", "1 min"),
    ]


def test_pages_lead_to_the_one_before_and_the_one_after(toy: tuple[Path, Path]) -> None:
    first, second = ((toy[1] / name).read_text("utf-8") for name in ("01_toy.html", "02_next.html"))
    assert '<a rel="next" href="02_next.html"><small>Next</small> <b>Next</b></a>' in first
    assert 'rel="prev"' not in first
    assert '<a rel="prev" href="01_toy.html"><small>Previous</small> <b>Who may become whom</b></a>' in second
    assert 'rel="next"' not in second
    assert '<a href="index.html">All pages</a>' in first


def test_same_bytes_on_every_run(toy: tuple[Path, Path], tmp_path: Path) -> None:
    export([toy[0].parent], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in toy[1].iterdir()
    }


def test_kernel_is_that_of_this_interpreter(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    import sys

    notebook = make_notebook("where.ipynb", "import sys, os\nprint(sys.executable)\nprint(os.getcwd())")
    export([notebook], tmp_path / "pages")
    text = Reader((tmp_path / "pages" / "where.html").read_text("utf-8")).text
    assert sys.executable in text
    assert str(tmp_path.resolve()) in text


def test_hostile_title(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    title = '</title><script>x</script> "onload=x ]]> {{ 7 * 7 }} &lt;b&gt;'
    notebook = make_notebook("hostile.ipynb", f"md:# `{title}`\n\n`{title}`")
    export([notebook], tmp_path / "pages")
    for name in ("hostile.html", "index.html"):
        reader = Reader((tmp_path / "pages" / name).read_text("utf-8"))
        assert reader.tags.count("script") == (name == "hostile.html")
        assert title in reader.text


def test_one_page_alone_has_no_way_to_others(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    export([make_notebook("alone.ipynb", "md:# Alone")], tmp_path / "pages")
    assert "<nav" not in (tmp_path / "pages" / "alone.html").read_text("utf-8")


def test_pages_are_valid_html(toy: tuple[Path, Path]) -> None:
    for path in sorted(toy[1].iterdir()):
        assert problems(path.read_text("utf-8")) == []


def test_an_empty_header_is_a_cell(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    table = '<table><tr><th class="t" scope="col"> </th><th scope="col">a</th></tr></table>'
    cell = f"from IPython.display import HTML\nHTML('{table}')"
    export([make_notebook("table.ipynb", "md:# T", cell)], tmp_path / "pages")
    page = (tmp_path / "pages" / "table.html").read_text("utf-8")
    assert '<tr><td class="t"></td><th scope="col">a</th></tr>' in page


def test_what_is_shown_twice_has_names_of_its_own(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    radio = '<input type="radio" name="n" id="i"><label for="i">x</label><a href="#i">i</a>'
    cell = f"from IPython.display import HTML\nHTML('{radio}')"
    export([make_notebook("twice.ipynb", "md:# T\n\n## A\n\n## A", cell, "md:## A", cell)], tmp_path / "pages")
    page = (tmp_path / "pages" / "twice.html").read_text("utf-8")
    assert radio in page
    assert '<input type="radio" name="n-2" id="i-2"><label for="i-2">x</label><a href="#i-2">i</a>' in page
    assert re.findall(r'<h2(?: id="(.*?)")?>', page) == ["A", "", "A-2"]
    assert problems(page) == []


def test_failing_cell_is_named_and_the_others_are_written(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    good = make_notebook("good.ipynb", "md:# Good")
    bad = make_notebook("bad.ipynb", "md:# Bad", "x = 1", "x += 1\nundefined_name")
    with pytest.raises(ExportFailedError) as raised:
        export([bad, good], tmp_path / "pages")
    (failure,) = raised.value.failures
    assert isinstance(failure, CellFailedError)
    assert failure.cell == 3
    assert str(failure) == f"{bad}, cell 3 (x += 1): NameError: name 'undefined_name' is not defined"
    assert [path.name for path in raised.value.written] == ["good.html", "index.html"]
    assert not (tmp_path / "pages" / "bad.html").exists()


def test_kernel_that_dies_is_told(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    notebook = make_notebook("dies.ipynb", "import os\nos._exit(3)")
    with pytest.raises(ExportError, match=r"cell 1 \(import os\): the kernel died"):
        export([notebook], tmp_path / "pages")


def test_progress_counts_cells(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    notebook = make_notebook("counts.ipynb", "md:# One", "2", "3")
    seen: list[tuple[str, int, int]] = []
    export([notebook], tmp_path / "pages", lambda path, done, cells: seen.append((path.name, done, cells)))
    assert seen == [("counts.ipynb", done, 3) for done in (0, 1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ipynb", "", "the file is empty"),
        ("a.ipynb", '{"cells": [,]}', "line 1, column 12 is not JSON"),
        ("a.ipynb", "[1]", "is not a notebook"),
        ("a.ipynb", "{}", "is not a notebook"),
        ("a.ipynb", b"\xff\xfe", "it is not UTF-8 text"),
        ("a.txt", "x", "its name does not end in .ipynb"),
    ],
)
def test_what_is_no_notebook(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ExportError, match=re.escape(message)) as raised:
        export([path], tmp_path / "pages")
    assert str(path) in str(raised.value)


def test_notebook_in_another_language(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    notebook = make_notebook("r.ipynb", "1", kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    with pytest.raises(ExportError, match="written in R"):
        export([notebook], tmp_path / "pages")


def test_misnamed(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    one, two = make_notebook("a/same.ipynb", "md:1"), make_notebook("b/same.ipynb", "md:2")
    with pytest.raises(ExportError, match=r"would both be written as same\.html"):
        export([one, two], tmp_path / "pages")
    with pytest.raises(ExportError, match="there is no file"):
        export([tmp_path / "absent.ipynb"], tmp_path / "pages")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError, match="no notebook in the folder"):
        export([tmp_path / "empty"], tmp_path / "pages")
    with pytest.raises(ExportError, match="is a file; the pages need a folder"):
        export([one], two)
    assert [path.name for path in export([one, one, one.parent], tmp_path / "pages")] == ["same.html", "index.html"]


# the cleaner


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("<b>a", "<b>a</b>"),
        ("a</div></main></body>b", "ab"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a <details><summary>s</summary></p>b</details>", "<p>a </p><details><summary>s</summary>b</details>"),
        ("<b><div>x</b>y</div>", "<b><div>xy</div></b>"),
        ("<script>1</script>x<SCRIPT src=y></SCRIPT>", "x"),
        ("<scr<script>ipt>1", "ipt&gt;1"),
        ("<svg/onload=alert(1)><path d='M0'/>", '<svg><path d="M0"/></svg>'),
        ("<a href=' java\tscript:x'>a</a>", "<a>a</a>"),
        ("<a href='JAVASCRIPT:x'>a</a><a href='data:text/html,x'>b</a>", "<a>a</a><a>b</a>"),
        ("<a href='//evil'>a</a><a href='x.html'>b</a>", '<a>a</a><a href="x.html">b</a>'),
        ("<svg><use xlink:href='http://x/y#z'/><use href='#z'/></svg>", '<svg><use/><use href="#z"/></svg>'),
        ("<svg><title>t</title></svg><title>u</title>v", "<svg><title>t</title></svg>v"),
        ("<svg><style><img src=x onerror=y></style></svg>", "<svg><style>< img src=x onerror=y></style></svg>"),
        ("<input type=radio checked name=a id=b>", '<input type="radio" checked name="a" id="b">'),
        ("<div style='background:url(http://x)'>", '<div style="background:none"></div>'),
        ("<div style='fill:url(#a)'>", '<div style="fill:url(#a)"></div>'),
        ("<!-- c --><![CDATA[x]]>&amp;&lt;b&gt;", "&amp;&lt;b&gt;"),
        ("<form action=x><button formaction=y>b</button></form>", "<button>b</button>"),
        ("<svg viewBox='0 0 1 1'><linearGradient id=a gradientUnits=u /></svg>",
         '<svg viewBox="0 0 1 1"><linearGradient id="a" gradientUnits="u"/></svg>'),
        ('<p title="&quot;onload=x">', '<p title="&quot;onload=x"></p>'),
        ("<h2>x</h2>", "<h2>x</h2>"),
    ],
)  # fmt: skip
def test_clean(dirty: str, cleaned: str) -> None:
    assert clean(dirty).html == cleaned


def test_clean_writes_no_tag_that_was_not_ended() -> None:
    assert "<" not in clean("a<img src=x onerror=alert(1)//").html  # text or nothing, as the Python has it


def test_clean_collects_styles_heading_and_paragraph() -> None:
    result = clean(
        '<style class="iv-style" data-iv="map lock" data-steps="9">a{b:c}</style>'
        "<h3>A <b>b</b></h3><p></p><p>C\n d</p><p>e",
        outline=Outline(),
    )
    assert result.html == "<h1>A <b>b</b></h1><p></p><p>C\n d</p><p>e</p>"
    assert (result.heading, result.paragraph) == ("A b", "C d")
    assert [(style.components, style.steps, style.css) for style in result.styles] == [(("map", "lock"), 9, "a{b:c}")]


def test_clean_css_loads_nothing() -> None:
    assert clean_css("@import 'x';a{b:url( http://x )}c{d:url(data:x)}e{f:url('#g')}") == (
        "nonea{b:none}c{d:url(data:x)}e{f:url('#g')}"
    )
    assert "</style" not in clean_css("a</style><script>")


def test_clean_gives_what_it_is_given_twice() -> None:
    once = clean("<section><p>a &amp; b<ul><li>c<svg viewBox='0'><path/></svg></ul></section>").html
    assert clean(once).html == once
    assert json.dumps(once)
