"""Answers as real clients expect them: every field against botocore's own service models, which need no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from immutables import Map

from iamviz import Policy, Result, World, ask
from iamviz.calls.iam import IAM_OPERATIONS
from iamviz.calls.organizations import ORGANIZATION_OPERATIONS
from iamviz.calls.sts import STS_OPERATIONS, encoded_message
from iamviz.world import Account
from iamviz.world.ids import account_of
from iamviz.world.organization import FULL_ACCESS, OrganizationPolicy, OrganizationUnit, full_access
from tests.unit.calls.company import (
    ANA,
    AWAY,
    EC2,
    HOME,
    PROVIDER,
    T0,
    TOKEN,
    WITH_GITHUB,
    allow,
    arn,
    company,
    deny,
    do,
    document,
    done,
    group,
    managed,
    role,
    trusts,
    user,
)

MINE = OrganizationPolicy("p-0123456789", Policy.parse(document(deny("ec2:*")), "scp", name="Old"))
SESSION = botocore.session.get_session()
ANY = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
LINKED = f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SAML = f"arn:aws:iam::{HOME}:saml-provider/idp"


def world() -> World:
    made = company(
        user("ana", allow("*"), created=T0),
        user("bea", allow("*"), created=T0),
        role("R", trusts(HOME, ANY), allow("s3:*"), created=T0, attached=(arn("policy", "Shared"),)),
        replace(group("staff", allow("s3:*")), created=T0),
        role("Web", trusts({"Federated": PROVIDER}, ["sts:AssumeRoleWithWebIdentity", *ANY[1:]]), created=T0),
        role("Saml", trusts({"Federated": SAML}, ["sts:AssumeRoleWithSAML", *ANY[1:]]), created=T0),
        replace(role("X", trusts({"Service": "x.amazonaws.com"}), created=T0), arn=LINKED),
        managed("Shared", allow("s3:*")),
        oidc_providers=WITH_GITHUB,
        saml_providers=frozenset({SAML}),
        organization_policies=Map({FULL_ACCESS: full_access(), MINE.id: MINE}),
        units=Map({"r-exam": OrganizationUnit("r-exam", "Root", "o-exampleorgid")}),
        accounts=Map(
            {
                HOME: Account(HOME, "home", "o-exampleorgid", management=True, unit="r-exam", policies=(FULL_ACCESS,)),
                AWAY: Account(AWAY, "away", "o-exampleorgid", unit="r-exam", policies=(FULL_ACCESS,)),
            }
        ),
    )
    return done(do(made, ANA, "iam:CreateInstanceProfile", InstanceProfileName="profile"))


def assuming(name: str, **more: Any) -> dict[str, Any]:
    return {"RoleArn": arn("role", name), "RoleSessionName": "work", **more}


TAGS = {"Tags": [{"Key": "team", "Value": "blue"}], "TransitiveTagKeys": ["team"]}
ASSERTION = {
    "Recipient": "https://signin.aws.amazon.com/saml",
    "RoleSessionName": "ana@example.com",
    "Subject": "ana",
    "SubjectType": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "Issuer": "https://idp.example.com",
    "SourceIdentity": "ana",
}
TASK = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}
TRUST = document(trusts(EC2))
STS_CALLS: dict[str, dict[str, Any]] = {
    "AssumeRole": assuming("R", **TAGS, SourceIdentity="ana", Policy=document(allow("s3:*"))),
    "AssumeRoleWithSAML": {"RoleArn": arn("role", "Saml"), "PrincipalArn": SAML, "SAMLAssertion": ASSERTION},
    "AssumeRoleWithWebIdentity": assuming("Web", WebIdentityToken=TOKEN),
    "AssumeRoot": {"TargetPrincipal": AWAY, "TaskPolicyArn": TASK},
    "GetAccessKeyInfo": {"AccessKeyId": "ASIARZPUZDIKIPK2LUPA"},
    "GetCallerIdentity": {},
    "GetFederationToken": {"Name": "ana-at-home", "Tags": TAGS["Tags"]},
    "GetSessionToken": {},
    "GetWebIdentityToken": {"Audience": ["https://example.com"], "SigningAlgorithm": "ES384", "Tags": TAGS["Tags"]},
    "DecodeAuthorizationMessage": {"EncodedMessage": encoded_message(ask(world(), ANA, "sts:AssumeRole", "*"))},
}
IAM_CALLS: dict[str, dict[str, Any]] = {
    "CreateAccessKey": {"UserName": "bea"},
    "CreateGroup": {"GroupName": "g", "Path": "/teams/"},
    "CreateInstanceProfile": {"InstanceProfileName": "p", "Path": "/web/"},
    "CreateLoginProfile": {"UserName": "bea", "Password": "x"},
    "CreateOpenIDConnectProvider": {"Url": "https://idp.example.com", "ClientIDList": ["a"]},
    "CreatePolicy": {"PolicyName": "P", "PolicyDocument": document(allow("s3:*"))},
    "CreatePolicyVersion": {"PolicyArn": arn("policy", "Shared"), "PolicyDocument": document(allow("s3:*"))},
    "CreateRole": {"RoleName": "New", "Path": "/app/", "AssumeRolePolicyDocument": TRUST},
    "CreateSAMLProvider": {"Name": "second", "SAMLMetadataDocument": "<xml/>" * 200},
    "CreateUser": {"UserName": "zoe", "Path": "/eng/"},
    "DeleteServiceLinkedRole": {"RoleName": "AWSServiceRoleForX"},
    "GetGroupPolicy": {"GroupName": "staff", "PolicyName": "own"},
    "GetPolicy": {"PolicyArn": arn("policy", "Shared")},
    "GetPolicyVersion": {"PolicyArn": arn("policy", "Shared"), "VersionId": "v1"},
    "GetRolePolicy": {"RoleName": "R", "PolicyName": "own"},
    "GetUserPolicy": {"UserName": "bea", "PolicyName": "own"},
    "GetInstanceProfile": {"InstanceProfileName": "profile"},
    "EnableOutboundWebIdentityFederation": {},
    "GetOutboundWebIdentityFederationInfo": {},
    "GetRole": {"RoleName": "R"},
    "GetUser": {},
    "ListAccessKeys": {"UserName": "bea"},
    "ListAttachedGroupPolicies": {"GroupName": "staff"},
    "ListAttachedRolePolicies": {"RoleName": "R"},
    "ListAttachedUserPolicies": {"UserName": "bea"},
    "ListGroupPolicies": {"GroupName": "staff"},
    "ListGroups": {},
    "ListPolicyVersions": {"PolicyArn": arn("policy", "Shared")},
    "ListRolePolicies": {"RoleName": "R"},
    "ListUserPolicies": {"UserName": "bea"},
    "ListRoles": {"PathPrefix": "/"},
    "ListUsers": {},
    "UpdateRole": {"RoleName": "R", "MaxSessionDuration": 7200, "Description": "d"},
    "UpdateRoleDescription": {"RoleName": "R", "Description": "d"},
}
ORGANIZATION_CALLS: dict[str, dict[str, Any]] = {
    "CreateOrganizationalUnit": {"ParentId": "r-exam", "Name": "Teams"},
    "CreatePolicy": {
        "Content": document(deny("s3:*")),
        "Name": "Mine",
        "Description": "d",
        "Type": "SERVICE_CONTROL_POLICY",
    },
    "UpdatePolicy": {"PolicyId": MINE.id, "Content": document(deny("s3:*"))},
}
CALLS = [
    *(("sts", name, params) for name, params in STS_CALLS.items()),
    *(("iam", name, params) for name, params in IAM_CALLS.items()),
    *(("organizations", name, params) for name, params in ORGANIZATION_CALLS.items()),
]


def call(service: str, name: str, params: Mapping[str, Any]) -> Result:
    actor = {"AssumeRoleWithSAML": "saml:idp", "AssumeRoleWithWebIdentity": "web:job"}.get(name, ANA)
    made = world()
    if service == "sts" or name.startswith("GetOutbound"):
        made = done(do(made, ANA, "iam:EnableOutboundWebIdentityFederation"))
    return do(made, actor, f"{service}:{name}", save="new", **params)


def misfits(shape: Shape, value: Any, place: str = "") -> Iterator[str]:
    """What a client of AWS would not accept: unknown and missing members, types, lengths, patterns, values."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, Mapping):
            yield f"{place} is {value!r}, not a structure"
            return
        yield from (f"{place}.{name} is missing" for name in shape.required_members if name not in value)
        for name, inner in value.items():
            if name not in shape.members:
                yield f"{place}.{name} is no member"
            else:
                yield from misfits(shape.members[name], inner, f"{place}.{name}")
    elif isinstance(shape, ListShape):
        for number, inner in enumerate(value):
            yield from misfits(shape.member, inner, f"{place}[{number}]")
    elif isinstance(shape, MapShape):
        for inner in value.values():
            yield from misfits(shape.value, inner, place)
    else:
        yield from _scalar(shape, value, place)


