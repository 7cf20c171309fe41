"""Names come from hostile files: none may become markup, an attribute, an id, a template or a broken SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from iamviz import pictures as pic

from .reading import Reading
from .samples import HOSTILE, all_kinds_map, every_picture, every_text, story_map

ALLOWED_TAGS = frozenset(
    """
    article b button caption circle code dd del details div dl dt ellipse fieldset figcaption figure footer g header i
    input ins label legend li line mark nav ol p path pre rect section small span summary svg table tbody td text th
    thead title tr tspan s u ul wbr""".split()
)
ALLOWED_ATTRIBUTES = frozenset(
    """aria-disabled aria-hidden aria-label aria-live checked class colspan cx cy d data-c data-iv-bet data-iv-copy
    data-node data-status data-step dx dy fill fill-rule font-family font-size font-weight for height id lengthadjust
    name opacity r role rx ry scope stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-width style tabindex
    data-t hidden text-anchor textlength transform type viewbox width x x1 x2 preserveaspectratio y y1 y2""".split()
)
OUR_IDS = re.compile(r"(ana|lone)-(step-\d+|bet-\d+-[ab])")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(name: str) -> None:
    for picture, html in every_picture(name).items():
        reading = Reading(html)
        assert not reading.faults, picture
        assert not reading.comments, picture
        for element in reading.elements:
            assert element.tag in ALLOWED_TAGS, picture
            assert set(element.attributes) <= ALLOWED_ATTRIBUTES, picture
            if "id" in element.attributes:
                assert OUR_IDS.fullmatch(element.attributes["id"]), picture


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_structure_does_not_depend_on_the_text(name: str) -> None:
    def shape(html: str) -> list[tuple[str, ...]]:
        return [(*e.path, e.tag) for e in Reading(html).elements if e.tag not in {"wbr", "code", "ins", "del", "u"}]

    plain, hostile = every_picture("Ana"), every_picture(name)
    # A map as a picture of its own is drawn up to three times by its width, which names make.
    free = {"map, picture", "map, kinds", "answer", "card", "table", "overlap", "frame", "stepper"}
    same = [picture for picture in plain if picture not in free]
    if name:
        assert [picture for picture in same if shape(plain[picture]) != shape(hostile[picture])] == []


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_every_svg_is_well_formed_xml(name: str) -> None:
    for picture, html in every_picture(name).items():
        for svg in re.findall(r"<svg class=\"iv-map.*?</svg>", html, re.DOTALL):
            ElementTree.fromstring(svg)
        assert not CONTROL.search(html), picture
        assert "{{" not in html, picture
        assert "{%" not in html, picture
        html.encode("utf-8")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_texts_are_clean_and_their_lines_are_ours(name: str) -> None:
    plain = every_text("Ana")
    for picture, text in every_text(name).items():
        assert not CONTROL.search(text.replace("\n", "")), picture
        if name:
            assert len(text.splitlines()) == len(plain[picture].splitlines()), picture


def test_what_was_written_can_be_read() -> None:
    name = '<i>&"quoted"\' {{x}}'
    html = pic.lock_mini(name, "in", "in", "allow", "")
    assert Reading(html).with_class("big")[0].text == name


def test_escape_keeps_a_trace_of_control_characters() -> None:
    assert pic.esc("a\nb\tc") == "a b c"
    assert pic.esc("a\x00b\u202ec") == "a\ufffdb\ufffdc"
    assert pic.esc(12) == "12"
    assert pic.inline("say `a<b`") == "say <code>a&lt;b</code>"


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("labels", [False, True])
def test_dot_shows_names_and_obeys_none(name: str, labels: bool) -> None:
    for map_ in (story_map(name), all_kinds_map(name)):
        source = map_.digraph(labels).source
        names = set(re.findall(r"^\t+(\w+) \[", source, re.MULTILINE))
        assert names <= {"graph", "node", "edge", *(f"n{index}" for index in range(len(map_.nodes)))}
        svg = map_.digraph(labels).svg(name)
        root = ElementTree.fromstring(svg)
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "g", "title", "path", "polygon", "polyline", "text", "ellipse"}
        assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
        if not labels:
            assert not root.findall(".//{*}text")


@pytest.mark.parametrize("name", ["\\N", "\\G", "a\\lb", "<b>x</b>", "&amp;", '"];x[', "<<i>x</i>>", "\\"])
def test_dot_labels_are_literal(name: str) -> None:
    map_ = pic.Map((pic.MapAccount("a", name, "1"),), (pic.MapNode("k", "user", name, name, "a"),))
    root = ElementTree.fromstring(map_.digraph(labels=True).svg())
    texts = ["".join(text.itertext()).replace("\xa0", " ") for text in root.findall(".//{*}text")]
    assert sorted(texts) == sorted([f"{name}  1", name, name])


def test_style_tag_cannot_be_ended_from_inside() -> None:
    tag = pic.style_tag(pic.COMPONENTS, 11)
    assert tag.count("</") == 1
    assert tag.endswith("</style>")


@pytest.mark.parametrize("name", ["", "1a", "a b", 'a"x', "a<b", "a#b", "é", "a" * 81, "a\n"])
def test_only_plain_names_become_ids(name: str) -> None:
    with pytest.raises(pic.PictureError, match="cannot be an id"):
        pic.stepper_html(name, "title", ["one"], ["<article></article>"])
    with pytest.raises(pic.PictureError, match="cannot be an id"):
        pic.bet_html(name, "May she?", "allow", "because")
