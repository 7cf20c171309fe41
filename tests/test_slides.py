"""`jupyter nbconvert --to slides`: a heading begins a slide, and a stepper has one of its own."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def slide_type(repository: Path, cell: nbformat.NotebookNode) -> str:
    """As `scripts/refresh_notebooks.py` writes it into the notebooks."""
    spec = importlib.util.spec_from_file_location("refresh", repository / "scripts" / "refresh_notebooks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.slide_type(cell))


def test_slides_begin_where_a_teacher_would_turn_the_page(repository: Path) -> None:
    stepper = new_output("display_data", data={"text/html": '<div class="iv-stepper" role="radiogroup">frames</div>'})
    cells = [
        new_markdown_cell("# One\n\nprose"),
        new_code_cell("play()", outputs=[stepper]),
        new_markdown_cell("more prose"),
        new_code_cell("lock()", outputs=[new_output("stream", text="a lock")]),
        new_markdown_cell("## Two"),
    ]
    for cell in cells:
        if where := slide_type(repository, cell):
            cell.metadata["slideshow"] = {"slide_type": where}
    assert [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells] == [
        *("slide", "subslide", "subslide", None, "slide")
    ]
    html, _ = SlidesExporter().from_notebook_node(new_notebook(cells=cells))
    slides = html[html.index('<div class="slides">') :]
    below = [part.count("<section>") for part in slides.split("<section><section>")[1:]]
    assert below == [2, 0]
    assert re.search(r"<section>(?:(?!</section>).)*frames", slides, re.DOTALL)
