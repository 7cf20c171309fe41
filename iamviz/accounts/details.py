"""Reading `aws iam get-account-authorization-details`: docs/rules/roles_and_sessions.md 6.1."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from immutables import Map

from iamviz.arn import Arn
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.entities import Account, Group, ManagedPolicy, Role, User
from iamviz.world.world import World

__all__ = ["AccountDump", "DumpError", "read_dump", "world_from_dump"]

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
NOT_IN_A_DUMP = (
    "the dump does not hold: MaxSessionDuration of roles (taken as 3,600 s), resource policies, SCPs, RCPs, "
    "access keys, SAML and OIDC providers"
)


class DumpError(ValueError):
    """A file that is not the output of get-account-authorization-details."""


@dataclass(frozen=True)
class AccountDump:
    """A world read from a dump; ``problems`` lists what could not be read, ``gaps`` what such a dump never holds."""

    world: World
    problems: tuple[str, ...]
    gaps: tuple[str, ...] = (NOT_IN_A_DUMP,)


def read_dump(path: Path | str) -> AccountDump:
    """Read the JSON file of a dump.

    What can be read is read; each policy or entry that cannot is listed in ``problems``, with its place. Raises
    DumpError for a file that is no dump at all.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DumpError(f"{path.name}: not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise DumpError(f"{path.name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise DumpError(f"{path.name}: JSON nested too deeply") from None
    except ValueError as error:
        raise DumpError(f"{path.name}: not JSON: {error}") from None
    return world_from_dump(data, path.name)


def world_from_dump(data: Any, file: str = "the dump") -> AccountDump:
    """The world of a dump that is already read from JSON."""
    if not isinstance(data, dict) or not any(isinstance(data.get(name), list | dict) for name in LISTS):
        raise DumpError(
            f"{file}: expected the output of aws iam get-account-authorization-details, "
            f"an object with {', '.join(LISTS)}"
        )
    reader = _Reader(data)
    world = reader.world()
    if data.get("IsTruncated"):
        reader.problems.append("IsTruncated is true: this is one page of several, the rest of the account is missing")
    return AccountDump(world, tuple(reader.problems))


class _Reader:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[str] = []

    def entries(self, holder: Mapping[str, Any], name: str, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects of a list that may be missing, or be one object; each with its place in the file."""
        value = holder.get(name)
        items = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        if value is not None and not isinstance(value, dict | list):
            self.problems.append(f"{place}{name}: expected a list, found {type(value).__name__}")
        for number, item in enumerate(items):
            here = f"{place}{name}[{number}]"
            if isinstance(item, dict):
                yield here, item
            else:
                self.problems.append(f"{here}: expected an object, found {type(item).__name__}")

    def world(self) -> World:
        managed, users, groups, roles = self.managed(), {}, {}, {}
        by_name: dict[tuple[str, str], str] = {}
        for place, item in self.entries(self.data, "GroupDetailList", ""):
            arn = self.arn(item, "group", place)
            if arn:
                groups[arn] = Group(arn, str(item.get("GroupId", "")), *self.policies(item, "Group", place))
                by_name[Arn.parse(arn).account, str(item.get("GroupName", groups[arn].name))] = arn
        for place, item in self.entries(self.data, "UserDetailList", ""):
            arn = self.arn(item, "user", place)
            if arn:
                users[arn] = self.user(arn, item, by_name, place)
        for place, item in self.entries(self.data, "RoleDetailList", ""):
            arn = self.arn(item, "role", place)
            if arn:
                roles[arn] = self.role(arn, item, place)
        self.check_attached([*users.values(), *groups.values(), *roles.values()], managed)
        numbers = sorted({thing.account for thing in (*users.values(), *groups.values(), *roles.values())})
        return World(
            datetime.now(UTC).replace(microsecond=0),
            accounts=Map({number: Account(number, "") for number in numbers}),
            users=Map(users),
            groups=Map(groups),
            roles=Map(roles),
            managed_policies=Map(managed),
        ).with_bound_trust()

    def arn(self, item: Mapping[str, Any], kind: str, place: str) -> str:
        arn = item.get("Arn")
        if isinstance(arn, str) and Arn.is_arn(arn) and Arn.parse(arn).resource.startswith(f"{kind}/"):
            return arn
        self.problems.append(f"{place}: Arn is {arn!r:.80}; expected the ARN of a {kind}")
        return ""

    def policies(self, item: Mapping[str, Any], kind: str, place: str) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
        """Inline policies, and the ARNs of attached managed ones."""
        inline = []
        for here, entry in self.entries(item, f"{kind}PolicyList", f"{place}."):
            name = str(entry.get("PolicyName", "an inline policy without a name"))
            policy = self.policy(entry.get("PolicyDocument"), PolicyKind.IDENTITY, name, f"{here}.PolicyDocument")
            inline += [policy] if policy else []
        attached = tuple(
            str(entry.get("PolicyArn", "")) for _, entry in self.entries(item, "AttachedManagedPolicies", f"{place}.")
        )
        return tuple(inline), attached

    def user(self, arn: str, item: Mapping[str, Any], groups: Mapping[tuple[str, str], str], place: str) -> User:
        member = []
        names = item.get("GroupList") or []
        if not isinstance(names, list | str):
            self.problems.append(f"{place}.GroupList: expected a list, found {type(names).__name__}")
            names = []
        for name in [names] if isinstance(names, str) else names:
            group = groups.get((Arn.parse(arn).account, str(name)))
            if group is None:
                self.problems.append(f"{place}.GroupList: the group {name!r:.80} is not in the dump")
            else:
                member.append(group)
        inline, attached = self.policies(item, "User", place)
        boundary, tags = self.boundary(item), self.tags(item, place)
        return User(arn, str(item.get("UserId", "")), inline, attached, tuple(member), boundary, tags)

    def role(self, arn: str, item: Mapping[str, Any], place: str) -> Role:
        inline, attached = self.policies(item, "Role", place)
        name = f"trust policy of {Arn.parse(arn).name}"
        document = item.get("AssumeRolePolicyDocument")
        trust = self.policy(document, PolicyKind.TRUST, name, f"{place}.AssumeRolePolicyDocument")
        return Role(
            *(arn, str(item.get("RoleId", "")), inline, attached, trust, self.boundary(item)),
            tags=self.tags(item, place),
        )

    def boundary(self, item: Mapping[str, Any]) -> str:
        boundary = item.get("PermissionsBoundary")
        return str(boundary.get("PermissionsBoundaryArn", "")) if isinstance(boundary, dict) else ""

    def tags(self, item: Mapping[str, Any], place: str) -> Map[str, str]:
        found = self.entries(item, "Tags", f"{place}.")
        return Map({str(tag.get("Key", "")): str(tag.get("Value", "")) for _, tag in found})

    def managed(self) -> dict[str, ManagedPolicy]:
        """Managed policies in the version that is in force."""
        found = {}
        for place, item in self.entries(self.data, "Policies", ""):
            arn, name = str(item.get("Arn", "")), str(item.get("PolicyName") or item.get("Arn", "")).rpartition("/")[2]
            versions = list(self.entries(item, "PolicyVersionList", f"{place}."))
            in_force = [
                (here, version)
                for here, version in versions
                if version.get("IsDefaultVersion") is True
                or ("VersionId" in version and version["VersionId"] == item.get("DefaultVersionId"))
            ]
            if not in_force:
                self.problems.append(f"{place}: no default version among {len(versions)}; the policy is left out")
                continue
            here, version = in_force[0]
            policy = self.policy(version.get("Document"), PolicyKind.IDENTITY, name, f"{here}.Document")
            if policy:
                found[arn] = ManagedPolicy(arn, policy.named(name, arn))
        return found

    def policy(self, document: Any, kind: PolicyKind, name: str, place: str) -> Policy | None:
        """A document that may be an object, JSON text, or percent-encoded JSON text; None when it cannot be read."""
        if isinstance(document, str) and document.lstrip().startswith("%"):
            document = unquote(document)
        if not isinstance(document, str | dict):
            self.problems.append(f"{place}: expected a policy document, found {type(document).__name__}")
            return None
        try:
            return Policy.parse(document, kind, name=name)
        except PolicyError as error:
            self.problems.append(f"{place}: {error}; the policy is left out")
            return None

    def check_attached(self, identities: list[User | Group | Role], managed: Mapping[str, ManagedPolicy]) -> None:
        """Say which attached policies are missing: without them an identity seems to be allowed, or bound, less."""
        missing: dict[str, list[str]] = {}
        for identity in identities:
            boundary = getattr(identity, "boundary", "")
            for arn in (*identity.attached, *((boundary,) if boundary else ())):
                if arn not in managed:
                    missing.setdefault(arn, []).append(identity.name)
        for arn, names in sorted(missing.items()):
            self.problems.append(f"the managed policy {arn} is not in the dump; {', '.join(sorted(names))} has it")
