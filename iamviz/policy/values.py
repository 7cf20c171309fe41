"""Values that conditions compare: numbers, instants, addresses, bytes (docs/rules/policy_evaluation.md 3.5, 3.6).

Each function reads a text and gives None for what is not of its kind; such a value matches nothing.
"""

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

__all__ = ["parse_binary", "parse_instant", "parse_ip", "parse_ip_range", "parse_number"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_EPOCH = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII
)
LONGEST_INSTANT = 100
"""Characters; a longer text is no instant that anybody means, and exact fractions of it would take long."""
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_CIDR = re.compile(r"[0-9A-Fa-f:.]+(?:/\d{1,3})?", re.ASCII)


def parse_number(text: str) -> Decimal | None:
    """A plain decimal number: a sign, digits, one point; no exponent, no blanks.

    >>> parse_number("010") == parse_number("10.0")
    True
    >>> parse_number("1e3") is None
    True
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def parse_instant(text: str) -> Fraction | None:
    """Seconds since 1970 of an ISO 8601 date (W3C profile) or of epoch seconds; None for an impossible date.

    A bare number of four digits is a year (unconfirmed).

    >>> parse_instant("2026-01-01T01:00:00+01:00") == parse_instant("2026-01-01")
    True
    >>> parse_instant("2026-02-30") is None
    True
    """
    if len(text) > LONGEST_INSTANT:
        return None
    match = _DATE.fullmatch(text)
    if not match:
        return Fraction(Decimal(text)) if _EPOCH.fullmatch(text) else None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        offset = _offset(zone)
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), 0, offset
        )
        seconds = Fraction((moment - _ZERO) // timedelta(seconds=1))
    except (ValueError, OverflowError):
        return None
    return seconds + Fraction(Decimal(f"0.{fraction or 0}"))


def _offset(zone: str | None) -> timezone:
    if zone in (None, "Z"):
        return UTC
    assert zone is not None
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if zone[0] == "-" else delta)


def parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """One address, IPv4 or IPv6."""
    try:
        return ipaddress.ip_address(text) if _CIDR.fullmatch(text) else None
    except ValueError:
        return None


def parse_ip_range(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A range in CIDR notation; bits behind the mask are ignored, no prefix means one address."""
    try:
        return ipaddress.ip_network(text, strict=False) if _CIDR.fullmatch(text) else None
    except ValueError:
        return None


def parse_binary(text: str) -> bytes | None:
    """The bytes of a base64 text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
