"""The map of one request, and the numbers of a story's map."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import iamviz as iv
from iamviz.pictures.evidence import caller_name
from iamviz.pictures.map_layout import layout
from iamviz.pictures.request_map import request_map
from iamviz.pictures.story_map import story_map
from iamviz.story.story import Step

STORIES = sorted(path.stem for path in (Path(__file__).parents[3] / "data").glob("*.yaml"))


@pytest.mark.parametrize("name", STORIES)
def test_a_number_stands_once_on_a_map(name: str) -> None:
    edges = story_map(iv.play(name)).edges
    counts = Counter(edge.step for edge in edges if edge.step is not None and not edge.is_question)
    assert [number for number, count in counts.items() if count > 1] == []


def test_the_credentials_of_a_workload_are_delivered_without_a_number_of_their_own() -> None:
    edges = [edge for edge in story_map(iv.play("capital_one")).edges if edge.first_step == 1]
    assert [(edge.verb, edge.step) for edge in edges] == [("runs as", None), ("delivered 09:00", None), ("reads", 1)]


def named(step: Step) -> str:
    assert step.decision is not None
    return caller_name(step.decision.request, step.after)


def test_who_signed_in_elsewhere_is_called_by_the_subject_else_by_the_session_name() -> None:
    assert named(iv.play("github_ci").steps[1]) == "repo:stranger/x:ref:refs/heads/main"
    assert named(iv.play("five_thousand").steps[0]) == "ana"
    bare = iv.Caller(kind="federated", federated="arn:aws:iam::111122223333:saml-provider/Directory")
    assert caller_name(iv.Request(bare, "sts:AssumeRoleWithSAML")) == "Directory"


def test_who_signed_in_elsewhere_stands_in_no_account() -> None:
    decision = iv.play("github_ci").steps[1].decision
    assert decision is not None
    caller, role = request_map(decision).nodes
    assert (caller.kind, caller.account, role.account) == ("idp", None, "444455556666")


def test_a_line_down_to_what_stands_right_below_does_not_step_aside() -> None:
    tall = story_map(iv.play("capital_one")).turned()
    drawn = layout(tall)
    edge = next(index for index, edge in enumerate(tall.edges) if edge.verb == "runs as")
    (ax, _), (bx, _) = drawn.nodes[tall.edges[edge].source], drawn.nodes[tall.edges[edge].target]
    xs = [x for x, _ in drawn.routes[edge].points]
    assert min(ax, bx) - 1 <= min(xs) <= max(xs) <= max(ax, bx) + 1
