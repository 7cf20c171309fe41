"""Reading `aws iam get-account-authorization-details`: docs/rules/roles_and_sessions.md 6.1."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from immutables import Map

from iamviz.accounts.reading import Entry, Notes
from iamviz.arn import Arn
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.entities import Account, Group, InstanceProfile, ManagedPolicy, Role, User
from iamviz.world.world import World

__all__ = ["LISTS", "is_details", "read_pages"]

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def is_details(data: Any) -> bool:
    """Whether a document is a page of get-account-authorization-details."""
    return isinstance(data, dict) and any(isinstance(data.get(name), list | dict) for name in LISTS)


def read_pages(pages: Iterable[Entry], now: datetime, notes: Notes) -> World:
    """The world of one or several pages, of one or several accounts; each page with the name to call it by.

    What cannot be read becomes a problem of ``notes``, with its place; the rest is read.
    """
    return _Reader(list(pages), notes).world(now)


class _Reader:
    def __init__(self, pages: list[Entry], notes: Notes) -> None:
        self.pages = pages
        self.notes = notes

    def listed(self, name: str, kind: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """ARN, place and entry of everything in one of the lists, page after page; what stands twice is read once."""
        seen: dict[str, Mapping[str, Any]] = {}
        for place, page in self.pages:
            for here, item in self.notes.entries(page, name, place):
                arn = self.notes.arn(item, kind, here) if kind != "policy" else str(item.get("Arn", ""))
                if not arn:
                    continue
                if arn in seen and _compared(seen[arn], kind) != _compared(item, kind):
                    self.notes.problems.append(f"{here}: {arn} was told before, and otherwise; the first one counts")
                if arn not in seen:
                    seen[arn] = item
                    yield arn, here, item

    def world(self, now: datetime) -> World:
        managed = dict(self.managed())
        users, groups, roles = {}, {}, {}
        by_name: dict[tuple[str, str], str] = {}
        for arn, place, item in self.listed("GroupDetailList", "group"):
            inline, attached, unread = self.policies(item, "Group", place)
            groups[arn] = Group(arn, str(item.get("GroupId", "")), inline, attached, unread=unread)
            by_name[Arn.parse(arn).account, str(item.get("GroupName", groups[arn].name))] = arn
        for arn, place, item in self.listed("UserDetailList", "user"):
            users[arn] = self.user(arn, item, by_name, place)
        profiles: dict[str, InstanceProfile] = {}
        for arn, place, item in self.listed("RoleDetailList", "role"):
            roles[arn] = self.role(arn, item, place)
            profiles |= self.profiles(arn, item, place)
        self.check_attached([*users.values(), *groups.values(), *roles.values()], managed)
        self.check_complete()
        numbers = sorted({thing.account for thing in (*users.values(), *groups.values(), *roles.values())})
        return World(
            now,
            accounts=Map({number: Account(number, "") for number in numbers}),
            users=Map(users),
            groups=Map(groups),
            roles=Map(roles),
            managed_policies=Map(managed),
            instance_profiles=Map(profiles),
            partition=next((Arn.parse(arn).partition for arn in sorted([*users, *roles])), "aws"),
        )

    def policies(
        self, item: Mapping[str, Any], kind: str, place: str
    ) -> tuple[tuple[Policy, ...], tuple[str, ...], tuple[str, ...]]:
        """Inline policies, the ARNs of attached managed ones, and the names of inline ones that cannot be read."""
        inline, unread = [], []
        told = len(self.notes.problems)
        listed = list(self.notes.entries(item, f"{kind}PolicyList", f"{place}."))
        entries = list(self.notes.entries(item, "AttachedManagedPolicies", f"{place}."))
        unread += ["policies that are no objects"] if len(self.notes.problems) > told else []
        for here, entry in listed:
            name = str(entry.get("PolicyName", "an inline policy without a name"))
            document = entry.get("PolicyDocument")
            policy = self.notes.policy(document, PolicyKind.IDENTITY, name, f"{here}.PolicyDocument")
            inline += [policy] if policy else []
            unread += [] if policy else [name]
        return tuple(inline), tuple(str(entry.get("PolicyArn", "")) for _, entry in entries), tuple(unread)

    def user(self, arn: str, item: Mapping[str, Any], groups: Mapping[tuple[str, str], str], place: str) -> User:
        member, lost = [], []
        names = item.get("GroupList") or []
        if not isinstance(names, list | str):
            self.notes.problems.append(f"{place}.GroupList: expected a list, found {type(names).__name__}")
            lost.append("those of its groups")
            names = []
        for name in [names] if isinstance(names, str) else names:
            group = groups.get((Arn.parse(arn).account, str(name)))
            if group is None:
                self.notes.problems.append(f"{place}.GroupList: the group {name!r:.80} is not in the dump")
                lost.append(f"those of the group {name}")
            else:
                member.append(group)
        inline, attached, unread = self.policies(item, "User", place)
        boundary, tags = self.boundary(item, place), self.tags(item, place)
        unread = (*unread, *lost)
        return User(arn, str(item.get("UserId", "")), inline, attached, tuple(member), boundary, tags, unread=unread)

    def role(self, arn: str, item: Mapping[str, Any], place: str) -> Role:
        inline, attached, unread = self.policies(item, "Role", place)
        name = f"trust policy of {Arn.parse(arn).name}"
        document = item.get("AssumeRolePolicyDocument")
        trust = self.notes.policy(document, PolicyKind.TRUST, name, f"{place}.AssumeRolePolicyDocument")
        use = item.get("RoleLastUsed")
        last = use.get("LastUsedDate") if isinstance(use, dict) else None
        last_used = self.notes.moment(last, f"{place}.RoleLastUsed.LastUsedDate")
        return Role(
            *(arn, str(item.get("RoleId", "")), inline, attached, trust, self.boundary(item, place)),
            unread=unread,
            tags=self.tags(item, place),
            created=self.notes.moment(item.get("CreateDate"), f"{place}.CreateDate"),
            last_used=last_used,
            use_known=isinstance(use, dict) and (last is None or last_used is not None),
        )

    def profiles(self, role: str, item: Mapping[str, Any], place: str) -> dict[str, InstanceProfile]:
        """The instance profiles in which a role lies."""
        found = {}
        for here, entry in self.notes.entries(item, "InstanceProfileList", f"{place}."):
            arn = self.notes.arn(entry, "instance-profile", here)
            if arn:
                found[arn] = InstanceProfile(arn, str(entry.get("InstanceProfileId", "")), role)
        return found

    def boundary(self, item: Mapping[str, Any], place: str) -> str:
        """The ARN of the boundary; of one that cannot be read a name that no policy has, so that it is not known."""
        boundary = item.get("PermissionsBoundary")
        if not boundary:
            return ""
        arn = boundary.get("PermissionsBoundaryArn") if isinstance(boundary, dict) else boundary
        if isinstance(arn, str) and arn:
            return arn
        self.notes.problems.append(f"{place}.PermissionsBoundary: expected an object with PermissionsBoundaryArn")
        return "a boundary that could not be read"

    def tags(self, item: Mapping[str, Any], place: str) -> Map[str, str]:
        found = self.notes.entries(item, "Tags", f"{place}.")
        return Map({str(tag.get("Key", "")): str(tag.get("Value", "")) for _, tag in found})

    def managed(self) -> Iterator[tuple[str, ManagedPolicy]]:
        """Managed policies: the version that is in force, and the others that wait beside it."""
        for arn, place, item in self.listed("Policies", "policy"):
            name = str(item.get("PolicyName") or arn).rpartition("/")[2]
            versions = list(self.notes.entries(item, "PolicyVersionList", f"{place}."))
            in_force = [
                (here, version)
                for here, version in versions
                if version.get("IsDefaultVersion") is True
                or ("VersionId" in version and version["VersionId"] == item.get("DefaultVersionId"))
            ]
            if not in_force:
                text = f"{place}: no default version among {len(versions)}; the policy is left out"
                self.notes.problems.append(text)
                continue
            here, version = in_force[0]
            policy = self.notes.policy(version.get("Document"), PolicyKind.IDENTITY, name, f"{here}.Document", arn)
            if policy:
                others = [entry for entry in versions if entry[1] is not version]
                yield arn, self.with_versions(ManagedPolicy(arn, policy), version, others)

    def with_versions(self, policy: ManagedPolicy, default: Mapping[str, Any], others: list[Entry]) -> ManagedPolicy:
        """The same policy with its other versions, as far as they have a number and can be read."""
        number = _number(default) or 1
        kept: dict[int, Policy] = {}
        for here, version in others:
            other = _number(version)
            if other and other != number:
                name = f"{policy.policy.name} v{other}"
                document = version.get("Document")
                read = self.notes.policy(document, PolicyKind.IDENTITY, name, f"{here}.Document", policy.arn)
                kept |= {other: read} if read else {}
        versions = tuple(sorted(kept.items()))
        return ManagedPolicy(policy.arn, policy.policy, versions, number, max([number, *kept]))

    def check_attached(self, identities: list[User | Group | Role], managed: Mapping[str, ManagedPolicy]) -> None:
        """Say which attached policies are missing: without them an identity seems to be allowed, or bound, less."""
        missing: dict[str, list[str]] = {}
        for identity in identities:
            boundary = getattr(identity, "boundary", "")
            for arn in (*identity.attached, *((boundary,) if boundary else ())):
                if arn not in managed:
                    missing.setdefault(arn, []).append(identity.name)
        for arn, names in sorted(missing.items()):
            text = f"the managed policy {arn} is not in the dump; {', '.join(sorted(names))} has it"
            self.notes.problems.append(text)

    def check_complete(self) -> None:
        """A page that is not the last one needs the last one beside it."""
        ends = {account for _, page in self.pages if not page.get("IsTruncated") for account in _accounts(page)}
        for place, page in self.pages:
            if page.get("IsTruncated") and not _accounts(page) & ends:
                where = place.rstrip(" :")
                text = "IsTruncated is true: this is one page of several, the rest of the account is missing"
                self.notes.problems.append(f"{where}: {text}" if where else text)


def _compared(item: Mapping[str, Any], kind: str) -> Any:
    """What must be the same when something is told twice; of policies the versions: AWS's own are in every account."""
    return item if kind != "policy" else (item.get("DefaultVersionId"), item.get("PolicyVersionList"))


def _number(version: Mapping[str, Any]) -> int:
    """The number of a version: 3 for ``v3``, 0 for none."""
    text = str(version.get("VersionId", "")).removeprefix("v")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0


def _accounts(page: Mapping[str, Any]) -> set[str]:
    """The accounts of the entities on a page."""
    found = set()
    for name in LISTS:
        items = page.get(name)
        for item in items if isinstance(items, list) else [items]:
            arn = item.get("Arn") if isinstance(item, dict) else None
            if isinstance(arn, str) and Arn.is_arn(arn):
                found.add(Arn.parse(arn).account)
    return found - {"aws"}
