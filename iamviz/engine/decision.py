"""The answer: an outcome, its reason, AWS's sentence, and on demand the whole explanation."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING

from iamviz.engine.match import Applicable
from iamviz.engine.request import PolicySet, Request, Settings
from iamviz.policy.model import PolicyKind

if TYPE_CHECKING:
    from iamviz.engine.explain import Explanation

__all__ = ["Decision", "Outcome", "Reason", "Special", "decided"]


class Outcome(StrEnum):
    """AWS's three outcomes (docs/rules/policy_evaluation.md 0.1)."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class Special(StrEnum):
    """What decides before any policy is read (0.2)."""

    CALLER_IDENTITY = "GetCallerIdentity needs no permission"
    ROOT_CALLER = "the root user cannot assume a role"
    FEDERATED_USER_CALLER = "a federated user cannot assume a role"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request is denied: the policy type that AWS's message names, or what refused before any policy."""

    policy: PolicyKind | None = None
    special: Special | None = None


@dataclass(frozen=True)
class Decision:
    """What `evaluate` answers. Cheap; `explain` computes the tree when asked, by the same matching code."""

    request: Request
    policies: PolicySet
    settings: Settings
    outcome: Outcome
    reason: Reason

    @property
    def allowed(self) -> bool:
        """Whether the outcome is allowed."""
        return self.outcome is Outcome.ALLOWED

    @cached_property
    def applicable(self) -> Applicable:
        """The request put to the policies that apply to it."""
        return Applicable.of(self.request, self.policies, self.settings)

    @cached_property
    def message(self) -> str | None:
        """The access denied sentence with its reason (6.1, explain mode); None when allowed."""
        from iamviz.engine.wording import denial

        named = self.settings.name_denying_policy and self.outcome is Outcome.EXPLICIT_DENY
        return denial(self.request, self.outcome, self.reason, self._denying_arn if named else "")

    @property
    def _denying_arn(self) -> str:
        """The ARN of the first policy with one whose Deny applies, among those of the type that the sentence names."""
        arns = (trace.policy.arn for trace in self.explain().deciding if trace.kind is self.reason.policy)
        return next(filter(None, arns), "")

    def explain(self) -> "Explanation":
        """Gates in order, with their statements, elements and condition rows."""
        return _explainer()(self)


@cache
def _explainer() -> "Callable[[Decision], Explanation]":
    """The function that explains; importing it when asked for costs more than asking once."""
    from iamviz.engine.gates import explain

    return explain


def decided(sets: Applicable, policies: PolicySet, settings: Settings, outcome: Outcome, reason: Reason) -> Decision:
    """A `Decision`, made without the ceremony of a frozen dataclass, which would take longer than many a decision."""
    decision = object.__new__(Decision)
    members = decision.__dict__
    members["request"] = sets.request
    members["applicable"] = sets
    members["policies"] = policies
    members["settings"] = settings
    members["outcome"] = outcome
    members["reason"] = reason
    return decision
