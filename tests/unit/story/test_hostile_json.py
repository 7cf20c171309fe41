"""Stories from files that somebody else wrote: anything but a story that comes out as it says is refused."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iamviz as iv
from iamviz import Story, StoryError

TEXT = iv.play("staging_bucket").to_json()
DATA = json.loads(TEXT)
JUNK = [
    *[None, True, 0, -1, 1e308, "", "x", [], {}, 10**400, {"#": 0}, {"#": -1}, {"#": "a"}, {"enum": "Outcome"}],
    *[{"enum": "Outcome", "value": "allowed"}, {"time": "2026-03-02T09:00:00+00:00"}, {"time": "noon"}, {"map": [1]}],
    *[{"map": []}, {"map": [["a", 1]]}, {"dict": []}, {"list": [1]}, {"set": ["a"]}, {"set": [[]]}, {"unknown": 1}],
]


def places(value, place=()):
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*place, key))


PLACES = [place for place in places(DATA) if place]


def changed(place, value, delete=False):
    data = copy.deepcopy(DATA)
    holder = data
    for key in place[:-1]:
        holder = holder[key]
    if delete:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return json.dumps(data)


@given(place=st.sampled_from(PLACES), junk=st.sampled_from(JUNK), delete=st.booleans())
def test_junk_is_refused_or_can_be_used(place, junk, delete):
    """Nothing but StoryError is raised, and a story that is accepted can be shown and written."""
    try:
        story = Story.from_json(changed(place, junk, delete))
    except StoryError:
        return
    assert Story.from_json(story.to_json()) == story
    assert story.slug
    for step in story.steps:
        assert isinstance(step.caption_text + step.outcome, str)
        if step.decision is not None:
            assert str(step.decision.explain())


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "1" * 5000, "[" * 100_000, '{"format": "iamviz-story"}', TEXT[:-40]]
)
def test_what_is_no_story_is_refused(text):
    with pytest.raises(StoryError):
        Story.from_json(text)


def object_number(matches):
    return next(n for n, item in enumerate(DATA["objects"]) if item.get("class") and matches(item))


def test_an_error_that_was_taken_out_is_refused():
    """With its error gone, a refused step would read as allowed."""
    number = object_number(lambda item: item["class"] == "Result" and item["fields"]["error"] is not None)
    with pytest.raises(StoryError, match="differently now"):
        Story.from_json(changed(("objects", number, "fields", "error"), None))


def test_credentials_that_last_longer_are_refused():
    number = object_number(lambda item: item["class"] == "Session")
    forged = {"time": "2027-01-01T00:00:00+00:00"}
    with pytest.raises(StoryError):
        Story.from_json(changed(("objects", number, "fields", "expires"), forged))


def test_steps_in_another_order_are_refused():
    steps = DATA["story"]["steps"]
    with pytest.raises(StoryError, match="step 1 does not follow"):
        Story.from_json(changed(("story", "steps"), [steps[1], steps[0], *steps[2:]]))


def test_a_step_that_only_shows_cannot_change_the_world():
    number = object_number(lambda item: item["class"] == "Step" and item["fields"]["shows"])
    start = DATA["story"]["start"]
    with pytest.raises(StoryError):
        Story.from_json(changed(("objects", number, "fields", "after"), start))
