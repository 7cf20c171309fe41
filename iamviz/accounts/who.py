"""Who may do something: every user and role of the world, and whom a resource's own policy lets in from outside."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from iamviz.accounts.answers import Reply, Said, allow_of, said_of
from iamviz.accounts.asker import WITHOUT_POLICIES, Asker, asker, askers, has_policy, principal_arn
from iamviz.accounts.granted import granted_by
from iamviz.accounts.trust import Trusted, role_of_session, those_of_the_world, who_may_assume
from iamviz.catalogue import action_info
from iamviz.engine.depends import Answer
from iamviz.policy.elements import PrincipalEntry
from iamviz.policy.model import Policy
from iamviz.world.world import World, WorldError

__all__ = ["May", "WhoCan", "who_can", "who_can_assume"]

OWNER = "which account owns it"
TRUST_NAMES = ("sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml")


@dataclass(frozen=True)
class May:
    """One who may: ``principal`` is an ARN, an account, a service, a provider, or ``everyone``.

    ``kind`` is user, role, session, service, provider, account or everyone. ``depends`` names what must still hold:
    condition keys; for one outside of the world also the policies of its own account. ``said`` is the statement that
    lets it in.
    """

    principal: str
    kind: str
    depends: tuple[str, ...] = ()
    said: Said | None = None
    known: bool = True

    @property
    def verdict(self) -> str:
        """``allowed``, or ``depends on …``."""
        return f"depends on {', '.join(self.depends)}" if self.depends else "allowed"


@dataclass(frozen=True)
class WhoCan(Reply):
    """Who may do an action on a resource; ``may`` holds them, those of the world first."""

    action: str
    resource: str
    may: tuple[May, ...]
    world: World

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each: name, kind, verdict, statement, ARN."""
        return [
            {
                "who": self.world.name_of(found.principal),
                "kind": found.kind,
                "verdict": found.verdict,
                "statement": str(found.said or ""),
                "arn": found.principal,
            }
            for found in self.may
        ]


COLUMNS = ("who", "kind", "verdict", "statement", "arn")


def who_can(world: World, action: str, resource: str = "*") -> WhoCan:
    """Who may do an action on a resource: all users and roles of the world, decided by the engine one by one.

    The resource's own policy and who it lets in from outside count when the world holds it; a resource that it does
    not hold is taken as one of the first account without a policy of its own, and that is said. Raises WorldError for
    what is no action, or an action pattern: ask for one action.
    """
    _check_action(action)
    if action.lower() in TRUST_NAMES and resource in world.roles:
        return who_can_assume(world, resource)
    info = action_info(action)
    name = info.name if info else action
    held = world.resource_of(resource)
    silent = world.policy_at(resource) is None and not has_policy(name, resource)
    asked = (caller for caller in askers(world) if not silent or caller.has_allow_for(name, _asked(name, resource)))
    found = [may for caller in asked if (may := _may(caller, name, resource))]
    if held is not None and held.policy is not None:
        found += _from_outside(world, held.policy, name, resource)
    if _is_anybodys(world, resource):
        found = [replace(may, depends=(*may.depends, OWNER)) for may in found]
    unknowns = [*_about(world, resource, held is not None), *world.unknowns]
    if info is None:
        unknowns.insert(0, f"{action} is not in the catalogue of actions: is it spelt as AWS spells it?")
    sentence = _sentence(found, f"do {name} on {resource}")
    question = f"Who can do {name} on {resource}?"
    return WhoCan(question, sentence, COLUMNS, tuple(unknowns), name, resource, tuple(found), world)


def _asked(action: str, resource: str) -> str:
    """The resource as policies see it; ListAllMyBuckets asks for all buckets (docs/rules/policy_evaluation.md 2.2)."""
    return "" if action.lower() == "s3:listallmybuckets" else resource


def _check_action(action: str) -> None:
    service, colon, name = action.partition(":")
    if not (service and colon and name) or "*" in action or "?" in action:
        raise WorldError(f"{action!r:.80} is not an action; expected service:Action, such as s3:GetObject")


