"""Fragments for a blog: whole, one line, without scripts, and apart from each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamviz.export import ExportError, fragment, snippets
from iamviz.export.names import free_name, names_in, renamed
from iamviz.pictures.picture import Picture
from tests.conftest import MakeNotebook
from tests.html_check import problems

PICTURES = """
from iamviz.pictures.picture import Picture
radio = '<input type="radio" name="predict-1" id="predict-1-a"><label for="predict-1-a">x</label>'
Picture(f'<div class="iv-bet">{radio}</div>', "", frozenset({"frame"}))
"""
PAGE = '<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>a</h1>{}</main></body></html>'


def test_a_scenario_becomes_its_stepper(tmp_path: Path) -> None:
    (path,) = snippets(["staging_bucket"], tmp_path)
    html = path.read_text("utf-8")
    assert path.name == "ana-and-the-staging-role.html"
    assert html.count("\n") == 1
    assert html.endswith("\n")
    assert "<script" not in html
    assert html.count("<style") == 1
    assert html.count('<li class="iv-frame') == 11
    snippets(["staging_bucket"], tmp_path / "again")
    assert (tmp_path / "again" / path.name).read_text("utf-8") == html


def test_pictures_of_two_notebooks_have_names_of_their_own(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    notebooks = [make_notebook("01 One.ipynb", PICTURES, "'text'"), make_notebook("02_two.ipynb", PICTURES)]
    written = snippets(notebooks, tmp_path / "fragments")
    assert [path.name for path in written] == ["01-one-1.html", "02-two-1.html"]
    html = [path.read_text("utf-8") for path in written]
    assert names_in(html[0]) == ["iv-01-one-predict-1-a", "iv-01-one-predict-1"]
    assert '<label for="iv-02-two-predict-1-a">' in html[1]
    # <style> in the body is what blogs leave no other place for; everything else is valid.
    assert problems(PAGE.format(re.sub(r"<style.*?</style>", "", "".join(html)))) == []


def test_the_same_fragment_twice_on_a_page_has_names_of_its_own(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    cells = ("import iamviz as iv\niv.stepper(iv.play('staging_bucket'))", PICTURES)
    sources = [str(make_notebook("one.ipynb", *cells)), "chain"]
    first, second = snippets(sources, tmp_path), snippets(sources, tmp_path, suffix="again")
    assert [path.name for path in second] == [f"{path.stem}-again.html" for path in first]
    for once, twice in zip(first, second, strict=True):
        ours, others = names_in(once.read_text("utf-8")), names_in(twice.read_text("utf-8"))
        assert ours
        assert len(ours) == len(others)
        assert not set(ours) & set(others)
    both = "".join(re.sub(r"<style.*?</style>", "", path.read_text("utf-8")) for path in (*first, *second))
    assert problems(PAGE.format(both)) == []


@pytest.mark.parametrize("suffix", ["a b", '"', "x" * 31, "é"])
def test_an_ending_that_no_id_can_have(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ExportError, match="cannot end an id"):
        snippets(["staging_bucket"], tmp_path, suffix=suffix)


def test_a_line_break_in_preformatted_text_is_kept() -> None:
    html = fragment(Picture("<pre>a\n\n b</pre>\n\n<p>c</p>", ""))
    assert html.endswith("<pre>a&#10;&#10; b</pre> <p>c</p></div></div>\n")


@pytest.mark.parametrize(("source", "told"), [("staging_buckett", "mean 'staging_bucket'"), ("x.yaml", "x.yaml")])
def test_what_is_no_source(tmp_path: Path, source: str, told: str) -> None:
    with pytest.raises(ExportError, match=told):
        snippets([source], tmp_path)


def test_notebook_without_pictures(make_notebook: MakeNotebook, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no pictures"):
        snippets([make_notebook("plain.ipynb", "1 + 1")], tmp_path / "fragments")


# names


def test_names_are_renamed_wherever_they_are_used() -> None:
    html = (
        "<style>#a{b:c}#ab{d:#abc}</style>"
        '<b id="a">a</b><i aria-labelledby="a b"></i><a href="#a">x</a><a href="x#a">y</a><label for="a">z</label>'
        '<rect fill="url(#a)"/><input type="radio" name="n"><input type="text" name="t"><p title="#a">'
    )
    assert names_in(html) == ["a", "n"]
    assert renamed(html, {"a": "q&", "n": "m"}) == (
        "<style>#q&{b:c}#ab{d:#abc}</style>"
        '<b id="q&amp;">a</b><i aria-labelledby="q&amp; b"></i><a href="#q&amp;">x</a><a href="x#a">y</a>'
        '<label for="q&amp;">z</label>'
        '<rect fill="url(#q&amp;)"/><input type="radio" name="m"><input type="text" name="t"><p title="#a">'
    )


def test_free_name() -> None:
    assert free_name("a", set()) == "a"
    assert free_name("a", {"a", "a-2"}) == "a-3"
