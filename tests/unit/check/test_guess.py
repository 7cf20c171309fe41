"""What kind of policy a document is taken for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamviz.policy.check import guess_kind
from tests.unit.check.documents import SAML_PROVIDER, document


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (document(), "identity"),
        (document("trust"), "trust"),
        (document("trust", Principal={"Federated": SAML_PROVIDER}, Action=["sts:AssumeRoleWithSAML"]), "trust"),
        (document("trust", Principal=None, NotPrincipal="*"), "trust"),
        (document("trust", Resource="*"), "resource"),
        (document("trust", Action="*"), "resource"),
        (document("trust", Action="s3:GetObject"), "resource"),
        (document("trust", Action=None), "resource"),
        (document("resource"), "resource"),
        ({"Statement": []}, "identity"),
        ([], "identity"),
    ],
)
def test_kind(made: Any, kind: str) -> None:
    assert guess_kind(json.dumps(made)).value == kind


def test_a_text_that_is_no_json_is_taken_as_identity() -> None:
    assert guess_kind("{").value == "identity"
