"""The organization of a world as a picture: which SCPs and RCPs hold where (docs/rules/policy_evaluation.md 5.3)."""

from __future__ import annotations

from collections.abc import Iterable

from iamviz.pictures.errors import PictureError
from iamviz.pictures.picture import Picture
from iamviz.pictures.tree import TreeNode, TreePolicy, tree, tree_text
from iamviz.policy.model import Effect, Policy
from iamviz.world.entities import Account
from iamviz.world.organization import units_above
from iamviz.world.world import World

MOST_ACTIONS = 2


def organization(world: World, account: str = "") -> Picture:
    """The roots, OUs and accounts of a world, with the policies attached to each of them.

    ``account``, a number or a name, marks one account and the way down to it: every policy on that way has a say.
    PictureError when no account belongs to an organization, or none is called so.
    """
    number = _number(world, account) if account else ""
    way = {unit.id for unit in units_above(world, number)} if number else set()
    roots = [
        _unit(world, key, way, number) for key, unit in sorted(world.units.items()) if unit.parent not in world.units
    ]
    loose: dict[str, list[TreeNode]] = {}
    for _, found in sorted(world.accounts.items()):
        if found.organization and found.unit not in world.units:
            loose.setdefault(found.organization, []).append(_account(world, found, number))
    roots += [TreeNode("organization", name, inside=tuple(nodes)) for name, nodes in sorted(loose.items())]
    if not roots:
        raise PictureError("no account of this world belongs to an organization")
    return Picture(tree(roots), tree_text(roots), frozenset({"tree"}))


def _number(world: World, wanted: str) -> str:
    found = [key for key, account in sorted(world.accounts.items()) if wanted in (key, account.name)]
    if len(found) != 1:
        known = ", ".join(account.name or key for key, account in sorted(world.accounts.items())) or "none"
        raise PictureError(f"{wanted!r} names {len(found)} accounts of this world, which has: {known}")
    return found[0]


def _unit(world: World, key: str, way: set[str], number: str) -> TreeNode:
    unit = world.units[key]
    below = [_unit(world, child, way, number) for child, other in sorted(world.units.items()) if other.parent == key]
    accounts = [_account(world, found, number) for _, found in sorted(world.accounts.items()) if found.unit == key]
    policies = tuple(_policy(world.organization_policies[each].policy) for each in unit.policies)
    return TreeNode(unit.name, unit.id, policies, (*accounts, *below), chosen=key in way)


def _account(world: World, account: Account, number: str) -> TreeNode:
    if account.unit in world.units:
        policies = tuple(_policy(world.organization_policies[each].policy) for each in account.policies)
    else:  # only the levels are known, not the tree: all of them are told at the account
        policies = tuple(map(_policy, _distinct(p for level in (*account.scps, *account.rcps) for p in level)))
    note = "management account: no SCP and no RCP limits it" if account.management else ""
    return TreeNode(account.name or "account", account.id, policies, (), True, note, account.id == number)


def _distinct(policies: Iterable[Policy]) -> list[Policy]:
    found: dict[tuple[str, str], Policy] = {}
    for policy in policies:
        found.setdefault((policy.label, policy.source), policy)
    return list(found.values())


def _policy(policy: Policy) -> TreePolicy:
    """A policy in a few words: what it denies, else what it allows when that is not all."""
    kind = policy.kind.value.upper()
    denies = [statement for statement in policy.statements if statement.effect is Effect.DENY]
    told = denies or [statement for statement in policy.statements if not _allows_all(policy)]
    if not told:
        return TreePolicy(kind, policy.label, "allows all")
    actions = [pattern.text for statement in told for pattern in statement.actions]
    shown = ", ".join(actions[:MOST_ACTIONS]) + (
        f" and {len(actions) - MOST_ACTIONS} more" * (len(actions) > MOST_ACTIONS)
    )
    but = "all but " if told[0].not_action else ""
    condition = " under a condition" if told[0].conditions else ""
    return TreePolicy(kind, policy.label, f"{'denies' if denies else 'allows'} {but}{shown}{condition}", bool(denies))


def _allows_all(policy: Policy) -> bool:
    return any(
        statement.effect is Effect.ALLOW and not statement.conditions and any(p.text == "*" for p in statement.actions)
        for statement in policy.statements
    )
