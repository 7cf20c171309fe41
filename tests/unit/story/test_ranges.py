"""What a scenario file may write once for many, and what happens before its story begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from iamviz.story.ranges import spread
from iamviz.story.scenario import scenario_from_text
from iamviz.story.source import ScenarioError

TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s", "Principal": %s}]}"""
HEAD = """title: T
start: 2026-03-02T06:00Z
accounts:
  - id: "111122223333"
    name: home
    saml_providers: [Directory]
    oidc_providers: [{url: "https://token.example.com", client_ids: [me], label: Builder}]
    users: [{name: "engineer-{01..50}", label: "Engineer {01..50}"}, {name: ana, label: Ana, mfa: true}]
    roles:
      - name: Worker
        trust: |
          {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
            "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Directory"}}]}
"""
BEFORE = """before:
  - at: 06:00
    every: 2
    who: "saml:Directory"
    call: sts:AssumeRoleWithSAML
    with:
      RoleArn: "arn:aws:iam::111122223333:role/Worker"
      PrincipalArn: "arn:aws:iam::111122223333:saml-provider/Directory"
      SAMLAssertion: {Recipient: "https://signin.aws.amazon.com/saml", RoleSessionName: "employee-{0001..0300}"}
"""


def test_a_range_stands_for_as_many_users_each_with_its_own_id_and_label() -> None:
    world = scenario_from_text(HEAD).world
    assert len(world.users) == 51
    assert len({user.unique_id for user in world.users.values()}) == 51
    assert world.labels["Engineer 07"] == "arn:aws:iam::111122223333:user/engineer-07"


def test_providers_and_mfa_devices_stand_in_the_world() -> None:
    world = scenario_from_text(HEAD).world
    assert world.saml_providers == {"arn:aws:iam::111122223333:saml-provider/Directory"}
    provider = world.oidc_providers["arn:aws:iam::111122223333:oidc-provider/token.example.com"]
    assert provider.client_ids == ("me",)
    assert world.user("arn:aws:iam::111122223333:user/ana").mfa_serial == "arn:aws:iam::111122223333:mfa/ana"
    assert world.user("arn:aws:iam::111122223333:user/engineer-01").mfa_serial == ""


def test_what_happened_before_is_performed_by_the_engine_and_not_told() -> None:
    scenario = scenario_from_text(HEAD + BEFORE)
    sessions = sorted(scenario.world.sessions.values(), key=lambda session: session.issued)
    assert [session.name for session in sessions[:2]] == ["employee-0001", "employee-0002"]
    assert len(sessions) == 300
    assert sessions[-1].issued - sessions[0].issued == timedelta(seconds=598)
    assert scenario.play().steps == ()


def test_a_refused_call_before_the_story_is_an_error_with_its_line() -> None:
    text = HEAD + BEFORE.replace("role/Worker", "role/Walker")
    with pytest.raises(ScenarioError, match=r"line 15: sts:AssumeRoleWithSAML is refused: Not authorized"):
        scenario_from_text(text)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("e-{1..99999}", "stands for 99999 things; expected 1 to 10000"),
        ("e-{9..1}", "expected 1 to 10000"),
        ("e-{1..3}-{1..4}", "differ in length"),
        ("e-{1..x}", "stands for fifty names"),
    ],
)
def test_a_bad_range_is_named(name: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario_from_text(HEAD.replace('"engineer-{01..50}", label: "Engineer {01..50}"', f'"{name}"'))


def test_ranges_go_together_and_keep_their_width() -> None:
    items = list(spread({"a": "x{08..10}", "b": ["{1..3}", 5, None]}))
    assert items == [{"a": f"x{8 + n:02}", "b": [str(1 + n), 5, None]} for n in range(3)]
    assert list(spread({"a": "no range"})) == [{"a": "no range"}]
