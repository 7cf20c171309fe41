"""JSON with positions: what the standard reader reads, and where it stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz import Policy, PolicyError
from iamviz.policy.json_source import MAX_DEPTH, parse_json

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(alphabet=st.characters(codec=None), max_size=8))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=12,
)


def plain(node):
    """The value of a node, as the standard reader gives it."""
    if node.kind == "object":
        return {key: plain(value) for key, _, value in node.pairs()}
    if node.kind == "array":
        return [plain(item) for item in node.items]
    return json.loads(node.scalar) if node.kind == "number" else node.scalar


def piece(text, span):
    """The text of a span."""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def nodes(node):
    yield node
    for _, key, value in node.pairs():
        yield key
        yield from nodes(value)
    for item in node.items:
        yield from nodes(item)


@given(value=VALUES, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
def test_reads_what_the_standard_reader_reads(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(parse_json(text)) == json.loads(text)


@given(value=VALUES, indent=st.sampled_from([None, 2]))
def test_the_text_of_every_span_is_the_value_that_stands_there(value, indent):
    text = json.dumps(value, indent=indent)
    for node in nodes(parse_json(text)):
        assert json.loads(piece(text, node.span)) == plain(node)


@given(text=st.text(alphabet='{}[]":,\\ \n\ttrufalsen0-9eE.', max_size=30))
def test_refuses_what_the_standard_reader_refuses(text):
    def standard():
        return json.loads(text, parse_constant=lambda word: pytest.fail(word))

    try:
        node = parse_json(text)
    except PolicyError as raised:
        error = raised
    else:
        assert plain(node) == standard()
        return
    with pytest.raises(json.JSONDecodeError):
        standard()
    [finding] = error.findings
    assert finding.line >= 1
    assert finding.column >= 1


def test_of_equal_keys_both_are_kept():
    node = parse_json('{"a": 1, "b": 2, "a": 3}')
    assert [(key, value.text) for key, _, value in node.pairs()] == [("a", "1"), ("b", "2"), ("a", "3")]


def test_nesting_ends_somewhere():
    """A policy has about six levels; a million of them must not bring the interpreter down."""
    assert parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH).kind == "array"
    for text in ("[" * (MAX_DEPTH + 1), "[" * 1_000_000, '{"a":' * 1_000_000):
        with pytest.raises(PolicyError, match="levels of nesting"):
            parse_json(text)


def test_numbers_stay_as_they_are_written():
    digits = "9" * 10_000
    assert parse_json(digits).text == digits
    assert parse_json("1e400").text == "1e400"
    assert parse_json("-0.10").text == "-0.10"


def test_half_a_character_is_text_like_any_other():
    policy = Policy.parse(r'{"Statement": {"Sid": "\ud800", "Effect": "Allow", "Action": "\udfff:*", "Resource": "*"}}')
    assert policy.statements[0].sid == "\ud800"


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "'a'", "[1,]", '{"a":1,}', "//"]
)
def test_what_other_readers_let_pass_is_refused(text):
    with pytest.raises(PolicyError):
        parse_json(text)


def test_data_that_is_no_json_is_told():
    """A dictionary made in Python may hold anything."""
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    for document in ({"Statement": {1, 2}}, {"Statement": deep}, b"{}", {"Statement": float("nan")}):
        with pytest.raises(PolicyError) as caught:
            Policy.parse(document)
        assert [finding.code for finding in caught.value.findings] == ["INVALID_JSON"]


def test_an_unknown_kind_of_policy_is_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"'vpce' is not a kind of policy; expected one of identity, .*endpoint"):
        Policy.parse('{"Statement": []}', "vpce")
