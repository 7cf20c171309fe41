"""How an application comes by its credentials: docs/rules/roles_and_sessions.md 2.3, 2.4 and 4.8.

A service assumes the role for it when it first needs credentials, and again shortly before they end; a workload with a
token of its own asks STS with that. The credentials are kept under the workload's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from immutables import Map

from iamviz.arn import Arn
from iamviz.calls.actors import Actor
from iamviz.calls.admission import Wish, admit
from iamviz.calls.federation import assume_role_with_web_identity
from iamviz.calls.iam_common import Operation
from iamviz.calls.issue import role_session
from iamviz.calls.model import Call, CallError, Check, Refusal, Result
from iamviz.calls.session_tags import session_tags
from iamviz.calls.validation import Field, check_params
from iamviz.engine.decision import Decision
from iamviz.engine.request import Caller, CallerKind
from iamviz.world.context import ContextValue
from iamviz.world.sessions import Session
from iamviz.world.workloads import WORKLOAD_KINDS, Workload
from iamviz.world.world import World

__all__ = ["IMDS_OPERATIONS", "Equipped", "equip", "service_actor", "source_keys"]

RENEWED_BEFORE = timedelta(minutes=5)
TOKEN_LIFE = 600
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
UNAUTHORIZED = "Unauthorized"


@dataclass(frozen=True)
class Equipped:
    """A call ready to be performed: a workload's name replaced by the credentials that it holds now.

    ``decisions`` and ``checks`` are those of the delivery, when credentials had to be delivered first.
    """

    world: World
    call: Call
    decisions: tuple[Decision, ...] = ()
    checks: tuple[Check, ...] = ()


def equip(world: World, call: Call) -> Equipped:
    """Give a workload its credentials; any other actor stays as it is.

    Refusal, with the decisions of the delivery, when the role does not let the workload in. CallError for a workload
    that has no credentials and nothing to get them with.
    """
    workload = world.workloads.get(call.actor)
    if workload is None:
        return Equipped(world, call)
    if workload.user:
        return Equipped(world, replace(call, actor=workload.user))
    if call.operation == WEB_IDENTITY and workload.claims:
        params = {**call.params, "WebIdentityToken": call.params.get("WebIdentityToken") or _token(world, workload)}
        return Equipped(
            world, replace(call, actor=f"web:{workload.name}", params=params, save=call.save or workload.name)
        )
    ready = replace(call, actor=f"session:{workload.name}")
    session = world.sessions.get(world.profiles.get(workload.name, ""))
    bound = workload.role or workload.profile
    if not bound and session is None:
        raise CallError(f"{workload.name} has no credentials yet; let it call {WEB_IDENTITY} first")
    if not bound or (session is not None and world.now < session.expires - RENEWED_BEFORE):
        return Equipped(world, ready)
    result = _deliver(world, workload)
    made = result.world.sessions[result.world.profiles[workload.name]]
    giver = made.caller if workload.service else "STS"
    check = Check(
        "credentials", True, f"{giver} delivered them at {made.issued:%H:%M}, good until {made.expires:%H:%M}"
    )
    return Equipped(result.world, ready, result.decisions, (check,))


def _deliver(world: World, workload: Workload) -> Result:
    """The world with new credentials under the workload's name; Refusal when the role does not let it in."""
    role = _role(world, workload)
    if workload.service:
        session, decisions = _by_service(world, workload, role)
        return Result(world.with_session(session, workload.name), {}, None, decisions)
    params = {"RoleArn": role, "RoleSessionName": workload.session_name, "WebIdentityToken": _token(world, workload)}
    call = Call(f"web:{workload.name}", WEB_IDENTITY, params, save=workload.name)
    return assume_role_with_web_identity(world, Actor(None, ""), call)


def _role(world: World, workload: Workload) -> str:
    """The role of a workload now: an instance profile may have been given another one since the launch."""
    profile = world.instance_profiles.get(workload.profile)
    role = profile.role if profile else workload.role
    if not role:
        text = f"{workload.name} has no role: its instance profile is empty or gone"
        raise Refusal("NoCredentials", text, 404, checks=(Check("credentials", False, text),))
    return role


