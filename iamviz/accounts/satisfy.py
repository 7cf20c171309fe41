"""Values for what is not known, such that a request is allowed: the supposition under which a story is played."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from iamviz.engine.depends import Verdict
from iamviz.policy.conditions import ConditionRow
from iamviz.policy.model import Effect
from iamviz.policy.values import parse_instant, parse_ip_range, parse_number
from iamviz.world.context import iso

__all__ = ["satisfying"]

_STEPS = {"LessThan": -1, "LessThanEquals": 0, "GreaterThan": 1, "GreaterThanEquals": 0, "Equals": 0}


def satisfying(verdict: Verdict, now: datetime) -> dict[str, str] | None:
    """Condition keys with values that make its Allow rows true and its Deny rows false; policies that are not known are
    supposed to say nothing.

    None when a row is of a kind for which no value is made up. Whoever uses it asks the engine again.
    """
    context: dict[str, str] = {}
    for need in verdict.needs:
        if need.of_unknown_policy:
            continue
        if need.row is None:
            return None
        wanted = need.statement.effect is Effect.ALLOW
        value = _value(need.row, wanted, now)
        if value is None:
            return None
        context |= value
    return context


def _value(row: ConditionRow, wanted: bool, now: datetime) -> Mapping[str, str] | None:
    """A value for one row; the empty mapping when the key had better be absent."""
    operator, _, if_exists = row.parsed
    if operator.name == "Null":
        absent = ("true" in row.values) == wanted
        return {} if absent else {row.key: "x"}
    match = wanted is not operator.negated
    if not match:
        return _other(row, wanted, operator.negated or if_exists)
    if any(row.variables) or not row.values:
        return None
    text = _matching(operator.name, row.values[0], now)
    return None if text is None else {row.key: text}


def _other(row: ConditionRow, wanted: bool, absent_is_true: bool) -> Mapping[str, str]:
    """A value that matches none of the row's, or no value, where absence means what is wanted."""
    if absent_is_true == wanted:
        return {}
    values = {value.lower() for value in row.values}
    if values <= {"true", "false"}:
        return {row.key: "false" if "true" in values else "true"}
    return {row.key: "198.51.100.7" if "Ip" in row.name else "0" if "Numeric" in row.name else "something-else"}


def _matching(name: str, value: str, now: datetime) -> str | None:
    if name.startswith("String") and "Like" not in name:
        return value
    if name.startswith(("String", "Arn")):
        return value.replace("*", "x").replace("?", "x")
    if name == "IpAddress" or name == "NotIpAddress":
        network = parse_ip_range(value)
        return None if network is None else str(network[0])
    step = next((step for end, step in _STEPS.items() if name.endswith(end)), None)
    if name.startswith("Numeric") and step is not None:
        number = parse_number(value)
        return None if number is None else str(number + step)
    if name.startswith("Date") and step is not None:
        instant = parse_instant(value)
        if instant is None:
            return None
        at = now.timestamp()
        if (step > 0 and at > instant) or (step < 0 and at < instant):
            return iso(now)
        return iso(now + timedelta(seconds=float(instant) - at + step))
    return value if name in ("Bool", "BinaryEquals") else None
