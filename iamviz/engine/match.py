"""Which policies apply to a request, and what they say about it (docs/rules/policy_evaluation.md 0.1, 2, 5.2, 5.3).

Two steps, since the first is the same for many requests. A `Selection` holds, for one kind of caller and one action,
the policies that apply and those of their statements whose action element covers the action. `Applicable` puts one
request to a selection: resource, conditions, principal.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from iamviz.engine.principals import MatchKind, hits_principal, principal_matches
from iamviz.engine.request import DEFAULT_SETTINGS, CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["WITH_PRINCIPAL", "Applicable", "Selection", "applies"]

WITH_PRINCIPAL = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT})
_WITH_SESSION_POLICY = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT})
_BUCKET_POLICY_ACTIONS = frozenset({"getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"})
_REMEMBERED = 1024
_NOTHING: frozenset[MatchKind] = frozenset()

Statements = tuple[Statement, ...]


def applies(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> bool:
    """Whether every element of the statement matches the request; only then it has an influence (0.1)."""
    return statement.covers_action(request.service, request.action_name) and _meets(
        statement, request, kind, has_boundary
    )


def _meets(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> bool:
    """The same for a statement whose action element is known to match."""
    return statement.meets(request.matched_resource, request.values) and (
        kind not in WITH_PRINCIPAL or hits_principal(statement, request.caller, kind, has_boundary)
    )


class Selection:
    """The policies that apply, after the table of 5.2 and the exceptions of 5.2, 5.6 and 5.7, ready for one action.

    It depends on the request's ``scope`` alone, not on its resource nor on its context.
    """

    def __init__(self, request: Request, policies: PolicySet, settings: Settings) -> None:
        caller = request.caller
        linked = caller.service_linked_role
        with_scp = caller.in_account and not caller.management_account and not linked
        with_rcp = (
            request.service in settings.rcp_services
            and not (request.service == "kms" and request.action_name == "retiregrant")
            and not request.resource_management_account
            and not linked
        )
        unlocks_bucket = (
            caller.kind is CallerKind.ROOT
            and request.service == "s3"
            and request.action_name in _BUCKET_POLICY_ACTIONS
            and request.same_account
        )
        with_session = caller.kind in _WITH_SESSION_POLICY and not linked
        self.resource_kind = PolicyKind.TRUST if request.is_trust else PolicyKind.RESOURCE
        self.scps = policies.scps if with_scp else ()
        self.rcps = policies.rcps if with_rcp else ()
        self.endpoint = policies.endpoint
        self.resource = None if unlocks_bucket else policies.resource
        self.identity = policies.identity if caller.has_identity_side else ()
        self.boundary = policies.boundary if caller.has_identity_side and not linked else None
        self.session = policies.sessions if with_session else ()
        self._action = request.service, request.action_name
        self.denies = tuple((kind, found) for kind, group in self.groups if (found := self._of(Effect.DENY, group)))

    def _of(self, effect: Effect, policies: Iterable[Policy]) -> Statements:
        return tuple(s for policy in policies for s in policy.covering(*self._action)[effect])

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

    @cached_property
    def scp_allows(self) -> tuple[Statements, ...]:
        """The Allow statements of every level, from the organization's root to the account."""
        return tuple(self._of(Effect.ALLOW, level) for level in self.scps)

    @cached_property
    def endpoint_allows(self) -> Statements:
        """The Allow statements of the endpoint policy."""
        return self._of(Effect.ALLOW, _some(self.endpoint))

    @cached_property
    def resource_allows(self) -> Statements:
        """The Allow statements of the resource or trust policy."""
        return self._of(Effect.ALLOW, _some(self.resource))

    @cached_property
    def identity_allows(self) -> Statements:
        """The Allow statements of the identity-based policies."""
        return self._of(Effect.ALLOW, self.identity)

    @cached_property
    def boundary_allows(self) -> Statements:
        """The Allow statements of the permissions boundary."""
        return self._of(Effect.ALLOW, _some(self.boundary))

    @cached_property
    def session_allows(self) -> Statements:
        """The Allow statements of the session policies."""
        return self._of(Effect.ALLOW, self.session)


def select(request: Request, policies: PolicySet, settings: Settings) -> Selection:
    """The selection for a request, remembered beside the policies when the settings are the usual ones."""
    if settings is not DEFAULT_SETTINGS:
        return Selection(request, policies, settings)
    known: dict[object, Selection] = policies.selections
    found = known.get(request.scope)
    if found is None:
        found = Selection(request, policies, settings)
        if len(known) >= _REMEMBERED:
            known.clear()
        known[request.scope] = found
    return found


class Applicable:
    """One request and the policies that apply to it: what do they say?"""

    __slots__ = ("request", "selection")

    def __init__(self, request: Request, selection: Selection) -> None:
        self.request = request
        self.selection = selection

    @classmethod
    def of(cls, request: Request, policies: PolicySet, settings: Settings) -> "Applicable":
        """Leave out what does not apply to this caller, this resource, this action."""
        return cls(request, select(request, policies, settings))

    def _some_meets(self, kind: PolicyKind, statements: Sequence[Statement]) -> bool:
        request = self.request
        if kind in WITH_PRINCIPAL:
            has_boundary = self.selection.boundary is not None
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
        selection = self.selection
        return selection.endpoint is None or self._some_meets(PolicyKind.ENDPOINT, selection.endpoint_allows)

    def grants(self) -> frozenset[MatchKind]:
        """The kinds by which Allow statements of the resource or trust policy meet the caller ("R" in 5.4)."""
        selection, request = self.selection, self.request
        if selection.resource is None:
            return _NOTHING
        kind, has_boundary = selection.resource_kind, selection.boundary is not None
        found = _NOTHING
        for statement in selection.resource_allows:
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
        selection = self.selection
        return selection.boundary is None or self._some_meets(PolicyKind.BOUNDARY, selection.boundary_allows)

    def session_allows(self) -> bool:
        """Whether a session policy allows; true without one, but for a federated user (5.4)."""
        if not self.selection.session:
            return self.request.caller.kind is not CallerKind.FEDERATED_USER
        return self._some_meets(PolicyKind.SESSION, self.selection.session_allows)


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)
