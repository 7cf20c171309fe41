"""The organization of a scenario: its policies, and the tree from the root over OUs to the accounts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from immutables import Map

from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.source import Located, Place, Problem
from iamviz.world.ids import organization_id
from iamviz.world.organization import FULL_ACCESS, OrganizationPolicy, OrganizationUnit, full_access
from iamviz.world.world import World

__all__ = ["OrganizationBuilder"]

ReadPolicy = Callable[[Any, PolicyKind, str, Place], Policy]


class OrganizationBuilder:
    """Adds the organization to a world whose accounts exist; what is wrong is added to ``problems``."""

    def __init__(self, located: Located, read_policy: ReadPolicy, problems: list[Problem]) -> None:
        self.located = located
        self.read_policy = read_policy
        self.problems = problems
        self.ids: dict[str, str] = {}
        self.units: dict[str, OrganizationUnit] = {}
        self.places: dict[str, str] = {}
        self.suffix = ""

    def build(self, world: World) -> World:
        """The world with its organization; the same world when the scenario has none."""
        data = self.located.data.get("organization")
        if data is None:
            self.check_outside()
            return world
        policies = {FULL_ACCESS: full_access()}
        for number, item in enumerate(data.get("policies", ())):
            place: Place = ("organization", "policies", number)
            policy = self.read_policy(item["document"], PolicyKind(item["type"]), item["name"], (*place, "document"))
            key = item.get("id") or f"p-{organization_id(data['id'], item['name'], length=10)}"
            if item["name"] in self.ids or key in policies:
                self.complain(place, f"the policy {item['name']!r} stands here twice")
            self.ids[item["name"]] = key
            policies[key] = OrganizationPolicy(key, policy)
        root = data["root"]
        self.suffix = root.get("id", f"r-{organization_id(data['id'], length=4)}").removeprefix("r-")
        self.node(data["id"], root, "", ("organization", "root"))
        self.check_outside()
        accounts = dict(world.accounts)
        for number, item in enumerate(self.located.data["accounts"]):
            unit = self.places.get(item["id"])
            if unit is not None:
                ids = self.attached(item, "organization_policies", ("accounts", number))
                member = replace(accounts[item["id"]], organization=data["id"], unit=unit, policies=ids)
                accounts[item["id"]] = member
        return replace(world, accounts=Map(accounts), units=Map(self.units), organization_policies=Map(policies))

    def check_outside(self) -> None:
        """Policies can only be attached to an account that stands in the tree."""
        for number, item in enumerate(self.located.data["accounts"]):
            for key in ("organization_policies", "full_aws_access"):
                if key in item and item["id"] not in self.places:
                    message = f"account {item['id']} is not in the tree of an organization"
                    self.complain(("accounts", number, key), message)

    def node(self, organization: str, item: Mapping[str, Any], parent: str, place: Place) -> None:
        """A root or OU with everything below it."""
        name = item.get("name", "Root")
        made = f"ou-{self.suffix}-{organization_id(organization, parent, name)}" if parent else f"r-{self.suffix}"
        key = item.get("id", made)
        if key in self.units:
            self.complain(place, f"the id {key!r} stands here twice")
        policies = self.attached(item, "policies", place)
        self.units[key] = OrganizationUnit(key, name, organization, parent, policies)
        for number, account in enumerate(item.get("accounts", ())):
            account = str(account).zfill(12)
            here = (*place, "accounts", number)
            known = [entry["id"] for entry in self.located.data["accounts"]]
            if account not in known:
                self.complain(here, f"no account {account}; there are {', '.join(known)}")
            if account in self.places:
                self.complain(here, f"account {account} stands in the tree twice")
            self.places[account] = key
        for number, unit in enumerate(item.get("units", ())):
            self.node(organization, unit, key, (*place, "units", number))

    def attached(self, item: Mapping[str, Any], key: str, place: Place) -> tuple[str, ...]:
        """The ids of the policies attached to a node: FullAWSAccess, unless it was taken away, and those named."""
        found = [FULL_ACCESS] if item.get("full_aws_access", True) else []
        for number, name in enumerate(item.get(key, ())):
            if name not in self.ids:
                known = ", ".join(sorted(self.ids)) or "none"
                self.complain((*place, key, number), f"no organization policy {name!r}; there are: {known}")
            else:
                found.append(self.ids[name])
        return tuple(found)

    def complain(self, place: Place, message: str) -> None:
        """Note a problem at a place of the file."""
        self.problems.append(self.located.problem(place, message))
