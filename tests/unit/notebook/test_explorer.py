"""The explorer: every combination is the engine's answer, and the page shows it by its radios alone."""

from __future__ import annotations

import re
from itertools import product

import pytest

import iamviz as iv
from iamviz.pictures.css import components_in, css_for
from iamviz.pictures.errors import PictureError
from iamviz.pictures.exploration import Exploration
from iamviz.pictures.explorer import MOST, PANE_BYTES, Tree, explorer_picture, pane_html
from iamviz.story.scenario import scenario_from_text
from iamviz.world.world import WorldError
from tests import hostile
from tests.unit.pictures.reading import Element, Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
PROD = "arn:aws:s3:::prod-assets/logo.png"
BUCKET = "arn:aws:s3:::staging-assets"
ROLE = "arn:aws:iam::222233334444:role/StagingEngineer"
ACTIONS = ["s3:GetObject", "s3:ListBucket", "s3:DeleteObject", "s3:ListAllMyBuckets"]


@pytest.fixture(scope="module")
def asked(story: iv.Story) -> Exploration:
    return Exploration(story, actions=ACTIONS, resources=[BUCKET, LOGO, PROD], at=["09:00", "09:20"])


def outcome(asked: Exploration, who: str, role: str, action: str, resource: str, at: str) -> str:
    wanted = (who, role, action, resource, at)
    picks = tuple(d.values.index(value) for d, value in zip(asked.dimensions, wanted, strict=True))
    return asked.found(picks).outcome


def test_answers_are_those_of_the_engine(asked: Exploration, story: iv.Story) -> None:
    early, later = story.start, story.steps[4].after
    for action, resource in (("s3:GetObject", LOGO), ("s3:DeleteObject", LOGO), ("s3:GetObject", PROD)):
        assert (
            outcome(asked, "Ana", "themselves", action, resource, "09:20")
            == iv.ask(later, "Ana", action, resource).outcome
        )
        assert (
            outcome(asked, "Ana", ROLE, action, resource, "09:20") == iv.ask(later, "staging", action, resource).outcome
        )
    assert (
        outcome(asked, "Ana", "themselves", "s3:GetObject", LOGO, "09:00")
        == iv.ask(early, "Ana", "s3:GetObject", LOGO).outcome
    )


def test_a_role_must_be_assumed_first(asked: Exploration) -> None:
    assert outcome(asked, "Ana", ROLE, "s3:GetObject", LOGO, "09:00") == "cannotAssume"
    assert outcome(asked, "Ana", ROLE, "s3:GetObject", LOGO, "09:20") == "allowed"
    # Ben is trusted by name, but no policy of his lets him call AssumeRole in another account.
    assert outcome(asked, "Ben", ROLE, "s3:GetObject", LOGO, "09:20") == "cannotAssume"


def test_a_session_is_named_after_its_user(asked: Exploration) -> None:
    found = asked.found((0, 1, 0, 1, 1))
    assert found.decision is not None
    assert found.decision.request.caller.arn.endswith(":assumed-role/StagingEngineer/ana")


def test_what_aws_never_asks_is_not_answered(asked: Exploration) -> None:
    assert outcome(asked, "Ana", "themselves", "s3:ListBucket", LOGO, "09:20") == "doesNotApply"
    assert outcome(asked, "Ana", "themselves", "s3:GetObject", BUCKET, "09:20") == "doesNotApply"
    assert outcome(asked, "Ana", "themselves", "s3:ListAllMyBuckets", BUCKET, "09:20") == "implicitDeny"


def shown(html: str, picks: tuple[int, ...]) -> list[str]:
    """The outcomes that the style rules leave visible: those without a hidden branch around them."""
    stack: list[bool] = []
    level: list[int | None] = []
    seen = []
    for tag in re.finditer(r"<(/?)(div|p)\b([^>]*)>", html):
        closing, name, rest = tag.groups()
        if name == "p":
            found = re.search(r'data-outcome="(\w+)"', rest)
            if found and all(stack):
                seen.append(found[1])
            continue
        if closing:
            stack.pop()
            level.pop()
            continue
        classes = (re.search(r'class="([^"]*)"', rest) or [None, ""])[1].split()
        options = [int(c[1:]) for c in classes if re.fullmatch(r"o\d+", c)]
        parent = level[-1] if level else None
        stack.append(parent is None or not options or picks[parent - 1] + 1 in options)
        level.append(next((int(c[1:]) for c in classes if re.fullmatch(r"v\d", c)), None))
    return seen


