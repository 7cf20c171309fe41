"""Scenario files: a world written down, and the steps of a story told in it (data/scenario.schema.json)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from immutables import Map

from iamviz.calls.model import Call, CallError
from iamviz.calls.perform import perform
from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.check import check_schema
from iamviz.story.ranges import spread
from iamviz.story.source import Located, Place, Problem, ScenarioError, read_yaml
from iamviz.story.story import Bet, Story, StoryError
from iamviz.world.entities import AccessKey, Account, Group, ManagedPolicy, OidcProvider, Resource, Role, User
from iamviz.world.ids import access_key_id, unique_id
from iamviz.world.world import World, WorldError

__all__ = ["Scenario", "call_of", "moment", "read_scenario", "scenario_from_located", "scenario_from_text"]


@dataclass(frozen=True)
class Scenario:
    """A scenario: its title, its world, and its story not yet performed."""

    title: str
    description: str
    world: World
    source: Located

    def play(self) -> Story:
        """Perform every step now; ScenarioError, with file and line, for a step that does not come out as written."""
        story = Story(self.world, self.title)
        for number, step in enumerate(self.source.data.get("story", ())):
            place: Place = ("story", number)
            try:
                self._play_step(story, step)
            except (CallError, StoryError, WorldError) as error:
                raise self.source.fail(place, str(error)) from None
            except ValueError as error:
                raise self.source.fail((*place, "at"), f"{step['at']!r} is no time: {error}") from None
        return story

    def _play_step(self, story: Story, step: Mapping[str, Any]) -> None:
        at = moment(step["at"], self.world.now)
        why = step.get("why", "")
        if "show" in step:
            story.show(step["show"], step["title"], step["caption"], at, why)
            return
        bet = step.get("bet")
        question = Bet(bet["question"], bet.get("because", "")) if bet else None
        story.perform(call_of(step, at), step["title"], step["caption"], question, why)


def read_scenario(path: Path | str, *, check: bool = True) -> Scenario:
    """Read a scenario file; ScenarioError names file, line and what is expected.

    ``check=False`` leaves out the schema, for the shipped files: the tests have checked them.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(path.name, 1, f"not UTF-8 text (byte {error.start})")]) from None
    return scenario_from_text(text, path.name, check=check)


def scenario_from_text(text: str, file: str = "scenario", *, check: bool = True) -> Scenario:
    """Read a scenario from text; ``file`` is the name that errors show."""
    return scenario_from_located(read_yaml(text, file), check=check)


def scenario_from_located(located: Located, *, check: bool = False) -> Scenario:
    """Read a scenario that stands inside of another file (`Located.part`)."""
    if isinstance(located.data, dict):
        for account in located.data.get("accounts") or ():
            if isinstance(account, dict) and isinstance(account.get("id"), int):
                account["id"] = str(account["id"]).zfill(12)
    if check:
        check_schema(located)
    data = located.data
    world = _prepared(_Builder(located).world(), located)
    return Scenario(data.get("title", ""), data.get("description", ""), world, located)


def _prepared(world: World, located: Located) -> World:
    """The world after the calls under ``before``: performed like any other, not told; each of them must succeed."""
    for number, written in enumerate(located.data.get("before", ())):
        place: Place = ("before", number)
        try:
            for turn, item in enumerate(spread(written)):
                at = moment(item["at"], world.now) + timedelta(seconds=turn * item.get("every", 0))
                result = perform(world, call_of(item, at))
                if result.error is not None:
                    raise located.fail(place, f"{item['call']} is refused: {result.error.message}")
                world = result.world
        except (CallError, WorldError) as error:
            raise located.fail(place, str(error)) from None
        except ValueError as error:
            raise error if isinstance(error, ScenarioError) else located.fail(place, str(error)) from None
    return world


def call_of(step: Mapping[str, Any], at: datetime | None = None) -> Call:
    """The call that a step describes: ``who``, ``call`` and, if given, ``with``, ``save`` and ``context``."""
    params = {name: _param(name, value) for name, value in step.get("with", {}).items()}
    context = {key: _context(value) for key, value in step.get("context", {}).items()}
    return Call(step["who"], step["call"], params, at, step.get("save"), context)


def moment(text: str, day: datetime) -> datetime:
    """An instant: a full one, or a clock time on the day on which the world begins."""
    if "T" in text:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    hour, minute, *second = (int(part) for part in text.split(":"))
    return day.replace(hour=hour, minute=minute, second=second[0] if second else 0, microsecond=0)


