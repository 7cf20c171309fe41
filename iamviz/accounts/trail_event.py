"""One CloudTrail event, reduced to what tells who did what as whom (docs/rules/roles_and_sessions.md 6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sys import intern
from typing import Any

from iamviz.accounts.why_parse import Denial, parse_denial
from iamviz.arn import partition_of

__all__ = ["Event", "Issued", "Who", "read_event"]

ISSUING = frozenset(
    "sts:AssumeRole sts:AssumeRoleWithSAML sts:AssumeRoleWithWebIdentity sts:AssumeRoot sts:GetSessionToken "
    "sts:GetFederationToken".split()
)
"""The calls that give out credentials."""
_DENIED = ("AccessDenied", "UnauthorizedOperation", "NotAuthorized", "Forbidden", "AuthorizationError")
LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class Who:
    """Who called: ``kind`` is CloudTrail's own type (IAMUser, AssumedRole, AWSService …), "" where it has none.

    ``key`` is the access key id of the credentials, "" for callers without one (AWS services, other accounts).
    """

    kind: str
    arn: str
    account: str
    key: str
    principal_id: str = ""
    role: str = ""
    issued: datetime | None = None
    mfa: bool = False
    source_identity: str = ""
    service: str = ""
    from_instance: bool = False
    user_name: str = ""

    @property
    def name(self) -> str:
        """What to call it: the user's or session's name, the service, the provider's subject, else the account."""
        if self.service and not self.arn:
            return self.service
        if self.arn.endswith(":root"):
            return f"root of {self.account}" if self.account else "root"
        known = self.arn.rpartition("/")[2] or self.user_name
        if not known and self.account:
            return f"account {self.account}"
        return known or self.principal_id.rpartition(":")[2] or "unknown"


@dataclass(frozen=True, slots=True)
class Issued:
    """The credentials that a call of STS gave out: their key id, the session's ARN, when they end."""

    key: str
    arn: str
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One call. ``action`` is ``service:Name``, ``error`` AWS's code ("" for a call that succeeded).

    ``resource`` is the ARN that the call is about where the event tells, ``issued`` what STS gave out, ``shared`` joins
    the two halves of a call across accounts, ``instances`` are the EC2 instances that the parameters name,
    ``about_data`` marks a data event. ``given`` is what the caller of an STS call passed beside role and name: source
    identity, tags, external id and so on.
    """

    at: datetime
    action: str
    who: Who
    address: str
    agent: str
    region: str
    account: str
    id: str
    shared: str = ""
    error: str = ""
    message: str = ""
    resource: str = ""
    session_name: str = ""
    issued: Issued | None = None
    instances: tuple[str, ...] = ()
    writes: bool = False
    about_data: bool = False
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation without its service."""
        return self.action.partition(":")[2]

    @property
    def denied(self) -> bool:
        """Whether AWS refused it for want of permission."""
        return any(word in self.error for word in _DENIED)

    @property
    def denial(self) -> Denial | None:
        """AWS's sentence in its parts, where the event has one."""
        return parse_denial(self.message) if self.denied else None

    @property
    def outcome(self) -> str:
        """What CloudTrail recorded: allowed, the kind of denial where AWS's sentence tells it, or the code."""
        if not self.error:
            return "allowed"
        denial = self.denial
        if denial is not None and denial.explicit is not None:
            return "explicitDeny" if denial.explicit else "implicitDeny"
        return self.error

    @property
    def direct(self) -> bool:
        """Whether the caller made it itself, not a service in its name."""
        return not self.who.service and not self.address.endswith((".amazonaws.com", "AWS Internal"))


