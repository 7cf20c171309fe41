"""How an exercise and the report on an answer look, as markup and in words."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from iamviz.calls.command_line import command_line
from iamviz.exercises.policies import policies_html
from iamviz.pictures.css import components_in
from iamviz.pictures.evidence import gates_html, statement_quote
from iamviz.pictures.frame import rail_length
from iamviz.pictures.marks import Mark, clean, esc, inline, mark
from iamviz.pictures.picture import Picture
from iamviz.pictures.quote import answer, quote
from iamviz.pictures.story_frames import stepper_picture
from iamviz.pictures.story_map import outcome_mark
from iamviz.story.captions import outcome_words

if TYPE_CHECKING:
    from iamviz.calls.model import Result
    from iamviz.engine.decision import Decision
    from iamviz.exercises.model import CaseResult, Exercise, Refused, Report


def _mark(outcome: str) -> Mark:
    return "expired" if outcome in ("ExpiredTokenException", "expired") else outcome_mark(outcome)


# ── the task ──


def exercise_html(exercise: Exercise) -> str:
    """Title, task, what is tried, hints one inside the other, and the model solution, folded away."""
    paragraphs = "".join(f"<p>{inline(part)}</p>" for part in _paragraphs(exercise.task))
    world = _folded("The policies of this world", policies_html(exercise.world)) if exercise.kind == "calls" else ""
    solution = "" if solutions_hidden() else _folded("A solution", _solution_html(exercise))
    return (
        f'<div class="iv-exercise"><p class="b big">{esc(exercise.title)}</p>{paragraphs}{_tried_html(exercise)}'
        f"{world}{_hints_html(exercise.hints)}{solution}</div>"
    )


def _folded(summary: str, html: str) -> str:
    return f"<details><summary>{esc(summary)}</summary>{html}</details>"


def solutions_hidden() -> bool:
    """Whether model solutions are left out, as in the copies that `iamviz student` makes."""
    return os.environ.get("IAMVIZ_SOLUTIONS") == "hidden"


def exercise_picture(exercise: Exercise) -> Picture:
    """The card of an exercise; a puzzle's holds the stepper of its solution."""
    html = exercise_html(exercise)
    steps = rail_length(len(exercise.story.steps)) if exercise.story and not solutions_hidden() else 0
    return Picture(html, exercise_text(exercise), components_in(html) | {"exercise", "quote"}, steps)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def _tried_html(exercise: Exercise) -> str:
    choose = exercise.kind == "choose"
    heads = ("What is tried",) if choose else ("What is tried", "must be")
    head = "".join(f'<th class="t1" scope="col">{esc(text)}</th>' for text in heads)
    rows = "".join(
        f'<tr><th scope="row">{inline(case.name)}</th>'
        + ("" if choose else f"<td>{verdict_html(case.want or 'allowed')}</td>")
        + "</tr>"
        for case in exercise.cases
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def verdict_html(outcome: str) -> str:
    """The mark and the words of an outcome."""
    return f'<span class="x iv-v">{mark(_mark(outcome), 15)}<span>{esc(outcome_words(outcome))}</span></span>'


def _hints_html(hints: tuple[str, ...]) -> str:
    """Each hint holds the next, so that one cannot be read by accident."""
    html = ""
    for number in range(len(hints), 0, -1):
        summary = f"Hint {number} of {len(hints)}"
        html = f"<details><summary>{summary}</summary><p>{inline(hints[number - 1])}</p>{html}</details>"
    return html


def _solution_html(exercise: Exercise) -> str:
    if exercise.kind == "policy":
        return quote("", str(exercise.solution).strip("\n").split("\n"), label="model solution")
    if exercise.kind == "choose":
        return f"<ul>{''.join(f'<li>{inline(name)}</li>' for name in exercise.solution)}</ul>"
    assert exercise.story is not None, "a puzzle's solution is a story"
    lines = "".join(
        f"<li><code>{esc(command_line(step.before, step.call))}</code></li>"
        for step in exercise.story.steps
        if step.call is not None
    )
    played = stepper_picture(exercise.story, solution_name(exercise)).html
    return f"{played}<p>The moves, as AWS CLI lines:</p><ol>{lines}</ol>"


def solution_name(exercise: Exercise) -> str:
    """The name of the stepper in a puzzle's solution: it is the name of its radios, and the start of its deep links."""
    return f"solution-{re.sub('[^A-Za-z0-9]+', '-', exercise.name)[:40]}"


def exercise_text(exercise: Exercise) -> str:
    """The same in words, without hints and solution."""
    lines = [clean(exercise.title), *(clean(part) for part in _paragraphs(exercise.task)), ""]
    for case in exercise.cases:
        want = "" if exercise.kind == "choose" else f": {outcome_words(case.want or 'allowed')}"
        lines.append(f"  {clean(case.name)}{want}")
    lines += ["", f"{len(exercise.hints)} hints: exercise.hint(1) …"]
    return "\n".join(lines)


# ── the report ──


def report_html(report: Report) -> str:
    """What was wanted and what came out, case by case; then the gate row of the first that fails."""
    if report.refused is not None:
        body = evidence_html(report.refused.result) + _findings_html(report.refused)
    else:
        choose = report.exercise.kind == "choose"
        heads = ("What was tried", *_heads(choose), "so")
        head = "".join(f'<th class="t1" scope="col">{esc(text)}</th>' for text in heads)
        rows = "".join(_case_html(case, choose) for case in report.cases)
        table = f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        body = table + _failing_html(report)
    return f'<div class="iv-exercise"><p class="b big">{esc(_headline(report))}</p>{body}</div>'


def _case_html(case: CaseResult, choose: bool) -> str:
    so = _so(choose) if case.ok else "not yet"
    wanted, came = _heads(choose)
    because = f'<p class="t2">{inline(case.case.because)}</p>' if case.case.because else ""
    row_class = "" if case.ok else ' class="bad c-none"'
    return (
        f'<tr{row_class}><th scope="row">{inline(case.case.name)}{because}</th>'
        f'<td data-c="{wanted}">{verdict_html(case.want)}</td><td data-c="{came}">{verdict_html(case.got)}</td>'
        f'<td class="so" data-c="so">{f"<b>{so}</b>" if not case.ok else so}</td></tr>'
    )


def _heads(choose: bool) -> tuple[str, str]:
    """What the two verdicts of a case are called."""
    return ("your answer", "AWS") if choose else ("wanted", "came out")


def _so(choose: bool) -> str:
    """What a case is called that is as it should be; in a choice it is the answer that is right, not the case."""
    return "right" if choose else "as wanted"


def _failing_html(report: Report) -> str:
    failing = report.first_failing
    if failing is None:
        return ""
    advice = f"<p>{inline(report.advice)}</p>" if report.advice else ""
    shown = evidence_html(failing.result, failing.decision) + advice
    return f'<p class="b big">{esc(failing.case.name)}</p>{shown}' if shown else ""


def evidence_html(result: Result, settled: Decision | None = None) -> str:
    """The gate row where policies decided (of ``settled``, else of the decision that settled it), else AWS's answer."""
    decision = settled or result.decision
    if decision is not None and (result.error is None or not decision.allowed):
        explanation = decision.explain()
        told = (explanation.deciding or explanation.near_misses)[:1]
        return gates_html(decision, result.world) + "".join(statement_quote(trace) for trace in told)
    if result.error is None:
        return ""
    return answer(f"{result.error.code}: {result.error.message}", _mark(result.error.code))


def _findings_html(refused: Refused) -> str:
    rows = "".join(f"<li>{esc(finding)}</li>" for finding in refused.findings)
    return f"<ul>{rows}</ul>" if rows else ""


def _headline(report: Report) -> str:
    if report.refused is not None:
        return f"{report.refused.what}: {report.refused.error.code}"
    good, count = sum(case.ok for case in report.cases), len(report.cases)
    if report.exercise.kind == "choose":
        return f"All {count} answers are right" if good == count else f"{good} of {count} answers are right"
    if good == count:
        return f"All {count} cases come out as wanted" if count > 1 else "It comes out as wanted"
    return f"{good} of {count} cases come out as wanted"


def report_text(report: Report) -> str:
    """The same in words."""
    lines = [_headline(report)]
    if report.refused is not None:
        said = (report.refused.error.message, *map(str, report.refused.findings))
        return "\n".join([*lines, *(f"  {clean(text)}" for text in said)])
    for case in report.cases:
        got = outcome_words(case.got)
        choose = report.exercise.kind == "choose"
        came = got if case.ok else f"{got} ({'your answer' if choose else 'wanted'}: {outcome_words(case.want)})"
        lines.append(f"  {_so(choose) if case.ok else 'NOT YET':9}  {clean(case.case.name)}: {clean(came)}")
        lines += [f"             {clean(case.case.because)}"] * bool(case.case.because)
    failing = report.first_failing
    if failing is not None and failing.decision is not None:
        lines += ["", str(failing.decision.explain())]
    if report.advice:
        lines += ["", clean(report.advice)]
    return "\n".join(lines)
