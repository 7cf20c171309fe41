"""Several files become one world: pages, accounts, and what a dump does not hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import iamviz as iv
from iamviz.accounts import AccountDump, DumpError, DumpWarning, account_world, json_file, read_dump
from tests.unit.accounts.test_details import ALLOW, managed, role, user, version
from tests.unit.calls.company import AWAY, HOME, arn

FULL = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
FENCE = {"Statement": {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}}
MAY_ASSUME = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}
ORGANIZATION = {
    "Organization": {"Id": "o-example", "MasterAccountId": "999988887777"},
    "Root": {
        "Id": "r-1",
        "PolicyIds": ["p-full"],
        "Accounts": [{"Id": "999988887777", "PolicyIds": ["p-full"]}],
        "OrganizationalUnits": [
            {"Id": "ou-1", "PolicyIds": ["p-full", "p-fence"], "Accounts": [{"Id": HOME, "PolicyIds": ["p-full"]}]}
        ],
    },
    "Policies": [
        {"Id": "p-full", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "Content": FULL},
        {"Id": "p-fence", "Name": "Fence", "Type": "SERVICE_CONTROL_POLICY", "Content": json.dumps(FENCE)},
    ],
}


def world_of(*documents: Any) -> AccountDump:
    return account_world([(f"file{number}", document) for number, document in enumerate(documents)])


def page(*, last: bool = True, **lists: Any) -> dict[str, Any]:
    return {**lists, "IsTruncated": not last}


def test_pages_are_merged_whatever_their_order() -> None:
    first = page(last=False, UserDetailList=[user(GroupList=["staff"])], Policies=[managed(version(2))])
    second = page(
        UserDetailList=[user("ben")],
        GroupDetailList=[
            {
                "GroupName": "staff",
                "Arn": arn("group", "staff"),
                "AttachedManagedPolicies": [{"PolicyArn": arn("policy", "Read")}],
            }
        ],
    )
    for pages in ((first, second), (second, first)):
        read = world_of(*pages)
        assert read.problems == ()
        ana = read.world.user(arn("user", "ana"))
        assert [policy.name for policy in read.world.policies_of(ana)] == ["Read"]


@pytest.mark.parametrize("form", ["a file each", "on end", "a list", "a folder"])
def test_pages_may_be_files_or_stand_in_one(tmp_path: Path, form: str) -> None:
    pages = [page(last=False, UserDetailList=[user()]), page(UserDetailList=[user("ben")])]
    paths = [tmp_path / "one.json"]
    if form in ("a file each", "a folder"):
        paths.append(tmp_path / "two.json")
        for path, content in zip(paths, pages, strict=True):
            path.write_text(json.dumps(content), "utf-8")
    else:
        text = json.dumps(pages) if form == "a list" else "\n".join(json.dumps(content, indent=1) for content in pages)
        paths[0].write_text(text, "utf-8")
    world = iv.load(*([tmp_path] if form == "a folder" else paths))
    assert sorted(found.name for found in world.users.values()) == ["ana", "ben"]


def test_the_same_page_twice_is_harmless_and_a_contradiction_is_told() -> None:
    assert world_of(page(UserDetailList=[user()]), page(UserDetailList=[user()])).problems == ()
    (problem,) = world_of(page(UserDetailList=[user()]), page(UserDetailList=[user(GroupList="x")])).problems
    assert (
        problem
        == f"file1: UserDetailList[0]: {arn('user', 'ana')} was told before, and otherwise; the first one counts"
    )


def test_a_page_without_its_end_is_told_by_its_name() -> None:
    one, other = (
        page(last=False, UserDetailList=[user()]),
        page(UserDetailList=[user("zoe", Arn=arn("user", "zoe", AWAY))]),
    )
    (problem,) = world_of(one, other).problems
    assert problem.startswith("file0: IsTruncated is true")


def test_several_accounts_are_one_world_and_chains_between_them_are_decided_on_both_sides() -> None:
    home = page(UserDetailList=[user(UserPolicyList={"PolicyName": "p", "PolicyDocument": MAY_ASSUME}), user("ben")])
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}}
    away = page(RoleDetailList=[role(Arn=arn("role", "R", AWAY), AssumeRolePolicyDocument=trust)])
    world = world_of(home, away).world
    assert sorted(world.accounts) == sorted([HOME, AWAY])
    assert iv.ask(world, arn("user", "ana"), "sts:AssumeRole", arn("role", "R", AWAY)).allowed
    assert not iv.ask(world, arn("user", "ben"), "sts:AssumeRole", arn("role", "R", AWAY)).allowed


def test_the_longest_session_comes_from_list_roles() -> None:
    roles = {"Roles": [{"Arn": arn("role", "R"), "MaxSessionDuration": 7200}, {"Arn": arn("role", "unknown")}]}
    read = world_of(page(RoleDetailList=[role()]), roles)
    assert read.problems == ()
    assert read.world.role(arn("role", "R")).max_session_duration == 7200
    assert not any("MaxSessionDuration" in gap for gap in read.gaps)


@pytest.mark.parametrize("seconds", [0, 3599, 43201, "7200", True, 3600.5])
def test_a_longest_session_that_cannot_be_is_told(seconds: Any) -> None:
    read = world_of(page(RoleDetailList=[role()]), {"Role": {"Arn": arn("role", "R"), "MaxSessionDuration": seconds}})
    assert read.world.role(arn("role", "R")).max_session_duration == 3600
    assert "expected 3,600 to 43,200 seconds" in read.problems[0]


def test_providers_and_resource_policies() -> None:
    read = world_of(
        page(RoleDetailList=[role()]),
        {
            "OpenIDConnectProviderList": [{"Arn": arn("oidc-provider", "example.com"), "ClientIDList": ["app"]}],
            "SAMLProviderList": [{"Arn": arn("saml-provider", "Corp")}],
            "ResourcePolicies": [
                {"Arn": "arn:aws:s3:::mine", "Policy": json.dumps(FENCE)},
                {"Arn": "arn:aws:s3:::theirs", "Account": AWAY, "Policy": None},
                {"Arn": "mine"},
                {"Arn": "arn:aws:s3:::bad", "Policy": "{"},
            ],
        },
    )
    world = read.world
    assert world.oidc_providers[arn("oidc-provider", "example.com")].client_ids == ("app",)
    assert world.saml_providers == {arn("saml-provider", "Corp")}
    assert {found: world.resources[found].account for found in world.resources} == {
        "arn:aws:s3:::mine": HOME,
        "arn:aws:s3:::theirs": AWAY,
    }
    assert [problem.partition(" ")[2].partition(":")[0] for problem in read.problems] == [
        "ResourcePolicies[2]",
        "ResourcePolicies[3].Policy",
    ]
    assert any("the policies of 2 resources are known" in gap for gap in read.gaps)


def test_the_organization_limits_the_accounts_in_its_tree() -> None:
    may = {"PolicyName": "p", "PolicyDocument": FULL}
    away = user("zoe", Arn=arn("user", "zoe", AWAY), UserPolicyList=may)
    read = world_of(ORGANIZATION, page(UserDetailList=[user(UserPolicyList=may), away]))
    assert read.problems == ()
    world = read.world
    assert iv.ask(world, arn("user", "ana"), "s3:DeleteObject", "arn:aws:s3:::b/k").outcome == "explicitDeny"
    assert iv.ask(world, arn("user", "ana"), "s3:GetObject", "arn:aws:s3:::b/k").allowed
    assert iv.ask(world, arn("user", "zoe", AWAY), "s3:DeleteObject", "arn:aws:s3:::b/k").allowed
    assert world.accounts["999988887777"].management
    assert any(f"does not hold {AWAY}" in gap for gap in read.gaps)
    assert not any("SCPs and RCPs are not known: an" in gap for gap in read.gaps)


def test_an_organization_with_cycles_of_names_or_wrong_types_is_told() -> None:
    broken = {**ORGANIZATION, "Policies": [{"Id": "p-x", "Type": "TAG_POLICY"}, 7]}
    problems = world_of(page(UserDetailList=[user()]), broken).problems
    assert "file1: Policies[0]: Type is 'TAG_POLICY'" in problems[0]
    assert "file1: Policies[1]: expected an object" in problems[1]
    assert any("PolicyIds[0]: no policy 'p-full'" in problem for problem in problems)
    deep: dict[str, Any] = {"Id": "ou"}
    for number in range(50):
        deep = {"Id": f"ou-{number}", "OrganizationalUnits": [deep]}
    problems = world_of(page(UserDetailList=[user()]), {**ORGANIZATION, "Root": deep}).problems
    assert any("OUs nest 5 deep" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T05:04:05.123456+02:00", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1767323045, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_the_forms_in_which_aws_s_tools_print_an_instant(text: Any, moment: datetime) -> None:
    read = world_of(page(RoleDetailList=[role(CreateDate=text, RoleLastUsed={"LastUsedDate": text})]))
    assert read.problems == ()
    found = read.world.role(arn("role", "R"))
    assert (found.created, found.last_used, found.use_known) == (moment, moment, True)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9" * 400, True, [], {}, 1e300, ""])
def test_a_nonsense_date_is_told_and_the_use_is_then_unknown(text: Any) -> None:
    read = world_of(page(RoleDetailList=[role(RoleLastUsed={"LastUsedDate": text})]))
    assert "RoleDetailList[0].RoleLastUsed.LastUsedDate: " in read.problems[0]
    assert not read.world.role(arn("role", "R")).use_known


def test_a_role_that_was_never_used_differs_from_one_of_which_nothing_is_known() -> None:
    assert world_of(page(RoleDetailList=[role(RoleLastUsed={})])).world.role(arn("role", "R")).use_known
    assert not world_of(page(RoleDetailList=[role()])).world.role(arn("role", "R")).use_known


def test_the_versions_that_wait_beside_the_one_in_force_are_kept() -> None:
    read = world_of(page(Policies=[managed(version(3, FULL), version(2), version(1, "{"))]))
    found = read.world.managed_policies[arn("policy", "Read")]
    assert (found.default, [number for number, _ in found.versions], found.latest) == (2, [3], 3)
    assert "PolicyVersionList[2].Document" in read.problems[0]


def test_a_wrong_file_is_refused_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "trail.json"
    path.write_text('{"Records": []}', "utf-8")
    with pytest.raises(
        DumpError, match=r"trail.json: expected the output of .*found an object with Records; CloudTrail"
    ):
        read_dump(path)
    path.write_text('{"Roles": []}', "utf-8")
    with pytest.raises(DumpError, match=r"trail.json: no account dump among these files"):
        read_dump(path)
    with pytest.raises(DumpError, match=r"nowhere.json: cannot be read: No such file"):
        read_dump(tmp_path / "nowhere.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DumpError, match=r"no file in this folder ends in .json"):
        read_dump(tmp_path / "empty")


def cut(path: Path, data: Any, at: str, indent: int | None = 1) -> None:
    """Write a file that ends behind the first place of a text."""
    text = json.dumps(data, indent=indent)
    path.write_text(text[: text.index(at) + len(at)], "utf-8")


@pytest.mark.parametrize("indent", [None, 1])
def test_of_a_file_that_was_cut_off_the_whole_part_is_read_and_the_place_is_told(
    tmp_path: Path, indent: int | None
) -> None:
    path = tmp_path / "account.json"
    people = page(UserDetailList=[user(), user("ben"), user("zoe")], RoleDetailList=[role()])
    cut(path, people, '"zoe"', indent)
    read = read_dump(path)
    assert sorted(found.name for found in read.world.users.values()) == ["ana", "ben"]
    (problem,) = read.problems
    line = 1 if indent is None else path.read_text("utf-8").count("\n") + 1
    assert problem.startswith(f"account.json, line {line}, column ")
    assert problem.endswith("was it cut off? What stands whole before it is read, the rest is missing")
    assert read.gaps[0] == "1 thing in the files is missing or could not be read: see the notes of loading"


def test_a_broken_place_in_the_middle_is_told_like_an_end(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    text = json.dumps(page(UserDetailList=[user(), user("ben")], RoleDetailList=[role()]))
    path.write_text(text.replace('"RoleDetailList": [', '"RoleDetailList": [ oops'), "utf-8")
    read = read_dump(path)
    assert (len(read.world.users), len(read.world.roles)) == (2, 0)
    assert "not JSON: Expecting value. What stands whole" in read.problems[0]


def test_of_pages_on_end_those_before_the_end_are_read(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    first, second = (
        json.dumps(page(last=last, UserDetailList=[user(name)])) for last, name in ((False, "ana"), (True, "ben"))
    )
    for length in (3, 40, len(second) - 1):
        path.write_text(first + second[:length], "utf-8")
        read = read_dump(path)
        assert arn("user", "ana") in read.world.users
        assert "What stands whole before it is read" in read.problems[0]


@pytest.mark.parametrize(
    "whole", ["{", '{"UserDetailList"', '{"UserDetailList": [', '{"UserDetailList": [{"Arn"', "[{}", ""]
)
def test_a_file_in_which_nothing_is_whole_is_refused(tmp_path: Path, whole: str) -> None:
    path = tmp_path / "account.json"
    path.write_text(whole, "utf-8")
    with pytest.raises(DumpError, match=r"account.json, line 1, column \d+: not JSON"):
        read_dump(path)


def test_an_organization_that_is_cut_off_is_refused_for_it_would_deny_less(tmp_path: Path) -> None:
    account, organization = tmp_path / "account.json", tmp_path / "organization.json"
    account.write_text(json.dumps(page(UserDetailList=[user()])), "utf-8")
    for at in ('"p-fence", "Name"', '"Accounts": [', '"Policies": ['):
        cut(organization, ORGANIZATION, at, None)
        with pytest.raises(DumpError, match=r"organization.json, line 1"):
            read_dump(account, organization)


def test_a_file_in_a_folder_that_is_of_no_use_is_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(json.dumps(page(UserDetailList=[user()])), "utf-8")
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "package.json").write_text('{"name": "x"}', "utf-8")
    (tmp_path / "zero.json").write_text("", "utf-8")
    read = read_dump(tmp_path)
    assert arn("user", "ana") in read.world.users
    assert [problem.partition(":")[0].partition(",")[0] for problem in read.problems] == [
        "binary.json",
        "package.json",
        "zero.json",
    ]
    assert all(problem.endswith("; the file is left out") for problem in read.problems)
    (tmp_path / "account.json").unlink()
    with pytest.raises(DumpError, match=r"no account dump among these files.*binary.json: not UTF-8"):
        read_dump(tmp_path)


def test_a_file_of_gigabytes_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(page(UserDetailList=[user()])), "utf-8")
    monkeypatch.setattr(json_file, "MOST_BYTES", 10)
    with pytest.raises(DumpError, match=r"iamviz reads at most .* Write the pages into several files"):
        read_dump(path)


def test_what_could_not_be_read_is_a_thing_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(page(UserDetailList=[user(GroupList=["crew"])])), "utf-8")
    with pytest.warns(DumpWarning, match=r"account.json: UserDetailList\[0\].GroupList"):
        world = iv.load(path)
    assert world.unknowns[0].startswith("1 thing in the files is missing or could not be read")


def test_documents_of_the_same_text_are_read_once_and_keep_their_own_names() -> None:
    one, two = (user(n, UserPolicyList={"PolicyName": n, "PolicyDocument": ALLOW}) for n in ("ana", "ben"))
    world = world_of(page(UserDetailList=[one, two])).world
    first, second = (world.user(arn("user", n)).inline[0] for n in ("ana", "ben"))
    assert (first.name, second.name) == ("ana", "ben")
    assert first.statements is second.statements
