"""Names and policies come from hostile files: everywhere they are shown, they are text."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import iamviz as iv
from iamviz.export import export
from iamviz.pictures.report import report_html
from iamviz.story.scenario import scenario_from_text
from tests import hostile
from tests.conftest import MakeNotebook


class Reader(HTMLParser):
    """Collects what an attack would need: elements that run or load something, and attributes that do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "iframe", "object", "embed", "link", "foreignobject", "image", "use"):
            self.bad.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "formaction", "xlink:href"):
                self.bad.append(f"{tag} {name}={value}")
            if name == "src" or (name == "href" and "javascript:" in str(value).lower()):
                self.bad.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def story() -> iv.Story:
    return scenario_from_text(hostile.scenario()).play()


WHY = "not authorized to perform: sts:AssumeRole"


def pictures(story: iv.Story) -> dict[str, str]:
    steps = story.steps
    world = steps[-1].after
    who = {f"{hostile.NAME}, {hostile.NAME}": (world, hostile.NAME)}
    return {
        "stepper": iv.stepper(story).picture.page,
        "map": iv.story_map(story).page,
        "world map": iv.map(world).page,
        "role map": iv.map(world, "Role").page,
        "lock": iv.lock(steps[1].decision, world).page,
        "gates": iv.gates(steps[4].decision, world).page,
        "card": iv.credential_card(steps[2].session, steps[2].clock).page,
        "lifelines": iv.lifelines(story).page,
        "why": iv.why(
            f"User: {steps[1].decision.request.caller.arn} is {WHY} on resource: {hostile.NAME}", world
        ).picture.page,
        "report": report_html(world, hostile.NAME, hostile.NAME),
        "redacted report": report_html(iv.redact(world)),
        "table": iv.action_table(who, ["s3:GetObject"], "arn:aws:s3:::b<u>cket/x", title=hostile.NAME).page,
    }


def test_no_picture_turns_a_name_into_markup(story: iv.Story) -> None:
    for name, page in pictures(story).items():
        reader = read(page)
        assert reader.bad == [], name
    assert "<script>alert(1)</script>" in " ".join(read(pictures(story)["stepper"]).text)


def test_every_svg_is_well_formed_xml(story: iv.Story) -> None:
    for name, page in pictures(story).items():
        for part in page.split("<svg")[1:]:
            if "</svg>" in part and "<svg" not in part.partition("</svg>")[0]:
                ElementTree.fromstring("<svg" + part.partition("</svg>")[0] + "</svg>")
        assert "\x1b" not in page, name


@pytest.mark.parametrize("draw", [lambda s: iv.story_map(s).digraph, lambda s: iv.map(s.world, "Role").digraph])
def test_a_plain_graph_shows_names_as_text(story: iv.Story, draw: Callable[[iv.Story], object]) -> None:
    svg = draw(story)._repr_mimebundle_()["text/html"]
    assert read(svg).bad == []


def test_a_data_frame_shows_names_as_text(story: iv.Story) -> None:
    who = {hostile.NAME: (story.world, hostile.NAME)}
    table = iv.action_table(who, ["s3:GetObject"], "arn:aws:s3:::b<u>cket/x").data
    assert read(table._repr_html_()).bad == []


def test_the_story_survives_json(story: iv.Story) -> None:
    text = story.to_json()
    assert iv.Story.from_json(text) == story
    assert json.loads(text)["format"] == "iamviz-story"


def test_an_exported_page_holds_no_script_but_its_own_and_no_image(tmp_path: Path, make_notebook: MakeNotebook) -> None:
    source = tmp_path / "hostile.yaml"
    source.write_text(hostile.scenario())
    code = f"import iamviz as iv\nstory = iv.play({str(source)!r})\niv.stepper(story)"
    notebook = make_notebook(
        "hostile.ipynb", f"md:# A title {hostile.NAME_IN_TEXT}", code, "print(story.steps[4].decision.explain())"
    )
    page = export([notebook], tmp_path / "pages")[0].read_text("utf-8")
    reader = read(page)
    assert reader.bad == ["<script>"]  # the one of every page, allowed by its hash: tests/test_export.py
    assert "alert(1)" in " ".join(reader.text)
