"""Sessions: temporary credentials and whom they stand for (docs/rules/roles_and_sessions.md 4)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from immutables import Map

from iamviz.policy.model import Policy

__all__ = ["Session", "SessionKind"]


class SessionKind(StrEnum):
    """How a session came to be."""

    ASSUMED_ROLE = "AssumeRole"
    WEB_IDENTITY = "AssumeRoleWithWebIdentity"
    SAML = "AssumeRoleWithSAML"
    SESSION_TOKEN = "GetSessionToken"
    FEDERATION_TOKEN = "GetFederationToken"
    ASSUME_ROOT = "AssumeRoot"


@dataclass(frozen=True)
class Session:
    """One session. Everything here is frozen when it is issued; policies of the role are looked up at each use.

    ``arn`` is the session's own ARN, ``principal`` the role or user behind it, ``caller`` the ARN of who asked for it.
    ``policies`` are the session policies passed in the call, ``tags`` the session tags, ``transitive`` those of them
    (in lower case) that go on to the next hop. ``context`` are condition keys that the credentials carry besides.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    kind: SessionKind
    arn: str
    principal: str
    principal_id: str
    account: str
    name: str
    issued: datetime
    expires: datetime
    caller: str
    policies: tuple[Policy, ...] = ()
    tags: Map[str, str] = field(default_factory=Map)
    transitive: frozenset[str] = frozenset()
    source_identity: str = ""
    mfa: bool = False
    context: Map[str, str] = field(default_factory=Map)

    @property
    def user_id(self) -> str:
        """``aws:userid``: the role's unique id, a colon, the session's name."""
        return f"{self.principal_id}:{self.name}" if self.is_role_session else self.principal_id

    @property
    def is_role_session(self) -> bool:
        """Whether a role stands behind it."""
        return self.kind in (SessionKind.ASSUMED_ROLE, SessionKind.WEB_IDENTITY, SessionKind.SAML)

    def is_over(self, now: datetime) -> bool:
        """Whether the credentials have expired: at the instant of expiry they have (4.14, our rule)."""
        return now >= self.expires
