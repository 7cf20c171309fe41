"""What narrows a session of AssumeRole, how long it lives, and what ends it.

docs/rules/roles_and_sessions.md 3.4, 3.5 and 4.
"""

from __future__ import annotations

import random

import pytest

from tests.unit.calls.company import (
    ADMIN,
    ADMIN_AWAY,
    ANA,
    ANA_ARN,
    AWAY,
    HOME,
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
    managed,
    role,
    text,
    trusts,
    user,
)
from tests.unit.calls.test_assume_role import CHAIN, MAXIMUM


class TestSessionPolicies:
    """4.10."""

    GETS, PUTS = managed("Gets", allow("s3:GetObject")), managed("Puts", allow("s3:PutObject"))
    WORLD = company(
        user("ana"),
        role("Reader", trusts(ANA_ARN), allow(["s3:GetObject", "s3:PutObject"])),
        bucket("assets"),
        GETS,
        PUTS,
        managed("Foreign", allow("*"), account=AWAY),
    )

    def may(self, **params: object) -> list[str]:
        world = done(assume(self.WORLD, ANA, "Reader", **params))
        actions = ("GetObject", "PutObject", "DeleteObject")
        return [name for name in actions if do(world, "session:Reader", f"s3:{name}", Bucket="assets", Key="k").ok]

    def test_without_one_the_session_may_what_the_role_may(self) -> None:
        assert self.may() == ["GetObject", "PutObject"]

    def test_it_cuts_what_the_role_may_and_adds_nothing(self) -> None:
        assert self.may(Policy=document(allow(["s3:GetObject", "s3:DeleteObject"]))) == ["GetObject"]
        assert self.may(Policy=document(allow("*"), deny("s3:GetObject"))) == ["PutObject"]

    def test_several_are_united_with_each_other_first(self) -> None:
        both = [{"arn": self.GETS.arn}, {"arn": self.PUTS.arn}]
        assert self.may(PolicyArns=both) == ["GetObject", "PutObject"]
        assert self.may(PolicyArns=both[:1]) == ["GetObject"]
        assert self.may(PolicyArns=both[:1], Policy=document(allow("s3:PutObject"))) == ["GetObject", "PutObject"]

    @pytest.mark.parametrize(
        ("policy", "message"),
        [
            ("{", "This policy contains invalid Json"),
            ("[]", "Syntax errors in policy."),
            ('{"Statement": {"Effect": "Maybe", "Action": "*", "Resource": "*"}}', "Syntax errors in policy."),
            (document(allow("*", Principal="*")), "Policy document should not specify a principal."),
            (document(allow("s3:*", "my-bucket")), 'Resource my-bucket must be in ARN format or "*".'),
            (document(allow("s3:*", "arn:aws:s3")), 'Resource arn:aws:s3 must be in ARN format or "*".'),
        ],
    )
    def test_a_malformed_one_is_refused(self, policy: str, message: str) -> None:
        result = assume(self.WORLD, ANA, "Reader", Policy=policy)
        assert (code(result), text(result)) == ("MalformedPolicyDocument", message)

    @pytest.mark.parametrize("name", [arn("policy", "Absent"), arn("policy", "Foreign", AWAY)])
    def test_a_managed_one_must_be_of_the_account_of_the_role(self, name: str) -> None:
        assert code(assume(self.WORLD, ANA, "Reader", PolicyArns=[{"arn": name}])) == "MalformedPolicyDocument"

    def test_ten_managed_ones_are_the_most(self) -> None:
        assert assume(self.WORLD, ANA, "Reader", PolicyArns=[{"arn": self.GETS.arn}] * 10).ok
        assert not assume(self.WORLD, ANA, "Reader", PolicyArns=[{"arn": self.GETS.arn}] * 11).ok

    def test_the_packed_size_is_told_when_there_is_something_to_pack(self) -> None:
        value = assume(self.WORLD, ANA, "Reader", Policy=document(allow("s3:*"))).value
        assert value is not None
        assert 0 < value["PackedPolicySize"] <= 100

    def test_too_much_to_pack_is_refused_with_the_percentage(self) -> None:
        letters = random.Random(1)
        noise = "".join(letters.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=4000))
        result = assume(self.WORLD, ANA, "Reader", Policy=document(allow("s3:*", f"arn:aws:s3:::{noise}")))
        assert code(result) == "PackedPolicyTooLarge"
        percent = int(text(result).removeprefix("Packed size of session tags consumes ").partition("%")[0])
        assert percent > 100


