"""The AWS CLI line of a call: a shell reads back exactly what was meant, whatever the values are."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz import Call
from iamviz.calls.command_line import command_line
from tests.unit.calls.company import ANA, World, allow, arn, assume, company, document, done, role, trusts, user

WORLD: World = done(assume(company(user("ana"), role("R", trusts(arn("user", "ana")))), ANA, "R", save="staging"))
EVIL = [
    "; rm -rf /",
    "--; echo gone",
    "$(id)",
    "`id`",
    "a'b",
    'a"b',
    "a\nb",
    "-x",
    "--profile=admin",
    "* ?",
    "",
    "\\",
    "{x",
    "~",
]


def line(operation: str, actor: str = ANA, **params: Any) -> str:
    return command_line(WORLD, Call(actor, operation, params))


def test_operation_and_parameters_are_written_as_the_cli_writes_them() -> None:
    told = line("sts:AssumeRole", RoleArn=arn("role", "R"), RoleSessionName="ana", DurationSeconds=900)
    expected = f"aws sts assume-role --role-arn {arn('role', 'R')} --role-session-name ana --duration-seconds 900"
    assert told == expected


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("sts:AssumeRoleWithSAML", "aws sts assume-role-with-saml"),
        ("s3:ListObjectsV2", "aws s3api list-objects-v2"),
        ("states:CreateStateMachine", "aws stepfunctions create-state-machine"),
    ],
)
def test_names_are_in_kebab_case_and_services_have_the_names_of_the_cli(operation: str, words: str) -> None:
    assert line(operation) == words


def test_a_document_is_read_from_a_file() -> None:
    told = line("iam:PutRolePolicy", RoleName="R", PolicyName="p", PolicyDocument=document(allow("*")))
    assert told.endswith("--policy-document file://policy-document.json")


def test_an_object_is_written_to_a_file_of_its_name() -> None:
    assert line("s3:GetObject", Bucket="b", Key="deep/logo.png").endswith("--key deep/logo.png logo.png")


def test_lists_are_json_and_switches_are_flags() -> None:
    told = line("iam:CreatePolicyVersion", SetAsDefault=True)
    assert told == "aws iam create-policy-version --set-as-default"
    assert line("iam:CreatePolicyVersion", SetAsDefault=False).endswith("--no-set-as-default")
    assert shlex.split(line("iam:TagUser", TagKeys=["a", "b"]))[-1] == '["a", "b"]'


def test_credentials_that_are_kept_under_a_profile_are_named() -> None:
    assert line("s3:ListBuckets", "session:staging") == "aws s3api list-buckets --profile staging"
    assert line("s3:ListBuckets", "staging") == "aws s3api list-buckets --profile staging"
    assert "--profile" not in line("s3:ListBuckets")


@pytest.mark.parametrize("value", EVIL)
def test_a_hostile_value_stays_one_word(value: str) -> None:
    words = shlex.split(line("s3:PutObject", Bucket=value, Body="x"))
    expected = "file://bucket.json" if value.startswith("{") else value
    assert words == ["aws", "s3api", "put-object", "--bucket", expected, "--body", "x"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_value_stays_one_word(value: str) -> None:
    words = shlex.split(line("s3:PutObject", Tagging="-" + value))
    assert words == ["aws", "s3api", "put-object", "--tagging", "-" + value]


@pytest.mark.parametrize("name", ["a; echo gone", "a$(echo gone)", "a b", "A\nB"])
def test_nor_does_a_hostile_name_of_a_parameter_or_an_operation_escape(name: str) -> None:
    words = shlex.split(command_line(WORLD, Call(ANA, f"s3:{name}", {name: "x"})))
    assert len(words) == 5


@pytest.mark.parametrize("value", EVIL)
def test_a_real_shell_agrees(value: str) -> None:
    told = line("s3:PutObject", Body=value if not value.startswith("{") else "x")
    script = told.replace("aws ", "printf '%s\\0' ", 1)
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split("\0")
    assert printed[:-1] == shlex.split(told)[1:]
