"""Policy variables: ``${key}``, ``${key, 'default'}`` and the escapes ``${*}``, ``${?}``, ``${$}``.

docs/rules/policy_evaluation.md 3.9: only under Version 2012-10-17, only single-valued keys, names ignore case, a
substituted value is literal text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from iamviz.catalogue import is_multivalued
from iamviz.patterns import Token, Wild, glob_tokens

__all__ = ["Context", "Template", "Variable", "lower_key"]

Context = Mapping[str, tuple[str, ...]]
"""The request context that matching sees: condition keys in lower case, each with its values."""

lower_key = lru_cache(maxsize=4096)(str.lower)
"""A condition key in lower case: always the same text, so that looking it up compares no letters."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"([^,\s]+), '([^']*)'")
_ESCAPES = frozenset("*?$")


@dataclass(frozen=True, slots=True)
class Variable:
    """``${key, 'default'}``: ``key`` in lower case, ``default`` None when the policy gives none."""

    key: str
    default: str | None = None

    def value(self, context: Context) -> str | None:
        """The one value that the request has for the key, else the default, else None ("no value").

        A key of a multivalued type has no value here, even where it arrives with one: only single-valued keys can be
        variables (docs/rules/policy_evaluation.md 3.3, 3.9).
        """
        values = context.get(self.key)
        if not values:
            return self.default
        return values[0] if len(values) == 1 and not is_multivalued(self.key) else None


@dataclass(frozen=True, slots=True)
class Template:
    """A text of a policy, cut into literals, wildcards and variables."""

    parts: tuple[Token | Variable, ...]

    @classmethod
    def parse(cls, text: str, *, variables: bool, wildcards: bool = True) -> "Template":
        """Cut the text; with ``variables`` or ``wildcards`` off, their characters are ordinary text.

        >>> Template.parse("home/${aws:username}/*", variables=True).parts
        ('home/', Variable(key='aws:username', default=None), '/', <Wild.STAR: '*'>)
        """
        parts: list[Token | Variable] = []

        def literal(piece: str) -> None:
            parts.extend(glob_tokens(piece) if wildcards else [piece] if piece else [])

        position = 0
        for match in _VARIABLE.finditer(text) if variables else ():
            literal(text[position : match.start()])
            parts.append(_variable(match[1]))
            position = match.end()
        literal(text[position:])
        return cls(tuple(parts))

    @property
    def is_static(self) -> bool:
        """Whether it reads nothing from the request."""
        return not any(isinstance(part, Variable) for part in self.parts)

    @property
    def static_tokens(self) -> tuple[Token, ...]:
        """The tokens that are the same for every request; only variables are missing."""
        return tuple(part for part in self.parts if not isinstance(part, Variable))

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys that it reads, in lower case."""
        return tuple(part.key for part in self.parts if isinstance(part, Variable))

    def tokens(self, context: Context) -> tuple[Token, ...] | None:
        """The tokens for one request; None when a variable has no value."""
        result: list[Token] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = part.value(context)
                if value is None:
                    return None
                result.append(value)
            else:
                result.append(part)
        return tuple(result)

    def text(self, context: Context) -> str | None:
        """The text for one request, wildcards as they are written; None when a variable has no value."""
        tokens = self.tokens(context)
        return None if tokens is None else "".join(t.value if isinstance(t, Wild) else t for t in tokens)


def _variable(inside: str) -> str | Variable:
    """What stands for ``${inside}``: an escaped character, or a variable."""
    if inside in _ESCAPES:
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    if with_default:
        return Variable(lower_key(with_default[1]), with_default[2])
    return Variable(lower_key(inside))
