"""Any text and any JSON value whatever gives a list of findings, quickly, each with a place inside the text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamviz import Finding, check_policy
from iamviz.policy import PolicyKind
from iamviz.policy.check import ATTACHMENTS, guess_kind, is_valid
from tests.unit.check.condition_rules import CONDITION_RULES
from tests.unit.check.documents import document
from tests.unit.check.rules import RULES

KINDS = st.sampled_from([kind.value for kind in PolicyKind])
WORDS = st.sampled_from(
    """Version Id Statement Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition
    AWS Service Federated CanonicalUser Allow Deny * ** 2012-10-17 2008-10-17 111122223333 true false : :: ${ ${} ${*}
    s3:GetObject s3:Get* s3:?* GetObject iam:PassRole sts:* sts:AssumeRole sts:AssumeRoleWithWebIdentity
    arn:aws:iam::111122223333:role/app arn:aws:s3:::b/${aws:username} arn:aws:sqs arn:*: arn:aws:s3:::*a*b* arn:::::
    arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com repo:* 10.0.0.0/8 \ud800 \x00
    StringEquals StringNotLike ForAllValues:StringLike ForAnyValue:Null NullIfExists Null Bool BoolIfExists
    NumericEquals DateLessThan IpAddress NotIpAddress BinaryEquals ArnLike aws:TagKeys aws:username aws:SourceIp
    aws:SourceVpc aws:PrincipalArn aws:MultiFactorAuthPresent
    token.actions.githubusercontent.com:sub sts:ExternalId""".split()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=40,
)


def assert_places(findings: list[Finding], text: str) -> None:
    lines = text.split("\n")
    for finding in findings:
        if text:
            assert 1 <= finding.line <= len(lines)
            is_last = finding.line == len(lines)  # else the line break may be the very thing
            assert 1 <= finding.column <= max(1, len(lines[finding.line - 1]) + (not is_last))


@given(VALUES, KINDS, st.sampled_from([None, *ATTACHMENTS]))
@settings(max_examples=150, deadline=None)
def test_any_value_gives_findings(value: Any, kind: str, attached_to: str | None) -> None:
    findings = check_policy(value, kind, attached_to=attached_to)
    if not isinstance(value, str):
        assert_places(findings, json.dumps(value, indent=2, ensure_ascii=False))


ENTRIES = st.lists(WORDS, max_size=3) | WORDS
LIKELY = st.fixed_dictionaries(
    {"Version": WORDS, "Statement": st.lists(
        st.fixed_dictionaries(
            {"Effect": st.sampled_from(["Allow", "Deny"])},
            optional={
                "Action": ENTRIES, "NotAction": ENTRIES, "Resource": ENTRIES, "NotResource": ENTRIES,
                "Principal": ENTRIES | st.dictionaries(WORDS, ENTRIES, max_size=3),
                "NotPrincipal": st.dictionaries(WORDS, ENTRIES, max_size=2),
                "Condition": st.dictionaries(WORDS, st.dictionaries(WORDS, ENTRIES, max_size=3), max_size=4),
                "Sid": WORDS,
            },
        ),
        max_size=3,
    )},
)  # fmt: skip


@given(LIKELY, KINDS, st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_likely_documents_give_findings_inside_their_text(value: Any, kind: str, indent: int) -> None:
    text = json.dumps(value, indent=indent or None, ensure_ascii=indent % 2 == 0)
    assert_places(check_policy(text, kind), text)
    guess_kind(text)


@given(st.text() | st.text(alphabet='{}[]":,\\ \n\ttruefalsn0123456789.eE+-').map(lambda text: "{" + text), KINDS)
@settings(max_examples=200, deadline=None)
def test_any_text_gives_findings(text: str, kind: str) -> None:
    findings = check_policy(text, kind)
    assert_places(findings, text)
    assert not is_valid(findings)
    guess_kind(text)


@given(st.sampled_from([*RULES, *CONDITION_RULES]), st.data())
@settings(max_examples=200, deadline=None)
def test_broken_documents_give_findings(rule: Any, data: st.DataObject) -> None:
    text = rule.bad if isinstance(rule.bad, str) else json.dumps(rule.bad, indent=1)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    broken = text[:start] + data.draw(st.text(max_size=3)) + text[end:]
    assert_places(check_policy(broken, rule.kind), broken)


@pytest.mark.parametrize("value", [None, 5, b"x", object(), float("nan"), {1: 2}, {"a": {1, 2}}, [[]], True])
def test_what_is_no_document_is_a_finding(value: Any) -> None:
    assert not is_valid(check_policy(value))


def test_a_value_that_holds_itself_is_a_finding() -> None:
    value: dict[str, Any] = {}
    value["Statement"] = value
    assert [finding.code for finding in check_policy(value)] == ["INVALID_JSON"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff{}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '"' + "\\" * 99,
        "{" * 10 + "\n" * 100_000,
        '{"Statement": ' + "1" * 5000 + "}",
    ],
    ids=["empty", "bom", "brackets", "braces", "escapes", "lines", "digits"],
)
def test_hostile_text(text: str) -> None:
    assert not is_valid(check_policy(text))


MANY = 2000
HOSTILE = {
    "unknown services": document(Action=[f"serv{number}:Do" for number in range(MANY)]),
    "unknown actions": document(Action=[f"ec2:DescribeInstancse{number}" for number in range(MANY)]),
    "wildcards": document(Action=["s3:" + "*a" * 500] * 50, Resource=["arn:aws:s3:::" + "*a" * 500] * 50),
    "patterns": document(
        Action="s3:GetObject", Resource=[f"arn:aws:s3:::{'*a?' * 100}{number}" for number in range(200)]
    ),
    "resources": document(
        Action=[f"ec2:{name}" for name in ("RunInstances", "StopInstances", "CreateTags")],
        Resource=[f"arn:aws:ec2:*:*:zz{number}/*" for number in range(MANY)],
    ),
    "variables": document(Resource=["arn:aws:s3:::" + "${aws:a}" * 1000] * 5),
    "open variables": document(Resource="arn:aws:s3:::" + "${" * 5000),
    "keys": document(Condition={"StringEquals": {f"aws:key{number}": "x" for number in range(MANY)}}),
    "values": document(
        Condition={"DateEquals": {"aws:CurrentTime": "1" * 300_000}, "NumericEquals": {"a:b": "9" * 300_000}}
    ),
    "addresses": document(Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", *["203.0.113.1"] * MANY]}}),
    "principals": document("resource", Principal={"AWS": [f"arn:aws:iam::1:role/{number}" for number in range(MANY)]}),
    "statements": {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Foo": 1}] * MANY},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_checked(name: str) -> None:
    """What takes more than linear time would not come back from these."""
    for kind in ("identity", "resource"):
        assert all(finding.code for finding in check_policy(HOSTILE[name], kind))


def test_a_kind_that_does_not_exist_is_a_misuse() -> None:
    with pytest.raises(ValueError, match="bucket"):
        check_policy({}, "bucket")
    with pytest.raises(ValueError, match="expected one of managed"):
        check_policy({}, attached_to="moon")
