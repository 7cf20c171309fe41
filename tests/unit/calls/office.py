"""The world of the tests of IAM calls: an office where Boss may do everything."""

from __future__ import annotations

from typing import Any

from iamviz import World
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    ANA_ARN,
    HOME,
    allow,
    assume,
    bucket,
    company,
    do,
    document,
    done,
    group,
    managed,
    role,
    trusts,
    user,
)

BOSS = f"user:{HOME}/boss"
READS = managed("Reads", allow("s3:ListAllMyBuckets"))
GIVES = document(allow("s3:ListAllMyBuckets"))
KINDS = ["User", "Group", "Role"]


def office() -> World:
    staff = group("staff")
    return company(
        user("ana", groups=(staff.arn,)),
        user("boss", allow("iam:*")),
        staff,
        role("Reader", trusts(ANA_ARN)),
        role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", trusts({"Service": "x.amazonaws.com"})),
        READS,
        bucket("assets"),
    )


WORLD = office()
NAMES = {"User": "ana", "Group": "staff", "Role": "Reader"}


def may(world: World, kind: str) -> bool:
    """Whether whoever has the identity's policies may list buckets."""
    if kind == "Role":
        world = done(assume(world, ANA, "Reader"))
        return do(world, "session:Reader", "s3:ListBuckets").ok
    return do(world, ANA, "s3:ListBuckets").ok


def change(world: World, operation: str, actor: str = ADMIN, **params: Any) -> Any:
    return do(world, actor, f"iam:{operation}", **params)
