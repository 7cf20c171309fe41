"""Condition operators, row by row: docs/rules/policy_evaluation.md 3.2 to 3.8."""

import pytest

from iamviz.policy.conditions import ConditionRow, parse_operator
from iamviz.policy.json_source import Span

NOWHERE = Span(1, 1, 1, 1)
SINGLE, MULTI = "aws:username", "aws:TagKeys"


def row(operator: str, *wanted: str, key: str = SINGLE, language: str = "2012-10-17") -> ConditionRow:
    return ConditionRow(operator, key, wanted, language, NOWHERE)


def holds(operator: str, wanted: str, got: str, **context: tuple[str, ...]) -> bool:
    values = {SINGLE: (got,), **{name.replace("_", ":"): value for name, value in context.items()}}
    return row(operator, wanted).test(values)


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("LessThan", True, False, False),
        ("LessThanEquals", True, True, False),
        ("GreaterThan", False, False, True),
        ("GreaterThanEquals", False, True, True),
        ("Equals", False, True, False),
        ("NotEquals", True, False, True),
    ],
)
def test_comparisons_put_the_request_on_the_left(operator: str, below: bool, equal: bool, above: bool) -> None:
    numbers = [holds(f"Numeric{operator}", "10.0", got) for got in ("9.99", "010", "11")]
    dates = [
        holds(f"Date{operator}", "2026-01-01T00:00:00Z", got)
        for got in ("2025-12-31T23:59:59Z", "2026-01-01T01:00:00+01:00", "1767225601")
    ]
    assert numbers == dates == [below, equal, above]


@pytest.mark.parametrize("bad", ["ten", "1e3", "0x10", "", " 1", "1_0", "nan", "inf", "1.2.3", "2026-02-30"])
@pytest.mark.parametrize("family", ["Numeric", "Date"])
def test_what_is_no_number_or_date_equals_nothing(family: str, bad: str) -> None:
    assert not holds(f"{family}Equals", "7", bad)
    assert holds(f"{family}NotEquals", "7", bad)
    assert not holds(f"{family}LessThan", bad, "5")


def test_an_endless_number_is_no_instant() -> None:
    assert not holds("DateGreaterThan", "2026", "9" * 400_000)


