"""The glossary as a page: each term with its meaning, and the sections of the lessons that use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from iamviz.clean_html import clean
from iamviz.export.cells import Page, markdown_html
from iamviz.export.errors import ExportError
from iamviz.export.summary import sections

USES = 6
"""So many lessons are linked at most; a term that all of them use needs no more."""

_ROW = re.compile(r"^\|(?P<term>[^|]+)\|(?P<meaning>.+)\|\s*$")
_RULE = re.compile(r"^\|[\s:|-]+\|\s*$")


@dataclass(frozen=True)
class Use:
    """A link into a lesson: the section that explains a term (it stands there in bold), or else first uses it."""

    href: str
    title: str
    explains: bool = False


@dataclass(frozen=True)
class Term:
    """A term, what it means (HTML), its id on the page, and where it is used."""

    name: str
    anchor: str
    meaning: str
    uses: tuple[Use, ...] = ()


def read_glossary(path: Path) -> list[Term]:
    """The terms of a Markdown file that holds them as a table with two columns, in alphabetical order."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from error
    rules = [number for number, line in enumerate(lines) if _RULE.match(line)]
    if not rules:
        raise ExportError(f"{path} is no glossary: it has no table of terms and meanings")
    rows = [found for line in lines[rules[0] + 1 :] if (found := _ROW.match(line))]
    terms: dict[str, Term] = {}
    for row in rows:
        name = row["term"].strip().strip("*`")
        anchor = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if anchor in terms:
            raise ExportError(f"{path} explains {name!r} twice")
        html = clean(markdown_html(row["meaning"].strip(), path)).html.strip()
        terms[anchor] = Term(name, anchor, html.removeprefix("<p>").removesuffix("</p>"))
    return sorted(terms.values(), key=lambda term: term.name.lower())


def with_uses(terms: Sequence[Term], pages: Sequence[Page]) -> list[Term]:
    """The terms with links to the sections that use them: where a term stands in bold, it is explained."""
    prose = [(page, sections(page)) for page in pages]
    found: list[Term] = []
    for term in terms:
        pattern = _pattern(term.name)
        bold: list[Use] = []
        plain: list[Use] = []
        for page, parts in prose:
            explained = next((part for part in parts if pattern.search(part.bold)), None)
            used = explained or next((part for part in parts if pattern.search(part.text)), None)
            if used:
                href = quote(page.name) + (f"#{quote(used.anchor)}" if used.anchor else "")
                (bold if explained else plain).append(Use(href, page.title, bool(explained)))
        chosen = {use.href for use in (bold + plain)[:USES]}
        found.append(replace(term, uses=tuple(use for use in bold + plain if use.href in chosen)))
    return found


def _pattern(name: str) -> re.Pattern[str]:
    """Matches the term as it stands in prose: also in the plural, and by the short form in brackets."""
    long, _, short = name.partition(" (")
    stem = re.escape(long[:-1]) + "(?:y|ies)" if long.endswith("y") else re.escape(long) + "(?:s|es)?"
    forms = stem if long.isupper() else f"(?i:{stem})"
    if short:
        forms += f"|{re.escape(short.rstrip(')'))}s?"
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)")
