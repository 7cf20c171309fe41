"""The map of a story: everything that takes part, laid out once; a frame shows it as far as its step."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from iamviz.arn import Arn
from iamviz.calls.services import resource_arn
from iamviz.engine.decision import Outcome
from iamviz.pictures.evidence import OUTCOME_MARK, decided_by
from iamviz.pictures.map_builder import MapBuilder, clock
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, NodeKind
from iamviz.pictures.map_words import MAY_ASSUME, condition_verb, everything
from iamviz.pictures.marks import Mark, shorten
from iamviz.pictures.story_changes import changes_of
from iamviz.policy.model import PolicyKind
from iamviz.story.captions import outcome_words
from iamviz.story.story import Step, Story
from iamviz.world.sessions import Session
from iamviz.world.workloads import Workload
from iamviz.world.world import World

_FIRST_WORD: Final = re.compile(r"[A-Z][a-z]+|[A-Z]+(?![a-z])")
_VERBS: Final = {
    "Get": "reads",
    "Head": "reads",
    "Describe": "reads",
    "List": "lists",
    "Put": "writes",
    "Batch": "calls",
    "Modify": "changes",
    "Attach": "attaches to",
    "Detach": "detaches from",
    "Add": "adds to",
    "Remove": "removes from",
}


def outcome_mark(outcome: str) -> Mark:
    """The mark of a step's outcome; another error than expiry is a no that no policy gave."""
    if outcome in OUTCOME_MARK:
        return OUTCOME_MARK[Outcome(outcome)]
    return "expired" if outcome == "ExpiredToken" else "none"


def error_told(outcome: str) -> str:
    """The code of an error for which no policy need have said no: the words of its mark would say so; else ""."""
    return "" if outcome in OUTCOME_MARK or outcome == "ExpiredToken" else shorten(outcome, 40)


def verb_of(operation: str) -> str:
    """What an operation does, in the present tense: ``reads``, ``deletes``."""
    name = operation.partition(":")[2]
    if name.startswith("Put") and name.endswith("Tagging"):
        return "tags"
    found = _FIRST_WORD.match(name)
    word = found[0] if found else name
    return _VERBS.get(word, word.lower() + ("es" if word.endswith(("s", "sh", "ch")) else "s"))


def states_in(world: World) -> dict[str, str]:
    """For each session of a world: "ended", or "fuse:" and the part of its life that is left."""
    states = {}
    for key, session in world.sessions.items():
        left = (session.expires - world.now) / (session.expires - session.issued)
        states[key] = "ended" if session.is_over(world.now) else f"fuse:{left:.3f}"
    return states


def session_states(step: Step) -> dict[str, str]:
    """The states of all sessions in the world after a step; whom the step deleted has ended too."""
    states = states_in(step.after)
    for kind in ("users", "groups", "roles"):
        gone = (arn for arn in getattr(step.before, kind) if arn not in getattr(step.after, kind))
        states.update(dict.fromkeys(gone, "ended"))
    return states


def focus_of(step: Step) -> tuple[str, ...]:
    """The nodes that a step is about beside those at the ends of its edges: a session shown, or just over."""
    keys = []
    if step.session is not None and (step.call is None or step.outcome == "ExpiredToken"):
        keys.append(step.session.access_key_id)
    keys += changes_of(step)
    return tuple(keys)


def _told(what: str, step: Step) -> str:
    """The tooltip of a request: the operation, its outcome, the statement that settled it."""
    by = decided_by(step.decision) if step.decision else ""
    return f"{what}: {outcome_words(step.outcome)}" + (f"; {by}" if by else "")


def _condition(step: Step) -> str:
    """What the trust policy asked for besides the principal: ``if MFA``."""
    traces = step.decision.explain().deciding if step.decision else ()
    trust = [trace for trace in traces if trace.kind is PolicyKind.TRUST][:1]
    return condition_verb(row.row for trace in trust for row in trace.conditions)


def story_map(story: Story) -> Map:
    """The map of all steps: nodes keep their order of appearance, every request is an edge with its step's number."""
    return _Builder(story).map()


