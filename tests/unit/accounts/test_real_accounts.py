"""Real dumps, as people published them. They are not part of the repository: without them these tests are skipped."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from iamviz import DumpWarning, ask, load
from iamviz.accounts import AccountDump, Trusted, read_dump, who_may_assume
from iamviz.accounts.asker import asker
from iamviz.accounts.witness import formats_of, witness
from iamviz.engine.coverage import every_action
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY.parent / "shared" / "real" / "accounts"


def path_of(name: str) -> Path:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no real account dumps here: {path} is not part of the repository")
    return path


@cache
def account(name: str) -> AccountDump:
    return read_dump(path_of(name))


def trusted(dump: AccountDump, role: str) -> list[tuple[str, str]]:
    arn = next(arn for arn in dump.world.roles if arn.endswith(f"/{role}"))
    return [(found.principal.rpartition("/")[2], found.kind) for found in who_may_assume(dump.world, arn)]


@pytest.mark.parametrize(
    ("name", "users", "groups", "roles", "policies"),
    [
        ("aws_cli_manual_example", 3, 3, 1, 3),
        ("privilege_escalation_lab", 44, 5, 78, 84),
        ("cloudmapper_demo", 2, 1, 4, 2),
    ],
)
def test_everything_in_the_dump_is_read(name: str, users: int, groups: int, roles: int, policies: int) -> None:
    world = account(name).world
    assert (len(world.users), len(world.groups), len(world.roles)) == (users, groups, roles)
    assert len(world.managed_policies) == policies


def test_the_complete_account_has_no_problems_and_the_page_of_the_manual_says_what_is_missing() -> None:
    assert account("privilege_escalation_lab").problems == ()
    problems = account("aws_cli_manual_example").problems
    assert any("IsTruncated is true" in problem for problem in problems)
    assert any("AdministratorAccess is not in the dump; Admins has it" in problem for problem in problems)


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        (
            "privilege_escalation_lab",
            "privesc-AssumeRole-intermediate-role",
            [("privesc-AssumeRole-starting-role", "role")],
        ),
        (
            "privilege_escalation_lab",
            "privesc-AssumeRole-ending-role",
            [("privesc-AssumeRole-intermediate-role", "role")],
        ),
        ("aws_cli_manual_example", "EC2role", [("ec2.amazonaws.com", "service")]),
        ("cloudmapper_demo", "level1", [("lambda.amazonaws.com", "service")]),
        ("cloudmapper_demo", "bad_role", [("everyone", "everyone")]),
    ],
)
def test_who_may_assume_a_role(name: str, role: str, expected: list[tuple[str, str]]) -> None:
    assert trusted(account(name), role) == expected


def test_every_role_of_a_real_account_has_an_answer_and_only_the_engine_lets_known_principals_in() -> None:
    world = account("privilege_escalation_lab").world
    for arn in world.roles:
        for found in who_may_assume(world, arn):
            assert isinstance(found, Trusted)
            if found.known and found.kind in ("user", "role"):
                assert found.principal in world.users or found.principal in world.roles


def test_load_warns_of_what_is_missing() -> None:
    path = path_of("aws_cli_manual_example")
    with pytest.warns(DumpWarning) as warnings:
        assert load(path).roles
    assert any("not in the dump" in str(warning.message) for warning in warnings)


def test_sets_of_actions_are_what_evaluate_says_of_random_samples() -> None:
    world = account("privilege_escalation_lab").world
    chance = random.Random(20261124)
    everything = sorted(every_action())
    people = sorted([*world.users, *world.roles])
    outcomes = Counter[str]()
    for _ in range(600):
        who, action = chance.choice(people), chance.choice(everything)
        decided = asker(world, who).decide_actions()
        if action in decided.depends:
            outcomes["depends"] += 1
            continue
        form = formats_of(action)[0]
        resource = witness("*", form, who.split(":")[4]) or "*"
        allowed = ask(world, who, action, resource).allowed
        assert allowed is (action in decided.allowed), (who, action, resource)
        outcomes["allowed" if allowed else "denied"] += 1
    assert outcomes["allowed"] > 20
    assert outcomes["denied"] > 200
