"""Who reaches which role, and by which way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

import iamviz as iv
from iamviz.accounts.reach import can_reach
from iamviz.world import Account
from tests.unit.accounts.asking import ANA, EC2, MFA
from tests.unit.calls.company import (
    HOME,
    allow,
    arn,
    company,
    deny,
    managed,
    policy,
    role,
    trusts,
    user,
)

# --- reach ---------------------------------------------------------------------------------------------------------


def chain(**more: Any) -> Any:
    return company(
        user("ana", allow("sts:AssumeRole", arn("role", "A"))),
        user("ben"),
        role("A", trusts(HOME), allow("sts:AssumeRole", "*")),
        role("B", trusts(arn("role", "A"))),
        role("C", trusts(arn("role", "B"), Condition={"StringEquals": {"sts:ExternalId": "x"}})),
        role("D", trusts(arn("user", "ben"))),
        **more,
    )


def test_a_chain_is_followed_hop_by_hop_and_a_condition_on_it_is_named() -> None:
    found = can_reach(chain(), "ana").reached
    assert [(r.role.rpartition("/")[2], r.hops, r.verdict) for r in found] == [
        ("A", 1, "allowed"),
        ("B", 2, "allowed"),
        ("C", 3, "depends on sts:ExternalId"),
    ]
    assert [hop.source.rpartition("/")[2] for hop in found[2].way] == ["ana", "A", "B"]
    assert can_reach(chain(), "ben").sentence == "ben can become 1 role, in at most 1 hop."


@pytest.mark.parametrize(
    ("start", "name"), [("ana", "ana"), ("ana maría", "ana-mar-a"), ("x", "x-session"), ("u" * 64, "u" * 64)]
)
def test_the_sessions_of_a_played_way_have_the_name_of_who_began_it(start: str, name: str) -> None:
    world = company(
        user(start, allow("sts:AssumeRole")), role("A", trusts(HOME), allow("sts:*")), role("B", trusts(HOME))
    )
    story = iv.can_reach(world, arn("user", start)).story("B")
    assert [step.call.params["RoleSessionName"] for step in story.steps] == [name]
    (session,) = iv.can_reach(world, "A").story("B").steps[0].before.sessions.values()
    assert session.arn.endswith("assumed-role/A/A-session")


def test_cycles_of_trust_end() -> None:
    world = company(
        role("A", [trusts(arn("role", "C")), trusts(ANA)]),
        role("B", trusts(arn("role", "A"))),
        role("C", [trusts(arn("role", "B")), trusts(arn("role", "C"))]),
        user("ana"),
    )
    assert [r.hops for r in can_reach(world, "ana").reached] == [1, 2, 3]
    assert [r.role.rpartition("/")[2] for r in can_reach(world, "B").reached] == ["C", "A"]


def test_of_several_ways_the_surest_counts_then_the_shortest() -> None:
    world = company(
        user("ana", allow("sts:*")),
        role("A", trusts(ANA)),
        role("B", trusts(arn("role", "A"))),
        role("Goal", [trusts(ANA, Condition=MFA), trusts(arn("role", "B"))]),
    )
    way = can_reach(world, "ana").way_to("Goal")
    assert (way.is_certain, way.hops) == (True, 3)


def test_whoever_trusts_everyone_is_reached_in_the_same_account_without_a_policy_of_ones_own() -> None:
    world = company(user("ana"), role("Open", trusts("*")))
    assert [r.role for r in can_reach(world, "ana").reached] == [arn("role", "Open")]


def test_a_boundary_an_scp_and_a_deny_stop_a_hop() -> None:
    bounded = user("ana", allow("sts:*"), boundary=arn("policy", "B"))
    ceiling = managed("B", allow("s3:*"))
    assert can_reach(company(bounded, role("A", trusts(HOME)), ceiling), "ana").reached == ()
    fence = Account(HOME, "home", "o-1", scps=((policy(allow("*"), deny("sts:*"), kind="scp"),),))
    fenced = company(user("ana", allow("sts:*")), role("A", trusts(HOME)), accounts=Map({HOME: fence}))
    assert can_reach(fenced, "ana").reached == ()


NAMES = "ABCDEF"


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=14), st.sampled_from(NAMES))
def test_reach_is_the_closure_of_what_the_engine_allows_one_by_one(edges: set[tuple[str, str]], start: str) -> None:
    trusted = {name: sorted({a for a, b in edges if b == name}) for name in NAMES}
    roles = [role(n, [trusts(arn("role", a)) for a in trusted[n]] or EC2) for n in NAMES]
    world = company(*roles)
    closure: set[str] = set()
    front = {start}
    while front:
        front = (
            {
                b
                for b in NAMES
                if any(
                    a != b and iv.ask(world, arn("role", a), "sts:AssumeRole", arn("role", b)).allowed
                    for a in sorted(front)
                )
            }
            - closure
            - {start}
        )
        closure |= front
    reached = can_reach(world, arn("role", start)).reached
    assert {found.role.rpartition("/")[2] for found in reached} == closure


@pytest.mark.parametrize("width", [20, 60, 100, 400])
def test_rows_for_which_a_line_has_no_room_take_several_and_lose_nothing(width: int) -> None:
    long = "a-role-whose-name-takes-all-the-sixty-four-characters-it-may-use"
    world = company(user("ana", allow("sts:AssumeRole")), role(long, trusts(arn("user", "ana"))))
    answer = can_reach(world, "ana")
    (row,) = answer.rows
    if width == 400:
        assert answer.text(width) == str(answer)
        return
    lines = answer.text(width).split("\n")
    assert any(line.startswith(row["role"]) for line in lines)
    assert f"    arn: {row['arn']}" in lines
    assert f"    trust: {row['trust']}" in lines
