"""A policy as a value: statements, their elements, and the line of each in the policy's own text."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from iamviz.policy.conditions import ConditionRow
from iamviz.policy.elements import ActionPattern, PrincipalEntry, ResourcePattern
from iamviz.policy.json_source import Span

__all__ = ["Effect", "Policy", "PolicyKind", "Statement"]


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
        return any(pattern.matches(service, name) for pattern in self.actions) is not self.not_action

    def covers_resource(self, resource: str, context: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the resource element covers the resource; a missing element covers what the policy is attached to."""
        if self.resources is None:
            return True
        return any(pattern.matches(resource, context) for pattern in self.resources) is not self.not_resource

    def bound(self, ids: Mapping[str, str]) -> "Statement":
        """The statement with its user and role principals bound to unique ids."""
        if self.principals is None:
            return self
        entries = (replace(e, bound_id=ids.get(e.value)) if e.type == "AWS" else e for e in self.principals)
        return replace(self, principals=tuple(entries))

    @cached_property
    def services(self) -> frozenset[str] | None:
        """The service prefixes that the action element can cover; None when it may be any."""
        if self.not_action or any(pattern.service is None for pattern in self.actions):
            return None
        return frozenset(pattern.service for pattern in self.actions if pattern.service is not None)


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
        object, no Statement, a wrong JSON type, an unknown Effect or condition operator.

        >>> policy = Policy.parse('{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}')
        >>> policy.statements[0].effect.value
        'Allow'
        """
        from iamviz.policy.reader import read_policy

        text = document if isinstance(document, str) else json.dumps(document, indent=2, ensure_ascii=False)
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

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.name or f"the {self.kind.value} policy"

    @property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return self.source.split("\n")

    @cached_property
    def _by_service(self) -> dict[tuple[Effect, str], tuple[Statement, ...]]:
        return {}

    def candidates(self, effect: Effect, service: str) -> tuple[Statement, ...]:
        """The statements of an effect whose action element can cover a service, in document order."""
        found = self._by_service.get((effect, service))
        if found is None:
            found = tuple(
                statement
                for statement in self.statements
                if statement.effect is effect and (statement.services is None or service in statement.services)
            )
            self._by_service[effect, service] = found
        return found

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
