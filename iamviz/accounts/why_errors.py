"""AWS's errors that are not about permissions, or hide what they are about: what each means, and where to look.

They are kept as data in ``why_errors.toml``.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

__all__ = ["KnownError", "known_error", "known_errors"]


@dataclass(frozen=True)
class KnownError:
    """One error: a name, what it means, what to look at in order, and how to recognise it.

    ``codes`` are AWS's codes in lower case without ``Exception``; ``text`` is a pattern for the message. An entry with
    both needs both.
    """

    name: str
    means: str
    look: tuple[str, ...]
    text: str = ""
    codes: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern for the message, compiled."""
        return re.compile(self.text, re.I | re.S)

    def fits(self, code: str, message: str) -> bool:
        """Whether an error is this one."""
        if self.codes and code.lower().removesuffix("exception") not in self.codes:
            return False
        return bool(self.codes) if not self.text else self.pattern.search(message) is not None


@cache
def known_errors() -> tuple[KnownError, ...]:
    """All entries, in the order of the file."""
    data = tomllib.loads((files("iamviz.accounts") / "why_errors.toml").read_text("utf-8"))
    return tuple(
        KnownError(
            *(entry["name"], entry["means"], tuple(entry["look"])), entry.get("text", ""), tuple(entry.get("codes", ()))
        )
        for entry in data["error"]
    )


def known_error(code: str, message: str) -> KnownError | None:
    """The first entry that fits; entries with a text come before those that know only a code.

    >>> known_error("ValidationError", "Request ARN is invalid").name
    'the ARN is not that of a role'
    """
    fitting = [entry for entry in known_errors() if entry.fits(code, message)]
    return next((entry for entry in fitting if entry.text), fitting[0] if fitting else None)
