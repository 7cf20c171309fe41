"""Changes to IAM: what each does, and every refusal of docs/rules/roles_and_sessions.md 1.4, 2 and 5."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from iamviz import World
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    ANA_ARN,
    AWAY,
    GITHUB,
    HOME,
    ROOT,
    VENDOR,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    delete,
    deny,
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

BOSS = f"user:{HOME}/boss"
READS = managed("Reads", allow("s3:ListAllMyBuckets"))
GIVES = document(allow("s3:ListAllMyBuckets"))
KINDS = ["User", "Group", "Role"]


def office() -> World:
    staff = group("staff")
    return company(
        user("ana", groups=(staff.arn,)),
        user("boss", allow("iam:*")),
        staff,
        role("Reader", trusts(ANA_ARN)),
        role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", trusts({"Service": "x.amazonaws.com"})),
        READS,
        bucket("assets"),
    )


WORLD = office()
NAMES = {"User": "ana", "Group": "staff", "Role": "Reader"}


def may(world: World, kind: str) -> bool:
    """Whether whoever has the identity's policies may list buckets."""
    if kind == "Role":
        world = done(assume(world, ANA, "Reader"))
        return do(world, "session:Reader", "s3:ListBuckets").ok
    return do(world, ANA, "s3:ListBuckets").ok


def change(world: World, operation: str, actor: str = ADMIN, **params: Any) -> Any:
    return do(world, actor, f"iam:{operation}", **params)


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


class TestQuotas:
    @pytest.mark.parametrize(("kind", "limit"), [("User", 2048), ("Group", 5120), ("Role", 10240)])
    def test_all_inline_policies_together_white_space_not_counted(self, kind: str, limit: int) -> None:
        def put(world: World, name: str, size: int, pad: str = "") -> Any:
            bare = len(document(allow("s3:*", "arn:aws:s3:::")).replace(" ", ""))
            text = document(allow("s3:*", "arn:aws:s3:::" + "x" * (size - bare))) + pad
            return change(
                world, f"Put{kind}Policy", **{f"{kind}Name": NAMES[kind], "PolicyName": name, "PolicyDocument": text}
            )

        world = done(put(WORLD, "one", limit - 500, " " * 9000))
        world = done(put(world, "two", 500))
        result = put(world, "two", 501)
        assert (code(result), text(result)) == (
            "LimitExceeded",
            f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} {NAMES[kind]}",
        )

    def test_ten_managed_policies_are_attached_at_most(self) -> None:
        world = WORLD
        for number in range(11):
            world = done(change(world, "CreatePolicy", PolicyName=f"p{number}", PolicyDocument=GIVES))
            last = change(world, "AttachRolePolicy", RoleName="Reader", PolicyArn=arn("policy", f"p{number}"))
            world = last.world
        assert (code(last), text(last)) == ("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")

    def test_a_managed_policy_has_6144_characters(self) -> None:
        long = document(allow("s3:*", "arn:aws:s3:::" + "x" * 6200))
        assert code(change(WORLD, "CreatePolicy", PolicyName="Long", PolicyDocument=long)) == "LimitExceeded"

    def test_a_managed_policy_of_that_name_is_there_already(self) -> None:
        result = change(WORLD, "CreatePolicy", PolicyName="Reads", PolicyDocument=GIVES)
        assert (code(result), text(result)) == (
            "EntityAlreadyExists",
            "A policy called Reads already exists. Duplicate names are not allowed.",
        )

    @pytest.mark.parametrize(("seconds", "ok"), [(3599, False), (3600, True), (43200, True), (43201, False)])
    def test_a_role_allows_between_one_and_twelve_hours(self, seconds: int, ok: bool) -> None:
        params = {"RoleName": "New", "AssumeRolePolicyDocument": document(trusts(HOME)), "MaxSessionDuration": seconds}
        assert change(WORLD, "CreateRole", **params).ok is ok


