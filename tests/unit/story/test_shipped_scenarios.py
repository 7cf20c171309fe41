"""The shipped scenarios: what each step comes to, written by hand from docs/rules, and how it is told.

In a row of outcomes ``A`` is allowed, ``I`` an implicit and ``E`` an explicit deny, ``X`` expired, ``-`` a change that
nobody decides; anything else is the code of an error that no policy gave.
"""

from __future__ import annotations

from functools import cache

import pytest

from iamviz.exercises import exercise
from iamviz.pictures.story_frames import stepper_picture
from iamviz.pictures.story_map import story_map
from iamviz.resources import data_dir
from iamviz.story.scenario import read_scenario
from iamviz.story.story import Story

LETTERS = {"A": "allowed", "I": "implicitDeny", "E": "explicitDeny", "X": "ExpiredToken", "-": "none"}
OUTCOMES = {
    # 1: a group is no principal (1.1, 2.2), a user is no role (5), one hour unless asked and allowed (4.8), 001, 138
    "report_reader": "- I ValidationError MalformedPolicyDocument A A ValidationError A A X",
    # 2: SAML needs no identity side (3.2); permissions are looked up at each call (4.14); 138
    "five_thousand": "A A A A A - A X I",
    # 3: the caller's permissions are not added (2.5); GetCallerIdentity is always allowed (4.6); 023, 024, 045
    "two_coats": "A I A A I I I A A",
    # 4: the decision table 3.2; root 038; 001-005, 017-021
    "two_locks": "A I - A I - A I AccessDenied - I",
    # 5: permission from a group, and its loss; 008, 022, 077
    "fifty_engineers": "A A A I - A A - A X I",
    # 6: 063, 066, 074, 076, 072
    "the_clock": "- A A - I - A A - A X",
    # 7: chaining is capped at an hour (4.8), hops do not depend on each other, self-trust (3.5); 041-043, 068, 069
    "chain": "A ValidationError A A X A I - A X",
    # 8: intersection; a resource policy that names the session is not capped (3.2), an SCP says no (3.3); 025-031, 034
    "narrowing": "A I I A I I - I - A E",
    # 9: MFA is absent for long-term keys, IfExists lets it pass, sessions are not MFA-marked (3.6, 4.9); 049-059
    "turnstile": "I A I - A - I I A A",
    # 10: the confused deputy (3.7); 046-048
    "vendor": "A I A A - I A I A",
    # 11: a service needs its name in the trust policy; whoever has the credentials has the session (4.14); 039, 072
    "capital_one": "A A A A - I A A Unauthorized A",
    # 12: PassRole and AssumeRole are two permissions (2.4); 124-129
    "pass_role": "I I A A InvalidParameterValueException - I A A",
    # 13: aud is the same for all, sub tells; the save-time check and the immutable subject (2.3); 113-116, 142, 143
    "github_ci": "A A A MalformedPolicyDocument - I A - A I I",
    # 14: names are free text; source identity and tags need a yes of their own and stick (4.11, 4.12); 059, 101, 111
    "who_did_it": "A A A - I I - A InvalidParameterValue A I",
    # 15: sessions outlive key and trust; AWSRevokeOlderSessions cuts by time of issue (3.8); 076, 078, 100
    "key_leaked": "- A - A - I A - E A A",
    # 16: SCPs of the role's account do not count for outside callers, RCPs do (3.3); management is exempt; 032-036
    "fence": "A - E A - E A A - E A",
    "staging_bucket": "I - A - A I E X A A I",
}


@cache
def told(name: str) -> Story:
    return read_scenario(data_dir() / f"{name}.yaml").play()


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_the_engine_says_what_the_rules_say(name: str) -> None:
    expected = [LETTERS.get(word, word) for word in OUTCOMES[name].split()]
    assert [step.outcome for step in told(name).steps] == expected


def test_every_shipped_story_stands_in_the_table() -> None:
    files = sorted(data_dir().glob("*.yaml"))
    assert sorted(OUTCOMES) == [path.stem for path in files if "story" in read_scenario(path, check=False).source.data]


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_story_is_told_calmly(name: str) -> None:
    """The visual grammar, 2 and 9: one sentence of 90 characters, three words of title, two bets, eleven steps."""
    story = told(name)
    assert 6 <= len(story.steps) <= 11
    assert sum(step.bet is not None for step in story.steps) <= 2
    for step in story.steps:
        assert len(step.caption_text) <= 90, step.caption_text
        assert len(step.title.split()) <= 4, step.title
        assert max(len(word) for word in step.title.split()) <= 10, step.title
        assert step.caption_text.endswith(".")


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_every_request_and_every_session_of_a_story_is_on_its_map(name: str) -> None:
    story = told(name)
    drawn = {edge.step for edge in story_map(story).edges}
    for step in story.steps:
        unasked = step.call is None or step.decision is None or step.call.name == "GetCallerIdentity"
        if not unasked and step.call.service not in ("iam", "organizations"):
            assert step.number in drawn, step.title


PUZZLES = sorted(path.stem for path in (data_dir() / "exercises").glob("puzzle_*.yaml"))


@pytest.mark.parametrize("name", PUZZLES)
def test_the_way_through_a_puzzle_is_told_calmly_and_drawn(name: str) -> None:
    story = exercise(name).story
    assert story is not None
    assert all(len(step.caption_text) <= 90 and step.caption_text.endswith(".") for step in story.steps)
    assert stepper_picture(story, "x").steps == len(story.steps)


def test_there_are_eight_puzzles() -> None:
    assert len(PUZZLES) == 8
