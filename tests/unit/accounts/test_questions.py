"""Questions to an account: every answer is the engine's, and what is not known makes it depend, never yes or no."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.asker import asker
from iamviz.accounts.compare import compare
from iamviz.accounts.who import who_can, who_can_assume
from iamviz.accounts.witness import formats_of, meet, shared, witness
from iamviz.catalogue import actions_of
from iamviz.patterns import compile_glob
from iamviz.world import WorldError
from tests.hostile import MARKS
from tests.unit.accounts.asking import ANA, BEN, EC2, MFA, OBJECT, OFFICE, actions, verdicts
from tests.unit.accounts.test_reach import chain
from tests.unit.calls.company import (
    AWAY,
    HOME,
    T0,
    VENDOR,
    allow,
    arn,
    bucket,
    company,
    deny,
    managed,
    role,
    trusts,
    user,
)

# --- who can -------------------------------------------------------------------------------------------------------


def test_who_can_names_those_whom_the_engine_lets_and_those_of_whom_it_depends() -> None:
    world = company(
        user("ana", allow("s3:GetObject")),
        user("ben", allow("s3:*", Condition=MFA)),
        user("cyd", allow("s3:*"), deny("s3:*", Condition=OFFICE)),
        user("dov", allow("s3:PutObject")),
        role("Reader", EC2, allow("s3:Get*", "arn:aws:s3:::reports/*")),
        role("Other", EC2, allow("s3:Get*", "arn:aws:s3:::other/*")),
    )
    assert verdicts(who_can(world, "s3:GetObject", OBJECT)) == {
        "ana": "allowed",
        "ben": "depends on aws:MultiFactorAuthPresent",
        "cyd": "depends on aws:SourceIp",
        "Reader": "allowed",
    }


def test_mfa_of_a_role_s_session_is_known_it_has_none() -> None:
    world = company(
        role("R", EC2, allow("s3:*", Condition=MFA)),
        role(
            "S", EC2, allow("s3:*"), deny("s3:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
        ),
    )
    assert verdicts(who_can(world, "s3:GetObject", OBJECT)) == {}


def test_a_session_may_bring_tags_only_where_the_trust_policy_lets_it() -> None:
    blue = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    with_tags = trusts(HOME, ["sts:AssumeRole", "sts:TagSession"])
    world = company(
        role("Tagged", with_tags, allow("s3:*", Condition=blue)),
        role("Plain", trusts(HOME), allow("s3:*", Condition=blue)),
        role("Blue", trusts(HOME), allow("s3:*", Condition=blue), tags={"team": "blue"}),
    )
    assert verdicts(who_can(world, "s3:GetObject", OBJECT)) == {
        "Tagged": "depends on aws:PrincipalTag/team",
        "Blue": "allowed",
    }


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}, "depends on aws:TokenIssueTime"),
        ({"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}, None),
        ({"DateLessThanIfExists": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}, "depends on aws:TokenIssueTime"),
        ({"DateLessThanIfExists": {"aws:TokenIssueTime": "2040-01-01T00:00:00Z"}}, "allowed"),
        ({"DateLessThan": {"aws:TokenIssueTime": T0.isoformat()}}, "depends on aws:TokenIssueTime"),
    ],
)
def test_a_token_is_none_or_at_most_36_hours_old(condition: Any, verdict: str | None) -> None:
    world = company(user("ana", allow("s3:*", Condition=condition)))
    assert verdicts(who_can(world, "s3:GetObject", OBJECT)).get("ana") == verdict


def test_the_resource_s_policy_counts_and_names_who_comes_from_outside() -> None:
    everyone = {"Effect": "Allow", "Principal": {"AWS": [BEN, VENDOR]}, "Action": "s3:GetObject", "Resource": "*"}
    service = {**everyone, "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Condition": OFFICE}
    world = company(user("ana", allow("s3:*")), user("ben"), bucket("reports", everyone, service))
    answer = who_can(world, "s3:GetObject", OBJECT)
    assert verdicts(answer) == {
        "ana": "allowed",
        "ben": "allowed",
        VENDOR: "depends on the policies of its own account",
        "cloudtrail.amazonaws.com": "depends on aws:SourceIp",
    }
    assert not any("without a policy of its own" in text for text in answer.unknowns)


def test_a_resource_that_is_not_given_is_taken_as_one_without_a_policy_and_that_is_said() -> None:
    answer = who_can(company(user("ana", allow("s3:*"))), "s3:GetObject", OBJECT)
    assert "is not among the given resources" in answer.unknowns[0]


def test_a_bucket_that_is_not_given_may_belong_to_any_of_several_accounts() -> None:
    world = company(user("ana", allow("s3:*")), user("zoe", allow("s3:*"), account=AWAY))
    assert set(verdicts(who_can(world, "s3:GetObject", OBJECT)).values()) == {"depends on which account owns it"}
    owned = company(user("ana", allow("s3:*")), user("zoe", allow("s3:*"), account=AWAY), bucket("reports"))
    assert verdicts(who_can(owned, "s3:GetObject", OBJECT)) == {"ana": "allowed"}
    assert verdicts(who_can(world, "s3:ListAllMyBuckets")) == {"ana": "allowed", "zoe": "allowed"}


def test_a_key_that_is_not_given_always_has_a_policy_on_which_it_depends() -> None:
    key = f"arn:aws:kms:us-east-1:{HOME}:key/1234"
    answer = who_can(company(user("ana", allow("kms:*"))), "kms:Decrypt", key)
    assert verdicts(answer) == {"ana": "depends on the resource's own policy"}


def test_a_resource_of_another_account_needs_a_policy_there_unless_its_kind_has_none() -> None:
    world = company(user("ana", allow("*")))
    assert verdicts(who_can(world, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{AWAY}:q")) == {
        "ana": "depends on the resource's own policy"
    }
    assert verdicts(who_can(world, "iam:DeleteUser", f"arn:aws:iam::{AWAY}:user/x")) == {}


def test_a_policy_that_the_dump_lacks_is_what_an_answer_depends_on() -> None:
    lacking = user("ana", allow("s3:*"), boundary=arn("policy", "Gone"))
    assert verdicts(who_can(company(lacking), "s3:GetObject", OBJECT)) == {
        "ana": "depends on policies that are not known: Gone"
    }


@pytest.mark.parametrize("action", ["s3", "s3:*", "*", "s3:Get?bject", "", ":x", "s3:"])
def test_what_is_no_action_is_refused(action: str) -> None:
    with pytest.raises(WorldError, match="is not an action; expected service:Action"):
        who_can(company(user("ana")), action)


def test_an_action_that_the_catalogue_lacks_is_decided_and_said_to_be_unknown() -> None:
    answer = who_can(company(user("ana", allow("s3:*"))), "s3:GetObjct", OBJECT)
    assert verdicts(answer) == {"ana": "allowed"}
    assert "not in the catalogue" in answer.unknowns[0]


def test_who_can_assume_counts_both_sides() -> None:
    world = company(
        role("R", [trusts(HOME), trusts(VENDOR, Condition={"StringEquals": {"sts:ExternalId": "x"}})]),
        user("ana", allow("sts:AssumeRole")),
        user("ben"),
    )
    answer = who_can_assume(world, "R")
    assert verdicts(answer) == {
        "ana": "allowed",
        VENDOR: "depends on sts:ExternalId, the policies of its own account",
    }
    assert answer.rows == who_can(world, "sts:AssumeRole", arn("role", "R")).rows
    with pytest.raises(WorldError, match="is a user; only a role can be assumed"):
        who_can_assume(world, "ana")


# --- what somebody may do ------------------------------------------------------------------------------------------


def test_every_action_is_expanded_with_its_level_resources_and_statement() -> None:
    world = company(user("ana", allow("sqs:Get*", "arn:aws:sqs:*:*:jobs-*")))
    answer = allowed_actions(world, "ana")
    rows = {row["action"]: row for row in answer.rows}
    assert sorted(rows) == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sts:GetCallerIdentity"]
    assert rows["sqs:GetQueueUrl"] == {
        "action": "sqs:GetQueueUrl",
        "access level": "Read",
        "verdict": "allowed",
        "resources": ["arn:aws:sqs:*:*:jobs-*"],
        "statement": "own › statement 1, line 1",
        "denies": [],
    }
    assert answer.counts == {"Read": 3}


SEND = {"sqs:SendMessage": "allowed"}
ELSEWHERE = {"sqs:SendMessage": "depends on the resource's own policy"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("sqs:SendMessage"), deny("sqs:*")], {}),
        ([allow("sqs:SendMessage", "arn:aws:sqs:*:*:a"), deny("sqs:*", "arn:aws:sqs:*:*:a")], {}),
        ([allow("sqs:SendMessage", "arn:aws:sqs:*:*:a*"), deny("sqs:*", "arn:aws:sqs:*:*:ab")], SEND),
        ([allow("sqs:SendMessage", "arn:aws:s3:::not-a-queue")], {}),
        ([allow("sqs:SendMessage", Condition=MFA)], {"sqs:SendMessage": "depends on aws:MultiFactorAuthPresent"}),
        ([allow("sqs:SendMessage", Condition=MFA), allow("sqs:SendMessage")], {"sqs:SendMessage": "allowed"}),
        ([allow("sqs:ListQueues", "arn:aws:sqs:*:*:a")], {}),
        ([allow("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{AWAY}:a")], ELSEWHERE),
    ],
)  # fmt: skip
def test_a_pattern_counts_only_when_something_gets_through(statements: list[Any], expected: dict[str, str]) -> None:
    assert actions(allowed_actions(company(user("ana", *statements)), "ana")) == expected


def test_a_boundary_narrows_the_resources() -> None:
    ceiling = managed("B", allow("s3:GetObject", "arn:aws:s3:::*/public/*"))
    ana = user("ana", allow("s3:*", "arn:aws:s3:::reports/*"), boundary=arn("policy", "B"))
    assert actions(allowed_actions(company(ana, ceiling), "ana")) == {"s3:GetObject": "allowed"}
    ben = user("ben", allow("s3:*", "arn:aws:s3:::reports/private/*"), boundary=arn("policy", "B"))
    assert actions(allowed_actions(company(ben, ceiling), "ben")) == {"s3:GetObject": "allowed"}
    cyd = user("cyd", allow("s3:*", "arn:aws:s3:::reports/private.csv"), boundary=arn("policy", "B"))
    assert actions(allowed_actions(company(cyd, ceiling), "cyd")) == {}


def test_on_one_resource_only_actions_that_work_on_it_are_listed() -> None:
    world = company(user("ana", allow("*")))
    found = actions(allowed_actions(world, "ana", "arn:aws:s3:::reports"))
    assert "s3:ListBucket" in found
    services = {action.partition(":")[0] for action in found}
    assert "s3" in services
    assert not services & {"ec2", "iam", "sqs"}
    assert "s3:GetObject" not in found


def test_variables_stand_for_what_is_known_of_the_caller() -> None:
    own = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")
    other = deny("s3:*", "arn:aws:s3:::home/ben/*")
    world = company(user("ana", own, other), user("ben", own, other), role("R", EC2, own))
    assert actions(allowed_actions(world, "ana")) == {"s3:GetObject": "allowed"}
    assert actions(allowed_actions(world, "ben")) == {}
    assert actions(allowed_actions(world, "R")) == {}


@pytest.mark.parametrize("who", ["ana", "R"])
def test_what_is_listed_is_what_the_engine_says_one_by_one(who: str) -> None:
    statements = [
        allow(["s3:Get*", "sqs:*", "iam:Pass*"], "*"),
        allow("dynamodb:*", f"arn:aws:dynamodb:*:{HOME}:table/x*"),
        deny(["sqs:Delete*", "s3:GetObjectAcl"]),
        allow("ec2:*", Condition=OFFICE),
    ]
    world = company(user("ana", *statements), role("R", EC2, *statements))
    answer = allowed_actions(world, who)
    caller = asker(world, arn("user" if who == "ana" else "role", who))
    for service, resource in (
        ("sqs", f"arn:aws:sqs:us-east-1:{HOME}:q"),
        ("dynamodb", f"arn:aws:dynamodb:us-east-1:{HOME}:table/xy"),
        ("ec2", f"arn:aws:ec2:us-east-1:{HOME}:instance/i-1"),
    ):
        for name in actions_of(service):
            action = f"{service}:{name}"
            if any(form != "*" and compile_glob(form)(resource) for form in formats_of(action)):
                verdict = caller.decide(action, resource).answer.value
                listed = "allowed" if action in answer.allowed else "depends" if action in answer.depends else "denied"
                assert listed == verdict, action


# --- before and after ----------------------------------------------------------------------------------------------


def test_compare_tells_who_gained_who_lost_and_whose_terms_changed() -> None:
    before = company(
        user("ana", allow("sqs:SendMessage")),
        user("ben", allow("sqs:GetQueueUrl")),
        user("cyd", allow("sqs:GetQueueUrl")),
        user("dov", allow("sqs:GetQueueUrl", "arn:aws:sqs:*:*:a")),
        role("R", trusts(ANA)),
    )
    after = company(
        user("ana", allow("sqs:SendMessage"), allow("sqs:DeleteQueue")),
        user("ben"),
        user("cyd", allow("sqs:GetQueueUrl", Condition=MFA)),
        user("dov", allow("sqs:GetQueueUrl", "arn:aws:sqs:*:*:b")),
        role("R", trusts(BEN)),
    )
    rows = [(row["who"], row["change"], row["what"], row["detail"]) for row in compare(before, after).rows]
    assert rows == [
        ("ana", "gained", "actions", "sqs:DeleteQueue"),
        ("ben", "lost", "actions", "sqs:GetQueueUrl"),
        ("cyd", "changed", "conditions", "on *, now on * if aws:MultiFactorAuthPresent"),
        ("dov", "changed", "resources", "on arn:aws:sqs:*:*:a, now on arn:aws:sqs:*:*:b"),
        ("ana", "lost", "become R", "without condition"),
        ("ben", "gained", "become R", "without condition"),
    ]


def test_nothing_changes_between_a_world_and_itself_at_another_time() -> None:
    world = chain()
    assert compare(world, replace(world, now=world.now.replace(year=2027))).changes == ()


def test_who_is_new_gains_and_who_is_gone_loses() -> None:
    one, both = (
        company(user("ana", allow("sqs:*"))),
        company(user("ana", allow("sqs:*")), user("ben", allow("sqs:ListQueues"))),
    )
    assert [(c.who, c.change, len(c.actions)) for c in compare(one, both).changes] == [(BEN, "gained", 2)]
    assert [(c.who, c.change, len(c.actions)) for c in compare(both, one).changes] == [(BEN, "lost", 2)]


# --- names, forms, pictures ----------------------------------------------------------------------------------------


def test_who_is_found_by_name_and_a_near_name_is_offered() -> None:
    world = company(user("ana"), role("Deploy", EC2), user("ana", account=AWAY))
    assert asker(world, "Deploy").arn == arn("role", "Deploy")
    with pytest.raises(WorldError, match=r"no user or role 'Deplov' in this world; did you mean 'Deploy'\?"):
        asker(world, "Deplov")
    with pytest.raises(WorldError, match=r"several are called 'ana'.*give the ARN"):
        asker(world, "ana")


def test_answers_are_tables_json_text_and_pictures() -> None:
    world = chain()
    for answer in (
        iv.can_reach(world, "ana"),
        iv.allowed_actions(world, "ana"),
        iv.who_can(world, "s3:GetObject", OBJECT),
        iv.who_can_assume(world, "B"),
        iv.compare(company(user("ana")), world),
    ):
        assert len(answer.table) == len(answer.rows)
        assert json.loads(answer.to_json())["answer"] == answer.sentence
        bundle = answer._repr_mimebundle_()
        assert answer.sentence in bundle["text/plain"]
        assert 'class="iv-asked"' in bundle["text/html"]
        assert str(answer) == str(answer)


def test_hostile_names_are_shown_as_text() -> None:
    for text in MARKS:
        evil = replace(role("R", trusts("*"), allow("*")), arn=f"arn:aws:iam::{HOME}:role/{text}")
        world = company(user("ana", allow("sts:*")), evil)
        for picture in (
            iv.can_reach(world, ANA),
            iv.who_can(world, "s3:GetObject", OBJECT),
            iv.who_can_assume(world, evil.arn),
        ):
            html = picture.page.lower()
            assert "<script" not in html
            assert "<img" not in html


@given(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6))
def test_a_text_that_two_patterns_share_is_found_when_there_is_one(one: str, other: str) -> None:
    found = meet(one, other)
    if found is not None:
        assert compile_glob(one)(found)
        assert compile_glob(other)(found)
    else:
        texts = (f"{a}{b}{c}" for a in ("", "a", "b", "ab") for b in ("", "a", "b") for c in ("", "a", "b"))
        assert not any(compile_glob(one)(text) and compile_glob(other)(text) for text in texts)


@given(st.lists(st.text("ab*?", max_size=5), min_size=3, max_size=3))
def test_a_resource_that_three_patterns_share_is_found_when_there_is_one(ends: list[str]) -> None:
    patterns = tuple(f"arn:aws:s3:::{end}" for end in ends)
    found = shared(patterns, HOME)
    if found is not None:
        assert all(compile_glob(pattern)(found) for pattern in patterns)
    else:
        texts = (f"arn:aws:s3:::{''.join(letters)}" for n in range(6) for letters in product("ab", repeat=n))
        assert not any(all(compile_glob(pattern)(text) for pattern in patterns) for text in texts)


def test_an_example_has_the_form_of_the_resource_and_is_covered() -> None:
    assert witness("arn:aws:sqs", "arn:*:sqs:*:*:*", HOME) == f"arn:aws:sqs:us-east-1:{HOME}:any-1"
    assert witness("arn:aws:s3:::home/*/x", "arn:*:s3:::*/*", HOME) == "arn:aws:s3:::home//x"
    assert witness("*", "*", HOME) == "*"
    assert witness("arn:aws:sqs:*:*:a", "*", HOME) is None
