"""AssumeRoleWithWebIdentity and AssumeRoleWithSAML: docs/rules/roles_and_sessions.md 4.3."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.calls.company import (
    GITHUB,
    HOME,
    MAIN,
    PROVIDER,
    T0,
    TOKEN,
    WITH_GITHUB,
    allow,
    arn,
    assume,
    code,
    company,
    do,
    done,
    role,
    text,
    trusts,
)
from tests.unit.calls.test_tokens import seconds

NO_INSTANTS = ["tomorrow", "1767225600", [], {}, 10**30, -(10**30), float("nan"), float("inf")]


class TestWebIdentity:
    """4.4."""

    WORLD = company(
        role(
            "Deploy",
            trusts(
                {"Federated": PROVIDER},
                ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
                Condition={"StringEquals": {f"{GITHUB}:sub": MAIN}},
            ),
            allow("*"),
            max_session_duration=43200,
        ),
        role("Onward", trusts(HOME, "sts:*")),
        oidc_providers=WITH_GITHUB,
    )

    def login(self, name: str = "Deploy", at: int = 0, params: dict[str, Any] | None = None, **claims: Any) -> Any:
        token = {**TOKEN, **claims}
        given = {"RoleArn": arn("role", name), "RoleSessionName": "ci", "WebIdentityToken": token, **(params or {})}
        return do(self.WORLD, "web:ci", "sts:AssumeRoleWithWebIdentity", at=at, save="ci", **given)

    def test_the_right_subject_gets_in_and_is_told(self) -> None:
        value = self.login().value
        assert value is not None
        assert (value["SubjectFromWebIdentityToken"], value["Audience"], value["Provider"]) == (
            MAIN,
            "sts.amazonaws.com",
            PROVIDER,
        )

    @pytest.mark.parametrize("name", ["Deploy", "Absent"])
    def test_a_wrong_subject_and_a_missing_role_are_refused_in_the_same_words(self, name: str) -> None:
        result = self.login(name, sub="repo:evil/app:ref:refs/heads/main" if name == "Deploy" else MAIN)
        assert (code(result), text(result)) == (
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        )

    def test_an_unknown_issuer(self) -> None:
        result = self.login(iss="https://evil.example.com")
        assert code(result) == "InvalidIdentityToken"
        assert text(result) == "No OpenIDConnect provider found in your account for https://evil.example.com"

    @pytest.mark.parametrize("claims", [{"aud": "other"}, {"azp": "other"}, {"aud": ["other"]}])
    def test_a_wrong_audience(self, claims: dict[str, Any]) -> None:
        assert text(self.login(**claims)) == "Incorrect token audience"

    def test_one_audience_of_several_is_enough(self) -> None:
        assert self.login(aud=["other", "sts.amazonaws.com"]).ok

    def test_an_expired_token_tells_both_instants(self) -> None:
        now = int(T0.timestamp())
        assert self.login(exp=now + 60, at=59).ok
        result = self.login(exp=now + 60, at=60)
        assert (code(result), text(result)) == (
            "ExpiredTokenException",
            f"Token expired: current date/time {now + 60} must be before the expiration date/time {now + 60}",
        )

    def test_the_issuer_is_looked_up_before_the_token_and_the_audience(self) -> None:
        assert "No OpenIDConnect" in text(self.login(iss="https://x.example.com", exp=0, aud="other"))
        assert "Token expired" in text(self.login(exp=0, aud="other"))

    def test_it_is_not_chaining_but_using_its_credentials_is(self) -> None:
        result = self.login(params={"DurationSeconds": 43200})
        world = done(result)
        assert text(assume(world, "session:ci", "Onward", DurationSeconds=3601)).endswith("by role chaining.")

    def test_only_mapped_claims_become_condition_keys(self) -> None:
        values = self.login(repository="acme/app", repository_owner="acme").decisions[0].request.values
        assert values[f"{GITHUB}:repository"] == ("acme/app",)
        assert f"{GITHUB}:repository_owner" not in values
        assert f"{GITHUB}:environment" not in values

    def test_tags_may_be_flattened(self) -> None:
        """For issuers whose tokens hold no nested objects."""
        start = "https://aws.amazon.com/tags"
        flat = {f"{start}/principal_tags/team": ["a"], f"{start}/transitive_tag_keys": ["team"]}
        session = next(iter(done(self.login(**flat)).sessions.values()))
        assert (dict(session.tags), session.transitive) == ({"team": "a"}, {"team"})

    def test_tags_and_source_identity_come_from_claims(self) -> None:
        tags = {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]}
        claims = {"https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "octocat"}
        result = self.login(**claims)
        session = next(iter(done(result).sessions.values()))
        assert (dict(session.tags), session.transitive) == ({"team": "a"}, {"team"})
        assert session.source_identity == "octocat"

    @pytest.mark.parametrize("value", ["a", "aws:x", "two words", "Zoë", "a" * 65, 7])
    def test_a_source_identity_outside_its_pattern_is_refused(self, value: Any) -> None:
        result = self.login(**{"https://aws.amazon.com/source_identity": value})
        assert (code(result), text(result)) == (
            "InvalidIdentityToken",
            'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
        )

    @pytest.mark.parametrize("value", NO_INSTANTS)
    def test_an_expiry_that_is_no_instant_is_refused(self, value: Any) -> None:
        """Taken for a token without an end it would be good for ever."""
        result = self.login(exp=value)
        assert code(result) == "InvalidIdentityToken"
        assert text(result).startswith("the claim exp is ")

    @pytest.mark.parametrize(
        "claim",
        [
            "x",
            {"principal_tags": {1: "a"}},
            {"principal_tags": ["x"]},
            {"principal_tags": {"a": []}},
            {"principal_tags": {"a": 1}},
        ],
    )
    def test_a_claim_of_tags_in_another_shape_is_refused(self, claim: Any) -> None:
        assert code(self.login(**{"https://aws.amazon.com/tags": claim})) == "InvalidIdentityToken"


OF_A_DIRECTORY = {
    "StringEquals": {"saml:mail": "ana@acme.example"},
    "ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "member"},
}


class TestSaml:
    """4.3."""

    IDP = arn("saml-provider", "Corp")
    URL = "https://signin.aws.amazon.com/saml"
    WORLD = company(
        role(
            "Staff",
            trusts(
                {"Federated": IDP},
                ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
                Condition={"StringEquals": {"saml:aud": URL}},
            ),
            max_session_duration=43200,
        ),
        role("Plain", trusts({"Federated": IDP}, "sts:AssumeRoleWithSAML")),
        role("ByMail", trusts({"Federated": IDP}, "sts:AssumeRoleWithSAML", Condition=OF_A_DIRECTORY)),
        saml_providers=frozenset({IDP}),
    )

    def login(self, at: int = 0, params: dict[str, Any] | None = None, **assertion: Any) -> Any:
        told = {"Recipient": self.URL, "Issuer": "https://idp", "RoleSessionName": "ana@corp", **assertion}
        told = {key: value for key, value in told.items() if value is not None}
        given = {"RoleArn": arn("role", "Staff"), "PrincipalArn": self.IDP, "SAMLAssertion": told, **(params or {})}
        return do(self.WORLD, "saml:corp", "sts:AssumeRoleWithSAML", at=at, save="s", **given)

    def test_the_session_is_named_by_the_assertion(self) -> None:
        value = self.login(Subject="ana", SubjectType="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent").value
        assert value is not None
        assert value["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{HOME}:assumed-role/Staff/ana@corp"
        assert (value["Subject"], value["SubjectType"], value["Issuer"], value["Audience"]) == (
            "ana",
            "persistent",
            "https://idp",
            self.URL,
        )

    def test_the_name_qualifier_is_the_hash_of_issuer_account_and_provider(self) -> None:
        expected = base64.b64encode(hashlib.sha1(f"https://idp{HOME}/Corp".encode()).digest()).decode()
        value = self.login().value
        assert value is not None
        assert value["NameQualifier"] == expected

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            (None, "RoleSessionName is required in AuthnResponse"),
            ("a", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
            ("Zoë", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
            ("a b", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
        ],
    )
    def test_a_missing_or_wrong_session_name(self, name: str | None, message: str) -> None:
        result = self.login(RoleSessionName=name)
        assert (code(result), text(result)) == ("InvalidIdentityToken", message)

    def test_any_text_can_be_an_issuer(self) -> None:
        assert self.login(Issuer="https://\ud800").ok

    def test_a_wrong_recipient_is_not_authorized(self) -> None:
        result = self.login(Recipient="https://evil")
        assert (code(result), text(result)) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")

    def test_what_is_no_saml_provider_is_an_invalid_request_arn(self) -> None:
        assert text(self.login(params={"PrincipalArn": arn("role", "NotAProvider")})) == "Request ARN is invalid"

    def test_an_unknown_provider_is_refused(self) -> None:
        assert code(self.login(params={"PrincipalArn": arn("saml-provider", "Other")})) == "InvalidIdentityToken"

    def test_the_end_of_the_assertion_cuts_the_session(self) -> None:
        end = int(T0.timestamp()) + 1800
        assert seconds(self.login(SessionNotOnOrAfter=end)) == 1800
        assert seconds(self.login(SessionNotOnOrAfter=end + 40000)) == 3600

    def test_an_assertion_that_has_ended_is_refused(self) -> None:
        assert code(self.login(at=1800, SessionNotOnOrAfter=int(T0.timestamp()) + 1800)) == "ExpiredTokenException"

    def test_tags_and_source_identity_come_from_attributes(self) -> None:
        result = self.login(PrincipalTags={"team": "a"}, TransitiveTagKeys=["team"], SourceIdentity="ana")
        session = next(iter(done(result).sessions.values()))
        assert (dict(session.tags), session.source_identity) == ({"team": "a"}, "ana")

    @pytest.mark.parametrize("prefix", ["", "https://aws.amazon.com/SAML/Attributes/"])
    @pytest.mark.parametrize("inside", [False, True])
    @pytest.mark.parametrize("listed", [False, True])
    def test_attributes_may_have_the_names_that_aws_gives_them(self, prefix: str, inside: bool, listed: bool) -> None:
        told = {
            "PrincipalTag:team": "a",
            "TransitiveTagKeys": "team",
            "SourceIdentity": "ana",
            "RoleSessionName": "bea",
        }
        named = {f"{prefix}{name}": [value] if listed else value for name, value in told.items()}
        session = next(iter(done(self.login(**({"Attributes": named} if inside else named))).sessions.values()))
        assert (session.name, session.source_identity) == ("bea", "ana")
        assert (dict(session.tags), session.transitive) == ({"team": "a"}, {"team"})

    def test_a_tag_needs_its_lock_whatever_it_is_called(self) -> None:
        """An attribute that nobody reads would let in whoever the trust policy does not let tag."""
        for tag in ({"PrincipalTags": {"team": "a"}}, {"PrincipalTag:team": "a"}):
            assert code(self.login(params={"RoleArn": arn("role", "Plain")}, **tag)) == "AccessDenied"

    @pytest.mark.parametrize(("mail", "ok"), [("ana@acme.example", True), ("eve@acme.example", False), (None, False)])
    def test_attributes_of_a_directory_are_condition_keys(self, mail: str | None, ok: bool) -> None:
        told = {"mail": mail} if mail else {}
        groups = {"eduPersonAffiliation": ["staff", "member"]}
        assert self.login(params={"RoleArn": arn("role", "ByMail")}, **told, **groups).ok is ok

    @pytest.mark.parametrize(
        "assertion",
        [{"PrincipalTags": ["team"]}, {"PrincipalTags": {"team": 1}}, {"TransitiveTagKeys": 1}]
        + [{"PrincipalTags": {1: "a"}}]
        + [{"SessionNotOnOrAfter": value} for value in NO_INSTANTS],
    )
    def test_attributes_of_another_shape_are_refused(self, assertion: dict[str, Any]) -> None:
        assert code(self.login(**assertion)) == "InvalidIdentityToken"

    @pytest.mark.parametrize(
        ("offered", "ok"),
        [
            (None, True),
            (f"{arn('role', 'Staff')},{arn('saml-provider', 'Corp')}", True),
            ([f"{arn('saml-provider', 'Corp')}, {arn('role', 'Staff')}", "x,y"], True),
            (f"{arn('role', 'Other')},{arn('saml-provider', 'Corp')}", False),
            ([], False),
            (1, False),
            ([1, ["x"]], False),
        ],
    )
    def test_only_a_role_that_the_assertion_offers(self, offered: Any, ok: bool) -> None:
        result = self.login(Role=offered)
        assert result.ok is ok
        if not ok:
            assert (code(result), text(result)) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")

    def test_a_world_without_the_provider_lets_nobody_in(self) -> None:
        bare = replace(self.WORLD, saml_providers=frozenset())
        told = {"Recipient": self.URL, "RoleSessionName": "ana"}
        given = {"RoleArn": arn("role", "Staff"), "PrincipalArn": self.IDP, "SAMLAssertion": told}
        assert code(do(bare, "saml:corp", "sts:AssumeRoleWithSAML", **given)) == "InvalidIdentityToken"

    def test_who_it_was_stays_in_the_context_of_the_session_and_the_recipient_does_not(self) -> None:
        persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
        context = done(self.login(Subject="ana", SubjectType=persistent)).context_of("s")
        assert (context.get("saml:sub"), context.get("saml:sub_type")) == (("ana",), ("persistent",))
        assert context.get("saml:namequalifier") is not None
        assert context.get("saml:aud") is context.get("saml:iss") is context.get("saml:doc") is None

    def test_a_source_identity_outside_its_pattern_is_refused(self) -> None:
        assert code(self.login(SourceIdentity="aws:ana")) == "InvalidIdentityToken"


class TestOAuth:
    """4.4: ProviderId is for the two built-in providers of OAuth 2.0, and never for OpenID Connect."""

    AMAZON = "www.amazon.com"
    WORLD = company(
        role(
            "Lwa",
            trusts(
                {"Federated": AMAZON},
                "sts:AssumeRoleWithWebIdentity",
                Condition={"StringEquals": {f"{AMAZON}:app_id": "amzn1.application"}},
            ),
        ),
    )

    def login(self, provider: str, **claims: str) -> Any:
        params = {"RoleArn": arn("role", "Lwa"), "RoleSessionName": "run", "WebIdentityToken": claims}
        return do(self.WORLD, "web:app", "sts:AssumeRoleWithWebIdentity", ProviderId=provider, **params)

    def test_the_application_is_a_condition_key(self) -> None:
        assert self.login(self.AMAZON, app_id="amzn1.application", user_id="u").ok
        assert code(self.login(self.AMAZON, app_id="other", user_id="u")) == "AccessDenied"

    def test_it_is_not_for_a_token_of_openid_connect_nor_for_one_of_another_issuer(self) -> None:
        assert code(self.login(GITHUB, iss=f"https://{GITHUB}")) == "ValidationError"
        assert code(self.login(self.AMAZON, iss=f"https://{GITHUB}", app_id="x")) == "InvalidIdentityToken"


@pytest.mark.parametrize("actor", ["web:job", "saml:corp", "anonymous"])
@pytest.mark.parametrize("operation", ["sts:GetCallerIdentity", "sts:GetSessionToken", "iam:ListUsers"])
def test_what_nobody_signed_has_no_identity(actor: str, operation: str) -> None:
    """4.1: only the calls that bring a token go unsigned."""
    result = do(company(), actor, operation)
    assert (code(result), text(result)) == ("MissingAuthenticationToken", "Request is missing Authentication Token")


def test_without_an_audience_a_built_in_provider_lets_nobody_in() -> None:
    world = company(role("G", trusts({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity")))
    params = {"RoleArn": arn("role", "G"), "RoleSessionName": "run"}
    told = {"iss": "https://accounts.google.com", "sub": "1"}
    for claims, ok in ((told, False), (told | {"aud": "a"}, True)):
        assert do(world, "web:app", "sts:AssumeRoleWithWebIdentity", WebIdentityToken=claims, **params).ok is ok
