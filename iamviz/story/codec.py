"""Stories to and from JSON: every value is written once and referred to by number, so worlds share what they share."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from immutables import Map

from iamviz.calls.model import AwsError, Call, Check, Result
from iamviz.calls.perform import perform
from iamviz.engine.decision import Decision, Outcome, Reason, Special
from iamviz.engine.evaluate import evaluate
from iamviz.engine.request import Caller, CallerKind, PolicySet, Request, Settings
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.shapes import misfits
from iamviz.story.story import Bet, Step, Story, StoryError
from iamviz.world.entities import (
    AccessKey,
    Account,
    Group,
    InstanceProfile,
    ManagedPolicy,
    OidcProvider,
    Resource,
    Role,
    User,
)
from iamviz.world.organization import OrganizationPolicy, OrganizationUnit
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.workloads import Workload
from iamviz.world.world import World

__all__ = ["story_from_json", "story_to_json"]

FORMAT = "iamviz-story"
VERSION = 1
_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(AccessKey, Account, AwsError, Bet, Call, Caller, Check, Decision, Group, ManagedPolicy, OidcProvider),
        *(InstanceProfile, OrganizationPolicy, OrganizationUnit, PolicySet, Reason, Workload),
        *(Request, Resource, Result, Role, Session, Settings, Step, User, World),
    )
}
_ENUMS: dict[str, type[Enum]] = {k.__name__: k for k in (CallerKind, Outcome, PolicyKind, SessionKind, Special)}


def story_to_json(story: Story) -> str:
    """One line for each value; the same bytes on every run."""
    writer = _Writer()
    body = {"title": story.title, "start": writer.encode(story.start), "steps": writer.encode(story.steps)}
    objects = ",\n  ".join(writer.objects)
    return (
        f'{{"format": "{FORMAT}", "version": {VERSION},\n "objects": [\n  {objects}\n ],\n'
        f' "story": {json.dumps(body, ensure_ascii=False)}}}\n'
    )


class _Writer:
    def __init__(self) -> None:
        self.objects: list[str] = []
        self.numbers: dict[str, int] = {}

    def intern(self, value: dict[str, Any]) -> dict[str, int]:
        text = json.dumps(value, ensure_ascii=False)
        number = self.numbers.setdefault(text, len(self.objects))
        if number == len(self.objects):
            self.objects.append(text)
        return {"#": number}

    def encode(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return {"enum": type(value).__name__, "value": value.value}
        if value is None or isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, Policy):
            document = {"kind": value.kind.value, "name": value.name, "arn": value.arn, "source": value.source}
            bound = {"bound": value.bindings} if value.bindings else {}
            return self.intern({"policy": document | bound})
        if is_dataclass(value):
            members = {f.name: self.encode(getattr(value, f.name)) for f in fields(value) if f.init}
            return self.intern({"class": type(value).__name__, "fields": members})
        if isinstance(value, datetime):
            return {"time": value.isoformat()}
        if isinstance(value, Map):
            return {"map": [[key, self.encode(item)] for key, item in sorted(value.items())]}
        if isinstance(value, Mapping):
            return {"dict": [[key, self.encode(item)] for key, item in value.items()]}
        if isinstance(value, frozenset):
            return {"set": sorted(value)}
        if isinstance(value, tuple):
            return [self.encode(item) for item in value]
        if isinstance(value, list):
            return {"list": [self.encode(item) for item in value]}
        raise StoryError(f"a story cannot hold {type(value).__name__} {value!r}; use texts, numbers, lists, mappings")


def story_from_json(text: str) -> Story:
    """Read a story back; StoryError says what is wrong."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoryError(f"not a story: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise StoryError(f'not a story: expected an object with "format": "{FORMAT}"')
    if data.get("version") != VERSION:
        raise StoryError(f"a story of version {data.get('version')!r}; this iamviz reads version {VERSION}")
    try:
        reader = _Reader(data["objects"])
        body = data["story"]
        start, title, steps = reader.decode(body["start"]), body["title"], reader.decode(body["steps"])
        if not (isinstance(start, World) and isinstance(title, str) and isinstance(steps, tuple)):
            raise TypeError("a story is a world, a title and steps")
        return Story(start, title, _told_again(start, steps))
    except StoryError:
        raise
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise StoryError(f"not a story as iamviz writes it: {type(error).__name__}: {error}") from None


def _told_again(world: World, steps: Iterable[Any]) -> Iterator[Step]:
    """The steps, once each of them has been seen to follow on the one before it and to come out as it says."""
    for number, step in enumerate(steps, 1):
        if not isinstance(step, Step):
            raise TypeError(f"step {number} is {type(step).__name__}")
        if step.number != number or step.before != world:
            raise StoryError(f"step {number} does not follow on the one before it")
        yield _performed_again(step)
        world = step.after


def _performed_again(step: Step) -> Step:
    """A step, once the engine has answered its call as the story says; a step without a call changes only the clock."""
    if step.call is None:
        if step.result is not None or step.after != step.before.at(step.after.now):
            raise StoryError(f"step {step.number} changes the world without a call")
        return step
    again = perform(step.before, step.call)
    if again != step.result or again.world != step.after:
        answer = again.error.code if again.error else "no error"
        raise StoryError(f"step {step.number}: the engine answers {step.call.operation} differently now, with {answer}")
    return step


class _Reader:
    def __init__(self, objects: list[Any]) -> None:
        self.values: list[Any] = []
        for item in objects:
            self.values.append(self.build(item))

    def build(self, item: dict[str, Any]) -> Any:
        if "policy" in item:
            document = item["policy"]
            if not all(isinstance(document[name], str) for name in ("source", "name", "arn")):
                raise TypeError("a policy has a source, a name and an ARN, all texts")
            try:
                policy = Policy.parse(document["source"], document["kind"], name=document["name"], arn=document["arn"])
                bound = document.get("bound", {})
                if not all(isinstance(text, str) for text in bound.values()):
                    raise TypeError("principals are bound to ids, which are texts")
                return policy.bound(bound) if bound else policy
            except PolicyError as error:
                raise StoryError(f"not a story: {error}") from None
        members = {name: self.decode(value) for name, value in item["fields"].items()}
        value = _CLASSES[item["class"]](**members)
        wrong = misfits(value)
        if wrong:
            raise TypeError(f"{item['class']} with another {', '.join(wrong)} than it can have")
        if isinstance(value, Decision):
            again = evaluate(value.request, value.policies, value.settings)
            if again != value:
                raise StoryError(
                    f"the story says that {value.request.action} on {value.request.resource} is {value.outcome}, "
                    f"the engine says {again.outcome}"
                )
        return value

    def decode(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self.decode(item) for item in value)
        if not isinstance(value, dict):
            return value
        if "#" in value:
            return self.values[value["#"]]
        if "enum" in value:
            return _ENUMS[value["enum"]](value["value"])
        if "time" in value:
            return datetime.fromisoformat(value["time"])
        if "map" in value:
            return Map({key: self.decode(item) for key, item in value["map"]})
        if "dict" in value:
            return {key: self.decode(item) for key, item in value["dict"]}
        if "list" in value:
            return [self.decode(item) for item in value["list"]]
        if "set" in value:
            return frozenset(value["set"])
        raise StoryError(f"not a story: unknown value {value!r:.80}")
