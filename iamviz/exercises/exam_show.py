"""How an exam and the report on it look, as markup and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamviz.exercises.show import evidence_html, verdict_html
from iamviz.pictures.marks import clean, esc
from iamviz.pictures.predict import answer_words
from iamviz.story.captions import outcome_words

if TYPE_CHECKING:
    from iamviz.exercises.exams import Exam, ExamReport
    from iamviz.story.story import Step

_HEADS = ("Question", "your answer", "AWS's answer", "so")


def exam_text(exam: Exam) -> str:
    """The questions in words, without their answers."""
    lines = [f"{clean(exam.story.title)}: {len(exam.story.steps)} requests"]
    return "\n".join([*lines, *(f"{step.number:>4}  {clean(_request(step))}" for step in exam.story.steps)])


def _request(step: Step) -> str:
    """The caption up to its verdict."""
    shown = []
    for part in step.caption_parts:
        if part.verdict:
            break
        shown.append(part.text)
    return "".join(shown).rpartition(": ")[0]


def _so(answer: str, outcome: str) -> str:
    return "right" if answer == outcome else "not this time" if answer else "not answered"


def exam_report_html(report: ExamReport) -> str:
    """A row for each question; below, the reason and the evidence of each, folded away."""
    head = "".join(f'<th class="t1" scope="col">{esc(text)}</th>' for text in _HEADS)
    triples = list(zip(report.exam.story.steps, report.answers, report.exam.outcomes, strict=True))
    rows = "".join(_row(step, answer, outcome) for step, answer, outcome in triples)
    why = "".join(_why(step) for step, _, _ in triples)
    table = f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="iv-exercise"><p class="b big">{esc(_headline(report))}</p>{table}{why}</div>'


def _row(step: Step, answer: str, outcome: str) -> str:
    good = answer == outcome
    row_class = "" if good else ' class="bad c-none"'
    said = verdict_html(answer) if answer else "–"
    so = _so(answer, outcome)
    return (
        f'<tr{row_class}><th scope="row">{step.number}. {esc(_request(step))}</th><td data-c="your answer">{said}</td>'
        f'<td data-c="AWS\'s answer">{verdict_html(outcome)}</td>'
        f'<td data-c="so">{so if good else f"<b>{so}</b>"}</td></tr>'
    )


def _why(step: Step) -> str:
    assert step.result is not None
    words = answer_words(step)
    told = evidence_html(step.result)
    return f"<details><summary>Why {step.number}?</summary><p>{esc(words)}</p>{told}</details>"


def _headline(report: ExamReport) -> str:
    return f"{report.right} of {len(report.answers)} answers are right"


def exam_report_text(report: ExamReport) -> str:
    """The same in words: the reason of each that was not right."""
    lines = [_headline(report)]
    for step, answer, outcome in zip(report.exam.story.steps, report.answers, report.exam.outcomes, strict=True):
        so = _so(answer, outcome)
        lines.append(f"  {so:<14} {step.number:>2}  {clean(_request(step))}: {outcome_words(outcome)}")
        if answer != outcome:
            lines.append(f"  {'':<14}     {clean(answer_words(step))}")
    return "\n".join(lines)