def _scalar(shape: Shape, value: Any, place: str) -> Iterator[str]:
    kinds = {"integer": int, "boolean": bool, "timestamp": str, "string": str}
    if shape.name == "policyDocumentType" and isinstance(value, Mapping):
        value = json.dumps(value)  # clients hand out the object behind the text on the wire
    if not isinstance(value, kinds[shape.type_name]):
        yield f"{place} is {value!r}, not {shape.type_name}"
        return
    if shape.type_name == "timestamp" and datetime.fromisoformat(value).tzinfo is None:
        yield f"{place} has no time zone"
    size = len(value) if isinstance(value, str) and shape.type_name == "string" else value
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(size, int) and not ((least is None or size >= least) and (most is None or size <= most)):
        yield f"{place} is {size}, not {least} to {most}"
    pattern = shape.metadata.get("pattern")
    if pattern and "\\u" not in pattern and "\\p" not in pattern and not re.search(f"^(?:{pattern})$", value):
        yield f"{place} is {value!r}, which does not match {pattern}"
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"{place} is {value!r}, not one of {shape.enum}"


@pytest.mark.parametrize(("service", "name", "params"), CALLS, ids=[f"{s}-{n}" for s, n, _ in CALLS])
def test_an_answer_fits_the_service_model(service: str, name: str, params: dict[str, Any]) -> None:
    result = call(service, name, params)
    assert result.ok, result.error
    output = SESSION.get_service_model(service).operation_model(name).output_shape
    assert output is not None
    assert list(misfits(output, result.value)) == []


