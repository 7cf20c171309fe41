"""Deciding one request: docs/rules/policy_evaluation.md 0.2, 5.4 and 5.5, nearly word for word."""

from iamviz.engine.decision import Decision, Outcome, Reason, Special
from iamviz.engine.match import Applicable
from iamviz.engine.principals import MatchKind
from iamviz.engine.request import DEFAULT_SETTINGS, CallerKind, PolicySet, Request, Settings
from iamviz.policy.model import PolicyKind

__all__ = ["evaluate"]

_ALLOWED = (Outcome.ALLOWED, Reason())
Verdict = tuple[Outcome, Reason]


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
    outcome, reason = _decide(request, policies, settings)
    return Decision(request, policies, settings, outcome, reason)


def _decide(request: Request, policies: PolicySet, settings: Settings) -> Verdict:
    caller = request.caller
    if request.service == "sts" and request.action_name == "getcalleridentity" and caller.is_signed:
        return Outcome.ALLOWED, Reason(special=Special.CALLER_IDENTITY)
    if request.is_trust and caller.kind is CallerKind.ROOT:
        return Outcome.IMPLICIT_DENY, Reason(special=Special.ROOT_CALLER)
    if request.is_trust and caller.kind is CallerKind.FEDERATED_USER:
        return Outcome.IMPLICIT_DENY, Reason(special=Special.FEDERATED_USER_CALLER)
    sets = Applicable.of(request, policies, settings)
    denied_by = sets.denied_by()
    if denied_by is not None:
        return Outcome.EXPLICIT_DENY, Reason(denied_by)
    if not sets.scps_allow():
        return _implicit(PolicyKind.SCP)
    if not sets.endpoint_allows():
        return _implicit(PolicyKind.ENDPOINT)
    grants = sets.grants()
    if caller.kind in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.FEDERATED):
        return _ALLOWED if grants else _implicit(sets.resource_kind)
    if request.same_account:
        return _same_account(sets, grants, settings)
    return _cross_account(sets, grants)


def _implicit(kind: PolicyKind) -> Verdict:
    return Outcome.IMPLICIT_DENY, Reason(kind)


def _same_account(sets: Applicable, grants: frozenset[MatchKind], settings: Settings) -> Verdict:
    """5.4: a direct grant of the resource policy suffices, within limits; else the identity side decides."""
    request = sets.request
    if MatchKind.WILDCARD in grants and request.caller.kind is not CallerKind.ROOT:
        return _ALLOWED
    caps_user = request.is_trust and request.caller.kind is CallerKind.USER and settings.trust_user_boundary
    boundary = sets.boundary_allows()
    if MatchKind.DIRECT in grants and (boundary or not caps_user):
        return _ALLOWED
    session = sets.session_allows()
    if (MatchKind.ROLE in grants or MatchKind.PARENT in grants) and boundary and session:
        return _ALLOWED
    capped = grants & {MatchKind.DIRECT, MatchKind.ROLE, MatchKind.PARENT}
    delegated = grants & {MatchKind.ACCOUNT, MatchKind.WILDCARD}
    if (request.is_trust or request.is_kms_key) and not delegated and not capped:
        return _implicit(sets.resource_kind)
    needs_identity = not capped and not sets.identity_allows()
    if needs_identity:
        return _implicit(PolicyKind.IDENTITY)
    if not boundary:
        return _implicit(PolicyKind.BOUNDARY)
    return _ALLOWED if session else _implicit(PolicyKind.SESSION)


def _cross_account(sets: Applicable, grants: frozenset[MatchKind]) -> Verdict:
    """5.5: both accounts decide, both must say yes; no short-cuts."""
    if not sets.identity_allows():
        return _implicit(PolicyKind.IDENTITY)
    if not sets.boundary_allows():
        return _implicit(PolicyKind.BOUNDARY)
    if not sets.session_allows():
        return _implicit(PolicyKind.SESSION)
    return _ALLOWED if grants else _implicit(sets.resource_kind)
