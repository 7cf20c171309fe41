"""Every refusal of every scenario has a hint that helps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from iamviz import Call, Result, World, perform
from iamviz.calls.hints import Hint, hints
from iamviz.world import Account
from tests.conformance import sts
from tests.conformance.vectors import Vector, read_vectors, vector_id
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    GITHUB,
    HOME,
    LAMBDA,
    PROVIDER,
    TOKEN,
    WITH_GITHUB,
    allow,
    arn,
    assume,
    bucket,
    company,
    delete,
    do,
    document,
    done,
    policy,
    role,
    trusts,
    user,
)
from tests.unit.calls.pasting import OBJECT, READ, WORKER, become, paste

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    (
        "sts:AssumeRole",
        {**become("Worker")[1], "DurationSeconds": 899},
        "DurationSeconds is 899; expected 900 to 43200",
    ),
    ("sts:AssumeRole", {"RoleArn": WORKER.arn}, "RoleSessionName is missing"),
    ("sts:AssumeRole", {**become("Worker")[1], "TokenCode": "123456"}, "Pass SerialNumber and TokenCode"),
    ("sts:AssumeRole", {**become("Worker")[1], "RoleArn": ANA_ARN}, "Give the ARN of a role"),
    ("sts:AssumeRole", {**become("Worker")[1], "TransitiveTagKeys": ["a"]}, "Pass every transitive tag key"),
    ("lambda:CreateFunction", {"Role": arn("role", "R", AWAY)}, "Pass a role of the caller's own account"),
]


@pytest.mark.parametrize(("operation", "params", "words"), MISTAKES)
def test_a_mistake_in_the_call_is_told_in_plain_words(operation: str, params: dict[str, Any], words: str) -> None:
    (hint,) = hints(do(company(user("ana", allow("*")), WORKER), ANA, operation, **params))
    assert (hint.side, hint.statement) == ("call", None)
    assert words in hint.sentence


def refusals(scenario: Vector) -> Iterator[tuple[World, Call, Result]]:
    """Every call of a scenario that is refused, with the world in which it was made."""
    start = sts.moment(scenario["given"]["time0"])
    world = sts.build_world(scenario["given"], sts.deleted_names(scenario["steps"]))
    for step in scenario["steps"]:
        world = sts.without_nameless(world, step)
        for call in sts.build_calls(step, start):
            result = perform(world, call)
            if not result.ok:
                yield world, call, result
                break
            world = result.world


def can_be_pasted(result: Result, hint: Hint) -> bool:
    """Whether a hint has a statement, and a policy stands where it belongs."""
    if hint.statement is None or "session policy" in hint.sentence:
        return False
    request = next(decision for decision in result.decisions if not decision.allowed).request
    world = result.world
    return hint.side != "resource" or request.resource in world.roles or world.resource_of(request.resource) is not None


SCENARIOS = [*read_vectors("sts"), *read_vectors("corner_sts")]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=vector_id)
def test_every_refusal_of_a_scenario_has_a_hint_and_what_it_says_to_paste_helps(scenario: Vector) -> None:
    """Statements pasted one after the other: the call passes, or what is left to do is not a matter of a statement."""
    for before, call, refused in refusals(scenario):
        world, result, pasted = before, refused, 0
        while not result.ok:
            given = hints(result)
            assert given, call
            if any(not can_be_pasted(result, hint) for hint in given):
                break
            assert pasted < 4, f"{call}: pasted {pasted} times, and still {result.error}"
            for hint in given:
                world = paste(world, result, hint)
            pasted += 1
            result = perform(world, call)


def test_enough_statements_are_pasted() -> None:
    """The law above must not pass because nothing was pasted."""
    told = [hint for s in SCENARIOS for _, _, result in refusals(s) for hint in hints(result)]
    assert len([hint for hint in told if hint.statement is not None]) > 100
    assert {hint.side for hint in told} == {"call", "caller", "resource"}


@pytest.mark.parametrize(
    ("condition", "more", "words"),
    [
        (
            {"Null": {"sts:ExternalId": "true"}},
            {"ExternalId": "x1"},
            "absent, and it is x1; leave ExternalId out.",
        ),
        ({"Null": {"sts:ExternalId": "false"}}, {}, "must be present, and it is absent; pass it as ExternalId."),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}, {}, "must be less than 300 under NumericLessThan"),
        ({"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, {}, "must be after 2027-01-01T00:00:00Z"),
        ({"StringLike": {"sts:RoleSessionName": "ana-*"}}, {}, "must be like ana-* under StringLike"),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, {}, "one value of aws:TagKeys must be team"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, "must be false under Bool, and it is absent."),
        ({"StringEquals": {"aws:PrincipalArn": "x"}}, {}, "call as such a user or role."),
    ],
)
def test_a_wish_reads_as_a_sentence(condition: dict[str, Any], more: dict[str, Any], words: str) -> None:
    world = company(user("ana"), role("R", trusts(ANA_ARN, Condition=condition)))
    (hint,) = hints(assume(world, ANA, "R", **more))
    assert words in hint.sentence


@pytest.mark.parametrize(
    ("claim", "side", "words"),
    [("repository_owner", "resource", "AWS never passes this claim on"), ("ref", "call", "show a token that says so")],
)
def test_a_claim_that_sts_never_passes_on_is_told(claim: str, side: str, words: str) -> None:
    """docs/rules/roles_and_sessions.md 2.3."""
    asks = {"StringEquals": {f"{GITHUB}:{claim}": "acme"}}
    trusting = trusts({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition=asks)
    world = company(role("Ci", trusting), oidc_providers=WITH_GITHUB)
    params = {"RoleArn": arn("role", "Ci"), "RoleSessionName": "run", "WebIdentityToken": TOKEN}
    (hint,) = hints(do(world, "web:job", "sts:AssumeRoleWithWebIdentity", **params))
    assert hint.side == side
    assert words in hint.sentence


def test_a_trust_policy_that_means_an_earlier_user_is_to_be_saved_again() -> None:
    world = delete(company(user("ana", access_keys=()), role("R", trusts(ANA_ARN))), "user", "ana")
    world = done(do(world, f"admin:{HOME}", "iam:CreateUser", UserName="ana"))
    (hint,) = hints(assume(world, ANA, "R"))
    assert hint.sentence.startswith("The role's trust policy means an earlier user ana, since deleted: save it again")
    saved = document(dict(hint.statement or {}))
    change = {"RoleName": "R", "PolicyDocument": saved}
    assert assume(done(do(world, f"admin:{HOME}", "iam:UpdateAssumeRolePolicy", **change)), ANA, "R").ok


@pytest.mark.parametrize(("silent", "words"), [(0, "root"), (1, "organizational unit 1"), (2, "account")])
def test_the_level_of_scps_that_is_silent_is_named(silent: int, words: str) -> None:
    says = [policy(allow("*" if number != silent else "ec2:*"), kind="scp", name=str(number)) for number in range(3)]
    account = Account(HOME, "home", "o-x", scps=tuple((one,) for one in says))
    world = company(user("ana", allow("*")), bucket("assets"))
    world = replace(world, accounts=world.accounts.set(HOME, account))
    (hint,) = hints(do(world, ANA, *READ[:1], **OBJECT))
    assert hint.sentence.startswith("An SCP of ")
    assert words in hint.sentence


def test_the_tags_of_a_role_do_not_count_when_it_is_passed() -> None:
    asks = {"StringEquals": {"iam:ResourceTag/team": "blue"}}
    ana = user("ana", allow("lambda:*"), allow("iam:PassRole", Condition=asks))
    world = company(ana, role("Fn", trusts(LAMBDA)))
    (hint,) = hints(do(world, ANA, "lambda:CreateFunction", FunctionName="f", Role=arn("role", "Fn")))
    assert hint.side == "caller"
    assert "name roles in Resource instead" in hint.sentence
