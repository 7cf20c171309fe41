"""Who a Principal element means: docs/rules/policy_evaluation.md 2.3 and 2.4."""

from collections.abc import Iterable
from enum import StrEnum

from iamviz.engine.request import Caller, CallerKind
from iamviz.policy.elements import PrincipalEntry
from iamviz.policy.model import Effect, PolicyKind, Statement

__all__ = ["MatchKind", "entry_match", "hits_principal", "principal_matches", "unlisted"]


class MatchKind(StrEnum):
    """How a Principal entry meets a caller; the kind matters for what the grant is worth (5.4)."""

    WILDCARD = "wildcard"
    DIRECT = "direct"
    ROLE = "role"
    PARENT = "parent"
    ACCOUNT = "account"
    SERVICE = "service"
    FEDERATED = "federated"


def entry_match(entry: PrincipalEntry, caller: Caller) -> MatchKind | None:
    """How one entry meets the caller; None when it does not.

    >>> from iamviz.policy.json_source import Span
    >>> root = PrincipalEntry("AWS", "arn:aws:iam::111122223333:root", Span(1, 1, 1, 1))
    >>> ana = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    >>> entry_match(root, ana).value
    'account'
    """
    if entry.is_everyone:
        return MatchKind.WILDCARD
    kind, value = caller.kind, entry.value
    if entry.type == "Service":
        return MatchKind.SERVICE if kind is CallerKind.SERVICE and value == caller.service else None
    if entry.type == "Federated":
        return MatchKind.FEDERATED if kind is CallerKind.FEDERATED and value == caller.federated else None
    if entry.type != "AWS" or not caller.in_account:
        return None
    if entry.account is not None:
        return MatchKind.ACCOUNT if entry.account == caller.account and _same_partition(entry.value, caller) else None
    if entry.bound_id is not None:
        value = entry.bound_id
    return _identity_match(value, caller)


def _same_partition(value: str, caller: Caller) -> bool:
    """Whether an account principal is of the caller's partition: trust never crosses one (5.5).

    A bare account number names none.
    """
    partition, mine = value.split(":")[1:2], caller.arn.split(":")[1:2]
    return not partition or not mine or partition == mine


def _identity_match(value: str, caller: Caller) -> MatchKind | None:
    """How an ARN or a unique id meets a user, a session or a federated user."""
    if not value:
        return None
    if caller.kind is CallerKind.ROLE_SESSION:
        if value == caller.arn:
            return MatchKind.DIRECT
        role_id = caller.unique_id.partition(":")[0]
        return MatchKind.ROLE if value in (caller.role_arn, role_id) else None
    if caller.kind is CallerKind.USER:
        return MatchKind.DIRECT if value in (caller.arn, caller.unique_id) else None
    if caller.kind is CallerKind.FEDERATED_USER:
        if value == caller.arn:
            return MatchKind.DIRECT
        return MatchKind.PARENT if value == caller.user_arn else None
    return None


def principal_matches(statement: Statement, caller: Caller, kind: PolicyKind) -> frozenset[MatchKind]:
    """The kinds by which the Principal element of an Allow or Deny meets the caller; empty when it does not.

    In an Allow of a trust policy ``*`` means users and sessions only; anonymous, service and federated callers need
    an entry of their own. An OIDC or SAML caller needs it everywhere, since it has no credentials but for the call
    that a trust policy decides (2.3). The statements of RCPs and endpoint policies are filters: ``*`` is everyone.
    """
    matches = frozenset(m for entry in statement.principals or () if (m := entry_match(entry, caller)) is not None)
    if statement.effect is Effect.ALLOW and not _among_everyone(caller, kind):
        return matches - {MatchKind.WILDCARD}
    return matches


def _among_everyone(caller: Caller, kind: PolicyKind) -> bool:
    """Whether ``*`` in an Allow of a kind of policy means the caller too."""
    if kind is PolicyKind.TRUST:
        return caller.in_account
    return kind is not PolicyKind.RESOURCE or caller.kind is not CallerKind.FEDERATED


def hits_principal(statement: Statement, caller: Caller, kind: PolicyKind, has_boundary: bool) -> bool:
    """Whether the Principal or NotPrincipal element lets a statement speak about the caller."""
    if statement.not_principal:
        # Allow with NotPrincipal is no longer supported: it grants nothing (2.4).
        return statement.effect is Effect.DENY and not _is_exempt(statement.principals or (), caller, has_boundary)
    return bool(principal_matches(statement, caller, kind))


def _is_exempt(entries: Iterable[PrincipalEntry], caller: Caller, has_boundary: bool) -> bool:
    """Whether NotPrincipal lists every identity of the caller; one who has a boundary is never exempt (2.4)."""
    if has_boundary and caller.has_identity_side:
        return False
    return not unlisted(entries, caller)


def unlisted(entries: Iterable[PrincipalEntry], caller: Caller) -> frozenset[MatchKind]:
    """The identities of the caller that the entries of a NotPrincipal element leave out; ``*`` lists them all (2.4)."""
    listed = {entry_match(entry, caller) for entry in entries}
    if MatchKind.WILDCARD in listed:
        return frozenset()
    needed = _IDENTITIES.get(CallerKind(caller.kind), frozenset({MatchKind.WILDCARD}))
    if caller.kind is CallerKind.FEDERATED_USER and not caller.user_arn:
        needed -= {MatchKind.PARENT}  # made by the root user: its parent is the account
    return needed - listed


_IDENTITIES: dict[CallerKind, frozenset[MatchKind]] = {
    CallerKind.USER: frozenset({MatchKind.DIRECT, MatchKind.ACCOUNT}),
    CallerKind.ROLE_SESSION: frozenset({MatchKind.DIRECT, MatchKind.ROLE, MatchKind.ACCOUNT}),
    CallerKind.FEDERATED_USER: frozenset({MatchKind.DIRECT, MatchKind.PARENT, MatchKind.ACCOUNT}),
    CallerKind.ROOT: frozenset({MatchKind.ACCOUNT}),
    CallerKind.SERVICE: frozenset({MatchKind.SERVICE}),
    CallerKind.FEDERATED: frozenset({MatchKind.FEDERATED}),
}
