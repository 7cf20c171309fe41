"""A policy on the bench: its text, and requests that are decided again with each change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from iamviz.calls.ask import ask
from iamviz.engine.decision import Decision
from iamviz.engine.evaluate import evaluate
from iamviz.engine.request import PolicySet, Request
from iamviz.pictures.errors import PictureError
from iamviz.policy.check import check_policy
from iamviz.policy.findings import Finding, PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.story import Step
from iamviz.world.world import World

Given = Decision | Step
"""A request to decide again and again: a decision, or a step that led to one."""


@dataclass(frozen=True)
class Asked:
    """A request on the bench: as it was decided at first, in which world (for names), and as it is decided now.

    ``title`` is that of the step that made it; empty for a decision or a question. ``other`` is the text that the
    policy on the bench had when the request was decided at first, where that was another one.
    """

    before: Decision
    now: Decision
    world: World | None
    title: str = ""
    other: Policy | None = None

    @property
    def flipped(self) -> bool:
        """Whether the answer is another one than at first."""
        return self.now.outcome is not self.before.outcome


@dataclass(frozen=True)
class Workbench:
    """A policy and the requests that it may have a say in. `edited` gives the next one; nothing is changed in place.

    ``readable`` says whether ``text`` could be read; where it could not, ``asked`` are the answers of the last text
    that could.
    """

    text: str
    original: Policy
    current: Policy
    attached_to: str | None
    findings: tuple[Finding, ...]
    asked: tuple[Asked, ...]
    readable: bool = True

    @classmethod
    def of(
        cls,
        policy: Policy | str | Mapping[str, Any],
        kind: str | None = None,
        *,
        requests: Iterable[Given] = (),
        world: World | None = None,
        asks: Iterable[tuple[str, str, str]] = (),
        attached_to: str | None = None,
    ) -> Workbench:
        """Put a policy on the bench; see `iamviz.policy_bench`."""
        given = [*(_given(one) for one in requests), *_questions(world, asks)]
        if not given:
            raise PictureError("policy_bench needs requests=[…] (decisions or steps), or world= and asks=[(who, …), …]")
        old = _policy(policy, kind, [one.now.policies for one in given])
        given = _with_this_text(given, old)
        if not any(_holds(one.now.policies, old) for one in given):
            # Attached to nobody yet: from here on it has a say in every request.
            given = [_first(_decided(one.now, _attached(one.now.policies, old)), one.world, one.title) for one in given]
        asked = tuple(given)
        return cls(old.source, old, old, attached_to, _findings(old.source, old, attached_to), asked)

    def edited(self, text: str) -> Workbench:
        """The bench with another text: findings at once, answers where the text can be read."""
        findings = _findings(text, self.original, self.attached_to)
        try:
            policy = Policy.parse(text, self.original.kind, name=self.original.name, arn=self.original.arn)
        except PolicyError:
            return replace(self, text=text, findings=findings, readable=False)
        asked = []
        for one in self.asked:
            ids = {**self.original.bindings, **(one.world.unique_ids if one.world else {})}
            new = policy.bound(ids) if policy.kind is PolicyKind.TRUST else policy
            policies = _swapped(one.before.policies, one.other or self.original, new)
            asked.append(replace(one, now=_decided(one.before, policies)))
        return replace(self, text=text, current=policy, findings=findings, asked=tuple(asked), readable=True)


def _findings(text: str, policy: Policy, attached_to: str | None) -> tuple[Finding, ...]:
    return tuple(check_policy(text, policy.kind, attached_to=attached_to, name=policy.name))


def _first(decision: Decision, world: World | None, title: str = "") -> Asked:
    """A request that has not been decided again yet."""
    return Asked(decision, decision, world, title)


def _with_this_text(given: Sequence[Asked], policy: Policy) -> list[Asked]:
    """Requests that were decided with another text of the policy, with this one: answers belong to what is shown."""
    owners = {_owner(policy.kind, one.now.request) for one in given if _holds(one.now.policies, policy)} - {""}
    found = []
    for one in given:
        policies = one.now.policies
        if not _holds(policies, policy) and _owner(policy.kind, one.now.request) in owners:
            texts = [held for held in _all(policies) if (held.kind, held.name) == (policy.kind, policy.name)]
            if len(texts) == 1:
                now = _decided(one.now, _swapped(policies, texts[0], policy))
                one = replace(one, now=now, other=texts[0])
        found.append(one)
    return found


def _owner(kind: PolicyKind, request: Request) -> str:
    """Whose policy of that kind a request meets; empty where its name alone would not tell."""
    match kind:
        case PolicyKind.TRUST:
            return request.resource
        case PolicyKind.RESOURCE:
            return request.resource.partition("/")[0]
        case PolicyKind.IDENTITY | PolicyKind.BOUNDARY:
            return request.caller.role_arn or request.caller.user_arn or request.caller.arn or ""
        case _:
            return ""


def _given(one: Given) -> Asked:
    if isinstance(one, Step):
        if one.decision is None:
            raise PictureError(
                f"step {one.number} ({one.title}) was decided by no policy; the bench needs one that was"
            )
        return _first(one.decision, one.after, one.title)
    if isinstance(one, Decision):
        return _first(one, None)
    raise PictureError(f"a request on the bench is a decision or a step, not {type(one).__name__}")


def _questions(world: World | None, asks: Iterable[tuple[str, str, str]]) -> list[Asked]:
    questions = list(asks)
    if questions and world is None:
        raise PictureError("asks=[…] needs world=: the world that is asked")
    return [_first(ask(world, *question), world) for question in questions if world is not None]


def _policy(given: Policy | str | Mapping[str, Any], kind: str | None, sets: Sequence[PolicySet]) -> Policy:
    """The policy as given, or the attached one: of that name, or of that kind and with that very text."""
    if isinstance(given, Policy):
        return given
    known = {policy.label: policy for policies in sets for policy in _all(policies)}
    if not isinstance(given, str) or given.lstrip().startswith("{"):
        new = Policy.parse(given, kind or "identity", name="this policy")
        return next((one for one in known.values() if (one.kind, one.source) == (new.kind, new.source)), new)
    if given not in known:
        names = ", ".join(sorted(known)) or "none"
        raise PictureError(f"no policy called {given!r} has a say in these requests; there are: {names}")
    return known[given]


def _all(policies: PolicySet) -> list[Policy]:
    levels = [policy for level in (*policies.scps, *policies.rcps) for policy in level]
    single = [one for one in (policies.resource, policies.boundary, policies.endpoint) if one is not None]
    return [*policies.identity, *policies.sessions, *single, *levels]


def _holds(policies: PolicySet, policy: Policy) -> bool:
    return policy in _all(policies)


def _decided(decision: Decision, policies: PolicySet) -> Decision:
    return evaluate(decision.request, policies, decision.settings)


def _swapped(policies: PolicySet, old: Policy, new: Policy) -> PolicySet:
    """The same set with one policy in the place of another, wherever that stands."""

    def each(found: Iterable[Policy]) -> tuple[Policy, ...]:
        return tuple(new if policy == old else policy for policy in found)

    def one(found: Policy | None) -> Policy | None:
        return new if found is not None and found == old else found

    return PolicySet(
        identity=each(policies.identity),
        resource=one(policies.resource),
        boundary=one(policies.boundary),
        session=each(policies.sessions),
        scps=tuple(each(level) for level in policies.scps),
        rcps=tuple(each(level) for level in policies.rcps),
        endpoint=one(policies.endpoint),
    )


def _attached(policies: PolicySet, policy: Policy) -> PolicySet:
    """The set with a policy more, where its kind belongs."""
    match policy.kind:
        case PolicyKind.RESOURCE | PolicyKind.TRUST:
            return replace(policies, resource=policy)
        case PolicyKind.BOUNDARY:
            return replace(policies, boundary=policy)
        case PolicyKind.SESSION:
            return replace(policies, session=(*policies.sessions, policy))
        case PolicyKind.SCP:
            return replace(policies, scps=(*policies.scps, (policy,)))
        case PolicyKind.RCP:
            return replace(policies, rcps=(*policies.rcps, (policy,)))
        case PolicyKind.ENDPOINT:
            return replace(policies, endpoint=policy)
        case _:
            return replace(policies, identity=(*policies.identity, policy))
