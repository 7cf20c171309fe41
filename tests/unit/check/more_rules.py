"""Rules about trust policies and security, each with a document that breaks it and one that keeps it."""

from __future__ import annotations

from tests.unit.check.documents import GITHUB, ROLE, SAML_PROVIDER, document, when
from tests.unit.check.rule import (
    ADVICE,
    ANALYZER,
    AUD,
    AWS_ADVICE,
    AWS_WARNING,
    PARSER,
    SCOPED,
    SUB,
    WARNING,
    Rule,
    federated,
    github,
    principal,
)

TRUST = [
    Rule(
        "ROLE_TRUST_POLICY_UNSUPPORTED_ACTION",
        PARSER,
        document("trust", Action="s3:GetObject"),
        document("trust", Action=["sts:AssumeRole", "sts:TagSession", "sts:SetContext"]),
        "trust",
    ),
    Rule("ROLE_TRUST_POLICY_UNSUPPORTED_ACTION", PARSER, document("trust", Action="*"), document("trust"), "trust"),
    Rule(
        "ROLE_TRUST_POLICY_WIDE_ACTION",
        WARNING,
        document("trust", Action="sts:*"),
        document("trust", Action="sts:AssumeRole*"),
        "trust",
    ),
    *(
        Rule(
            "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
            ANALYZER,
            principal(wrong, "trust"),
            document("trust"),
            "trust",
        )
        for wrong in ("*", {"AWS": "*"}, {"AWS": [ROLE, "*"]})
    ),
    *(
        Rule("MISMATCHED_ACTION_FOR_PRINCIPAL", ANALYZER, wrong, right, "trust")
        for wrong, right in (
            (federated(SAML_PROVIDER), federated(SAML_PROVIDER, "sts:AssumeRoleWithSAML")),
            (federated("accounts.google.com", "sts:AssumeRole"), federated("accounts.google.com")),
            (document("trust", Action="sts:AssumeRoleWithSAML"), document("trust", Action="sts:AssumeRole*")),
            (
                document("trust", Principal={"AWS": ROLE, "Federated": SAML_PROVIDER}),
                document(
                    "trust",
                    Principal={"AWS": ROLE, "Federated": SAML_PROVIDER},
                    Action=["sts:AssumeRole", "sts:AssumeRoleWithSAML"],
                ),
            ),
        )
    ),
    Rule(
        "MISSING_ACTION_FOR_CONDITION_KEY",
        WARNING,
        when("trust", StringEquals={"sts:SourceIdentity": "ana"}),
        document(
            "trust",
            Action=["sts:AssumeRole", "sts:SetSourceIdentity"],
            Condition={"StringEquals": {"sts:SourceIdentity": "ana"}},
        ),
        "trust",
    ),
    *(
        Rule("OIDC_PROVIDER_NOT_SCOPED", PARSER, wrong, right, "trust")
        for wrong, right in (
            (github(StringEquals={AUD: "sts.amazonaws.com"}), github(**SCOPED)),
            (github(StringLike={SUB: "*"}), github(StringLike={SUB: "repo:*"})),
            (github(StringLike={SUB: ["repo:org/repo:*", "*"]}), github(StringLike={SUB: "repo:*/*"})),
            (
                github(StringEquals={f"{GITHUB}:repository": "org/repo"}),
                github(StringLike={f"{GITHUB}:job_workflow_ref": "org/shared/.github/workflows/deploy.yml@*"}),
            ),
            (
                github(**{"ForAllValues:StringEquals": {SUB: "repo:org/repo:ref:refs/heads/main"}}),
                github(StringEqualsIgnoreCase={SUB: "repo:org/repo:ref:refs/heads/main"}),
            ),
            (
                github(StringEqualsIfExists={SUB: "repo:org/repo:ref:refs/heads/main"}),
                github(StringEquals={SUB.upper(): "repo:org/repo:ref:refs/heads/main"}),
            ),
            (
                federated("cognito-identity.amazonaws.com"),
                federated(
                    "cognito-identity.amazonaws.com",
                    Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}},
                ),
            ),
            (
                federated("arn:aws:iam::111122223333:oidc-provider/gitlab.com"),
                federated(
                    "arn:aws:iam::111122223333:oidc-provider/gitlab.com",
                    Condition={"StringLike": {"gitlab.com:sub": "project_path:group/project:*"}},
                ),
            ),
        )
    ),
    Rule(
        "MISSING_CONDITION_KEY_FOR_OIDC_PROVIDER",
        AWS_WARNING,
        federated("accounts.google.com"),
        federated("accounts.google.com", Condition={"StringEquals": {"accounts.google.com:aud": "1"}}),
        "trust",
    ),
    Rule(
        "SPECIFIC_GITHUB_REPO_RECOMMENDED",
        AWS_WARNING,
        github(StringLike={SUB: "repo:org*"}),
        github(StringLike={SUB: "repo:org/*"}),
        "trust",
    ),
    Rule(
        "CLAIM_NOT_IN_CONTEXT",
        WARNING,
        github(StringEquals={f"{GITHUB}:repository_owner": "org"} | SCOPED["StringEquals"]),
        github(StringEquals={f"{GITHUB}:environment": "prod"} | SCOPED["StringEquals"]),
        "trust",
    ),
    Rule(
        "INVALID_EXTERNAL_ID",
        WARNING,
        when("trust", StringEquals={"sts:ExternalId": "a b"}),
        when("trust", StringEquals={"sts:ExternalId": "cust-7f3a"}),
        "trust",
    ),
    Rule(
        "FEDERATED_USER_CANNOT_ASSUME",
        WARNING,
        principal({"AWS": "arn:aws:sts::111122223333:federated-user/ana"}, "trust"),
        document("trust"),
        "trust",
    ),
    Rule(
        "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
        ANALYZER,
        principal({"Service": "rolesanywhere.amazonaws.com"}, "trust"),
        principal(
            {"Service": "rolesanywhere.amazonaws.com"},
            "trust",
            Action=["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        ),
        "trust",
    ),
    Rule(
        "MISSING_ACTION_FOR_POD_IDENTITY",
        WARNING,
        principal({"Service": "pods.eks.amazonaws.com"}, "trust"),
        principal({"Service": "pods.eks.amazonaws.com"}, "trust", Action=["sts:AssumeRole", "sts:TagSession"]),
        "trust",
    ),
]
SECURITY = [
    Rule(
        "ALLOW_EVERYONE",
        WARNING,
        principal("*"),
        principal("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        "resource",
    ),
    *(
        Rule(
            "PRINCIPAL_ARN_OF_ANY_ACCOUNT",
            WARNING,
            principal("*", kind, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}),
            principal("*", kind, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
            kind,
        )
        for kind in ("resource", "trust")
    ),
    Rule(
        "MFA_ALLOW_IF_EXISTS",
        WARNING,
        when(BoolIfExists={"aws:MultiFactorAuthPresent": "true"}),
        when(Bool={"aws:MultiFactorAuthPresent": "true"}),
    ),
    Rule(
        "MFA_DENY_WITHOUT_IF_EXISTS",
        WARNING,
        when(effect="Deny", Bool={"aws:MultiFactorAuthPresent": "false"}),
        when(effect="Deny", BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
    ),
    Rule(
        "MFA_DENY_WITHOUT_IF_EXISTS",
        WARNING,
        when(effect="Deny", NumericGreaterThan={"aws:MultiFactorAuthAge": 3600}),
        when(effect="Deny", NumericGreaterThanIfExists={"aws:MultiFactorAuthAge": 3600}),
    ),
    Rule(
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        AWS_WARNING,
        document(Action="iam:PassRole", Resource="*"),
        document(
            Action="iam:PassRole",
            Resource="*",
            Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
    ),
    Rule(
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        AWS_WARNING,
        document(Action="iam:*", Resource=None, NotResource=ROLE),
        document(Action="iam:PassRole", Resource=ROLE),
    ),
    Rule(
        "CREATE_SLR_WITH_STAR_IN_RESOURCE",
        AWS_ADVICE,
        document(Action="iam:Create*", Resource="*"),
        document(Action="iam:CreateUser", Resource="*"),
    ),
    Rule(
        "ASSUME_ROLE_ON_EVERYTHING",
        ADVICE,
        document(Action="sts:AssumeRole", Resource="*"),
        document(Action="sts:AssumeRole", Resource=ROLE),
    ),
    Rule("ALLOW_EVERYTHING", ADVICE, document(Action="*", Resource="*"), document(Action="*", Resource=ROLE)),
    Rule("ALLOW_WITH_NOT_RESOURCE", ADVICE, document(Resource=None, NotResource="arn:aws:s3:::b/*"), document()),
    Rule(
        "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
        AWS_ADVICE,
        principal({"Service": "sns.amazonaws.com"}),
        principal({"Service": "sns.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        "resource",
    ),
]
