"""Sets of actions against Python's own sets, and every action decided at once against one by one."""

import random

import pytest

import iamviz as iv
from iamviz import Caller, Outcome, Policy, PolicySet, Request, evaluate
from iamviz.calls.actors import Actor
from iamviz.calls.authorize import policies_for
from iamviz.catalogue import action_resources, actions_of, services
from iamviz.engine.coverage import ActionSet, action_set, covered, decide_actions, every_action
from iamviz.engine.depends import Answer, Unknown, decide
from iamviz.world.callers import role_caller, user_caller
from tests.conftest import REPOSITORY
from tests.properties.strategies import AWAY, HOME, KEY, OBJECT, ROLE, USER

LAB = REPOSITORY.parent / "shared" / "real" / "accounts" / "privilege_escalation_lab.json"
PATTERNS = [
    "*",
    "s3:*",
    "S3:get*",
    "iam:*Policy*",
    "*:Get*",
    "ec?:*",
    "s3:GetObject",
    "s3:No",
    "none:*",
    "GetObject",
    "",
]
ANA = Caller(**USER)


def names(actions):
    return set(actions)


def statement(**rest):
    return Policy.parse({"Statement": {"Effect": "Allow", "Resource": "*", **rest}}).statements[0]


def plainly(one):
    """The actions that a statement covers, asked one by one."""
    return {
        f"{service}:{name}"
        for service in services()
        for name in actions_of(service)
        if one.covers_action(service, name.lower())
    }


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_statement_covers_what_its_matchers_say(pattern):
    assert names(covered(statement(Action=pattern))) == plainly(statement(Action=pattern))
    assert names(covered(statement(NotAction=pattern))) == plainly(statement(NotAction=pattern))


def test_several_patterns():
    several = statement(Action=["s3:Get*", "sqs:*"])
    assert names(covered(several)) == plainly(several)
    assert names(covered(statement(NotAction=["s3:Get*", "*"]))) == set()


def test_a_set_is_a_set():
    reads, objects = action_set(["s3:Get*"]), action_set("s3:*Object")
    assert names(reads | objects) == names(reads) | names(objects)
    assert names(reads & objects) == names(reads) & names(objects)
    assert names(reads - objects) == names(reads) - names(objects)
    assert len(reads) == len(names(reads))
    assert list(reads) == sorted(reads)
    assert reads.first == min(reads)
    assert "s3:GETOBJECT" in reads
    assert "s3:PutObject" not in reads
    assert "s3:NoSuch" not in reads
    assert 5 not in reads
    assert reads
    assert not ActionSet()
    assert list(ActionSet()) == []
    assert repr(action_set("s3:GetObject")) == "ActionSet(1 actions)"
    assert len(every_action()) == sum(len(actions_of(service)) for service in services())


def test_an_empty_set_has_no_first_action():
    with pytest.raises(ValueError, match="no first one"):
        _ = ActionSet().first


def test_every_action_has_one_answer():
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    policy = Policy.parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": f"arn:aws:sqs:*:{HOME}:q1"},
                {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*", "Condition": mfa},
                {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
            ],
        }
    )
    found = decide_actions(ANA, PolicySet(identity=[policy]))
    assert found.allowed | found.denied | found.depends == every_action()
    assert len(found.allowed) + len(found.denied) + len(found.depends) == len(every_action())
    assert "s3:GetObject" in found.allowed
    assert "s3:PutObject" in found.denied
    assert found.verdict_of("S3:DeleteBucket").keys == ("aws:MultiFactorAuthPresent",)
    assert found.verdict_of("sqs:SendMessage").sentence == "depends on the resource"
    assert found.verdict_of("sqs:ListQueues").outcome is Outcome.IMPLICIT_DENY
    assert "ec2:RunInstances" in found.denied
    assert found.answered("depends") == found.depends
    with pytest.raises(KeyError, match="not among the actions"):
        found.verdict_of("s3:NoSuch")


def test_some_actions_only():
    found = decide_actions(ANA, PolicySet(), actions=action_set("s3:Get*"))
    assert found.denied == action_set("s3:Get*")


