"""Two states of an account: who gained, who lost, who may become whom now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamviz.accounts.allowed import ActionGroup, allowed_actions, levels
from iamviz.accounts.answers import Reply
from iamviz.accounts.asker import asker, organization_levels
from iamviz.accounts.granted import Grants
from iamviz.accounts.trust import who_may_assume
from iamviz.engine.coverage import ActionSet
from iamviz.policy.model import PolicyKind
from iamviz.world.world import World

__all__ = ["Change", "Comparison", "compare"]

COLUMNS = ("who", "change", "what", "actions", "permissions management", "detail", "arn")
MOST_NAMED = 6
Terms = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Change:
    """One thing that changed for one principal.

    ``change`` is gained, lost, or changed. ``what`` is actions, conditions, resources, or the role that may or may no
    longer be become. ``actions`` are the actions concerned; ``detail`` says how it was and how it is.
    """

    who: str
    change: str
    what: str
    actions: ActionSet
    detail: str = ""


@dataclass(frozen=True)
class Comparison(Reply):
    """What changed from one world to another; ``changes`` holds it."""

    changes: tuple[Change, ...]
    before: World
    after: World

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each change."""
        powers = levels().get("Permissions management", ActionSet())
        return [
            {
                "who": self.after.name_of(change.who),
                "change": change.change,
                "what": change.what,
                "actions": len(change.actions),
                "permissions management": len(change.actions & powers),
                "detail": change.detail or _named(change.actions),
                "arn": change.who,
            }
            for change in self.changes
        ]


def _named(actions: ActionSet) -> str:
    """The actions, the first few by name."""
    names = [name for name, _ in zip(actions, range(MOST_NAMED), strict=False)]
    more = len(actions) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def compare(before: World, after: World) -> Comparison:
    """What users and roles may do and become in ``after`` and could not in ``before``, and the other way round.

    Every action of the catalogue is compared, with its resources and conditions. Who stands in one of the two worlds
    only gains or loses all that it may do.
    """
    changes = [*_doing(before, after), *_becoming(before, after)]
    gained = len({change.who for change in changes if change.change == "gained"})
    lost = len({change.who for change in changes if change.change == "lost"})
    other = len({change.who for change in changes if change.change == "changed"})
    sentence = (
        f"{gained} gained, {lost} lost" + (f"; for {other} the resources or conditions changed" if other else "") + "."
    )
    unknowns = tuple(dict.fromkeys((*before.unknowns, *after.unknowns)))
    sentence = sentence if changes else "Nothing changed in what anybody may do or become."
    return Comparison("What changed?", sentence, COLUMNS, unknowns, tuple(changes), before, after)


def _doing(before: World, after: World) -> Iterator[Change]:
    same_resources = before.resources == after.resources
    for arn in sorted({*before.users, *before.roles, *after.users, *after.roles}):
        in_both = all(arn in world.users or arn in world.roles for world in (before, after))
        if not (in_both and same_resources and _same(before, after, arn)):
            yield from _changes(arn, _allowed(before, arn), _allowed(after, arn))


def _allowed(world: World, arn: str) -> tuple[ActionGroup, ...]:
    """What somebody may do but become roles of the world by their trust policies, which `_becoming` tells."""
    if arn not in world.users and arn not in world.roles:
        return ()
    groups = allowed_actions(world, arn).groups
    return tuple(group for group in groups if not (group.granted and group.resources[0] in world.roles))


def _same(before: World, after: World, arn: str) -> bool:
    """Whether everything that decides is equal but the resources themselves, so that nothing can have changed."""
    was, now = asker(before, arn), asker(after, arn)
    account = was.caller.account
    if organization_levels(before, account, PolicyKind.RCP) != organization_levels(after, account, PolicyKind.RCP):
        return False
    if Grants.of(before).to(was) != Grants.of(after).to(now):
        return False
    keys = [{key.key: key.values for key in one.keys if key.key != "aws:TokenIssueTime"} for one in (was, now)]
    return was.policies == now.policies and keys[0] == keys[1] and was.unknown.absent == now.unknown.absent


def _changes(arn: str, was: Sequence[ActionGroup], now: Sequence[ActionGroup]) -> Iterator[Change]:
    terms_was, terms_now = _terms(was), _terms(now)
    could, can = _union(terms_was), _union(terms_now)
    for actions, change in ((can - could, "gained"), (could - can, "lost")):
        if actions:
            yield Change(arn, change, "actions", actions)
    for old, old_actions in terms_was.items():
        for new, new_actions in terms_now.items():
            both = old_actions & new_actions
            if both and old != new:
                yield Change(arn, "changed", _difference(old, new), both, f"{_worded(old)}, now {_worded(new)}")


def _terms(groups: Sequence[ActionGroup]) -> Mapping[tuple[Terms, ...], ActionSet]:
    """The actions apart by the terms on which they are allowed: resources and conditions."""
    found: dict[tuple[Terms, ...], ActionSet] = {}
    for group in groups:
        left, term = group.actions, _term(group)
        for terms, actions in list(found.items()):
            both = actions & left
            if both:
                found[terms] = actions - both
                more = tuple(sorted({*terms, term}))
                found[more] = found.get(more, ActionSet()) | both
                left -= both
        if left:
            found[(term,)] = found.get((term,), ActionSet()) | left
    return {terms: actions for terms, actions in found.items() if actions}


def _term(group: ActionGroup) -> Terms:
    return tuple(sorted(group.resources)), tuple(sorted(group.depends))


def _union(terms: Mapping[tuple[Terms, ...], ActionSet]) -> ActionSet:
    found = ActionSet()
    for actions in terms.values():
        found |= actions
    return found


def _difference(old: tuple[Terms, ...], new: tuple[Terms, ...]) -> str:
    if [resources for resources, _ in old] == [resources for resources, _ in new]:
        return "conditions"
    return "resources" if [keys for _, keys in old] == [keys for _, keys in new] else "resources and conditions"


def _worded(terms: tuple[Terms, ...]) -> str:
    return "; ".join(
        f"on {', '.join(resources)}" + (f" if {' and '.join(keys)}" if keys else "") for resources, keys in terms
    )


def _becoming(before: World, after: World) -> Iterator[Change]:
    """Who may become a role now, and who no longer."""
    for role in sorted({*before.roles, *after.roles}):
        was, now = _trusted(before, role), _trusted(after, role)
        for who in sorted({*was, *now}):
            old, new = was.get(who), now.get(who)
            if old == new:
                continue
            name = f"become {(after if role in after.roles else before).name_of(role)}"
            if old is None:
                yield Change(who, "gained", name, ActionSet(), _if(new))
            elif new is None:
                yield Change(who, "lost", name, ActionSet(), _if(old))
            else:
                yield Change(who, "changed", name, ActionSet(), f"{_if(old)}, now {_if(new)}")


def _trusted(world: World, role: str) -> dict[str, tuple[str, ...]]:
    if role not in world.roles:
        return {}
    return {found.principal: found.conditions for found in who_may_assume(world, role)}


def _if(conditions: tuple[str, ...] | None) -> str:
    return f"if {' and '.join(conditions)}" if conditions else "without condition"
