"""What the values alone do not show: why an entry or a value did not match, what a policy variable stood for.

Only the statements that decided and the near misses are told so; nothing here takes part in a decision.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from iamviz.arn import FIELDS, split_fields
from iamviz.engine.principals import MatchKind, unlisted
from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.patterns import compile_glob
from iamviz.policy.conditions import ConditionRow
from iamviz.policy.elements import PrincipalEntry, ResourcePattern
from iamviz.policy.model import Statement
from iamviz.policy.values import parse_binary, parse_instant, parse_ip, parse_ip_range, parse_number
from iamviz.policy.variables import Context, Template, Variable

__all__ = ["about_condition", "about_not_principal", "about_principal", "about_resource"]

Reader = Callable[[str], Any]
OLD_LANGUAGE = "${…} is plain text without Version 2012-10-17"
LETTER_CASE = "only the letter case differs"
EARLIER = "it means an earlier one of this name, since deleted"
IN_FIELD = "a wildcard stays inside one field of an ARN"
_IDENTITY = {
    MatchKind.DIRECT: "its own ARN",
    MatchKind.ROLE: "its role",
    MatchKind.PARENT: "the user behind it",
    MatchKind.ACCOUNT: "its account",
    MatchKind.SERVICE: "its own name",
    MatchKind.FEDERATED: "its provider",
    MatchKind.WILDCARD: "*, the only entry that could exempt it",
}


_NAMED_APART = dict.fromkeys(CallerKind, "and nobody else") | {
    CallerKind.SERVICE: "a service has to be named under Service",
    CallerKind.FEDERATED: "a provider has to be named under Federated",
    CallerKind.ANONYMOUS: "and the call has to be signed",
}
_READERS: dict[str, tuple[Reader, Reader, str]] = {
    "Numeric": (parse_number, parse_number, "a number"),
    "Date": (parse_instant, parse_instant, "a date"),
    "Ip": (parse_ip_range, parse_ip, "an IP address or a range"),
    "NotIp": (parse_ip_range, parse_ip, "an IP address or a range"),
    "Binary": (parse_binary, parse_binary, "base64"),
}
"""By the beginning of an operator's name: how it reads the policy's and the request's values, and what it wants."""


def about_resource(statement: Statement, matched: bool, request: Request) -> str:
    """Of a resource element: what its variables stood for, and why no entry covers the resource."""
    patterns = statement.resources or ()
    told = [value for p in patterns for value in _values(p.text, p.template, request.values)]
    covered = matched is not statement.not_resource
    if not covered:
        told += _why_not_covered(patterns, request.matched_resource)
    return "; ".join(dict.fromkeys(told))


def _why_not_covered(patterns: Sequence[ResourcePattern], resource: str) -> Iterator[str]:
    if resource == "*":
        yield "the action has no resource of its own, which only * covers"
        return
    for pattern in patterns:
        fields = len(split_fields(pattern.text))
        if fields < FIELDS and not pattern.text.endswith("*"):
            rest = "the rest is *" if pattern.fill else "and nothing fills in the rest"
            yield f"{pattern.text} has {fields} of the six fields of an ARN, {rest}"
        elif not pattern.variables and "${" in pattern.text:
            yield OLD_LANGUAGE
        elif any("${" in field for field in split_fields(pattern.text)[: FIELDS - 1]):
            yield "a variable before the fifth colon is plain text"
        elif pattern.template.is_static and compile_glob(pattern.text.lower())(resource.lower()):
            yield IN_FIELD if compile_glob(pattern.text)(resource) else LETTER_CASE


def about_not_principal(entries: Iterable[PrincipalEntry], caller: Caller, has_boundary: bool) -> str:
    """Why NotPrincipal does not exempt a caller: what it would have to list as well."""
    missing = sorted(unlisted(entries, caller), key=[*MatchKind].index)
    if not missing and has_boundary:
        return "it has a permissions boundary, so that no list exempts it"
    return "not listed: " + ", ".join(_IDENTITY[kind] for kind in missing)


