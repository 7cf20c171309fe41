"""What CloudTrail records of a story: its calls as events, in the form of docs/rules/roles_and_sessions.md 6.3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from iamviz.arn import Arn
from iamviz.calls.actors import Actor, find_actor
from iamviz.calls.model import Call, Refusal
from iamviz.calls.workloads import equip
from iamviz.engine.request import CallerKind
from iamviz.story.story import Step, Story
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CloudTrailLog", "cloudtrail"]

_READS: Final = ("Get", "List", "Describe", "Head", "Assume", "Decode")
_RENAMED: Final = {"Bucket": "bucketName"}


@dataclass(frozen=True)
class CloudTrailLog:
    """The events of a story. ``records`` are as CloudTrail writes them; `iamviz.trail` reads what `save` wrote."""

    records: tuple[Mapping[str, Any], ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each event: when, what, on what, by whom, with which access key, which key came out of it."""
        import pandas as pd

        return pd.DataFrame([_row(record) for record in self.records])

    def to_json(self) -> str:
        """The text of a log file."""
        return json.dumps({"Records": self.records}, indent=1, ensure_ascii=False)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a log file, and say where."""
        found = Path(path)
        found.write_text(self.to_json() + "\n", encoding="utf-8")
        return found


def cloudtrail(story: Story) -> CloudTrailLog:
    """What CloudTrail records of a story, where data events are switched on as well.

    An AssumeRole across accounts is recorded in both, joined by ``sharedEventID``. Changes out of band (``admin:…``)
    are left out, since nobody signed them; so are the calls by which AWS services fetch credentials.
    """
    return CloudTrailLog(tuple(record for step in story.steps for record in _records(story, step)))


def _records(story: Story, step: Step) -> Iterator[dict[str, Any]]:
    call, result = step.call, step.result
    if call is None or result is None or call.service == "imds":
        return
    world, call, actor = _signed(step.before.at(step.clock), call)
    if actor is None:
        return
    identity = _identity(world, call, actor)
    role_account = Arn.parse(call.params["RoleArn"]).account if Arn.is_arn(call.params.get("RoleArn", "")) else ""
    account = actor.account or role_account
    record: dict[str, Any] = {
        "eventVersion": "1.08",
        "userIdentity": identity,
        "eventTime": _iso(step.clock),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": str(call.context.get("aws:SourceIp") or identity.get("invokedBy") or "203.0.113.25"),
        "requestParameters": _parameters(call, actor.session),
        "responseElements": _response(result.value) if result.error is None and call.service == "sts" else None,
        "requestID": _id(story, step, "request"),
        "eventID": _id(story, step, account),
        "readOnly": call.name.startswith(_READS),
        "eventType": "AwsApiCall",
        "managementEvent": not _is_data(call),
        "recipientAccountId": account,
    }
    if role_account:
        record["resources"] = [{"accountId": role_account, "type": "AWS::IAM::Role", "ARN": call.params["RoleArn"]}]
    if result.error is not None:
        yield record | {"errorCode": result.error.code, "errorMessage": result.error.message}
        return
    if role_account in ("", account):
        yield record
        return
    record["sharedEventID"] = _id(story, step, "shared")
    yield record
    stranger = {"type": "AWSAccount", "principalId": identity["principalId"], "accountId": account}
    there = {"userIdentity": stranger, "eventID": _id(story, step, role_account), "recipientAccountId": role_account}
    yield record | there


def _signed(world: World, call: Call) -> tuple[World, Call, Actor | None]:
    """Who signed a call; None for a change out of band, and for credentials of which AWS knows nothing."""
    try:
        equipped = equip(world, call)
        world, call = equipped.world, equipped.call
        actor = find_actor(world, call)
    except Refusal:
        profile = call.actor.partition(":")[2] if call.actor.startswith("session:") else call.actor
        session = world.sessions.get(world.profiles.get(profile, ""))
        return world, call, Actor(None, session.account, session) if session else None
    return world, call, actor if actor.caller is not None else None


def _identity(world: World, call: Call, actor: Actor) -> dict[str, Any]:
    """``userIdentity``: who made the call, as CloudTrail names the kinds of callers."""
    caller, session = actor.caller, actor.session
    if session is not None:
        return _session_identity(session)
    assert caller is not None
    user = world.users.get(caller.arn)
    if user is not None:
        keys = [key.id for key in user.access_keys or () if key.active]
        found = {"type": "IAMUser", "principalId": user.unique_id, "arn": user.arn, "accountId": user.account}
        return found | ({"accessKeyId": keys[0]} if keys else {}) | {"userName": user.name}
    if caller.kind is CallerKind.SERVICE:
        return {"type": "AWSService", "principalId": caller.service, "invokedBy": caller.service}
    if caller.kind is CallerKind.FEDERATED:
        claims = call.params.get("WebIdentityToken")
        saml = call.params.get("SAMLAssertion") or {}
        name = str(claims.get("sub", "")) if isinstance(claims, Mapping) else str(saml.get("RoleSessionName", ""))
        kind = "WebIdentityUser" if isinstance(claims, Mapping) else "SAMLUser"
        return {"type": kind, "principalId": name, "userName": name}
    kind = "Root" if caller.kind is CallerKind.ROOT else "Unknown"
    return {"type": kind, "principalId": caller.account, "arn": caller.arn, "accountId": caller.account}


def _session_identity(session: Session) -> dict[str, Any]:
    kinds = {SessionKind.SESSION_TOKEN: "IAMUser", SessionKind.FEDERATION_TOKEN: "FederatedUser"}
    kind = kinds.get(session.kind, "Root" if session.kind is SessionKind.ASSUME_ROOT else "AssumedRole")
    attributes = {"creationDate": _iso(session.issued), "mfaAuthenticated": str(session.mfa).lower()}
    context: dict[str, Any] = {"attributes": attributes}
    if session.principal:
        what = "Role" if session.is_role_session else "IAMUser"
        arn = Arn.parse(session.principal)
        issuer = {"type": what, "principalId": session.principal_id, "arn": session.principal}
        context["sessionIssuer"] = issuer | {"accountId": arn.account, "userName": arn.name}
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    return {
        "type": kind,
        "principalId": session.user_id,
        "arn": session.arn,
        "accountId": session.account,
        "accessKeyId": session.access_key_id,
        "sessionContext": context,
    }


def _parameters(call: Call, session: Session | None) -> dict[str, Any]:
    """``requestParameters``: names begin with a small letter; tokens and assertions are not recorded."""
    given = {name: value for name, value in call.params.items() if name not in ("WebIdentityToken", "SAMLAssertion")}
    found: dict[str, Any] = _camel(given)
    if session is not None and session.transitive and call.name == "AssumeRole":
        tags = sorted(session.tags.items())
        found["incomingTransitiveTags"] = {key: value for key, value in tags if key.lower() in session.transitive}
    return found


def _camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_RENAMED.get(name, name[:1].lower() + name[1:]): _camel(item) for name, item in value.items()}
    return [_camel(item) for item in value] if isinstance(value, list | tuple) else value


def _response(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """``responseElements``: secrets are not recorded, and the end is written in prose."""
    if not value:
        return None
    found: dict[str, Any] = _camel(value)
    credentials = found.get("credentials")
    if isinstance(credentials, dict):
        end = datetime.fromisoformat(str(credentials["expiration"]))
        prose = f"{end:%b} {end.day}, {end.year}, {end.hour % 12 or 12}:{end:%M:%S %p}"
        key = credentials["accessKeyId"]
        found["credentials"] = {"accessKeyId": key, "sessionToken": "<redacted>", "expiration": prose}
    return found


def _is_data(call: Call) -> bool:
    """Whether it is a data event, which a trail records only when that is switched on."""
    return call.service == "s3" and "Key" in call.params


def _row(record: Mapping[str, Any]) -> dict[str, str]:
    who, parameters = record["userIdentity"], record["requestParameters"]
    answer = record["responseElements"] or {}
    on = parameters.get("roleArn") or "/".join(str(parameters[k]) for k in ("bucketName", "key") if k in parameters)
    return {
        "time": record["eventTime"][11:16],
        "account": record["recipientAccountId"],
        "eventName": record["eventName"],
        "on": str(on).rpartition(":")[2],
        "userIdentity": _short(who),
        "accessKeyId": who.get("accessKeyId", ""),
        "gives accessKeyId": answer.get("credentials", {}).get("accessKeyId", ""),
        "sourceIdentity": who.get("sessionContext", {}).get("sourceIdentity", "") or answer.get("sourceIdentity", ""),
        "sharedEventID": record.get("sharedEventID", "")[:8],
        "errorCode": record.get("errorCode", ""),
    }


def _short(who: Mapping[str, Any]) -> str:
    """The end of the caller's ARN; of another account's caller the trail names the account alone."""
    if who["type"] == "AWSAccount":
        return f"account {who['accountId']}"
    return str(who.get("arn") or who["principalId"]).rpartition(":")[2]


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _id(story: Story, step: Step, what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"iamviz/{story.title}/{step.number}/{what}"))
