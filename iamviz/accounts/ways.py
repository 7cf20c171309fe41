"""The known ways to more permissions through IAM itself: whose policies may be written, whose place may be taken."""

import json
from collections.abc import Iterator

from iamviz.accounts.escalation import (
    FULL,
    Plan,
    Stage,
    administrator_access,
    is_protected,
    last_name,
    strongest,
)
from iamviz.accounts.finding import Move, safe_name, session_name
from iamviz.accounts.reach import hop
from iamviz.calls.issue import role_session
from iamviz.calls.model import Call
from iamviz.world.entities import Group, Role, User
from iamviz.world.world import World

__all__ = ["IAM_WAYS"]

INLINE = "full-access"
OTHERS = 2
"""How many others are tried where the identity itself gains nothing."""
Target = tuple[str, str, str, World | None]
"""Whose policies are written (ARN), who then acts (actor), whose permissions are meant (ARN), the world if another."""


def _targets(stage: Stage, kind: str) -> Iterator[Target]:
    """Users, groups or roles whose policies the caller may write: those that serve itself first."""
    world, me = stage.world, stage.caller.identity
    if kind == "user":
        if isinstance(me, User):
            yield me.arn, me.arn, me.arn, None
        others = [a for a, user in sorted(world.users.items()) if user.account == stage.account and a != me.arn]
        for arn in [a for a in others if not stage.powers.is_admin(a)][:OTHERS]:
            yield arn, arn, arn, None
    elif kind == "group":
        if isinstance(me, User):
            yield from ((arn, me.arn, me.arn, None) for arn in me.groups)
        for arn, group in sorted(world.groups.items()):
            members = [a for a, user in sorted(world.users.items()) if arn in user.groups and a != me.arn]
            for member in (
                [m for m in members if not stage.powers.is_admin(m)][:1] if group.account == stage.account else ()
            ):
                yield arn, member, member, None
    else:
        yield from _roles(stage)


def _roles(stage: Stage) -> Iterator[Target]:
    world, me = stage.world, stage.caller.identity
    if isinstance(me, Role) and not is_protected(me):
        yield me.arn, stage.actor, me.arn, None
    own = [
        role
        for _, role in sorted(world.roles.items())
        if role.account == stage.account and role.arn != me.arn and not is_protected(role)
    ]
    for role in own:
        step = hop(stage.caller, role)
        if step is not None and step.is_certain:
            name = session_name(world, stage.caller.arn)
            taken = world.with_session(role_session(world, role, name, 3600, stage.caller.caller.arn), "taken")
            yield role.arn, "session:taken", me.arn, taken
            break
    for role in [role for role in own if not stage.powers.is_admin(role.arn)][:OTHERS]:
        used = world.with_session(role_session(world, role, session_name(world, role.arn), 3600, ""), "other")
        yield role.arn, "session:other", role.arn, used


class _Write:
    """Put…Policy and Attach…Policy."""

    def __init__(self, code: str, action: str, kind: str) -> None:
        self.code, self.action, self.kind = code, action, kind

    def __call__(self, stage: Stage) -> Iterator[Plan]:
        if not stage.may(self.action):
            return
        admin = administrator_access(stage.world)
        attaches = ":Attach" in self.action
        extra = {"iam:PolicyARN": admin} if attaches else None
        for arn, after, target, world in _targets(stage, self.kind):
            params = {f"{self.kind.capitalize()}Name": last_name(arn)}
            params |= {"PolicyArn": admin} if attaches else {"PolicyName": INLINE, "PolicyDocument": FULL}
            whose = safe_name(stage.world, arn)
            what = f"attaches full access to {whose}" if attaches else f"writes a policy of {whose}"
            move = Move(
                Call(stage.actor, self.action, params), "Permissions are added", f"{_me(stage)} {what}: {{allowed}}."
            )
            yield Plan(self.code, (move,), after, target, ((self.action, arn),), world=world, extra=extra)


def _me(stage: Stage) -> str:
    return safe_name(stage.world, stage.caller.arn)


