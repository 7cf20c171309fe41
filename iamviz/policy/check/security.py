"""Advice of our own: what is legal and most likely wrong, or wider than it looks."""

from collections.abc import Callable

from iamviz.policy.check.report import Place, Report
from iamviz.policy.check.views import Entry, Row, Statement, arn_fields, quote
from iamviz.policy.findings import Source
from iamviz.policy.model import PolicyKind

__all__ = ["SECURITY_CHECKS"]

_GRANTS = frozenset({PolicyKind.IDENTITY})
_MFA, _MFA_AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"
_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
# Actions that hand out roles, and the words for the danger.
_PASS_ROLE, _CREATE_SLR = "iam:passrole", "iam:createservicelinkedrole"


def check_everyone(statement: Statement, report: Report) -> None:
    """2.3: ``"*"`` in an Allow means everyone, also anonymous callers."""
    if statement.kind is not PolicyKind.RESOURCE or not statement.allows or not statement.is_for_everyone:
        return
    condition = statement.members.get("Condition")
    if condition is None or not condition.value.members:
        place = next(principal.place for principal in statement.principals if principal.is_everyone)
        message = "this grants access to everyone in the world, also to anonymous callers"
        report.warning("ALLOW_EVERYONE", place, message, "name the accounts, or limit it by aws:PrincipalOrgID")
        return
    _check_principal_arn(statement, report)


def check_trust_everyone(statement: Statement, report: Report) -> None:
    """2.3: an account wildcard in aws:PrincipalArn admits every account, where the principal is ``"*"``."""
    if statement.kind is PolicyKind.TRUST and statement.allows and statement.is_for_everyone:
        _check_principal_arn(statement, report)


def _check_principal_arn(statement: Statement, report: Report) -> None:
    for row in statement.rows_for("aws:principalarn"):
        if row.operator is None or row.operator.negated or not row.operator.wildcards:
            continue
        for value in row.values:
            fields = arn_fields(value.text)
            if len(fields) == 6 and "*" in fields[4]:
                message = f"{quote(value.text)} admits a principal of that name in any account"
                report.warning("PRINCIPAL_ARN_OF_ANY_ACCOUNT", value.place, message, "write the account id")


def check_mfa(statement: Statement, report: Report) -> None:
    """4.2 and 4.8: with long-term keys aws:MultiFactorAuthPresent is absent, not false."""
    for row in statement.rows:
        texts = {value.text for value in row.values}
        if row.lookup == _MFA and row.base == "Bool" and statement.allows and row.if_exists and texts == {"true"}:
            message = "BoolIfExists in an Allow lets long-term access keys through without MFA: the key is absent there"
            report.warning("MFA_ALLOW_IF_EXISTS", row.operator_place, message, "write Bool")
        elif row.lookup == _MFA and row.base == "Bool" and _only_if_present(row) and texts == {"false"}:
            message = "long-term access keys escape this Deny: aws:MultiFactorAuthPresent is absent there, not false"
            report.warning("MFA_DENY_WITHOUT_IF_EXISTS", row.operator_place, message, "write BoolIfExists")
        elif row.lookup == _MFA_AGE and row.base.startswith("NumericGreater") and _only_if_present(row):
            message = "this Deny does not hit whoever used no MFA at all: aws:MultiFactorAuthAge is absent then"
            hint = f"write {row.base}IfExists"
            report.warning("MFA_DENY_WITHOUT_IF_EXISTS", row.operator_place, message, hint)


def _only_if_present(row: Row) -> bool:
    """Whether a row of a Deny is false without the key, and no other statement catches that."""
    if not row.statement.denies or not row.needs_presence:
        return False
    return not any(
        other.base in ("Null", "Bool") and (other.if_exists or other.base == "Null")
        for statement in row.statement.document.statements
        if statement.denies
        for other in statement.rows_for(row.lookup)
    )


