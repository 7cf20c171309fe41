"""Policies of organizations and of VPC endpoints: docs/rules/policy_evaluation.md 1.6 and its footnotes, 5.2."""

from collections.abc import Callable

from iamviz.catalogue import rcp_services, service_exists
from iamviz.policy.check.report import Report
from iamviz.policy.check.views import Entry, Statement, quote
from iamviz.policy.model import PolicyKind

__all__ = ["ORGANIZATION_CHECKS"]

_GATEWAY_SERVICES = frozenset({"s3", "dynamodb"})
_FEDERATED_CALLS = (
    "sts:assumerolewithwebidentity", "sts:assumerolewithsaml", "sts:tagsession", "sts:setsourceidentity",
)  # fmt: skip
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount")


def check_rcp_principal(statement: Statement, report: Report) -> None:
    """1.6: the Principal of an RCP is ``"*"``."""
    if statement.kind is not PolicyKind.RCP:
        return
    for principal in statement.principals:
        if not principal.is_everyone:
            message = f"an RCP speaks of all principals, not of {quote(principal.text)}"
            hint = 'write "Principal": "*" and test aws:PrincipalArn or aws:PrincipalAccount in Condition'
            report.error("RCP_SYNTAX_ERROR_PRINCIPAL", principal.place, message, hint)


def check_rcp_effect(statement: Statement, report: Report) -> None:
    """1.6: Allow stands only in RCPFullAWSAccess, which allows everything to everyone without condition."""
    if statement.kind is not PolicyKind.RCP or not statement.allows or _is_full_access(statement):
        return
    place = statement.members["Effect"].place
    message = "an RCP can only deny; Allow stands in AWS's own RCPFullAWSAccess alone"
    report.error("RCP_SYNTAX_ERROR_ALLOW", place, message, "write a Deny of what is not to be allowed")


def _is_full_access(statement: Statement) -> bool:
    actions, resources = statement.actions, statement.resources
    return (
        statement.allows
        and statement.is_for_everyone
        and len(statement.principals) == 1
        and [entry.text for entry in actions] == ["*"]
        and [entry.text for entry in resources] == ["*"]
        and "Condition" not in statement.members
    )


def check_rcp_actions(statement: Statement, report: Report) -> None:
    """1.6 and 5.2: an RCP never says plain ``*``, and only some services take part."""
    if statement.kind is not PolicyKind.RCP or _is_full_access(statement):
        return
    for entry in statement.actions:
        prefix = entry.text.partition(":")[0].lower()
        if entry.text == "*":
            hint = "one entry for each service, such as s3:*"
            report.error("RCP_SYNTAX_ERROR_ACTION", entry.place, "an RCP cannot say Action *", hint)
        elif ":" in entry.text and service_exists(prefix) and prefix not in rcp_services():
            message = f"{quote(entry.text)}: the service {prefix} takes no part in RCPs"
            hint = "such as s3, sts, kms, sqs, secretsmanager; for others use an SCP or a resource-based policy"
            report.analyzer_error("RCP_SYNTAX_ERROR_ACTION", entry.place, message, hint)
        elif entry.text.lower() == "kms:retiregrant":
            message = "an RCP has no effect on kms:RetireGrant"
            report.warning("RCP_WITHOUT_EFFECT", entry.place, message, "grants are retired by whoever holds them")


def check_rcp_federation(statement: Statement, report: Report) -> None:
    """5.2, roles_and_sessions.md 3.3: OIDC and SAML callers have no organization keys, a negated test hits them all."""
    if statement.kind is not PolicyKind.RCP or not statement.denies:
        return
    blocked = [(entry, name) for name in _FEDERATED_CALLS if (entry := statement.covers(name))]
    tests = [
        row for row in statement.rows if row.lookup in _ORGANIZATION_KEYS and row.operator and row.operator.negated
    ]
    present = any(row.base == "Null" and row.lookup in _ORGANIZATION_KEYS for row in statement.rows)
    if blocked and tests and not present:
        entry = blocked[0][0]
        report.warning(
            "RCP_BLOCKS_FEDERATION",
            entry.place,
            f"OIDC and SAML callers have no {tests[0].key}, so this Deny refuses every federated login",
            "list sts:AssumeRole and the other actions, but not AssumeRoleWithWebIdentity, AssumeRoleWithSAML, "
            "TagSession and SetSourceIdentity",
        )


def check_endpoint(statement: Statement, report: Report) -> None:
    """1.6, footnote 2: a gateway endpoint (S3, DynamoDB) has Principal ``"*"``; interface endpoints may name some."""
    if statement.kind is not PolicyKind.ENDPOINT or not _may_be_gateway(statement):
        return
    for principal in statement.principals:
        if not principal.is_everyone:
            report.error(
                "ENDPOINT_PRINCIPAL",
                principal.place,
                f"the policy of a gateway endpoint names all principals, not {quote(principal.text)}",
                'write "Principal": "*" and test aws:PrincipalArn or aws:PrincipalAccount in Condition',
            )


def _may_be_gateway(statement: Statement) -> bool:
    """Only S3 and DynamoDB have gateway endpoints."""
    if "NotAction" in statement.members:
        return True
    return any(_prefix(entry) in _GATEWAY_SERVICES or "*" in _prefix(entry) for entry in statement.actions)


def _prefix(entry: Entry) -> str:
    return entry.text.partition(":")[0].lower()


ORGANIZATION_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_rcp_principal,
    check_rcp_effect,
    check_rcp_actions,
    check_rcp_federation,
    check_endpoint,
)
