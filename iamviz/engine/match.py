"""Which policies apply to a request, and what they say about it (docs/rules/policy_evaluation.md 0.1, 2, 5.2, 5.3).

In three steps, since many requests share the first two. `Attached` holds the policies that apply to a kind of caller,
`Selection` those of their statements whose action element covers one action. `Applicable` puts a request to them:
resource, conditions, principal.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from iamviz.engine.principals import MatchKind, hits_principal, principal_matches
from iamviz.engine.request import DEFAULT_SETTINGS, Caller, CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["WITH_PRINCIPAL", "Applicable", "Attached", "Selection"]

WITH_PRINCIPAL = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT})
_WITH_SESSION_POLICY = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT})
_UNLOCKING = frozenset(("s3", name) for name in ("getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"))
_REMEMBERED = 1024
_NOTHING: frozenset[MatchKind] = frozenset()

Statements = tuple[Statement, ...]


def _meets(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> bool:
    """Whether a statement applies whose action element is known to match: only then it has an influence (0.1)."""
    return statement.meets(request.matched_resource, request.values) and (
        kind not in WITH_PRINCIPAL or hits_principal(statement, request.caller, kind, has_boundary)
    )


class Attached:
    """The policies of a set that apply, after the table of 5.2 and the exceptions of 5.2, 5.6 and 5.7."""

    def __init__(
        self, caller: Caller, policies: PolicySet, resource_kind: PolicyKind, with_rcp: bool, with_resource: bool
    ) -> None:
        linked = caller.service_linked_role
        with_scp = caller.in_account and not caller.management_account and not linked
        with_session = caller.kind in _WITH_SESSION_POLICY and not linked
        self.resource_kind = resource_kind
        self.scps = policies.scps if with_scp else ()
        self.rcps = policies.rcps if with_rcp and not linked else ()
        self.endpoint = policies.endpoint
        self.resource = policies.resource if with_resource else None
        self.identity = policies.identity if caller.has_identity_side else ()
        self.boundary = policies.boundary if caller.has_identity_side and not linked else None
        self.session = policies.sessions if with_session else ()
        self.needs_session = caller.kind is CallerKind.FEDERATED_USER
        self.prepared: dict[Any, Any] = {}
        """What explanations keep beside it."""

    @classmethod
    def to(cls, request: Request, policies: PolicySet, settings: Settings) -> "Attached":
        """The policies that apply to a request, remembered beside the policy set."""
        caller, service, name = request.caller, request.service, request.action_name
        with_rcp = (
            service in settings.rcp_services
            and not (service == "kms" and name == "retiregrant")
            and not request.resource_management_account
        )
        unlocks_bucket = caller.kind is CallerKind.ROOT and request.same_account and (service, name) in _UNLOCKING
        kind = PolicyKind.TRUST if request.is_trust else PolicyKind.RESOURCE
        known: dict[object, Attached] = policies.attached
        key = (*caller.scope, kind, with_rcp, unlocks_bucket)
        if key not in known:
            known[key] = cls(caller, policies, kind, with_rcp, not unlocks_bucket)
        return known[key]

    @cached_property
    def groups(self) -> tuple[tuple[PolicyKind, tuple[Policy, ...]], ...]:
        """All policies by type, in the order in which AWS's messages name a Deny (6.1)."""
        return (
            (PolicyKind.SCP, tuple(policy for level in self.scps for policy in level)),
            (PolicyKind.RCP, tuple(policy for level in self.rcps for policy in level)),
            (PolicyKind.ENDPOINT, _some(self.endpoint)),
            (self.resource_kind, _some(self.resource)),
            (PolicyKind.IDENTITY, tuple(self.identity)),
            (PolicyKind.BOUNDARY, _some(self.boundary)),
            (PolicyKind.SESSION, tuple(self.session)),
        )


