"""Who asks, and what is known of its requests: an account's records do not tell everything that a decision reads.

What is known: the principal's policies, boundary, SCPs, tags; that the request is direct, made now, over TLS. Not known
are MFA and the time of a user's token, source addresses and endpoints, tags of resources and of requests, and whatever
only the request brings. A question then has three answers (`iamviz.engine.depends`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from iamviz.arn import Arn, split_fields
from iamviz.catalogue import nearest
from iamviz.engine.coverage import ActionsDecided, decide_actions
from iamviz.engine.depends import Answer, Unknown, Verdict, decide
from iamviz.engine.request import TRUST_ACTIONS, Caller, CallerKind, PolicySet, Request
from iamviz.policy.model import Effect, Policy, PolicyKind
from iamviz.world.callers import caller_of, role_caller
from iamviz.world.context import ContextValue, iso, principal_context, request_context
from iamviz.world.entities import Role, User
from iamviz.world.organization import levels_of
from iamviz.world.sessions import Session
from iamviz.world.world import World, WorldError

__all__ = ["Asker", "asker", "askers", "has_policy", "missing_policies", "organization_levels", "principal_arn"]

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
    """The ARNs of managed policies that an identity has, itself or by its groups, and that the world does not hold."""
    groups = [world.groups[arn] for arn in getattr(identity, "groups", ()) if arn in world.groups]
    wanted = [*identity.attached, *(arn for group in groups for arn in group.attached)]
    wanted += [identity.boundary] if identity.boundary else []
    return tuple(dict.fromkeys(arn for arn in wanted if arn not in world.managed_policies))


def organization_levels(world: World, account: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
    """The SCPs or RCPs over an account, level by level; found once for a world."""
    known: dict[tuple[str, PolicyKind], tuple[tuple[Policy, ...], ...]] = world.kept.setdefault("levels", {})
    found = known.get((account, kind))
    if found is None:
        found = known[account, kind] = levels_of(world, account, kind)
    return found


@dataclass(frozen=True)
class Asker:
    """A user, a role, or a session, with what is known of its requests. ``arn`` is the user's or the role's."""

    world: World
    arn: str
    caller: Caller
    session: Session | None = None

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
        identity = self.identity
        return PolicySet(
            identity=self.world.policies_of(identity),
            boundary=self.world.boundary_of(identity),
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
        world, caller = self.world, self.caller
        owner = world.owner_of(resource, caller.account)
        role = world.roles.get(resource)
        held = role or world.resource_of(resource)
        elsewhere = owner != caller.account and action.partition(":")[0].lower() not in WITHOUT_POLICIES
        unseen = held is None and (has_policy(action, resource) or elsewhere)
        request = Request(
            caller,
            action,
            resource,
            owner,
            {**self._context(action, resource, owner, role), **(extra or {})},
            resource_management_account=world.account(owner).management,
        )
        unknown = self._unknown_of(role is None and resource not in world.users, unseen)
        policies = self._with(world.policy_at(resource), organization_levels(world, owner, PolicyKind.RCP))
        verdict = decide(request, policies, unknown, world.settings)
        return self._with_token_times(verdict, request, policies, unknown)

    def _with_token_times(self, verdict: Verdict, request: Request, policies: PolicySet, unknown: Unknown) -> Verdict:
        """What a token's time can be at all decides, when it does: none, or within the last 36 hours (4.5)."""
        if TOKEN_TIME not in map(str.lower, verdict.keys):
            return verdict
        if any(need.row is not None and need.row.name.startswith("DateEq") for need in verdict.needs):
            return verdict
        times: tuple[list[str], ...] = ([], [iso(self.world.now)], [iso(self.world.now - LONGEST_TOKEN)])
        found = [
            decide(
                replace(request, context={**request.context, TOKEN_TIME: time}), policies, unknown, self.world.settings
            )
            for time in times
        ]
        answers = {one.answer for one in found}
        return found[0] if len(answers) == 1 and Answer.DEPENDS not in answers else verdict

    def decide_actions(self, resource: str | None = None) -> ActionsDecided:
        """The same for every catalogued action, on one resource, or (without) on any of its own account."""
        if resource is None:
            context = {key.key: key.values for key in (*self.keys, *request_context(self.world, self.caller.account))}
            del context["aws:RequestedRegion"]
            decided = decide_actions(
                self.caller, self.policies, context=context, unknown=self.unknown, settings=self.world.settings
            )
            return self._at_token_times(decided, self.policies, replace(self.unknown, resource=True))
        world = self.world
        owner = world.owner_of(resource, self.caller.account)
        role = world.roles.get(resource)
        policies = self._with(world.policy_at(resource), organization_levels(world, owner, PolicyKind.RCP))
        unknown = self._unknown_of(role is None and resource not in world.users, untold_policy=False)
        decided = decide_actions(
            self.caller,
            policies,
            resource,
            resource_account=owner,
            context=self._context("", resource, owner, role),
            unknown=unknown,
            settings=world.settings,
        )
        return self._at_token_times(decided, policies, unknown)

    def _at_token_times(self, decided: ActionsDecided, policies: PolicySet, unknown: Unknown) -> ActionsDecided:
        if not any(TOKEN_TIME in map(str.lower, verdict.keys) for _, verdict in decided.groups):
            return decided
        return ActionsDecided(
            tuple(
                (actions, self._with_token_times(verdict, verdict.request, policies, unknown))
                for actions, verdict in decided.groups
            )
        )

    def _context(self, action: str, resource: str, owner: str, role: Role | None) -> dict[str, tuple[str, ...]]:
        """What is known of one request."""
        fields = split_fields(resource)
        region = fields[3] if len(fields) == 6 else ""
        told = bool(region and "*" not in region) or action.partition(":")[0].lower() in IN_ONE_REGION
        owned = owner != self.caller.account or self._is_owned(resource, fields)
        context = {key.key: key.values for key in self.keys}
        for key in request_context(self.world, owner if owned else "", region or "us-east-1"):
            context[key.key] = key.values
        if not told:
            del context["aws:RequestedRegion"]
        thing = role or self.world.users.get(resource)
        for name, value in sorted(thing.tags.items()) if thing else ():
            context[f"aws:ResourceTag/{name}"] = context[f"iam:ResourceTag/{name}"] = (value,)
        return context

    def _is_owned(self, resource: str, fields: Sequence[str]) -> bool:
        """Whether the owner is told, by the ARN or by the world; that of a bucket usually is not."""
        return resource == "*" or self.world.resource_of(resource) is not None or (len(fields) == 6 and bool(fields[4]))


def has_policy(action: str, resource: str) -> bool:
    """Whether such a resource always has a policy of its own: a role that is assumed, a KMS key (5.4, 5.6)."""
    fields = split_fields(resource)
    if len(fields) != 6:
        return False
    assumed = action.lower() in TRUST_ACTIONS and fields[2] == "iam" and fields[5].startswith("role/")
    return assumed or (fields[2] == "kms" and fields[5].startswith("key/"))


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
