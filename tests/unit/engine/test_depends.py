"""Allowed, denied, or depends on what: docs/rules/policy_evaluation.md 3.3 and 5.4 with unknown condition keys."""

import pytest

from iamviz import Outcome, PolicySet, Request
from iamviz.engine.depends import Answer, Unknown, decide
from tests.conformance.decisions import build_request
from tests.properties.strategies import AWAY, HOME, KEY, OBJECT, OTHER_USER, ROLE, SESSION, USER

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def allow(**rest):
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **rest}


def deny(**rest):
    return {**allow(**rest), "Effect": "Deny"}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def asked(principal=USER, action="s3:GetObject", resource=OBJECT, owner=HOME, **context):
    context = {key.replace("__", ":"): value for key, value in context.items()}
    return build_request(
        {"principal": principal, "action": action, "resource": resource, "resource_account": owner, "context": context}
    )


def verdict(request=None, unknown=("*",), **policies):
    return decide(request or asked(), PolicySet.from_documents(policies), unknown)


def test_an_allow_that_asks_for_mfa_depends():
    found = verdict(identity=[document(allow(Condition=MFA))])
    assert found.answer is Answer.DEPENDS
    assert found.outcome is None
    assert found.keys == ("aws:MultiFactorAuthPresent",)
    assert found.sentence == "depends on aws:MultiFactorAuthPresent"
    assert found.possible == {Outcome.ALLOWED, Outcome.IMPLICIT_DENY}
    (need,) = found.needs
    assert need.row.name == "Bool"
    assert need.sentence == "Allow of the identity policy, statement 1: Bool aws:MultiFactorAuthPresent true"


def test_an_allow_without_conditions_beside_it_settles_it():
    found = verdict(identity=[document(allow(Condition=MFA), allow())])
    assert (found.answer, found.outcome, found.needs) == (Answer.ALLOWED, Outcome.ALLOWED, ())
    assert found.sentence == "allowed"


def test_a_deny_without_conditions_settles_it():
    found = verdict(identity=[document(allow(Condition=MFA), deny(Condition=OFFICE), deny())])
    assert (found.answer, found.outcome, found.keys) == (Answer.DENIED, Outcome.EXPLICIT_DENY, ())
    assert found.sentence == "denied (explicitDeny)"


def test_denied_whatever_the_kind_of_denial():
    found = verdict(identity=[document(deny(Condition=NO_MFA))])
    assert found.answer is Answer.DENIED
    assert found.outcome is None
    assert found.possible == {Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY}
    assert found.sentence == "denied (whether explicitly depends on aws:MultiFactorAuthPresent)"


def test_a_closed_gate_makes_what_came_before_it_irrelevant():
    found = verdict(identity=[document(allow(Condition=MFA))], boundary=document(allow(Action="ec2:*")))
    assert (found.answer, found.needs) == (Answer.DENIED, ())


def test_all_gates_that_may_close_are_named():
    found = verdict(
        identity=[document(allow(Condition=MFA))],
        boundary=document(allow(Condition=OFFICE)),
        scps=[[document(allow())], [document(allow(), deny(Condition={"Null": {"aws:PrincipalTag/team": "true"}}))]],
    )
    assert found.keys == ("aws:PrincipalTag/team", "aws:MultiFactorAuthPresent", "aws:SourceIp")
    assert found.sentence == "depends on aws:PrincipalTag/team, aws:MultiFactorAuthPresent and aws:SourceIp"


def test_every_level_of_scps_counts_and_only_those_that_may_close_are_named():
    scps = [[document(allow())], [document(allow(Condition=OFFICE))], [document(allow(Condition=MFA), allow())]]
    assert verdict(identity=[document(allow())], scps=scps).keys == ("aws:SourceIp",)
    assert verdict(identity=[document(allow())], scps=[*scps, []]).answer is Answer.DENIED


def test_an_endpoint_policy_may_close():
    endpoint = document(allow(Principal="*", Condition=OFFICE))
    assert verdict(identity=[document(allow())], vpce=endpoint).keys == ("aws:SourceIp",)


def test_a_known_value_is_no_unknown_and_neither_is_a_known_absence():
    policies = {"identity": [document(allow(Condition={**MFA, **OFFICE}))]}
    assert verdict(asked(aws__SourceIp="203.0.113.7"), **policies).keys == ("aws:MultiFactorAuthPresent",)
    assert verdict(asked(aws__SourceIp="10.0.0.1"), **policies).answer is Answer.DENIED
    assert verdict(asked(aws__SourceIp=[]), **policies).answer is Answer.DENIED
    assert verdict(unknown=Unknown(absent="AWS:sourceip"), **policies).answer is Answer.DENIED
    assert verdict(unknown=["aws:Multi*"], **policies).answer is Answer.DENIED
    assert verdict(unknown="aws:Multi*", **policies).answer is Answer.DENIED


