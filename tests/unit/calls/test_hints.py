"""A hint for every refusal; what it says to paste, pasted on the side that it names, makes the same call succeed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from iamviz import Call, Policy, Result, World, perform
from iamviz.calls.hints import Hint, hints
from iamviz.world import Account, Role, User
from tests.conformance import sts
from tests.conformance.vectors import Vector, read_vectors, vector_id
from tests.unit.calls.company import (
    ANA,
    ANA_ARN,
    AWAY,
    GITHUB,
    HOME,
    LAMBDA,
    PROVIDER,
    ROOT,
    TOKEN,
    WITH_GITHUB,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    delete,
    deny,
    do,
    document,
    done,
    group,
    managed,
    policy,
    role,
    trusts,
    user,
)

OBJECT = {"Bucket": "assets", "Key": "k"}
READ = ("s3:GetObject", OBJECT)
TIGHT = managed("Tight", allow("ec2:*"))
MEMBERS = group("members", allow("s3:ListAllMyBuckets"))


def become(name: str, account: str = HOME) -> tuple[str, dict[str, str]]:
    return "sts:AssumeRole", {"RoleArn": arn("role", name, account), "RoleSessionName": "work"}


def with_session(world: World, **more: Any) -> World:
    return done(assume(world, ANA, "Worker", save="worker", **more))


WORKER = role("Worker", trusts(ANA_ARN))
LAW: dict[str, tuple[World, str, tuple[str, dict[str, Any]]]] = {
    "own policy silent": (company(user("ana"), bucket("assets")), ANA, READ),
    "group says something else": (company(user("ana", groups=(MEMBERS.arn,)), MEMBERS, bucket("assets")), ANA, READ),
    "boundary silent": (company(user("ana", allow("s3:*"), boundary=TIGHT.arn), TIGHT, bucket("assets")), ANA, READ),
    "own policy and boundary silent": (company(user("ana", boundary=TIGHT.arn), TIGHT, bucket("assets")), ANA, READ),
    "bucket of another account": (company(user("ana", allow("s3:*")), bucket("assets", account=AWAY)), ANA, READ),
    "neither side": (company(user("ana"), bucket("assets", account=AWAY)), ANA, READ),
    "a Deny of another case beside it": (
        company(
            user("ana", deny("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "false"}})), bucket("assets")
        ),
        ANA,
        READ,
    ),
    "role trusts somebody else": (company(user("ana", allow("*")), role("R", trusts(AWAY))), ANA, become("R")),
    "role trusts the account only": (company(user("ana"), role("R", trusts(HOME))), ANA, become("R")),
    "role abroad trusts": (company(user("ana"), role("R", trusts(ANA_ARN), account=AWAY)), ANA, become("R", AWAY)),
    "role abroad does not trust": (
        company(user("ana", allow("sts:*")), role("R", trusts(AWAY), account=AWAY)),
        ANA,
        become("R", AWAY),
    ),
    "role abroad, neither side": (company(user("ana"), role("R", trusts(AWAY), account=AWAY)), ANA, become("R", AWAY)),
    "role without tag session": (
        company(user("ana"), role("R", trusts(ANA_ARN))),
        ANA,
        (become("R")[0], {**become("R")[1], "Tags": [{"Key": "a", "Value": "b"}]}),
    ),
    "role without set source identity": (
        company(user("ana"), role("R", trusts(ANA_ARN))),
        ANA,
        (become("R")[0], {**become("R")[1], "SourceIdentity": "ana"}),
    ),
    "role of a session silent": (with_session(company(user("ana"), WORKER, bucket("assets"))), "session:worker", READ),
    "bucket abroad and a session": (
        with_session(company(user("ana"), WORKER, bucket("assets", account=AWAY))),
        "session:worker",
        READ,
    ),
    "service not trusted": (
        company(role("R", trusts(HOME))),
        "service:lambda.amazonaws.com",
        become("R"),
    ),
    "SCP silent": (
        company(
            user("ana", allow("*")),
            bucket("assets"),
        ),
        ANA,
        READ,
    ),
}
_SILENT = Account(HOME, "home", "o-x", scps=((policy(allow("ec2:*"), kind="scp", name="Tight"),),))
LAW["SCP silent"] = (
    replace(LAW["SCP silent"][0], accounts=LAW["SCP silent"][0].accounts.set(HOME, _SILENT)),
    *LAW["SCP silent"][1:],
)


def paste(world: World, result: Result, hint: Hint) -> World:
    """The world with the hinted statement added to the policy that the hint names."""
    assert hint.statement is not None
    request = next(decision for decision in result.decisions if not decision.allowed).request
    added = Policy.parse(json.dumps({"Statement": hint.statement}), name="pasted")
    if hint.side == "resource":
        if request.is_trust:
            its = world.role(request.resource)
            assert its.trust is not None
            return world.with_role(replace(its, trust=joined(its.trust, hint)))
        thing = world.resource_of(request.resource)
        assert thing is not None
        its_policy = (
            joined(thing.policy, hint)
            if thing.policy
            else Policy.parse(json.dumps({"Statement": hint.statement}), "resource")
        )
        return world.with_resource(replace(thing, policy=its_policy))
    assert hint.side == "caller"
    caller = request.caller
    owner: Any = world.roles.get(caller.role_arn) or world.users[caller.user_arn or caller.arn]
    if "boundary" in hint.sentence:
        cap = world.managed_policies[owner.boundary]
        raised = replace(cap, policy=joined(cap.policy, hint))
        return replace(world, managed_policies=world.managed_policies.set(cap.arn, raised))
    if "SCP" in hint.sentence:
        account = world.account(request.caller.account)
        scps = tuple((*level, Policy.parse(added.source, "scp")) for level in account.scps)
        return replace(world, accounts=world.accounts.set(account.id, replace(account, scps=scps)))
    changed: User | Role = replace(owner, inline=(*owner.inline, added))
    return world.with_user(changed) if isinstance(changed, User) else world.with_role(changed)


def joined(before: Policy, hint: Hint) -> Policy:
    statements = json.loads(before.source)["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return Policy.parse(json.dumps({"Statement": [*statements, hint.statement]}), before.kind, name=before.name)


@pytest.mark.parametrize("name", LAW)
def test_following_the_hints_makes_the_same_call_succeed(name: str) -> None:
    """Every hint of the refusal pasted; what is refused next, if anything, is hinted at as well, at most twice more."""
    world, actor, (operation, params) = LAW[name]
    result = do(world, actor, operation, **params)
    assert not result.ok
    for _ in range(3):
        given = hints(result)
        assert given
        for hint in given:
            world = paste(world, result, hint)
        result = do(world, actor, operation, **params)
        if result.ok:
            break
    assert result.ok, result.error


@pytest.mark.parametrize("name", LAW)
def test_a_refusal_by_the_policies_names_a_side_and_brings_a_statement(name: str) -> None:
    world, actor, (operation, params) = LAW[name]
    for hint in hints(do(world, actor, operation, **params)):
        assert hint.side in ("caller", "resource")
        assert hint.statement is not None
        assert str(hint) == f"{hint.sentence}\n{json.dumps(hint.statement, indent=2)}"


def test_a_call_that_succeeds_needs_no_hint() -> None:
    assert hints(do(company(user("ana")), ANA, "sts:GetCallerIdentity")) == ()


def test_across_accounts_there_is_one_hint_a_side() -> None:
    world, actor, (operation, params) = LAW["neither side"]
    assert [hint.side for hint in hints(do(world, actor, operation, **params))] == ["caller", "resource"]


def test_the_hint_says_why_the_own_policy_is_needed_as_well() -> None:
    def sentence(name: str) -> str:
        world, actor, (operation, params) = LAW[name]
        return hints(do(world, actor, operation, **params))[0].sentence

    assert sentence("role trusts the account only").endswith("because the trust policy names only the account.")
    assert sentence("role abroad trusts").endswith(
        "because the role belongs to another account and both accounts must say yes."
    )


def test_a_condition_that_is_not_met_is_told_with_what_was_seen() -> None:
    asks = {"StringEquals": {"sts:ExternalId": "cust-7f3a"}}
    world = company(user("ana"), role("R", trusts(ANA_ARN, Condition=asks)))
    (hint,) = hints(assume(world, ANA, "R"))
    assert (hint.side, hint.statement) == ("call", None)
    assert "sts:ExternalId must be cust-7f3a under StringEquals, and it is absent" in hint.sentence
    (hint,) = hints(assume(world, ANA, "R", ExternalId="other"))
    assert "and it is other" in hint.sentence


def test_a_deny_whose_conditions_are_not_met_is_never_what_should_be_met() -> None:
    """It stands in the closed gate too, but making it speak would not help."""
    world, actor, (operation, params) = LAW["a Deny of another case beside it"]
    (hint,) = hints(do(world, actor, operation, **params))
    assert "aws:SecureTransport" not in hint.sentence
    assert hint.statement == allow("s3:GetObject", "arn:aws:s3:::assets/k")


def test_against_a_deny_no_allow_helps_and_the_hint_says_so() -> None:
    world = company(user("ana", allow("*"), deny("s3:*", Sid="Never")), bucket("assets"))
    (hint,) = hints(do(world, ANA, *READ[:1], **OBJECT))
    assert hint.side == "caller"
    assert hint.statement is None
    assert "own, Never" in hint.sentence
    assert "another Allow does not help" in hint.sentence


def test_a_deny_with_a_condition_says_when_it_would_not_apply() -> None:
    outside = {"StringNotEquals": {"aws:PrincipalAccount": AWAY}}
    block = deny("s3:*", "arn:aws:s3:::assets/*", Principal="*", Condition=outside)
    (hint,) = hints(do(company(user("ana", allow("*")), bucket("assets", block)), ANA, *READ[:1], **OBJECT))
    assert hint.side == "resource"
    assert f"applies unless aws:PrincipalAccount is {AWAY}" in hint.sentence


WITHOUT_POLICIES = {
    "ExpiredToken": ("session:worker", "s3:GetObject", OBJECT, "ask STS for new ones"),
    "InvalidClientTokenId": ("session:nobody", "s3:GetObject", OBJECT, "AWS does not know these credentials"),
    "NoSuchEntity": (f"admin:{HOME}", "iam:DeleteRole", {"RoleName": "x"}, "Nothing has this name"),
    "EntityAlreadyExists": (f"admin:{HOME}", "iam:CreateUser", {"UserName": "ANA"}, "The name is taken"),
    "ValidationError": (ANA, "sts:AssumeRole", {**become("Worker")[1], "DurationSeconds": 1}, "Correct the call"),
    "MalformedPolicyDocument": (
        f"admin:{HOME}",
        "iam:PutUserPolicy",
        {"UserName": "ana", "PolicyName": "p", "PolicyDocument": "{"},
        "The document is no JSON",
    ),
}


@pytest.mark.parametrize("expected", WITHOUT_POLICIES)
def test_what_is_refused_before_any_policy_has_a_hint_too(expected: str) -> None:
    actor, operation, params, words = WITHOUT_POLICIES[expected]
    world = with_session(company(user("ana"), WORKER, bucket("assets")))
    result = do(world, actor, operation, at=3600, **params)
    assert code(result) == expected
    (hint,) = hints(result)
    assert hint.side == "call"
    assert words in hint.sentence


def test_too_long_a_duration_and_the_wrong_kind_of_caller_are_told_from_the_checks() -> None:
    world = with_session(company(user("ana"), WORKER))
    (hint,) = hints(assume(world, ANA, "Worker", DurationSeconds=7200))
    assert hint.sentence == "Ask for less time: asked for 7200 s; the role allows 3600 s."
    (hint,) = hints(assume(world, ROOT, "Worker"))
    assert hint.sentence.startswith("Call with other credentials (the root user cannot assume a role")


def test_a_session_policy_that_is_silent_cannot_be_widened_only_passed_anew() -> None:
    cut = {"Policy": document(allow("ec2:*"))}
    world = company(user("ana"), role("Worker", trusts(ANA_ARN), allow("s3:*")), bucket("assets"))
    (hint,) = hints(do(with_session(world, **cut), "session:worker", "s3:GetObject", **OBJECT))
    assert "The session policy, which was passed when the session began" in hint.sentence
    wider = document(allow("ec2:*"), dict(hint.statement or {}))
    assert do(with_session(world, Policy=wider), "session:worker", "s3:GetObject", **OBJECT).ok


@pytest.mark.parametrize(
    ("name", "words"),
    [("worker", "the nearest is arn:aws:iam::111122223333:role/Worker"), ("Anything", "check name, path and account")],
)
def test_a_role_that_does_not_exist_is_told_although_aws_does_not_say_so(name: str, words: str) -> None:
    result = assume(company(user("ana", allow("*")), WORKER), ANA, name)
    assert "exist" not in (result.error.message if result.error else "")
    (hint,) = hints(result)
    assert hint.sentence.startswith(f"There is no role {arn('role', name)}, which AWS does not say: {words}")


@pytest.mark.parametrize(
    ("condition", "side", "words"),
    [
        ({"StringEquals": {"sts:ExternalId": "x1"}}, "call", "pass it as ExternalId"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "call", "a long-term key alone never carries this key"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "call", "call from such an address"),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, "caller", "tag the user or role so"),
        ({"StringEquals": {"aws:ResourceTag/team": "blue"}}, "resource", "tag the resource so"),
        ({"StringEquals": {"aws:Nobody": "knows"}}, "call", "and it is absent."),
    ],
)
def test_a_condition_comes_with_what_to_do_and_who_has_to_do_it(
    condition: dict[str, Any], side: str, words: str
) -> None:
    (hint,) = hints(assume(company(user("ana"), role("R", trusts(ANA_ARN, Condition=condition))), ANA, "R"))
    assert hint.side == side
    assert words in hint.sentence


def test_a_federation_session_without_a_policy_is_told_why_it_may_do_nothing() -> None:
    world = company(user("ana", allow("*")), bucket("assets"))
    federated = done(do(world, ANA, "sts:GetFederationToken", save="fed", Name="fed"))
    (hint,) = hints(do(federated, "fed", "s3:GetObject", **OBJECT))
    assert "call GetFederationToken again with a Policy that allows s3:GetObject" in hint.sentence
    policy_ = document(dict(hint.statement or {}))
    again = done(do(world, ANA, "sts:GetFederationToken", save="fed", Name="fed", Policy=policy_))
    assert do(again, "fed", "s3:GetObject", **OBJECT).ok


def test_the_user_behind_a_federation_session_is_named() -> None:
    world = company(user("ana", allow("sts:*")), bucket("assets"))
    cut = {"Name": "fed", "Policy": document(allow("s3:*"))}
    federated = done(do(world, ANA, "sts:GetFederationToken", save="fed", **cut))
    (hint,) = hints(do(federated, "fed", "s3:GetObject", **OBJECT))
    assert hint.sentence.startswith("A policy of the user ana must allow s3:GetObject")


def test_a_role_that_distrusts_the_service_gets_the_statement_that_is_missing() -> None:
    world = company(user("ana", allow("*")), WORKER)
    given = {"FunctionName": "f", "Role": WORKER.arn}
    refused = do(world, ANA, "lambda:CreateFunction", **given)
    (hint,) = hints(refused)
    assert (hint.side, hint.statement) == ("resource", trusts(LAMBDA))
    assert do(paste(world, refused, hint), ANA, "lambda:CreateFunction", **given).ok


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    (
        "sts:AssumeRole",
        {**become("Worker")[1], "DurationSeconds": 899},
        "DurationSeconds is 899; expected 900 to 43200",
    ),
    ("sts:AssumeRole", {"RoleArn": WORKER.arn}, "RoleSessionName is missing"),
    ("sts:AssumeRole", {**become("Worker")[1], "TokenCode": "123456"}, "Pass SerialNumber and TokenCode"),
    ("sts:AssumeRole", {**become("Worker")[1], "RoleArn": ANA_ARN}, "Give the ARN of a role"),
    ("sts:AssumeRole", {**become("Worker")[1], "TransitiveTagKeys": ["a"]}, "Pass every transitive tag key"),
    ("lambda:CreateFunction", {"Role": arn("role", "R", AWAY)}, "Pass a role of the caller's own account"),
]


@pytest.mark.parametrize(("operation", "params", "words"), MISTAKES)
def test_a_mistake_in_the_call_is_told_in_plain_words(operation: str, params: dict[str, Any], words: str) -> None:
    (hint,) = hints(do(company(user("ana", allow("*")), WORKER), ANA, operation, **params))
    assert (hint.side, hint.statement) == ("call", None)
    assert words in hint.sentence


def refusals(scenario: Vector) -> Iterator[tuple[World, Call, Result]]:
    """Every call of a scenario that is refused, with the world in which it was made."""
    start = sts.moment(scenario["given"]["time0"])
    world = sts.build_world(scenario["given"], sts.deleted_names(scenario["steps"]))
    for step in scenario["steps"]:
        world = sts.without_nameless(world, step)
        for call in sts.build_calls(step, start):
            result = perform(world, call)
            if not result.ok:
                yield world, call, result
                break
            world = result.world


def can_be_pasted(result: Result, hint: Hint) -> bool:
    """Whether a hint has a statement, and a policy stands where it belongs."""
    if hint.statement is None or "session policy" in hint.sentence:
        return False
    request = next(decision for decision in result.decisions if not decision.allowed).request
    world = result.world
    return hint.side != "resource" or request.resource in world.roles or world.resource_of(request.resource) is not None


SCENARIOS = [*read_vectors("sts"), *read_vectors("corner_sts")]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=vector_id)
def test_every_refusal_of_a_scenario_has_a_hint_and_what_it_says_to_paste_helps(scenario: Vector) -> None:
    """Statements pasted one after the other: the call passes, or what is left to do is not a matter of a statement."""
    for before, call, refused in refusals(scenario):
        world, result, pasted = before, refused, 0
        while not result.ok:
            given = hints(result)
            assert given, call
            if any(not can_be_pasted(result, hint) for hint in given):
                break
            assert pasted < 4, f"{call}: pasted {pasted} times, and still {result.error}"
            for hint in given:
                world = paste(world, result, hint)
            pasted += 1
            result = perform(world, call)


def test_enough_statements_are_pasted() -> None:
    """The law above must not pass because nothing was pasted."""
    told = [hint for s in SCENARIOS for _, _, result in refusals(s) for hint in hints(result)]
    assert len([hint for hint in told if hint.statement is not None]) > 100
    assert {hint.side for hint in told} == {"call", "caller", "resource"}


@pytest.mark.parametrize(
    ("condition", "more", "words"),
    [
        (
            {"Null": {"sts:ExternalId": "true"}},
            {"ExternalId": "x1"},
            "absent, and it is x1; leave ExternalId out.",
        ),
        ({"Null": {"sts:ExternalId": "false"}}, {}, "must be present, and it is absent; pass it as ExternalId."),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}, {}, "must be less than 300 under NumericLessThan"),
        ({"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, {}, "must be after 2027-01-01T00:00:00Z"),
        ({"StringLike": {"sts:RoleSessionName": "ana-*"}}, {}, "must be like ana-* under StringLike"),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, {}, "one value of aws:TagKeys must be team"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, "must be false under Bool, and it is absent."),
        ({"StringEquals": {"aws:PrincipalArn": "x"}}, {}, "call as such a user or role."),
    ],
)
def test_a_wish_reads_as_a_sentence(condition: dict[str, Any], more: dict[str, Any], words: str) -> None:
    world = company(user("ana"), role("R", trusts(ANA_ARN, Condition=condition)))
    (hint,) = hints(assume(world, ANA, "R", **more))
    assert words in hint.sentence


@pytest.mark.parametrize(
    ("claim", "side", "words"),
    [("repository_owner", "resource", "AWS never passes this claim on"), ("ref", "call", "show a token that says so")],
)
def test_a_claim_that_sts_never_passes_on_is_told(claim: str, side: str, words: str) -> None:
    """docs/rules/roles_and_sessions.md 2.3."""
    asks = {"StringEquals": {f"{GITHUB}:{claim}": "acme"}}
    trusting = trusts({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition=asks)
    world = company(role("Ci", trusting), oidc_providers=WITH_GITHUB)
    params = {"RoleArn": arn("role", "Ci"), "RoleSessionName": "run", "WebIdentityToken": TOKEN}
    (hint,) = hints(do(world, "web:job", "sts:AssumeRoleWithWebIdentity", **params))
    assert hint.side == side
    assert words in hint.sentence


def test_a_trust_policy_that_means_an_earlier_user_is_to_be_saved_again() -> None:
    world = delete(company(user("ana", access_keys=()), role("R", trusts(ANA_ARN))), "user", "ana")
    world = done(do(world, f"admin:{HOME}", "iam:CreateUser", UserName="ana"))
    (hint,) = hints(assume(world, ANA, "R"))
    assert hint.sentence.startswith("The role's trust policy means an earlier user ana, since deleted: save it again")
    saved = document(dict(hint.statement or {}))
    change = {"RoleName": "R", "PolicyDocument": saved}
    assert assume(done(do(world, f"admin:{HOME}", "iam:UpdateAssumeRolePolicy", **change)), ANA, "R").ok


@pytest.mark.parametrize(("silent", "words"), [(0, "root"), (1, "organizational unit 1"), (2, "account")])
def test_the_level_of_scps_that_is_silent_is_named(silent: int, words: str) -> None:
    says = [policy(allow("*" if number != silent else "ec2:*"), kind="scp", name=str(number)) for number in range(3)]
    account = Account(HOME, "home", "o-x", scps=tuple((one,) for one in says))
    world = company(user("ana", allow("*")), bucket("assets"))
    world = replace(world, accounts=world.accounts.set(HOME, account))
    (hint,) = hints(do(world, ANA, *READ[:1], **OBJECT))
    assert hint.sentence.startswith("An SCP of ")
    assert words in hint.sentence


def test_the_tags_of_a_role_do_not_count_when_it_is_passed() -> None:
    asks = {"StringEquals": {"iam:ResourceTag/team": "blue"}}
    ana = user("ana", allow("lambda:*"), allow("iam:PassRole", Condition=asks))
    world = company(ana, role("Fn", trusts(LAMBDA)))
    (hint,) = hints(do(world, ANA, "lambda:CreateFunction", FunctionName="f", Role=arn("role", "Fn")))
    assert hint.side == "caller"
    assert "name roles in Resource instead" in hint.sentence
