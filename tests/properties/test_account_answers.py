"""Answers about an account hold whatever the request brings: held against the engine with everything known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.asker import asker
from iamviz.accounts.reach import can_reach
from iamviz.accounts.who import who_can
from tests.unit.calls.company import HOME, arn, bucket, company, managed, role, trusts, user

KEYS: dict[str, list[Any]] = {
    "aws:MultiFactorAuthPresent": [None, "true", "false"],
    "aws:SourceIp": [None, "203.0.113.9", "198.51.100.7"],
    "aws:SourceVpce": [None, "vpce-1"],
    "s3:prefix": [None, "home/", "x"],
    "aws:RequestTag/team": [None, "blue"],
}
CONDITIONS = st.sampled_from(
    [
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"Null": {"aws:SourceVpce": "true"}},
        {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        {"StringEquals": {"aws:username": "ana"}},
        {"StringLike": {"s3:prefix": "home/*"}},
        {"ForAllValues:StringEquals": {"aws:RequestTag/team": "blue"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:ResourceAccount": HOME}},
    ]
)
STATEMENTS = st.lists(
    st.builds(
        lambda effect, action, resource, condition: {
            "Effect": effect,
            "Action": action,
            "Resource": resource,
            **({"Condition": condition} if condition else {}),
        },
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.sampled_from(["s3:*", "s3:GetObject", "s3:Get*", "*", "sqs:*", "s3:PutObject"]),
        st.sampled_from(
            ["*", "arn:aws:s3:::mine/*", "arn:aws:s3:::mine/home/${aws:username}/*", "arn:aws:s3:::other/*"]
        ),
        CONDITIONS,
    ),
    min_size=1,
    max_size=4,
)


def allow(resource: str, **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


OBJECTS = ["arn:aws:s3:::mine/home/ana/x", "arn:aws:s3:::mine/a", "arn:aws:s3:::other/a"]


def worlds(own: list[Any], ceiling: list[Any] | None, tags: dict[str, str]) -> Any:
    more: dict[str, Any] = {"tags": tags}
    things = [bucket("mine"), bucket("other")]
    if ceiling is not None:
        limit = managed("Ceiling", *ceiling)
        things.append(limit)
        more["boundary"] = limit.arn
    me = user("ana", *own, **more)
    worker = role("Worker", trusts({"Service": "ec2.amazonaws.com"}), *own, **more)
    return company(me, worker, *things)


@settings(max_examples=150, deadline=None)
@given(
    STATEMENTS,
    st.none() | STATEMENTS,
    st.sampled_from([{}, {"team": "blue"}]),
    st.sampled_from(["user", "role"]),
    st.sampled_from(OBJECTS),
    st.sampled_from(["s3:GetObject", "s3:PutObject"]),
    st.fixed_dictionaries({key: st.sampled_from(values) for key, values in KEYS.items()}),
)
def test_a_sure_answer_holds_for_whatever_the_request_brings(
    own: list[Any],
    ceiling: list[Any] | None,
    tags: dict[str, str],
    kind: str,
    resource: str,
    action: str,
    values: dict[str, Any],
) -> None:
    world = worlds(own, ceiling, tags)
    who = arn(kind, "ana" if kind == "user" else "Worker")
    verdict = asker(world, who).decide(action, resource)
    brought = {key: value for key, value in values.items() if value is not None}
    if kind == "role":
        brought.pop("aws:MultiFactorAuthPresent", None)
    known = {key.key: key.values for key in world.context_of(who, resource)}
    if kind == "role":
        known |= {key.key: key.values for key in asker(world, who).keys}
    request = iv.Request(asker(world, who).caller, action, resource, HOME, {**known, **brought})
    outcome = iv.evaluate(request, asker(world, who).policies)
    assert outcome.outcome in verdict.possible, (verdict.sentence, outcome.outcome)
    listed = {row["arn"]: row["verdict"] for row in who_can(world, action, resource).rows}
    if outcome.allowed:
        assert who in listed
    if listed.get(who) == "allowed":
        assert outcome.allowed
    if who not in listed:
        assert not outcome.allowed


@settings(max_examples=80, deadline=None)
@given(STATEMENTS, st.none() | STATEMENTS, st.sampled_from(["ana", "Worker"]))
@example(
    [allow("*", Bool={"aws:MultiFactorAuthPresent": "true"}), allow("arn:aws:s3:::mine/*")], None, "ana"
)  # the wider one needs more
def test_what_is_listed_without_condition_is_allowed_on_some_resource_and_what_is_not_listed_on_none(
    own: list[Any], ceiling: list[Any] | None, who: str
) -> None:
    world = worlds(own, ceiling, {})
    answer = allowed_actions(world, who)
    caller = asker(world, who)
    for action in ("s3:GetObject", "s3:PutObject", "s3:ListBucket"):
        resources = OBJECTS if action != "s3:ListBucket" else ["arn:aws:s3:::mine", "arn:aws:s3:::other"]
        answers = {caller.decide(action, resource).answer.value for resource in resources}
        if action in answer.allowed:
            continue
        assert "allowed" not in answers, (action, answers)
        if action not in answer.depends:
            assert answers == {"denied"}, (action, answers)


@pytest.mark.parametrize("mfa", [None, "true", "false"])
@pytest.mark.parametrize("ip", [None, "203.0.113.9", "198.51.100.7"])
def test_a_sure_way_can_be_gone_by_calls_and_an_unsure_one_under_its_conditions(
    mfa: str | None, ip: str | None
) -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    world = company(
        user("ana", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}),
        role("Sure", trusts(arn("user", "ana"))),
        role("Mfa", trusts(arn("user", "ana"), Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        role("Office", trusts(arn("user", "ana"), Condition=office)),
    )
    context = {key: value for key, value in (("aws:MultiFactorAuthPresent", mfa), ("aws:SourceIp", ip)) if value}
    reached = {found.role.rpartition("/")[2]: found.is_certain for found in can_reach(world, "ana").reached}
    assert reached == {"Sure": True, "Mfa": False, "Office": False}
    for name in reached:
        call = iv.Call(
            arn("user", "ana"),
            "sts:AssumeRole",
            {"RoleArn": arn("role", name), "RoleSessionName": "work"},
            context=context,
        )
        expected = {"Sure": True, "Mfa": mfa == "true", "Office": ip == "203.0.113.9"}[name]
        assert iv.perform(world, call).ok is expected
