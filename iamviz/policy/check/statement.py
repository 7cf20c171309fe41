"""The elements of one statement: docs/rules/policy_evaluation.md 1.2 and the table 1.6."""

import re
from collections.abc import Callable
from enum import StrEnum

from iamviz.policy.check.report import Place, Report, child
from iamviz.policy.check.structure import a_policy, unknown_element
from iamviz.policy.check.views import Member, Statement, quote
from iamviz.policy.findings import Source
from iamviz.policy.json_source import Node
from iamviz.policy.model import PolicyKind

__all__ = ["STATEMENT_CHECKS"]

ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)
_FREE_SIDS = frozenset({PolicyKind.RESOURCE, PolicyKind.ENDPOINT})
# Repository policies of ECR stand without Resource: they speak of the repository that they are attached to.
_WITHOUT_RESOURCE = frozenset({"ecr"})


class Need(StrEnum):
    """What a policy type says of a pair of elements."""

    REQUIRED = "required"
    POSITIVE = "only the positive form"
    FORBIDDEN = "forbidden"


_PRINCIPAL = {
    PolicyKind.IDENTITY: Need.FORBIDDEN,
    PolicyKind.BOUNDARY: Need.FORBIDDEN,
    PolicyKind.SESSION: Need.FORBIDDEN,
    PolicyKind.SCP: Need.FORBIDDEN,
    PolicyKind.RESOURCE: Need.REQUIRED,
    PolicyKind.ENDPOINT: Need.REQUIRED,
    PolicyKind.TRUST: Need.POSITIVE,
    PolicyKind.RCP: Need.POSITIVE,
}
"""Table 1.6: which policy types have Principal and NotPrincipal."""
_RESOURCE = {PolicyKind.TRUST: Need.FORBIDDEN}
_ACTION = {PolicyKind.RCP: Need.POSITIVE}

_FORBIDDEN_CODES = {
    (PolicyKind.SCP, "Principal"): "SCP_SYNTAX_ERROR_PRINCIPAL",
    (PolicyKind.SCP, "NotPrincipal"): "SCP_SYNTAX_ERROR_PRINCIPAL",
    (PolicyKind.RCP, "NotPrincipal"): "RCP_SYNTAX_ERROR_PRINCIPAL",
    (PolicyKind.RCP, "NotAction"): "RCP_SYNTAX_ERROR_NOTACTION",
    (PolicyKind.TRUST, "NotPrincipal"): "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    (PolicyKind.TRUST, "Resource"): "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    (PolicyKind.TRUST, "NotResource"): "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
}
_ADVICE = {
    "Principal": "remove it: such a policy speaks of whoever it is attached to",
    "NotPrincipal": "use Principal, or a condition on aws:PrincipalArn",
    "Resource": "remove it: a trust policy speaks of the role that it is attached to",
    "NotResource": "remove it: a trust policy speaks of the role that it is attached to",
    "NotAction": "list the actions in Action",
}
_EXAMPLES = {
    "Action": 'such as "Action": "s3:GetObject"',
    "Resource": 'such as "Resource": "arn:aws:s3:::bucket/*", or "*"',
    "Principal": 'such as "Principal": {"AWS": "111122223333"}',
}


def check_elements(statement: Statement, report: Report) -> None:
    """1.2: unknown elements are refused."""
    for member in statement.members.values():
        if member.name not in ELEMENTS:
            unknown_element(member.name, member.key, ELEMENTS, "a statement", report)


def check_pairs(statement: Statement, report: Report) -> None:
    """1.2 and 1.6: exactly one of each pair, where the policy type has it."""
    for positive, negative in PAIRS:
        members = statement.members
        table = {"Action": _ACTION, "Resource": _RESOURCE, "Principal": _PRINCIPAL}[positive]
        need = table.get(statement.kind, Need.REQUIRED)
        forbidden = {Need.FORBIDDEN: (positive, negative), Need.POSITIVE: (negative,)}.get(need, ())
        for name in forbidden:
            if name in members:
                code = _FORBIDDEN_CODES.get((statement.kind, name), "UNSUPPORTED_PRINCIPAL")
                message = f"{name} is not allowed in {a_policy(statement.kind)}"
                report.error(code, members[name].key, message, _ADVICE[name])
        if (
            need is not Need.FORBIDDEN
            and positive not in members
            and (negative not in members or negative in forbidden)
        ):
            _missing(statement, positive, negative, forbidden, report)
        if positive in members and negative in members and not forbidden:
            report.error(
                "UNSUPPORTED_ELEMENT_COMBINATION",
                members[negative].key,
                f"{positive} and {negative} stand in one statement",
                "keep one of them, or write two statements",
            )


