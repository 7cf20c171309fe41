"""What an account holds: users, groups, roles, policies, resources (docs/rules/roles_and_sessions.md 1 and 2)."""

from dataclasses import dataclass, field
from datetime import datetime

from immutables import Map

from iamviz.arn import Arn
from iamviz.policy.model import Policy

__all__ = [
    "AccessKey",
    "Account",
    "Group",
    "InstanceProfile",
    "ManagedPolicy",
    "OidcProvider",
    "Resource",
    "Role",
    "User",
]

DEFAULT_MAX_SESSION = 3600


@dataclass(frozen=True)
class Account:
    """An account: 12 digits, a name, and what its organization attaches above it.

    ``organization`` is "" for an account outside any. ``unit`` is the id of the OU (or root) in which it lies, and
    ``policies`` the ids of the SCPs and RCPs attached to the account itself. Where the tree above is not known,
    ``scps`` and ``rcps`` are the levels from the organization's root to the account; an empty tuple means that there
    are no organization policies. ``delegated_for`` are the services of which it is a delegated administrator
    (``iam.amazonaws.com``): for SCPs and RCPs it stays an ordinary member. ``token_issuer`` is the URL by which its
    GetWebIdentityToken signs, "" while outbound web identity federation is switched off.
    """

    id: str
    name: str
    organization: str = ""
    management: bool = False
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    unit: str = ""
    policies: tuple[str, ...] = ()
    delegated_for: tuple[str, ...] = ()
    token_issuer: str = ""


@dataclass(frozen=True)
class AccessKey:
    """A long-term access key of a user."""

    id: str
    active: bool = True


@dataclass(frozen=True)
class _Identity:
    """What users, groups and roles have in common. ``inline`` policies are embedded, ``attached`` are ARNs.

    ``created`` is the instant at which it was made, None when that is not known. ``unread`` names inline policies that
    it has and that could not be read.
    """

    arn: str
    unique_id: str
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    unread: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def name(self) -> str:
        """The name without its path."""
        return Arn.parse(self.arn).name

    @property
    def account(self) -> str:
        """The account that it belongs to."""
        return Arn.parse(self.arn).account


@dataclass(frozen=True)
class User(_Identity):
    """An IAM user: long-term credentials, its own policies, those of its groups.

    ``access_keys`` None means that they are not known, as in a dump of an account: it is taken to have a working one.
    """

    groups: tuple[str, ...] = ()
    boundary: str = ""
    tags: Map[str, str] = field(default_factory=Map)
    access_keys: tuple[AccessKey, ...] | None = None
    mfa_serial: str = ""
    created: datetime | None = None


@dataclass(frozen=True)
class Group(_Identity):
    """A group: a bag of policies for users, never a principal."""

    created: datetime | None = None


@dataclass(frozen=True)
class Role(_Identity):
    """A role: the trust policy says who may become it, its permissions policies what its sessions may do.

    ``max_session_duration`` in seconds, 3,600 to 43,200. ``created`` and ``last_used`` are what IAM knows of its
    use, looking back 400 days; with ``use_known`` a ``last_used`` of None means: not used in that time (2.1).
    """

    trust: Policy | None = None
    boundary: str = ""
    max_session_duration: int = DEFAULT_MAX_SESSION
    tags: Map[str, str] = field(default_factory=Map)
    created: datetime | None = None
    description: str = ""
    last_used: datetime | None = None
    use_known: bool = False

    @property
    def service_linked(self) -> bool:
        """Whether only the linked AWS service may use it; SCPs and RCPs do not apply to it."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True)
class InstanceProfile:
    """What an EC2 instance takes in place of a role: a container for one role at most (2.4). ``role`` is its ARN."""

    arn: str
    unique_id: str
    role: str = ""
    created: datetime | None = None

    @property
    def name(self) -> str:
        """The name without its path."""
        return Arn.parse(self.arn).name

    @property
    def account(self) -> str:
        """The account that it belongs to."""
        return Arn.parse(self.arn).account


@dataclass(frozen=True)
class ManagedPolicy:
    """A managed policy. ``policy`` is its default version: the only one that has an effect.

    ``versions`` are the other versions that are kept, by their number, ``default`` is the number of ``policy``;
    ``latest`` is the highest number ever given, since none is given twice (2.1).
    """

    arn: str
    policy: Policy
    versions: tuple[tuple[int, Policy], ...] = ()
    default: int = 1
    latest: int = 1


@dataclass(frozen=True)
class Resource:
    """A resource with its policy. ``kind`` is "bucket" for an S3 bucket, else its type in words.

    ``objects`` maps the keys of a bucket to what GetObject answers; None when the scenario does not list them.
    """

    arn: str
    account: str
    kind: str
    policy: Policy | None = None
    objects: Map[str, Map[str, str | int]] | None = None

    @property
    def name(self) -> str:
        """The name that people use: the last part of the ARN."""
        return self.arn.rpartition(":")[2].rpartition("/")[2]


@dataclass(frozen=True)
class OidcProvider:
    """An OIDC provider of an account: the issuer that it trusts, and for which audiences."""

    arn: str
    client_ids: tuple[str, ...] = ()
