"""Who becomes whom: the roles that a principal can take on, directly and through other roles.

Every hop is decided by the engine, on both sides. Where a hop depends on something that is not known, the whole way
does; of several ways the surest one is told, then the shortest.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from iamviz.accounts.answers import Reply, Said, allow_of, said_of
from iamviz.accounts.asker import Asker, asker
from iamviz.accounts.granted import session_prefix
from iamviz.engine.depends import Answer, Verdict
from iamviz.engine.principals import principal_matches
from iamviz.policy.model import Effect, PolicyKind
from iamviz.world.entities import Role
from iamviz.world.world import World

__all__ = ["Hop", "Reach", "Reached", "TrustIndex", "can_reach", "hop"]

ASSUME = "sts:AssumeRole"
ANY = "any"
ANYBODY = "?"
"""Stands for whoever a trust policy names that is not known."""


@dataclass(frozen=True)
class Hop:
    """One role taken on: ``source`` and ``target`` are ARNs, ``verdict`` is the engine's, both sides seen.

    ``trust`` is the statement of the trust policy that lets the source in, ``own`` that of the source's own policies,
    None where the trust policy alone suffices. ``session`` is the name that a session of the source must have, where
    the trust policy names one session.
    """

    source: str
    target: str
    verdict: Verdict
    trust: Said | None
    own: Said | None
    session: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What it depends on: condition keys, the session's name, policies; nothing when it is certain."""
        return (*((f"the session's name: {self.session}",) if self.session else ()), *self.verdict.depends)

    @property
    def is_certain(self) -> bool:
        """Whether it is allowed whatever is not known."""
        return self.verdict.answer is Answer.ALLOWED and not self.session


@dataclass(frozen=True)
class Reached:
    """A role that can be reached: the last hop to it, and where that hop began when another role was taken on before.

    ``hops`` says how many roles are taken on, this one included, ``unsure`` how many of the hops depend on something.
    """

    hop: Hop
    before: "Reached | None" = field(default=None, repr=False, compare=False)
    hops: int = 1
    unsure: int = 0

    @classmethod
    def by(cls, hop: Hop, before: "Reached | None") -> "Reached":
        """What a hop reaches, made from where it begins."""
        unsure = int(not hop.is_certain)
        return cls(hop, before, 1 + (before.hops if before else 0), unsure + (before.unsure if before else 0))

    @property
    def role(self) -> str:
        """The ARN of the role."""
        return self.hop.target

    @cached_property
    def way(self) -> tuple[Hop, ...]:
        """All hops, the first one first."""
        found, here = [self.hop], self.before
        while here is not None:
            found.append(here.hop)
            here = here.before
        return tuple(reversed(found))

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys on which the way depends, each once."""
        return tuple(dict.fromkeys(key for hop in self.way for key in hop.keys))

    @property
    def is_certain(self) -> bool:
        """Whether every hop is allowed whatever is not known."""
        return not self.unsure

    @property
    def verdict(self) -> str:
        """``allowed``, or ``depends on …``."""
        return f"depends on {', '.join(self.keys)}" if self.keys else "allowed"


class TrustIndex:
    """The roles of a world by whom their trust policies may let in, so that few of them need to be decided."""

    @classmethod
    def of(cls, world: World) -> "TrustIndex":
        """The index of a world, made once."""
        found = world.kept.get("trust index")
        if found is None:
            found = world.kept["trust index"] = cls(world)
        assert isinstance(found, TrustIndex)
        return found

    def __init__(self, world: World) -> None:
        self.world = world
        self._named: dict[str, list[str]] = {}
        for arn in sorted(world.roles):
            trust = world.roles[arn].trust
            names = {ANYBODY} if trust is None else set()
            for statement in trust.statements if trust else ():
                if statement.effect is Effect.ALLOW and statement.covers_action("sts", "assumerole"):
                    for entry in statement.principals or ():
                        names.add("*" if entry.is_everyone else entry.account or entry.bound_id or entry.value)
            for name in names:
                self._named.setdefault(name, []).append(arn)
        self._sessions: dict[str, list[str]] = {}
        for name in sorted(self._named):
            if ":assumed-role/" in name:
                self._sessions.setdefault(session_prefix(name), []).append(name)

    def candidates(self, caller: Asker) -> list[str]:
        """The roles that may trust a caller, by ARN; those that only delegate to it count when it may assume at all."""
        who = caller.caller
        role_id = who.unique_id.partition(":")[0]
        names = [who.arn, who.role_arn, role_id, *self._sessions.get(session_prefix(who.arn), ())]
        found = [arn for name in dict.fromkeys(names) if name for arn in self._named.get(name, ())]
        found += (*self._named.get("*", ()), *self._named.get(ANYBODY, ()))
        if caller.may_assume:
            found += self._named.get(who.account, ())
        return sorted(set(found) - {caller.arn})


def hop(caller: Asker, role: Role) -> Hop | None:
    """The hop of a caller into a role; None when it is denied whatever is not known.

    Where the trust policy names one session of the caller's role, the hop is that session's: whoever may begin a
    session of the role and choose its name can make it.
    """
    found = _hop(caller, role)
    if caller.caller.arn.rpartition("/")[2] != ANY:
        return found
    if caller.kind != "role" or (found and found.is_certain):
        return found
    for name in _named_sessions(caller, role):
        named = _hop(caller.as_session(name), role, name)
        found = found or named
    return found


def _named_sessions(caller: Asker, role: Role) -> list[str]:
    start = session_prefix(caller.caller.arn) + "/"
    entries = (entry.value for s in (role.trust.statements if role.trust else ()) for entry in s.principals or ())
    return sorted({value.removeprefix(start) for value in entries if value.startswith(start)})


def _hop(caller: Asker, role: Role, session: str = "") -> Hop | None:
    verdict = caller.decide(ASSUME, role.arn)
    if verdict.answer is Answer.DENIED:
        return None
    who = caller.caller
    trusting = (
        said_of(policy, statement)
        for policy in ((role.trust,) if role.trust else ())
        for statement in policy.covering("sts:assumerole").allows
        if principal_matches(statement, who, PolicyKind.TRUST)
    )
    own = allow_of(verdict, caller.policies.identity, ASSUME, role.arn)
    return Hop(caller.arn, role.arn, verdict, next(trusting, None), own, session)


@dataclass(frozen=True)
class Reach(Reply):
    """The roles that somebody can reach; ``reached`` holds each with its way, nearest first."""

    who: str
    reached: tuple[Reached, ...]
    world: World

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return [self._row(found) for found in self.reached]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each role: name, ARN, hops, verdict, through which roles, by which statements."""
        return self._rows

    def _row(self, found: Reached) -> dict[str, Any]:
        name = self.world.name_of
        return {
            "role": name(found.role),
            "hops": found.hops,
            "verdict": found.verdict,
            "through": [name(hop.target) for hop in found.way[:-1]],
            "trust": str(found.way[-1].trust or ""),
            "own policy": str(found.way[-1].own or ""),
            "arn": found.role,
        }

    def way_to(self, role: str) -> Reached:
        """The way to a role, by its ARN or name. Raises KeyError when it is not reached."""
        for found in self.reached:
            if role in (found.role, self.world.name_of(found.role)):
                return found
        raise KeyError(f"{self.world.name_of(self.who)} does not reach {role!r}")


