"""What is asked and by whom: misuse is told, spelling that AWS ignores is ignored, and memories may forget."""

import pytest

from iamviz import Caller, PolicySet, Request, evaluate
from iamviz.engine import match, trace
from iamviz.policy import model
from tests.conformance.decisions import build_request
from tests.conformance.test_decisions import check_explanation
from tests.conformance.vectors import read_vectors
from tests.unit.engine.asking import ACCOUNT, ALLOW, OBJECT, USER, policy


def test_an_unknown_kind_of_caller_is_told_with_those_there_are():
    with pytest.raises(ValueError, match="'robot' is not a kind of caller; expected one of user, role-session"):
        Caller("robot")


@pytest.mark.parametrize("action", ["", "GetObject", "s3/GetObject"])
def test_an_action_names_its_service(action):
    with pytest.raises(ValueError, match="is not an action; expected service:Action"):
        Request(USER, action)


@pytest.mark.parametrize("value", [10, True, None, [10], ["5", None], (True,), [b"x"]])
def test_the_context_holds_texts(value):
    """A number in a list would be refused by some operators only, and pass others as an equal of everything."""
    with pytest.raises(TypeError, match="for the condition key 's3:max-keys'; expected a text or a list of texts"):
        Request(USER, "s3:GetObject", context={"s3:max-keys": value})
    with pytest.raises(TypeError, match="for the condition key 5"):
        Request(USER, "s3:GetObject", context={5: "x"})


def test_a_request_names_a_resource():
    with pytest.raises(ValueError, match="None is not a resource; expected an ARN"):
        Request(USER, "s3:GetObject", None)
    with pytest.raises(ValueError, match="None is not an action"):
        Request(USER, None)


def test_a_caller_may_be_told_what_it_lacks():
    caller = Caller("anonymous", None, None, unique_id=None)
    assert (caller.arn, caller.account, caller.unique_id) == ("", "", "")
    assert caller == Caller("anonymous")


def test_a_text_is_a_list_of_one():
    one = Request(USER, "s3:GetObject", OBJECT, ACCOUNT, {"aws:TagKeys": "env", "AWS:UserName": ["ana"]})
    assert one.values == {"aws:tagkeys": ("env",), "aws:username": ("ana",)}


def test_listing_all_buckets_asks_for_every_bucket():
    """2.2: both * and arn:aws:s3:::* match its resource; for other actions only * matches *."""
    every = policy({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::*"})
    policies = PolicySet(identity=[every])
    assert evaluate(Request(USER, "s3:ListAllMyBuckets", "*", ACCOUNT), policies).allowed
    assert not evaluate(Request(USER, "ec2:DescribeInstances", "*", ACCOUNT), policies).allowed


def test_a_resource_without_an_owner_counts_as_the_callers():
    assert evaluate(Request(USER, "s3:GetObject", OBJECT), PolicySet(identity=[policy(ALLOW)])).allowed


def test_one_session_policy_or_several():
    """Several are united with each other."""
    some, other = ALLOW, {**ALLOW, "Action": "ec2:*"}
    session = Caller("role-session", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, role_arn="x")
    request = Request(session, "s3:GetObject", OBJECT, ACCOUNT)
    for given, expected in ((None, True), ([], True), (policy(some), True), (policy(other), False)):
        assert evaluate(request, PolicySet(identity=[policy(ALLOW)], session=given)).allowed is expected
    both = PolicySet(identity=[policy(ALLOW)], session=[policy(other), policy(some)])
    assert evaluate(request, both).allowed


def test_whatever_is_forgotten_can_be_worked_out_again(monkeypatch):
    """Memories are bounded; with room for one thing only, every answer is the same."""
    monkeypatch.setattr(match, "_REMEMBERED", 1)
    monkeypatch.setattr(trace, "REMEMBERED", 1)
    monkeypatch.setattr(model, "REMEMBERED", 1)
    vectors = read_vectors("decisions")
    read = [PolicySet.from_documents(vector["policies"]) for vector in vectors]
    for policies in read[:40]:
        for vector in vectors[:40]:
            request = build_request(vector["request"])
            decision = evaluate(request, policies)
            assert decision == evaluate(request, policies)
            check_explanation(decision)
    for policies, vector in zip(read, vectors, strict=True):
        assert evaluate(build_request(vector["request"]), policies).outcome == vector["expected"]
