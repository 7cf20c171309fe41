"""From what the world holds to a caller: a user, the root user, a role, or whoever a session stands for."""

from typing import TYPE_CHECKING

from iamviz.arn import Arn
from iamviz.engine.request import Caller, CallerKind
from iamviz.world.entities import Role, User
from iamviz.world.sessions import Session, SessionKind

if TYPE_CHECKING:
    from iamviz.world.world import World

__all__ = ["caller_of", "role_caller", "root_caller", "session_caller", "user_arn", "user_caller"]


def user_arn(world: "World", account: str, name: str) -> str:
    """The ARN of a user by its name, which is unique in an account whatever its path; the path may be written too."""
    prefix = f"arn:{world.partition}:iam::{account}:user/"
    if f"{prefix}{name}" in world.users or "/" in name:
        return f"{prefix}{name}"
    return next((arn for arn in world.users if arn.startswith(prefix) and arn.endswith(f"/{name}")), f"{prefix}{name}")


def user_caller(world: "World", user: User) -> Caller:
    """A user with its long-term key."""
    management = world.account(user.account).management
    return Caller(CallerKind.USER, user.arn, user.account, unique_id=user.unique_id, management_account=management)


def root_caller(world: "World", account: str) -> Caller:
    """The root user of an account."""
    arn = f"arn:{world.partition}:iam::{account}:root"
    management = world.account(account).management
    return Caller(CallerKind.ROOT, arn, account, unique_id=account, management_account=management)


def role_caller(world: "World", role: Role, session_name: str = "any") -> Caller:
    """A session of a role: one that was issued, or one that anybody could have who assumed it."""
    parsed = Arn.parse(role.arn)
    return Caller(
        CallerKind.ROLE_SESSION,
        f"arn:{parsed.partition}:sts::{parsed.account}:assumed-role/{parsed.name}/{session_name}",
        parsed.account,
        role_arn=role.arn,
        unique_id=f"{role.unique_id}:{session_name}",
        management_account=world.account(parsed.account).management,
        service_linked_role=role.service_linked,
    )


def session_caller(world: "World", session: Session) -> Caller | None:
    """Whom a session stands for; None when its role or user is gone, or was deleted and made again under its name."""
    if session.is_role_session:
        role = world.roles.get(session.principal)
        return role_caller(world, role, session.name) if role and role.unique_id == session.principal_id else None
    account = session.account
    by_root = session.principal == f"arn:{world.partition}:iam::{account}:root"
    user = world.users.get(session.principal)
    if not by_root and (user is None or user.unique_id != session.principal_id):
        return None
    if session.kind is SessionKind.FEDERATION_TOKEN:
        return Caller(
            CallerKind.FEDERATED_USER,
            session.arn,
            account,
            user_arn="" if by_root else session.principal,
            unique_id=f"{account}:{session.name}",
            management_account=world.account(account).management,
        )
    return user_caller(world, user) if user else root_caller(world, account)


def caller_of(world: "World", who: str) -> tuple[Caller, Session | None] | None:
    """The caller of a label, a profile, the ARN of a user or role, ``user:ACCOUNT/name``, ``root:ACCOUNT``,
    ``service:PRINCIPAL`` or ``anonymous``; None when nobody is called so.
    """
    kind, colon, rest = who.partition(":")
    if who == "anonymous" or (kind in ("root", "service") and colon):
        service = Caller(CallerKind.SERVICE, rest, service=rest)
        outside = {"root": lambda: root_caller(world, rest), "service": lambda: service}
        return outside.get(kind, lambda: Caller(CallerKind.ANONYMOUS))(), None
    if kind == "user" and colon:
        account, _, name = rest.partition("/")
        who = user_arn(world, account, name)
    arn = world.labels.get(who, who)
    if arn in world.users:
        return user_caller(world, world.users[arn]), None
    if arn in world.roles:
        return role_caller(world, world.roles[arn]), None
    session = world.sessions.get(world.profiles.get(who.removeprefix("session:"), ""))
    caller = session_caller(world, session) if session else None
    return (caller, session) if caller else None
