"""What a step changed in the world: whose policies, memberships, tags and keys, in words and as lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamviz.policy.model import Policy
from iamviz.story.story import Step
from iamviz.world.world import World

CONTEXT = 1
"""Lines around a change that are shown with it."""
SHOWN_AS_LINES = frozenset({"trust policy", "resource policy", "inline policies"})
"""Changes of which the lines of the documents say more."""


@dataclass(frozen=True)
class PolicyChange:
    """A policy before and after; None where there was or is none."""

    old: Policy | None
    new: Policy | None

    @property
    def label(self) -> str:
        """What the policy is called."""
        policy = self.new or self.old
        return policy.label if policy else ""

    def lines(self) -> list[tuple[int | None, str, str]]:
        """Its telling lines: (number in the new text, None for one that is gone; "+", "-" or ""; the line)."""
        old, new = (policy.source.rstrip().split("\n") if policy else [] for policy in (self.old, self.new))
        matcher = difflib.SequenceMatcher(None, [x.strip(" ,") for x in old], [x.strip(" ,") for x in new], False)
        shown: list[tuple[int | None, str, str]] = []
        for group in matcher.get_grouped_opcodes(CONTEXT):
            for operation, i, j, k, m in group:
                if operation == "equal":
                    shown += [(number + 1, "", new[number]) for number in range(k, m)]
                    continue
                shown += [(None, "-", line) for line in old[i:j]]
                shown += [(number + 1, "+", new[number]) for number in range(k, m)]
        indent = min((len(line) - len(line.lstrip()) for _, _, line in shown if line.strip()), default=0)
        return [(number, sign, line[indent:]) for number, sign, line in shown if line.strip()]


def changes_of(step: Step) -> dict[str, tuple[str, ...]]:
    """For every user, group, role and resource that a step changed, by ARN: what changed, in a few words each."""
    if step.before is step.after:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for kind in ("users", "groups", "roles", "resources"):
        old, new = getattr(step.before, kind), getattr(step.after, kind)
        if old is new:
            continue
        for arn in sorted({*old, *new}):
            words = tuple(_words(old.get(arn), new.get(arn), step.before, step.after))
            if words:
                found[arn] = words
    return found


def _words(old: Any, new: Any, before: World, after: World) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        yield "new" if old is None else "deleted"
        return
    for name, what in (("trust", "trust policy"), ("policy", "resource policy"), ("boundary", "permissions boundary")):
        if getattr(old, name, None) != getattr(new, name, None):
            yield what
    if getattr(old, "inline", ()) != getattr(new, "inline", ()):
        yield "inline policies"
    for sign, one, other in (("+", new, old), ("-", old, new)):
        for arn in getattr(one, "attached", ()):
            if arn not in getattr(other, "attached", ()):
                yield f"{sign} policy {arn.rpartition('/')[2]}"
        for arn in getattr(one, "groups", ()):
            if arn not in getattr(other, "groups", ()):
                yield f"{sign} group {(after if sign == '+' else before).name_of(arn)}"
    yield from _pairs(getattr(old, "tags", {}), getattr(new, "tags", {}))
    if getattr(old, "max_session_duration", 0) != getattr(new, "max_session_duration", 0):
        seconds = new.max_session_duration
        yield f"maximum session {seconds // 60} min" if seconds % 3600 else f"maximum session {seconds // 3600} h"
    if getattr(old, "access_keys", ()) != getattr(new, "access_keys", ()):
        yield "access keys"


def _pairs(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield f"+ tag {key}={new[key]}" if key in new else f"- tag {key}={old[key]}"


def changed_policies(step: Step) -> list[PolicyChange]:
    """The documents that differ before and after: trust and resource policies, inline ones, managed ones."""
    before, after = step.before, step.after
    found = []
    for kind, name in (("roles", "trust"), ("resources", "policy")):
        olds, news = getattr(before, kind), getattr(after, kind)
        for arn in sorted({*olds, *news}) if olds is not news else ():
            found.append(PolicyChange(getattr(olds.get(arn), name, None), getattr(news.get(arn), name, None)))
    for kind in ("users", "groups", "roles"):
        olds, news = getattr(before, kind), getattr(after, kind)
        for arn in sorted({*olds, *news}) if olds is not news else ():
            old, new = (
                {policy.name: policy for policy in things[arn].inline} if arn in things else {}
                for things in (olds, news)
            )
            found += [PolicyChange(old.get(key), new.get(key)) for key in sorted({*old, *new})]
    managed = before.managed_policies, after.managed_policies
    if managed[0] is not managed[1]:
        for arn in sorted({*managed[0], *managed[1]}):
            pair = (things[arn].policy if arn in things else None for things in managed)
            found.append(PolicyChange(*pair))
    return [change for change in found if _text(change.old) != _text(change.new)]


def _text(policy: Policy | None) -> str | None:
    return policy.source if policy else None
