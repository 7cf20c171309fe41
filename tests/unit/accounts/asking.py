"""What the tests of questions to an account share."""

from __future__ import annotations

from typing import Any

from tests.unit.calls.company import (
    arn,
    trusts,
)

ANA, BEN = arn("user", "ana"), arn("user", "ben")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
EC2 = trusts({"Service": "ec2.amazonaws.com"})
OBJECT = "arn:aws:s3:::reports/may.csv"


def verdicts(answer: Any) -> dict[str, str]:
    return {row["who"]: row["verdict"] for row in answer.rows}


def actions(answer: Any) -> dict[str, str]:
    rows = {row["action"]: row["verdict"] for row in answer.rows}
    rows.pop("sts:GetCallerIdentity", None)  # needs no permission
    return rows
