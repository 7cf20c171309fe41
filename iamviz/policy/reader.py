"""From JSON text to a `Policy`: lenient, since real accounts hold documents that AWS would no longer save."""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from iamviz.policy.conditions import OPERATORS, ConditionRow, parse_operator
from iamviz.policy.elements import ActionPattern, PrincipalEntry, ResourcePattern
from iamviz.policy.findings import Finding, PolicyError, Severity, Source
from iamviz.policy.json_source import Node, Span, parse_json
from iamviz.policy.model import Effect, Policy, PolicyKind, Statement

__all__ = ["json_text", "read_policy"]

Entry = TypeVar("Entry")
LANGUAGE = "2012-10-17"
OLD_LANGUAGE = "2008-10-17"
_FILLED = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SCP})
_ATTACHED = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST})


def json_text(document: Any, name: str = "") -> str:
    """A document given as data, as the JSON text that positions refer to; PolicyError for what is not JSON."""
    try:
        return json.dumps(document, indent=2, ensure_ascii=False)
    except RecursionError:
        message = "the document is nested too deeply"
    except (TypeError, ValueError) as error:
        message = f"the document holds what JSON does not know: {error}"
    raise PolicyError([Finding("INVALID_JSON", Severity.ERROR, Source.PARSER, message)], name)


def read_policy(text: str, kind: PolicyKind, name: str = "", arn: str = "") -> Policy:
    """Read a policy; PolicyError with all findings when it cannot be read."""
    reader = _Reader(kind)
    try:
        policy = reader.policy(parse_json(text), text, name, arn)
    except PolicyError as error:
        raise PolicyError(error.findings, name) from None
    if reader.findings:
        raise PolicyError(reader.findings, name)
    return policy


