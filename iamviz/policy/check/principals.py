"""Who is named: docs/rules/policy_evaluation.md 1.4 and 2.4, docs/rules/roles_and_sessions.md 2.2."""

import re
from collections.abc import Callable

from iamviz.policy.check.arns import PARTITIONS
from iamviz.policy.check.report import Place, Report
from iamviz.policy.check.structure import a_policy
from iamviz.policy.check.views import PRINCIPAL_KINDS, Principal, Statement, arn_fields, quote
from iamviz.policy.findings import Source
from iamviz.policy.model import PolicyKind

__all__ = ["BUILT_IN_PROVIDERS", "PRINCIPAL_CHECKS"]

KEYS = ("AWS", "Service", "Federated", "CanonicalUser")
BUILT_IN_PROVIDERS = ("cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_NAME = r"[\w+=,.@-]+"
_IAM_RESOURCES = re.compile(rf"root|(?:user|role)/(?:[!-~]+/)?{_NAME}", re.ASCII)
_STS_RESOURCES = re.compile(rf"assumed-role/{_NAME}/{_NAME}|federated-user/{_NAME}", re.ASCII)
_PROVIDER = re.compile(r"(?:oidc-provider/[^/\s].*|saml-provider/[\w._-]+)", re.ASCII)
_UNIQUE_ID = re.compile(r"(AROA|AIDA)[A-Z0-9]+", re.ASCII)
_OTHER_IDS = {"AGPA": "a group", "AIPA": "an instance profile", "ANPA": "a managed policy", "AKIA": "an access key"}
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_SERVICE_SUFFIXES = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazon.com",
    ".alexa.com",
    ".aws.internal",
)
_COGNITO = re.compile(r"cognito-identity(?:[.-][a-z0-9-]+)*\.amazonaws\.(?:com|com\.cn|eu)", re.ASCII)
_ORIGIN_ACCESS = "user/CloudFront Origin Access Identity "
_NEVER = {
    "group": "a group cannot be a principal: groups do not authenticate",
    "instance-profile": "an instance profile cannot be a principal",
    "policy": "a policy cannot be a principal",
    "saml-provider": "an identity provider stands under Federated",
    "oidc-provider": "an identity provider stands under Federated",
}


def check_format(statement: Statement, report: Report) -> None:
    """1.4: a principal is ``"*"`` or a map with the keys AWS, Service, Federated, CanonicalUser."""
    if statement.kind not in PRINCIPAL_KINDS:
        return
    for name in ("Principal", "NotPrincipal"):
        member = statement.members.get(name)
        if member is None:
            continue
        if member.value.kind == "string" and member.value.text != "*":
            text = member.value.text
            hint = f'write {{"{_likely_key(text)}": "{text}"}}' if len(text) <= 80 else 'write {"AWS": "…"}'
            report.error("INVALID_PRINCIPAL_FORMAT", member.place, f'{name} is a text other than "*"', hint)
        for key, place, _ in member.value.pairs():
            if key not in KEYS:
                near = report.nearest(key, KEYS, 0.6)
                hint = f"did you mean {near}?" if near else f"the keys are {', '.join(KEYS)}"
                at = Place(f"{member.place.path}.{key}", place.span)
                report.error("INVALID_PRINCIPAL_KEY", at, f"{name} has no key {quote(key)}", hint)


def _likely_key(text: str) -> str:
    if text.endswith(_SERVICE_SUFFIXES[:3]):
        return "Service"
    return "Federated" if "-provider/" in text else "AWS"


def check_entries(statement: Statement, report: Report) -> None:
    """1.4: every entry names one existing kind of principal exactly; no wildcards, no variables."""
    if statement.kind not in PRINCIPAL_KINDS:
        return
    for principal in (*statement.principals, *statement.not_principals):
        if principal.type not in KEYS or principal.is_everyone:
            continue
        text = principal.text
        if "${" in text:
            message = f"a policy variable in a principal: {quote(text)}"
            report.error(
                "VARIABLE_UNSUPPORTED_IN_ELEMENT", principal.place, message, "variables stand in Resource and Condition"
            )
        elif "*" in text or "?" in text:
            _wildcard(principal, report)
        else:
            _RULES[principal.type](statement, principal, report)


def _wildcard(principal: Principal, report: Report) -> None:
    hint = 'only the whole value "*" under AWS exists; '
    if principal.type == "AWS":
        hint += "to trust a group of roles, name the account and test aws:PrincipalArn with ArnLike"
    else:
        hint += f"name each {principal.type} principal"
    message = f"a wildcard in a principal: {quote(principal.text)}"
    report.error("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", principal.place, message, hint)


