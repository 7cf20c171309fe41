"""Every finding: there in a document that has it, gone from the document put right, at the place that is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import iamviz
from iamviz import Finding, check_policy
from tests.unit.check.condition_rules import CONDITION_RULES
from tests.unit.check.rule import Rule
from tests.unit.check.rules import RULES

ALL = [*RULES, *CONDITION_RULES]
CONSTANT = re.compile(r"^([A-Z_]+)\b.*=", re.MULTILINE)
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')


def of_code(findings: list[Finding], code: str) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]


@pytest.mark.parametrize("rule", ALL, ids=str)
def test_bad_document_has_it(rule: Rule) -> None:
    found = of_code(check_policy(rule.bad, rule.kind), rule.code)
    assert (rule.severity, rule.source) in {(finding.severity.value, finding.source.value) for finding in found}


@pytest.mark.parametrize("rule", ALL, ids=str)
def test_good_document_has_it_not(rule: Rule) -> None:
    assert of_code(check_policy(rule.good, rule.kind), rule.code) == []


@pytest.mark.parametrize("rule", ALL, ids=str)
def test_the_sentence_can_be_read(rule: Rule) -> None:
    for finding in check_policy(rule.bad, rule.kind):
        assert finding.message.strip() == finding.message != ""
        assert "\n" not in finding.message + finding.suggestion
        assert finding.path.startswith("$")
        assert finding.line >= 1 <= finding.column


def test_every_code_has_a_rule() -> None:
    folder = Path(iamviz.__file__).parent / "policy" / "check"
    sources = [file.read_text("utf-8") for file in folder.glob("*.py")]
    written = {code for source in sources for code in CODE.findall(source)}
    names = {name for source in sources for name in CONSTANT.findall(source)}  # quoted in __all__
    sizes = {code for code in written if code.startswith("POLICY_SIZE_")}
    assert written - names - sizes - {rule.code for rule in ALL} == set()


@pytest.mark.parametrize(
    ("document", "kind", "code", "word"),
    [
        ({"Version": "2012-10-18", "Statement": []}, "identity", "INVALID_VERSION", '"2012-10-18"'),
        ({"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "x"]}}, "identity", "INVALID_ACTION_FORMAT", '"x"'),
        ({"Statement": {"Principal": {"AWS": ["1"]}}}, "resource", "INVALID_PRINCIPAL", '"1"'),
        ({"Statement": {"Condition": {"Bol": {"a:b": "true"}}}}, "identity", "UNKNOWN_OPERATOR", '"Bol"'),
        (
            {"Statement": {"Condition": {"Bool": {"aws:Zq": "true"}}}},
            "identity",
            "INVALID_GLOBAL_CONDITION_KEY",
            '"aws:Zq"',
        ),
        ({"Statement": {"Condition": {"Bool": {"a:b": ["yes"]}}}}, "identity", "TYPE_MISMATCH_BOOLEAN", '"yes"'),
        (
            {"Version": "2012-10-17", "Statement": {"Resource": "arn:aws:s3:::b/${aws:usrname}"}},
            "identity",
            "UNKNOWN_VARIABLE",
            "${aws:usrname}",
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_place_is_that_of_the_very_thing(
    document: dict[str, object], kind: str, code: str, word: str, indent: int | None
) -> None:
    text = json.dumps(document, indent=indent)
    (finding,) = of_code(check_policy(text, kind), code)
    assert text.split("\n")[finding.line - 1][finding.column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("action", "suggestion"),
    [
        ("s3:GetObjct", "did you mean s3:GetObject?"),
        ("S3:getobjct", "did you mean S3:GetObject?"),
        ("dynamodbb:GetItem", "did you mean dynamodb:GetItem?"),
        ("GetObject", "did you mean s3:GetObject?"),
        ("lambda", "did you mean lambda:*?"),
        ("sts:AssumeRoleWithWebIdentiy", "did you mean sts:AssumeRoleWithWebIdentity?"),
    ],
)
def test_nearest_action(action: str, suggestion: str) -> None:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
    assert suggestion in {finding.suggestion for finding in check_policy(document)}


def test_path_of_an_odd_key_can_be_read() -> None:
    document = {"Statement": {"Condition": {"StringEquals": {'a "b".c': "x"}}}}
    paths = {finding.path for finding in check_policy(document)}
    assert '$.Statement.Condition.StringEquals["a \\"b\\".c"]' in paths


def test_the_reader_and_the_checker_say_a_thing_once() -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Alow", "Action": 5, "Resource": "*"}]}
    assert sorted(finding.code for finding in check_policy(document)) == ["UNKNOWN_EFFECT", "WRONG_TYPE"]


def test_findings_stand_in_the_order_of_the_text() -> None:
    text = json.dumps({"Statement": [{"Foo": 1}, {"Effect": "no"}], "Version": "x"}, indent=1)
    places = [(finding.line, finding.column) for finding in check_policy(text)]
    assert places == sorted(places)
