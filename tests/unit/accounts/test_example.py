"""The shipped accounts: made by their script, read without a problem, rich enough for the notebook."""

from __future__ import annotations

import json

import pytest

import iamviz as iv
from iamviz.accounts import read_dump
from iamviz.accounts.findings import findings
from scripts.example_account.company import files
from tests.conftest import REPOSITORY


@pytest.mark.parametrize("folder", ["example_company", "example_company_last_month"])
def test_the_files_are_what_the_script_writes(folder: str) -> None:
    made = files(folder.endswith("last_month"))
    written = {path.name: json.loads(path.read_text("utf-8")) for path in (REPOSITORY / "data" / folder).glob("*.json")}
    assert written == made


@pytest.mark.parametrize("folder", ["example_company", "example_company_last_month"])
def test_they_are_read_without_a_problem(folder: str) -> None:
    assert read_dump(REPOSITORY / "data" / folder).problems == ()
    world = iv.load(folder)
    assert sorted(world.accounts) == ["111122223333", "444455556666"]
    assert world.now.isoformat() == "2026-03-02T09:00:00+00:00"


def test_everything_that_the_notebook_shows_is_in_them() -> None:
    world = iv.load("example_company")
    codes = {one.code for one in findings(world).found}
    assert codes >= {
        "ADMIN",
        "ESCALATION_PASS_CLOUDFORMATION",
        "GITHUB_OIDC_TOO_WIDE",
        "GITHUB_OIDC_WITHOUT_SUB",
        "MFA_DENY_MISSES_KEYS",
        "NEVER_MATCHES",
        "OUTSIDE_ACCOUNT",
        "OUTSIDE_ACCOUNT_WITHOUT_EXTERNAL_ID",
        "ROLE_TRUSTS_EVERYONE",
        "TRUST_IN_DELETED_PRINCIPAL",
        "UNUSED_ROLE",
    }
    payroll = iv.who_can(world, "s3:GetObject", "arn:aws:s3:::acme-payroll/2026-02.csv").table
    assert dict(zip(payroll["who"], payroll["verdict"], strict=True)) == {"Admin": "allowed", "OfficeOnly": "allowed"}
    way = iv.can_reach(world, "dov").reach.way_to("Admin")
    assert (way.hops, way.keys) == (2, ("aws:MultiFactorAuthPresent",))
    story = iv.can_reach(world, "dov").story("Admin")
    assert story is not None
    assert [step.outcome for step in story.steps] == ["allowed", "allowed"]
    changes = iv.compare(iv.load("example_company_last_month"), world).table
    assert set(changes["who"]) == {"eve", "gus", "Deployer"}
