"""Redacting policy documents: the text keeps its layout, only the strings that may name something change."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache

from iamviz.accounts.redact_words import Words, is_service
from iamviz.arn import split_fields
from iamviz.catalogue import is_oidc_host, key_info, resource_formats
from iamviz.policy.json_source import Node, parse_json
from iamviz.policy.model import Policy

__all__ = ["Redaction"]

_DATA_TYPES = frozenset({"Bool", "Numeric", "Date", "IPAddress"})
_PLAIN = re.compile(r"(?i:true|false)|[-+]?\d{1,11}(?:\.\d+)?|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[-+]\d\d:?\d\d)?)?")
_ENUMERATED = frozenset(
    "aws:requestedregion aws:principaltype s3:x-amz-acl s3:x-amz-server-side-encryption s3:authtype "
    "s3:signatureversion s3:tlsversion ec2:instancetype ec2:volumetype ec2:region ec2:createaction iam:awsservicename "
    "kms:granttype kms:grantoperations kms:keyspec kms:keyusage rds:databaseengine".split()
)
_CLAIM_WORDS = frozenset(
    "repo ref refs heads tags environment pull request system serviceaccount github workflows yml yaml sts amazonaws "
    "com https http".split()
)
_PROVIDERS = frozenset("accounts.google.com www.amazon.com graph.facebook.com signin.aws.amazon.com".split())
_SIGN_IN = "https://signin.aws.amazon.com/saml"
_PATHS = frozenset({"service-role", "aws-service-role", "aws-reserved", "sso.amazonaws.com", "job-function"})
_REGION = re.compile(r"[a-z]{2}-[a-z-]+-\d")
_LITERAL = re.compile(r"\$\{[^}]*\}")


@cache
def literals(service: str) -> frozenset[str]:
    """The words of AWS at the start of a service's resources: ``role``, ``user``, ``table``."""
    formats = (split_fields(text)[-1] for text in resource_formats(service).values())
    heads = (re.split("[/:]", _LITERAL.sub("\0", text))[0] for text in formats if re.search("[/:]", text))
    own = frozenset(head for head in heads if head and "\0" not in head)
    return own | {"assumed-role", "federated-user", "root"} if service in ("iam", "sts") else own


