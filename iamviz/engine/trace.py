"""How a statement met a request, element by element: the same tests that decide, without stopping at the first no."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from iamviz.engine.hindsight import about_condition, about_not_principal, about_principal, about_resource
from iamviz.engine.match import WITH_PRINCIPAL
from iamviz.engine.principals import entry_match, hits_principal
from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.policy.conditions import ConditionRow, Qualifier
from iamviz.policy.json_source import Span
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["ConditionTrace", "ElementTrace", "StatementTrace", "Tracer", "tracer"]

REMEMBERED = 2048
"""For how many actions, resources and values a policy keeps what was seen."""

THE_ACTION, THE_RESOURCE = "the action", "the resource"
Key = TypeVar("Key")
Value = TypeVar("Value")


class ElementTrace(NamedTuple):
    """One element of a statement: whether it matched, which entries did, what is listed, what the request has.

    ``name`` is the element's name in the document (``NotAction``), ``span`` its place there. ``note`` says why it came
    out so where that is not plain from the entries.
    """

    name: str
    matched: bool
    entry: str
    listed: tuple[str, ...]
    got: str
    span: Span | None
    note: str = ""

    @property
    def sentence(self) -> str:
        """In words: ``Action lists s3:GetObject, s3:ListBucket, not s3:DeleteObject``."""
        return f"{self._plain}; {self.note}" if self.note else self._plain

    @property
    def _plain(self) -> str:
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
        got = "is absent" if self.got is None else "is " + (", ".join(self.got) or "empty")
        rest = f"; {self.note}" if self.note else ""
        return f"{self.row.key} {got}; {self.row.name} wants {_wanted(self.row)}{rest}"

    def hindsight(self, request: Request) -> str:
        """What its variables stood for, and why no value matches where the values alone do not show it."""
        return about_condition(self.row, self.matched, self.got, request.values)


class StatementTrace(NamedTuple):
    """One statement and everything that it did or did not match.

    The traces of a gate are shared between explanations, so their elements speak of ``the action`` and ``the
    resource``; those of `Explanation.deciding` and `Explanation.near_misses` name them.
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
    def distance(self) -> tuple[int, int, int, int]:
        """How far it is from applying: a smaller tuple is a nearer miss. Speaking of the action breaks a tie."""
        return (
            sum(not element.matched for element in self.elements),
            sum(not row.matched for row in self.conditions),
            sum(not element.matched for element in self.elements if element.name in ("Action", "NotAction")),
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

    def naming(self, request: Request) -> "StatementTrace":
        """The same trace, its elements naming what was asked for, with notes on what the values alone do not show."""
        elements = tuple(self._named(element, request) for element in self.elements)
        conditions = (row._replace(note=_joined(row.note, row.hindsight(request))) for row in self.conditions)
        return self._replace(elements=elements, conditions=tuple(conditions))

    def _named(self, element: ElementTrace, request: Request) -> ElementTrace:
        match element.name:
            case "Action" | "NotAction":
                return element._replace(got=request.action)
            case "Resource" | "NotResource":
                note = about_resource(self.statement, element.matched, request)
                return element._replace(got=request.resource, note=note)
            case "Principal" if not element.matched:
                return element._replace(note=about_principal(self.statement.principals or (), request.caller))
        return element


def tracer(policy: Policy, kind: PolicyKind) -> "Tracer":
    """The tracer of a policy, kept beside it."""
    known: dict[PolicyKind, Tracer] = policy.tracers
    found = known.get(kind)
    if found is None:
        found = known[kind] = Tracer(policy, kind)
    return found


class _Actions:
    """How the action elements of a policy's statements fared.

    ``settled`` are the traces as if no entry of a resource element fits and as if there were neither principals nor
    conditions. Two that fared alike are one object.
    """

    __slots__ = ("settled",)

    def __init__(self, settled: tuple[StatementTrace, ...]) -> None:
        self.settled = settled


class _Resources:
    """Which entries of resource elements fit: their text by the number of the statement. Equal ones are one object."""

    __slots__ = ("fitting",)

    def __init__(self, fitting: tuple[tuple[int, str], ...]) -> None:
        self.fitting = dict(fitting)


Traces = tuple[tuple[StatementTrace, ...], tuple[StatementTrace, ...]]
"""The traces of the Deny and of the Allow statements."""


class Tracer:
    """Looks at the statements of one policy.

    How action elements fare is looked at once for each action, which entries of resource elements fit once for each
    resource. Whoever asks, the whole depends on these two and on the values of the policy's condition keys; so it is
    remembered by them, unless principals, variables or the origins of values have a part in it.
    """

    __slots__ = (
        *("_actions", "_actions_by", "_allows", "_conditional", "_denies", "_keys", "_remembers", "_resources"),
        *("_resources_by", "_settled_by", "_whole", "_with_principal", "kind", "policy"),
    )

    def __init__(self, policy: Policy, kind: PolicyKind) -> None:
        self.policy = policy
        self.kind = kind
        statements = policy.statements
        rows = [row for statement in statements for row in statement.conditions]
        patterns = [pattern for statement in statements for pattern in statement.resources or ()]
        has_variables = any(row.variables for row in rows) or any(not p.template.is_static for p in patterns)
        self._with_principal = kind in WITH_PRINCIPAL
        self._remembers = not self._with_principal and not has_variables
        self._keys = tuple(dict.fromkeys(row.lookup for row in rows))
        self._conditional = {n: None for n, s in enumerate(statements) if s.conditions or self._with_principal}
        self._denies = [number for number, statement in enumerate(statements) if statement.effect is Effect.DENY]
        self._allows = [number for number, statement in enumerate(statements) if statement.effect is Effect.ALLOW]
        self._actions: dict[str, _Actions] = {}
        self._resources: dict[str, _Resources] = {}
        self._settled_by: dict[tuple[int, str], StatementTrace] = {}
        self._actions_by: dict[tuple[str, ...], _Actions] = {}
        self._resources_by: dict[tuple[tuple[int, str], ...], _Resources] = {}
        self._whole: dict[tuple[object, ...], Traces] = {}

    def look(self, request: Request, has_boundary: bool) -> Traces:
        """The traces of the Deny and of the Allow statements; one applies when all its elements match."""
        actions = self._actions.get(request.action) or self._look_at_actions(request)
        if not self._remembers:
            return self._put_together(actions, self._look_at_resources(request), request, has_boundary)
        resources = self._resources.get(request.matched_resource)
        if resources is None:
            resources = _remember(self._resources, request.matched_resource, self._look_at_resources(request))
        if request.origins:
            return self._put_together(actions, resources, request, has_boundary)
        values = request.values
        key = (actions, resources, *[values.get(name) for name in self._keys])
        found = self._whole.get(key)
        return found or _remember(self._whole, key, self._put_together(actions, resources, request, has_boundary))

    def _put_together(self, actions: _Actions, resources: _Resources, request: Request, has_boundary: bool) -> Traces:
        traces = list(actions.settled)
        for number, entry in {**self._conditional, **resources.fitting}.items():
            traces[number] = self._completed(traces[number], entry, request, has_boundary)
        return tuple([traces[number] for number in self._denies]), tuple([traces[number] for number in self._allows])

    def _completed(
        self, trace: StatementTrace, entry: str | None, request: Request, has_boundary: bool
    ) -> StatementTrace:
        """A settled trace with the entry of the resource element that fits, if any, with principal and conditions."""
        policy, kind, statement, applies, elements, conditions = trace
        if entry is not None:
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

    def _look_at_actions(self, request: Request) -> _Actions:
        statements = self.policy.statements
        entries = tuple(_matching_actions(statement, request) for statement in statements)
        found = self._actions_by.get(entries)
        if found is None:
            settled = (self._settled(statement, entry) for statement, entry in zip(statements, entries, strict=True))
            found = _remember(self._actions_by, entries, _Actions(tuple(settled)))
        return _remember(self._actions, request.action, found)

    def _settled(self, statement: Statement, entry: str) -> StatementTrace:
        """A trace as far as the action settles it; equal ones are one object."""
        key = statement.index, entry
        found = self._settled_by.get(key)
        if found is None:
            action = _action(statement, entry)
            elements: tuple[ElementTrace, ...] = (action,)
            applies = action.matched
            if statement.resources is not None:
                elements = (action, _resource(statement, statement.not_resource, ""))
                applies = action.matched and statement.not_resource
            found = StatementTrace(self.policy, self.kind, statement, applies, elements)
            _remember(self._settled_by, key, found)
        return found

    def _look_at_resources(self, request: Request) -> _Resources:
        resource, values = request.matched_resource, request.values
        found = []
        for number, statement in enumerate(self.policy.statements):
            if statement.resources and statement.covers_resource(resource, values) is not statement.not_resource:
                found.append((number, ", ".join([p.text for p in statement.resources if p.matches(resource, values)])))
        fitting = tuple(found)
        return self._resources_by.get(fitting) or _remember(self._resources_by, fitting, _Resources(fitting))


def _remember(known: dict[Key, Value], key: Key, value: Value) -> Value:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _matching_actions(statement: Statement, request: Request) -> str:
    return ", ".join(p.text for p in statement.actions if p.matches(request.service, request.action_name))


def _action(statement: Statement, entry: str) -> ElementTrace:
    matched = bool(entry) is not statement.not_action
    name = "NotAction" if statement.not_action else "Action"
    listed = tuple(pattern.text for pattern in statement.actions)
    return ElementTrace(name, matched, entry, listed, THE_ACTION, statement.spans.get(name))


def _resource(statement: Statement, matched: bool, entry: str) -> ElementTrace:
    name = "NotResource" if statement.not_resource else "Resource"
    return ElementTrace(name, matched, entry, statement.resource_texts, THE_RESOURCE, statement.spans.get(name))


def _principal(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> ElementTrace:
    entries = statement.principals or ()
    hits = [entry.text for entry in entries if entry_match(entry, request.caller) is not None]
    name = "NotPrincipal" if statement.not_principal else "Principal"
    matched = hits_principal(statement, request.caller, kind, has_boundary)
    listed, got = tuple(entry.text for entry in entries), _caller_text(request.caller)
    told = statement.not_principal and matched
    note = about_not_principal(entries, request.caller, has_boundary) if told else ""
    return ElementTrace(name, matched, ", ".join(hits), listed, got, statement.spans.get(name), note)


def _caller_text(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "an anonymous caller"
    text = caller.arn or caller.service or caller.federated
    if caller.role_arn.count("/") > 1:
        # The ARN of a session leaves out the path of its role, but a Principal must name it.
        return f"{text} (a session of {caller.role_arn})"
    return text


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
    return ""


_BOUNDS = {
    "NumericLessThan": "less than",
    "NumericLessThanEquals": "at most",
    "NumericGreaterThan": "more than",
    "NumericGreaterThanEquals": "at least",
    "DateLessThan": "a time before",
    "DateLessThanEquals": "a time not after",
    "DateGreaterThan": "a time after",
    "DateGreaterThanEquals": "a time not before",
}


def _wanted(row: ConditionRow) -> str:
    """What a condition row asks of a value, in words."""
    operator, _, _ = row.parsed
    if operator.name == "Null":
        presence = {"true": "the key to be absent", "false": "the key to be there"}
        return " or ".join(presence.get(value, value) for value in row.values) or "nothing"
    values = " or ".join(value or "an empty text" for value in row.values) or "nothing"
    if operator.negated:
        return f"anything but {values}" if row.values else "anything"
    return f"{_BOUNDS[operator.name]} {values}" if operator.name in _BOUNDS else values


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
