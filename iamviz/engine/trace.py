"""How a statement met a request, element by element: the same tests that decide, without stopping at the first no."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from iamviz.engine.match import WITH_PRINCIPAL
from iamviz.engine.principals import entry_match, hits_principal
from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.policy.conditions import ConditionRow, Qualifier
from iamviz.policy.json_source import Span
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["ConditionTrace", "ElementTrace", "StatementTrace", "Tracer", "tracer"]

REMEMBERED = 2048
"""For how many actions, resources and values a policy keeps what was seen."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class ElementTrace(NamedTuple):
    """One element of a statement: whether it matched, which entries did, what is listed, what the request has.

    ``name`` is the element's name in the document (``NotAction``), ``span`` its place there.
    """

    name: str
    matched: bool
    entry: str
    listed: tuple[str, ...]
    got: str
    span: Span | None

    @property
    def sentence(self) -> str:
        """In words: ``Action lists s3:GetObject, s3:ListBucket, not s3:DeleteObject``."""
        listed = ", ".join(self.listed) or "nothing"
        if self.name.startswith("Not"):
            return f"{self.name} {listed} {'does not exempt' if self.matched else 'exempts'} {self.got}"
        if self.matched:
            return f"{self.name} {self.entry or listed} covers {self.got}"
        return f"{self.name} lists {listed}, not {self.got}"


class ConditionTrace(NamedTuple):
    """One condition row: what the policy wants, what the request has (None: absent), where that came from.

    ``note`` says why it came out so where that is not plain from the values.
    """

    row: ConditionRow
    matched: bool
    got: tuple[str, ...] | None
    origin: str
    note: str

    @property
    def sentence(self) -> str:
        """In words: ``sts:ExternalId is absent; StringEquals wants cust-7f3a``."""
        wanted = " or ".join(self.row.values) or "nothing"
        got = "is absent" if self.got is None else "is " + (", ".join(self.got) or "empty")
        rest = f"; {self.note}" if self.note else ""
        return f"{self.row.key} {got}; {self.row.name} wants {wanted}{rest}"


class StatementTrace(NamedTuple):
    """One statement and everything that it did or did not match.

    The traces of a gate are shared between explanations, so their resource elements speak of ``the resource``; those
    of `Explanation.deciding` and `Explanation.near_misses` name it.
    """

    policy: Policy
    kind: PolicyKind
    statement: Statement
    applies: bool
    elements: tuple[ElementTrace, ...]
    conditions: tuple[ConditionTrace, ...] = ()

    @property
    def misses(self) -> tuple[ElementTrace | ConditionTrace, ...]:
        """The elements and rows that kept it silent; empty when it applies."""
        parts: tuple[ElementTrace | ConditionTrace, ...] = (*self.elements, *self.conditions)
        return tuple(part for part in parts if not part.matched)

    @property
    def distance(self) -> tuple[int, int, int]:
        """How far it is from applying: a smaller tuple is a nearer miss."""
        return (
            sum(not element.matched for element in self.elements),
            sum(not row.matched for row in self.conditions),
            sum(element.entry == "*" for element in self.elements),
        )

    @property
    def sentence(self) -> str:
        """What matches and what does not, in one sentence."""
        if self.applies:
            return "every element matches"
        good = [element.name for element in self.elements if element.matched]
        head = _and(good) + (" match; " if len(good) > 1 else " matches; ") if good else ""
        return head + "; ".join(miss.sentence for miss in self.misses)

    def naming(self, resource: str) -> "StatementTrace":
        """The same trace, its resource element naming what was asked for."""
        elements = (e._replace(got=resource) if e.name.endswith("Resource") else e for e in self.elements)
        return self._replace(elements=tuple(elements))


def tracer(policy: Policy, kind: PolicyKind) -> "Tracer":
    """The tracer of a policy, kept beside it."""
    known: dict[PolicyKind, Tracer] = policy.tracers
    found = known.get(kind)
    if found is None:
        found = known[kind] = Tracer(policy, kind)
    return found


