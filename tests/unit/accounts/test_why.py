"""Errors of AWS: read in every wrapping, explained by themselves and by a loaded account."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts.why import Why, why
from iamviz.accounts.why_errors import known_error, known_errors
from iamviz.accounts.why_parse import LONGEST_TEXT, WhyError, parse_denial, parse_error
from iamviz.policy.model import PolicyKind
from tests.unit.accounts.denials import ACTIONS, ANA, KINDS, PLAIN, PRINCIPALS, RESOURCES, WRAPPINGS, sentence


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@given(PRINCIPALS, ACTIONS, RESOURCES, st.sampled_from([None, *KINDS]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_read_back_out_of_every_wrapping(
    wrapping: str, principal: str, action: str, resource: str, kind: PolicyKind | None, explicit: bool
) -> None:
    if kind is None and "because no" in resource:
        resource = "*"  # without a reason nobody can tell where such a resource ends
    text = sentence(principal, action, resource, kind, explicit)
    found = parse_error(WRAPPINGS[wrapping](action, text)).denial
    assert found is not None
    assert (found.principal, found.action, found.kind) == (principal, action, kind)
    assert found.resource == ("" if kind is PolicyKind.TRUST else resource)
    assert found.explicit == (None if kind is None else explicit)


@cache
def _staging() -> iv.World:
    return iv.load("staging_bucket")


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_stumble(text: str) -> None:
    world = _staging()
    for error in (text, f"User: {text} is not authorized to perform: s3:GetObject on resource: {text}", f"{{{text}"):
        try:
            answer = why(error, world)
        except WhyError:
            continue
        assert str(answer)
        json.dumps(answer.to_dict())


@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in PolicyKind if kind not in (PolicyKind.TRUST, PolicyKind.RCP)])
def test_of_a_sentence_that_was_cut_off_nothing_is_made_up(kind: PolicyKind, explicit: bool) -> None:
    """Whatever is left is said of the whole too, or not at all; the resource never holds a piece of the reason."""
    resource = "arn:aws:s3:::bucket/a.txt"
    text = sentence(ANA, "s3:GetObject", resource, kind, explicit)
    whole = parse_denial(text)
    assert whole is not None
    for length in range(text.index("on resource"), len(text)):
        found = parse_denial(text[:length])
        assert found is not None
        assert resource.startswith(found.resource.partition(" ")[0])
        assert found.kind in (None, whole.kind), text[:length]
        assert found.explicit in (None, explicit)
        reason = text[text.index(resource) + len(resource) : length]
        if len(reason) > len(" with an explicit"):
            assert found.resource == resource
            assert found.explicit is explicit
        elif length < text.index(resource) + len("arn:aws:s3"):
            assert found.resource == ""


def test_a_text_that_breaks_off_is_said_to() -> None:
    world = _staging()
    in_reason = why(f"{PLAIN} because no ident", world)
    assert in_reason.title == "no identity-based policy allows s3:GetObject"
    assert any("behind “because no ident”" in proof for proof in in_reason.proves)
    in_resource = why(PLAIN[: PLAIN.index(":s3:::")], world)
    assert in_resource.decision is None
    assert "breaks off in the resource, arn:aws" in in_resource.unknown[0]
    assert not any("Nothing about the reason" in proof for proof in in_resource.proves)
    assert "line 1, column 39" in why('{"allowed":false,"explicitDeny":false,"matchedSta').look[0]


def test_an_encoded_message_says_once_how_to_open_it() -> None:
    text = "You are not authorized to perform this operation. Encoded authorization failure message: "
    assert len(why(f"{text}{'x' * 60}").look) == 1
    assert len(why(text).look) == 1


def test_spellings_of_other_years() -> None:
    old = parse_denial(
        f"{PLAIN} with an explicit deny in a VPC endpoint policy transitively through a service control policy"
    )
    assert old is not None
    assert (old.kind, old.through_scp) == (PolicyKind.ENDPOINT, True)
    session = parse_denial(f"{PLAIN} because no sessions policy allows the s3:GetObject action")
    assert session is not None
    assert session.kind is PolicyKind.SESSION
    new = "arn:aws:organizations::999988887777:policy/o-exampleorgid/service_control_policy/p-examplepolicyid123"
    named = parse_denial(f"{PLAIN} with an explicit deny in a service control policy: {new}")
    assert named is not None
    assert (named.kind, named.policy) == (PolicyKind.SCP, new)
    quoted = parse_denial(
        'User: x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/a b" because …'
    )
    assert quoted is not None
    assert quoted.resource == "arn:aws:s3:::b/a b"


def test_a_decoded_authorization_message_brings_its_context() -> None:
    decoded = {
        "allowed": False,
        "explicitDeny": True,
        "matchedStatements": {"items": [{"statementId": "NoStop", "effect": "DENY"}]},
        "failures": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLE", "name": "ana", "arn": ANA},
            "action": "ec2:StopInstances",
            "resource": "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
            "conditions": {"items": [{"key": "aws:Region", "values": {"items": [{"value": "us-east-1"}]}}]},
        },
    }
    for text in (json.dumps(decoded), json.dumps({"DecodedMessage": json.dumps(decoded)})):
        answer = why(text)
        denial = answer.error.denial
        assert denial is not None
        assert (denial.principal, denial.explicit, denial.context) == (ANA, True, {"aws:Region": ("us-east-1",)})
        assert any("NoStop" in sentence for sentence in answer.proves)
    with pytest.raises(WhyError, match="was allowed"):
        why(json.dumps({**decoded, "allowed": True}))


@pytest.mark.parametrize("text", ["", "   \n", "x" * (LONGEST_TEXT + 1)])
def test_what_is_no_error_is_refused(text: str) -> None:
    with pytest.raises(WhyError):
        why(text)


@pytest.mark.parametrize(
    "piece",
    [
        "operation error x: Y, ",
        "<Code>a</Code>",
        "User: a ",
        " (Service: ",
        "because no session policy allows the ",
        "a ",
        "An error occurred (",
    ],
)
def test_long_texts_that_nearly_match_are_read_to_their_end(piece: str) -> None:
    text = piece * (LONGEST_TEXT // len(piece))
    assert isinstance(why(text), Why)
    assert isinstance(why(f"{PLAIN[:40]} is not authorized to perform: s3:GetObject {text}"[:LONGEST_TEXT]), Why)


def test_what_it_depends_on_is_told_before_the_verdict() -> None:
    document = {
        "Statement": {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        }
    }
    world = iv.load("staging_bucket")
    allow = iv.Policy.parse({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}, name="Allow")
    ana = replace(world.user(ANA), inline=(allow, iv.Policy.parse(document, name="NoMfaNoS3")))
    answer = why(f"{PLAIN} with an explicit deny in an identity-based policy", world.with_user(ana))
    assert answer.account[0].startswith("In the loaded account it depends on aws:MultiFactorAuthPresent.")
    assert "allowed with everything absent that is not told" in answer.account[1]
    told = why(
        f"{PLAIN} with an explicit deny in an identity-based policy",
        world.with_user(ana),
        context={"aws:MultiFactorAuthPresent": "false"},
    )
    assert told.account[0].startswith("The loaded account comes to the same answer.")
    assert any("NoMfaNoS3" in sentence for sentence in told.account)


def test_an_error_nobody_knows_is_said_to_be_unknown() -> None:
    answer = why("the printer is out of paper")
    assert not answer.known
    assert answer.look


def test_every_message_of_the_decision_vectors_is_read() -> None:
    path = Path(__file__).resolve().parents[2] / "conformance" / "decisions.json"
    data = json.loads(path.read_text("utf-8"))
    vectors = data if isinstance(data, list) else data["vectors"]
    seen = 0
    for vector in vectors:
        if vector.get("message"):
            found = why(vector["message"])
            assert found.known
            if found.error.denial is not None:
                request = vector["request"]
                assert found.error.denial.action == request["action"]
                explicit = found.error.denial.explicit
                assert explicit is None or explicit == (vector["expected"] == "explicitDeny")
                seen += 1
    assert seen > 8


def test_an_exception_of_boto3_will_do() -> None:
    error = RuntimeError(f"An error occurred (AccessDenied) when calling the GetObject operation: {PLAIN}")
    assert iv.why(error).error.code == "AccessDenied"


# ── what the text proves ──


def test_an_explicit_scp_deny_may_be_a_missing_allow() -> None:
    told = str(why(f"{PLAIN} with an explicit deny in a service control policy"))
    assert "merely does not allow" in told


@pytest.mark.parametrize("kind", [PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.SCP])
def test_a_ceiling_is_no_grant(kind: PolicyKind) -> None:
    answer = why(sentence(ANA, "s3:GetObject", "*", kind, explicit=False))
    assert any("grants nothing" in proof for proof in answer.proves)


@given(PRINCIPALS, ACTIONS, RESOURCES, st.sampled_from(KINDS))
def test_no_allow_is_offered_against_a_deny(principal: str, action: str, resource: str, kind: PolicyKind) -> None:
    answer = why(sentence(principal, action, resource, kind, explicit=True))
    assert answer.change == ()
    assert kind is PolicyKind.SCP or any("No Allow" in proof for proof in answer.proves)


@given(PRINCIPALS, ACTIONS, RESOURCES, st.sampled_from([k for k in KINDS if k is not PolicyKind.RCP]))
def test_the_statement_offered_is_a_policy_that_covers_the_request(
    principal: str, action: str, resource: str, kind: PolicyKind
) -> None:
    (hint,) = why(sentence(principal, action, resource, kind, explicit=False)).change
    assert hint.statement is not None
    policy = iv.Policy.parse({"Version": "2012-10-17", "Statement": dict(hint.statement)}, kind)
    service, _, name = action.lower().partition(":")
    assert policy.statements[0].covers_action(service, name)


# ── what is not about permissions ──

TEXTS = {
    "The security token included in the request is expired": "the credentials expired",
    "The provided token has expired.": "the credentials expired",
    "The security token included in the request is invalid.": "AWS does not know the credentials",
    "Token expired: current date/time 1520985423 must be before the expiration date/time 1520984946": (
        "the web identity token expired"
    ),
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/gone"': "a principal that does not exist",
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.": "longer than the role allows",
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.": (
        "longer than chaining allows"
    ),
    "Roles may not be assumed by root accounts.": "the root user cannot assume a role",
    "Cross-account pass role is not allowed.": "a role of another account cannot be passed",
    "The role defined for the function cannot be assumed by Lambda.": "the service cannot become the role",
    "Cannot call GetSessionToken with session credentials": "temporary credentials cannot make tokens of that kind",
    "MultiFactorAuthentication failed with invalid MFA one time pass code.": "MFA failed",
    "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com": (
        "no such identity provider in the account"
    ),
    "Incorrect token audience": "the token is for another audience",
    "Has prohibited field Principal": "the wrong kind of policy",
    "Request ARN is invalid": "the ARN is not that of a role",
    "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy "
    r"regular expression pattern: [\w+=,.@-]*": "the session name has a character that is not allowed",
    "Invalid IAM Instance Profile name": "no such instance profile",
    "Parameter validation failed:\nMissing required parameter in input": "the client refused the call",
    "Packed size of session tags consumes 112% of allotted space.": "session policy and tags are too large",
}


@pytest.mark.parametrize(("text", "name"), TEXTS.items())
def test_the_errors_that_people_ask_about_are_known(text: str, name: str) -> None:
    code = "PackedPolicyTooLarge" if "Packed" in text else "X"
    answer = why(f"An error occurred ({code}) when calling the AssumeRole operation: {text}")
    assert answer.title == name
    assert answer.known
    assert answer.proves
    assert answer.look


def test_every_error_of_the_sts_vectors_is_known() -> None:
    path = Path(__file__).resolve().parents[2] / "conformance" / "sts.json"
    data = json.loads(path.read_text("utf-8"))
    scenarios = data if isinstance(data, list) else data.get("scenarios", data.get("vectors"))
    seen = 0
    for scenario in scenarios:
        for step in scenario["expected"] if "expected" in scenario else (s["expected"] for s in scenario["steps"]):
            if step.get("message"):
                answer = why(f"An error occurred ({step['code']}) when calling the X operation: {step['message']}")
                assert answer.known, step
                seen += 1
    assert seen > 20


def test_entries_are_whole_and_reachable() -> None:
    entries = known_errors()
    assert len(entries) > 35
    for entry in entries:
        assert entry.means.rstrip(")").endswith(".")
        assert entry.look
        assert entry.text or entry.codes
        re.compile(entry.text)
        assert all(code == code.lower() and not code.endswith("exception") for code in entry.codes)
        if entry.codes and not entry.text:
            assert known_error(entry.codes[0], "") is entry
