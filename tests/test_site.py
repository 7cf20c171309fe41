"""What stands beside the pages: overview, glossary, cheat sheet; and what they tell of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamviz.export import ExportError, export, read_notebook, write_cheat_sheet
from iamviz.export.cells import Cell, Output, Page
from iamviz.export.glossary import read_glossary, with_uses
from iamviz.export.summary import beginning, minutes, picture, sections, told_in_short
from tests.conftest import MakeNotebook
from tests.html_check import problems

GLOSSARY = """# Words
| term | meaning |
| --- | --- |
| trust policy | Who may `assume` it. <script>x</script> |
| role chaining | One after the other. |
| service control policy (SCP) | A limit. |
"""


def lesson(name: str, *texts: str) -> Page:
    return Page(name=name, title=name.upper(), cells=[Cell(text=text) for text in texts])


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.md"
    path.write_text(GLOSSARY, "utf-8")
    return path


def test_sections_are_cut_at_headings() -> None:
    begin = "<p>Before.</p><h1 id='x'>A <b>role</b></h1><p>One.</p>"
    page = lesson("a.html", begin, "<h2>B</h2><p><strong>two</strong></p>")
    assert [(part.anchor, part.heading) for part in sections(page)] == [("", ""), ("x", "A role"), ("", "B")]
    assert [part.text.split() for part in sections(page)] == [["Before."], ["A", "role", "One."], ["B", "two"]]
    assert [part.bold.split() for part in sections(page)] == [[], ["role"], ["two"]]


def test_minutes_count_words_frames_and_code() -> None:
    page = lesson("a.html", "word " * 360)
    assert minutes(page) == 2
    page.cells.append(Cell(outputs=(Output('<li class="iv-frame"></li>' * 4, "html"),)))
    assert minutes(page) == 3
    page.cells += [Cell(code="x"), Cell(code="y", folded=True)]
    assert minutes(page) == 4
    assert minutes(lesson("b.html")) == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ana works. She reads.", "Ana works."),
        ("See e.g. that one here", "See e.g. that one here"),
        ("Who? Nobody.", "Who?"),
        ("", ""),
    ],
)
def test_beginning_has_a_sentence_at_least(text: str, first: str) -> None:
    assert beginning(text, 10) == first
    assert beginning(text) == text


def test_a_card_tells_the_question_of_its_page() -> None:
    page = lesson("a.html", "<p><b>No</b> secret.</p>", "<h2>Q</h2><p><b>Whose\nkey?</b> Many say <b>mine?</b></p>")
    page.lede = "No secret. None at all."
    assert told_in_short(page) == "Whose key?"
    assert told_in_short(Page("b", lede=page.lede)) == "No secret. None at all."


def test_picture_is_the_first_map_without_its_names() -> None:
    map_ = (
        '<svg class="iv-map iv-map-wide" role="img" aria-label="Ana" viewBox="0 0 9 9" style="max-width:9px">'
        '<title>arn</title><svg x="1"/><svg><path id="p"/></svg></svg>'
    )
    lock = '<svg role="img" aria-label="lock"><path/></svg>'
    page = Page("a", cells=[Cell(outputs=(Output(lock, "html"), Output(f"<p>{map_}</p>", "html")))])
    assert picture(page) == (
        '<svg aria-hidden="true" focusable="false" class="iv-map" viewBox="0 0 9 9">'
        '<svg x="1"/><svg><path/></svg></svg>'
    )
    page.cells = [Cell(outputs=(Output(lock, "html"),))]
    assert picture(page) == '<svg aria-hidden="true" focusable="false"><path/></svg>'
    assert picture(Page("a")) == ""


def test_glossary_is_read_in_alphabetical_order(words: Path) -> None:
    terms = read_glossary(words)
    assert [(term.name, term.anchor) for term in terms] == [
        ("role chaining", "role-chaining"),
        ("service control policy (SCP)", "service-control-policy-scp"),
        ("trust policy", "trust-policy"),
    ]
    assert terms[2].meaning == "Who may <code>assume</code> it. "


def test_glossary_links_to_where_a_term_is_used(words: Path) -> None:
    pages = [
        lesson("a.html", "<h1 id='t'>T</h1><p>Two trust policies, some SCPs, an antitrust policy.</p>"),
        lesson("b.html", "<h1 id='t'>T</h1><p>A trust policy.</p><h2 id='u v'>U</h2><p><b>Trust policy</b></p>"),
        lesson("c.html", "<p>The scp command.</p>"),
    ]
    found = {term.name: [use.href for use in term.uses] for term in with_uses(read_glossary(words), pages)}
    assert found == {
        "role chaining": [],
        "service control policy (SCP)": ["a.html#t"],
        "trust policy": ["b.html#u%20v", "a.html#t"],  # where it is in bold comes first
    }


@pytest.mark.parametrize(
    ("text", "told"), [("no table", "no table of terms"), (GLOSSARY + "| Trust policy | Twice. |\n", "twice")]
)
def test_what_is_no_glossary(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "words.md").write_text(text, "utf-8")
    with pytest.raises(ExportError, match=told):
        read_glossary(tmp_path / "words.md")
    with pytest.raises(ExportError, match="cannot be read"):
        read_glossary(tmp_path / "absent.md")


def test_site_is_valid_and_its_links_lead_somewhere(make_notebook: MakeNotebook, words: Path, tmp_path: Path) -> None:
    notebooks = [
        make_notebook("01_a.ipynb", "md:# A\n\nFirst.", "import iamviz as iv\niv.stepper(iv.play('staging_bucket'))"),
        make_notebook("02_b.ipynb", "md:# B & C\n\n## The **trust policy**\n\nWho."),
    ]
    written = export(notebooks, tmp_path / "site", glossary=words, with_cheat_sheet=True, title="Roles & <more>")
    names = [path.name for path in written]
    assert names == ["01_a.html", "02_b.html", "index.html", "glossary.html", "cheat_sheet.html"]
    pages = {path.name: path.read_text("utf-8") for path in written}
    for name, page in pages.items():
        assert problems(page) == [], name
        assert len(page) < 500_000
        for href in re.findall(r'<a\b[^>]* ?href="([^"#:]+)(?:#[^"]*)?"', page):
            assert href in names, f"{name}: {href}"
    assert "<h1>Roles &amp; &lt;more&gt;</h1>" in pages["index.html"]
    assert pages["index.html"].count('<svg aria-hidden="true" focusable="false" display="none" class="iv-map"') == 1
    assert re.search(r'Explained in\s*<a href="02_b.html#The-trust-policy">B &amp; C</a>', pages["glossary.html"])
    assert '<a href="index.html">All pages</a>' in pages["cheat_sheet.html"]
    assert write_cheat_sheet(tmp_path / "site").read_text("utf-8") == pages["cheat_sheet.html"]


def test_own_pages_keep_their_names(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the glossary"):
        export([make_notebook("Glossary.ipynb", "md:# G")], tmp_path / "site")


def test_cheat_sheet_shows_the_four_pictures(tmp_path: Path) -> None:
    page = write_cheat_sheet(tmp_path).read_text("utf-8")
    assert problems(page) == []
    for marker in ("iv-lock", "iv-gates", "iv-life", "iv-cond", "iv-legend"):
        assert f'class="{marker}' in page, marker
    assert "differs" in page
    assert "not in the request" in page
    assert write_cheat_sheet(tmp_path / "again").read_text("utf-8") == page


def test_shipped_lessons_make_a_valid_site(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make site` writes it, from the outputs that the notebooks keep (nbval holds them against a new run)."""
    monkeypatch.setattr("iamviz.export.site.execute", lambda source, progress: read_notebook(source))
    glossary = repository / "docs" / "glossary.md"
    written = export([repository / "notebooks"], tmp_path, glossary=glossary, with_cheat_sheet=True)
    wrong = {path.name: found for path in written if (found := problems(path.read_text("utf-8")))}
    assert wrong == {}
    assert sum(path.stat().st_size for path in written) < 15_000_000
    names = {path.name for path in written}
    for path in written:
        links = re.findall(r'<a\b[^>]* ?href="([^"#:]+)(?:#[^"]*)?"', path.read_text("utf-8"))
        assert {link for link in links if link.endswith(".html") and link not in names} == set(), path.name
