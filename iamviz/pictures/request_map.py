"""The map of one request: who asks, the role behind a session, and the thing asked for."""

from __future__ import annotations

from typing import Final

from iamviz.arn import is_role_arn, split_fields
from iamviz.engine.decision import Decision
from iamviz.engine.request import CallerKind, Request
from iamviz.pictures.evidence import OUTCOME_MARK, caller_name
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode, NodeKind
from iamviz.pictures.map_words import everything
from iamviz.pictures.marks import Hue
from iamviz.pictures.story_map import verb_of
from iamviz.world.context import iso
from iamviz.world.sessions import Session
from iamviz.world.world import World

_KINDS: Final[dict[CallerKind, tuple[NodeKind, str]]] = {
    CallerKind.USER: ("user", "user"),
    CallerKind.ROLE_SESSION: ("session", "session"),
    CallerKind.FEDERATED_USER: ("session", "federated user"),
    CallerKind.ROOT: ("user", "root user"),
    CallerKind.SERVICE: ("service", "service"),
    CallerKind.FEDERATED: ("idp", "signed in elsewhere"),
    CallerKind.ANONYMOUS: ("user", "nobody known"),
}
_ROLE, _CALLER, _THING = "role", "caller", "thing"


def _session(request: Request, world: World) -> Session | None:
    """The session that asks. Several may have one ARN: the one that the request's ``aws:TokenIssueTime`` tells."""
    told = request.values.get("aws:tokenissuetime", ("",))[0]
    mine = [session for session in world.sessions.values() if session.arn == request.caller.arn]
    return max(mine, key=lambda s: (iso(s.issued) == told, s.issued, s.access_key_id), default=None)


def request_map(decision: Decision, world: World | None = None) -> Map:
    """Who asks for what as a map of two or three nodes; the request is step 1.

    With a ``world``, people are called by their labels, accounts by their names, and a session shows when it was
    issued.
    """
    request, caller = decision.request, decision.request.caller
    nodes: list[MapNode] = []
    edges: list[MapEdge] = []
    kind, sub = _KINDS[CallerKind(caller.kind)]
    # Who signed in elsewhere is of no account, whatever account the provider belongs to.
    home = "" if caller.kind is CallerKind.FEDERATED else caller.account
    session = _session(decision.request, world) if world else None
    if caller.role_arn:
        name = _name(caller.role_arn, world)
        nodes.append(MapNode(_ROLE, "role", name, "role", caller.account or None, title=caller.role_arn))
        issued = f"issued {session.issued:%H:%M}" if session else ""
        edges.append(MapEdge(_ROLE, _CALLER, "session", issued, weight=8))
    if session:
        sub = f"until {session.expires:%H:%M}"
    shown = caller_name(request, world)
    nodes.append(MapNode(_CALLER, kind, shown, sub, home or None, title=caller.arn or shown))
    thing_kind, thing, detail = _thing(request, world)
    owner = request.resource_account or None
    nodes.append(MapNode(_THING, thing_kind, thing, detail, owner, title=request.resource))
    verb = "assumes" if request.is_trust else verb_of(request.action)
    mark = OUTCOME_MARK[decision.outcome]
    edges.append(MapEdge(_CALLER, _THING, "request", verb, 1, mark, weight=8, title=request.action))
    numbers = [number for number in dict.fromkeys((home, request.resource_account)) if number]
    accounts = tuple(MapAccount(n, (world.account(n).name if world else "") or "account", n) for n in numbers)
    return Map(accounts, tuple(nodes), tuple(edges), ranksep=0.06, nodesep=0.08, stacked=True)


def _name(arn: str, world: World | None) -> str:
    return world.name_of(arn) if world is not None else arn.rpartition("/")[2]


def _thing(request: Request, world: World | None) -> tuple[NodeKind, str, str]:
    resource = request.resource
    if is_role_arn(resource):
        return "role", _name(resource, world), "role"
    if resource == "*":  # asked of the service, as in the map of a story
        return everything(request.service)
    fields = split_fields(resource)
    if len(fields) < 6:
        return "resource", resource, "resource"
    if fields[2] == "s3":
        return "bucket", fields[5], "S3"
    return "resource", fields[5].rpartition("/")[2] or fields[5], fields[2]


def short_resource(resource: str) -> str:
    """What to call a resource in a sentence: the end of its ARN; of a role, its name."""
    if resource == "*":
        return "everything"
    return resource.rpartition("/")[2] if is_role_arn(resource) else resource.rpartition(":")[2]


def actor_name(world: World, who: str) -> tuple[str, Hue]:
    """What to call an actor (see `iamviz.Call`) in a sentence, and the colour of its kind."""
    if who in world.roles:
        return world.name_of(who), "role"
    arn = world.labels.get(who, who)
    if arn in world.users:
        return world.name_of(arn), "user"
    kind, _, rest = who.partition(":")
    profile = rest if kind == "session" else who
    if profile in world.profiles:
        return f"session {profile}", "session"
    return (rest.rpartition("/")[2], "user") if kind == "user" else (who, "res" if kind == "service" else "user")
