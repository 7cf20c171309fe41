"""Sets of actions: which of all catalogued actions a statement covers, and what is decided of each of them.

An `ActionSet` is the bits of one integer, one bit for each action of the catalogue (about 22,000), so that union,
intersection and difference of two sets cost next to nothing. Which actions an entry of an ``Action`` element covers is
found once, by the entry's own compiled matcher, and kept by the entry's text.

`decide_actions` decides every catalogued action for one caller. Actions of which all statements speak alike are decided
alike, so one of them is put to `iamviz.engine.depends.decide` for all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from iamviz.catalogue import action_resources, actions_of, services
from iamviz.engine.depends import EVERY_KEY, Answer, Unknown, Verdict, decide
from iamviz.engine.match import UNLOCKING
from iamviz.engine.request import DEFAULT_SETTINGS, TRUST_ACTIONS, Caller, CallerKind, PolicySet, Request, Settings
from iamviz.policy.elements import ActionPattern
from iamviz.policy.json_source import Span
from iamviz.policy.model import Statement

__all__ = ["ActionSet", "ActionsDecided", "action_set", "covered", "decide_actions", "every_action"]


@dataclass(frozen=True, slots=True)
class ActionSet:
    """A set of catalogued actions, in the order of their names.

    >>> reads = action_set(["s3:GetObject*"])
    >>> "S3:getobject" in reads, "s3:PutObject" in reads
    (True, False)
    >>> sorted(reads - action_set(["s3:GetObject?*"]))
    ['s3:GetObject']
    """

    bits: int = 0

    def __or__(self, other: "ActionSet") -> "ActionSet":
        return ActionSet(self.bits | other.bits)

    def __and__(self, other: "ActionSet") -> "ActionSet":
        return ActionSet(self.bits & other.bits)

    def __sub__(self, other: "ActionSet") -> "ActionSet":
        return ActionSet(self.bits & ~other.bits)

    def __bool__(self) -> bool:
        return bool(self.bits)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __iter__(self) -> Iterator[str]:
        """The names as AWS writes them, ``s3:GetObject``, by service and name."""
        names, digits = _catalogue().names, bin(self.bits)[:1:-1]
        position = digits.find("1")
        while position >= 0:
            yield names[position]
            position = digits.find("1", position + 1)

    def __contains__(self, action: object) -> bool:
        """Whether it holds an action, whatever its letter case; one that the catalogue lacks is in no set."""
        number = _catalogue().numbers.get(action.lower()) if isinstance(action, str) else None
        return number is not None and bool(self.bits >> number & 1)

    @property
    def first(self) -> str:
        """The first of its actions. Raises ValueError for an empty set."""
        if not self.bits:
            raise ValueError("an empty set of actions has no first one")
        return _catalogue().names[(self.bits & -self.bits).bit_length() - 1]

    def __repr__(self) -> str:
        return f"ActionSet({len(self)} actions)"


class _Catalogue:
    """All actions with their numbers, a service's one after the other."""

    def __init__(self) -> None:
        found = sorted((service, name) for service in services() for name in actions_of(service))
        self.names = tuple(f"{service}:{name}" for service, name in found)
        self.numbers = {name.lower(): number for number, name in enumerate(self.names)}
        self.everything = (1 << len(found)) - 1
        self.by_service: dict[str, tuple[int, list[str]]] = {}
        for number, (service, name) in enumerate(found):
            self.by_service.setdefault(service.lower(), (number, []))[1].append(name.lower())

    def matching(self, service: str | None, matches: Callable[[str, str], bool]) -> int:
        """The bits of the actions, of one service or of all, that a test accepts."""
        bits = 0
        for prefix in self.by_service if service is None else (service,):
            start, names = self.by_service.get(prefix, (0, []))
            bits |= sum(1 << number for number, name in enumerate(names) if matches(prefix, name)) << start
        return bits


@cache
def _catalogue() -> _Catalogue:
    return _Catalogue()


@lru_cache(maxsize=16384)
def _covered_by(text: str) -> int:
    pattern = ActionPattern(text, Span(0, 0, 0, 0))
    return _catalogue().matching(pattern.service, pattern.matches)


@cache
def every_action() -> ActionSet:
    """All actions of the catalogue."""
    return ActionSet(_catalogue().everything)


def action_set(patterns: Iterable[str]) -> ActionSet:
    """The actions that some of the patterns cover; a pattern is one as in ``Action``, letter case is ignored.

    >>> sorted(action_set(["sts:Assume*Identity", "sts:no-such"]))
    ['sts:AssumeRoleWithWebIdentity']
    """
    bits = 0
    for text in (patterns,) if isinstance(patterns, str) else patterns:
        bits |= _covered_by(text.lower())
    return ActionSet(bits)


def covered(statement: Statement) -> ActionSet:
    """The actions that a statement's ``Action`` element covers, or its ``NotAction`` element leaves."""
    found = action_set(pattern.text for pattern in statement.actions)
    return every_action() - found if statement.not_action else found


