"""What an account says of an error: policy, statement, what else stands in the way."""

from __future__ import annotations

import pytest

import iamviz as iv
from iamviz.accounts.why import Why, why
from iamviz.accounts.why_parse import Denial
from iamviz.policy.model import PolicyKind
from iamviz.world.entities import Role
from tests.unit.accounts.denials import ANA, ROLE, sentence
from tests.unit.calls.company import allow, company, deny, user


@pytest.fixture(scope="module")
def world() -> iv.World:
    return iv.load("staging_bucket")


def test_the_account_agrees_and_names_policy_and_statement(world: iv.World) -> None:
    answer = why(sentence(ANA, "s3:GetObject", "arn:aws:s3:::b/k", PolicyKind.IDENTITY, explicit=False), world)
    assert answer.decision is not None
    assert not answer.decision.allowed
    assert answer.account[0].startswith("The loaded account comes to the same answer.")
    assert [hint.statement for hint in answer.change] == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}
    ]


def test_an_account_that_would_allow_says_so() -> None:
    trusting = iv.play("staging_bucket").world
    answer = why(sentence(ANA, "sts:AssumeRole", ROLE, PolicyKind.SCP, explicit=False), trusting)
    assert answer.decision is not None
    assert answer.decision.allowed
    assert "would be allowed" in answer.account[0]
    assert any("No SCPs were loaded" in unknown for unknown in answer.unknown)


def test_two_closed_doors_are_both_named(world: iv.World) -> None:
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    other = "arn:aws:iam::222233334444:role/Other"
    world = world.with_role(Role(other, "AROAOTHER", trust=iv.Policy.parse(trust, "trust")))
    answer = why(f"User: {ANA} is not authorized to perform: sts:AssumeRole on resource: {other}", world)
    assert answer.decision is not None
    closed = [gate.kind for gate in answer.decision.explain().closed]
    assert closed == [PolicyKind.IDENTITY, PolicyKind.TRUST]
    assert [hint.side for hint in answer.change] == ["caller", "resource"]
    assert any("one alone is not enough" in sentence for sentence in answer.beside)


def test_a_role_that_is_not_there_is_told_with_its_neighbour(world: iv.World) -> None:
    answer = why(f"User: {ANA} is not authorized to perform: sts:AssumeRole on resource: {ROLE.lower()}", world)
    assert answer.account[0].endswith(f"There is {ROLE}: compare path and letter case.")
    assert any("Does the role exist" in thing for thing in answer.look)
    there = why(f"User: {ANA} is not authorized to perform: sts:AssumeRole on resource: {ROLE}", world)
    assert not any("Does the role exist" in thing for thing in there.look)


def test_a_policy_that_aws_names_and_the_account_lacks(world: iv.World) -> None:
    answer = why(sentence(ANA, "s3:GetObject", "arn:aws:s3:::b/k", PolicyKind.SCP, explicit=False), world)
    assert "stopped elsewhere" in answer.account[0]
    assert any("does not touch it" in sentence for sentence in answer.beside)


def test_a_caller_who_is_not_in_the_account(world: iv.World) -> None:
    answer = why(sentence("arn:aws:iam::999988887777:user/zed", "s3:GetObject", "*", PolicyKind.IDENTITY, False), world)
    assert answer.decision is None
    assert "not in the loaded account" in answer.unknown[0]


def test_a_role_session_is_found_by_the_name_of_its_role(world: iv.World) -> None:
    caller = "arn:aws:sts::222233334444:assumed-role/StagingEngineer/somebody"
    answer = why(sentence(caller, "s3:DeleteObject", "arn:aws:s3:::b/k", PolicyKind.IDENTITY, explicit=False), world)
    assert answer.decision is not None
    assert answer.decision.request.caller.role_arn == ROLE
    assert any("session policy" in unknown for unknown in answer.unknown)


def test_a_policy_keeps_its_name_where_a_sentence_begins_with_it() -> None:
    world = company(user("ana", allow("*"), deny("s3:*")))
    text = sentence(ANA, "s3:GetObject", "arn:aws:s3:::b/k", PolicyKind.IDENTITY, explicit=True)
    named = why(text, world).account[0].removeprefix("The loaded account comes to the same answer. ")
    assert named.startswith(world.user(ANA).inline[0].name)


def test_the_answer_shows_itself(world: iv.World) -> None:
    text = sentence(ANA, "s3:GetObject", "arn:aws:s3:::b/<script>", PolicyKind.IDENTITY, explicit=False)
    shown = iv.why(text, world)
    assert isinstance(shown, Why)
    assert "<script>" not in shown.picture.html
    assert "iv-gates" in shown.picture.html
    assert "because no identity-based policy allows</mark>" in shown.picture.html
    assert '<pre class="wash">{\n  &quot;Effect&quot;: &quot;Allow&quot;,\n' in shown.picture.html
    assert str(shown) in shown._repr_mimebundle_()["text/plain"]


def test_denials_are_values() -> None:
    assert Denial(ANA, "s3:GetObject") == Denial(ANA, "s3:GetObject")
