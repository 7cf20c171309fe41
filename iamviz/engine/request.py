"""What is asked, by whom, and which policies have a say: docs/rules/policy_evaluation.md 0.1, 0.3, 0.5."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from pathlib import Path
from sys import intern
from typing import Any

from iamviz.arn import FIELDS, is_role_arn, split_fields
from iamviz.policy.model import Policy, PolicyKind
from iamviz.policy.variables import lower_key

__all__ = ["TRUST_ACTIONS", "Caller", "CallerKind", "PolicySet", "Request", "Settings", "rcp_services"]

TRUST_ACTIONS = frozenset(
    f"sts:{name}"
    for name in (
        "assumerole assumerolewithwebidentity assumerolewithsaml tagsession setsourceidentity setcontext".split()
    )
)
"""The actions, in lower case, for which a role's trust policy is the resource policy (0.1)."""


class CallerKind(StrEnum):
    """The kinds of principals (docs/rules/policy_evaluation.md 0.3)."""

    USER = "user"
    ROLE_SESSION = "role-session"
    FEDERATED_USER = "federated-user"
    ROOT = "root"
    SERVICE = "service"
    FEDERATED = "federated"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Caller:
    """Who asks.

    ``arn`` is what error messages show: the session ARN for a role session. ``role_arn`` is the role's ARN with its
    path, ``user_arn`` the parent of a federated user, ``unique_id`` the ``aws:userid`` (``AIDA…``, ``AROA…:session``),
    ``service`` a service principal, ``federated`` the provider of an unsigned OIDC or SAML caller. Ids are opaque text.
    """

    kind: CallerKind | str
    arn: str = ""
    account: str = ""
    role_arn: str = ""
    user_arn: str = ""
    unique_id: str = ""
    service: str = ""
    federated: str = ""
    management_account: bool = False
    service_linked_role: bool = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", CallerKind(self.kind))
        except ValueError:
            kinds = ", ".join(CallerKind)
            raise ValueError(f"{self.kind!r} is not a kind of caller; expected one of {kinds}") from None
        for name in ("arn", "account", "role_arn", "user_arn", "unique_id", "service", "federated"):
            if getattr(self, name) is None:  # vectors write null for what a caller does not have
                object.__setattr__(self, name, "")

    @cached_property
    def scope(self) -> "CallerScope":
        """What decides which types of policies apply to it (5.2)."""
        return self.kind, self.management_account, self.service_linked_role

    @cached_property
    def is_signed(self) -> bool:
        """Whether it shows AWS credentials of an account (not anonymous, not an unsigned federated call)."""
        return self.kind not in (CallerKind.ANONYMOUS, CallerKind.FEDERATED)

    @cached_property
    def in_account(self) -> bool:
        """Whether an account stands behind it, which decides as well when the resource is elsewhere (5.5)."""
        return self.kind in (CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER, CallerKind.ROOT)

    @cached_property
    def has_full_access(self) -> bool:
        """Whether its identity side allows all: the root user, and a federated user that root made (0.4, 5.7)."""
        return self.kind is CallerKind.ROOT or (self.kind is CallerKind.FEDERATED_USER and not self.user_arn)

    @cached_property
    def has_identity_side(self) -> bool:
        """Whether identity-based policies can apply to it (5.2)."""
        return self.kind in (CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER)


CallerScope = tuple[str, bool, bool]


@dataclass(frozen=True, eq=False)
class Scope:
    """What decides which policies apply to a request, and which of their statements can (5.2).

    Requests of one kind of caller for one action share it: it is made once and compared by identity.
    """

    caller: CallerScope
    action: str
    service: str
    action_name: str
    is_trust: bool
    same_account: bool
    resource_management_account: bool


@lru_cache(maxsize=16384)
def _scope(caller: CallerScope, action: str, is_trust: bool, same_account: bool, in_management: bool) -> Scope:
    service, _, name = action.partition(":")
    return Scope(caller, action, service, name, is_trust, same_account, in_management)


