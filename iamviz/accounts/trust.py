"""Who may assume a role: everyone whom its trust policy reaches, decided by the engine, conditions named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from iamviz.accounts.answers import Said, said_of
from iamviz.accounts.asker import NEVER_IN_PERSON, asker, organization_levels
from iamviz.accounts.reach import hop
from iamviz.arn import Arn, is_role_arn, split_fields
from iamviz.engine.depends import Answer, Unknown, Verdict, decide
from iamviz.engine.request import Caller, CallerKind, PolicySet, Request
from iamviz.policy.elements import PrincipalEntry
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement
from iamviz.world.context import request_context
from iamviz.world.entities import Role
from iamviz.world.world import World

__all__ = [
    "Trusted",
    "outsider",
    "role_of_session",
    "short_key",
    "those_of_the_world",
    "trusts_service",
    "who_may_assume",
]

_ACTIONS = {
    "sts:AssumeRole": ("sts", "assumerole"),
    "sts:AssumeRoleWithWebIdentity": ("sts", "assumerolewithwebidentity"),
    "sts:AssumeRoleWithSAML": ("sts", "assumerolewithsaml"),
}
_SHORT = {
    "aws:multifactorauthpresent": "MFA",
    "aws:multifactorauthage": "recent MFA",
    "sts:externalid": "external id",
    "aws:sourceip": "source IP",
    "aws:principalorgid": "organization",
    "sts:rolesessionname": "session name",
}
_SHORT_WORDS = {
    "the session's name": "session name",
    "the resource's own policy": "trust policy",
    "policies that are not known": "unknown policies",
}
_ANYTHING = Policy.parse(
    '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', name="what its own account allows"
)
"""The side of a principal that is not known: it is taken as willing, and the answer says so."""
_SOMEBODY = "000000000000"


@dataclass(frozen=True, slots=True)
class Trusted:
    """One principal that may assume a role.

    ``kind`` is user, role, session, service, provider, account or everyone; ``principal`` its ARN, account number or
    service. ``conditions`` are what a caller must still satisfy, in short words ("MFA"), ``keys`` the condition keys.
    ``known`` is False for a principal outside of the world: its own account must allow it too, and that is not known
    here. ``said`` is the statement of the trust policy.
    """

    principal: str
    kind: str
    conditions: tuple[str, ...] = ()
    known: bool = True
    keys: tuple[str, ...] = field(default=(), compare=False)
    said: Said | None = field(default=None, compare=False)


def who_may_assume(world: World, role_arn: str) -> tuple[Trusted, ...]:
    """Everyone who may assume a role, in the order of the trust policy, decided by the engine.

    Users and roles of the world are decided on both sides; of others the own side is not known. A trust policy that is
    not known may let in anybody. Whom the trust policy
    names by the id of a deleted user or role does not appear: nobody has that id any more.
    """
    role = world.role(role_arn)
    found: dict[str, Trusted] = {}
    if role.trust is None:
        return those_of_the_world(world, role_arn)
    for statement, entry in _entries(role):
        for trusted in _expand(world, role, statement, entry):
            earlier = found.get(trusted.principal)
            if earlier is None or len(trusted.keys) < len(earlier.keys):
                found[trusted.principal] = trusted
    return tuple(found.values())


def those_of_the_world(world: World, role_arn: str) -> tuple[Trusted, ...]:
    """The users and roles of the world that may assume a role, decided one by one whatever its trust policy names."""
    others = (arn for arn in (*sorted(world.users), *sorted(world.roles)) if arn != role_arn)
    return tuple(trusted for arn in others for trusted in _decided(world, world.role(role_arn), arn))


def _entries(role: Role) -> Iterator[tuple[Statement, PrincipalEntry]]:
    for statement in role.trust.statements if role.trust else ():
        if statement.effect is Effect.ALLOW and any(statement.covers_action(*name) for name in _ACTIONS.values()):
            for entry in statement.principals or ():
                yield statement, entry


def _expand(world: World, role: Role, statement: Statement, entry: PrincipalEntry) -> Iterator[Trusted]:
    """The principals that one entry of a trust policy lets in."""
    held, behind = _held(world, entry), role_of_session(world, entry.value)
    if entry.account is not None and entry.account in world.accounts:
        for arn in (*sorted(world.users), *sorted(world.roles)):
            if (
                arn != role.arn
                and Arn.parse(arn).account == entry.account
                and asker(world, arn).may_assume_role(role.arn)
            ):
                yield from _decided(world, role, arn)
    elif held:
        yield from _decided(world, role, held)
    elif behind:
        step = hop(asker(world, behind).as_session(entry.value.rpartition("/")[2]), role)
        if step is not None:
            conditions = _short(step.keys)
            yield Trusted(entry.value, "session", conditions, keys=step.keys, said=step.trust)
    elif not entry.value.startswith(("AIDA", "AROA")):
        verdict = outsider(world, role, entry)
        if verdict.answer is not Answer.DENIED:
            kind = _kind(entry)
            said = said_of(role.trust, statement) if role.trust else None
            known = kind in ("service", "provider")
            yield Trusted(
                *("everyone" if entry.is_everyone else entry.account or entry.value, kind, _short(verdict.keys), known),
                keys=verdict.keys,
                said=said,
            )


def _held(world: World, entry: PrincipalEntry) -> str:
    """The user or role of the world that an entry names, by ARN or by unique id; empty when there is none."""
    if entry.value in world.users or entry.value in world.roles:
        return entry.value
    if entry.value.startswith(("AIDA", "AROA")):
        by_id: dict[str, str] = world.kept.setdefault("by id", {})
        if not by_id:
            by_id |= {unique_id: arn for arn, unique_id in world.unique_ids.items()}
        return by_id.get(entry.value, "")
    return ""


def role_of_session(world: World, session_arn: str) -> str:
    """The ARN of the role of the world that a session is of; empty when there is none, or when it is no session."""
    fields = split_fields(session_arn)
    if len(fields) != 6 or fields[2] != "sts" or not fields[5].startswith("assumed-role/"):
        return ""
    roles: dict[tuple[str, str], str] = world.kept.setdefault("roles by name", {})
    if not roles:
        roles |= {(role.account, role.name): arn for arn, role in world.roles.items()}
    return roles.get((fields[4], fields[5].split("/")[1]), "")


def _kind(entry: PrincipalEntry) -> str:
    if entry.type in ("Service", "Federated"):
        return "service" if entry.type == "Service" else "provider"
    if entry.is_everyone or entry.account is not None:
        return "everyone" if entry.is_everyone else "account"
    return "session" if ":assumed-role/" in entry.value else "role" if is_role_arn(entry.value) else "user"


def _decided(world: World, role: Role, arn: str) -> Iterator[Trusted]:
    """A user or role of the world, when the engine lets it in, or would but for what is not known."""
    caller = asker(world, arn)
    step = hop(caller, role)
    if step is not None:
        yield Trusted(arn, caller.kind, _short(step.keys), keys=step.keys, said=step.trust)


def outsider(
    world: World, role: Role, entry: PrincipalEntry, known_of_them: Mapping[str, str] | None = None
) -> Verdict:
    """What the role's side says of someone outside of the world, its own side taken as willing.

    ``known_of_them`` are condition keys that such a caller brings: the claims of a token, for example.
    """
    caller = _caller(world, entry)
    action = _action(role, entry)
    keys = {"aws:PrincipalIsAWSService": "true" if caller.kind is CallerKind.SERVICE else "false"}
    if caller.kind is CallerKind.SERVICE:
        keys["aws:PrincipalServiceName"] = caller.service
    elif caller.kind is CallerKind.FEDERATED:
        keys = {}
    elif entry.account is None and not entry.is_everyone:
        keys["aws:PrincipalArn"] = caller.role_arn or caller.arn
    if entry.account or (entry.type == "AWS" and not entry.is_everyone):
        keys["aws:PrincipalAccount"] = caller.account
    known = {key.key: key.values for key in request_context(world, role.account)}
    tags = {f"{prefix}:ResourceTag/{name}": value for name, value in role.tags.items() for prefix in ("aws", "iam")}
    request = Request(
        *(caller, action, role.arn, role.account, {**known, **tags, **keys, **(known_of_them or {})}),
        resource_management_account=world.account(role.account).management,
    )
    absent = ("aws:ResourceTag/*", "iam:ResourceTag/*", *(() if caller.service else NEVER_IN_PERSON))
    if caller.kind in (CallerKind.FEDERATED, CallerKind.SERVICE):
        absent += ("aws:Principal*", "aws:MultiFactorAuth*", "aws:username", "aws:TokenIssueTime")
    absent += ("sts:ExternalId",) if caller.federated else ()
    policies = PolicySet([_ANYTHING], role.trust, rcps=organization_levels(world, role.account, PolicyKind.RCP))
    return decide(request, policies, Unknown(absent=absent), world.settings)


def _action(role: Role, entry: PrincipalEntry) -> str:
    """The call by which someone of that kind would assume the role."""
    if entry.type != "Federated":
        return "sts:AssumeRole"
    return "sts:AssumeRoleWithSAML" if ":saml-provider/" in entry.value else "sts:AssumeRoleWithWebIdentity"


def _caller(world: World, entry: PrincipalEntry) -> Caller:
    """Somebody whom an entry names; for an account or for everyone, some user of it."""
    if entry.type == "Service":
        return Caller(CallerKind.SERVICE, entry.value, service=entry.value)
    if entry.type == "Federated":
        return Caller(CallerKind.FEDERATED, federated=entry.value)
    account = entry.account or _SOMEBODY
    if entry.account or entry.is_everyone:
        return Caller(CallerKind.USER, f"arn:{world.partition}:iam::{account}:user/somebody", account)
    fields = split_fields(entry.value)
    account = fields[4] if len(fields) == 6 else _SOMEBODY
    if is_role_arn(entry.value):
        session = f"arn:{world.partition}:sts::{account}:assumed-role/{entry.value.rpartition('/')[2]}/any"
        return Caller(CallerKind.ROLE_SESSION, session, account, role_arn=entry.value)
    kind = CallerKind.ROLE_SESSION if ":assumed-role/" in entry.value else CallerKind.USER
    return Caller(kind, entry.value, account)


def _short(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(short_key(key) for key in keys))


@lru_cache(maxsize=1024)
def short_key(key: str) -> str:
    """What an answer depends on in one or two words: ``MFA`` for aws:MultiFactorAuthPresent."""
    if " " in key:
        return next((short for start, short in _SHORT_WORDS.items() if key.startswith(start)), key)
    return _SHORT.get(key.lower(), key.rpartition(":")[2] or key)


def trusts_service(world: World, role: Role, service: str) -> bool:
    """Whether a service may assume a role, perhaps under a condition."""
    entries = (entry for _, entry in _entries(role) if entry.type == "Service" and entry.value == service)
    return any(outsider(world, role, entry).answer is not Answer.DENIED for entry in entries)
