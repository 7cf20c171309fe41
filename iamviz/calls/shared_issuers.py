"""OIDC issuers that serve many customers, and the claims of which one must be tested.

docs/rules/roles_and_sessions.md 2.3.
Only GitHub is confirmed; the others are kept as data and not enforced.
"""

__all__ = ["CONFIRMED", "UNCONFIRMED", "required_claims"]

CONFIRMED = {"token.actions.githubusercontent.com": ("sub", "job_workflow_ref")}
UNCONFIRMED = {
    **dict.fromkeys(
        """gitlab.com app.terraform.io agent.buildkite.com vstoken.actions.githubusercontent.com
        oidc-configuration.audit-log.githubusercontent.com oidc.codefresh.io studio.datachain.ai/api scalr.io
        tokens.cloud.shisho.dev proidc.upbound.io""".split(),
        ("sub",),
    ),
    **dict.fromkeys(
        "oidc.vercel.com api.pulumi.com/oidc sandboxes.cloud cognito-identity.amazonaws.com".split(), ("aud",)
    ),
}


def required_claims(host: str) -> tuple[str, ...]:
    """The claims of which a trust policy for this issuer must test one; empty for an issuer of one's own."""
    return CONFIRMED.get(host, ())
