"""Parameters of STS calls as AWS's servers check them: docs/rules/roles_and_sessions.md 4.2 and 5."""

from __future__ import annotations

from typing import Any

import pytest

from iamviz import Call, CallError, perform
from tests.unit.calls.company import ADMIN, ANA, HOME, arn, assume, code, company, do, done, role, text, trusts, user

ARN = arn("role", "Reader")
NAMES = r"[\w+=,.@-]*"
WORLD = company(
    user("ana"),
    role("Reader", trusts(arn("user", "ana"), ["sts:AssumeRole", "sts:SetSourceIdentity"]), max_session_duration=43200),
)


def failed(member: str, value: object, constraint: str) -> str:
    return f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"


PATTERN = f"Member must satisfy regular expression pattern: {NAMES}"
SHORT, LONG = "Member must have length greater than or equal to", "Member must have length less than or equal to"
LEAST, MOST = "Member must have value greater than or equal to", "Member must have value less than or equal to"
BROKEN = [
    ("RoleSessionName", "a b", PATTERN),
    ("RoleSessionName", "a/b", PATTERN),
    ("RoleSessionName", "Zoë", PATTERN),
    ("RoleSessionName", "x\n", PATTERN),
    ("RoleSessionName", "a", f"{SHORT} 2"),
    ("RoleSessionName", "a" * 65, f"{LONG} 64"),
    ("RoleArn", "arn:aws:iam::1:role", f"{SHORT} 20"),
    ("RoleArn", "arn:aws:iam::1:role/" + "a" * 2029, f"{LONG} 2048"),
    ("DurationSeconds", 899, f"{LEAST} 900"),
    ("DurationSeconds", 0, f"{LEAST} 900"),
    ("DurationSeconds", 43201, f"{MOST} 43200"),
    ("Policy", "", f"{SHORT} 1"),
    ("ExternalId", "x", f"{SHORT} 2"),
    ("ExternalId", "x" * 1225, f"{LONG} 1224"),
    ("ExternalId", "two words", r"Member must satisfy regular expression pattern: [\w+=,.@:\/-]*"),
    ("SerialNumber", "12345678", f"{SHORT} 9"),
    ("SerialNumber", "1" * 257, f"{LONG} 256"),
    ("SerialNumber", "123456789!", r"Member must satisfy regular expression pattern: [\w+=/:,.@-]*"),
    ("TokenCode", "12345", f"{SHORT} 6"),
    ("TokenCode", "1234567", f"{LONG} 6"),
    ("TokenCode", "12345a", r"Member must satisfy regular expression pattern: [\d]*"),
    ("SourceIdentity", "a", f"{SHORT} 2"),
    ("SourceIdentity", "a" * 65, f"{LONG} 64"),
    ("SourceIdentity", "an a", PATTERN),
    ("SourceIdentity", "aws:ana", PATTERN),
]


@pytest.mark.parametrize(("name", "value", "constraint"), BROKEN, ids=[f"{n}={v!r:.20}" for n, v, _ in BROKEN])
def test_a_value_outside_its_limits_is_named_with_its_constraint(name: str, value: Any, constraint: str) -> None:
    result = assume(WORLD, ANA, "Reader", **{name: value})
    assert code(result) == "ValidationError"
    assert result.error is not None
    assert result.error.status == 400
    assert text(result) == failed(name[0].lower() + name[1:], value, constraint)


FITTING = [
    ("RoleSessionName", "ab"),
    ("RoleSessionName", "a" * 64),
    ("RoleSessionName", "_+=,.@-"),
    ("DurationSeconds", 900),
    ("DurationSeconds", 43200),
    ("ExternalId", "a:/b"),
    ("ExternalId", "x" * 1224),
    ("SourceIdentity", "aw"),
]


@pytest.mark.parametrize(("name", "value"), FITTING)
def test_a_value_at_its_limit_is_accepted(name: str, value: Any) -> None:
    done(assume(WORLD, ANA, "Reader", **{name: value}))


def test_a_missing_parameter_is_null() -> None:
    result = do(WORLD, ANA, "sts:AssumeRole", RoleArn=ARN)
    assert text(result) == failed("roleSessionName", "null", "Member must not be null").replace("'null'", "null")


def test_several_violations_are_counted_and_joined() -> None:
    result = do(WORLD, ANA, "sts:AssumeRole", RoleArn=ARN, RoleSessionName="!", DurationSeconds=1)
    assert text(result) == (
        f"3 validation errors detected: Value '!' at 'roleSessionName' failed to satisfy constraint: {SHORT} 2; "
        f"Value '!' at 'roleSessionName' failed to satisfy constraint: {PATTERN}; "
        f"Value '1' at 'durationSeconds' failed to satisfy constraint: {LEAST} 900"
    )


@pytest.mark.parametrize(
    "wrong",
    ["not-an-arn-but-long-enough", "arn:aws:iam:role/Reader", "arn::iam::1:role/Reader", "arn:aws:iam::111122223333:"],
)
def test_a_text_that_is_no_arn_is_invalid(wrong: str) -> None:
    result = assume(WORLD, ANA, "Reader", RoleArn=wrong)
    assert (code(result), text(result)) == ("ValidationError", f"{wrong} is invalid")


@pytest.mark.parametrize(
    "wrong", [arn("user", "ana"), "arn:aws:s3:::a-very-long-bucket", f"arn:aws:sts::{HOME}:assumed-role/R/s"]
)
def test_an_arn_that_is_no_role_is_an_invalid_request_arn(wrong: str) -> None:
    result = assume(WORLD, ANA, "Reader", RoleArn=wrong)
    assert (code(result), text(result)) == ("ValidationError", "Request ARN is invalid")


