"""Pictures as files: whole, without style sheets, with the same words, and drawn as a browser would draw them."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

import iamviz as iv
from iamviz import pictures as pic
from iamviz.pictures.saving import find_browser
from iamviz.pictures.svg_file import svg_file

from .samples import HOSTILE, all_kinds_map, crowd, lifelines, moment, story_map

SVG = "{http://www.w3.org/2000/svg}"
needs_browser = pytest.mark.skipif(
    shutil.which("chromium") is None and shutil.which("google-chrome") is None, reason="no Chromium on PATH"
)


@pytest.fixture(scope="module")
def story() -> iv.Story:
    return iv.play("staging_bucket")


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def drawings(name: str) -> dict[str, tuple[str, frozenset[str]]]:
    whole = pic.crowd(crowd(name), moment("07:00"), moment("12:00"))
    return {
        "map": (pic.paint(story_map(name), 6, name, {"s1": "fuse:.5"}), frozenset({"map"})),
        "kinds": (pic.paint(all_kinds_map(name), None, name, {"session": "ended"}), frozenset({"map"})),
        "lifelines": (
            lifelines(name).removeprefix('<div class="iv-life">').removesuffix("</div>"),
            frozenset({"lifelines"}),
        ),
        "crowd": (whole[whole.index("<svg") : whole.rindex("</svg>") + 6], frozenset({"crowd"})),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["Ana", *HOSTILE[:8]])
def test_a_drawing_needs_no_style_sheet(name: str, theme: str) -> None:
    for what, (drawing, components) in drawings(name).items():
        text = svg_file(drawing, components, 760, theme)
        root = ElementTree.fromstring(text)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "g", "path", "rect", "circle", "ellipse", "line", "text", "tspan", "title"}, what
        assert len(root.findall(f".//{SVG}svg")) == 0, what
        for element in root.iter():
            for key, value in element.attrib.items():
                assert key not in ("class", "style"), what
                assert not re.search(r"var\(|light-dark|%$", value), (what, key, value)


def test_a_drawing_has_the_colours_of_its_meaning(story: iv.Story, tmp_path: Path) -> None:
    light = iv.story_map(story, 5).save(tmp_path / "a.svg").read_text("utf-8")
    dark = iv.story_map(story, 5).save(tmp_path / "b.svg", theme="dark").read_text("utf-8")
    for text, hues in ((light, ("#009e73", "#0072b2", "#16202a")), (dark, ("#22b88c", "#56b4e9", "#eaeef1"))):
        assert all(hue in text for hue in hues)
    assert "#56b4e9" not in light


def test_the_words_of_a_map_are_in_its_file(story: iv.Story, tmp_path: Path) -> None:
    file = iv.story_map(story).save(tmp_path / "map.svg")
    root = ElementTree.parse(file).getroot()
    assert {"Ana", "StagingEngineer", "staging-assets"} <= set(texts(root))
    assert root.find(f"{SVG}title") is not None
    assert float(root.get("width", 0)) > 500
    assert file.read_bytes() == iv.story_map(story).save(tmp_path / "again.svg").read_bytes()


def test_a_web_page_needs_nothing(story: iv.Story, tmp_path: Path) -> None:
    page = iv.gates(story.steps[6].decision, story.steps[6].after).save(tmp_path / "g.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Explicit deny?" in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_wrong_endings_and_themes_are_told(story: iv.Story, tmp_path: Path) -> None:
    picture = iv.lifelines(story)
    with pytest.raises(pic.PictureError, match=r"\.svg, \.png or \.html, not 'x.pdf'"):
        picture.save(tmp_path / "x.pdf")
    with pytest.raises(pic.PictureError, match='"light" or "dark"'):
        picture.save(tmp_path / "x.svg", theme="blue")  # type: ignore[arg-type]  # on purpose


def test_without_a_browser_it_says_what_to_install(
    story: iv.Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAMVIZ_BROWSER", str(tmp_path / "nothing"))
    with pytest.raises(pic.PictureError, match="install Chromium, Chrome or Edge"):
        iv.lock(story.steps[2].decision, story.steps[2].after).save(tmp_path / "lock.svg")
    assert iv.lifelines(story).save(tmp_path / "life.svg").exists()
    monkeypatch.delenv("IAMVIZ_BROWSER")
    monkeypatch.setattr("iamviz.pictures.saving.shutil.which", lambda name: None)
    with pytest.raises(pic.PictureError, match="none is found here"):
        find_browser()


def pixels(file: Path) -> tuple[int, int, set[bytes]]:
    """Width, height and the colours of an 8-bit PNG; its filters are undone as the standard says."""
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    size = {2: 3, 6: 4}[kind]
    packed, place = b"", 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += length + 12
    raw, row, colours, stride = zlib.decompress(packed), bytes(width * size), set(), width * size
    for y in range(height):
        method, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride):
            a, b, c = (line[i - size] if i >= size else 0), row[i], (row[i - size] if i >= size else 0)
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth)[method]) % 256
        row = bytes(line)
        colours.update(row[i : i + 3] for i in range(0, stride, size))
    return width, height, colours


@needs_browser
@pytest.mark.parametrize(("theme", "hue", "page"), [("light", "d55e00", "ffffff"), ("dark", "ea742c", "111417")])
def test_a_png_shows_the_picture_in_its_theme(story: iv.Story, tmp_path: Path, theme: str, hue: str, page: str) -> None:
    gates = iv.gates(story.steps[6].decision, story.steps[6].after)
    width, height, colours = pixels(gates.save(tmp_path / "g.png", theme=theme, width=240))  # type: ignore[arg-type]
    assert width == 1000
    assert height > 300
    assert {bytes.fromhex(hue), bytes.fromhex(page)} <= colours


@needs_browser
def test_text_that_a_browser_sets_becomes_svg(story: iv.Story, tmp_path: Path) -> None:
    hostile = '</script><script>document.title="x"</script>'
    decision, world = story.steps[6].decision, story.steps[6].after
    assert decision is not None
    for name, picture, words in (
        ("gates", iv.gates(decision, world), {"Explicit deny?", "says no", "Denied"}),
        ("table", iv.overlap(world, "Ana", ["s3:GetObject"], "*", hostile), {"Identity policy", "denied", hostile}),
    ):
        root = ElementTree.parse(picture.save(tmp_path / f"{name}.svg")).getroot()
        assert words <= set(texts(root)), name
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "g", "path", "rect", "circle", "ellipse", "line", "text", "tspan", "title"}, name
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        for text in root.iter(f"{SVG}text"):
            if text.get("y") and not text.get("transform"):
                assert 0 <= float(text.get("y", 0)) <= height
                assert 0 <= float(text.get("x", 0)) <= width


def test_lifelines_become_a_file_without_their_key(
    story: iv.Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iamviz.pictures.saving.find_browser", lambda *_: pytest.fail("no browser is needed"))
    root = ElementTree.fromstring(iv.lifelines(story).save(tmp_path / "life.svg").read_text("utf-8"))
    assert any("now 10:10" in text for text in texts(root))
    assert not any("would have allowed" in text for text in texts(root))