def test_a_direct_grant_makes_identity_policies_irrelevant():
    bucket = document(allow(Principal={"AWS": USER["arn"]}))
    assert verdict(identity=[document(allow(Condition=MFA))], resource=bucket).outcome is Outcome.ALLOWED


def test_a_perhaps_grant_and_a_perhaps_identity_policy_both_matter():
    bucket = document(allow(Principal={"AWS": USER["arn"]}, Condition=OFFICE))
    found = verdict(identity=[document(allow(Condition=MFA))], resource=bucket)
    assert found.keys == ("aws:SourceIp", "aws:MultiFactorAuthPresent")
    assert verdict(identity=[document(allow())], resource=bucket).outcome is Outcome.ALLOWED


def test_across_accounts_both_sides_must_say_yes():
    bucket = document(allow(Principal={"AWS": AWAY}, Condition=OFFICE))
    found = verdict(asked(OTHER_USER), identity=[document(allow(Condition=MFA))], resource=bucket)
    assert set(found.keys) == {"aws:SourceIp", "aws:MultiFactorAuthPresent"}
    assert verdict(asked(OTHER_USER), resource=bucket).answer is Answer.DENIED


def test_trust_policies():
    trust = document(
        {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole", "Condition": MFA},
    )
    request = asked(SESSION, "sts:AssumeRole", ROLE)
    assert verdict(request, identity=[document(allow())], resource=trust).keys == ("aws:MultiFactorAuthPresent",)
    assert verdict(request, identity=[], resource=trust).answer is Answer.DENIED


def test_the_key_policy_of_a_kms_key():
    key = document(allow(Principal={"AWS": HOME}, Condition=OFFICE))
    request = asked(action="kms:Decrypt", resource=KEY)
    assert verdict(request, identity=[document(allow())], resource=key).keys == ("aws:SourceIp",)


def test_a_variable_that_is_unknown_in_a_resource():
    home = "arn:aws:s3:::assets/home/${aws:username}/*"
    assert verdict(identity=[document(allow(Resource=home))]).keys == ("aws:username",)
    assert verdict(identity=[document(allow(Resource=[home, OBJECT]))]).outcome is Outcome.ALLOWED
    elsewhere = "arn:aws:s3:::other/${aws:username}/*"
    assert verdict(identity=[document(allow(Resource=elsewhere))]).outcome is Outcome.IMPLICIT_DENY
    exempt = {"Effect": "Allow", "Action": "*", "NotResource": home}
    assert verdict(identity=[document(exempt)]).keys == ("aws:username",)
    assert verdict(identity=[document({**exempt, "NotResource": [home, OBJECT]})]).outcome is Outcome.IMPLICIT_DENY
    assert verdict(identity=[document({**exempt, "NotResource": elsewhere})]).outcome is Outcome.ALLOWED


@pytest.mark.parametrize(
    ("known", "keys"),
    [
        ({}, ("aws:ResourceTag/team", "aws:principaltag/team")),
        ({"aws:ResourceTag/team": "red"}, ("aws:principaltag/team",)),
        ({"aws:PrincipalTag/team": "red"}, ("aws:ResourceTag/team",)),
        ({"aws:ResourceTag/team": []}, ()),
        ({"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "red"}, ()),
    ],
)
def test_a_variable_that_is_unknown_in_a_condition(known, keys):
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    assert verdict(asked(**known), identity=[document(allow(Condition=same))]).keys == keys


def test_a_resource_that_is_unknown():
    anything = Unknown(resource=True)
    assert verdict(unknown=anything, identity=[document(allow())]).outcome is Outcome.ALLOWED
    found = verdict(unknown=anything, identity=[document(allow(Resource=OBJECT))])
    assert found.depends_on_resource
    assert found.sentence == "depends on the resource"
    assert found.needs[0].sentence == f"Allow of the identity policy, statement 1: Resource {OBJECT}"
    guarded = {"Effect": "Deny", "Action": "*", "NotResource": "*"}
    assert verdict(unknown=anything, identity=[document(allow(), guarded)]).outcome is Outcome.ALLOWED


def test_the_caller_identity_is_never_unknown():
    found = verdict(asked(action="sts:GetCallerIdentity", resource="*"), identity=[document(deny(Condition=MFA))])
    assert found.outcome is Outcome.ALLOWED


def test_a_request_is_kept():
    request = asked()
    assert isinstance(request, Request)
    assert verdict(request).request is request
