"""Reading any JSON at all gives a Policy or a PolicyError with findings: never another exception, never a hang."""

import json

from hypothesis import given
from hypothesis import strategies as st

from iamviz import Policy, PolicyError
from iamviz.policy.conditions import OPERATORS
from tests.properties.strategies import documents

KINDS = st.sampled_from("identity resource trust boundary session scp rcp endpoint".split())
NAMES = st.sampled_from(
    """Version Id Statement Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition AWS Allow
    Deny Service Federated""".split()
    + list(OPERATORS)
    + ["ForAllValues:StringLike", "2012-10-17", "*", "arn:aws:s3:::b/${aws:username}", "${", "}", "${a, 'b'}", ""]
)
TEXTS = st.one_of(NAMES, st.text(), st.text(alphabet=st.characters(codec=None)))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=25,
)


def read(document, kind):
    """The policy, or None after an error that says what is wrong and where."""
    try:
        return Policy.parse(document, kind)
    except PolicyError as raised:
        error = raised
    assert error.findings
    assert all(finding.severity == "error" and finding.message and finding.path for finding in error.findings)
    assert str(error)
    return None


@given(value=JSON, kind=KINDS)
def test_any_json_value(value, kind):
    read(json.dumps(value), kind)


@given(value=st.dictionaries(TEXTS, JSON), kind=KINDS)
def test_any_dictionary(value, kind):
    policy = read(value, kind)
    assert policy is None or policy.kind == kind


@given(text=st.one_of(st.text(), st.text(alphabet='{}[]":,\\ \n\ttrue0-9eE.Statement*'), TEXTS), kind=KINDS)
def test_any_text(text, kind):
    read(text, kind)


@given(document=documents(), data=st.data())
def test_any_policy_with_a_hole(document, data):
    """A policy from which characters are missing, or into which some were thrown."""
    text = json.dumps(document, indent=data.draw(st.sampled_from([None, 2])))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    read(text[:start] + data.draw(st.text(max_size=5)) + text[end:], "identity")


@given(document=documents(), indent=st.sampled_from([None, 1, 4]), kind=KINDS)
def test_layout_changes_nothing_but_the_lines(document, indent, kind):
    assert Policy.parse(json.dumps(document, indent=indent), kind).statements == Policy.parse(document, kind).statements
