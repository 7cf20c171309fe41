"""Redaction: no name of the account is left anywhere, and every decision comes out as before."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts.details import LISTS
from iamviz.accounts.files import account_world, read_dump
from iamviz.accounts.findings import findings
from iamviz.accounts.redact import Redactor, redact
from iamviz.accounts.redact_words import Words
from iamviz.pictures.page import page_html
from iamviz.pictures.report import report_html
from iamviz.resources import data_dir
from tests.conftest import REPOSITORY

LAB = REPOSITORY.parent / "shared" / "real" / "accounts" / "privilege_escalation_lab.json"
# Names that no word of iamviz or AWS holds.
NAME = st.from_regex(r"[qxjwy]{3}[A-Za-z0-9]{2,8}(?:[-_.@+][qxjwy]{2}[A-Za-z0-9]{1,6}){0,2}", fullmatch=True)
ACCOUNT = st.from_regex(r"[1-9][0-9]{11}", fullmatch=True)


@st.composite
def dumps(draw: st.DrawFn) -> tuple[dict[str, object], list[str]]:
    """An account dump, and every name in it that must not be seen afterwards."""
    account, other = draw(ACCOUNT), draw(ACCOUNT)
    names = draw(st.lists(NAME, min_size=6, max_size=12, unique_by=str.lower))
    secret = [*names, account, other]
    half = len(names) // 2
    users, roles = names[:half], names[half:]

    def pattern(name: str) -> str:
        cut = draw(st.integers(0, len(name)))
        return draw(st.sampled_from([name, name[:cut] + "*", "*" + name[cut:], f"*{name[1 : cut + 1]}*", "*"]))

    def resource() -> str:
        kind = draw(st.sampled_from(["role", "user"]))
        return draw(
            st.sampled_from(
                [
                    f"arn:aws:iam::{account}:{kind}/{pattern(draw(st.sampled_from(names)))}",
                    f"arn:aws:s3:::{pattern(draw(st.sampled_from(names)).lower())}/*",
                    f"arn:aws:iam::*:{kind}/" + "${aws:username}",
                    "*",
                ]
            )
        )

    def policy() -> dict[str, object]:
        statement: dict[str, object] = {
            "Sid": draw(st.sampled_from(["", *(re.sub("[^A-Za-z0-9]", "", name) for name in names)])),
            "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
            "Action": draw(st.sampled_from(["*", "iam:*", "sts:AssumeRole", "s3:Get*"])),
            "Resource": [resource() for _ in range(draw(st.integers(1, 2)))],
        }
        if draw(st.booleans()):
            value = pattern(draw(st.sampled_from(names)))
            key = draw(st.sampled_from(["aws:username", f"aws:PrincipalTag/{names[0]}", "aws:userid"]))
            statement["Condition"] = {draw(st.sampled_from(["StringLike", "StringNotLike"])): {key: [value]}}
        return {"Version": "2012-10-17", "Statement": [statement]}

    def trust() -> dict[str, object]:
        principal = draw(
            st.sampled_from(
                [
                    {"AWS": f"arn:aws:iam::{account}:root"},
                    {"AWS": other},
                    {"AWS": f"arn:aws:iam::{account}:user/{draw(st.sampled_from(users))}"},
                    {"AWS": f"arn:aws:iam::{account}:role/{draw(st.sampled_from(roles))}"},
                    {"Service": "lambda.amazonaws.com"},
                ]
            )
        )
        return {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }

    def inline() -> list[dict[str, object]]:
        return [{"PolicyName": draw(st.sampled_from(names)), "PolicyDocument": policy()}]

    def tags() -> list[dict[str, str]]:
        return [{"Key": names[0], "Value": draw(st.sampled_from(names))}]

    data: dict[str, object] = {name: [] for name in LISTS}
    data["UserDetailList"] = [
        {"UserName": n, "Arn": f"arn:aws:iam::{account}:user/{n}", "UserId": f"AIDA{'X' * 15}{i:02d}",
         "UserPolicyList": inline(), "Tags": tags()}
        for i, n in enumerate(users)
    ]  # fmt: skip
    data["RoleDetailList"] = [
        {"RoleName": n, "Arn": f"arn:aws:iam::{account}:role/{n}", "RoleId": f"AROA{'Y' * 15}{i:02d}",
         "RolePolicyList": inline(), "AssumeRolePolicyDocument": trust(), "Tags": tags()}
        for i, n in enumerate(roles)
    ]  # fmt: skip
    return data, secret


@given(dumps())
@settings(max_examples=60, deadline=None)
def test_no_name_is_left_in_anything_that_is_drawn(made: tuple[dict[str, object], list[str]]) -> None:
    data, secret = made
    world = account_world([("dump.json", data)]).world
    redacted = redact(world)
    picture = iv.map(redacted)
    shown = [picture.text, page_html("t", "l", [("", [picture])]), repr(redacted.roles), repr(redacted.users)]
    for arn in sorted(redacted.roles):
        decision = iv.ask(redacted, arn, "sts:AssumeRole", arn)
        shown += [str(decision.explain()), iv.gates(decision, redacted).page]
    everything = "\n".join(shown).lower()
    for name in secret:
        assert name.lower() not in everything
    assert "AIDAXXX" not in "\n".join(shown)


@given(dumps(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_decision_comes_out_as_before(made: tuple[dict[str, object], list[str]], chance: random.Random) -> None:
    world = account_world([("dump.json", made[0])]).world
    redactor = Redactor(world)
    redacted = redactor(world)
    people = [*sorted(world.users), *sorted(world.roles)]
    # No bucket is called like an account: a pattern that reads a part of such a number is left to docs/your_account.md.
    buckets = [f"arn:aws:s3:::{name.lower()}/key" for name in made[1] if not name.isdigit()]
    asked = list(product(people, ["iam:GetRole", "sts:AssumeRole", "s3:GetObject"], [*people, *buckets]))
    for who, action, resource in chance.sample(asked, min(40, len(asked))):
        before = iv.ask(world, who, action, resource)
        after = iv.ask(redacted, redactor(who), action, redactor(resource))
        assert (before.outcome, before.reason) == (after.outcome, after.reason), (who, action, resource)


@given(dumps())
@settings(max_examples=30, deadline=None)
def test_stand_ins_are_one_to_one_and_the_same_on_every_run(made: tuple[dict[str, object], list[str]]) -> None:
    world = account_world([("dump.json", made[0])]).world
    first, second = redact(world), redact(world)
    assert (first.users, first.roles) == (second.users, second.roles)
    assert len(first.users) == len(world.users)
    assert len(first.roles) == len(world.roles)
    assert not {*first.users, *first.roles} & {*world.users, *world.roles}


WORDS = st.text(alphabet="abAB1-_*?", min_size=1, max_size=8)


@given(
    st.lists(st.text(alphabet="abcAB12-_", min_size=1, max_size=8), min_size=1, max_size=8), st.lists(WORDS, max_size=6)
)
@settings(max_examples=300, deadline=None)
def test_patterns_cover_what_they_covered(names: list[str], patterns: list[str]) -> None:
    """The heart of it: ``*`` covers the stand-in of a name exactly when it covered the name."""
    from iamviz.patterns import compile_glob

    plain = [pattern for pattern in patterns if "?" not in pattern]
    words = Words()
    for text in (*names, *plain):
        words.learn(text)
    for pattern, name in product(plain, names):
        assert compile_glob(pattern)(name) == compile_glob(words.name(pattern))(words.name(name)), (pattern, name)
    stand_ins = {name: words.name(name) for name in names}
    assert len(set(stand_ins.values())) == len(stand_ins)


def test_what_aws_named_keeps_its_name() -> None:
    redactor = Redactor()
    for text in (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "lambda.amazonaws.com",
        "states.eu-west-1.amazonaws.com",
        "*",
        "arn:aws:s3:::*",
        "2026-03-02T09:00:00Z",
        "true",
    ):
        assert redactor(text) == text
    assert redactor("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX").endswith(
        ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    )
    github = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    assert redactor(github).endswith(":oidc-provider/token.actions.githubusercontent.com")
    # A bucket's host name ends like a service and is none.
    assert "payroll" not in redactor("payroll.s3.amazonaws.com")


def test_nothing_else_hides_behind_the_account_of_aws() -> None:
    assert "Payroll" not in Redactor()("arn:aws:iam::aws:user/Payroll")


FOLDER = LAB.parent


@pytest.mark.parametrize("name", ["cloudmapper_demo", "aws_cli_manual_example", "privilege_escalation_lab"])
def test_a_report_of_a_real_account_names_nothing_of_it(name: str) -> None:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no real account dumps here: {path} is not part of the repository")
    text = path.read_text("utf-8")
    world = read_dump(path).world
    page = re.sub(r"<style.*?</style>", "", report_html(redact(world)), flags=re.DOTALL)
    identities = [thing for things in (world.users, world.roles, world.groups) for thing in things.values()]
    names = {thing.name for thing in identities if not getattr(thing, "service_linked", False)}
    names |= {policy.name for thing in identities for policy in thing.inline}
    names |= {arn.rpartition("/")[2] for arn in world.managed_policies if "::aws:" not in arn}
    names |= {*re.findall(r"(?<!\d)\d{12}(?!\d)", text), *re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text)}
    names |= {*re.findall(r'"Sid": "([^"]+)"', text), *re.findall(r"arn:aws:s3:::([\w.-]+)", text)}
    names.discard("OrganizationAccountAccessRole")  # AWS gave it that name
    shown = {n for n in names if len(n) > 3 and re.search(rf"(?<![A-Za-z0-9]){re.escape(n)}(?![A-Za-z0-9])", page)}
    assert shown == set()


def test_a_policy_keeps_its_layout_and_its_line_numbers() -> None:
    text = """{"Statement": [
  {"Sid": "PayrollForAcme", "Effect": "Allow",
   "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-payroll/*",
   "Condition": {"StringEquals": {"aws:PrincipalTag/CostCenter": "Acme", "aws:SourceVpc": "vpc-12345678"},
                 "Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"""
    policy = iv.Policy.parse(text)
    redactor = Redactor(policy)
    redacted = redactor(policy)
    assert [len(line.split('"')) for line in redacted.lines] == [len(line.split('"')) for line in policy.lines]
    assert redacted.statements[0].spans.keys() == policy.statements[0].spans.keys()
    assert not re.search("acme|payroll|costcenter|12345678", redacted.source, re.I)
    for kept in ("s3:GetObject", "aws:PrincipalTag/", "aws:SourceVpc", "203.0.113.0/24", '"true"', "StringEquals"):
        assert kept in redacted.source


def test_sentences_lose_names_and_keep_their_words() -> None:
    world = iv.load("staging_bucket")
    redactor = Redactor(world)
    told = redactor.sentence(
        "StagingEngineer, arn:aws:iam::222233334444:role/StagingEngineer, of 222233334444: ana@acme.com"
    )
    assert not re.search("staging|222233334444|acme|ana@", told, re.I)
    assert ", of " in told


def test_a_question_mark_beside_letters_is_reported() -> None:
    policy = iv.Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::log?2026"}})
    assert Redactor(policy).unsure == ("log?2026",)


def test_secrets_of_sessions_do_not_survive() -> None:
    story = iv.play("staging_bucket")
    world = story.world
    assert world.sessions
    shown = repr([vars(session) for session in redact(world).sessions.values()])
    for session in world.sessions.values():
        assert session.secret_access_key not in shown
        assert session.session_token not in shown
        assert session.access_key_id not in shown


def test_real_accounts_stay_what_they_were(lab: iv.World) -> None:
    redactor = Redactor(lab)
    redacted = redactor(lab)
    chance = random.Random(7)
    people = [*sorted(lab.users), *sorted(lab.roles)]
    things = [*people, *sorted(lab.managed_policies), "*", "arn:aws:s3:::anything/x"]
    actions = ["iam:PassRole", "sts:AssumeRole", "s3:GetObject", "iam:CreatePolicyVersion", "ec2:RunInstances"]
    for _ in range(1500):
        who, action, thing = chance.choice(people), chance.choice(actions), chance.choice(things)
        before, after = iv.ask(lab, who, action, thing), iv.ask(redacted, redactor(who), action, redactor(thing))
        assert before.outcome is after.outcome, (who, action, thing)
    text = json.dumps([*redacted.users, *redacted.roles])
    for role in lab.roles.values():
        if not role.service_linked and role.name != "OrganizationAccountAccessRole":  # AWS gave it that name
            assert role.name not in text


def test_the_same_is_found_in_a_redacted_account(lab: iv.World) -> None:
    def kinds(world: iv.World) -> list[tuple[str, str, tuple[str, ...]]]:
        found = findings(world).found
        return sorted((one.code, one.risk.value, tuple(key for key in one.depends if ":" in key)) for one in found)

    assert kinds(redact(lab)) == kinds(lab)


@pytest.fixture(scope="module")
def lab() -> iv.World:
    if not LAB.exists():
        pytest.skip(f"needs real accounts in {LAB.parent}")
    return read_dump(LAB).world


@pytest.mark.parametrize("name", sorted(path.stem for path in data_dir().glob("*.yaml")))
def test_every_scenario_decides_as_before(name: str) -> None:
    world = iv.play(name).world
    redactor = Redactor(world)
    redacted = redactor(world)
    chance = random.Random(name)
    people = [*sorted(world.users), *sorted(world.roles)][:60]
    things = [*people, *sorted(world.resources), *(f"{arn}/x" for arn in sorted(world.resources))]
    asked = list(product(people, ["sts:AssumeRole", "s3:GetObject", "s3:PutObject", "iam:PassRole"], things))
    for who, action, thing in chance.sample(asked, min(150, len(asked))):
        try:
            before = iv.ask(world, who, action, thing)
        except iv.CallError:  # the key of that user is not active
            continue
        after = iv.ask(redacted, redactor(who), action, redactor(thing))
        assert (before.outcome, before.reason) == (after.outcome, after.reason), (who, action, thing)


def test_fields_that_are_no_names_stay() -> None:
    world = iv.load("staging_bucket")
    redacted = redact(world)
    assert {r.kind for r in redacted.resources.values()} == {r.kind for r in world.resources.values()}
    assert (redacted.now, redacted.partition, redacted.mfa_code) == (world.now, world.partition, world.mfa_code)
    assert replace(redacted, now=world.now) == redacted
