"""What an explanation says where the values alone do not show why something matched or missed."""

from dataclasses import replace

import pytest

from iamviz import Caller, Policy, PolicySet, Request, evaluate
from tests.conformance.decisions import decide
from tests.conformance.vectors import read_vectors

ACCOUNT = "111122223333"
USER = Caller("user", f"arn:aws:iam::{ACCOUNT}:user/ana", ACCOUNT)
SESSION = Caller(
    "role-session",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1",
    ACCOUNT,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
)
LOGO = "arn:aws:s3:::assets/logo.png"
PLAIN = "${…} is plain text without Version 2012-10-17"
IN_FIELD = "a wildcard stays inside one field of an ARN"
CASE = "only the letter case differs"


def told(statement, request, kind="identity", version="2012-10-17", **more):
    """The notes of the statement that decided, or that came nearest, by element and condition key."""
    full = {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}
    policy = Policy.parse({"Version": version, "Statement": full}, kind)
    policies = PolicySet(**{kind: [policy] if kind == "identity" else policy}, **more)
    explanation = evaluate(request, policies).explain()
    [trace] = explanation.deciding or explanation.near_misses
    notes = {element.name: element.note for element in trace.elements if element.note}
    return notes | {row.row.key: row.note for row in trace.conditions if row.note}


def request(resource=LOGO, caller=USER, action="s3:GetObject", **context):
    return Request(caller, action, resource, ACCOUNT, {key.replace("__", ":"): value for key, value in context.items()})


@pytest.mark.parametrize(
    ("pattern", "context", "version", "note"),
    [
        ("arn:aws:s3:::assets/*", {}, "2012-10-17", None),
        ("arn:aws:s3:::other/*", {}, "2012-10-17", None),
        ("arn:aws:s3:::assets/Logo.png", {}, "2012-10-17", CASE),
        (
            "arn:aws:s3:*:assets/logo.png",
            {},
            "2012-10-17",
            "arn:aws:s3:*:assets/logo.png has 5 of the six fields of an ARN, the rest is *",
        ),
        ("arn:*:assets/logo.png:x:y:*", {}, "2012-10-17", None),
        ("arn:aws:s3:?::assets/*", {}, "2012-10-17", None),
        ("arn:aws:s3:::${aws:username}/*", {"aws__username": "assets"}, "2012-10-17", "${aws:username} is assets"),
        ("arn:aws:s3:::${AWS:Username}/*", {}, "2012-10-17", "${AWS:Username} has no value"),
        ("arn:aws:s3:::${aws:username}/*", {"aws__username": ""}, "2012-10-17", "${aws:username} is empty"),
        ("arn:aws:s3:::${aws:username, 'assets'}/*", {}, "2012-10-17", "${aws:username} is assets, its default"),
        (
            "arn:aws:s3:::${aws:TagKeys}/*",
            {"aws__TagKeys": ["assets"]},
            "2012-10-17",
            "${aws:TagKeys} has no value, since its key may have several",
        ),
        ("arn:aws:s3:::${aws:username}/*", {"aws__username": "assets"}, "2008-10-17", PLAIN),
        (
            "arn:aws:${aws:username}:::assets/*",
            {"aws__username": "s3"},
            "2012-10-17",
            "a variable before the fifth colon is plain text",
        ),
    ],
)
def test_what_is_said_of_a_resource(pattern, context, version, note):
    assert told({"Resource": pattern}, request(**context), version=version).get("Resource") == note


def test_a_wildcard_that_would_have_to_leave_its_field():
    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:group:web"
    assert told({"Resource": "arn:aws:logs:eu*3:group:web"}, request(group))["Resource"] == IN_FIELD


def test_an_action_without_a_resource_of_its_own():
    notes = told({"Resource": "arn:aws:ec2:*:*:instance/*"}, request("*", action="ec2:DescribeInstances"))
    assert notes == {"Resource": "the action has no resource of its own, which only * covers"}
    assert told({"NotResource": LOGO, "Resource": "*"}, request("*")) == {}