class TestDocuments:
    @pytest.mark.parametrize("operation", ["PutRolePolicy", "CreatePolicy"])
    @pytest.mark.parametrize(
        ("policy", "message"),
        [
            ("{", "This policy contains invalid Json"),
            ('{"Statement": [{"Effect": "Perhaps"}]}', "Syntax errors in policy."),
            (document(trusts(HOME, Resource="*")), "Policy document should not specify a principal."),
        ],
    )
    def test_an_identity_policy_that_is_none(self, operation: str, policy: str, message: str) -> None:
        more = {"RoleName": "Reader"} if operation == "PutRolePolicy" else {}
        result = change(WORLD, operation, PolicyName="p", PolicyDocument=policy, **more)
        assert (code(result), text(result)) == ("MalformedPolicyDocument", message)

    @pytest.mark.parametrize("operation", ["CreateRole", "UpdateAssumeRolePolicy"])
    @pytest.mark.parametrize(
        ("statement", "message"),
        [
            (trusts(HOME, Resource="*"), "Has prohibited field Resource"),
            (trusts(HOME, NotResource="*"), "Has prohibited field NotResource"),
            (
                {"Effect": "Deny", "NotPrincipal": {"AWS": HOME}, "Action": "sts:AssumeRole"},
                "Has prohibited field NotPrincipal",
            ),
            ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal"),
            (trusts(HOME, "s3:GetObject"), "AssumeRole policy may only specify STS AssumeRole actions."),
            (
                trusts(HOME, ["sts:AssumeRole", "sts:GetSessionToken"]),
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ),
            (trusts(arn("user", "nobody")), f'Invalid principal in policy: "AWS":"{arn("user", "nobody")}"'),
            (trusts(arn("role", "reader")), f'Invalid principal in policy: "AWS":"{arn("role", "reader")}"'),
            (trusts(arn("group", "staff")), f'Invalid principal in policy: "AWS":"{arn("group", "staff")}"'),
            (
                trusts(arn("group", "staff", VENDOR)),
                f'Invalid principal in policy: "AWS":"{arn("group", "staff", VENDOR)}"',
            ),
            (trusts(arn("user", "*")), f'Invalid principal in policy: "AWS":"{arn("user", "*")}"'),
            (trusts("AIDAEXAMPLEALICE00001"), 'Invalid principal in policy: "AWS":"AIDAEXAMPLEALICE00001"'),
            (
                trusts(f"arn:aws-cn:iam::{VENDOR}:user/bob"),
                f'Invalid principal in policy: "AWS":"arn:aws-cn:iam::{VENDOR}:user/bob"',
            ),
        ],
    )
    def test_a_trust_policy_that_iam_does_not_save(self, operation: str, statement: Any, message: str) -> None:
        element = "AssumeRolePolicyDocument" if operation == "CreateRole" else "PolicyDocument"
        name = "New" if operation == "CreateRole" else "Reader"
        result = change(WORLD, operation, **{"RoleName": name, element: document(statement)})
        assert (code(result), text(result)) == ("MalformedPolicyDocument", message)

    @pytest.mark.parametrize(
        "principal",
        [HOME, f"arn:aws:iam::{HOME}:root", "*", ANA_ARN, arn("role", "Reader"), arn("user", "bob", VENDOR)],
    )
    def test_a_trust_policy_that_iam_saves(self, principal: str) -> None:
        saved = document(trusts(principal))
        assert change(WORLD, "UpdateAssumeRolePolicy", RoleName="Reader", PolicyDocument=saved).ok

    def test_the_policy_of_a_bucket_can_be_put_by_its_own_administrator(self) -> None:
        opened = document(trusts(ANA_ARN, "s3:GetObject", Resource="arn:aws:s3:::assets/*"))
        world = done(do(WORLD, ADMIN, "s3:PutBucketPolicy", Bucket="assets", Policy=opened))
        assert do(world, ANA, "s3:GetObject", Bucket="assets", Key="k").ok
        assert code(do(WORLD, ADMIN, "s3:PutBucketPolicy", Bucket="none", Policy=opened)) == "NoSuchBucket"

    @pytest.mark.parametrize("actor", [ADMIN, ROOT])
    def test_a_bucket_policy_that_is_deleted_denies_no_more(self, actor: str) -> None:
        """The way out of a policy that locks everybody out: docs/rules/policy_evaluation.md 5.6."""
        locked = bucket("assets", deny("s3:*", ["arn:aws:s3:::assets", "arn:aws:s3:::assets/*"], Principal="*"))
        world = company(user("ana", allow("s3:*")), locked)
        assert code(do(world, ANA, "s3:GetObject", Bucket="assets", Key="k")) == "AccessDenied"
        assert code(do(world, ANA, "s3:DeleteBucketPolicy", Bucket="assets")) == "AccessDenied"
        world = done(do(world, actor, "s3:DeleteBucketPolicy", Bucket="assets"))
        assert do(world, ANA, "s3:GetObject", Bucket="assets", Key="k").ok


