"""Policies that are there and have no say on a request: whom, what and where they do not bind.

docs/rules/policy_evaluation.md 5.2, 5.6 and 5.7. Without the reason an explanation would look as if nothing were
attached.
"""

from collections.abc import Iterator

from iamviz.engine.match import Attached
from iamviz.engine.request import CallerKind, PolicySet, Request
from iamviz.policy.model import PolicyKind

__all__ = ["spared"]

_NONE: dict[PolicyKind, str] = {}


def spared(attached: Attached, policies: PolicySet, request: Request) -> dict[PolicyKind, str]:
    """Why each type of policies that was given does not apply, in a sentence; usually none.

    ``attached`` is kept beside ``policies``, and so is whether there is anything to say: most often there is not.
    """
    some = attached.prepared.get("spared")
    if some is None:
        some = attached.prepared["spared"] = bool(dict(_reasons(attached, policies, request)))
    return dict(_reasons(attached, policies, request)) if some else _NONE


def _reasons(attached: Attached, policies: PolicySet, request: Request) -> Iterator[tuple[PolicyKind, str]]:
    caller = request.caller
    if not attached.scps and policies.scps:
        yield PolicyKind.SCP, f"SCPs do not bind {_unbound(request)}"
    if not attached.rcps and any(policies.rcps):
        yield PolicyKind.RCP, f"RCPs do not {_untouched(request)}"
    if attached.resource is None and policies.resource is not None:
        yield attached.resource_kind, "S3 does not ask it when the bucket's own root user reads, writes or deletes it"
    if attached.boundary is None and policies.boundary is not None:
        yield PolicyKind.BOUNDARY, f"{_who(request)} has no permissions boundary"
    if not attached.session and policies.sessions and caller.kind is not CallerKind.FEDERATED_USER:
        yield PolicyKind.SESSION, f"{_who(request)} has no session policy"


def _unbound(request: Request) -> str:
    caller = request.caller
    if caller.management_account and caller.in_account:
        return "the management account"
    return "service-linked roles" if caller.service_linked_role else f"{_who(request)}: it has no account of its own"


def _untouched(request: Request) -> str:
    if request.caller.service_linked_role:
        return "bind service-linked roles"
    if request.resource_management_account:
        return "bind resources of the management account"
    if request.service == "kms" and request.action_name == "retiregrant":
        return "apply to kms:RetireGrant"
    return f"apply to {request.service}"


def _who(request: Request) -> str:
    caller = request.caller
    if caller.service_linked_role:
        return "a service-linked role"
    return {
        CallerKind.USER: "a user",
        CallerKind.ROOT: "the root user",
        CallerKind.SERVICE: "a service",
        CallerKind.FEDERATED: "a caller of an identity provider",
        CallerKind.ANONYMOUS: "an anonymous caller",
    }.get(CallerKind(caller.kind), "this kind of caller")
