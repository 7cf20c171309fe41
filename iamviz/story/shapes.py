"""Whether a value is what a type hint says: what comes out of a JSON file may be anything."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from immutables import Map

__all__ = ["misfits"]


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def misfits(value: Any) -> list[str]:
    """The members of a dataclass that are not what their annotations say.

    >>> from iamviz.story.story import Bet
    >>> misfits(Bet("May she?", because=3))
    ['because']
    """
    kind: type = type(value)
    return [name for name, hint in _hints(kind).items() if not _fits(getattr(value, name), hint)]


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return all(_fits(item, arguments[0]) for item in value)
        return len(value) == len(arguments) and all(map(_fits, value, arguments))
    if origin in (Map, Mapping, dict):
        return isinstance(value, origin) and all(
            _fits(key, arguments[0]) and _fits(item, arguments[1]) for key, item in value.items()
        )
    if origin in (Sequence, list, frozenset):
        is_text = isinstance(value, str)
        return isinstance(value, origin) and not is_text and all(_fits(item, arguments[0]) for item in value)
    if hint in (int, float) and isinstance(value, bool):
        return False
    return value is None if hint in (None, types.NoneType) else isinstance(value, hint)
