"""The world as one value. Every change makes another world; nothing is ever altered in place."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from immutables import Map

from iamviz.arn import Arn, split_fields
from iamviz.engine.request import DEFAULT_SETTINGS, Caller, Settings
from iamviz.policy.model import Policy
from iamviz.world.callers import caller_of
from iamviz.world.context import Context, principal_context, request_context
from iamviz.world.entities import Account, Group, InstanceProfile, ManagedPolicy, OidcProvider, Resource, Role, User
from iamviz.world.organization import OrganizationPolicy, OrganizationUnit
from iamviz.world.sessions import Session
from iamviz.world.workloads import Workload

__all__ = ["World", "WorldError"]

T = TypeVar("T")


class WorldError(ValueError):
    """A misuse of a world: something is named that it does not hold, or time runs backwards."""


@dataclass(frozen=True)
class World:
    """All that exists at ``now``. The keys are ARNs, for accounts their numbers, for sessions their access key ids.

    ``workloads`` are applications by name, ``units`` the roots and OUs of organizations and ``organization_policies``
    their SCPs and RCPs, both by id. ``profiles`` maps the name under which a caller keeps credentials to their access
    key id, as the files of the AWS CLI do; ``labels`` maps names used in captions ("Ana") to ARNs.
    ``serial`` counts what was issued: ids differ.
    ``mfa_code`` is the one code that every MFA device shows, ``used_codes`` those that were accepted already;
    ``federated_session_mfa`` is ``aws:MultiFactorAuthPresent`` of web identity and SAML sessions, None for absent.
    ``explain_denials`` makes STS add the reason to its refusals; AWS's STS does not. ``unknowns`` says, a
    sentence each, what is not known of a real account: answers rest on the rest.
    """

    now: datetime
    accounts: Map[str, Account] = field(default_factory=Map)
    users: Map[str, User] = field(default_factory=Map)
    groups: Map[str, Group] = field(default_factory=Map)
    roles: Map[str, Role] = field(default_factory=Map)
    managed_policies: Map[str, ManagedPolicy] = field(default_factory=Map)
    resources: Map[str, Resource] = field(default_factory=Map)
    oidc_providers: Map[str, OidcProvider] = field(default_factory=Map)
    saml_providers: frozenset[str] = frozenset()
    instance_profiles: Map[str, InstanceProfile] = field(default_factory=Map)
    workloads: Map[str, Workload] = field(default_factory=Map)
    units: Map[str, OrganizationUnit] = field(default_factory=Map)
    organization_policies: Map[str, OrganizationPolicy] = field(default_factory=Map)
    sessions: Map[str, Session] = field(default_factory=Map)
    profiles: Map[str, str] = field(default_factory=Map)
    labels: Map[str, str] = field(default_factory=Map)
    serial: int = 0
    partition: str = "aws"
    mfa_code: str = "123456"
    used_codes: frozenset[str] = frozenset()
    federated_session_mfa: bool | None = False
    explain_denials: bool = False
    settings: Settings = DEFAULT_SETTINGS
    unknowns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_zone(self.now)

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What higher modules keep beside it: things found once that hold as long as nothing changes."""
        return {}

    def at(self, moment: datetime) -> "World":
        """The same world at a later moment; WorldError when it is earlier than now."""
        _check_zone(moment)
        if moment < self.now:
            form = "%H:%M:%S" if moment.date() == self.now.date() else "%Y-%m-%d %H:%M:%S"
            raise WorldError(f"time does not run backwards: it is {self.now:{form}}, asked for {moment:{form}}")
        return replace(self, now=moment)

    def user(self, arn: str) -> User:
        """The user of an ARN; WorldError with the names there are when there is none."""
        return _found(self.users, arn, "user")

    def role(self, arn: str) -> Role:
        """The role of an ARN; WorldError with the names there are when there is none."""
        return _found(self.roles, arn, "role")

    def account(self, number: str) -> Account:
        """The account of a number; one that the world does not list is an account without a name."""
        return self.accounts.get(number) or Account(number, "")

    def with_user(self, user: User) -> "World":
        """The same world with a user added or replaced."""
        return replace(self, users=self.users.set(user.arn, user))

    def with_group(self, group: Group) -> "World":
        """The same world with a group added or replaced."""
        return replace(self, groups=self.groups.set(group.arn, group))

    def with_role(self, role: Role) -> "World":
        """The same world with a role added or replaced."""
        return replace(self, roles=self.roles.set(role.arn, role))

    def with_workload(self, workload: Workload) -> "World":
        """The same world with a workload added or replaced."""
        return replace(self, workloads=self.workloads.set(workload.name, workload))

    def with_account(self, account: Account) -> "World":
        """The same world with an account added or replaced."""
        return replace(self, accounts=self.accounts.set(account.id, account))

    def with_resource(self, resource: Resource) -> "World":
        """The same world with a resource added or replaced."""
        return replace(self, resources=self.resources.set(resource.arn, resource))

    def with_session(self, session: Session, profile: str | None = None) -> "World":
        """The same world with a session issued, its credentials kept under a profile name when one is given."""
        profiles = self.profiles if profile is None else self.profiles.set(profile, session.access_key_id)
        sessions = self.sessions.set(session.access_key_id, session)
        return replace(self, sessions=sessions, profiles=profiles, serial=self.serial + 1)

    @property
    def unique_ids(self) -> dict[str, str]:
        """The unique ids of users and roles by their ARNs: what principals of trust policies are bound to."""
        return {arn: thing.unique_id for things in (self.users, self.roles) for arn, thing in things.items()}

    def with_bound_trust(self) -> "World":
        """The same world, every trust policy bound to the users and roles that exist, as if saved just now."""
        ids = self.unique_ids
        roles = {
            arn: replace(role, trust=role.trust.bound(ids)) if role.trust else role for arn, role in self.roles.items()
        }
        return replace(self, roles=Map(roles))

    def policies_of(self, identity: User | Group | Role) -> tuple[Policy, ...]:
        """The identity-based policies of a user (with those of its groups), a group, or a role."""
        own = (*identity.inline, *self.managed(identity.attached))
        if not isinstance(identity, User):
            return own
        groups = (self.groups[arn] for arn in identity.groups if arn in self.groups)
        return own + tuple(policy for group in groups for policy in self.policies_of(group))

    def managed(self, arns: Iterable[str]) -> tuple[Policy, ...]:
        """The default versions of managed policies; an ARN that the world does not hold gives nothing."""
        return tuple(self.managed_policies[arn].policy for arn in arns if arn in self.managed_policies)

    def boundary_of(self, identity: User | Role) -> Policy | None:
        """The permissions boundary, or None."""
        return next(iter(self.managed((identity.boundary,))), None) if identity.boundary else None

    def resource_of(self, arn: str) -> Resource | None:
        """The resource that an ARN belongs to: the bucket of an object, else the resource itself."""
        fields = split_fields(arn)
        if len(fields) == 6 and fields[2] == "s3":
            arn = ":".join(fields[:5]) + ":" + fields[5].partition("/")[0]
        return self.resources.get(arn)

    def policy_at(self, arn: str) -> Policy | None:
        """The policy on the resource's side: a role's trust policy, the policy of any other; None without one."""
        role = self.roles.get(arn)
        if role is not None:
            return role.trust
        resource = self.resource_of(arn)
        return resource.policy if resource is not None else None

    def owner_of(self, arn: str, default: str) -> str:
        """The account that owns a resource; ``default`` when neither the ARN nor the world tells."""
        resource = self.resource_of(arn)
        if resource is not None:
            return resource.account
        fields = split_fields(arn)
        return fields[4] if len(fields) == 6 and fields[4].isdecimal() else default

    def context_of(self, who: str | Caller, resource: str = "", session: Session | None = None) -> Context:
        """The request context that a caller carries here and now, each key with its origin.

        ``who`` is a label, a profile, a workload, the ARN of a user or role, ``user:ACCOUNT/name``, ``root:ACCOUNT``,
        ``service:PRINCIPAL``, ``anonymous``, or a `Caller` (with its ``session``). Keys that a call brings itself
        (``sts:ExternalId`` …) are not among them; `Context.of` a request has those too. WorldError when nobody is
        called so.
        """
        if isinstance(who, str):
            found = caller_of(self, who)
            if found is None and who in self.workloads:
                raise WorldError(f"{who} has no credentials yet: it gets them with its first call")
            if found is None:
                known = ", ".join(sorted([*self.labels, *self.profiles])) or "none"
                raise WorldError(f"nobody is called {who!r}; labels and profiles here: {known}")
            caller, session = found
        else:
            caller = who
        owner = self.owner_of(resource, caller.account)
        return Context([*principal_context(self, caller, session), *request_context(self, owner)])

    def name_of(self, arn: str) -> str:
        """What to call an ARN in a sentence or a picture: its label (the first by the alphabet), else its name."""
        label = min((label for label, labelled in self.labels.items() if labelled == arn), default=None)
        if label is not None:
            return label
        try:
            return Arn.parse(arn).name.rpartition(":")[2]
        except ValueError:
            return arn


def _check_zone(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise WorldError("the clock of a world needs a time zone; use datetime(…, tzinfo=UTC)")


def _found(things: Map[str, T], arn: str, what: str) -> T:
    thing = things.get(arn)
    if thing is None:
        known = ", ".join(sorted(things)) or "none"
        raise WorldError(f"there is no {what} {arn!r} in this world; it has {known}")
    return thing
