"""Whom a Principal or NotPrincipal element means: docs/rules/policy_evaluation.md 2.3 and 2.4."""

import pytest

from iamviz.engine.principals import hits_principal, principal_matches
from iamviz.policy.model import PolicyKind
from tests.unit.engine.asking import (
    ACCOUNT,
    ALLOW,
    ANONYMOUS,
    FEDERATED,
    FEDERATED_USER,
    OTHER,
    PROVIDER,
    ROOT,
    ROOT_ARN,
    SERVICE,
    SESSION,
    USER,
    decide,
    grant,
    policy,
)

EARLIER = "000011112222"
"""An account whose number stands before the caller's; that of OTHER stands behind it."""
RESOURCE, TRUST = PolicyKind.RESOURCE, PolicyKind.TRUST
CALLERS = [USER, SESSION, FEDERATED_USER, ROOT, SERVICE, FEDERATED, ANONYMOUS]


def kinds(principal, caller, kind=RESOURCE, effect="Allow"):
    [statement] = policy(grant(principal, effect), kind).statements
    return {match.value for match in principal_matches(statement, caller, kind)}


@pytest.mark.parametrize(
    ("principal", "caller", "kind"),
    [
        ({"AWS": USER.arn}, USER, "direct"),
        ({"AWS": "AIDAANA"}, USER, "direct"),
        ({"AWS": SESSION.arn}, SESSION, "direct"),
        ({"AWS": SESSION.role_arn}, SESSION, "role"),
        ({"AWS": "AROAAPP"}, SESSION, "role"),
        ({"AWS": FEDERATED_USER.arn}, FEDERATED_USER, "direct"),
        ({"AWS": USER.arn}, FEDERATED_USER, "parent"),
        *[({"AWS": ACCOUNT}, caller, "account") for caller in (USER, SESSION, FEDERATED_USER, ROOT)],
        *[({"AWS": ROOT_ARN}, caller, "account") for caller in (USER, SESSION, FEDERATED_USER, ROOT)],
        ({"Service": "lambda.amazonaws.com"}, SERVICE, "service"),
        ({"Federated": PROVIDER}, FEDERATED, "federated"),
        *[
            (everyone, caller, "wildcard")
            for everyone in ("*", {"AWS": "*"})
            for caller in CALLERS
            if caller is not FEDERATED
        ],
    ],
)
def test_how_an_entry_meets_a_caller(principal, caller, kind):
    assert kinds(principal, caller) == {kind}


@pytest.mark.parametrize("everyone", ["*", {"AWS": "*"}])
@pytest.mark.parametrize(
    ("kind", "effect", "expected"),
    [
        (RESOURCE, "Allow", set()),
        (TRUST, "Allow", set()),
        (RESOURCE, "Deny", {"wildcard"}),
        (TRUST, "Deny", {"wildcard"}),
        (PolicyKind.ENDPOINT, "Allow", {"wildcard"}),
        (PolicyKind.RCP, "Deny", {"wildcard"}),
    ],
)
def test_everyone_means_an_oidc_caller_where_nothing_is_granted(everyone, kind, effect, expected):
    assert kinds(everyone, FEDERATED, kind, effect) == expected