def _policy_version(stage: Stage) -> Iterator[Plan]:
    """A new version of a customer managed policy that the caller has, else of one that somebody else has."""
    action = "iam:CreatePolicyVersion"
    if not stage.may(action):
        return
    for arn, after, target in _attached(stage):
        params = {"PolicyArn": arn, "PolicyDocument": FULL, "SetAsDefault": True}
        caption = f"{_me(stage)} writes a new version of {last_name(arn)}: {{allowed}}."
        yield Plan(
            "ESCALATION_CREATE_POLICY_VERSION",
            (Move(Call(stage.actor, action, params), "A new version", _plain(caption, last_name(arn))),),
            *(after, target, ((action, arn),)),
        )


def _plain(caption: str, name: str) -> str:
    """A caption that names a policy as plain text, or not at all when a caption cannot hold the name."""
    return caption.replace(name, "the policy") if any(mark in name for mark in "{}|") else caption


def _attached(stage: Stage) -> Iterator[tuple[str, str, str]]:
    """Customer managed policies: the caller's own first, then those of others with whoever has them."""
    world, me = stage.world, stage.caller.identity
    groups = [world.groups[arn] for arn in getattr(me, "groups", ()) if arn in world.groups]
    own = dict.fromkeys([*me.attached, *(arn for group in groups for arn in group.attached)])
    for arn in own:
        if _is_customers(world, arn, stage.account):
            yield arn, stage.actor, me.arn
    held: list[User | Group | Role] = [user for _, user in sorted(world.users.items()) if user.account == stage.account]
    for user in held:
        for arn in user.attached:
            if arn not in own and _is_customers(world, arn, stage.account) and not stage.powers.is_admin(user.arn):
                yield arn, user.arn, user.arn
                return


def _is_customers(world: World, arn: str, account: str) -> bool:
    return arn in world.managed_policies and arn.split(":")[4] == account


def _default_version(stage: Stage) -> Iterator[Plan]:
    """Another version of a policy that the caller has; without one, the finding depends on there being one."""
    action = "iam:SetDefaultPolicyVersion"
    if not stage.may(action):
        return
    code = "ESCALATION_SET_DEFAULT_POLICY_VERSION"
    for arn, after, target in _attached(stage):
        if target != stage.caller.arn:
            continue
        policy = stage.world.managed_policies[arn]
        for number, _ in reversed(policy.versions):
            params = {"PolicyArn": arn, "VersionId": f"v{number}"}
            caption = _plain(
                f"{_me(stage)} puts v{number} of {last_name(arn)} into force: {{allowed}}.", last_name(arn)
            )
            yield Plan(
                *(code, (Move(Call(stage.actor, action, params), "Another version", caption),), after, target),
                acts=((action, arn),),
                gain="more permissions",
            )
        if not policy.versions:
            supposed = (f"another version of {last_name(arn)} that allows more (there is none now)",)
            yield Plan(code, (), after, target, ((action, arn),), supposed, gain="more permissions")


def _join_group(stage: Stage) -> Iterator[Plan]:
    action = "iam:AddUserToGroup"
    if not stage.may(action):
        return
    world, me = stage.world, stage.caller.identity
    users = [me.arn] if isinstance(me, User) else []
    users += [a for a, user in sorted(world.users.items()) if user.account == stage.account and a != me.arn][:OTHERS]
    groups = [group for _, group in sorted(world.groups.items()) if group.account == stage.account]
    for arn in users:
        for group in groups:
            if group.arn in world.users[arn].groups:
                continue
            params = {"GroupName": group.name, "UserName": last_name(arn)}
            caption = f"{_me(stage)} puts {safe_name(world, arn)} into a group: {{allowed}}."
            yield Plan(
                "ESCALATION_ADD_USER_TO_GROUP",
                (Move(Call(stage.actor, action, params), "A powerful group", caption),),
                *(arn if arn != me.arn else stage.actor, arn, ((action, group.arn),)),
                gain=f"the permissions of the group {group.name}",
            )