def _param(name: str, value: Any) -> Any:
    """A policy given as a mapping becomes the JSON text that AWS takes; the claims of a token stay what they are."""
    is_policy = name.endswith(("Policy", "Document"))
    return json.dumps(value, indent=2) if is_policy and isinstance(value, dict) else value


def _context(value: Any) -> str | list[str]:
    """The value of a condition key as the request context has it: true is the text ``true``, 5 the text ``5``."""
    if isinstance(value, list):
        return [str(_context(item)) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Builder:
    def __init__(self, located: Located) -> None:
        self.located = located
        self.labels: dict[str, str] = {}
        self.problems: list[Problem] = []

    def world(self) -> World:
        data = self.located.data
        try:
            start = moment(data["start"], datetime.now(UTC))
        except ValueError as error:
            raise self.located.fail(("start",), f"start is no date: {error}") from None
        world = World(start)
        accounts: dict[str, Account] = {}
        for number, item in enumerate(data["accounts"]):
            place: Place = ("accounts", number)
            if item["id"] in accounts:
                self.problems.append(self.located.problem((*place, "id"), f"account {item['id']} stands here twice"))
            accounts[item["id"]] = self.account(item, place)
            world = self.contents(world, item, place)
        managed = {}
        for number, item in enumerate(data.get("policies", ())):
            name = item["arn"].rpartition("/")[2]
            policy = self.policy(item["document"], PolicyKind.IDENTITY, name, ("policies", number, "document"))
            managed[item["arn"]] = ManagedPolicy(item["arn"], policy)
        self.check_references(data, managed)
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda problem: problem.line))
        return replace(
            world, accounts=Map(accounts), managed_policies=Map(managed), labels=Map(self.labels)
        ).with_bound_trust()

    def account(self, item: Mapping[str, Any], place: Place) -> Account:
        def levels(key: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
            return tuple(
                self.inline(level, kind, (*place, key, number)) for number, level in enumerate(item.get(key, ()))
            )

        return Account(
            item["id"],
            item["name"],
            item.get("organization", ""),
            item.get("management", False),
            levels("scps", PolicyKind.SCP),
            levels("rcps", PolicyKind.RCP),
        )

    def contents(self, world: World, account: Mapping[str, Any], place: Place) -> World:
        number = account["id"]
        for index, item in enumerate(account.get("groups", ())):
            here = (*place, "groups", index)
            arn = self.arn(number, "group", item, here)
            group = Group(
                arn, unique_id("AGPA", number, arn), self.policies(item, here), tuple(item.get("attached", ()))
            )
            world = world.with_group(self.once(world.groups, arn, here) or group)
        for item, here in self.each(account, place, "users"):
            world = self.user(world, number, item, here)
        for item, here in self.each(account, place, "roles"):
            world = self.role(world, number, item, here)
        for item, here in self.each(account, place, "buckets"):
            world = self.bucket(world, number, item, here)
        return self.providers(world, number, account, place)

    def each(self, account: Mapping[str, Any], place: Place, kind: str) -> Iterator[tuple[Mapping[str, Any], Place]]:
        """The things of a kind that an account holds; ``engineer-{01..50}`` stands for fifty."""
        for index, item in enumerate(account.get(kind, ())):
            here: Place = (*place, kind, index)
            try:
                for one in spread(item):
                    yield one, here
            except ValueError as error:
                self.problems.append(self.located.problem((*here, "name"), str(error)))

    def providers(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        oidc = dict(world.oidc_providers)
        for number, provider in enumerate(item.get("oidc_providers", ())):
            arn = f"arn:aws:iam::{account}:oidc-provider/{provider['url'].removeprefix('https://')}"
            self.label(provider, arn, (*place, "oidc_providers", number))
            oidc[arn] = OidcProvider(arn, tuple(provider.get("client_ids", ())))
        saml = {f"arn:aws:iam::{account}:saml-provider/{name}" for name in item.get("saml_providers", ())}
        return replace(world, oidc_providers=Map(oidc), saml_providers=world.saml_providers | saml)

    def user(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        arn = self.arn(account, "user", item, place)
        groups = []
        for number, name in enumerate(item.get("groups", ())):
            group = next(
                (g for g in world.groups if g.startswith(f"arn:aws:iam::{account}:group/") and g.endswith("/" + name)),
                None,
            )
            if group is None:
                known = ", ".join(sorted(g.name for g in world.groups.values() if g.account == account)) or "none"
                self.problems.append(
                    self.located.problem(
                        (*place, "groups", number), f"no group {name!r} in this account; it has {known}"
                    )
                )
            else:
                groups.append(group)
        user = User(
            arn,
            unique_id("AIDA", account, arn),
            self.policies(item, place),
            tuple(item.get("attached", ())),
            tuple(groups),
            item.get("boundary", ""),
            Map(item.get("tags", {})),
            (AccessKey(access_key_id("AKIA", account, arn)),),
            f"arn:aws:iam::{account}:mfa/{item['name']}" if item.get("mfa") else "",
        )
        return world.with_user(self.once(world.users, arn, place) or user)

    def role(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        arn = self.arn(account, "role", item, place)
        role = Role(
            arn,
            unique_id("AROA", account, arn),
            self.policies(item, place),
            tuple(item.get("attached", ())),
            self.policy(item["trust"], PolicyKind.TRUST, f"trust policy of {item['name']}", (*place, "trust")),
            item.get("boundary", ""),
            item.get("max_session_duration", 3600),
            Map(item.get("tags", {})),
        )
        return world.with_role(self.once(world.roles, arn, place) or role)

    def bucket(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        arn = f"arn:aws:s3:::{item['name']}"
        self.label(item, arn, place)
        policy = None
        if "policy" in item:
            name = f"bucket policy of {item['name']}"
            policy = self.policy(item["policy"], PolicyKind.RESOURCE, name, (*place, "policy"))
        objects = Map({key: Map(value) for key, value in item["objects"].items()}) if "objects" in item else None
        bucket = Resource(arn, account, "bucket", policy, objects)
        return world.with_resource(self.once(world.resources, arn, place) or bucket)

    def once(self, things: Mapping[str, Any], arn: str, place: Place) -> Any:
        """The thing that already has this ARN, after complaining; None when it is new."""
        if arn in things:
            self.problems.append(self.located.problem((*place, "name"), f"{arn} stands here twice"))
        return things.get(arn)

    def arn(self, account: str, kind: str, item: Mapping[str, Any], place: Place) -> str:
        arn = f"arn:aws:iam::{account}:{kind}{item.get('path', '/')}{item['name']}"
        self.label(item, arn, place)
        return arn

    def label(self, item: Mapping[str, Any], arn: str, place: Place) -> None:
        label = item.get("label")
        if label is None:
            return
        if label in self.labels:
            self.problems.append(self.located.problem((*place, "label"), f"the label {label!r} stands here twice"))
        self.labels[label] = arn

    def policies(self, item: Mapping[str, Any], place: Place) -> tuple[Policy, ...]:
        return self.inline(item.get("policies", ()), PolicyKind.IDENTITY, (*place, "policies"))

    def inline(self, items: Any, kind: PolicyKind, place: Place) -> tuple[Policy, ...]:
        return tuple(
            self.policy(item["document"], kind, item["name"], (*place, number, "document"))
            for number, item in enumerate(items)
        )

    def policy(self, document: Any, kind: PolicyKind, name: str, place: Place) -> Policy:
        try:
            return Policy.parse(document.strip("\n") if isinstance(document, str) else document, kind, name=name)
        except PolicyError as error:
            first = self.located.text_lines.get(place)
            for finding in error.findings:
                line = first + finding.line - 1 if first and finding.line else self.located.line(place)
                hint = f" ({finding.suggestion})" if finding.suggestion else ""
                message = f"policy {name!r}: {finding.message}{hint}"
                self.problems.append(Problem(self.located.file, line, message))
            return Policy.parse('{"Statement": []}', kind, name=name)

    def check_references(self, data: Mapping[str, Any], managed: Mapping[str, ManagedPolicy]) -> None:
        """Managed policies must be written down: a missing one would silently allow less, or bound nothing."""
        for a, account in enumerate(data["accounts"]):
            for kind in ("users", "groups", "roles"):
                for i, item in enumerate(account.get(kind, ())):
                    place: Place = ("accounts", a, kind, i)
                    wanted = [((*place, "attached", n), arn) for n, arn in enumerate(item.get("attached", ()))]
                    if item.get("boundary"):
                        wanted.append(((*place, "boundary"), item["boundary"]))
                    for where, arn in wanted:
                        if arn not in managed:
                            known = ", ".join(sorted(managed)) or "none"
                            message = f"no managed policy {arn!r} under policies; there are: {known}"
                            self.problems.append(self.located.problem(where, message))