def can_reach(world: World, who: str, *, most_hops: int = 20) -> Reach:
    """The roles that a user, a role or a session can take on, through any number of roles, each by its surest way.

    ``who`` is an ARN, a label, a name or a profile. Cycles of trust end where they began. Raises WorldError
    when nobody is called so.
    """
    start = asker(world, who)
    reached = tuple(sorted(_search(world, start, TrustIndex.of(world), most_hops), key=_order))
    certain = sum(found.is_certain for found in reached)
    name = start.name
    if not reached:
        sentence = f"{name} can become nobody else."
    else:
        perhaps = len(reached) - certain
        parts = [f"can become {certain} role{'s' * (certain != 1)}"] if certain else []
        if perhaps:
            under = f"{perhaps} role{'s' * (perhaps != 1)} under conditions"
            parts.append(f"{perhaps} more under conditions" if certain else f"can become {under}")
        hops = max(found.hops for found in reached)
        sentence = f"{name} {' and '.join(parts)}, in at most {hops} hop{'s' * (hops != 1)}."
    columns = ("role", "hops", "verdict", "through", "trust", "own policy", "arn")
    return Reach(f"Which roles can {name} become?", sentence, columns, world.unknowns, start.arn, reached, world)


def _order(found: Reached) -> tuple[bool, int, str]:
    return (not found.is_certain, found.hops, found.role)


def _search(world: World, start: Asker, index: TrustIndex, most_hops: int) -> Iterator[Reached]:
    """The surest ways first (fewest hops that depend), then the shortest: every role is left once."""
    done = {start.arn}
    heap: list[tuple[int, int, str, int]] = []
    found: list[Reached] = []

    def leave(caller: Asker, before: Reached | None) -> None:
        if before is not None and before.hops >= most_hops:
            return
        for arn in index.candidates(caller):
            step = None if arn in done else hop(caller, world.roles[arn])
            if step is not None:
                reached = Reached.by(step, before)
                found.append(reached)
                heapq.heappush(heap, (reached.unsure, reached.hops, arn, len(found)))

    leave(start, None)
    while heap:
        _, _, arn, number = heapq.heappop(heap)
        if arn in done:
            continue
        done.add(arn)
        yield found[number - 1]
        leave(asker(world, arn), found[number - 1])
