"""Parameters as AWS's servers check them: docs/rules/roles_and_sessions.md 4.2 and 5."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.arn import FIELDS, is_role_arn, split_fields
from iamviz.calls.model import CallError, Check, Refusal

__all__ = ["NAME_PATTERN", "PATH", "TOKEN_SIZE", "Field", "check_members", "check_params", "check_role_arn"]

NAME_PATTERN = r"[\w+=,.@-]*"
"""What names of sessions, federated users and source identities consist of."""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its type, lengths or values allowed, and its pattern as AWS writes it."""

    kind: type
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    required: bool = False
    forbidden_start: str = ""

    @property
    def words(self) -> str:
        """What is expected, in words: ``900 to 43200``, ``2 to 64 characters, like …``."""
        least, most = self.least, self.most
        span = f"at most {most}" if least is None else f"at least {least}" if most is None else f"{least} to {most}"
        unit = {int: "", str: " characters"}.get(self.kind, " items")
        parts = [f"{span}{unit}"] if (least, most) != (None, None) else []
        parts += [f"like {self.pattern}"] if self.pattern else []
        parts += [f"not beginning with {self.forbidden_start}"] if self.forbidden_start else []
        return ", ".join(parts)


TOKEN_SIZE = Field(int, 0, 4096)
"""The parameter MinimumSessionTokenSize (docs/rules/roles_and_sessions.md 4.2)."""
PATH = Field(str, 1, 512, r"/([!-~]+/)?")
"""The path of an entity of IAM (docs/rules/roles_and_sessions.md 1.4)."""


def check_params(operation: str, params: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
    """Check all parameters: a ValidationError that lists every violation, CallError for a wrong type or name."""
    unknown = sorted(set(params) - set(fields))
    if unknown:
        raise CallError(f"{operation} has no parameter {', '.join(unknown)}; it has {', '.join(fields)}")
    _check(operation, params, fields)


def check_members(operation: str, place: str, item: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
    """The same for the members of one item in a list: ``place`` is where AWS's sentence says that it is."""
    _check(operation, item, fields, f"{place}.")


def _check(operation: str, params: Mapping[str, Any], fields: Mapping[str, Field], place: str = "") -> None:
    problems: list[str] = []
    wrong: list[str] = []
    for name, rule in fields.items():
        value = params.get(name)
        if value is None:
            if rule.required:
                problems.append(
                    f"Value null at '{place}{_member(name)}' failed to satisfy constraint: Member must not be null"
                )
                wrong.append(f"{name} is missing")
            continue
        if not isinstance(value, rule.kind) or (isinstance(value, bool) and rule.kind is not bool):
            raise CallError(f"parameter {name} of {operation} is {value!r}; expected {rule.kind.__name__}")
        problems += [
            f"Value '{value}' at '{place}{_member(name)}' failed to satisfy constraint: {p}"
            for p in _broken(value, rule)
        ]
        if _broken(value, rule):
            wrong.append(f"{name} is {value!r:.60}; expected {rule.words}")
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        text = f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"
        raise Refusal("ValidationError", text, 400, checks=(Check("parameters", False, ", and ".join(wrong)),))


def _member(name: str) -> str:
    return name[0].lower() + name[1:]


def _broken(value: Any, rule: Field) -> list[str]:
    if isinstance(value, str):
        found = []
        if rule.most is not None and len(value) > rule.most:
            found.append(f"Member must have length less than or equal to {rule.most}")
        if rule.least is not None and len(value) < rule.least:
            found.append(f"Member must have length greater than or equal to {rule.least}")
        starts_wrong = bool(rule.forbidden_start) and value.lower().startswith(rule.forbidden_start)
        if starts_wrong or (rule.pattern and not re.fullmatch(rule.pattern, value, re.ASCII)):
            found.append(f"Member must satisfy regular expression pattern: {rule.pattern}")
        return found
    if isinstance(value, int):
        if rule.most is not None and value > rule.most:
            return [f"Member must have value less than or equal to {rule.most}"]
        if rule.least is not None and value < rule.least:
            return [f"Member must have value greater than or equal to {rule.least}"]
    if isinstance(value, list | tuple):
        if rule.most is not None and len(value) > rule.most:
            return [f"Member must have length less than or equal to {rule.most}"]
        if rule.least is not None and len(value) < rule.least:
            return [f"Member must have length greater than or equal to {rule.least}"]
    return []


def check_role_arn(arn: str) -> None:
    """Refusal (ValidationError) for a text that is no ARN, or an ARN that is no role."""
    fields = split_fields(arn)
    if len(fields) < FIELDS or fields[0] != "arn" or not all(fields[i] for i in (1, 2, 5)):
        raise Refusal("ValidationError", f"{arn} is invalid", 400)
    if not is_role_arn(arn):
        raise Refusal("ValidationError", "Request ARN is invalid", 400)
