"""Scenarios with organizations, workloads and other things that stand in an account."""

from __future__ import annotations

from typing import Any

import pytest

from iamviz.story.scenario import Scenario, scenario_from_text
from iamviz.story.source import ScenarioError
from iamviz.story.story import Story
from iamviz.world.organization import FULL_ACCESS, organization_path

TREE = """
title: An organization
start: 2026-03-02T09:00Z
organization:
  id: o-exampleorgid
  policies:
    - name: NoAssuming
      type: scp
      id: p-noassuming
      document: '{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}}'
    - name: OrgOnly
      type: rcp
      document: '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*"}}'
  root:
    id: r-exam
    accounts: [999988887777]
    units:
      - name: Workloads
        policies: [NoAssuming]
        units:
          - name: Production
            id: ou-exam-prod0001
            accounts: ["111122223333"]
accounts:
  - {id: 999988887777, name: management, management: true}
  - {id: 111122223333, name: home, organization_policies: [OrgOnly], full_aws_access: false}
  - {id: 777788889999, name: vendor, organization: o-anothervendor}
"""

MACHINES = """
title: Machines
start: 2026-03-02T09:00Z
accounts:
  - id: 111122223333
    name: home
    users: [{name: deployer}]
    roles:
      - name: Web
        trust: '{"Statement": {"Effect": "Allow", "Principal": {"Service":
                ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
                "Action": "sts:AssumeRole"}}'
        policies:
          - {name: Read, document: '{"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}'}
      - name: Ci
        trust: '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal":
                {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}}}'
    instance_profiles: [{name: WebProfile, role: Web}, {name: Empty}]
    oidc_providers: [{url: "https://token.actions.githubusercontent.com", client_ids: [sts.amazonaws.com]}]
    resources:
      - {arn: "arn:aws:sqs:us-east-1:111122223333:orders", kind: SQS queue, label: orders}
    workloads:
      - {name: web, kind: ec2, role: Web, imds: v2}
      - {name: worker, kind: ec2, instance_profile: WebProfile, id: i-0123456789abcdef0}
      - {name: fn, kind: lambda, role: Web}
      - {name: script, kind: app, user: deployer}
workloads:
  - name: build-job
    kind: github
    token: {iss: "https://token.actions.githubusercontent.com", aud: [sts.amazonaws.com], sub: "repo:acme/app:ref:x"}
story:
  - at: "09:00"
    who: web
    call: sqs:SendMessage
    with: {Resource: "arn:aws:sqs:us-east-1:111122223333:orders"}
    title: It sends
    caption: "{web} sends to {orders}: {allowed}."
  - at: "09:10"
    who: build-job
    call: sts:AssumeRoleWithWebIdentity
    with: {RoleArn: "arn:aws:iam::111122223333:role/Ci", RoleSessionName: run-1}
    title: It logs in
    caption: "{build-job} becomes {Ci}: {allowed}."
  - {at: "09:11", show: build-job, title: Its ticket, caption: "Here is its {session}."}
"""


def read(text: str) -> Scenario:
    return scenario_from_text(text, "s.yaml")


def problems(text: str, old: str, new: str) -> list[str]:
    assert old in text
    with pytest.raises(ScenarioError) as caught:
        read(text.replace(old, new, 1))
    return [str(problem) for problem in caught.value.problems]


def test_the_tree_of_an_organization() -> None:
    world = read(TREE).world
    home, vendor = world.accounts["111122223333"], world.accounts["777788889999"]
    assert [(u.id, u.name, u.parent) for u in sorted(world.units.values(), key=lambda u: u.name)] == [
        ("ou-exam-prod0001", "Production", next(u.id for u in world.units.values() if u.name == "Workloads")),
        ("r-exam", "Root", ""),
        (next(u.id for u in world.units.values() if u.name == "Workloads"), "Workloads", "r-exam"),
    ]
    assert organization_path(world, "111122223333").endswith("/ou-exam-prod0001/")
    assert (home.organization, vendor.organization, vendor.unit) == ("o-exampleorgid", "o-anothervendor", "")