class TestBoundPrincipals:
    """2.2: user and role ARNs are bound to unique ids when the document is saved."""

    def again(self, world: World) -> World:
        world = delete(world, "user", "ana")
        return done(change(world, "CreateUser", UserName="ana"))

    def test_a_user_that_is_made_again_is_somebody_else_until_the_trust_is_saved_again(self) -> None:
        world = self.again(WORLD)
        assert code(assume(world, ANA, "Reader")) == "AccessDenied"
        saved = document(trusts(ANA_ARN))
        world = done(change(world, "UpdateAssumeRolePolicy", RoleName="Reader", PolicyDocument=saved))
        assert assume(world, ANA, "Reader").ok

    def test_a_document_that_names_a_deleted_user_cannot_be_saved(self) -> None:
        world = delete(WORLD, "user", "ana")
        result = change(world, "UpdateAssumeRolePolicy", RoleName="Reader", PolicyDocument=document(trusts(ANA_ARN)))
        assert code(result) == "MalformedPolicyDocument"

    def test_trust_in_the_account_survives(self) -> None:
        world = done(change(WORLD, "UpdateAssumeRolePolicy", RoleName="Reader", PolicyDocument=document(trusts(HOME))))
        world = self.again(world)
        permit = document(allow("sts:AssumeRole"))
        world = done(change(world, "PutUserPolicy", UserName="ana", PolicyName="p", PolicyDocument=permit))
        assert assume(world, ANA, "Reader").ok


class TestSharedIssuers:
    """2.3, the table."""

    SUB, WORKFLOW = f"{GITHUB}:sub", f"{GITHUB}:job_workflow_ref"

    @pytest.mark.parametrize(
        ("condition", "saved"),
        [
            ({}, False),
            ({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}, False),
            ({"StringLike": {SUB: "*"}}, False),
            ({"StringLike": {SUB: "repo:*"}}, True),
            ({"StringLike": {SUB: "repo:*/*"}}, True),
            ({"StringEquals": {SUB.upper(): "repo:acme/app:ref:refs/heads/main"}}, True),
            ({"StringEqualsIgnoreCase": {SUB: "repo:acme/app:pull_request"}}, True),
            ({"StringLike": {WORKFLOW: "acme/shared/.github/workflows/deploy.yml@*"}}, True),
            ({"StringEquals": {f"{GITHUB}:repository": "acme/app"}}, False),
            ({"ForAllValues:StringLike": {SUB: "repo:acme/*"}}, False),
            ({"StringNotEquals": {SUB: "repo:evil/app"}}, False),
        ],
    )
    @pytest.mark.parametrize("operation", ["CreateRole", "UpdateAssumeRolePolicy"])
    def test_a_role_for_github_must_test_the_subject(self, operation: str, condition: Any, saved: bool) -> None:
        provider = arn("oidc-provider", GITHUB)
        more = {"Condition": condition} if condition else {}
        policy = document(trusts({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", **more))
        element = "AssumeRolePolicyDocument" if operation == "CreateRole" else "PolicyDocument"
        name = "Ci" if operation == "CreateRole" else "Reader"
        result = change(WORLD, operation, **{"RoleName": name, element: policy})
        assert result.ok is saved
        if not saved:
            assert text(result) == (
                f"Trust policy with trusted principal {provider} must evaluate, using StringEquals, StringLike or "
                f"StringEqualsIgnoreCase, {self.SUB} or {self.WORKFLOW} which is not scoped to all."
            )

    def test_an_issuer_of_ones_own_needs_none(self) -> None:
        policy = document(trusts({"Federated": arn("oidc-provider", "idp.corp")}, "sts:AssumeRoleWithWebIdentity"))
        assert change(WORLD, "CreateRole", RoleName="Ci", AssumeRolePolicyDocument=policy).ok


class TestWhoMay:
    def test_a_user_needs_the_permission_for_the_change(self) -> None:
        result = change(WORLD, "CreateUser", ANA, UserName="new")
        assert code(result) == "AccessDenied"
        assert text(result) == (
            f"User: {ANA_ARN} is not authorized to perform: iam:CreateUser on resource: {arn('user', 'new')} because "
            "no identity-based policy allows the iam:CreateUser action"
        )
        assert change(WORLD, "CreateUser", BOSS, UserName="new").ok

    @pytest.mark.parametrize(
        ("operation", "params"),
        [
            ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": GIVES}),
            ("AttachRolePolicy", {"PolicyArn": READS.arn}),
            ("UpdateAssumeRolePolicy", {"PolicyDocument": document(trusts(HOME))}),
            ("PutRolePermissionsBoundary", {"PermissionsBoundary": READS.arn}),
            ("DeleteRole", {}),
        ],
    )
    def test_nobody_changes_a_service_linked_role(self, operation: str, params: dict[str, Any]) -> None:
        result = change(WORLD, operation, RoleName="AWSServiceRoleForX", **params)
        assert code(result) == "UnmodifiableEntity"
        assert "protected role 'AWSServiceRoleForX'" in text(result)

    def test_listing_users_shows_those_of_the_account(self) -> None:
        value = do(company(user("ana"), user("zoe", account=AWAY)), ADMIN, "iam:ListUsers").value
        assert value is not None
        assert [item["UserName"] for item in value["Users"]] == ["ana"]