def _may(caller: Asker, action: str, resource: str) -> May | None:
    verdict = caller.decide(action, resource)
    if verdict.answer is Answer.DENIED:
        return None
    said = allow_of(verdict, caller.policies.identity, action, verdict.request.matched_resource)
    said = said or granted_by(caller, verdict, action, resource)
    return May(caller.arn, caller.kind, verdict.depends, said)


def _from_outside(world: World, policy: Policy, action: str, resource: str) -> Iterator[May]:
    """Whom a resource policy lets in that is no user or role of the world."""
    for statement in policy.covering(action.lower()).allows:
        if not statement.could_cover(resource):
            continue
        for entry in statement.principals or ():
            role = role_of_session(world, entry.value)
            kind = "" if role else _outside(world, entry)
            if role:
                found = _may(asker(world, role).as_session(entry.value.rpartition("/")[2]), action, resource)
                yield from [replace(found, principal=entry.value, kind="session")] if found else []
            elif kind:
                keys = tuple(dict.fromkeys(row.key for row in statement.conditions))
                depends = keys if kind in ("service", "provider") else (*keys, "the policies of its own account")
                principal = "everyone" if kind == "everyone" else entry.account or entry.value
                yield May(principal, kind, depends, said_of(policy, statement), known=False)


def _outside(world: World, entry: PrincipalEntry) -> str:
    """What kind of outsider an entry names; empty for one of the world."""
    if entry.type in ("Service", "Federated"):
        return "service" if entry.type == "Service" else "provider"
    if entry.is_everyone:
        return "everyone"
    if entry.account is not None:
        return "" if entry.account in world.accounts else "account"
    if entry.value in world.users or entry.value in world.roles:
        return ""
    return "session" if ":assumed-role/" in entry.value else "role" if ":role/" in entry.value else "user"


def _about(world: World, resource: str, held: bool) -> Iterator[str]:
    """What is not known of the resource itself."""
    without = any(resource.startswith(f"arn:{world.partition}:{service}:") for service in WITHOUT_POLICIES)
    if resource != "*" and not held and not without:
        owner = world.owner_of(resource, "")
        of = f"of account {owner}" if owner else "of the account of who asks"
        yield f"{resource} is not among the given resources: it is taken as one {of}, without a policy of its own"


def _is_anybodys(world: World, resource: str) -> bool:
    """Whether a resource may belong to any of several accounts: its ARN names none, and the world does not hold it."""
    if resource == "*" or world.owner_of(resource, ""):
        return False
    return len({thing.account for thing in (*world.users.values(), *world.roles.values())}) > 1


def who_can_assume(world: World, role: str) -> WhoCan:
    """Who may become a role, given by its ARN, name or label: users and roles decided by the engine on both sides,
    others as the trust policy names them. Raises WorldError when there is no such role.
    """
    arn = principal_arn(world, role)
    if arn not in world.roles:
        raise WorldError(f"{role!r} is a user; only a role can be assumed")
    trusted = who_may_assume(world, arn)
    if any(one.kind == "everyone" for one in trusted):
        named = {one.principal for one in trusted}
        trusted += tuple(one for one in those_of_the_world(world, arn) if one.principal not in named)
    found = [_assuming(one) for one in trusted]
    found.sort(key=lambda may: not may.known)
    name = world.name_of(arn)
    sentence = _sentence(found, f"become {name}")
    unknowns = world.unknowns
    if world.roles[arn].trust is None:
        unknowns = (f"the trust policy of {name} is not known: it may let in anybody, from outside as well", *unknowns)
    question = f"Who can become {name}?"
    return WhoCan(question, sentence, COLUMNS, unknowns, "sts:AssumeRole", arn, tuple(found), world)


def _assuming(trusted: Trusted) -> May:
    depends = trusted.keys
    if not trusted.known and trusted.kind not in ("service", "provider"):
        depends = (*depends, "the policies of its own account")
    return May(trusted.principal, trusted.kind, depends, trusted.said, trusted.known)


def _sentence(found: list[May], what: str) -> str:
    if not found:
        return f"Nobody who is known here can {what}."
    sure = sum(not may.depends for may in found)
    perhaps = len(found) - sure
    parts = [f"{sure} can {what}"] if sure else []
    parts += (
        [f"{perhaps} more under conditions" if sure else f"{perhaps} can {what} under conditions"] if perhaps else []
    )
    return f"{', '.join(parts)}."
