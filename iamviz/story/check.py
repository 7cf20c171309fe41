"""A scenario file against its JSON Schema: every problem with its line, in words."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from iamviz.resources import data_dir
from iamviz.story.source import Located, Problem, ScenarioError

__all__ = ["check_schema"]

_TYPES = {
    "string": "a text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "boolean": "true or false",
}


@cache
def _validator(name: str) -> Any:
    import jsonschema  # slow to import: more than a second beside JupyterLab's extras
    from referencing import Registry, Resource

    schemas = {file.name: json.loads(file.read_text("utf-8")) for file in data_dir().glob("*.schema.json")}
    registry: Any = Registry().with_resources(
        (uri, Resource.from_contents(schema)) for uri, schema in sorted(schemas.items())
    )
    return jsonschema.Draft202012Validator(schemas[f"{name}.schema.json"], registry=registry)


def check_schema(located: Located, name: str = "scenario") -> None:
    """ScenarioError with all problems when the file does not follow ``data/NAME.schema.json``."""
    errors = _validator(name).iter_errors(located.data)
    problems = [problem for error in errors for problem in _problems(error, located, name)]
    if problems:
        raise ScenarioError(sorted(set(problems), key=lambda problem: (problem.line, problem.message)))


def _problems(error: Any, located: Located, name: str) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    place = _place(path) or f"the {name}"
    value = error.instance
    meaning = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    match error.validator:
        case "required":
            for missing in (name for name in error.validator_value if name not in value):
                yield located.problem(path, f"{place} has no {missing}; expected {', '.join(error.validator_value)}")
        case "additionalProperties":
            known = sorted(error.schema.get("properties", ()))
            for name in sorted(set(value) - set(known)):
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
                yield located.problem((*path, name), f"{place} has no key {name!r}; {hint}")
        case "type":
            wanted = error.validator_value
            kinds = [wanted] if isinstance(wanted, str) else wanted
            expected = " or ".join(_TYPES[kind] for kind in kinds)
            yield located.problem(path, f"{place} is {_kind(value)}; expected {expected}{_about(meaning)}")
        case "oneOf":
            yield located.problem(path, f"{place} needs {meaning or 'either who and call, or show'}")
        case "minItems" | "minLength":
            yield located.problem(path, f"{place} is empty{_about(meaning)}")
        case _:
            yield located.problem(path, f"{place} is {value!r:.60}; expected {meaning or error.message}")


def _about(meaning: str) -> str:
    return f" ({meaning})" if meaning else ""


def _place(path: tuple[str | int, ...]) -> str:
    """A path in words: ``accounts[0].roles[1].trust``; empty for the whole file."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {str: "the text", int: "the number", list: "a list", dict: "a mapping"}
    name = names.get(type(value), type(value).__name__)
    return f"{name} {value!r:.40}" if isinstance(value, str | int) else name
