"""The engine against a slow, plain reading of the rules that shares no code with it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from iamviz import PolicySet, evaluate
from tests.conformance.decisions import build_request, decide
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


@given(policies=policy_sets(), asked=st.lists(requests(), min_size=2, max_size=5), data=st.data())
@examples(100)
def test_what_policies_remember_changes_no_answer(policies, asked, data):
    """The same policies are asked again and again: other callers, actions, resources and contexts, in any order."""
    read = PolicySet.from_documents(policies)
    for request in [*asked, *data.draw(st.permutations(asked))]:
        decision = evaluate(build_request(request), read)
        assert decision.outcome == reference.decide(policies, request)
        check_explanation(decision)
        check_statements(decision, reference.Reference(policies, request))


def check_statements(decision, rules):
    """Every statement of the explanation applies exactly when the rules say so, and names what was asked for."""
    for gate in (gate for row in decision.explain().rows for gate in row.gates):
        for trace in gate.statements:
            document = json.loads(trace.policy.source)
            statement = reference.listed(document["Statement"])[trace.statement.index]
            assert statement["Effect"] == trace.statement.effect
            assert trace.applies == rules.matches(trace.kind, statement, document.get("Version", "2008-10-17"))
            assert trace.applies == (not trace.misses)
            assert [row.row.key for row in trace.conditions] == [
                key for keys in statement.get("Condition", {}).values() for key in keys
            ]
    for trace in decision.explain().near_misses:
        assert {element.got for element in trace.elements if element.name.endswith("Resource")} <= {rules.resource}


@given(policies=policy_sets(), request=requests())
@examples(100)
def test_explanation_says_what_the_decision_says(policies, request):
    check_explanation(decide(policies, request))


def test_reference_agrees_with_every_vector():
    wrong = [
        v["id"] for v in read_vectors("decisions") if reference.decide(v["policies"], v["request"]) != v["expected"]
    ]
    assert wrong == []