def _aws(statement: Statement, principal: Principal, report: Report) -> None:
    """An account, its root, a user, a role, a session of either kind, or a stored id."""
    text = principal.text
    if _ACCOUNT.fullmatch(text):
        return
    unique_id = _UNIQUE_ID.fullmatch(text)
    if unique_id:
        role = unique_id[1] == "AROA"
        report.warning(
            "INVALID_ROLE_REFERENCE" if role else "INVALID_USER_REFERENCE",
            principal.place,
            f"{quote(text)} is the stored id of a {'role' if role else 'user'}, which shows when the "
            "principal has been deleted; saving the document again fails then",
            "write its ARN",
            source=Source.ANALYZER,
        )
        return
    problem = _aws_problem(statement, text)
    if problem:
        report.error("INVALID_PRINCIPAL", principal.place, *problem)


def _aws_problem(statement: Statement, text: str) -> tuple[str, str] | None:
    """(sentence, suggestion) of what is wrong with a value under AWS."""
    if text.isdecimal():
        return f"{quote(text)} is not an account id", "account ids have twelve digits"
    if text[:4] in _OTHER_IDS and text.isalnum():
        return (
            f"{quote(text)} is the id of {_OTHER_IDS[text[:4]]}, which cannot be a principal",
            "name a user or a role",
        )
    fields = arn_fields(text)
    if fields[0] != "arn":
        if _HOST.fullmatch(text) and text.endswith(_SERVICE_SUFFIXES):
            return f"{quote(text)} is a service", 'services stand under "Service"'
        return f"{quote(text)} is neither an account id nor an ARN", "such as arn:aws:iam::111122223333:role/Name"
    if len(fields) < 6:
        return f"{quote(text)} is not a whole ARN", "such as arn:aws:iam::111122223333:role/Name"
    _, partition, service, region, account, resource = fields
    if partition not in PARTITIONS:
        return f"{quote(text)} has an unknown partition", f"partitions are {', '.join(PARTITIONS)}"
    if region:
        return f"{quote(text)} has a Region", "ARNs of IAM and STS have none: arn:aws:iam::…"
    if service not in ("iam", "sts"):
        return f"{quote(text)} is not a principal of IAM or STS", "name an account, a user, a role or a session"
    kind = resource.partition("/")[0]
    if kind in _NEVER:
        return f"{_NEVER[kind]}: {quote(text)}", "name users, roles or the account"
    if account == "cloudfront" and resource.startswith(_ORIGIN_ACCESS) and statement.kind is PolicyKind.RESOURCE:
        return None
    if not _ACCOUNT.fullmatch(account):
        return f"{quote(account)} in {quote(text)} is not an account id", "account ids have twelve digits"
    pattern = _IAM_RESOURCES if service == "iam" else _STS_RESOURCES
    if pattern.fullmatch(resource):
        return None
    if service == "iam" and _STS_RESOURCES.fullmatch(resource):
        return f"{quote(text)} is a session, and those belong to STS", "write arn:aws:sts::…"
    if service == "sts" and _IAM_RESOURCES.fullmatch(resource):
        return f"{quote(text)} is a user, role or account, and those belong to IAM", "write arn:aws:iam::…"
    forms = "root, user/Name or role/Name" if service == "iam" else "assumed-role/Role/Session or federated-user/Name"
    return f"{quote(resource)} in {quote(text)} names no principal", f"the form is {forms}"


def _service(statement: Statement, principal: Principal, report: Report) -> None:
    """``service.amazonaws.com``, in lower case; a few services have a name of another form."""
    text = principal.text
    if not _HOST.fullmatch(text):
        message = f"{quote(text)} is not the name of a service"
        hint = (
            f"such as {text.lower()}.amazonaws.com"
            if re.fullmatch("[A-Za-z0-9-]{1,40}", text)
            else "such as lambda.amazonaws.com"
        )
        report.error("INVALID_SERVICE_PRINCIPAL_FORMAT", principal.place, message, hint)
    elif text != text.lower():
        message = f"the service {quote(text)} has capitals"
        report.analyzer_error("INVALID_SERVICE_PRINCIPAL_FORMAT", principal.place, message, f"write {text.lower()}")
    elif not text.endswith(_SERVICE_SUFFIXES):
        message = f"{quote(text)} is probably not the name of a service"
        report.warning("UNUSUAL_SERVICE_PRINCIPAL", principal.place, message, "most end in .amazonaws.com")
    elif text.endswith(".amazon.com") and not text.startswith("alexa-"):
        near = text.removesuffix(".amazon.com") + ".amazonaws.com"
        message = f"{quote(text)} is probably not the name of a service"
        report.warning("UNUSUAL_SERVICE_PRINCIPAL", principal.place, message, f"did you mean {near}?")


