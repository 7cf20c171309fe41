"""From the data of a scenario file to the world that it describes; every problem with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from immutables import Map

from iamviz.policy.findings import PolicyError
from iamviz.policy.model import Policy, PolicyKind
from iamviz.story.organization import OrganizationBuilder
from iamviz.story.ranges import spread
from iamviz.story.source import Located, Place, Problem, ScenarioError
from iamviz.world.aws_managed import aws_managed
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
from iamviz.world.ids import access_key_id, unique_id
from iamviz.world.workloads import new_workload
from iamviz.world.world import World

__all__ = ["build_world"]


def build_world(located: Located, start: datetime) -> World:
    """The world of a scenario at its beginning; ScenarioError lists everything that is wrong."""
    return _Builder(located, start).world()


class _Builder:
    def __init__(self, located: Located, start: datetime) -> None:
        self.located = located
        self.start = start
        self.labels: dict[str, str] = {}
        self.names: dict[tuple[str, str, str], str] = {}
        self.problems: list[Problem] = []

    def world(self) -> World:
        data = self.located.data
        world = World(self.start)
        accounts: dict[str, Account] = {}
        for number, item in enumerate(data["accounts"]):
            place: Place = ("accounts", number)
            if item["id"] in accounts:
                self.problems.append(self.located.problem((*place, "id"), f"account {item['id']} stands here twice"))
            accounts[item["id"]] = Account(
                item["id"], item["name"], item.get("organization", ""), item.get("management", False)
            )
            world = self.contents(world, item, place)
        managed = {}
        for number, item in enumerate(data.get("policies", ())):
            name = item["arn"].rpartition("/")[2]
            policy = self.policy(item["document"], PolicyKind.IDENTITY, name, ("policies", number, "document"))
            managed[item["arn"]] = ManagedPolicy(item["arn"], policy)
        managed |= self.check_references(data, managed)
        world = replace(world, accounts=Map(accounts), managed_policies=Map(managed))
        for number, item in enumerate(data["accounts"]):
            for index, workload in enumerate(item.get("workloads", ())):
                world = self.workload(world, item["id"], workload, ("accounts", number, "workloads", index))
        for index, workload in enumerate(data.get("workloads", ())):
            world = self.workload(world, "", workload, ("workloads", index))
        world = OrganizationBuilder(self.located, self.policy, self.problems).build(world)
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda problem: problem.line))
        return replace(world, labels=Map(self.labels)).with_bound_trust()

    def contents(self, world: World, account: Mapping[str, Any], place: Place) -> World:
        number = account["id"]
        for index, item in enumerate(account.get("groups", ())):
            here = (*place, "groups", index)
            arn = self.arn(number, "group", item, here)
            policies, attached = self.policies(item, here), tuple(item.get("attached", ()))
            group = Group(arn, unique_id("AGPA", number, arn), policies, attached, self.start)
            world = world.with_group(self.once(world.groups, arn, here) or group)
        makers = (
            ("users", self.user),
            ("roles", self.role),
            ("instance_profiles", self.instance_profile),
            ("buckets", self.bucket),
            ("resources", self.resource),
        )
        for kind, make in makers:
            for item, here in self.each(account, place, kind):
                world = make(world, number, item, here)
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
        user = User(
            arn,
            unique_id("AIDA", account, arn),
            self.policies(item, place),
            tuple(item.get("attached", ())),
            self.groups(world, account, item, place),
            item.get("boundary", ""),
            Map(item.get("tags", {})),
            (AccessKey(access_key_id("AKIA", account, arn)),),
            f"arn:aws:iam::{account}:mfa/{item['name']}" if item.get("mfa") else "",
            self.start,
        )
        return world.with_user(self.once(world.users, arn, place) or user)

    def groups(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> tuple[str, ...]:
        """The ARNs of the groups that a user names."""
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
        return tuple(groups)

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
            self.start,
        )
        return world.with_role(self.once(world.roles, arn, place) or role)

    def instance_profile(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        arn = self.arn(account, "instance-profile", item, place)
        role = self.named(world.roles, account, "role", item["role"], (*place, "role")) if "role" in item else ""
        profile = InstanceProfile(arn, unique_id("AIPA", account, arn), role, self.start)
        profile = self.once(world.instance_profiles, arn, place) or profile
        return replace(world, instance_profiles=world.instance_profiles.set(arn, profile))

    def workload(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        """An application; an EC2 instance with a role gets an instance profile of that name, as the console does."""
        name = item["name"]
        if name in world.workloads or name in self.labels:
            self.problems.append(self.located.problem((*place, "name"), f"the name {name!r} stands here twice"))
        bindings = [key for key in ("role", "instance_profile", "user") if key in item]
        if len(bindings) != 1 and not (not bindings and "token" in item):
            message = f"workload {name!r} needs one of role, instance_profile, user, or a token to ask for a role with"
            self.problems.append(self.located.problem(place, message))
            return world
        stated: dict[str, Any] = {key: item[key] for key in ("id", "arn", "session_name", "service") if key in item}
        stated |= {"tags": item.get("tags"), "context": item.get("context", {})}
        if "role" in item:
            stated["role"] = self.named(world.roles, account, "role", item["role"], (*place, "role"))
        if "user" in item:
            stated["user"] = self.named(world.users, account, "user", item["user"], (*place, "user"))
        if "instance_profile" in item:
            where = (*place, "instance_profile")
            things = world.instance_profiles
            stated["profile"] = self.named(things, account, "instance-profile", item["instance_profile"], where)
        if item["kind"] == "ec2" and stated.get("role"):
            role = Role(stated["role"], "")
            stated["profile"] = f"arn:aws:iam::{role.account}:instance-profile/{role.name}"
            if stated["profile"] not in world.instance_profiles:
                made = {"name": role.name, "role": role.arn}
                world = self.instance_profile(world, role.account, made, place)
        token = {
            key: tuple(value) if isinstance(value, list) else value for key, value in item.get("token", {}).items()
        }
        made_one = new_workload(name, item["kind"], account, claims=Map(token), **stated)
        return world.with_workload(replace(made_one, needs_token=item.get("imds") == "v2"))

    def named(self, things: Mapping[str, Any], account: str, kind: str, name: str, place: Place) -> str:
        """The ARN of a role, user or instance profile of the same account, by its name; an ARN stays as it is."""
        if name in things:
            return name
        here = {arn.rpartition("/")[2]: arn for arn in things if f":{account}:{kind}/" in arn}
        if name not in here:
            known = ", ".join(sorted(here)) or "none"
            what = kind.replace("-", " ")
            self.problems.append(self.located.problem(place, f"no {what} {name!r} in this account; it has {known}"))
        return here.get(name, "")

    def resource(self, world: World, account: str, item: Mapping[str, Any], place: Place) -> World:
        arn = item["arn"]
        self.label(item, arn, place)
        kind = item.get("kind", "resource")
        policy = None
        if "policy" in item:
            policy = self.policy(item["policy"], PolicyKind.RESOURCE, f"{kind} policy", (*place, "policy"))
        return world.with_resource(self.once(world.resources, arn, place) or Resource(arn, account, kind, policy))

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
        """The ARN of a user, group, role or instance profile; path and letter case make no other name (1.4)."""
        arn = f"arn:aws:iam::{account}:{kind}{item.get('path', '/')}{item['name']}"
        other = self.names.setdefault((account, kind, item["name"].lower()), arn)
        if other != arn:
            message = f"the name {item['name']!r} is that of {other}; path and letter case make no other name"
            self.problems.append(self.located.problem((*place, "name"), message))
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

    def check_references(
        self, data: Mapping[str, Any], managed: Mapping[str, ManagedPolicy]
    ) -> Mapping[str, ManagedPolicy]:
        """Managed policies must be written down: a missing one would silently allow less, or bound nothing.

        What is AWS's own and held here need not be: these are returned.
        """
        of_aws = {}
        for a, account in enumerate(data["accounts"]):
            for kind in ("users", "groups", "roles"):
                for i, item in enumerate(account.get(kind, ())):
                    place: Place = ("accounts", a, kind, i)
                    wanted = [((*place, "attached", n), arn) for n, arn in enumerate(item.get("attached", ()))]
                    if item.get("boundary"):
                        wanted.append(((*place, "boundary"), item["boundary"]))
                    for where, arn in wanted:
                        found = aws_managed(arn)
                        if arn not in managed and found is not None:
                            of_aws[arn] = found
                        elif arn not in managed:
                            known = ", ".join(sorted(managed)) or "none"
                            message = f"no managed policy {arn!r} under policies; there are: {known}"
                            self.problems.append(self.located.problem(where, message))
        return of_aws
