"""An organization as boxes in boxes: the root, its OUs, the accounts, and the policies attached to each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iamviz.pictures.marks import clean, esc, glyph, mark


@dataclass(frozen=True)
class TreePolicy:
    """A policy attached to a node: ``kind`` is "SCP" or "RCP", ``says`` a few words; ``denies`` gives it its mark."""

    kind: str
    name: str
    says: str = ""
    denies: bool = False


@dataclass(frozen=True)
class TreeNode:
    """A root, an OU or an account (``is_account``); ``chosen`` marks the way to the account that is asked about."""

    name: str
    id: str
    policies: tuple[TreePolicy, ...] = ()
    inside: tuple[TreeNode, ...] = ()
    is_account: bool = False
    note: str = ""
    chosen: bool = False


def tree(roots: Sequence[TreeNode], label: str = "") -> str:
    """The boxes; a policy stands in the box of the node to which it is attached, and holds for all boxes inside."""
    said = label or tree_text(roots).replace("\n", "; ")
    return f'<div class="iv-org" role="group" aria-label="{esc(said)}">{"".join(map(_box, roots))}</div>'


def _box(node: TreeNode) -> str:
    names = ("ac" if node.is_account else "ou") + (" on" if node.chosen else "")
    icon = f"{glyph('account', 14)} " if node.is_account else ""
    note = f'<p class="t1">{esc(node.note)}</p>' if node.note else ""
    policies = f"<ul>{''.join(map(_policy, node.policies))}</ul>" if node.policies else ""
    inside = f'<div class="in">{"".join(map(_box, node.inside))}</div>' if node.inside else ""
    return (
        f'<div class="{names}"><p>{icon}<b>{esc(node.name)}</b> <span class="t1 mono">{esc(node.id)}</span></p>'
        f"{note}{policies}{inside}</div>"
    )


def _policy(policy: TreePolicy) -> str:
    icon = mark("deny", 13) if policy.denies else glyph("policy", 13)
    hue = "c-deny" if policy.denies else "c-mute"
    says = f' <span class="t1">{esc(policy.says)}</span>' if policy.says else ""
    return f'<li class="x">{icon}<span class="{hue}">{esc(policy.kind)} <b>{esc(policy.name)}</b>{says}</span></li>'


def tree_text(roots: Sequence[TreeNode]) -> str:
    """The tree in words, one node a line, indented."""
    return "\n".join(line for root in roots for line in _lines(root, 0))


def _lines(node: TreeNode, depth: int) -> Iterator[str]:
    kind = "account" if node.is_account else "OU" if depth else "root"
    note = f" ({clean(node.note)})" if node.note else ""
    chosen = " <" if node.chosen and node.is_account else ""
    yield f"{'  ' * depth}{kind} {clean(node.name)} {clean(node.id)}".rstrip() + note + chosen
    for policy in node.policies:
        says = f": {clean(policy.says)}" if policy.says else ""
        yield f"{'  ' * depth}  - {clean(policy.kind)} {clean(policy.name)}{says}"
    for child in node.inside:
        yield from _lines(child, depth + 1)
