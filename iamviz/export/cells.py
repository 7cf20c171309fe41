"""The cells of an executed notebook as the parts of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from iamviz.clean_html import Cleaned, Outline, StyleCopy, clean
from iamviz.export.errors import ExportError
from iamviz.export.names import free_name, names_in, renamed

_IMAGE_SOURCE = re.compile(r"""(<img\b[^>]*?\ssrc\s*=\s*["'])([^"'>]+)""", re.IGNORECASE)
_EMPTY_HEADER = re.compile(r"<th\b([^<>]*)>\s*</th>")  # the corner of a DataFrame heads nothing
_SCOPE = re.compile(r"""\sscope\s*=\s*["']?\w*["']?""")
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_SVG = re.compile(r"<svg\b")
PICTURE = re.compile(r'<div class="iamviz[ "]')
"""What every picture of ours begins with."""
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True)
class Output:
    """What a page shows of one output; ``kind`` is ``html``, ``plain`` or ``err``."""

    html: str
    kind: str
    styles: tuple[StyleCopy, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell: prose (``text``), or code, highlighted, with its outputs."""

    text: str = ""
    code: str = ""
    folded: bool = False
    outputs: tuple[Output, ...] = ()


@dataclass
class Page:
    """What a page shows, before it is written."""

    name: str
    title: str = ""
    lede: str = ""
    cells: list[Cell] = field(default_factory=list)
    styles: list[StyleCopy] = field(default_factory=list)
    size: int = 0


def make_page(notebook: nbformat.NotebookNode, source: Path, links: Mapping[str, str]) -> Page:
    """The page of an executed notebook; ``links`` are the addresses of other notebooks' pages, by file name."""
    page = Page(name=f"{source.stem}.html")
    outline = Outline()
    taken: set[str] = set()

    def own_names(html: str) -> str:
        """The HTML with names that nothing before it on the page has."""
        names = names_in(html)
        new = {name: free_name(name, taken) for name in names}
        taken.update(new.values())
        return renamed(html, {name: other for name, other in new.items() if name != other})

    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if "remove-cell" in tags:
            continue
        if cell.cell_type == "markdown":
            cleaned = clean(markdown_html(cell.source, source, cell.get("attachments")), links, outline)
            page.title = page.title or cleaned.heading
            page.lede = page.lede or cleaned.paragraph
            page.styles += cleaned.styles
            page.cells.append(Cell(text=own_names(_TABLE.sub(r'<div class="wide">\g<0></div>', cleaned.html))))
        elif cell.cell_type == "code":
            outputs = [] if "remove-output" in tags else [_output(out, source, outline) for out in cell.outputs]
            page.styles += [style for cleaned, _ in outputs for style in cleaned.styles]
            shown = tuple(
                Output(drawn_by_rules_only(own_names(cleaned.html)), kind, tuple(cleaned.styles))
                for cleaned, kind in outputs
                if cleaned.html.strip()
            )
            code = "" if "remove-input" in tags else _highlight(cell.source)
            if code or shown:
                page.cells.append(Cell(code=code, folded="hide-input" in tags, outputs=shown))
    page.title = page.title or source.stem
    return page


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, with the headings' ids that JupyterLab gives them, and HTML left as it was written."""

    def _html_embed_images(self, html: str) -> str:
        # nbconvert's own parses the fragment and closes what it opens: a `<details>` would end before what it folds.
        return _IMAGE_SOURCE.sub(lambda found: f"{found[1]}{self._src_to_base64(found[2]) or found[2]}", html)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = unescape(re.sub(r"<[^>]*>", "", text)).strip()
        return f'<h{level} id="{escape(words.replace(" ", "-"))}">{text}</h{level}>\n'


def markdown_html(text: str, source: Path, attachments: Any = None) -> str:
    """Markdown as HTML, with the images beside `source` inside it; not yet cleaned."""
    renderer = _Renderer(
        escape=False, embed_images=True, exclude_anchor_links=True, path=str(source.parent), attachments=attachments
    )
    try:
        return str(MarkdownWithMath(renderer=renderer).render(text))
    except InvalidNotebook as error:
        raise ExportError(f"{source}: {error}") from error


def _output(output: nbformat.NotebookNode, source: Path, outline: Outline) -> tuple[Cleaned, str]:
    """What a page shows of an output, and of which kind it is."""
    if output.output_type == "stream":
        return _plain(output.text), "err" if output.name == "stderr" else "plain"
    if output.output_type == "error":  # wanted, or the execution had ended here
        return _plain(f"{output.ename}: {output.evalue}"), "err"
    data = output.data
    if "text/html" in data:
        return clean(_EMPTY_HEADER.sub(_as_cell, data["text/html"]), outline=outline), "html"
    if "image/svg+xml" in data:
        return clean(data["image/svg+xml"]), "html"
    for kind in _IMAGES:
        if kind in data:
            return clean(
                f'<img alt="{escape(data.get("text/plain", ""))}" src="data:{kind};base64,{data[kind]}">'
            ), "html"
    if "text/markdown" in data:
        return clean(markdown_html(data["text/markdown"], source), outline=outline), "html"
    return _plain(data.get("text/plain", "")), "plain"


def drawn_by_rules_only(html: str) -> str:
    """Cleaned HTML; of our pictures, with drawings that show only where the style rules do.

    A feed reader that drops the rules would paint black shapes; what a drawing says stands beside it in words. An
    attribute of an SVG gives way to any rule, and ours set ``display`` for each.
    """
    return _SVG.sub('<svg display="none"', html) if PICTURE.search(html) else html


def _as_cell(header: re.Match[str]) -> str:
    return f"<td{_SCOPE.sub('', header[1])}></td>"


def _plain(text: str) -> Cleaned:
    shown = strip_ansi(text).rstrip("\n")
    return Cleaned(f"<pre>{escape(shown, quote=False)}</pre>" if shown.strip() else "", [], "", "")


def _highlight(code: str) -> str:
    return str(Highlight2HTML(pygments_lexer="ipython3")(code)) if code.strip() else ""


def merge_styles(styles: Sequence[StyleCopy]) -> str:
    """One sheet that holds what all the copies hold."""
    if not styles:
        return ""
    from iamviz.pictures.css import COMPONENTS, css_for

    components = {name for style in styles for name in style.components}.intersection(COMPONENTS)
    return css_for(sorted(components), max(style.steps for style in styles)).replace("</", r"<\/")
