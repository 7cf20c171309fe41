"""The commands about accounts, as a person or a script meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from iamviz.cli import app
from tests.commands.conftest import ANA, DENIAL, IDENTITY, SECRET, runner


@pytest.mark.parametrize(
    "command", ["can", "who-can", "reach", "compare", "findings", "why", "trail", "draw", "report"]
)
def test_help_is_plain_and_has_examples(iamviz_command: list[str], command: str) -> None:
    shown = subprocess.run([*iamviz_command, command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "\x1b" not in shown
    assert f"\n    iamviz {command} " in shown.split("Examples:")[1]
    assert "exit code" in shown or command == "draw"


def test_completion_can_be_installed(iamviz_command: list[str]) -> None:
    shown = subprocess.run([*iamviz_command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "--install-completion" in shown


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("iamviz who-", "who-can"),
        ("iamviz can --account staging_", "staging_bucket"),
        ("iamviz can --account staging_bucket Stag", "StagingEngineer"),
        ("iamviz who-can s3:GetObjectT", "s3:GetObjectTagging"),
        ("iamviz who-can cloudw", "cloudwatch:"),
        ("iamviz findings --code ROLE_T", "ROLE_TRUSTS_EVERYONE"),
    ],
)
def test_the_shell_completes(line: str, told: str) -> None:
    words = {"_IAMVIZ_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv[0] = 'iamviz'; from iamviz.cli import app; app(prog_name='iamviz')",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, **words},
        check=False,
    )
    assert told in shown.stdout.replace("\\", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["iamviz", "who-"], ["who-can"]),
        (["iamviz", "who-can", "s3", ":", "GetObjectT"], ["GetObjectTagging", "GetObjectTorrent"]),
        (["iamviz", "can", "ana", "sqs", ":", "ListQ"], ["ListQueueTags", "ListQueues"]),
        (
            ["iamviz", "who-can", "s3", ":", "GetObject", "arn", ":", "aws", ":::", "x", "--acc"],
            ["--account"],
        ),
        (["iamviz", "findings", "-a", "example_c"], ["example_company", "example_company_last_month"]),
    ],
)
def test_bash_completes_although_it_breaks_words_at_colons(words: list[str], told: list[str]) -> None:
    """The words are those that an interactive bash 5 hands over."""
    asked = {"_IAMVIZ_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    program = "import sys; sys.argv[0] = 'iamviz'; from iamviz.cli import main; main()"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, **asked}, check=False
    )
    assert [line for line in shown.stdout.splitlines() if line] == told


# ── can, draw, report ──


@pytest.mark.parametrize(
    ("mfa", "code", "told"), [("true", 0, "allowed on"), ("false", 1, "denied\n"), (None, 3, "depends on aws:Multi")]
)
def test_what_is_told_of_the_request_counts_without_a_resource_too(mfa: str | None, code: int, told: str) -> None:
    context = ["--context", f"aws:MultiFactorAuthPresent={mfa}"] if mfa else []
    shown = runner.invoke(app, ["can", "ana", "sts:AssumeRole", "--account", "example_company", *context])
    assert shown.exit_code == code
    assert f"user/ana, sts:AssumeRole: {told}" in shown.stdout


def test_an_action_that_is_none_is_told_with_its_neighbour() -> None:
    asked = ["can", "ana", "s3:GetObjct", "arn:aws:s3:::b/k", "--account", "example_company"]
    assert "s3:GetObjct is not an action of AWS that iamviz knows; did you mean s3:GetObject?" in (
        runner.invoke(app, asked).stdout
    )


def test_iam_in_another_account_is_no_matter_of_a_resource_policy() -> None:
    user = "arn:aws:iam::444455556666:user/zoe"
    shown = runner.invoke(app, ["can", "ana", "iam:DeleteUser", user, "--account", "example_company"]).stdout
    assert "act in account 444455556666" in shown
    assert '"Principal"' not in shown


def test_a_map_and_a_report_as_data() -> None:
    drawn = runner.invoke(app, ["draw", "Deployer", "--account", "example_company", "--json"])
    data = json.loads(drawn.stdout)
    nodes = {node["id"] for node in data["nodes"]}
    assert "arn:aws:iam::444455556666:role/Deployer" in nodes
    assert all(line["from"] in nodes and line["to"] in nodes and line["says"] for line in data["lines"])
    report = runner.invoke(app, ["report", "--account", "staging_bucket", "--json"])
    data = json.loads(report.stdout)
    assert set(data) == {"counts", "findings", "everyone", "who_can_assume", "unknown"}
    assert {one["arn"] for one in data["everyone"]} >= set(data["who_can_assume"])
    nothing = runner.invoke(app, ["report", "--account", "staging_bucket"])
    assert (nothing.exit_code, nothing.stdout) == (2, "")


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
        ["can", "Nobody", "s3:GetObject", "--account", "staging_bucket"],
        ["can", "ana", "s3:Get*", "--account", "staging_bucket"],
        ["can", "ana", "GetObject", "*", "--account", "staging_bucket"],
        ["can", "ana", "s3:GetObjct", "--account", "staging_bucket"],
        ["can", "ana", "s3:GetObject", "--account", "staging_bucket", "--html", "x.html"],
        ["who-can", "s3", "--account", "staging_bucket"],
        ["who-can", "sts:AssumeRole", "Nobody", "--account", "staging_bucket"],
        ["reach", "Nobody", "--account", "staging_bucket"],
        ["report", "--to", "x.html"],
        ["findings", "--account", "staging_bucket", "--code", "NO_SUCH_CODE"],
        ["report", "--account", "staging_bucket", "--to", "no/such/folder/x.html"],
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
    role: dict[str, Any] = {"RoleName": "R", "Arn": "arn:aws:iam::111122223333:role/R", "AssumeRolePolicyDocument": 7}
    path.write_text(json.dumps({"RoleDetailList": [role]}))
    result = runner.invoke(app, ["draw", "R", "--account", str(path)])
    assert result.exit_code == 0
    assert "note: " in result.stderr
    assert "RoleDetailList[0].AssumeRolePolicyDocument" in result.stderr


# ── can, who-can, reach ──


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["zoe@acme.com", "sts:AssumeRole", "arn:aws:iam::222255557777:role/PayrollAdmin"],
            0,
            "by MayPay › statement 1",
        ),
        (["zoe@acme.com", "s3:GetObject", "arn:aws:s3:::b/k"], 1, "must allow s3:GetObject"),
        (["zoe@acme.com", "sts:AssumeRole"], 0, "allowed on arn:aws:iam::222255557777:role/PayrollAdmin"),
        (["PayrollAdmin", "sts:AssumeRole"], 1, "denied"),
        (["zoe@acme.com", "iam:CreateUser"], 1, "denied"),
        (["zoe@acme.com"], 0, "zoe@acme.com can do"),
    ],
)
def test_can(dump: Path, arguments: list[str], code: int, told: str) -> None:
    result = runner.invoke(app, ["can", *arguments, "--account", str(dump)])
    assert result.exit_code == code
    assert told in result.stdout


def test_can_says_on_what_it_depends(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    allow = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": mfa}}
    user: dict[str, Any] = {"UserName": "u", "Arn": "arn:aws:iam::111122223333:user/u", "UserId": "AIDAU"}
    user["UserPolicyList"] = [{"PolicyName": "p", "PolicyDocument": allow}]
    path.write_text(json.dumps({"UserDetailList": [user]}))
    ask = ["can", "u", "s3:GetObject", "arn:aws:s3:::b/k", "--account", str(path)]
    depends = runner.invoke(app, ask)
    assert depends.exit_code == 3
    assert "depends on aws:MultiFactorAuthPresent" in depends.stdout
    assert runner.invoke(app, [*ask, "--context", "aws:MultiFactorAuthPresent=true"]).exit_code == 0
    without = runner.invoke(app, [*ask, "--context", "aws:MultiFactorAuthPresent=false"])
    assert without.exit_code == 1
    assert "absent" not in without.stdout, "the reason speaks of the request that was asked about"
    told = json.loads(runner.invoke(app, [*ask, "--json"]).stdout)
    assert (told["verdict"], told["depends_on"]) == ("depends", ["aws:MultiFactorAuthPresent"])
    assert runner.invoke(app, ["who-can", "s3:GetObject", "arn:aws:s3:::b/k", "--account", str(path)]).exit_code == 3


def test_redaction_redacts_the_context_of_a_question_with_the_account(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    tagged = {"StringEquals": {"aws:RequestTag/AcmeSquad": "payroll"}}
    allow = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": tagged}}
    user: dict[str, Any] = {"UserName": "zoe", "Arn": "arn:aws:iam::222255557777:user/zoe", "UserId": "AIDAU"}
    path.write_text(
        json.dumps({"UserDetailList": [{**user, "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow}]}]})
    )
    told = ["--account", str(path), "--redact", "--context"]
    can = ["can", "zoe", "s3:GetObject", "arn:aws:s3:::acme/k", *told]
    for value, code in (("payroll", 0), ("maypay", 1)):
        shown = runner.invoke(app, [*can, f"aws:RequestTag/AcmeSquad={value}"])
        assert shown.exit_code == code
        assert not SECRET.search(shown.output)
    error = f"User: {user['Arn']} {DENIAL.partition(ANA)[2]}"
    why = runner.invoke(app, ["why", error, *told, "aws:RequestTag/AcmeSquad=payroll"])
    assert "would be allowed" in why.stdout
    assert not SECRET.search(why.output)


def test_who_can(dump: Path) -> None:
    base = ["--account", str(dump)]
    found = runner.invoke(app, ["who-can", "sts:AssumeRole", "PayrollAdmin", *base])
    assert found.exit_code == 0
    assert "zoe@acme.com" in found.stdout
    assert runner.invoke(app, ["who-can", "s3:DeleteBucket", *base]).exit_code == 1
    answer = json.loads(runner.invoke(app, ["who-can", "sts:AssumeRole", "PayrollAdmin", "--json", *base]).stdout)
    assert [row["who"] for row in answer["rows"]] == ["zoe@acme.com"]


def test_reach(dump: Path) -> None:
    found = runner.invoke(app, ["reach", "zoe@acme.com", "--account", str(dump)])
    assert found.exit_code == 0
    assert "PayrollAdmin" in found.stdout
    assert runner.invoke(app, ["reach", "PayrollAdmin", "--account", str(dump)]).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["can", "zoe@acme.com"],
        ["who-can", "sts:AssumeRole", "PayrollAdmin"],
        ["reach", "zoe@acme.com"],
        ["why", f"User: arn:aws:iam::222255557777:user/zoe@acme.com {DENIAL.partition(ANA)[2]}"],
    ],
)
def test_pages_from_a_real_account_are_redacted_unless_told(dump: Path, tmp_path: Path, arguments: list[str]) -> None:
    page = tmp_path / "x.html"
    base = [*arguments, "--account", str(dump), "--html", str(page)]
    shown = runner.invoke(app, base)
    assert shown.exit_code == 0
    assert not SECRET.search(page.read_text("utf-8"))
    assert not SECRET.search(shown.stdout)
    assert runner.invoke(app, [*base, "--no-redact"]).exit_code == 0
    assert SECRET.search(page.read_text("utf-8"))


def test_pages_of_trails_are_redacted_unless_told(tmp_path: Path) -> None:
    path, page = tmp_path / "trail.json", tmp_path / "x.html"
    who = {"type": "IAMUser", "arn": "arn:aws:iam::222255557777:user/zoe@acme.com", "accountId": "222255557777"}
    record = {"eventTime": "2026-01-01T00:00:00Z", "eventName": "GetRole", "eventSource": "iam.amazonaws.com"}
    record |= {"userIdentity": {**who, "accessKeyId": "AKIAQQQQQQQQQQQQQQQQ"}, "recipientAccountId": "222255557777"}
    path.write_text(json.dumps({"Records": [{**record, "requestParameters": {"roleName": "PayrollAdmin"}}]}))
    assert runner.invoke(app, ["trail", str(path), "--html", str(page)]).exit_code == 0
    assert not SECRET.search(page.read_text("utf-8"))
    assert "iam:GetRole" in page.read_text("utf-8")
    assert runner.invoke(app, ["trail", str(path), "--html", str(page), "--no-redact"]).exit_code == 0
    assert SECRET.search(page.read_text("utf-8"))
    told = runner.invoke(app, ["trail", str(path), "--json"])
    assert json.loads(told.stdout)["credentials"][0]["name"] == "zoe@acme.com"
    assert runner.invoke(app, ["trail", str(path), "--about", "nobody"]).exit_code == 2
    assert "calls iam:GetRole" in runner.invoke(app, ["trail", str(path), "--about", "zoe@acme.com"]).stdout


def test_a_page_of_reach_plays_the_way(dump: Path, tmp_path: Path) -> None:
    page = tmp_path / "reach.html"
    assert runner.invoke(app, ["reach", "zoe@acme.com", "--account", str(dump), "--html", str(page)]).exit_code == 0
    text = page.read_text("utf-8")
    assert 'class="iv-stepper"' in text
    assert not SECRET.search(text)


# ── compare ──


def test_compare(dump: Path, tmp_path: Path) -> None:
    data = json.loads(dump.read_text())
    data["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"]["Statement"]["Action"] = "sts:*"
    later, page = tmp_path / "later.json", tmp_path / "changes.html"
    later.write_text(json.dumps(data))
    assert runner.invoke(app, ["compare", str(dump), str(dump)]).exit_code == 0
    changed = runner.invoke(app, ["compare", str(dump), str(later)])
    assert changed.exit_code == 1
    assert "gained" in changed.stdout
    assert "zoe@acme.com" in changed.stdout
    hidden = runner.invoke(app, ["compare", str(dump), str(later), "--html", str(page)])
    assert hidden.exit_code == 1
    assert not SECRET.search(hidden.stdout + page.read_text("utf-8"))
    assert json.loads(runner.invoke(app, ["compare", str(dump), str(later), "--json"]).stdout)["rows"]
    assert runner.invoke(app, ["compare", str(dump), "nowhere.json"]).exit_code == 2