def test_full_access_is_attached_everywhere_unless_it_was_detached() -> None:
    world = read(TREE).world
    workloads = next(unit for unit in world.units.values() if unit.name == "Workloads")
    org_only = next(key for key, policy in world.organization_policies.items() if policy.name == "OrgOnly")
    assert workloads.policies == (FULL_ACCESS, "p-noassuming")
    assert world.units["r-exam"].policies == (FULL_ACCESS,)
    assert world.accounts["111122223333"].policies == (org_only,)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "policies: [NoAssuming]",
            "policies: [NoAsuming]",
            "no organization policy 'NoAsuming'; there are: NoAssuming",
        ),
        ("accounts: [999988887777]", "accounts: [123456789012]", "no account 123456789012; there are 999988887777"),
        ("accounts: [999988887777]", "accounts: [999988887777, 111122223333]", "111122223333 stands in the tree twice"),
        ("id: ou-exam-prod0001", "id: r-exam", "expected ou-, the root's 4 letters"),
        ("name: OrgOnly", "name: NoAssuming", "the policy 'NoAssuming' stands here twice"),
        ("type: rcp", "type: tag", "expected scp or rcp"),
        ("name: vendor,", "name: vendor, organization_policies: [OrgOnly],", "777788889999 is not in the tree"),
        ('"Effect": "Deny", "Principal"', '"Effect": "No", "Principal"', "policy 'OrgOnly'"),
        ("    units:\n      - name: Workloads", "    unit:\n      - name: Workloads", "did you mean units?"),
    ],
)
def test_what_is_wrong_in_the_tree_is_named_with_its_line(old: str, new: str, expected: str) -> None:
    found = problems(TREE, old, new)
    assert any(expected in problem for problem in found), found
    line = TREE[: TREE.index(old)].count("\n") + 1
    assert any(abs(int(problem.partition("line ")[2].partition(":")[0]) - line) <= 9 for problem in found), found


def test_policies_of_an_account_need_an_organization() -> None:
    text = TREE[: TREE.index("organization:")] + TREE[TREE.index("\naccounts:") :]
    assert any("is not in the tree of an organization" in p for p in problems(text, "name: management", "name: m"))


def test_workloads_and_what_they_are_bound_to() -> None:
    world = read(MACHINES).world
    assert world.workloads["web"].profile == "arn:aws:iam::111122223333:instance-profile/Web"
    assert world.instance_profiles[world.workloads["web"].profile].role == "arn:aws:iam::111122223333:role/Web"
    assert world.workloads["web"].needs_token
    assert not world.workloads["worker"].needs_token
    assert world.workloads["worker"].session_name == "i-0123456789abcdef0"
    assert world.workloads["script"].user == "arn:aws:iam::111122223333:user/deployer"
    assert world.workloads["build-job"].account == ""
    assert world.instance_profiles["arn:aws:iam::111122223333:instance-profile/Empty"].role == ""


def test_workloads_are_who_calls_and_what_captions_name() -> None:
    story = read(MACHINES).play()
    kinds = [[(part.text, part.kind) for part in step.caption_parts if part.kind] for step in story.steps]
    assert kinds[0] == [("web", "res"), ("orders", "res"), ("allowed", "allow")]
    assert kinds[1] == [("build-job", "user"), ("Ci", "role"), ("allowed", "allow")]
    first, second, third = story.steps
    assert first.session is not None
    assert (first.session.arn.rpartition(":")[2].rpartition("/")[0], first.issued) == ("assumed-role/Web", None)
    assert second.issued is second.session is third.session


def test_a_story_with_all_of_it_is_written_and_read_back() -> None:
    for text in (TREE, MACHINES):
        story = read(text).play()
        assert Story.from_json(story.to_json()) == story


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: ec2, role: Web", "kind: ec2, role: Wbe", "no role 'Wbe' in this account; it has Ci, Web"),
        ("user: deployer", "user: nobody", "no user 'nobody' in this account; it has deployer"),
        ("instance_profile: WebProfile", "instance_profile: Web2", "no instance profile 'Web2' in this account"),
        ("kind: lambda, role: Web", "kind: lambda", "needs one of role, instance_profile, user, or a token"),
        ("kind: lambda, role: Web", "kind: lambda, role: Web, user: deployer", "needs one of role"),
        ("name: fn", "name: web", "the name 'web' stands here twice"),
        ("kind: github", "kind: gitlab", "expected one of app, ec2"),
        ("role: Web}, {name: Empty}", "role: Nope}, {name: Empty}", "no role 'Nope' in this account"),
        ("imds: v2", "imds: v3", "expected v1 (it answers to both versions) or v2"),
    ],
)
def test_what_is_wrong_with_a_workload_is_named(old: str, new: str, expected: str) -> None:
    found: Any = problems(MACHINES, old, new)
    assert any(expected in problem for problem in found), found


def test_the_profile_of_an_instance_holds_its_role_whatever_the_path_of_the_role() -> None:
    world = read(MACHINES.replace("      - name: Web\n", "      - name: Web\n        path: /app/\n", 1)).world
    profile = world.instance_profiles[world.workloads["web"].profile]
    assert (profile.name, profile.role) == ("Web", "arn:aws:iam::111122223333:role/app/Web")


@pytest.mark.parametrize("name", ["Web", "web"])
def test_path_and_letter_case_make_no_other_name(name: str) -> None:
    told = problems(MACHINES, "name: Ci", f"name: {name}\n        path: /ci/")
    taken = "is that of arn:aws:iam::111122223333:role/Web; path and letter case make no other name"
    assert [f"the name '{name}' {taken}" in problem for problem in told] == [True]
