"""Inside one account: the table of docs/rules/policy_evaluation.md 5.4, row by row; 5.6 and 5.7."""

import pytest

from iamviz.engine import Settings
from tests.unit.engine.asking import (
    ACCOUNT,
    ALLOW,
    ANONYMOUS,
    FEDERATED,
    FEDERATED_USER,
    KEY,
    OBJECT,
    PROVIDER,
    ROLE,
    ROOT,
    ROOT_ARN,
    SERVICE,
    SESSION,
    SILENT,
    USER,
    decide,
    grant,
)

EVERYTHING = {"any": [None, SILENT, ALLOW], "allow or none": [None, ALLOW], "none": [None], "silent": [SILENT]}
EVERYTHING |= {"allow": [ALLOW], "-": [None]}
TASKS = {"object": (OBJECT, "s3:GetObject"), "role": (ROLE, "sts:AssumeRole"), "key": (KEY, "kms:Decrypt")}
TABLE = """
    session    object  role      silent  silent         any            deny
    session    object  role      silent  any            silent         deny
    session    object  role      silent  allow or none  allow or none  allow
    session    object  direct    silent  silent         silent         allow
    user       object  direct    silent  silent         -              allow
    user       role    direct    silent  silent         -              deny
    user       role    direct    silent  allow or none  -              allow
    federated  object  parent    silent  silent         silent         deny
    federated  object  parent    silent  allow or none  allow          allow
    federated  object  parent    any     any            none           deny
    federated  object  direct    silent  silent         silent         allow
    federated  object  account   allow   allow or none  none           deny
    user       object  everyone  silent  silent         -              allow
    session    object  everyone  silent  silent         silent         allow
    federated  object  everyone  silent  silent         silent         allow
    user       role    everyone  silent  silent         -              allow
    session    role    everyone  silent  silent         silent         allow
    user       object  account   silent  any            any            deny
    session    object  account   silent  any            any            deny
    user       role    account   silent  any            any            deny
    session    role    account   silent  any            any            deny
    session    role    role      silent  allow or none  allow or none  allow
    session    role    role      silent  silent         any            deny
    session    role    direct    silent  silent         silent         allow
    user       role    account   allow   allow or none  -              allow
    user       role    account   allow   silent         -              deny
    session    role    account   allow   allow or none  allow or none  allow
    session    role    account   allow   any            silent         deny
    user       role    other     allow   none           -              deny
    user       key     other     allow   none           -              deny
    user       key     account   allow   allow or none  -              allow
    user       key     direct    silent  silent         -              allow
    session    key     role      allow   silent         any            deny
    user       object  other     allow   allow or none  -              allow
    user       object  other     silent  any            -              deny
"""
"""Caller, what is asked for, whom the resource policy grants to, identity, boundary, session policy, decision."""

CALLERS = {"session": SESSION, "user": USER, "federated": FEDERATED_USER}


def rows():
    for line in TABLE.strip().splitlines():
        caller, task, named, identity, boundary, session, decision = (
            part.strip() for part in line.split("  ") if part.strip()
        )
        for i in EVERYTHING[identity]:
            for b in EVERYTHING[boundary]:
                for s in EVERYTHING[session]:
                    given = {"identity": i, "boundary": b, "session": s}
                    words = ", ".join(f"{k} {'allows' if v is ALLOW else 'silent'}" for k, v in given.items() if v)
                    yield pytest.param(
                        *(CALLERS[caller], task, named, given, decision), id=f"{caller}, {task}, names {named}; {words}"
                    )


def whom(caller, named):
    return {
        "role": {"AWS": caller.role_arn},
        "direct": {"AWS": caller.arn},
        "parent": {"AWS": caller.user_arn},
        "account": {"AWS": ACCOUNT},
        "everyone": "*",
        "other": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/carol"},
    }[named]


@pytest.mark.parametrize(("caller", "task", "named", "given", "expected"), list(rows()))
def test_row_of_the_table(caller, task, named, given, expected):
    resource, action = TASKS[task]
    attached = {name: statement for name, statement in given.items() if statement is not None}
    decision = decide(caller, resource, action, resource=grant(whom(caller, named)), **attached)
    assert decision.outcome == ("allowed" if expected == "allow" else "implicitDeny")


@pytest.mark.parametrize("layer", ["identity", "boundary", "session", "resource"])
def test_an_explicit_deny_in_any_of_them_wins(layer):
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    given = {"identity": ALLOW, "boundary": ALLOW, "session": ALLOW, "resource": grant({"AWS": SESSION.arn})}
    given[layer] = grant("*", "Deny") if layer == "resource" else deny
    assert decide(SESSION, **given).outcome == "explicitDeny"