def _remove_boundary(stage: Stage) -> Iterator[Plan]:
    me = stage.caller.identity
    kind = "User" if isinstance(me, User) else "Role"
    action = f"iam:Delete{kind}PermissionsBoundary"
    if me.boundary and stage.may(action):
        call = Call(stage.actor, action, {f"{kind}Name": me.name})
        move = Move(call, "Without its boundary", f"{_me(stage)} removes its own boundary: {{allowed}}.")
        acts = ((action, me.arn),)
        gain = "all that its boundary keeps from it"
        yield Plan("ESCALATION_REMOVE_BOUNDARY", (move,), stage.actor, me.arn, acts, gain=gain)


def _rewrite_trust(stage: Stage) -> Iterator[Plan]:
    """The trust policy of a stronger role made to name the caller, which then assumes it."""
    action = "iam:UpdateAssumeRolePolicy"
    if not stage.may(action):
        return
    world = stage.world
    roles = [a for a, r in sorted(world.roles.items()) if r.account == stage.account and not is_protected(r)]
    for arn in strongest(stage, roles):
        trust = {"Effect": "Allow", "Principal": {"AWS": stage.caller.arn}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        role = safe_name(world, arn)
        moves = (
            Move(
                Call(stage.actor, action, {"RoleName": last_name(arn), "PolicyDocument": document}),
                "Trust is rewritten",
                f"{_me(stage)} lets itself into {role}: {{allowed}}.",
            ),
            _assume(stage, arn, f"{_me(stage)} becomes {role}: {{allowed}}."),
        )
        yield Plan("ESCALATION_UPDATE_TRUST_POLICY", moves, "session:taken", arn, ((action, arn),))


def _assume(stage: Stage, role: str, caption: str) -> Move:
    params = {"RoleArn": role, "RoleSessionName": session_name(stage.world, stage.caller.arn)}
    return Move(Call(stage.actor, "sts:AssumeRole", params, save="taken"), "It becomes another", caption)


class _TakeUser:
    """A key or a password of another user."""

    def __init__(self, code: str, action: str, title: str, what: str, supposed: str = "") -> None:
        self.code, self.action, self.title, self.what, self.supposed = code, action, title, what, supposed

    def __call__(self, stage: Stage) -> Iterator[Plan]:
        if not stage.may(self.action):
            return
        world = stage.world
        for arn in strongest(stage, [a for a, user in sorted(world.users.items()) if user.account == stage.account]):
            user = safe_name(world, arn)
            params = {"UserName": last_name(arn)}
            params |= {} if "Key" in self.action else {"Password": "correct horse battery staple"}
            move = Move(
                Call(stage.actor, self.action, params), self.title, f"{_me(stage)} {self.what} {user}: {{allowed}}."
            )
            supposed = (self.supposed.format(last_name(arn)),) if self.supposed else ()
            yield Plan(self.code, (move,), arn, arn, ((self.action, arn),), supposed)


IAM_WAYS = (
    _policy_version,
    _default_version,
    _Write("ESCALATION_ATTACH_USER_POLICY", "iam:AttachUserPolicy", "user"),
    _Write("ESCALATION_ATTACH_GROUP_POLICY", "iam:AttachGroupPolicy", "group"),
    _Write("ESCALATION_ATTACH_ROLE_POLICY", "iam:AttachRolePolicy", "role"),
    _Write("ESCALATION_PUT_USER_POLICY", "iam:PutUserPolicy", "user"),
    _Write("ESCALATION_PUT_GROUP_POLICY", "iam:PutGroupPolicy", "group"),
    _Write("ESCALATION_PUT_ROLE_POLICY", "iam:PutRolePolicy", "role"),
    _join_group,
    _remove_boundary,
    _rewrite_trust,
    _TakeUser("ESCALATION_CREATE_ACCESS_KEY", "iam:CreateAccessKey", "A second key", "makes a key of"),
    _TakeUser(
        *("ESCALATION_CREATE_LOGIN_PROFILE", "iam:CreateLoginProfile", "A password", "gives a password to"),
        "whether {} has no console password yet",
    ),
    _TakeUser(
        *("ESCALATION_UPDATE_LOGIN_PROFILE", "iam:UpdateLoginProfile", "A new password", "changes the password of"),
        "whether {} has a console password",
    ),
)
"""Each gives the plans that are worth a trial for one identity."""
