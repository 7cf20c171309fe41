"""AssumeRoot: docs/rules/roles_and_sessions.md 4.7, docs/rules/policy_evaluation.md 5.6 and 5.7."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from immutables import Map

from iamviz import CallError, World
from iamviz.calls.assume_root import TASK_POLICIES
from iamviz.world import Account
from tests.unit.calls.company import (
    AWAY,
    HOME,
    VENDOR,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    deny,
    do,
    done,
    policy,
    role,
    text,
    trusts,
    user,
)

OLA, ORG = f"user:{HOME}/ola", "o-exampleorgid"
LOCKED = bucket("locked", deny("s3:*", Principal="*"), account=AWAY)
SCP = policy(deny("s3:PutBucketPolicy"), allow("*"), kind="scp", name="Tight")


def world(*statements: Any, **more: Any) -> World:
    accounts = {
        HOME: Account(HOME, "management", ORG, management=True),
        AWAY: Account(AWAY, "member", ORG),
        VENDOR: Account(VENDOR, "vendor"),
    }
    granted = statements or (allow("sts:AssumeRoot"),)
    things = (user("ola", *granted), user("zoe", allow("*"), account=AWAY), LOCKED, role("R", trusts(AWAY)))
    return company(*things, accounts=Map(accounts | more.pop("accounts", {})), **more)


def assume_root(in_world: World, actor: str = OLA, task: str = "S3UnlockBucketPolicy", **more: Any) -> Any:
    params = {"TargetPrincipal": AWAY, "TaskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}, **more}
    return do(in_world, actor, "sts:AssumeRoot", save="task", **params)


def test_a_bucket_that_locked_everybody_out_is_unlocked() -> None:
    unlocked = done(assume_root(world()))
    result = do(unlocked, "task", "s3:PutBucketPolicy", Bucket="locked", Policy='{"Statement": []}')
    assert result.ok
    assert result.decisions[0].request.caller.kind == "root"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("s3:GetObject", {"Bucket": "locked", "Key": "k"}),
        ("iam:ListUsers", {}),
        ("ec2:DescribeInstances", {}),
        ("s3:DeleteBucket", {"Bucket": "locked"}),
    ],
)
def test_outside_the_task_everything_is_denied(operation: str, params: dict[str, str]) -> None:
    assert code(do(done(assume_root(world())), "task", operation, **params)) == "AccessDenied"


def test_an_scp_of_the_member_account_holds_for_its_root() -> None:
    tight = {AWAY: Account(AWAY, "member", ORG, scps=((SCP,),))}
    unlocked = done(assume_root(world(accounts=tight)))
    assert (
        code(do(unlocked, "task", "s3:PutBucketPolicy", Bucket="locked", Policy='{"Statement": []}')) == "AccessDenied"
    )
    assert do(unlocked, "task", "s3:GetBucketPolicy", Bucket="locked").ok


def test_whom_the_session_stands_for() -> None:
    unlocked = done(assume_root(world()))
    answer = do(unlocked, "task", "sts:GetCallerIdentity").value
    assert answer == {"UserId": AWAY, "Account": AWAY, "Arn": f"arn:aws:iam::{AWAY}:root"}
    context = unlocked.context_of("task")
    assert context.get("aws:AssumedRoot") == ("true",)
    assert context.get("aws:PrincipalArn") == (f"arn:aws:iam::{AWAY}:root",)
    assert context.get("aws:TokenIssueTime") is not None
    assert context.get("aws:username") is None


def test_it_cannot_assume_a_role() -> None:
    refused = assume(done(assume_root(world())), "task", "R")
    assert (code(refused), text(refused)) == ("AccessDenied", "Roles may not be assumed by root accounts.")


@pytest.mark.parametrize(
    ("actor", "target"),
    [(f"root:{HOME}", AWAY), (f"user:{AWAY}/zoe", AWAY), (OLA, HOME), (OLA, VENDOR), (OLA, "123456789012")],
)
def test_only_the_management_account_and_only_for_its_members(actor: str, target: str) -> None:
    refused = assume_root(world(), actor, TargetPrincipal=target)
    assert (code(refused), refused.decisions) == ("AccessDenied", ())
    assert [check.passed for check in refused.checks] == [False]
    assert text(refused).endswith(
        f"is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{target}:root"
    )


def test_the_caller_needs_the_permission_which_can_be_limited_to_a_task() -> None:
    only = {"StringEquals": {"sts:TaskPolicyArn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}}
    limited = world(allow("sts:AssumeRoot", Condition=only))
    assert assume_root(limited).ok
    assert code(assume_root(limited, task="SQSUnlockQueuePolicy")) == "AccessDenied"
    assert code(assume_root(world(allow("s3:*")))) == "AccessDenied"


@pytest.mark.parametrize("target", [AWAY, f"arn:aws:iam::{AWAY}:root"])
def test_the_target_is_an_account_or_an_arn_in_it(target: str) -> None:
    assert assume_root(world(), TargetPrincipal=target).ok


@pytest.mark.parametrize(
    "params",
    [
        {"TargetPrincipal": "not-an-account"},
        {"TargetPrincipal": "arn:aws:s3:::locked"},
        {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
        {"TaskPolicyArn": {}},
        {"TaskPolicyArn": {"arn": "S3UnlockBucketPolicy"}},
        {"TaskPolicyArn": {"arn": f"arn:aws:iam::{AWAY}:policy/root-task/S3UnlockBucketPolicy"}},
        {"TaskPolicyArn": {"arn": "arn:aws-cn:iam::aws:policy/root-task/S3UnlockBucketPolicy"}},
        {"DurationSeconds": -1},
        {"DurationSeconds": 901},
        {"MinimumSessionTokenSize": 4097},
    ],
)
def test_what_is_not_valid(params: dict[str, Any]) -> None:
    assert code(assume_root(world(), **params)) == "ValidationError"


@pytest.mark.parametrize(("seconds", "lasts"), [(None, 900), (900, 900), (60, 60)])
def test_it_lasts_fifteen_minutes_at_most(seconds: int | None, lasts: int) -> None:
    unlocked = done(assume_root(world(), **({} if seconds is None else {"DurationSeconds": seconds})))
    session = unlocked.sessions[unlocked.profiles["task"]]
    assert (session.expires - session.issued).total_seconds() == lasts
    assert code(do(unlocked, "task", "sts:GetCallerIdentity", at=lasts)) == "ExpiredToken"


def test_the_source_identity_of_the_calling_session_goes_on() -> None:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    admin = role("Admin", trusts(arn("user", "ola"), actions), allow("sts:AssumeRoot"))
    session = done(assume(world().with_role(admin).with_bound_trust(), OLA, "Admin", SourceIdentity="ola"))
    result = assume_root(session, "Admin")
    assert result.value is not None
    assert result.value["SourceIdentity"] == "ola"
    assert result.world.context_of("task").get("aws:SourceIdentity") == ("ola",)


def test_an_administrator_out_of_band_cannot_assume_it() -> None:
    with pytest.raises(CallError, match="cannot assume root"):
        assume_root(world(), f"admin:{HOME}")


def test_outside_an_organization_the_management_flag_alone_counts() -> None:
    alone = replace(world(), accounts=Map({HOME: Account(HOME, "m", management=True), AWAY: Account(AWAY, "a")}))
    assert assume_root(alone).ok


@pytest.mark.parametrize("task", TASK_POLICIES)
def test_every_task_has_its_policy(task: str) -> None:
    issued = done(assume_root(world(), task=task))
    session = issued.sessions[issued.profiles["task"]]
    assert [policy.arn for policy in session.policies] == [f"arn:aws:iam::aws:policy/root-task/{task}"]


def test_no_seconds_are_credentials_that_are_over_at_once() -> None:
    """The service model lets 0 pass (4.1)."""
    made = done(assume_root(world(), DurationSeconds=0))
    assert code(do(made, "task", "sts:GetCallerIdentity")) == "ExpiredToken"


def test_a_delegated_administrator_of_iam_may_as_well() -> None:
    """4.1; of another service it may not, and for SCPs it stays an ordinary member."""
    zoe = f"user:{AWAY}/zoe"
    other = "555566667777"
    made = world(accounts={other: Account(other, "third", ORG)})
    target = {"TargetPrincipal": other}
    assert code(assume_root(made, zoe, **target)) == "AccessDenied"
    register = "organizations:RegisterDelegatedAdministrator"
    admin = f"admin:{HOME}"
    guard = done(do(made, admin, register, AccountId=AWAY, ServicePrincipal="guardduty.amazonaws.com"))
    assert code(assume_root(guard, zoe, **target)) == "AccessDenied"
    delegated = done(do(guard, admin, register, AccountId=AWAY, ServicePrincipal="iam.amazonaws.com"))
    assert assume_root(delegated, zoe, **target).ok
    assert code(assume_root(delegated, zoe, TargetPrincipal=HOME)) == "AccessDenied"
    limited = delegated.with_account(replace(delegated.account(AWAY), scps=((policy(deny("sts:*"), kind="scp"),),)))
    assert code(assume_root(limited, zoe, **target)) == "AccessDenied"


@pytest.mark.parametrize(
    ("operation", "account", "code_"),
    [
        ("Register", HOME, "ConstraintViolationException"),
        ("Register", VENDOR, "AccountNotFoundException"),
        ("Deregister", AWAY, "AccountNotRegisteredException"),
    ],
)
def test_who_can_be_a_delegated_administrator(operation: str, account: str, code_: str) -> None:
    params = {"AccountId": account, "ServicePrincipal": "iam.amazonaws.com"}
    assert code(do(world(), f"admin:{HOME}", f"organizations:{operation}DelegatedAdministrator", **params)) == code_


def test_only_the_management_account_delegates_and_only_whom_it_lets() -> None:
    params = {"AccountId": AWAY, "ServicePrincipal": "iam.amazonaws.com"}
    register = "organizations:RegisterDelegatedAdministrator"
    assert code(do(world(), f"user:{AWAY}/zoe", register, **params)) == "AccessDeniedException"
    assert code(do(world(), OLA, register, **params)) == "AccessDenied"
    may = done(do(world(allow("organizations:*")), OLA, register, **params))
    assert code(do(may, OLA, register, **params)) == "AccountAlreadyRegisteredException"
    again = done(do(may, OLA, "organizations:DeregisterDelegatedAdministrator", **params))
    assert again.account(AWAY).delegated_for == ()