class _Prepared(NamedTuple):
    """A policy's statements with their action elements looked at.

    ``settled`` are their traces as if no entry of a resource element fits and as if they had neither principal nor
    conditions; ``known`` are whole ones of each, by the entry that fits and the values that count.
    """

    settled: tuple[StatementTrace, ...]
    known: tuple[dict[object, StatementTrace], ...]


class _Unsettled(NamedTuple):
    """A statement that the action alone does not settle: an entry fits the resource, or it has principal or conditions.

    ``keys`` are its condition keys.
    """

    number: int
    entry: str
    keys: tuple[str, ...]


class Tracer:
    """Looks at the statements of one policy.

    How action elements fare is looked at once for each action, and which entries of resource elements fit a resource
    once for each resource: the same are asked for again and again, by other callers, in other contexts. Most statements
    are settled by that; the others are remembered by the values of their condition keys.
    """

    def __init__(self, policy: Policy, kind: PolicyKind) -> None:
        self.policy = policy
        self.kind = kind
        self._with_principal = kind in WITH_PRINCIPAL
        statements = policy.statements
        patterns = [pattern for statement in statements for pattern in statement.resources or ()]
        self._has_variables = any(not pattern.template.is_static for pattern in patterns)
        self._remembers = not self._with_principal and not any(r.variables for s in statements for r in s.conditions)
        self._keys = [tuple(row.lookup for row in statement.conditions) for statement in statements]
        self._denies = [number for number, statement in enumerate(statements) if statement.effect is Effect.DENY]
        self._allows = [number for number, statement in enumerate(statements) if statement.effect is Effect.ALLOW]
        self._by_action: dict[str, _Prepared] = {}
        self._by_resource: dict[str, tuple[_Unsettled, ...]] = {}
        self._same: dict[Any, Any] = {}

    def look(self, request: Request, has_boundary: bool) -> tuple[Sequence[StatementTrace], Sequence[StatementTrace]]:
        """The traces of the Deny and of the Allow statements; one applies when all its elements match."""
        settled, known = self._by_action.get(request.action) or self._look_at_actions(request)
        unsettled = self._by_resource.get(request.matched_resource)
        if unsettled is None:
            unsettled = self._look_at_resources(request)
        traces = list(settled)
        values, remembers = request.values, self._remembers and not request.origins
        for number, entry, keys in unsettled:
            key: object = entry
            if keys:
                key = entry, values.get(keys[0]) if len(keys) == 1 else tuple([values.get(name) for name in keys])
            trace = known[number].get(key) if remembers else None
            if trace is None:
                trace = self._completed(settled[number], entry, request, has_boundary)
                if remembers:
                    _remember(known[number], key, trace)
            traces[number] = trace
        if not self._denies:
            return (), traces
        return [traces[number] for number in self._denies], [traces[number] for number in self._allows]

    def _completed(self, trace: StatementTrace, entry: str, request: Request, has_boundary: bool) -> StatementTrace:
        """A settled trace with the entry of the resource element that fits, if any, with principal and conditions."""
        policy, kind, statement, applies, elements, conditions = trace
        if entry:
            resource = _resource(statement, not statement.not_resource, entry)
            elements = (elements[0], resource)
            applies = elements[0].matched and resource.matched
        if self._with_principal:
            principal = _principal(statement, request, kind, has_boundary)
            elements = (principal, *elements)
            applies = applies and principal.matched
        if statement.conditions:
            conditions = tuple([_condition(row, request) for row in statement.conditions])
            applies = applies and all(row.matched for row in conditions)
        return StatementTrace(policy, kind, statement, applies, elements, conditions)

    def _look_at_actions(self, request: Request) -> _Prepared:
        traces = tuple(self._settled(statement, request) for statement in self.policy.statements)
        return _remember(self._by_action, request.action, _Prepared(traces, tuple({} for _ in traces)))

    def _settled(self, statement: Statement, request: Request) -> StatementTrace:
        """A trace as far as the action settles it."""
        action = _action(statement, request)
        if statement.resources is None:
            return StatementTrace(self.policy, self.kind, statement, action.matched, (action,))
        resource = _resource(statement, statement.not_resource, "")
        applies = action.matched and resource.matched
        return StatementTrace(self.policy, self.kind, statement, applies, (action, resource))

    def _look_at_resources(self, request: Request) -> tuple[_Unsettled, ...]:
        """The statements that the action does not settle; with policy variables the request context counts, too."""
        resource, values = request.matched_resource, request.values
        found = []
        for number, statement in enumerate(self.policy.statements):
            entry = ""
            if statement.resources and statement.covers_resource(resource, values) is not statement.not_resource:
                entry = ", ".join([p.text for p in statement.resources if p.matches(resource, values)])
            if entry or statement.conditions or self._with_principal:
                found.append(self._same_one(_Unsettled(number, entry, self._keys[number])))
        unsettled = tuple(found)
        if self._has_variables:
            return unsettled
        return _remember(self._by_resource, resource, self._same_one(unsettled))

    def _same_one(self, value: Value) -> Value:
        """The value that was kept as this one: of equal ones only one is kept."""
        same: Value | None = self._same.get(value)
        return _remember(self._same, value, value) if same is None else same


