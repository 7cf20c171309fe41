"""Across accounts, and what organizations and endpoints add: docs/rules/policy_evaluation.md 5.2, 5.3, 5.5."""

import itertools

import pytest

from iamviz import Caller, Policy
from tests.unit.engine.asking import (
    ACCOUNT,
    ALLOW,
    ANONYMOUS,
    FEDERATED_USER,
    KEY,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    SILENT,
    USER,
    decide,
    grant,
    policy,
)

DENY_S3 = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
FULL = policy(ALLOW, "scp")
FULL_RCP = policy(grant("*"), "rcp")


def levels(kind, *attached):
    """Levels from the root to the account, each a list of statements."""
    return [[policy(statement, kind) for statement in level] for level in attached]


@pytest.mark.parametrize("caller", [USER, SESSION])
@pytest.mark.parametrize("named", ["direct", "role", "account", "everyone"])
def test_both_accounts_must_say_yes(caller, named):
    """Naming the caller itself opens no short cut: the caller's own account must allow, in each of its layers."""
    principal = {
        "direct": {"AWS": caller.arn},
        "role": {"AWS": caller.role_arn or caller.arn},
        "account": {"AWS": ACCOUNT},
        "everyone": "*",
    }[named]
    for identity, boundary, session, resource in itertools.product([True, False], repeat=4):
        given = {
            "identity": ALLOW if identity else SILENT,
            "boundary": ALLOW if boundary else SILENT,
            "session": ALLOW if session else SILENT,
            "resource": grant(principal if resource else {"AWS": "999988887777"}),
        }
        session_counts = session or caller is USER
        expected = identity and boundary and session_counts and resource
        assert decide(caller, owner=OTHER, **given).allowed is expected


def test_without_a_resource_policy_only_the_own_account_can_be_reached():
    assert decide(USER, identity=ALLOW).allowed
    assert not decide(USER, owner=OTHER, identity=ALLOW).allowed


def test_the_root_user_needs_a_grant_of_the_other_account():
    assert decide(ROOT, owner=OTHER, resource=grant({"AWS": ACCOUNT})).allowed
    assert not decide(ROOT, owner=OTHER).allowed
    assert not decide(ROOT, owner=OTHER, resource=grant({"AWS": ACCOUNT}), session=SILENT).allowed


def test_a_federated_user_needs_its_session_policy():
    given = {"identity": ALLOW, "resource": grant({"AWS": FEDERATED_USER.arn})}
    assert not decide(FEDERATED_USER, owner=OTHER, **given).allowed
    assert decide(FEDERATED_USER, owner=OTHER, session=ALLOW, **given).allowed


@pytest.mark.parametrize(("arn", "action"), [(ROLE, "sts:AssumeRole"), (KEY, "kms:Decrypt")])
def test_roles_and_keys_of_other_accounts_follow_the_same_rule(arn, action):
    named = grant({"AWS": USER.arn})
    assert decide(USER, arn, action, OTHER, resource=named, identity=ALLOW).allowed
    assert not decide(USER, arn, action, OTHER, resource=named, identity=SILENT).allowed
    assert not decide(USER, arn, action, OTHER, resource=grant({"AWS": OTHER}), identity=ALLOW).allowed


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        ([], "allowed"),
        ([[ALLOW]], "allowed"),
        ([[ALLOW], [ALLOW], [ALLOW]], "allowed"),
        ([[ALLOW], [SILENT, ALLOW]], "allowed"),
        ([[ALLOW], [SILENT]], "implicitDeny"),
        ([[SILENT], [ALLOW]], "implicitDeny"),
        ([[ALLOW], []], "implicitDeny"),
        ([[]], "implicitDeny"),
        ([[ALLOW], [ALLOW, DENY_S3]], "explicitDeny"),
        ([[DENY_S3], []], "explicitDeny"),
    ],
)
def test_scps_must_allow_on_every_level(attached, expected):
    decision = decide(USER, identity=ALLOW, scps=levels("scp", *attached))
    assert decision.outcome == expected


def test_scps_and_rcps_grant_nothing():
    decision = decide(USER, scps=[[FULL]], rcps=[[FULL_RCP]])
    assert decision.outcome == "implicitDeny"


