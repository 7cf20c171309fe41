"""Answers in a form that the model solution does not have: what does the task passes, whoever says the no."""

from typing import Any

import pytest

import iamviz as iv

IDENTITY = "111122223333"
GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::444455556666:oidc-provider/{GITHUB}"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: str, effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return statement | ({"Condition": condition} if condition else {})


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("uploads", policy(allow("s3:PutObject", "arn:aws:s3:::staging-assets/*"), deny("s3:DeleteObject"))),
    (
        "photos",
        policy(
            allow("s3:PutObject", "arn:aws:s3:::handbook/*"),
            {"Effect": "Deny", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::handbook/photos/*"},
        ),
    ),
    ("set_aside", policy(allow("dynamodb:ListTables"), deny("s3:*", "arn:aws:s3:::prod-data/*"))),
    ("two_keys", policy(trust(IDENTITY), trust(f"arn:aws:iam::{IDENTITY}:user/dan", "Deny"))),
    ("two_keys", policy(trust(IDENTITY, StringEquals={"aws:username": "ben"}))),
    (
        "vendor_id",
        policy(trust("777788889999"), trust("*", "Deny", StringNotEquals={"sts:ExternalId": "cust-7f3a"})),
    ),
    (
        "own_logs",
        policy(
            allow("s3:GetObject", "arn:aws:s3:::waf-logs/*"),
            deny("*", Condition={"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}),
        ),
    ),
    (
        "pass_small",
        policy(
            allow(["lambda:*", "glue:CreateJob"]),
            allow("iam:PassRole", "arn:aws:iam::222233334444:role/Small*"),
            deny("iam:PassRole", Condition={"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        ),
    ),
    ("only_release", policy(trust(f"arn:aws:iam::{IDENTITY}:role/Hub", StringLike={"aws:userid": "*:release"}))),
    ("the_ceiling", policy(allow("*"), deny("s3:Put*"), deny("s3:GetObject", "arn:aws:s3:::board/*"))),
    (
        "read_only_for_today",
        policy(
            allow("*"),
            {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::drafts/book.txt"},
        ),
    ),
    (
        "portal_role",
        policy(
            trust(
                IDENTITY,
                ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{IDENTITY}:role/aws-reserved/*/AWSReservedSSO_Engineer_*"},
            )
        ),
    ),
    (
        "whose_passport",
        policy(
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringLike": {f"{GITHUB}:sub": ["repo:acme/web:*", "repo:acme@7/new@42:*"]},
                    "StringEquals": {f"{GITHUB}:ref": "refs/heads/main"},
                },
            }
        ),
    ),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_what_does_the_task_passes_in_any_form(name: str, answer: dict[str, Any]) -> None:
    report = iv.exercise(name).check(answer)
    assert report.passed, str(report)


def test_a_permission_for_one_engineer_is_as_good_as_a_membership() -> None:
    document = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
        '"Resource": "arn:aws:iam::444455556666:role/EngineerProd"}]}'
    )
    move = iv.Call(
        f"admin:{IDENTITY}",
        "iam:PutUserPolicy",
        {"UserName": "engineer-17", "PolicyName": "Tonight", "PolicyDocument": document},
    )
    assert iv.exercise("hotfix").check([move]).passed
