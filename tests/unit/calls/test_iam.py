"""Changes to IAM: what each does, and every refusal of docs/rules/roles_and_sessions.md 1.4, 2 and 5."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from iamviz import World
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    HOME,
    allow,
    arn,
    code,
    deny,
    do,
    document,
    done,
    text,
    trusts,
)
from tests.unit.calls.office import BOSS, GIVES, KINDS, NAMES, READS, WORLD, change, may


@pytest.mark.parametrize("kind", KINDS)
def test_an_inline_policy_works_from_the_moment_it_is_put_until_it_is_deleted(kind: str) -> None:
    named = {f"{kind}Name": NAMES[kind], "PolicyName": "list"}
    given = done(change(WORLD, f"Put{kind}Policy", **named, PolicyDocument=GIVES))
    assert not may(WORLD, kind)
    assert may(given, kind)
    assert not may(done(change(given, f"Delete{kind}Policy", **named)), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_putting_an_inline_policy_again_replaces_it(kind: str) -> None:
    named = {f"{kind}Name": NAMES[kind], "PolicyName": "list"}
    world = done(change(WORLD, f"Put{kind}Policy", **named, PolicyDocument=GIVES))
    world = done(change(world, f"Put{kind}Policy", **named, PolicyDocument=document(allow("s3:GetObject"))))
    assert not may(world, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_managed_policy_works_while_it_is_attached(kind: str) -> None:
    params = {f"{kind}Name": NAMES[kind], "PolicyArn": READS.arn}
    attached = done(change(WORLD, f"Attach{kind}Policy", **params))
    assert may(attached, kind)
    assert attached == done(change(attached, f"Attach{kind}Policy", **params)), "attaching twice is attaching once"
    assert not may(done(change(attached, f"Detach{kind}Policy", **params)), kind)


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_a_boundary_caps_while_it_is_there(kind: str) -> None:
    world = done(change(WORLD, f"Attach{kind}Policy", **{f"{kind}Name": NAMES[kind], "PolicyArn": READS.arn}))
    world = done(change(world, "CreatePolicy", PolicyName="Cap", PolicyDocument=document(allow("sts:*"))))
    cap = {f"{kind}Name": NAMES[kind], "PermissionsBoundary": arn("policy", "Cap")}
    capped = done(change(world, f"Put{kind}PermissionsBoundary", **cap))
    assert not may(capped, kind)
    assert may(done(change(capped, f"Delete{kind}PermissionsBoundary", **{f"{kind}Name": NAMES[kind]})), kind)


def test_members_come_and_go() -> None:
    world = done(change(WORLD, "PutGroupPolicy", GroupName="staff", PolicyName="list", PolicyDocument=GIVES))
    left = done(change(world, "RemoveUserFromGroup", GroupName="staff", UserName="ana"))
    assert may(world, "User")
    assert not may(left, "User")
    assert may(done(change(left, "AddUserToGroup", GroupName="staff", UserName="ana")), "User")


def test_a_user_is_in_ten_groups_at_most() -> None:
    world = WORLD
    for number in range(10):
        world = done(change(world, "CreateGroup", GroupName=f"g{number}"))
        last = change(world, "AddUserToGroup", GroupName=f"g{number}", UserName="ana")
        world = last.world
    assert (code(last), text(last)) == ("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")


ABSENT = [
    ("DeleteUser", {"UserName": "x"}, "The user with name x cannot be found."),
    ("DeleteGroup", {"GroupName": "x"}, "The group with name x cannot be found."),
    ("DeleteRole", {"RoleName": "x"}, "The role with name x cannot be found."),
    ("DeleteRole", {"RoleName": "reader"}, "The role with name reader cannot be found."),
    ("DeleteRolePolicy", {"RoleName": "Reader", "PolicyName": "x"}, "The role policy with name x cannot be found."),
    ("DeleteUserPolicy", {"UserName": "ana", "PolicyName": "x"}, "The user policy with name x cannot be found."),
    ("UpdateAssumeRolePolicy", {"RoleName": "x", "PolicyDocument": "{}"}, "The role with name x cannot be found."),
    ("UpdateRole", {"RoleName": "x"}, "The role with name x cannot be found."),
    ("AddUserToGroup", {"GroupName": "staff", "UserName": "x"}, "The user with name x cannot be found."),
    (
        "AttachRolePolicy",
        {"RoleName": "Reader", "PolicyArn": arn("policy", "X")},
        f"Policy {arn('policy', 'X')} does not exist or is not attachable.",
    ),
    ("DetachRolePolicy", {"RoleName": "Reader", "PolicyArn": READS.arn}, f"Policy {READS.arn} was not found."),
    ("DeletePolicy", {"PolicyArn": arn("policy", "X")}, f"Policy {arn('policy', 'X')} was not found."),
    (
        "CreatePolicyVersion",
        {"PolicyArn": arn("policy", "X"), "PolicyDocument": GIVES},
        f"Policy {arn('policy', 'X')} was not found.",
    ),
    (
        "UpdateAccessKey",
        {"UserName": "ana", "AccessKeyId": "AKIA" * 5, "Status": "Active"},
        f"The Access Key with name {'AKIA' * 5} cannot be found.",
    ),
    (
        "PutUserPermissionsBoundary",
        {"UserName": "ana", "PermissionsBoundary": arn("policy", "X")},
        f"Scope ARN: {arn('policy', 'X')} does not exist or is not attachable.",
    ),
    (
        "CreateRole",
        {
            "RoleName": "New",
            "AssumeRolePolicyDocument": document(trusts(HOME)),
            "PermissionsBoundary": arn("policy", "X"),
        },
        f"Scope ARN: {arn('policy', 'X')} does not exist or is not attachable.",
    ),
]


@pytest.mark.parametrize(
    ("operation", "params", "message"), ABSENT, ids=[f"{o}-{n}" for n, (o, _, _) in enumerate(ABSENT)]
)
def test_what_is_not_there_cannot_be_found(operation: str, params: dict[str, Any], message: str) -> None:
    result = change(WORLD, operation, **params)
    assert (code(result), text(result)) == ("NoSuchEntity", message)
    assert result.error.status == 404


@pytest.mark.parametrize(("kind", "name"), [("User", "ANA"), ("Group", "Staff"), ("Role", "READER")])
def test_names_are_unique_whatever_their_letter_case_and_path(kind: str, name: str) -> None:
    more = {"AssumeRolePolicyDocument": document(trusts(HOME))} if kind == "Role" else {}
    result = change(WORLD, f"Create{kind}", **{f"{kind}Name": name, "Path": "/other/"}, **more)
    assert (code(result), text(result)) == ("EntityAlreadyExists", f"{kind} with name {name} already exists.")


def test_the_same_name_may_stand_in_another_account() -> None:
    assert do(WORLD, f"admin:{AWAY}", "iam:CreateUser", UserName="ana").ok


class TestDeleting:
    """Deletion order, 2.1. Of users and roles an administrator's change out of band clears everything at once."""

    def test_attached_policies_go_first_then_inline_ones_then_the_role(self) -> None:
        world = done(change(WORLD, "AttachRolePolicy", RoleName="Reader", PolicyArn=READS.arn))
        world = done(change(world, "PutRolePolicy", RoleName="Reader", PolicyName="x", PolicyDocument=GIVES))
        first = change(world, "DeleteRole", BOSS, RoleName="Reader")
        assert (code(first), text(first)) == ("DeleteConflict", "Cannot delete entity, must detach all policies first.")
        world = done(change(world, "DetachRolePolicy", BOSS, RoleName="Reader", PolicyArn=READS.arn))
        second = change(world, "DeleteRole", BOSS, RoleName="Reader")
        assert (code(second), text(second)) == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
        world = done(change(world, "DeleteRolePolicy", BOSS, RoleName="Reader", PolicyName="x"))
        assert arn("role", "Reader") not in done(change(world, "DeleteRole", BOSS, RoleName="Reader")).roles

    def test_a_group_with_members_stays(self) -> None:
        assert code(change(WORLD, "DeleteGroup", GroupName="staff")) == "DeleteConflict"
        world = done(change(WORLD, "RemoveUserFromGroup", GroupName="staff", UserName="ana"))
        assert change(world, "DeleteGroup", GroupName="staff").ok

    def test_an_attached_policy_stays(self) -> None:
        world = done(change(WORLD, "AttachUserPolicy", UserName="ana", PolicyArn=READS.arn))
        assert code(change(world, "DeletePolicy", PolicyArn=READS.arn)) == "DeleteConflict"
        world = done(change(world, "DetachUserPolicy", UserName="ana", PolicyArn=READS.arn))
        world = done(change(world, "PutRolePermissionsBoundary", RoleName="Reader", PermissionsBoundary=READS.arn))
        assert code(change(world, "DeletePolicy", PolicyArn=READS.arn)) == "DeleteConflict"
        world = done(change(world, "DeleteRolePermissionsBoundary", RoleName="Reader"))
        assert READS.arn not in done(change(world, "DeletePolicy", PolicyArn=READS.arn)).managed_policies


