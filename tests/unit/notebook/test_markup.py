"""What every component keeps to: its own names, labelled controls, few style rules, escaped names, the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files

import ipywidgets as widgets
import pytest

import iamviz as iv
from iamviz.notebook.component import WIDGET_VIEW, Component
from iamviz.notebook.policy_bench import PolicyBench
from iamviz.pictures.css import css_for, minify
from iamviz.story.scenario import scenario_from_text
from tests import hostile
from tests.unit.pictures.reading import Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
MINE = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}


def edited(bench: PolicyBench) -> PolicyBench:
    """A bench with all that it can show: a finding, an answer that has flipped, and a text that cannot be read."""
    bench.bench = bench.bench.edited(bench.text.replace("GetObject", "*")).edited("{")
    return bench


COMPONENTS: dict[str, Callable[[iv.Story], Component]] = {
    "bets": lambda story: iv.bet_table(
        {name: (story.world, name) for name in sorted(story.world.labels)[:1]},
        {"now": {"reads": ("s3:GetObject", LOGO)}},
    ),
    "bench": lambda story: edited(iv.policy_bench(MINE, requests=[step for step in story.steps if step.decision])),
    "clock": iv.clock,
    "explorer": iv.explorer,
    "predict": lambda story: iv.predict(story.steps[4]),
    "slider": lambda story: iv.slider({"before": iv.map(story.start), "after": iv.map(story.world)}, "Story"),
    "stepper": iv.stepper,
}
BUDGET = 10_000


@pytest.fixture(params=sorted(COMPONENTS))
def make(request: pytest.FixtureRequest) -> Callable[[iv.Story], Component]:
    return COMPONENTS[request.param]


def test_html_text_and_a_live_view_are_offered(make: Callable[[iv.Story], Component], story: iv.Story) -> None:
    bundle = make(story)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", WIDGET_VIEW}
    assert bundle["text/plain"].count("\n") >= 2
    assert "<" not in bundle["text/plain"]


def test_two_of_a_kind_share_no_id_and_no_group(make: Callable[[iv.Story], Component], story: iv.Story) -> None:
    one, two = (Reading(make(story).picture.html) for _ in range(2))
    for attribute in ("id", "name"):
        assert not {e.attributes[attribute] for e in one.elements if attribute in e.attributes} & {
            e.attributes[attribute] for e in two.elements if attribute in e.attributes
        }


def test_markup_is_whole_and_every_control_has_a_name(make: Callable[[iv.Story], Component], story: iv.Story) -> None:
    reading = Reading(make(story).picture.html)
    assert not reading.faults
    ids = [e.attributes["id"] for e in reading.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = {e.attributes["for"] for e in reading.tagged("label")}
    assert targets <= set(ids)
    for control in reading.tagged("input"):
        assert control.attributes.get("aria-label") or control.attributes["id"] in targets


def test_the_style_rules_of_a_component_are_few(make: Callable[[iv.Story], Component], story: iv.Story) -> None:
    picture = make(story).picture
    assert len(css_for(picture.components, picture.steps).encode()) <= BUDGET


def test_every_rule_of_a_component_has_its_markup(story: iv.Story) -> None:
    for name in set(COMPONENTS) - {"slider", "stepper"}:  # they have no sheet of their own
        sheet = minify((files("iamviz.pictures") / "style" / f"{name}.css").read_text("utf-8"))
        styled = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r'"[^"]*"', "", sheet)))
        html = COMPONENTS[name](story).picture.html
        used = {word for value in re.findall(r'class="?([\w -]*)', html) for word in value.split()}
        assert styled <= used, name


def test_hostile_names_stay_text(make: Callable[[iv.Story], Component]) -> None:
    story = scenario_from_text(hostile.scenario()).play()
    picture = make(story).picture
    reading = Reading(picture.html)
    assert not reading.faults
    assert not reading.comments
    tags = {element.tag for element in reading.elements}
    assert not tags & {"script", "img", "b<u", "iframe", "style"}
    assert not any(attribute.startswith("on") for element in reading.elements for attribute in element.attributes)
    assert "{{" not in picture.html
    assert "\x1b" not in picture.text


def markup(widget: widgets.Widget) -> str:
    """All HTML of a live component."""
    if isinstance(widget, widgets.HTML):
        return str(widget.value)
    return "".join(map(markup, getattr(widget, "children", ())))


def test_hostile_names_stay_text_live(make: Callable[[iv.Story], Component]) -> None:
    """One attribute runs a script, and it is the same in all of them: nothing of a story is in it."""
    hostile_story = scenario_from_text(hostile.scenario()).play()
    found = []
    for story in (hostile_story, iv.play("staging_bucket")):
        reading = Reading(markup(make(story).widget))
        assert not reading.faults
        assert not {element.tag for element in reading.elements} & {"script", "img", "b<u", "iframe"}
        found.append({(e.tag, k, v) for e in reading.elements for k, v in e.attributes.items() if k.startswith("on")})
    assert found[0] == found[1]
    assert len(found[0]) <= 1


def test_live_names_differ_from_those_of_the_page(make: Callable[[iv.Story], Component], story: iv.Story) -> None:
    component = make(story)
    page, live = Reading(component.picture.html), Reading(markup(component.widget))
    names = {e.attributes["name"] for e in page.tagged("input") if "name" in e.attributes}
    assert not names & {e.attributes["name"] for e in live.tagged("input") if "name" in e.attributes}


def test_a_fresh_kernel_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, iamviz as iv\n"
        "from tests.unit.notebook.test_markup import COMPONENTS\n"
        "story = iv.play('staging_bucket')\n"
        "pages = [make(story)._repr_mimebundle_() for make in COMPONENTS.values() for _ in (1, 2)]\n"
        "print(hashlib.sha256(repr([(p['text/html'], p['text/plain']) for p in pages]).encode()).hexdigest())"
    )
    runs = {subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout for _ in range(2)}
    assert len(runs) == 1