class Redaction:
    """Rewrites texts by their kind. While ``learning``, texts stay as they are and the table takes note of them."""

    def __init__(self) -> None:
        self.words = Words()
        self.learning = False
        self._documents: dict[tuple[bool, str], str] = {}

    def forget(self) -> None:
        """Forget the documents that were rewritten: what was learned since may change them."""
        self._documents.clear()

    def name(self, text: str, keep: Callable[[str], bool] = lambda word: False) -> str:
        """A name, a path, a tag, or a pattern of one."""
        if self.learning:
            self.words.learn(text)
            return text
        return self.words.name(text, keep)

    def arn(self, text: str) -> str:
        """An ARN or a pattern of one; a text that is none is taken as a name.

        Partition, service, region and the type of resource stay; AWS's own policies stay as a whole.
        """
        fields = split_fields(text)
        if fields[0] != "arn" or len(fields) < 3:
            return self.name(text)
        if len(fields) < 6:
            return ":".join([*fields[:4], *map(self.name, fields[4:])])
        if _is_of_aws(fields):
            return text
        head, mark, rest = _first(fields[5])
        if mark and head in literals(fields[2]):
            resource = head + mark + (self.provider(rest) if head == "oidc-provider" else self._path(rest))
        elif fields[5] in ("root", "*"):
            resource = fields[5]
        else:
            resource = self._path(fields[5])
        return ":".join([*fields[:4], self.name(fields[4]) if fields[4].strip("*") else fields[4], resource])

    def _path(self, text: str) -> str:
        """What follows the type: the paths that AWS reserves stay, with the region behind Identity Center's."""
        parts = text.split("/")
        regions = {index + 1 for index, part in enumerate(parts) if part == "sso.amazonaws.com"}
        return "/".join(
            part if part in _PATHS or (index in regions and _REGION.fullmatch(part)) else self.name(part)
            for index, part in enumerate(parts)
        )

    def provider(self, host: str) -> str:
        """An OIDC issuer without its scheme: those that serve many customers stay, their paths do not."""
        name, slash, path = host.partition("/")
        if name in _PROVIDERS or is_oidc_host(name) or is_service(name) or name.endswith(".amazonaws.com"):
            return name + slash + self.name(path, lambda word: word == "id")
        return self.name(host)

    def text(self, value: str) -> str:
        """A value whose kind shows by its looks: an ARN, a service, a number, a date, else a name."""
        if value.startswith("arn:"):
            return self.arn(value)
        return value if _PLAIN.fullmatch(value) else self.name(value)

    # ── policies ──

    def policy(self, policy: Policy) -> Policy:
        """The same policy about stand-ins: its text redacted, then read again, bound to the redacted ids."""
        source = self.document(policy.source)
        name = self._policy_name(policy)
        arn = self.arn(policy.arn) if policy.arn else ""
        bindings = {self.arn(key): self.text(value) for key, value in sorted(policy.bindings.items())}
        if self.learning:
            return policy
        redacted = Policy.parse(source, policy.kind, name=name, arn=arn)
        return redacted.bound(bindings) if bindings else redacted

    def _policy_name(self, policy: Policy) -> str:
        if _is_of_aws(split_fields(policy.arn)):
            return policy.name
        start = "trust policy of "
        if policy.name.startswith(start):
            return start + self.name(policy.name.removeprefix(start))
        return self.name(policy.name)

    def document(self, source: str) -> str:
        """A policy's JSON text with its strings redacted, everything else where it was."""
        # Many roles have the same document: it is read once to learn, once to redact.
        key = (self.learning, source)
        found = self._documents.get(key)
        if found is None:
            found = self._documents[key] = self._rewritten(source)
        return found

    def _rewritten(self, source: str) -> str:
        starts = [0]
        for line in source.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        edits = []
        for node, redact in _document(self, parse_json(source)):
            new = redact(node.text)
            if new != node.text:
                span = node.span
                begin = starts[span.line - 1] + span.column - 1
                end = starts[span.end_line - 1] + span.end_column
                edits.append((begin, end, json.dumps(new, ensure_ascii=False)))
        for begin, end, new in sorted(edits, reverse=True):
            source = source[:begin] + new + source[end:]
        return source

    def principal(self, kind: str) -> Callable[[str], str]:
        """How the entries of a principal type are redacted."""
        if kind == "Federated":
            return lambda text: self.arn(text) if text.startswith("arn:") else self.provider(text)
        return self.text

    def key(self, key: str) -> str:
        """A condition key: tag keys and the host of an identity provider are names, the rest is AWS's.

        >>> redaction = Redaction()
        >>> redaction.key("aws:SourceIp"), redaction.key("aws:PrincipalTag/Team").partition("/")[0]
        ('aws:SourceIp', 'aws:PrincipalTag')
        """
        prefix, colon, rest = key.partition(":")
        if "." in prefix:
            host, _, claim = key.rpartition(":")
            return f"{self.provider(host)}:{claim}"
        head, slash, tag = rest.partition("/")
        if slash:
            return f"{prefix}:{head}/{self.name(tag)}"
        head, more, tag = rest.partition(":")
        return f"{prefix}:{head}:{self.name(tag)}" if more else f"{prefix}{colon}{rest}"

    def value(self, key: str) -> Callable[[str], str]:
        """How the values of a condition key are redacted."""
        lower = key.lower()
        info = key_info(key)
        if lower in _ENUMERATED or (info is not None and info.type in _DATA_TYPES):
            return lambda text: text
        if "." in lower.partition(":")[0]:
            return lambda text: self.name(text, _CLAIM_WORDS.__contains__)
        if lower == "saml:aud":
            return lambda text: text if text == _SIGN_IN else self.name(text)
        if lower == "aws:tagkeys":
            return self.name
        return self.text


def _first(resource: str) -> tuple[str, str, str]:
    """A resource, cut at its first slash or colon."""
    match = re.search("[/:]", resource)
    return (resource[: match.start()], match[0], resource[match.end() :]) if match else (resource, "", "")


def _is_of_aws(fields: list[str]) -> bool:
    """Whether the fields of an ARN name a policy that AWS manages; its name tells nothing of the account."""
    return len(fields) == 6 and fields[4] == "aws" and fields[5].startswith(("policy/", "contextProvider/"))


Edits = Iterator[tuple[Node, Callable[[str], str]]]


def _document(redaction: Redaction, root: Node) -> Edits:
    """The strings of a document, each with what rewrites it."""
    for key, _, value in root.pairs():
        if key == "Statement":
            for statement in value.elements():
                yield from _statement(redaction, statement)
        elif key != "Version":
            yield from _all(value, redaction.name)


def _statement(redaction: Redaction, node: Node) -> Edits:
    for key, _, value in node.pairs():
        if key in ("Effect", "Action", "NotAction"):
            continue
        if key in ("Resource", "NotResource"):
            yield from _all(value, redaction.arn)
        elif key in ("Principal", "NotPrincipal"):
            for kind, _, entries in value.pairs():
                yield from _all(entries, redaction.principal(kind))
        elif key == "Condition":
            for _, _, rows in value.pairs():
                for name, place, values in rows.pairs():
                    yield place, redaction.key
                    yield from _all(values, redaction.value(name))
        else:
            yield from _all(value, redaction.name)


def _all(node: Node, redact: Callable[[str], str]) -> Edits:
    """Every string in a value."""
    if node.kind == "string":
        yield node, redact
    for item in node.items:
        yield from _all(item, redact)
    for _, value in node.members:
        yield from _all(value, redact)
