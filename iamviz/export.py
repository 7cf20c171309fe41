"""Notebooks as HTML pages: executed, then written as one file each that needs no script, no server and no network.

A page shows every cell with its `text/html` output where it has one, keeps a single copy of the style rules that the
pictures bring along, and forbids itself everything else by a content security policy. The same notebook gives the same
bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.kernelspec import make_ipkernel_cmd
from jinja2 import Environment, PackageLoader, StrictUndefined
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

from iamviz.clean_html import Cleaned, Outline, StyleCopy, clean

Progress = Callable[[Path, int, int], None]
"""Is told the notebook, how many of its cells are done, and how many there are."""

CELL_SECONDS = 600
_IMAGE_SOURCE = re.compile(r"""(<img\b[^>]*?\ssrc\s*=\s*["'])([^"'>]+)""", re.IGNORECASE)
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class ExportError(Exception):
    """A notebook cannot be exported; the message says which one, and what to do."""


class CellFailedError(ExportError):
    """A cell raised an error, took too long, or ended the kernel."""

    def __init__(self, notebook: Path, cell: int, line: str, problem: str) -> None:
        super().__init__(f"{notebook}, cell {cell} ({line}): {problem}")
        self.notebook = notebook
        self.cell = cell
        self.problem = problem


class ExportFailedError(ExportError):
    """Some notebooks could not be exported: `failures` says which and why, `written` are the pages of the others."""

    def __init__(self, failures: Sequence[ExportError], written: Sequence[Path]) -> None:
        super().__init__("\n".join(str(failure) for failure in failures))
        self.failures = list(failures)
        self.written = list(written)


@dataclass
class Page:
    """What a page shows, before it is written."""

    name: str
    title: str = ""
    lede: str = ""
    cells: list[dict[str, Any]] = field(default_factory=list)
    styles: list[StyleCopy] = field(default_factory=list)
    size: int = 0


def export(
    notebooks: Iterable[str | os.PathLike[str]], to: str | os.PathLike[str], progress: Progress | None = None
) -> list[Path]:
    """Execute the notebooks (a folder stands for those in it) and write a page for each into the folder `to`.

    An `index.html` with a card for each page is written beside them; the list returned ends with it. The notebooks
    themselves are not changed. A notebook that fails does not keep the others from being written: `ExportFailedError`
    is raised at the end.
    """
    sources = find_notebooks(notebooks)
    target = Path(to)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ExportError(f"{target} is a file; the pages need a folder") from None
    links = {source.name: f"{source.stem}.html" for source in sources}
    pages: list[Page] = []
    written: list[Path] = []
    failures: list[ExportError] = []
    for source in sources:
        try:
            notebook = execute(source, progress)
            page = make_page(notebook, source, links)
        except ExportError as error:
            failures.append(error)
            continue
        pages.append(page)
        written.append(_write(target / page.name, _render_page(page, len(sources)), page))
    if pages:
        written.append(_write(target / "index.html", _template("index.html.j2").render(pages=pages, css=_page_css())))
    if failures:
        raise ExportFailedError(failures, written)
    return written


def find_notebooks(given: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The notebooks named, in order, each folder replaced by the notebooks that it holds."""
    found: dict[Path, Path] = {}  # by resolved path, so that one that is named twice is exported once
    for path in map(Path, given):
        if path.is_dir():
            inside = sorted(path.glob("*.ipynb"))
            if not inside:
                raise ExportError(f"no notebook in the folder {path}")
        elif not path.exists():
            raise ExportError(f"there is no file {path}")
        elif path.suffix != ".ipynb":
            raise ExportError(f"{path} is not a notebook: its name does not end in .ipynb")
        else:
            inside = [path]
        found.update((one.resolve(), one) for one in inside)
    if not found:
        raise ExportError("no notebook was named")
    taken: dict[str, Path] = {"index": Path("the overview of all pages")}
    for path in found.values():
        other = taken.setdefault(path.stem.lower(), path)
        if other is not path:
            raise ExportError(f"{path} and {other} would both be written as {path.stem}.html; rename one")
    return list(found.values())


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in the file, in the current format."""
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is not a notebook: it is not UTF-8 text (byte {error.start})") from error
    except nbformat.reader.NotJSONError as error:
        raise ExportError(f"{path} is not a notebook: {_json_problem(text)}") from error
    except Exception as error:  # nbformat raises whatever the structure trips over
        raise ExportError(f"{path} is not a notebook: {str(error) or type(error).__name__}") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if str(language).lower() != "python":
        raise ExportError(f"{path} is written in {language}; only Python notebooks can be exported")
    assert isinstance(notebook, nbformat.NotebookNode)
    return notebook


def execute(path: Path, progress: Progress | None = None) -> nbformat.NotebookNode:
    """The notebook with the outputs of a new run, in its own folder, by the interpreter that runs this."""
    notebook = read_notebook(path)
    total = len(notebook.cells)
    running = 0

    def starts(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_index
        if progress:
            progress(path, cell_index, total)

    client = NotebookClient(
        notebook,
        kernel_manager_class=_OwnKernel,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.resolve().parent)}},
        timeout=CELL_SECONDS,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        on_cell_start=starts,
    )
    try:
        # Sets keep their order from run to run, so that what is printed of them does.
        client.execute(env={**os.environ, "PYTHONHASHSEED": "0"})
    except CellExecutionError as error:
        # The end of the traceback, since an error in what displays a value has no name of its own here.
        problem = strip_ansi(error.traceback).strip().rpartition("\n")[2]
        raise CellFailedError(path, running + 1, _first_line(notebook, running), problem) from error
    except CellTimeoutError as error:
        problem = f"did not finish within {CELL_SECONDS} seconds"
        raise CellFailedError(path, running + 1, _first_line(notebook, running), problem) from error
    except DeadKernelError as error:
        raise CellFailedError(path, running + 1, _first_line(notebook, running), "the kernel died") from error
    if progress:
        progress(path, total, total)
    return notebook


def make_page(notebook: nbformat.NotebookNode, source: Path, links: dict[str, str]) -> Page:
    """The page of an executed notebook."""
    page = Page(name=f"{source.stem}.html")
    outline = Outline()
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if "remove-cell" in tags:
            continue
        if cell.cell_type == "markdown":
            cleaned = clean(_markdown(cell.source, source, cell.get("attachments")), links, outline)
            page.title = page.title or cleaned.heading
            page.lede = page.lede or cleaned.paragraph
            page.styles += cleaned.styles
            page.cells.append({"kind": "text", "html": cleaned.html})
        elif cell.cell_type == "code":
            outputs = [] if "remove-output" in tags else [_output(out, source) for out in cell.outputs]
            page.styles += [style for cleaned, _ in outputs for style in cleaned.styles]
            page.cells.append(
                {
                    "kind": "code",
                    "code": "" if "remove-input" in tags else _highlight(cell.source),
                    "folded": "hide-input" in tags,
                    "outputs": [(cleaned.html, kind) for cleaned, kind in outputs if cleaned.html.strip()],
                }
            )
    page.title = page.title or source.stem
    return page


class _OwnKernel(AsyncKernelManager):
    """Starts the kernel of the interpreter that runs this, whichever kernels are registered on the machine."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = make_ipkernel_cmd(extra_arguments=["--HistoryManager.enabled=False", "--log-level=CRITICAL"])
        return KernelSpec(argv=command, display_name="Python", language="python")


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, with the headings' ids that JupyterLab gives them, and HTML left as it was written."""

    def _html_embed_images(self, html: str) -> str:
        # nbconvert's own parses the fragment and closes what it opens: a `<details>` would end before what it folds.
        return _IMAGE_SOURCE.sub(lambda found: f"{found[1]}{self._src_to_base64(found[2]) or found[2]}", html)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = unescape(re.sub(r"<[^>]*>", "", text)).strip()
        return f'<h{level} id="{escape(words.replace(" ", "-"))}">{text}</h{level}>\n'


def _markdown(text: str, source: Path, attachments: Any) -> str:
    renderer = _Renderer(
        escape=False, embed_images=True, exclude_anchor_links=True, path=str(source.parent), attachments=attachments
    )
    try:
        return str(MarkdownWithMath(renderer=renderer).render(text))
    except InvalidNotebook as error:
        raise ExportError(f"{source}: {error}") from error


def _output(output: nbformat.NotebookNode, source: Path) -> tuple[Cleaned, str]:
    """What a page shows of an output, and of which kind it is."""
    if output.output_type == "stream":
        return _plain(output.text), "err" if output.name == "stderr" else "plain"
    if output.output_type == "error":  # wanted, or the execution had ended here
        return _plain(f"{output.ename}: {output.evalue}"), "err"
    data = output.data
    if "text/html" in data:
        return clean(data["text/html"]), "html"
    if "image/svg+xml" in data:
        return clean(data["image/svg+xml"]), "html"
    for kind in _IMAGES:
        if kind in data:
            return clean(
                f'<img alt="{escape(data.get("text/plain", ""))}" src="data:{kind};base64,{data[kind]}">'
            ), "html"
    if "text/markdown" in data:
        return clean(_markdown(data["text/markdown"], source, None)), "html"
    return _plain(data.get("text/plain", "")), "plain"


def _plain(text: str) -> Cleaned:
    shown = strip_ansi(text).rstrip("\n")
    return Cleaned(f"<pre>{escape(shown, quote=False)}</pre>" if shown.strip() else "", [], "", "")


def _highlight(code: str) -> str:
    return str(Highlight2HTML(pygments_lexer="ipython3")(code)) if code.strip() else ""


def _render_page(page: Page, pages: int) -> str:
    css = _page_css() + "\n" + merge_styles(page.styles)
    return str(_template("page.html.j2").render(page=page, css=css, has_index=pages > 1))


def merge_styles(styles: Sequence[StyleCopy]) -> str:
    """One sheet that holds what all the copies hold."""
    if not styles:
        return ""
    from iamviz.pictures.css import COMPONENTS, css_for

    components = {name for style in styles for name in style.components}.intersection(COMPONENTS)
    return css_for(sorted(components), max(style.steps for style in styles)).replace("</", r"<\/")


def _write(path: Path, text: str, page: Page | None = None) -> Path:
    content = text.encode("utf-8")
    path.write_bytes(content)
    if page:
        page.size = len(content)
    return path


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("iamviz"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["kilobytes"] = lambda size: f"{max(1, round(size / 1000)):,} kB"
    return environment


def _template(name: str) -> Any:
    return _environment().get_template(name)


@cache
def _page_css() -> str:
    css: str = (files("iamviz") / "templates" / "page.css").read_text("utf-8")
    return css


def _first_line(notebook: nbformat.NotebookNode, index: int) -> str:
    lines = notebook.cells[index].source.strip().splitlines() or [""]
    first = str(lines[0])
    return first if len(first) <= 60 else first[:59] + "…"


def _json_problem(text: str) -> str:
    if not text.strip():
        return "the file is empty"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno} is not JSON ({error.msg})"
    return "it is JSON, but not that of a notebook"
