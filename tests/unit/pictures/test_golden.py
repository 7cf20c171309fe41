"""A few drawings as they are, line by line: a change of looks is seen before it is shipped.

After a change on purpose: ``python -m tests.unit.pictures.test_golden`` writes them again; look at what changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import iamviz as iv
from iamviz import pictures as pic
from iamviz.pictures.saving import first_svg
from iamviz.pictures.svg_file import svg_file

from .samples import all_kinds_map, crowd, lifelines, moment

FOLDER = Path(__file__).parent / "golden"


def drawn() -> dict[str, str]:
    story = iv.play("staging_bucket")
    files = {
        "story_map_step_6": (iv.story_map(story, 6).html, {"map"}),
        "story_map": (iv.story_map(story).html, {"map"}),
        "world_map": (iv.map(story.world).html, {"map"}),
        "all_kinds": (pic.map_picture(all_kinds_map("a name")).html, {"map"}),
        "lifelines": (lifelines("ana"), {"lifelines"}),
        "crowd": (pic.crowd(crowd("Engineer"), moment("07:00"), moment("12:00")), {"crowd"}),
    }
    return {
        name: svg_file(first_svg(html), components, 760).replace("><", ">\n<")
        for name, (html, components) in files.items()
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.svg")))
def test_a_drawing_looks_as_it_did(name: str) -> None:
    assert drawn()[name] == (FOLDER / f"{name}.svg").read_text("utf-8")


def test_every_drawing_is_kept() -> None:
    assert sorted(drawn()) == sorted(path.stem for path in FOLDER.glob("*.svg"))


if __name__ == "__main__":
    for file, text in drawn().items():
        (FOLDER / f"{file}.svg").write_text(text, "utf-8")
