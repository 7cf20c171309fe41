"""What the policies say about a request of which not everything is known: yes, no, or what it depends on.

`Partial` takes the place of `Applicable`. The same tests of `policy/` answer; an element or a condition row that reads
what is not known answers "perhaps", and Kleene's logic carries that through a statement, a policy and a level.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from iamviz.catalogue import action_resources
from iamviz.engine.match import WITH_PRINCIPAL, Applicable, Selection
from iamviz.engine.principals import MatchKind, hits_principal, principal_matches
from iamviz.engine.request import TRUST_ACTIONS, UNKNOWN_POLICY, Request, UnknownPolicy
from iamviz.patterns import Token, Wild, compile_glob, compile_tokens
from iamviz.policy.conditions import ConditionRow
from iamviz.policy.elements import ResourcePattern
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement
from iamviz.policy.variables import Template, Variable

__all__ = ["EVERY_KEY", "Fork", "Need", "Partial", "Perhaps", "Unknown"]


@dataclass(frozen=True)
class Unknown:
    """What is not known of a request.

    ``keys`` are condition keys, letter case ignored, ``*`` and ``?`` allowed: ``aws:PrincipalTag/*``, or ``*`` for all
    keys. A key to which the request's context gives a value, or an empty list, is known; so is each key of ``absent``,
    whose absence is certain (``aws:SourceVpce`` where no endpoint exists).

    With ``resource`` any resource of the request's ``resource_account`` on which the action works is meant, so that
    elements which cover some resources answer "perhaps"; an action that takes only ``*`` is asked for ``*``. With
    ``resource_policy`` the resource may have a policy of its own that is not known, which allows or denies anything.
    A role that is assumed and a KMS key always have one, so it is unknown when the resource is (5.4, 5.6).
    """

    keys: Iterable[str] = ("*",)
    absent: Iterable[str] = ()
    resource: bool = False
    resource_policy: bool = False
    _known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("keys", "absent"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))

    @cached_property
    def _covers(self) -> Callable[[str], bool]:
        tests = [compile_glob(key.lower()) for key in self.keys]
        without = [compile_glob(key.lower()) for key in self.absent]
        return lambda key: any(test(key) for test in tests) and not any(test(key) for test in without)

    def covers(self, key: str) -> bool:
        """Whether the condition key, in lower case, is unknown unless the context holds it."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._covers(key)
        return found

    def of(self, request: Request) -> tuple[Request, "Unknown"]:
        """The request as it is decided and what is unknown then: where any resource is meant, it is one of its type."""
        if not self.resource:
            return request, self
        action, account = f"{request.service}:{request.action_name}", request.resource_account
        types = action_resources(action)
        if action in TRUST_ACTIONS:
            return request.about(request.action, f"arn:aws:iam::{account}:role/any"), self._with_policy
        if types == ():
            return request.about(request.action, "*"), self._with_resource
        if request.service == "kms" and "key" in (types or ("key",)):
            return request.about(request.action, f"arn:aws:kms:us-east-1:{account}:key/any"), self._with_policy
        return request.about(request.action, "*"), self

    @cached_property
    def _with_policy(self) -> "Unknown":
        return replace(self, resource_policy=True)

    @cached_property
    def _with_resource(self) -> "Unknown":
        return replace(self, resource=False)


EVERY_KEY = Unknown()
"""All condition keys are unknown but those to which the request's context gives a value."""


class Need(NamedTuple):
    """What an outcome depends on: a condition row, or the resource element with its variables, of a statement.

    ``keys`` are the unknown condition keys that it reads, as the policy writes them where it names them; without any,
    the resource itself is what is not known, or the whole policy (`UnknownPolicy`).
    """

    policy: Policy
    kind: PolicyKind
    statement: Statement
    row: ConditionRow | None
    keys: tuple[str, ...]

    @property
    def of_unknown_policy(self) -> bool:
        """Whether nothing is known of the whole policy."""
        return isinstance(self.policy, UnknownPolicy)

    @property
    def sentence(self) -> str:
        """In words: ``Deny of corp-guard, NeedsMfa: BoolIfExists aws:MultiFactorAuthPresent false``."""
        statement, row = self.statement, self.row
        if self.of_unknown_policy:
            return f"{statement.effect.value} of {self.policy.label_as(self.kind)}, which is not known"
        if row is not None:
            part = f"{row.name} {row.key} {' or '.join(row.values)}"
        else:
            part = f"{'NotResource' if statement.not_resource else 'Resource'} {' or '.join(statement.resource_texts)}"
        return f"{statement.effect.value} of {self.policy.label_as(self.kind)}, {statement.label}: {part}"


Perhaps = tuple[Need, ...]
Truth = bool | Perhaps
"""An answer: yes, no, or what it depends on, which is never empty."""


def _any(truths: Iterable[Truth]) -> Truth:
    """Kleene's "or": true when one is, else what the unknown ones depend on."""
    needs: list[Need] = []
    for truth in truths:
        if truth is True:
            return True
        needs += truth or ()
    return tuple(needs) or False


def _all(truths: Iterable[Truth]) -> Truth:
    """Kleene's "and": false when one is, else what the unknown ones depend on."""
    needs: list[Need] = []
    for truth in truths:
        if truth is False:
            return False
        needs += () if truth is True else truth
    return tuple(needs) or True


class Fork(Exception):  # noqa: N818 - a way to stop, no error
    """A question was asked whose answer is not known."""

    def __init__(self, question: str, needs: Perhaps) -> None:
        self.question = question
        self.needs = needs


class Partial(Applicable):
    """`Applicable` for a request of which not everything is known: what is not, is assumed, or stops with a fork."""

    __slots__ = ("_assumed", "_unknown")

    def __init__(
        self, request: Request, selection: Selection, unknown: Unknown, assumed: Mapping[str, bool] | None = None
    ) -> None:
        super().__init__(request, selection)
        self._unknown = unknown
        self._assumed = assumed or {}

    def assuming(self, question: str, answer: bool) -> "Partial":
        """The same, with one unknown answer assumed."""
        return Partial(self.request, self.selection, self._unknown, {**self._assumed, question: answer})

    def _answer(self, question: str, truth: Truth) -> bool:
        return truth if isinstance(truth, bool) else self._assume(question, truth)

    def _assume(self, question: str, needs: Perhaps = ()) -> bool:
        if question not in self._assumed:
            raise Fork(question, needs)
        return self._assumed[question]

    @property
    def _policy_is_unknown(self) -> bool:
        return self.attached.resource is UNKNOWN_POLICY

    def denied_by(self) -> PolicyKind | None:
        """As in `Applicable`; Fork when only statements that perhaps apply deny."""
        perhaps: list[tuple[PolicyKind, Truth]] = []
        for kind, policies in self.attached.present:
            truth = self._some(kind, policies, Effect.DENY)
            if truth is True:
                return kind
            if truth is not False:
                perhaps.append((kind, truth))
        if perhaps and self._answer("deny", _any(truth for _, truth in perhaps)):
            return perhaps[0][0]
        if self._policy_is_unknown and self._assume("the resource's policy denies"):
            return self.attached.resource_kind
        return None

    def scps_allow(self) -> bool:
        """As in `Applicable`; Fork when it depends."""
        levels = (self._some(PolicyKind.SCP, level, Effect.ALLOW) for level in self.attached.scps)
        return self._answer("scp", _all(levels))

    def endpoint_allows(self) -> bool:
        """As in `Applicable`; Fork when it depends."""
        endpoint = self.attached.endpoint
        return endpoint is None or self._answer("endpoint", self._some(PolicyKind.ENDPOINT, (endpoint,), Effect.ALLOW))

    def grants(self) -> frozenset[MatchKind]:
        """As in `Applicable`; Fork when it depends, kind by kind."""
        attached, caller = self.attached, self.request.caller
        if attached.resource is None:
            return frozenset()
        if self._policy_is_unknown:
            return self._unknown_grants()
        kind = attached.resource_kind
        found: dict[MatchKind, list[Truth]] = {}
        for statement in attached.resource.covering(self.selection.action).allows:
            truth = self._truth(attached.resource, kind, statement)
            for match in principal_matches(statement, caller, kind) if truth is not False else ():
                found.setdefault(match, []).append(truth)
        return frozenset(match for match in MatchKind if self._answer(match, _any(found.get(match, ()))))

    def _unknown_grants(self) -> frozenset[MatchKind]:
        """What a policy that is not known may grant: to everyone, to the caller's account, nothing."""
        if self._assume("the resource's policy grants"):
            return frozenset({MatchKind.WILDCARD})
        if self.request.caller.in_account and self._assume("the resource's policy delegates"):
            return frozenset({MatchKind.ACCOUNT})
        return frozenset()

    def identity_allows(self) -> bool:
        """As in `Applicable`; Fork when it depends."""
        if self.request.caller.has_full_access:
            return True
        return self._group_allows(PolicyKind.IDENTITY, self.attached.identity)

    def boundary_allows(self) -> bool:
        """As in `Applicable`; Fork when it depends."""
        boundary = self.attached.boundary
        return boundary is None or self._group_allows(PolicyKind.BOUNDARY, (boundary,))

    def session_allows(self) -> bool:
        """As in `Applicable`; Fork when it depends."""
        if not self.attached.session:
            return not self.attached.needs_session
        return self._group_allows(PolicyKind.SESSION, self.attached.session)

    def _group_allows(self, kind: PolicyKind, policies: Iterable[Policy]) -> bool:
        return self._answer(kind, self._some(kind, policies, Effect.ALLOW))

    def _some(self, kind: PolicyKind, policies: Iterable[Policy], effect: Effect) -> Truth:
        """Whether some statement of that effect applies."""
        action = self.selection.action
        return _any(
            self._truth(policy, kind, statement)
            for policy in policies
            for statement in (
                policy.covering(action).denies if effect is Effect.DENY else policy.covering(action).allows
            )
        )

    def _truth(self, policy: Policy, kind: PolicyKind, statement: Statement) -> Truth:
        """Whether a statement applies whose action element covers the action."""
        if isinstance(policy, UnknownPolicy):
            return (Need(policy, kind, statement, None, ()),)
        if kind in WITH_PRINCIPAL and not hits_principal(
            statement, self.request.caller, kind, self.attached.boundary is not None
        ):
            return False
        return _all(
            truth if isinstance(truth, bool) else (Need(policy, kind, statement, row, truth),)
            for row, truth in self._parts(statement)
        )

    def _parts(self, statement: Statement) -> Iterable[tuple[ConditionRow | None, bool | tuple[str, ...]]]:
        """What the resource element (None) and each row answer: yes, no, or the keys that are not known."""
        yield None, self._covers(statement)
        for row in statement.conditions:
            if self._is_open(row.lookup):
                yield row, (row.key, *self._open(row.variables))
                continue
            # Variables are read only where the key has a value.
            missing = self._open(row.variables) if self.request.values.get(row.lookup) else ()
            yield row, missing or row.test(self.request.values)

    def _is_open(self, key: str) -> bool:
        return key not in self.request.values and self._unknown.covers(key)

    def _open(self, variables: Iterable[Variable]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(variable.key for variable in variables if self._is_open(variable.key)))

    def _covers(self, statement: Statement) -> bool | tuple[str, ...]:
        """Whether the resource element covers the resource; the empty tuple when the resource is what is not known."""
        patterns = statement.resources
        if patterns is None:
            return True
        resource, values = self.request.matched_resource, self.request.values
        if self._unknown.resource:
            if any(pattern.text == "*" for pattern in patterns):
                return not statement.not_resource
            return () if any(pattern.is_usable for pattern in patterns) else statement.not_resource
        opens = {n: keys for n, p in enumerate(patterns) if (keys := self._open(_variables(p.template)))}
        if not opens:
            return statement.covers_resource(resource, values)
        sure = [pattern for n, pattern in enumerate(patterns) if n not in opens]
        if any(pattern.matches(resource, values) for pattern in sure):
            return not statement.not_resource
        perhaps = [key for n, keys in opens.items() if self._may_cover(patterns[n]) for key in keys]
        return tuple(dict.fromkeys(perhaps)) or statement.not_resource

    def _may_cover(self, pattern: ResourcePattern) -> bool:
        """Whether it covers the resource for some value of its unknown variables."""
        tokens: list[Token] = []
        for part in pattern.template.parts:
            if not isinstance(part, Variable):
                tokens.append(part)
            elif self._is_open(part.key):
                tokens.append(Wild.STAR)
            else:
                value = part.value(self.request.values)
                if value is None:
                    return False
                tokens.append(value)
        resource = self.request.matched_resource
        return pattern.is_usable and resource != "*" and compile_tokens(tokens)(resource)


def _variables(template: Template) -> Iterable[Variable]:
    return (part for part in template.parts if isinstance(part, Variable))
