"""A document as the checks see it: the JSON tree, taken apart as far as it can be, every part with its place.

The checks do not work on a `Policy`: a document that has none is checked as well.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from iamviz.patterns import compile_glob
from iamviz.policy.check.report import Place, child
from iamviz.policy.conditions import Operator, Qualifier, parse_operator
from iamviz.policy.json_source import Node
from iamviz.policy.model import PolicyKind

__all__ = ["Document", "Entry", "Member", "Principal", "Row", "Statement", "arn_fields", "quote", "without_variables"]

IDENTITY_KINDS = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION})
PRINCIPAL_KINDS = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.ENDPOINT, PolicyKind.RCP})
VARIABLE = re.compile(r"\$\{[^{}]*\}")
_LONGEST_QUOTE = 80


def quote(text: str) -> str:
    """A text of the document inside a sentence, shortened when it is very long."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def without_variables(text: str, by: str = "*") -> str:
    """The text with ``by`` in place of each policy variable."""
    return VARIABLE.sub(lambda match: by, text) if "${" in text else text


def arn_fields(text: str) -> list[str]:
    """The fields of an ARN, at most six; a colon inside a policy variable separates nothing."""
    if "${" not in text:
        return text.split(":", 5)
    fields: list[str] = []
    rest = text
    while len(fields) < 5:
        masked = VARIABLE.sub(lambda match: "_" * len(match[0]), rest)
        index = masked.find(":")
        if index < 0:
            break
        fields.append(rest[:index])
        rest = rest[index + 1 :]
    return [*fields, rest]


@dataclass(frozen=True, slots=True)
class Entry:
    """One text (or number, or boolean) of a list, or the only one."""

    text: str
    place: Place
    kind: str = "string"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: where its key stands, and its value."""

    name: str
    key: Place
    value: Node
    place: Place

    def entries(self) -> Iterator[Entry]:
        """Its scalars; a single value is a list of one."""
        listed = self.value.kind == "array"
        for number, node in enumerate(self.value.elements()):
            if node.is_scalar:
                path = child(self.place.path, number) if listed else self.place.path
                yield Entry(node.text, Place(path, node.span), node.kind)


@dataclass(frozen=True, slots=True)
class Principal:
    """One entry of ``Principal`` or ``NotPrincipal``."""

    type: str
    text: str
    place: Place

    @property
    def is_everyone(self) -> bool:
        """Whether it is ``"*"`` or ``{"AWS": "*"}``."""
        return self.type == "AWS" and self.text == "*"


@dataclass(frozen=True)
class Row:
    """One operator, one condition key, its values."""

    statement: "Statement" = field(repr=False)
    name: str
    operator_place: Place
    key: str
    place: Place
    value: Node
    values: tuple[Entry, ...]

    @cached_property
    def parsed(self) -> tuple[Operator, Qualifier, bool] | None:
        """The operator's parts; None for an unknown one."""
        return parse_operator(self.name)

    @property
    def operator(self) -> Operator | None:
        """The base operator; None for an unknown one."""
        return self.parsed[0] if self.parsed else None

    @property
    def base(self) -> str:
        """The base operator's name; empty for an unknown one."""
        return self.parsed[0].name if self.parsed else ""

    @property
    def qualifier(self) -> Qualifier:
        """The set operator."""
        return self.parsed[1] if self.parsed else Qualifier.NONE

    @property
    def if_exists(self) -> bool:
        """Whether the operator ends in ``IfExists``."""
        return bool(self.parsed and self.parsed[2])

    @property
    def needs_presence(self) -> bool:
        """Whether it is false when the key is absent."""
        if not self.parsed or self.if_exists or self.base == "Null":
            return False
        return self.qualifier is Qualifier.ANY or (self.qualifier is Qualifier.NONE and not self.parsed[0].negated)

    @property
    def lookup(self) -> str:
        """The key in lower case."""
        return self.key.lower()


