"""A way through roles as calls: hop by hop, with what each hop asks for."""

from iamviz.accounts.finding import Move, played, safe_name, session_name
from iamviz.accounts.reach import Reached
from iamviz.accounts.satisfy import satisfying
from iamviz.calls.issue import role_session
from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["way_moves", "way_story"]

NAMES = {
    "sts:externalid": "ExternalId",
    "sts:rolesessionname": "RoleSessionName",
    "sts:sourceidentity": "SourceIdentity",
}


def way_moves(world: World, start: str, way: Reached) -> tuple[World | None, tuple[Move, ...]]:
    """The world in which the way begins, and its calls; neither when one of them does not come through."""
    stage, actor, own_name = world, start, session_name(world, start)
    first = way.way[0]
    if start in world.roles:
        session = role_session(world, world.role(start), first.session or own_name, 3600, "")
        stage, actor = world.with_session(session, "start"), "session:start"
    moves: list[Move] = []
    now = stage
    for number, hop in enumerate(way.way, 1):
        context = satisfying(hop.verdict, world.now)
        if context is None:
            return None, ()
        after = way.way[number] if number < len(way.way) else None
        params = {"RoleArn": hop.target, "RoleSessionName": (after.session if after else "") or own_name}
        for key in list(context):
            if key.lower() in NAMES:
                params[NAMES[key.lower()]] = context.pop(key)
        save = f"hop-{number}"
        who = safe_name(world, hop.source)
        call = Call(actor, "sts:AssumeRole", params, save=save, context=dict(context))
        caption = f"{who} becomes {safe_name(world, hop.target)}: {{allowed}}."
        moves.append(Move(call, f"Hop {number}", caption))
        result = perform(now, call)
        if not result.ok:
            return None, ()
        now, actor = result.world, f"session:{save}"
    return stage, tuple(moves)


def way_story(world: World, start: str, way: Reached) -> Story | None:
    """The way played by the engine, what is not known supposed to be as it must; None when that cannot be supposed."""
    stage, moves = way_moves(world, start, way)
    if stage is None:
        return None
    return played(stage, f"{world.name_of(start)} becomes {world.name_of(way.role)}", moves)
