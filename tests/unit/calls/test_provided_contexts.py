"""ProvidedContexts of AssumeRole: docs/rules/roles_and_sessions.md 3.1 and 4.2."""

from __future__ import annotations

from typing import Any

import pytest

from iamviz import CallError, World
from tests.unit.calls.company import ANA, ANA_ARN, allow, assume, code, company, role, trusts, user

CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
OPAQUE = {"ProviderArn": CENTER, "ContextAssertion": "eyJhbGciOi"}
DECODED = {"ProviderArn": CENTER, "ContextAssertion": {"identitystore:UserId": "ana-1"}}


def world(*actions: str, condition: Any = None, **more: Any) -> World:
    actions = actions or ("sts:AssumeRole", "sts:SetContext")
    who = more.pop("who", ANA_ARN)
    limits = {"Condition": condition} if condition else {}
    return company(user("ana", *more.pop("mine", ())), role("R", trusts(who, [*actions], **limits)))


def provide(in_world: World, *contexts: Any) -> Any:
    return assume(in_world, ANA, "R", ProvidedContexts=list(contexts))


def test_the_trust_policy_must_name_set_context() -> None:
    assert provide(world(), OPAQUE).ok
    refused = provide(world("sts:AssumeRole"), OPAQUE)
    assert code(refused) == "AccessDenied"
    assert "sts:SetContext on resource: " in refused.error.message
    assert assume(world("sts:AssumeRole"), ANA, "R").ok


def test_so_must_the_caller_where_the_trust_policy_names_only_the_account() -> None:
    account = ANA_ARN.split(":")[4]
    assert not provide(world(who=account, mine=[allow("sts:AssumeRole")]), OPAQUE).ok
    assert provide(world(who=account, mine=[allow("sts:AssumeRole"), allow("sts:SetContext")]), OPAQUE).ok


@pytest.mark.parametrize(
    ("condition", "opaque", "decoded"),
    [
        ({"ForAnyValue:ArnEquals": {"sts:RequestContextProviders": CENTER}}, True, True),
        ({"ForAnyValue:ArnEquals": {"sts:RequestContextProviders": f"{CENTER}2"}}, False, False),
        ({"StringEquals": {"sts:RequestContext/identitystore:UserId": "ana-1"}}, False, True),
    ],
)
def test_what_it_tells_are_condition_keys(condition: Any, opaque: bool, decoded: bool) -> None:
    made = world(condition=condition)
    assert provide(made, OPAQUE).ok is opaque
    assert provide(made, DECODED).ok is decoded
    assert not assume(made, ANA, "R").ok


@pytest.mark.parametrize(
    ("contexts", "member"),
    [
        ([], "'providedContexts'"),
        ([OPAQUE] * 6, "'providedContexts'"),
        ([OPAQUE, {**OPAQUE, "ContextAssertion": "abc"}], "'providedContexts.2.member.contextAssertion'"),
        ([{**OPAQUE, "ContextAssertion": "a" * 2049}], "'providedContexts.1.member.contextAssertion'"),
        ([{**OPAQUE, "ProviderArn": "arn:aws:iam::aws:"}], "'providedContexts.1.member.providerArn'"),
    ],
)
def test_lengths(contexts: list[Any], member: str) -> None:
    result = provide(world(), *contexts)
    assert code(result) == "ValidationError"
    assert member in result.error.message
    assert provide(world(), *[OPAQUE] * 5).ok


@pytest.mark.parametrize("context", ["text", {"Provider": CENTER}, {**DECODED, "ContextAssertion": {"key": 5}}])
def test_another_shape_is_a_misuse(context: Any) -> None:
    with pytest.raises(CallError, match="expected"):
        provide(world(), context)
