"""The commands about accounts, as a person or a script meets them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from iamviz.cli import app

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
    user = {"UserName": "zoe@acme.com", "Arn": f"{arn}:user/zoe@acme.com", "UserId": "AIDAQQQQQQQQQQQQQQQQQ"}
    user["UserPolicyList"] = [{"PolicyName": "MayPay", "PolicyDocument": allow}]  # type: ignore[assignment]
    role = {"RoleName": "PayrollAdmin", "Arn": f"{arn}:role/PayrollAdmin", "RoleId": "AROAQQQQQQQQQQQQQQQQQ"}
    role["AssumeRolePolicyDocument"] = trust  # type: ignore[assignment]
    path.write_text(json.dumps({"UserDetailList": [user], "RoleDetailList": [role]}))
    return path


SECRET = re.compile(r"acme|zoe|payroll|maypay|222255557777|QQQQ", re.I)


@pytest.mark.parametrize("command", ["why", "trail", "draw"])
def test_help_is_plain_and_has_examples(iamviz_command: list[str], command: str) -> None:
    shown = subprocess.run([*iamviz_command, command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "\x1b" not in shown
    assert f"\n    iamviz {command} " in shown.split("Examples:")[1]
    assert "exit code" in shown or command == "draw"


def test_completion_can_be_installed(iamviz_command: list[str]) -> None:
    shown = subprocess.run([*iamviz_command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "--install-completion" in shown


# ── why ──


def test_why_explains() -> None:
    result = runner.invoke(app, ["why", IDENTITY])
    assert result.exit_code == 0
    assert "No statement in an identity-based policy" in result.output


def test_why_takes_words_and_standard_input() -> None:
    words = runner.invoke(app, ["why", *IDENTITY.split()])
    piped = runner.invoke(app, ["why", "-"], input=f"An error occurred (AccessDenied) …: {IDENTITY}\n")
    assert words.exit_code == piped.exit_code == 0
    assert "What to change" in words.output
    assert "What to change" in piped.output


def test_why_with_an_account_and_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAMVIZ_ACCOUNT", "staging_bucket")
    result = runner.invoke(app, ["why", IDENTITY, "--json", "--context", "aws:SourceIp=203.0.113.9"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["outcome"] == "implicitDeny"
    assert answer["denial"]["policy_type"] == "identity"


def test_why_says_when_it_does_not_know() -> None:
    assert runner.invoke(app, ["why", "no such error"]).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["why", ""],
        ["why", IDENTITY, "--account", "nowhere.json"],
        ["why", IDENTITY, "--account", "stagin_bucket"],
        ["why", IDENTITY, "--context", "SourceIp"],
        ["why", IDENTITY, "--html", "no/such/folder/x.html"],
        ["draw"],
        ["draw", "Nobody", "--account", "staging_bucket"],
        ["draw", "--account", "staging_bucket", "--to", "x.pdf"],
        ["trail", "nowhere"],
    ],
)
def test_bad_input_ends_with_two_and_a_sentence(arguments: list[str]) -> None:
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr.startswith("iamviz: ") or "Usage" in result.stderr


def test_why_redacts_the_error_and_the_account(dump: Path, tmp_path: Path) -> None:
    text = (
        "User: arn:aws:iam::222255557777:user/zoe@acme.com is not authorized to perform: sts:AssumeRole on resource: "
        "arn:aws:iam::222255557777:role/PayrollAdmin because no identity-based policy allows the sts:AssumeRole action"
    )
    page = tmp_path / "why.html"
    shown = runner.invoke(app, ["why", text, "--account", str(dump), "--redact", "--html", str(page)])
    assert shown.exit_code == 0
    assert not SECRET.search(shown.stdout)
    assert not SECRET.search(page.read_text("utf-8"))
    assert "would be allowed" in shown.stdout
    assert SECRET.search(runner.invoke(app, ["why", text, "--account", str(dump)]).stdout)


# ── draw ──


def test_draw_redacts_what_comes_from_a_real_account(dump: Path, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    assert runner.invoke(app, ["draw", "PayrollAdmin", "--account", str(dump), "--to", str(page)]).exit_code == 0
    assert not SECRET.search(page.read_text("utf-8"))
    plain = ["draw", "PayrollAdmin", "--account", str(dump), "--to", str(page), "--no-redact"]
    assert runner.invoke(app, plain).exit_code == 0
    assert "PayrollAdmin" in page.read_text("utf-8")


def test_draw_leaves_a_scenario_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    assert runner.invoke(app, ["draw", "--account", "staging_bucket", "--to", str(page)]).exit_code == 0
    text = page.read_text("utf-8")
    assert "StagingEngineer" in text
    assert "<script" not in text
    assert "http:" not in text.replace("http://www.w3.org", "")


def test_draw_tells_the_map_in_words() -> None:
    result = runner.invoke(app, ["draw", "StagingEngineer", "--account", "staging_bucket"])
    assert result.exit_code == 0
    assert "role StagingEngineer" in result.stdout


def test_what_cannot_be_read_is_told_beside_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    role = {"RoleName": "R", "Arn": "arn:aws:iam::111122223333:role/R", "AssumeRolePolicyDocument": 7}
    path.write_text(json.dumps({"RoleDetailList": [role]}))
    result = runner.invoke(app, ["draw", "R", "--account", str(path)])
    assert result.exit_code == 0
    assert "note: " in result.stderr
    assert "RoleDetailList[0].AssumeRolePolicyDocument" in result.stderr
