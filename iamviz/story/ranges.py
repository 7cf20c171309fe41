"""Many things written once: ``engineer-{01..50}`` in a scenario file stands for fifty engineers."""

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["spread"]

MOST = 10_000
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


def spread(item: Any) -> Iterator[Any]:
    """The things that an item stands for: itself, or one for each number of the ranges in its texts.

    ValueError when its ranges differ in length, run backwards, or stand for more than 10,000.

    >>> [user["name"] for user in spread({"name": "engineer-{08..10}"})]
    ['engineer-08', 'engineer-09', 'engineer-10']
    """
    ranges = sorted({match for text in _texts(item) for match in _RANGE.findall(text)})
    if not ranges:
        yield item
        return
    first, last = ranges[0]
    length = int(last) - int(first) + 1
    if not 1 <= length <= MOST:
        raise ValueError(f"{{{first}..{last}}} stands for {length} things; expected 1 to {MOST}")
    for low, high in ranges:
        if int(high) - int(low) + 1 != length:
            raise ValueError(f"{{{low}..{high}}} and {{{first}..{last}}} differ in length")
    for turn in range(length):
        yield _filled(item, turn)


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict | list):
        for inner in item.values() if isinstance(item, dict) else item:
            yield from _texts(inner)


def _filled(item: Any, turn: int) -> Any:
    if isinstance(item, str):
        return _RANGE.sub(lambda match: str(int(match[1]) + turn).zfill(len(match[1])), item)
    if isinstance(item, dict):
        return {key: _filled(value, turn) for key, value in item.items()}
    return [_filled(value, turn) for value in item] if isinstance(item, list) else item
