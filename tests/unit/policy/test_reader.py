"""Reading policies: positions, what is refused and how, what is read although AWS would not save it."""

import pytest

from iamviz import Policy, PolicyError
from iamviz.policy.json_source import parse_json

MINIMAL = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def findings(text: str, kind: str = "identity") -> list[str]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text, kind, name="Broken")
    assert "policy 'Broken'" in str(caught.value)
    return [f"{f.line}:{f.column} {f.code}" for f in caught.value.findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1 INVALID_JSON"]),
        ("nonsense", ["1:1 INVALID_JSON"]),
        ('{"Statement": [', ["1:15 INVALID_JSON"]),
        ('{"Statement": []} x', ["1:19 INVALID_JSON"]),
        ('{\n  "Statement" []\n}', ["2:15 INVALID_JSON"]),
        ('{"a": "\n"}', ["1:8 INVALID_JSON"]),
        ("[" * 100, ["1:65 INVALID_JSON"]),
        ("[]", ["1:1 NOT_AN_OBJECT"]),
        ("{}", ["1:1 NO_STATEMENT"]),
        ('{"Statement": 3}', ["1:15 WRONG_TYPE"]),
        ('{"Statement": [1]}', ["1:16 WRONG_TYPE"]),
        ('{"Version": 1, "Id": 2, "Statement": []}', ["1:13 WRONG_TYPE", "1:22 WRONG_TYPE"]),
        ('{"Statement": {"Sid": 1, "Effect": 2}}', ["1:23 WRONG_TYPE", "1:36 UNKNOWN_EFFECT"]),
        ('{"Statement": {"Effect": "allow"}}', ["1:26 UNKNOWN_EFFECT"]),
        ('{"Statement": {"Action": "s3:*"}}', ["1:15 NO_EFFECT"]),
        ('{"Statement": {"Effect": "Deny", "Action": [1]}}', ["1:45 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Resource": null}}', ["1:46 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Principal": 1}}', ["1:47 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Principal": {"AWS": [[]]}}}', ["1:56 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Condition": []}}', ["1:47 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Condition": {"Bool": 1}}}', ["1:56 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Condition": {"Bool": {"k": {}}}}}', ["1:62 WRONG_TYPE"]),
        ('{"Statement": {"Effect": "Deny", "Condition": {"bool": {}}}}', ["1:48 UNKNOWN_OPERATOR"]),
        ('{"Statement": {"Effect": "Deny", "Condition": {"NullIfExists": {}}}}', ["1:48 UNKNOWN_OPERATOR"]),
        ('{"Statement": {"Effect": "Deny", "Condition": {"ForSome:Bool": {}}}}', ["1:48 UNKNOWN_OPERATOR"]),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, expected: list[str]) -> None:
    assert findings(text) == expected


def test_an_unknown_operator_gets_the_nearest_name() -> None:
    with pytest.raises(PolicyError, match="did you mean StringEquals"):
        Policy.parse('{"Statement": {"Effect": "Deny", "Condition": {"StringEqual": {}}}}')


def test_a_byte_order_mark_and_any_white_space_are_fine() -> None:
    assert len(Policy.parse('\ufeff\r\n\t{"Statement":[]}\n').statements) == 0


def test_values_may_be_numbers_and_booleans() -> None:
    statement = dict(
        MINIMAL, Condition={"NumericEquals": {"s3:max-keys": [10, 1.5]}, "Bool": {"aws:SecureTransport": True}}
    )
    rows = Policy.parse({"Statement": statement}).statements[0].conditions
    assert [row.values for row in rows] == [("10", "1.5"), ("true",)]


def test_a_condition_block_that_stands_twice_counts_twice() -> None:
    """Losing one would turn into a wrong Allow."""
    text = (
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": "true"}}, '
        '"Condition": {"Bool": {"c:d": "true"}}}}'
    )
    assert [row.key for row in Policy.parse(text).statements[0].conditions] == ["a:b", "c:d"]


@pytest.mark.parametrize(
    ("text", "value"),
    [('"\\u00e9\\ud83d\\ude00"', "é😀"), ("-1.5e3", "-1.5e3"), ("true", True), ("null", None), ('"a\\/b"', "a/b")],
)
def test_json_scalars(text: str, value: object) -> None:
    assert parse_json(text).scalar == value


def test_every_value_knows_where_it_stands() -> None:
    node = parse_json('{\n  "a": [1,\n    {"b": "c"}]\n}')
    _, _, array = next(node.pairs())
    assert (array.span.line, array.span.column, array.span.end_line, array.span.end_column) == (2, 8, 3, 15)
    _, key, inner = next(array.items[1].pairs())
    assert (key.span.line, key.span.column, inner.text) == (3, 6, "c")


def test_principals_are_bound_to_unique_ids_as_on_saving() -> None:
    ana, ben = "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/ben"
    statement = {"Effect": "Allow", "Principal": {"AWS": [ana, ben], "Service": ana}, "Action": "sts:AssumeRole"}
    policy = Policy.parse({"Statement": statement}, "trust").bound({ana: "AIDAANA"})
    assert policy.bindings == {ana: "AIDAANA"}
    assert [entry.bound_id for entry in policy.statements[0].principals or ()] == ["AIDAANA", None, None]


def test_the_keys_that_a_policy_consults_include_its_variables() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::b/${aws:username}/*",
        "Condition": {"StringLike": {"s3:prefix": ["${aws:PrincipalTag/team, 'none'}/*"]}},
    }
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement})
    assert policy.condition_keys == {"aws:username", "s3:prefix", "aws:principaltag/team"}


def test_a_policy_has_a_name_to_be_called_by() -> None:
    policy = Policy.parse({"Statement": []}, "boundary")
    assert policy.label == "the permissions boundary"
    assert policy.named("Ceiling", "arn:aws:iam::aws:policy/Ceiling").label == "Ceiling"