def test_the_page_shows_one_answer_for_every_combination(asked: Exploration) -> None:
    html = explorer_picture("x", asked).html
    for picks in product(*(range(len(d.values)) for d in asked.dimensions)):
        assert shown(html, picks) == [asked.found(picks).outcome], picks


def test_groups_are_labelled_and_start_at_the_first_option(asked: Exploration) -> None:
    reading = Reading(explorer_picture("x", asked).html)
    groups = [e.attributes["aria-label"] for e in reading.elements if e.attributes.get("role") == "radiogroup"]
    assert groups == ["Who", "As", "Does", "To", "When"]
    first: dict[str, Element] = {}
    for radio in reading.tagged("input"):
        first.setdefault(radio.attributes["name"], radio)
        assert ("checked" in radio.attributes) == (first[radio.attributes["name"]] is radio)


def test_panes_are_small_and_alike_ones_are_shared(asked: Exploration) -> None:
    tree = Tree(asked)
    html = tree.html()
    panes = {pane_html(asked.found(picks)) for picks in product(*(range(len(d.values)) for d in asked.dimensions))}
    assert tree.panes == len(panes) < asked.size / 3
    assert max(len(pane.encode()) for pane in panes) <= PANE_BYTES
    assert len(html.encode()) < asked.size * 400


def test_the_rules_count_options_not_combinations(asked: Exploration) -> None:
    picture = explorer_picture("x", asked)
    assert picture.steps == 4
    css = css_for(picture.components, picture.steps)
    assert css.count(":checked) .v") == 5 * 4
    assert len(css.encode()) < 6_000


def test_hostile_policies_keep_to_the_size_of_a_pane() -> None:
    story = scenario_from_text(hostile.scenario()).play()
    asked = Exploration(story)
    for picks in product(*(range(len(d.values)) for d in asked.dimensions)):
        html = pane_html(asked.found(picks))
        assert len(html.encode()) <= PANE_BYTES
        assert not Reading(html).faults


def test_beyond_400_the_page_says_how_to_go_on(story: iv.Story) -> None:
    times = [f"{hour:02}:{minute:02}" for hour in (10, 11, 12) for minute in range(30)]
    component = iv.explorer(story, actions=ACTIONS[:3], resources=[LOGO], at=times[:68])
    assert component.asked.size == 816 > MOST
    page = component.picture
    assert "2 who × 2 as × 3 does × 68 when make 816 combinations" in page.html
    assert "Run the notebook" in page.html
    assert not Reading(page.html).tagged("input")
    assert page.text.count("\n") == 1


def test_live_every_combination_has_its_frame(story: iv.Story) -> None:
    component = iv.explorer(story, actions=["s3:GetObject"], resources=[LOGO], at=["09:00", "09:20"])
    assert "denied: nothing says yes" in component.frame((0, 0, 0, 0, 0))
    door = component.frame((0, 1, 0, 0, 0))
    assert "iv-lockm" in door or "iv-lock" in door
    assert "ReadStagingAssets" in component.frame((0, 1, 0, 0, 1))


def test_what_is_one_choice_away_comes_nearest_first(story: iv.Story) -> None:
    component = iv.explorer(story, actions=["s3:GetObject"], resources=[LOGO], at=["09:00", "09:20", "10:00"])
    near = list(component.neighbours((0, 1, 0, 0, 1)))
    assert near == [(1, 1, 0, 0, 1), (0, 0, 0, 0, 1), (0, 1, 0, 0, 2), (0, 1, 0, 0, 0)]
    assert list(component.neighbours((0, 0, 0, 0, 0)))[-1] == (0, 0, 0, 0, 2)


