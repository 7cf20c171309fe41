"""The map of an observed story: who called, which roles were taken, what was asked for; recorded, not decided."""

from __future__ import annotations

from iamviz.accounts.trail import Credential
from iamviz.accounts.trail_story import ObservedStep, ObservedStory
from iamviz.arn import split_fields
from iamviz.pictures.map_builder import MapBuilder, clock
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, NodeKind
from iamviz.pictures.story_map import outcome_mark, verb_of

__all__ = ["trail_map"]


def trail_map(story: ObservedStory) -> Map:
    """Nodes in order of appearance; every event is an edge with its step's number."""
    return _Builder(story).map()


class _Builder(MapBuilder):
    def __init__(self, story: ObservedStory) -> None:
        super().__init__()
        self.story = story

    def map(self) -> Map:
        for step in self.story.steps:
            self.step(step)
        accounts = tuple(dict.fromkeys(node.account for node in self.nodes.values() if node.account))
        return self.drawn(
            tuple(MapAccount(number, "account", number) for number in accounts), compact=len(self.nodes) > 14
        )

    def step(self, step: ObservedStep) -> None:
        event, number = step.event, step.number
        verdict = outcome_mark(step.outcome)
        caller = self.caller(step)
        title = f"{event.action}, {event.at:%H:%M:%S}: {event.error or 'allowed'}"
        if event.action.startswith("sts:AssumeRole") and ":role/" in event.resource:
            role = self.role(event.resource, number)
            self.edges.append(MapEdge(caller, role, "request", "assumes", number, verdict, weight=6, title=title))
            if step.issued is not None:
                session = self.session(step.issued, number)
                verb = f"issued {clock(event.at)}"
                self.edges.append(MapEdge(role, session, "session", verb, since=number, title=title))
            return
        if step.issued is not None:
            session = self.session(step.issued, number)
            self.edges.append(MapEdge(caller, session, "session", f"issued {clock(event.at)}", number, title=title))
            return
        target = self.target(step)
        verb = verb_of(event.action)
        self.edges.append(MapEdge(caller, target, "request", verb, number, verdict, title=title))

    def caller(self, step: ObservedStep) -> str:
        actor, event = step.actor, step.event
        if actor is None:
            federated = event.who.kind in ("WebIdentityUser", "SAMLUser")
            kind: NodeKind = "service" if event.who.service else "idp" if federated else "account"
            sub = "AWS service" if event.who.service else "outside identity" if federated else "another account"
            name = event.who.name
            return self.add(f"who:{name}", kind, name, sub, None, step.number, name)
        if not actor.is_session:
            title, account = actor.arn or actor.name, actor.account or None
            return self.add(actor.key, "user", actor.name, "long-term key", account, step.number, title)
        known = actor.key in self.nodes
        key = self.session(actor, step.number)
        if not known and actor.role:
            role = self.role(actor.role, step.number)
            start = f"began {clock(actor.start)}" if actor.start else "began"
            self.edges.append(MapEdge(role, key, "session", start, since=step.number))
        return key

    def session(self, credential: Credential, number: int) -> str:
        key, name, account = credential.key, credential.name, credential.account or None
        return self.add_session(key, name, account, number, credential.arn, credential.expires)

    def role(self, arn: str, number: int) -> str:
        fields = split_fields(arn)
        account = fields[4] if len(fields) == 6 else None
        return self.add(
            f"role:{arn.rpartition('/')[2]}@{account}", "role", arn.rpartition("/")[2], "role", account, number, arn
        )

    def target(self, step: ObservedStep) -> str:
        event = step.event
        for instance in event.instances:
            # The session that an instance's credentials speak as has the instance's name: they are not the same thing.
            account = event.account or None
            return self.add(f"thing:{instance}", "resource", instance, "EC2 instance", account, step.number, instance)
        service = event.action.partition(":")[0]
        fields = split_fields(event.resource)
        if len(fields) == 6:
            name = fields[5].rpartition("/")[2] or fields[5]
            if ":role/" in event.resource:
                return self.role(event.resource, step.number)
            kind: NodeKind = "bucket" if fields[2] == "s3" else "resource"
            account = None if fields[4] == "aws" else fields[4] or event.account or None
            return self.add(f"thing:{event.resource}", kind, name, fields[2], account, step.number, event.resource)
        key, account = f"service:{service}@{event.account}", event.account or None
        return self.add(key, "service", service, "service", account, step.number, service)
