"""Who calls: from the name of an actor to a caller with its credentials."""

from dataclasses import dataclass

from iamviz.calls.model import Call, CallError, Check, Refusal
from iamviz.engine.request import Caller, CallerKind
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

__all__ = ["Actor", "find_actor"]

INVALID_TOKEN = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
EXPIRED_S3 = "The provided token has expired."
FORMS = "user:ACCOUNT/name, session:PROFILE, root:ACCOUNT, service:PRINCIPAL, admin:ACCOUNT or a label"


@dataclass(frozen=True)
class Actor:
    """A caller and its credentials. ``caller`` is None for an administrator's change, which is never evaluated."""

    caller: Caller | None
    account: str
    session: Session | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether the credentials are temporary."""
        return self.session is not None


def find_actor(world: World, call: Call) -> Actor:
    """The actor. CallError for a name that means nothing, Refusal for credentials that AWS does not accept."""
    kind, colon, rest = call.actor.partition(":")
    if call.actor in world.labels:
        return _user(world, world.labels[call.actor])
    if call.actor in world.users:
        return _user(world, call.actor)
    if not colon and call.actor in world.profiles:
        return _session(world, call, call.actor)
    match kind:
        case "user":
            account, _, name = rest.partition("/")
            return _user(world, f"arn:{world.partition}:iam::{account}:user/{name}")
        case "session":
            return _session(world, call, rest)
        case "root":
            return _root(world, rest)
        case "service":
            return Actor(Caller(CallerKind.SERVICE, rest, "", service=rest), "")
        case "admin":
            return Actor(None, rest)
    known = ", ".join(sorted([*world.labels, *world.profiles])) or "none"
    raise CallError(f"nobody is called {call.actor!r}; expected {FORMS}; labels and profiles here: {known}")


def _user(world: World, arn: str) -> Actor:
    user = world.users.get(arn)
    if user is None:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    if user.access_keys and not any(key.active for key in user.access_keys):
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    management = world.account(user.account).management
    caller = Caller(CallerKind.USER, arn, user.account, unique_id=user.unique_id, management_account=management)
    return Actor(caller, user.account)


def _root(world: World, account: str) -> Actor:
    arn = f"arn:{world.partition}:iam::{account}:root"
    management = world.account(account).management
    return Actor(Caller(CallerKind.ROOT, arn, account, unique_id=account, management_account=management), account)


def _session(world: World, call: Call, profile: str) -> Actor:
    session = world.sessions.get(world.profiles.get(profile, ""))
    if session is None:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    if session.is_over(world.now):
        check = Check("expiry", False, f"the credentials expired at {session.expires:%H:%M}; no policy was consulted")
        if call.service == "s3":
            raise Refusal("ExpiredToken", EXPIRED_S3, 400, checks=(check,))
        raise Refusal("ExpiredToken", EXPIRED, 403, checks=(check,))
    management = world.account(session.account).management
    if not session.is_role_session:
        return _user_session(world, session)
    role = world.roles.get(session.principal)
    if role is None or role.unique_id != session.principal_id:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    caller = Caller(
        CallerKind.ROLE_SESSION,
        session.arn,
        session.account,
        role_arn=role.arn,
        unique_id=session.user_id,
        management_account=management,
        service_linked_role=role.service_linked,
    )
    return Actor(caller, session.account, session)


def _user_session(world: World, session: Session) -> Actor:
    """Credentials of GetSessionToken stand for the user itself."""
    if session.kind is not SessionKind.SESSION_TOKEN:
        raise CallError(f"sessions of {session.kind.value} cannot make calls yet")
    user = world.users.get(session.principal)
    if user is None or user.unique_id != session.principal_id:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    management = world.account(user.account).management
    caller = Caller(CallerKind.USER, user.arn, user.account, unique_id=user.unique_id, management_account=management)
    return Actor(caller, user.account, session)
