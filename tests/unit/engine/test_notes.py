"""Where AWS is silent, the explanation says so; where it is not, the explanation does not."""

from dataclasses import replace

import pytest

from iamviz import Caller, Policy, PolicySet, Request, evaluate
from tests.conformance.decisions import decide
from tests.conformance.vectors import read_vectors

USER = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
ROLE = "arn:aws:iam::111122223333:role/Reader"


def notes(policies: PolicySet, action: str = "s3:GetObject", resource: str = "arn:aws:s3:::b/k", **context: object):
    request = Request(USER, action, resource, "111122223333", context)
    return evaluate(request, policies).explain().notes


def allow(condition: dict[str, object], **more: object) -> PolicySet:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition, **more}
    return PolicySet(identity=[Policy.parse({"Version": "2012-10-17", "Statement": statement})])


@pytest.mark.parametrize(
    ("condition", "context", "words"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "-1.5"}}, {}, "epoch seconds with a sign or a fraction"),
        ({"StringEquals": {"aws:TagKeys": "a"}}, {"aws:TagKeys": ["a"]}, "multivalued key without a set operator"),
        ({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}, {}, "ForAnyValue with IfExists"),
        ({"StringEquals": {"aws:username": []}}, {}, "an empty list of values"),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, {}, "a pattern that is no ARN"),
        ({"Bool": {"aws:SecureTransport": "${aws:x}"}}, {}, "a policy variable under Bool"),
        ({"DateLessThan": {"aws:CurrentTime": "2027"}}, {}, "four digits as a date"),
        (
            {"StringLike": {"aws:PrincipalTag/a": "${aws:username}"}},
            {"aws:username": "a*"},
            "wildcards in the value of a variable",
        ),
        (
            {"StringLike": {"aws:PrincipalTag/a": "${aws:username, 'x'}"}},
            {"aws:username": ""},
            "whose key is there but empty",
        ),
    ],
)
def test_a_condition_that_aws_leaves_open_is_marked(condition, context, words) -> None:
    assert any(words in note for note in notes(allow(condition), **context))


def test_a_plain_decision_rests_on_nothing_undocumented() -> None:
    assert notes(allow({"StringEquals": {"aws:username": "ana"}})) == ()


def test_the_boundary_of_a_trusted_user_is_marked() -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "sts:AssumeRole"}
    boundary = Policy.parse({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}, "boundary")
    policies = PolicySet(resource=Policy.parse({"Statement": trust}, "trust"), boundary=boundary)
    assert any("boundary of a user" in note for note in notes(policies, "sts:AssumeRole", ROLE))


def test_two_kinds_of_policies_that_deny_are_marked() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    policies = PolicySet(identity=[Policy.parse(deny)], boundary=Policy.parse(deny, "boundary"))
    assert any("when several deny" in note for note in notes(policies))


def test_a_wildcard_in_a_service_prefix_is_marked() -> None:
    assert any("service prefix" in note for note in notes(allow({}, Action="s?:*")))


def test_an_incomplete_arn_of_a_resource_policy_is_marked() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:*"}
    policies = PolicySet(resource=Policy.parse({"Statement": statement}, "resource"))
    assert any("incomplete ARN" in note for note in notes(policies))


def test_a_resource_policy_that_names_no_resource_is_marked() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "s3:*"}
    policies = PolicySet(resource=Policy.parse({"Statement": statement}, "resource"))
    assert any("a statement without Resource" in note for note in notes(policies))


def test_a_variable_without_a_value_in_not_resource_is_marked() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/${aws:username}"}
    policies = PolicySet(identity=[Policy.parse({"Version": "2012-10-17", "Statement": statement})])
    assert any("in NotResource" in note for note in notes(policies))
    assert notes(policies, **{"aws:username": "ana"}) == ()


def test_a_service_that_the_star_of_a_resource_policy_lets_in_is_marked() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policies = PolicySet(resource=Policy.parse({"Statement": statement}, "resource"))
    service = Caller("service", service="cloudtrail.amazonaws.com")
    told = evaluate(Request(service, "s3:PutObject", "arn:aws:s3:::b/k", "111122223333"), policies).explain()
    assert any("covers service principals" in note for note in told.notes)


def test_the_star_of_a_resource_policy_that_leaves_out_an_oidc_caller_is_marked() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policies = PolicySet(resource=Policy.parse({"Statement": statement}, "resource"))
    caller = Caller("federated", "accounts.google.com", federated="accounts.google.com")
    decision = evaluate(Request(caller, "s3:PutObject", "arn:aws:s3:::b/k", "111122223333"), policies)
    assert not decision.allowed
    assert any("covers an OIDC or SAML caller" in note for note in decision.explain().notes)


@pytest.mark.parametrize(
    ("principal", "marked"),
    [({"AWS": "111122223333"}, True), ("*", False), ({"AWS": ["111122223333", USER.arn]}, False)],
)
def test_an_endpoint_policy_that_names_the_account_alone_is_marked(principal: object, marked: bool) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"}
    policies = replace(allow({}), endpoint=Policy.parse({"Statement": statement}, "endpoint"))
    assert any("an account in an endpoint policy" in note for note in notes(policies)) is marked


def test_a_grant_to_a_role_that_its_boundary_caps_is_marked() -> None:
    role = Caller(
        "role-session",
        "arn:aws:sts::111122223333:assumed-role/Reader/s",
        "111122223333",
        role_arn=ROLE,
    )
    statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:*", "Resource": "*"}
    other = Policy.parse({"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}, "boundary")
    policies = PolicySet(resource=Policy.parse({"Statement": statement}, "resource"), boundary=other)
    told = evaluate(Request(role, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333"), policies).explain()
    assert any("when a grant to the caller is capped" in note for note in told.notes)


def test_keys_that_were_asked_for_and_are_absent_are_listed() -> None:
    request = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333")
    told = evaluate(request, allow({"Bool": {"aws:MultiFactorAuthPresent": "true"}})).explain()
    assert told.absent_keys == ("aws:MultiFactorAuthPresent",)
    assert "asked for, but not in the request: aws:MultiFactorAuthPresent" in str(told)


def test_every_vector_can_be_noted() -> None:
    """No explanation of any kind of request stumbles over its notes, and unconfirmed vectors usually have one."""
    for vector in read_vectors("decisions"):
        told = decide(vector["policies"], vector["request"]).explain()
        assert all(note.startswith("AWS does not document this: ") for note in told.notes)
