"""What a hint says to paste, pasted into a world."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from iamviz import Policy, Result, World
from iamviz.calls.hints import Hint
from iamviz.world import Account, Role, User
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    HOME,
    allow,
    arn,
    assume,
    bucket,
    company,
    deny,
    done,
    group,
    managed,
    policy,
    role,
    trusts,
    user,
)

OBJECT = {"Bucket": "assets", "Key": "k"}
READ = ("s3:GetObject", OBJECT)
TIGHT = managed("Tight", allow("ec2:*"))
MEMBERS = group("members", allow("s3:ListAllMyBuckets"))


def become(name: str, account: str = HOME) -> tuple[str, dict[str, str]]:
    return "sts:AssumeRole", {"RoleArn": arn("role", name, account), "RoleSessionName": "work"}


def with_session(world: World, **more: Any) -> World:
    return done(assume(world, ANA, "Worker", save="worker", **more))


WORKER = role("Worker", trusts(ANA_ARN))
LAW: dict[str, tuple[World, str, tuple[str, dict[str, Any]]]] = {
    "own policy silent": (company(user("ana"), bucket("assets")), ANA, READ),
    "group says something else": (company(user("ana", groups=(MEMBERS.arn,)), MEMBERS, bucket("assets")), ANA, READ),
    "boundary silent": (company(user("ana", allow("s3:*"), boundary=TIGHT.arn), TIGHT, bucket("assets")), ANA, READ),
    "own policy and boundary silent": (company(user("ana", boundary=TIGHT.arn), TIGHT, bucket("assets")), ANA, READ),
    "bucket of another account": (company(user("ana", allow("s3:*")), bucket("assets", account=AWAY)), ANA, READ),
    "neither side": (company(user("ana"), bucket("assets", account=AWAY)), ANA, READ),
    "a Deny of another case beside it": (
        company(
            user("ana", deny("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "false"}})), bucket("assets")
        ),
        ANA,
        READ,
    ),
    "role trusts somebody else": (company(user("ana", allow("*")), role("R", trusts(AWAY))), ANA, become("R")),
    "role trusts the account only": (company(user("ana"), role("R", trusts(HOME))), ANA, become("R")),
    "role abroad trusts": (company(user("ana"), role("R", trusts(ANA_ARN), account=AWAY)), ANA, become("R", AWAY)),
    "role abroad does not trust": (
        company(user("ana", allow("sts:*")), role("R", trusts(AWAY), account=AWAY)),
        ANA,
        become("R", AWAY),
    ),
    "role abroad, neither side": (company(user("ana"), role("R", trusts(AWAY), account=AWAY)), ANA, become("R", AWAY)),
    "role without tag session": (
        company(user("ana"), role("R", trusts(ANA_ARN))),
        ANA,
        (become("R")[0], {**become("R")[1], "Tags": [{"Key": "a", "Value": "b"}]}),
    ),
    "role without set source identity": (
        company(user("ana"), role("R", trusts(ANA_ARN))),
        ANA,
        (become("R")[0], {**become("R")[1], "SourceIdentity": "ana"}),
    ),
    "role of a session silent": (with_session(company(user("ana"), WORKER, bucket("assets"))), "session:worker", READ),
    "bucket abroad and a session": (
        with_session(company(user("ana"), WORKER, bucket("assets", account=AWAY))),
        "session:worker",
        READ,
    ),
    "service not trusted": (
        company(role("R", trusts(HOME))),
        "service:lambda.amazonaws.com",
        become("R"),
    ),
    "SCP silent": (
        company(
            user("ana", allow("*")),
            bucket("assets"),
        ),
        ANA,
        READ,
    ),
}
_SILENT = Account(HOME, "home", "o-x", scps=((policy(allow("ec2:*"), kind="scp", name="Tight"),),))
LAW["SCP silent"] = (
    replace(LAW["SCP silent"][0], accounts=LAW["SCP silent"][0].accounts.set(HOME, _SILENT)),
    *LAW["SCP silent"][1:],
)


def paste(world: World, result: Result, hint: Hint) -> World:
    """The world with the hinted statement added to the policy that the hint names."""
    assert hint.statement is not None
    request = next(decision for decision in result.decisions if not decision.allowed).request
    added = Policy.parse(json.dumps({"Statement": hint.statement}), name="pasted")
    if hint.side == "resource":
        if request.is_trust:
            its = world.role(request.resource)
            assert its.trust is not None
            return world.with_role(replace(its, trust=joined(its.trust, hint)))
        thing = world.resource_of(request.resource)
        assert thing is not None
        its_policy = (
            joined(thing.policy, hint)
            if thing.policy
            else Policy.parse(json.dumps({"Statement": hint.statement}), "resource")
        )
        return world.with_resource(replace(thing, policy=its_policy))
    assert hint.side == "caller"
    caller = request.caller
    owner: Any = world.roles.get(caller.role_arn) or world.users[caller.user_arn or caller.arn]
    if "boundary" in hint.sentence:
        cap = world.managed_policies[owner.boundary]
        raised = replace(cap, policy=joined(cap.policy, hint))
        return replace(world, managed_policies=world.managed_policies.set(cap.arn, raised))
    if "SCP" in hint.sentence:
        account = world.account(request.caller.account)
        scps = tuple((*level, Policy.parse(added.source, "scp")) for level in account.scps)
        return replace(world, accounts=world.accounts.set(account.id, replace(account, scps=scps)))
    changed: User | Role = replace(owner, inline=(*owner.inline, added))
    return world.with_user(changed) if isinstance(changed, User) else world.with_role(changed)


def joined(before: Policy, hint: Hint) -> Policy:
    statements = json.loads(before.source)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return Policy.parse(json.dumps({"Statement": [*statements, hint.statement]}), before.kind, name=before.name)