def _by_service(
    world: World, workload: Workload, role_arn: str, **context: str
) -> tuple[Session, tuple[Decision, ...]]:
    """A session that the service makes for the workload: neither chaining nor the role's maximum limit it (2.1)."""
    kind = WORKLOAD_KINDS[workload.kind]
    transitive = workload.tags if kind.transitive else ()
    tags = session_tags(sorted(workload.tags.items()), transitive, None)
    keys = [ContextValue("sts:RoleSessionName", (workload.session_name,), "the service")]
    keys += source_keys(workload.account, workload.arn if kind.tells_source else "")
    if workload.source_identity:
        keys.append(ContextValue("sts:SourceIdentity", (workload.source_identity,), "the service"))
    wish = Wish(role_arn, "sts:AssumeRole", tags, workload.source_identity, tuple(keys))
    call = Call(f"service:{workload.service}", "sts:AssumeRole")
    decisions = admit(world, service_actor(workload.service), call, wish)
    session = role_session(
        world,
        world.role(role_arn),
        workload.session_name,
        workload.seconds,
        workload.service,
        tags=tags.all,
        transitive=tags.transitive,
        source_identity=workload.source_identity,
        context=_carried(workload, **context),
    )
    return session, decisions


def _carried(workload: Workload, **context: str) -> Map[str, str]:
    """The condition keys that the credentials carry; those of EC2 also say how they were delivered (4.2)."""
    delivered = {"ec2:RoleDelivery": "2.0"} if workload.kind == "ec2" else {}
    return Map({**delivered, **workload.context, **context})


def service_actor(service: str) -> Actor:
    """An AWS service as the caller."""
    return Actor(Caller(CallerKind.SERVICE, service, "", service=service), "")


def source_keys(account: str, arn: str = "") -> Iterator[ContextValue]:
    """What a service tells a trust policy about the resource for which it acts (3.6)."""
    yield ContextValue("aws:SourceAccount", (account,), "the resource for which the service acts")
    if arn:
        yield ContextValue("aws:SourceArn", (arn,), "the resource for which the service acts")


def _token(world: World, workload: Workload) -> dict[str, Any]:
    """The claims of a fresh token."""
    claims = {key: list(value) if isinstance(value, tuple) else value for key, value in sorted(workload.claims.items())}
    return claims | {"exp": int(world.now.timestamp()) + TOKEN_LIFE}


def get_credentials(world: World, actor: Actor, call: Call) -> Result:
    """imds:GetCredentials: what 169.254.169.254 hands to whoever can make the instance ask it.

    No AWS API and no decision. With ``Token`` true the asker speaks IMDSv2, which takes a PUT first; without, IMDSv1.
    The answer is the document of docs/rules/roles_and_sessions.md 6.2, ``save`` keeps the credentials.
    """
    check_params(call.operation, call.params, {"Instance": Field(str, required=True), "Token": Field(bool)})
    workload = world.workloads.get(call.params["Instance"])
    if workload is None or workload.kind != "ec2":
        known = ", ".join(sorted(name for name, other in world.workloads.items() if other.kind == "ec2")) or "none"
        raise CallError(f"Instance is {call.params['Instance']!r}, which is no EC2 instance here; there are: {known}")
    with_token = bool(call.params.get("Token"))
    delivery = {"ec2:RoleDelivery": _version_of_delivery(workload, with_token)}
    session, decisions = _by_service(world, workload, _role(world, workload), **delivery)
    value = {
        "Code": "Success",
        "LastUpdated": f"{session.issued:%Y-%m-%dT%H:%M:%SZ}",
        "Type": "AWS-HMAC",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "Token": session.session_token,
        "Expiration": f"{session.expires:%Y-%m-%dT%H:%M:%SZ}",
    }
    sentence = f"EC2 hands out the credentials of {Arn.parse(session.principal).name} to whoever reaches the address"
    return Result(world.with_session(session, call.save), value, None, decisions, (Check("IMDS", True, sentence),))


def _version_of_delivery(workload: Workload, with_token: bool) -> str:
    if workload.needs_token and not with_token:
        told = "the instance answers only to IMDSv2, and the request shows no token"
        check = Check("IMDS", False, told)
        raise Refusal(UNAUTHORIZED, "401 - Unauthorized", 401, checks=(check,))
    return "2.0" if with_token else "1.0"


IMDS_OPERATIONS: dict[str, Operation] = {"GetCredentials": get_credentials}
