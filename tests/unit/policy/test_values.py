"""Values that conditions compare: docs/rules/policy_evaluation.md 3.5 and 3.6."""

from fractions import Fraction

import pytest

from iamviz.policy.values import parse_binary, parse_instant, parse_ip, parse_ip_range, parse_number


@pytest.mark.parametrize("text", ["10", "+10", "010", "10.0", "10.", "0010.00"])
def test_one_number_written_differently(text):
    assert parse_number(text) == 10


@pytest.mark.parametrize("text", ["", " 10", "10 ", "1e3", "nan", "inf", "0x10", "1_000", "1,5", "--1", ".", "+", "١٠"])
def test_what_is_no_number(text):
    assert parse_number(text) is None


def test_numbers_are_exact_whatever_their_length():
    assert parse_number("9" * 30) - parse_number("9" * 29 + "8") == 1
    assert parse_number("0." + "0" * 40 + "1") > 0


@pytest.mark.parametrize(
    "text",
    [
        *["2026", "2026-01", "2026-01-01", "2026-01-01T00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
        *["2026-01-01T01:00:00+01:00", "2025-12-31T19:00-05:00", "1767225600", "1767225600.0"],
        *["2026-01-01T05:45+05:45", "2025-12-31T20:30-03:30", "2026-01-01T23:59+23:59", "2025-12-31T23:50-00:10"],
    ],
)
def test_one_instant_written_differently(text):
    assert parse_instant(text) == 1767225600


@pytest.mark.parametrize(
    "text",
    [
        *["", "yesterday", "2026-13-01", "2026-02-30", "2025-02-29", "2026-01-01T25:00Z", "2026-01-01T00:60Z", "0000"],
        *["2026-01-01T00:00:60Z", "2026-01-01T00:00", "2026-1-1", "2026-01-01T00:00:00+25:00", "26-01-01", "1e9"],
        *["2026-01-01T00:00+24:00", "2026-01-01T00:00+25:00", "2026-01-01T00:00-01:60", "2026-01-01T00:00+01:99"],
        *["2026-01-01 00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01T00:00:00.Z", "２０２６"],
    ],
)
def test_what_is_no_instant(text):
    """Nothing rolls over, nothing is guessed."""
    assert parse_instant(text) is None


def test_fractions_of_seconds_count():
    assert parse_instant("2026-01-01T00:00:00.25Z") - parse_instant("2026-01-01") == Fraction(1, 4)


def test_leap_years_and_early_dates():
    assert parse_instant("2024-02-29") - parse_instant("2024-02-28") == 86400
    assert parse_instant("1969-12-31T23:59:59Z") == -1


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("203.0.113.7/24", ["203.0.113.0", "203.0.113.255"], ["203.0.112.255", "::ffff:203.0.113.1"]),
        ("203.0.113.7", ["203.0.113.7"], ["203.0.113.8"]),
        ("0.0.0.0/0", ["8.8.8.8"], ["::1"]),
        ("2001:DB8::/32", ["2001:db8:ffff::", "2001:0db8::1"], ["2001:db9::", "32.1.13.184"]),
        ("2001:db8::1", ["2001:0DB8:0:0:0:0:0:1"], ["2001:db8::2"]),
    ],
)
def test_ranges_of_addresses(text, inside, outside):
    network = parse_ip_range(text)
    assert [
        ip for ip in [*inside, *outside] if parse_ip(ip).version == network.version and parse_ip(ip) in network
    ] == inside


@pytest.mark.parametrize(
    "text", ["", "nowhere", "1.2.3", "1.2.3.4/33", "1.2.3.4/255.0.0.0", "::/129", "1.2.3.4/", "fe80::1%eth0"]
)
def test_what_is_no_range(text):
    assert parse_ip_range(text) is None


@pytest.mark.parametrize("text", ["", "1.2.3.4/32", "256.1.1.1", " 1.2.3.4", "::g"])
def test_what_is_no_address(text):
    assert parse_ip(text) is None


def test_bytes():
    assert parse_binary("QUJD") == b"ABC"
    assert parse_binary("") == b""
    assert [parse_binary(text) for text in ("QUJ", "Q UJD", "é", "%%%%")] == [None] * 4
