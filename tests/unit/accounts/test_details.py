"""Reading what `aws iam get-account-authorization-details` prints: docs/rules/roles_and_sessions.md 6.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz import DumpWarning, load
from iamviz.accounts import AccountDump, DumpError, account_world, read_dump
from tests.unit.calls.company import HOME, arn

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
TRUST = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}
READ = arn("policy", "Read")


def user(name: str = "ana", **more: Any) -> dict[str, Any]:
    return {"UserName": name, "UserId": "AIDAEXAMPLE", "Arn": arn("user", name), **more}


def role(**more: Any) -> dict[str, Any]:
    return {
        "RoleName": "R",
        "RoleId": "AROAEXAMPLE",
        "Arn": arn("role", "R"),
        "AssumeRolePolicyDocument": TRUST,
        **more,
    }


def managed(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"PolicyName": "Read", "Arn": READ, "DefaultVersionId": "v2", "PolicyVersionList": list(versions), **more}


def version(number: int, document: Any = ALLOW, **more: Any) -> dict[str, Any]:
    return {"VersionId": f"v{number}", "Document": document, **more}


def dump(**lists: Any) -> AccountDump:
    return account_world([("", lists)])


def test_a_complete_account_is_read_without_a_problem() -> None:
    read = dump(
        UserDetailList=[
            user(
                GroupList=["staff"],
                UserPolicyList=[{"PolicyName": "own", "PolicyDocument": ALLOW}],
                AttachedManagedPolicies=[{"PolicyName": "Read", "PolicyArn": READ}],
                PermissionsBoundary={"PermissionsBoundaryArn": READ},
                Tags=[{"Key": "team", "Value": "blue"}],
            )
        ],
        GroupDetailList=[{"GroupName": "staff", "GroupId": "AGPAEXAMPLE", "Arn": arn("group", "staff")}],
        RoleDetailList=[role(RolePolicyList=[{"PolicyName": "own", "PolicyDocument": ALLOW}], RoleLastUsed={})],
        Policies=[managed(version(2, IsDefaultVersion=True), version(1))],
        IsTruncated=False,
    )
    assert read.problems == ()
    ana = read.world.user(arn("user", "ana"))
    assert (ana.unique_id, ana.groups, ana.attached, ana.boundary) == (
        "AIDAEXAMPLE",
        (arn("group", "staff"),),
        (READ,),
        READ,
    )
    assert dict(ana.tags) == {"team": "blue"}
    assert [policy.name for policy in ana.inline] == ["own"]
    assert list(read.world.accounts) == [HOME]
    trust = read.world.role(arn("role", "R")).trust
    assert trust is not None
    assert trust.statements[0].principals is not None


def test_what_such_a_dump_never_holds_is_told() -> None:
    gaps = dump(UserDetailList=[]).gaps
    for words in ("MaxSessionDuration of roles", "providers", "buckets, keys", "SCPs and RCPs", "MFA"):
        assert any(words in gap for gap in gaps)
    assert dump(RoleDetailList=[role()]).world.role(arn("role", "R")).max_session_duration == 3600


@pytest.mark.parametrize(
    "document",
    [
        ALLOW,
        json.dumps(ALLOW),
        quote(json.dumps(ALLOW)),
        quote(json.dumps(ALLOW), safe=""),
        quote(json.dumps(ALLOW)).replace("%7B", "%7b"),
        quote("\n  " + json.dumps(ALLOW, indent=2)),
    ],
    ids=["object", "text", "percent-encoded", "all encoded", "lower-case hex", "blank first"],
)
def test_a_document_may_be_an_object_a_text_or_percent_encoded(document: Any) -> None:
    read = dump(UserDetailList=[user(UserPolicyList=[{"PolicyName": "own", "PolicyDocument": document}])])
    assert read.problems == ()
    (policy,) = read.world.user(arn("user", "ana")).inline
    assert policy.statements[0].resource_texts == ("*",)


@pytest.mark.parametrize("name", ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"])
def test_a_list_may_be_missing_or_null_as_long_as_one_is_there(name: str) -> None:
    for empty in ({}, {name: None}):
        others = {"UserDetailList": [user()]} if name != "UserDetailList" else {"RoleDetailList": [role()]}
        assert dump(**others, **empty).problems == ()


def test_one_object_may_stand_where_a_list_belongs() -> None:
    statement = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    read = dump(
        UserDetailList=user(UserPolicyList={"PolicyName": "own", "PolicyDocument": statement}, GroupList="staff"),
        GroupDetailList={"GroupName": "staff", "Arn": arn("group", "staff")},
        Policies=managed(version(2)),
    )
    assert read.problems == ()
    ana = read.world.user(arn("user", "ana"))
    assert (len(ana.inline), ana.groups) == (1, (arn("group", "staff"),))
    assert READ in read.world.managed_policies


def test_of_several_versions_the_default_one_is_in_force() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    by_flag = dump(Policies=[managed(version(3, deny), version(2, IsDefaultVersion=True), version(1, deny))])
    by_number = dump(Policies=[managed(version(3, deny), version(2), version(1, deny))])
    for read in (by_flag, by_number):
        assert read.world.managed_policies[READ].policy.statements[0].effect == "Allow"


@pytest.mark.parametrize("versions", [[], [version(1)], [{"Document": ALLOW}, {"Document": ALLOW}]])
def test_a_policy_without_a_default_version_is_left_out_and_told(versions: list[Any]) -> None:
    for more in ({}, {"DefaultVersionId": None}):
        read = dump(Policies=[managed(*versions, **more)])
        assert dict(read.world.managed_policies) == {}
        assert read.problems == (f"Policies[0]: no default version among {len(versions)}; the policy is left out",)


def test_a_policy_without_a_name_is_called_by_its_arn() -> None:
    item = managed(version(2))
    del item["PolicyName"]
    assert dump(Policies=[item]).world.managed_policies[READ].policy.name == "Read"


PROBLEMS = {
    "an unknown group": (user(GroupList=["crew"]), "UserDetailList[0].GroupList: the group 'crew' is not in the dump"),
    "groups that are no list": (user(GroupList=7), "UserDetailList[0].GroupList: expected a list, found int"),
    "an attached policy that is missing": (
        user(AttachedManagedPolicies=[{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]),
        "the managed policy arn:aws:iam::aws:policy/AdministratorAccess is not in the dump; ana has it",
    ),
    "a boundary that is missing": (
        user(PermissionsBoundary={"PermissionsBoundaryArn": READ}),
        f"the managed policy {READ} is not in the dump; ana has it",
    ),
    "no ARN": (user(Arn="ana"), "UserDetailList[0]: Arn is 'ana'; expected the ARN of a user"),
    "the ARN of something else": (
        user(Arn=arn("role", "R")),
        f"UserDetailList[0]: Arn is '{arn('role', 'R')}'; expected the ARN of a user",
    ),
    "no object": ("ana", "UserDetailList[0]: expected an object, found str"),
    "no list of policies": (user(UserPolicyList="own"), "UserDetailList[0].UserPolicyList: expected a list, found str"),
    "no document": (
        user(UserPolicyList=[{"PolicyName": "own"}]),
        "UserDetailList[0].UserPolicyList[0].PolicyDocument: expected a policy document, found NoneType",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_cannot_be_read_is_told_with_its_place_and_the_rest_is_read(name: str) -> None:
    entry, problem = PROBLEMS[name]
    read = dump(UserDetailList=[entry, user("ben")])
    assert read.problems == (problem,)
    assert arn("user", "ben") in read.world.users


def test_a_document_that_is_no_policy_is_left_out_and_told() -> None:
    bad = {"PolicyName": "bad", "PolicyDocument": '{"Statement": [{"Effect": "Perhaps"}]}'}
    good = {"PolicyName": "good", "PolicyDocument": ALLOW}
    read = dump(UserDetailList=[user(UserPolicyList=[bad, good])])
    assert [policy.name for policy in read.world.user(arn("user", "ana")).inline] == ["good"]
    (problem,) = read.problems
    assert problem.startswith("UserDetailList[0].UserPolicyList[0].PolicyDocument: ")
    assert problem.endswith("; the policy is left out")


def test_an_inline_policy_without_a_name_is_called_so() -> None:
    read = dump(UserDetailList=[user(UserPolicyList=[{"PolicyDocument": ALLOW}])])
    assert read.world.user(arn("user", "ana")).inline[0].name == "an inline policy without a name"


def test_one_page_of_several_is_told() -> None:
    assert "IsTruncated is true" in dump(UserDetailList=[user()], IsTruncated=True).problems[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{\n "UserDetailList": [}', "account.json, line 2, column 21: not JSON: Expecting value"),
        (b"", "account.json, line 1, column 1: not JSON"),
        (
            b"[]",
            "expected the output of aws iam get-account-authorization-details, an object with UserDetailList",
        ),
        (b"{}", "account.json: expected the output of"),
        (b'{"Users": []}', "account.json: expected the output of"),
        (b'{"UserDetailList": "x"}', "account.json: expected the output of"),
        (b"\xff\xfe{\x00", "account.json: not UTF-8 text (byte 0)"),
        (b"[" * 100000, "account.json: JSON nested too deeply"),
        (b'{"UserDetailList": ' + b"9" * 5000 + b"}", "account.json: not JSON: "),
    ],
)
def test_what_is_no_dump_is_refused_with_the_position(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "account.json"
    path.write_bytes(content)
    with pytest.raises(DumpError) as error:
        read_dump(path)
    assert message in str(error.value)


def test_a_byte_order_mark_as_windows_writes_it_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"UserDetailList": [user()]}).encode())
    assert arn("user", "ana") in read_dump(path).world.users


def test_load_reads_a_dump_and_warns_of_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps({"UserDetailList": [user(GroupList=["crew"])]}))
    with pytest.warns(DumpWarning, match="the group 'crew' is not in the dump"):
        world = load(path)
    assert world == read_dump(path).world.at(world.now)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.just(arn("user", "x"))
    | st.just(arn("role", "x")),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                """Arn UserName GroupName RoleName GroupList Tags Key Value UserPolicyList RolePolicyList PolicyDocument
            AttachedManagedPolicies PolicyArn PermissionsBoundary PermissionsBoundaryArn AssumeRolePolicyDocument
            PolicyVersionList Document VersionId DefaultVersionId IsDefaultVersion""".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {
            "UserDetailList": st.lists(JSON, max_size=2),
            "RoleDetailList": JSON,
            "GroupDetailList": JSON,
            "Policies": JSON,
        }
    )
)
def test_whatever_stands_in_a_dump_it_is_read_or_told(data: dict[str, Any]) -> None:
    read = account_world([("", data)])
    assert all(isinstance(problem, str) for problem in read.problems)
    hash(read.world.users)
