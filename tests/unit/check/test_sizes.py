"""Quotas: judged only when the place of attachment is told, with or without white space."""

from __future__ import annotations

import pytest

from iamviz import check_policy
from iamviz.policy.check import ATTACHMENTS
from iamviz.policy.check.sizes import Count

KINDS = {"trust": "trust", "session": "session", "scp": "scp", "rcp": "rcp", "endpoint": "endpoint"}
KINDS |= {"bucket": "resource", "kms-key": "resource"}


def sized(size: int, blank: int = 0, filler: str = "x") -> str:
    """A text of a number of bytes or characters, some of them white space."""
    head, tail = '{"Statement":"', '"}'
    return head + filler * ((size - len(head) - len(tail)) // len(filler.encode())) + tail + " " * blank


def size_findings(text: str, attached_to: str | None) -> list[tuple[str, str]]:
    kind = KINDS.get(attached_to or "", "identity")
    findings = check_policy(text, kind, attached_to=attached_to)
    return [(one.severity.value, one.suggestion) for one in findings if one.code.startswith("POLICY_SIZE")]


@pytest.mark.parametrize("attached_to", ATTACHMENTS)
def test_the_limit_itself_is_allowed(attached_to: str) -> None:
    quota = ATTACHMENTS[attached_to]
    assert size_findings(sized(quota.limit), attached_to) == []
    most = quota.raised or quota.limit
    ((severity, _),) = size_findings(sized(most + 1), attached_to)
    assert severity == "error"


@pytest.mark.parametrize("attached_to", ATTACHMENTS)
def test_white_space(attached_to: str) -> None:
    quota = ATTACHMENTS[attached_to]
    found = size_findings(sized(quota.limit, blank=1), attached_to)
    if quota.count is Count.NO_SPACE:
        assert found == []
    elif quota.count is Count.ALL:
        assert found == [("error", "save it without white space")]
    else:
        assert len(found) == 1


def test_a_quota_that_can_be_raised_is_a_warning() -> None:
    ((severity, suggestion),) = size_findings(sized(2_049), "trust")
    assert severity == "warning"
    assert "8,192" in suggestion


def test_a_bucket_policy_is_counted_in_bytes() -> None:
    assert size_findings(sized(20_480, filler="é"), "bucket") == []
    assert len(size_findings(sized(20_484, filler="é"), "bucket")) == 1


def test_nothing_is_judged_when_the_place_is_not_told() -> None:
    assert size_findings(sized(100_000), None) == []