class Statement:
    """One statement of the document."""

    def __init__(self, document: "Document", index: int, node: Node, path: str) -> None:
        self.document = document
        self.index = index
        self.node = node
        self.place = Place(path, node.span)
        self.members = _members(node, path)

    @property
    def kind(self) -> PolicyKind:
        """What kind of policy it is in."""
        return self.document.kind

    @cached_property
    def effect(self) -> str:
        """``Allow`` or ``Deny``; empty when it is neither."""
        member = self.members.get("Effect")
        text = member.value.text if member and member.value.kind == "string" else ""
        return text if text in ("Allow", "Deny") else ""

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow."""
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        """Whether the effect is Deny."""
        return self.effect == "Deny"

    def texts(self, *names: str) -> tuple[Entry, ...]:
        """The texts of some elements."""
        return tuple(
            entry
            for name in names
            if name in self.members
            for entry in self.members[name].entries()
            if entry.kind == "string"
        )

    @cached_property
    def actions(self) -> tuple[Entry, ...]:
        """The entries of ``Action``."""
        return self.texts("Action")

    @cached_property
    def resources(self) -> tuple[Entry, ...]:
        """The entries of ``Resource``."""
        return self.texts("Resource")

    @cached_property
    def principals(self) -> tuple[Principal, ...]:
        """The entries of ``Principal``."""
        return _principals(self.members.get("Principal"))

    @cached_property
    def not_principals(self) -> tuple[Principal, ...]:
        """The entries of ``NotPrincipal``."""
        return _principals(self.members.get("NotPrincipal"))

    @property
    def is_for_everyone(self) -> bool:
        """Whether ``Principal`` holds the wildcard."""
        return any(principal.is_everyone for principal in self.principals)

    def covers(self, action: str) -> Entry | None:
        """The entry of ``Action`` that covers an action given in lower case."""
        for entry in self.actions:
            if covers_action(entry.text, action):
                return entry
        return None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all its condition blocks."""
        return tuple(self._rows())

    def rows_for(self, key: str) -> tuple[Row, ...]:
        """The rows that test a key, given in lower case."""
        return tuple(row for row in self.rows if row.lookup == key)

    def _rows(self) -> Iterator[Row]:
        base = child(self.place.path, "Condition")
        for name, _, block in self.node.pairs():
            if name != "Condition" or block.kind != "object":
                continue
            for operator, operator_key, keys in block.pairs():
                path = child(base, operator)
                place = Place(path, operator_key.span)
                for key, key_node, value in keys.pairs() if keys.kind == "object" else ():
                    key_path = child(path, key)
                    member = Member(key, Place(key_path, key_node.span), value, Place(key_path, value.span))
                    yield Row(self, operator, place, key, member.key, value, tuple(member.entries()))


@dataclass
class Document:
    """A whole document: the tree of a JSON object, and what is known of it from outside."""

    root: Node
    text: str
    kind: PolicyKind

    @property
    def place(self) -> Place:
        """The document itself."""
        return Place("$", self.root.span)

    @cached_property
    def members(self) -> dict[str, Member]:
        """Its members by name; of two with one name the last."""
        return _members(self.root, "$")

    @cached_property
    def version(self) -> str:
        """The language version; absent means 2008-10-17 (1.1)."""
        member = self.members.get("Version")
        return member.value.text if member and member.value.kind == "string" else "2008-10-17"

    @property
    def has_variables(self) -> bool:
        """Whether ``${…}`` means a policy variable."""
        return self.version == "2012-10-17"

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements that are objects."""
        member = self.members.get("Statement")
        if member is None:
            return ()
        single = member.value.kind == "object"
        return tuple(
            Statement(self, index, node, member.place.path if single else child(member.place.path, index))
            for index, node in enumerate(member.value.elements())
            if node.kind == "object"
        )


def _members(node: Node, path: str) -> dict[str, Member]:
    found = {}
    for name, key, value in node.pairs():
        inner = child(path, name)
        found[name] = Member(name, Place(inner, key.span), value, Place(inner, value.span))
    return found


def _principals(member: Member | None) -> tuple[Principal, ...]:
    """The entries of a principal element; a text other than ``*`` has no type."""
    if member is None:
        return ()
    if member.value.kind == "string":
        text = member.value.text
        return (Principal("AWS" if text == "*" else "", text, member.place),)
    if member.value.kind != "object":
        return ()
    return tuple(
        Principal(kind, entry.text, entry.place)
        for kind, inner in _members(member.value, member.place.path).items()
        for entry in inner.entries()
    )


def covers_action(pattern: str, action: str) -> bool:
    """Whether a pattern of an action element covers an action given in lower case (2.1)."""
    lower = pattern.lower()
    if lower == "*" or lower == action:
        return True
    prefix, colon, name = lower.partition(":")
    service, _, wanted = action.partition(":")
    return bool(colon) and _glob(prefix)(service) and _glob(name)(wanted)


def _glob(text: str) -> Callable[[str], bool]:
    return compile_glob(text) if "*" in text or "?" in text else text.__eq__
