"""Which policies apply to a request, and what they say about it (docs/rules/policy_evaluation.md 0.1, 2, 5.2, 5.3).

In three steps, since many requests share the first two. `Attached` holds the policies that apply to a kind of caller,
`Selection` those of their statements whose action element covers one action. `Applicable` puts a request to them:
resource, conditions, principal.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from iamviz.engine.principals import MatchKind, hits_principal, principal_matches
from iamviz.engine.request import DEFAULT_SETTINGS, Caller, CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import Policy, PolicyKind, Statement
from iamviz.policy.variables import Context

__all__ = ["UNLOCKING", "WITH_PRINCIPAL", "Applicable", "Attached", "Selection"]

WITH_PRINCIPAL = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT})
_WITH_SESSION_POLICY = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT})
UNLOCKING = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""The actions of a bucket owner's root user for which the bucket policy is not asked (5.6)."""
_REMEMBERED = 1024
_NOTHING: frozenset[MatchKind] = frozenset()

Statements = Sequence[Statement]
Tests = Sequence[Callable[[str, Context], bool]]


def _speaks(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> bool:
    """Whether a statement that names principals applies, when its action element matches (0.1)."""
    meets = statement.meets(request.matched_resource, request.values)
    return meets and hits_principal(statement, request.caller, kind, has_boundary)


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
            bool(policies.rcps)
            and service in settings.rcp_services
            and not (service == "kms" and name == "retiregrant")
            and not request.resource_management_account
        )
        unlocks_bucket = caller.kind is CallerKind.ROOT and request.same_account and request.scope.action in UNLOCKING
        kind = PolicyKind.TRUST if request.is_trust else PolicyKind.RESOURCE
        known: dict[object, Attached] = policies.attached
        key = (caller.scope, kind, with_rcp, unlocks_bucket)
        found = known.get(key)
        if found is None:
            found = known[key] = cls(caller, policies, kind, with_rcp, not unlocks_bucket)
        return found

    @cached_property
    def present(self) -> tuple[tuple[PolicyKind, tuple[Policy, ...]], ...]:
        """The types of which there are policies."""
        return tuple((kind, policies) for kind, policies in self.groups if policies)

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
    """The statements that can speak about an action, out of the policies that apply, by type of policy.

    It depends on the request's ``scope`` alone, not on its resource nor on its context. Statements that name principals
    are ``named``; of the others only the test is kept.
    """

    __slots__ = ("action", "allows", "attached", "denies", "named_allows")

    def __init__(self, attached: Attached, action: str) -> None:
        self.attached = attached
        self.action = action
        self.allows: dict[PolicyKind, Tests] = {}
        self.named_allows: dict[PolicyKind, Statements] = {}
        self.denies: list[tuple[PolicyKind, Tests, Statements]] = []
        for kind, policies in attached.present:
            allows: list[Statement] = []
            denies: list[Statement] = []
            for policy in policies:
                covering = policy.covering(action)
                allows += covering.allows
                denies += covering.denies
            if kind in WITH_PRINCIPAL:
                self.named_allows[kind] = allows
            else:
                self.allows[kind] = [statement.meets for statement in allows]
            if denies and kind in WITH_PRINCIPAL:
                self.denies.append((kind, (), denies))
            elif denies:
                self.denies.append((kind, [statement.meets for statement in denies], ()))

    @classmethod
    def of(cls, request: Request, policies: PolicySet, settings: Settings) -> "Selection":
        """The selection for a request."""
        return cls(Attached.to(request, policies, settings), request.scope.action)

    def on_level(self, policies: Iterable[Policy]) -> Tests:
        """The tests of the Allow statements of one level of the organization."""
        return [statement.meets for policy in policies for statement in policy.covering(self.action).allows]


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

    def _some_meets(self, tests: Tests) -> bool:
        request = self.request
        resource, values = request.matched_resource, request.values
        for meets in tests:  # noqa: SIM110 - a plain loop: this is what most decisions come down to
            if meets(resource, values):
                return True
        return False

    def _some_speaks(self, kind: PolicyKind, statements: Statements) -> bool:
        has_boundary = self.attached.boundary is not None
        return any(_speaks(statement, self.request, kind, has_boundary) for statement in statements)

    def denied_by(self) -> PolicyKind | None:
        """The first type of policy, in the order of messages, in which a Deny applies."""
        for kind, tests, named in self.selection.denies:
            if self._some_meets(tests) or (named and self._some_speaks(kind, named)):
                return kind
        return None

    def scps_allow(self) -> bool:
        """Whether every level of the organization has an Allow that applies; true without SCPs (5.3)."""
        return all(self.level_allows(level) for level in self.attached.scps)

    def level_allows(self, level: Iterable[Policy]) -> bool:
        """Whether an SCP on one level has an Allow that applies."""
        return self._some_meets(self.selection.on_level(level))

    def endpoint_allows(self) -> bool:
        """Whether the endpoint policy has an Allow that applies; true without one."""
        kind = PolicyKind.ENDPOINT
        return self.attached.endpoint is None or self._some_speaks(kind, self.selection.named_allows[kind])

    def grants(self) -> frozenset[MatchKind]:
        """The kinds by which Allow statements of the resource or trust policy meet the caller ("R" in 5.4)."""
        attached, request = self.attached, self.request
        if attached.resource is None:
            return _NOTHING
        kind, has_boundary = attached.resource_kind, attached.boundary is not None
        found = _NOTHING
        for statement in self.selection.named_allows[kind]:
            if _speaks(statement, request, kind, has_boundary):
                found |= principal_matches(statement, request.caller, kind)
        return found

    def identity_allows(self) -> bool:
        """Whether an identity-based policy allows; implied for the root user and who has its access (0.4, 5.7)."""
        if self.request.caller.has_full_access:
            return True
        return self._some_meets(self.selection.allows.get(PolicyKind.IDENTITY, ()))

    def boundary_allows(self) -> bool:
        """Whether the permissions boundary allows; true without one."""
        return self.attached.boundary is None or self._some_meets(self.selection.allows[PolicyKind.BOUNDARY])

    def session_allows(self) -> bool:
        """Whether a session policy allows; true without one, but for a federated user (5.4)."""
        if not self.attached.session:
            return not self.attached.needs_session
        return self._some_meets(self.selection.allows[PolicyKind.SESSION])


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)
