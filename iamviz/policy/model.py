"""A policy as a value: statements, their elements, and the line of each in the policy's own text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from iamviz.policy.conditions import ConditionRow
from iamviz.policy.elements import ActionPattern, PrincipalEntry, ResourcePattern, compile_resources
from iamviz.policy.json_source import Span
from iamviz.policy.variables import Context

__all__ = ["Covering", "Effect", "Policy", "PolicyKind", "Statement"]

REMEMBERED = 1024
"""How many actions a policy keeps its answers for."""


class PolicyKind(StrEnum):
    """Where a policy stands; the rules of the language depend on it (docs/rules/policy_evaluation.md 1.6)."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"
    BOUNDARY = "boundary"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "endpoint"


_IN_WORDS = {
    PolicyKind.BOUNDARY: "permissions boundary",
    PolicyKind.SCP: "SCP",
    PolicyKind.RCP: "RCP",
}


class Effect(StrEnum):
    """What a matching statement says."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True)
class Statement:
    """One statement. It has an influence only when every element matches (docs/rules/policy_evaluation.md 0.1).

    ``principals`` and ``resources`` are None where the statement has no such element. ``spans`` gives the place of each
    element by its name in the document, ``span`` that of the whole statement.
    """

    index: int
    sid: str
    effect: Effect
    actions: tuple[ActionPattern, ...]
    not_action: bool
    resources: tuple[ResourcePattern, ...] | None
    not_resource: bool
    principals: tuple[PrincipalEntry, ...] | None
    not_principal: bool
    conditions: tuple[ConditionRow, ...]
    span: Span = field(compare=False)
    spans: Mapping[str, Span] = field(compare=False)

    @property
    def label(self) -> str:
        """Its Sid, or its number counted from 1."""
        return self.sid or f"statement {self.index + 1}"

    def covers_action(self, service: str, name: str) -> bool:
        """Whether the action element covers ``service:name``, both in lower case."""
        entries = self._actions_by_service
        near = (*entries.get(service, ()), *entries.get(None, ()))
        return any(pattern.matches(service, name) for pattern in near) is not self.not_action

    @cached_property
    def _actions_by_service(self) -> Mapping[str | None, Sequence[ActionPattern]]:
        """The entries of the action element by the service that they cover, under None those that may cover several.

        A policy of AWS's own lists thousands of actions: those of other services need not become tests.
        """
        found: dict[str | None, list[ActionPattern]] = {}
        for pattern in self.actions:
            found.setdefault(pattern.service, []).append(pattern)
        return found

    @cached_property
    def covers_resource(self) -> Callable[[str, Context], bool]:
        """Whether the resource element covers the resource; a missing element covers what the policy is attached to."""
        if self.resources is None:
            return lambda resource, context: True
        return compile_resources(self.resources, negated=self.not_resource)

    def could_cover(self, resource: str) -> bool:
        """Whether the resource element covers the resource for some value of its variables; conditions are not asked.

        No means no for every request, so a statement that only may match is left to the engine.
        """
        if any(not pattern.template.is_static for pattern in self.resources or ()):
            return True
        return self.covers_resource(resource, {})

    @cached_property
    def resource_texts(self) -> tuple[str, ...]:
        """The entries of the resource element as they are written."""
        return tuple(pattern.text for pattern in self.resources or ())

    @cached_property
    def conditions_hold(self) -> Callable[[Context], bool]:
        """Whether every row of the condition block is true for a request context."""
        tests = [row.test for row in self.conditions]
        if len(tests) == 1:
            return tests[0]
        return lambda context: all(test(context) for test in tests)

    @cached_property
    def meets(self) -> Callable[[str, Context], bool]:
        """Whether resource and conditions match: all that is left to ask when action and principal do."""
        if not self.conditions:
            return self.covers_resource
        covers, hold = self.covers_resource, self.conditions_hold
        return lambda resource, context: covers(resource, context) and hold(context)

    def bound(self, ids: Mapping[str, str]) -> "Statement":
        """The statement with its user and role principals bound to unique ids."""
        if self.principals is None:
            return self
        entries = (replace(e, bound_id=ids.get(e.value)) if e.type == "AWS" else e for e in self.principals)
        return replace(self, principals=tuple(entries))

    @cached_property
    def services(self) -> frozenset[str] | None:
        """The service prefixes that the action element can cover; None when it may be any."""
        if self.not_action or None in self._actions_by_service:
            return None
        return frozenset(service for service in self._actions_by_service if service is not None)


class Covering(NamedTuple):
    """The statements of a policy that speak of an action, in document order."""

    allows: tuple[Statement, ...]
    denies: tuple[Statement, ...]


@dataclass(frozen=True)
class Policy:
    """A policy document, read once, never changed.

    ``name`` and ``arn`` say what the document is called where it is attached; they take no part in decisions.
    ``source`` is its text, to which all lines refer.
    """

    kind: PolicyKind
    version: str
    id: str
    statements: tuple[Statement, ...]
    source: str
    name: str = ""
    arn: str = ""

    @classmethod
    def parse(
        cls, document: str | Mapping[str, Any], kind: str = "identity", *, name: str = "", arn: str = ""
    ) -> "Policy":
        """Read a policy from JSON text or from a dictionary.

        ``kind`` is one of identity, resource, trust, boundary, session, scp, rcp, endpoint. Reading is lenient:
        whatever can be given a meaning is read. Raises `PolicyError`, with findings, for what cannot: no JSON, no
        object, no Statement, a wrong JSON type, an unknown Effect or condition operator. Raises ValueError for a kind
        that there is not.

        >>> policy = Policy.parse('{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}')
        >>> policy.statements[0].effect.value
        'Allow'
        """
        from iamviz.policy.reader import json_text, read_policy

        if kind not in [*PolicyKind]:
            raise ValueError(f"{kind!r} is not a kind of policy; expected one of {', '.join(PolicyKind)}")
        text = document if isinstance(document, str) else json_text(document, name)
        return read_policy(text, PolicyKind(kind), name, arn)

    def named(self, name: str, arn: str = "") -> "Policy":
        """The same policy under another name."""
        return replace(self, name=name, arn=arn or self.arn)

    def bound(self, ids: Mapping[str, str]) -> "Policy":
        """The same policy, its user and role principals bound to unique ids, as IAM does when it saves a trust policy.

        ``ids`` maps ARNs to ids; a principal that it lacks stays as it is (docs/rules/policy_evaluation.md 2.3).
        """
        return replace(self, statements=tuple(statement.bound(ids) for statement in self.statements))

    @property
    def bindings(self) -> dict[str, str]:
        """The principals that are bound: ARN, unique id."""
        entries = (entry for statement in self.statements for entry in statement.principals or ())
        return {entry.value: entry.bound_id for entry in entries if entry.bound_id is not None}

    @cached_property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.label_as(self.kind)

    def label_as(self, kind: PolicyKind) -> str:
        """What to call it where it stands as a policy of that kind: its name, else ``the trust policy``."""
        return self.name or f"the {_IN_WORDS.get(kind) or kind.value + ' policy'}"

    @property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return self.source.split("\n")

    @cached_property
    def _by_service(self) -> dict[str, tuple[Statement, ...]]:
        """The statements whose action element can cover a service; under "" those that can cover any."""
        named = {service for statement in self.statements for service in statement.services or ()}
        return {
            service: tuple(s for s in self.statements if s.services is None or service in s.services)
            for service in (*named, "")
        }

    @cached_property
    def _by_action(self) -> dict[str, Covering]:
        return {}

    def covering(self, action: str) -> Covering:
        """The statements whose action element covers an action, given as ``service:name`` in lower case."""
        found = self._by_action.get(action)
        if found is None:
            service, _, name = action.partition(":")
            index = self._by_service
            covering = [s for s in index.get(service, index[""]) if s.covers_action(service, name)]
            found = Covering(
                tuple(s for s in covering if s.effect is Effect.ALLOW),
                tuple(s for s in covering if s.effect is Effect.DENY),
            )
            if len(self._by_action) >= REMEMBERED:
                self._by_action.clear()
            self._by_action[action] = found
        return found

    @cached_property
    def tracers(self) -> dict[PolicyKind, Any]:
        """What `iamviz.engine.trace` keeps beside it."""
        return {}

    @cached_property
    def condition_keys(self) -> frozenset[str]:
        """All condition keys that it consults, in lower case, variables included."""
        return frozenset(_keys(self.statements))


def _keys(statements: Iterable[Statement]) -> Iterable[str]:
    for statement in statements:
        for row in statement.conditions:
            yield row.lookup
            for template in row.templates:
                yield from template.keys
        for pattern in statement.resources or ():
            yield from pattern.template.keys