@pytest.mark.parametrize(
    ("wanted", "got", "matches"),
    [
        ("203.0.113.0/24", "203.0.113.200", True),
        ("203.0.113.7/24", "203.0.113.1", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8::/32", "2001:DB8:0:0::1", True),
        ("2001:db8::1", "2001:db8:0::1", True),
        ("::/0", "203.0.113.7", False),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("203.0.113.0/255.255.255.0", "203.0.113.7", False),
        ("fe80::1%eth0", "fe80::1", False),
        ("203.0.113.0/33", "203.0.113.7", False),
        ("nonsense", "203.0.113.7", False),
        ("203.0.113.0/24", "nonsense", False),
    ],
)
def test_addresses(wanted: str, got: str, matches: bool) -> None:
    assert holds("IpAddress", wanted, got) is matches
    assert holds("NotIpAddress", wanted, got) is not matches


@pytest.mark.parametrize(
    ("operator", "wanted", "got", "matches"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "A", "a", False),
        ("StringEqualsIgnoreCase", "TEAM-?", "team-?", True),
        ("StringEqualsIgnoreCase", "team-?", "team-x", False),
        ("StringEqualsIgnoreCase", "b", "a", False),
        ("StringLike", "a*c", "a:b/c", True),
        ("StringLike", "a?c", "abc", True),
        ("StringLike", "a?c", "ac", False),
        ("StringLike", "A*", "abc", False),
        ("ArnLike", "arn:aws:iam::*:role/app/*", "arn:aws:iam::111122223333:role/app/x", True),
        ("ArnEquals", "arn:aws:iam::*:role/app/*", "arn:aws:iam::111122223333:role/app/x", True),
        ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::111122223333:role/x", False),
        ("ArnLike", "*", "arn:aws:iam::111122223333:role/x", False),
        ("ArnLike", "arn:aws:s3:::b/*", "not an arn", False),
        ("Bool", "true", "true", True),
        ("Bool", "true", "false", False),
        ("Bool", "false", "false", True),
        ("Bool", "yes", "yes", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
        ("BinaryEquals", "QmluYXJ6", "QmluYXJ5", False),
        ("BinaryEquals", "not base64", "not base64", False),
    ],
)
def test_texts_arns_booleans_and_bytes(operator: str, wanted: str, got: str, matches: bool) -> None:
    assert holds(operator, wanted, got) is matches


@pytest.mark.parametrize(
    ("operator", "replaced"),
    [
        ("StringEquals", True),
        ("StringEqualsIgnoreCase", True),
        ("StringLike", True),
        ("ArnLike", True),
        ("ArnEquals", True),
        ("Bool", True),
        ("NumericEquals", False),
        ("DateEquals", False),
        ("IpAddress", False),
    ],
)
def test_where_policy_variables_are_replaced(operator: str, replaced: bool) -> None:
    value = {
        "ArnLike": "arn:aws:s3:::b",
        "ArnEquals": "arn:aws:s3:::b",
        "Bool": "true",
        "NumericEquals": "7",
        "DateEquals": "2026",
        "IpAddress": "203.0.113.7",
    }.get(operator, "ana")
    assert holds(operator, "${aws:x}", value, aws_x=(value,)) is replaced
    for language in ("2008-10-17", "2030-01-01", ""):
        other = row(operator, "${aws:x}", language=language)
        assert other.test({SINGLE: (value,), "aws:x": (value,)}) is False


@pytest.mark.parametrize(
    ("operator", "absent", "no_values", "one", "other", "both"),
    [
        ("StringEquals", False, False, False, False, False),
        ("StringNotEquals", True, True, False, False, False),
        ("StringEqualsIfExists", True, True, False, False, False),
        ("StringNotEqualsIfExists", True, True, False, False, False),
        ("ForAllValues:StringEquals", True, True, True, False, False),
        ("ForAllValues:StringNotEquals", True, True, False, True, False),
        ("ForAnyValue:StringEquals", False, False, True, False, True),
        ("ForAnyValue:StringNotEquals", False, False, False, True, True),
        ("ForAnyValue:StringEqualsIfExists", True, True, True, False, True),
    ],
)
def test_a_multivalued_key(operator: str, absent: bool, no_values: bool, one: bool, other: bool, both: bool) -> None:
    test = row(operator, "a", key=MULTI).test
    key = MULTI.lower()
    found = [test({}), test({key: ()}), test({key: ("a",)}), test({key: ("b",)}), test({key: ("a", "b")})]
    assert found == [absent, no_values, one, other, both]


@pytest.mark.parametrize(("operator", "one"), [("StringEquals", True), ("StringNotEquals", False)])
def test_a_single_valued_key_with_several_values_matches_neither_way(operator: str, one: bool) -> None:
    test = row(operator, "a").test
    assert [test({SINGLE: ("a",)}), test({SINGLE: ("a", "b")}), test({SINGLE: ("b", "c")})] == [one, False, False]


def test_only_empty_texts_count_as_nothing_for_all_values() -> None:
    test = row("ForAllValues:StringEquals", "a", key=MULTI).test
    assert test({MULTI.lower(): ("", "")})
    assert not test({MULTI.lower(): ("", "b")})


@pytest.mark.parametrize(
    ("operator", "wanted", "absent", "present"),
    [
        ("Null", "true", True, False),
        ("Null", "false", False, True),
        ("Null", "maybe", False, False),
        ("ForAllValues:Null", "true", True, True),
        ("ForAnyValue:Null", "true", False, False),
    ],
)
def test_null_asks_only_whether_the_key_is_there(operator: str, wanted: str, absent: bool, present: bool) -> None:
    test = row(operator, wanted).test
    assert [test({}), test({SINGLE: ()}), test({SINGLE: ("x",)})] == [absent, absent, present]


@pytest.mark.parametrize(
    ("operator", "absent", "present"),
    [("StringEquals", False, False), ("StringNotEquals", True, True), ("StringEqualsIfExists", True, False)],
)
def test_an_empty_list_of_values_lists_nothing(operator: str, absent: bool, present: bool) -> None:
    test = row(operator).test
    assert [test({}), test({SINGLE: ("x",)})] == [absent, present]


def test_an_unresolved_variable_matches_nothing_and_arms_a_negation() -> None:
    assert not holds("StringEquals", "${aws:PrincipalTag/x}", "ana")
    assert holds("StringNotEquals", "${aws:PrincipalTag/x}", "ana")
    assert holds("StringEquals", "${aws:PrincipalTag/x, 'ana'}", "ana")


@pytest.mark.parametrize("name", ["stringequals", "ForSome:Bool", "NullIfExists", "ForAllValues:", "Foo", ""])
def test_other_names_are_no_operators(name: str) -> None:
    assert parse_operator(name) is None
    with pytest.raises(ValueError, match="unknown condition operator"):
        row(name, "x").test({})


def test_a_set_operator_with_a_variable() -> None:
    test = row("ForAnyValue:StringLike", "${aws:x}-*", key=MULTI).test
    assert test({MULTI.lower(): ("a", "red-1"), "aws:x": ("red",)})
    assert not test({MULTI.lower(): ("a", "blue-1"), "aws:x": ("red",)})


def test_a_key_of_a_multivalued_type_is_no_variable() -> None:
    """Even where it arrives with one value; its default counts where it is absent."""
    tagged = row("StringEquals", "${aws:TagKeys, 'none'}")
    assert tagged.test({SINGLE: ("env",), "aws:tagkeys": ("env",)}) is False
    assert tagged.test({SINGLE: ("none",), "aws:tagkeys": ("env",)}) is False
    assert tagged.test({SINGLE: ("none",)}) is True


@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "Bool"])
def test_a_variable_without_a_value_matches_nothing(operator: str) -> None:
    assert row(operator, "${aws:PrincipalTag/team}").test({SINGLE: ("",)}) is False
