"""Who may assume a role: everyone whom its trust policy reaches, decided by the engine, conditions named."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from iamviz.arn import Arn, is_role_arn
from iamviz.calls.ask import ask
from iamviz.engine.decision import Decision
from iamviz.engine.trace import StatementTrace
from iamviz.policy.elements import PrincipalEntry
from iamviz.policy.model import Effect, Statement
from iamviz.world.entities import Role
from iamviz.world.world import World

__all__ = ["Trusted", "who_may_assume"]

_ACTIONS = (("sts", "assumerole"), ("sts", "assumerolewithwebidentity"), ("sts", "assumerolewithsaml"))
_SHORT = {
    "aws:multifactorauthpresent": "MFA",
    "aws:multifactorauthage": "recent MFA",
    "sts:externalid": "external id",
    "aws:sourceip": "source IP",
    "aws:principalorgid": "organization",
    "sts:rolesessionname": "session name",
}


@dataclass(frozen=True, slots=True)
class Trusted:
    """One principal that may assume a role.

    ``kind`` is user, role, session, service, provider, account or everyone; ``principal`` its ARN, account number or
    service. ``conditions`` are the condition keys that a caller must still satisfy, in short words ("MFA"). ``known``
    is False for a principal outside of the world: its own account must allow it too, and that is not known here.
    """

    principal: str
    kind: str
    conditions: tuple[str, ...] = ()
    known: bool = True


def who_may_assume(world: World, role_arn: str) -> tuple[Trusted, ...]:
    """Everyone who may assume a role, in the order of the trust policy. Users and roles of the world are decided by the
    engine, both sides; others are named as the trust policy names them.
    """
    role = world.role(role_arn)
    found: dict[str, Trusted] = {}
    for statement, entry in _entries(role):
        for trusted in _expand(world, role, statement, entry):
            earlier = found.get(trusted.principal)
            if earlier is None or len(trusted.conditions) < len(earlier.conditions):
                found[trusted.principal] = trusted
    return tuple(found.values())


def _entries(role: Role) -> Iterator[tuple[Statement, PrincipalEntry]]:
    for statement in role.trust.statements if role.trust else ():
        if statement.effect is Effect.ALLOW and any(statement.covers_action(*action) for action in _ACTIONS):
            for entry in statement.principals or ():
                yield statement, entry


def _expand(world: World, role: Role, statement: Statement, entry: PrincipalEntry) -> Iterator[Trusted]:
    """The principals that one entry of a trust policy lets in."""
    conditions = tuple(short_key(row.key) for row in statement.conditions)
    if entry.type == "Service":
        yield Trusted(entry.value, "service", conditions)
    elif entry.type == "Federated":
        yield Trusted(entry.value, "provider", conditions)
    elif entry.is_everyone:
        yield Trusted("everyone", "everyone", conditions, known=False)
    elif entry.account is not None and entry.account not in world.accounts:
        yield Trusted(entry.account, "account", conditions, known=False)
    elif entry.account is not None:
        for arn in (*sorted(world.users), *sorted(world.roles)):
            if arn != role.arn and Arn.parse(arn).account == entry.account:
                yield from _decided(world, role, arn)
    elif entry.value in world.users or entry.value in world.roles:
        yield from _decided(world, role, entry.value)
    else:
        kind = "session" if ":assumed-role/" in entry.value else "role" if is_role_arn(entry.value) else "user"
        yield Trusted(entry.value, kind, conditions, known=False)


def _decided(world: World, role: Role, arn: str) -> Iterator[Trusted]:
    """A user or role of the world, when the engine lets it in, or would but for a condition."""
    kind = "role" if is_role_arn(arn) else "user"
    decision = ask(world, arn, "sts:AssumeRole", role.arn)
    if decision.allowed:
        yield Trusted(arn, kind)
        return
    missing = _missing_conditions(decision)
    if missing:
        yield Trusted(arn, kind, missing)


def _missing_conditions(decision: Decision) -> tuple[str, ...]:
    """The condition keys that alone keep a caller out; empty when something else does as well."""
    keys: list[str] = []
    explanation = decision.explain()
    if not explanation.closed or explanation.deciding:
        return ()
    for gate in explanation.closed:
        near = [trace for trace in gate.statements if _only_conditions(trace)]
        if not near:
            return ()
        keys += [short_key(row.row.key) for row in near[0].conditions if not row.matched]
    return tuple(dict.fromkeys(keys))


def _only_conditions(trace: StatementTrace) -> bool:
    return trace.statement.effect is Effect.ALLOW and all(element.matched for element in trace.elements)


@lru_cache(maxsize=1024)
def short_key(key: str) -> str:
    """A condition key in one or two words: ``MFA`` for aws:MultiFactorAuthPresent."""
    return _SHORT.get(key.lower(), key.rpartition(":")[2] or key)