def read_event(data: Mapping[str, Any]) -> Event | None:
    """The event of a record; None when it has no readable time or no name."""
    at = _time(data.get("eventTime"))
    name = data.get("eventName")
    if at is None or not isinstance(name, str):
        return None
    service = _text(data, "eventSource").removesuffix(".amazonaws.com") or "unknown"
    action = intern(f"{service}:{name}")
    parameters, response = _object(data, "requestParameters"), _object(data, "responseElements")
    message = _text(data, "errorMessage")[:LONGEST_MESSAGE]
    return Event(
        at=at,
        action=action,
        who=_who(_object(data, "userIdentity")),
        address=intern(_text(data, "sourceIPAddress")),
        agent=intern(_text(data, "userAgent")[:200]),
        region=intern(_text(data, "awsRegion")),
        account=intern(_text(data, "recipientAccountId")),
        id=_text(data, "eventID"),
        shared=_text(data, "sharedEventID"),
        error=intern(_text(data, "errorCode").removeprefix("Client.").removeprefix("Server.")),
        message=message,
        resource=_resource(data, parameters, message),
        session_name=_text(parameters, "roleSessionName") or _text(parameters, "name"),
        issued=_issued(response) if action in ISSUING else None,
        instances=_instances(parameters),
        writes=data.get("readOnly") is False,
        about_data=data.get("managementEvent") is False,
        given=_given(parameters) if action in ISSUING else {},
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _time(value: Any) -> datetime | None:
    """A time as CloudTrail writes it, in ISO form or in prose (``Jan 1, 2026, 1:00:00 AM``)."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        try:
            # A no-break space stands before AM in some Java versions' prose.
            found = datetime.strptime(" ".join(value.split()), "%b %d, %Y, %I:%M:%S %p")
        except ValueError:
            return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _who(data: Mapping[str, Any]) -> Who:
    context = _object(data, "sessionContext")
    issuer, attributes = _object(context, "sessionIssuer"), _object(context, "attributes")
    kind = _text(data, "type")
    return Who(
        kind=intern(kind),
        arn=intern(_text(data, "arn")),
        account=intern(_text(data, "accountId")),
        key=_text(data, "accessKeyId"),
        principal_id=intern(_text(data, "principalId")),
        role=intern(_text(issuer, "arn")) if kind == "AssumedRole" else "",
        issued=_time(attributes.get("creationDate")),
        mfa=attributes.get("mfaAuthenticated") in ("true", True),
        source_identity=_text(context, "sourceIdentity"),
        service=intern(_text(data, "invokedBy")),
        from_instance="ec2RoleDelivery" in context,
        user_name=_text(data, "userName"),
    )


def _issued(response: Mapping[str, Any]) -> Issued | None:
    credentials = _object(response, "credentials")
    key = _text(credentials, "accessKeyId")
    if not key:
        return None
    user = _object(response, "assumedRoleUser") or _object(response, "federatedUser")
    return Issued(key, _text(user, "arn"), _time(credentials.get("expiration")))


def _resource(data: Mapping[str, Any], parameters: Mapping[str, Any], message: str) -> str:
    """The ARN that a call is about: of its parameters, its resources, or of the sentence that refuses it."""
    for name in ("roleArn", "resourceArn", "policyArn", "functionArn", "keyId", "topicArn"):
        if _text(parameters, name).startswith("arn:"):
            return _text(parameters, name)
    partition = partition_of(_text(data, "awsRegion"))
    if _text(parameters, "bucketName"):
        key = _text(parameters, "key")
        return f"arn:{partition}:s3:::{parameters['bucketName']}" + (f"/{key}" if key else "")
    for item in _dicts(data.get("resources")):
        if _text(item, "ARN"):
            return _text(item, "ARN")
    denial = parse_denial(message) if " authorized to perform" in message else None
    if denial is not None and denial.resource.startswith("arn:"):
        return denial.resource
    for name, kind in (("roleName", "role"), ("userName", "user"), ("groupName", "group")):
        account = _text(data, "recipientAccountId")
        if _text(parameters, name) and _text(data, "eventSource") == "iam.amazonaws.com":
            return f"arn:{partition}:iam::{account}:{kind}/{parameters[name]}"
    return ""


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _given(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What was passed to STS beside role and session name, in words."""
    plain = (("source identity", "sourceIdentity"), ("external id", "externalId"), ("MFA device", "serialNumber"))
    found = {word: _text(parameters, name) for word, name in plain if _text(parameters, name)}
    tags = [
        f"{_text(tag, 'key')}={_text(tag, 'value')}"
        for name in ("tags", "principalTags")
        for tag in _dicts(parameters.get(name))
    ]
    inherited = _object(parameters, "incomingTransitiveTags") or _object(parameters, "principalTags")
    tags += [f"{key}={value}" for key, value in inherited.items()]
    found |= {"tags": ", ".join(tags[:20])} if tags else {}
    arns = [_text(item, "arn") for item in _dicts(parameters.get("policyArns"))]
    if _text(parameters, "policy") or arns:
        found["session policy"] = ", ".join(arns[:10]) or "inline"
    seconds = parameters.get("durationSeconds")
    found |= {"seconds asked for": str(seconds)} if isinstance(seconds, int) and not isinstance(seconds, bool) else {}
    return found


def _instances(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """EC2 instances that a command was sent to, or a session opened on."""
    found = parameters.get("instanceIds")
    names = [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
    names += [_text(parameters, name) for name in ("instanceId", "target")]
    return tuple(name for name in names if name.startswith(("i-", "mi-")))
