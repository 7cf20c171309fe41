"""A slow, plain reading of docs/rules/policy_evaluation.md, to hold the engine against.

It works on JSON documents, takes no short cuts, keeps nothing, and shares no code with iamviz.
"""

import base64
import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

Document = Mapping[str, Any]
TRUST_ACTIONS = {
    f"sts:{name}".lower()
    for name in """AssumeRole AssumeRoleWithWebIdentity AssumeRoleWithSAML TagSession SetSourceIdentity
        SetContext""".split()
}
MULTIVALUED = {"aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "dynamodb:leadingkeys"}
RCP_SERVICES = "s3 sts kms sqs secretsmanager cognito-identity cognito-idp logs dynamodb ecr aoss".split()
WITH_PRINCIPAL = {"resource", "trust", "rcp", "endpoint"}


class Unresolved(Exception):  # noqa: N818 - not an error, a value that is not there
    """A policy variable without a value."""


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def as_text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


# -- 2.1, 2.2: globs. A pattern is a list of characters and wildcards: ("any", in_field), ("one", in_field)


def glob(pattern: Sequence[Any], text: str) -> bool:
    @cache
    def match(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(text)
        part = pattern[i]
        if isinstance(part, str):
            return j < len(text) and text[j] == part and match(i + 1, j + 1)
        kind, in_field = part
        steps = j < len(text) and not (in_field and text[j] == ":")
        if kind == "one":
            return steps and match(i + 1, j + 1)
        return match(i + 1, j) or (steps and match(i, j + 1))

    return match(0, 0)


def wild(text: str, in_field: bool = False) -> list[Any]:
    return [("any", in_field) if c == "*" else ("one", in_field) if c == "?" else c for c in text]


# -- 3.9: variables


def substitute(text: str, version: str, context: Mapping[str, list[str]], wildcards: bool) -> list[Any]:
    """The pattern for one request; Unresolved when a variable has no value."""
    result: list[Any] = []
    position = 0
    for match in re.finditer(r"\$\{([^{}]*)\}", text) if version == "2012-10-17" else ():
        before = text[position : match.start()]
        result += wild(before) if wildcards else list(before)
        result += list(variable(match[1], context))
        position = match.end()
    rest = text[position:]
    return result + (wild(rest) if wildcards else list(rest))


def variable(inside: str, context: Mapping[str, list[str]]) -> str:
    if inside in ("*", "?", "$"):
        return inside
    with_default = re.fullmatch(r"([^,\s]+), '([^']*)'", inside)
    name, default = (with_default[1], with_default[2]) if with_default else (inside, None)
    values = context.get(name.lower()) or []
    if len(values) == 1 and name.lower() not in MULTIVALUED:
        return values[0]
    if not values and default is not None:
        return default
    raise Unresolved


# -- actions and resources


def action_matches(pattern: str, action: str) -> bool:
    if pattern == "*":
        return True
    if ":" not in pattern:
        return False
    prefix, name = pattern.lower().split(":", 1)
    service, asked = action.lower().split(":", 1)
    return glob(wild(prefix), service) and glob(wild(name), asked)


def resource_matches(pattern: str, resource: str, kind: str, version: str, context: Mapping[str, list[str]]) -> bool:
    if pattern == "*":
        return True
    if resource == "*":
        return False
    fields = pattern.split(":", 5)
    if len(fields) < 6:
        if kind in ("identity", "boundary", "scp"):
            fields += ["*"] * (6 - len(fields))
        elif not pattern.endswith("*"):
            return False
    whole: list[Any] = []
    for number, text in enumerate(fields):
        if number:
            whole.append(":")
        if number == 5:
            try:
                whole += substitute(text, version, context, wildcards=True)
            except Unresolved:
                return False
        elif text.endswith("*"):
            whole += [*wild(text[:-1], in_field=True), ("any", False)]
        else:
            whole += wild(text, in_field=True)
    return glob(whole, resource)


# -- 3: conditions


def number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text) else None


def instant(text: str) -> Fraction | None:
    match = re.fullmatch(
        r"(\d{4})(-(\d\d)(-(\d\d)(T(\d\d):(\d\d)(:(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?", text, re.ASCII
    )
    if match is None:
        return Fraction(Decimal(text)) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text, re.ASCII) else None
    year, _, month, _, day, _, hour, minute, _, second, fraction, zone = match.groups()
    try:
        moment = datetime(*(int(part or least) for part, least in ((year, 1), (month, 1), (day, 1))), tzinfo=UTC)
        clock = [int(part or 0) for part in (hour, minute, second)]
        if clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
            return None
        offset = 0
        if zone and zone != "Z":
            hours, minutes = int(zone[1:3]), int(zone[4:6])
            if hours > 23 or minutes > 59:
                return None
            offset = (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
    except ValueError:
        return None
    days = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(days=1)
    seconds = days * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2] - offset
    return seconds + Fraction(Decimal("0" + (fraction or ".0")))


