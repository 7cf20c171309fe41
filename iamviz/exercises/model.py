"""An exercise, and how an answer to it is graded: by performing every case, never by comparing texts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from iamviz.calls.hints import hints
from iamviz.calls.model import AwsError, Call, CallError, Result
from iamviz.calls.perform import perform
from iamviz.engine.decision import Decision
from iamviz.exercises.show import exercise_picture, report_html, report_text
from iamviz.pictures.picture import Picture
from iamviz.policy.check import check_policy
from iamviz.policy.findings import Finding, Severity
from iamviz.policy.model import PolicyKind
from iamviz.story.story import Story
from iamviz.world.world import World

__all__ = ["Case", "CaseResult", "Exercise", "ExerciseError", "Kind", "Report", "Wrong"]

Kind = Literal["policy", "choose", "calls"]
"""What an answer is: a policy document; the names of the cases that pass; the calls that lead to the goal."""
MOVE = timedelta(minutes=1)
_POLICY_KINDS = {
    "UpdateAssumeRolePolicy": PolicyKind.TRUST,
    "CreateRole": PolicyKind.TRUST,
    "PutBucketPolicy": PolicyKind.RESOURCE,
    "AssumeRole": PolicyKind.SESSION,
}


class ExerciseError(ValueError):
    """An answer that is none: of the wrong type, with names that do not exist, by somebody else."""


@dataclass(frozen=True)
class Case:
    """One thing that is tried in the world after the answer: calls in order, the last one is judged.

    ``want`` is ``allowed``, ``denied`` (any refusal), ``implicitDeny``, ``explicitDeny`` or an error code; None where
    the answer says what is expected (kind "choose"). ``because`` is the author's reason, told with the report.
    """

    name: str
    calls: tuple[Call, ...]
    want: str | None = None
    because: str = ""


@dataclass(frozen=True)
class CaseResult:
    """What came out of a case: ``got`` is ``allowed``, ``implicitDeny``, ``explicitDeny`` or an error code."""

    case: Case
    want: str
    got: str
    result: Result

    @property
    def ok(self) -> bool:
        """Whether it came out as wanted."""
        return self.got != "allowed" if self.want == "denied" else self.got == self.want

    @property
    def decision(self) -> Decision | None:
        """The decision that settled it, None when none was taken; where a role was passed, that on iam:PassRole."""
        passed = (d for d in self.result.decisions if d.request.action == "iam:PassRole" and d.allowed)
        return (next(passed, None) if self.result.error is None else None) or self.result.decision


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: the case that it fails (empty: it is refused before any case), and why."""

    answer: Any
    fails: str
    because: str


