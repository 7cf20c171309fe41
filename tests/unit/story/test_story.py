"""Stories by hand, their steps, and their way to JSON and back."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz import Bet, Call, Outcome, Story, StoryError, load, play
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    HOME,
    T0,
    World,
    allow,
    arn,
    bucket,
    company,
    deny,
    document,
    role,
    trusts,
    user,
)

BECOME = {"RoleArn": arn("role", "Reader"), "RoleSessionName": "ana"}
READ = {"Bucket": "assets", "Key": "k"}


def small() -> World:
    return company(
        user("ana", deny("ec2:*")),
        role("Reader", trusts(arn("user", "ana")), allow("s3:*")),
        role("Far", trusts({"Service": "lambda.amazonaws.com"})),
        bucket("assets"),
        labels=company().labels.set("Ana", arn("user", "ana")),
    )


def tell() -> Story:
    story = Story(small(), "A story by hand")
    story.perform(Call(ANA, "s3:GetObject", READ), caption="{Ana} is {denied}.", bet="May she?")
    story.perform(
        Call(ANA, "sts:AssumeRole", BECOME, save="reader"), "Become", "{Ana} assumes {Reader}.", why="She may."
    )
    story.show("reader", "Look", "The {session} and {reader|its keys}.", at=T0 + timedelta(minutes=1))
    story.perform(Call("session:reader", "s3:GetObject", READ), "Read", "{allowed}", Bet("And now?", "The role."))
    story.perform(Call("session:reader", "s3:GetObject", READ, T0 + timedelta(hours=1)), "Late", "It {expires}.")
    return story


STORY = tell()


class TestTelling:
    def test_each_step_stands_alone_and_follows_the_one_before(self) -> None:
        steps = STORY.steps
        assert [step.number for step in steps] == [1, 2, 3, 4, 5]
        assert steps[0].before is STORY.start
        assert all(later.before is earlier.after for earlier, later in pairwise(steps))
        assert STORY.world is steps[-1].after

    def test_what_is_not_told_has_a_default(self) -> None:
        first = STORY.steps[0]
        assert first.title == "s3:GetObject"
        assert first.bet == Bet("May she?")
        assert (STORY.steps[1].bet, STORY.steps[1].why) == (None, "She may.")

    def test_captions_become_sentences_with_coloured_parts(self) -> None:
        texts = [step.caption_text for step in STORY.steps]
        assert texts == [
            "Ana is denied: nothing says yes.",
            "Ana assumes Reader.",
            "The session and its keys.",
            "allowed",
            "It expires.",
        ]
        kinds = [[(part.text, part.kind) for part in step.caption_parts if part.kind] for step in STORY.steps]
        assert kinds[1] == [("Ana", "user"), ("Reader", "role")]
        assert kinds[2] == [("session", "session"), ("its keys", "session")]
        assert kinds[3] == [("allowed", "allow")]

    def test_a_step_knows_the_session_it_is_about(self) -> None:
        issued = STORY.steps[1].issued
        assert issued is not None
        assert [step.session for step in STORY.steps] == [None, issued, issued, issued, issued]
        assert STORY.steps[3].issued is None

    def test_a_step_that_shows_asks_nothing(self) -> None:
        step = STORY.steps[2]
        assert (step.call, step.result, step.decision, step.shows) == (None, None, None, "reader")
        assert step.clock == T0 + timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("caption", "message"),
        [
            ("{Bob}", "step 1: the caption names {Bob}"),
            ("{allowed}", "step 1: the caption says {allowed}, but the engine says denied: nothing says yes"),
            ("{refused}", "step 1: the caption says {refused}, but the engine says denied"),
        ],
    )
    def test_a_step_that_says_what_is_not_so_is_not_recorded(self, caption: str, message: str) -> None:
        story = Story(small())
        with pytest.raises(StoryError) as error:
            story.perform(Call(ANA, "s3:GetObject", READ), caption=caption)
        assert message in str(error.value)
        assert story.steps == ()
        assert story.world == small()

    def test_only_credentials_that_are_kept_can_be_shown(self) -> None:
        with pytest.raises(StoryError, match="step 1 shows the profile 'reader'; there are: none"):
            Story(small()).show("reader", "t", "c")

    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Ana and the staging role", "ana-and-the-staging-role"),
            ("", "story"),
            ("1 2", "story-1-2"),
            ("<script>", "script"),
            ("名前", "story"),
            ("a" * 60, "a" * 40),
        ],
    )
    def test_the_title_becomes_a_part_of_an_id(self, title: str, slug: str) -> None:
        assert Story(small(), title).slug == slug

    def test_stories_told_alike_are_equal(self) -> None:
        assert tell() == STORY
        other = tell()
        other.perform(Call(ANA, "sts:GetCallerIdentity"))
        assert other != STORY


OUTCOMES = [
    (Call(ANA, "sts:AssumeRole", BECOME), "allowed"),
    (Call(ANA, "s3:GetObject", READ), "implicitDeny"),
    (Call(ANA, "ec2:RunInstances"), "explicitDeny"),
    (Call(ADMIN, "iam:CreateUser", {"UserName": "new"}), "none"),
    (Call(ADMIN, "iam:CreateUser", {"UserName": "ANA"}), "EntityAlreadyExists"),
    (Call(ANA, "sts:AssumeRole", {**BECOME, "DurationSeconds": 1}), "ValidationError"),
    (Call(ANA, "sts:AssumeRole", {**BECOME, "DurationSeconds": 7200}), "ValidationError"),
    (Call("session:nobody", "s3:GetObject", READ), "InvalidClientTokenId"),
    (Call(f"root:{HOME}", "sts:AssumeRole", BECOME), "AccessDenied"),
    (Call(ANA, "sts:AssumeRole", {**BECOME, "TokenCode": "123456"}), "AccessDenied"),
    (Call(ANA, "sts:GetSessionToken"), "none"),
]


@pytest.mark.parametrize(
    ("call", "outcome"), OUTCOMES, ids=[f"{outcome}-{n}" for n, (_, outcome) in enumerate(OUTCOMES)]
)
def test_the_outcome_is_the_verdict_of_the_policies_else_the_code_else_none(call: Call, outcome: str) -> None:
    story = Story(small())
    story.perform(call)
    assert story.steps[0].outcome == outcome


def test_a_role_that_may_not_be_passed_is_a_denial_by_policies_whatever_the_code() -> None:
    story = Story(company(user("ana", allow("lambda:*")), role("Fn", trusts({"Service": "lambda.amazonaws.com"}))))
    result = story.perform(Call(ANA, "lambda:CreateFunction", {"Role": arn("role", "Fn")}))
    assert result.error is not None
    assert result.error.code == "AccessDeniedException"
    assert story.steps[0].outcome == "implicitDeny"


class TestJson:
    @pytest.mark.parametrize("name", ["staging_bucket"])
    def test_a_story_comes_back_equal_and_is_written_in_the_same_bytes(self, name: str) -> None:
        for story in (play(name), tell()):
            text = story.to_json()
            again = Story.from_json(text)
            assert again == story
            assert again.to_json() == text

    def test_what_came_back_can_be_told_on(self) -> None:
        again, story = Story.from_json(STORY.to_json()), tell()
        for told in (again, story):
            told.perform(Call(ANA, "sts:AssumeRole", BECOME, save="reader"), "Again", "A new {session}.")
        assert again == story
        assert again.to_json() == story.to_json()

    def test_bound_principals_survive_the_way(self) -> None:
        """docs/rules/roles_and_sessions.md 2.2: a user made again is somebody else, also after reading back."""
        story = tell()
        her = {"UserName": "ana"}
        for inline in story.world.user(arn("user", "ana")).inline:
            assert story.perform(Call(ADMIN, "iam:DeleteUserPolicy", her | {"PolicyName": inline.name})).ok
        for operation in ("iam:DeleteAccessKey", "iam:DeleteUser", "iam:CreateUser"):
            assert story.perform(Call(ADMIN, operation, her)).ok
        again = Story.from_json(story.to_json())
        again.perform(Call(ANA, "sts:AssumeRole", BECOME))
        assert again.steps[-1].outcome == "implicitDeny"

    def test_every_process_writes_the_same_bytes_whatever_its_hash_seed(self) -> None:
        line = (
            "import hashlib, iamviz as iv; from tests.unit.story.test_story import tell;"
            "print(*(hashlib.sha256(s.to_json().encode()).hexdigest() for s in (iv.play('staging_bucket'), tell())))"
        )
        expected = [hashlib.sha256(s.to_json().encode()).hexdigest() for s in (play("staging_bucket"), STORY)]
        for seed in ("0", "1", "4711"):
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            run = subprocess.run(
                [sys.executable, "-c", line], env=environment, capture_output=True, text=True, check=True
            )
            assert run.stdout.split() == expected

    @pytest.mark.parametrize(
        ("said", "forged"), [("implicitDeny", "allowed"), ("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")]
    )
    def test_a_decision_that_was_tampered_with_is_refused(self, said: str, forged: str) -> None:
        text = STORY.to_json()
        old, new = (f'{{"enum": "Outcome", "value": "{value}"}}' for value in (said, forged))
        assert old in text
        with pytest.raises(StoryError, match=f"the story says that .* is {forged}, the engine says {said}"):
            Story.from_json(text.replace(old, new, 1))

    def test_a_policy_that_was_tampered_with_is_refused_where_it_matters(self) -> None:
        text = STORY.to_json()
        assert '\\"s3:*\\"' in text
        with pytest.raises(StoryError, match="the engine says"):
            Story.from_json(text.replace('\\"s3:*\\"', '\\"s4:*\\"'))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "not a story"),
            ("[]", 'expected an object with "format"'),
            ("{}", 'expected an object with "format"'),
            ('{"format": "iamviz-story", "version": 2}', "a story of version 2; this iamviz reads version 1"),
            ('{"format": "iamviz-story", "version": 1}', "not a story as iamviz writes it: KeyError"),
            ("[" * 100000, "not a story"),
            ('{"format": ' + "9" * 5000 + "}", "not a story"),
        ],
    )
    def test_what_is_no_story_is_told(self, text: str, message: str) -> None:
        with pytest.raises(StoryError, match=message):
            Story.from_json(text)

    def test_a_value_that_json_cannot_hold_is_told_when_it_is_written(self) -> None:
        story = Story(small())
        story.perform(Call(ANA, "s3:PutObject", {**READ, "Body": b"bytes"}))
        with pytest.raises(StoryError, match="a story cannot hold bytes"):
            story.to_json()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("# enum value time map dict list set class fields policy kind name arn source".split()),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def read(text: str) -> None:
    """Reading may succeed or say what is wrong, nothing else."""
    with contextlib.suppress(StoryError):
        Story.from_json(text)


@given(st.lists(JSON, max_size=3), JSON, JSON)
def test_garbage_in_the_frame_of_a_story_is_told_as_a_story_error(objects: list[Any], start: Any, steps: Any) -> None:
    body = {"title": "t", "start": start, "steps": steps}
    read(json.dumps({"format": "iamviz-story", "version": 1, "objects": objects, "story": body}))


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_garbage_text_is_told_as_a_story_error(text: str) -> None:
    with pytest.raises(StoryError):
        Story.from_json(text)


DATA = json.loads(STORY.to_json())


@given(st.data())
def test_a_real_story_with_one_value_replaced_is_read_or_told_as_a_story_error(data: st.DataObject) -> None:
    copy = json.loads(STORY.to_json())
    place: Any = copy
    key: Any = data.draw(st.sampled_from(["objects", "story"]))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.integers(0, 3)):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
    place[key] = data.draw(JSON)
    read(json.dumps(copy))


def test_a_loaded_world_can_begin_a_story_of_ones_own() -> None:
    story = Story(load("staging_bucket"))
    story.perform(
        Call("Ana", "s3:GetObject", {"Bucket": "staging-assets", "Key": "logo.png"}), caption="{Ana}: {denied}"
    )
    assert story.steps[0].decision is not None
    assert story.steps[0].decision.outcome is Outcome.IMPLICIT_DENY


def test_a_document_in_a_call_is_part_of_the_story() -> None:
    story = Story(small())
    params = {"UserName": "ana", "PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}
    story.perform(Call(ADMIN, "iam:PutUserPolicy", params))
    assert Story.from_json(story.to_json()).steps[0].call == story.steps[0].call