def about_principal(entries: Iterable[PrincipalEntry], caller: Caller) -> str:
    """Why no entry of Principal means a caller."""
    return "; ".join(dict.fromkeys(_why_not_meant(entries, caller)))


def _why_not_meant(entries: Iterable[PrincipalEntry], caller: Caller) -> Iterator[str]:
    names = [text for text in (caller.arn, caller.role_arn, caller.user_arn, caller.service) if text]
    mine = {text.lower() for text in names}
    for entry in entries:
        if entry.is_everyone:
            yield f"here * means users and roles, {_NAMED_APART[CallerKind(caller.kind)]}"
        elif "*" in entry.value or "?" in entry.value:
            yield "a wildcard inside of a principal is plain text"
        elif ":group/" in entry.value:
            yield "a group is never a principal"
        elif entry.value in names and entry.bound_id is not None:
            yield EARLIER
        elif entry.value.lower() in mine:
            yield LETTER_CASE


def about_condition(row: ConditionRow, matched: bool, got: tuple[str, ...] | None, context: Context) -> str:
    """Of a condition row: what its variables stood for, and why no value matches."""
    operator, _, _ = row.parsed
    told = [
        v for text, template in zip(row.values, row.templates, strict=True) for v in _values(text, template, context)
    ]
    if got and matched is operator.negated and operator.name != "Null":
        among = row.among(context)
        told += _why_not_equal(row, [value for value in got if not among(value)])
    return "; ".join(dict.fromkeys(told))


def _why_not_equal(row: ConditionRow, got: Sequence[str]) -> Iterator[str]:
    operator, _, _ = row.parsed
    if not operator.name.startswith(("String", "Arn")):
        yield from _unreadable(operator.name, row.values, got)
    for wanted in row.values:
        if "${" in wanted and not operator.variables:
            yield f"{operator.name} knows no variables"
        elif "${" in wanted and row.language != "2012-10-17":
            yield OLD_LANGUAGE
        elif "${" in wanted:
            continue
        elif operator.name.startswith("Arn"):
            if len(split_fields(wanted)) < FIELDS:
                yield f"{wanted} is not an ARN, and Arn operators compare field by field"
            elif any(compile_glob(wanted)(value) for value in got):
                yield IN_FIELD
            elif any(compile_glob(wanted.lower())(value.lower()) for value in got):
                yield LETTER_CASE
        elif operator.name.startswith("String"):
            same = compile_glob(wanted.lower()) if operator.wildcards else wanted.lower().__eq__
            if any(same(value.lower()) for value in got):
                yield LETTER_CASE
            elif not operator.wildcards and any(compile_glob(wanted)(value) for value in got):
                like = "StringNotLike" if operator.negated else "StringLike"
                yield f"{operator.name} knows no wildcards, {like} does"


def _unreadable(operator: str, wanted: Sequence[str], got: Sequence[str]) -> Iterator[str]:
    """Values that are nothing that the operator could compare, and so match nothing."""
    for start, (of_policy, of_request, what) in _READERS.items():
        if operator.startswith(start):
            bad = [text for text in wanted if "${" not in text and of_policy(text) is None]
            bad += [text for text in got if of_request(text) is None]
            yield from (f"{text or 'an empty text'} is not {what}" for text in bad)


def _values(text: str, template: Template, context: Context) -> Iterator[str]:
    """What each variable of a text stands for in a request, named as it is written there."""
    for part in template.parts:
        if not isinstance(part, Variable):
            continue
        start = text.lower().find(part.key)
        name = f"${{{text[start : start + len(part.key)]}}}"
        value = part.value(context)
        if value is None:
            several = bool(context.get(part.key))
            yield f"{name} has no value" + (", since its key may have several" if several else "")
        else:
            yield f"{name} is {value or 'empty'}" + ("" if context.get(part.key) else ", its default")
