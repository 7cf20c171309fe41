"""Questions of any kind as a table: the decision table of docs/rules/roles_and_sessions.md 3.2, decided."""

import pytest

import iamviz as iv
from iamviz.pictures.errors import PictureError
from tests.hostile import NAME

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
