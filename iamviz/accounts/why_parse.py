"""Reading an error of AWS: out of whatever wraps it, and into its parts (docs/rules/policy_evaluation.md 6.1).

The text may be AWS's bare sentence, a line of boto3, the AWS CLI, Go or Java, an XML answer, a CloudTrail event, or
what ``aws sts decode-authorization-message`` prints. The words around it are not needed; terminals may have broken it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamviz.arn import FIELDS, split_fields
from iamviz.policy.model import PolicyKind

__all__ = ["Denial", "ErrorText", "WhyError", "parse_denial", "parse_error"]

LONGEST, LONGEST_TEXT = 200_000, 20_000
"""Characters that JSON, and that any other error, may have; longer texts are refused rather than searched."""

_KINDS = {
    "identity-based policy": PolicyKind.IDENTITY,
    "resource-based policy": PolicyKind.RESOURCE,
    "role trust policy": PolicyKind.TRUST,
    "permissions boundary": PolicyKind.BOUNDARY,
    "permissions boundary policy": PolicyKind.BOUNDARY,
    "session policy": PolicyKind.SESSION,
    "sessions policy": PolicyKind.SESSION,
    "service control policy": PolicyKind.SCP,
    "resource control policy": PolicyKind.RCP,
    "vpc endpoint policy": PolicyKind.ENDPOINT,
}
_NAMES = "|".join(sorted((re.escape(name) for name in _KINDS), key=len, reverse=True))
_USER = re.compile(
    r"User:? (?P<principal>\S.{0,600}?) is not authorized to perform:? (?P<action>[\w-]{1,64}:[\w*]{1,128})", re.I
)
_UNSIGNED = re.compile(r"Not authorized to perform:? (?P<action>sts:\w{1,64})", re.I)
_RESOURCE = re.compile(r'\s*on (?:the )?resource:? ?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S.*))', re.I | re.S)
_IMPLICIT = re.compile(rf"because no (?P<name>{_NAMES}) allows the (?P<action>\S+) action", re.I)
_EXPLICIT = re.compile(
    rf"with an explicit deny(?: in (?:an?|the) (?P<name>{_NAMES})"
    r"(?P<through> transitively through a service control policy)?(?::? (?P<policy>arn:\S+))?)?",
    re.I,
)
_CUT = re.compile(r"\s(?P<text>(?:because no|with an explicit)(?: (?P<rest>[\w :*-]{0,200}))?)\Z", re.I)
_OUTSIDE = re.compile(
    r"on this resource because the resource does not exist in this Region, no resource-based policies allow access",
    re.I,
)
# What clients put behind AWS's sentence.
_TAIL = re.compile(
    r"\s*(?:\(Service: |status code: \d|, request id|\(Request ID: |RequestID: |Encoded authorization failure message:"
    r"|</Message>|Troubleshoot|To troubleshoot|For more information|Authorization id|Learn more"
    r"|(?<=\S)\s+at [\w.$]+\(|\"[,}]).*",
    re.I | re.S,
)
_AUTHORIZATION_ID = re.compile(r"authorization[ -]?id(?:entifier)?[:= ]+\"?([\w-]{6,})", re.I)
_ENCODED = re.compile(r"Encoded authorization failure message: ?(\S+)", re.I)
_WRAPPINGS = (
    # botocore and the AWS CLI, old and new
    re.compile(
        r"An error occurred \((?P<code>[\w.]+)\)(?: when calling the (?P<operation>\w+) operation)?"
        r"(?: \(reached max retries: \d+\))?: ?(?P<message>.*)",
        re.S,
    ),
    # the AWS SDK for Go, version 2
    re.compile(r"operation error [\w ]+: (?P<operation>\w+),.*?api error (?P<code>[\w.]+): ?(?P<message>.*)", re.S),
    re.compile(r"api error (?P<code>[\w.]+): ?(?P<message>.*)", re.S),
    # XML
    re.compile(r"<Code>(?P<code>[\w.]+)</Code>.*?<Message>(?P<message>.*?)</Message>", re.S),
    # Java
    re.compile(r"\A(?P<message>.*?) \(Service: [^;)]*; Status Code: \d+; Error Code: (?P<code>[\w.]+);", re.S),
    # the AWS SDK for Go, version 1, .NET, and CloudTrail's habit of putting Client. before a code of EC2
    re.compile(r"(?:^|[\s:])(?:Client\.|Server\.)?(?P<code>[A-Z][A-Za-z]{5,60}): ?(?P<message>[A-Z].*)", re.S),
)
_SAYS_NOTHING = frozenset({"User", "Error", "Exception", "Warning", "Caused", "Message", "ClientError", "Parameter"})


class WhyError(ValueError):
    """A text in which no error of AWS can be found."""


@dataclass(frozen=True)
class Denial:
    """An access denied sentence in its parts; "" where the sentence does not say.

    ``kind`` is the policy type that it names (None: none), ``explicit`` whether it says that a Deny applied (None: the
    sentence gives no reason), ``policy`` the ARN of the policy in newer sentences. ``cut`` is what is left of a
    sentence that was cut off: the beginning of a resource, or of a reason. ``context`` are condition keys, and
    ``statements`` the matching statements, of a decoded authorization message. ``through_scp`` marks the old sentence
    about an endpoint policy that stood for an SCP; ``outside`` the one that KMS sends to other accounts.
    """

    principal: str
    action: str
    resource: str = ""
    kind: PolicyKind | None = None
    explicit: bool | None = None
    policy: str = ""
    through_scp: bool = False
    outside: bool = False
    cut: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class ErrorText:
    """An error out of its wrapping: ``code`` and ``operation`` where the text has them, AWS's own ``message``.

    ``denial`` is what the sentence says when it is about authorization. ``encoded`` is an authorization message that
    only STS can decode, ``authorization_id`` the pointer of newer messages to the Access Troubleshooter.
    """

    message: str
    code: str = ""
    operation: str = ""
    denial: Denial | None = None
    encoded: str = ""
    authorization_id: str = ""


def parse_error(text: str) -> ErrorText:
    """The error in a text. Raises WhyError for a text without any content, or one that is far too long."""
    text = text.strip().removeprefix("\ufeff")
    most = LONGEST if text[:1] in ("{", "[") else LONGEST_TEXT
    if len(text) > most:
        raise WhyError(f"the text has {len(text):,} characters; give only the error message (at most {most:,})")
    if not text:
        raise WhyError("there is no text; give the error message of AWS, in quotes")
    if text[0] in "{[":
        found = _from_json(text)
        if found is not None:
            return found
    flat = " ".join(text.split())
    code, operation, message = _unwrapped(flat)
    encoded = _ENCODED.search(flat)
    pointer = _AUTHORIZATION_ID.search(flat)
    return ErrorText(
        message=_TAIL.sub("", message).strip() or message,
        code=code,
        operation=operation,
        denial=parse_denial(message),
        encoded=encoded[1] if encoded else "",
        authorization_id=pointer[1] if pointer else "",
    )


def _unwrapped(text: str) -> tuple[str, str, str]:
    """Code, operation and message."""
    for pattern in _WRAPPINGS:
        match = pattern.search(text)
        if match and match["code"] not in _SAYS_NOTHING:
            parts = match.groupdict()
            return match["code"].rpartition(".")[2], parts.get("operation") or "", html.unescape(match["message"])
    return "", "", html.unescape(text) if "&" in text and "<" in text else text


def parse_denial(sentence: str) -> Denial | None:
    """The parts of an access denied sentence; None when the text is none.

    >>> parse_denial("User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "
    ...              '"arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action').kind
    <PolicyKind.IDENTITY: 'identity'>
    """
    text = " ".join(sentence.split())
    head = _USER.search(text) or _UNSIGNED.search(text)
    if head is None:
        return None
    principal = head.groupdict().get("principal") or ""
    rest = text[head.end() :]
    reasons = [match for pattern in (_IMPLICIT, _EXPLICIT) for match in pattern.finditer(rest)]
    outside = _OUTSIDE.search(rest) is not None
    # A resource may contain anything, these words too: the reason is the last of them.
    reason = max(reasons, key=lambda match: match.start(), default=None)
    if reason is None and not outside:
        return _without_reason(principal, head["action"], _TAIL.sub("", rest))
    resource = _resource(rest[: reason.start()]) if reason and not outside else ""
    if reason is None:
        return Denial(principal, head["action"], resource, outside=outside)
    parts = reason.groupdict()
    return Denial(
        principal=principal,
        action=head["action"],
        resource=resource,
        kind=_KINDS.get((parts.get("name") or "").lower()),
        explicit=reason.re is _EXPLICIT,
        policy=(parts.get("policy") or "").rstrip(".,;)\"'"),
        through_scp=bool(parts.get("through")),
    )


def _without_reason(principal: str, action: str, rest: str) -> Denial:
    """A sentence that gives no reason, or of which the end is missing: logs cut long lines."""
    cut = _CUT.search(rest)
    resource = _resource(rest[: cut.start()] if cut else rest)
    if cut is None:
        begun = bool(resource) and (resource == ":" or "arn:".startswith(resource))
        is_whole = not begun and (not resource.startswith("arn:") or len(split_fields(resource)) == FIELDS)
        return Denial(principal, action, resource if is_whole else "", cut="" if is_whole else resource)
    if not cut["text"].lower().startswith("because no"):
        return Denial(principal, action, resource, explicit=True, cut=cut["text"])
    name = (cut["rest"] or "-").lower()
    kinds = {kind for known, kind in _KINDS.items() if known.startswith(name) or name.startswith(known)}
    kinds -= {PolicyKind.RCP}  # it never denies by saying nothing (5.3)
    kind = kinds.pop() if len(kinds) == 1 else None
    return Denial(principal, action, resource, kind, explicit=False, cut=cut["text"])


def _resource(text: str) -> str:
    match = _RESOURCE.match(text)
    if match is None:
        return ""
    if match["quoted"] is not None:
        return match["quoted"]
    return match["plain"].strip().rstrip(".,;)")


# ── JSON ──


def _from_json(text: str) -> ErrorText | None:
    """The error in a JSON document, None when there is none in it that this reader knows."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for item in _objects(data):
        found = _from_object(item)
        if found is not None:
            return found
    return None


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """The objects to look at: the document, or the records and events that it lists."""
    if isinstance(data, dict):
        yield data
        for name in ("Records", "Events"):
            if isinstance(data.get(name), list):
                yield from (item for item in data[name] if isinstance(item, dict))
    elif isinstance(data, list):
        yield from (item for item in data if isinstance(item, dict))


