"""Policies that are there and have no say: an explanation says why, not that there were none."""

import pytest

from iamviz.engine.explain import Status
from tests.conformance.decisions import decide
from tests.conformance.vectors import read_vectors

VECTORS = {vector["id"]: vector for name in ("decisions", "corner_decisions") for vector in read_vectors(name)}


def gates(vector_id):
    vector = VECTORS[vector_id]
    explanation = decide(vector["policies"], vector["request"]).explain()
    return {gate.title: gate for row in explanation.rows for gate in row.gates}


@pytest.mark.parametrize(
    ("vector", "gate", "sentence"),
    [
        ("E58", "SCP", "SCPs do not bind service-linked roles"),
        ("CD150", "SCP", "SCPs do not bind the management account"),
        ("CD152", "SCP", "SCPs do not bind the management account"),
        ("CD156", "RCP", "RCPs do not bind service-linked roles"),
        ("CD154", "RCP", "RCPs do not apply to kms:RetireGrant"),
        ("E72", "RCP", "RCPs do not apply to ec2"),
        ("CD190", "Resource policy", "S3 does not ask it when the bucket's own root user reads, writes or deletes it"),
        ("CD159", "Session policy", "a user has no session policy"),
        ("CD160", "Boundary", "a service has no permissions boundary"),
        ("CD161", "Boundary", "the root user has no permissions boundary"),
    ],
)
def test_what_has_no_say_and_why(vector, gate, sentence):
    found = gates(vector)[gate]
    assert (found.status, found.sentence, found.closed) == (Status.NO_SAY, sentence, False)


def test_nothing_is_said_of_policies_that_nobody_attached():
    for vector in VECTORS.values():
        policies = vector["policies"]
        given = {
            "SCP": policies.get("scps"),
            "RCP": any(policies.get("rcps") or ()),
            "Boundary": policies.get("boundary"),
            "Session policy": policies.get("session"),
            "Resource policy": policies.get("resource"),
            "Trust policy": policies.get("resource"),
        }
        silent = [title for title, gate in gates(vector["id"]).items() if gate.status is Status.NO_SAY]
        assert [title for title in silent if not given[title]] == []


def test_no_policy_that_is_there_is_called_not_attached():
    for vector in VECTORS.values():
        policies = vector["policies"]
        given = {
            "SCP": policies.get("scps"),
            "RCP": any(policies.get("rcps") or ()),
            "Boundary": policies.get("boundary"),
        }
        found = gates(vector["id"])
        absent = [title for title, gate in found.items() if gate.status is Status.NOT_ATTACHED]
        assert [title for title in absent if given.get(title)] == [], vector["id"]


def test_the_first_gate_does_not_say_that_nothing_is_attached():
    assert gates("CD190")["Explicit deny?"].sentence == "no policy applies that could say no"
