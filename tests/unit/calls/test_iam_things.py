"""Instance profiles, access keys, identity providers, quotas, and what has to go before a thing can be deleted.

docs/rules/roles_and_sessions.md 1.4, 2.1, 2.4 and 5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from immutables import Map

from iamviz import CallError, Result, World
from iamviz.world import AccessKey, InstanceProfile
from iamviz.world.entities import OidcProvider
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    ANA_ARN,
    AWAY,
    EC2,
    HOME,
    allow,
    arn,
    assume,
    code,
    company,
    do,
    document,
    done,
    group,
    managed,
    role,
    text,
    trusts,
    user,
)

BEA = f"user:{HOME}/bea"
WEB = role("Web", trusts(EC2))
PROFILE = arn("instance-profile", "web")
SHARED = managed("Shared", allow("s3:*"))
CLOSED = "DeleteConflict"


def world(*things: Any, **more: Any) -> World:
    return company(user("ana", allow("iam:*")), WEB, *things, **more)


# -- instance profiles


def profile(in_world: World, operation: str, actor: str = ANA, **more: Any) -> Result:
    return do(in_world, actor, f"iam:{operation}", InstanceProfileName="web", **more)


def with_role(actor: str = ANA) -> World:
    made = done(profile(world(), "CreateInstanceProfile", actor))
    return done(profile(made, "AddRoleToInstanceProfile", actor, RoleName="Web"))


def test_a_profile_holds_one_role() -> None:
    full = with_role()
    assert full.instance_profiles[PROFILE].role == WEB.arn
    second = profile(full, "AddRoleToInstanceProfile", RoleName="Web")
    assert (code(second), text(second)) == (
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    )
    shown = profile(full, "GetInstanceProfile").value
    assert shown is not None
    assert [r["RoleName"] for r in shown["InstanceProfile"]["Roles"]] == ["Web"]


def test_putting_a_role_in_is_passing_it() -> None:
    made = done(profile(world(), "CreateInstanceProfile"))
    limited = made.with_user(user("ana", allow("iam:AddRoleToInstanceProfile")))
    refused = profile(limited, "AddRoleToInstanceProfile", RoleName="Web")
    assert "iam:PassRole" in text(refused)
    assert profile(limited, "AddRoleToInstanceProfile", ADMIN, RoleName="Web").ok, "out of band, nothing is evaluated"


def test_profile_and_role_hold_each_other() -> None:
    full = with_role()
    first = "Cannot delete entity, must remove roles from instance profile first."
    role_gone = [do(full, who, "iam:DeleteRole", RoleName="Web") for who in (ANA, ADMIN)]
    for refused in (profile(full, "DeleteInstanceProfile"), *role_gone):
        assert (code(refused), text(refused)) == (CLOSED, first)
    empty = done(profile(full, "RemoveRoleFromInstanceProfile", RoleName="Web"))
    assert do(empty, ANA, "iam:DeleteRole", RoleName="Web").ok
    assert not done(profile(empty, "DeleteInstanceProfile")).instance_profiles


@pytest.mark.parametrize(
    ("operation", "more", "message"),
    [
        ("GetInstanceProfile", {}, "Instance Profile web cannot be found."),
        ("AddRoleToInstanceProfile", {"RoleName": "Web"}, "Instance Profile web cannot be found."),
        ("DeleteInstanceProfile", {}, "Instance Profile web cannot be found."),
    ],
)
def test_a_profile_that_does_not_exist(operation: str, more: dict[str, str], message: str) -> None:
    refused = profile(world(), operation, **more)
    assert (code(refused), text(refused)) == ("NoSuchEntity", message)


def test_a_role_that_is_not_in_it_cannot_be_removed_and_an_unknown_one_not_added() -> None:
    full = with_role()
    assert code(profile(full, "RemoveRoleFromInstanceProfile", RoleName="Other")) == "NoSuchEntity"
    made = done(profile(world(), "CreateInstanceProfile"))
    assert code(profile(made, "AddRoleToInstanceProfile", RoleName="Other")) == "NoSuchEntity"


def test_names_of_profiles_are_unique_whatever_their_letter_case() -> None:
    made = done(profile(world(), "CreateInstanceProfile"))
    again = do(made, ANA, "iam:CreateInstanceProfile", InstanceProfileName="WEB", Path="/x/")
    assert (code(again), text(again)) == ("EntityAlreadyExists", "Instance Profile WEB already exists.")


# -- access keys


def test_a_deleted_key_works_no_longer_and_sessions_that_it_made_go_on() -> None:
    """The confusion of lesson 15: deleting the key does not log anybody out."""
    trusting = role("R", trusts(arn("user", "ana")), allow("s3:*"))
    with_session = done(assume(world(trusting), ANA, "R"))
    key = with_session.user(arn("user", "ana")).access_keys
    assert key is not None
    gone = done(do(with_session, ADMIN, "iam:DeleteAccessKey", UserName="ana", AccessKeyId=key[0].id))
    assert code(do(gone, ANA, "iam:ListUsers")) == "InvalidClientTokenId"
    assert do(gone, "R", "s3:ListBuckets").ok


def test_keys_are_made_two_at_most_and_deleted_one_or_all() -> None:
    both = done(do(world(), ANA, "iam:CreateAccessKey", UserName="ana"))
    refused = do(both, ANA, "iam:CreateAccessKey", UserName="ana")
    assert (code(refused), text(refused)) == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    keys = both.user(arn("user", "ana")).access_keys
    assert keys is not None
    one = done(do(both, ANA, "iam:DeleteAccessKey", UserName="ana", AccessKeyId=keys[0].id))
    assert one.user(arn("user", "ana")).access_keys == (keys[1],)
    assert done(do(both, ADMIN, "iam:DeleteAccessKey", UserName="ana")).user(arn("user", "ana")).access_keys == ()
    assert code(do(one, ANA, "iam:DeleteAccessKey", UserName="ana", AccessKeyId=keys[0].id)) == "NoSuchEntity"


def test_a_user_whose_keys_are_not_known_is_taken_to_have_one() -> None:
    """As in a dump of an account, which does not list them."""
    unknown = world(user("bea", allow("s3:*"), access_keys=None))
    assert do(unknown, BEA, "s3:ListBuckets").ok
    made = done(do(unknown, ANA, "iam:CreateAccessKey", UserName="bea"))
    keys = made.user(arn("user", "bea")).access_keys
    assert keys is not None
    assert len(keys) == 1


# -- deleting


@pytest.mark.parametrize(
    ("more", "things", "message"),
    [
        ({"groups": (arn("group", "g"),)}, [group("g")], "must remove users from group first."),
        ({"access_keys": (AccessKey("AKIAX"),)}, [], "must delete access keys first."),
        ({"mfa_serial": arn("mfa", "bea")}, [], "must delete MFA device first."),
        ({"attached": (SHARED.arn,)}, [SHARED], "must detach all policies first."),
        ({"inline": user("x", allow("s3:*")).inline}, [], "must delete policies first."),
    ],
)
def test_a_user_is_deleted_only_bare(more: dict[str, Any], things: list[Any], message: str) -> None:
    holding = world(replace(user("bea", access_keys=()), **more), *things)
    for who in (ANA, ADMIN):
        refused = do(holding, who, "iam:DeleteUser", UserName="bea")
        assert (code(refused), text(refused)) == (CLOSED, f"Cannot delete entity, {message}")


def test_a_bare_user_is_deleted_by_whoever_may() -> None:
    assert do(world(user("bea", access_keys=())), ANA, "iam:DeleteUser", UserName="bea").ok


def test_a_user_just_made_has_no_key_that_stands_in_the_way() -> None:
    """It can call as if it had one; keys that are made are counted, listed, and asked for on deleting."""
    made = done(do(world(), ANA, "iam:CreateUser", UserName="cleo"))
    cleo = f"user:{HOME}/cleo"
    assert do(made, cleo, "sts:GetCallerIdentity").ok
    assert do(made, ANA, "iam:DeleteUser", UserName="cleo").ok
    listed = do(made, ANA, "iam:ListAccessKeys", UserName="cleo").value
    assert listed is not None
    assert listed["AccessKeyMetadata"] == []
    for _ in range(2):
        made = done(do(made, ANA, "iam:CreateAccessKey", UserName="cleo"))
    assert code(do(made, ANA, "iam:CreateAccessKey", UserName="cleo")) == "LimitExceeded"
    assert code(do(made, ANA, "iam:DeleteUser", UserName="cleo")) == CLOSED
    off = done(do(made, ANA, "iam:UpdateAccessKey", UserName="cleo", Status="Inactive"))
    assert code(do(off, cleo, "sts:GetCallerIdentity")) == "InvalidClientTokenId"


def test_a_device_is_taken_from_its_user_only() -> None:
    device = arn("mfa", "bea")
    here = world(user("bea", access_keys=(), mfa_serial=device))
    other = {"UserName": "bea", "SerialNumber": arn("mfa", "ana")}
    assert code(do(here, ANA, "iam:DeactivateMFADevice", **other)) == "NoSuchEntity"
    gone = done(do(here, ANA, "iam:DeactivateMFADevice", UserName="bea", SerialNumber=device))
    assert do(gone, ANA, "iam:DeleteUser", UserName="bea").ok


@pytest.mark.parametrize(("status", "ok"), [("Active", True), ("Inactive", False)])
def test_a_key_that_a_user_is_only_taken_to_have_can_be_switched(status: str, ok: bool) -> None:
    changed = done(do(world(user("bea", access_keys=None)), ANA, "iam:UpdateAccessKey", UserName="bea", Status=status))
    assert do(changed, f"user:{HOME}/bea", "sts:GetCallerIdentity").ok is ok
    again = done(do(changed, ANA, "iam:UpdateAccessKey", UserName="bea", Status="Active"))
    assert do(again, f"user:{HOME}/bea", "sts:GetCallerIdentity").ok


def test_a_service_linked_role_is_described_and_deleted_by_calls_of_its_own() -> None:
    its = f"arn:aws:iam::{HOME}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    linked = replace(role("X", trusts({"Service": "autoscaling.amazonaws.com"}), allow("ec2:*")), arn=its)
    here, name = world(linked, role("Plain", trusts(ANA_ARN))), linked.name
    here = done(do(here, ANA, "iam:UpdateRoleDescription", RoleName=name, Description="for groups"))
    shown = do(here, ANA, "iam:GetRole", RoleName=name).value
    assert shown is not None
    assert shown["Role"]["Description"] == "for groups"
    assert code(do(here, ANA, "iam:DeleteRole", RoleName=name)) == "UnmodifiableEntity"
    assert code(do(here, ANA, "iam:DeleteServiceLinkedRole", RoleName="Plain")) == "NoSuchEntity"
    assert its not in done(do(here, ANA, "iam:DeleteServiceLinkedRole", RoleName=name)).roles


# -- quotas


def many(kind: str, number: int) -> dict[str, Any]:
    """A world's worth of things of a kind, in the account at home."""
    names = [f"thing-{n}" for n in range(number)]
    match kind:
        case "users":
            return {"users": Map({thing.arn: thing for thing in (user(n) for n in names)})}
        case "groups":
            return {"groups": Map({thing.arn: thing for thing in (group(n) for n in names)})}
        case "roles":
            return {"roles": Map({arn("role", n): replace(WEB, arn=arn("role", n)) for n in names})}
        case "instance_profiles":
            made = (InstanceProfile(arn("instance-profile", n), "AIPAX") for n in names)
            return {"instance_profiles": Map({thing.arn: thing for thing in made})}
        case "oidc_providers":
            provided = (OidcProvider(arn("oidc-provider", n)) for n in names)
            return {"oidc_providers": Map({thing.arn: thing for thing in provided})}
    return {"saml_providers": frozenset(arn("saml-provider", n) for n in names)}


