"""Policy variables: docs/rules/policy_evaluation.md 3.9."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iamviz.catalogue import is_multivalued, key_info, keys_of
from iamviz.policy.check.report import Place, Report
from iamviz.policy.check.views import VARIABLE, Document, Entry, Row, Statement, arn_fields, quote
from iamviz.policy.json_source import Span
from iamviz.policy.model import PolicyKind

__all__ = ["VARIABLE_CHECKS"]

_PLAIN = re.compile(r"[^,\s'{}]+")
_WITH_DEFAULT = re.compile(r"([^,\s'{}]+), '([^']*)'")
_ESCAPES = frozenset("*?$")
# In the context of every signed request; all other keys may be absent (section 4).
_ALWAYS = frozenset(
    """aws:principalarn aws:principalaccount aws:principaltype aws:userid aws:principalisawsservice aws:currenttime
    aws:epochtime aws:securetransport aws:requestedregion aws:viaawsservice aws:resourceaccount""".split()
)


@dataclass(frozen=True, slots=True)
class Use:
    """One ``${…}`` in a text: what stands inside, at which offset."""

    entry: Entry
    inside: str
    offset: int

    @property
    def key(self) -> str:
        """The key that it reads; empty for an escaped character or a malformed variable."""
        if self.inside in _ESCAPES:
            return ""
        match = _WITH_DEFAULT.fullmatch(self.inside) or _PLAIN.fullmatch(self.inside)
        return match[0].partition(",")[0] if match else ""

    @property
    def has_default(self) -> bool:
        """Whether it says what to take when the key is absent."""
        return _WITH_DEFAULT.fullmatch(self.inside) is not None


def uses(entry: Entry) -> Iterator[Use]:
    """The variables of a text, in order."""
    for match in VARIABLE.finditer(entry.text):
        yield Use(entry, match[0][2:-1], match.start())


def place_inside(document: Document, entry: Entry, offset: int) -> Place:
    """The place of a character of a text, or of the whole text where it is written with escapes."""
    span = entry.place.span
    if entry.kind == "string" and span.line == span.end_line and span.end_column - span.column == len(entry.text) + 1:
        column = span.column + 1 + offset
        return Place(entry.place.path, Span(span.line, column, span.line, column))
    return entry.place


def check_resources(statement: Statement, report: Report) -> None:
    """In Resource and NotResource, behind the fifth colon."""
    if statement.kind is PolicyKind.TRUST:
        return
    for entry in statement.texts("Resource", "NotResource"):
        if not _check_text(statement.document, entry, report):
            continue
        fields = arn_fields(entry.text)
        allowed_from = len(entry.text) - len(fields[5]) if len(fields) == 6 else len(entry.text)
        for use in uses(entry):
            place = place_inside(statement.document, entry, use.offset)
            if fields[0] == "arn" and use.offset < allowed_from:
                message = f"a policy variable in front of the fifth colon of {quote(entry.text)}"
                hint = "variables stand in the last field of an ARN; write the value, or *"
                report.analyzer_error("VARIABLE_UNSUPPORTED_IN_ELEMENT", place, message, hint)
            _check_key(use, place, report)


def check_values(statement: Statement, report: Report) -> None:
    """In condition values of String and Arn operators; Bool is not allowed by Access Analyzer (3.2)."""
    for row in statement.rows:
        for value in row.values:
            if value.kind != "string" or "${" not in value.text or row.operator is None:
                continue
            if not row.base.startswith(("String", "Arn")):
                _wrong_operator(row, value, report)
            elif _check_text(statement.document, value, report):
                for use in uses(value):
                    _check_key(use, place_inside(statement.document, value, use.offset), report)


def _wrong_operator(row: Row, value: Entry, report: Report) -> None:
    if not VARIABLE.search(value.text):
        return
    message = f"a policy variable under {row.name}, which takes {quote(value.text)} as it stands"
    report.analyzer_error(
        "INVALID_VARIABLE_FOR_OPERATOR", value.place, message, "variables go with String and Arn operators"
    )


def _check_text(document: Document, entry: Entry, report: Report) -> bool:
    """Whether the text has well-formed variables that mean something."""
    if "${" not in entry.text:
        return False
    if not document.has_variables:
        for use in uses(entry):
            message = f"${{{use.inside}}} is ordinary text under the language version {document.version}"
            place = place_inside(document, entry, use.offset)
            report.analyzer_error("VARIABLE_UNSUPPORTED_IN_VERSION", place, message, 'write "Version": "2012-10-17"')
        return False
    closed = {match.start() for match in VARIABLE.finditer(entry.text)}
    for match in re.finditer(r"\$\{", entry.text):
        if match.start() not in closed:
            place = place_inside(document, entry, match.start())
            message = f"the policy variable in {quote(entry.text)} is not closed"
            report.analyzer_error("MISSING_BRACE_IN_VARIABLE", place, message, "add } behind its name")
    well_formed = [_well_formed(document, use, report) for use in uses(entry)]
    return all(well_formed)


def _well_formed(document: Document, use: Use, report: Report) -> bool:
    if use.inside in _ESCAPES or use.key:
        return True
    place = place_inside(document, use.entry, use.offset)
    name, comma, default = use.inside.partition(",")
    shown = quote(f"${{{use.inside}}}")
    if not name.strip():
        hint = "write a key between the braces; ${$}, ${*} and ${?} stand for the characters"
        report.analyzer_error("EMPTY_VARIABLE", place, f"the policy variable {shown} is empty", hint)
    elif comma and not re.fullmatch(r"\s*'[^']*'\s*", default):
        hint = f"write ${{{name.strip()}, 'default'}}"
        report.analyzer_error(
            "MISSING_QUOTE_IN_VARIABLE", place, f"the default in {shown} is not in single quotes", hint
        )
    elif comma and not re.search(r"\s", name) and name:
        hint = f"write ${{{name}, {default.strip()}}}: a comma, one space, single quotes"
        report.analyzer_error(
            "UNSUPPORTED_SPACE_IN_VARIABLE", place, f"the default in {shown} is not set off by one space", hint
        )
    elif re.search(r"\s", name):
        hint = f"write ${{{''.join(name.split())}}}"
        report.analyzer_error("UNSUPPORTED_SPACE_IN_VARIABLE", place, f"a space in the policy variable {shown}", hint)
    else:
        hint = "the form is ${key} or ${key, 'default'}"
        report.analyzer_error("UNSUPPORTED_SYMBOL_IN_VARIABLE", place, f"{shown} is not a policy variable", hint)
    return False


def _check_key(use: Use, place: Place, report: Report) -> None:
    """A variable reads a key that exists and has one value."""
    key = use.key
    if not key:
        return
    if is_multivalued(key):
        message = f"{key} may have several values and cannot be a policy variable: it has no value then"
        report.warning("MULTIVALUED_VARIABLE", place, message, "use a key with a single value")
    elif key_info(key) is None and "." not in key.partition(":")[0]:
        prefix = key.partition(":")[0].lower() if ":" in key else "aws"
        near = report.nearest(
            key if ":" in key else f"aws:{key}", [name.removesuffix("/*") for name in keys_of(prefix)]
        )
        hint = f"did you mean ${{{near}}}?" if near else "such as ${aws:username} or ${aws:PrincipalTag/team}"
        message = f"the policy variable ${{{key}}} reads a key that is not known" if len(key) < 80 else "an unknown key"
        report.warning("UNKNOWN_VARIABLE", place, message, hint)


def check_deny(statement: Statement, report: Report) -> None:
    """3.9, X14: a variable without value disarms a Deny whose Resource holds it."""
    if not statement.denies or not statement.document.has_variables:
        return
    for use in _absent(statement.resources):
        report.warning(
            "DENY_DISARMED_BY_VARIABLE",
            place_inside(statement.document, use.entry, use.offset),
            f"when the request has no {use.key} the ARN matches nothing, and the Deny is silent",
            f"give it a default: ${{{use.key}, 'none'}}",
        )


def check_allow(statement: Statement, report: Report) -> None:
    """3.9, X15: a variable without value arms an Allow with a negated operator."""
    if not statement.allows or not statement.document.has_variables:
        return
    for row in statement.rows:
        if row.operator is None or not row.operator.negated or not row.operator.variables:
            continue
        for use in _absent(row.values):
            report.warning(
                "ALLOW_ARMED_BY_VARIABLE",
                place_inside(statement.document, use.entry, use.offset),
                f"when the request has no {use.key}, {row.name} is true and the Allow holds",
                f"give it a default: ${{{use.key}, 'none'}}",
            )


def _absent(entries: tuple[Entry, ...]) -> Iterator[Use]:
    """The variables without default whose key a request may lack."""
    for entry in entries:
        for use in uses(entry):
            if use.key and not use.has_default and use.key.lower() not in _ALWAYS:
                yield use


def check_elsewhere(statement: Statement, report: Report) -> None:
    """Not in Sid; Principal, Action and condition keys are checked with the rest of their rules."""
    member = statement.members.get("Sid")
    if member and member.value.kind == "string" and VARIABLE.search(member.value.text):
        message = f"a policy variable in the Sid {quote(member.value.text)}"
        hint = "variables stand in Resource and Condition"
        report.analyzer_error("VARIABLE_UNSUPPORTED_IN_ELEMENT", member.place, message, hint)


VARIABLE_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_resources,
    check_values,
    check_deny,
    check_allow,
    check_elsewhere,
)