def check_pass_role(statement: Statement, report: Report) -> None:
    """roles_and_sessions.md 2.4: iam:PassRole on everything lets its holder become any role that trusts a service."""
    if statement.kind not in _GRANTS or not statement.allows:
        return
    place = _hands_out(statement, _PASS_ROLE)
    if place and not statement.rows_for("iam:passedtoservice") and not statement.rows_for("iam:associatedresourcearn"):
        report.warning(
            "PASS_ROLE_WITH_STAR_IN_RESOURCE",
            place,
            "iam:PassRole on every role: its holder can have any role of the account used by a service",
            "name the roles in Resource, or test iam:PassedToService",
            source=Source.ANALYZER,
        )
    place = _hands_out(statement, _CREATE_SLR)
    if place and not statement.rows_for("iam:awsservicename"):
        report.advice(
            "CREATE_SLR_WITH_STAR_IN_RESOURCE",
            place,
            "iam:CreateServiceLinkedRole on everything: service-linked roles of any service can be made",
            "name the role in Resource, or test iam:AWSServiceName",
            source=Source.ANALYZER,
        )


def _hands_out(statement: Statement, action: str) -> Place | None:
    """The place to point at when the statement grants an action on all roles."""
    entry = statement.covers(action)
    if entry is None or entry.text == "*":
        return None
    if "NotResource" in statement.members:
        return entry.place
    return entry.place if any(_is_any_role(resource) for resource in statement.resources) else None


def _is_any_role(resource: Entry) -> bool:
    fields = arn_fields(resource.text)
    return resource.text == "*" or (len(fields) == 6 and fields[2] == "iam" and fields[5] in ("*", "role/*", "role*"))


def check_assume_any(statement: Statement, report: Report) -> None:
    """roles_and_sessions.md 3.1: sts:AssumeRole on everything covers every role anywhere that trusts the account."""
    if statement.kind not in _GRANTS or not statement.allows or statement.rows:
        return
    entry = statement.covers("sts:assumerole")
    if entry and entry.text != "*" and any(_is_any_role(resource) for resource in statement.resources):
        message = "sts:AssumeRole on every role, in any account, that trusts this one"
        report.advice("ASSUME_ROLE_ON_EVERYTHING", entry.place, message, "name the roles in Resource")


def check_everything(statement: Statement, report: Report) -> None:
    """Full access."""
    if statement.kind not in _GRANTS or not statement.allows or statement.rows:
        return
    for entry in statement.actions:
        if entry.text == "*" and any(resource.text == "*" for resource in statement.resources):
            message = "this allows every action on every resource"
            report.advice("ALLOW_EVERYTHING", entry.place, message, "list what is needed")
            return


def check_not_resource(statement: Statement, report: Report) -> None:
    """1.5: Allow with NotResource grants everything that is not listed."""
    member = statement.members.get("NotResource")
    if member and statement.allows and statement.kind in (PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.SESSION):
        message = "Allow with NotResource covers every resource that is not listed, also those that come later"
        report.advice("ALLOW_WITH_NOT_RESOURCE", member.key, message, "list the resources in Resource")


def check_service_principal(statement: Statement, report: Report) -> None:
    """roles_and_sessions.md 3.7: a service acts for every customer: without a test of the source, a confused deputy."""
    if statement.kind is not PolicyKind.RESOURCE or not statement.allows:
        return
    if any(row.lookup in _SOURCE_KEYS for row in statement.rows):
        return
    for principal in statement.principals:
        if principal.type == "Service":
            message = f"{quote(principal.text)} may act here for any of its customers"
            hint = "test aws:SourceArn, aws:SourceAccount or aws:SourceOrgID where the service supports it"
            report.advice(
                "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", principal.place, message, hint, source=Source.ANALYZER
            )
            return


SECURITY_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_everyone,
    check_trust_everyone,
    check_mfa,
    check_pass_role,
    check_assume_any,
    check_everything,
    check_not_resource,
    check_service_principal,
)
