"""YAML with line numbers: plain data, and for every place in it the line of the file where it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Located", "Place", "Problem", "ScenarioError", "read_yaml"]

Place = tuple[str | int, ...]
"""Where something stands in a file: the keys and numbers that lead to it."""
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: where, what, and what is expected."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class ScenarioError(ValueError):
    """A scenario file that cannot be used; ``problems`` name file, line and what is expected."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Located:
    """The data of a file, the line of every path in it, and the first line of every block of text."""

    file: str
    data: Any
    lines: Mapping[Place, int]
    text_lines: Mapping[Place, int]

    def line(self, path: Place) -> int:
        """The line of a path, or of the nearest place above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def part(self, path: Place, key: str = "") -> "Located":
        """What stands at a path as a file of its own, its lines kept; with ``key``, under that key."""
        data: Any = self.data
        for step in path:
            data = data[step]
        above: Place = (key,) if key else ()

        def below(lines: Mapping[Place, int]) -> dict[Place, int]:
            size = len(path)
            return {(*above, *place[size:]): line for place, line in lines.items() if place[:size] == path}

        return Located(self.file, {key: data} if key else data, below(self.lines), below(self.text_lines))

    def problem(self, path: Place, message: str) -> Problem:
        """A problem at a path."""
        return Problem(self.file, self.line(path), message)

    def fail(self, path: Place, message: str) -> ScenarioError:
        """An error with one problem at a path."""
        return ScenarioError([self.problem(path, message)])


def read_yaml(text: str, file: str) -> Located:
    """Read a YAML text into plain data: texts, whole numbers, true, false, null, lists, mappings.

    Times such as 09:00 stay texts. Aliases are refused, duplicate keys are reported. Raises ScenarioError.
    """
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise ScenarioError(
                    [Problem(file, _line(event), "YAML aliases (*name) are not used here; write it out")]
                )
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = ". ".join(part for part in (error.context, error.problem) if part)
        raise ScenarioError([Problem(file, line, f"not valid YAML: {what}")]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ScenarioError([Problem(file, 1, f"not valid YAML: {str(error) or 'nested too deeply'}")]) from None
    if root is None:
        raise ScenarioError([Problem(file, 1, "the file is empty; expected title, start, accounts and story")])
    builder = _Builder(file)
    data = builder.value(root, ())
    if builder.problems:
        raise ScenarioError(builder.problems)
    return Located(file, data, builder.lines, builder.text_lines)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.text_lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Place) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self.members(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return self.scalar(node, path)

    def members(self, node: yaml.MappingNode, path: Place) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(self.file, line, "a key is a text"))
                continue
            if key.value in seen:
                self.problems.append(Problem(self.file, line, f"the key {key.value!r} stands here twice"))
            seen.add(key.value)
            self.lines[*path, key.value] = line
            yield key.value, self.value(value, (*path, key.value))

    def scalar(self, node: Any, path: Place) -> Any:
        block = node.style in ("|", ">")
        self.text_lines[path] = node.start_mark.line + (2 if block else 1)
        if node.style is not None:
            return node.value
        if node.value in _WORDS:
            return _WORDS[node.value]
        return int(node.value) if _INTEGER.fullmatch(node.value) and len(node.value) < 12 else node.value
