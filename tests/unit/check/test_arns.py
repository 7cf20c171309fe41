"""Whether two patterns can mean the same text, against trying all short texts."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamviz.patterns import compile_glob
from iamviz.policy.check.arns import can_meet, has_wildcard
from iamviz.policy.check.views import arn_fields, without_variables

ALPHABET = "ab:"
TEXTS = ["".join(letters) for length in range(6) for letters in product(ALPHABET, repeat=length)]
PATTERN = st.text(alphabet="ab:*?", max_size=5)


@given(PATTERN, PATTERN)
@settings(max_examples=400, deadline=None)
def test_patterns_meet_when_some_text_matches_both(first: str, second: str) -> None:
    one, other = compile_glob(first), compile_glob(second)
    if any(one(text) and other(text) for text in TEXTS):
        assert can_meet(first, second)
    elif len(first.replace("*", "")) + len(second.replace("*", "")) <= 5:
        assert not can_meet(first, second)  # a common text would be as short as that


@given(PATTERN, PATTERN)
@settings(max_examples=200, deadline=None)
def test_meeting_is_mutual(first: str, second: str) -> None:
    assert can_meet(first, second) is can_meet(second, first)


@pytest.mark.parametrize(
    ("first", "second", "meets"),
    [
        ("function:*prod", "function:*", True),
        ("func*prod", "function:*", False),
        ("func*", "function:*", True),
        ("log-group:*:log-stream:*", "log-group:*:log-stream:*", True),
        ("log-group:*x", "log-group:*:log-stream:*", False),
        ("*", "a:b", True),
    ],
)
def test_a_star_inside_a_segment_stops_at_a_colon(first: str, second: str, meets: bool) -> None:
    assert can_meet(first, second, stops_at_colon=True) is meets


def test_very_long_patterns_are_taken_to_meet() -> None:
    assert can_meet("a" * 1000, "b")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("*", ["*"]),
        ("arn:aws:s3:::b", ["arn", "aws", "s3", "", "", "b"]),
        ("arn:aws:logs:*:*:a:b", ["arn", "aws", "logs", "*", "*", "a:b"]),
        ("arn:aws:kms:*:${aws:PrincipalAccount}:key/*", ["arn", "aws", "kms", "*", "${aws:PrincipalAccount}", "key/*"]),
        ("${aws:username}", ["${aws:username}"]),
        ("arn:${a:b", ["arn", "${a", "b"]),
    ],
)
def test_fields(text: str, fields: list[str]) -> None:
    assert arn_fields(text) == fields


def test_wildcards_inside_variables_are_none() -> None:
    assert has_wildcard("a*")
    assert not has_wildcard("a${*}b")
    assert without_variables("a/${aws:username}/b") == "a/*/b"