def test_the_live_field_takes_a_combination_and_nothing_else(story: iv.Story) -> None:
    component = iv.explorer(story, actions=["s3:GetObject"], resources=[LOGO], at=["09:00", "09:20"])
    field = component.widget.children[1]
    for text in ("0.1.0.0.1", "0.1.0.0.7", "0.1", "", "a.b.c.d.e", "-1.0.0.0.0", "0.1.0.0.99999999999", "0.²0.0.0.0"):
        field.value = text
        assert component.picks == (0, 1, 0, 0, 1)
    slots = [slot.value for slot in component.widget.children[3].children if slot.value]
    assert sum('data-iv-picks="0.1.0.0.1"' in value for value in slots) == 1
    assert len(slots) == 2


def test_the_live_sheet_knows_all_that_frames_hold(story: iv.Story) -> None:
    component = iv.explorer(story, actions=["s3:GetObject"], resources=[LOGO], at=["09:00", "09:20"])
    picks = [(who, role, 0, 0, at) for who in (0, 1) for role in (0, 1) for at in (0, 1)]
    needed = components_in("".join(map(component.frame, picks)) + '<svg class="iv-map-mid">')
    named = re.findall(r'data-iv="([^"]*)"', component.widget.children[0].value)[0]
    assert needed <= set(named.split())


def test_live_frames_make_room_for_new_ones(story: iv.Story) -> None:
    component = iv.explorer(story, actions=["s3:GetObject", "s3:PutObject"], resources=[LOGO, f"{LOGO}2"])
    field, frames = component.widget.children[1], component.widget.children[3]
    every = [
        f"{who}.{role}.{action}.{to}.{at}"
        for who in "01"
        for role in "01"
        for action in "01"
        for to in "01"
        for at in "01"
    ]
    for picks in every:
        field.value = picks
        assert any(f'data-iv-picks="{picks}"' in slot.value for slot in frames.children)
    assert len(every) > len(frames.children)


def test_a_large_live_explorer_offers_lists(story: iv.Story) -> None:
    things = [f"arn:aws:s3:::staging-assets/{number}" for number in range(120)]
    component = iv.explorer(story, who=["Ana"], actions=["s3:GetObject", "s3:PutObject"], resources=things)
    reading = Reading(component.widget.children[2].value)
    assert not reading.faults
    assert [e.attributes["aria-label"] for e in reading.tagged("select")] == ["To"]
    assert len(reading.tagged("option")) == 120
    assert "0.0.0.0.0" in component.widget.children[3].children[-1].value


def test_a_world_is_asked_at_its_own_time(story: iv.Story) -> None:
    world = story.steps[4].after
    asked = Exploration(world, ["staging"], [None], ["s3:GetObject"], [LOGO])
    assert asked.dimensions[4].values == ("09:20",)
    assert asked.found((0, 0, 0, 0, 0)).outcome == "allowed"
    late = Exploration(world, ["staging"], [None], ["s3:GetObject"], [LOGO], ["10:00"])
    assert late.found((0, 0, 0, 0, 0)).outcome == "ExpiredToken"


def test_asking_changes_nothing(story: iv.Story) -> None:
    before = story.to_json()
    iv.explorer(story).picture  # noqa: B018 - drawing asks everything
    assert story.to_json() == before


def test_misuse_is_told(story: iv.Story) -> None:
    world = story.world
    with pytest.raises(PictureError, match="nobody here is called 'Anna'; labels and profiles: Ana, Ben, staging"):
        iv.explorer(story, who=["Anna"])
    with pytest.raises(PictureError, match=r"explorer needs actions=\[…\]"):
        iv.explorer(world, resources=[LOGO])
    with pytest.raises(PictureError, match=r"explorer needs resources=\[…\]"):
        iv.explorer(story, resources=LOGO)
    with pytest.raises(PictureError, match="'noon' is no time"):
        iv.explorer(story, at=["noon"])
    with pytest.raises(WorldError, match="no role 'Admin'"):
        iv.explorer(story, roles=["Admin"])
    with pytest.raises(PictureError, match="a world or a story, not str"):
        iv.explorer("staging_bucket")  # type: ignore[arg-type]
