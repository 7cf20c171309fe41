"""MFA parameters of AssumeRole and GetSessionToken: docs/rules/roles_and_sessions.md 4.9."""

from dataclasses import replace

from iamviz.calls.actors import Actor
from iamviz.calls.model import Call, Check, Refusal
from iamviz.engine.request import CallerKind
from iamviz.world.context import ContextValue
from iamviz.world.world import World

__all__ = ["check_mfa", "mfa_context"]

WINDOW = 30
BOTH_NEEDED = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
UNKNOWN_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
    "associated with this user."
)
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


def check_mfa(world: World, actor: Actor, call: Call) -> tuple[World, bool]:
    """(the world with the code used up, True) when MFA was given and is right, (the world, False) without MFA.

    Refusal for a missing half, another user's device, a wrong code, or a code used twice within its 30 seconds.
    """
    serial, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if serial is None and code is None:
        return world, False
    if serial is None or code is None:
        raise _refused(BOTH_NEEDED)
    user = world.users.get(actor.caller.arn) if actor.caller and actor.caller.kind is CallerKind.USER else None
    if user is None or not user.mfa_serial or user.mfa_serial != serial:
        raise _refused(UNKNOWN_DEVICE)
    used = f"{serial} {code} {int(world.now.timestamp()) // WINDOW}"
    if code != world.mfa_code or used in world.used_codes:
        raise _refused(WRONG_CODE)
    return replace(world, used_codes=world.used_codes | {used}), True


def mfa_context(given: bool) -> list[ContextValue]:
    """The keys that MFA parameters add to this one decision, also for a long-term key (4.7)."""
    if not given:
        return []
    origin = "the MFA code of this call"
    return [
        ContextValue("aws:MultiFactorAuthPresent", ("true",), origin),
        ContextValue("aws:MultiFactorAuthAge", ("0",), origin),
    ]


def _refused(message: str) -> Refusal:
    return Refusal("AccessDenied", message, 403, checks=(Check("MFA", False, message),))
