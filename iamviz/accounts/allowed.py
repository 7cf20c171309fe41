"""What somebody may do: every action of the catalogue, on which resources, under which conditions, by which statement.

The engine decides all actions for any resource at once. Where the answer depends on the resource, each pattern that an
Allow statement names is tried with a resource that it covers, so that a pattern counts only when the engine lets one
through: a Deny, a boundary or a pattern of the wrong kind of resource takes it away.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from iamviz.accounts.answers import Reply, Said, allow_of, said_of
from iamviz.accounts.asker import Asker, asker, missing_boundary, missing_policies, organization_levels
from iamviz.accounts.granted import Grant, Grants, granted_by
from iamviz.accounts.witness import FILL, Kinds, kinds_of
from iamviz.arn import FIELDS, split_fields
from iamviz.catalogue import action_info
from iamviz.engine.coverage import ActionSet, action_set, covered, every_action
from iamviz.engine.depends import Answer, Verdict
from iamviz.engine.request import UnknownPolicy
from iamviz.patterns import compile_glob
from iamviz.policy.model import Policy, PolicyKind, Statement
from iamviz.world.world import World

__all__ = [
    "LEVELS",
    "ActionGroup",
    "AllowedActions",
    "allowed_actions",
    "examples_of",
    "level_of",
    "levels",
    "told_more",
]

COLUMNS = ("action", "access level", "verdict", "resources", "statement", "denies")
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
FEW = 8
"""So many actions are decided sooner one by one than as a set."""
Pattern = tuple[str, PolicyKind, Policy, Statement]
"""What a statement covers, the type of its policy where it stands, the policy, the statement."""


@dataclass(frozen=True)
class ActionGroup:
    """Actions that are allowed alike: on the same resources, under the same conditions.

    ``resources`` are the patterns of the policies, ``*`` for any resource of the account. ``depends`` names what must
    still hold. ``said`` is the Allow statement, of the resource's own policy when ``granted``; ``denies`` are Deny
    statements that speak of the actions and spare what is listed here.
    """

    actions: ActionSet
    resources: tuple[str, ...]
    depends: tuple[str, ...]
    said: Said | None
    denies: tuple[Said, ...] = ()
    granted: bool = False

    @property
    def verdict(self) -> str:
        """``allowed``, or ``depends on …``."""
        return f"depends on {', '.join(self.depends)}" if self.depends else "allowed"

    def covers(self, resource: str) -> bool:
        """Whether one of the patterns covers a resource."""
        return any(compile_glob(pattern)(resource) for pattern in self.resources)


@dataclass(frozen=True)
class AllowedActions(Reply):
    """What somebody may do; ``groups`` hold the actions that are allowed alike."""

    who: str
    groups: tuple[ActionGroup, ...]

    @cached_property
    def allowed(self) -> ActionSet:
        """The actions that are allowed, on some resource at least, whatever is not known."""
        return _union(group.actions for group in self.groups if not group.depends)

    @cached_property
    def depends(self) -> ActionSet:
        """The actions that may be allowed, but only if something that is not known holds."""
        return _union(group.actions for group in self.groups if group.depends) - self.allowed

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each action and verdict, by service and name."""
        return sorted((row for group in self.groups for row in _rows(group)), key=lambda row: row["action"])

    @property
    def counts(self) -> dict[str, int]:
        """How many actions of each access level may be done at all, conditions included."""
        may = self.allowed | self.depends
        counts = {level: len(may & actions) for level, actions in levels().items()}
        return {level: count for level, count in counts.items() if count}


def _rows(group: ActionGroup) -> Iterator[dict[str, Any]]:
    said, denies = str(group.said or ""), [str(deny) for deny in group.denies]
    for action in group.actions:
        yield {
            "action": action,
            "access level": level_of(action),
            "verdict": group.verdict,
            "resources": list(group.resources),
            "statement": said,
            "denies": denies,
        }


def level_of(action: str) -> str:
    """The access level of an action: List, Read, Tagging, Write, or Permissions management; Unknown for no action."""
    info = action_info(action)
    return info.access_level.partition(",")[0] if info else "Unknown"


