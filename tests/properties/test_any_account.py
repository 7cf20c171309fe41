"""Whatever stands in a dump, questions are answered: hostile names, odd accounts, any policies, cycles of trust."""

from __future__ import annotations

import warnings
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts import account_world, who_may_assume
from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.asker import askers
from iamviz.accounts.compare import compare
from iamviz.accounts.findings import findings
from iamviz.accounts.reach import can_reach
from iamviz.accounts.who import who_can
from tests.hostile import MARKS

ACCOUNTS = st.sampled_from([*["111122223333"] * 9, "222233334444", "aws", "", "1", "x*"])
NAMES = st.sampled_from(
    ["ana", "Ben", "deploy/er", "a{b}", "{", "}|{", "a|b", "*", "${aws:username}", "ä", " ", *MARKS]
)
ACTIONS = st.sampled_from(
    [
        "iam:*",
        "lambda:*",
        "iam:PassRole",
        "*",
        "sts:*",
        "sts:AssumeRole",
        "iam:*",
        "iam:PassRole",
        "iam:Put*",
        "lambda:*",
        "s3:*",
        "nonsense",
        "x:y",
        "",
    ]
)
RESOURCES = st.sampled_from(
    [
        *["*"] * 6,
        "*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:s3:::b/${aws:username}/*",
        "arn:aws:s3",
        "",
        "b",
        "arn:aws:iam::*:*",
        "${",
    ]
)
KEYS = st.sampled_from(
    [
        "aws:MultiFactorAuthPresent",
        "aws:TokenIssueTime",
        "sts:ExternalId",
        "aws:PrincipalArn",
        "iam:PassedToService",
        "x",
        "aws:userid",
    ]
)
OPERATORS = st.sampled_from(
    [
        "StringEquals",
        "StringLike",
        "Bool",
        "BoolIfExists",
        "Null",
        "DateLessThan",
        "IpAddress",
        "ArnLike",
        "ForAllValues:StringLike",
    ]
)
VALUES = st.sampled_from(
    ["true", "*", "2020-01-01T00:00:00Z", "203.0.113.0/24", "${aws:username}", "", "arn:aws:iam::*:role/x"]
)


def statements(principals: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    members: dict[str, Any] = {"Effect": st.sampled_from([*["Allow"] * 5, "Deny"])}
    optional: dict[str, Any] = {
        "Condition": st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2), max_size=2),
        "Sid": NAMES,
    }
    if principals is None:
        members |= {"Action": st.lists(ACTIONS, min_size=1, max_size=3), "Resource": RESOURCES}
    else:
        members |= {"Action": st.just(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]), "Principal": principals}
    return st.fixed_dictionaries(members, optional=optional)


@st.composite
def dumps(draw: st.DrawFn) -> dict[str, Any]:
    def arn(kind: str) -> str:
        return f"arn:aws:iam::{draw(ACCOUNTS)}:{kind}/{draw(NAMES)}"

    roles, users, groups = ([arn(kind) for _ in range(draw(st.integers(0, 3)))] for kind in ("role", "user", "group"))
    entry = st.sampled_from(
        [*roles, *users, "111122223333", "777788889999", "*", "AROADEAD0000000000001", "arn:aws:iam::x:root", "?"]
    )
    federated = st.sampled_from(
        [
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            "cognito-identity.amazonaws.com",
            "x",
        ]
    )
    service = st.sampled_from([*["lambda.amazonaws.com"] * 3, "ec2.amazonaws.com", "*", ""])
    principals = st.sampled_from(["*"]) | st.fixed_dictionaries(
        {}, optional={"AWS": st.lists(entry, max_size=3), "Service": service, "Federated": federated}
    )

    def own() -> list[dict[str, Any]]:
        found = draw(st.lists(statements(None), max_size=3))
        return [{"PolicyName": draw(NAMES), "PolicyDocument": {"Version": "2012-10-17", "Statement": found}}]

    policy = "arn:aws:iam::111122223333:policy/P"
    attached = [{"PolicyArn": policy}] if draw(st.booleans()) else []
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": policy}} if draw(st.booleans()) else {}
    version = {"Statement": draw(st.lists(statements(None), max_size=2))}
    return {
        "UserDetailList": [
            {
                "Arn": a,
                "UserId": f"AIDA{n}",
                "GroupList": [g.split("/", 1)[1] for g in groups],
                "UserPolicyList": own(),
                **boundary,
            }
            for n, a in enumerate(users)
        ],
        "GroupDetailList": [
            {"Arn": a, "GroupName": a.split("/", 1)[1], "GroupPolicyList": own(), "AttachedManagedPolicies": attached}
            for a in groups
        ],
        "RoleDetailList": [
            {
                "Arn": a,
                "RoleId": f"AROA{n}",
                "RolePolicyList": own(),
                "AssumeRolePolicyDocument": {"Statement": draw(st.lists(statements(principals), max_size=3))},
                "RoleLastUsed": draw(st.sampled_from([{}, {"LastUsedDate": "2020-01-01"}, {"LastUsedDate": "x"}])),
                **boundary,
            }
            for n, a in enumerate(roles)
        ],
        "Policies": [
            {
                "Arn": policy,
                "DefaultVersionId": "v2",
                "PolicyVersionList": [
                    {"VersionId": "v2", "Document": version},
                    {"VersionId": "v1", "Document": version},
                ],
            }
        ],
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dumps(), dumps())
def test_every_question_has_an_answer(data: dict[str, Any], other: dict[str, Any]) -> None:
    world, before = account_world([("a.json", data)]).world, account_world([("b.json", other)]).world
    everyone = list(askers(world))
    for caller in everyone:
        for found in can_reach(world, caller.arn).reached:
            assert found.way
        assert allowed_actions(world, caller.arn).sentence
    for role in world.roles:
        who_may_assume(world, role)
    for action, resource in (
        ("s3:GetObject", "arn:aws:s3:::b/k"),
        ("iam:PassRole", "*"),
        ("kms:Decrypt", "arn:aws:kms:x:1:key/k"),
    ):
        assert str(who_can(world, action, resource))
    for one in findings(world).found:
        story = one.story()
        if story is not None and not one.depends:
            outcomes = [step.outcome for step in story.steps][one.code.startswith("ESCALATION_") :]
            assert set(outcomes) == {"allowed"}, one
    assert str(compare(before, world))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dumps())
def test_every_answer_is_drawn_and_nothing_in_it_is_markup(data: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world = account_world([("a.json", data)]).world
    pictures = [iv.findings(world), iv.who_can(world, "s3:GetObject", "arn:aws:s3:::b/k"), iv.compare(world, world)]
    pictures += [iv.who_can_assume(world, role) for role in sorted(world.roles)]
    pictures += [iv.can_reach(world, caller.arn) for caller in askers(world)]
    for picture in pictures:
        page = picture.page.lower()
        assert "<script" not in page
        assert "<img" not in page
        assert picture.to_json()
