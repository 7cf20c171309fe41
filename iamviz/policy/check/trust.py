"""Role trust policies: docs/rules/roles_and_sessions.md 2.1 to 2.3."""

import re
from collections.abc import Callable

from iamviz.patterns import compile_glob
from iamviz.policy.check.report import Report
from iamviz.policy.check.views import Document, Entry, Principal, Row, Statement, arn_fields, quote
from iamviz.policy.conditions import Qualifier
from iamviz.policy.findings import Source
from iamviz.policy.model import PolicyKind

__all__ = ["TRUST_CHECKS", "TRUST_DOCUMENT_CHECKS", "TRUST_NAMES"]

ASSUME, SAML, WEB = "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"
TRUST_NAMES = {
    name.lower(): name
    for name in (
        "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
        "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext",
    )
}  # fmt: skip
"""The actions of a trust policy, by their name in lower case."""
GITHUB = "token.actions.githubusercontent.com"
# Issuers that serve many customers: the keys of which one must name the customer. AWS's table of identity-provider
# controls (IAM User Guide, "Identity-provider controls for shared OIDC providers").
SHARED_ISSUERS: dict[str, tuple[str, ...]] = {
    GITHUB: (":sub", ":job_workflow_ref"),
    **dict.fromkeys(
        (
            "vstoken.actions.githubusercontent.com",
            "oidc-configuration.audit-log.githubusercontent.com",
            "gitlab.com",
            "app.terraform.io",
            "agent.buildkite.com",
            "oidc.codefresh.io",
            "studio.datachain.ai/api",
            "scalr.io",
            "tokens.cloud.shisho.dev",
            "proidc.upbound.io",
            "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
            "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        ),
        (":sub",),
    ),
    **dict.fromkeys(
        ("oidc.vercel.com", "api.pulumi.com/oidc", "sandboxes.cloud", "cognito-identity.amazonaws.com"), (":aud",)
    ),
    "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": ("sts:RoleSessionName",),
}
_SCOPING = frozenset({"StringEquals", "StringLike", "StringEqualsIgnoreCase"})
_NEEDED = {
    "sts:sourceidentity": "sts:SetSourceIdentity",
    "sts:transitivetagkeys": "sts:TagSession",
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:requestcontext": "sts:SetContext",
    "sts:requestcontextproviders": "sts:SetContext",
}
_SERVICE_NEEDS = {
    "rolesanywhere.amazonaws.com": ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"),
    "pods.eks.amazonaws.com": ("sts:AssumeRole", "sts:TagSession"),
}
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def covered(text: str) -> frozenset[str]:
    """The trust actions, in lower case, that a pattern covers."""
    lower = text.lower()
    prefix, _, name = lower.partition(":")
    if prefix != "sts":
        return frozenset(TRUST_NAMES) if lower == "*" else frozenset()
    matches = compile_glob(name)
    return frozenset(action for action in TRUST_NAMES if matches(action.partition(":")[2]))


def check_actions(statement: Statement, report: Report) -> None:
    """2.1: a trust policy may only specify the STS actions that assume a role, and their side actions."""
    for entry in statement.texts("Action", "NotAction"):
        text = entry.text
        if "${" in text or (":" not in text and text != "*"):
            continue
        if text == "*" or not covered(text):
            near = report.nearest(text, TRUST_NAMES.values(), 0.6) if ":" in text else None
            hint = f"did you mean {near}?" if near else f"the actions are {', '.join(TRUST_NAMES.values())}"
            message = f"a trust policy may only specify STS AssumeRole actions, not {quote(text)}"
            report.error("ROLE_TRUST_POLICY_UNSUPPORTED_ACTION", entry.place, message, hint)
        elif text.lower().partition(":")[2].startswith("*"):
            message = f"{quote(text)} is wider than the actions that a trust policy can grant"
            report.warning(
                "ROLE_TRUST_POLICY_WIDE_ACTION", entry.place, message, "name the actions, such as sts:AssumeRole"
            )


def check_wildcard(statement: Statement, report: Report) -> None:
    """1.6 and V36: Access Analyzer reports ``"*"`` and ``{"AWS": "*"}``; IAM stores both."""
    for principal in statement.principals:
        if principal.is_everyone:
            who = "any AWS principal of any account may assume the role, as far as no condition stops it"
            message = (
                f"the wildcard as principal of a trust policy: {who}"
                if statement.allows
                else ("the wildcard as principal of a trust policy")
            )
            report.analyzer_error(
                "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
                principal.place,
                message,
                "name the account, and limit it by a condition on aws:PrincipalArn",
            )


def check_mismatch(statement: Statement, report: Report) -> None:
    """3.2: SAML providers go with AssumeRoleWithSAML, OIDC providers with …WithWebIdentity, others with AssumeRole."""
    if not statement.allows or not statement.principals:
        return
    usable = [(principal, _way_in(principal)) for principal in statement.principals]
    ways = {way for _, way in usable if way}
    named = [(entry, ways_of) for entry in statement.actions if (ways_of := covered(entry.text) & {ASSUME, SAML, WEB})]
    if not named or len(ways) < len({way for _, way in usable}):
        return
    found = False
    for entry, ways_of in named:
        if not ways_of & ways:
            found = True
            _mismatch(entry, [principal for principal, _ in usable], report)
    offered = frozenset[str]().union(*(ways_of for _, ways_of in named))
    for principal, way in usable:
        if not found and way not in offered:
            message = f"{quote(principal.text)} cannot use {named[0][0].text}"
            hint = f"add {TRUST_NAMES[way]} to Action"
            report.analyzer_error("MISMATCHED_ACTION_FOR_PRINCIPAL", principal.place, message, hint)


def _way_in(principal: Principal) -> str:
    if principal.type in ("AWS", "Service"):
        return ASSUME
    if principal.type != "Federated":
        return ""
    return SAML if ":saml-provider/" in principal.text else WEB


def _mismatch(entry: Entry, principals: list[Principal], report: Report) -> None:
    ways = dict.fromkeys(TRUST_NAMES[_way_in(principal)] for principal in principals)
    message = f"{entry.text} does not go with {quote(principals[0].text)}"
    report.analyzer_error("MISMATCHED_ACTION_FOR_PRINCIPAL", entry.place, message, f"use {' or '.join(ways)}")


def check_needed_actions(statement: Statement, report: Report) -> None:
    """2.1 and 4.6: a key of a side action is absent unless the statement allows that action too."""
    if not statement.allows:
        return
    granted = frozenset[str]().union(*(covered(entry.text) for entry in statement.actions))
    for row in statement.rows:
        needed = _NEEDED.get(row.lookup.partition("/")[0])
        if needed and needed.lower() not in granted and row.needs_presence and "Action" in statement.members:
            message = f"{row.key} is only there when {needed} is used, which the statement does not allow"
            report.warning("MISSING_ACTION_FOR_CONDITION_KEY", row.place, message, f"add {needed} to Action")


def check_issuer(statement: Statement, report: Report) -> None:
    """2.3, save-time check: a shared OIDC issuer needs a condition that names the customer."""
    if not statement.allows or not any(WEB in covered(entry.text) for entry in statement.actions):
        return
    for principal in statement.principals:
        host = _issuer(principal)
        if not host:
            continue
        keys = [f"{host}{key}" if key.startswith(":") else key for key in SHARED_ISSUERS.get(host, ())]
        if keys:
            if not any(_scopes(row) for key in keys for row in statement.rows_for(key.lower())):
                _unscoped(statement, principal, keys, report)
        elif not any(statement.rows_for(f"{host}:{claim}") for claim in ("sub", "aud", "app_id", "oaud")):
            message = f"nothing says which users of {host} may assume the role"
            report.warning(
                "MISSING_CONDITION_KEY_FOR_OIDC_PROVIDER",
                principal.place,
                message,
                f"test {host}:sub (and {host}:aud)",
                source=Source.ANALYZER,
            )


def _issuer(principal: Principal) -> str:
    """The host of an OIDC provider, in lower case, without scheme."""
    if principal.type != "Federated" or ":saml-provider/" in principal.text:
        return ""
    fields = arn_fields(principal.text)
    text = fields[5].partition("/")[2] if len(fields) == 6 else principal.text
    return text.lower().rstrip("/") if "." in text else ""


def _scopes(row: Row) -> bool:
    """Whether a row names a customer: one of three operators, no set operator, no bare ``*`` among its values."""
    if row.base not in _SCOPING or row.qualifier is not Qualifier.NONE or row.if_exists:
        return False
    return bool(row.values) and all(value.text.strip("*") for value in row.values)


def _unscoped(statement: Statement, principal: Principal, keys: list[str], report: Report) -> None:
    rows = [row for key in keys for row in statement.rows_for(key.lower())]
    report.error(
        "OIDC_PROVIDER_NOT_SCOPED",
        rows[0].place if rows else principal.place,
        f"a trust policy with the trusted principal {quote(principal.text)} must evaluate, using StringEquals, "
        f"StringLike or StringEqualsIgnoreCase, {' or '.join(keys)}, and not by *: everybody who uses the issuer "
        "would be let in",
        f'add "StringLike": {{"{keys[0]}": "{_example(keys[0])}"}}',
    )


def _example(key: str) -> str:
    return "repo:ORG/REPO:ref:refs/heads/main" if key.startswith(GITHUB) else "…"


def check_github_width(statement: Statement, report: Report) -> None:
    """2.3: a GitHub subject that admits every repository, or look-alike organizations."""
    if not statement.allows:
        return
    for row in statement.rows_for(f"{GITHUB}:sub"):
        if row.base not in ("StringLike", "StringEquals"):
            continue
        for value in row.values:
            owner = value.text.removeprefix("repo:").partition("/")[0]
            wide = value.text.startswith("repo:") and row.base == "StringLike" and re.search(r"[*?]", owner)
            if wide:
                what = (
                    "every repository of GitHub" if not owner.strip("*?") else "organizations whose name begins alike"
                )
                report.warning(
                    "SPECIFIC_GITHUB_REPO_RECOMMENDED",
                    value.place,
                    f"{quote(value.text)} admits {what}",
                    "write repo:ORG/REPO:… with the organization in full",
                    source=Source.ANALYZER,
                )


def check_external_id(statement: Statement, report: Report) -> None:
    """4.6: an external id has 2 to 1,224 word characters and ``+=,.@:/-``; another never comes."""
    for row in statement.rows_for("sts:externalid"):
        for value in row.values:
            text = re.sub(r"\$\{[^{}]*\}", "xx", value.text)
            if row.base.startswith("String") and not _EXTERNAL_ID.fullmatch(re.sub(r"[*?]+", "xx", text)):
                message = f"{quote(value.text)} cannot be an external id"
                report.warning(
                    "INVALID_EXTERNAL_ID", value.place, message, "2 to 1,224 characters of A-Z a-z 0-9 _+=,.@:/-"
                )


def check_federated_user(statement: Statement, report: Report) -> None:
    """2.2: a GetFederationToken session cannot assume a role at all."""
    for principal in statement.principals:
        if principal.type == "AWS" and ":federated-user/" in principal.text and statement.allows:
            message = f"{quote(principal.text)} cannot assume roles: STS refuses federated users"
            report.warning("FEDERATED_USER_CANNOT_ASSUME", principal.place, message, "name the user or a role")


def check_services(document: Document, report: Report) -> None:
    """2.3: IAM Roles Anywhere and EKS Pod Identity need side actions."""
    if document.kind is not PolicyKind.TRUST:
        return
    for service, needed in _SERVICE_NEEDS.items():
        granted: set[str] = set()
        first: Principal | None = None
        for statement in document.statements:
            named = [p for p in statement.principals if p.type == "Service" and p.text == service]
            if named and statement.allows and "NotAction" not in statement.members:
                first = first or named[0]
                granted.update(*(covered(entry.text) for entry in statement.actions))
        missing = [name for name in needed if name.lower() not in granted]
        if first and missing:
            message = f"{service} also needs {' and '.join(missing)}"
            hint = f"add {' and '.join(missing)} to Action"
            if service.startswith("rolesanywhere"):
                report.analyzer_error("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", first.place, message, hint)
            else:
                report.warning("MISSING_ACTION_FOR_POD_IDENTITY", first.place, message, hint)


TRUST_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (
    check_actions,
    check_wildcard,
    check_mismatch,
    check_needed_actions,
    check_issuer,
    check_github_width,
    check_external_id,
    check_federated_user,
)
TRUST_DOCUMENT_CHECKS: tuple[Callable[[Document, Report], None], ...] = (check_services,)
