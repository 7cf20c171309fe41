"""Questions of any kind as a table: the decision table of docs/rules/roles_and_sessions.md 3.2, decided."""

import json

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError
from tests.hostile import NAME

from .test_crowds import world

HOME, AWAY = "111122223333", "444455556666"
MAY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}'
PUT = iv.Call(f"admin:{HOME}", "iam:PutUserPolicy", {"UserName": "ana", "PolicyName": "May", "PolicyDocument": MAY})


def asked(account: str) -> dict[str, tuple[str, str]]:
    roles = {"names her": "NamesAna", "names her account": "NamesAccount", "names neither": "NamesNeither"}
    return {label: ("sts:AssumeRole", f"arn:aws:iam::{account}:role/{name}") for label, name in roles.items()}


def test_six_doors_come_out_as_the_rules_say() -> None:
    before = iv.load("six_doors")
    after = iv.perform(before, PUT).world
    table = iv.questions_table(
        {"Ana, no policy": (before, "Ana"), "Ana, may assume": (after, "Ana")},
        {"same account": asked(HOME), "other account": asked(AWAY)},
        "Who must say yes?",
    )
    assert table.data.to_numpy().tolist() == [
        ["yes", "yes"],
        ["no", "yes"],
        ["no", "no"],
        ["no", "yes"],
        ["no", "yes"],
        ["no", "no"],
    ]
    assert list(table.data.index.names) == ["group", "question"]
    assert "names her account" in table.html
    assert "<code>" not in table.html
    assert "Who must say yes?" in str(table)


def test_labels_are_escaped() -> None:
    world = iv.load("six_doors")
    table = iv.questions_table({NAME: (world, "Ana")}, {NAME: {NAME: ("sts:AssumeRole", "*")}}, NAME)
    assert "<script" not in table.html
    assert "<img" not in table.html


def test_an_action_without_a_resource_is_named() -> None:
    world, resources = iv.load("six_doors"), {"s3:GetObject": "*"}
    with pytest.raises(PictureError, match="no resource is given for s3:PutObject"):
        iv.action_table({"Ana": (world, "Ana")}, ["s3:GetObject", "s3:PutObject"], resources)
    with pytest.raises(PictureError, match="no resource is given for s3:PutObject"):
        iv.overlap(world, "Ana", ["s3:PutObject"], resources)


def test_what_depends_on_an_unknown_key_is_answered_if() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    allow = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "*", "Condition": mfa}
    statements = [allow, {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]
    policy = {"name": "p", "document": json.dumps({"Statement": statements})}
    made = world({"id": HOME, "name": "one", "users": [{"name": "ana", "label": "Ana", "policies": [policy]}]})
    asked = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]

    def words(**more: object) -> dict[str, str]:
        table = iv.action_table({"Ana": (made, "Ana")}, asked, "arn:aws:s3:::b/k", **more)  # type: ignore[arg-type]
        return {action: cells[0] for _, action, cells in table.rows}

    assert words() == {"s3:ListBucket": "no", "s3:GetObject": "no", "s3:PutObject": "yes"}
    assert words(unknown=["aws:multifactorauthPRESENT"]) == {
        "s3:ListBucket": "no",
        "s3:GetObject": "if MFA",
        "s3:PutObject": "yes",
    }
    assert words(unknown=["aws:SourceIp"]) == words()
