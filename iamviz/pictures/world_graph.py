"""What a world holds as nodes and lines: who is in which group, who may assume what, what runs, what may reach what.

Every line is the engine's answer. Lines from a node to resources are asked for when they are wanted: a large world has
very many of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from iamviz.accounts.trust import Trusted, who_may_assume
from iamviz.arn import Arn
from iamviz.calls.ask import ask
from iamviz.calls.model import CallError
from iamviz.pictures.map_builder import clock
from iamviz.pictures.map_model import MapEdge, MapNode, NodeKind
from iamviz.pictures.map_words import MAY_ASSUME, condition_verb
from iamviz.world.entities import Resource
from iamviz.world.world import World

_KINDS: Final[dict[str, NodeKind]] = {
    "user": "user",
    "role": "role",
    "session": "session",
    "service": "service",
    "provider": "idp",
    "account": "account",
    "everyone": "group",
}
_SUBS: Final = {"account": "another account", "everyone": "any AWS principal", "provider": "identity provider"}
_PROBES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "s3": (("s3:GetObject", "read"), ("s3:PutObject", "write")),
    "lambda": (("lambda:InvokeFunction", "invoke"),),
    "secretsmanager": (("secretsmanager:GetSecretValue", "read"),),
    "sqs": (("sqs:SendMessage", "send"), ("sqs:ReceiveMessage", "receive")),
    "sns": (("sns:Publish", "publish"),),
    "kms": (("kms:Decrypt", "decrypt"),),
    "dynamodb": (("dynamodb:GetItem", "read"), ("dynamodb:PutItem", "write")),
    "ssm": (("ssm:GetParameter", "read"),),
}
"""What is asked of a resource, by its service: actions, and the verbs of the lines that they make."""


class WorldGraph:
    """The nodes of a world by key (ARNs, session keys, names of services) and the lines between them.

    Without ``verdicts`` the lines that say who may do what are left out; memberships and sessions stay.
    """

    def __init__(self, world: World, verdicts: bool = True) -> None:
        self.world = world
        self.verdicts = verdicts

    @cached_property
    def nodes(self) -> dict[str, MapNode]:
        """Everything that may be drawn, people first, in an order that never varies."""
        world = self.world
        found: dict[str, MapNode] = {}

        def add(key: str, kind: NodeKind, name: str, sub: str, account: str | None, title: str = "") -> None:
            found.setdefault(key, MapNode(key, kind, name, sub, account, title=title or key))

        for arn, user in sorted(world.users.items()):
            add(arn, "user", world.name_of(arn), "user", user.account)
        for arn, group in sorted(world.groups.items()):
            add(arn, "group", world.name_of(arn), "group", group.account)
        for trusted in self.trust.values():
            for one in trusted:
                add(one.principal, *self._outsider(one))
        for arn, role in sorted(world.roles.items()):
            add(arn, "role", world.name_of(arn), "role", role.account)
        for key, session in sorted(world.sessions.items(), key=lambda item: (item[1].issued, item[0])):
            if not session.is_over(world.now):
                add(key, "session", session.name, f"until {clock(session.expires)}", session.account, session.arn)
        for arn, resource in sorted(world.resources.items()):
            kind: NodeKind = "bucket" if resource.kind == "bucket" else "resource"
            sub = "S3 bucket" if resource.kind == "bucket" else resource.kind
            add(arn, kind, world.name_of(arn), sub, resource.account)
        return found

    def _outsider(self, trusted: Trusted) -> tuple[NodeKind, str, str, str | None]:
        """A principal of a trust policy that the world does not hold: a service, a provider, another account."""
        is_arn = Arn.is_arn(trusted.principal)
        name = self.world.name_of(trusted.principal) if is_arn else trusted.principal
        if trusted.kind == "service":
            name = name.removesuffix(".amazonaws.com")
        number = Arn.parse(trusted.principal).account if is_arn else ""
        inside = number if number in self.world.accounts or trusted.kind in ("user", "role", "session") else None
        return _KINDS[trusted.kind], name, _SUBS.get(trusted.kind, trusted.kind), inside or None

    @cached_property
    def trust(self) -> dict[str, tuple[Trusted, ...]]:
        """Who may assume each role."""
        return {arn: who_may_assume(self.world, arn) for arn in sorted(self.world.roles)}

    @cached_property
    def lines(self) -> tuple[MapEdge, ...]:
        """Memberships, trust and sessions; what may reach resources is in `reaches`."""
        found: list[MapEdge] = []
        for arn, user in sorted(self.world.users.items()):
            for group in user.groups:
                if group in self.nodes:
                    found.append(MapEdge(arn, group, "member", title="is a member of the group"))
        for role, callers in self.trust.items() if self.verdicts else ():
            for trusted in callers:
                conditions = trusted.conditions
                verb = self._condition(role, trusted) if conditions else MAY_ASSUME
                title = "only if: " + ", ".join(conditions) if conditions else "may assume"
                found.append(MapEdge(trusted.principal, role, "trust", verb, title=title))
        for key, session in sorted(self.world.sessions.items()):
            if key in self.nodes and session.principal in self.nodes:
                verb = (
                    f"assumed {clock(session.issued)}" if session.is_role_session else f"from {clock(session.issued)}"
                )
                found.append(MapEdge(session.principal, key, "session", verb))
        return tuple(found)

    def _condition(self, role: str, trusted: Trusted) -> str:
        """What must still hold; the rows of the trust policy tell more than the names of their keys."""
        trust, wanted = self.world.roles[role].trust, {key.lower() for key in trusted.keys}
        rows = [
            row
            for statement in (trust.statements if trust and trusted.said else ())
            if trusted.said and statement.span.line == trusted.said.line
            for row in statement.conditions
            if row.key.lower() in wanted
        ]
        if {row.key.lower() for row in rows} != wanted:  # some of it is asked for elsewhere
            return f"if {' and '.join(trusted.conditions[:2])}"
        return condition_verb(rows)

    @cached_property
    def _profile_of(self) -> dict[str, str]:
        return {key: profile for profile, key in sorted(self.world.profiles.items(), reverse=True)}

    def reaches(self, key: str) -> Iterator[MapEdge]:
        """The lines from a user, role or session to the resources that it may reach; sessions speak for their role."""
        world = self.world
        who = f"session:{self._profile_of[key]}" if key in self._profile_of else key
        if not self.verdicts or (who == key and key not in world.users and key not in world.roles):
            return
        session = world.sessions.get(key)
        owner_arn = session.principal if session else key
        owner = world.users.get(owner_arn) or world.roles.get(owner_arn)
        policies = world.policies_of(owner) if owner else None
        for arn, resource in sorted(world.resources.items()):
            allowed: dict[str, str] = {}
            targets = _targets(resource)
            for action, verb in _PROBES.get(Arn.parse(arn).service if Arn.is_arn(arn) else "", ()):
                # Where no statement speaks of the action on any of it, nothing can allow it: no need to ask.
                speaks = policies is None or any(
                    statement.could_cover(target)
                    for policy in policies
                    for statement in policy.covering(action.lower()).allows
                    for target in targets
                )
                statement = self._allowing(who, action, targets) if speaks or resource.policy else None
                if statement is not None:
                    allowed[verb] = f"{action}: {statement}"
            if allowed:
                title = "; ".join(allowed.values())
                yield MapEdge(key, arn, "permission", "may " + ", ".join(allowed), title=title)

    def passes(self, key: str) -> Iterator[MapEdge]:
        """The lines from a user, role or session to the roles that it may pass to a service that they trust.

        docs/rules/roles_and_sessions.md 2.4: inside one account, by `iam:PassRole`; the service assumes the role later.
        """
        who = f"session:{self._profile_of[key]}" if key in self._profile_of else key
        for role, callers in self.trust.items() if self.verdicts else ():
            if role == key or self.nodes[role].account != self.nodes[key].account:
                continue
            allowed = []
            for service in (trusted.principal for trusted in callers if trusted.kind == "service"):
                statement = self._allowing(who, "iam:PassRole", [role], {"iam:PassedToService": service})
                if statement is not None:
                    allowed.append(f"iam:PassRole to {service}: {statement}")
            if allowed:
                yield MapEdge(key, role, "permission", "may pass", title="; ".join(allowed))

    def _allowing(
        self, who: str, action: str, targets: list[str], context: Mapping[str, str | list[str]] | None = None
    ) -> str | None:
        """The statement that allows an action on one of the targets; None when nothing does."""
        for target in targets:
            try:
                decision = ask(self.world, who, action, target, context=context)
            except CallError:
                return None
            if decision.allowed:
                deciding = decision.explain().deciding
                return f"{deciding[0].policy.label}, {deciding[0].statement.label}" if deciding else "allowed"
        return None


def _targets(resource: Resource) -> list[str]:
    """The ARNs that are asked about for a resource: itself, or some of the objects in a bucket."""
    if resource.kind != "bucket":
        return [resource.arn]
    return [f"{resource.arn}/{key}" for key in sorted(resource.objects or ())[:3] or ["any"]]
