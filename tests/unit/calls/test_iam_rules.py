"""What IAM checks of documents, principals and quotas before it saves: docs/rules/roles_and_sessions.md 1.4 and 2."""

from __future__ import annotations

from typing import Any

import pytest

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
    text,
    trusts,
    user,
)
from tests.unit.calls.office import BOSS, GIVES, NAMES, READS, WORLD, change


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
