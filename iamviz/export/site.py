"""Notebooks as pages: executed, written as one file each, joined by links, an overview and a glossary."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from iamviz.export.cells import Page, make_page, merge_styles
from iamviz.export.cheat_sheet import cheat_sheet
from iamviz.export.errors import ExportError, ExportFailedError
from iamviz.export.glossary import read_glossary, with_uses
from iamviz.export.notebooks import Progress, execute, find_notebooks
from iamviz.export.summary import minutes, picture, told_in_short
from iamviz.pictures.css import components_in, css_for

INDEX, GLOSSARY, CHEAT_SHEET = "index.html", "glossary.html", "cheat_sheet.html"
_SITE = ((INDEX, "All pages"), (GLOSSARY, "Glossary"), (CHEAT_SHEET, "Cheat sheet"))


@dataclass(frozen=True)
class Card:
    """What the overview shows of a page."""

    page: Page
    sentence: str
    minutes: int
    picture: str


def export(
    notebooks: Iterable[str | os.PathLike[str]],
    to: str | os.PathLike[str],
    progress: Progress | None = None,
    *,
    glossary: str | os.PathLike[str] | None = None,
    with_cheat_sheet: bool = False,
    title: str = "iamviz",
) -> list[Path]:
    """Execute the notebooks (a folder stands for those in it) and write a page for each into the folder `to`.

    Pages lead to the one before and the one after. Beside them stand `index.html`, headed ``title``, with a card for
    each, with `glossary` (a Markdown file with a table of terms) a `glossary.html` that links each term to where it is
    explained and used, and `cheat_sheet.html` when that is wanted. The list returned ends with these. The notebooks
    themselves are not changed. A notebook that fails does not keep the others from being written: `ExportFailedError`
    is raised at the end.
    """
    sources = find_notebooks(notebooks)
    terms = read_glossary(Path(glossary)) if glossary is not None else []
    target = folder_for(to, "pages")
    links = {source.name: f"{source.stem}.html" for source in sources}
    pages: list[Page] = []
    failures: list[ExportError] = []
    for source in sources:
        try:
            pages.append(make_page(execute(source, progress), source, links))
        except ExportError as error:
            failures.append(error)
    written: list[Path] = []
    if pages:
        there = {INDEX: len(sources) > 1, GLOSSARY: bool(terms), CHEAT_SHEET: with_cheat_sheet}
        site = [link for link in _SITE if there[link[0]]]
        written = [_write(target / page.name, text) for page, text in _lessons(pages, site)]
        written.append(_write(target / INDEX, _index(pages, site, title)))
        if terms:
            written.append(_write(target / GLOSSARY, _glossary(with_uses(terms, pages), site)))
        if with_cheat_sheet:
            written.append(_write(target / CHEAT_SHEET, _cheat_sheet(site)))
    if failures:
        raise ExportFailedError(failures, written)
    return written


def write_cheat_sheet(to: str | os.PathLike[str]) -> Path:
    """Write `cheat_sheet.html` into the folder: the four pictures on one printed sheet.

    It leads back to the overview and the glossary where the folder has them.
    """
    target = folder_for(to, "pages")
    return _write(target / CHEAT_SHEET, _cheat_sheet([link for link in _SITE if (target / link[0]).exists()]))


def folder_for(to: str | os.PathLike[str], what: str) -> Path:
    """The folder, made when it is absent."""
    target = Path(to)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ExportError(f"{target} is a file; the {what} need a folder") from None
    return target


def _lessons(pages: Sequence[Page], site: Sequence[tuple[str, str]]) -> Iterable[tuple[Page, str]]:
    script = _script()
    for number, page in enumerate(pages):
        yield (
            page,
            _render(
                "page.html.j2",
                title=page.title,
                description=page.lede,
                css=f"{_page_css()}\n{merge_styles(page.styles)}",
                site=site,
                page=page,
                before=pages[number - 1] if number else None,
                after=pages[number + 1] if number + 1 < len(pages) else None,
                script=script,
                script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode(),
            ),
        )


def _index(pages: Sequence[Page], site: Sequence[tuple[str, str]], title: str) -> str:
    cards = [Card(page, told_in_short(page), minutes(page), picture(page)) for page in pages]
    drawn = "".join(card.picture for card in cards)
    count = f"{len(pages)} page{'' if len(pages) == 1 else 's'}"
    return _render(
        "index.html.j2",
        title=title,
        description=f"{count}. Each is one file that works by itself, without a network and without scripts.",
        css=f"{_page_css()}\n{css_for(components_in(drawn)) if drawn else ''}",
        site=[link for link in site if link[0] != INDEX],
        cards=cards,
    )


def _glossary(terms: Sequence[Any], site: Sequence[tuple[str, str]]) -> str:
    return _render(
        "glossary.html.j2",
        title="Glossary",
        description="AWS’s own words, each in a sentence of ours, and where the lessons explain or use them.",
        css=_page_css(),
        site=[link for link in site if link[0] != GLOSSARY],
        terms=terms,
    )


def _cheat_sheet(site: Sequence[tuple[str, str]]) -> str:
    sheet = cheat_sheet()
    return _render(
        "cheat_sheet.html.j2",
        title=sheet.title,
        description=sheet.description,
        css=f"{_page_css()}\n{css_for(sheet.components)}",
        site=[link for link in site if link[0] != CHEAT_SHEET],
        sheet=sheet,
    )


def _render(template: str, **values: Any) -> str:
    return str(_environment().get_template(template).render({"site": [], **values}))


def _write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("iamviz"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _page_css() -> str:
    return _template_text("page.css").replace("</", r"<\/")


@cache
def _script() -> str:
    """The script of a page, without its comments."""
    gains = (files("iamviz.pictures") / "style" / "gains.js").read_text("utf-8")
    lines = f"{gains}{_template_text('page.js')}".splitlines()
    code = "\n".join(line for line in lines if line and not line.lstrip().startswith("//"))
    return f'(() => {{\n"use strict";\n{code}\n}})();\n'


def _template_text(name: str) -> str:
    return (files("iamviz") / "templates" / name).read_text("utf-8")
