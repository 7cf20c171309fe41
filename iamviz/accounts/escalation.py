"""Ways to more permissions: each is tried in the account's own world, and counts when the engine lets it happen.

A way is a list of calls. It is found when every call is allowed and somebody may then do what was refused before: the
same engine that answers all other questions says so. Where a call depends on something that is not known, or on a thing
that a dump does not hold (a function that has the role), the way is played supposing it, and the finding says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iamviz.accounts.answers import Said, said_of
from iamviz.accounts.asker import Asker
from iamviz.accounts.finding import AccountFinding, Move, Risk, safe_name, session_name
from iamviz.accounts.finding_rules import RULES
from iamviz.accounts.powers import Powers, Probe
from iamviz.accounts.satisfy import satisfying
from iamviz.arn import Arn
from iamviz.calls.issue import role_session
from iamviz.calls.model import Call, CallError
from iamviz.calls.perform import perform
from iamviz.engine.coverage import ActionSet, action_set
from iamviz.engine.depends import Answer
from iamviz.policy.model import Policy
from iamviz.world.entities import ManagedPolicy, Role, User
from iamviz.world.world import World

__all__ = ["Plan", "Stage", "tried"]

ADMINISTRATOR = "AdministratorAccess"
FULL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
SESSION = "session"
HOURS = 3600
ANYTHING = "any permission"


@dataclass(frozen=True)
class Stage:
    """The world in which ways are tried: the account's own, with AWS's AdministratorAccess, which every account has."""

    caller: Asker
    powers: Powers
    world: World
    actor: str

    @classmethod
    def of(cls, caller: Asker, powers: Powers) -> "Stage":
        """The stage for one identity; a role acts through a session that somebody has."""
        world = caller.world
        admin = administrator_access(world)
        if admin not in world.managed_policies:
            policy = ManagedPolicy(admin, Policy.parse(FULL, name=ADMINISTRATOR, arn=admin))
            world = replace(world, managed_policies=world.managed_policies.set(admin, policy))
        if isinstance(caller.identity, User):
            return cls(caller, powers, world, caller.arn)
        session = role_session(world, caller.identity, session_name(world, caller.arn), HOURS, "")
        return cls(caller, powers, world.with_session(session, SESSION), f"session:{SESSION}")

    @property
    def account(self) -> str:
        """The account of the identity."""
        return self.caller.caller.account

    def may(self, *actions: str) -> bool:
        """Whether it may do all of the actions on some resource, perhaps under a condition: the quick look."""
        return not action_set(actions) - self.powers.may(self.caller.arn)


@dataclass(frozen=True)
class Plan:
    """A way to be tried: the calls, and who acts at its end.

    ``after`` is the actor that gains, ``target`` the identity whose permissions it then has (its own where policies
    were changed); ``supposed`` is what a dump does not tell and the way needs. ``acts`` are the actions that the caller
    itself needs, with their resources: their statements are the evidence.
    """

    code: str
    moves: tuple[Move, ...]
    after: str
    target: str
    acts: tuple[tuple[str, str], ...]
    supposed: tuple[str, ...] = ()
    world: World | None = None
    extra: Mapping[str, str] | None = None
    gain: str = ANYTHING


def administrator_access(world: World) -> str:
    """The ARN of AWS's own full access."""
    return f"arn:{world.partition}:iam::aws:policy/{ADMINISTRATOR}"


def tried(stage: Stage, plans: Iterable[Plan]) -> AccountFinding | None:
    """The finding of the first plan that works, one that is certain before one that depends; None when none works."""
    perhaps: AccountFinding | None = None
    for plan in plans:
        found = _try(stage, plan)
        if found is not None and not found.depends:
            return found
        perhaps = perhaps or found
    return perhaps


def _try(stage: Stage, plan: Plan) -> AccountFinding | None:
    """Perform the plan; the finding with its story, when every call succeeds and something new is allowed then."""
    depends = list(plan.supposed)
    context: dict[str, Any] = {}
    for action, resource in plan.acts:
        verdict = stage.caller.decide(action, resource, plan.extra)
        if verdict.answer is Answer.DENIED:
            return None
        depends += verdict.depends
        context |= satisfying(verdict, stage.caller.world.now) or {}
    depends = list(dict.fromkeys(depends))
    start = plan.world or stage.world
    moves = tuple(replace(m, call=_with_context(m.call, context)) for m in plan.moves) if context else plan.moves
    after = _performed(start, moves)
    if after is None or not moves:
        return _without_story(stage, plan, depends) if depends else None
    probe = _probe(stage, plan, start, after)
    if probe is None:
        return None
    return _finding(stage, plan, depends, _story_moves(stage, plan, moves, probe, after), start)


def _with_context(call: Call, context: Mapping[str, Any]) -> Call:
    return replace(call, context={**call.context, **context})


def _performed(world: World, moves: Iterable[Move]) -> World | None:
    for move in moves:
        try:
            result = perform(world, move.call)
        except CallError:
            return None
        if not result.ok:
            return None
        world = result.world
    return world


