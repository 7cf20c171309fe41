"""Deciding a request of which not everything is known: allowed, denied, or "depends on aws:MultiFactorAuthPresent".

An account's own records do not tell whether somebody will use MFA, from which address a request will come, or how the
resource is tagged. `Unknown` names such condition keys, which is not the same as absent ones. `decide` then says what
holds whatever their values are, and otherwise on which condition rows the outcome depends.

The rules are not written a second time. Every statement is asked by the tests of `policy/`, a condition row that reads
an unknown key answers "perhaps", and `iamviz.engine.evaluate.settle` is run once for each way in which the answers
that it asks for may turn out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from iamviz.engine.decision import Outcome
from iamviz.engine.evaluate import settle
from iamviz.engine.match import Applicable
from iamviz.engine.partial import EVERY_KEY, Fork, Need, Partial, Perhaps, Unknown
from iamviz.engine.request import DEFAULT_SETTINGS, PolicySet, Request, Settings

__all__ = ["EVERY_KEY", "Answer", "Need", "Unknown", "Verdict", "decide"]


class Answer(StrEnum):
    """What can be said of a request of which not everything is known."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"


@dataclass(frozen=True)
class Verdict:
    """What `decide` answers.

    ``possible`` are the outcomes that `evaluate` may give once everything is known: one, or several. A request that is
    denied for certain may still have two, explicit and implicit. ``needs`` are the rows on which it depends, in the
    order in which they are asked for, and ``depends_on_policy`` tells whether it depends on the policy of the resource,
    which is not known; neither does when one outcome is possible.
    """

    request: Request
    possible: frozenset[Outcome]
    needs: tuple[Need, ...]
    depends_on_policy: bool = False

    @property
    def answer(self) -> Answer:
        """Allowed, denied, or depends; never rounded."""
        if Outcome.ALLOWED not in self.possible:
            return Answer.DENIED
        return Answer.ALLOWED if len(self.possible) == 1 else Answer.DEPENDS

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, when only one is possible."""
        return next(iter(self.possible)) if len(self.possible) == 1 else None

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The condition keys on which it depends, as the policies write them, each once, whatever its letter case."""
        spelling: dict[str, str] = {}
        for need in self.needs:
            for key in need.keys:
                spelling.setdefault(key.lower(), key)
        return tuple(spelling.values())

    @property
    def depends_on_resource(self) -> bool:
        """Whether it depends on which resource is meant."""
        return any(not need.keys and not need.of_unknown_policy for need in self.needs)

    @property
    def unknown_policies(self) -> tuple[str, ...]:
        """The names of the caller's policies that are not known and on which it depends (`UnknownPolicy`)."""
        return tuple(dict.fromkeys(need.policy.name for need in self.needs if need.of_unknown_policy))

    @property
    def depends(self) -> tuple[str, ...]:
        """What it depends on, in words: condition keys, the resource, its own policy, policies that are not known."""
        resource = ["the resource"] if self.depends_on_resource else []
        policy = ["the resource's own policy"] if self.depends_on_policy else []
        names = ", ".join(self.unknown_policies)
        return (*self.keys, *resource, *policy, *([f"policies that are not known: {names}"] if names else []))

    @property
    def sentence(self) -> str:
        """In words: ``depends on aws:MultiFactorAuthPresent and aws:SourceIp``."""
        if self.outcome is not None:
            return self.outcome.value if self.outcome is Outcome.ALLOWED else f"denied ({self.outcome.value})"
        what = self.depends
        on = what[0] if len(what) == 1 else f"{', '.join(what[:-1])} and {what[-1]}"
        if self.answer is Answer.DENIED:
            return f"denied (whether explicitly depends on {on})"
        return f"depends on {on}"


def decide(
    request: Request,
    policies: PolicySet,
    unknown: Unknown | Iterable[str] = EVERY_KEY,
    settings: Settings = DEFAULT_SETTINGS,
) -> Verdict:
    """Decide a request whose ``unknown`` condition keys may have any value or be absent.

    Whatever they turn out to be, `evaluate` gives one of the verdict's ``possible`` outcomes. Conditions are taken as
    independent: two that exclude each other may still make an outcome "depend".

    >>> from iamviz.engine.request import Caller
    >>> from iamviz.policy import Policy
    >>> ana = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    >>> request = Request(ana, "s3:GetObject", "arn:aws:s3:::assets/logo.png", "111122223333")
    >>> mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    >>> document = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": mfa}}
    >>> decide(request, PolicySet(identity=[Policy.parse(document)])).sentence
    'depends on aws:MultiFactorAuthPresent'
    """
    if not isinstance(unknown, Unknown):
        unknown = Unknown(unknown)
    asked, unknown = unknown.of(request)
    if unknown.resource_policy and policies.resource is None:
        policies = policies.with_unknown_resource_policy
    tree = _explore(Partial(asked, Applicable.of(asked, policies, settings).selection, unknown), settings)
    nodes = list(_nodes(tree))
    needs = _distinct(need for node in nodes for need in node.needs)
    return Verdict(request, _outcomes(tree), needs, any(not node.needs for node in nodes))


class _Node(NamedTuple):
    """An unknown answer that matters, and what comes of either; without needs the resource's own policy is unknown."""

    needs: Perhaps
    yes: "_Node | Outcome"
    no: "_Node | Outcome"


def _explore(sets: "Partial", settings: Settings) -> "_Node | Outcome":
    """What comes of each way in which unknown answers may turn out; an answer that makes no difference is left out."""
    try:
        return settle(sets, settings)[0]
    except Fork as fork:
        yes = _explore(sets.assuming(fork.question, True), settings)
        no = _explore(sets.assuming(fork.question, False), settings)
        return yes if yes == no else _Node(fork.needs, yes, no)


def _outcomes(tree: _Node | Outcome) -> frozenset[Outcome]:
    return frozenset({tree}) if isinstance(tree, Outcome) else _outcomes(tree.yes) | _outcomes(tree.no)


def _nodes(tree: _Node | Outcome) -> Iterable[_Node]:
    if isinstance(tree, _Node):
        yield tree
        yield from _nodes(tree.yes)
        yield from _nodes(tree.no)


def _distinct(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple({(id(need.policy), need.kind, need.statement.index, id(need.row)): need for need in needs}.values())
