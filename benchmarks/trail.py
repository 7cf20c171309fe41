"""How CloudTrail is read as it grows: ``python -m benchmarks.trail [EVENTS …]``.

Writes generated events (users, chains of roles, services, refusals) into gzip files of 20,000 events, as CloudTrail
lays them out, and reads the folder in a process of its own. Prints one JSON line for each number of events: events a
second, megabytes of the files unpacked, and the most memory that the process ever had beside that of reading one event.
"""

import gzip
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ACCOUNT = "111122223333"
START = datetime(2026, 3, 2, tzinfo=UTC)
PER_FILE = 20_000
USERS, ROLES, SESSION_EVENTS = 500, 200, 40
READ = """
import json, resource, sys, time
from iamviz.accounts.trail import read_trail
start = time.perf_counter()
trail = read_trail(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"events": trail.events, "seconds": seconds, "credentials": len(trail.credentials),
                  "kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def events(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Events in order of time, the same on every run: a session begins, calls a few dozen times, the next begins."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        user, role = chance.randrange(USERS), chance.randrange(ROLES)
        key = f"ASIA{made:016d}"
        at = START + timedelta(milliseconds=made * 40)
        caller = _user(user)
        if chance.random() < 0.2:
            caller = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
        yield _assume(made, at, caller, role, user, key, refused=False)
        made += 1
        for _ in range(min(chance.randrange(2 * SESSION_EVENTS), count - made)):
            at = START + timedelta(milliseconds=made * 40)
            yield _call(made, at, key, role, user, chance)
            made += 1
        if chance.random() < 0.1 and made < count:
            yield _assume(made, at, _session(key, role, user), chance.randrange(ROLES), user, "", refused=True)
            made += 1


def _user(number: int) -> dict[str, Any]:
    name = f"user{number}"
    return {
        "type": "IAMUser",
        "principalId": f"AIDA{number:017d}",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": f"AKIA{number:016d}",
        "userName": name,
    }


def _session(key: str, role: int, user: int) -> dict[str, Any]:
    return {
        "type": "AssumedRole",
        "principalId": f"AROA{role:017d}:user{user}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/role{role}/user{user}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/role{role}", "accountId": ACCOUNT},
            "attributes": {"creationDate": "2026-03-02T00:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def _event(number: int, at: datetime, who: dict[str, Any], source: str, name: str, user: int) -> dict[str, Any]:
    return {
        "eventVersion": "1.09",
        "userIdentity": who,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": f"203.0.113.{user % 200}",
        "userAgent": "aws-cli/2.27.1 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.3",
        "requestID": f"11111111-aaaa-4bbb-8ccc-{number:012d}",
        "eventID": f"22222222-aaaa-4bbb-8ccc-{number:012d}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "requestParameters": None,
        "responseElements": None,
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
    }


def _assume(
    number: int, at: datetime, who: dict[str, Any], role: int, user: int, key: str, *, refused: bool
) -> dict[str, Any]:
    event = _event(number, at, who, "sts", "AssumeRole", user)
    arn = f"arn:aws:iam::{ACCOUNT}:role/role{role}"
    if refused:
        event["errorCode"] = "AccessDenied"
        event["errorMessage"] = f"User: {who['arn']} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        return event
    event["requestParameters"] = {"roleArn": arn, "roleSessionName": f"user{user}", "durationSeconds": 3600}
    event["responseElements"] = {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": "…",
            "expiration": f"{at + timedelta(hours=1):%b %d, %Y, %I:%M:%S %p}",
        },
        "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/role{role}/user{user}"},
    }
    return event


def _call(number: int, at: datetime, key: str, role: int, user: int, chance: random.Random) -> dict[str, Any]:
    source, name = chance.choice(
        [
            ("ec2", "DescribeInstances"),
            ("s3", "ListBuckets"),
            ("iam", "GetRole"),
            ("kms", "Decrypt"),
            ("logs", "PutLogEvents"),
        ]
    )
    event = _event(number, at, _session(key, role, user), source, name, user)
    if chance.random() < 0.02:
        event["errorCode"] = "AccessDenied"
        event["errorMessage"] = (
            f"User: {event['userIdentity']['arn']} is not authorized to perform: {source}:{name} because no "
            f"identity-based policy allows the {source}:{name} action"
        )
    return event


def write(folder: Path, count: int) -> float:
    """Write the files; megabytes of what is in them, unpacked."""
    size, batch, number = 0, [], 0
    for event in events(count):
        batch.append(event)
        if len(batch) == PER_FILE:
            size, batch, number = size + _file(folder, number, batch), [], number + 1
    if batch:
        size += _file(folder, number, batch)
    return size / 1e6


def _file(folder: Path, number: int, batch: list[dict[str, Any]]) -> int:
    text = json.dumps({"Records": batch}).encode()
    path = folder / f"{ACCOUNT}_CloudTrail_eu-central-1_{number:05d}.json.gz"
    path.write_bytes(gzip.compress(text, 1))
    return len(text)


def measure(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        megabytes = write(Path(folder), count)
        shown = subprocess.run([sys.executable, "-c", READ, folder], capture_output=True, text=True, check=True)
    found = json.loads(shown.stdout)
    assert found["events"] == count
    return {
        "events": count,
        "unpacked_mb": round(megabytes),
        "events_per_second": round(count / found["seconds"]),
        "credentials": found["credentials"],
        "peak_mb": round(found["kb"] / 1024),
    }


def main(arguments: Sequence[str]) -> int:
    for count in map(int, arguments or ("10000", "100000", "1000000")):
        print(json.dumps(measure(count)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
