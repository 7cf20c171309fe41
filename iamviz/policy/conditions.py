"""Condition operators: docs/rules/policy_evaluation.md, section 3.

A row of a condition block is one operator, one key and its values. `ConditionRow.test` answers for one request; what
an explanation shows of the row comes from the same tests, value by value.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from iamviz.arn import arn_like
from iamviz.catalogue import is_multivalued
from iamviz.patterns import Test, compile_tokens
from iamviz.policy.json_source import Span
from iamviz.policy.values import parse_binary, parse_instant, parse_ip, parse_ip_range, parse_number
from iamviz.policy.variables import Context, Template, Variable, lower_key

__all__ = ["OPERATORS", "ConditionRow", "Operator", "Qualifier", "parse_operator"]


REMEMBERED = 256
T = TypeVar("T")
Compiler = Callable[[Template, Context], Test | None]
"""Makes a test of request values out of a policy value; None for a value that can match nothing."""


class Qualifier(StrEnum):
    """The set operator in front of an operator."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator: ``StringNotLike`` is the negation of what ``StringLike`` tests."""

    name: str
    compile: Compiler
    negated: bool = False
    wildcards: bool = False
    variables: bool = False


def _equals(template: Template, context: Context) -> Test | None:
    wanted = template.text(context)
    return None if wanted is None else wanted.__eq__


def _equals_ignoring_case(template: Template, context: Context) -> Test | None:
    wanted = template.text(context)
    if wanted is None:
        return None
    lower = wanted.lower()
    return lambda value: value.lower() == lower


def _like(template: Template, context: Context) -> Test | None:
    tokens = template.tokens(context)
    return None if tokens is None else compile_tokens(tokens)


def _arn(template: Template, context: Context) -> Test | None:
    tokens = template.tokens(context)
    return None if tokens is None else arn_like(tokens)


def _compared(parse: Callable[[str], T | None], compare: Callable[[T, T], bool]) -> "Compiler":
    """Both sides read by ``parse``; what cannot be read matches nothing."""

    def compile_value(template: Template, context: Context) -> Test | None:
        text = template.text(context)
        wanted = None if text is None else parse(text)
        if wanted is None:
            return None

        def test(value: str) -> bool:
            got = parse(value)
            return got is not None and compare(got, wanted)

        return test

    return compile_value


def _ip(template: Template, context: Context) -> Test | None:
    text = template.text(context)
    wanted = None if text is None else parse_ip_range(text)
    if wanted is None:
        return None

    def test(value: str) -> bool:
        got = parse_ip(value)
        return got is not None and got.version == wanted.version and got in wanted

    return test


def _bool(text: str) -> str | None:
    return text if text in ("true", "false") else None


def _null(template: Template, context: Context) -> Test | None:
    raise AssertionError("Null tests presence, never a value")


def _operators() -> dict[str, Operator]:
    found: list[Operator] = []

    def pair(positive: str, negative: str, make: Compiler, **features: bool) -> None:
        found.append(Operator(positive, make, **features))
        found.append(Operator(negative, make, negated=True, **features))

    pair("StringEquals", "StringNotEquals", _equals, variables=True)
    pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignoring_case, variables=True)
    pair("StringLike", "StringNotLike", _like, wildcards=True, variables=True)
    pair("ArnEquals", "ArnNotEquals", _arn, wildcards=True, variables=True)
    pair("ArnLike", "ArnNotLike", _arn, wildcards=True, variables=True)
    pair("IpAddress", "NotIpAddress", _ip)
    families: tuple[tuple[str, Callable[[str], Any]], ...] = (("Numeric", parse_number), ("Date", parse_instant))
    for family, parse in families:
        pair(f"{family}Equals", f"{family}NotEquals", _compared(parse, lambda got, wanted: got == wanted))
        found.append(Operator(f"{family}LessThan", _compared(parse, lambda got, wanted: got < wanted)))
        found.append(Operator(f"{family}LessThanEquals", _compared(parse, lambda got, wanted: got <= wanted)))
        found.append(Operator(f"{family}GreaterThan", _compared(parse, lambda got, wanted: got > wanted)))
        found.append(Operator(f"{family}GreaterThanEquals", _compared(parse, lambda got, wanted: got >= wanted)))
    found.append(Operator("Bool", _compared(_bool, lambda got, wanted: got == wanted), variables=True))
    found.append(Operator("BinaryEquals", _compared(parse_binary, lambda got, wanted: got == wanted)))
    found.append(Operator("Null", _null))
    return {operator.name: operator for operator in found}


