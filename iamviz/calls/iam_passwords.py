"""Console passwords: docs/rules/roles_and_sessions.md 1.1. Whether a user has one is not kept; see docs/limits.md."""

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import NAME, Operation, allow, find
from iamviz.calls.model import Call, Result
from iamviz.calls.validation import Field, check_params
from iamviz.world.world import World

__all__ = ["PASSWORD_OPERATIONS"]

LOGIN = {"UserName": NAME, "Password": Field(str, 1, 128), "PasswordResetRequired": Field(bool)}


def create_login_profile(world: World, actor: Actor, call: Call) -> Result:
    """CreateLoginProfile: a console password; whoever knows it signs in as the user."""
    shown = {"UserName": call.params.get("UserName"), "CreateDate": world.now.isoformat()}
    return _password(world, actor, call, {"LoginProfile": shown})


def update_login_profile(world: World, actor: Actor, call: Call) -> Result:
    """UpdateLoginProfile: another console password."""
    return _password(world, actor, call, {})


def _password(world: World, actor: Actor, call: Call, value: dict[str, object]) -> Result:
    check_params(call.operation, call.params, LOGIN)
    user = find(world.users, actor.account, "user", call.params["UserName"])
    return Result(world, value, None, allow(world, actor, call, user.arn))


PASSWORD_OPERATIONS: dict[str, Operation] = {
    "CreateLoginProfile": create_login_profile,
    "UpdateLoginProfile": update_login_profile,
}
