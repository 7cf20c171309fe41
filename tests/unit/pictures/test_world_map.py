"""The map of a world: whole or around a node, folded, and true to the engine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.pictures.world_map import LARGEST, MOST_ALIKE, world_map
from iamviz.world.world import World, WorldError

from .test_crowds import IDENTITY, MAY_ASSUME, QA, ROLE, STAGING, TRUST, after, before, day, people, world


def names(drawn: object) -> list[str]:
    return [node.name for node in drawn.nodes]  # type: ignore[attr-defined]


def lines(drawn: object) -> list[tuple[str, str, str]]:
    at = {node.key: node.name for node in drawn.nodes}  # type: ignore[attr-defined]
    return [(at[e.source], e.verb, at[e.target]) for e in drawn.edges]  # type: ignore[attr-defined]


def test_who_is_just_like_others_is_folded_and_who_has_a_name_is_not() -> None:
    drawn = world_map(after())
    assert sorted(names(drawn)) == ["49 more engineers", "Ana", "Engineer", "Engineer"]
    assert lines(drawn) == [  # one of the four says it; all are dashed
        ("Ana", "may assume", "Engineer"),
        ("49 more engineers", "", "Engineer"),
        ("Ana", "", "Engineer"),
        ("49 more engineers", "", "Engineer"),
    ]
    assert all(edge.kind == "trust" for edge in drawn.edges)
    assert iv.map(after()).text.count("49 more engineers may assume Engineer") == 2
    assert "50 engineers" in names(world_map(before()))


def test_whom_one_asks_to_keep_stays_out_of_the_fold() -> None:
    drawn = world_map(after(), keep=["engineer-07"])
    assert "engineer-07" in names(drawn)
    assert "48 more engineers" in names(drawn)


@pytest.mark.parametrize("difference", ["groups", "policies", "boundary"])
def test_one_difference_keeps_an_identity_out_of_the_fold(difference: str) -> None:
    users = people(6)
    account: dict[str, object] = {"id": IDENTITY, "name": "identity", "users": users}
    if difference == "groups":
        account["groups"] = [{"name": "Leads"}]
        users[0]["groups"] = ["Leads"]
    elif difference == "policies":
        deny = {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
        users[0]["policies"] = [{"name": "other", "document": json.dumps(deny)}]
    made = world(account)
    if difference == "boundary":
        first = made.users[f"arn:aws:iam::{IDENTITY}:user/engineer-00"]
        made = made.with_user(replace(first, boundary=f"arn:aws:iam::{IDENTITY}:policy/b"))
    drawn = names(world_map(made))
    assert "engineer-00" in drawn
    assert "5 engineers" in drawn


def test_an_ego_map_holds_what_is_near_and_nothing_else() -> None:
    drawn = world_map(after(), ROLE)
    assert sorted(names(drawn)) == ["49 more engineers", "Ana", "Engineer"]
    assert sorted({node.account for node in drawn.nodes if node.account}) == [IDENTITY, STAGING]
    ana = world_map(after(), "Ana")
    assert sorted(names(ana)) == ["Ana", "Engineer", "Engineer"]
    assert names(world_map(after(), "Ana", hops=0)) == ["Ana"]


def chain() -> World:
    def role(name: str, principal: str) -> dict[str, object]:
        trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}}
        policies = [{"name": "p", "document": json.dumps(MAY_ASSUME)}]
        return {"name": name, "trust": json.dumps(trust), "policies": policies}

    arn = f"arn:aws:iam::{QA}:role/"
    return world(
        {"id": IDENTITY, "name": "identity", "users": people(1)},
        {
            "id": QA,
            "name": "QA",
            "roles": [
                role("One", f"arn:aws:iam::{IDENTITY}:user/engineer-00"),
                role("Two", f"{arn}One"),
                role("Three", f"{arn}Two"),
            ],
        },
    )


@pytest.mark.parametrize(("hops", "expected"), [(1, {"One", "Two", "Three"}), (2, {"engineer-00"}), (0, {"Two"})])
def test_hops_go_forwards_and_backwards(hops: int, expected: set[str]) -> None:
    drawn = set(names(world_map(chain(), "Two", hops)))
    assert expected <= drawn
    assert len(drawn) == {0: 1, 1: 3, 2: 4}[hops]


def test_a_large_world_is_drawn_around_its_busiest_role_and_says_so() -> None:
    def trusting(service: str) -> dict[str, object]:
        return {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}

    count = LARGEST // 2 + 1
    roles = [{"name": f"Role{n}", "trust": json.dumps({"Statement": trusting(f"service{n}")})} for n in range(count)]
    roles[5]["trust"] = json.dumps({"Statement": [trusting("service5"), TRUST["Statement"]]})
    big = world(
        {"id": IDENTITY, "name": "identity", "users": people(2)},
        {"id": STAGING, "name": "staging", "roles": roles},
    )
    picture = iv.map(big)
    assert picture.text.startswith(f"This world has {2 * count + 2} nodes: this is what is around Role5.")
    assert names(picture.map) == ["engineer-00", "engineer-01", "service5", "Role5"]


def test_too_many_neighbours_are_folded_even_when_their_policies_differ() -> None:
    users = people(MOST_ALIKE + 5)
    for number, user in enumerate(users):
        user["name"] = f"person{chr(97 + number)}"
        document = {"Statement": {"Sid": f"S{number}", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}
        user["policies"] = [{"name": "p", "document": json.dumps(document)}]
    role = {"name": "Engineer", "trust": json.dumps(TRUST)}
    drawn = world_map(
        world({"id": IDENTITY, "name": "i", "users": users}, {"id": STAGING, "name": "s", "roles": [role]})
    )
    assert names(drawn) == [f"{MOST_ALIKE + 5} users", "Engineer"]


def test_thousands_of_sessions_become_one_node() -> None:
    crowded = day(3000)
    crowded = replace(crowded, now=max(s.issued for s in crowded.sessions.values()))
    drawn = world_map(crowded, ROLE)
    assert len(drawn.nodes) < 6
    assert any(node.kind == "session" and "sessions" in node.name for node in drawn.nodes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_every_user_is_drawn_or_counted(first: int, second: int) -> None:
    drawn = world_map(
        world(
            {"id": IDENTITY, "name": "identity", "users": people(first)},
            {"id": QA, "name": "QA", "users": people(second)},
        )
    )
    counted = sum(
        int(node.name.split()[0]) if node.kind == "group" else 1
        for node in drawn.nodes
        if node.kind in ("user", "group")
    )
    assert counted == first + second


def test_what_may_be_reached_is_what_the_engine_allows() -> None:
    story = iv.play("staging_bucket")
    drawn = world_map(story.world)
    assert ("ana", "may read", "staging-assets") in lines(drawn)
    assert ("StagingEngineer", "may read", "staging-assets") not in lines(drawn)  # its session says so
    before = world_map(iv.load("staging_bucket"))
    assert ("StagingEngineer", "may read", "staging-assets") in lines(before)
    assert not [line for line in lines(drawn) if line[2] == "prod-assets"]
    title = next(e.title for e in drawn.edges if e.kind == "permission")
    assert "ReadStagingAssets, ReadOneBucket" in title


def test_a_name_that_is_nothing_or_two_things_is_told() -> None:
    with pytest.raises(WorldError, match="nothing is called 'Nobody'"):
        iv.map(after(), "Nobody")
    with pytest.raises(WorldError, match="2 nodes are called 'Engineer'"):
        iv.map(after(), "Engineer")


def test_the_map_says_who_may_assume_the_role_that_it_is_about() -> None:
    picture = iv.map(after(2), ROLE)
    assert 'aria-label="Who may assume Engineer: Ana, engineer-01."' in picture.html
    assert picture.html == iv.map(after(2), ROLE).html


def engineers(*documents: dict[str, object]) -> World:
    """Three engineers and Zoe, who is in no group; the group, and each document for one user more, may assume."""
    users: list[dict[str, object]] = [{"name": n, "groups": ["Engineers"]} for n in ("ana", "ben", "cem")]
    policy = [{"name": "p", "document": json.dumps(MAY_ASSUME)}]
    users += [{"name": f"zoe{n}", "policies": policy} for n, _ in enumerate(documents)]
    group = {"name": "Engineers", "policies": policy}
    identity = {"id": IDENTITY, "name": "identity", "groups": [group], "users": users}
    return world(
        identity, {"id": STAGING, "name": "staging", "roles": [{"name": "Engineer", "trust": json.dumps(TRUST)}]}
    )


def test_what_every_member_of_a_group_may_assume_starts_at_the_group() -> None:
    drawn = world_map(engineers({}), keep=["ana", "ben", "cem"])
    assert ("Engineers", "members may assume", "Engineer") in lines(drawn)
    assert ("zoe0", "may assume", "Engineer") in lines(drawn)
    assert [line for line in lines(drawn) if line[0] == "ana"] == [("ana", "", "Engineers")]
    assert "every member of Engineers may assume Engineer" in iv.map(engineers({})).text


def test_a_group_of_which_one_member_may_not_has_no_line() -> None:
    made = engineers()
    ben = made.users[f"arn:aws:iam::{IDENTITY}:user/ben"]
    deny = {"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}}
    barred = made.with_user(replace(ben, inline=(iv.Policy.parse(deny, name="no"),)))
    drawn = world_map(barred, keep=["ana", "ben", "cem"])
    assert [line for line in lines(drawn) if line[0] == "Engineers"] == []
    assert sorted(line[0] for line in lines(drawn) if line[2] == "Engineer") == ["ana", "cem"]


def test_a_token_is_told_by_its_repository() -> None:
    drawn = world_map(iv.play("github_ci").steps[-1].after)
    assert [verb for _, verb, role in lines(drawn) if role == "Ci"] == ["if repo is acme/web"]
    assert [verb for _, verb, role in lines(world_map(iv.load("github_ci"))) if role == "Ci"] == ["if audience"]


def test_who_may_pass_which_role_is_drawn_for_whom_one_asks() -> None:
    story = iv.play("pass_role")
    assert not [line for line in lines(world_map(story.start)) if line[1] == "may pass"]
    assert sorted(line for line in lines(world_map(story.start, passing=["Ana"])) if line[1] == "may pass") == [
        ("Ana", "may pass", "AdminFn"),
        ("Ana", "may pass", "Ec2Only"),
        ("Ana", "may pass", "SmallFn"),
    ]
    limited = story.steps[5].after
    assert [line for line in lines(world_map(limited, passing=["Ana"])) if line[1] == "may pass"] == [
        ("Ana", "may pass", "SmallFn")
    ]
    assert "Ana" not in names(world_map(limited, center="AdminFn", passing=["Ana"]))
    assert "Who may pass it: Ana." in iv.map(story.start, center="AdminFn", passing=["Ana"]).html
    with pytest.raises(WorldError, match="nothing is called"):
        world_map(story.start, passing=["Nobody"])


def test_without_verdicts_no_line_says_who_may_do_what() -> None:
    world = iv.play("staging_bucket").steps[4].after
    told, asked = world_map(world), world_map(world, verdicts=False)
    assert names(told) == names(asked)
    assert {edge.kind for edge in told.edges} >= {"trust", "permission", "session"}
    assert {edge.kind for edge in asked.edges} == {"session"}
    around = world_map(world, "StagingEngineer", passing=["Ana"], verdicts=False)
    assert {edge.kind for edge in around.edges} == {"session"}
    assert "may" not in iv.map(world, verdicts=False).text
