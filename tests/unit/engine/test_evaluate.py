"""Rules of evaluation that the sample vectors leave open: docs/rules/policy_evaluation.md 0.3, 0.5, 5.2, 5.4."""

from typing import Any

import pytest

from iamviz import Caller, Outcome, Policy, PolicySet, Request, evaluate
from iamviz.engine import Settings
from iamviz.policy.model import PolicyKind

ACCOUNT = "111122223333"
USER = Caller("user", f"arn:aws:iam::{ACCOUNT}:user/ana", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Reader"
SESSION = Caller("role-session", f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/ana", ACCOUNT, role_arn=ROLE)
ROOT = Caller("root", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"
LOGO = "arn:aws:s3:::b/logo.png"


def policy(kind: str, effect: str = "Allow", action: str = "*", principal: str = "", resource: str = "*") -> Policy:
    statement: dict[str, Any] = {"Effect": effect, "Action": action, "Resource": resource}
    if principal:
        statement["Principal"] = {"AWS": principal}
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}, kind)


def outcome(caller: Caller, action: str, arn: str, **policies: Any) -> str:
    request = Request(caller, action, arn, ACCOUNT)
    return evaluate(request, PolicySet(**policies)).outcome.value


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("kms:Decrypt", KEY, "explicitDeny"),
        ("kms:ZzzLater", KEY, "explicitDeny"),
        ("kms:AaaEarlier", KEY, "explicitDeny"),
        ("kms:RetireGrant", KEY, "allowed"),
        ("sqs:RetireGrant", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", "explicitDeny"),
        ("dynamodb:RetireGrant", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/T", "explicitDeny"),
        ("ec2:RunInstances", "*", "allowed"),
    ],
)
def test_rcps_bind_their_services_and_never_the_retiring_of_grants(action: str, resource: str, expected: str) -> None:
    deny = policy("rcp", "Deny", principal="*")
    key_policy = policy("resource", principal=ACCOUNT)
    allow = policy("identity")
    assert outcome(USER, action, resource, identity=[allow], resource=key_policy, rcps=[[deny]]) == expected


def test_a_direct_grant_of_a_bucket_is_not_capped_by_the_users_boundary() -> None:
    silent = policy("boundary", action="sqs:*")
    assert (
        outcome(USER, "s3:GetObject", LOGO, resource=policy("resource", principal=USER.arn), boundary=silent)
        == "allowed"
    )


def test_a_direct_grant_of_a_trust_policy_is_unless_the_setting_says_otherwise() -> None:
    """The same policies under two settings, one after the other: neither answer is remembered for the other."""
    trust = policy("trust", action="sts:AssumeRole", principal=USER.arn)
    policies = PolicySet(resource=trust, boundary=policy("boundary", action="s3:*"))
    request = Request(USER, "sts:AssumeRole", ROLE, ACCOUNT)
    off = Settings(trust_user_boundary=False)
    answers = [evaluate(request, policies, settings).outcome.value for settings in (Settings(), off, Settings(), off)]
    assert answers == ["implicitDeny", "allowed", "implicitDeny", "allowed"]


def test_services_of_rcps_under_several_settings() -> None:
    """Which policies apply is remembered beside them, but not for other settings."""
    policies = PolicySet(identity=[policy("identity")], rcps=[[policy("rcp", "Deny", principal="*")]])
    request = Request(USER, "s3:GetObject", LOGO, ACCOUNT)
    none, only_s3 = Settings(rcp_services=frozenset()), Settings(rcp_services=frozenset({"s3"}))
    answers = [evaluate(request, policies, settings).allowed for settings in (none, only_s3, none, only_s3)]
    assert answers == [True, False, True, False]
    assert not evaluate(request, policies).allowed
    assert evaluate(request, policies, none).allowed


def test_a_trusted_session_is_not_capped_by_its_roles_boundary() -> None:
    trust = policy("trust", action="sts:AssumeRole", principal=SESSION.arn)
    assert (
        outcome(SESSION, "sts:AssumeRole", ROLE, resource=trust, boundary=policy("boundary", action="s3:*"))
        == "allowed"
    )


def test_a_boundary_of_the_root_user_is_ignored() -> None:
    assert outcome(ROOT, "s3:GetObject", LOGO, boundary=policy("boundary", "Deny")) == "allowed"


def test_boundary_session_policy_and_scps_of_a_service_linked_role_are_ignored() -> None:
    linked = Caller("role-session", SESSION.arn, ACCOUNT, role_arn=ROLE, service_linked_role=True)
    limits = {
        "boundary": policy("boundary", "Deny"),
        "session": policy("session", "Deny"),
        "scps": [[policy("scp", "Deny")]],
    }
    assert outcome(linked, "s3:GetObject", LOGO, identity=[policy("identity")], **limits) == "allowed"


def test_a_session_policy_of_a_user_or_a_service_is_ignored() -> None:
    deny = policy("session", "Deny")
    assert outcome(USER, "s3:GetObject", LOGO, identity=[policy("identity")], session=deny) == "allowed"
    service = Caller("service", service="ec2.amazonaws.com")
    assert outcome(service, "s3:GetObject", LOGO, resource=policy("resource", principal="*"), session=deny) == "allowed"


def test_only_the_root_user_may_always_reach_its_bucket_policy() -> None:
    deny = policy("resource", "Deny", principal="*")
    allow = [policy("identity")]
    assert outcome(ROOT, "s3:PutBucketPolicy", "arn:aws:s3:::b", resource=deny) == "allowed"
    assert outcome(ROOT, "s3:GetObject", LOGO, resource=deny) == "explicitDeny"
    for caller in (USER, SESSION):
        assert outcome(caller, "s3:PutBucketPolicy", "arn:aws:s3:::b", identity=allow, resource=deny) == "explicitDeny"


def test_calls_of_other_services_named_like_one_of_sts_are_decided_by_policies() -> None:
    for service in ("aaa", "zzz"):
        assert outcome(USER, f"{service}:GetCallerIdentity", "*") == "implicitDeny"


def test_a_grant_to_role_and_account_still_needs_the_boundary() -> None:
    names = {"AWS": [ROLE, ACCOUNT]}
    bucket = Policy.parse(
        {"Statement": {"Effect": "Allow", "Principal": names, "Action": "*", "Resource": "*"}}, "resource"
    )
    request = Request(SESSION, "s3:GetObject", LOGO, ACCOUNT)
    decision = evaluate(request, PolicySet(resource=bucket, boundary=policy("boundary", action="sqs:*")))
    assert (decision.outcome, decision.reason.policy) == (Outcome.IMPLICIT_DENY, PolicyKind.BOUNDARY)


def test_a_federated_user_that_root_made_is_limited_by_its_session_policy_alone() -> None:
    """It has no parent user, so no identity-based policies: full access on the identity side (0.4)."""
    by_root = Caller("federated-user", f"arn:aws:sts::{ACCOUNT}:federated-user/ops", ACCOUNT)
    of_ana = Caller("federated-user", f"arn:aws:sts::{ACCOUNT}:federated-user/ops", ACCOUNT, user_arn=USER.arn)
    some, none = policy("session", action="s3:Get*"), policy("session", action="ec2:*")
    assert outcome(by_root, "s3:GetObject", LOGO, session=some) == "allowed"
    assert outcome(by_root, "s3:GetObject", LOGO, session=none) == "implicitDeny"
    assert outcome(by_root, "s3:GetObject", LOGO) == "implicitDeny"
    assert outcome(of_ana, "s3:GetObject", LOGO, session=some) == "implicitDeny"
    told = evaluate(Request(by_root, "s3:GetObject", LOGO, ACCOUNT), PolicySet(session=some)).explain()
    assert all(row.passed for row in told.rows)
    assert "the root user made this session" in str(told)


def test_what_is_allowed_without_any_policy_is_said_to_be() -> None:
    told = evaluate(Request(ROOT, "s3:GetObject", LOGO, ACCOUNT), PolicySet()).explain()
    assert told.sentence == "the root user has full access in its account"
