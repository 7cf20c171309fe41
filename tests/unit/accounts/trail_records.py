"""CloudTrail records for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from iamviz.accounts.trail import Trail
from iamviz.accounts.trail_join import Joiner

HOME, AWAY = "111122223333", "222233334444"
START = datetime(2026, 1, 1, tzinfo=UTC)
Record = dict[str, Any]
_number = iter(range(10**9))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def user(name: str = "alice") -> Record:
    arn = f"arn:aws:iam::{HOME}:user/eng/{name}"
    key = f"AKIA{name.upper():X<16}"
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": arn, "accountId": HOME, "accessKeyId": key}


def session(key: str, role: str, name: str, account: str = AWAY, minutes: float = 0, **more: Any) -> Record:
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": f"arn:aws:iam::{account}:role/{role}"}
    attributes = {"creationDate": f"{at(minutes):%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"}
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes, **more},
    }


def event(who: Record, action: str, minutes: float = 0, account: str = HOME, **more: Any) -> Record:
    service, _, name = action.partition(":")
    return {
        "eventTime": f"{at(minutes):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "userIdentity": who,
        "sourceIPAddress": "203.0.113.25",
        "awsRegion": "us-east-1",
        "recipientAccountId": account,
        "eventID": f"event-{next(_number)}",
        "managementEvent": True,
        **more,
    }


def assume(who: Record, key: str, role: str, name: str, minutes: float = 0, account: str = AWAY, **more: Any) -> Record:
    arn = f"arn:aws:iam::{account}:role/{role}"
    expires = at(minutes + 60)
    response = {
        # the prose of CloudTrail, without a leading zero
        "credentials": {"accessKeyId": key, "expiration": f"{expires:%b} {expires.day}, {expires:%Y, %I:%M:%S %p}"},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}"},
    }
    parameters = {"roleArn": arn, "roleSessionName": name, "durationSeconds": 3600}
    found = event(who, "sts:AssumeRole", minutes, requestParameters=parameters, responseElements=response)
    return {**found, **more}


def trail_of(*records: Record, most: int = 100) -> Trail:
    joiner = Joiner(most)
    for record in records:
        joiner.add(record)
    return joiner.trail(())


CHAIN = [
    assume(user(), "ASIA1", "path/Jump", "alice", 0),
    event(session("ASIA1", "path/Jump", "alice"), "ec2:DescribeInstances", 1),
    assume(session("ASIA1", "path/Jump", "alice"), "ASIA2", "Deploy", "from-jump", 2),
    event(session("ASIA2", "Deploy", "from-jump", minutes=2), "s3:ListBuckets", 3, errorCode="AccessDenied"),
]
