"""Whether a caller may become a role: one decision for each action that the call needs, by the same rules.

docs/rules/roles_and_sessions.md 3.1 and 3.4: the API action, sts:TagSession when tags are passed or inherited, and
sts:SetSourceIdentity when a source identity is passed or inherited, sts:SetContext when a context is provided; the
trust policy must name every one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from iamviz.calls.actors import Actor
from iamviz.calls.authorize import decide, denial_message
from iamviz.calls.model import Call, CallError, Check, Refusal
from iamviz.calls.session_tags import SessionTags
from iamviz.engine.decision import Decision
from iamviz.engine.request import CallerKind
from iamviz.engine.wording import ROOT_REFUSED, plain_denial
from iamviz.world.context import ContextValue
from iamviz.world.entities import Role
from iamviz.world.world import World

__all__ = ["Wish", "admit", "check_caller", "check_duration"]

HOUR = 3600
CHAIN_EXCEEDED = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
MAXIMUM_EXCEEDED = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
OTHER_SOURCE_IDENTITY = "The source identity of a session cannot be changed."


@dataclass(frozen=True)
class Wish:
    """What a call wants of a role: its ARN, the API action, tags, source identity, and the keys the call brings.

    ``sets_context``: the call passes ProvidedContexts.
    """

    role_arn: str
    action: str
    tags: SessionTags = field(default_factory=SessionTags)
    source_identity: str = ""
    context: tuple[ContextValue, ...] = ()
    sets_context: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action that must be allowed."""
        tag = ("sts:TagSession",) if self.tags.all else ()
        source = ("sts:SetSourceIdentity",) if self.source_identity else ()
        context = ("sts:SetContext",) if self.sets_context else ()
        return (self.action, *tag, *source, *context)


def check_caller(actor: Actor) -> Check:
    """What STS refuses by the kind of caller, before any policy."""
    caller = actor.caller
    if caller is None:
        raise CallError("an administrator's change cannot assume a role; name the user or session that does")
    if caller.kind is CallerKind.ROOT:
        check = Check("caller", False, "the root user cannot assume a role, whatever the policies say")
        raise Refusal("AccessDenied", ROOT_REFUSED, 403, checks=(check,))
    if caller.kind is CallerKind.FEDERATED_USER:
        check = Check("caller", False, "a federated user may call nothing of STS but GetCallerIdentity")
        raise Refusal("AccessDenied", "Cannot call AssumeRole with federation credentials", 403, checks=(check,))
    return Check("caller", True, f"a {caller.kind.replace('-', ' ')} may call AssumeRole")


def admit(world: World, actor: Actor, call: Call, wish: Wish) -> tuple[Decision, ...]:
    """The decisions, all of them allowed; Refusal when one is not. A role that does not exist is refused alike."""
    role = world.roles.get(wish.role_arn)
    _keep_source_identity(actor, wish)
    extra = (*wish.context, *wish.tags.context(), *_role_tags(role, wish.tags))
    decisions: list[Decision] = []
    for action in wish.actions:
        decision = decide(world, actor, call, action, wish.role_arn, role.trust if role else None, extra)
        decisions.append(decision)
        if role is None or not decision.allowed:
            message = denial_message(world, decision) if role else plain_denial(decision.request)
            if decision.request.caller.kind is CallerKind.FEDERATED:
                message = plain_denial(decision.request)
            raise Refusal("AccessDenied", message, 403, tuple(decisions))
    return tuple(decisions)


def _keep_source_identity(actor: Actor, wish: Wish) -> None:
    inherited = actor.session.source_identity if actor.session else ""
    if inherited and wish.source_identity != inherited:
        told = f"this chain's source identity is {inherited}, for good"
        check = Check("source identity", False, told)
        raise Refusal("AccessDenied", OTHER_SOURCE_IDENTITY, 403, checks=(check,))


def _role_tags(role: Role | None, tags: SessionTags) -> Iterable[ContextValue]:
    """The role's own tags; an inherited transitive tag of the same key replaces the role's value (3.6)."""
    handed_down = {key.lower(): value for key, value in tags.inherited.items()}
    for key, value in sorted(role.tags.items()) if role else ():
        replaced = handed_down.get(key.lower())
        origin = "a tag of the role" if replaced is None else "a transitive tag, in place of the role's"
        for prefix in ("aws", "iam"):
            yield ContextValue(f"{prefix}:ResourceTag/{key}", (value if replaced is None else replaced,), origin)


def too_long(role: Role, seconds: int, chained: bool) -> str | None:
    """What is wrong with a duration, in AWS's words (4.8); nothing is shortened. ``chained``: asked by a session."""
    if chained and seconds > HOUR:
        return CHAIN_EXCEEDED
    if seconds > role.max_session_duration:
        return MAXIMUM_EXCEEDED
    return None


def check_duration(role: Role, seconds: int, chained: bool, decisions: tuple[Decision, ...]) -> Check:
    """The duration rules of 4.8 as a check; Refusal (ValidationError) where the wish is too long."""
    wrong = too_long(role, seconds, chained)
    limit = f"the role allows {role.max_session_duration} s"
    if wrong == CHAIN_EXCEEDED:
        limit = "role chaining allows at most 1 hour"
    check = Check("duration", wrong is None, f"asked for {seconds} s; {limit}")
    if wrong is not None:
        raise Refusal("ValidationError", wrong, 400, decisions, (check,))
    return check
