"""Condition keys: docs/rules/policy_evaluation.md section 4, and how their type goes with an operator (3.2, 3.3).

Keys are judged like actions: in a service that the catalogue knows an unknown key is an error of Access Analyzer, and
so is a global key, where the name is near to a known one; else it is a warning (docs/limits.md, The checker).
"""

from collections.abc import Callable

from iamviz.catalogue import KeyInfo, is_multivalued, is_oidc_host, key_info, keys_of, service_exists
from iamviz.policy.check.report import Report
from iamviz.policy.check.views import Row, quote
from iamviz.policy.conditions import Qualifier
from iamviz.policy.findings import Source

__all__ = ["KEY_CHECKS"]

_TAG_KEYS = ("aws:resourcetag", "aws:requesttag", "aws:principaltag", "iam:resourcetag", "ec2:resourcetag")
_CLAIMS = ("aud", "oaud", "sub", "amr")
_SENSITIVE = frozenset(
    """aws:principalaccount aws:principalorgid aws:resourceaccount aws:resourceorgid aws:sourceaccount aws:sourceorgid
    aws:sourcevpc aws:sourcevpce aws:vpceaccount aws:vpceorgid""".split()
)
_FAMILIES = {
    "String": ("String",),
    "ARN": ("Arn", "String"),
    "Bool": ("Bool",),
    "Numeric": ("Numeric",),
    "Date": ("Date",),
    "IPAddress": ("IpAddress",),
    "Binary": ("Binary",),
}
"""The families of operators that go with each type of key."""
_BOTH = {
    "aws:epochtime": ("Date", "Numeric"),
    "aws:federatedprovider": ("String", "Arn"),
    "ec2:roledelivery": ("Numeric", "String"),
}
_NAMES = {
    "String": "StringEquals or StringLike",
    "ARN": "ArnLike or ArnEquals",
    "Bool": "Bool",
    "Numeric": "a Numeric operator",
    "Date": "a Date operator",
    "IPAddress": "IpAddress or NotIpAddress",
    "Binary": "BinaryEquals",
}


def family(operator: str) -> str:
    """The family of a base operator: ``Numeric`` of ``NumericLessThan``."""
    for name in ("String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn", "Null"):
        if operator.startswith(name):
            return name
    return "IpAddress" if operator == "NotIpAddress" else ""


def check_form(row: Row, report: Report) -> None:
    """A key is ``prefix:name``; a tag key names the tag; no variables, no wildcards."""
    prefix, colon, name = row.key.partition(":")
    if not colon or not prefix or not name:
        near = next((found for found in (f"aws:{row.key}",) if key_info(found)), "")
        hint = f"did you mean {near}?" if near else "such as aws:SourceIp or s3:prefix"
        message = f"the condition key {quote(row.key)} has no prefix or no name"
        report.error("INVALID_CONDITION_KEY_FORMAT", row.place, message, hint)
    elif "${" in row.key:
        message = f"a policy variable in the condition key {quote(row.key)}"
        hint = "variables stand in Resource and in condition values"
        report.analyzer_error("VARIABLE_UNSUPPORTED_IN_ELEMENT", row.place, message, hint)
    elif row.lookup.rstrip("/") in _TAG_KEYS:
        message = f"the condition key {quote(row.key)} does not say which tag"
        hint = f"write {row.key.rstrip('/')}/name-of-the-tag"
        report.analyzer_error("MISSING_TAG_KEY_IN_CONDITION", row.place, message, hint)
    elif "*" in row.key or "?" in row.key:
        message = f"a wildcard in the condition key {quote(row.key)} is ordinary text there"
        report.warning("WILDCARD_IN_CONDITION_KEY", row.place, message, "write one row for each key")


def check_known(row: Row, report: Report) -> None:
    """4: the key exists; the letter case of its name does not matter."""
    prefix, colon, name = row.key.partition(":")
    if not (colon and prefix and name) or "${" in row.key or row.lookup.rstrip("/") in _TAG_KEYS or key_info(row.key):
        return
    lower = prefix.lower()
    if "." in prefix:
        _check_claim(row, prefix, name, report)
        return
    if lower == "aws":
        code, known, where = "INVALID_GLOBAL_CONDITION_KEY", keys_of("aws"), "there is no global condition key"
        if row.lookup == "aws:arn":
            message = "the condition key aws:ARN is no longer supported"
            report.analyzer_error(
                "UNSUPPORTED_GLOBAL_CONDITION_KEY", row.place, message, "use aws:PrincipalArn or aws:SourceArn"
            )
            return
    elif lower == "saml":
        code, known, where = (
            "INVALID_SERVICE_CONDITION_KEY",
            _named(keys_of("sts"), "saml:"),
            "SAML has no condition key",
        )
    elif service_exists(lower):
        code, known, where = (
            "INVALID_SERVICE_CONDITION_KEY",
            keys_of(lower),
            f"the service {lower} has no condition key",
        )
    else:
        message = f"the condition key {quote(row.key)} is not known"
        report.warning("UNKNOWN_CONDITION_KEY", row.place, message, "check its prefix; it is taken as single-valued")
        return
    near = report.nearest(row.key, [found.removesuffix("/*") for found in known])
    if near and near.lower() != row.lookup:
        report.analyzer_error(code, row.place, f"{where} {quote(row.key)}", f"did you mean {near}?")
    else:
        report.warning(code, row.place, f"{where} {quote(row.key)}, as far as is known", "check its name")


