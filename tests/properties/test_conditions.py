"""Condition rows against the plain reading of docs/rules/policy_evaluation.md, section 3."""

import json

from hypothesis import given
from hypothesis import strategies as st

from iamviz import Policy
from tests.properties import reference
from tests.properties.search import examples
from tests.properties.strategies import OPERATORS, WANTED, contexts, one_or_more

VERSIONS = st.sampled_from(["2012-10-17", "2008-10-17"])
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,2}", fullmatch=True)
DATES = st.from_regex(
    r"20[0-9]{2}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,3})?)?(Z|[+-][0-2][0-9]:[0-6][0-9]))?)?)?",
    fullmatch=True,
)
ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.builds(lambda ip, bits: f"{ip}/{bits}", st.ip_addresses(v=4), st.integers(0, 33)),
    st.builds(lambda ip, bits: f"{ip}/{bits}", st.ip_addresses(v=6), st.integers(0, 129)),
)
ARNS = st.from_regex(r"arn:aws:(iam|s3|\*):(|eu-\?)?:[12*]?:(role/)?[a*?:]{0,3}", fullmatch=True)
TEXTS = st.text(alphabet="aA*?:${}' é", max_size=6)
ANY = {
    "String": TEXTS,
    "Numeric": NUMBERS,
    "Date": st.one_of(DATES, NUMBERS),
    "Bool": st.sampled_from(["true", "false", "True", "1", ""]),
    "Binary": st.one_of(st.binary(max_size=3).map(lambda data: __import__("base64").b64encode(data).decode()), TEXTS),
    "Ip": ADDRESSES,
    "Arn": ARNS,
    "Null": st.sampled_from(["true", "false"]),
}


@st.composite
def rows_and_contexts(draw):
    """An operator, a key of our own, values of its kind on both sides, and a context that holds them or does not."""
    family = draw(st.sampled_from(sorted(OPERATORS)))
    base = draw(st.sampled_from(OPERATORS[family]))
    name = draw(st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])) + base
    name += "" if family == "Null" else draw(st.sampled_from(["", "IfExists"]))
    values = st.one_of(ANY[family], st.sampled_from([str(value) for value in WANTED[family]]))
    wanted = draw(one_or_more(values, least=0, most=3))
    context = draw(contexts())
    key = draw(st.sampled_from(["test:One", "aws:TagKeys"]))
    if draw(st.integers(0, 5)):
        context = {**context, key: draw(st.lists(values, max_size=2))}
    return name, key, wanted, context


@given(row=rows_and_contexts(), version=VERSIONS)
@examples(400)
def test_row_holds_as_the_rules_read(row, version):
    name, key, wanted, context = row
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {name: {key: wanted}}}
    policy = Policy.parse(json.dumps({"Version": version, "Statement": statement}))
    values = {key.lower(): values for key, values in context.items()}
    expected = reference.row_holds(name, key, reference.listed(wanted), version, values)
    assert policy.statements[0].conditions[0].test({k: tuple(v) for k, v in values.items()}) is expected