TRUST = document(trusts(EC2))


@pytest.mark.parametrize(
    ("kind", "quota", "name", "call", "params"),
    [
        ("users", 5000, "UsersPerAccount", "CreateUser", {"UserName": "x"}),
        ("groups", 300, "GroupsPerAccount", "CreateGroup", {"GroupName": "x"}),
        ("roles", 1000, "RolesPerAccount", "CreateRole", {"RoleName": "x", "AssumeRolePolicyDocument": TRUST}),
        (
            "instance_profiles",
            1000,
            "InstanceProfilesPerAccount",
            "CreateInstanceProfile",
            {"InstanceProfileName": "x"},
        ),
        (
            "oidc_providers",
            100,
            "OpenIdConnectProvidersPerAccount",
            "CreateOpenIDConnectProvider",
            {"Url": "https://x"},
        ),
        ("saml_providers", 100, "SAMLProvidersPerAccount", "CreateSAMLProvider", {"Name": "x"}),
    ],
)
def test_one_more_than_an_account_may_have(kind: str, quota: int, name: str, call: str, params: dict[str, str]) -> None:
    almost, full = (replace(company(), **many(kind, number)) for number in (quota - 1, quota))
    assert do(almost, ADMIN, f"iam:{call}", **params).ok
    refused = do(full, ADMIN, f"iam:{call}", **params)
    assert (code(refused), text(refused)) == ("LimitExceeded", f"Cannot exceed quota for {name}: {quota}")
    assert do(full, f"admin:{AWAY}", f"iam:{call}", **params).ok, "every account has its own"


