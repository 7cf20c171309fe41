"""An exam: a world drawn by a seed, ten requests in it, and the engine as the examiner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from random import Random

from iamviz.arn import Arn
from iamviz.calls.model import Call, Result
from iamviz.calls.perform import perform
from iamviz.exercises.exam_show import exam_report_html, exam_report_text, exam_text
from iamviz.exercises.exam_world import OBJECT, OLD, ExamWorld, draw_world
from iamviz.exercises.model import ExerciseError
from iamviz.pictures.css import components_in
from iamviz.pictures.picture import Picture
from iamviz.pictures.predict import predict_picture, right_kinds
from iamviz.policy.model import PolicyKind
from iamviz.story.story import Bet, Step, Story
from iamviz.world.world import World

__all__ = ["ANSWERS", "Exam", "ExamReport", "exam"]

ANSWERS = ("allowed", "implicitDeny", "explicitDeny", "expired")
"""What may be answered, and what may come out."""
ALLOWED = 5
"""How many of the ten questions are allowed."""
TRIES = 2000
"""Draws until a world gives questions of every sort; five on average, and never more than 43 for the seeds 0 to 399."""


@dataclass(frozen=True)
class Exam:
    """Ten requests to a drawn world. ``story`` plays them with their verdicts: the explanation of the exam."""

    seed: int
    world: World
    story: Story

    @property
    def people(self) -> tuple[str, ...]:
        """The labels of the people."""
        return tuple(sorted(self.world.labels))

    @property
    def roles(self) -> tuple[str, ...]:
        """The ARNs of the roles."""
        return tuple(sorted(self.world.roles))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """How the ten come out, in `ANSWERS`' words: the solution."""
        return tuple(verdict_of(step) for step in self.story.steps)

    def question(self, number: int) -> Picture:
        """The card of a question, from 1: who asks for what, the policies that have a say, and two bets."""
        return predict_picture(f"exam-{self.seed}-{number}", self._step(number))

    def check(self, answers: Mapping[int, str]) -> "ExamReport":
        """Grade answers: the number of a question and `allowed`, `implicitDeny`, `explicitDeny` or `expired`.

        A question that is left out counts as not answered. Raises ExerciseError for a number or a word that does not
        exist.
        """
        if not isinstance(answers, Mapping):  # a learner's answer may be anything
            raise ExerciseError("the answers are a dict from the number of a question to a verdict: {1: 'allowed', …}")
        for number, answer in answers.items():
            self._step(number)
            if answer not in ANSWERS:
                raise ExerciseError(f"question {number}: {answer!r} is no verdict; there are {', '.join(ANSWERS)}")
        return ExamReport(self, tuple(answers.get(step.number, "") for step in self.story.steps))

    def _step(self, number: int) -> Step:
        if type(number) is not int or not 1 <= number <= len(self.story.steps):
            raise ExerciseError(f"there is no question {number!r}; they are numbered 1 to {len(self.story.steps)}")
        return self.story.steps[number - 1]

    def __str__(self) -> str:
        return exam_text(self)

    __repr__ = __str__


@dataclass(frozen=True)
class ExamReport:
    """How an exam went: for each question what was answered ("" for nothing) and what came out, with the reason."""

    exam: Exam
    answers: tuple[str, ...]

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(answer == outcome for answer, outcome in zip(self.answers, self.exam.outcomes, strict=True))

    @property
    def passed(self) -> bool:
        """Whether all of them are."""
        return self.right == len(self.answers)

    @property
    def picture(self) -> Picture:
        """A table of the ten, and the evidence of each folded away."""
        html = exam_report_html(self)
        return Picture(html, exam_report_text(self), components_in(html) | {"exercise", "tabular"})

    def __str__(self) -> str:
        return exam_report_text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture._repr_mimebundle_()


def verdict_of(step: Step) -> str:
    """The outcome of a step in `ANSWERS`' words."""
    return "expired" if step.outcome.startswith("ExpiredToken") else step.outcome


# ── drawing ──


@dataclass(frozen=True)
class _Candidate:
    """A request that could be asked: how it comes out, and what it teaches."""

    call: Call
    outcome: str
    sort: str