class _Builder(MapBuilder):
    def __init__(self, story: Story) -> None:
        super().__init__()
        self.story = story

    def map(self) -> Map:
        for step in self.story.steps:
            self.step(step)
        world = self.story.world
        used = {node.account for node in self.nodes.values()}
        accounts = tuple(
            MapAccount(number, account.name or "account", number)
            for number, account in world.accounts.items()
            if number in used
        )
        return self.drawn(self.order(accounts))

    def order(self, accounts: tuple[MapAccount, ...]) -> tuple[MapAccount, ...]:
        """Accounts in the order in which the story reaches them: the identity account first."""
        reached = list(dict.fromkeys(node.account for node in self.nodes.values()))
        return tuple(sorted(accounts, key=lambda account: reached.index(account.key)))

    def step(self, step: Step) -> None:
        call = step.call
        if call is None or step.result is None:
            return
        for arn in changes_of(step):
            self.entity(step, arn)
        if call.operation == "iam:UpdateAssumeRolePolicy":
            self.trust_change(step)
        self.memberships(step)
        caller = self.caller(step)
        if call.service == "sts":
            self.issue(step, caller)
            return
        if caller is None:
            return
        workload = self.workload_at(step)
        passed = None if workload else self.passed_role(step)
        target = workload or passed or self.target(step)
        if target is None or target == caller:
            return
        if call.service == "imds" and step.issued is not None:
            self.issued(step.issued, step.number, "handed out", numbered=False)
        verdict = outcome_mark(step.outcome)
        weight = 6 if step.session and not any(edge.kind == "request" and edge.weight for edge in self.edges) else None
        self.edges.append(
            MapEdge(
                caller,
                target,
                "request",
                verb="passes" if passed else "asks" if call.service == "imds" else verb_of(call.operation),
                step=step.number,
                verdict=verdict,
                until=self.death(step.session),
                weight=weight,
                title=_told(call.operation, step),
            )
        )

    def target(self, step: Step) -> str | None:
        """What a request is about: an identity that IAM changes, or a resource; None for nothing that is drawn."""
        assert step.call is not None
        if step.call.service not in ("iam", "organizations"):
            account = step.decision.request.resource_account if step.decision else None
            return self.resource(step.after, resource_arn(step.after, step.call), step.call.service, account or None)
        return self.entity(step, step.decision.request.resource) if step.decision else None

    def entity(self, step: Step, arn: str) -> str | None:
        """The node of a user, group, role or resource, from the step on that made it; None when there is none."""
        kinds: dict[NodeKind, str] = {"user": "users", "group": "groups", "role": "roles"}
        for kind, things in kinds.items():
            before, after = getattr(step.before, things), getattr(step.after, things)
            if arn in before or arn in after:
                name = (step.after if arn in after else step.before).name_of(arn)
                since = 1 if arn in before else step.number
                return self.add(arn, kind, name, kind, Arn.parse(arn).account, since, ended_sub="deleted")
        found = step.after.resource_of(arn)
        return self.resource(step.after, arn, "") if found is not None else None

    def memberships(self, step: Step) -> None:
        """A hairline from a user to every group that it joins."""
        if step.before.users is step.after.users:
            return
        for arn, user in sorted(step.after.users.items()):
            before = step.before.users.get(arn)
            joined = [] if before is None else [group for group in user.groups if group not in before.groups]
            for group in joined:
                if group in step.after.groups:
                    self.entity(step, arn)
                    self.entity(step, group)
                    edge = MapEdge(arn, group, "member", since=step.number, title="is a member of the group")
                    self.edges.append(edge)

    def trust_change(self, step: Step) -> None:
        """A dashed line from everyone whom the new trust policy names and the old one did not."""
        for arn, role in sorted(step.after.roles.items()):
            before = step.before.roles.get(arn)
            if before is None or before.trust == role.trust or role.trust is None or before.trust is None:
                continue
            named = [entry.value for s in role.trust.statements for entry in s.principals or ()]
            known = [entry.value for s in before.trust.statements for entry in s.principals or ()]
            self.role(step.after, arn)
            for principal in named:
                if principal not in known and (principal in step.after.users or principal in step.after.roles):
                    self.entity(step, principal)
                    self.trust(principal, arn, step.number)

    def trust(
        self, principal: str, role: str, step: int | None, since: int | None = None, verb: str = MAY_ASSUME
    ) -> None:
        title = "the trust policy lets this principal in"
        self.may_become(principal, role, MapEdge(principal, role, "trust", verb, step, since=since, title=title))

    def may_become(self, source: str, role: str, edge: MapEdge) -> None:
        """The one dashed line between two nodes; a session needs none where its role has one."""
        session = self.story.world.sessions.get(source)
        alike = {source, session.principal if session else source}
        if not any(known.kind == "trust" and known.source in alike and known.target == role for known in self.edges):
            self.edges.append(replace(edge, weight=8))

    def passed_role(self, step: Step) -> str | None:
        """The role that a call hands to a service: the arrow leads there, for that is what the caller gains."""
        roles = (
            [d.request.resource for d in step.result.decisions if d.request.action == "iam:PassRole"]
            if step.result
            else []
        )
        if not roles or roles[0] not in step.after.roles:
            return None
        return self.role(step.after, roles[0])

    def issue(self, step: Step, caller: str | None) -> None:
        """A session that STS gives out, or does not: through a role, or straight to a user."""
        assert step.call is not None
        arn = step.call.params.get("RoleArn", "")
        session = step.issued
        if caller is None or (arn not in step.after.roles and session is None):
            return
        if arn not in step.after.roles and session is not None:
            key = self.session(session, step.number)
            verb = f"issued {clock(session.issued)}"
            self.edges.append(MapEdge(caller, key, "session", verb, step.number, until=self.death(session)))
            return
        self.role(step.after, arn)
        if session is None:
            verdict, title = outcome_mark(step.outcome), _told(step.call.operation, step)
            self.edges.append(MapEdge(caller, arn, "request", "assumes", step.number, verdict, title=title))
            return
        if step.bet is not None:
            self.edges.append(MapEdge(caller, arn, "request", "assumes", step.number, "ask"))
        self.trust(caller, arn, None, step.number, _condition(step))
        self.issued(session, step.number)

    def issued(self, session: Session, since: int, verb: str = "assumed", *, numbered: bool = True) -> None:
        """A session beside its role, from the step on that brought it; ``numbered`` where no request has the number."""
        key, when = self.session(session, since), f"{verb} {clock(session.issued)}"
        if not any(edge.kind == "session" and edge.target == key for edge in self.edges):
            step, until = since if numbered else None, self.death(session)
            self.edges.append(MapEdge(session.principal, key, "session", when, step, since=since, until=until))

    def death(self, session: Session | None) -> int | None:
        """The first step at which a session is over."""
        if session is None:
            return None
        return next((step.number for step in self.story.steps if session.is_over(step.clock)), None)

    def caller(self, step: Step) -> str | None:
        """The node that calls: a session, a user, the root user, a service, or somebody whom a provider vouches for."""
        assert step.call is not None
        actor, world = step.call.actor, step.before
        workload = step.after.workloads.get(actor)
        if workload is not None and not workload.user:
            return self.by_workload(step, workload)
        actor = workload.user if workload else actor
        session = world.sessions.get(world.profiles.get(actor.removeprefix("session:"), ""))
        if session is not None:
            return self.session(session, 1)
        kind, _, rest = actor.partition(":")
        account, _, name = rest.partition("/")
        user = world.labels.get(actor, f"arn:{world.partition}:iam::{account}:user/{name}" if kind == "user" else actor)
        if user in world.users:
            return self.user(world, user)
        match kind:
            case "root":
                self.add(actor, "user", "root user", "of the account", rest)
            case "anonymous":
                self.add(actor, "user", "somebody", "without credentials", None)
            case "service":
                self.add(actor, "service", rest.removesuffix(".amazonaws.com"), "AWS service", None)
            case "web" | "saml":
                self.add(actor, "idp", rest, "outside identity", None)
            case _:
                return None
        return actor

    def by_workload(self, step: Step, workload: Workload) -> str:
        """The session that a workload calls with, beside the role that was delivered to it; itself when it has none."""
        self.workload(workload, step)
        session = step.session
        by_token = step.call is not None and step.call.name == "AssumeRoleWithWebIdentity"
        if session is None or session is step.issued or by_token:
            return workload.name
        if session.is_role_session:
            self.runs_as(workload.name, session.principal, step)
            self.issued(session, step.number, "delivered", numbered=False)
        return session.access_key_id

    def runs_as(self, workload: str, role: str, step: Step) -> None:
        """A dashed line from a workload to its role."""
        self.role(step.after, role)
        self.may_become(workload, role, MapEdge(workload, role, "trust", "runs as", since=step.number))

    def workload(self, workload: Workload, step: Step) -> str:
        """A workload as what it is: an EC2 instance, a GitHub job."""
        kind: NodeKind = "service" if workload.service else "idp"
        name, account = workload.name, workload.account or None
        return self.add(name, kind, name, workload.title, account, step.number, workload.arn or name)

    def workload_at(self, step: Step) -> str | None:
        """The workload that a step makes, changes or asks; one that is made gets the line to its role at once."""
        assert step.call is not None
        asked = step.call.params.get("Instance") if step.call.service == "imds" else None
        for name, workload in sorted(step.after.workloads.items()):
            if name == asked:
                return self.workload(workload, step)
            if step.before.workloads.get(name) != workload:
                if workload.role in step.after.roles:
                    self.workload(workload, step)
                    self.runs_as(name, workload.role, step)
                return self.workload(workload, step)
        return None

    def user(self, world: World, arn: str) -> str:
        return self.add(arn, "user", world.name_of(arn), "user", Arn.parse(arn).account)

    def role(self, world: World, arn: str) -> str:
        return self.add(arn, "role", world.name_of(arn), "role", Arn.parse(arn).account)

    def session(self, session: Session, since: int) -> str:
        return self.add_session(
            session.access_key_id, session.name, session.account, since, session.arn, session.expires
        )

    def resource(self, world: World, arn: str, service: str, account: str | None = None) -> str:
        """The node of a resource; ``account`` is whose resources ``*`` stands for."""
        if arn == "*":
            kind, name, sub = everything(service)
            return self.add(f"* {service}", kind, name, sub, account)
        found = world.resource_of(arn)
        if found is None:
            return self.add(arn, "resource", arn.rpartition(":")[2], arn.split(":")[2] if ":" in arn else "", None)
        kind = "bucket" if found.kind == "bucket" else "resource"
        sub = "S3 bucket" if found.kind == "bucket" else found.kind
        return self.add(found.arn, kind, world.name_of(found.arn), sub, found.account)
