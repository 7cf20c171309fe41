"""Execute the notebooks and keep their outputs: `python scripts/refresh_notebooks.py notebooks/*.ipynb`.

Widget views are left out of the saved outputs: without a kernel they would only say that a model is missing, and the
text and HTML outputs beside them say more.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FILLS_A_SLIDE = re.compile(r'class="(?:iv-stepper|iv-frame has-bet|iv-explorer)\b')
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def refresh(path: Path) -> None:
    """Execute one notebook in its folder and save it, its metadata reduced to what is needed."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", store_widget_state=False)
    client.execute(cwd=str(path.parent))
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in ("tags", "jupyter", "collapsed")}
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if where := slide_type(cell):
            cell.metadata["slideshow"] = {"slide_type": where}
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)
    print(f"{path}: {path.stat().st_size // 1000} kB")


def slide_type(cell: nbformat.NotebookNode) -> str:
    """Where a cell stands in `jupyter nbconvert --to slides` (docs/teaching.md).

    A heading begins a slide; other prose, and what fills a slide by itself, begin one below it. Other code stays with
    the prose before it.
    """
    if cell.cell_type == "markdown":
        return "slide" if cell.source.lstrip().startswith("#") else "subslide"
    shown = (output.get("data", {}).get("text/html", "") for output in cell.get("outputs", ()))
    return "subslide" if any(FILLS_A_SLIDE.search("".join(html)) for html in shown) else ""


if __name__ == "__main__":
    for name in sys.argv[1:]:
        refresh(Path(name))
