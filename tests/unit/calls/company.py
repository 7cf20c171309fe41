"""A small company for the tests: worlds in one expression, calls in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from immutables import Map

from iamviz import Call, Policy, Result, World, perform
from iamviz.world import AccessKey, Account, Group, ManagedPolicy, Resource, Role, User
from iamviz.world.entities import OidcProvider
from iamviz.world.ids import access_key_id, unique_id

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOME, AWAY, VENDOR = "111122223333", "222233334444", "777788889999"
ANA, ROOT = f"user:{HOME}/ana", f"root:{HOME}"
ADMIN, ADMIN_AWAY = f"admin:{HOME}", f"admin:{AWAY}"
GITHUB = "token.actions.githubusercontent.com"
EC2, LAMBDA = {"Service": "ec2.amazonaws.com"}, {"Service": "lambda.amazonaws.com"}
Statement = Mapping[str, Any]


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trusts(principal: Any, action: str | list[str] = "sts:AssumeRole", **more: Any) -> Statement:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal} if isinstance(principal, str) else principal,
        "Action": action,
        **more,
    }


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policy(*statements: Statement, kind: str = "identity", name: str = "p") -> Policy:
    return Policy.parse(document(*statements), kind, name=name)


def arn(kind: str, name: str, account: str = HOME) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


ANA_ARN, DEVICE = arn("user", "ana"), arn("mfa", "ana")
PROVIDER = arn("oidc-provider", GITHUB)
WITH_GITHUB = Map({PROVIDER: OidcProvider(PROVIDER, ("sts.amazonaws.com",))})
MAIN = "repo:acme/app:ref:refs/heads/main"
TOKEN = {"iss": f"https://{GITHUB}", "aud": "sts.amazonaws.com", "sub": MAIN}
"""The claims of a job on GitHub: those that the provider of ``WITH_GITHUB`` takes."""


def _own(statements: tuple[Statement, ...]) -> tuple[Policy, ...]:
    return (policy(*statements, name="own"),) if statements else ()


def user(name: str, *statements: Statement, account: str = HOME, **more: Any) -> User:
    its = arn("user", name, account)
    keys = (AccessKey(access_key_id("AKIA", account, its)),)
    return replace(User(its, unique_id("AIDA", account, its), _own(statements), access_keys=keys), **more)


def group(name: str, *statements: Statement, account: str = HOME) -> Group:
    its = arn("group", name, account)
    return Group(its, unique_id("AGPA", account, its), _own(statements))


def role(
    name: str, trust: Statement | list[Statement], *statements: Statement, account: str = HOME, **more: Any
) -> Role:
    its = arn("role", name, account)
    trusting = trust if isinstance(trust, list) else [trust]
    made = Role(
        its, unique_id("AROA", account, its), _own(statements), trust=policy(*trusting, kind="trust", name="trust")
    )
    return replace(made, **more)


def bucket(name: str, *statements: Statement, account: str = HOME) -> Resource:
    its = policy(*statements, kind="resource", name="bucket policy") if statements else None
    return Resource(f"arn:aws:s3:::{name}", account, "bucket", its)


def managed(name: str, *statements: Statement, account: str = HOME, kind: str = "identity") -> ManagedPolicy:
    its = arn("policy", name, account)
    return ManagedPolicy(its, policy(*statements, kind=kind, name=name))


def company(*things: Any, **more: Any) -> World:
    """A world of users, groups, roles, buckets and managed policies; trust is bound as if saved just now."""
    kinds = ((User, "users"), (Group, "groups"), (Role, "roles"), (Resource, "resources"))
    made: dict[str, Any] = {
        name: Map({thing.arn: thing for thing in things if isinstance(thing, kind)}) for kind, name in kinds
    }
    made["managed_policies"] = Map({thing.arn: thing for thing in things if isinstance(thing, ManagedPolicy)})
    made["accounts"] = Map({HOME: Account(HOME, "home"), AWAY: Account(AWAY, "away")})
    return World(T0, **{**made, **more}).with_bound_trust()


def do(
    world: World,
    actor: str,
    operation: str,
    *,
    at: int | None = None,
    save: str | None = None,
    context: Mapping[str, Any] | None = None,
    **params: Any,
) -> Result:
    """Perform one call; ``at`` counts seconds from the beginning."""
    instant = None if at is None else T0 + timedelta(seconds=at)
    return perform(world, Call(actor, operation, params, instant, save, context or {}))


def assume(world: World, actor: str, name: str, account: str = HOME, **more: Any) -> Result:
    """AssumeRole, the credentials kept under the name of the role unless told otherwise."""
    params = {"RoleArn": arn("role", name, account), "RoleSessionName": "work", "save": name, **more}
    return do(world, actor, "sts:AssumeRole", **params)


def done(result: Result) -> World:
    """The next world of a call that must succeed."""
    assert result.ok, result.error
    return result.world


def bare(world: World, kind: str, name: str, account: str = HOME) -> World:
    """Take from a user or role, by IAM's calls in their order, what IAM wants gone before it deletes it."""
    admin, title, things = f"admin:{account}", kind.title(), {"user": world.users, "role": world.roles}[kind]
    its, owner = things[arn(kind, name, account)], {f"{title}Name": name}
    for policy_arn in its.attached:
        world = done(do(world, admin, f"iam:Detach{title}Policy", **owner, PolicyArn=policy_arn))
    for inline in its.inline:
        world = done(do(world, admin, f"iam:Delete{title}Policy", **owner, PolicyName=inline.name))
    if not isinstance(its, User):
        return world
    for group_arn in its.groups:
        world = done(do(world, admin, "iam:RemoveUserFromGroup", **owner, GroupName=group_arn.rpartition("/")[2]))
    if its.mfa_serial:
        world = done(do(world, admin, "iam:DeactivateMFADevice", **owner, SerialNumber=its.mfa_serial))
    return done(do(world, admin, "iam:DeleteAccessKey", **owner)) if its.access_keys else world


def delete(world: World, kind: str, name: str, account: str = HOME) -> World:
    """The world without a user or role, deleted by an administrator."""
    operation, owner = f"iam:Delete{kind.title()}", {f"{kind.title()}Name": name}
    return done(do(bare(world, kind, name, account), f"admin:{account}", operation, **owner))


def code(result: Result) -> str:
    assert result.error is not None, "the call succeeded"
    return result.error.code


def text(result: Result) -> str:
    assert result.error is not None, "the call succeeded"
    return result.error.message
