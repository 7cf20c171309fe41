"""Access keys and MFA devices of users: docs/rules/roles_and_sessions.md 1.3, 1.4 and 3.8."""

from dataclasses import replace

from iamviz.calls.actors import Actor
from iamviz.calls.iam_common import Operation, allow, missing
from iamviz.calls.iam_reads import OPTIONAL_NAME, named_user
from iamviz.calls.model import Call, Refusal, Result
from iamviz.calls.validation import Field, check_params
from iamviz.world.entities import AccessKey, User
from iamviz.world.ids import access_key_id, secret_access_key
from iamviz.world.world import World

__all__ = ["KEY_OPERATIONS"]

MOST_KEYS = 2
KEY_ID = Field(str, 16, 128, r"[\w]+")


def create_access_key(world: World, actor: Actor, call: Call) -> Result:
    """CreateAccessKey: a user has at most two; the secret is shown this one time."""
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    keys = user.access_keys or ()
    if len(keys) >= MOST_KEYS:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}", 409, decisions)
    seed = (user.arn, "key", world.serial)
    key = AccessKey(access_key_id("AKIA", user.account, *seed))
    changed = replace(world.with_user(replace(user, access_keys=(*keys, key))), serial=world.serial + 1)
    shown = {"UserName": user.name, "AccessKeyId": key.id, "Status": "Active"}
    shown |= {"SecretAccessKey": secret_access_key(*seed), "CreateDate": world.now.isoformat()}
    return Result(changed, {"AccessKey": shown}, None, decisions)


def update_access_key(world: World, actor: Actor, call: Call) -> Result:
    """UpdateAccessKey: Active or Inactive, without AccessKeyId all keys; sessions that a key made go on (3.8).

    Where a user's keys are not known, it is the one that the user is taken to have.
    """
    status = Field(str, pattern="Active|Inactive", required=True)
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME, "AccessKeyId": KEY_ID, "Status": status})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    wanted = _known_key(user, call)
    active = call.params["Status"] == "Active"
    taken = (AccessKey(access_key_id("AKIA", user.account, user.unique_id)),)
    known = taken if user.access_keys is None else user.access_keys
    keys = tuple(replace(key, active=active) if wanted in ("", key.id) else key for key in known)
    return Result(world.with_user(replace(user, access_keys=keys)), {}, None, decisions)


def delete_access_key(world: World, actor: Actor, call: Call) -> Result:
    """DeleteAccessKey: gone for good, without AccessKeyId all keys; sessions that a key made go on (3.8)."""
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME, "AccessKeyId": KEY_ID})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    wanted = _known_key(user, call)
    keys = tuple(key for key in user.access_keys or () if wanted and key.id != wanted)
    return Result(world.with_user(replace(user, access_keys=keys)), {}, None, decisions)


def deactivate_mfa_device(world: World, actor: Actor, call: Call) -> Result:
    """DeactivateMFADevice: the user has it no more; sessions that it stood for keep their mark (4.9)."""
    serial = Field(str, 9, 256, r"[\w+=/:,.@-]+", required=True)
    check_params(call.operation, call.params, {"UserName": OPTIONAL_NAME, "SerialNumber": serial})
    user = named_user(world, actor, call)
    decisions = allow(world, actor, call, user.arn)
    if user.mfa_serial != call.params["SerialNumber"]:
        raise Refusal("NoSuchEntity", "MFA Device invalid for user.", 404, decisions)
    return Result(world.with_user(replace(user, mfa_serial="")), {}, None, decisions)


def _known_key(user: User, call: Call) -> str:
    """The key that a call names, "" when it names none and so means all of them."""
    wanted: str = call.params.get("AccessKeyId", "")
    if wanted and wanted not in {key.id for key in user.access_keys or ()}:
        raise missing("Access Key", wanted)
    return wanted


KEY_OPERATIONS: dict[str, Operation] = {
    "CreateAccessKey": create_access_key,
    "DeactivateMFADevice": deactivate_mfa_device,
    "DeleteAccessKey": delete_access_key,
    "UpdateAccessKey": update_access_key,
}
