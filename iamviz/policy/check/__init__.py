"""Checking a policy document like a compiler: everything that is wrong with it, where, and what would be right.

`check_policy` reads the JSON tree and runs the tables of small checks of the modules beside this one; each check is a
function with one rule. docs/rules/policy_evaluation.md sections 1 to 4 and docs/rules/roles_and_sessions.md 2.1 to 2.3
are the rules; docs/limits.md says what was decided where they are silent.
"""

import json
from collections.abc import Callable
from typing import Any

from iamviz.policy.check.actions import ACTION_CHECKS
from iamviz.policy.check.guess import guess_kind
from iamviz.policy.check.keys import KEY_CHECKS
from iamviz.policy.check.organization import ORGANIZATION_CHECKS
from iamviz.policy.check.principals import PRINCIPAL_CHECKS
from iamviz.policy.check.report import Place, Report
from iamviz.policy.check.resources import RESOURCE_CHECKS
from iamviz.policy.check.security import SECURITY_CHECKS
from iamviz.policy.check.sizes import ATTACHMENTS, check_size
from iamviz.policy.check.statement import STATEMENT_CHECKS
from iamviz.policy.check.structure import DOCUMENT_CHECKS, check_characters
from iamviz.policy.check.trust import TRUST_CHECKS, TRUST_DOCUMENT_CHECKS
from iamviz.policy.check.values import VALUE_CHECKS
from iamviz.policy.check.variables import VARIABLE_CHECKS
from iamviz.policy.check.views import Document, Row, Statement
from iamviz.policy.findings import Finding, PolicyError, Severity, Source
from iamviz.policy.json_source import Span, parse_json
from iamviz.policy.model import PolicyKind
from iamviz.policy.reader import read_policy

__all__ = ["ATTACHMENTS", "check_policy", "guess_kind", "is_valid"]

_DOCUMENT: tuple[Callable[[Document, Report], None], ...] = (*DOCUMENT_CHECKS, *TRUST_DOCUMENT_CHECKS)
_STATEMENT: tuple[Callable[[Statement, Report], None], ...] = (
    *STATEMENT_CHECKS,
    *PRINCIPAL_CHECKS,
    *ACTION_CHECKS,
    *RESOURCE_CHECKS,
    *VARIABLE_CHECKS,
    *ORGANIZATION_CHECKS,
    *SECURITY_CHECKS,
)
_ROW: tuple[Callable[[Row, Report], None], ...] = (*KEY_CHECKS, *VALUE_CHECKS)


def check_policy(
    document: Any, kind: str = "identity", *, attached_to: str | None = None, name: str = ""
) -> list[Finding]:
    """Everything that is wrong with a policy document, in the order of its text.

    ``document`` is JSON text, or a dictionary (lines and columns are then those of its JSON with an indent of two).
    ``kind`` is one of identity, resource, trust, boundary, session, scp, rcp, endpoint. Sizes are judged when
    ``attached_to`` says where the policy is attached: managed, user, group, role, trust, session, scp, rcp, endpoint,
    bucket, kms-key. ``name`` is what to call the policy. No document whatever raises an exception; a ``kind`` or
    ``attached_to`` that does not exist is a ValueError.

    >>> document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}}
    >>> [(finding.code, finding.suggestion, finding.line) for finding in check_policy(document)]
    [('INVALID_ACTION', 'did you mean s3:GetObject?', 5)]
    """
    policy_kind = PolicyKind(kind)
    if attached_to is not None and attached_to not in ATTACHMENTS:
        raise ValueError(f"attached_to is {attached_to!r}; expected one of {', '.join(ATTACHMENTS)}")
    report = Report()
    text = _text(document, report)
    if text is None:
        return report.findings
    check_characters(text, report)
    if attached_to is not None:
        check_size(text, attached_to, report)
    try:
        root = parse_json(text)
    except PolicyError as error:
        _take(error, report)
        return report.findings
    try:
        read_policy(text, policy_kind, name)
    except PolicyError as error:
        _take(error, report)
    if root.kind == "object":
        _run(Document(root, text, policy_kind), report)
    return report.findings


def is_valid(findings: list[Finding]) -> bool:
    """Whether AWS saves a document with these findings and Access Analyzer reports no error."""
    return not any(one.severity is Severity.ERROR and one.source is not Source.REVIEW for one in findings)


def _text(document: Any, report: Report) -> str | None:
    if isinstance(document, str):
        return document
    try:
        return json.dumps(document, indent=2, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"the document cannot be written as JSON: {error}"
        report.error("INVALID_JSON", Place("$", Span(0, 0, 0, 0)), message, "give a JSON text or a dictionary")
        return None


def _take(error: PolicyError, report: Report) -> None:
    for finding in error.findings:
        report.add(finding)


def _run(document: Document, report: Report) -> None:
    for check in _DOCUMENT:
        check(document, report)
    for statement in document.statements:
        for check_statement in (*_STATEMENT, *(TRUST_CHECKS if document.kind is PolicyKind.TRUST else ())):
            check_statement(statement, report)
        for row in statement.rows:
            for check_row in _ROW:
                check_row(row, report)
