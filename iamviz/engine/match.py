"""Whether a statement, a policy, a set speaks about a request (docs/rules/policy_evaluation.md 0.1, 2, 5.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from iamviz.engine.principals import MatchKind, hits_principal, principal_matches
from iamviz.engine.request import CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["Applicable", "applies", "conditions_hold"]

WITH_PRINCIPAL = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT})
_BOUND_BY_SCP = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT})
_WITH_SESSION_POLICY = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT})
_BUCKET_POLICY_ACTIONS = frozenset({"getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"})


def conditions_hold(statement: Statement, request: Request) -> bool:
    """Whether every row of the condition block is true."""
    values = request.values
    return all(row.test(values) for row in statement.conditions)


def applies(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> bool:
    """Whether every element of the statement matches the request; only then it has an influence (0.1)."""
    return (
        statement.covers_action(request.service, request.action_name)
        and statement.covers_resource(request.matched_resource, request.values)
        and (kind not in WITH_PRINCIPAL or hits_principal(statement, request.caller, kind, has_boundary))
        and conditions_hold(statement, request)
    )


@dataclass(frozen=True)
class Applicable:
    """The policies that apply to one request, after the table of 5.2 and the exceptions of 5.2, 5.6 and 5.7."""

    request: Request
    scps: Sequence[Sequence[Policy]]
    rcps: Sequence[Sequence[Policy]]
    endpoint: Policy | None
    resource: Policy | None
    identity: Sequence[Policy]
    boundary: Policy | None
    session: Sequence[Policy]

    @classmethod
    def of(cls, request: Request, policies: PolicySet, settings: Settings) -> "Applicable":
        """Leave out what does not apply to this caller, this resource, this action."""
        caller = request.caller
        kind, linked = caller.kind, caller.service_linked_role
        with_scp = kind in _BOUND_BY_SCP and not caller.management_account and not linked
        with_rcp = (
            request.service in settings.rcp_services
            and not (request.service == "kms" and request.action_name == "retiregrant")
            and not request.resource_management_account
            and not linked
        )
        unlocks_bucket = (
            kind is CallerKind.ROOT
            and request.service == "s3"
            and request.action_name in _BUCKET_POLICY_ACTIONS
            and request.same_account
        )
        return cls(
            request=request,
            scps=policies.scps if with_scp else (),
            rcps=policies.rcps if with_rcp else (),
            endpoint=policies.endpoint,
            resource=None if unlocks_bucket else policies.resource,
            identity=policies.identity if caller.has_identity_side else (),
            boundary=policies.boundary if caller.has_identity_side and not linked else None,
            session=policies.sessions if kind in _WITH_SESSION_POLICY and not linked else (),
        )

    @property
    def resource_kind(self) -> PolicyKind:
        """What the resource policy is: a trust policy for trust actions, else an ordinary resource policy."""
        return PolicyKind.TRUST if self.request.is_trust else PolicyKind.RESOURCE

    @cached_property
    def groups(self) -> tuple[tuple[PolicyKind, tuple[Policy, ...]], ...]:
        """All applicable policies by type, in the order in which AWS's messages name a Deny (6.1)."""
        return (
            (PolicyKind.SCP, tuple(policy for level in self.scps for policy in level)),
            (PolicyKind.RCP, tuple(policy for level in self.rcps for policy in level)),
            (PolicyKind.ENDPOINT, _some(self.endpoint)),
            (self.resource_kind, _some(self.resource)),
            (PolicyKind.IDENTITY, tuple(self.identity)),
            (PolicyKind.BOUNDARY, _some(self.boundary)),
            (PolicyKind.SESSION, tuple(self.session)),
        )

    def says(self, effect: Effect, kind: PolicyKind, policies: Iterable[Policy]) -> bool:
        """Whether some statement of an effect applies in policies of one type."""
        request, has_boundary = self.request, self.boundary is not None
        service = request.service
        return any(
            applies(statement, request, kind, has_boundary)
            for policy in policies
            for statement in policy.candidates(effect, service)
        )

    def denied_by(self) -> PolicyKind | None:
        """The first type of policy, in the order of messages, in which a Deny applies."""
        for kind, policies in self.groups:
            if policies and self.says(Effect.DENY, kind, policies):
                return kind
        return None

    def scps_allow(self) -> bool:
        """Whether every level of the organization has an Allow that applies; true without SCPs (5.3)."""
        return all(self.says(Effect.ALLOW, PolicyKind.SCP, level) for level in self.scps)

    def endpoint_allows(self) -> bool:
        """Whether the endpoint policy has an Allow that applies; true without one."""
        return self.endpoint is None or self.says(Effect.ALLOW, PolicyKind.ENDPOINT, (self.endpoint,))

    def grants(self) -> frozenset[MatchKind]:
        """The kinds by which Allow statements of the resource or trust policy meet the caller ("R" in 5.4)."""
        if self.resource is None:
            return frozenset()
        request, kind, has_boundary = self.request, self.resource_kind, self.boundary is not None
        found: frozenset[MatchKind] = frozenset()
        for statement in self.resource.candidates(Effect.ALLOW, request.service):
            if applies(statement, request, kind, has_boundary):
                found |= principal_matches(statement, request.caller, kind)
        return found

    def identity_allows(self) -> bool:
        """Whether an identity-based policy allows; implied for the root user (5.7)."""
        if self.request.caller.kind is CallerKind.ROOT:
            return True
        return self.says(Effect.ALLOW, PolicyKind.IDENTITY, self.identity)

    def boundary_allows(self) -> bool:
        """Whether the permissions boundary allows; true without one."""
        return self.boundary is None or self.says(Effect.ALLOW, PolicyKind.BOUNDARY, (self.boundary,))

    def session_allows(self) -> bool:
        """Whether a session policy allows; true without one, but for a federated user (5.4)."""
        if not self.session:
            return self.request.caller.kind is not CallerKind.FEDERATED_USER
        return self.says(Effect.ALLOW, PolicyKind.SESSION, self.session)


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)
