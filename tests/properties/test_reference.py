"""The engine against a slow, plain reading of the rules that shares no code with it."""

from hypothesis import given

from tests.conformance.decisions import decide
from tests.conformance.test_decisions import check_explanation
from tests.conformance.vectors import read_vectors
from tests.properties import reference
from tests.properties.search import examples
from tests.properties.strategies import policy_sets, requests


@given(policies=policy_sets(), request=requests())
@examples(400)
def test_engine_decides_as_the_rules_read(policies, request):
    decision = decide(policies, request)
    assert decision.outcome == reference.decide(policies, request)


@given(policies=policy_sets(), request=requests())
@examples(150)
def test_explanation_says_what_the_decision_says(policies, request):
    check_explanation(decide(policies, request))


def test_reference_agrees_with_every_vector():
    wrong = [
        v["id"] for v in read_vectors("decisions") if reference.decide(v["policies"], v["request"]) != v["expected"]
    ]
    assert wrong == []
