"""An account for the commands, and words of it that a redacted page may not hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

runner = CliRunner()
ANA = "arn:aws:iam::111122223333:user/ana"
DENIAL = f"User: {ANA} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k "
IDENTITY = DENIAL + "because no identity-based policy allows the s3:GetObject action"


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IAMVIZ_ACCOUNT", raising=False)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "acme.json"
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "222255557777"}, "Action": "sts:AssumeRole"}}
    allow = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/Payroll*"}}
    arn = "arn:aws:iam::222255557777"
    user = {
        "UserName": "zoe@acme.com",
        "Arn": f"{arn}:user/zoe@acme.com",
        "UserId": "AIDAQQQQQQQQQQQQQQQQQ",
        "UserPolicyList": [{"PolicyName": "MayPay", "PolicyDocument": allow}],
    }
    role = {
        "RoleName": "PayrollAdmin",
        "Arn": f"{arn}:role/PayrollAdmin",
        "RoleId": "AROAQQQQQQQQQQQQQQQQQ",
        "AssumeRolePolicyDocument": trust,
    }
    path.write_text(json.dumps({"UserDetailList": [user], "RoleDetailList": [role]}))
    return path


SECRET = re.compile(r"acme|zoe|payroll|maypay|222255557777|QQQQ", re.I)