def test_a_user_is_in_ten_groups_at_most() -> None:
    groups = [group(f"g{number}") for number in range(11)]
    member = user("bea", groups=tuple(g.arn for g in groups[:10]))
    refused = do(world(member, *groups), ANA, "iam:AddUserToGroup", GroupName="g10", UserName="bea")
    assert (code(refused), text(refused)) == ("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")


# -- looking


def test_without_a_name_a_user_means_itself() -> None:
    alone = world()
    shown = do(alone, ANA, "iam:GetUser").value
    assert shown is not None
    assert shown["User"]["UserName"] == "ana"
    both = done(do(alone, ANA, "iam:CreateAccessKey"))
    listed = do(both, ANA, "iam:ListAccessKeys").value
    assert listed is not None
    assert [key["Status"] for key in listed["AccessKeyMetadata"]] == ["Active", "Active"]
    assert all("SecretAccessKey" not in key for key in listed["AccessKeyMetadata"])
    with pytest.raises(CallError, match="the caller is no user"):
        do(alone, ADMIN, "iam:GetUser")


def test_lists_hold_what_is_in_the_account_under_the_path() -> None:
    there = world(role("app/Deep", trusts(HOME)), role("Far", trusts(HOME), account=AWAY), group("g"))
    for operation, params, names in (
        ("ListRoles", {}, ["Web", "Deep"]),
        ("ListRoles", {"PathPrefix": "/app/"}, ["Deep"]),
        ("ListGroups", {}, ["g"]),
        ("ListUsers", {}, ["ana"]),
    ):
        value = do(there, ANA, f"iam:{operation}", **params).value
        assert value is not None
        kind = operation.removeprefix("List").removesuffix("s")
        assert [item[f"{kind}Name"] for item in value[f"{kind}s"]] == names


def test_a_service_linked_role_can_be_looked_at_though_not_changed() -> None:
    linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    there = world(replace(WEB, arn=linked))
    assert do(there, ANA, "iam:GetRole", RoleName="AWSServiceRoleForX").ok
    assert code(do(there, ANA, "iam:UpdateAssumeRolePolicy", RoleName="AWSServiceRoleForX", PolicyDocument=TRUST)) == (
        "UnmodifiableEntity"
    )


@pytest.mark.parametrize("principal", ["arn:aws-cn:iam::111122223333:root", "arn:aws-cn:iam::111122223333:user/ana"])
def test_trust_never_crosses_a_partition(principal: str) -> None:
    refused = do(world(), ANA, "iam:CreateRole", RoleName="X", AssumeRolePolicyDocument=document(trusts(principal)))
    assert code(refused) == "MalformedPolicyDocument"
