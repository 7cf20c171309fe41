"""A workload for the decision benchmark: 200 principals, 50 managed policies, 20,000 requests, the same on every run.

``python -m benchmarks.workload multi FILE.json`` (or ``s3``) writes it. ``multi`` spreads over six services, ``s3``
asks one service for many objects, so that an index by service is of no use. The format is
``{account, principals: {arn: [policy name]}, policies: {name: document}, requests: [{p, a, r, c}]}``.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"
TEAMS = ["red", "blue", "green", "gold"]
NETWORKS = [["10.0.0.0/8"], ["10.1.0.0/16", "192.168.0.0/16"], ["203.0.113.0/24"]]
POLICIES, ROLES, USERS, REQUESTS = 50, 120, 80, 20_000


@dataclass(frozen=True)
class Service:
    """A service: its prefix, the actions asked for, and the ARN of its thing number n."""

    prefix: str
    actions: Sequence[str]
    arn: Callable[[int], str]


@dataclass(frozen=True)
class Flavour:
    """What tells the two workloads apart."""

    seed: int
    services: Sequence[Service]
    beginnings: Sequence[str]
    middles: Sequence[str]
    conditions: Sequence[str]
    everything: str
    rich_context: bool


def _arn(service: str, resource: str) -> Callable[[int], str]:
    return lambda n: f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource.format(n % 25)}"


def _object(buckets: int) -> Callable[[int], str]:
    return lambda n: f"arn:aws:s3:::bucket{n % buckets}/data/{n % 40}/file{n % 90}.csv"


S3_ACTIONS = "GetObject PutObject DeleteObject GetObjectVersion GetObjectTagging PutObjectTagging".split()
MORE_S3_ACTIONS = """DeleteObjectTagging GetObjectRetention PutObjectRetention GetObjectLegalHold AbortMultipartUpload
    ListMultipartUploadParts""".split()
DYNAMODB_ACTIONS = "GetItem PutItem Query Scan UpdateItem DeleteItem BatchGetItem DescribeTable".split()
SQS_ACTIONS = "SendMessage ReceiveMessage DeleteMessage GetQueueAttributes PurgeQueue".split()
LAMBDA_ACTIONS = "InvokeFunction GetFunction UpdateFunctionCode DeleteFunction".split()
SECRET_ACTIONS = "GetSecretValue PutSecretValue DescribeSecret DeleteSecret".split()
MANY_SERVICES = [
    Service("s3", S3_ACTIONS, _object(12)),
    Service("dynamodb", DYNAMODB_ACTIONS, _arn("dynamodb", "table/Table{}")),
    Service("sqs", SQS_ACTIONS, _arn("sqs", "queue{}")),
    Service("lambda", LAMBDA_ACTIONS, _arn("lambda", "function:fn{}")),
    Service("sns", "Publish Subscribe GetTopicAttributes DeleteTopic".split(), _arn("sns", "topic{}")),
    Service("secretsmanager", SECRET_ACTIONS, _arn("secretsmanager", "secret:app{}-AbCdEf")),
]
FLAVOURS = {
    "multi": Flavour(
        seed=20240611,
        services=MANY_SERVICES,
        beginnings="Get Put Delete Describe Update Send Invoke List Batch".split(),
        middles="Object Item Message Function Value".split(),
        conditions="ip tls date user tag region mfaage ifexists".split(),
        everything="*",
        rich_context=True,
    ),
    "s3": Flavour(
        seed=20240612,
        services=[Service("s3", [*S3_ACTIONS, *MORE_S3_ACTIONS], _object(25))],
        beginnings="Get Put Delete GetObject PutObject List".split(),
        middles="Object Tagging Retention".split(),
        conditions="ip tls date user userlike".split(),
        everything="arn:aws:s3:::*",
        rich_context=False,
    ),
}


def workload(kind: str = "multi") -> dict[str, Any]:
    """The workload of a kind, ``multi`` or ``s3``."""
    return _Maker(FLAVOURS[kind]).workload()


class _Maker:
    def __init__(self, flavour: Flavour) -> None:
        self.flavour = flavour
        self.random = Random(flavour.seed)

    def workload(self) -> dict[str, Any]:
        policies = {f"Policy{number}": self.policy(number) for number in range(POLICIES)}
        names = list(policies)
        arns = [f"arn:aws:iam::{ACCOUNT}:role/role{n}" for n in range(ROLES)]
        arns += [f"arn:aws:iam::{ACCOUNT}:user/user{n}" for n in range(USERS)]
        principals = {arn: self.random.sample(names, self.random.randint(3, 6)) for arn in arns}
        teams = {arn: self.random.choice(TEAMS) for arn in arns}
        requests = [self.request(arns, teams) for _ in range(REQUESTS)]
        return {"account": ACCOUNT, "principals": principals, "policies": policies, "requests": requests}

    def policy(self, number: int) -> dict[str, Any]:
        count = self.random.randint(2, 5)
        return {"Version": "2012-10-17", "Statement": [self.statement(f"S{number}x{k}") for k in range(count)]}

    def statement(self, sid: str) -> dict[str, Any]:
        random = self.random
        service = random.choice(self.flavour.services)
        statement: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Deny" if random.random() < 0.12 else "Allow",
            "Action": sorted({self.action_pattern(service) for _ in range(random.randint(1, 3))}),
            "Resource": sorted({self.resource_pattern(service) for _ in range(random.randint(1, 3))}),
        }
        if random.random() < 0.30:
            statement["Condition"] = self.condition()
        return statement

    def action_pattern(self, service: Service) -> str:
        kind = self.random.random()
        if kind < 0.55:
            return f"{service.prefix}:{self.random.choice(service.actions)}"
        if kind < 0.85:
            return f"{service.prefix}:{self.random.choice(self.flavour.beginnings)}*"
        return (
            f"{service.prefix}:*" if kind < 0.95 else f"{service.prefix}:*{self.random.choice(self.flavour.middles)}*"
        )

    def resource_pattern(self, service: Service) -> str:
        random = self.random
        arn = service.arn(random.randrange(3600))
        kind = random.random()
        if kind < 0.25:
            return arn
        if kind < 0.80:
            if service.prefix == "s3":
                return arn.split("/data/")[0] + random.choice(["/*", "/data/*", f"/data/{random.randrange(4)}*"])
            if service.prefix == "secretsmanager":
                return arn.split(":secret:")[0] + ":secret:app*"
            return arn.rstrip("0123456789") + "*"
        if kind < 0.92:
            return self.flavour.everything
        return arn.replace("file", "fi?e") if service.prefix == "s3" else arn[:-1] + "?"

    def condition(self) -> dict[str, Any]:
        random = self.random
        kind = random.choice(self.flavour.conditions)
        if kind == "ip":
            return {"IpAddress": {"aws:SourceIp": random.choice(NETWORKS)}}
        if kind == "tls":
            return {"Bool": {"aws:SecureTransport": random.choice(["true", "false"])}}
        if kind == "date":
            operator = random.choice(["DateLessThan", "DateGreaterThan"])
            return {operator: {"aws:CurrentTime": random.choice(["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"])}}
        if kind == "user":
            operator = random.choice(["StringEquals", "StringNotEquals"])
            return {operator: {"aws:username": [f"user{random.randrange(80)}" for _ in range(3)]}}
        if kind == "userlike":
            return {"StringLike": {"aws:username": [f"user{random.randrange(8)}*"]}}
        if kind == "tag":
            return {"StringEquals": {"aws:PrincipalTag/team": random.sample(TEAMS, 2)}}
        if kind == "region":
            regions = random.choice([["us-east-1"], ["eu-west-1", "us-east-1"], ["eu-west-1"]])
            return {"StringEquals": {"aws:RequestedRegion": regions}}
        if kind == "mfaage":
            return {"NumericLessThan": {"aws:MultiFactorAuthAge": random.choice(["900", "3600"])}}
        return {"StringEqualsIfExists": {"aws:PrincipalTag/team": random.choice(TEAMS)}}

    def request(self, arns: Sequence[str], teams: dict[str, str]) -> dict[str, Any]:
        random = self.random
        principal = random.choice(arns)
        service = random.choice(self.flavour.services)
        context = {
            "aws:SourceIp": random.choice(["10.1.2.3", "10.9.8.7", "192.168.4.4", "203.0.113.9", "8.8.8.8"]),
            "aws:SecureTransport": random.choice(["true", "true", "true", "false"]),
            "aws:CurrentTime": random.choice(["2025-06-01T12:00:00Z", "2026-06-01T12:00:00Z"]),
        }
        if ":user/" in principal:
            context["aws:username"] = principal.rpartition("/")[2]
        if self.flavour.rich_context:
            context["aws:RequestedRegion"] = random.choice(["us-east-1", "us-east-1", "eu-west-1"])
            if random.random() < 0.7:
                context["aws:PrincipalTag/team"] = teams[principal]
            if random.random() < 0.4:
                context["aws:MultiFactorAuthAge"] = str(random.choice([60, 1800, 7200]))
        action = f"{service.prefix}:{random.choice(service.actions)}"
        return {"p": principal, "a": action, "r": service.arn(random.randrange(3600)), "c": context}


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in FLAVOURS:
        print("usage: python -m benchmarks.workload multi|s3 FILE.json", file=sys.stderr)
        return 2
    Path(arguments[1]).write_text(json.dumps(workload(arguments[0])), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
