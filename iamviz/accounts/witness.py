"""A resource that several patterns cover: the example by which "on these resources" is put to the engine."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from re import compile as compile_re
from typing import NamedTuple

from iamviz.arn import FIELDS, split_fields
from iamviz.catalogue import WITHOUT_SLASH, action_resources, resource_formats
from iamviz.patterns import compile_glob

__all__ = ["FILL", "Kinds", "formats_of", "kinds_of", "meet", "shared", "witness"]

_PLACEHOLDER = compile_re(r"\$\{[^}]*\}|<[^>]*>")
FILL = "any-1"
LONGEST = 400
MOST_PLACES = 20_000
"""Where to give up looking for what three patterns share."""
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


class Kinds(NamedTuple):
    """The kinds of resources on which an action works: the ``forms`` of their ARNs, and those of them that are
    ``plain``: with a name that holds no slash, so that ``arn:aws:s3:::reports/q3`` is an object and no bucket.
    """

    forms: tuple[str, ...]
    plain: tuple[str, ...] = ()

    def fits(self, resource: str) -> bool:
        """Whether a resource is of one of these kinds."""
        return any(
            resource == "*"
            if form == "*"
            else compile_glob(form)(resource) and not (form in self.plain and resource.count("/") > form.count("/"))
            for form in self.forms
        )

    def examples(self, pattern: str, account: str, partition: str, also: Iterable[str] = ()) -> Iterator[str]:
        """Resources that a pattern covers: one of each form, then those that other patterns cover ``also``."""
        plain = {form: witness(pattern, form, account, partition) for form in self.forms}
        forms = [form for form, found in plain.items() if found is not None]
        others = [other for other in also if forms and witness(pattern, other, account, partition) is not None]
        more = (shared((pattern, other, form), account, partition) for other in others for form in forms)
        yield from (found for found in chain(plain.values(), more) if found is not None and self.fits(found))


@lru_cache(maxsize=65536)
def kinds_of(action: str) -> Kinds:
    """The kinds of resources on which an action works.

    >>> buckets = kinds_of("s3:GetBucketAcl")
    >>> buckets.fits("arn:aws:s3:::reports"), buckets.fits("arn:aws:s3:::reports/q3")
    (True, False)
    """
    service = action.partition(":")[0].lower()
    formats = resource_formats(service)
    plain = (kind for kind in action_resources(action) or () if (service, kind) in WITHOUT_SLASH)
    return Kinds(formats_of(action), tuple(sorted(_PLACEHOLDER.sub("*", formats[kind]) for kind in plain)))


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


@lru_cache(maxsize=65536)
def shared(patterns: tuple[str, ...], account: str, partition: str = "aws") -> str | None:
    """A resource that all of the patterns cover; None when there is none.

    >>> shared(("arn:aws:s3:::a*", "arn:aws:s3:::*c", "arn:*:s3:::*/*"), "111122223333")
    'arn:aws:s3:::a/c'
    """
    named = [pattern for pattern in patterns if pattern != "*"]
    if len(named) < 3 or max(map(len, named)) > LONGEST:
        one, other = [*named, "*", "*"][:2]
        return witness(one, other, account, partition) if len(named) < 3 else None
    defaults = ("arn", partition, FILL, "us-east-1", account, FILL)
    columns = zip(*map(_fields, named), strict=True)
    found = [_met(texts, default) for texts, default in zip(columns, defaults, strict=True)]
    return None if None in found else ":".join(map(str, found))


def _met(texts: Sequence[str], default: str) -> str | None:
    """A text that all patterns of one field cover."""
    apart = [text for text in dict.fromkeys(texts) if text != "*"]
    if len(apart) < 3:
        return meet(*[*apart, "*"][:2]) if apart else default
    start = (0,) * len(apart)
    texts_to = {start: ""}
    ends = deque([start])
    while ends and len(texts_to) < MOST_PLACES:
        here = ends.popleft()
        if all(not text[place:].strip("*") for text, place in zip(apart, here, strict=True)):
            return texts_to[here]
        for char, after in _steps(apart, here):
            if after not in texts_to:
                texts_to[after] = texts_to[here] + char
                (ends.append if char else ends.appendleft)(after)
    return None


def _steps(texts: Sequence[str], places: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Where the patterns stand after one character, or after a ``*`` that covers nothing more."""
    here = [text[place : place + 1] for text, place in zip(texts, places, strict=True)]
    for number, mark in enumerate(here):
        if mark == "*":
            yield "", (*places[:number], places[number] + 1, *places[number + 1 :])
    for char in sorted({mark for mark in here if mark not in ("", "*", "?")} | {"x"}):
        if all(mark in ("*", "?", char) for mark in here):
            yield char, tuple(place + (mark != "*") for place, mark in zip(places, here, strict=True))


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
