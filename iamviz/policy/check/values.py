"""Condition operators and values: docs/rules/policy_evaluation.md 3.2 to 3.8. Values that can never match."""

import ipaddress
import re
from collections.abc import Callable

from iamviz.policy.check.arns import PARTITIONS
from iamviz.policy.check.keys import family
from iamviz.policy.check.report import Place, Report
from iamviz.policy.check.views import VARIABLE, Entry, Row, arn_fields, quote, without_variables
from iamviz.policy.conditions import Qualifier
from iamviz.policy.findings import Source
from iamviz.policy.values import parse_binary, parse_instant, parse_ip_range, parse_number

__all__ = ["VALUE_CHECKS"]

_PRIVATE = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
]
_LONGEST_DATE = 100
_EPOCH = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_ACCOUNT_KEYS = frozenset({"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "aws:vpceaccount"})
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_IDS = {
    "aws:sourcevpc": ("INVALID_VPC_FORMAT", re.compile(r"vpc-(?:[A-Za-z0-9]{8}|[A-Za-z0-9]{17})", re.ASCII), "vpc-"),
    "aws:sourcevpce": (
        "INVALID_VPCE_FORMAT",
        re.compile(r"vpce-(?:[A-Za-z0-9]{8}|[A-Za-z0-9]{17})", re.ASCII),
        "vpce-",
    ),
}


def check_operator(row: Row, report: Report) -> None:
    """3.4: Null takes no IfExists; the reader has already refused the name."""
    if row.name.rpartition(":")[2] == "NullIfExists":
        report.replace(
            "UNKNOWN_OPERATOR",
            "NULL_WITH_IF_EXISTS",
            "Null cannot be combined with IfExists: it tests the presence itself",
            "write Null, with true for absent and false for present",
            row.operator_place,
        )


def check_empty(row: Row, report: Report) -> None:
    """3.8: an empty list of values."""
    if row.operator is None or row.value.kind != "array" or row.value.items:
        return
    code, message, hint = "EMPTY_ARRAY_CONDITION", "never matches", "list the values"
    if row.operator.negated:
        message = "excludes nothing"
    elif row.qualifier is Qualifier.ALL:
        code, message = "EMPTY_ARRAY_CONDITION_FORALLVALUES", "matches only when the key is absent"
    elif row.qualifier is Qualifier.ANY:
        code = "EMPTY_ARRAY_CONDITION_FORANYVALUE"
    elif row.if_exists:
        code, message = "EMPTY_ARRAY_CONDITION_IFEXISTS", "matches only when the key is absent"
    if "absent" in message:
        hint = "to test for an absent key use Null with the value true"
    report.warning(
        code,
        Place(row.place.path, row.value.span),
        f"{row.name} with an empty list {message}",
        hint,
        source=Source.ANALYZER,
    )


def check_json_types(row: Row, report: Report) -> None:
    """1.2: values are texts, numbers or booleans, all of one list of the same type; 3.5: one boolean is enough."""
    kinds = {value.kind for value in row.values}
    if len(kinds) > 1:
        message = f"the values of {row.key} are of different JSON types"
        hint = "write all of them as texts"
        report.analyzer_error("INVALID_CONDITION_DATA_TYPE", row.place, message, hint)
    texts = {value.text for value in row.values}
    if row.base in ("Bool", "Null") and row.qualifier is Qualifier.NONE and {"true", "false"} <= texts:
        message = f"{row.name} lists both true and false"
        report.analyzer_error("INVALID_CONDITION_MULTIPLE_BOOLEAN", row.place, message, "one boolean value is enough")


def check_values(row: Row, report: Report) -> None:
    """3.5 to 3.7: a value that is not of the operator's kind never matches."""
    check = _VALUES.get(family(row.base)) if row.operator else None
    if check is None:
        return
    for value in row.values:
        if not VARIABLE.search(value.text) or family(row.base) == "Arn":
            check(row, value, report)


def _mismatch(
    row: Row, value: Entry, code: str, message: str, hint: str, report: Report, *, error: bool = False
) -> None:
    effect = "always matches" if row.operator and row.operator.negated else "never matches"
    sentence = f"{quote(value.text)} {message}: {row.name} {effect} it"
    if error:
        report.analyzer_error(code, value.place, sentence, hint)
    else:
        report.warning(code, value.place, sentence, hint, source=Source.ANALYZER)


def _numeric(row: Row, value: Entry, report: Report) -> None:
    if parse_number(value.text) is None:
        hint = "plain decimals such as 10 or 0.5, without exponent"
        _mismatch(row, value, "TYPE_MISMATCH_NUMBER", "is not a number", hint, report)


def _date(row: Row, value: Entry, report: Report) -> None:
    if len(value.text) > _LONGEST_DATE or parse_instant(value.text) is None:
        _mismatch(row, value, "TYPE_MISMATCH_DATE", "is not a date", "such as 2026-05-01T00:00:00Z", report)
    elif _EPOCH.fullmatch(value.text):
        kind = "a year or epoch seconds" if len(value.text) == 4 else "epoch seconds"
        message = f"{quote(value.text)} is read as {kind}"
        hint = "write a date such as 2026-05-01T00:00:00Z"
        report.advice("INVALID_DATE_VALUE", value.place, message, hint, source=Source.ANALYZER)


def _boolean(row: Row, value: Entry, report: Report) -> None:
    if value.text not in ("true", "false"):
        near = value.text.lower()
        hint = f"write {near}" if near in ("true", "false") else "true or false"
        _mismatch(row, value, "TYPE_MISMATCH_BOOLEAN", "is neither true nor false", hint, report)


def _binary(row: Row, value: Entry, report: Report) -> None:
    if parse_binary(value.text) is None:
        _mismatch(row, value, "TYPE_MISMATCH_STRING", "is not base64", "encode the bytes as base64", report)


def _address(row: Row, value: Entry, report: Report) -> None:
    network = parse_ip_range(value.text)
    if network is None:
        hint = "CIDR notation such as 203.0.113.0/24 or 2001:db8::/32"
        _mismatch(row, value, "TYPE_MISMATCH_IP_RANGE", "is not an address range", hint, report, error=True)
        return
    address, slash, _ = value.text.partition("/")
    if slash and ipaddress.ip_address(address) != network.network_address:
        message = f"the bits of {quote(value.text)} behind the mask are ignored"
        report.advice("IMPROVE_IP_RANGE", value.place, message, f"write {network}", source=Source.ANALYZER)


def _arn(row: Row, value: Entry, report: Report) -> None:
    fields = arn_fields(without_variables(value.text))
    if len(fields) == 6 and fields[0] == "arn":
        if fields[1] not in PARTITIONS and not re.search(r"[*?]", fields[1]):
            message = f"the ARN {quote(value.text)} has an unknown partition"
            report.warning("INVALID_PARTITION", value.place, message, f"partitions are {', '.join(PARTITIONS)}")
        return
    if VARIABLE.fullmatch(value.text):
        return
    hint = "such as arn:aws:iam::111122223333:role/Name; a * stays inside its field"
    _mismatch(row, value, "INVALID_ARN_IN_CONDITION", "is not an ARN of six fields", hint, report)


_VALUES: dict[str, Callable[[Row, Entry, Report], None]] = {
    "Numeric": _numeric,
    "Date": _date,
    "Bool": _boolean,
    "Null": _boolean,
    "Binary": _binary,
    "IpAddress": _address,
    "Arn": _arn,
}


def check_private_addresses(row: Row, report: Report) -> None:
    """3.6: aws:SourceIp makes sense only for public addresses."""
    if row.lookup != "aws:sourceip" or family(row.base) != "IpAddress":
        return
    known = [(value, network) for value in row.values if (network := parse_ip_range(value.text)) is not None]
    private = [value for value, network in known if _is_private(network)]
    if not private:
        return
    hint = "private addresses belong to aws:VpcSourceIp, with aws:SourceVpc beside it"
    if len(private) == len(known):
        negated = row.base == "NotIpAddress"
        code = "PRIVATE_NOT_IP_ADDRESS" if negated else "PRIVATE_IP_ADDRESS"
        effect = "the condition is always true" if negated else "the condition never matches"
        message = f"aws:SourceIp is always a public address, and all of these are private: {effect}"
        report.analyzer_error(code, private[0].place, message, hint)
        return
    code = "PRIVATE_NOT_IP_ADDRESS_SUBSET" if row.base == "NotIpAddress" else "PRIVATE_IP_ADDRESS_SUBSET"
    for value in private:
        message = f"aws:SourceIp is always a public address, and {quote(value.text)} is private"
        report.advice(code, value.place, message, hint, source=Source.ANALYZER)


def _is_private(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return any(
        network.network_address in private and network.broadcast_address in private
        for private in _PRIVATE
        if private.version == network.version
    )


def check_ids(row: Row, report: Report) -> None:
    """4.3: the ids of VPCs and endpoints and the account ids have a form of their own."""
    if family(row.base) != "String":
        return
    for value in row.values:
        text = value.text
        if VARIABLE.search(text) or (row.base.endswith("Like") and re.search(r"[*?]", text)):
            continue
        if row.lookup in _IDS:
            code, pattern, prefix = _IDS[row.lookup]
            if not pattern.fullmatch(text):
                hint = f"{prefix} and 8 or 17 letters and digits"
                report.analyzer_error(code, value.place, f"{quote(text)} is not an id for {row.key}", hint)
        elif row.lookup in _ACCOUNT_KEYS and not _ACCOUNT.fullmatch(text) and text != "anonymous":
            hint = "account ids have twelve digits; write them as texts, since a number loses its leading zeros"
            _mismatch(row, value, "INVALID_ACCOUNT_ID", "is not an account id", hint, report)


def check_wildcards(row: Row, report: Report) -> None:
    """3.2: StringEquals takes no wildcards, it compares the star itself."""
    if not row.base.startswith("String") or row.base.endswith("Like"):
        return
    for value in row.values:
        plain = VARIABLE.sub("", value.text)
        if "*" in plain or "?" in plain:
            report.warning(
                "WILDCARD_WITHOUT_LIKE_OPERATOR",
                value.place,
                f"{row.name} takes no wildcards: it looks for the characters of {quote(value.text)} themselves",
                f"use {row.name.replace(row.base, 'StringNotLike' if 'Not' in row.base else 'StringLike')}",
                source=Source.ANALYZER,
            )


def check_contradiction(row: Row, report: Report) -> None:
    """3.4: a key that must be absent cannot also be compared; such a statement never matches."""
    if row.base != "Null" or row.qualifier is not Qualifier.NONE or {value.text for value in row.values} != {"true"}:
        return
    for other in row.statement.rows_for(row.lookup):
        if other.needs_presence:
            message = f"{row.key} must be absent here and is compared by {other.name}: the statement never matches"
            report.warning("NEVER_MATCHES", row.place, message, "write two statements")
            return


VALUE_CHECKS: tuple[Callable[[Row, Report], None], ...] = (
    check_operator,
    check_empty,
    check_json_types,
    check_values,
    check_private_addresses,
    check_ids,
    check_wildcards,
    check_contradiction,
)
