"""Deciding one request: docs/rules/policy_evaluation.md 0.2, 5.4 and 5.5, nearly word for word."""

from iamviz.engine.decision import Decision, Outcome, Reason, Special, decided
from iamviz.engine.match import Applicable
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import DEFAULT_SETTINGS, CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import PolicyKind

__all__ = ["evaluate", "settle"]

Settled = tuple[Outcome, Reason]
_ALLOWED: Settled = (Outcome.ALLOWED, Reason())
_SILENT: dict[PolicyKind, Settled] = {kind: (Outcome.IMPLICIT_DENY, Reason(kind)) for kind in PolicyKind}
_DENYING: dict[PolicyKind, Settled] = {kind: (Outcome.EXPLICIT_DENY, Reason(kind)) for kind in PolicyKind}
_CALLER_IDENTITY: Settled = (Outcome.ALLOWED, Reason(special=Special.CALLER_IDENTITY))
_REFUSED: dict[CallerKind | str, Settled] = {
    CallerKind.ROOT: (Outcome.IMPLICIT_DENY, Reason(special=Special.ROOT_CALLER)),
    CallerKind.FEDERATED_USER: (Outcome.IMPLICIT_DENY, Reason(special=Special.FEDERATED_USER_CALLER)),
}
_NOTHING: frozenset[MatchKind] = frozenset()
_ACCOUNT = frozenset({MatchKind.ACCOUNT})


def evaluate(request: Request, policies: PolicySet, settings: Settings = DEFAULT_SETTINGS) -> Decision:
    """Decide a request as AWS does.

    >>> from iamviz.engine.request import Caller
    >>> from iamviz.policy import Policy
    >>> ana = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    >>> request = Request(ana, "s3:GetObject", "arn:aws:s3:::assets/logo.png", "111122223333")
    >>> allow = Policy.parse('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    >>> evaluate(request, PolicySet(identity=[allow])).outcome.value
    'allowed'
    >>> evaluate(request, PolicySet()).message.partition(" because ")[2]
    'no identity-based policy allows the s3:GetObject action'
    """
    sets = Applicable.of(request, policies, settings)
    outcome, reason = settle(sets, settings)
    return decided(sets, policies, settings, outcome, reason)


def settle(sets: Applicable, settings: Settings) -> Settled:
    """The outcome and its reason, from the answers that ``sets`` gives; each is asked for only when it is needed."""
    request = sets.request
    verdict = _without_policies(request) if request.service == "sts" else None
    if verdict is not None:
        return verdict
    denied_by = sets.denied_by()
    if denied_by is not None:
        return _DENYING[denied_by]
    attached = sets.attached
    if attached.scps and not sets.scps_allow():
        return _SILENT[PolicyKind.SCP]
    if attached.endpoint is not None and not sets.endpoint_allows():
        return _SILENT[PolicyKind.ENDPOINT]
    grants = sets.grants() if attached.resource is not None else _NOTHING
    if not request.caller.in_account:
        return _ALLOWED if grants else _SILENT[attached.resource_kind]
    if request.same_account:
        return _same_account(sets, grants, settings)
    return _across_accounts(sets, grants)


def _without_policies(request: Request) -> Settled | None:
    """What is settled before any policy is read: the first lines of 0.2."""
    caller = request.caller
    if request.action_name == "getcalleridentity" and caller.is_signed:
        return _CALLER_IDENTITY
    return _REFUSED.get(caller.kind) if request.is_trust else None


def _same_account(sets: Applicable, grants: frozenset[MatchKind], settings: Settings) -> Settled:
    """5.4: a direct grant of the resource policy suffices, within limits; else the identity side decides."""
    request = sets.request
    if not grants and (request.is_trust or request.is_kms_key):
        return _SILENT[sets.attached.resource_kind]
    if not grants or request.caller.kind is CallerKind.ROOT:
        return _identity_side(sets) or _ALLOWED
    if MatchKind.WILDCARD in grants:
        return _ALLOWED
    caps_user = request.is_trust and request.caller.kind is CallerKind.USER and settings.trust_user_boundary
    if MatchKind.DIRECT in grants and (not caps_user or sets.boundary_allows()):
        return _ALLOWED
    return _identity_side(sets, needs_identity=grants == _ACCOUNT) or _ALLOWED


def _across_accounts(sets: Applicable, grants: frozenset[MatchKind]) -> Settled:
    """5.5: first the caller's account, then the resource's; neither can stand in for the other."""
    return _identity_side(sets) or (_ALLOWED if grants else _SILENT[sets.attached.resource_kind])


def _identity_side(sets: Applicable, needs_identity: bool = True) -> Settled | None:
    """The first of identity policies, boundary and session policy that does not allow; None when all do.

    Identity policies need not allow what the resource policy grants to the caller's role or parent user.
    """
    if needs_identity and not sets.identity_allows():
        return _SILENT[PolicyKind.IDENTITY]
    attached = sets.attached
    if attached.boundary is not None and not sets.boundary_allows():
        return _SILENT[PolicyKind.BOUNDARY]
    if (attached.session or attached.needs_session) and not sets.session_allows():
        return _SILENT[PolicyKind.SESSION]
    return None