def test_an_incomplete_arn_where_nothing_completes_it():
    statement = {"Principal": "*", "Resource": "arn:aws:s3"}
    note = "arn:aws:s3 has 3 of the six fields of an ARN, and nothing fills in the rest"
    assert told(statement, request(caller=Caller("anonymous")), "resource") == {"Resource": note}


@pytest.mark.parametrize(
    ("principal", "caller", "note"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/*", SESSION, "a wildcard inside of a principal is plain text"),
        (f"arn:aws:iam::{ACCOUNT}:group/devs", USER, "a group is never a principal"),
        (f"arn:aws:iam::{ACCOUNT}:user/Ana", USER, CASE),
        (f"arn:aws:iam::{ACCOUNT}:user/bea", USER, None),
        (USER.arn, USER, None),
    ],
)
def test_what_is_said_of_a_principal(principal, caller, note):
    notes = told({"Principal": {"AWS": principal}}, request(caller=caller), "resource")
    assert notes.get("Principal") == note


@pytest.mark.parametrize(
    ("caller", "arn", "its_id"), [(USER, USER.arn, "AIDANEW"), (SESSION, SESSION.role_arn, "AROANEW:s1")]
)
def test_a_principal_of_the_same_name_that_is_gone_is_told_as_an_earlier_one(caller, arn, its_id):
    """docs/rules/policy_evaluation.md 2.3: the stored id belongs to the one that was deleted."""
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}}
    bound = Policy.parse(trust, "trust").bound({arn: "AIDAOLD"})
    asked = Request(replace(caller, unique_id=its_id), "sts:AssumeRole", role, ACCOUNT, {})
    [trace] = evaluate(asked, PolicySet(resource=bound)).explain().near_misses
    assert trace.elements[0].note == "it means an earlier one of this name, since deleted"


@pytest.mark.parametrize(
    ("listed", "caller", "note"),
    [
        ([SESSION.role_arn, ACCOUNT], SESSION, "not listed: its own ARN"),
        ([SESSION.arn], SESSION, "not listed: its role, its account"),
        ([USER.arn], USER, "not listed: its account"),
        ([USER.arn], Caller("anonymous"), "not listed: *, the only entry that could exempt it"),
    ],
)
def test_whom_a_not_principal_would_have_to_list(listed, caller, note):
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": listed}}
    assert told(statement, request(caller=caller), "resource") == {"NotPrincipal": note}


def test_nobody_with_a_boundary_is_exempt():
    boundary = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "boundary")
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": [USER.arn, ACCOUNT]}}
    notes = told(statement, request(), "resource", boundary=boundary)
    assert notes == {"NotPrincipal": "it has a permissions boundary, so that no list exempts it"}
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": [USER.arn]}}
    assert told(statement, request(), "resource", boundary=boundary) == {"NotPrincipal": "not listed: its account"}


@pytest.mark.parametrize(
    ("operator", "wanted", "got", "note"),
    [
        ("StringEquals", "red", "red", None),
        ("StringEquals", "red", "blue", None),
        ("StringEquals", "Red", "red", CASE),
        ("StringLike", "RED*", "red-1", CASE),
        ("StringEquals", "red*", "red-1", "StringEquals knows no wildcards, StringLike does"),
        ("StringNotEquals", "red*", "red-1", "StringNotEquals knows no wildcards, StringNotLike does"),
        ("StringNotEquals", "red", "red", None),
        ("StringEquals", "${k:v}", "red", "${k:v} is blue"),
        ("StringEquals", "${k:other}", "red", "${k:other} has no value"),
        ("ArnLike", "arn:aws:sns:*:y", "arn:aws:sns:us-east-1:1:x:y", "arn:aws:sns:*:y is not an ARN, and Arn "),
        ("ArnLike", "arn:aws:sns:*:x:y", "arn:aws:sns:us-east-1:1:x:y", IN_FIELD),
        ("ArnLike", "arn:aws:s*:x:y:z", "arn:aws:sns:us-east-1:x:y:z", IN_FIELD),
        ("ArnLike", "arn:aws:sns:::Topic", "arn:aws:sns:::topic", CASE),
        ("NumericEquals", "10", "11", None),
        ("ForAllValues:StringEquals", ["env", "cost"], ["env", "Cost"], CASE),
        ("ForAllValues:StringEquals", ["env"], ["env", "x"], None),
        ("Null", "true", "x", None),
    ],
)
def test_what_is_said_of_a_condition(operator, wanted, got, note):
    notes = told({"Condition": {operator: {"k:k": wanted}}}, request(k__k=got, k__v="blue"))
    assert (notes.get("k:k") or "").startswith(note or "")
    assert ("k:k" in notes) is (note is not None)


def test_a_variable_in_a_condition_under_the_old_language():
    statement = {"Condition": {"StringEquals": {"k:k": "${k:v}"}}}
    assert told(statement, request(k__k="blue", k__v="blue"), version="2008-10-17") == {"k:k": PLAIN}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"StringNotEquals": {"k:k": ["a", "b"]}}, "StringNotEquals wants anything but a or b"),
        ({"StringNotEquals": {"k:k": []}}, "StringNotEquals wants anything"),
        ({"StringEquals": {"k:k": []}}, "StringEquals wants nothing"),
        ({"StringEquals": {"k:k": ""}}, "StringEquals wants an empty text"),
        ({"NumericLessThan": {"k:k": 10}}, "NumericLessThan wants less than 10"),
        ({"DateGreaterThanEquals": {"k:k": "2026"}}, "DateGreaterThanEquals wants a time not before 2026"),
        ({"Null": {"k:k": "true"}}, "Null wants the key to be absent"),
        ({"Null": {"k:k": ["true", False]}}, "Null wants the key to be absent or the key to be there"),
    ],
)
def test_what_a_condition_wants_is_said_in_words(condition, words):
    policy = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}})
    explanation = evaluate(request(k__k="1"), PolicySet(identity=[policy])).explain()
    [trace] = explanation.deciding or explanation.near_misses
    [row] = trace.conditions
    assert row.sentence == f"k:k is 1; {words}"


def test_hindsight_knows_something_to_say_of_every_vector_without_stumbling():
    for vector in (*read_vectors("decisions"), *read_vectors("corner_decisions")):
        explanation = decide(vector["policies"], vector["request"]).explain()
        for trace in explanation.statements:
            assert all(part.sentence for part in (*trace.elements, *trace.conditions))


@pytest.mark.parametrize(
    ("operator", "wanted", "got", "note"),
    [
        ("NumericEquals", "1e1", "10", "1e1 is not a number"),
        ("NumericLessThan", "10", "", "an empty text is not a number"),
        ("NumericEquals", "11", "10", None),
        ("DateEquals", "2026-02-30", "2026-03-02", "2026-02-30 is not a date"),
        ("DateLessThan", "2026-01-01", "yesterday", "yesterday is not a date"),
        ("IpAddress", "203.0.113.0/33", "203.0.113.0", "203.0.113.0/33 is not an IP address or a range"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.0/25", "203.0.113.0/25 is not an IP address or a range"),
        ("IpAddress", "${aws:VpcSourceIp}", "203.0.113.7", "IpAddress knows no variables"),
        ("BinaryEquals", "QQ==", "QQ", "QQ is not base64"),
        ("BinaryEquals", "QUE=", "QQ==", None),
        ("NumericEquals", ["x", "y"], "10", "x is not a number; y is not a number"),
    ],
)
def test_values_that_cannot_be_compared(operator, wanted, got, note):
    assert told({"Condition": {operator: {"test:key": wanted}}}, request(test__key=got)).get("test:key") == note


@pytest.mark.parametrize(
    ("operator", "wanted", "got"),
    [("NumericNotEquals", "x", "10"), ("DateNotEquals", "x", "2026-01-01"), ("NotIpAddress", "x", "203.0.113.7")],
)
def test_a_negated_operator_matches_what_it_cannot_compare(operator, wanted, got):
    notes = told({"Condition": {operator: {"test:key": wanted}}}, request(test__key=got))
    assert notes["test:key"].startswith("x is not ")


OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"


@pytest.mark.parametrize(
    ("caller", "action", "note"),
    [
        (
            Caller("service", "ec2.amazonaws.com", service="ec2.amazonaws.com"),
            "AssumeRole",
            "here * means users and roles, a service has to be named under Service",
        ),
        (
            Caller("federated", account=ACCOUNT, federated=OIDC),
            "AssumeRoleWithWebIdentity",
            "here * means users and roles, a provider has to be named under Federated",
        ),
        (Caller("anonymous"), "AssumeRole", "here * means users and roles, and the call has to be signed"),
    ],
)
def test_whom_everyone_leaves_out_in_a_trust_policy(caller, action, note):
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": f"sts:{action}"}}
    asked = Request(caller, f"sts:{action}", f"arn:aws:iam::{ACCOUNT}:role/R", ACCOUNT)
    [trace] = evaluate(asked, PolicySet(resource=Policy.parse(trust, "trust"))).explain().near_misses
    assert [element.note for element in trace.elements if element.name == "Principal"] == [note]


def test_a_variable_in_the_fifth_field_is_plain_text():
    pattern = "arn:aws:s3:::${aws:username}"
    assert "fifth colon" not in told({"Resource": pattern}, request(aws__username="x")).get("Resource", "")
    pattern = "arn:aws:sqs:eu-west-1:${aws:username}:q"
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
    notes = told({"Resource": pattern}, request(queue, action="sqs:SendMessage", aws__username=ACCOUNT))
    assert "a variable before the fifth colon is plain text" in notes["Resource"]


def test_a_name_that_is_somebody_elses_by_now_is_not_called_an_earlier_one_of_the_caller():
    """Only an entry of the caller's own name means an earlier one of it."""
    carol = f"arn:aws:iam::{ACCOUNT}:user/carol"
    policy = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": carol}, "Action": "s3:*", "Resource": "*"},
    }
    bound = Policy.parse(policy, "resource").bound({carol: "AIDACAROL"})
    [trace] = evaluate(request(), PolicySet(resource=bound)).explain().near_misses
    assert [element.note for element in trace.elements if element.name == "Principal"] == [""]


def test_a_resource_that_is_exempt_needs_no_reason():
    """NotResource lists it: the entry does cover it, so there is nothing to tell of wildcards or letter case."""
    statement = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::assets/*"}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement}, "identity")
    [trace] = evaluate(request(), PolicySet(identity=[policy])).explain().near_misses
    assert [element.note for element in trace.elements if element.name == "NotResource"] == [""]


@pytest.mark.parametrize("operator", ["NumericEquals", "NumericNotEquals"])
def test_other_values_of_a_list_are_not_blamed_when_one_of_them_is_met(operator):
    assert "test:key" not in told({"Condition": {operator: {"test:key": ["x", "10"]}}}, request(test__key="10"))


@pytest.mark.parametrize(
    ("wanted", "note"),
    [
        ("${aws:username}", "${aws:username} is ana"),
        (["${aws:username}", "Bob"], f"${{aws:username}} is ana; {CASE}"),
    ],
)
def test_a_variable_with_another_value_is_no_plain_text(wanted, note):
    statement = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": wanted}}}
    asked = request(aws__username="ana", **{"aws__PrincipalTag/team": "bob"})
    assert told(statement, asked)["aws:PrincipalTag/team"] == note
