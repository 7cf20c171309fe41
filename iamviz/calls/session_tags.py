"""Session tags and source identity: docs/rules/roles_and_sessions.md 4.11 and 4.12."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from immutables import Map

from iamviz.calls.model import Call, CallError, Refusal
from iamviz.world.context import ContextValue
from iamviz.world.sessions import Session

__all__ = ["MOST_TAGS", "SessionTags", "check_case_sensitive_tags", "check_tags", "pairs", "session_tags", "tag_keys"]

MOST_TAGS = 50
_CHARACTER = r"(?:[\w.:/=+\-@]|[^\S\t\n\v\f\r\x1c-\x1f\x85])"  # letters, digits, blanks (not line breaks), some signs
_CHARACTERS = re.compile(f"{_CHARACTER}*")
_PATTERN = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
NOT_INCLUDED = "The specified transitive tag key must be included in the requested tags."
CONFLICT = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
    "calling session."
)


@dataclass(frozen=True)
class SessionTags:
    """The tags of a request: those passed, and the transitive ones that the calling session hands down."""

    passed: Map[str, str] = field(default_factory=Map)
    inherited: Map[str, str] = field(default_factory=Map)
    transitive: frozenset[str] = frozenset()

    @property
    def all(self) -> Map[str, str]:
        """Everything that the new session is tagged with; a passed key never competes with an inherited one."""
        return Map({**self.inherited, **self.passed})

    def context(self) -> list[ContextValue]:
        """The condition keys that the tags bring (3.6)."""
        if not self.all:
            return []
        found = [ContextValue("aws:TagKeys", tuple(sorted(self.all)), "the tags of the call")]
        for tags, origin in (
            (self.passed, "a tag of the call"),
            (self.inherited, "a transitive tag of the calling session"),
        ):
            found += [ContextValue(f"aws:RequestTag/{key}", (value,), origin) for key, value in sorted(tags.items())]
        if self.transitive:
            names = tuple(sorted(key for key in self.all if key.lower() in self.transitive))
            found.append(ContextValue("sts:TransitiveTagKeys", names, "the tags of the call"))
        return found


def pairs(operation: str, value: Any) -> list[tuple[str, str]]:
    """The parameter Tags, a list of ``{"Key": …, "Value": …}``; CallError for another shape."""
    found = []
    for item in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(item, Mapping) or not all(isinstance(item.get(name), str) for name in ("Key", "Value")):
            raise CallError(f'Tags of {operation} is {value!r:.80}; expected a list of {{"Key": text, "Value": text}}')
        found.append((item["Key"], item["Value"]))
    return found


def tag_keys(operation: str, name: str, value: Sequence[Any]) -> list[str]:
    """A parameter that lists keys of tags; CallError for another shape."""
    if not all(isinstance(key, str) for key in value):
        raise CallError(f"{name} of {operation} is {value!r:.80}; expected a list of keys, which are texts")
    return list(value)


def session_tags(tags: Iterable[tuple[str, str]], transitive: Iterable[str], session: Session | None) -> SessionTags:
    """The tags of an AssumeRole call; Refusal for what STS does not accept."""
    passed = list(tags)
    lower = [key.lower() for key, _ in passed]
    wanted = [key.lower() for key in transitive]
    check_tags(passed, "InvalidParameterValue")
    if not set(wanted) <= set(lower):
        raise _invalid(NOT_INCLUDED)
    handed_down = session.transitive if session else frozenset()
    inherited = {key: value for key, value in (session.tags if session else {}).items() if key.lower() in handed_down}
    if handed_down & set(lower):
        raise _invalid(CONFLICT)
    return SessionTags(Map(dict(passed)), Map(inherited), handed_down | frozenset(wanted))


def check_case_sensitive_tags(call: Call) -> None:
    """`check_tags` for policies, instance profiles and providers, whose keys may differ by letter case alone (1.4).

    They are not kept: nothing here asks for them.
    """
    check_tags(pairs(call.operation, call.params.get("Tags") or ()), cased=True)


def check_tags(tags: Sequence[tuple[str, str]], duplicate_code: str = "InvalidInput", *, cased: bool = False) -> None:
    """Number, characters and prefix of tags, and that no key stands twice: 1.4 and 4.11 (IAM's codes unconfirmed)."""
    if len(tags) > MOST_TAGS:
        raise _invalid(f"at most {MOST_TAGS} tags are allowed", "ValidationError")
    broken = [text for number, tag in enumerate(tags, 1) for text in _broken(number, *tag)]
    if broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise _invalid(f"{len(broken)} validation {noun} detected: {'; '.join(broken)}", "ValidationError")
    for key, _ in tags:
        if key.lower().startswith("aws:"):
            raise _invalid(f"the tag key {key} begins with aws:, which is reserved", "ValidationError")
    if len({key if cased else key.lower() for key, _ in tags}) < len(tags):
        raise _invalid("Duplicate tag keys found." if cased else DUPLICATE, duplicate_code)


def _broken(number: int, key: str, value: str) -> Iterable[str]:
    """What one tag violates, as AWS's servers say it (5)."""
    for member, text, least, most, sign in (("key", key, 1, 128, "+"), ("value", value, 0, 256, "*")):
        start = f"Value '{text}' at 'tags.{number}.member.{member}' failed to satisfy constraint: Member must"
        if len(text) > most:
            yield f"{start} have length less than or equal to {most}"
        if len(text) < least:
            yield f"{start} have length greater than or equal to {least}"
        if not _CHARACTERS.fullmatch(text):
            yield f"{start} satisfy regular expression pattern: {_PATTERN}{sign}"


def _invalid(message: str, code: str = "InvalidParameterValue") -> Refusal:
    return Refusal(code, message, 400)
