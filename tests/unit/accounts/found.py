"""What the tests of findings share: what is found in a world, and whether its story plays."""

from __future__ import annotations

from typing import Any

from iamviz.accounts.finding import AccountFinding
from iamviz.accounts.findings import findings
from iamviz.world import World
from tests.unit.calls.company import (
    GITHUB,
    allow,
    arn,
    role,
    trusts,
)

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ID = {"StringEquals": {"sts:ExternalId": "cust-7f3a"}}
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
ADMIN_OF_EC2 = role("Power", trusts({"Service": "ec2.amazonaws.com"}), allow("*"))
PROVIDER = arn("oidc-provider", GITHUB)


def admin_of(*services: str) -> Any:
    return role("Power", trusts({"Service": [f"{name}.amazonaws.com" for name in services]}), allow("*"))


def found(world: World, code: str) -> list[AccountFinding]:
    return list(findings(world).of(code))


def of(world: World, who: str) -> dict[str, str]:
    """Codes and verdicts of the ways to more permissions of one identity."""
    name = world.name_of
    return {
        one.code.removeprefix("ESCALATION_"): one.verdict
        for one in findings(world).found
        if one.code.startswith("ESCALATION_") and name(one.who) == who
    }


def check_story(finding: AccountFinding) -> None:
    """Every call of a story succeeds, but for the first try of a way to more permissions."""
    story = finding.story()
    assert story is not None
    outcomes = [step.outcome for step in story.steps]
    if finding.code.startswith("ESCALATION_"):
        assert outcomes[0] in ("implicitDeny", "explicitDeny")
        outcomes = outcomes[1:]
    assert set(outcomes) == {"allowed"}
