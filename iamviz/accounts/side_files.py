"""What get-account-authorization-details does not give, from files beside it (docs/your_account.md).

Longest sessions from `aws iam list-roles`, identity providers from the `list-…-providers` calls, and two forms of our
own: resource policies, and the organization with what is attached to each part of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from immutables import Map

from iamviz.accounts.reading import Notes
from iamviz.arn import Arn, split_fields
from iamviz.policy.model import PolicyKind
from iamviz.world.entities import Account, OidcProvider, Resource
from iamviz.world.organization import FULL_ACCESS, OrganizationPolicy, OrganizationUnit, full_access
from iamviz.world.world import World

__all__ = ["POLICY_TYPES", "SIDE_FILES", "add_side_file", "side_file"]

_SHORTEST, _LONGEST = 3600, 43200
DEEPEST = 5
POLICY_TYPES = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}
"""The types of an organization's policies that are read, by AWS's names."""
SIDE_FILES: Mapping[str, str] = {
    "Roles": "sessions",
    "Role": "sessions",
    "OpenIDConnectProviderList": "providers",
    "OpenIDConnectProviders": "providers",
    "SAMLProviderList": "providers",
    "ResourcePolicies": "resources",
    "Organization": "organization",
}
"""The member by which a file is known, and what it tells of."""


def side_file(data: Any) -> set[str]:
    """What a document tells of: sessions, providers, resources, organization; empty when it is none of these files."""
    return {tells for member, tells in SIDE_FILES.items() if isinstance(data, dict) and member in data}


def add_side_file(world: World, place: str, data: Mapping[str, Any], notes: Notes) -> World:
    """The world with what one file tells; what cannot be read becomes a problem of ``notes``."""
    world = _sessions(world, place, data, notes)
    world = _providers(world, place, data, notes)
    world = _resources(world, place, data, notes)
    return _organization(world, place, data, notes) if "Organization" in data else world


def _sessions(world: World, place: str, data: Mapping[str, Any], notes: Notes) -> World:
    """MaxSessionDuration, from list-roles or get-role."""
    roles = world.roles
    for name in ("Roles", "Role"):
        for here, item in notes.entries(data, name, place):
            arn = notes.arn(item, "role", here)
            role, seconds = roles.get(arn), item.get("MaxSessionDuration")
            if role is None or seconds is None:
                continue
            if isinstance(seconds, bool) or not isinstance(seconds, int) or not _SHORTEST <= seconds <= _LONGEST:
                text = f"expected {_SHORTEST:,} to {_LONGEST:,} seconds"
                notes.problems.append(f"{here}.MaxSessionDuration: {seconds!r:.40}; {text}")
                continue
            roles = roles.set(arn, replace(role, max_session_duration=seconds))
    return replace(world, roles=roles)


def _providers(world: World, place: str, data: Mapping[str, Any], notes: Notes) -> World:
    """OIDC providers with their audiences, as far as they are told, and SAML providers."""
    oidc, saml = world.oidc_providers, set(world.saml_providers)
    for name in ("OpenIDConnectProviderList", "OpenIDConnectProviders"):
        for here, item in notes.entries(data, name, place):
            arn = notes.arn(item, "oidc-provider", here)
            audiences = item.get("ClientIDList")
            told = tuple(str(audience) for audience in audiences) if isinstance(audiences, list) else ()
            if arn and (told or arn not in oidc):
                oidc = oidc.set(arn, OidcProvider(arn, told))
    for here, item in notes.entries(data, "SAMLProviderList", place):
        saml |= {arn} if (arn := notes.arn(item, "saml-provider", here)) else set()
    return replace(world, oidc_providers=oidc, saml_providers=frozenset(saml))


def _resources(world: World, place: str, data: Mapping[str, Any], notes: Notes) -> World:
    """Resource policies: ``{"ResourcePolicies": [{"Arn": …, "Account": …, "Policy": {…}}]}``."""
    resources = world.resources
    for here, item in notes.entries(data, "ResourcePolicies", place):
        arn = item.get("Arn")
        if not isinstance(arn, str) or not Arn.is_arn(arn):
            notes.problems.append(f"{here}: Arn is {arn!r:.80}; expected the ARN of a resource")
            continue
        fields = split_fields(arn)
        account = str(item.get("Account") or fields[4])
        if not account:
            known = sorted(world.accounts)
            if len(known) != 1:
                text = "needs the Account that owns it, since its ARN names none"
                notes.problems.append(f"{here}: {arn} {text}")
                continue
            account = known[0]
        policy = None
        if item.get("Policy") is not None:
            name = f"policy of {arn.rpartition(':')[2]}"
            policy = notes.policy(item["Policy"], PolicyKind.RESOURCE, name, f"{here}.Policy")
            if policy is None:
                continue
        kind = "bucket" if fields[2] == "s3" else f"{fields[2]} resource"
        resources = resources.set(arn, Resource(arn, account, kind, policy))
    return replace(world, resources=resources)


def _organization(world: World, place: str, data: Mapping[str, Any], notes: Notes) -> World:
    """The organization: its id, its management account, and the tree with what is attached to each part."""
    about = data["Organization"]
    if not isinstance(about, dict) or not isinstance(about.get("Id"), str):
        notes.problems.append(f"{place}Organization: expected an object with Id, as describe-organization prints it")
        return world
    return _Organization(world, place, data, notes).world


class _Organization:
    def __init__(self, world: World, place: str, data: Mapping[str, Any], notes: Notes) -> None:
        self.notes = notes
        self.id = data["Organization"]["Id"]
        self.management = str(data["Organization"].get("MasterAccountId") or "")
        self.documents = dict(self.read_policies(data, place))
        self.accounts: dict[str, Account] = dict(world.accounts)
        self.units: dict[str, OrganizationUnit] = {}
        with_scps = any(document.policy.kind is PolicyKind.SCP for document in self.documents.values())
        self.everywhere = () if with_scps else (FULL_ACCESS,)
        """SCPs that are not in use limit nothing, which is what AWS's own full access says."""
        if self.everywhere:
            self.documents[FULL_ACCESS] = full_access(world.partition)
        if isinstance(data.get("Root"), dict):
            self.walk(data["Root"], f"{place}Root", "", 0)
        elif self.id:
            notes.problems.append(f"{place}Root: expected the tree of the organization; its SCPs and RCPs are unknown")
        self.world = replace(
            world,
            accounts=Map(self.accounts),
            units=Map(self.units),
            organization_policies=Map(self.documents),
        )

    def read_policies(self, data: Mapping[str, Any], place: str) -> Iterator[tuple[str, OrganizationPolicy]]:
        for here, item in self.notes.entries(data, "Policies", place):
            kind = POLICY_TYPES.get(str(item.get("Type")))
            if kind is None:
                text = f"Type is {item.get('Type')!r:.40}; expected {' or '.join(POLICY_TYPES)}"
                self.notes.problems.append(f"{here}: {text}; the policy is left out")
                continue
            key, name = str(item.get("Id")), str(item.get("Name") or item.get("Id"))
            policy = self.notes.policy(item.get("Content"), kind, name, f"{here}.Content", str(item.get("Arn") or ""))
            if policy:
                yield key, OrganizationPolicy(key, policy)

    def attached(self, item: Mapping[str, Any], place: str) -> tuple[str, ...]:
        """The ids of what is attached to a root, an OU or an account."""
        found = list(self.everywhere)
        named = item.get("PolicyIds") or []
        for number, name in enumerate(named if isinstance(named, list) else [named]):
            if str(name) in self.documents:
                found.append(str(name))
            else:
                self.notes.problems.append(f"{place}.PolicyIds[{number}]: no policy {name!r:.60} under Policies")
        return tuple(dict.fromkeys(found))

    def walk(self, unit: Mapping[str, Any], place: str, parent: str, depth: int) -> None:
        """One root or OU, what is attached to it, the accounts in it, the OUs below."""
        key = unit.get("Id")
        if not isinstance(key, str) or not key:
            if self.id:
                self.notes.problems.append(f"{place}: expected an object with Id; what lies below is left out")
            return
        if depth > DEEPEST or key in self.units:
            why = f"{key} stands there twice" if key in self.units else f"OUs nest {DEEPEST} deep at most"
            self.notes.problems.append(f"{place}: {why}; what lies below is left out")
            return
        name = str(unit.get("Name") or key)
        self.units[key] = OrganizationUnit(key, name, self.id, parent, self.attached(unit, place))
        for here, item in self.notes.entries(unit, "Accounts", f"{place}."):
            number = str(item.get("Id"))
            self.accounts[number] = Account(
                *(number, str(item.get("Name") or ""), self.id, number == self.management),
                unit=key,
                policies=self.attached(item, here),
            )
        for here, item in self.notes.entries(unit, "OrganizationalUnits", f"{place}."):
            self.walk(item, here, key, depth + 1)
