"""Who asks, and what is known of its requests: an account's records do not tell everything that a decision reads.

What is known: the principal's policies, boundary, SCPs, tags; that the request is direct, made now, over TLS. Not known
are MFA and the time of a user's token, source addresses and endpoints, tags of resources and of requests, and whatever
only the request brings. A question then has three answers (`iamviz.engine.depends`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, cached_property
from typing import NamedTuple

from iamviz.arn import Arn, split_fields
from iamviz.catalogue import nearest
from iamviz.engine.coverage import ActionsDecided, ActionSet, action_set, decide_actions, every_action
from iamviz.engine.depends import Answer, Unknown, Verdict, decide
from iamviz.engine.request import TRUST_ACTIONS, Caller, CallerKind, PolicySet, Request, UnknownPolicy
from iamviz.policy.model import Effect, Policy, PolicyKind
from iamviz.world.callers import caller_of, role_caller
from iamviz.world.context import ContextValue, iso, principal_context, request_context
from iamviz.world.entities import Role, User
from iamviz.world.organization import levels_of
from iamviz.world.sessions import Session
from iamviz.world.world import World, WorldError

__all__ = [
    "Asker",
    "asker",
    "askers",
    "has_policy",
    "missing_boundary",
    "missing_policies",
    "organization_levels",
    "principal_arn",
]

SIDE_KEYS = {"sts:tagsession": "aws:PrincipalTag/*", "sts:setsourceidentity": "aws:SourceIdentity"}
"""What a session may carry beyond its role when the trust policy allows a side action to anybody."""
NEVER_IN_PERSON = (
    "aws:AssumedRoot",
    "aws:CalledVia*",
    "aws:PrincipalServiceName*",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
)
"""Keys that a user's or a role's own direct request never carries (docs/rules/policy_evaluation.md 4.1, 4.5)."""
OF_WORKLOADS = ("aws:Ec2Instance*", "ec2:RoleDelivery", "ec2:SourceInstanceA*", "lambda:SourceFunctionArn")
TOKEN_TIME = "aws:tokenissuetime"
LONGEST_TOKEN = timedelta(hours=36)
WITHOUT_POLICIES = frozenset({"iam", "organizations"})
"""Services whose resources have no policies of their own, roles that are assumed excepted."""
IN_ONE_REGION = frozenset({"iam", "organizations"})
"""Services whose requests all go to us-east-1 (4.5)."""


def principal_arn(world: World, who: str) -> str:
    """The ARN of a user or role that is given by ARN, label, or name; WorldError says which names are near."""
    arn = world.labels.get(who, who)
    if arn in world.users or arn in world.roles:
        return arn
    named = sorted(arn for things in (world.users, world.roles) for arn in things if arn.rpartition("/")[2] == who)
    if len(named) == 1:
        return named[0]
    if named:
        raise WorldError(f"several are called {who!r}: {', '.join(named)}; give the ARN")
    everyone = [arn.rpartition("/")[2] for arn in (*sorted(world.users), *sorted(world.roles))]
    near = nearest(who.rpartition("/")[2], everyone)
    hint = f"did you mean {near!r}?" if near else f"it has {len(world.users)} users and {len(world.roles)} roles"
    raise WorldError(f"no user or role {who!r:.100} in this world; {hint}")


def missing_policies(world: World, identity: User | Role) -> tuple[str, ...]:
    """The identity policies that somebody has, itself or by its groups, and that the world does not hold.

    Managed ones by ARN, and the names of inline ones that could not be read.
    """
    groups = [world.groups[arn] for arn in getattr(identity, "groups", ()) if arn in world.groups]
    wanted = [arn for holder in (identity, *groups) for arn in holder.attached if arn not in world.managed_policies]
    return tuple(dict.fromkeys([*wanted, *(name for holder in (identity, *groups) for name in holder.unread)]))


def missing_boundary(world: World, identity: User | Role) -> str:
    """The ARN of a permissions boundary that somebody has and that the world does not hold; empty when none is."""
    return "" if identity.boundary in world.managed_policies else identity.boundary


def organization_levels(world: World, account: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
    """The SCPs or RCPs over an account, level by level; found once for a world."""
    known: dict[tuple[str, PolicyKind], tuple[tuple[Policy, ...], ...]] = world.kept.setdefault("levels", {})
    found = known.get((account, kind))
    if found is None:
        found = known[account, kind] = levels_of(world, account, kind)
    return found


@dataclass(frozen=True)
class Asker:
    """A user, a role, or a session, with what is known of its requests. ``arn`` is the user's or the role's.

    Policies that it has and that the world does not hold are unknown ones; with ``only_known`` they are left out.
    """

    world: World
    arn: str
    caller: Caller
    session: Session | None = None
    only_known: bool = False

    @property
    def identity(self) -> User | Role:
        """The user or role."""
        return self.world.users.get(self.arn) or self.world.role(self.arn)

    @property
    def kind(self) -> str:
        """``user`` or ``role``; ``session`` when a living session asks."""
        return "session" if self.session else "user" if self.arn in self.world.users else "role"

    @cached_property
    def may_assume(self) -> bool:
        """Whether some statement of its own allows sts:AssumeRole: needed where a trust policy only delegates."""
        return self.has_allow_for("sts:AssumeRole")

    def has_allow_for(self, action: str, resource: str = "") -> bool:
        """Whether some Allow statement of its own may cover an action, and a resource: the quick look before deciding.

        Without one, only a resource's own policy can allow.
        """
        lower = action.lower()
        return lower == "sts:getcalleridentity" or any(
            not resource or statement.could_cover(resource)
            for policy in self.policies.identity
            for statement in policy.covering(lower).allows
        )

    def may_assume_role(self, arn: str) -> bool:
        """Whether some statement of its own speaks for sts:AssumeRole on a role: a quick no; yes is the engine's."""
        allows = (policy.covering("sts:assumerole").allows for policy in self.policies.identity)
        return any(statement.could_cover(arn) for statements in allows for statement in statements)

    def as_session(self, name: str) -> "Asker":
        """A session of the role that has this name; the same asker for a user."""
        if self.kind != "role":
            return self
        return replace(self, caller=role_caller(self.world, self.world.role(self.arn), name))

    @property
    def name(self) -> str:
        """What to call it."""
        return self.world.name_of(self.arn)

    @cached_property
    def policies(self) -> PolicySet:
        """Its own side: identity policies, boundary, session policies, SCPs. Resources and their RCPs are added."""
        world, identity = self.world, self.identity
        known, boundary = world.policies_of(identity), world.boundary_of(identity)
        missing = () if self.only_known else missing_policies(world, identity)
        if not self.only_known and (named := missing_boundary(world, identity)):
            boundary = UnknownPolicy.called(named.rpartition("/")[2], PolicyKind.BOUNDARY)
        return PolicySet(
            identity=(*known, *(UnknownPolicy.called(name.rpartition("/")[2]) for name in missing)),
            boundary=boundary,
            session=self.session.policies if self.session else None,
            scps=organization_levels(self.world, self.caller.account, PolicyKind.SCP),
        )

    @cached_property
    def _by_resource(self) -> dict[tuple[int, int], PolicySet]:
        return {}

    def _with(self, resource: Policy | None, rcps: Sequence[Sequence[Policy]]) -> PolicySet:
        """The policies with a resource's policy: kept, since the engine keeps what it finds beside them."""
        if resource is None and not rcps:
            return self.policies
        key = (id(resource), id(rcps))
        found = self._by_resource.get(key)
        if found is None:
            own = self.policies
            found = self._by_resource[key] = PolicySet(
                own.identity, resource, own.boundary, own.sessions or None, own.scps, rcps
            )
        return found

    @cached_property
    def keys(self) -> tuple[ContextValue, ...]:
        """The condition keys that are known of every request of it."""
        found = principal_context(self.world, self.caller, self.session)
        if self.kind == "role":  # the name of a session, and so the end of its id, is chosen when it begins
            found = [key for key in found if key.key != "aws:userid"]
        if self.session is None and self.caller.kind is CallerKind.ROLE_SESSION:
            found += [
                ContextValue("aws:TokenIssueTime", (iso(self.world.now),), "a session that begins now"),
                ContextValue("aws:MultiFactorAuthPresent", ("false",), "MFA is not carried into a role's session"),
            ]
        return tuple(found)

    @cached_property
    def unknown(self) -> Unknown:
        """What is not known: everything that is neither among the known keys nor certainly absent."""
        return Unknown(absent=tuple(self._absent()))

    def _unknown_of(self, untold_tags: bool, untold_policy: bool) -> Unknown:
        """What is not known of requests to one resource: its tags, its policy."""
        key = (untold_tags, untold_policy)
        found = self._unknowns.get(key)
        if found is None:
            absent = () if untold_tags else ("aws:ResourceTag/*", "iam:ResourceTag/*")
            found = self._unknowns[key] = replace(
                self.unknown, absent=(*self.unknown.absent, *absent), resource_policy=untold_policy
            )
        return found

    @cached_property
    def _unknowns(self) -> dict[tuple[bool, bool], Unknown]:
        return {}

    def _absent(self) -> Iterator[str]:
        yield from NEVER_IN_PERSON
        if any(account.organization for account in self.world.accounts.values()):
            yield from ("aws:PrincipalOrg*", "aws:ResourceOrg*")
        if self.session is not None:
            yield from ("aws:PrincipalTag/*", "aws:SourceIdentity", "aws:username", "aws:MultiFactorAuth*")
            yield from ("aws:FederatedProvider", "aws:TokenIssueTime")
        elif self.arn in self.world.users:
            yield from ("aws:PrincipalTag/*", "aws:SourceIdentity", "aws:FederatedProvider", *OF_WORKLOADS)
        else:
            yield from ("aws:username", "aws:MultiFactorAuthAge")
            said = self._trusted_actions()
            yield from (key for action, key in SIDE_KEYS.items() if action not in said)
            if "sts:assumerolewithwebidentity" not in said:
                yield "aws:FederatedProvider"

    def _trusted_actions(self) -> set[str]:
        """The trust actions that the role's trust policy allows to anybody at all, in lower case."""
        trust = self.world.role(self.arn).trust
        statements = [s for s in (trust.statements if trust else ()) if s.effect is Effect.ALLOW]
        return {action for action in TRUST_ACTIONS if any(s.covers_action(*action.split(":")) for s in statements)}

    def decide(
        self, action: str, resource: str = "*", extra: Mapping[str, str | Sequence[str]] | None = None
    ) -> Verdict:
        """Allowed, denied, or depends on what. ``extra`` are condition keys that the call itself brings.

        A resource that the world does not hold is taken as one without a policy of its own, but for a role or a KMS
        key, which always has one: then the answer depends on it, and so it does for resources of other accounts.
        """
        known = self._known_of(action, resource)
        request = Request(
            *(self.caller, action, resource, known.owner, {**known.context, **(extra or {})}),
            resource_management_account=known.managing,
        )
        verdict = decide(request, known.policies, known.unknown, self.world.settings)
        return self._with_token_times(verdict, request, known)

    def decide_actions(self, resource: str | None = None, actions: ActionSet | None = None) -> ActionsDecided:
        """The same for every catalogued action, or some, on one resource, or (without) on any of its own account."""
        groups: list[tuple[ActionSet, Verdict]] = []
        for kind in _kinds_of_actions():
            wanted = kind if actions is None else kind & actions
            if not wanted:
                continue
            known = self._known_of(wanted.first, resource)
            decided = decide_actions(
                *(self.caller, known.policies, resource),
                resource_account=known.owner,
                resource_management_account=known.managing,
                context=known.context,
                unknown=known.unknown,
                actions=wanted,
                settings=self.world.settings,
            )
            groups += self._at_token_times(decided, known)
        return ActionsDecided(tuple(groups))

    def _known_of(self, action: str, resource: str | None) -> "_Known":
        """What is known of a request; the same for all actions of one of the `_kinds_of_actions`."""
        world = self.world
        mine = self.caller.account
        owner = mine if resource is None else world.owner_of(resource, mine)
        role = world.roles.get(resource or "")
        policy = None if resource is None else world.policy_at(resource)
        if resource is None:
            unknown = replace(self.unknown, resource=True)
        else:
            held = role or world.resource_of(resource)
            elsewhere = owner != mine and action.partition(":")[0].lower() not in WITHOUT_POLICIES
            untold = policy is None and (has_policy(action, resource) or (held is None and elsewhere))
            unknown = self._unknown_of(role is None and resource not in world.users, untold)
        return _Known(
            *(owner, world.account(owner).management, self._context(action, resource, owner, role)),
            self._with(policy, organization_levels(world, owner, PolicyKind.RCP)),
            unknown,
        )

    def _with_token_times(self, verdict: Verdict, request: Request, known: "_Known") -> Verdict:
        """What a token's time can be at all decides, when it does: none, or within the last 36 hours (4.5)."""
        if TOKEN_TIME not in map(str.lower, verdict.keys):
            return verdict
        if any(need.row is not None and need.row.name.startswith("DateEq") for need in verdict.needs):
            return verdict
        times: tuple[list[str], ...] = ([], [iso(self.world.now)], [iso(self.world.now - LONGEST_TOKEN)])
        requests = (replace(request, context={**request.context, TOKEN_TIME: time}) for time in times)
        found = [decide(one, known.policies, known.unknown, self.world.settings) for one in requests]
        answers = {one.answer for one in found}
        return found[0] if len(answers) == 1 and Answer.DEPENDS not in answers else verdict

    def _at_token_times(self, decided: ActionsDecided, known: "_Known") -> Iterator[tuple[ActionSet, Verdict]]:
        for actions, verdict in decided.groups:
            yield actions, self._with_token_times(verdict, verdict.request, known)

    def _context(self, action: str, resource: str | None, owner: str, role: Role | None) -> dict[str, tuple[str, ...]]:
        """The condition keys that are known of one request."""
        fields = split_fields(resource or "")
        region = fields[3] if len(fields) == 6 else ""
        told = bool(region and "*" not in region) or action.partition(":")[0].lower() in IN_ONE_REGION
        owned = resource is None or owner != self.caller.account or self._is_owned(resource, fields)
        context = {key.key: key.values for key in self.keys}
        for key in request_context(self.world, owner if owned else "", region or "us-east-1"):
            context[key.key] = key.values
        if not told:
            del context["aws:RequestedRegion"]
        thing = role or self.world.users.get(resource or "")
        for name, value in sorted(thing.tags.items()) if thing else ():
            context[f"aws:ResourceTag/{name}"] = context[f"iam:ResourceTag/{name}"] = (value,)
        return context

    def _is_owned(self, resource: str, fields: Sequence[str]) -> bool:
        """Whether the owner is told, by the ARN or by the world; that of a bucket usually is not."""
        return resource == "*" or self.world.resource_of(resource) is not None or (len(fields) == 6 and bool(fields[4]))


