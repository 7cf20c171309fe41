"""Every decision vector: the outcome, AWS's sentence, and an explanation that says the same."""

import pytest

from iamviz import Outcome
from iamviz.engine.explain import TITLES
from tests.conformance.decisions import decide
from tests.conformance.vectors import Vector, read_vectors, vector_id

VECTORS = [*read_vectors("decisions"), *read_vectors("corner_decisions")]
"""The given samples, and corners of the rules that they leave out, answered from the text of docs/rules alone."""


@pytest.mark.parametrize("vector", VECTORS, ids=vector_id)
def test_decision(vector: Vector) -> None:
    decision = decide(vector["policies"], vector["request"])
    assert decision.outcome == vector["expected"], vector["why"]
    if "message" in vector:
        assert decision.message == vector["message"]
    check_explanation(decision)


def check_explanation(decision) -> None:
    """The rows let the line through exactly when the request is allowed, and close where AWS's message says."""
    explanation = decision.explain()
    assert explanation.outcome is decision.outcome
    assert str(explanation)
    if decision.reason.special is not None:
        assert explanation.rows == ()
        return
    assert all(row.passed for row in explanation.rows) is decision.allowed
    closed = explanation.closed
    if decision.outcome is Outcome.EXPLICIT_DENY:
        assert [gate.title for gate in closed] == ["Explicit deny?"]
        assert decision.reason.policy in {trace.kind for trace in explanation.deciding}
    elif decision.outcome is Outcome.IMPLICIT_DENY:
        assert TITLES[decision.reason.policy] in [gate.title for gate in closed]
    else:
        assert closed == ()
        assert decision.message is None


def test_vectors_have_ids_of_their_own() -> None:
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)
