"""A finding in an account: what it is, what it means, and calls that show it, played by the engine."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from iamviz.accounts.answers import Reply, Said
from iamviz.accounts.finding_rules import RULES, FindingRule
from iamviz.calls.model import Call
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["AccountFinding", "Findings", "Move", "Risk", "played", "safe_name", "session_name"]


LONGEST_SESSION_NAME = 64


class Risk(StrEnum):
    """How much a finding matters: someone may take over the account, or part of it, or it is worth a look."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Move:
    """One call that shows a finding, with the words of its step."""

    call: Call
    title: str
    caption: str


def played(stage: World, title: str, moves: Iterable[Move]) -> Story:
    """The story of some calls, one a minute."""
    story = Story(stage, title)
    for number, move in enumerate(moves, 1):
        call = replace(move.call, at=stage.now + timedelta(minutes=number))
        story.perform(call, move.title, move.caption)
    return story


@dataclass(frozen=True)
class AccountFinding:
    """One thing found.

    ``who`` is the ARN that it is about; ``sentence`` says what is the case. ``depends`` names what must still hold and
    is not known: empty when it is certain. ``said`` are the statements that it rests on. ``rule`` says what it means,
    what to do, and when it is fine. ``target`` is whose permissions are gained, "" where none are.
    """

    code: str
    risk: Risk
    who: str
    sentence: str
    depends: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    target: str = ""
    stage: World | None = field(default=None, repr=False, compare=False)
    moves: tuple[Move, ...] = field(default=(), repr=False)

    @property
    def rule(self) -> FindingRule:
        """What findings of this code mean, what to do, when they are fine."""
        return RULES[self.code]

    @property
    def verdict(self) -> str:
        """``certain``, or ``depends on …``."""
        return f"depends on {', '.join(self.depends)}" if self.depends else "certain"

    def story(self) -> Story | None:
        """The calls that show it, performed now by the engine in the account's own world; None when none shows it.

        Where the finding depends on something, the story supposes that it holds.
        """
        if self.stage is None or not self.moves:
            return None
        return played(self.stage, self.rule.title, self.moves)


@dataclass(frozen=True)
class Findings(Reply):
    """What was found, the weightiest first; ``found`` holds it."""

    found: tuple[AccountFinding, ...]
    world: World

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each finding."""
        return [
            {
                "risk": one.risk.value,
                "code": one.code,
                "who": self.world.name_of(one.who),
                "finding": one.sentence,
                "verdict": one.verdict,
                "what to do": one.rule.fix,
                "statement": [str(said) for said in one.said],
                "arn": one.who,
            }
            for one in self.found
        ]

    def of(self, code: str) -> tuple[AccountFinding, ...]:
        """The findings of one code."""
        return tuple(one for one in self.found if one.code == code)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each risk."""
        return {risk.value: sum(one.risk is risk for one in self.found) for risk in Risk}


def session_name(world: World, arn: str) -> str:
    """The name that a session has in a story: that of who becomes the role, as far as STS takes it for one."""
    name = re.sub(r"[^\w+=,.@-]", "-", world.name_of(arn), flags=re.ASCII)[:LONGEST_SESSION_NAME]
    return name if len(name) > 1 else f"{name or 'a'}-session"


def safe_name(world: World, arn: str) -> str:
    """A user or role inside a caption, in its colour; plain words for a name that a caption cannot hold."""
    name = world.name_of(arn)
    if any(mark in name for mark in "{}|"):
        return "it"
    return f"{{{name}}}"
