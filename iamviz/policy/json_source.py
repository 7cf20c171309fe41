"""JSON with positions: every value and every key knows its line and column, duplicate keys are kept.

The standard reader forgets where things stood and keeps only the last of two equal keys; a policy needs both.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # the reader's own string scanner, missing in typeshed

from iamviz.policy.findings import Finding, PolicyError, Severity, Source

__all__ = ["Node", "Span", "parse_json"]

MAX_DEPTH = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: tuple[tuple[str, bool | None], ...] = (("true", True), ("false", False), ("null", None))


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: first and last line and column, counted from 1, the end included."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON value.

    ``kind`` is object, array, string, number, boolean or null; ``scalar`` holds the text of a string, a number as it is
    written, True, False or None; ``members`` (key, value) of an object and ``items`` of an array, in order.
    """

    kind: str
    span: Span
    scalar: str | bool | None = None
    members: "tuple[tuple[Node, Node], ...]" = ()
    items: "tuple[Node, ...]" = ()

    def pairs(self) -> "Iterator[tuple[str, Node, Node]]":
        """(key text, key, value) of an object, in order."""
        for key, value in self.members:
            yield key.text, key, value

    def elements(self) -> "tuple[Node, ...]":
        """The values of an array; the node itself for anything else, since AWS equals a value and a list of one."""
        return self.items if self.kind == "array" else (self,)

    @property
    def text(self) -> str:
        """A scalar as the text that the policy language sees: ``true`` for true, ``10`` for 10."""
        if self.kind == "boolean":
            return "true" if self.scalar else "false"
        return str(self.scalar)

    @property
    def is_scalar(self) -> bool:
        """Whether it is a string, a number or a boolean."""
        return self.kind in ("string", "number", "boolean")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.line = 0

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of an index; indexes come nearly in order, so the line moves little."""
        starts = self.starts
        while self.line + 1 < len(starts) and starts[self.line + 1] <= index:
            self.line += 1
        while starts[self.line] > index:
            self.line -= 1
        return self.line + 1, index - starts[self.line] + 1

    def span(self, start: int, end: int) -> Span:
        return Span(*self.place(start), *self.place(max(start, end - 1)))

    def fail(self, index: int, message: str, suggestion: str = "") -> PolicyError:
        line, column = self.place(index)
        return PolicyError(
            [Finding("INVALID_JSON", Severity.ERROR, Source.PARSER, message, suggestion, "$", line, column)]
        )

    def skip(self, index: int) -> int:
        match = _SPACE.match(self.text, index)
        return match.end() if match else index

    def value(self, index: int, depth: int) -> tuple[Node, int]:
        text = self.text
        if index >= len(text):
            raise self.fail(max(0, len(text) - 1), "the text ends where a value should stand")
        character = text[index]
        if character == '"':
            content, end = self.string(index)
            return Node("string", self.span(index, end), content), end
        if character in "{[":
            if depth >= MAX_DEPTH:
                raise self.fail(index, f"more than {MAX_DEPTH} levels of nesting", "a policy has about six")
            return (self.object if character == "{" else self.array)(index, depth + 1)
        number = _NUMBER.match(text, index)
        if number:
            return Node("number", self.span(index, number.end()), number[0]), number.end()
        for word, meaning in _WORDS:
            if text.startswith(word, index):
                end = index + len(word)
                return Node("null" if meaning is None else "boolean", self.span(index, end), meaning), end
        raise self.fail(index, f"unexpected character {character!r}", "expected a JSON value")

    def string(self, index: int) -> tuple[str, int]:
        try:
            content, end = scanstring(self.text, index + 1, True)
        except json.JSONDecodeError as error:
            raise self.fail(error.pos, f"bad string: {error.msg}") from None
        return content, end

    def object(self, start: int, depth: int) -> tuple[Node, int]:
        text = self.text
        members: list[tuple[Node, Node]] = []
        index = self.skip(start + 1)
        if text[index : index + 1] == "}":
            return Node("object", self.span(start, index + 1)), index + 1
        while True:
            if text[index : index + 1] != '"':
                raise self.fail(min(index, len(text) - 1), "expected a key in double quotes")
            content, end = self.string(index)
            key = Node("string", self.span(index, end), content)
            index = self.skip(end)
            if text[index : index + 1] != ":":
                raise self.fail(min(index, len(text) - 1), f"expected a colon behind the key {content!r}")
            value, index = self.value(self.skip(index + 1), depth)
            members.append((key, value))
            index, more = self.separator(index, "}")
            if not more:
                return Node("object", self.span(start, index), members=tuple(members)), index

    def array(self, start: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        index = self.skip(start + 1)
        if self.text[index : index + 1] == "]":
            return Node("array", self.span(start, index + 1)), index + 1
        while True:
            value, index = self.value(index, depth)
            items.append(value)
            index, more = self.separator(index, "]")
            if not more:
                return Node("array", self.span(start, index), items=tuple(items)), index

    def separator(self, index: int, closing: str) -> tuple[int, bool]:
        """Behind a member: (index of the next one, True) after a comma, (index behind the end, False) at the end."""
        index = self.skip(index)
        character = self.text[index : index + 1]
        if character == ",":
            return self.skip(index + 1), True
        if character == closing:
            return index + 1, False
        what = f"found {character!r}" if character else "the text ends"
        raise self.fail(min(index, max(0, len(self.text) - 1)), f"expected a comma or {closing!r}, {what}")


def parse_json(text: str) -> Node:
    """Read a JSON text; PolicyError with line and column when it is none."""
    reader = _Reader(text)
    start = reader.skip(1 if text.startswith("\ufeff") else 0)
    if start >= len(text):
        raise reader.fail(0, "the text is empty", "expected a JSON object")
    node, end = reader.value(start, 0)
    end = reader.skip(end)
    if end < len(text):
        raise reader.fail(end, "there is text behind the end of the document")
    return node