LEVELS = ("List", "Read", "Tagging", "Write", "Permissions management")
"""The access levels, from what tells least to what gives most."""


@cache
def levels() -> dict[str, ActionSet]:
    """The catalogued actions of each access level."""
    found: dict[str, list[str]] = {}
    for action in every_action():
        found.setdefault(level_of(action), []).append(action)
    return {level: action_set(names) for level, names in sorted(found.items())}


def _union(sets: Iterable[ActionSet]) -> ActionSet:
    found = ActionSet()
    for one in sets:
        found |= one
    return found


def allowed_actions(world: World, who: str, resource: str | None = None) -> AllowedActions:
    """What a user, a role or a session may do, of all the actions in the catalogue.

    Without ``resource``, on which resources of its account (and of others, as far as its own side goes); with one, on
    that one. ``who`` is an ARN, a name, a label or a profile. Raises WorldError when nobody is called so.
    """
    caller = asker(world, who)
    groups = tuple(_on_one(caller, resource) if resource else _on_any(caller))
    found = AllowedActions(
        f"What can {caller.name} do{f' on {resource}' if resource else ''}?",
        "",
        COLUMNS,
        (*_missing(caller), *world.unknowns),
        caller.arn,
        groups,
    )
    sure, perhaps = len(found.allowed), len(found.depends)
    powers = found.counts.get("Permissions management", 0)
    parts = [f"{sure:,} action{'s' * (sure != 1)}"] + [f"{perhaps:,} more under conditions"] * bool(perhaps)
    on = f" on {resource}" if resource else ""
    sentence = (
        f"{caller.name} can do {' and '.join(parts)}{on}; {powers:,} of them manage{'s' * (powers == 1)} permissions."
    )
    return replace(found, sentence=sentence)


def told_more(
    world: World, who: str, action: str, groups: Iterable[ActionGroup], context: Mapping[str, str | Sequence[str]]
) -> Iterator[ActionGroup]:
    """The groups of one action when more is known of the request than an account tells.

    What depended may be allowed then, or denied, or depend on less; each resource pattern is asked by an example.
    """
    caller = asker(world, who)
    kinds, account = kinds_of(action), caller.caller.account
    for group in groups:
        if not group.depends:
            yield group
            continue
        for pattern in group.resources:
            text = _VARIABLE.sub(lambda found: _value(caller, found[1]), pattern)
            examples = list(kinds.examples(text, account, world.partition)) or ["*"]
            verdicts = (caller.decide(action, example, context) for example in examples)
            left = [verdict.depends for verdict in verdicts if verdict.answer is not Answer.DENIED]
            if left:
                yield replace(group, resources=(pattern,), depends=min(left, key=len))


def _missing(caller: Asker) -> Iterator[str]:
    for named in missing_policies(caller.world, caller.identity):
        yield f"{named} is a policy of {caller.name} and not in the files: it may do more, or less"
    if boundary := missing_boundary(caller.world, caller.identity):
        yield f"{boundary} is the permissions boundary of {caller.name} and not in the files: it may do less"


def _on_one(caller: Asker, resource: str) -> Iterator[ActionGroup]:
    """The actions that work on such a resource, decided for this one."""
    fits: dict[Kinds, bool] = {}
    for actions, verdict in caller.decide_actions(resource).groups:
        fitting = []
        for action in actions if verdict.answer is not Answer.DENIED else ():
            kinds = kinds_of(action)
            if kinds not in fits:
                fits[kinds] = kinds.fits(resource)
            if fits[kinds]:
                fitting.append(action)
        if fitting:
            yield _group(caller, action_set(fitting), (resource,), verdict, fitting[0])


def _on_any(caller: Asker) -> Iterator[ActionGroup]:
    own = list(_by_own(caller))
    yield from own
    wanted = every_action() - _union(group.actions for group in own if group.resources == ("*",) and not group.depends)
    yield from _granted(caller, wanted, own)