class _Reader:
    """Collects everything that keeps the document from being a policy, then gives up once."""

    def __init__(self, kind: PolicyKind) -> None:
        self.kind = kind
        self.findings: list[Finding] = []
        self.language = OLD_LANGUAGE

    def complain(self, code: str, message: str, suggestion: str, path: str, span: Span) -> None:
        self.findings.append(
            Finding(code, Severity.ERROR, Source.PARSER, message, suggestion, path, span.line, span.column)
        )

    def policy(self, root: Node, text: str, name: str, arn: str) -> Policy:
        if root.kind != "object":
            self.complain("NOT_AN_OBJECT", f"a policy is a JSON object, this is {_a(root.kind)}", "", "$", root.span)
            raise PolicyError(self.findings)
        members = {key: (place, value) for key, place, value in root.pairs()}
        version = members.get("Version")
        if version and version[1].kind != "string":
            self.wrong_type("Version", version[1], "a text such as " + LANGUAGE, "$.Version")
        elif version:
            self.language = version[1].text
        identifier = members.get("Id")
        if identifier and identifier[1].kind != "string":
            self.wrong_type("Id", identifier[1], "a text", "$.Id")
        statements = members.get("Statement")
        if statements is None:
            self.complain("NO_STATEMENT", "there is no Statement", "a policy needs Statement", "$", root.span)
            raise PolicyError(self.findings)
        if statements[1].kind not in ("object", "array"):
            self.wrong_type("Statement", statements[1], "an object or a list of objects", "$.Statement")
            raise PolicyError(self.findings)
        single = statements[1].kind == "object"
        read = tuple(
            self.statement(index, node, "$.Statement" if single else f"$.Statement[{index}]")
            for index, node in enumerate(statements[1].elements())
        )
        label = identifier[1].text if identifier else ""
        return Policy(self.kind, self.language, label, tuple(s for s in read if s), text, name, arn)

    def wrong_type(self, what: str, node: Node, expected: str, path: str) -> None:
        self.complain("WRONG_TYPE", f"{what} is {_a(node.kind)}", f"expected {expected}", path, node.span)

    def statement(self, index: int, node: Node, path: str) -> Statement | None:
        if node.kind != "object":
            self.wrong_type("a statement", node, "an object", path)
            return None
        members = {key: value for key, _, value in node.pairs()}
        spans = {key: _join(place.span, value.span) for key, place, value in node.pairs()}
        sid = members.get("Sid")
        if sid and sid.kind != "string":
            self.wrong_type("Sid", sid, "a text", f"{path}.Sid")
        actions = self.entries(members, "Action", path, self.action)
        resources = self.entries(members, "Resource", path, self.resource)
        not_principal = "Principal" not in members and "NotPrincipal" in members
        return Statement(
            index=index,
            sid=sid.text if sid else "",
            effect=self.effect(members.get("Effect"), node, path),
            actions=actions or (),
            not_action=actions is not None and "Action" not in members,
            resources=() if resources is None and self.kind not in _ATTACHED else resources,
            not_resource=resources is not None and "Resource" not in members,
            principals=self.principals(members, not_principal, path),
            not_principal=not_principal,
            conditions=tuple(self.conditions(node, path)),
            span=node.span,
            spans=spans,
        )

    def effect(self, node: Node | None, statement: Node, path: str) -> Effect:
        wanted = 'exactly "Allow" or "Deny"'
        if node is None:
            self.complain("NO_EFFECT", "the statement has no Effect", f"expected {wanted}", path, statement.span)
        elif node.kind != "string" or node.scalar not in ("Allow", "Deny"):
            found = repr(node.text) if node.is_scalar else _a(node.kind)
            self.complain("UNKNOWN_EFFECT", f"Effect is {found}", f"expected {wanted}", f"{path}.Effect", node.span)
        else:
            return Effect(node.text)
        return Effect.DENY

    def entries(
        self, members: dict[str, Node], element: str, path: str, make: Callable[[str, Span], Entry]
    ) -> tuple[Entry, ...] | None:
        """The entries of an element or of its ``Not…`` form; None when the statement has neither."""
        name = element if element in members else f"Not{element}"
        node = members.get(name)
        if node is None:
            return None
        found = []
        for number, entry in enumerate(node.elements()):
            if entry.kind != "string":
                place = f"{path}.{name}[{number}]" if node.kind == "array" else f"{path}.{name}"
                self.wrong_type(f"an entry of {name}", entry, "a text or a list of texts", place)
            else:
                found.append(make(entry.text, entry.span))
        return tuple(found)

    def action(self, text: str, span: Span) -> ActionPattern:
        return ActionPattern(text, span)

    def resource(self, text: str, span: Span) -> ResourcePattern:
        return ResourcePattern(text, self.language == LANGUAGE, self.kind in _FILLED, span)

    def principals(self, members: dict[str, Node], negated: bool, path: str) -> tuple[PrincipalEntry, ...] | None:
        name = "NotPrincipal" if negated else "Principal"
        node = members.get(name)
        if node is None:
            return None
        if node.kind == "string":
            return (PrincipalEntry("AWS" if node.scalar == "*" else "", node.text, node.span),)
        if node.kind != "object":
            self.wrong_type(name, node, '"*" or an object such as {"AWS": …}', f"{path}.{name}")
            return ()
        found = []
        for kind, _, value in node.pairs():
            for entry in value.elements():
                if not entry.is_scalar:
                    self.wrong_type(f"an entry of {name}", entry, "a text", f"{path}.{name}.{kind}")
                else:
                    found.append(PrincipalEntry(kind, entry.text, entry.span))
        return tuple(found)

    def conditions(self, statement: Node, path: str) -> Iterator[ConditionRow]:
        # Every block counts, also where a key stands twice: a lost condition would turn into a wrong Allow.
        for key, _, block in statement.pairs():
            if key != "Condition":
                continue
            if block.kind != "object":
                self.wrong_type("Condition", block, "an object: operator, key, values", f"{path}.Condition")
                continue
            for operator, place, keys in block.pairs():
                yield from self.rows(operator, place, keys, f"{path}.Condition.{operator}")

    def rows(self, operator: str, place: Node, keys: Node, path: str) -> Iterable[ConditionRow]:
        if parse_operator(operator) is None:
            near = difflib.get_close_matches(operator.removesuffix("IfExists"), OPERATORS, 1)
            hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(OPERATORS)
            self.complain("UNKNOWN_OPERATOR", f"unknown condition operator {operator!r}", hint, path, place.span)
            return
        if keys.kind != "object":
            self.wrong_type(f"the block of {operator}", keys, "an object: condition key, values", path)
            return
        for key, key_place, value in keys.pairs():
            values = []
            for entry in value.elements():
                if not entry.is_scalar:
                    self.wrong_type(f"a value of {key}", entry, "a text, a number or a boolean", f"{path}.{key}")
                else:
                    values.append(entry.text)
            yield ConditionRow(operator, key, tuple(values), self.language, _join(key_place.span, value.span))


def _join(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end_line, last.end_column)


def _a(kind: str) -> str:
    return {"null": "null", "array": "a list", "object": "an object", "string": "a text"}.get(kind, f"a {kind}")
