"""Who may assume a role: decided by the engine for those who are known, named for the others."""

from __future__ import annotations

import pytest

from iamviz import WorldError
from iamviz.accounts import Trusted, who_may_assume
from iamviz.accounts.asker import asker
from iamviz.accounts.reach import hop
from tests.unit.calls.company import AWAY, HOME, VENDOR, allow, arn, company, deny, role, trusts, user

ANA, BEN = arn("user", "ana"), arn("user", "ben")


def who(trust, *things, **more):
    world = company(role("R", trust), *things, **more)
    return who_may_assume(world, arn("role", "R"))


def test_a_user_of_the_same_account_that_is_named_may() -> None:
    assert who(trusts(ANA), user("ana"), user("ben", allow("*"))) == (Trusted(ANA, "user"),)


def test_of_an_account_that_is_named_only_those_may_whose_own_policies_allow_it() -> None:
    ops = role("Ops", trusts({"Service": "ec2.amazonaws.com"}), allow("sts:*"))
    found = who(trusts(HOME), user("ana", allow("sts:AssumeRole")), user("ben"), ops)
    assert found == (Trusted(ANA, "user"), Trusted(ops.arn, "role"))


def test_whom_the_engine_keeps_out_does_not_appear() -> None:
    assert who(trusts(ANA), user("ana", deny("sts:*"))) == ()


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, ("MFA",)),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}, ("recent MFA",)),
        ({"StringEquals": {"sts:ExternalId": "x"}}, ("external id",)),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, ("SourceVpc",)),
        (
            {"StringEquals": {"sts:ExternalId": "x"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
            ("external id", "MFA"),
        ),
    ],
)
def test_a_condition_that_alone_keeps_a_user_out_is_named_in_short_words(condition, words) -> None:
    (found,) = who(trusts(ANA, Condition=condition), user("ana"))
    assert (found.principal, set(found.conditions)) == (ANA, set(words))


def test_a_condition_is_not_named_when_something_else_keeps_out_as_well() -> None:
    asks = {"StringEquals": {"sts:ExternalId": "x"}}
    assert who(trusts(ANA, Condition=asks), user("ana", deny("sts:*"))) == ()


@pytest.mark.parametrize(
    ("principal", "trusted"),
    [
        (VENDOR, Trusted(VENDOR, "account", ("external id",), known=False)),
        (f"arn:aws:iam::{VENDOR}:root", Trusted(VENDOR, "account", ("external id",), known=False)),
        (arn("user", "bob", VENDOR), Trusted(arn("user", "bob", VENDOR), "user", ("external id",), known=False)),
        (arn("role", "bot", VENDOR), Trusted(arn("role", "bot", VENDOR), "role", ("external id",), known=False)),
        ("*", Trusted("everyone", "everyone", ("external id",), known=False)),
        (
            f"arn:aws:sts::{VENDOR}:assumed-role/Bot/job",
            Trusted(f"arn:aws:sts::{VENDOR}:assumed-role/Bot/job", "session", ("external id",), known=False),
        ),
        ({"Service": "ec2.amazonaws.com"}, Trusted("ec2.amazonaws.com", "service", ("external id",))),
    ],
)
def test_others_are_named_as_the_trust_policy_names_them(principal, trusted) -> None:
    asks = {"StringEquals": {"sts:ExternalId": "x"}}
    assert who(trusts(principal, "sts:*", Condition=asks)) == (trusted,)


def test_who_gets_in_by_two_statements_is_told_once_with_the_fewer_conditions() -> None:
    strict = trusts(VENDOR, Condition={"StringEquals": {"sts:ExternalId": "x"}})
    for order in ([strict, trusts(VENDOR)], [trusts(VENDOR), strict]):
        assert who(order) == (Trusted(VENDOR, "account", (), known=False),)


def test_a_deny_and_a_statement_on_other_actions_let_nobody_in() -> None:
    block = {"Effect": "Deny", "Principal": {"AWS": VENDOR}, "Action": "sts:AssumeRole"}
    assert who([block, trusts(VENDOR, "sts:TagSession")]) == ()


def test_both_accounts_of_a_world_are_asked() -> None:
    world = company(role("R", trusts(HOME), account=AWAY), user("ana", allow("sts:*")), user("ben"))
    assert who_may_assume(world, arn("role", "R", AWAY)) == (Trusted(ANA, "user"),)


def test_a_role_that_is_not_there_is_told() -> None:
    with pytest.raises(WorldError, match="there is no role"):
        who_may_assume(company(), arn("role", "R"))


def test_what_is_known_of_a_user_decides_and_is_no_condition_left_to_meet() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    assert who(trusts(ANA, Condition=condition), user("ana")) == ()
    assert who(trusts(ANA, Condition=condition), user("ana", tags={"team": "blue"})) == (Trusted(ANA, "user"),)


def test_a_federated_caller_brings_claims_and_no_external_id() -> None:
    corp = arn("saml-provider", "Corp")
    audience = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    provider = Trusted(corp, "provider", ("aud",))
    assert who(trusts({"Federated": corp}, "sts:AssumeRoleWithSAML", Condition=audience)) == (provider,)
    asks = {"StringEquals": {"sts:ExternalId": "x"}}
    assert who(trusts({"Federated": corp}, "sts:AssumeRoleWithSAML", Condition=asks)) == ()


def test_a_deny_of_the_trust_policy_keeps_outsiders_out_or_asks_more_of_them() -> None:
    allowed, service = trusts(VENDOR), trusts({"Service": "ec2.amazonaws.com"})
    assert who([allowed, {**trusts("*"), "Effect": "Deny"}]) == ()
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    found = who([allowed, service, {**trusts("*", Condition=outside), "Effect": "Deny"}])
    assert found == (Trusted(VENDOR, "account", ("organization",), known=False),)


def test_an_id_stands_for_who_has_it_and_for_nobody_once_that_is_deleted() -> None:
    ana = user("ana")
    assert who(trusts(ana.unique_id), ana) == (Trusted(ANA, "user"),)
    assert who(trusts("AROADELETEDROLE00001"), ana) == ()


def test_a_session_that_is_named_is_one_of_the_role_behind_it() -> None:
    ops = role("Ops", trusts({"Service": "ec2.amazonaws.com"}))
    session = f"arn:aws:sts::{HOME}:assumed-role/Ops/deploy"
    world = company(role("R", trusts(session)), ops)
    step = hop(asker(world, ops.arn), world.role(arn("role", "R")))
    assert step is not None
    assert (step.session, step.keys, step.is_certain) == ("deploy", ("the session's name: deploy",), False)