def _by_own(caller: Asker) -> Iterator[ActionGroup]:
    """What its own side allows, on any resource of its account or on those that its policies name."""
    for actions, verdict in caller.decide_actions().groups:
        if verdict.answer is Answer.DENIED:
            if _may_elsewhere(caller, actions.first):
                yield from _by_resource(caller, actions)
        elif verdict.depends_on_resource or verdict.depends_on_policy:
            yield from _by_resource(caller, actions)
        else:
            yield _group(caller, actions, ("*",), verdict, actions.first)


def _may_elsewhere(caller: Asker, action: str) -> bool:
    """Whether what is denied in its own account may be allowed in another one: the RCPs there are others, and an Allow
    may ask for another owner.
    """
    if not organization_levels(caller.world, caller.caller.account, PolicyKind.RCP) and not any(
        key.startswith("aws:resource") for _, policy in _own(caller) for key in policy.condition_keys
    ):
        return False
    return any(not _is_of(text, caller.caller.account) for text, *_ in _patterns(caller, action))


def _is_of(pattern: str, account: str) -> bool:
    """Whether a Resource pattern, as far as it tells, is about one's own account."""
    fields = split_fields(pattern)
    return len(fields) < FIELDS or fields[4] in ("*", account, "${aws:PrincipalAccount}")


def _granted(caller: Asker, wanted: ActionSet, own: Sequence[ActionGroup]) -> Iterator[ActionGroup]:
    """What the policies of resources allow on them, as far as its own side does not tell the same."""
    grants = Grants.of(caller.world)
    for grant in grants.to(caller):
        yield from _by_grant(caller, grant, wanted, own, ())
    for name, named in grants.to_sessions(caller):
        for grant in named:
            yield from _by_grant(caller.as_session(name), grant, wanted, own, (f"the session's name: {name}",))


def _by_grant(
    caller: Asker, grant: Grant, wanted: ActionSet, own: Sequence[ActionGroup], given: tuple[str, ...]
) -> Iterator[ActionGroup]:
    actions = covered(grant.statement) & wanted & grant.actions
    alone = grant.suffices_for(caller)
    said, account, partition = said_of(grant.policy, grant.statement), caller.caller.account, caller.world.partition
    for kinds, names in _by_kinds(actions):
        found: dict[tuple[tuple[str, ...], ActionSet], list[str]] = {}
        for pattern in grant.patterns:
            example = next(kinds.examples(pattern, account, partition), None)
            if example is None or not (alone or caller.has_allow_for(names[0], example)):
                continue
            for some, verdict in _decided(caller, example, names):
                depends = (*given, *verdict.depends)
                told = (g.actions for g in own if g.depends == depends and g.covers(example))
                left = some - _union(told) if verdict.answer is not Answer.DENIED else ActionSet()
                if left:
                    found.setdefault((depends, left), []).append(pattern)
        for (depends, left), patterns in found.items():
            yield ActionGroup(left, tuple(patterns), depends, said, _denies(caller, left.first), True)


def _decided(caller: Asker, resource: str, names: list[str]) -> Iterable[tuple[ActionSet, Verdict]]:
    if len(names) > FEW:
        return caller.decide_actions(resource, action_set(names)).groups
    return ((action_set(name), caller.decide(name, resource)) for name in names)


def _group(caller: Asker, actions: ActionSet, resources: tuple[str, ...], verdict: Verdict, action: str) -> ActionGroup:
    said = allow_of(verdict, caller.policies.identity, action) or granted_by(caller, verdict, action, resources[0])
    return ActionGroup(actions, resources, verdict.depends, said, _denies(caller, action))


def _denies(caller: Asker, action: str) -> tuple[Said, ...]:
    """The Deny statements on the caller's side that speak of an action."""
    own = (policy for _, policy in _own(caller) if not isinstance(policy, UnknownPolicy))
    return tuple(said_of(policy, statement) for policy in own for statement in policy.covering(action.lower()).denies)


def _own(caller: Asker) -> list[tuple[PolicyKind, Policy]]:
    """All policies of the caller's side, by what they are for it: a boundary is an identity policy elsewhere."""
    own = caller.policies
    boundary = [own.boundary] if own.boundary else []
    scps = (policy for level in own.scps for policy in level)
    sides = (
        (PolicyKind.IDENTITY, own.identity),
        (PolicyKind.BOUNDARY, boundary),
        (PolicyKind.SESSION, own.sessions),
        (PolicyKind.SCP, scps),
    )
    return [(kind, policy) for kind, policies in sides for policy in policies]


