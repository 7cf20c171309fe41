"""The still pictures on one page in Chromium: axe-core objects to nothing, nothing is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

import iamviz as iv
from iamviz.pictures.picture import Picture
from tests.browser.conftest import PageFor, violations

LOOKS = [("light", 1100), ("dark", 760), ("light", 390), ("dark", 390)]


def pictures() -> list[Picture]:
    story = iv.play("staging_bucket")
    reads, deletes, tries = (story.steps[n].decision for n in (4, 5, 6))
    assumes = story.steps[2].decision
    tokens = [step.decision for step in iv.play("github_ci").steps if step.decision and not step.decision.allowed]
    assert reads
    assert deletes
    assert tries
    assert assumes
    staged = story.steps[5].before
    role = "arn:aws:iam::222233334444:role/StagingEngineer"
    return [
        iv.story_map(story, 6),
        iv.map(iv.load("fifty_engineers")),
        iv.lock(assumes, story.steps[2].before),
        iv.locks({"She assumes it": assumes}),
        *(iv.gates(decision, staged) for decision in (reads, deletes, tries)),
        *(iv.statements(decision) for decision in (deletes, tries)),
        iv.lifelines(story),
        *(iv.conditions(decision) for decision in tokens),
        iv.credential_cards(staged, "Ana", "staging"),
        iv.arn_anatomy(role),
        iv.hub(iv.load("hundred_fifty_users"), iv.load("fifty_engineers")),
        iv.organization(iv.load("fence")),
        iv.action_table(
            {"Ana": (staged, "Ana"), "StagingEngineer, role": (staged, role)},
            ["s3:GetObject", "s3:DeleteObject"],
            "arn:aws:s3:::staging-assets/logo.png",
            "Who may do what",
            unknown=["aws:MultiFactorAuthPresent"],
        ),
    ]


@pytest.fixture(scope="module")
def page_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    body = "".join(f"<section>{picture.page}</section>" for picture in pictures())
    look = ":root{color-scheme:light dark}body{margin:12px;background:light-dark(#fff,#111417)}"
    head = f'<meta charset="utf-8"><title>Pictures</title><style>{look}</style>'
    path = tmp_path_factory.mktemp("pictures") / "all.html"
    path.write_text(f'<!doctype html><html lang="en">{head}<main><h1>Pictures</h1>{body}</main></html>', "utf-8")
    return path


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_violation_and_no_word_beyond_the_page(
    page_for: PageFor, page_of_all: Path, scheme: str, width: int
) -> None:
    page = page_for(color_scheme=scheme, width=width).page
    page.goto(page_of_all.as_uri())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_difference_is_underlined_wherever_it_stands(page_for: PageFor, page_of_all: Path) -> None:
    page = page_for().page
    page.goto(page_of_all.as_uri())
    lines = page.evaluate(
        "() => [...document.querySelectorAll('.iv-cond ins, .iv-cond del')].map(e => {"
        " const s = getComputedStyle(e); return [e.tagName, s.borderBottomWidth, s.borderBottomStyle] })"
    )
    assert ["INS", "2px", "solid"] in lines
    assert {tuple(line) for line in lines} <= {("INS", "2px", "solid"), ("DEL", "2px", "dotted")}