@dataclass(frozen=True)
class ActionsDecided:
    """What `decide_actions` answers: the actions in groups that were decided alike, each with its verdict.

    The verdict of a group is that of its first action; the others differ in nothing that a policy can tell.
    """

    groups: tuple[tuple[ActionSet, Verdict], ...]

    def answered(self, answer: Answer | str) -> ActionSet:
        """The actions that are allowed, denied, or that depend."""
        bits = 0
        for actions, verdict in self.groups:
            if verdict.answer == answer:
                bits |= actions.bits
        return ActionSet(bits)

    @cached_property
    def allowed(self) -> ActionSet:
        """The actions that are allowed whatever is not known."""
        return self.answered(Answer.ALLOWED)

    @cached_property
    def denied(self) -> ActionSet:
        """The actions that are denied whatever is not known."""
        return self.answered(Answer.DENIED)

    @cached_property
    def depends(self) -> ActionSet:
        """The actions of which that cannot be said."""
        return self.answered(Answer.DEPENDS)

    def verdict_of(self, action: str) -> Verdict:
        """The verdict of the group of an action. Raises KeyError for one that the catalogue lacks."""
        for actions, verdict in self.groups:
            if action in actions:
                return verdict
        raise KeyError(f"{action!r} is not among the actions of the catalogue")


def decide_actions(
    caller: Caller,
    policies: PolicySet,
    resource: str | None = None,
    *,
    resource_account: str | None = None,
    resource_management_account: bool = False,
    context: Mapping[str, str | Sequence[str]] | None = None,
    unknown: Unknown = EVERY_KEY,
    actions: ActionSet | None = None,
    settings: Settings = DEFAULT_SETTINGS,
) -> ActionsDecided:
    """Decide all catalogued actions, or some, for one caller, as `iamviz.engine.depends.decide` would one by one.

    ``resource`` is an ARN or ``*``; without one, any resource is meant on which the action works. It belongs to the
    caller's account unless ``resource_account`` says another, which is the organization's management account or not.

    >>> ana = Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    >>> from iamviz.policy import Policy
    >>> read = Policy.parse({"Statement": {"Effect": "Allow", "Action": "sqs:Get*", "Resource": "*"}})
    >>> sorted(decide_actions(ana, PolicySet(identity=[read])).allowed)
    ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sts:GetCallerIdentity']
    """
    if resource is None:
        unknown = replace(unknown, resource=True)
    owner = caller.account if resource_account is None else resource_account
    request = Request(
        *(caller, "sts:GetCallerIdentity", resource or "*", owner, context or {}),
        resource_management_account=resource_management_account,
    )
    blocks = [(every_action() if actions is None else actions).bits]
    apart = _apart(caller.kind is CallerKind.ROOT, bool(policies.rcps))
    for cut in (*apart, *_spoken_of(policies, settings)):
        blocks = [part for block in blocks for part in _halves(block, cut)]
    return ActionsDecided(
        tuple(
            (found, decide(request.about(found.first, request.resource), policies, unknown, settings))
            for found in map(ActionSet, blocks)
        )
    )


def _halves(block: int, cut: int) -> Iterator[int]:
    """What a cut leaves on either side: one part where it does not go through."""
    inside = block & cut
    if inside:
        yield inside
    if inside != block:
        yield block ^ inside


@cache
def _apart(as_root: bool, under_rcps: bool) -> tuple[int, ...]:
    """Sets of actions that the engine treats apart: trust actions (0.1), those of which it knows more than policies say
    (0.2, 2.2), a bucket owner's root user (5.6), RCPs (5.2); those that take no resource but ``*``; KMS keys (5.6).
    """
    without = _catalogue().matching(None, lambda service, name: action_resources(f"{service}:{name}") == ())
    keys = _catalogue().matching("kms", lambda service, name: "key" in (action_resources(f"{service}:{name}") or ()))
    sets = [sorted(TRUST_ACTIONS), ["sts:getcalleridentity"], ["s3:listallmybuckets"]]
    sets += [sorted(UNLOCKING)] if as_root else []
    sets += [["kms:retiregrant"]] if under_rcps else []
    return (*(action_set(patterns).bits for patterns in sets), without, keys)


def _spoken_of(policies: PolicySet, settings: Settings) -> Iterable[int]:
    """What statements of any policy cover, each set once."""
    resource, boundary, endpoint = policies.resource, policies.boundary, policies.endpoint
    single = [policy for policy in (resource, boundary, endpoint) if policy is not None]
    levels = [policy for level in (*policies.scps, *policies.rcps) for policy in level]
    found = {
        covered(s).bits: None for p in (*policies.identity, *single, *policies.sessions, *levels) for s in p.statements
    }
    if policies.rcps:
        found[action_set(f"{service}:*" for service in sorted(settings.rcp_services)).bits] = None
    return found