def _federated(statement: Statement, principal: Principal, report: Report) -> None:
    """Identity providers stand in trust policies only: a built-in one by name, your own by ARN."""
    text = principal.text
    if statement.kind is not PolicyKind.TRUST:
        report.analyzer_error(
            "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
            principal.place,
            f"an identity provider is not allowed in {a_policy(statement.kind)}",
            "name the role that its users assume",
        )
        return
    if text in BUILT_IN_PROVIDERS or _COGNITO.fullmatch(text):
        return
    fields = arn_fields(text)
    code = "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"
    if fields[0] != "arn":
        bare = text.removeprefix("https://")
        hint = f"such as arn:aws:iam::111122223333:oidc-provider/{bare}" if _HOST.match(bare) and len(bare) < 60 else ""
        hint = hint or f"an ARN of a provider of yours, or {', '.join(BUILT_IN_PROVIDERS)}"
        report.error(code, principal.place, f"{quote(text)} is not an identity provider", hint)
    elif (
        len(fields) < 6
        or fields[1] not in PARTITIONS
        or (fields[2], fields[3]) != ("iam", "")
        or not _ACCOUNT.fullmatch(fields[4])
        or not _PROVIDER.fullmatch(fields[5])
    ):
        hint = "arn:aws:iam::111122223333:oidc-provider/host or …:saml-provider/Name"
        report.error(code, principal.place, f"{quote(text)} is not the ARN of an identity provider", hint)
    elif "://" in fields[5]:
        report.error(
            code, principal.place, "the provider's URL stands without https://", f"write {text.replace('https://', '')}"
        )


def _canonical_user(statement: Statement, principal: Principal, report: Report) -> None:
    """An account by its canonical user id: S3 only."""
    if statement.kind is not PolicyKind.RESOURCE:
        message = f"CanonicalUser is not allowed in {a_policy(statement.kind)}: only S3 knows canonical user ids"
        report.error("CANONICAL_USER_NOT_SUPPORTED", principal.place, message, "name the account under AWS")
        return
    others = [
        entry for entry in statement.texts("Action", "NotAction") if not entry.text.lower().startswith(("s3", "*"))
    ]
    if others:
        message = f"CanonicalUser beside {quote(others[0].text)}: only S3 knows canonical user ids"
        report.warning("CANONICAL_USER_NOT_SUPPORTED", principal.place, message, "name the account under AWS")


_RULES: dict[str, Callable[[Statement, Principal, Report], None]] = {
    "AWS": _aws,
    "Service": _service,
    "Federated": _federated,
    "CanonicalUser": _canonical_user,
}


def check_not_principal(statement: Statement, report: Report) -> None:
    """2.4: a caller is exempt only if all its identities are listed, so a user or role needs its account beside it."""
    member = statement.members.get("NotPrincipal")
    if member is None or not statement.denies or statement.kind not in (PolicyKind.RESOURCE, PolicyKind.ENDPOINT):
        return
    listed = {principal.text for principal in statement.not_principals}
    for principal in statement.not_principals:
        if principal.is_everyone:
            message = 'NotPrincipal "*" exempts everyone: the statement never matches'
            report.warning("NOT_PRINCIPAL_EVERYONE", principal.place, message, "remove the statement")
            continue
        fields = arn_fields(principal.text)
        if principal.type != "AWS" or len(fields) < 6 or fields[5] == "root":
            continue
        root = f"arn:{fields[1]}:iam::{fields[4]}:root"
        if root not in listed and fields[4] not in listed:
            report.warning(
                "NOT_PRINCIPAL_WITHOUT_ACCOUNT",
                principal.place,
                f"{quote(principal.text)} is not exempt as long as its account is not listed too",
                f"add {root}",
            )
    report.advice(
        "NOT_PRINCIPAL",
        member.key,
        "NotPrincipal with Deny is easily wrong: all identities of a caller must be listed, and whoever has a "
        "permissions boundary is always denied",
        'use Principal "*" with ArnNotEquals on aws:PrincipalArn',
    )


PRINCIPAL_CHECKS: tuple[Callable[[Statement, Report], None], ...] = (check_format, check_entries, check_not_principal)
