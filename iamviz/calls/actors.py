"""Who calls: from the name of an actor to a caller with its credentials."""

from dataclasses import dataclass

from iamviz.calls.model import Call, CallError, Check, Refusal
from iamviz.engine.request import Caller, CallerKind
from iamviz.world.callers import root_caller, session_caller, user_arn, user_caller
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

__all__ = ["Actor", "find_actor"]

INVALID_TOKEN = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
EXPIRED_S3 = "The provided token has expired."
LONG_TERM_ONLY = ("GetSessionToken", "GetFederationToken")
FORMS = (
    "user:ACCOUNT/name, session:PROFILE, root:ACCOUNT, service:PRINCIPAL, web:NAME, saml:NAME, anonymous, "
    "admin:ACCOUNT, a workload or a label"
)


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
    """Who calls, its credentials accepted for this call; see `_find` for the names of actors."""
    actor = _find(world, call)
    if actor.caller is not None and actor.caller.kind in (CallerKind.FEDERATED, CallerKind.ANONYMOUS):
        _check_signature(call)
    session = actor.session
    if session is not None and session.kind in (SessionKind.SESSION_TOKEN, SessionKind.FEDERATION_TOKEN):
        _check_reach(session, call)
    return actor


def _check_signature(call: Call) -> None:
    """What nobody signed is none of STS's and IAM's calls but those that bring a token (4.1).

    AssumeRole goes on to the trust policy, which never names such a caller: the explanation says so.
    """
    if call.service == "iam" or (call.service == "sts" and not call.name.startswith("AssumeRole")):
        check = Check("caller", False, f"{call.name} has to be signed with credentials of AWS")
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403, checks=(check,))


def _check_reach(session: Session, call: Call) -> None:
    """What sessions of GetSessionToken and GetFederationToken may never call (docs/rules/roles_and_sessions.md 4.1)."""
    federated = session.kind is SessionKind.FEDERATION_TOKEN
    if call.service == "iam" and (federated or not session.mfa):
        made = "GetFederationToken" if federated else "GetSessionToken without MFA"
        check = Check("caller", False, f"a session of {made} may call nothing of IAM")
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN.removesuffix("."), checks=(check,))
    callable_ = ("GetCallerIdentity",) if federated else ("GetCallerIdentity", "AssumeRole")
    if call.service == "sts" and call.name not in callable_:
        kind = "federation" if federated and call.name not in LONG_TERM_ONLY else "session"
        check = Check("caller", False, f"these credentials may call nothing of STS but {' and '.join(callable_)}")
        raise Refusal("AccessDenied", f"Cannot call {call.name} with {kind} credentials", checks=(check,))


def _find(world: World, call: Call) -> Actor:
    """The actor. CallError for a name that means nothing, Refusal for credentials that AWS does not accept."""
    kind, colon, rest = call.actor.partition(":")
    if call.actor in world.labels:
        arn = world.labels[call.actor]
        if ":user/" not in arn:
            raise CallError(
                f"{call.actor!r} is {arn}, which cannot call; a role acts through a session: session:PROFILE"
            )
        return _user(world, arn)
    if call.actor in world.users:
        return _user(world, call.actor)
    if not colon and call.actor in world.profiles:
        return _session(world, call, call.actor)
    match kind:
        case "user":
            account, _, name = rest.partition("/")
            return _user(world, user_arn(world, account, name))
        case "session":
            return _session(world, call, rest)
        case "root":
            return Actor(root_caller(world, rest), rest)
        case "service":
            return Actor(Caller(CallerKind.SERVICE, rest, "", service=rest), "")
        case "web" | "saml":
            return Actor(Caller(CallerKind.FEDERATED, federated=rest), "")
        case "anonymous" if not colon:
            return Actor(Caller(CallerKind.ANONYMOUS), "")
        case "admin":
            return Actor(None, rest)
    known = ", ".join(sorted([*world.labels, *world.profiles])) or "none"
    for kind, things in (("role", world.roles), ("group", world.groups)):
        arn = world.labels.get(call.actor, call.actor)
        if any(arn in (thing.arn, thing.name) for thing in things.values()):
            raise CallError(
                f"{call.actor!r} is a {kind} and has no key to sign with; labels and profiles here: {known}"
            )
    raise CallError(f"nobody is called {call.actor!r}; expected {FORMS}; labels and profiles here: {known}")


def _user(world: World, arn: str) -> Actor:
    user = world.users.get(arn)
    if user is None or (user.access_keys is not None and not any(key.active for key in user.access_keys)):
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    return Actor(user_caller(world, user), user.account)


def _session(world: World, call: Call, profile: str) -> Actor:
    session = world.sessions.get(world.profiles.get(profile, ""))
    if session is None:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    if session.is_over(world.now):
        check = Check("expiry", False, f"the credentials expired at {session.expires:%H:%M}; no policy was consulted")
        if call.service == "s3":
            raise Refusal("ExpiredToken", EXPIRED_S3, 400, checks=(check,))
        raise Refusal("ExpiredToken", EXPIRED, 403, checks=(check,))
    caller = session_caller(world, session)
    if caller is None:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    return Actor(caller, session.account, session)
