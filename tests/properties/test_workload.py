"""The workload of the benchmark: the same on every run, and decided as the rules read."""

import pytest

from benchmarks.decisions import Ours, walk
from benchmarks.workload import FLAVOURS, workload
from iamviz import evaluate
from tests.properties import reference

NONE = {"resource": None, "boundary": None, "session": None, "scps": [], "rcps": [], "vpce": None}


@pytest.mark.parametrize("kind", FLAVOURS)
def test_workload_is_the_same_on_every_run(kind):
    assert workload(kind) == workload(kind)


@pytest.mark.parametrize("kind", FLAVOURS)
def test_requests_of_the_workload_are_decided_as_the_rules_read(kind):
    load = workload(kind)
    ours = Ours(load)
    some = load["requests"][:300]
    for asked, (request, policies) in zip(some, ours.prepare(some), strict=True):
        documents = {**NONE, "identity": [load["policies"][name] for name in load["principals"][asked["p"]]]}
        caller = request.caller
        principal = {"kind": caller.kind, "arn": caller.arn, "account": caller.account, "role_arn": caller.role_arn}
        plain = {
            "principal": principal,
            "action": asked["a"],
            "resource": asked["r"],
            "resource_account": load["account"],
            "context": asked["c"],
        }
        decision = evaluate(request, policies)
        assert decision.outcome == reference.decide(documents, plain)
        assert walk(decision.explain()) > 0
