"""AssumeRole: who may, for how long, and what comes back. docs/rules/roles_and_sessions.md 3 and 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from immutables import Map

from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    DEVICE,
    HOME,
    LAMBDA,
    ROOT,
    allow,
    arn,
    assume,
    code,
    company,
    do,
    done,
    role,
    text,
    trusts,
    user,
)

CHAIN = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
MAXIMUM = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


def denied(name: str, account: str = HOME, action: str = "sts:AssumeRole", caller: str = ANA_ARN) -> str:
    return f"User: {caller} is not authorized to perform: {action} on resource: {arn('role', name, account)}"


class TestTheAnswer:
    def test_it_has_the_shape_that_the_aws_cli_prints(self) -> None:
        world = company(user("ana"), role("app/Reader", trusts(ANA_ARN), account=HOME))
        value = assume(world, ANA, "app/Reader").value
        assert value is not None
        assert set(value) == {"Credentials", "AssumedRoleUser"}
        assert set(value["Credentials"]) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
        assert datetime.fromisoformat(value["Credentials"]["Expiration"]) == datetime(2026, 1, 1, 1, tzinfo=UTC)
        unique = world.role(arn("role", "app/Reader")).unique_id
        assert value["AssumedRoleUser"] == {
            "AssumedRoleId": f"{unique}:work",
            "Arn": f"arn:aws:sts::{HOME}:assumed-role/Reader/work",
        }

    def test_the_session_belongs_to_the_account_of_the_role(self) -> None:
        world = company(user("ana", allow("sts:*")), role("Reader", trusts(HOME), account=AWAY))
        world = done(assume(world, ANA, "Reader", AWAY))
        value = do(world, "session:Reader", "sts:GetCallerIdentity").value
        assert value is not None
        assert (value["Account"], value["Arn"]) == (AWAY, f"arn:aws:sts::{AWAY}:assumed-role/Reader/work")

    def test_the_source_identity_is_told_when_there_is_one(self) -> None:
        world = company(user("ana"), role("Reader", trusts(ANA_ARN, "sts:*")))
        value = assume(world, ANA, "Reader", SourceIdentity="ana").value
        assert value is not None
        assert value["SourceIdentity"] == "ana"


class TestBothSides:
    """The decision table of 3.2."""

    @pytest.mark.parametrize(
        ("account", "trust", "permitted", "allowed"),
        [
            (HOME, ANA_ARN, False, True),
            (HOME, HOME, False, False),
            (HOME, HOME, True, True),
            (HOME, arn("user", "ben"), True, False),
            (AWAY, ANA_ARN, False, False),
            (AWAY, ANA_ARN, True, True),
            (AWAY, HOME, False, False),
            (AWAY, HOME, True, True),
            (AWAY, arn("user", "ben"), True, False),
            (AWAY, "*", False, False),
            (HOME, "*", False, True),
        ],
    )
    def test_who_must_say_yes(self, account: str, trust: str, permitted: bool, allowed: bool) -> None:
        statements = [allow("sts:AssumeRole")] if permitted else []
        world = company(user("ana", *statements), user("ben"), role("Reader", trusts(trust), account=account))
        result = assume(world, ANA, "Reader", account)
        assert result.ok is allowed
        if not allowed:
            assert (code(result), text(result)) == ("AccessDenied", denied("Reader", account))

    def test_a_role_that_does_not_exist_is_refused_in_the_same_words_as_one_that_refuses(self) -> None:
        world = company(user("ana", allow("*")), role("Closed", trusts(arn("user", "ben"))), user("ben"))
        closed, absent = assume(world, ANA, "Closed"), assume(world, ANA, "Absent")
        assert text(closed).replace("Closed", "X") == text(absent).replace("Absent", "X")
        assert (code(closed), closed.error and closed.error.status) == (
            code(absent),
            absent.error and absent.error.status,
        )

    def test_nor_does_the_explaining_mode_give_a_missing_role_away(self) -> None:
        world = company(user("ana"), explain_denials=True)
        assert text(assume(world, ANA, "Absent")) == denied("Absent")

    @pytest.mark.parametrize("name", ["reader", "Reader"])
    def test_the_arn_counts_letter_by_letter_with_its_path(self, name: str) -> None:
        world = company(user("ana"), role("app/Reader", trusts(ANA_ARN)))
        assert code(assume(world, ANA, name)) == "AccessDenied"

    def test_the_root_user_never_becomes_a_role(self) -> None:
        world = company(role("Reader", trusts("*")))
        world = done(do(world, ROOT, "sts:GetSessionToken", save="root"))
        for actor in (ROOT, "session:root"):
            result = assume(world, actor, "Reader")
            assert (code(result), text(result)) == ("AccessDenied", "Roles may not be assumed by root accounts.")

    def test_the_reason_is_told_only_in_explaining_mode(self) -> None:
        world = company(user("ana"), role("Reader", trusts(HOME)))
        assert text(assume(world, ANA, "Reader")) == denied("Reader")
        reason = text(assume(replace(world, explain_denials=True), ANA, "Reader"))
        assert reason == denied("Reader") + " because no identity-based policy allows the sts:AssumeRole action"

    def test_a_service_takes_a_role_that_names_it_and_no_other(self) -> None:
        world = company(role("Job", trusts(LAMBDA)), role("Any", trusts("*")))
        assert assume(world, "service:lambda.amazonaws.com", "Job").ok
        assert not assume(world, "service:ec2.amazonaws.com", "Job").ok
        assert not assume(world, "service:lambda.amazonaws.com", "Any").ok


class TestExternalId:
    @pytest.mark.parametrize(
        ("passed", "allowed"), [("cust-7f3a", True), ("CUST-7F3A", False), ("other", False), (None, False)]
    )
    def test_the_trust_policy_may_ask_for_it(self, passed: str | None, allowed: bool) -> None:
        world = company(
            user("ana"), role("Reader", trusts(ANA_ARN, Condition={"StringEquals": {"sts:ExternalId": "cust-7f3a"}}))
        )
        more = {} if passed is None else {"ExternalId": passed}
        assert assume(world, ANA, "Reader", **more).ok is allowed

    def test_it_is_ignored_when_nobody_asks(self) -> None:
        assert assume(company(user("ana"), role("Reader", trusts(ANA_ARN))), ANA, "Reader", ExternalId="any").ok


class TestMfa:
    """4.9."""

    WORLD = company(
        user("ana", allow("sts:*"), mfa_serial=DEVICE),
        user("ben", mfa_serial=f"arn:aws:iam::{HOME}:mfa/ben"),
        role("Safe", trusts(ANA_ARN, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    )
    BOTH = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    DEVICE_UNKNOWN = (
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
        "and associated with this user."
    )
    WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code."

    def test_without_a_code_the_condition_keeps_a_long_term_key_out(self) -> None:
        assert text(assume(self.WORLD, ANA, "Safe")) == denied("Safe")

    def test_with_device_and_code_it_lets_in(self) -> None:
        assert assume(self.WORLD, ANA, "Safe", SerialNumber=DEVICE, TokenCode="123456").ok

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"SerialNumber": DEVICE}, BOTH),
            ({"TokenCode": "123456"}, BOTH),
            ({"SerialNumber": f"arn:aws:iam::{HOME}:mfa/ben", "TokenCode": "123456"}, DEVICE_UNKNOWN),
            ({"SerialNumber": DEVICE, "TokenCode": "654321"}, WRONG),
        ],
    )
    @pytest.mark.parametrize("name", ["Safe", "Absent"])
    def test_what_is_wrong_with_the_code_is_told_before_the_role_is_looked_up(
        self, name: str, params: dict[str, str], expected: str
    ) -> None:
        result = assume(self.WORLD, ANA, name, **params)
        assert (code(result), text(result)) == ("AccessDenied", expected)

    def test_a_code_counts_once_in_its_thirty_seconds(self) -> None:
        code_given = {"SerialNumber": DEVICE, "TokenCode": "123456"}
        world = done(assume(self.WORLD, ANA, "Safe", **code_given))
        assert text(assume(world, ANA, "Safe", at=29, **code_given)) == self.WRONG
        assert assume(world, ANA, "Safe", at=30, **code_given).ok

    def test_the_role_session_itself_is_not_marked(self) -> None:
        world = done(assume(self.WORLD, ANA, "Safe", SerialNumber=DEVICE, TokenCode="123456"))
        assert world.context_of("Safe").get("aws:MultiFactorAuthPresent") == ("false",)

    def test_a_get_session_token_session_carries_it_for_its_whole_life(self) -> None:
        world = done(do(self.WORLD, ANA, "sts:GetSessionToken", save="mfa", SerialNumber=DEVICE, TokenCode="123456"))
        world = done(do(world, ANA, "sts:GetSessionToken", save="plain", at=60))
        assert assume(world, "session:mfa", "Safe", at=40000).ok
        assert not assume(world, "session:plain", "Safe").ok


class TestTags:
    """4.11."""

    SIDES = ("sts:AssumeRole", "sts:TagSession")
    WORLD = company(
        user("ana"),
        role("First", trusts(ANA_ARN, [*SIDES]), allow("sts:*")),
        role("Second", trusts(HOME, [*SIDES]), allow("sts:*"), tags=Map({"Project": "role's", "own": "1"})),
        role("Third", trusts(HOME, [*SIDES])),
        role("Untagged", trusts(HOME)),
    )

    @staticmethod
    def tags(**tags: str) -> dict[str, list[dict[str, str]]]:
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            (tags(team="a", TEAM="b"), "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
            (
                {**tags(team="a"), "TransitiveTagKeys": ["project"]},
                "The specified transitive tag key must be included in the requested tags.",
            ),
        ],
    )
    def test_what_sts_does_not_accept(self, params: dict[str, object], message: str) -> None:
        result = assume(self.WORLD, ANA, "First", **params)
        assert (code(result), text(result)) == ("InvalidParameterValue", message)

    def test_a_key_that_is_inherited_cannot_be_passed_again_in_any_letter_case(self) -> None:
        world = done(assume(self.WORLD, ANA, "First", **self.tags(team="a"), TransitiveTagKeys=["Team"]))
        result = assume(world, "session:First", "Second", **self.tags(TEAM="b"))
        assert code(result) == "InvalidParameterValue"
        assert text(result) == (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session."
        )

    @pytest.mark.parametrize(
        "bad",
        [
            {"aws:x": "1"},
            {"AWS:x": "1"},
            {"a!": "1"},
            {"": "1"},
            {"k" * 129: "1"},
            {"a": "v" * 257},
            {"a": "*"},
            {"a\nb": "1"},
        ],
    )
    def test_a_tag_outside_its_limits_is_not_valid(self, bad: dict[str, str]) -> None:
        assert code(assume(self.WORLD, ANA, "First", **self.tags(**bad))) == "ValidationError"

    def test_fifty_tags_are_the_most(self) -> None:
        many = {f"k{number}": "" for number in range(51)}
        assert code(assume(self.WORLD, ANA, "First", **self.tags(**many))) == "ValidationError"
        del many["k0"]
        assert assume(self.WORLD, ANA, "First", **self.tags(**many)).ok

    def test_transitive_tags_go_down_the_whole_chain_and_stay_transitive(self) -> None:
        world = done(
            assume(self.WORLD, ANA, "First", **self.tags(project="apollo", team="a"), TransitiveTagKeys=["PROJECT"])
        )
        world = done(assume(world, "session:First", "Second"))
        world = done(assume(world, "session:Second", "Third"))
        for hop in ("Second", "Third"):
            session = world.sessions[world.profiles[hop]]
            assert (dict(session.tags), session.transitive) == ({"project": "apollo"}, {"project"})
        context = world.context_of("Second")
        assert context.get("aws:PrincipalTag/project") == ("apollo",)
        assert context.get("aws:PrincipalTag/own") == ("1",)
        assert context.get("aws:PrincipalTag/team") is None

    def test_an_inherited_tag_needs_tag_session_on_the_next_role_as_well(self) -> None:
        world = done(assume(self.WORLD, ANA, "First", **self.tags(project="apollo"), TransitiveTagKeys=["project"]))
        result = assume(world, "session:First", "Untagged")
        session = f"arn:aws:sts::{HOME}:assumed-role/First/work"
        assert text(result) == denied("Untagged", action="sts:TagSession", caller=session)

    def test_a_tag_that_is_not_transitive_ends_with_its_session(self) -> None:
        world = done(assume(self.WORLD, ANA, "First", **self.tags(project="apollo")))
        assert assume(world, "session:First", "Untagged").ok

    @pytest.mark.parametrize("value", ["apollo", ""])
    def test_an_inherited_tag_stands_in_for_the_tag_of_the_role_while_its_trust_is_asked(self, value: str) -> None:
        """An empty value replaces as well: values have 0 to 256 characters."""
        world = done(assume(self.WORLD, ANA, "First", **self.tags(project=value), TransitiveTagKeys=["project"]))
        decision = assume(world, "session:First", "Second").decisions[0]
        assert decision.request.values["aws:resourcetag/project"] == (value,)
        assert decision.request.values["iam:resourcetag/project"] == (value,)
        assert decision.request.values["aws:resourcetag/own"] == ("1",)

    def test_the_request_shows_the_tags_passed(self) -> None:
        passed = {**self.tags(team="a", cost="7"), "TransitiveTagKeys": ["team"]}
        values = assume(self.WORLD, ANA, "First", **passed).decisions[0].request.values
        assert values["aws:requesttag/team"] == ("a",)
        assert values["aws:tagkeys"] == ("cost", "team")
        assert values["sts:transitivetagkeys"] == ("team",)


class TestSourceIdentity:
    """4.12."""

    SIDES = ("sts:AssumeRole", "sts:SetSourceIdentity")
    WORLD = company(
        user("ana"),
        role("First", trusts(ANA_ARN, [*SIDES]), allow("sts:*")),
        role("Second", trusts(HOME, [*SIDES]), allow("sts:*")),
        role("Plain", trusts(HOME)),
    )

    def chained(self, **more: str):
        world = done(assume(self.WORLD, ANA, "First", SourceIdentity="ana"))
        return assume(world, "session:First", "Second", **more)

    def test_it_is_inherited_by_the_next_hop(self) -> None:
        result = self.chained()
        assert result.value is not None
        assert result.value["SourceIdentity"] == "ana"
        assert done(result).context_of("Second").get("aws:SourceIdentity") == ("ana",)

    def test_the_same_value_may_be_repeated(self) -> None:
        assert self.chained(SourceIdentity="ana").ok

    @pytest.mark.parametrize("other", ["ben", "ANA"])
    def test_another_value_is_refused(self, other: str) -> None:
        assert code(self.chained(SourceIdentity=other)) == "AccessDenied"

    def test_every_role_of_the_chain_must_allow_it(self) -> None:
        world = done(assume(self.WORLD, ANA, "First", SourceIdentity="ana"))
        caller = f"arn:aws:sts::{HOME}:assumed-role/First/work"
        result = assume(world, "session:First", "Plain")
        assert text(result) == denied("Plain", action="sts:SetSourceIdentity", caller=caller)

    def test_the_key_of_the_call_is_absent_when_the_value_is_only_inherited(self) -> None:
        assert self.chained().decisions[0].request.values.get("sts:sourceidentity") is None
        passed = self.chained(SourceIdentity="ana").decisions[0].request.values
        assert passed["sts:sourceidentity"] == ("ana",)