def _by_resource(caller: Asker, actions: ActionSet) -> Iterator[ActionGroup]:
    """Actions that are spoken of alike, apart by the kinds of resources that they work on."""
    for kinds, names in _by_kinds(actions):
        yield from _tried(caller, names, kinds)


def _by_kinds(actions: Iterable[str]) -> list[tuple[Kinds, list[str]]]:
    found: dict[Kinds, list[str]] = {}
    for action in actions:
        found.setdefault(kinds_of(action), []).append(action)
    return sorted(found.items())


def _tried(caller: Asker, actions: list[str], kinds: Kinds) -> Iterator[ActionGroup]:
    """The patterns through which the engine lets an example; apart by what it depends on.

    A pattern that only what another one covers as well gets through counts where that other one does not.
    """
    action, patterns = actions[0], _patterns(caller, actions[0])
    found: dict[tuple[str, ...], tuple[list[str], Said | None]] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for by_others in (False, True):
        for pattern, kind, policy, statement in patterns:
            if pattern in kept:
                continue
            others = _limits(patterns, kind) if by_others else []
            examples = _examples(caller, pattern, kinds, others) if others or not by_others else ()
            verdict = next((v for example in examples if (v := _let(caller, action, example, kept))), None)
            if verdict is not None:
                said = None if isinstance(policy, UnknownPolicy) else said_of(policy, statement)
                found.setdefault(verdict.depends, ([], said))[0].append(pattern)
                kept[pattern] = verdict.depends
    names, denies = action_set(actions), _denies(caller, action)
    for depends, (texts, said) in sorted(found.items()):
        yield ActionGroup(names, tuple(texts), depends, said, denies)


def _let(caller: Asker, action: str, example: str, kept: Mapping[str, tuple[str, ...]]) -> Verdict | None:
    """The verdict on an example that is not denied, unless a pattern that counts already covers it and asks no more."""
    needs = [set(depends) for pattern, depends in kept.items() if compile_glob(pattern)(example)]
    if set() in needs:
        return None
    verdict = caller.decide(action, example)
    told = verdict.answer is Answer.DENIED or any(need <= set(verdict.depends) for need in needs)
    return None if told else verdict


def _patterns(caller: Asker, action: str) -> list[Pattern]:
    """What Allow statements that cover the action say of resources, those of identity policies first; nothing when
    none of those does.
    """
    found = [
        (text, kind, policy, statement)
        for kind, policy in _own(caller)
        for statement in policy.covering(action.lower()).allows
        for text in (("*",) if statement.not_resource else statement.resource_texts or ("*",))
    ]
    if not found or found[0][1] is not PolicyKind.IDENTITY:
        return []
    return list({entry[:2]: entry for entry in reversed(found)}.values())[::-1]


def _limits(patterns: Iterable[Pattern], kind: PolicyKind) -> list[str]:
    """What policies of other types cover, which must allow it too: a boundary's patterns for an identity policy's."""
    return [text for text, other, *_ in patterns if text != "*" and other is not kind]


def examples_of(caller: Asker, action: str) -> Iterator[str]:
    """Resources that the caller's Allow statements cover for an action, one of each pattern and form."""
    kinds, patterns = kinds_of(action), _patterns(caller, action)
    for pattern, kind, *_ in patterns:
        yield from _examples(caller, pattern, kinds, _limits(patterns, kind))


def _value(caller: Asker, variable: str) -> str:
    """What a policy variable stands for in an example."""
    name = variable.partition(",")[0].strip().lower()
    return next((key.values[0] for key in caller.keys if key.key.lower() == name and key.values), FILL)


def _examples(caller: Asker, pattern: str, kinds: Kinds, others: Iterable[str]) -> Iterator[str]:
    """Resources that the pattern covers: of each form, then those that other patterns cover as well."""
    pattern = _VARIABLE.sub(lambda found: _value(caller, found[1]), pattern)
    return kinds.examples(pattern, caller.caller.account, caller.world.partition, others)