def test_a_role_and_a_key_have_a_policy_of_their_own_that_must_be_known():
    full = PolicySet(identity=[Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})])
    found = decide_actions(ANA, full)
    assert found.verdict_of("sts:AssumeRole").sentence == "depends on the resource's own policy"
    assert found.verdict_of("kms:Decrypt").depends_on_policy
    assert found.verdict_of("kms:ListKeys").outcome is Outcome.ALLOWED
    assert found.verdict_of("s3:GetObject").outcome is Outcome.ALLOWED
    nothing = decide_actions(ANA, PolicySet())
    assert nothing.verdict_of("sts:AssumeRole").answer is Answer.DEPENDS
    assert nothing.verdict_of("s3:GetObject").answer is Answer.DENIED


def test_a_resource_policy_that_is_not_known_may_grant_and_deny():
    unknown = Unknown(resource_policy=True)
    found = decide_actions(ANA, PolicySet(), OBJECT, unknown=unknown)
    assert found.verdict_of("s3:GetObject").possible == frozenset(Outcome)
    across = decide_actions(ANA, PolicySet(), OBJECT, unknown=unknown, resource_account=AWAY)
    assert across.verdict_of("s3:GetObject").answer is Answer.DENIED


@pytest.mark.parametrize("resource", ["*", OBJECT, ROLE, KEY, None])
def test_actions_that_are_decided_together_are_decided_alike(resource):
    """Policies of all types, each speaking of other actions; a random sample of actions is decided one by one."""
    chosen = random.Random(20261124)
    catalogue = list(every_action())
    for _ in range(6):
        policies = _random_policies(chosen)
        for principal in (USER, {"kind": "root", "arn": f"arn:aws:iam::{HOME}:root", "account": HOME}):
            caller = Caller(**principal)
            found = decide_actions(caller, policies, resource)
            special = ["sts:AssumeRole", "sts:TagSession", "s3:PutBucketPolicy", "kms:RetireGrant", "kms:Decrypt"]
            for action in [*special, "s3:ListAllMyBuckets", *chosen.sample(catalogue, 150)]:
                request = Request(caller, action, resource or "*", HOME)
                alone = decide(request, policies, Unknown(resource=resource is None))
                together = found.verdict_of(action)
                assert (together.possible, together.keys) == (alone.possible, alone.keys), action


def _random_policies(chosen):
    def document(kind, *effects):
        def one(effect):
            action = chosen.choice([*PATTERNS[:7], "kms:*", "sts:*", "s3:PutBucketPolicy", "*"])
            body = {"Effect": effect, chosen.choice(["Action", "Action", "NotAction"]): action}
            body["Resource"] = chosen.choice(["*", "*", OBJECT, "arn:aws:s3:::*", ROLE, KEY])
            if kind in ("resource", "rcp", "endpoint"):
                body["Principal"] = "*"
            if chosen.random() < 0.4:
                body["Condition"] = {"Bool": {chosen.choice(["aws:SecureTransport", "aws:ViaAWSService"]): "true"}}
            return body

        return Policy.parse({"Version": "2012-10-17", "Statement": [one(effect) for effect in effects]}, kind)

    full = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "scp")
    return PolicySet(
        identity=[document("identity", "Allow", "Allow", "Deny")],
        resource=chosen.choice([None, document("resource", "Allow", "Deny")]),
        boundary=chosen.choice([None, document("boundary", "Allow", "Allow")]),
        scps=[[full, document("scp", "Deny")]],
        rcps=[[document("rcp", "Deny")]],
        endpoint=chosen.choice([None, document("endpoint", "Allow", "Allow")]),
    )


@pytest.mark.skipif(not LAB.exists(), reason="a real account dump that is not part of the repository")
def test_the_real_account_agrees_with_evaluate():
    """Random principals and actions: on ``*`` whatever is allowed or denied for certain is what `evaluate` says."""
    world = iv.load(LAB)
    chosen = random.Random(6)
    callers = [*(user_caller(world, user) for user in world.users.values())]
    callers += [role_caller(world, role) for role in world.roles.values()]
    catalogue = list(every_action())
    for caller in sorted(callers, key=lambda caller: caller.arn):
        policies = policies_for(world, Actor(caller, caller.account), None, caller.account)
        everywhere = decide_actions(caller, policies)
        for action in chosen.sample(catalogue, 40):
            for resource in ("*", f"arn:aws:s3:::{chosen.choice('abc')}") if action_resources(action) else ("*",):
                decision = evaluate(Request(caller, action, resource, caller.account), policies)
                assert decision.outcome in everywhere.verdict_of(action).possible