class _Known(NamedTuple):
    """What is known of a request: who owns the resource, condition keys, policies, and what is not known."""

    owner: str
    managing: bool
    context: dict[str, tuple[str, ...]]
    policies: PolicySet
    unknown: Unknown


@cache
def _kinds_of_actions() -> tuple[ActionSet, ...]:
    """The catalogued actions by what is known of their requests: IAM and Organizations, trust, KMS, all others."""
    alone = action_set(f"{service}:*" for service in sorted(WITHOUT_POLICIES | IN_ONE_REGION))
    trust, keys = action_set(TRUST_ACTIONS), action_set("kms:*")
    return alone, trust, keys, every_action() - alone - trust - keys


def has_policy(action: str, resource: str) -> bool:
    """Whether such a resource always has a policy of its own: a role that is assumed, a KMS key (5.4, 5.6)."""
    fields = split_fields(resource)
    if len(fields) != 6:
        return False
    assumed = action.lower() in TRUST_ACTIONS and fields[2] == "iam" and fields[5].startswith("role/")
    return assumed or (action.lower().startswith("kms:") and fields[2] == "kms" and fields[5].startswith("key/"))


def asker(world: World, who: str) -> Asker:
    """The asker of an ARN, a name, a label or a profile; WorldError for nobody."""
    known: dict[str, Asker] = world.kept.setdefault("askers", {})
    found = known.get(who)
    if found is None:
        found = known[who] = _asker(world, who)
    return found


def _asker(world: World, who: str) -> Asker:
    found = caller_of(world, who)
    if found is None:
        arn = principal_arn(world, who)
        found = caller_of(world, arn)
    assert found is not None, "a user or role is always a caller"
    caller, session = found
    if caller.kind not in (CallerKind.USER, CallerKind.ROLE_SESSION):
        raise WorldError(f"{who!r} is a {caller.kind}; ask for a user, a role, or a session of them")
    return Asker(world, caller.role_arn or caller.arn, caller, session)


def askers(world: World, accounts: Iterable[str] = ()) -> Iterator[Asker]:
    """All users and roles of the world, users first, in the order of their ARNs; ``accounts`` limits them."""
    wanted = frozenset(accounts)
    for arn in (*sorted(world.users), *sorted(world.roles)):
        if not wanted or Arn.parse(arn).account in wanted:
            yield asker(world, arn)