def test_the_setting_lifts_the_boundary_from_a_trusted_user():
    given = {"resource": grant({"AWS": USER.arn}), "boundary": SILENT}
    assert not decide(USER, ROLE, "sts:AssumeRole", **given).allowed
    lifted = Settings(trust_user_boundary=False)
    assert decide(USER, ROLE, "sts:AssumeRole", settings=lifted, **given).allowed


@pytest.mark.parametrize("action", ["AssumeRole", "TagSession", "SetSourceIdentity", "SetContext"])
def test_every_trust_action_needs_the_trust_policy(action):
    """There is no path to a role by identity policies alone; the trust policy must name each action."""
    only = {"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "sts:AssumeRole"}
    decision = decide(USER, ROLE, f"sts:{action}", identity=ALLOW, resource=only)
    assert decision.allowed is (action == "AssumeRole")


@pytest.mark.parametrize(
    ("resource", "action", "given", "expected"),
    [
        (OBJECT, "s3:GetObject", {}, "allowed"),
        (OBJECT, "s3:GetObject", {"identity": SILENT, "boundary": SILENT}, "allowed"),
        (OBJECT, "s3:GetObject", {"resource": grant("*", "Deny")}, "explicitDeny"),
        (OBJECT, "s3:GetObject", {"session": SILENT}, "implicitDeny"),
        (OBJECT, "s3:GetObject", {"session": SILENT, "resource": grant("*")}, "implicitDeny"),
        (OBJECT, "s3:GetObject", {"session": ALLOW}, "allowed"),
        (KEY, "kms:Decrypt", {}, "implicitDeny"),
        (KEY, "kms:Decrypt", {"resource": grant({"AWS": ROOT_ARN})}, "allowed"),
        (KEY, "kms:Decrypt", {"resource": grant({"AWS": USER.arn})}, "implicitDeny"),
        (ROLE, "sts:AssumeRole", {"resource": grant({"AWS": ROOT_ARN})}, "implicitDeny"),
        (ROLE, "iam:GetRole", {}, "allowed"),
    ],
)
def test_root_user(resource, action, given, expected):
    """Full access to its account's own things, but for KMS keys without delegation, and for roles (5.7)."""
    assert decide(ROOT, resource, action, **given).outcome == expected


@pytest.mark.parametrize("action", ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
def test_root_may_always_mend_the_policy_of_its_bucket(action):
    """5.6: the bucket policy is not consulted, organization and endpoint policies are."""
    deny = grant("*", "Deny")
    assert decide(ROOT, "arn:aws:s3:::assets", action, resource=deny).allowed
    assert not decide(USER, "arn:aws:s3:::assets", action, resource=deny, identity=ALLOW).allowed
    assert not decide(ROOT, "arn:aws:s3:::assets", action, session=SILENT).allowed
    assert not decide(ROOT, "arn:aws:s3:::assets", action, endpoint=grant("*", "Deny")).allowed


@pytest.mark.parametrize(
    ("caller", "principal", "task", "expected"),
    [
        (SERVICE, {"Service": "lambda.amazonaws.com"}, "object", True),
        (SERVICE, {"Service": "lambda.amazonaws.com"}, "role", True),
        (SERVICE, "*", "role", False),
        (SERVICE, "*", "object", True),
        (FEDERATED, {"Federated": PROVIDER}, "role", True),
        (FEDERATED, "*", "role", False),
        (ANONYMOUS, "*", "object", True),
        (ANONYMOUS, {"AWS": ACCOUNT}, "object", False),
        (ANONYMOUS, "*", "role", False),
    ],
)
def test_callers_without_an_identity_side(caller, principal, task, expected):
    """The resource or trust policy alone decides; identity policies and boundaries are not theirs."""
    resource, action = TASKS[task]
    given = {"resource": grant(principal), "identity": ALLOW, "boundary": SILENT, "session": SILENT}
    assert decide(caller, resource, action, **given).allowed is expected
    assert not decide(caller, resource, action, identity=ALLOW).allowed


@pytest.mark.parametrize("caller", [ROOT, FEDERATED_USER])
@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
def test_who_can_never_assume_a_role(caller, action):
    decision = decide(caller, ROLE, action, resource=grant("*"), identity=ALLOW, session=ALLOW)
    assert decision.outcome == "implicitDeny"
    assert decision.explain().rows == ()


def test_nobody_can_be_kept_from_asking_who_he_is():
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert decide(USER, "*", "sts:GetCallerIdentity", identity=deny).allowed
    assert not decide(ANONYMOUS, "*", "sts:GetCallerIdentity").allowed