class Selection:
    """The statements that can speak about an action, out of the policies that apply.

    It depends on the request's ``scope`` alone, not on its resource nor on its context.
    """

    def __init__(self, attached: Attached, service: str, name: str) -> None:
        self.attached = attached
        self._action = service, name
        self.denies = tuple((kind, found) for kind, ps in attached.groups if (found := self._of(Effect.DENY, ps)))

    @classmethod
    def of(cls, request: Request, policies: PolicySet, settings: Settings) -> "Selection":
        """The selection for a request."""
        return cls(Attached.to(request, policies, settings), request.service, request.action_name)

    def _of(self, effect: Effect, policies: Iterable[Policy]) -> Statements:
        return tuple([s for policy in policies for s in policy.covering(*self._action)[effect]])

    @cached_property
    def scp_allows(self) -> tuple[Statements, ...]:
        """The Allow statements of every level, from the organization's root to the account."""
        return tuple(self._of(Effect.ALLOW, level) for level in self.attached.scps)

    @cached_property
    def endpoint_allows(self) -> Statements:
        """The Allow statements of the endpoint policy."""
        return self._of(Effect.ALLOW, _some(self.attached.endpoint))

    @cached_property
    def resource_allows(self) -> Statements:
        """The Allow statements of the resource or trust policy."""
        return self._of(Effect.ALLOW, _some(self.attached.resource))

    @cached_property
    def identity_allows(self) -> Statements:
        """The Allow statements of the identity-based policies."""
        return self._of(Effect.ALLOW, self.attached.identity)

    @cached_property
    def boundary_allows(self) -> Statements:
        """The Allow statements of the permissions boundary."""
        return self._of(Effect.ALLOW, _some(self.attached.boundary))

    @cached_property
    def session_allows(self) -> Statements:
        """The Allow statements of the session policies."""
        return self._of(Effect.ALLOW, self.attached.session)


class Applicable:
    """One request and the policies that apply to it: what do they say?"""

    __slots__ = ("attached", "request", "selection")

    def __init__(self, request: Request, selection: Selection) -> None:
        self.request = request
        self.selection = selection
        self.attached = selection.attached

    @classmethod
    def of(cls, request: Request, policies: PolicySet, settings: Settings) -> "Applicable":
        """Leave out what does not apply to this caller, this resource, this action.

        The selection is remembered beside the policies, when the settings are the usual ones.
        """
        if settings is not DEFAULT_SETTINGS:
            return cls(request, Selection.of(request, policies, settings))
        known: dict[object, Selection] = policies.selections
        found = known.get(request.scope)
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            found = known[request.scope] = Selection.of(request, policies, settings)
        return cls(request, found)

    def _some_meets(self, kind: PolicyKind, statements: Sequence[Statement]) -> bool:
        request = self.request
        if kind in WITH_PRINCIPAL:
            has_boundary = self.attached.boundary is not None
            return any(_meets(statement, request, kind, has_boundary) for statement in statements)
        resource, values = request.matched_resource, request.values
        for statement in statements:  # noqa: SIM110 - a plain loop: this is what most decisions come down to
            if statement.meets(resource, values):
                return True
        return False

    def denied_by(self) -> PolicyKind | None:
        """The first type of policy, in the order of messages, in which a Deny applies."""
        for kind, statements in self.selection.denies:
            if self._some_meets(kind, statements):
                return kind
        return None

    def scps_allow(self) -> bool:
        """Whether every level of the organization has an Allow that applies; true without SCPs (5.3)."""
        return all(self._some_meets(PolicyKind.SCP, level) for level in self.selection.scp_allows)

    def endpoint_allows(self) -> bool:
        """Whether the endpoint policy has an Allow that applies; true without one."""
        return self.attached.endpoint is None or self._some_meets(PolicyKind.ENDPOINT, self.selection.endpoint_allows)

    def grants(self) -> frozenset[MatchKind]:
        """The kinds by which Allow statements of the resource or trust policy meet the caller ("R" in 5.4)."""
        attached, request = self.attached, self.request
        if attached.resource is None:
            return _NOTHING
        kind, has_boundary = attached.resource_kind, attached.boundary is not None
        found = _NOTHING
        for statement in self.selection.resource_allows:
            if _meets(statement, request, kind, has_boundary):
                found |= principal_matches(statement, request.caller, kind)
        return found

    def identity_allows(self) -> bool:
        """Whether an identity-based policy allows; implied for the root user (5.7)."""
        if self.request.caller.kind is CallerKind.ROOT:
            return True
        return self._some_meets(PolicyKind.IDENTITY, self.selection.identity_allows)

    def boundary_allows(self) -> bool:
        """Whether the permissions boundary allows; true without one."""
        return self.attached.boundary is None or self._some_meets(PolicyKind.BOUNDARY, self.selection.boundary_allows)

    def session_allows(self) -> bool:
        """Whether a session policy allows; true without one, but for a federated user (5.4)."""
        if not self.attached.session:
            return self.request.caller.kind is not CallerKind.FEDERATED_USER
        return self._some_meets(PolicyKind.SESSION, self.selection.session_allows)


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)