class TestVersions:
    """2.1: five versions, one default, numbers never reused."""

    @staticmethod
    def version(world: World, *statements: Any, default: bool = False) -> Any:
        return change(
            world,
            "CreatePolicyVersion",
            PolicyArn=READS.arn,
            PolicyDocument=document(*statements),
            SetAsDefault=default,
        )

    def attached(self) -> World:
        return done(change(WORLD, "AttachUserPolicy", UserName="ana", PolicyArn=READS.arn))

    def test_a_new_version_changes_nothing_until_it_is_the_default(self) -> None:
        world = done(self.version(self.attached(), deny("*")))
        assert may(world, "User")
        assert not may(done(change(world, "SetDefaultPolicyVersion", PolicyArn=READS.arn, VersionId="v2")), "User")
        assert not may(done(self.version(world, deny("*"), default=True)), "User")

    def test_going_back_to_an_old_version_brings_back_what_it_allowed(self) -> None:
        world = done(self.version(self.attached(), deny("*"), default=True))
        assert may(done(change(world, "SetDefaultPolicyVersion", PolicyArn=READS.arn, VersionId="v1")), "User")

    def test_there_are_five_at_most_and_a_number_is_never_given_twice(self) -> None:
        world = WORLD
        for number in range(2, 6):
            result = self.version(world, allow("s3:*"))
            assert result.value == {"PolicyVersion": {"VersionId": f"v{number}", "IsDefaultVersion": False}}
            world = done(result)
        result = self.version(world, allow("s3:*"))
        assert code(result) == "LimitExceeded"
        assert text(result) == (
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
            "version."
        )
        world = done(change(world, "DeletePolicyVersion", PolicyArn=READS.arn, VersionId="v5"))
        assert self.version(world, allow("s3:*")).value["PolicyVersion"]["VersionId"] == "v6"

    def test_the_default_version_cannot_be_deleted(self) -> None:
        result = change(WORLD, "DeletePolicyVersion", PolicyArn=READS.arn, VersionId="v1")
        assert (code(result), text(result)) == ("DeleteConflict", "Cannot delete the default version of a policy.")

    @pytest.mark.parametrize("operation", ["SetDefaultPolicyVersion", "DeletePolicyVersion"])
    def test_a_version_that_is_not_there(self, operation: str) -> None:
        assert code(change(WORLD, operation, PolicyArn=READS.arn, VersionId="v2")) == "NoSuchEntity"
        assert code(change(WORLD, operation, PolicyArn=READS.arn, VersionId="2")) == "ValidationError"

    def test_a_policy_with_several_versions_cannot_be_deleted(self) -> None:
        world = done(self.version(WORLD, allow("s3:*")))
        assert code(change(world, "DeletePolicy", PolicyArn=READS.arn)) == "DeleteConflict"


