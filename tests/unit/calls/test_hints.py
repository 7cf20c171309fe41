"""A hint for every refusal; what it says to paste, pasted on the side that it names, makes the same call succeed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamviz.calls.hints import hints
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    HOME,
    LAMBDA,
    ROOT,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    deny,
    do,
    document,
    done,
    role,
    trusts,
    user,
)
from tests.unit.calls.pasting import LAW, OBJECT, READ, WORKER, become, paste, with_session


@pytest.mark.parametrize("name", LAW)
def test_following_the_hints_makes_the_same_call_succeed(name: str) -> None:
    """Every hint of the refusal pasted; what is refused next, if anything, is hinted at as well, at most twice more."""
    world, actor, (operation, params) = LAW[name]
    result = do(world, actor, operation, **params)
    assert not result.ok
    for _ in range(3):
        given = hints(result)
        assert given
        for hint in given:
            world = paste(world, result, hint)
        result = do(world, actor, operation, **params)
        if result.ok:
            break
    assert result.ok, result.error


@pytest.mark.parametrize("name", LAW)
def test_a_refusal_by_the_policies_names_a_side_and_brings_a_statement(name: str) -> None:
    world, actor, (operation, params) = LAW[name]
    for hint in hints(do(world, actor, operation, **params)):
        assert hint.side in ("caller", "resource")
        assert hint.statement is not None
        assert str(hint) == f"{hint.sentence}\n{json.dumps(hint.statement, indent=2)}"


def test_a_call_that_succeeds_needs_no_hint() -> None:
    assert hints(do(company(user("ana")), ANA, "sts:GetCallerIdentity")) == ()


def test_across_accounts_there_is_one_hint_a_side() -> None:
    world, actor, (operation, params) = LAW["neither side"]
    assert [hint.side for hint in hints(do(world, actor, operation, **params))] == ["caller", "resource"]


def test_the_hint_says_why_the_own_policy_is_needed_as_well() -> None:
    def sentence(name: str) -> str:
        world, actor, (operation, params) = LAW[name]
        return hints(do(world, actor, operation, **params))[0].sentence

    assert sentence("role trusts the account only").endswith("because the trust policy names only the account.")
    assert sentence("role abroad trusts").endswith(
        "because the role belongs to another account and both accounts must say yes."
    )


def test_a_condition_that_is_not_met_is_told_with_what_was_seen() -> None:
    asks = {"StringEquals": {"sts:ExternalId": "cust-7f3a"}}
    world = company(user("ana"), role("R", trusts(ANA_ARN, Condition=asks)))
    (hint,) = hints(assume(world, ANA, "R"))
    assert (hint.side, hint.statement) == ("call", None)
    assert "sts:ExternalId must be cust-7f3a under StringEquals, and it is absent" in hint.sentence
    (hint,) = hints(assume(world, ANA, "R", ExternalId="other"))
    assert "and it is other" in hint.sentence


def test_a_deny_whose_conditions_are_not_met_is_never_what_should_be_met() -> None:
    """It stands in the closed gate too, but making it speak would not help."""
    world, actor, (operation, params) = LAW["a Deny of another case beside it"]
    (hint,) = hints(do(world, actor, operation, **params))
    assert "aws:SecureTransport" not in hint.sentence
    assert hint.statement == allow("s3:GetObject", "arn:aws:s3:::assets/k")


def test_against_a_deny_no_allow_helps_and_the_hint_says_so() -> None:
    world = company(user("ana", allow("*"), deny("s3:*", Sid="Never")), bucket("assets"))
    (hint,) = hints(do(world, ANA, *READ[:1], **OBJECT))
    assert hint.side == "caller"
    assert hint.statement is None
    assert "own, Never" in hint.sentence
    assert "another Allow does not help" in hint.sentence


def test_a_deny_with_a_condition_says_when_it_would_not_apply() -> None:
    outside = {"StringNotEquals": {"aws:PrincipalAccount": AWAY}}
    block = deny("s3:*", "arn:aws:s3:::assets/*", Principal="*", Condition=outside)
    (hint,) = hints(do(company(user("ana", allow("*")), bucket("assets", block)), ANA, *READ[:1], **OBJECT))
    assert hint.side == "resource"
    assert f"applies unless aws:PrincipalAccount is {AWAY}" in hint.sentence


WITHOUT_POLICIES = {
    "ExpiredToken": ("session:worker", "s3:GetObject", OBJECT, "ask STS for new ones"),
    "InvalidClientTokenId": ("session:nobody", "s3:GetObject", OBJECT, "AWS does not know these credentials"),
    "NoSuchEntity": (f"admin:{HOME}", "iam:DeleteRole", {"RoleName": "x"}, "Nothing has this name"),
    "EntityAlreadyExists": (f"admin:{HOME}", "iam:CreateUser", {"UserName": "ANA"}, "The name is taken"),
    "ValidationError": (ANA, "sts:AssumeRole", {**become("Worker")[1], "DurationSeconds": 1}, "Correct the call"),
    "MalformedPolicyDocument": (
        f"admin:{HOME}",
        "iam:PutUserPolicy",
        {"UserName": "ana", "PolicyName": "p", "PolicyDocument": "{"},
        "The document is no JSON",
    ),
}


@pytest.mark.parametrize("expected", WITHOUT_POLICIES)
def test_what_is_refused_before_any_policy_has_a_hint_too(expected: str) -> None:
    actor, operation, params, words = WITHOUT_POLICIES[expected]
    world = with_session(company(user("ana"), WORKER, bucket("assets")))
    result = do(world, actor, operation, at=3600, **params)
    assert code(result) == expected
    (hint,) = hints(result)
    assert hint.side == "call"
    assert words in hint.sentence


def test_too_long_a_duration_and_the_wrong_kind_of_caller_are_told_from_the_checks() -> None:
    world = with_session(company(user("ana"), WORKER))
    (hint,) = hints(assume(world, ANA, "Worker", DurationSeconds=7200))
    assert hint.sentence == "Ask for less time: asked for 7200 s; the role allows 3600 s."
    (hint,) = hints(assume(world, ROOT, "Worker"))
    assert hint.sentence.startswith("Call with other credentials (the root user cannot assume a role")


def test_a_session_policy_that_is_silent_cannot_be_widened_only_passed_anew() -> None:
    cut = {"Policy": document(allow("ec2:*"))}
    world = company(user("ana"), role("Worker", trusts(ANA_ARN), allow("s3:*")), bucket("assets"))
    (hint,) = hints(do(with_session(world, **cut), "session:worker", "s3:GetObject", **OBJECT))
    assert "The session policy, which was passed when the session began" in hint.sentence
    wider = document(allow("ec2:*"), dict(hint.statement or {}))
    assert do(with_session(world, Policy=wider), "session:worker", "s3:GetObject", **OBJECT).ok


@pytest.mark.parametrize(
    ("name", "words"),
    [("worker", "the nearest is arn:aws:iam::111122223333:role/Worker"), ("Anything", "check name, path and account")],
)
def test_a_role_that_does_not_exist_is_told_although_aws_does_not_say_so(name: str, words: str) -> None:
    result = assume(company(user("ana", allow("*")), WORKER), ANA, name)
    assert "exist" not in (result.error.message if result.error else "")
    (hint,) = hints(result)
    assert hint.sentence.startswith(f"There is no role {arn('role', name)}, which AWS does not say: {words}")


@pytest.mark.parametrize(
    ("condition", "side", "words"),
    [
        ({"StringEquals": {"sts:ExternalId": "x1"}}, "call", "pass it as ExternalId"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "call", "a long-term key alone never carries this key"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "call", "call from such an address"),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, "caller", "tag the user or role so"),
        ({"StringEquals": {"aws:ResourceTag/team": "blue"}}, "resource", "tag the resource so"),
        ({"StringEquals": {"aws:Nobody": "knows"}}, "call", "and it is absent."),
    ],
)
def test_a_condition_comes_with_what_to_do_and_who_has_to_do_it(
    condition: dict[str, Any], side: str, words: str
) -> None:
    (hint,) = hints(assume(company(user("ana"), role("R", trusts(ANA_ARN, Condition=condition))), ANA, "R"))
    assert hint.side == side
    assert words in hint.sentence


def test_a_federation_session_without_a_policy_is_told_why_it_may_do_nothing() -> None:
    world = company(user("ana", allow("*")), bucket("assets"))
    federated = done(do(world, ANA, "sts:GetFederationToken", save="fed", Name="fed"))
    (hint,) = hints(do(federated, "fed", "s3:GetObject", **OBJECT))
    assert "call GetFederationToken again with a Policy that allows s3:GetObject" in hint.sentence
    policy_ = document(dict(hint.statement or {}))
    again = done(do(world, ANA, "sts:GetFederationToken", save="fed", Name="fed", Policy=policy_))
    assert do(again, "fed", "s3:GetObject", **OBJECT).ok


def test_the_user_behind_a_federation_session_is_named() -> None:
    world = company(user("ana", allow("sts:*")), bucket("assets"))
    cut = {"Name": "fed", "Policy": document(allow("s3:*"))}
    federated = done(do(world, ANA, "sts:GetFederationToken", save="fed", **cut))
    (hint,) = hints(do(federated, "fed", "s3:GetObject", **OBJECT))
    assert hint.sentence.startswith("A policy of the user ana must allow s3:GetObject")


def test_a_role_that_distrusts_the_service_gets_the_statement_that_is_missing() -> None:
    world = company(user("ana", allow("*")), WORKER)
    given = {"FunctionName": "f", "Role": WORKER.arn}
    refused = do(world, ANA, "lambda:CreateFunction", **given)
    (hint,) = hints(refused)
    assert (hint.side, hint.statement) == ("resource", trusts(LAMBDA))
    assert do(paste(world, refused, hint), ANA, "lambda:CreateFunction", **given).ok
