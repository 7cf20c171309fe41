"""Trust policies that other people wrote, out of ../shared/real/: all parse or say why not, and are checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamviz import Policy, PolicyError, check_policy

FILE = Path(__file__).resolve().parents[3] / "shared" / "real" / "trust_policies.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there: it stays outside of the project")

FEDERATED = "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"
WILDCARD = "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
EXPLAINED = {
    # Placeholders that a reader is meant to replace.
    "aws-docs-confused-deputy-externalid": {"INVALID_PRINCIPAL"},  # "Example Corp's AWS Account ID"
    "aws-docs-saml": {FEDERATED},  # ACCOUNT-ID-WITHOUT-HYPHENS
    "hcp-terraform-plan-apply-list": {FEDERATED},  # ACCOUNT_ID
    "tailwarden-externalid": {"INVALID_PRINCIPAL"},  # TW_ACCOUNT_ID
    "eks-irsa-circleci-nomad": {"VARIABLE_UNSUPPORTED_IN_ELEMENT", "INVALID_CONDITION_KEY_FORMAT"},  # shell variables
    # Examples of what is wrong.
    "awscli-aws-root": {"INVALID_PRINCIPAL"},  # an account id of eleven digits
    "awscli-federated-cognito-identity": {"MISMATCHED_ACTION_FOR_PRINCIPAL"},  # the CLI manual shows this very finding
    "moto-service-ec2-2": {"ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"},  # a Resource in a trust policy
    "panther-analysis-federated-oidc-provider-4": {"OIDC_PROVIDER_NOT_SCOPED"},  # GitHub, sub = *
    # IAM stores them, Access Analyzer reports them.
    "panther-analysis-any": {WILDCARD},
    "panther-analysis-aws": {WILDCARD},
    "panther-analysis-aws-2": {WILDCARD},
    "principal-org-id": {WILDCARD},
    # A slip: "allow".
    "terraform-aws-control-tower-account-factory-service-backup": {"UNKNOWN_EFFECT"},
}
UNREADABLE = {"terraform-aws-control-tower-account-factory-service-backup"}


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {entry["name"]: entry["document"] for entry in json.loads(FILE.read_text("utf-8"))}


def test_every_error_is_explained(documents: dict[str, Any]) -> None:
    errors = {
        name: {
            finding.code
            for finding in check_policy(document, "trust", attached_to="trust")
            if finding.severity == "error"
        }
        for name, document in documents.items()
    }
    assert {name: codes for name, codes in errors.items() if codes} == EXPLAINED


def test_all_but_one_can_be_read(documents: dict[str, Any]) -> None:
    unreadable = set()
    for name, document in documents.items():
        try:
            assert Policy.parse(document, "trust", name=name).statements
        except PolicyError as error:
            unreadable.add(error.name)
    assert unreadable == UNREADABLE