def test_every_call_with_an_answer_is_among_them() -> None:
    """A new operation has to be added above, unless AWS answers it with nothing."""
    for service, operations, calls in (
        ("sts", STS_OPERATIONS, STS_CALLS),
        ("iam", IAM_OPERATIONS, IAM_CALLS),
        ("organizations", ORGANIZATION_OPERATIONS, ORGANIZATION_CALLS),
    ):
        model = SESSION.get_service_model(service)
        answered = {name for name in operations if model.operation_model(name).output_shape is not None}
        assert answered - set(calls) == set()


@pytest.mark.parametrize(("service", "name", "params"), CALLS, ids=[f"{s}-{n}" for s, n, _ in CALLS])
def test_its_parameters_are_those_of_the_service_model(service: str, name: str, params: dict[str, Any]) -> None:
    """Tokens and assertions are given decoded; everything else is as a client would send it."""
    model = SESSION.get_service_model(service).operation_model(name).input_shape
    decoded = {key: "x" * 20 for key in ("WebIdentityToken", "SAMLAssertion") if key in params}
    sent = {**params, **decoded}
    assert model is not None or sent == {}
    assert model is None or list(misfits(model, sent)) == []


@pytest.mark.parametrize("name", ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken"])
def test_credentials_look_like_those_of_sts(name: str) -> None:
    value = call("sts", name, STS_CALLS[name]).value
    assert value is not None
    credentials = value["Credentials"]
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    assert account_of(credentials["AccessKeyId"]) == HOME
    assert len(credentials["SecretAccessKey"]) == 40
    assert re.fullmatch(r"IQoJ[A-Za-z0-9+/]{400,}", credentials["SessionToken"])


@pytest.mark.parametrize(
    ("kind", "prefix", "length"),
    [("User", "AIDA", 21), ("Role", "AROA", 21), ("Group", "AGPA", 21), ("InstanceProfile", "AIPA", 21)],
)
def test_unique_ids_have_their_prefix_and_length(kind: str, prefix: str, length: int) -> None:
    value = call("iam", f"Create{kind}", IAM_CALLS[f"Create{kind}"]).value
    assert value is not None
    unique_id = value[kind][f"{kind}Id"]
    assert unique_id.startswith(prefix)
    assert len(unique_id) == length
    assert set(unique_id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_a_role_session_drops_the_path_of_its_role_and_keeps_its_id() -> None:
    new = {"RoleName": "P", "Path": "/a/b/", "AssumeRolePolicyDocument": document(trusts(HOME))}
    pathed = done(do(world(), ANA, "iam:CreateRole", **new))
    value = do(pathed, ANA, "sts:AssumeRole", RoleArn=arn("role", "a/b/P"), RoleSessionName="work").value
    assert value is not None
    assert value["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{HOME}:assumed-role/P/work"
    assert value["AssumedRoleUser"]["AssumedRoleId"] == f"{pathed.role(arn('role', 'a/b/P')).unique_id}:work"