class TestTime:
    """4.8 and 4.14."""

    WORLD = company(
        user("ana", allow("sts:*")),
        role("Long", trusts(HOME), allow("*"), max_session_duration=43200),
        role("Short", trusts(HOME), allow("*")),
    )

    def test_an_hour_is_given_whatever_the_role_allows(self) -> None:
        world = done(assume(self.WORLD, ANA, "Long"))
        assert do(world, "session:Long", "s3:ListBuckets", at=3599).ok
        assert code(do(world, "session:Long", "s3:ListBuckets", at=3600)) == "ExpiredToken"

    def test_more_than_the_maximum_of_the_role_is_refused_not_cut(self) -> None:
        result = assume(self.WORLD, ANA, "Short", DurationSeconds=3601)
        assert (code(result), text(result)) == ("ValidationError", MAXIMUM)
        assert assume(self.WORLD, ANA, "Long", DurationSeconds=43200).ok

    @pytest.mark.parametrize("first", ["role", "token"])
    def test_a_chained_call_gets_an_hour_at_most(self, first: str) -> None:
        begin = (
            do(self.WORLD, ANA, "sts:GetSessionToken", save="one")
            if first == "token"
            else assume(self.WORLD, ANA, "Short", save="one")
        )
        world = done(begin)
        result = assume(world, "session:one", "Long", DurationSeconds=3601)
        assert (code(result), text(result)) == ("ValidationError", CHAIN)
        assert assume(world, "session:one", "Long", DurationSeconds=3600).ok

    def test_chaining_is_told_before_the_maximum_of_the_role(self) -> None:
        world = done(assume(self.WORLD, ANA, "Long"))
        assert text(assume(world, "session:Long", "Short", DurationSeconds=7200)) == CHAIN

    def test_the_second_session_may_outlive_the_first(self) -> None:
        world = done(assume(self.WORLD, ANA, "Short", DurationSeconds=900))
        world = done(assume(world, "session:Short", "Long", at=800))
        assert code(do(world, "session:Short", "s3:ListBuckets", at=1000)) == "ExpiredToken"
        assert do(world, "session:Long", "s3:ListBuckets", at=4399).ok
        assert not do(world, "session:Long", "s3:ListBuckets", at=4400).ok

    @pytest.mark.parametrize(
        ("operation", "message", "status"),
        [
            ("s3:ListBuckets", "The provided token has expired.", 400),
            ("sts:GetCallerIdentity", "The security token included in the request is expired", 403),
            ("iam:ListUsers", "The security token included in the request is expired", 403),
        ],
    )
    def test_expiry_is_told_in_the_words_of_the_service_before_any_policy(
        self, operation: str, message: str, status: int
    ) -> None:
        world = done(assume(self.WORLD, ANA, "Short", DurationSeconds=900))
        result = do(world, "session:Short", operation, at=900)
        assert result.error is not None
        assert (code(result), text(result), result.error.status) == ("ExpiredToken", message, status)
        assert result.decisions == ()

    def test_a_later_maximum_does_not_touch_a_running_session(self) -> None:
        world = done(assume(self.WORLD, ANA, "Long", DurationSeconds=7200))
        world = done(do(world, ADMIN, "iam:UpdateRole", RoleName="Long", MaxSessionDuration=3600))
        assert do(world, "session:Long", "s3:ListBuckets", at=7199).ok


class TestEndingAccess:
    """3.8."""

    WORLD = company(
        user("ana", allow("sts:*")),
        role("Reader", trusts(ANA_ARN), allow("*"), account=AWAY),
        role("Local", trusts(ANA_ARN), allow("*")),
    )

    def test_revoking_older_sessions_leaves_newer_ones_alone(self) -> None:
        world = done(assume(self.WORLD, ANA, "Reader", AWAY, save="old"))
        cut = deny(["*"], ["*"], Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:10:00.000Z"}})
        revoke = {"RoleName": "Reader", "PolicyName": "AWSRevokeOlderSessions", "PolicyDocument": document(cut)}
        world = done(do(world, ADMIN_AWAY, "iam:PutRolePolicy", at=600, **revoke))
        world = done(assume(world, ANA, "Reader", AWAY, save="new"))
        assert code(do(world, "session:old", "s3:ListBuckets")) == "AccessDenied"
        assert do(world, "session:new", "s3:ListBuckets").ok

    def test_changing_the_trust_policy_stops_only_new_sessions(self) -> None:
        world = done(assume(self.WORLD, ANA, "Local"))
        closed = {"RoleName": "Local", "PolicyDocument": document(trusts(AWAY))}
        world = done(do(world, ADMIN, "iam:UpdateAssumeRolePolicy", **closed))
        assert do(world, "session:Local", "s3:ListBuckets").ok
        assert code(assume(world, ANA, "Local")) == "AccessDenied"

    def test_taking_a_permission_from_the_role_works_at_once(self) -> None:
        world = done(assume(self.WORLD, ANA, "Local"))
        world = done(do(world, ADMIN, "iam:DeleteRolePolicy", RoleName="Local", PolicyName="own"))
        assert code(do(world, "session:Local", "s3:ListBuckets")) == "AccessDenied"

    def test_sessions_of_a_deleted_role_are_dead_and_stay_dead_when_it_is_made_again(self) -> None:
        world = done(assume(self.WORLD, ANA, "Local"))
        world = delete(world, "role", "Local")
        assert code(do(world, "session:Local", "sts:GetCallerIdentity")) == "InvalidClientTokenId"
        again = {"RoleName": "Local", "AssumeRolePolicyDocument": document(trusts(ANA_ARN))}
        world = done(do(world, ADMIN, "iam:CreateRole", **again))
        assert code(do(world, "session:Local", "sts:GetCallerIdentity")) == "InvalidClientTokenId"
        assert assume(world, ANA, "Local").ok

    def test_a_disabled_key_stops_its_user_but_not_the_sessions_it_began(self) -> None:
        world = done(assume(self.WORLD, ANA, "Local"))
        world = done(do(world, ANA, "sts:GetSessionToken", save="token"))
        world = done(do(world, ADMIN, "iam:UpdateAccessKey", UserName="ana", Status="Inactive"))
        assert code(do(world, ANA, "sts:GetCallerIdentity")) == "InvalidClientTokenId"
        assert do(world, "session:Local", "s3:ListBuckets").ok
        assert do(world, "session:token", "sts:GetCallerIdentity").ok

    def test_a_deleted_user_ends_its_token_sessions_but_not_its_role_sessions(self) -> None:
        world = done(assume(self.WORLD, ANA, "Local"))
        world = done(do(world, ANA, "sts:GetSessionToken", save="token"))
        world = delete(world, "user", "ana")
        world = done(do(world, ADMIN, "iam:CreateUser", UserName="ana"))
        assert code(do(world, "session:token", "sts:GetCallerIdentity")) == "InvalidClientTokenId"
        assert do(world, "session:Local", "s3:ListBuckets").ok