@lru_cache(maxsize=8)
def exam(seed: int = 1) -> Exam:
    """The exam of a seed: always the same for the same seed, on every machine.

    Five of the ten requests are allowed, one of them an AssumeRole across accounts. Among the others are an explicit
    deny, a boundary that does not let through, an AssumeRole across accounts that one side refuses, and credentials
    that have expired.
    """
    rng = Random(f"iamviz exam {seed}")
    for _ in range(TRIES):
        drawn = draw_world(rng)
        if not drawn.sessions or not drawn.sessions[0].startswith("early"):
            continue  # nothing that could have expired
        world = drawn.world.at(drawn.world.now.replace(hour=10, minute=0))
        chosen = _chosen(rng, _candidates(drawn, world))
        if chosen:
            return Exam(seed, world, _told(seed, world, chosen))
    raise ExerciseError(f"no exam could be drawn for the seed {seed!r}; take another")  # pragma: no cover


def _candidates(drawn: ExamWorld, world: World) -> list[_Candidate]:
    calls = [
        Call(person, "sts:AssumeRole", {"RoleArn": role, "RoleSessionName": person.lower()})
        for person in drawn.people
        for role in drawn.roles
    ]
    calls += [
        Call(who, operation, {"Bucket": bucket, "Key": OLD if operation == "s3:DeleteObject" else OBJECT})
        for who in (*drawn.people, *drawn.sessions)
        for bucket in drawn.buckets
        for operation in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    ]
    tried = ((call, perform(world, call)) for call in calls)
    return [_Candidate(call, result.outcome, _sort(call, result)) for call, result in tried]


def _sort(call: Call, result: Result) -> str:
    """What a request teaches: the quota of an exam is counted by it."""
    decision = result.decision
    if result.outcome == "ExpiredToken":
        return "expired"
    if decision is None or result.outcome not in ANSWERS:
        return "other"
    request = decision.request
    across = request.resource_account != request.caller.account
    assumes = call.operation == "sts:AssumeRole"
    if result.ok:
        return "become abroad" if across and assumes else "allowed"
    if result.outcome == "explicitDeny":
        return "explicit"
    if PolicyKind.BOUNDARY in right_kinds(decision):
        return "boundary"
    return "refused abroad" if across and assumes else "silent"


def _chosen(rng: Random, candidates: list[_Candidate]) -> list[Call]:
    """Ten calls with a good mix in random order, or none where these candidates do not give one."""
    left = [candidate for candidate in candidates if candidate.sort != "other"]
    rng.shuffle(left)
    chosen: list[_Candidate] = []

    def take(count: int, fits: Iterable[str]) -> bool:
        """Take so many of these sorts: those first whose caller has been asked about least."""
        for _ in range(count):
            open_ = [candidate for candidate in left if candidate.sort in fits]
            if not open_:
                return False
            actors = [candidate.call.actor for candidate in chosen]
            best = min(open_, key=lambda candidate: actors.count(candidate.call.actor))
            left.remove(best)
            chosen.append(best)
        return True

    wanted = [(1, ["become abroad"]), *((1, [sort]) for sort in ("explicit", "boundary", "refused abroad", "expired"))]
    wanted += [(ALLOWED - 1, ["become abroad", "allowed"]), (1, ["explicit", "boundary", "refused abroad", "silent"])]
    if not all(take(count, sorts) for count, sorts in wanted):
        return []
    if len({candidate.call.actor for candidate in chosen}) < 4:
        return []
    calls = [candidate.call for candidate in chosen]
    rng.shuffle(calls)
    return calls


def _told(seed: int, world: World, calls: list[Call]) -> Story:
    """The ten as a story, two minutes apart. Each is asked in the same world: none changes what another one finds."""
    story = Story(world, f"Exam {seed}")
    for number, call in enumerate(calls, 1):
        at = world.now + timedelta(minutes=2 * (number - 1))
        timed = Call(call.actor, call.operation, call.params, at)
        outcome = perform(story.world, timed).outcome
        verdict = {"allowed": "{allowed}", "ExpiredToken": "the credentials have {expired}"}.get(outcome, "{denied}")
        asked = _asked(world, call)
        question = f"Question {number}: allowed or denied?"
        story.perform(timed, f"Question {number}", f"{asked}: {verdict}.", Bet(question))
    return story


def _asked(world: World, call: Call) -> str:
    """The request in words, with the places of a caption; of a session, from when to when it runs."""
    if call.actor in world.labels:
        who = f"{{{call.actor}}}"
    else:
        session = world.sessions[world.profiles[call.actor]]
        who = f"The {{session|session {call.actor}}} ({session.issued:%H:%M} to {session.expires:%H:%M})"
    if call.operation == "sts:AssumeRole":
        role = Arn.parse(call.params["RoleArn"])
        return f"{who} asks for {{{role.name}}} in {world.account(role.account).name}"
    verb = {"GetObject": "reads", "PutObject": "writes", "DeleteObject": "deletes"}[call.name]
    return f"{who} {verb} {call.params['Key']} in {{{call.params['Bucket']}}}"