def test_validation_comes_before_the_caller_and_the_role() -> None:
    """Step 2 of docs/rules/roles_and_sessions.md 3.4 stands before steps 3 to 5."""
    assert code(assume(WORLD, f"root:{HOME}", "Nobody", DurationSeconds=1)) == "ValidationError"


def test_credentials_come_before_validation() -> None:
    """Step 1 of docs/rules/roles_and_sessions.md 3.4."""
    assert code(assume(WORLD, "session:unknown", "Nobody", DurationSeconds=1)) == "InvalidClientTokenId"


FEDERATION = [
    ("Name", "a", f"{SHORT} 2"),
    ("Name", "a" * 33, f"{LONG} 32"),
    ("Name", "a b", PATTERN),
    ("Policy", "x" * 2049, f"{LONG} 2048"),
    ("DurationSeconds", 129601, f"{MOST} 129600"),
]


@pytest.mark.parametrize(("name", "value", "constraint"), FEDERATION, ids=[f"{n}" for n, _, _ in FEDERATION])
def test_get_federation_token_has_limits_of_its_own(name: str, value: Any, constraint: str) -> None:
    result = do(WORLD, ANA, "sts:GetFederationToken", **{"Name": "fed", name: value})
    assert constraint in text(result)
    assert code(result) == "ValidationError"


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("sts:AssumeRoles", "iamviz does not know sts:AssumeRoles; it knows sts: AssumeRole, "),
        ("sts:GetFederatedToken", "GetCallerIdentity, GetFederationToken, GetSessionToken"),
        ("iam:MakeRole", "CreateRole"),
    ],
)
def test_an_unknown_operation_lists_the_known_ones(operation: str, expected: str) -> None:
    with pytest.raises(CallError) as error:
        do(WORLD, ANA, operation)
    assert expected in str(error.value)


def test_an_unknown_parameter_lists_the_known_ones() -> None:
    with pytest.raises(CallError) as error:
        assume(WORLD, ANA, "Reader", SessionName="x")
    assert str(error.value).startswith("sts:AssumeRole has no parameter SessionName; it has RoleArn, RoleSessionName, ")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("RoleSessionName", 7, "str"),
        ("DurationSeconds", "900", "int"),
        ("DurationSeconds", True, "int"),
        ("Tags", "x", "list"),
    ],
)
def test_a_parameter_of_a_wrong_type_is_a_misuse(name: str, value: Any, expected: str) -> None:
    with pytest.raises(CallError, match=f"parameter {name} of sts:AssumeRole is {value!r}; expected {expected}"):
        assume(WORLD, ANA, "Reader", **{name: value})


@pytest.mark.parametrize("tags", [["x"], [{"Key": "a"}], [{"Key": 1, "Value": "b"}]])
def test_tags_of_a_wrong_shape_are_a_misuse(tags: Any) -> None:
    with pytest.raises(CallError, match="expected a list of"):
        assume(WORLD, ANA, "Reader", Tags=tags)


@pytest.mark.parametrize("keys", [[1], [None], ["a", ["b"]], [{"Key": "a"}]])
def test_keys_of_tags_of_a_wrong_shape_are_a_misuse(keys: Any) -> None:
    with pytest.raises(CallError, match=r"TransitiveTagKeys of sts:AssumeRole is .*; expected a list of keys"):
        assume(WORLD, ANA, "Reader", TransitiveTagKeys=keys)
    with pytest.raises(CallError, match=r"TagKeys of iam:UntagRole is .*; expected a list of keys"):
        do(WORLD, ADMIN, "iam:UntagRole", RoleName="Reader", TagKeys=keys)


@pytest.mark.parametrize("value", [True, 5, None, [1], ["a", None]])
def test_a_context_of_another_shape_is_a_misuse(value: Any) -> None:
    with pytest.raises(CallError, match=r"the context has aws:x .*; expected a text or a list of texts"):
        do(WORLD, ANA, "s3:ListBuckets", context={"aws:x": value})


@pytest.mark.parametrize("operation", ["", "AssumeRole", "sts:", ":AssumeRole"])
def test_an_operation_has_a_service_and_a_name(operation: str) -> None:
    with pytest.raises(CallError, match="expected service:Operation"):
        Call(ANA, operation)


def test_an_unknown_actor_is_told_which_forms_and_names_there_are() -> None:
    with pytest.raises(CallError) as error:
        perform(WORLD, Call("bob", "s3:ListBuckets"))
    assert "user:ACCOUNT/name, session:PROFILE" in str(error.value)
    assert "labels and profiles here: none" in str(error.value)


def test_a_role_cannot_call_by_itself() -> None:
    world = company(role("Reader", trusts(HOME)), labels=company().labels.set("Reader", ARN))
    with pytest.raises(CallError, match="cannot call; a role acts through a session"):
        do(world, "Reader", "s3:ListBuckets")


@pytest.mark.parametrize(
    "operation", ["sts:AssumeRole", "sts:GetCallerIdentity", "sts:GetSessionToken", "s3:GetObject"]
)
def test_an_administrator_makes_changes_and_nothing_else(operation: str) -> None:
    params = {"RoleArn": ARN, "RoleSessionName": "xx"} if operation == "sts:AssumeRole" else {}
    with pytest.raises(CallError, match="administrator"):
        do(WORLD, ADMIN, operation, **params)