OPERATORS = _operators()


def answer_when_absent(operator: Operator, qualifier: Qualifier, if_exists: bool) -> bool:
    """What a condition row says to a request that does not carry its key: docs/rules/policy_evaluation.md 3.4."""
    if if_exists or qualifier is Qualifier.ALL:
        return True
    return operator.negated and qualifier is Qualifier.NONE


def parse_operator(name: str) -> tuple[Operator, Qualifier, bool] | None:
    """The base operator, the set operator and whether ``IfExists`` is there; None for an unknown name.

    >>> operator, qualifier, if_exists = parse_operator("ForAnyValue:StringLikeIfExists")
    >>> operator.name, qualifier.value, if_exists
    ('StringLike', 'ForAnyValue', True)
    """
    head, colon, rest = name.partition(":")
    if colon and head not in (Qualifier.ALL, Qualifier.ANY):
        return None
    qualifier = Qualifier(head) if colon else Qualifier.NONE
    base = rest if colon else head
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    if base not in OPERATORS or (base == "Null" and if_exists):
        return None
    return OPERATORS[base], qualifier, if_exists


@dataclass(frozen=True)
class ConditionRow:
    """One operator, one key, its values: true or false for a request.

    ``name`` is the operator as written, ``key`` the condition key as written, ``values`` the policy's values as text.
    """

    name: str
    key: str
    values: tuple[str, ...]
    language: str
    span: Span = field(compare=False)

    @cached_property
    def parsed(self) -> tuple[Operator, Qualifier, bool]:
        """The operator's parts."""
        found = parse_operator(self.name)
        if found is None:
            raise ValueError(f"unknown condition operator {self.name!r}")
        return found

    @cached_property
    def lookup(self) -> str:
        """The key as the request context holds it: in lower case, since key names ignore case."""
        return lower_key(self.key)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The policy's values, cut into literals, wildcards and variables."""
        operator, _, _ = self.parsed
        variables = operator.variables and self.language == "2012-10-17"
        return tuple(Template.parse(text, variables=variables, wildcards=operator.wildcards) for text in self.values)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The policy variables in its values."""
        return tuple(part for t in self.templates for part in t.parts if isinstance(part, Variable))

    @cached_property
    def is_multivalued(self) -> bool:
        """Whether a request may bring several values for the key: such a key needs a set operator (3.3)."""
        return is_multivalued(self.key)

    @cached_property
    def _static(self) -> Test | None:
        """The test for "is among the policy's values" when none of them reads the request, else None.

        It remembers its answers: the same tags, addresses and times come again and again.
        """
        if all(template.is_static for template in self.templates):
            return lru_cache(REMEMBERED)(self.among({}))
        return None

    def among(self, context: Context) -> Test:
        """The test for "is among the policy's values", with the variables of one request."""
        operator, _, _ = self.parsed
        compiled = (operator.compile(template, context) for template in self.templates)
        tests = [test for test in compiled if test is not None]
        return lambda value: any(test(value) for test in tests)

    @cached_property
    def test(self) -> Callable[[Context], bool]:
        """The answer for one request: docs/rules/policy_evaluation.md 3.3, 3.4 and 3.8."""
        operator, qualifier, if_exists = self.parsed
        key, negated = self.lookup, operator.negated
        if operator.name == "Null":
            return self._null_test(qualifier)
        static, among = self._static, self.among
        multivalued = self.is_multivalued
        absent = answer_when_absent(operator, qualifier, if_exists)

        def test_one(context: Context) -> bool:
            values = context.get(key)
            if not values:
                return absent
            if multivalued or len(values) > 1:
                return False
            matches = static or among(context)
            return matches(values[0]) is not negated

        def test_set(context: Context) -> bool:
            values = context.get(key)
            if not values:
                return absent
            matches = static or among(context)
            if qualifier is Qualifier.ANY:
                return any(matches(value) is not negated for value in values)
            return not any(values) or all(matches(value) is not negated for value in values)

        return test_one if qualifier is Qualifier.NONE else test_set

    def _null_test(self, qualifier: Qualifier) -> Callable[[Context], bool]:
        if qualifier is not Qualifier.NONE:
            return lambda context: qualifier is Qualifier.ALL
        key = self.lookup
        wants_absent, wants_present = "true" in self.values, "false" in self.values
        return lambda context: wants_present if context.get(key) else wants_absent
