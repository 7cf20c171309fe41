"""A slow, plain reading of docs/rules/policy_evaluation.md, to hold the engine against.

It works on JSON documents, takes no short cuts, keeps nothing, and shares no code with iamviz.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.properties.reference_match import action_matches, as_text, listed, resource_matches, row_holds

Document = Mapping[str, Any]
TRUST_ACTIONS = {
    f"sts:{name}".lower()
    for name in """AssumeRole AssumeRoleWithWebIdentity AssumeRoleWithSAML TagSession SetSourceIdentity
        SetContext""".split()
}
RCP_SERVICES = "s3 sts kms sqs secretsmanager cognito-identity cognito-idp logs dynamodb ecr aoss".split()
WITH_PRINCIPAL = {"resource", "trust", "rcp", "endpoint"}


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