def _from_object(data: Mapping[str, Any]) -> ErrorText | None:
    for name in ("DecodedMessage", "CloudTrailEvent"):
        if isinstance(data.get(name), str):
            return _from_json(data[name])
    if "allowed" in data and isinstance(data.get("context"), dict):
        return _decoded(data)
    inner = data.get("Error")
    source = inner if isinstance(inner, dict) else data
    code = _text(source, "errorCode", "Code", "code", "__type")
    message = _text(source, "errorMessage", "Message", "message")
    if not (code or message):
        return None
    code = code.rpartition("#")[2].rpartition(".")[2]
    if not message:
        return ErrorText(message="", code=code, operation=_text(data, "eventName"))
    found = parse_error(message)
    return ErrorText(
        *(found.message, code or found.code, found.operation or _text(data, "eventName")),
        *(found.denial, found.encoded, found.authorization_id),
    )


def _text(data: Mapping[str, Any], *names: str) -> str:
    return next((data[name] for name in names if isinstance(data.get(name), str)), "")


def _decoded(data: Mapping[str, Any]) -> ErrorText:
    """What sts:DecodeAuthorizationMessage gives: the request with its context, and the statements that matched."""
    context = data["context"]
    principal = context.get("principal")
    keys: dict[str, tuple[str, ...]] = {}
    for item in _items(context.get("conditions")):
        values = tuple(str(value.get("value", "")) for value in _items(item.get("values")))
        if isinstance(item.get("key"), str):
            keys[item["key"]] = values
    explicit = data.get("explicitDeny") is True
    denial = Denial(
        principal=_text(principal, "arn", "id") if isinstance(principal, dict) else "",
        action=_text(context, "action"),
        resource=_text(context, "resource"),
        explicit=explicit,
        context=keys,
        statements=tuple(_items(data.get("matchedStatements"))),
    )
    if data.get("allowed") is True:
        raise WhyError("this authorization message says that the request was allowed: there is no denial to explain")
    if not denial.action:
        raise WhyError("this authorization message names no action: it is not what DecodeAuthorizationMessage prints")
    reason = "a Deny statement matched" if explicit else "no statement allowed it"
    message = f"{denial.principal or 'the caller'} was denied {denial.action} on {denial.resource or '*'}: {reason}"
    return ErrorText(message=message, denial=denial)


def _items(holder: Any) -> list[Mapping[str, Any]]:
    items = holder.get("items") if isinstance(holder, dict) else holder
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
