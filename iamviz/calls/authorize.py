"""From an actor and an action to a decision: the policies that the world holds for them, and the request context."""

from collections.abc import Iterable
from typing import Any

from iamviz.arn import split_fields
from iamviz.calls.actors import Actor
from iamviz.calls.model import Call, CallError, Refusal
from iamviz.engine.decision import Decision
from iamviz.engine.evaluate import evaluate
from iamviz.engine.request import Caller, CallerKind, PolicySet, Request
from iamviz.engine.wording import plain_denial
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.context import ContextValue, principal_context, request_context, source_context
from iamviz.world.entities import Role, User
from iamviz.world.organization import levels_of
from iamviz.world.world import World

__all__ = ["authorize", "decide", "policies_for"]

Levels = tuple[tuple[Policy, ...], ...]
"""The policies of an organization for one account: a tuple for each level, from the root down."""

FULL_ACCESS = Policy.parse(
    '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', name="the root user's full access"
)
"""The identity side of a session that root made with GetFederationToken: only its session policy limits it (0.4)."""


def owner_of(world: World, caller: Caller) -> Role | User | None:
    """Whose policies a caller brings along: of a session its role's, else the user's own; nobody else's."""
    if caller.role_arn:
        return world.roles.get(caller.role_arn)
    return world.users.get(caller.user_arn or caller.arn)


def policies_for(world: World, actor: Actor, resource_policy: Policy | None, resource_account: str) -> PolicySet:
    """The policies that have a say: the caller's side, the resource's policy, what the organization attaches."""
    caller = actor.caller
    assert caller is not None, "an administrator's change is never evaluated"
    identity: tuple[Policy, ...] = ()
    boundary = None
    if caller.kind is CallerKind.FEDERATED_USER and not caller.user_arn:
        identity = (FULL_ACCESS,)
    owner = owner_of(world, caller)
    if owner is not None:
        identity, boundary = world.policies_of(owner), world.boundary_of(owner)
    scps, rcps = limits_of(world, caller, resource_account)
    return PolicySet(
        identity=identity,
        resource=resource_policy,
        boundary=boundary,
        session=actor.session.policies if actor.session else None,
        scps=scps,
        rcps=rcps,
    )


def limits_of(world: World, caller: Caller, owner: str) -> tuple[Levels, Levels]:
    """The SCPs and the RCPs that have a say, by whose account: docs/rules/roles_and_sessions.md 3.3."""
    scps = levels_of(world, caller.account, PolicyKind.SCP) if caller.account else ()
    rcps = levels_of(world, owner, PolicyKind.RCP) if owner else ()
    return scps, rcps


def decide(
    world: World,
    actor: Actor,
    call: Call,
    action: str,
    resource: str,
    resource_policy: Policy | None,
    extra: Iterable[ContextValue] = (),
    owner: str = "",
) -> Decision:
    """Decide one action of a call. ``extra`` are the condition keys that the call itself brings."""
    caller = actor.caller
    assert caller is not None, "an administrator's change is never evaluated"
    owner = owner or world.owner_of(resource, caller.account)
    keys = [*principal_context(world, caller, actor.session), *request_context(world, owner, _region(resource)), *extra]
    keys += [ContextValue(key, _values(key, value), "the scenario") for key, value in call.context.items()]
    if caller.kind is CallerKind.SERVICE:
        told = {key.key.lower(): key.values for key in keys}
        source = told.get("aws:sourceaccount", ("",))[0]
        keys += [key for key in source_context(world, source) if key.key.lower() not in told] if source else []
    request = Request(
        caller=caller,
        action=action,
        resource=resource,
        resource_account=owner,
        context={key.key: key.values for key in keys},
        resource_management_account=world.account(owner).management if owner else False,
        origins={key.key: key.origin for key in keys},
    )
    return evaluate(request, policies_for(world, actor, resource_policy, owner), world.settings)


def authorize(
    world: World,
    actor: Actor,
    call: Call,
    action: str,
    resource: str,
    resource_policy: Policy | None = None,
    extra: Iterable[ContextValue] = (),
    owner: str = "",
) -> tuple[Decision, ...]:
    """The decision as a tuple of one when it allows; Refusal with AWS's sentence when it does not."""
    decision = decide(world, actor, call, action, resource, resource_policy, extra, owner)
    if not decision.allowed:
        raise Refusal("AccessDenied", denial_message(world, decision), 403, (decision,))
    return (decision,)


def denial_message(world: World, decision: Decision) -> str:
    """The sentence that the caller reads: STS keeps the reason to itself unless the world explains denials."""
    if decision.request.service == "sts" and not world.explain_denials and decision.reason.special is None:
        return plain_denial(decision.request)
    return decision.message or ""


def _values(key: str, value: Any) -> tuple[str, ...]:
    """The values of a condition key that a call brings; CallError for what is neither a text nor a list of texts."""
    values = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    if not all(isinstance(item, str) for item in values):
        raise CallError(f'the context has {key} {value!r:.80}; expected a text or a list of texts, such as "true"')
    return values


def _region(resource: str) -> str:
    fields = split_fields(resource)
    return fields[3] if len(fields) == 6 and fields[3] else "us-east-1"
