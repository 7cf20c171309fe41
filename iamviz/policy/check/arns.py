"""What the fields of an ARN may hold, and whether two patterns can mean the same resource."""

import re
from functools import lru_cache

from iamviz.policy.check.views import VARIABLE

__all__ = ["ACCOUNT_WORDS", "PARTITIONS", "can_meet", "has_wildcard"]

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
ACCOUNT_WORDS = frozenset({"aws", "aws-managed", "aws-marketplace", "amazon", "cloudfront", "offering"})
"""What stands in the account field of resources that belong to AWS."""
_LONGEST = 512
_SPLIT = re.compile(r"([*?])")


def has_wildcard(text: str) -> bool:
    """Whether the text holds a ``*`` or ``?`` outside of policy variables."""
    plain = VARIABLE.sub("", text)
    return "*" in plain or "?" in plain


@lru_cache(maxsize=65536)
def can_meet(first: str, second: str, *, stops_at_colon: bool = False) -> bool:
    """Whether some text matches both patterns.

    With ``stops_at_colon`` a ``*`` of the first pattern that does not end a segment stays between two colons
    (docs/rules/policy_evaluation.md 2.2, rule 8). Very long patterns are taken to meet.

    >>> can_meet("bucket/*", "*/key"), can_meet("bucket", "*/*")
    (True, False)
    """
    if len(first) > _LONGEST or len(second) > _LONGEST:
        return True
    if not _begin_alike(first, second):
        return False
    reached = _after_stars({0}, first)
    for character in second:
        if character == "*":
            # It may stand for any number of the first pattern's characters.
            reached = set(range(min(reached), len(first) + 1))
        else:
            steps = (_step(first, position, character, stops_at_colon) for position in reached)
            reached = _after_stars({position for step in steps if (position := step) is not None}, first)
        if not reached:
            return False
    return len(first) in reached


def _begin_alike(first: str, second: str) -> bool:
    """A quick look at what stands before the first wildcard of either."""
    for one, other in zip(first, second, strict=False):
        if one in "*?" or other in "*?":
            return True
        if one != other:
            return False
    return True


def _after_stars(positions: set[int], pattern: str) -> set[int]:
    """The positions with those that follow when a star stands for nothing."""
    result = set(positions)
    for position in positions:
        while position < len(pattern) and pattern[position] == "*":
            position += 1
            result.add(position)
    return result


def _step(pattern: str, position: int, character: str, stops_at_colon: bool) -> int | None:
    """Where the first pattern stands after one character of the second; None when the two part."""
    if position >= len(pattern):
        return None
    own = pattern[position]
    if own == "*":
        ends_segment = position + 1 == len(pattern) or pattern[position + 1] == ":"
        return None if character == ":" and stops_at_colon and not ends_segment else position
    return position + 1 if own in ("?", character) or character == "?" else None
