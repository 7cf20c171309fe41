"""The bet table: each cell has a right and a wrong answer, and which is which the engine says."""

from __future__ import annotations

import iamviz as iv
from iamviz.notebook import BetTable
from tests.unit.pictures.reading import Reading

LOGO = "arn:aws:s3:::staging-assets/logo.png"
PROD = "arn:aws:s3:::prod-assets/logo.png"
QUESTIONS = {
    "staging": {"read": ("s3:GetObject", LOGO), "delete": ("s3:DeleteObject", LOGO)},
    "production": {"read": ("s3:GetObject", PROD)},
}


def table_of(story: iv.Story) -> BetTable:
    now = story.steps[4].after
    return iv.bet_table({"Ana, herself": (now, "Ana"), "Ana, in her session": (now, "staging")}, QUESTIONS, "At 09:20")


def test_the_right_bet_of_each_cell_is_the_engine_s_answer(story: iv.Story) -> None:
    now = story.steps[4].after
    reading = Reading(table_of(story).picture.html)
    right = [e.attributes["id"].rpartition("-")[2] for e in reading.tagged("input") if "ok" in e.classes]
    expected = [
        "yes" if iv.ask(now, who, action, resource).allowed else "no"
        for questions in QUESTIONS.values()
        for action, resource in questions.values()
        for who in ("Ana", "staging")
    ]
    assert right == expected == ["no", "yes", "no", "no", "no", "no"]


def test_every_cell_is_a_group_of_two_that_says_what_is_asked(story: iv.Story) -> None:
    reading = Reading(table_of(story).picture.html)
    groups = reading.with_class("be")
    assert groups[1].attributes["aria-label"] == "Ana, in her session: read. Yes or no?"
    names = [e.attributes["name"] for e in reading.tagged("input")]
    assert len(names) == 12
    assert all(names.count(name) == 2 for name in names)


def test_the_text_tells_no_answer_and_the_answers_are_there_to_ask(story: iv.Story) -> None:
    made = table_of(story)
    assert made.picture.text == (
        "At 09:20\nstaging\n  read?\n  delete?\nproduction\n  read?\nfor each of: Ana, herself; Ana, in her session"
    )
    assert made.answers.data.loc[("staging", "read")].tolist() == ["no", "yes"]
    assert made.answers.data.loc[("production", "read")].tolist() == ["barred", "barred"]