def _remember(known: dict[Key, Value], key: Key, value: Value) -> Value:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _resource(statement: Statement, matched: bool, entry: str) -> ElementTrace:
    name = "NotResource" if statement.not_resource else "Resource"
    return ElementTrace(name, matched, entry, statement.resource_texts, "the resource", statement.spans.get(name))


def _action(statement: Statement, request: Request) -> ElementTrace:
    hits = [p.text for p in statement.actions if p.matches(request.service, request.action_name)]
    matched = statement.covers_action(request.service, request.action_name)
    name = "NotAction" if statement.not_action else "Action"
    return _element(statement, name, matched, hits, [p.text for p in statement.actions], request.action)


def _principal(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> ElementTrace:
    entries = statement.principals or ()
    hits = [entry.text for entry in entries if entry_match(entry, request.caller) is not None]
    name = "NotPrincipal" if statement.not_principal else "Principal"
    matched = hits_principal(statement, request.caller, kind, has_boundary)
    return _element(statement, name, matched, hits, [entry.text for entry in entries], _caller_text(request.caller))


def _element(
    statement: Statement, name: str, matched: bool, hits: Sequence[str], listed: Sequence[str], got: str
) -> ElementTrace:
    return ElementTrace(name, matched, ", ".join(hits), tuple(listed), got, statement.spans.get(name))


def _caller_text(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "an anonymous caller"
    return caller.arn or caller.service or caller.federated


def _condition(row: ConditionRow, request: Request) -> ConditionTrace:
    key, values = row.lookup, request.values
    got = values.get(key)
    return ConditionTrace(row, row.test(values), got, request.origin_of(key), _note(row, request, got))


def _note(row: ConditionRow, request: Request, got: tuple[str, ...] | None) -> str:
    """Why the row came out as it did where that is not plain from the values."""
    operator, qualifier, if_exists = row.parsed
    if operator.name == "Null":
        return ""
    if not got:
        if if_exists:
            undocumented = " (unconfirmed)" if qualifier is Qualifier.ANY else ""
            return "IfExists is true for an absent key" + undocumented
        if qualifier is Qualifier.NONE:
            return "a negated operator is true for an absent key" if operator.negated else ""
        return f"{qualifier.value} is {'true' if qualifier is Qualifier.ALL else 'false'} for an absent key"
    if qualifier is Qualifier.NONE and (row.is_multivalued or len(got) > 1):
        return "several values need ForAnyValue or ForAllValues (unconfirmed)"
    if row.variables:
        return ", ".join(f"${{{v.key}}} has no value" for v in row.variables if v.value(request.values) is None)
    return ""


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
