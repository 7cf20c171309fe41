"""How a statement met a request, element by element: the same tests that decide, without stopping at the first no."""

from collections.abc import Sequence
from dataclasses import dataclass

from iamviz.engine.match import WITH_PRINCIPAL, applies
from iamviz.engine.principals import entry_match, hits_principal
from iamviz.engine.request import Caller, CallerKind, Request
from iamviz.policy.conditions import ConditionRow, Qualifier
from iamviz.policy.json_source import Span
from iamviz.policy.model import Policy, PolicyKind, Statement

__all__ = ["ConditionTrace", "ElementTrace", "StatementTrace", "trace_statement"]


@dataclass(frozen=True, slots=True)
class ElementTrace:
    """One element of a statement: whether it matched, which entry did, what is listed, what the request has.

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


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One condition row: what the policy wants, what the request has (None: absent), where that came from."""

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


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement and everything that it did or did not match."""

    policy: Policy
    kind: PolicyKind
    statement: Statement
    applies: bool
    elements: tuple[ElementTrace, ...]
    conditions: tuple[ConditionTrace, ...]

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


def trace_statement(
    policy: Policy, statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool
) -> StatementTrace:
    """Look at every element of one statement."""
    elements = []
    if kind in WITH_PRINCIPAL:
        elements.append(_principal(statement, request, kind, has_boundary))
    elements.append(_action(statement, request))
    if statement.resources is not None:
        elements.append(_resource(statement, request))
    conditions = tuple(_condition(row, request) for row in statement.conditions)
    holds = applies(statement, request, kind, has_boundary)
    return StatementTrace(policy, kind, statement, holds, tuple(elements), conditions)


def _element(
    statement: Statement, name: str, matched: bool, hits: Sequence[str], listed: Sequence[str], got: str
) -> ElementTrace:
    return ElementTrace(name, matched, ", ".join(hits), tuple(listed), got, statement.spans.get(name))


def _principal(statement: Statement, request: Request, kind: PolicyKind, has_boundary: bool) -> ElementTrace:
    entries = statement.principals or ()
    hits = [entry.text for entry in entries if entry_match(entry, request.caller) is not None]
    name = "NotPrincipal" if statement.not_principal else "Principal"
    matched = hits_principal(statement, request.caller, kind, has_boundary)
    return _element(statement, name, matched, hits, [entry.text for entry in entries], _caller_text(request.caller))


def _caller_text(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "an anonymous caller"
    return caller.arn or caller.service or caller.federated


def _action(statement: Statement, request: Request) -> ElementTrace:
    hits = [p.text for p in statement.actions if p.matches(request.service, request.action_name)]
    matched = statement.covers_action(request.service, request.action_name)
    name = "NotAction" if statement.not_action else "Action"
    return _element(statement, name, matched, hits, [p.text for p in statement.actions], request.action)


def _resource(statement: Statement, request: Request) -> ElementTrace:
    patterns = statement.resources or ()
    resource = request.matched_resource
    hits = [p.text for p in patterns if p.matches(resource, request.values)]
    matched = statement.covers_resource(resource, request.values)
    name = "NotResource" if statement.not_resource else "Resource"
    return _element(statement, name, matched, hits, [p.text for p in patterns], request.resource)


def _condition(row: ConditionRow, request: Request) -> ConditionTrace:
    got = request.values.get(row.lookup)
    matched = row.test(request.values)
    origin = next((text for key, text in request.origins.items() if key.lower() == row.lookup), "")
    return ConditionTrace(row, matched, got, origin, _note(row, got))


def _note(row: ConditionRow, got: tuple[str, ...] | None) -> str:
    """Why the row came out as it did where that is not plain from the values."""
    operator, qualifier, if_exists = row.parsed
    if operator.name == "Null":
        return ""
    if not got:
        if if_exists:
            return "IfExists is true for an absent key"
        if qualifier is Qualifier.ALL:
            return "ForAllValues is true for an absent key"
        return "a negated operator is true for an absent key" if operator.negated else ""
    if qualifier is Qualifier.NONE and len(got) > 1:
        return "several values need ForAnyValue or ForAllValues (unconfirmed)"
    return ""


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
