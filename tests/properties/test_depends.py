"""Requests of which not everything is known: whatever turns out, `evaluate` gives an outcome that was said possible."""

from hypothesis import given
from hypothesis import strategies as st

from iamviz import Outcome, PolicySet, evaluate
from iamviz.catalogue import action_resources
from iamviz.engine.depends import Answer, Unknown, decide
from iamviz.engine.request import TRUST_ACTIONS
from tests.conformance.decisions import build_request
from tests.conformance.vectors import read_vectors
from tests.properties.search import examples
from tests.properties.strategies import BUCKET, KEY, OBJECT, QUEUE, ROLE, VALUES, contexts, policy_sets, requests

KEYS = st.lists(st.sampled_from(sorted(VALUES)), unique=True)


def without(request, keys):
    """The request as far as it is known: without these keys."""
    return {**request, "context": {key: value for key, value in request["context"].items() if key not in keys}}


@given(policies=policy_sets(), request=requests(), keys=KEYS, completions=st.lists(contexts(), max_size=6))
@examples(200)
def test_every_completion_gives_a_possible_outcome(policies, request, keys, completions):
    read = PolicySet.from_documents(policies)
    known = without(request, keys)
    verdict = decide(build_request(known), read, keys)
    for found in (request["context"], {}, *completions):
        unknown = {key: value for key, value in found.items() if key in keys}
        completed = {**known, "context": {**known["context"], **unknown}}
        assert evaluate(build_request(completed), read).outcome in verdict.possible


@given(policies=policy_sets(), request=requests(), absent=st.sampled_from([(), ("*",)]))
@examples(100)
def test_with_nothing_unknown_it_is_evaluate(policies, request, absent):
    """Nothing unknown is said in three ways: no keys, only others than those that are asked for, all keys absent."""
    read = PolicySet.from_documents(policies)
    asked = build_request(request)
    for unknown in (Unknown(()), ["test:other"], Unknown("*", absent=("*", *absent))):
        verdict = decide(asked, read, unknown)
        assert verdict.outcome is evaluate(asked, read).outcome
        assert verdict.needs == ()


@given(policies=policy_sets(), request=requests(), keys=KEYS)
@examples(100)
def test_it_depends_on_unknown_keys_that_policies_read(policies, request, keys):
    read = PolicySet.from_documents(policies)
    verdict = decide(build_request(without(request, keys)), read, keys)
    assert {key.lower() for key in verdict.keys} <= {key.lower() for key in keys}
    assert bool(verdict.needs) is (len(verdict.possible) > 1)
    for need in verdict.needs:
        rows = [row for row in need.statement.conditions if row is need.row]
        assert len(rows) == 1 if need.row is not None else need.statement.resources
        assert need.statement in need.policy.statements
        assert {key.lower() for key in need.keys} <= need.policy.condition_keys
    assert (verdict.answer is Answer.DEPENDS) is (Outcome.ALLOWED in verdict.possible and len(verdict.possible) > 1)


@given(policies=policy_sets(), request=requests(), fewer=KEYS, more=KEYS)
@examples(100)
def test_knowing_less_never_excludes_an_outcome(policies, request, fewer, more):
    read = PolicySet.from_documents(policies)
    little = decide(build_request(without(request, [*fewer, *more])), read, [*fewer, *more])
    much = decide(build_request(without(request, fewer)), read, fewer)
    assert much.possible <= little.possible


@given(policies=policy_sets(), request=requests(), keys=KEYS, data=st.data())
@examples(100)
def test_whatever_the_resource_is_its_outcome_was_possible(policies, request, keys, data):
    """Any resource means one on which the action works: a role for AssumeRole, a key for Decrypt."""
    read = PolicySet.from_documents(policies)
    action = request["action"]
    if action_resources(action) == ():
        one = "*"
    elif action.startswith("kms:"):
        one = KEY
    elif action.lower() in TRUST_ACTIONS:
        one = ROLE
    else:
        one = data.draw(st.sampled_from(["*", BUCKET, OBJECT, QUEUE]))
    verdict = decide(build_request(without({**request, "resource": "*"}, keys)), read, Unknown(keys, resource=True))
    assert evaluate(build_request({**request, "resource": one}), read).outcome in verdict.possible


def test_every_vector_with_no_context_known():
    for vector in read_vectors("decisions"):
        read = PolicySet.from_documents(vector["policies"])
        verdict = decide(build_request({**vector["request"], "context": {}}), read)
        assert vector["expected"] in verdict.possible, vector["id"]
