"""Organizations: the tree, what is attached to it, and how it changes (docs/rules/policy_evaluation.md 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from immutables import Map

from iamviz import CallError, Policy, World
from iamviz.policy.model import PolicyKind
from iamviz.world import Account, OrganizationPolicy, OrganizationUnit
from iamviz.world.organization import FULL_ACCESS, full_access, levels_of, organization_path
from tests.unit.calls.company import (
    ANA,
    AWAY,
    HOME,
    LAMBDA,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    deny,
    do,
    document,
    done,
    role,
    text,
    trusts,
    user,
)

ORG, OTHER, MANAGEMENT = "o-exampleorgid", "o-anotherorgid", "999988887777"
ROOT, TEAMS, TEST = "r-exam", "ou-exam-teams001", "ou-exam-test0001"
OLA = f"user:{MANAGEMENT}/ola"
NO_ASSUMING = OrganizationPolicy("p-noassuming", Policy.parse(document(deny("sts:AssumeRole")), "scp", name="No"))
ORG_ONLY = OrganizationPolicy(
    "p-orgonly000",
    Policy.parse(
        document(
            deny(
                "sts:AssumeRole",
                Principal="*",
                Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}},
            )
        ),
        "rcp",
        name="OrgOnly",
    ),
)


def organization(*attached: tuple[str, str], outside: Iterable[str] = ()) -> World:
    """HOME in the OU Teams, AWAY in the OU Test below it, the management account in the root."""
    policies = {policy.id: policy for policy in (full_access(), NO_ASSUMING, ORG_ONLY)}
    units = [
        OrganizationUnit(ROOT, "Root", ORG),
        OrganizationUnit(TEAMS, "Teams", ORG, ROOT),
        OrganizationUnit(TEST, "Test", ORG, TEAMS),
    ]
    places = {HOME: TEAMS, AWAY: TEST, MANAGEMENT: ROOT}
    accounts = {
        number: Account(number, number, ORG, number == MANAGEMENT, unit=unit, policies=(FULL_ACCESS,))
        if number not in outside
        else Account(number, number)
        for number, unit in places.items()
    }
    for target, policy in attached:
        if target in accounts:
            accounts[target] = replace(accounts[target], policies=(*accounts[target].policies, policy))
        units = [replace(u, policies=(*u.policies, policy)) if u.id == target else u for u in units]
    world = company(
        user("ana", allow("*")),
        user("ola", allow("*"), account=MANAGEMENT),
        role("R", [trusts(f"arn:aws:iam::{number}:root") for number in places]),
        role("Far", [trusts(f"arn:aws:iam::{number}:root") for number in places], account=AWAY),
        role("Service", trusts(LAMBDA)),
        bucket("b"),
        accounts=Map(accounts),
    )
    units_by_id = Map({unit.id: unit for unit in units})
    return replace(world, units=units_by_id, organization_policies=Map(policies))


def test_the_levels_go_from_the_root_to_the_account() -> None:
    world = organization((ROOT, NO_ASSUMING.id), (TEST, ORG_ONLY.id), (AWAY, NO_ASSUMING.id))
    names = [[policy.name for policy in level] for level in levels_of(world, AWAY, PolicyKind.SCP)]
    assert names == [["FullAWSAccess", "No"], ["FullAWSAccess"], ["FullAWSAccess"], ["FullAWSAccess", "No"]]
    names = [[policy.name for policy in level] for level in levels_of(world, AWAY, PolicyKind.RCP)]
    assert names == [[], [], ["OrgOnly"], []]


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (MANAGEMENT, f"{ORG}/{ROOT}/"),
        (HOME, f"{ORG}/{ROOT}/{TEAMS}/"),
        (AWAY, f"{ORG}/{ROOT}/{TEAMS}/{TEST}/"),
        ("123456789012", ""),
    ],
)
def test_the_path_of_an_account(number: str, path: str) -> None:
    assert organization_path(organization(), number) == path


def test_the_path_is_a_condition_key_of_callers_and_of_resources() -> None:
    context = organization().context_of(arn("user", "ana"), arn("role", "Far", AWAY))
    assert context.get("aws:PrincipalOrgPaths") == (f"{ORG}/{ROOT}/{TEAMS}/",)
    assert context.get("aws:ResourceOrgPaths") == (f"{ORG}/{ROOT}/{TEAMS}/{TEST}/",)
    outside = organization(outside=[HOME]).context_of(arn("user", "ana"))
    assert outside.get("aws:PrincipalOrgPaths") is outside.get("aws:PrincipalOrgID") is None


@pytest.mark.parametrize(
    ("place", "home", "away"),
    [
        (ROOT, False, False),
        (TEAMS, False, False),
        (HOME, False, True),
        (TEST, True, False),
        (AWAY, True, False),
        (MANAGEMENT, True, True),
    ],
)
def test_a_deny_holds_for_the_callers_below_the_place_where_it_is_attached(place: str, home: bool, away: bool) -> None:
    """Lesson 16: it follows the account of the caller, never that of the role."""
    world = organization((place, NO_ASSUMING.id)).with_user(user("zoe", allow("*"), account=AWAY))
    assert assume(world, ANA, "Far", AWAY).ok is home
    assert assume(world, f"user:{AWAY}/zoe", "R").ok is away
    assert assume(world, OLA, "R").ok, "the management account is exempt"
    assert assume(world, "service:lambda.amazonaws.com", "Service").ok, "a service belongs to no account"


@pytest.mark.parametrize(("place", "closed"), [(ROOT, True), (TEAMS, True), (HOME, True), (TEST, False)])
def test_an_rcp_holds_for_the_roles_below_the_place_where_it_is_attached(place: str, closed: bool) -> None:
    world = organization((place, ORG_ONLY.id), outside=[AWAY]).with_user(user("zoe", allow("*"), account=AWAY))
    assert assume(world, f"user:{AWAY}/zoe", "R").ok is not closed
    assert assume(world, ANA, "R").ok, "a caller of the organization"


def test_without_full_access_on_one_level_nothing_is_allowed() -> None:
    world = organization((TEAMS, NO_ASSUMING.id))
    bare = replace(world.units[TEAMS], policies=(NO_ASSUMING.id,))
    world = replace(world, units=world.units.set(TEAMS, bare))
    assert code(do(world, ANA, "s3:GetObject", Bucket="b", Key="k")) == "AccessDenied"
    assert assume(world, OLA, "R").ok


# -- changes


def attach(world: World, target: str, policy: str = NO_ASSUMING.id, actor: str = OLA, verb: str = "Attach") -> Any:
    return do(world, actor, f"organizations:{verb}Policy", PolicyId=policy, TargetId=target)


@pytest.mark.parametrize("target", [ROOT, TEAMS, HOME])
def test_a_policy_is_in_force_once_it_is_attached_and_no_longer_once_it_is_detached(target: str) -> None:
    world = organization()
    result = attach(world, target)
    assert [d.request.action for d in result.decisions] == ["organizations:AttachPolicy"] * 2
    assert code(assume(done(result), ANA, "R")) == "AccessDenied"
    assert code(attach(done(result), target)) == "DuplicatePolicyAttachmentException"
    gone = attach(done(result), target, verb="Detach")
    assert assume(done(gone), ANA, "R").ok
    assert code(attach(done(gone), target, verb="Detach")) == "PolicyNotAttachedException"


def test_only_the_management_account_changes_the_organization() -> None:
    refused = attach(organization(), HOME, actor=ANA)
    assert (code(refused), refused.decisions) == ("AccessDeniedException", ())
    with pytest.raises(CallError, match="no management account"):
        attach(organization(), HOME, actor=f"admin:{HOME}")
    assert attach(organization(), HOME, actor=f"admin:{MANAGEMENT}").ok


def test_the_caller_needs_the_permission_on_the_policy_and_on_the_target() -> None:
    of_policy = f"arn:aws:organizations::{MANAGEMENT}:policy/{ORG}/service_control_policy/{NO_ASSUMING.id}"
    ou = f"arn:aws:organizations::{MANAGEMENT}:ou/{ORG}/{TEAMS}"
    for statements, ok in (
        ([allow("organizations:*", [of_policy, ou])], True),
        ([allow("organizations:*", of_policy)], False),
        ([allow("organizations:*", ou)], False),
    ):
        world = organization().with_user(user("ola", *statements, account=MANAGEMENT))
        assert attach(world, TEAMS).ok is ok


def test_one_scp_must_stay() -> None:
    refused = attach(organization(), TEAMS, FULL_ACCESS, verb="Detach")
    assert (code(refused), "at least one" in text(refused)) == ("ConstraintViolationException", True)


def test_five_policies_of_a_type_are_the_most_and_rcp_full_access_counts() -> None:
    world = organization()
    for number in range(4):
        made = OrganizationPolicy(f"p-{number:08}", NO_ASSUMING.policy)
        fence = OrganizationPolicy(f"p-{number + 10:08}", ORG_ONLY.policy)
        policies = world.organization_policies.set(made.id, made).set(fence.id, fence)
        world = replace(world, organization_policies=policies)
        world = done(attach(done(attach(world, TEAMS, made.id)), TEAMS, fence.id))
    assert code(attach(world, TEAMS)) == "ConstraintViolationException"
    assert code(attach(world, TEAMS, ORG_ONLY.id)) == "ConstraintViolationException"


@pytest.mark.parametrize(
    ("target", "policy", "expected"),
    [
        ("123456789012", NO_ASSUMING.id, "TargetNotFoundException"),
        ("ou-exam-absent01", NO_ASSUMING.id, "TargetNotFoundException"),
        (TEAMS, "p-absent0001", "PolicyNotFoundException"),
        ("nonsense", NO_ASSUMING.id, "ValidationError"),
    ],
)
def test_what_does_not_exist_is_named(target: str, policy: str, expected: str) -> None:
    assert code(attach(organization(), target, policy)) == expected


def move(world: World, account: str, source: str, target: str) -> Any:
    params = {"AccountId": account, "SourceParentId": source, "DestinationParentId": target}
    return do(world, OLA, "organizations:MoveAccount", **params)


def test_a_moved_account_is_under_what_is_attached_on_its_new_way() -> None:
    world = organization((TEST, NO_ASSUMING.id))
    assert assume(world, ANA, "R").ok
    moved = done(move(world, HOME, TEAMS, TEST))
    assert organization_path(moved, HOME) == f"{ORG}/{ROOT}/{TEAMS}/{TEST}/"
    assert code(assume(moved, ANA, "R")) == "AccessDenied"


@pytest.mark.parametrize(
    ("account", "source", "target", "expected"),
    [
        (HOME, TEST, ROOT, "SourceParentNotFoundException"),
        (HOME, TEAMS, TEAMS, "DuplicateAccountException"),
        (HOME, TEAMS, "ou-exam-absent01", "DestinationParentNotFoundException"),
        (HOME, "ou-exam-absent01", ROOT, "SourceParentNotFoundException"),
        ("123456789012", TEAMS, ROOT, "AccountNotFoundException"),
    ],
)
def test_a_move_that_cannot_be(account: str, source: str, target: str, expected: str) -> None:
    assert code(move(organization(), account, source, target)) == expected


def create(world: World, content: str, kind: str = "SERVICE_CONTROL_POLICY", name: str = "Mine") -> Any:
    params = {"Content": content, "Name": name, "Type": kind, "Description": "d"}
    return do(world, OLA, "organizations:CreatePolicy", **params)


def test_a_policy_is_made_changed_and_deleted() -> None:
    result = create(organization(), document(deny("s3:*")))
    assert result.value is not None
    summary = result.value["Policy"]["PolicySummary"]
    assert (summary["Name"], summary["Type"], summary["AwsManaged"]) == ("Mine", "SERVICE_CONTROL_POLICY", False)
    world = done(attach(done(result), HOME, summary["Id"]))
    assert code(do(world, ANA, "s3:GetObject", Bucket="b", Key="k")) == "AccessDenied"
    assert code(do(world, OLA, "organizations:DeletePolicy", PolicyId=summary["Id"])) == "PolicyInUseException"
    changed = {"PolicyId": summary["Id"], "Content": document(deny("ec2:*"))}
    world = done(do(world, OLA, "organizations:UpdatePolicy", **changed))
    assert do(world, ANA, "s3:GetObject", Bucket="b", Key="k").ok
    world = done(attach(world, HOME, summary["Id"], verb="Detach"))
    world = done(do(world, OLA, "organizations:DeletePolicy", PolicyId=summary["Id"]))
    assert code(attach(world, HOME, summary["Id"])) == "PolicyNotFoundException"


@pytest.mark.parametrize(
    ("content", "kind", "name", "expected"),
    [
        ("{", "SERVICE_CONTROL_POLICY", "Mine", "MalformedPolicyDocumentException"),
        (document(allow("s3:*", Principal="*")), "RESOURCE_CONTROL_POLICY", "Mine", "MalformedPolicyDocumentException"),
        (document(deny("s3:*")), "SERVICE_CONTROL_POLICY", "No", "DuplicatePolicyException"),
        (
            document(deny("s3:*", f"arn:aws:s3:::{'a' * 5200}")),
            "SERVICE_CONTROL_POLICY",
            "Mine",
            "ConstraintViolationException",
        ),
        (document(deny("s3:*")), "BACKUP_POLICY", "Mine", "ValidationError"),
    ],
)
def test_a_document_that_organizations_does_not_save(content: str, kind: str, name: str, expected: str) -> None:
    assert code(create(organization(), content, kind, name)) == expected


def test_what_aws_attached_cannot_be_changed() -> None:
    world, changed = organization(), {"PolicyId": FULL_ACCESS, "Content": document(deny("ec2:*"))}
    assert code(do(world, OLA, "organizations:UpdatePolicy", **changed)) == "InvalidInputException"
    assert code(do(world, OLA, "organizations:DeletePolicy", PolicyId=FULL_ACCESS)) == "PolicyInUseException"


def test_an_ou_is_made_with_full_access_and_at_most_five_deep() -> None:
    world, parent = organization(), TEST
    call = "organizations:CreateOrganizationalUnit"
    for depth in range(3, 6):
        result = do(world, OLA, call, ParentId=parent, Name=f"level {depth}")
        assert result.value is not None
        world, parent = done(result), result.value["OrganizationalUnit"]["Id"]
        assert world.units[parent].policies == (FULL_ACCESS,)
    assert code(do(world, OLA, call, ParentId=parent, Name="level 6")) == "ConstraintViolationException"
    assert code(do(world, OLA, call, ParentId=TEAMS, Name="Test")) == "DuplicateOrganizationalUnitException"
    assert code(do(world, OLA, call, ParentId="ou-exam-absent01", Name="x")) == "ParentNotFoundException"


def test_other_calls_to_organizations_are_only_decided() -> None:
    assert do(organization(), OLA, "organizations:ListRoots").ok
    assert do(organization(), ANA, "organizations:ListRoots").ok


@pytest.mark.parametrize(("number", "ok"), [(HOME, True), (AWAY, True), ("123456789012", False)])
@pytest.mark.parametrize("key", ["aws:SourceOrgID", "aws:SourceOrgPaths"])
def test_a_service_says_for_whose_account_it_acts_and_where_that_stands(key: str, number: str, ok: bool) -> None:
    """The guard against a confused deputy for a whole organization."""
    below = {"ForAnyValue:StringLike": {key: f"{ORG}/{ROOT}/{TEAMS}/*"}}
    wanted = {"StringEquals": {key: ORG}} if key == "aws:SourceOrgID" else below
    guarded = role("Service", trusts(LAMBDA, Condition=wanted))
    world = organization().with_role(guarded)
    source = {"aws:SourceAccount": number}
    assert assume(world, "service:lambda.amazonaws.com", "Service", context=source).ok is ok
    assert not assume(world, "service:lambda.amazonaws.com", "Service").ok
