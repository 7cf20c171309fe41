"""Identity providers as calls: docs/rules/roles_and_sessions.md 3.6."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from iamviz import CallError, Result, World
from iamviz.world.entities import OidcProvider
from tests.unit.calls.company import (
    ADMIN,
    ANA,
    AWAY,
    GITHUB,
    HOME,
    PROVIDER,
    TOKEN,
    code,
    do,
    done,
    role,
    text,
    trusts,
)
from tests.unit.calls.test_iam_things import world

# -- providers

CI = role("Ci", trusts({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity"))


def log_in(in_world: World, **claims: str) -> Result:
    params = {"RoleArn": CI.arn, "RoleSessionName": "run", "WebIdentityToken": TOKEN | claims}
    return do(in_world, "web:job", "sts:AssumeRoleWithWebIdentity", **params)


def create_provider(in_world: World, url: str = f"https://{GITHUB}", **more: Any) -> Result:
    return do(in_world, ANA, "iam:CreateOpenIDConnectProvider", Url=url, **more)


def test_tokens_count_from_the_moment_on_at_which_their_issuer_is_a_provider() -> None:
    assert code(log_in(world(CI))) == "InvalidIdentityToken"
    made = create_provider(world(CI), ClientIDList=["sts.amazonaws.com"])
    assert made.value == {"OpenIDConnectProviderArn": PROVIDER}
    assert log_in(done(made)).ok
    gone = done(do(done(made), ANA, "iam:DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=PROVIDER))
    assert code(log_in(gone)) == "InvalidIdentityToken"


def test_audiences_are_added_and_removed() -> None:
    made = done(create_provider(world(CI)))
    assert text(log_in(made)) == "Incorrect token audience"
    params = {"OpenIDConnectProviderArn": PROVIDER, "ClientID": "sts.amazonaws.com"}
    added = done(do(made, ANA, "iam:AddClientIDToOpenIDConnectProvider", **params))
    assert log_in(added).ok
    removed = done(do(added, ANA, "iam:RemoveClientIDFromOpenIDConnectProvider", **params))
    assert text(log_in(removed)) == "Incorrect token audience"


def test_one_provider_for_an_issuer_in_an_account_and_a_hundred_audiences() -> None:
    made = done(create_provider(world(), ClientIDList=[f"app-{number}" for number in range(100)]))
    assert code(create_provider(made)) == "EntityAlreadyExists"
    params = {"OpenIDConnectProviderArn": PROVIDER, "ClientID": "one-more"}
    assert code(do(made, ANA, "iam:AddClientIDToOpenIDConnectProvider", **params)) == "LimitExceeded"


@pytest.mark.parametrize("url", ["http://idp.example.com", "idp.example.com", "https://"])
def test_an_issuer_is_an_https_url(url: str) -> None:
    assert code(create_provider(world(), url)) == "InvalidInput"


@pytest.mark.parametrize("operation", ["DeleteOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider"])
@pytest.mark.parametrize("account", [HOME, AWAY])
def test_a_provider_that_is_not_there(operation: str, account: str) -> None:
    foreign = f"arn:aws:iam::{AWAY}:oidc-provider/{GITHUB}"
    there = world(oidc_providers=Map({foreign: OidcProvider(foreign)}))
    params = {"OpenIDConnectProviderArn": f"arn:aws:iam::{account}:oidc-provider/{GITHUB}"}
    params |= {"ClientID": "x"} if operation.startswith("Add") else {}
    assert code(do(there, ADMIN, f"iam:{operation}", **params)) == "NoSuchEntity"


def test_saml_providers_are_made_and_deleted() -> None:
    arn_ = f"arn:aws:iam::{HOME}:saml-provider/idp"
    made = do(world(), ANA, "iam:CreateSAMLProvider", Name="idp")
    assert made.value == {"SAMLProviderArn": arn_}
    assert code(do(done(made), ANA, "iam:CreateSAMLProvider", Name="idp")) == "EntityAlreadyExists"
    gone = done(do(done(made), ANA, "iam:DeleteSAMLProvider", SAMLProviderArn=arn_))
    assert code(do(gone, ANA, "iam:DeleteSAMLProvider", SAMLProviderArn=arn_)) == "NoSuchEntity"
    with pytest.raises(CallError, match="expected the ARN of a SAML provider"):
        do(gone, ANA, "iam:DeleteSAMLProvider", SAMLProviderArn="idp, an identity provider")
