"""Asking without doing: the decision that `perform` would take."""

from __future__ import annotations

import re

import pytest

from iamviz import CallError, Outcome, ask
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    AWAY,
    HOME,
    T0,
    allow,
    arn,
    assume,
    bucket,
    company,
    deny,
    do,
    document,
    done,
    role,
    trusts,
    user,
)

OPEN = trusts(f"arn:aws:iam::{HOME}:root", "s3:*", Resource="arn:aws:s3:::far/*")
WORLD = done(
    assume(
        company(
            user("ana", allow(["s3:GetObject", "sts:AssumeRole"]), deny("s3:GetObject", "arn:aws:s3:::assets/secret")),
            role("Reader", trusts(HOME), allow("s3:*"), account=HOME),
            bucket("assets"),
            bucket("far", OPEN, account=AWAY),
            bucket("closed", account=AWAY),
            labels=company().labels.set("Ana", arn("user", "ana")),
        ),
        ANA,
        "Reader",
        save="reader",
        Policy=document(allow("s3:PutObject")),
    )
)


@pytest.mark.parametrize("who", ["Ana", ANA, arn("user", "ana")])
@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        ("assets/k", Outcome.ALLOWED),
        ("assets/secret", Outcome.EXPLICIT_DENY),
        ("far/k", Outcome.ALLOWED),
        ("closed/k", Outcome.IMPLICIT_DENY),
    ],
)
def test_the_answer_is_what_performing_would_give(who: str, key: str, outcome: Outcome) -> None:
    decision = ask(WORLD, who, "s3:GetObject", f"arn:aws:s3:::{key}")
    assert decision.outcome is outcome
    name, _, object_key = key.partition("/")
    assert do(WORLD, who, "s3:GetObject", Bucket=name, Key=object_key).decisions == (decision,)


def test_a_profile_stands_for_its_session_a_role_for_a_session_without_session_policy() -> None:
    thing = "arn:aws:s3:::assets/k"
    assert not ask(WORLD, "reader", "s3:GetObject", thing).allowed
    assert ask(WORLD, "session:reader", "s3:PutObject", thing).allowed
    assert ask(WORLD, arn("role", "Reader"), "s3:GetObject", thing).allowed


def test_a_role_is_guarded_by_its_trust_policy() -> None:
    assert ask(WORLD, ANA, "sts:AssumeRole", arn("role", "Reader")).allowed
    assert not ask(WORLD, ANA, "sts:AssumeRole", arn("role", "Absent")).allowed


def test_the_world_stays_as_it_is() -> None:
    twin = WORLD.at(T0)
    ask(WORLD, ANA, "s3:GetObject", "arn:aws:s3:::assets/k")
    assert twin == WORLD


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("nobody", "nobody is called 'nobody'"),
        ("Reader", "'Reader' is a role and has no key to sign with; labels and profiles here: "),
        (ADMIN, "an administrator's change is never evaluated"),
        (f"user:{HOME}/zoe", "cannot ask anything: The security token included in the request is invalid"),
        ("session:none", "cannot ask anything"),
    ],
)
def test_who_cannot_ask_is_a_misuse(who: str, message: str) -> None:
    with pytest.raises(CallError, match=message):
        ask(WORLD, who, "s3:GetObject")


@pytest.mark.parametrize("pattern", ["s3:*", "s3:Get?bject", "*"])
def test_a_pattern_is_not_an_action(pattern: str) -> None:
    """An Allow of s3:* would cover the text s3:*, and a Deny of s3:DeleteObject would not."""
    with pytest.raises(CallError, match=re.escape(f"{pattern!r} is a pattern; ask for one action")):
        ask(WORLD, ANA, pattern)
