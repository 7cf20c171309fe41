"""What resources let somebody do by their own policies: trust policies, and those of buckets, queues and keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from iamviz.accounts.answers import Said, said_of
from iamviz.accounts.asker import Asker
from iamviz.arn import FIELDS, split_fields
from iamviz.engine.coverage import ActionSet, action_set
from iamviz.engine.depends import Answer, Verdict
from iamviz.engine.principals import MatchKind, principal_matches
from iamviz.engine.request import TRUST_ACTIONS
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement
from iamviz.world.world import World

__all__ = ["Grant", "Grants", "granted_by", "session_prefix"]

_BUCKET = "s3"


class Grant(NamedTuple):
    """An Allow statement of a resource's own policy, with the resource's ARN."""

    resource: str
    policy: Policy
    statement: Statement

    @property
    def actions(self) -> ActionSet:
        """The catalogued actions that such a resource knows: those of its service, those of trust for a role."""
        fields = split_fields(self.resource)
        return _of_service(fields[2] if len(fields) == FIELDS else "")

    def suffices_for(self, caller: Asker) -> bool:
        """Whether it may let a caller in who has no Allow: one of the same account, unless it only delegates (5.4)."""
        who = caller.caller
        if caller.world.owner_of(self.resource, who.account) != who.account:
            return False
        kind = PolicyKind.TRUST if self.policy.kind is PolicyKind.TRUST else PolicyKind.RESOURCE
        return bool(principal_matches(self.statement, who, kind) - {MatchKind.ACCOUNT})

    @property
    def patterns(self) -> tuple[str, ...]:
        """What it covers: its Resource patterns, the resource itself where they cover all (and a bucket's objects)."""
        texts = () if self.statement.not_resource else self.statement.resource_texts
        named = tuple(text for text in texts if text != "*")
        if named and len(named) == len(texts):
            return named
        fields = split_fields(self.resource)
        objects = (f"{self.resource}/*",) if len(fields) == FIELDS and fields[2] == _BUCKET else ()
        return tuple(dict.fromkeys((self.resource, *objects, *named)))


@dataclass(frozen=True)
class Grants:
    """The Allow statements of all resource and trust policies of a world, by whom they name."""

    world: World
    named: dict[str, list[Grant]]
    sessions: dict[str, list[str]]

    @classmethod
    def of(cls, world: World) -> "Grants":
        """Those of a world, found once."""
        found = world.kept.get("grants")
        if found is None:
            found = world.kept["grants"] = cls._find(world)
        assert isinstance(found, Grants)
        return found

    @classmethod
    def _find(cls, world: World) -> "Grants":
        named: dict[str, list[Grant]] = {}
        for resource, policy in _policies(world):
            for statement in policy.statements:
                names = {
                    "*" if entry.is_everyone else entry.account or entry.bound_id or entry.value
                    for entry in statement.principals or ()
                }
                for name in sorted(names) if statement.effect is Effect.ALLOW else ():
                    named.setdefault(name, []).append(Grant(resource, policy, statement))
        sessions: dict[str, list[str]] = {}
        for name in sorted(named):
            if ":assumed-role/" in name:
                sessions.setdefault(session_prefix(name), []).append(name)
        return cls(world, named, sessions)

    def to(self, caller: Asker) -> list[Grant]:
        """The statements that name a caller: itself, its account, or everyone."""
        who = caller.caller
        names = (who.arn, who.role_arn, who.unique_id.partition(":")[0], who.account, "*")
        found = [grant for name in dict.fromkeys(names) if name for grant in self.named.get(name, ())]
        return list({id(grant): grant for grant in found}.values())

    def to_sessions(self, caller: Asker) -> Iterator[tuple[str, list[Grant]]]:
        """The statements that name one session of a role, by the session's name."""
        for name in self.sessions.get(session_prefix(caller.caller.arn), ()) if caller.kind == "role" else ():
            yield name.rpartition("/")[2], self.named[name]


@cache
def _of_service(service: str) -> ActionSet:
    return action_set(sorted(TRUST_ACTIONS) if service == "iam" else [f"{service}:*"])


def _policies(world: World) -> Iterator[tuple[str, Policy]]:
    yield from ((arn, thing.policy) for arn, thing in sorted(world.resources.items()) if thing.policy is not None)
    yield from ((arn, role.trust) for arn, role in sorted(world.roles.items()) if role.trust is not None)


def session_prefix(session_arn: str) -> str:
    """The ARN of a session without its name: the same for all sessions of a role; "-" for what is no session."""
    return session_arn.rpartition("/")[0] if ":assumed-role/" in session_arn else "-"


def granted_by(caller: Asker, verdict: Verdict, action: str, resource: str) -> Said | None:
    """The statement of the resource's own policy that lets a caller in; None where there is none, or it is denied."""
    policy = caller.world.policy_at(resource) if verdict.answer is not Answer.DENIED else None
    if policy is None:
        return None
    kind = PolicyKind.TRUST if action.lower() in TRUST_ACTIONS else PolicyKind.RESOURCE
    found = (
        said_of(policy, statement)
        for statement in policy.covering(action.lower()).allows
        if principal_matches(statement, caller.caller, kind) and statement.could_cover(resource)
    )
    return next(found, None)