@dataclass(frozen=True)
class Request:
    """One authorization request: one principal, one action, one resource, and the request context.

    ``context`` maps condition keys to a value or a list of values; a key that is not listed is absent. ``origins`` may
    say where a value comes from ("the session's tags"); explanations show it. ``resource_account`` owns the resource.

    The rest is made from these, once, since every decision asks for it. ``service`` and ``action_name`` are in lower
    case. ``matched_resource`` is what policies are compared with: ``s3:ListAllMyBuckets`` asks for ``arn:aws:s3:::*``
    (2.2). ``values`` is the context as matching sees it: keys in lower case, each with a tuple of values. ``is_trust``
    tells whether a role's trust policy decides: a trust action on a role (0.1). ``same_account`` tells whether caller
    and resource belong to one account; a resource without an owner counts as the caller's. ``is_kms_key`` tells whether
    the resource is a KMS key, which nobody may use without its key policy (5.6). ``scope`` is what it shares with many
    other requests.
    """

    caller: Caller
    action: str
    resource: str = "*"
    resource_account: str = ""
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    resource_management_account: bool = False
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    service: str = field(init=False, repr=False, compare=False)
    action_name: str = field(init=False, repr=False, compare=False)
    matched_resource: str = field(init=False, repr=False, compare=False)
    values: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    is_trust: bool = field(init=False, repr=False, compare=False)
    same_account: bool = field(init=False, repr=False, compare=False)
    is_kms_key: bool = field(init=False, repr=False, compare=False)
    scope: Scope = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._derive(_context_values(self.context))

    def about(self, action: str, resource: str) -> "Request":
        """The same caller and context, for another action and resource; the context is not read again."""
        other = object.__new__(Request)
        other.__dict__.update(self.__dict__, action=action, resource=resource)
        other._derive(self.values)
        return other

    def _derive(self, values: dict[str, tuple[str, ...]]) -> None:
        if ":" not in (self.action or ""):
            raise ValueError(f"{self.action!r} is not an action; expected service:Action, such as s3:GetObject")
        if not isinstance(self.resource, str):
            raise ValueError(f"{self.resource!r} is not a resource; expected an ARN, or * where there is none")
        action = self.action.lower()
        everywhere = self.resource == "*" and action == "s3:listallmybuckets"
        is_trust = action in TRUST_ACTIONS and is_role_arn(self.resource)
        same_account = not self.resource_account or self.caller.account == self.resource_account
        scope = _scope(self.caller.scope, action, is_trust, same_account, self.resource_management_account)
        self.__dict__.update(
            service=scope.service,
            action_name=scope.action_name,
            matched_resource=f"arn:{_partition(self.caller)}:s3:::*" if everywhere else intern(str(self.resource)),
            values=values,
            is_trust=is_trust,
            same_account=same_account,
            is_kms_key=":kms:" in self.resource and _is_kms_key(self.resource),
            scope=scope,
        )

    @cached_property
    def _origins(self) -> dict[str, str]:
        return {key.lower(): origin for key, origin in self.origins.items()}

    def origin_of(self, key: str) -> str:
        """Where the value of a condition key (in lower case) comes from; empty when that was not told."""
        return self._origins.get(key, "")


def _partition(caller: Caller) -> str:
    """The partition in which a caller acts; ``aws`` for one without an ARN."""
    fields = split_fields(caller.arn)
    return fields[1] if len(fields) == FIELDS and fields[1] else "aws"


def _is_kms_key(resource: str) -> bool:
    fields = split_fields(resource)
    return len(fields) == 6 and fields[2] == "kms" and fields[5].startswith("key/")