def _probe(stage: Stage, plan: Plan, before: World, after: World) -> Probe | None:
    """Something that was refused before and is allowed after; the caller itself must have been refused it."""
    gained = ActionSet()
    if plan.target != stage.caller.arn:
        gained = stage.powers.decided(plan.target).allowed - stage.powers.may(stage.caller.arn)
    for probe in stage.powers.probes(stage.caller.arn, gained):
        if _allowed(before, stage.actor, probe) or not _allowed(after, plan.after, probe):
            continue
        if not _helps_another(stage, plan) or not _allowed(before, plan.after, probe):
            return probe
    return None


def _allowed(world: World, actor: str, probe: Probe) -> bool:
    try:
        return perform(world, Call(actor, *probe)).ok
    except CallError:
        return False


def _story_moves(stage: Stage, plan: Plan, moves: tuple[Move, ...], probe: Probe, after: World) -> tuple[Move, ...]:
    action, params = probe
    who = safe_name(stage.world, stage.caller.arn)
    first = Move(
        Call(stage.actor, action, params),
        "Refused at first",
        f"{who} tries {action} and is {{denied}}.",
    )
    doer = _doer(stage, plan, after)
    last = Move(Call(plan.after, action, params), "Allowed in the end", f"{doer} does {action}: {{allowed}}.")
    return (first, *moves, last)


def _doer(stage: Stage, plan: Plan, after: World) -> str:
    if plan.after in (stage.actor, stage.caller.arn):
        return safe_name(stage.world, stage.caller.arn)
    if plan.after in stage.world.users:
        return safe_name(stage.world, plan.after)
    return f"What runs with {safe_name(after, plan.target)}" if plan.after in after.workloads else "The {session}"


def _finding(stage: Stage, plan: Plan, depends: list[str], moves: tuple[Move, ...], start: World) -> AccountFinding:
    return AccountFinding(
        plan.code,
        _risk(stage, plan),
        stage.caller.arn,
        _sentence(stage, plan),
        tuple(depends),
        _evidence(stage, plan),
        plan.target,
        start,
        moves,
    )


def _without_story(stage: Stage, plan: Plan, depends: list[str]) -> AccountFinding | None:
    """A way that may exist, but of which the condition could not be met in a trial."""
    return AccountFinding(
        *(plan.code, Risk.MEDIUM, stage.caller.arn, _sentence(stage, plan), tuple(depends), _evidence(stage, plan)),
        target=plan.target,
    )


def _helps_another(stage: Stage, plan: Plan) -> bool:
    """Whether somebody else gains, whom the caller cannot become by this way."""
    return plan.code.startswith(HELPING) and plan.target != stage.caller.arn and plan.after != stage.actor


HELPING = (
    "ESCALATION_ATTACH",
    "ESCALATION_PUT",
    "ESCALATION_ADD",
    "ESCALATION_CREATE_POLICY",
    "ESCALATION_SET_DEFAULT",
)


def _risk(stage: Stage, plan: Plan) -> Risk:
    if _helps_another(stage, plan):
        return Risk.MEDIUM
    edits = plan.target == stage.caller.arn
    return Risk.HIGH if edits or stage.powers.is_admin(plan.target) else Risk.MEDIUM


def _sentence(stage: Stage, plan: Plan) -> str:
    name = stage.world.name_of
    title = RULES[plan.code].title
    who, title = name(stage.caller.arn), f"{title[:1].lower()}{title[1:]}"
    gain = plan.gain
    bounded = stage.world.users.get(plan.target) or stage.world.roles.get(plan.target)
    if gain == ANYTHING and bounded is not None and bounded.boundary:
        gain = "everything that its boundary allows"
    if plan.target == stage.caller.arn:
        return f"{who} can give itself {gain}: {title}."
    target = name(plan.target)
    if _helps_another(stage, plan):
        return f"{who} can give {target} {gain}: {title}."
    as_admin = ", an administrator" if stage.powers.is_admin(plan.target) else ""
    return f"{who} can act as {target}{as_admin}: {title}."


def _evidence(stage: Stage, plan: Plan) -> tuple[Said, ...]:
    found: dict[Said, None] = {}
    for action, _ in plan.acts:
        for policy in stage.caller.policies.identity:
            for statement in policy.covering(action.lower()).allows:
                found.setdefault(said_of(policy, statement))
    return tuple(found)


def last_name(arn: str) -> str:
    """The name at the end of an ARN."""
    return Arn.parse(arn).name


def is_protected(role: Role) -> bool:
    """Whether AWS alone may change a role: service-linked ones, and those of Identity Center."""
    return role.service_linked or ":role/aws-reserved/" in role.arn


def strongest(stage: Stage, arns: Iterable[str], most: int = 3) -> list[str]:
    """The identities that may do most of what the caller may not, the strongest first; none that gives nothing."""
    gains = {arn: stage.powers.gain(stage.caller.arn, arn) for arn in arns if arn != stage.caller.arn}
    found = sorted((arn for arn, gain in gains.items() if any(gain)), key=lambda arn: (gains[arn], arn), reverse=True)
    return found[:most]
