"""Issuing a session: its credentials, and the answer as the AWS CLI prints it."""

from datetime import timedelta
from typing import Any

from immutables import Map

from iamviz.arn import Arn
from iamviz.policy.model import Policy
from iamviz.world.entities import Role
from iamviz.world.ids import access_key_id, secret_access_key, session_token
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

__all__ = ["credentials_of", "issue", "role_session"]


def issue(
    world: World,
    kind: SessionKind,
    arn: str,
    principal: str,
    principal_id: str,
    name: str,
    seconds: int,
    caller: str,
    *,
    token_size: int = 0,
    **more: Any,
) -> Session:
    """A new session from now on for ``seconds``. ``more`` are further fields of `Session`.

    Its token has at least ``token_size`` characters, the parameter MinimumSessionTokenSize (4.2, unconfirmed).
    """
    account = Arn.parse(arn).account
    seed = (principal_id, name, world.now.isoformat(), world.serial)
    return Session(
        access_key_id=access_key_id("ASIA", account, *seed),
        secret_access_key=secret_access_key(*seed),
        session_token=session_token(*seed).ljust(token_size, "A"),
        kind=kind,
        arn=arn,
        principal=principal,
        principal_id=principal_id,
        account=account,
        name=name,
        issued=world.now,
        expires=world.now + timedelta(seconds=seconds),
        caller=caller,
        **more,
    )


def role_session(
    world: World,
    role: Role,
    name: str,
    seconds: int,
    caller: str,
    *,
    kind: SessionKind = SessionKind.ASSUMED_ROLE,
    policies: tuple[Policy, ...] = (),
    tags: Map[str, str] | None = None,
    transitive: frozenset[str] = frozenset(),
    source_identity: str = "",
    context: Map[str, str] | None = None,
    token_size: int = 0,
) -> Session:
    """A session of a role. Its ARN has the role's name without the path (1.2)."""
    parsed = Arn.parse(role.arn)
    arn = f"arn:{parsed.partition}:sts::{parsed.account}:assumed-role/{parsed.name}/{name}"
    return issue(
        *(world, kind, arn, role.arn, role.unique_id, name, seconds, caller),
        policies=policies,
        tags=tags or Map(),
        transitive=transitive,
        source_identity=source_identity,
        context=context or Map(),
        token_size=token_size,
    )


def credentials_of(session: Session) -> dict[str, str]:
    """The element Credentials of STS's answers."""
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires.isoformat(),
    }