def _context_values(context: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, value in context.items():
        try:
            values = (value,) if isinstance(value, str) else tuple(value)
            "".join(values)  # the quickest way to see that all are texts: a number would equal nothing and everything
            found[lower_key(key)] = values
        except TypeError:
            hint = "expected a text or a list of texts, such as 'true' or ['10']"
            raise TypeError(f"the request context has {value!r} for the condition key {key!r}; {hint}") from None
    return found


UNKNOWN_POLICY = Policy(PolicyKind.RESOURCE, "2012-10-17", "", (), "", "the resource's own policy")
"""Stands for the policy of a resource of which nothing is known (`iamviz.engine.depends`)."""


class UnknownPolicy(Policy):
    """Stands for a policy of which nothing is known but that it is there: it may allow and deny anything.

    `iamviz.engine.depends` takes neither for certain; `evaluate` takes it as a Deny.
    """

    @classmethod
    def called(cls, name: str, kind: str = PolicyKind.IDENTITY) -> "UnknownPolicy":
        """An identity policy, or a boundary, of this name."""
        return cls(PolicyKind(kind), "", "", Policy.parse(_ANYTHING).statements, "", name)


_ANYTHING = {"Statement": [{"Effect": effect, "Action": "*", "Resource": "*"} for effect in ("Allow", "Deny")]}


@dataclass(frozen=True)
class PolicySet:
    """All policies that may have a say on a request; which of them apply depends on the caller (5.2).

    ``scps`` and ``rcps`` are levels from the organization's root to the account, each a list of policies; an empty
    tuple means that there is no organization policy. ``session`` holds the session policies of a session: they are
    united with each other, then cut with the rest. ``endpoint`` is the policy of a VPC endpoint on the way.
    """

    identity: Sequence[Policy] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Policy | Sequence[Policy] | None = None
    scps: Sequence[Sequence[Policy]] = ()
    rcps: Sequence[Sequence[Policy]] = ()
    endpoint: Policy | None = None

    def __post_init__(self) -> None:
        session = self.session
        sessions = () if session is None else (session,) if isinstance(session, Policy) else tuple(session)
        object.__setattr__(self, "identity", tuple(self.identity))
        object.__setattr__(self, "session", sessions)
        object.__setattr__(self, "scps", tuple(tuple(level) for level in self.scps))
        object.__setattr__(self, "rcps", tuple(tuple(level) for level in self.rcps))

    @cached_property
    def attached(self) -> dict[object, Any]:
        """Which of these policies apply, by kinds of requests: what `iamviz.engine.match` found so far."""
        return {}

    @cached_property
    def selections(self) -> dict[object, Any]:
        """Which of their statements can speak, by the scope of requests: what `iamviz.engine.match` found so far."""
        return {}

    @cached_property
    def with_unknown_resource_policy(self) -> "PolicySet":
        """The same policies and `UNKNOWN_POLICY` as that of the resource."""
        return replace(self, resource=UNKNOWN_POLICY)

    @property
    def sessions(self) -> tuple[Policy, ...]:
        """The session policies as a tuple."""
        return self.session  # type: ignore[return-value]  # made a tuple in __post_init__

    @classmethod
    def from_documents(cls, documents: Mapping[str, Any]) -> "PolicySet":
        """Policies out of plain documents, as the decision vectors have them (docs/rules/policy_evaluation.md 0.3)."""

        def one(key: str, kind: PolicyKind) -> Policy | None:
            return Policy.parse(documents[key], kind) if documents.get(key) is not None else None

        def levels(key: str, kind: PolicyKind) -> list[list[Policy]]:
            return [[Policy.parse(document, kind) for document in level] for level in documents.get(key) or ()]

        resource = one("resource", PolicyKind.RESOURCE)
        endpoint = one("vpce", PolicyKind.ENDPOINT) or one("endpoint", PolicyKind.ENDPOINT)
        return cls(
            identity=[Policy.parse(document, PolicyKind.IDENTITY) for document in documents.get("identity") or ()],
            resource=resource,
            boundary=one("boundary", PolicyKind.BOUNDARY),
            session=one("session", PolicyKind.SESSION),
            scps=levels("scps", PolicyKind.SCP),
            rcps=levels("rcps", PolicyKind.RCP),
            endpoint=endpoint,
        )


@cache
def rcp_services() -> frozenset[str]:
    """The service prefixes for which RCPs are evaluated (5.2), read from the data file beside this module."""
    records = json.loads(Path(__file__).with_name("rcp_services.json").read_text("utf-8"))
    return frozenset(record["prefix"] for record in records if record["status"] == "supported")


@dataclass(frozen=True, slots=True)
class Settings:
    """Switches where AWS is silent or contradicts itself (0.5).

    ``trust_user_boundary``: a user named in a trust policy is capped by its boundary (5.4). ``name_denying_policy``:
    the sentence of an explicit deny ends with the ARN of a policy that denies, where it has one, as newer services
    write it (6.1).
    """

    trust_user_boundary: bool = True
    name_denying_policy: bool = False
    rcp_services: frozenset[str] = field(default_factory=rcp_services)


DEFAULT_SETTINGS = Settings()