class TestKeys:
    def test_a_user_has_two_at_most(self) -> None:
        first = change(WORLD, "CreateAccessKey", UserName="ana")
        assert first.value["AccessKey"]["AccessKeyId"].startswith("AKIA")
        result = change(done(first), "CreateAccessKey", UserName="ana")
        assert (code(result), text(result)) == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")

    def test_a_user_can_call_while_one_of_its_keys_is_active(self) -> None:
        made = change(WORLD, "CreateAccessKey", UserName="ana")
        old, new = (key.id for key in done(made).user(ANA_ARN).access_keys)
        world = done(change(done(made), "UpdateAccessKey", UserName="ana", AccessKeyId=old, Status="Inactive"))
        assert do(world, ANA, "sts:GetCallerIdentity").ok
        world = done(change(world, "UpdateAccessKey", UserName="ana", AccessKeyId=new, Status="Inactive"))
        assert code(do(world, ANA, "sts:GetCallerIdentity")) == "InvalidClientTokenId"
        world = done(change(world, "UpdateAccessKey", UserName="ana", AccessKeyId=new, Status="Active"))
        assert do(world, ANA, "sts:GetCallerIdentity").ok

    def test_a_status_is_active_or_inactive(self) -> None:
        assert code(change(WORLD, "UpdateAccessKey", UserName="ana", Status="Off")) == "ValidationError"


class TestTags:
    @staticmethod
    def tags(**tags: str) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    @pytest.mark.parametrize("kind", ["User", "Role"])
    def test_keys_compare_without_letter_case_and_keep_the_last_spelling(self, kind: str) -> None:
        named = {f"{kind}Name": NAMES[kind]}
        things = "users" if kind == "User" else "roles"
        its = arn(kind.lower(), NAMES[kind])
        world = done(change(WORLD, f"Tag{kind}", **named, Tags=self.tags(team="a", cost="1")))
        world = done(change(world, f"Tag{kind}", **named, Tags=self.tags(Team="b")))
        assert getattr(world, things)[its].tags == Map({"Team": "b", "cost": "1"})
        world = done(change(world, f"Untag{kind}", **named, TagKeys=["TEAM"]))
        assert getattr(world, things)[its].tags == Map({"cost": "1"})

    def test_tagging_with_nothing_changes_nothing(self) -> None:
        assert done(change(WORLD, "TagUser", UserName="ana", Tags=[])) == WORLD

    @pytest.mark.parametrize("operation", ["TagUser", "CreateUser"])
    def test_what_is_no_tag_is_refused(self, operation: str) -> None:
        name = "ana" if operation == "TagUser" else "new"
        assert code(change(WORLD, operation, UserName=name, Tags=self.tags(**{"aws:x": "1"}))) == "ValidationError"
        twice = change(WORLD, operation, UserName=name, Tags=self.tags(a="1", A="2"))
        assert text(twice) == "Duplicate tag keys found. Please note that Tag keys are case insensitive."

    def test_fifty_are_the_most(self) -> None:
        world = done(change(WORLD, "TagUser", UserName="ana", Tags=self.tags(**{f"k{n}": "" for n in range(50)})))
        assert code(change(world, "TagUser", UserName="ana", Tags=self.tags(more=""))) == "LimitExceeded"
        assert change(world, "TagUser", UserName="ana", Tags=self.tags(K1="x")).ok
