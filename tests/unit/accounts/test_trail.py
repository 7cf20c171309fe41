"""CloudTrail: read as a stream, joined, told; nothing decided, gaps said."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from iamviz.accounts.redact import Redactor
from iamviz.pictures.trail_frames import observed_picture
from tests.conftest import REPOSITORY
from tests.unit.accounts.trail_records import AWAY, CHAIN, HOME, Record, assume, at, event, session, trail_of, user

REAL = REPOSITORY.parent / "shared" / "real" / "cloudtrail"


# ── joins ──


@given(st.permutations(CHAIN))
@settings(max_examples=24, deadline=None)
def test_a_chain_is_found_in_whatever_order_events_come(records: Sequence[Record]) -> None:
    trail = trail_of(*records)
    assert [c.key for c in trail.chain("ASIA2")] == ["AKIAALICEXXXXXXXXXXX", "ASIA1", "ASIA2"]
    deploy = trail.credential("ASIA2")
    assert (deploy.role_name, deploy.how, deploy.maker_name) == ("Deploy", "sts:AssumeRole", "alice")
    assert (deploy.issued, deploy.expires) == (at(2), at(62))
    assert (deploy.uses, deploy.failed) == (1, 1)
    assert trail.credential("ASIA1").role == f"arn:aws:iam::{AWAY}:role/path/Jump"
    assert [(r.name, r.action, r.code) for r in trail.refused] == [("from-jump", "s3:ListBuckets", "AccessDenied")]


def test_the_halves_of_a_call_across_accounts_are_one_call() -> None:
    ours = assume(user(), "ASIA1", "R", "alice", sharedEventID="shared-1")
    theirs = {**ours, "eventID": "other", "recipientAccountId": AWAY}
    theirs["userIdentity"] = {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": HOME}
    for records in ((ours, theirs), (theirs, ours)):
        trail = trail_of(*records)
        assert len(trail.sessions) == 1
        assert trail.sessions[0].maker_name == "alice"
        assert trail.accounts == (HOME, AWAY)
        assert sum(credential.uses for credential in trail.credentials) == 1


def test_a_session_that_a_service_makes_without_a_key_is_joined_by_role_name_and_time() -> None:
    service = {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    parameters = {"roleArn": f"arn:aws:iam::{AWAY}:role/service/Fn", "roleSessionName": "fn"}
    made = event(service, "sts:AssumeRole", 0, requestParameters=parameters)
    used = event(session("ASIA9", "service/Fn", "fn"), "s3:ListBuckets", 5)
    late = event(session("ASIA8", "service/Fn", "fn", minutes=30), "s3:ListBuckets", 31)
    trail = trail_of(used, made, late)
    assert (trail.credential("ASIA9").maker_name, trail.credential("ASIA9").how) == (
        "lambda.amazonaws.com",
        "sts:AssumeRole",
    )
    assert trail.credential("ASIA8").how == ""
    assert "1 session began outside of this trail (fn)" in trail.gaps[0]


def test_what_was_passed_is_told() -> None:
    record = assume(user(), "ASIA1", "R", "alice")
    record["requestParameters"] |= {
        "sourceIdentity": "alice@acme.com",
        "externalId": "cust-7f3a",
        "tags": [{"key": "project", "value": "apollo"}],
        "incomingTransitiveTags": {"team": "blue"},
        "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    }
    trail = trail_of(record)
    assert trail.sessions[0].given == {
        "source identity": "alice@acme.com",
        "external id": "cust-7f3a",
        "tags": "project=apollo, team=blue",
        "session policy": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "seconds asked for": "3600",
    }
    assert "with source identity alice@acme.com; external id cust-7f3a" in str(trail)
    page = observed_picture(trail.story(), "t").html
    assert "cust-7f3a" in page
    assert "acme" not in str(Redactor(trail)(trail))


def test_callers_from_identity_providers_are_named_by_their_subject() -> None:
    who = {"type": "WebIdentityUser", "userName": "repo:acme/web:ref:refs/heads/main", "principalId": "p:aud:sub"}
    record = assume(who, "ASIA1", "Deploy", "ci", eventName="AssumeRoleWithWebIdentity")
    trail = trail_of(record)
    assert (trail.sessions[0].maker_name, trail.sessions[0].how) == (who["userName"], "sts:AssumeRoleWithWebIdentity")
    (step,) = trail.story().steps
    assert step.caption_text == "repo:acme/web:ref:refs/heads/main becomes Deploy in the session ci: allowed."
    assert "outside identity" in observed_picture(trail.story(), "t").html


def test_the_same_event_from_two_trails_counts_once() -> None:
    record = event(user(), "s3:ListBuckets")
    trail = trail_of(record, record, record)
    assert trail.events == 1
    assert any("2 events came twice" in gap for gap in trail.gaps)


def test_refusals_of_a_session_are_counted_and_named() -> None:
    message = (
        f"User: {user()['arn']} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{AWAY}:role/R"
    )
    refusal = event(user(), "sts:AssumeRole", errorCode="AccessDenied", errorMessage=message)
    trail = trail_of(*({**refusal, "eventID": str(n)} for n in range(3)))
    (refused,) = trail.refused
    assert (refused.times, refused.resource) == (3, f"arn:aws:iam::{AWAY}:role/R")


def test_followed_credentials_are_bounded_and_the_rest_is_said() -> None:
    records = [event(session(f"ASIA{n}", "R", f"s{n}"), "s3:ListBuckets") for n in range(30)]
    trail = trail_of(*records, most=10)
    assert len(trail.credentials) == 10
    assert any("More than 10 credentials: 20 events" in gap for gap in trail.gaps)


def test_what_one_credential_keeps_is_bounded() -> None:
    records = [
        event(user(), f"s3:Action{n}", errorCode="X", sourceIPAddress=f"203.0.113.{n % 250}", readOnly=False)
        for n in range(1000)
    ]
    (credential,) = trail_of(*records).credentials
    assert (credential.uses, credential.failed) == (1000, 1000)
    assert len(credential.events) <= 40
    assert len(credential.addresses) <= 50
    assert credential.calls is not None
    assert len(credential.calls) <= 201
    assert sum(map(sum, credential.calls.values())) == 1000


# ── what is worth a look ──


def test_a_session_from_several_addresses_is_pointed_out() -> None:
    who = session("ASIA1", "R", "alice")
    here = event(who, "s3:ListBuckets", 1)
    there = event(who, "s3:ListBuckets", 2, sourceIPAddress="198.51.100.7")
    service = event(
        {**who, "invokedBy": "cloudformation.amazonaws.com"},
        "s3:ListBuckets",
        3,
        sourceIPAddress="cloudformation.amazonaws.com",
    )
    assert [s.code for s in trail_of(here, there, service).sightings] == ["SEVERAL_ADDRESSES"]
    assert trail_of(here, service).sightings == ()


def test_credentials_of_an_instance_used_where_somebody_else_works() -> None:
    instance = session("ASIA1", "Web", "i-0abc", ec2RoleDelivery="1.0")
    command = event(user(), "ssm:SendCommand", 0, readOnly=False, requestParameters={"instanceIds": ["i-0abc"]})
    stolen = event(instance, "ec2:DescribeInstances", 1)
    (sighting,) = trail_of(command, stolen).sightings
    assert (sighting.code, sighting.key) == ("INSTANCE_CREDENTIALS_ELSEWHERE", "ASIA1")
    assert "alice had sent a command to that instance (ssm:SendCommand)" in sighting.sentence
    at_home = event(instance, "ec2:DescribeInstances", 1, sourceIPAddress="198.51.100.7")
    assert trail_of(command, at_home).sightings == ()
