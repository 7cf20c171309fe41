"""The document as a whole: docs/rules/policy_evaluation.md 1.1 to 1.3."""

import re
from collections.abc import Callable, Iterator

from iamviz.policy.check.report import Place, Report, child
from iamviz.policy.check.views import IDENTITY_KINDS, Document, quote
from iamviz.policy.findings import Source
from iamviz.policy.json_source import Node, Span
from iamviz.policy.model import PolicyKind

__all__ = ["DOCUMENT_CHECKS"]

ELEMENTS = ("Version", "Id", "Statement")
VERSIONS = ("2012-10-17", "2008-10-17")
_WITH_ID = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.ENDPOINT})
_ORGANIZATION = frozenset({PolicyKind.SCP, PolicyKind.RCP})
_UNIQUE_SIDS = IDENTITY_KINDS | {PolicyKind.TRUST}
_NOT_ALLOWED = re.compile("[^\\u0009\\u000A\\u000D\\u0020-\\u00FF]")
_MOST_CHARACTERS = 20


def check_characters(text: str, report: Report) -> None:
    """1.2: a document has the characters U+0009, U+000A, U+000D, U+0020 to U+00FF; of each other the first is named."""
    seen: set[str] = set()
    for match in _NOT_ALLOWED.finditer(text):
        character = match[0]
        if character in seen:
            continue
        seen.add(character)
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        place = Place("$", Span(line, column, line, column))
        report.error(
            "ILLEGAL_CHARACTER",
            place,
            f"the character U+{ord(character):04X} is not allowed in a policy",
            "tab, line feed, carriage return and U+0020 to U+00FF are",
        )
        if len(seen) == _MOST_CHARACTERS:
            return


def check_duplicates(document: Document, report: Report) -> None:
    """1.2: the same key twice in one object is an error; so is a condition key twice in different capitals."""
    stack: list[tuple[Node, str]] = [(document.root, "$")]
    while stack:
        node, path = stack.pop()
        seen: set[str] = set()
        for name, key, value in node.pairs():
            inner = child(path, name)
            if name in seen:
                message = f"the key {quote(name)} stands twice in one object"
                report.error("DUPLICATE_KEY", Place(inner, key.span), message, "join the two, or remove one")
            seen.add(name)
            if value.kind in ("object", "array"):
                stack.append((value, inner))
        for index, item in enumerate(node.items):
            stack.append((item, child(path, index)))
    for operator, path in _operator_blocks(document):
        _case_duplicates(operator, path, report)


def _operator_blocks(document: Document) -> Iterator[tuple[Node, str]]:
    for statement in document.statements:
        for name, _, block in statement.node.pairs():
            if name == "Condition":
                for operator, _, keys in block.pairs():
                    yield keys, child(child(statement.place.path, name), operator)


def _case_duplicates(block: Node, path: str, report: Report) -> None:
    seen: dict[str, set[str]] = {}
    for name, key, _ in block.pairs():
        spellings = seen.setdefault(name.lower(), set())
        if spellings and name not in spellings:
            report.analyzer_error(
                "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
                Place(child(path, name), key.span),
                f"the condition key {quote(name)} stands twice in one operator block, in different capitals",
                "condition key names ignore case: join the two",
            )
        spellings.add(name)


def check_elements(document: Document, report: Report) -> None:
    """1.1 and 1.3: a document has Version, Id and Statement, written exactly so."""
    for member in document.members.values():
        if member.name not in ELEMENTS:
            unknown_element(member.name, member.key, ELEMENTS, "a policy", report)


def unknown_element(name: str, place: Place, known: tuple[str, ...], where: str, report: Report) -> None:
    """Report an element that the language does not have, with the one that was probably meant."""
    near = report.nearest(name, known, 0.7)
    reason = " (element names are case-sensitive)" if near and near.lower() == name.lower() else ""
    hint = f"did you mean {near}?{reason}" if near else f"{where} has {', '.join(known)}"
    report.error("INVALID_POLICY_ELEMENT", place, f"{where} has no element {quote(name)}", hint)


def check_version(document: Document, report: Report) -> None:
    """1.1: Version is 2012-10-17 or 2008-10-17; absent means 2008-10-17. SCPs and RCPs need it according to AWS."""
    member = document.members.get("Version")
    if member is None:
        required = document.kind in _ORGANIZATION
        reason = (
            "AWS asks for it in SCPs and RCPs"
            if required
            else "absent means 2008-10-17, which knows no policy variables"
        )
        report.warning(
            "MISSING_VERSION",
            document.place,
            f"there is no Version: {reason}",
            'add "Version": "2012-10-17"',
            source=Source.ANALYZER,
        )
    elif member.value.kind == "string" and member.value.text not in VERSIONS:
        text = member.value.text
        report.error(
            "INVALID_VERSION",
            member.place,
            f"the language version {quote(text)} does not exist",
            'it is "2012-10-17"; the version is that of the language, not the date of your policy',
        )
    elif member.value.kind == "string" and member.value.text == VERSIONS[1]:
        message = "Version 2008-10-17 is the old language, without policy variables"
        report.advice("OLD_VERSION", member.place, message, 'write "2012-10-17"')


def check_id(document: Document, report: Report) -> None:
    """1.1 and 1.6: Id stands only in resource-based policies."""
    member = document.members.get("Id")
    if member and document.kind not in _WITH_ID:
        message = f"Id is not allowed in {a_policy(document.kind)}"
        report.error("UNSUPPORTED_ID", member.key, message, "remove it; it only labels resource-based policies")


def check_statement_list(document: Document, report: Report) -> None:
    """1.8, V03: a policy needs at least one statement (unconfirmed)."""
    member = document.members.get("Statement")
    if member and member.value.kind == "array" and not member.value.items:
        report.error("NO_STATEMENT", member.place, "the Statement list is empty", "a policy needs at least one")


def check_unique_sids(document: Document, report: Report) -> None:
    """1.2: in IAM a Sid is unique within the document; elsewhere it should be."""
    seen: set[str] = set()
    for statement in document.statements:
        member = statement.members.get("Sid")
        if member is None or member.value.kind != "string" or not member.value.text:
            continue
        text = member.value.text
        if text in seen and document.kind in _UNIQUE_SIDS:
            message = f"the Sid {quote(text)} stands twice in the document"
            report.error("UNIQUE_SIDS_REQUIRED", member.place, message, "IAM wants every Sid to be unique")
        elif text in seen:
            message = f"the Sid {quote(text)} stands twice in the document"
            report.warning(
                "UNIQUE_SIDS_RECOMMENDED", member.place, message, "some services refuse it", source=Source.ANALYZER
            )
        seen.add(text)


def a_policy(kind: PolicyKind) -> str:
    """A kind of policy in a sentence."""
    return {
        PolicyKind.IDENTITY: "an identity-based policy",
        PolicyKind.RESOURCE: "a resource-based policy",
        PolicyKind.TRUST: "a role trust policy",
        PolicyKind.BOUNDARY: "a permissions boundary",
        PolicyKind.SESSION: "a session policy",
        PolicyKind.SCP: "an SCP",
        PolicyKind.RCP: "an RCP",
        PolicyKind.ENDPOINT: "a VPC endpoint policy",
    }[kind]


DOCUMENT_CHECKS: tuple[Callable[[Document, Report], None], ...] = (
    check_duplicates,
    check_elements,
    check_version,
    check_id,
    check_statement_list,
    check_unique_sids,
)
