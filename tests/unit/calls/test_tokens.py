"""The other calls of STS: docs/rules/roles_and_sessions.md 4.3 to 4.6."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from iamviz.calls.sts import encoded_message
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    DEVICE,
    HOME,
    ROOT,
    T0,
    allow,
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

FED = f"arn:aws:sts::{HOME}:federated-user/fed"


def seconds(result: Any, at: int = 0) -> float:
    session = next(iter(result.world.sessions.values()))
    return (session.expires - T0 - timedelta(seconds=at)).total_seconds()


class TestGetSessionToken:
    WORLD = company(user("ana", allow("*"), mfa_serial=DEVICE), role("Reader", trusts(ANA_ARN), allow("*")))

    @pytest.mark.parametrize(
        ("actor", "asked", "given"),
        [
            (ANA, None, 43200),
            (ANA, 900, 900),
            (ANA, 129600, 129600),
            (ROOT, None, 3600),
            (ROOT, 43200, 3600),
            (ROOT, 900, 900),
        ],
    )
    def test_how_long_it_lives_and_that_root_is_silently_cut(self, actor: str, asked: int | None, given: int) -> None:
        more = {} if asked is None else {"DurationSeconds": asked}
        assert seconds(do(self.WORLD, actor, "sts:GetSessionToken", **more)) == given

    def test_it_needs_no_permission_and_cannot_be_denied(self) -> None:
        for statements in ([], [deny("*")]):
            assert do(company(user("ana", *statements)), ANA, "sts:GetSessionToken").ok

    def test_the_session_is_still_the_user(self) -> None:
        world = done(do(self.WORLD, ANA, "sts:GetSessionToken", save="t"))
        value = do(world, "session:t", "sts:GetCallerIdentity").value
        assert value is not None
        assert value["Arn"] == ANA_ARN

    @pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
    @pytest.mark.parametrize("session", ["token", "Reader"])
    def test_temporary_credentials_cannot_ask_for_it(self, session: str, operation: str) -> None:
        world = done(do(self.WORLD, ANA, "sts:GetSessionToken", save="token"))
        world = done(assume(world, ANA, "Reader"))
        params = {"Name": "fed"} if operation == "GetFederationToken" else {}
        result = do(world, f"session:{session}", f"sts:{operation}", **params)
        assert (code(result), text(result)) == ("AccessDenied", f"Cannot call {operation} with session credentials")

    def test_without_mfa_it_reaches_nothing_of_iam(self) -> None:
        world = done(do(self.WORLD, ANA, "sts:GetSessionToken", save="plain"))
        world = done(do(world, ANA, "sts:GetSessionToken", save="mfa", SerialNumber=DEVICE, TokenCode="123456"))
        result = do(world, "session:plain", "iam:ListUsers")
        assert (code(result), text(result)) == (
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        )
        assert do(world, "session:mfa", "iam:ListUsers").ok

    def test_of_sts_it_reaches_assume_role_and_get_caller_identity(self) -> None:
        world = done(do(self.WORLD, ANA, "sts:GetSessionToken", save="t"))
        assert assume(world, "session:t", "Reader").ok
        assert code(do(world, "session:t", "sts:GetAccessKeyInfo", AccessKeyId="A" * 20)) == "AccessDenied"


class TestGetFederationToken:
    GRANTED = trusts({"AWS": FED}, "s3:PutObject", Resource="arn:aws:s3:::assets/*")
    PARENT = trusts({"AWS": ANA_ARN}, "s3:DeleteObject", Resource="arn:aws:s3:::assets/*")
    WORLD = company(
        user("ana", allow(["sts:GetFederationToken", "sts:TagSession", "s3:GetObject"])),
        user("ben"),
        bucket("assets", GRANTED, PARENT),
        role("Reader", trusts("*")),
    )

    def may(self, actor: str = ANA, **more: Any) -> list[str]:
        world = done(do(self.WORLD, actor, "sts:GetFederationToken", save="f", Name="fed", **more))
        names = ("GetObject", "PutObject", "DeleteObject", "ListBucket")
        return [name for name in names if do(world, "session:f", f"s3:{name}", Bucket="assets", Key="k").ok]

    def test_it_needs_the_permission(self) -> None:
        result = do(self.WORLD, f"user:{HOME}/ben", "sts:GetFederationToken", Name="fed")
        assert code(result) == "AccessDenied"
        assert text(result).endswith(f"is not authorized to perform: sts:GetFederationToken on resource: {FED}")

    def test_without_a_session_policy_only_what_names_the_federated_user_is_left(self) -> None:
        assert self.may() == ["PutObject"]

    def test_with_one_the_user_and_the_session_policy_must_both_allow(self) -> None:
        assert self.may(Policy=document(allow("s3:GetObject"))) == ["GetObject", "PutObject"]

    def test_what_names_the_parent_user_is_capped_by_the_session_policy(self) -> None:
        assert self.may(Policy=document(allow("s3:DeleteObject"))) == ["PutObject", "DeleteObject"]

    def test_root_may_federate_and_then_only_the_session_policy_limits(self) -> None:
        assert self.may(ROOT, Policy=document(allow("s3:ListBucket"))) == ["PutObject", "ListBucket"]
        assert seconds(do(self.WORLD, ROOT, "sts:GetFederationToken", Name="fed", DurationSeconds=43200)) == 3600

    def test_the_answer_names_the_federated_user(self) -> None:
        value = do(self.WORLD, ANA, "sts:GetFederationToken", Name="fed").value
        assert value is not None
        assert value["FederatedUser"] == {"FederatedUserId": f"{HOME}:fed", "Arn": FED}
        assert value["PackedPolicySize"] == 0

    def test_tags_need_tag_session_on_the_same_name(self) -> None:
        tags = [{"Key": "team", "Value": "a"}]
        assert do(self.WORLD, ANA, "sts:GetFederationToken", Name="fed", Tags=tags).ok
        world = company(user("ana", allow("sts:GetFederationToken")))
        result = do(world, ANA, "sts:GetFederationToken", Name="fed", Tags=tags)
        assert text(result).endswith(f"sts:TagSession on resource: {FED}")

    def test_a_federated_user_reaches_nothing_of_iam_and_only_get_caller_identity_of_sts(self) -> None:
        everything = {"Policy": document(allow("*"))}
        world = done(do(self.WORLD, ROOT, "sts:GetFederationToken", save="f", Name="fed", **everything))
        assert code(do(world, "session:f", "iam:ListUsers")) == "InvalidClientTokenId"
        assert code(assume(world, "session:f", "Reader")) == "AccessDenied"
        value = do(world, "session:f", "sts:GetCallerIdentity").value
        assert value == {"UserId": f"{HOME}:fed", "Account": HOME, "Arn": FED}


class TestSmallCalls:
    def test_get_caller_identity_works_under_an_explicit_deny(self) -> None:
        value = do(company(user("ana", deny("*"))), ANA, "sts:GetCallerIdentity").value
        assert value is not None
        assert value["UserId"].startswith("AIDA")

    def test_root_is_its_account(self) -> None:
        root = {"UserId": HOME, "Account": HOME, "Arn": f"arn:aws:iam::{HOME}:root"}
        assert do(company(), ROOT, "sts:GetCallerIdentity").value == root

    def test_get_access_key_info_tells_the_account_of_any_key_whether_it_works_or_not(self) -> None:
        world = company(user("ana", allow("sts:*")))
        value = do(world, ANA, "sts:GetAccessKeyInfo", AccessKeyId="ASIARZPUZDIKIPK2LUPA").value
        assert value == {"Account": "123456789012"}

    @pytest.mark.parametrize("key", ["!" * 20, "A" * 15, "ASIA0000000000000000"])
    def test_what_is_no_key_id_is_a_validation_error(self, key: str) -> None:
        world = company(user("ana", allow("sts:*")))
        assert code(do(world, ANA, "sts:GetAccessKeyInfo", AccessKeyId=key)) == "ValidationError"

    @pytest.mark.parametrize("operation", ["GetAccessKeyInfo", "DecodeAuthorizationMessage"])
    def test_both_need_a_permission(self, operation: str) -> None:
        params = {"AccessKeyId": "A" * 20} if operation == "GetAccessKeyInfo" else {"EncodedMessage": "x"}
        assert code(do(company(user("ana")), ANA, f"sts:{operation}", **params)) == "AccessDenied"

    @pytest.mark.parametrize("explicit", [True, False])
    def test_an_encoded_denial_can_be_decoded(self, explicit: bool) -> None:
        statements = [deny("s3:*", Sid="Never")] if explicit else []
        world = company(user("ana", allow("sts:*"), *statements), bucket("assets"))
        decision = do(world, ANA, "s3:GetObject", Bucket="assets", Key="k").decisions[-1]
        value = do(world, ANA, "sts:DecodeAuthorizationMessage", EncodedMessage=encoded_message(decision)).value
        assert value is not None
        told = json.loads(value["DecodedMessage"])
        assert (told["allowed"], told["explicitDeny"]) == (False, explicit)
        assert [item["statementId"] for item in told["matchedStatements"]["items"]] == (["Never"] if explicit else [])
        context = told["context"]
        assert context["principal"]["arn"] == ANA_ARN
        assert (context["action"], context["resource"]) == ("s3:GetObject", "arn:aws:s3:::assets/k")
        assert {"key": "aws:username", "values": {"items": ["ana"]}} in context["conditions"]["items"]

    @pytest.mark.parametrize("message", ["x", "é", "W10=", "bm90IGpzb24="])
    def test_anything_else_cannot_be_decoded(self, message: str) -> None:
        result = do(company(user("ana", allow("sts:*"))), ANA, "sts:DecodeAuthorizationMessage", EncodedMessage=message)
        assert code(result) == "InvalidAuthorizationMessageException"
