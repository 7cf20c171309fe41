"""What is not known is never rounded: policies that the files lack, resources that they do not hold, both ways."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from immutables import Map

import iamviz as iv
from iamviz.accounts import account_world
from iamviz.accounts.allowed import allowed_actions
from iamviz.accounts.asker import asker
from iamviz.accounts.compare import compare
from iamviz.accounts.findings import findings
from iamviz.accounts.reach import can_reach
from iamviz.accounts.who import who_can, who_can_assume
from iamviz.engine.coverage import every_action
from iamviz.world import Account
from iamviz.world.organization import full_access
from tests.unit.calls.company import AWAY, HOME, allow, arn, bucket, company, deny, managed, policy, role, trusts, user

ANA, BEN = arn("user", "ana"), arn("user", "ben")
KEY, KEY_AWAY = f"arn:aws:kms:us-east-1:{HOME}:key/1234", f"arn:aws:kms:us-east-1:{AWAY}:key/1234"
QUEUE_AWAY = f"arn:aws:sqs:eu-west-1:{AWAY}:jobs"
OWN_POLICY = "depends on the resource's own policy"
EC2 = trusts({"Service": "ec2.amazonaws.com"})
REGION = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
NO_S3 = policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}, kind="rcp", name="no-s3")
NO_S3_NOR_SQS = policy(
    {"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*"], "Resource": "*"}, kind="rcp", name="closed"
)


def verdicts(answer: Any, name: str = "who") -> dict[str, str]:
    return {row[name]: row["verdict"] for row in answer.rows}


def actions(answer: Any) -> dict[str, str]:
    found = verdicts(answer, "action")
    found.pop("sts:GetCallerIdentity", None)  # needs no permission
    return found


def with_rcps(rcp: Any, *things: Any, management: bool = False) -> Any:
    scps = ((full_access().policy,),)
    home = Account(HOME, "home", "o-1", management, scps=scps, rcps=((rcp,),))
    return company(*things, accounts=Map({HOME: home, AWAY: Account(AWAY, "away", "o-1", scps=scps)}))


# --- a set of actions is decided as each of them is -------------------------------------------------------------------


@pytest.mark.parametrize(
    "resource",
    [
        *("*", KEY, KEY_AWAY, QUEUE_AWAY, arn("role", "R"), arn("role", "Nobody"), arn("role", "X", AWAY), ANA),
        *("arn:aws:s3:::mine/k", "arn:aws:s3:::other", arn("policy", "P", AWAY), "arn:aws:iam::x", ""),
    ],
)
@pytest.mark.parametrize("who", ["ana", "ben", "cyd", "R"])
@pytest.mark.parametrize("managing", [False, True])
def test_all_actions_on_a_resource_are_decided_as_one_by_one(resource: str, who: str, managing: bool) -> None:
    world = with_rcps(
        NO_S3,
        user("ana", allow("*")),
        user("ben"),
        user("cyd", allow("*", Condition=REGION), deny("kms:*", Condition=REGION)),
        role("R", trusts(ANA), allow(["sts:*", "kms:*", "sqs:*", "s3:*"])),
        bucket("mine", {"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "s3:Get*", "Resource": "*"}),
        management=managing,
    )
    caller = asker(world, who)
    decided = caller.decide_actions(resource)
    wanted = ["kms:*", "sqs:*", "sts:*", "s3:*", "iam:*", "organizations:*", "ec2:*"]
    for action in [name for name in every_action() if f"{name.partition(':')[0]}:*" in wanted][::3]:
        one, among = caller.decide(action, resource), decided.verdict_of(action)
        assert (one.possible, one.sentence) == (among.possible, among.sentence), action


def test_what_depends_on_a_policy_that_is_not_known_is_listed_from_both_sides() -> None:
    away = arn("role", "Elsewhere", AWAY)
    world = company(user("ana", allow(["sqs:SendMessage", "sts:AssumeRole"])), user("ben"))
    for action, resource, who in (
        ("kms:Decrypt", KEY, ("ana", "ben")),  # a key's policy alone may let in who is of its account
        ("kms:Decrypt", KEY_AWAY, ()),
        ("sqs:SendMessage", QUEUE_AWAY, ("ana",)),
        ("sts:AssumeRole", away, ("ana",)),
    ):
        assert verdicts(who_can(world, action, resource)) == dict.fromkeys(who, OWN_POLICY)
        for name in ("ana", "ben"):
            listed = actions(allowed_actions(world, name, resource)).get(action)
            assert listed == (OWN_POLICY if name in who else None), (action, name)
            assert asker(world, name).decide(action, resource).sentence.startswith("depends") is (name in who)


# --- what policies of resources say -----------------------------------------------------------------------------------


def test_what_a_resource_s_own_policy_allows_is_among_what_somebody_may_do() -> None:
    gets = {"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::mine/in/*"}
    lists = {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::mine"}
    world = company(user("ben"), bucket("mine", gets, lists), role("R", trusts(BEN)), role("S", trusts(ANA)))
    answer = allowed_actions(world, "ben")
    rows = {row["action"]: row for row in answer.rows}
    assert rows["s3:GetObject"]["resources"] == ["arn:aws:s3:::mine/in/*"]
    assert rows["s3:GetObject"]["statement"] == "bucket policy › statement 1, line 1"
    assert rows["s3:ListBucket"]["resources"] == ["arn:aws:s3:::mine"]
    assert rows["sts:AssumeRole"]["resources"] == [arn("role", "R")]
    assert "s3:GetBucketPolicy" not in rows, "works on a bucket, which the statement's Resource does not cover"
    (row,) = who_can(world, "s3:GetObject", "arn:aws:s3:::mine/in/x").rows
    assert (row["who"], row["statement"]) == ("ben", "bucket policy › statement 1, line 1")


def test_the_name_of_a_bucket_or_a_table_holds_no_slash() -> None:
    index = f"arn:aws:dynamodb:us-east-1:{HOME}:table/x/index/*"
    world = company(user("ana", allow("s3:*", "arn:aws:s3:::mine/*"), allow("dynamodb:*", index)))
    listed = actions(allowed_actions(world, "ana"))
    assert listed["s3:GetObject"] == listed["s3:DeleteObject"] == listed["dynamodb:Query"] == "allowed"
    assert not {"s3:GetBucketAcl", "s3:DeleteBucket", "s3:ListBucket", "dynamodb:DeleteTable"} & set(listed)
    assert "s3:ListBucket" not in actions(allowed_actions(world, "ana", "arn:aws:s3:::mine/k"))
    whole = company(user("ana", allow("s3:*", ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"])))
    assert {"s3:GetObject", "s3:ListBucket", "s3:DeleteBucket"} <= set(actions(allowed_actions(whole, "ana")))


def test_a_boundary_narrows_the_resources_that_are_listed() -> None:
    corp, drafts = "arn:aws:s3:::corp-*", "arn:aws:s3:::*/drafts/*"
    world = company(
        user("ana", allow("s3:GetObject"), boundary=arn("policy", "Corp")),
        user("ben", allow("s3:GetObject", drafts), boundary=arn("policy", "Corp")),
        user("cyd", allow("s3:GetObject", "arn:aws:s3:::*e"), boundary=arn("policy", "Corp")),
        user("dov", allow("s3:GetObject", "arn:aws:s3:::other/*"), boundary=arn("policy", "Corp")),
        managed("Corp", allow("s3:*", corp)),
    )
    assert actions(allowed_actions(world, "cyd")) == {"s3:GetObject": "allowed"}, "corp-x/e"
    assert actions(allowed_actions(world, "dov")) == {}
    rows = {name: allowed_actions(world, name).rows for name in ("ana", "ben")}
    listed = {name: next(row for row in found if row["action"] == "s3:GetObject") for name, found in rows.items()}
    assert listed["ana"]["resources"] == [corp]
    assert listed["ben"]["resources"] == [drafts], "as far as the boundary covers it"


def test_a_policy_that_names_one_session_of_a_role_depends_on_the_session_s_name() -> None:
    session = f"arn:aws:sts::{HOME}:assumed-role/R/night"
    gets = {"Effect": "Allow", "Principal": {"AWS": session}, "Action": "s3:GetObject", "Resource": "*"}
    world = company(role("R", EC2), role("Other", EC2), bucket("mine", gets))
    assert actions(allowed_actions(world, "R")) == {"s3:GetObject": "depends on the session's name: night"}
    assert actions(allowed_actions(world, "Other")) == {}


def test_a_changed_bucket_policy_is_seen_when_two_states_are_compared() -> None:
    gets = {"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "s3:GetObject", "Resource": "*"}
    before, after = company(user("ben"), bucket("mine")), company(user("ben"), bucket("mine", gets))
    (change,) = compare(before, after).changes
    assert (change.change, list(change.actions)) == ("gained", ["s3:GetObject"])
    (change,) = compare(after, before).changes
    assert (change.change, list(change.actions)) == ("lost", ["s3:GetObject"])


def test_an_rcp_takes_away_what_it_denies_in_its_account_only() -> None:
    everything = allow(["s3:*", "sqs:*"])
    two = allow("sqs:SendMessage", [QUEUE_AWAY, f"arn:aws:sqs:eu-west-1:{HOME}:jobs"])
    world = with_rcps(NO_S3, user("ana", everything))
    listed = actions(allowed_actions(world, "ana"))
    assert not any(action.startswith("s3:") for action in listed if action != "s3:ListAllMyBuckets")
    assert listed["sqs:SendMessage"] == "allowed"
    before = with_rcps(policy(kind="rcp"), user("ana", everything))
    (change,) = compare(before, world).changes
    assert (change.change, "s3:GetObject" in change.actions, "sqs:SendMessage" in change.actions) == (
        "lost",
        True,
        False,
    )
    (group,) = [g for g in allowed_actions(with_rcps(NO_S3_NOR_SQS, user("ana", two)), "ana").groups if g.depends]
    assert (group.resources, group.depends) == ((QUEUE_AWAY,), ("the resource's own policy",))


def test_an_allow_for_resources_of_another_owner_is_listed() -> None:
    other = {"StringEquals": {"aws:ResourceAccount": AWAY}}
    world = company(user("ana", allow("sqs:SendMessage", QUEUE_AWAY, Condition=other)))
    assert actions(allowed_actions(world, "ana")) == {"sqs:SendMessage": OWN_POLICY}
    world = company(user("ana", allow("s3:GetObject", "arn:aws:s3:::theirs/*", Condition=other)))
    assert actions(allowed_actions(world, "ana")) == {"s3:GetObject": "depends on aws:ResourceAccount"}


def test_of_a_role_that_trusts_everyone_those_who_are_known_are_named_as_well() -> None:
    world = company(
        user("ana"), user("ben", deny("sts:*")), role("Open", trusts("*")), user("zoe", allow("sts:*"), account=AWAY)
    )
    found = verdicts(who_can(world, "sts:AssumeRole", arn("role", "Open")))
    assert found == {"ana": "allowed", "zoe": "allowed", "everyone": "depends on the policies of its own account"}


# --- policies that the files lack -------------------------------------------------------------------------------------

LACKS = "depends on policies that are not known: Gone"


def test_a_policy_that_the_files_lack_may_allow_and_may_deny() -> None:
    gone = {"attached": (arn("policy", "Gone", "aws"),)}
    world = company(
        user("ana", allow("s3:*"), **gone),
        user("ben", **gone),
        user("cyd", deny("s3:*"), **gone),
        user("dov", boundary=arn("policy", "Gone"), **gone),
        user("eva", boundary=arn("policy", "Gone")),
        user("fay", boundary=arn("policy", "Small"), **gone),
        role("R", EC2, **gone),
        managed("Small", allow("sqs:*")),
    )
    found = verdicts(who_can(world, "s3:GetObject", "arn:aws:s3:::x/k"))
    assert found == dict.fromkeys(["ana", "ben", "dov", "R"], LACKS)
    assert "s3:GetObject" not in allowed_actions(world, "fay").depends, "the boundary that is known does not allow it"
    assert "sqs:SendMessage" in allowed_actions(world, "fay").depends
    assert len(allowed_actions(world, "ben").depends) > 20_000
    assert actions(allowed_actions(world, "eva")) == {}
    assert findings(world).unknowns[0].startswith("ana, ben, cyd, dov, fay and 1 more have policies that are not in")
    assert not findings(world).of("ADMIN"), "what a policy that is not known allows makes nobody an administrator"


def test_a_way_of_roles_depends_on_a_policy_that_the_files_lack() -> None:
    world = company(
        user("ben", attached=(arn("policy", "Gone"),)),
        role("R", trusts(HOME)),
        role("S", trusts(arn("role", "R"))),
        role("T", trusts(AWAY)),
    )
    found = {one.role.rpartition("/")[2]: one.verdict for one in can_reach(world, "ben").reached}
    assert found == {"R": LACKS, "S": LACKS}
    assert verdicts(who_can_assume(world, "R")) == {"ben": LACKS}


def dump(**role_more: Any) -> dict[str, Any]:
    return {
        "UserDetailList": [{"Arn": ANA, "UserId": "AIDA1", "UserName": "ana"}],
        "RoleDetailList": [{"Arn": arn("role", "R"), "RoleId": "AROA1", "RoleName": "R", **role_more}],
    }


@pytest.mark.parametrize("broken", [None, "{", {"Statement": [{"Effect": "Perhaps"}]}, 7])
def test_a_policy_that_cannot_be_read_is_one_that_is_not_known(broken: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inline = [{"PolicyName": "odd", "PolicyDocument": broken}]
        trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ANA}, "Action": "sts:AssumeRole"}}
        world = account_world([("a.json", dump(RolePolicyList=inline, AssumeRolePolicyDocument=trust))]).world
        untrusted = account_world([("a.json", dump(AssumeRolePolicyDocument=broken))]).world
    assert verdicts(who_can(world, "s3:GetObject", "arn:aws:s3:::x/k")) == {
        "R": "depends on policies that are not known: odd"
    }
    assert "odd is a policy of R and not in the files" in allowed_actions(world, "R").unknowns[0]
    redacted = iv.redact(world)
    assert "odd" not in str(who_can(redacted, "s3:GetObject", "arn:aws:s3:::x/k"))
    (found,) = can_reach(untrusted, "ana").reached
    assert (found.role, found.verdict) == (arn("role", "R"), OWN_POLICY)
    assert verdicts(who_can_assume(untrusted, "R")) == {"ana": OWN_POLICY}
    assert "the trust policy of R is not known" in who_can_assume(untrusted, "R").unknowns[0]


# --- parts of a dump that cannot be read may allow more, and may deny -------------------------------------------------

EVERYTHING = {"PolicyName": "all", "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}
UNREADABLE: dict[str, dict[str, Any]] = {
    "a group that the dump lacks": {"GroupList": ["crew"]},
    "groups that are no list": {"GroupList": 7},
    "an inline policy that is no object": {"UserPolicyList": [EVERYTHING, "deny-all"]},
    "attached policies as plain ARNs": {"AttachedManagedPolicies": ["arn:aws:iam::aws:policy/AWSDenyAll"]},
    "a boundary as a plain ARN": {"PermissionsBoundary": arn("policy", "Fence")},
    "a boundary without its ARN": {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy"}},
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_of_somebody_is_not_taken_for_absent(what: str) -> None:
    """Each of them may hold a Deny, so that nothing is allowed for certain, and nobody is left out."""
    person = {"UserName": "ana", "Arn": ANA, "UserPolicyList": [EVERYTHING], **UNREADABLE[what]}
    read = account_world([("", {"UserDetailList": [person], "GroupDetailList": [], "Policies": []})])
    assert read.problems
    (verdict,) = verdicts(who_can(read.world, "s3:GetObject", "arn:aws:s3:::reports/may.csv")).values()
    assert verdict.startswith("depends on policies that are not known")
    redacted = iv.redact(read.world)
    assert next(iter(verdicts(who_can(redacted, "s3:GetObject", "*")).values())).startswith("depends on policies")
    assert "crew" not in str(who_can(redacted, "s3:GetObject", "*"))