def _named(keys: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key.lower().startswith(prefix))


def _check_claim(row: Row, host: str, claim: str, report: Report) -> None:
    """roles_and_sessions.md 2.3: of a known issuer's token only the mapped claims are in the context."""
    if claim.lower() not in _CLAIMS and is_oidc_host(host):
        known = sorted({name.partition(":")[2] for name in _named(keys_of("sts"), host.lower() + ":")} | set(_CLAIMS))
        report.warning(
            "CLAIM_NOT_IN_CONTEXT",
            row.place,
            f"the claim {quote(claim)} of {host} never reaches the request context: a positive test of it never "
            "matches and a ForAllValues test always does",
            f"the claims are {', '.join(known)}",
        )


def check_type(row: Row, report: Report) -> None:
    """3.2: the operator goes with the type of the key."""
    info = key_info(row.key)
    if info is None or row.operator is None or row.base == "Null":
        return
    fitting = _BOTH.get(row.lookup, _FAMILIES.get(info.type, ()))
    own = family(row.base)
    if own == "Arn" and _is_free(info):
        return
    if fitting and own not in fitting:
        message = f"{row.key} is of type {info.type}, and {row.name} does not compare that"
        hint = f"use {_NAMES.get(info.type, info.type)}"
        report.warning("TYPE_MISMATCH", row.operator_place, message, hint, source=Source.ANALYZER)
    elif info.type == "ARN" and own == "String":
        message = f"{row.key} holds an ARN, which {row.base} compares as plain text"
        if row.base.endswith("Like"):
            message += ": a * may run over colons"
        hint = f"use {'ArnNotLike' if row.operator.negated else 'ArnLike'}, which compares field by field"
        report.advice("STRING_OPERATOR_WITH_ARN_CONDITION_KEY", row.operator_place, message, hint)


def _is_free(info: KeyInfo) -> bool:
    """Whether the values are up to the user, as those of tags: they may be ARNs."""
    return info.type == "String" and any(mark in info.name for mark in ("*", "<", "${"))


def check_qualifier(row: Row, report: Report) -> None:
    """3.3: a multivalued key needs ForAllValues or ForAnyValue; on a single-valued one ForAllValues widens an Allow."""
    if row.operator is None:
        return
    if row.base == "Null":
        if row.qualifier is not Qualifier.NONE:
            always = "true" if row.qualifier is Qualifier.ALL else "false"
            message = f"{row.name} is always {always}: a set operator makes Null vacuous"
            report.warning("NULL_WITH_QUALIFIER", row.operator_place, message, "write Null", source=Source.ANALYZER)
        return
    info = key_info(row.key)
    multivalued = is_multivalued(row.key)
    if multivalued and row.qualifier is Qualifier.NONE:
        hint = f"write ForAnyValue:{row.name} (one value is enough) or ForAllValues:{row.name} (every value must match)"
        message = f"{row.key} may have several values, so {row.name} needs a set operator"
        report.analyzer_error("MISSING_QUALIFIER", row.place, message, hint)
    elif row.qualifier is Qualifier.ALL and row.statement.allows:
        _for_all_values(row, info, multivalued, report)
    elif row.qualifier is Qualifier.ANY and row.operator.negated:
        message = f"{row.name} is true as soon as one value of {row.key} is not listed"
        hint = f"to demand that none is listed, write ForAllValues:{row.base}"
        report.advice("FORANYVALUE_NEGATED", row.operator_place, message, hint)


def _for_all_values(row: Row, info: KeyInfo | None, multivalued: bool, report: Report) -> None:
    if info is not None and not multivalued:
        report.advice(
            "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
            row.operator_place,
            f"{row.key} has one value, and ForAllValues is true without it: the Allow is wider than it looks",
            f"write {row.name.partition(':')[2]}",
            source=Source.ANALYZER,
        )
        return
    guarded = any(
        (other.base == "Null" and [value.text for value in other.values] == ["false"]) or other.needs_presence
        for other in row.statement.rows_for(row.lookup)
    )
    if not guarded:
        report.advice(
            "FORALLVALUES_WITHOUT_NULL",
            row.operator_place,
            f"ForAllValues is true when the request has no {row.key} at all",
            f'to demand the key add "Null": {{"{row.key}": "false"}}' if len(row.key) < 80 else "add a Null test",
        )


def check_sensitive(row: Row, report: Report) -> None:
    """AWS's list of sensitive keys: a wildcard in an account, organization, VPC or endpoint id makes no sense."""
    if row.lookup not in _SENSITIVE or not row.base.endswith("Like"):
        return
    for value in row.values:
        if "*" in value.text.replace("${*}", "") or "?" in value.text.replace("${?}", ""):
            message = f"a wildcard in a value of {row.key}, which AWS counts among the sensitive keys"
            report.analyzer_error("WILDCARD_USAGE_TOO_PERMISSIVE", value.place, message, "list the whole ids")


KEY_CHECKS: tuple[Callable[[Row, Report], None], ...] = (
    check_form,
    check_known,
    check_type,
    check_qualifier,
    check_sensitive,
)
