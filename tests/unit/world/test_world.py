"""The world: a value that never changes, a clock that runs forwards, names and owners."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from iamviz import World, WorldError
from iamviz.world import Account
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
    do,
    document,
    done,
    group,
    role,
    trusts,
    user,
)

TRUSTING = trusts(arn("user", "ana"))


def busy() -> World:
    """A world in which a session lives."""
    bare = user("bea", access_keys=()), role("Bare", TRUSTING)
    world = company(user("ana"), *bare, role("Reader", TRUSTING, allow("s3:*")), bucket("assets"))
    return done(assume(world, ANA, "Reader"))


CHANGES = [
    (ANA, "sts:AssumeRole", {"RoleArn": arn("role", "Reader"), "RoleSessionName": "again"}),
    (ANA, "sts:GetSessionToken", {}),
    ("session:Reader", "s3:GetObject", {"Bucket": "assets", "Key": "k"}),
    (ADMIN, "iam:CreateUser", {"UserName": "new"}),
    (ADMIN, "iam:DeleteUser", {"UserName": "bea"}),
    (ADMIN, "iam:DeleteRole", {"RoleName": "Bare"}),
    (ADMIN, "iam:PutRolePolicy", {"RoleName": "Reader", "PolicyName": "x", "PolicyDocument": document(allow("a:b"))}),
    (ADMIN, "iam:TagRole", {"RoleName": "Reader", "Tags": [{"Key": "a", "Value": "b"}]}),
    (ADMIN, "iam:UpdateAccessKey", {"UserName": "ana", "Status": "Inactive"}),
    (ADMIN, "s3:PutBucketPolicy", {"Bucket": "assets", "Policy": document(trusts("*", "s3:*", Resource="*"))}),
]


@pytest.mark.parametrize(("actor", "operation", "params"), CHANGES, ids=[change[1] for change in CHANGES])
def test_a_call_never_changes_the_world_it_was_performed_in(
    actor: str, operation: str, params: dict[str, object]
) -> None:
    world, twin = busy(), busy()
    held = {name: id(getattr(world, name)) for name in world.__dataclass_fields__}
    result = do(world, actor, operation, at=60, save="later", **params)
    assert result.ok
    assert result.world != world
    assert world == twin
    assert {name: id(getattr(world, name)) for name in world.__dataclass_fields__} == held


def test_a_refused_call_leaves_everything_but_the_clock_as_it_was() -> None:
    world = busy()
    result = do(world, ANA, "s3:GetObject", at=60, Bucket="assets", Key="k")
    assert not result.ok
    assert result.world == world.at(T0 + timedelta(seconds=60))


def test_what_a_call_does_not_touch_is_shared_not_copied() -> None:
    world = busy()
    after = do(world, ANA, "sts:GetSessionToken").world
    assert after.roles is world.roles
    assert after.users is world.users


def test_nothing_can_be_written_into_a_world() -> None:
    world = busy()
    with pytest.raises(AttributeError):
        world.now = T0  # type: ignore[misc]
    with pytest.raises(TypeError):
        world.users["x"] = None  # type: ignore[index]


def test_the_clock_stands_still_or_runs_forwards() -> None:
    world = company()
    assert world.at(T0) == world
    assert world.at(T0 + timedelta(days=2)).now == T0 + timedelta(days=2)
    with pytest.raises(WorldError, match="it is 2026-01-01 00:00:00, asked for 2025-12-31 23:59:59"):
        world.at(T0 - timedelta(seconds=1))
    with pytest.raises(WorldError, match="time does not run backwards: it is 01:00:00, asked for 00:59:59"):
        world.at(T0 + timedelta(hours=1)).at(T0 + timedelta(seconds=3599))
    with pytest.raises(WorldError, match="backwards"):
        do(world, ANA, "sts:GetCallerIdentity", at=-1)


def test_a_clock_without_a_time_zone_is_refused() -> None:
    with pytest.raises(WorldError, match="needs a time zone"):
        World(datetime(2026, 1, 1))
    with pytest.raises(WorldError, match="time zone"):
        company().at(datetime(2026, 1, 2))


def test_an_instant_may_be_told_in_another_time_zone() -> None:
    later = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))
    assert company().at(later).now == T0 + timedelta(hours=1)


def test_looking_up_what_is_not_there_names_what_is() -> None:
    world = busy()
    assert world.user(arn("user", "ana")).name == "ana"
    with pytest.raises(WorldError, match=f"there is no user .*bob.*; it has {arn('user', 'ana')}"):
        world.user(arn("user", "bob"))
    with pytest.raises(WorldError, match="there is no role"):
        company().role(arn("role", "Reader"))


def test_an_account_that_the_world_does_not_list_is_one_without_a_name() -> None:
    assert company().account("999988887777") == Account("999988887777", "")
    assert company().account(HOME).name == "home"


def test_a_thing_is_called_by_its_label_else_by_its_name() -> None:
    world = company(user("ana"), bucket("assets"), labels=company().labels.set("Ana", arn("user", "ana")))
    assert world.name_of(arn("user", "ana")) == "Ana"
    assert world.name_of(arn("role", "app/Reader")) == "Reader"
    assert world.name_of("arn:aws:s3:::assets") == "assets"
    assert world.name_of("lambda.amazonaws.com") == "lambda.amazonaws.com"


def test_of_many_labels_the_first_by_the_alphabet_counts_on_every_run() -> None:
    labels = company().labels.update({f"label {number:02}": arn("user", "ana") for number in range(30)})
    assert company(user("ana"), labels=labels).name_of(arn("user", "ana")) == "label 00"


def test_a_bucket_and_its_objects_belong_to_the_account_that_holds_the_bucket() -> None:
    world = company(bucket("assets", account=AWAY))
    assert world.owner_of("arn:aws:s3:::assets", HOME) == AWAY
    assert world.owner_of("arn:aws:s3:::assets/deep/key", HOME) == AWAY


def test_any_other_resource_belongs_to_the_account_of_its_arn_or_else_to_the_default() -> None:
    world = company()
    assert world.owner_of(f"arn:aws:sqs:eu-west-1:{AWAY}:q", HOME) == AWAY
    assert world.owner_of("arn:aws:s3:::nobody-knows", HOME) == HOME
    assert world.owner_of("*", HOME) == HOME
    assert world.owner_of("arn:aws:iam::aws:policy/ReadOnlyAccess", HOME) == HOME


def test_a_group_gives_its_policies_to_its_members_and_only_to_them() -> None:
    engineers = group("engineers", allow("s3:ListAllMyBuckets"))
    world = company(engineers, user("ana", groups=(engineers.arn,)), user("ben"))
    assert do(world, ANA, "s3:ListBuckets").ok
    assert not do(world, f"user:{HOME}/ben", "s3:ListBuckets").ok
