"""Captions: one sentence in which ``{…}`` names things and verdicts, and so gives them their colour.

``{Ana}`` is a label, user, role or resource of the world, ``{session}`` the caller's session, ``{logo.png}`` the key of
the object at hand; ``{Ana|her}`` says "her" in Ana's colour. ``{allowed}``, ``{denied}``, ``{expires}`` and
``{refused}`` are verdicts: they must be what the engine answered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iamviz.arn import split_fields
from iamviz.calls.model import Call
from iamviz.engine.decision import Outcome
from iamviz.engine.explain_text import verdict_words
from iamviz.world.world import World

__all__ = ["VERDICTS", "CaptionError", "CaptionPart", "caption_parts", "outcome_words"]

_PLACE = re.compile(r"\{([^{}]*)\}")
VERDICTS = {
    "allowed": ("allowed",),
    "denied": ("implicitDeny", "explicitDeny"),
    "expires": ("ExpiredToken",),
    "expired": ("ExpiredToken",),
}
"""The verdict words and the outcomes that they stand for; ``refused`` stands for any other error code."""

_WORDS = {outcome.value: verdict_words(outcome) for outcome in Outcome}
_HUES = {"allowed": "allow", "explicitDeny": "deny"}


class CaptionError(ValueError):
    """A caption that names something unknown, or a verdict that the engine did not give."""


@dataclass(frozen=True, slots=True)
class CaptionPart:
    """A stretch of a caption.

    ``kind`` is "" for plain text, else user, role, session, res, allow, deny or none; ``verdict`` marks the verdict.
    """

    text: str
    kind: str = ""
    verdict: bool = False


def outcome_words(outcome: str) -> str:
    """An outcome in iamviz's words: ``denied: nothing says yes``; an error code stays as it is."""
    return _WORDS.get(outcome, outcome)


def caption_parts(caption: str, world: World, call: Call | None, outcome: str) -> tuple[CaptionPart, ...]:
    """Cut a caption into parts; CaptionError for an unknown name or a verdict that is not the outcome."""
    return tuple(_parts(caption, world, call, outcome))


def _parts(caption: str, world: World, call: Call | None, outcome: str) -> Iterator[CaptionPart]:
    position = 0
    for match in _PLACE.finditer(caption):
        if match.start() > position:
            yield CaptionPart(caption[position : match.start()])
        yield _part(match[1], world, call, outcome)
        position = match.end()
    if position < len(caption):
        yield CaptionPart(caption[position:])


def _part(inside: str, world: World, call: Call | None, outcome: str) -> CaptionPart:
    name, bar, shown = inside.partition("|")
    if name in VERDICTS or name == "refused":
        return _verdict(name, shown, outcome)
    kind = _kind_of(name, world, call)
    if kind is None:
        raise CaptionError(f"the caption names {{{name}}}, which is no label, user, role, resource or session here")
    return CaptionPart(shown if bar else name, kind)


def _verdict(name: str, shown: str, outcome: str) -> CaptionPart:
    known = {code for codes in VERDICTS.values() for code in codes} | {"none"}
    fits = outcome not in known if name == "refused" else outcome in VERDICTS[name]
    if not fits:
        raise CaptionError(f"the caption says {{{name}}}, but the engine says {outcome_words(outcome)}")
    text = outcome_words(outcome) if name == "denied" else name
    return CaptionPart(shown or text, _HUES.get(outcome, "none"), verdict=True)


def _kind_of(name: str, world: World, call: Call | None) -> str | None:
    if name == "session":
        return "session"
    label = world.labels.get(name)
    if label is not None:
        return kind_of_arn(label)
    if name in world.workloads:
        return "res" if world.workloads[name].service else "user"
    if name in world.profiles:
        return "session"
    for things, kind in (
        (world.roles, "role"),
        (world.instance_profiles, "role"),
        (world.users, "user"),
        (world.groups, "user"),
        (world.resources, "res"),
    ):
        if any(arn.rpartition(":")[2].rpartition("/")[2] == name for arn in things):
            return kind
    if any(thing.name == name for things in (world.accounts, world.units) for thing in things.values()):
        return "res"
    if call is not None and name in (call.params.get("Key"), call.params.get("Bucket")):
        return "res"
    return None


def kind_of_arn(arn: str) -> str:
    """The hue of an ARN: user, role, session or res."""
    fields = split_fields(arn)
    kind = fields[5].partition("/")[0] if len(fields) == 6 and fields[2] in ("iam", "sts") else ""
    return {"user": "user", "group": "user", "root": "user", "role": "role", "assumed-role": "session"}.get(kind, "res")
