"""Whom trust policies let in from outside: everyone, other accounts, GitHub's workflows, and those who are gone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from iamviz.accounts.answers import Said, said_of
from iamviz.accounts.escalation import FULL
from iamviz.accounts.finding import AccountFinding, Move, Risk, safe_name
from iamviz.accounts.satisfy import satisfying
from iamviz.accounts.trust import outsider
from iamviz.arn import split_fields
from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.engine.depends import Answer, Verdict
from iamviz.policy.elements import PrincipalEntry
from iamviz.policy.model import Effect, Policy, Statement
from iamviz.world.entities import Account, OidcProvider, Role, User
from iamviz.world.ids import unique_id
from iamviz.world.world import World

__all__ = ["trust_findings"]

GITHUB = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
STRANGER = "someone-else/their-repo"
ANYONE = frozenset(
    """sts:externalid sts:rolesessionname sts:sourceidentity aws:multifactorauthpresent aws:multifactorauthage
    aws:tokenissuetime aws:username aws:userid aws:principaltype aws:useragent aws:sourceidentity aws:tagkeys
    sts:transitivetagkeys""".split()
)
"""Condition keys of which any caller chooses the value, or has one that nobody outside its own account controls."""
OF_ACCOUNT = {"aws:PrincipalOrgID": "o-somebody", "aws:PrincipalOrgPaths": "o-somebody/r-1/"}


def trust_findings(world: World) -> Iterator[AccountFinding]:
    """All findings about trust policies, role by role."""
    for _, role in sorted(world.roles.items()):
        if role.trust is None:
            continue
        for statement, entry in _entries(role.trust):
            yield from _of_entry(world, role, role.trust, statement, entry)
        yield from _gone(world, role, role.trust)


def _entries(trust: Policy) -> Iterator[tuple[Statement, PrincipalEntry]]:
    for statement in trust.statements:
        if statement.effect is Effect.ALLOW:
            yield from ((statement, entry) for entry in statement.principals or ())


def _of_entry(
    world: World, role: Role, trust: Policy, statement: Statement, entry: PrincipalEntry
) -> Iterator[AccountFinding]:
    said = (said_of(trust, statement),)
    if entry.type == "Federated" and entry.value.endswith(f":oidc-provider/{GITHUB}"):
        yield from _github(world, role, statement, entry, said)
    elif entry.type == "AWS" and statement.covers_action("sts", "assumerole"):
        if entry.is_everyone:
            yield from _everyone(world, role, statement, entry, said)
        else:
            yield from _outside(world, role, statement, entry, said)


def _everyone(
    world: World, role: Role, statement: Statement, entry: PrincipalEntry, said: tuple[Said, ...]
) -> Iterator[AccountFinding]:
    verdict = outsider(world, _alone(role, statement), entry, _stranger(statement))
    open_keys = [key for key in verdict.keys if not _is_free(key)]
    if verdict.answer is Answer.DENIED or open_keys:
        return
    name = world.name_of(role.arn)
    words = "any AWS principal in the world can become it"
    if verdict.keys:
        words = f"whoever meets {', '.join(verdict.keys)} can become it, from any account"
    risk = Risk.MEDIUM if verdict.keys else Risk.HIGH
    stage, moves = _by_stranger(world, role, "000000000000", verdict)
    yield AccountFinding(
        *("ROLE_TRUSTS_EVERYONE", risk, role.arn, f"{name} trusts everyone: {words}.", verdict.keys, said),
        role.arn,
        stage,
        moves,
    )


def _is_free(key: str) -> bool:
    return key.lower() in ANYONE or key.lower().startswith(("aws:principaltag/", "aws:requesttag/"))


def _stranger(statement: Statement) -> Mapping[str, str]:
    """What a caller from an account that nobody knows carries; its name is its own choice."""
    known = dict(OF_ACCOUNT)
    for row in statement.conditions:
        if row.lookup == "aws:principalarn":
            arn = next((value for value in row.values if _any_account(value)), "")
            name = arn.replace("*", "x").replace("?", "x") if arn else "arn:aws:iam::000000000000:user/somebody"
            known["aws:PrincipalArn"] = name
    return known


def _any_account(pattern: str) -> bool:
    fields = split_fields(pattern)
    return len(fields) < 5 or not fields[4].isdecimal()


def _alone(role: Role, statement: Statement) -> Role:
    """The role with this one Allow and all its Deny statements, so that a finding is about the statement."""
    assert role.trust is not None, "only roles with a trust policy are looked at"
    kept = tuple(s for s in role.trust.statements if s is statement or s.effect is Effect.DENY)
    return replace(role, trust=replace(role.trust, statements=kept))


def _outside(
    world: World, role: Role, statement: Statement, entry: PrincipalEntry, said: tuple[Said, ...]
) -> Iterator[AccountFinding]:
    account = entry.account or (split_fields(entry.value)[4] if entry.value.startswith("arn:") else "")
    if not account or account in world.accounts or entry.bound_id is not None:
        return
    verdict = outsider(world, _alone(role, statement), entry)
    if verdict.answer is Answer.DENIED:
        return
    name = world.name_of(role.arn)
    with_id = any(key.lower() == "sts:externalid" for key in verdict.keys)
    limited = any(not _is_free(key) for key in verdict.keys)
    whole = entry.account is not None
    who = f"the account {account}" if whole else entry.value.rpartition(":")[2] + f" of {account}"
    code = "OUTSIDE_ACCOUNT" if with_id or limited or not whole else "OUTSIDE_ACCOUNT_WITHOUT_EXTERNAL_ID"
    how = f"if {', '.join(verdict.keys)}" if verdict.keys else "without any condition"
    stage, moves = _by_stranger(world, role, account, verdict) if whole else (None, ())
    risk = Risk.LOW if code == "OUTSIDE_ACCOUNT" else Risk.MEDIUM
    yield AccountFinding(
        *(code, risk, role.arn, f"{name} lets in {who}, which is not known here, {how}.", verdict.keys, said),
        role.arn,
        stage,
        moves,
    )


def _by_stranger(world: World, role: Role, account: str, verdict: Verdict) -> tuple[World | None, tuple[Move, ...]]:
    """Somebody of another account, whom that account lets, becomes the role: the world with them, and their call."""
    arn = f"arn:{world.partition}:iam::{account}:user/somebody"
    full = Policy.parse(FULL, name="what their own account allows")
    user = User(arn, unique_id("AIDA", account, arn), (full,))
    stage = world.with_user(user)
    if account not in world.accounts:
        stage = replace(stage, accounts=stage.accounts.set(account, Account(account, "somebody else's")))
    context = satisfying(verdict, world.now)
    if context is None:
        return None, ()
    params = {"RoleArn": role.arn, "RoleSessionName": context.pop("sts:RoleSessionName", "somebody")}
    external = next((key for key in context if key.lower() == "sts:externalid"), "")
    if external:
        params["ExternalId"] = context.pop(external)
    move = Move(
        Call(arn, "sts:AssumeRole", params, save="stranger", context=dict(context)),
        "A stranger comes in",
        f"Somebody of another account becomes {safe_name(world, role.arn)}: {{allowed}}.",
    )
    return (stage, (move,)) if perform(stage, move.call).ok else (None, ())


def _github(
    world: World, role: Role, statement: Statement, entry: PrincipalEntry, said: tuple[Said, ...]
) -> Iterator[AccountFinding]:
    """Tokens of strangers first, then those that come nearer: the first that gets in tells how wide the trust is."""
    alone = _alone(role, statement)
    name = world.name_of(role.arn)
    rows = [row for row in statement.conditions if row.lookup.startswith(f"{GITHUB}:")]
    tests_subject = any(row.lookup in (f"{GITHUB}:sub", f"{GITHUB}:job_workflow_ref") for row in rows)
    for repository, ref, code, risk, words in _tokens(statement, tests_subject):
        subject = f"repo:{repository}:{ref}"
        claims = {
            f"{GITHUB}:aud": AUDIENCE,
            f"{GITHUB}:sub": subject,
            f"{GITHUB}:repository": repository,
            f"{GITHUB}:repository_owner": repository.partition("/")[0],
            f"{GITHUB}:ref": ref.removeprefix("ref:"),
        }
        verdict = outsider(world, alone, entry, claims)
        if verdict.answer is Answer.DENIED:
            continue
        stage, moves = _by_workflow(world, role, entry.value, subject, repository)
        sentence = f"{name} lets in {words}."
        yield AccountFinding(*(code, risk, role.arn, sentence, verdict.keys, said), role.arn, stage, moves)
        return


def _tokens(statement: Statement, tests_subject: bool) -> Iterator[tuple[str, str, str, Risk, str]]:
    """Repository and ref of tokens that might get in, with what it means when they do."""
    main = "ref:refs/heads/main"
    if not tests_subject:
        words = "workflows of any repository in the world"
        yield STRANGER, main, "GITHUB_OIDC_WITHOUT_SUB", Risk.HIGH, words
        return
    yield STRANGER, main, "GITHUB_OIDC_TOO_WIDE", Risk.HIGH, "workflows of any repository in the world"
    for row in statement.conditions:
        for value in row.values if row.lookup == f"{GITHUB}:sub" else ():
            repository, _, _ = value.removeprefix("repo:").partition(":")
            owner, slash, rest = repository.partition("/")
            if "*" in owner or "?" in owner:
                alike = owner.replace("*", "-and-a-stranger").replace("?", "x")
                words = f"workflows of look-alike owners such as {alike}"
                yield f"{alike}/their-repo", main, "GITHUB_OIDC_TOO_WIDE", Risk.HIGH, words
            elif not slash or "*" in rest or "?" in rest:
                words = f"workflows of every repository of {owner}"
                yield f"{owner}/some-other-repo", main, "GITHUB_OIDC_ANY_REPOSITORY", Risk.MEDIUM, words
            else:
                words = f"workflows on any branch of {repository}, of pull requests too"
                yield repository, "ref:refs/heads/some-branch", "GITHUB_OIDC_ANY_BRANCH", Risk.LOW, words


def _by_workflow(
    world: World, role: Role, provider: str, subject: str, repository: str
) -> tuple[World | None, tuple[Move, ...]]:
    """A workflow with such a token becomes the role; a provider that the files do not tell is supposed to exist."""
    known = world.oidc_providers.get(provider)
    if known is None or not known.client_ids:
        known = OidcProvider(provider, (AUDIENCE,))
    stage = replace(world, oidc_providers=world.oidc_providers.set(provider, known))
    token = {
        "iss": f"https://{GITHUB}",
        "aud": AUDIENCE,
        "sub": subject,
        "repository": repository,
        "exp": int(world.now.timestamp()) + 3600,
    }
    params = {"RoleArn": role.arn, "RoleSessionName": "workflow", "WebIdentityToken": token}
    move = Move(
        Call("web:workflow", "sts:AssumeRoleWithWebIdentity", params, save="workflow"),
        "A workflow comes in",
        f"A workflow of another repository becomes {safe_name(world, role.arn)}: {{allowed}}.",
    )
    return (stage, (move,)) if perform(stage, move.call).ok else (None, ())


def _gone(world: World, role: Role, trust: Policy) -> Iterator[AccountFinding]:
    """Ids in the place of principals: IAM shows them once the user or role is deleted."""
    ids = set(world.unique_ids.values())
    for statement in trust.statements:
        for entry in statement.principals or ():
            if entry.type == "AWS" and entry.value.startswith(("AROA", "AIDA")) and entry.value not in ids:
                kind = "role" if entry.value.startswith("AROA") else "user"
                name = world.name_of(role.arn)
                sentence = f"{name} trusts {entry.value}, a {kind} that was deleted."
                said = (said_of(trust, statement),)
                yield AccountFinding("TRUST_IN_DELETED_PRINCIPAL", Risk.LOW, role.arn, sentence, (), said)