@dataclass(frozen=True)
class Exercise:
    """A task in a world, graded by the engine.

    ``begin`` is the text that the learner starts from; ``put`` the change that a policy is put in place with, its
    document left out, and ``document`` the name of the parameter that takes it; ``players`` the identities that may
    make the moves of a puzzle, ``moves`` how many there may be at most (0: any number).
    """

    name: str
    title: str
    task: str
    kind: Kind
    world: World
    cases: tuple[Case, ...]
    hints: tuple[str, ...] = ()
    begin: str = ""
    solution: Any = None
    wrong: tuple[Wrong, ...] = ()
    put: Call | None = None
    document: str = ""
    players: tuple[str, ...] = ()
    moves: int = 0
    story: Story | None = field(default=None, compare=False)
    """The model solution of a puzzle as a story that plays; None for other kinds."""

    def check(self, answer: Any) -> "Report":
        """Grade an answer: a policy (JSON text or a mapping), names of cases, or calls, as the kind asks.

        Raises ExerciseError for what is no answer. A policy that AWS would not save, and a move that AWS refuses, are
        answers: the report says what AWS says.
        """
        if self.kind == "choose":
            return self._chosen(answer)
        world, refused = self._put(answer) if self.kind == "policy" else self._moved(answer)
        if refused is not None:
            return Report(self, (), refused)
        return Report(self, tuple(_try(world, case, case.want or "allowed") for case in self.cases))

    def hint(self, number: int = 1) -> str:
        """A hint, from 1; they get clearer and clearer."""
        if number not in range(1, len(self.hints) + 1):
            raise ExerciseError(f"there is no hint {number!r}; this exercise has {len(self.hints)}")
        return self.hints[number - 1]

    def _chosen(self, answer: Any) -> "Report":
        if isinstance(answer, str | Mapping) or not isinstance(answer, Iterable):
            raise ExerciseError("the answer is a list of names, such as ['…', '…']")
        chosen = list(answer)
        names = [case.name for case in self.cases]
        for name in chosen:
            if name not in names:
                raise ExerciseError(f"there is no case {name!r}; choose among: {'; '.join(names)}")
        wants = ("allowed" if case.name in chosen else "denied" for case in self.cases)
        return Report(self, tuple(_try(self.world, case, want) for case, want in zip(self.cases, wants, strict=True)))

    def _put(self, answer: Any) -> tuple[World, "Refused | None"]:
        assert self.put is not None, "a policy exercise says where the policy goes"
        if not isinstance(answer, str | Mapping):
            raise ExerciseError(f"the answer is a policy, as JSON text or as a dict, not {type(answer).__name__}")
        text = answer if isinstance(answer, str) else json.dumps(answer, indent=2)
        result = perform(self.world, replace(self.put, params={**self.put.params, self.document: text}))
        if result.error is None:
            return result.world, None
        found = check_policy(text, kind=_POLICY_KINDS.get(self.put.name, PolicyKind.IDENTITY))
        errors = tuple(finding for finding in found if finding.severity is Severity.ERROR)
        return result.world, Refused("AWS does not take this policy", result, errors)

    def _moved(self, answer: Any) -> tuple[World, "Refused | None"]:
        if isinstance(answer, str | Mapping | Call) or not isinstance(answer, Sequence):
            raise ExerciseError("the answer is a list of calls: [iv.Call(who, 'service:Operation', {…}), …]")
        if self.moves and len(answer) > self.moves:
            raise ExerciseError(f"at most {self.moves} moves; these are {len(answer)}")
        world, mine = self.world, set(self.players)
        for number, move in enumerate(answer, 1):
            if not isinstance(move, Call):
                raise ExerciseError(f"move {number} is {type(move).__name__}, not an iv.Call")
            if move.actor.removeprefix("session:") not in mine:
                raise ExerciseError(f"move {number} acts as {move.actor!r}; you are {' or '.join(sorted(mine))}")
            result = perform(world, move if move.at else replace(move, at=world.now + MOVE))
            if result.error:
                return world, Refused(f"Move {number}, {move.operation}, is refused", result)
            world = result.world
            if move.save:
                mine.add(move.save)
        return world, None

    @property
    def picture(self) -> Picture:
        """The task with its hints and its solution folded away."""
        return exercise_picture(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture._repr_mimebundle_()


@dataclass(frozen=True)
class Refused:
    """An answer that AWS itself refuses: what was refused, what came back, and where the error is in a policy."""

    what: str
    result: Result
    findings: tuple[Finding, ...] = ()

    @property
    def error(self) -> AwsError:
        """AWS's error."""
        assert self.result.error is not None
        return self.result.error

    @property
    def decision(self) -> Decision | None:
        """The decision that refused it, None where no policy was asked."""
        return self.result.decision


@dataclass(frozen=True)
class Report:
    """How an answer did: each case with what was wanted and what came out; ``refused`` when AWS did not take it."""

    exercise: Exercise
    cases: tuple[CaseResult, ...]
    refused: Refused | None = None

    @property
    def passed(self) -> bool:
        """Whether every case came out as wanted."""
        return self.refused is None and all(case.ok for case in self.cases)

    @property
    def first_failing(self) -> CaseResult | None:
        """The first case that did not come out as wanted."""
        return next((case for case in self.cases if not case.ok), None)

    @property
    def advice(self) -> str:
        """What keeps the first failing case from passing, in one sentence; empty when it should have been refused."""
        failing = self.first_failing
        if failing is None or failing.got == "allowed" or failing.want != "allowed":
            return ""
        profile = failing.case.calls[-1].actor.partition("session:")[2]
        if profile and profile not in failing.result.world.profiles:
            return f"No move has kept credentials as `{profile}`."
        return " ".join(hint.sentence for hint in hints(failing.result))

    @property
    def picture(self) -> Picture:
        """The cases as a table, and the gate row of the first that fails."""
        components = frozenset({"exercise", "quote", "answer", "gates", "tabular"})
        return Picture(report_html(self), report_text(self), components)

    def __str__(self) -> str:
        return report_text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture._repr_mimebundle_()


def _try(world: World, case: Case, want: str) -> CaseResult:
    result = Result(world)
    for call in case.calls:
        try:
            result = perform(result.world, call)
        except CallError as error:
            raise ExerciseError(f"case {case.name!r} cannot be tried: {error}") from None
        if result.error:
            break
    return CaseResult(case, want, "allowed" if result.ok else result.outcome, result)