@pytest.mark.parametrize(
    ("principal", "caller"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ana"}, USER),
        ({"AWS": USER.arn.upper()}, USER),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}, USER),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, SESSION),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/*"}, SESSION),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s2"}, SESSION),
        ({"AWS": "AROAAPP:s1:more"}, SESSION),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:group/eng"}, USER),
        *[({"AWS": account}, USER) for account in (OTHER, EARLIER)],
        *[({"AWS": f"arn:aws:iam::{account}:root"}, ROOT) for account in (OTHER, EARLIER)],
        ({"AWS": f"arn:aws:iam:us-east-1:{ACCOUNT}:root"}, ROOT),
        ({"AWS": f"x:aws:iam::{ACCOUNT}:root"}, ROOT),
        ({"AWS": ACCOUNT}, ANONYMOUS),
        ({"AWS": ACCOUNT}, FEDERATED),
        ({"AWS": USER.arn}, ROOT),
        *[({"Service": service}, SERVICE) for service in ("ec2.amazonaws.com", "sns.amazonaws.com", "*", "")],
        *[({"Federated": provider}, FEDERATED) for provider in ("accounts.google.com", "www.amazon.com", "")],
        *[({kind: ""}, caller) for kind in ("Service", "Federated", "AWS") for caller in CALLERS],
        *[({"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}, FEDERATED_USER) for name in ("abc", "zoe")],
        *[({"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/{name}"}, FEDERATED_USER) for name in ("abc", "zoe")],
        ({"CanonicalUser": USER.arn}, USER),
        ({"User": SERVICE.service}, SERVICE),
        ({"User": PROVIDER}, FEDERATED),
        ({"Service": "lambda.amazonaws.com"}, USER),
        ({"CanonicalUser": "79a5"}, USER),
        ({"AWS": []}, USER),
        (USER.arn, USER),
    ],
)
def test_who_is_not_meant(principal, caller):
    """Wildcards inside of a principal are text; a role is named with its path; groups make no requests."""
    assert kinds(principal, caller) == set()


def test_all_entries_that_meet_a_caller_count():
    everything = {"AWS": [SESSION.arn, SESSION.role_arn, ACCOUNT, "*"], "Service": "lambda.amazonaws.com"}
    assert kinds(everything, SESSION) == {"direct", "role", "account", "wildcard"}


@pytest.mark.parametrize("caller", [SERVICE, FEDERATED, ANONYMOUS])
def test_everyone_in_the_allow_of_a_trust_policy_is_every_aws_principal(caller):
    """Services and federated callers need an entry of their own; a Deny hits them all the same."""
    assert kinds("*", caller, TRUST) == set()
    assert kinds("*", caller, TRUST, "Deny") == {"wildcard"}
    assert kinds("*", caller, RESOURCE) == (set() if caller is FEDERATED else {"wildcard"})


@pytest.mark.parametrize("caller", [SERVICE, FEDERATED, ANONYMOUS])
def test_the_allow_of_a_trust_policy_for_somebody_else(caller):
    """It is not for the caller, and so it is not for everyone either."""
    assert kinds({"Service": "ec2.amazonaws.com", "AWS": USER.arn}, caller, TRUST) == set()


@pytest.mark.parametrize("caller", [USER, SESSION])
def test_everyone_in_a_trust_policy_covers_users_and_sessions(caller):
    assert kinds({"AWS": "*"}, caller, TRUST) == {"wildcard"}


def test_a_bound_entry_means_the_one_who_had_the_name_when_it_was_saved():
    """A user deleted and made again has another id."""
    trust = policy({"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "sts:AssumeRole"}, "trust")
    [same] = trust.bound({USER.arn: "AIDAANA"}).statements
    [other] = trust.bound({USER.arn: "AIDAOLD"}).statements
    assert principal_matches(same, USER, TRUST)
    assert not principal_matches(other, USER, TRUST)


def spared(caller, listed, has_boundary=False):
    [statement] = policy(grant(listed, "Deny", "NotPrincipal"), RESOURCE).statements
    return not hits_principal(statement, caller, RESOURCE, has_boundary)


@pytest.mark.parametrize(
    ("caller", "identities"),
    [
        (USER, [USER.arn, ACCOUNT]),
        (SESSION, [SESSION.arn, SESSION.role_arn, ROOT_ARN]),
        (FEDERATED_USER, [FEDERATED_USER.arn, USER.arn, ACCOUNT]),
        (ROOT, [ROOT_ARN]),
    ],
)
def test_not_principal_spares_only_whose_identities_are_all_listed(caller, identities):
    assert spared(caller, {"AWS": identities})
    for left_out in identities:
        assert not spared(caller, {"AWS": [identity for identity in identities if identity != left_out]})


def test_not_principal_spares_services_and_providers_by_name():
    assert spared(SERVICE, {"Service": "lambda.amazonaws.com"})
    assert not spared(SERVICE, {"Service": "ec2.amazonaws.com"})
    assert spared(FEDERATED, {"Federated": PROVIDER})
    assert not spared(ANONYMOUS, {"AWS": ACCOUNT})


@pytest.mark.parametrize("caller", CALLERS)
def test_not_principal_everyone_spares_everyone(caller):
    assert spared(caller, "*")


@pytest.mark.parametrize("caller", [USER, SESSION, FEDERATED_USER])
def test_who_has_a_boundary_is_never_spared(caller):
    everything = [caller.arn, caller.role_arn or caller.arn, USER.arn, ACCOUNT, "*"]
    assert spared(caller, {"AWS": everything})
    assert not spared(caller, {"AWS": everything}, has_boundary=True)


def test_a_boundary_that_does_not_apply_hurts_nobody():
    """The root user cannot have one, so one that is given takes no part."""
    deny = grant({"AWS": ROOT_ARN}, "Deny", "NotPrincipal")
    assert decide(ROOT, resource=deny, boundary=ALLOW).allowed
    assert not decide(USER, resource=deny, boundary=ALLOW, identity=ALLOW).allowed


def test_allow_with_not_principal_grants_nothing():
    [statement] = policy(grant({"AWS": OTHER}, "Allow", "NotPrincipal"), RESOURCE).statements
    assert not hits_principal(statement, USER, RESOURCE, False)


def test_a_statement_without_principal_means_nobody():
    [statement] = policy(ALLOW, TRUST).statements
    assert not hits_principal(statement, USER, TRUST, False)
