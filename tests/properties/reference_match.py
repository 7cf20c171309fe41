"""The reference reading of the rules, first half: patterns, variables, conditions."""

import base64
import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

MULTIVALUED = {"aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "dynamodb:leadingkeys"}


class Unresolved(Exception):  # noqa: N818 - not an error, a value that is not there
    """A policy variable without a value."""


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def as_text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


# -- 2.1, 2.2: globs. A pattern is a list of characters and wildcards: ("any", in_field), ("one", in_field)


def glob(pattern: Sequence[Any], text: str) -> bool:
    @cache
    def match(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(text)
        part = pattern[i]
        if isinstance(part, str):
            return j < len(text) and text[j] == part and match(i + 1, j + 1)
        kind, in_field = part
        steps = j < len(text) and not (in_field and text[j] == ":")
        if kind == "one":
            return steps and match(i + 1, j + 1)
        return match(i + 1, j) or (steps and match(i, j + 1))

    return match(0, 0)


def wild(text: str, in_field: bool = False) -> list[Any]:
    return [("any", in_field) if c == "*" else ("one", in_field) if c == "?" else c for c in text]


# -- 3.9: variables


def substitute(text: str, version: str, context: Mapping[str, list[str]], wildcards: bool) -> list[Any]:
    """The pattern for one request; Unresolved when a variable has no value."""
    result: list[Any] = []
    position = 0
    for match in re.finditer(r"\$\{([^{}]*)\}", text) if version == "2012-10-17" else ():
        before = text[position : match.start()]
        result += wild(before) if wildcards else list(before)
        result += list(variable(match[1], context))
        position = match.end()
    rest = text[position:]
    return result + (wild(rest) if wildcards else list(rest))


def variable(inside: str, context: Mapping[str, list[str]]) -> str:
    if inside in ("*", "?", "$"):
        return inside
    with_default = re.fullmatch(r"([^,\s]+), '([^']*)'", inside)
    name, default = (with_default[1], with_default[2]) if with_default else (inside, None)
    values = context.get(name.lower()) or []
    if len(values) == 1 and name.lower() not in MULTIVALUED:
        return values[0]
    if not values and default is not None:
        return default
    raise Unresolved


# -- actions and resources


def action_matches(pattern: str, action: str) -> bool:
    if pattern == "*":
        return True
    if ":" not in pattern:
        return False
    prefix, name = pattern.lower().split(":", 1)
    service, asked = action.lower().split(":", 1)
    return glob(wild(prefix), service) and glob(wild(name), asked)


def resource_matches(pattern: str, resource: str, kind: str, version: str, context: Mapping[str, list[str]]) -> bool:
    if pattern == "*":
        return True
    if resource == "*":
        return False
    fields = pattern.split(":", 5)
    if len(fields) < 6:
        if kind in ("identity", "boundary", "scp"):
            fields += ["*"] * (6 - len(fields))
        elif not pattern.endswith("*"):
            return False
    whole: list[Any] = []
    for number, text in enumerate(fields):
        if number:
            whole.append(":")
        if number == 5:
            try:
                whole += substitute(text, version, context, wildcards=True)
            except Unresolved:
                return False
        elif text.endswith("*"):
            whole += [*wild(text[:-1], in_field=True), ("any", False)]
        else:
            whole += wild(text, in_field=True)
    return glob(whole, resource)


# -- 3: conditions


def number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text) else None


def instant(text: str) -> Fraction | None:
    match = re.fullmatch(
        r"(\d{4})(-(\d\d)(-(\d\d)(T(\d\d):(\d\d)(:(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?", text, re.ASCII
    )
    if match is None:
        return Fraction(Decimal(text)) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text, re.ASCII) else None
    year, _, month, _, day, _, hour, minute, _, second, fraction, zone = match.groups()
    try:
        moment = datetime(*(int(part or least) for part, least in ((year, 1), (month, 1), (day, 1))), tzinfo=UTC)
        clock = [int(part or 0) for part in (hour, minute, second)]
        if clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
            return None
        offset = 0
        if zone and zone != "Z":
            hours, minutes = int(zone[1:3]), int(zone[4:6])
            if hours > 23 or minutes > 59:
                return None
            offset = (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
    except ValueError:
        return None
    days = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(days=1)
    seconds = days * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2] - offset
    return seconds + Fraction(Decimal("0" + (fraction or ".0")))


def address(text: str) -> Any:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


ORDER = {
    "Equals": lambda got, wanted: got == wanted,
    "LessThan": lambda got, wanted: got < wanted,
    "LessThanEquals": lambda got, wanted: got <= wanted,
    "GreaterThan": lambda got, wanted: got > wanted,
    "GreaterThanEquals": lambda got, wanted: got >= wanted,
}


def value_matches(operator: str, wanted: str, got: str, version: str, context: Mapping[str, list[str]]) -> bool:
    """One policy value against one request value, under a positive operator."""
    try:
        if operator in ("StringEquals", "StringEqualsIgnoreCase", "Bool"):
            text = "".join(substitute(wanted, version, context, wildcards=False))
            if operator == "StringEqualsIgnoreCase":
                return text.lower() == got.lower()
            return text == got and (operator != "Bool" or text in ("true", "false"))
        if operator == "StringLike":
            return glob(substitute(wanted, version, context, wildcards=True), got)
        if operator in ("ArnEquals", "ArnLike"):
            return arn_matches(substitute(wanted, version, context, wildcards=True), got)
    except Unresolved:
        return False
    if operator == "IpAddress":
        network, asked = address(wanted), address(got)
        if network is None or asked is None or "/" in got:
            return False
        return network.version == asked.version and asked.network_address in network
    if operator == "BinaryEquals":
        return decoded(wanted) is not None and decoded(wanted) == decoded(got)
    family = "Numeric" if operator.startswith("Numeric") else "Date"
    read = number if family == "Numeric" else instant
    left, right = read(got), read(wanted)
    return left is not None and right is not None and ORDER[operator.removeprefix(family)](left, right)


def arn_matches(pattern: Sequence[Any], got: str) -> bool:
    fields: list[list[Any]] = [[]]
    for part in pattern:
        if part == ":" and len(fields) < 6:
            fields.append([])
        else:
            fields[-1].append(part)
    parts = got.split(":", 5)
    if len(fields) < 6 or len(parts) < 6 or "".join(map(str, fields[0])) != "arn" or parts[0] != "arn":
        return False
    return all(glob(field, part) for field, part in zip(fields, parts, strict=True))


NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


def row_holds(name: str, key: str, wanted: Sequence[str], version: str, context: Mapping[str, list[str]]) -> bool:
    """3.3, 3.4 and 3.8."""
    qualifier, _, base = name.rpartition(":")
    values = context.get(key.lower()) or []
    if base == "Null":
        if qualifier:
            return qualifier == "ForAllValues"
        return ("false" if values else "true") in wanted
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    negated = base in NEGATED
    operator = NEGATED.get(base, base)
    if not values:
        return if_exists or (qualifier == "ForAllValues" if qualifier else negated)

    def satisfied(value: str) -> bool:
        return any(value_matches(operator, text, value, version, context) for text in wanted) != negated

    if qualifier == "ForAnyValue":
        return any(satisfied(value) for value in values)
    if qualifier == "ForAllValues":
        return all(value == "" for value in values) or all(satisfied(value) for value in values)
    if key.lower() in MULTIVALUED or len(values) > 1:
        return False
    return satisfied(values[0])
