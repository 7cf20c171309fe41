"""A stepper, or another picture, as a fragment of HTML to be pasted into a blog: styles of its own, no script."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from iamviz.clean_html import clean
from iamviz.export.cells import PICTURE, drawn_by_rules_only, make_page, merge_styles
from iamviz.export.errors import ExportError
from iamviz.export.names import free_name, names_in, renamed
from iamviz.export.notebooks import Progress, execute, find_notebooks
from iamviz.export.site import folder_for
from iamviz.loading import find_scenario
from iamviz.pictures.picture import Picture, wrap
from iamviz.pictures.story_frames import stepper_picture
from iamviz.story.source import ScenarioError

_STEPPER = re.compile(r'<div class="iv-stepper"[^<>]*><input type="radio" name="[^"]+" id="([^"]+)-step-1"')
_SUFFIX = re.compile(r"[A-Za-z0-9_-]{1,30}")
_GUARD = (
    ".iamviz.iamviz{background:var(--iv-bg);border-radius:10px;padding:16px;letter-spacing:normal;"
    "text-transform:none}.iamviz.iamviz.iamviz :where(:not(svg,svg *)){color:inherit;float:none;font-family:inherit;"
    "font-size:inherit;font-weight:inherit;letter-spacing:inherit;line-height:inherit;text-indent:0;"
    "text-transform:inherit}"
)
"""Keeps a blog's rules for bare elements (`p`, `label`, `td`) out, and its background, on which ours need not show."""
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


def snippets(
    sources: Iterable[str | os.PathLike[str]],
    to: str | os.PathLike[str],
    progress: Progress | None = None,
    *,
    suffix: str = "",
) -> list[Path]:
    """Write every picture of the notebooks, and the stepper of the scenarios, as a file each into the folder ``to``.

    A source is a notebook, a folder of them, a scenario's name or its ``.yaml`` file. A fragment is one line, so that
    no blog makes paragraphs of it; its rules touch nothing around it; its ids and radio names are the story's or begin
    with the notebook's name, so that several stand on one page and do not disturb each other. The same one twice would:
    a ``suffix`` (letters, digits, - and _) makes a second one with other ids and another file name. Raises
    `ExportError`.
    """
    if suffix and not _SUFFIX.fullmatch(suffix):
        raise ExportError(f"{suffix!r} cannot end an id: 1 to 30 letters, digits, - and _ can")
    made: dict[str, str] = {}
    target = folder_for(to, "fragments")
    for source in map(Path, sources):
        if source.suffix == ".ipynb" or source.is_dir():
            for notebook in find_notebooks([source]):
                _of_notebook(notebook, made, progress, suffix)
        else:
            try:
                story = find_scenario(source).play()
            except (FileNotFoundError, ScenarioError) as error:
                raise ExportError(str(error)) from error
            name = _ending(story.slug, suffix)
            made[free_name(name, made)] = fragment(stepper_picture(story, name))
    if not made:
        raise ExportError("these notebooks show no pictures")
    written: list[Path] = []
    for name, html in made.items():
        path = target / f"{name}.html"
        path.write_bytes(html.encode("utf-8"))
        written.append(path)
    return written


def fragment(picture: Picture) -> str:
    """The picture as one line of HTML.

    >>> fragment(Picture("<p>Ana</p>", "Ana"))[-37:].strip()
    '<p>Ana</p></div></div>'
    """
    html = wrap(clean(picture.html).html, picture.components, picture.steps)
    return _in_one_line(_guarded(drawn_by_rules_only(html)))


def _guarded(html: str) -> str:
    return re.sub(r"<style\b[^<>]*>", lambda tag: tag[0] + _GUARD, html, count=1)


def _ending(name: str, suffix: str) -> str:
    return f"{name}-{suffix}" if suffix else name


def _of_notebook(notebook: Path, made: dict[str, str], progress: Progress | None, suffix: str) -> None:
    page = make_page(execute(notebook, progress), notebook, {})
    slug = re.sub(r"[^a-z0-9]+", "-", notebook.stem.lower()).strip("-")
    shown = [output for cell in page.cells for output in cell.outputs if PICTURE.search(output.html)]
    for number, output in enumerate(shown, 1):
        stepper = _STEPPER.search(output.html)
        base = stepper[1] if stepper else f"{slug}-{number}"
        name = free_name(_ending(base, suffix), made)
        start = "" if stepper else f"iv-{slug}-"
        own = {old: _ending(f"{start}{old}", suffix) for old in names_in(output.html)}
        css = merge_styles(output.styles)
        made[name] = _in_one_line(_guarded(f"<div><style>{css}</style>{renamed(output.html, own)}</div>"))


def _in_one_line(html: str) -> str:
    parts: Sequence[str] = _PRE.split(html)
    return (
        "".join(
            part.replace("\n", "&#10;") if part.startswith("<pre") else re.sub(r"\s*\n\s*", " ", part) for part in parts
        ).strip()
        + "\n"
    )