def address(text: str) -> Any:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


ORDER = {
    "Equals": lambda got, wanted: got == wanted,
    "LessThan": lambda got, wanted: got < wanted,
    "LessThanEquals": lambda got, wanted: got <= wanted,
    "GreaterThan": lambda got, wanted: got > wanted,
    "GreaterThanEquals": lambda got, wanted: got >= wanted,
}


def value_matches(operator: str, wanted: str, got: str, version: str, context: Mapping[str, list[str]]) -> bool:
    """One policy value against one request value, under a positive operator."""
    try:
        if operator in ("StringEquals", "StringEqualsIgnoreCase", "Bool"):
            text = "".join(substitute(wanted, version, context, wildcards=False))
            if operator == "StringEqualsIgnoreCase":
                return text.lower() == got.lower()
            return text == got and (operator != "Bool" or text in ("true", "false"))
        if operator == "StringLike":
            return glob(substitute(wanted, version, context, wildcards=True), got)
        if operator in ("ArnEquals", "ArnLike"):
            return arn_matches(substitute(wanted, version, context, wildcards=True), got)
    except Unresolved:
        return False
    if operator == "IpAddress":
        network, asked = address(wanted), address(got)
        if network is None or asked is None or "/" in got:
            return False
        return network.version == asked.version and asked.network_address in network
    if operator == "BinaryEquals":
        return decoded(wanted) is not None and decoded(wanted) == decoded(got)
    family = "Numeric" if operator.startswith("Numeric") else "Date"
    read = number if family == "Numeric" else instant
    left, right = read(got), read(wanted)
    return left is not None and right is not None and ORDER[operator.removeprefix(family)](left, right)


def arn_matches(pattern: Sequence[Any], got: str) -> bool:
    fields: list[list[Any]] = [[]]
    for part in pattern:
        if part == ":" and len(fields) < 6:
            fields.append([])
        else:
            fields[-1].append(part)
    parts = got.split(":", 5)
    if len(fields) < 6 or len(parts) < 6 or "".join(map(str, fields[0])) != "arn" or parts[0] != "arn":
        return False
    return all(glob(field, part) for field, part in zip(fields, parts, strict=True))


NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


def row_holds(name: str, key: str, wanted: Sequence[str], version: str, context: Mapping[str, list[str]]) -> bool:
    """3.3, 3.4 and 3.8."""
    qualifier, _, base = name.rpartition(":")
    values = context.get(key.lower()) or []
    if base == "Null":
        if qualifier:
            return qualifier == "ForAllValues"
        return ("false" if values else "true") in wanted
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    negated = base in NEGATED
    operator = NEGATED.get(base, base)
    if not values:
        return if_exists or (qualifier == "ForAllValues" if qualifier else negated)

    def satisfied(value: str) -> bool:
        return any(value_matches(operator, text, value, version, context) for text in wanted) != negated

    if qualifier == "ForAnyValue":
        return any(satisfied(value) for value in values)
    if qualifier == "ForAllValues":
        return all(value == "" for value in values) or all(satisfied(value) for value in values)
    if key.lower() in MULTIVALUED or len(values) > 1:
        return False
    return satisfied(values[0])


# -- 2.3, 2.4: principals


def match_kinds(principal: Any, caller: Mapping[str, Any]) -> set[str]:
    entries = [("AWS", "*")] if principal == "*" else []
    if isinstance(principal, Mapping):
        entries = [(kind, value) for kind, values in principal.items() for value in listed(values)]
    return {kind for entry in entries if (kind := match_kind(*entry, caller))}


