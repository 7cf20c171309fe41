"""A resource that several patterns cover: the example by which "on these resources" is put to the engine."""

from collections.abc import Sequence
from functools import lru_cache
from re import compile as compile_re

from iamviz.arn import FIELDS, split_fields
from iamviz.catalogue import action_resources, resource_formats

__all__ = ["FILL", "formats_of", "meet", "witness"]

_PLACEHOLDER = compile_re(r"\$\{[^}]*\}|<[^>]*>")
FILL = "any-1"
LONGEST = 400
_REGION, _ACCOUNT = 3, 4


@lru_cache(maxsize=65536)
def formats_of(action: str) -> tuple[str, ...]:
    """The ARN formats of the resources that an action works on, as patterns with ``*``; ``*`` for one that takes none,
    and for an action that the catalogue lacks.
    """
    kinds = action_resources(action)
    if not kinds:
        return ("*",)
    formats = resource_formats(action.partition(":")[0].lower())
    return tuple(sorted({_PLACEHOLDER.sub("*", formats[kind]) for kind in kinds if kind in formats})) or ("*",)


@lru_cache(maxsize=65536)
def witness(pattern: str, form: str, account: str, partition: str = "aws") -> str | None:
    """A resource that a policy's pattern covers and that has the form; None when there is none.

    >>> witness("arn:aws:s3:::reports/*", "arn:*:s3:::*/*", "111122223333")
    'arn:aws:s3:::reports/any-1'
    >>> witness("*", "arn:*:sqs:*:*:*", "111122223333")
    'arn:aws:sqs:us-east-1:111122223333:any-1'
    >>> witness("arn:aws:s3:::reports", "arn:*:s3:::*/*", "111122223333") is None
    True
    """
    if form == "*":
        return "*" if pattern == "*" else None
    if max(len(pattern), len(form)) > LONGEST:
        return None
    wanted = _fields("*" if pattern == "*" else _PLACEHOLDER.sub("*", pattern))
    found = []
    defaults = ("arn", partition, FILL, "us-east-1", account, FILL)
    for number, (one, other) in enumerate(zip(wanted, _fields(form), strict=True)):
        met = defaults[number] if one == other == "*" else meet(one, other)
        if met is None:
            return None
        found.append(met)
    return ":".join(found)


def _fields(pattern: str) -> list[str]:
    """The six fields of a pattern; those that are missing are ``*``, as in identity-based policies (2.2)."""
    fields = ["*"] if pattern == "*" else split_fields(pattern)
    return [*fields, *["*"] * (FIELDS - len(fields))]


@lru_cache(maxsize=65536)
def meet(one: str, other: str) -> str | None:
    """A text that both patterns (``*``, ``?``) cover; None when there is none.

    >>> meet("reports/*", "*/*"), meet("a*", "*b"), meet("a", "b?")
    ('reports/any-1', 'ab', None)
    """
    columns = len(other) + 1
    after: list[str | None] = [None] * columns
    for i in range(len(one), -1, -1):
        row: list[str | None] = [None] * columns
        for j in range(len(other), -1, -1):
            row[j] = _step(one[i : i + 1], other[j : j + 1], j, row, after)
        after = row
    return after[0]


def _step(a: str, b: str, j: int, row: Sequence[str | None], after: Sequence[str | None]) -> str | None:
    """What the ends cover that begin with ``a`` and ``b``: ``row`` and ``after`` tell it of shorter ends."""
    if not a and not b:
        return ""
    if a == "*" == b:
        both = after[j + 1]
        if both is not None:
            return both if both.startswith(FILL) else FILL + both
        return _first(after[j], row[j + 1])
    if a == "*":
        longer = row[j + 1] if b else None
        return _first(after[j], None if longer is None else ("x" if b == "?" else b) + longer)
    if b == "*":
        longer = after[j] if a else None
        return _first(row[j + 1], None if longer is None else ("x" if a == "?" else a) + longer)
    rest = after[j + 1] if a and b and (a == b or "?" in (a, b)) else None
    return None if rest is None else ("x" if a == b == "?" else b if a == "?" else a) + rest


def _first(*texts: str | None) -> str | None:
    return next((text for text in texts if text is not None), None)
