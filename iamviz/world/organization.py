"""Organizations: the tree from the root over OUs to accounts, and the policies attached on the way.

docs/rules/roles_and_sessions.md 1.6, docs/rules/policy_evaluation.md 5.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamviz.policy.model import Policy, PolicyKind

if TYPE_CHECKING:
    from iamviz.world.world import World

__all__ = [
    "FULL_ACCESS",
    "OrganizationPolicy",
    "OrganizationUnit",
    "full_access",
    "levels_of",
    "organization_path",
    "units_above",
]

FULL_ACCESS = "p-FullAWSAccess"
"""The id of the SCP that AWS attaches to every node. The engine adds ``RCPFullAWSAccess``, which cannot be detached."""


@dataclass(frozen=True)
class OrganizationPolicy:
    """An SCP or RCP, kept once and attached to nodes of the tree by its ``id`` (``p-…``)."""

    id: str
    policy: Policy

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self.policy.name


@dataclass(frozen=True)
class OrganizationUnit:
    """A node of the tree above the accounts: the root (``r-…``, without a ``parent``) or an OU (``ou-…``).

    ``policies`` are the ids of the SCPs and RCPs attached to it.
    """

    id: str
    name: str
    organization: str
    parent: str = ""
    policies: tuple[str, ...] = (FULL_ACCESS,)


def full_access(partition: str = "aws") -> OrganizationPolicy:
    """The SCP that AWS attaches everywhere: it allows all, and so leaves the decision to the other policies."""
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    arn = f"arn:{partition}:organizations::aws:policy/service_control_policy/{FULL_ACCESS}"
    return OrganizationPolicy(FULL_ACCESS, Policy.parse(document, PolicyKind.SCP, name="FullAWSAccess", arn=arn))


def units_above(world: "World", account: str) -> tuple[OrganizationUnit, ...]:
    """The root and the OUs on the way down to an account; empty when the world does not know its place."""
    return tuple(_climb(world, world.account(account).unit))[::-1]


def _climb(world: "World", unit: str) -> Iterator[OrganizationUnit]:
    while unit in world.units:
        yield world.units[unit]
        unit = world.units[unit].parent


def levels_of(world: "World", account: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
    """The SCPs or RCPs over an account: one level for the root, one for every OU on the way, one for the account.

    An account whose place in a tree is not known has the levels that it states itself.
    """
    found = world.account(account)
    above = units_above(world, account)
    if not above:
        return found.scps if kind is PolicyKind.SCP else found.rcps
    attached = (*(unit.policies for unit in above), found.policies)
    levels = ([world.organization_policies[key].policy for key in ids] for ids in attached)
    return tuple(tuple(policy for policy in level if policy.kind is kind) for level in levels)


def organization_path(world: "World", account: str) -> str:
    """``aws:PrincipalOrgPaths`` of an account: ``o-id/r-id/ou-id/``; "" when its place in the tree is not known.

    docs/rules/policy_evaluation.md 4.1.
    """
    above = units_above(world, account)
    return "/".join([above[0].organization, *(unit.id for unit in above), ""]) if above else ""