def _missing(statement: Statement, positive: str, negative: str, forbidden: tuple[str, ...], report: Report) -> None:
    if positive == "Resource" and statement.kind is PolicyKind.RESOURCE and _may_lack_resource(statement):
        return
    if negative in forbidden and negative in statement.members:
        return
    what = positive if negative in forbidden else f"{positive} or {negative}"
    report.error(
        f"MISSING_{positive.upper()}", statement.place, f"the statement has no {what}", f"add it, {_EXAMPLES[positive]}"
    )


def _may_lack_resource(statement: Statement) -> bool:
    services = {entry.text.partition(":")[0].lower() for entry in statement.texts("Action", "NotAction")}
    return bool(services) and services <= _WITHOUT_RESOURCE


def check_sid(statement: Statement, report: Report) -> None:
    """1.2: in IAM (and in Organizations) a Sid has A-Z, a-z and 0-9 only; other services allow more."""
    member = statement.members.get("Sid")
    if member is None or member.value.kind != "string":
        return
    text = member.value.text
    if not text:
        report.advice(
            "EMPTY_SID_VALUE", member.place, "the Sid is empty", "give it a name or remove it", source=Source.ANALYZER
        )
    elif statement.kind not in _FREE_SIDS and not _SID.fullmatch(text):
        near = re.sub(r"[^A-Za-z0-9]", "", text)
        hint = f"A-Z, a-z and 0-9 only{f', such as {quote(near)}' if near else ''}"
        report.error(
            "UNSUPPORTED_SID", member.place, f"the Sid {quote(text)} has characters that are not allowed", hint
        )


def check_types(statement: Statement, report: Report) -> None:
    """1.2: the JSON type of every element, also of those that the reader does not need."""
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in statement.members:
            _only_texts(statement.members[name], name, report)
    for name in ("Principal", "NotPrincipal"):
        member = statement.members.get(name)
        if member is None or member.value.kind == "string":
            continue
        if member.value.kind != "object":
            message = f"{name} is {_a(member.value)}"
            report.error("WRONG_TYPE", member.place, message, 'expected "*" or an object such as {"AWS": …}')
        for kind, key, value in member.value.pairs():
            inner = Member(kind, Place(member.place.path, key.span), value, Place(member.place.path, value.span))
            _only_texts(inner, name, report, child(member.place.path, kind))


def _only_texts(member: Member, name: str, report: Report, path: str = "") -> None:
    listed = member.value.kind == "array"
    for number, node in enumerate(member.value.elements()):
        if node.kind != "string":
            base = path or member.place.path
            place = Place(child(base, number) if listed else base, node.span)
            report.error("WRONG_TYPE", place, f"an entry of {name} is {_a(node)}", "expected a text or a list of texts")


def _a(node: Node) -> str:
    return {"null": "null", "array": "a list", "object": "an object"}.get(node.kind, f"a {node.kind}")


def check_empty(statement: Statement, report: Report) -> None:
    """1.2: an empty list makes a statement ineffective, an empty condition restricts nothing."""
    for name in ("Action", "Resource", "Principal"):
        for element in (name, f"Not{name}"):
            member = statement.members.get(element)
            if member and _is_empty(member.value) and (name == "Principal" or member.value.kind == "array"):
                kind = "OBJECT" if member.value.kind == "object" else "ARRAY"
                effect = "it covers everything" if element != name else "the statement never matches"
                report.warning(
                    f"EMPTY_{kind}_{name.upper()}",
                    member.place,
                    f"{element} is empty: {effect}",
                    f"list what is meant, {_EXAMPLES[name]}",
                    source=Source.ANALYZER,
                )
    condition = statement.members.get("Condition")
    if condition and condition.value.kind == "object":
        blocks = [Member("Condition", condition.key, condition.value, condition.place)]
        blocks += [
            Member(operator, condition.key, keys, Place(child(condition.place.path, operator), keys.span))
            for operator, _, keys in condition.value.pairs()
        ]
        for block in blocks:
            if block.value.kind == "object" and not block.value.members:
                report.warning(
                    "EMPTY_OBJECT_CONDITION",
                    block.place,
                    f"{block.name} is empty: it restricts nothing",
                    "add a condition or remove it",
                    source=Source.ANALYZER,
                )


def _is_empty(node: Node) -> bool:
    if node.kind == "object":
        return all(_is_empty(value) for _, _, value in node.pairs())
    return node.kind == "array" and not node.items


def check_not_principal_effect(statement: Statement, report: Report) -> None:
    """2.4 and 1.6: NotPrincipal stands with Deny only."""
    member = statement.members.get("NotPrincipal")
    if member and statement.allows and _PRINCIPAL[statement.kind] is Need.REQUIRED:
        report.error(
            "ALLOW_WITH_NOT_PRINCIPAL",
            member.key,
            "NotPrincipal stands in a statement with Allow; AWS no longer supports it",
            "name the principals in Principal",
        )


STATEMENT_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_elements,
    check_pairs,
    check_sid,
    check_types,
    check_empty,
    check_not_principal_effect,
)