def match_kind(kind: str, value: str, caller: Mapping[str, Any]) -> str | None:
    who = caller["kind"]
    if kind == "Service":
        return "service" if who == "service" and value == caller["service"] else None
    if kind == "Federated":
        return "federated" if who == "federated" and value == caller["federated"] else None
    if kind != "AWS":
        return None
    if value == "*":
        return "wildcard"
    if who not in ("user", "role-session", "federated-user", "root"):
        return None
    if value in (caller["account"], f"arn:aws:iam::{caller['account']}:root"):
        return "account"
    if who == "user" and value in (caller["arn"], caller["unique_id"]):
        return "direct"
    if who in ("role-session", "federated-user") and value == caller["arn"]:
        return "direct"
    if who == "role-session" and value in (caller["role_arn"], caller["unique_id"].split(":")[0]):
        return "role"
    return "parent" if who == "federated-user" and value == caller["user_arn"] else None


IDENTITIES = {
    "user": {"direct", "account"},
    "role-session": {"direct", "role", "account"},
    "federated-user": {"direct", "parent", "account"},
    "root": {"account"},
    "service": {"service"},
    "federated": {"federated"},
    "anonymous": {"nobody lists it"},
}


# -- 0.2, 5: the decision


class Reference:
    def __init__(self, policies: Mapping[str, Any], request: Mapping[str, Any]) -> None:
        self.caller = {"account": "", "unique_id": "", "user_arn": "", **request["principal"]}
        self.action, self.resource = request["action"], request["resource"]
        self.service, self.name = self.action.lower().split(":", 1)
        self.owner = request["resource_account"]
        self.in_management = request.get("resource_management_account", False)
        self.context = {key.lower(): listed(values) for key, values in request["context"].items()}
        self.is_role = re.match(r"arn:[^:]*:iam:[^:]*:[^:]*:role/", self.resource) is not None
        self.trust = self.is_role and self.action.lower() in TRUST_ACTIONS
        self.sets = self.applicable(policies)

    def applicable(self, policies: Mapping[str, Any]) -> dict[str, list[list[Document]]]:
        """5.2: levels of documents by type; no level means: does not apply."""
        who, linked = self.caller["kind"], self.caller.get("service_linked_role", False)
        in_account = who in ("user", "role-session", "federated-user", "root")
        with_identity = who in ("user", "role-session", "federated-user")
        sets: dict[str, list[list[Document]]] = {
            "scp": list(policies["scps"]),
            "rcp": list(policies["rcps"]),
            "endpoint": [[policies["vpce"]]] if policies["vpce"] else [],
            "resource": [[policies["resource"]]] if policies["resource"] else [],
            "identity": [policies["identity"]] if with_identity else [],
            "boundary": [[policies["boundary"]]] if policies["boundary"] and with_identity and not linked else [],
            "session": [[policies["session"]]] if policies["session"] else [],
        }
        if not in_account or linked or self.caller.get("management_account"):
            sets["scp"] = []
        if linked or self.in_management or self.service not in RCP_SERVICES:
            sets["rcp"] = []
        if (self.service, self.name) == ("kms", "retiregrant"):
            sets["rcp"] = []
        if linked or who not in ("role-session", "federated-user", "root"):
            sets["session"] = []
        own = self.owner == self.caller["account"]
        bucket_policy = ("getbucketpolicy", "putbucketpolicy", "deletebucketpolicy")
        if who == "root" and own and self.service == "s3" and self.name in bucket_policy:
            sets["resource"] = []
        return sets

    def matching(self, kind: str, effect: str, documents: Sequence[Document]) -> list[Document]:
        kind = "trust" if kind == "resource" and self.trust else kind
        return [
            statement
            for document in documents
            for statement in listed(document["Statement"])
            if statement["Effect"] == effect and self.matches(kind, statement, document.get("Version", "2008-10-17"))
        ]

    def matches(self, kind: str, statement: Document, version: str) -> bool:
        return (
            self.principal_matches(kind, statement)
            and self.action_matches(statement)
            and self.resource_matches(kind, statement, version)
            and all(
                row_holds(operator, key, [as_text(value) for value in listed(wanted)], version, self.context)
                for operator, keys in statement.get("Condition", {}).items()
                for key, wanted in keys.items()
            )
        )

    def principal_matches(self, kind: str, statement: Document) -> bool:
        if kind not in WITH_PRINCIPAL:
            return True
        if "Principal" in statement:
            return bool(self.grant_kinds(kind, statement))
        if statement["Effect"] == "Allow" or "NotPrincipal" not in statement:
            return False
        if self.sets["boundary"]:
            return True
        exempt = match_kinds(statement["NotPrincipal"], self.caller)
        return not ("wildcard" in exempt or IDENTITIES[self.caller["kind"]] <= exempt)

    def grant_kinds(self, kind: str, statement: Document) -> set[str]:
        kinds = match_kinds(statement.get("Principal"), self.caller)
        if statement["Effect"] == "Allow" and kind in ("trust", "resource"):
            narrow = ("anonymous", "service", "federated") if kind == "trust" else ("federated",)
            kinds -= {"wildcard"} if self.caller["kind"] in narrow else set()
        return kinds

    def action_matches(self, statement: Document) -> bool:
        if "Action" in statement:
            return any(action_matches(pattern, self.action) for pattern in listed(statement["Action"]))
        return not any(action_matches(pattern, self.action) for pattern in listed(statement["NotAction"]))

    def resource_matches(self, kind: str, statement: Document, version: str) -> bool:
        resource = self.resource
        if self.action.lower() == "s3:listallmybuckets" and resource == "*":
            resource = "arn:aws:s3:::*"
        if "Resource" in statement:
            patterns, wanted = statement["Resource"], True
        elif "NotResource" in statement:
            patterns, wanted = statement["NotResource"], False
        else:
            return kind in ("resource", "trust")
        hit = any(resource_matches(p, resource, kind, version, self.context) for p in listed(patterns))
        return hit is wanted

    def allows(self, kind: str) -> bool:
        """Every level has a matching Allow; no level at all restricts nothing."""
        return all(self.matching(kind, "Allow", level) for level in self.sets[kind])

    def decide(self) -> str:
        who = self.caller["kind"]
        if self.action.lower() == "sts:getcalleridentity" and who not in ("anonymous", "federated"):
            return "allowed"
        if self.trust and who in ("root", "federated-user"):
            return "implicitDeny"
        if any(self.matching(kind, "Deny", level) for kind, levels in self.sets.items() for level in levels):
            return "explicitDeny"
        if not self.allows("scp") or not self.allows("endpoint"):
            return "implicitDeny"
        kind = "trust" if self.trust else "resource"
        grants = {
            found
            for level in self.sets["resource"]
            for statement in self.matching("resource", "Allow", level)
            for found in self.grant_kinds(kind, statement)
        }
        if who in ("anonymous", "service", "federated"):
            return "allowed" if grants else "implicitDeny"
        return "allowed" if self.both_sides(grants) else "implicitDeny"

    def both_sides(self, grants: set[str]) -> bool:
        who = self.caller["kind"]
        by_root = who == "federated-user" and not self.caller.get(
            "user_arn"
        )  # 0.4: full access but for the session policy
        identity = (
            who == "root"
            or by_root
            or any(self.matching("identity", "Allow", level) for level in self.sets["identity"])
        )
        boundary = self.allows("boundary")
        session = self.allows("session") and (who != "federated-user" or bool(self.sets["session"]))
        if self.owner != self.caller["account"]:
            return bool(grants) and identity and boundary and session
        kms_key = re.match(r"arn:[^:]*:kms:[^:]*:[^:]*:key/", self.resource) is not None
        if who == "root":
            # 5.7: full access to its own account's things, within the task policy; KMS keys need their key policy.
            return session and (not kms_key or bool(grants & {"wildcard", "account"}))
        if "wildcard" in grants:
            return True
        if "direct" in grants and (boundary or not (self.trust and who == "user")):
            return True
        if grants & {"role", "parent"} and boundary and session:
            return True
        if (self.trust or kms_key) and "account" not in grants:
            return False
        return identity and boundary and session


def decide(policies: Mapping[str, Any], request: Mapping[str, Any]) -> str:
    """``allowed``, ``explicitDeny`` or ``implicitDeny``."""
    return Reference(policies, request).decide()
