"""Findings and reports by command: their words, pages and redaction."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from iamviz.cli import app
from tests.commands.conftest import SECRET, runner

# ── findings ──


@pytest.fixture
def risky(tmp_path: Path) -> Path:
    path = tmp_path / "risky.json"
    arn = "arn:aws:iam::222255557777"
    document = {"Statement": {"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}}
    user: dict[str, Any] = {"UserName": "zoe", "Arn": f"{arn}:user/zoe", "UserId": "AIDAQQQQQQQQQQQQQQQQQ"}
    user["UserPolicyList"] = [{"PolicyName": "MayPay", "PolicyDocument": document}]
    trust = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}
    role: dict[str, Any] = {"RoleName": "Payroll", "Arn": f"{arn}:role/Payroll", "RoleId": "AROAQQQQQQQQQQQQQQQQQ"}
    role["AssumeRolePolicyDocument"] = trust
    path.write_text(json.dumps({"UserDetailList": [user], "RoleDetailList": [role]}))
    return path


def test_findings_tell_meaning_and_remedy(risky: Path) -> None:
    result = runner.invoke(app, ["findings", "--account", str(risky)])
    assert result.exit_code == 1
    for told in (
        "ROLE_TRUSTS_EVERYONE",
        "ESCALATION_PUT_USER_POLICY",
        "It means: ",
        "What to do: ",
        "When it is fine: ",
    ):
        assert told in result.stdout
    only = runner.invoke(app, ["findings", "--account", str(risky), "--code", "role_trusts_everyone"])
    assert "ESCALATION" not in only.stdout
    answer = json.loads(runner.invoke(app, ["findings", "--account", str(risky), "--json"]).stdout)
    assert {"ROLE_TRUSTS_EVERYONE", "ESCALATION_PUT_USER_POLICY"} <= {row["code"] for row in answer["rows"]}


def test_findings_of_a_calm_account_end_with_zero(dump: Path) -> None:
    assert runner.invoke(app, ["findings", "--account", str(dump)]).exit_code == 0


def test_findings_play_on_a_redacted_page(risky: Path, tmp_path: Path) -> None:
    page = tmp_path / "findings.html"
    assert runner.invoke(app, ["findings", "--account", str(risky), "--html", str(page)]).exit_code == 1
    text = page.read_text("utf-8")
    assert not re.search("zoe|maypay|222255557777|QQQQ", text, re.I)
    assert text.count('class="iv-stepper"') >= 1


# ── report ──


class Balanced(HTMLParser):
    """Complains about elements that are not closed in order, and about what would run or load something."""

    VOID = ("meta", "br", "wbr", "input", "link", "img")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "link", "iframe", "image")
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        self.headings += [tag] if tag in ("h1", "h2", "h3") else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Drawings close their own elements."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_report_is_one_page_without_names(dump: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert runner.invoke(app, ["report", "--account", str(dump), "--to", str(page)]).exit_code == 0
    text = page.read_text("utf-8")
    assert not SECRET.search(text)
    reader = Balanced()
    reader.feed(text)
    assert reader.open == []
    assert reader.headings[0] == "h1"
    assert set(reader.headings[1:]) == {"h2"}
    assert "Content-Security-Policy" in text
    assert text.count("<style") == 2
    again = tmp_path / "again.html"
    runner.invoke(app, ["report", "--account", str(dump), "--to", str(again), "--redact"])
    clocks = re.compile(r"\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:]+Z")  # the clock of a dump is that of the machine
    assert clocks.sub("", again.read_text("utf-8")) == clocks.sub("", text)
    runner.invoke(app, ["report", "--account", str(dump), "--to", str(page), "--no-redact"])
    assert {"PayrollAdmin", "222255557777"} <= set(re.findall(r"\w+", page.read_text("utf-8")))


def test_report_of_a_scenario_has_everyone(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert runner.invoke(app, ["report", "--account", "staging_bucket", "--to", str(page)]).exit_code == 0
    text = page.read_text("utf-8")
    for name in ("Ana", "Ben", "StagingEngineer"):
        assert f"<b>{name}</b>" in text.replace("<wbr>", "")


def test_draw_saves_for_slides(dump: Path, tmp_path: Path) -> None:
    drawing = tmp_path / "map.svg"
    assert runner.invoke(app, ["draw", "PayrollAdmin", "--account", str(dump), "--to", str(drawing)]).exit_code == 0
    text = drawing.read_text("utf-8")
    assert text.startswith(("<?xml", "<svg"))
    assert not SECRET.search(text)