def test_an_rcp_denies_or_says_nothing():
    """RCPFullAWSAccess is on every level: a level without an Allow lets everything pass."""
    silent = {"Effect": "Allow", "Principal": "*", "Action": "ec2:*", "Resource": "*"}
    assert decide(USER, identity=ALLOW, rcps=levels("rcp", [silent], [])).allowed
    denying = levels("rcp", [grant("*")], [grant("*", "Deny")])
    assert decide(USER, identity=ALLOW, rcps=denying).outcome == "explicitDeny"
    assert decide(ANONYMOUS, resource=grant("*"), rcps=denying).outcome == "explicitDeny"
    assert decide(SERVICE, resource=grant("*"), rcps=denying).outcome == "explicitDeny"
    assert decide(ROOT, rcps=denying).outcome == "explicitDeny"


def test_scps_follow_the_caller_rcps_the_resource():
    """Nothing binds the management account; an SCP says nothing about services and anonymous callers."""
    deny = levels("scp", [ALLOW, DENY_S3])
    manager = Caller("user", USER.arn, ACCOUNT, management_account=True)
    assert decide(USER, identity=ALLOW, scps=deny).outcome == "explicitDeny"
    assert decide(ROOT, scps=deny).outcome == "explicitDeny"
    assert decide(manager, identity=ALLOW, scps=deny).allowed
    assert decide(ANONYMOUS, resource=grant("*"), scps=deny).allowed
    assert decide(SERVICE, resource=grant("*"), scps=deny).allowed


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (grant("*"), "allowed"),
        (grant({"AWS": ACCOUNT}), "allowed"),
        (grant({"AWS": OTHER}), "implicitDeny"),
        ({"Effect": "Allow", "Principal": "*", "Action": "ec2:*", "Resource": "*"}, "implicitDeny"),
        (grant("*", "Deny"), "explicitDeny"),
    ],
)
def test_an_endpoint_policy_only_restricts(statement, expected):
    assert decide(USER, identity=ALLOW, endpoint=statement).outcome == expected
    assert not decide(USER, endpoint=statement).allowed


@pytest.mark.parametrize(
    ("denying", "named"),
    [
        (("scps", "rcps", "identity", "session"), "service control policy"),
        (("rcps", "endpoint", "resource"), "resource control policy"),
        (("endpoint", "resource", "boundary"), "VPC endpoint policy"),
        (("resource", "identity", "session"), "resource-based policy"),
        (("identity", "boundary", "session"), "identity-based policy"),
        (("boundary", "session"), "permissions boundary"),
        (("session",), "session policy"),
    ],
)
def test_of_several_denies_the_message_names_the_first(denying, named):
    """The order of 6.1, which AWS does not tell."""
    given = {"identity": ALLOW, "boundary": ALLOW, "session": ALLOW, "resource": grant("*"), "endpoint": grant("*")}
    for layer in denying:
        if layer in ("scps", "rcps"):
            deny = DENY_S3 if layer == "scps" else grant("*", "Deny")
            given[layer] = levels(layer[:-1], [deny])
        else:
            given[layer] = grant("*", "Deny") if layer in ("resource", "endpoint") else DENY_S3
    decision = decide(SESSION, **given)
    assert decision.outcome == "explicitDeny"
    assert decision.message.endswith(f" {named}")
    assert {trace.kind for trace in decision.explain().deciding} >= {decision.reason.policy}


@pytest.mark.parametrize(
    ("silent", "named"),
    [
        (("scps", "endpoint", "identity"), "service control policy"),
        (("endpoint", "identity", "boundary"), "VPC endpoint policy"),
        (("identity", "boundary", "session"), "identity-based policy"),
        (("boundary", "session"), "permissions boundary"),
        (("session", "resource"), "session policy"),
        (("resource",), "resource-based policy"),
    ],
)
def test_of_several_silences_the_message_names_the_first(silent, named):
    given = {"identity": ALLOW, "boundary": ALLOW, "session": ALLOW, "resource": grant("*"), "endpoint": grant("*")}
    nobody = grant({"AWS": "999988887777"})
    for layer in silent:
        given[layer] = nobody if layer in ("resource", "endpoint") else SILENT
    if "scps" in silent:
        given["scps"] = levels("scp", [SILENT])
    decision = decide(SESSION, owner=OTHER, **given)
    assert decision.outcome == "implicitDeny"
    assert f"because no {named} allows the s3:GetObject action" in decision.message


def test_statements_of_one_level_are_pooled():
    both = [Policy.parse({"Statement": [SILENT, ALLOW]}, "scp")]
    assert decide(USER, identity=ALLOW, scps=[both]).allowed
