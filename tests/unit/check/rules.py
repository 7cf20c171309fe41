"""One row for each finding: a document that has it, the same document put right, and who says it how loudly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.unit.check.documents import GITHUB, GITHUB_PROVIDER, ROLE, SAML_PROVIDER, Json, document, statement, when

TWO = {"Version": "2012-10-17"}


@dataclass(frozen=True)
class Rule:
    code: str
    level: str
    bad: Json | str
    good: Json | str
    kind: str = "identity"

    @property
    def severity(self) -> str:
        return self.level.split()[0]

    @property
    def source(self) -> str:
        return self.level.split()[1]

    def __str__(self) -> str:
        return f"{self.kind}: {self.code}"


PARSER, ANALYZER = "error parser", "error analyzer"
WARNING, ADVICE = "warning review", "advice review"
AWS_WARNING, AWS_ADVICE = "warning analyzer", "advice analyzer"


def resources(text: str, kind: str = "identity", **changes: Any) -> Json:
    return document(kind, Action="*", Resource=text, **changes)


def principal(value: Any, kind: str = "resource", **changes: Any) -> Json:
    return document(kind, Principal=value, **changes)


def sids(kind: str, first: str, second: str) -> Json:
    return TWO | {"Statement": [statement(kind, Sid=first), statement(kind, Sid=second)]}


def federated(provider: str, action: str = "sts:AssumeRoleWithWebIdentity", **changes: Any) -> Json:
    return document("trust", Principal={"Federated": provider}, Action=action, **changes)


def github(**condition: Any) -> Json:
    return federated(GITHUB_PROVIDER, Condition=condition)


SUB, AUD = f"{GITHUB}:sub", f"{GITHUB}:aud"
SCOPED = {"StringEquals": {AUD: "sts.amazonaws.com", SUB: "repo:org/repo:ref:refs/heads/main"}}
FULL_ACCESS = document("rcp", Effect="Allow", Action="*")

STRUCTURE = [
    Rule("INVALID_JSON", PARSER, '{"Statement": ', document()),
    Rule("NOT_AN_OBJECT", PARSER, "[]", document()),
    Rule("NO_STATEMENT", PARSER, TWO, document()),
    Rule("NO_STATEMENT", PARSER, TWO | {"Statement": []}, document()),
    Rule("NO_EFFECT", PARSER, document(Effect=None), document()),
    Rule("UNKNOWN_EFFECT", PARSER, document(Effect="allow"), document(Effect="Deny")),
    Rule("ILLEGAL_CHARACTER", PARSER, document(Resource="arn:aws:s3:::ł/*"), document(Resource="arn:aws:s3:::é/*")),
    Rule("DUPLICATE_KEY", PARSER, '{"Version": "2012-10-17", "Version": "2012-10-17"}', '{"Version": "2012-10-17"}'),
    Rule(
        "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
        ANALYZER,
        when(StringEquals={"aws:username": "a", "aws:UserName": "b"}),
        when(StringEquals={"aws:username": "a"}, StringLike={"aws:UserName": "b"}),
    ),
    Rule("INVALID_POLICY_ELEMENT", PARSER, document() | {"statement": []}, document()),
    Rule("INVALID_POLICY_ELEMENT", PARSER, document(Foo="bar"), document()),
    Rule("MISSING_VERSION", AWS_WARNING, {"Statement": [statement()]}, document()),
    Rule("INVALID_VERSION", PARSER, document() | {"Version": "2026-01-01"}, document()),
    Rule("OLD_VERSION", ADVICE, document() | {"Version": "2008-10-17"}, document()),
    Rule("UNSUPPORTED_ID", PARSER, document() | {"Id": "x"}, document()),
    Rule("UNSUPPORTED_ID", PARSER, document("scp") | {"Id": "x"}, document("scp"), "scp"),
    Rule("UNIQUE_SIDS_REQUIRED", PARSER, sids("identity", "A", "A"), sids("identity", "A", "B")),
    Rule("UNIQUE_SIDS_REQUIRED", PARSER, sids("trust", "A", "A"), sids("trust", "", ""), "trust"),
    Rule("UNIQUE_SIDS_RECOMMENDED", AWS_WARNING, sids("resource", "A", "A"), sids("resource", "A", "B"), "resource"),
]
STATEMENTS = [
    Rule("UNSUPPORTED_ELEMENT_COMBINATION", PARSER, document(NotAction="s3:PutObject"), document()),
    Rule("UNSUPPORTED_ELEMENT_COMBINATION", PARSER, document(NotResource="*"), document()),
    Rule(
        "UNSUPPORTED_ELEMENT_COMBINATION",
        PARSER,
        document("resource", Effect="Deny", NotPrincipal={"AWS": "111122223333"}),
        document("resource", Effect="Deny"),
        "resource",
    ),
    Rule("MISSING_ACTION", PARSER, document(Action=None), document(Action=None, NotAction="s3:GetObject")),
    Rule("MISSING_RESOURCE", PARSER, document(Resource=None), document(Resource=None, NotResource="*")),
    Rule("MISSING_RESOURCE", PARSER, document("resource", Resource=None), document("resource"), "resource"),
    Rule(
        "MISSING_RESOURCE",
        PARSER,
        document("resource", Resource=None),
        document("resource", Resource=None, Action="ecr:BatchGetImage"),
        "resource",
    ),
    Rule("MISSING_PRINCIPAL", PARSER, document("resource", Principal=None), document("resource"), "resource"),
    Rule("MISSING_PRINCIPAL", PARSER, document("trust", Principal=None), document("trust"), "trust"),
    Rule("MISSING_PRINCIPAL", PARSER, document("rcp", Principal=None), document("rcp"), "rcp"),
    Rule("UNSUPPORTED_PRINCIPAL", PARSER, document(Principal="*"), document()),
    Rule("UNSUPPORTED_PRINCIPAL", PARSER, document("session", NotPrincipal="*"), document("session"), "session"),
    Rule("SCP_SYNTAX_ERROR_PRINCIPAL", PARSER, document("scp", NotPrincipal="*"), document("scp"), "scp"),
    Rule("RCP_SYNTAX_ERROR_PRINCIPAL", PARSER, document("rcp", Principal={"AWS": ROLE}), document("rcp"), "rcp"),
    Rule("RCP_SYNTAX_ERROR_NOTACTION", PARSER, document("rcp", NotAction="s3:*"), document("rcp"), "rcp"),
    Rule("RCP_SYNTAX_ERROR_ALLOW", PARSER, document("rcp", Effect="Allow"), FULL_ACCESS, "rcp"),
    Rule("RCP_SYNTAX_ERROR_ACTION", PARSER, document("rcp", Action="*"), document("rcp", Action="s3:*"), "rcp"),
    Rule("RCP_SYNTAX_ERROR_ACTION", ANALYZER, document("rcp", Action="ec2:*"), document("rcp", Action="sts:*"), "rcp"),
    Rule(
        "RCP_WITHOUT_EFFECT",
        WARNING,
        document("rcp", Action="kms:RetireGrant"),
        document("rcp", Action="kms:Decrypt"),
        "rcp",
    ),
    Rule(
        "RCP_BLOCKS_FEDERATION",
        WARNING,
        document("rcp", Action="sts:*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        document(
            "rcp",
            Action="sts:AssumeRole",
            Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        ),
        "rcp",
    ),
    Rule(
        "ENDPOINT_PRINCIPAL",
        PARSER,
        document("endpoint", Principal={"AWS": ROLE}),
        document("endpoint", Principal={"AWS": ROLE}, Action="kms:Decrypt"),
        "endpoint",
    ),
    Rule(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
        PARSER,
        document("trust", Effect="Deny", Principal=None, NotPrincipal={"AWS": ROLE}),
        document("trust", Effect="Deny"),
        "trust",
    ),
    Rule(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", PARSER, document("trust", Resource="*"), document("trust"), "trust"
    ),
    Rule("UNSUPPORTED_SID", PARSER, document(Sid="Has space"), document(Sid="HasNone")),
    Rule("UNSUPPORTED_SID", PARSER, document("scp", Sid="a_b"), document("scp", Sid="ab"), "scp"),
    Rule("EMPTY_SID_VALUE", AWS_ADVICE, document(Sid=""), document(Sid="A")),
    Rule("WRONG_TYPE", PARSER, document(Action=5), document()),
    Rule("WRONG_TYPE", PARSER, document(NotAction=[5]), document()),
    Rule("WRONG_TYPE", PARSER, principal({"AWS": 111122223333}), principal({"AWS": "111122223333"}), "resource"),
    Rule("WRONG_TYPE", PARSER, principal([]), principal("*"), "resource"),
    Rule("WRONG_TYPE", PARSER, document(Condition=[]), document(Condition={})),
    Rule("EMPTY_ARRAY_ACTION", AWS_WARNING, document(Action=[]), document()),
    Rule("EMPTY_ARRAY_RESOURCE", AWS_WARNING, document(Resource=[]), document()),
    Rule("EMPTY_ARRAY_PRINCIPAL", AWS_WARNING, principal([]), principal("*"), "resource"),
    Rule("EMPTY_OBJECT_PRINCIPAL", AWS_WARNING, principal({"AWS": []}), principal({"AWS": ROLE}), "resource"),
    Rule("EMPTY_OBJECT_CONDITION", AWS_WARNING, document(Condition={}), document()),
    Rule("EMPTY_OBJECT_CONDITION", AWS_WARNING, when(StringEquals={}), when(StringEquals={"aws:username": "a"})),
    Rule(
        "ALLOW_WITH_NOT_PRINCIPAL",
        PARSER,
        document("resource", Principal=None, NotPrincipal={"AWS": "111122223333"}),
        document("resource", Effect="Deny", Principal=None, NotPrincipal={"AWS": "111122223333"}),
        "resource",
    ),
]
PRINCIPALS = [
    Rule("INVALID_PRINCIPAL_FORMAT", PARSER, principal(ROLE), principal({"AWS": ROLE}), "resource"),
    Rule("INVALID_PRINCIPAL_KEY", PARSER, principal({"aws": ROLE}), principal({"AWS": ROLE}), "resource"),
    *(
        Rule("INVALID_PRINCIPAL", PARSER, principal({"AWS": wrong}), principal({"AWS": right}), "resource")
        for wrong, right in (
            ("11112222333", "111122223333"),
            ("someone", "AROAEXAMPLE"),
            ("arn:aws:iam::111122223333", "arn:aws:iam::111122223333:root"),
            ("arn:aws:iam::111122223333:group/devs", "arn:aws:iam::111122223333:user/path/ana"),
            ("arn:aws:iam::111122223333:instance-profile/x", ROLE),
            ("arn:aws:iam:eu-west-1:111122223333:role/app", ROLE),
            ("arn:aws:s3:::bucket", ROLE),
            ("arn:amazon:iam::111122223333:role/app", "arn:aws-cn:iam::111122223333:role/app"),
            ("arn:aws:iam::1111:role/app", ROLE),
            ("arn:aws:iam::111122223333:assumed-role/app/s", "arn:aws:sts::111122223333:assumed-role/app/s"),
            ("arn:aws:sts::111122223333:role/app", ROLE),
            ("arn:aws:sts::111122223333:assumed-role/path/app/s", "arn:aws:sts::111122223333:federated-user/x"),
            ("arn:aws:iam::111122223333:role/", ROLE),
            ("AGPAEXAMPLE", "AIDAEXAMPLE"),
            ("ec2.amazonaws.com", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"),
        )
    ),
    Rule(
        "INVALID_ROLE_REFERENCE", AWS_WARNING, principal({"AWS": "AROAEXAMPLE"}), principal({"AWS": ROLE}), "resource"
    ),
    Rule(
        "INVALID_USER_REFERENCE", AWS_WARNING, principal({"AWS": "AIDAEXAMPLE"}), principal({"AWS": ROLE}), "resource"
    ),
    *(
        Rule("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", PARSER, principal(wrong), principal({"AWS": "*"}), "resource")
        for wrong in (
            {"Service": "*"},
            {"AWS": "arn:aws:iam::111122223333:role/*"},
            {"AWS": "arn:aws:iam::111122223333:user/a?"},
            {"AWS": ["111122223333", "1111*"]},
        )
    ),
    Rule(
        "VARIABLE_UNSUPPORTED_IN_ELEMENT",
        PARSER,
        principal({"AWS": "arn:aws:iam::111122223333:user/${aws:username}"}),
        principal({"AWS": ROLE}),
        "resource",
    ),
    Rule(
        "INVALID_SERVICE_PRINCIPAL_FORMAT",
        PARSER,
        principal({"Service": "lambda"}),
        principal({"Service": "lambda.amazonaws.com"}),
        "resource",
    ),
    Rule(
        "INVALID_SERVICE_PRINCIPAL_FORMAT",
        ANALYZER,
        principal({"Service": "Lambda.amazonaws.com"}),
        principal({"Service": "logs.eu-west-1.amazonaws.com"}),
        "resource",
    ),
    Rule(
        "UNUSUAL_SERVICE_PRINCIPAL",
        WARNING,
        principal({"Service": "ec2.amazon.com"}),
        principal({"Service": "alexa-appkit.amazon.com"}),
        "resource",
    ),
    Rule(
        "UNUSUAL_SERVICE_PRINCIPAL",
        WARNING,
        principal({"Service": "ec2.example.org"}),
        principal({"Service": "ec2.amazonaws.com.cn"}),
        "resource",
    ),
    Rule(
        "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
        ANALYZER,
        principal({"Federated": SAML_PROVIDER}),
        principal({"AWS": ROLE}),
        "resource",
    ),
    *(
        Rule(
            "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
            PARSER,
            federated(wrong),
            federated(right),
            "trust",
        )
        for wrong, right in (
            (GITHUB, GITHUB_PROVIDER),
            ("Corp", SAML_PROVIDER),
            ("arn:aws:iam::111122223333:role/app", "cognito-identity.amazonaws.com"),
            ("arn:aws:iam::111122223333:oidc-provider/https://example.org", "accounts.google.com"),
        )
    ),
    Rule(
        "CANONICAL_USER_NOT_SUPPORTED",
        PARSER,
        principal({"CanonicalUser": "79a59df9"}, "trust"),
        principal({"AWS": ROLE}, "trust"),
        "trust",
    ),
    Rule(
        "CANONICAL_USER_NOT_SUPPORTED",
        WARNING,
        principal({"CanonicalUser": "79a59df9"}, Action="sqs:SendMessage"),
        principal({"CanonicalUser": "79a59df9"}),
        "resource",
    ),
    Rule(
        "NOT_PRINCIPAL_EVERYONE",
        WARNING,
        document("resource", Effect="Deny", Principal=None, NotPrincipal="*"),
        document("resource", Effect="Deny", Principal=None, NotPrincipal={"AWS": "111122223333"}),
        "resource",
    ),
    Rule(
        "NOT_PRINCIPAL_WITHOUT_ACCOUNT",
        WARNING,
        document("resource", Effect="Deny", Principal=None, NotPrincipal={"AWS": ROLE}),
        document("resource", Effect="Deny", Principal=None, NotPrincipal={"AWS": [ROLE, "111122223333"]}),
        "resource",
    ),
    Rule(
        "NOT_PRINCIPAL",
        ADVICE,
        document("resource", Effect="Deny", Principal=None, NotPrincipal={"AWS": "111122223333"}),
        document("resource", Effect="Deny"),
        "resource",
    ),
]
ACTIONS = [
    Rule("INVALID_ACTION_FORMAT", PARSER, document(Action="GetObject"), document()),
    Rule("INVALID_ACTION_FORMAT", PARSER, document(Action="s3:Get Object"), document()),
    Rule("INVALID_ACTION_FORMAT", PARSER, document(Action=["s3:GetObject", ""]), document(Action="*")),
    Rule("VARIABLE_UNSUPPORTED_IN_ELEMENT", PARSER, document(Action="s3:${aws:username}"), document()),
    Rule("WILDCARD_IN_SERVICE_PREFIX", PARSER, document(Action="s*:GetObject"), document(Action="s3:Get*")),
    Rule("WILDCARD_IN_SERVICE_PREFIX", WARNING, document(Action="*:*"), document(Action="*")),
    Rule(
        "INVALID_SERVICE_IN_ACTION", ANALYZER, document(Action="dynamodbb:GetItem"), document(Action="DynamoDB:getitem")
    ),
    Rule("INVALID_SERVICE_IN_ACTION", WARNING, document(Action="zzqqxx:Do"), document()),
    Rule("INVALID_ACTION", ANALYZER, document(Action="s3:GetObjct"), document(Action="S3:getobject")),
    Rule("INVALID_ACTION", ANALYZER, document(Action="s3:Zzz*"), document(Action="s3:*Object")),
    Rule("ALLOW_WITH_NOT_ACTION", ADVICE, document(Action=None, NotAction="iam:*"), document()),
]
RESOURCES = [
    Rule("INVALID_ARN_PREFIX", PARSER, resources("my-bucket"), resources("arn:aws:s3:::my-bucket")),
    Rule("INCOMPLETE_ARN", ADVICE, resources("arn:aws:sqs"), resources("arn:aws:sqs:*:*:*")),
    Rule("INCOMPLETE_ARN", WARNING, resources("arn:aws:sqs:*", "session"), resources("*", "session"), "session"),
    Rule("AMBIGUOUS_ARN", WARNING, resources("arn:aws:dynamodb:*:table/T"), resources("arn:aws:dynamodb:*:*:table/T")),
    Rule("MISSING_ARN_FIELD", PARSER, resources("arn:aws:sqs", "session"), resources("*", "session"), "session"),
    Rule("MISSING_ARN_FIELD", ANALYZER, resources("arn:aws:s3", "resource"), resources("*", "resource"), "resource"),
    Rule("EMPTY_ARN_RESOURCE", WARNING, resources("arn:aws:sqs:*:*:"), resources("arn:aws:sqs:*:*:*")),
    Rule("WILDCARD_IN_PARTITION", ADVICE, resources("arn:*:s3:::b"), resources("arn:aws:s3:::b")),
    Rule("INVALID_PARTITION", ANALYZER, resources("arn:awz:s3:::b"), resources("arn:aws-us-gov:s3:::b")),
    Rule("WILDCARD_IN_ARN_SERVICE", PARSER, resources("arn:aws:s*:::b"), resources("arn:aws:s3:::*")),
    *[
        Rule("MISSING_ARN_SERVICE", PARSER, resources(text), resources("arn:aws:sqs"))
        for text in ("arn:aws", "arn:aws:", "arn:aws:::b", "arn:aws::::b")
    ],
    Rule("INVALID_ARN_SERVICE_CASE", ANALYZER, resources("arn:aws:S3:::b"), resources("arn:aws:s3:::B")),
    Rule(
        "INVALID_ARN_SERVICE",
        WARNING,
        resources("arn:aws:dynamodbb:*:*:table/T"),
        resources("arn:aws:execute-api:*:*:x"),
    ),
    Rule(
        "INVALID_ARN_REGION",
        ANALYZER,
        resources("arn:aws:sqs:ireland:111122223333:q"),
        resources("arn:aws:sqs:eu-*:*:q"),
    ),
    Rule(
        "INVALID_ARN_ACCOUNT",
        ANALYZER,
        resources("arn:aws:sqs:eu-west-1:1111:q"),
        resources("arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ),
    Rule("ARN_REGION_NOT_ALLOWED", ANALYZER, resources("arn:aws:iam:eu-west-1:111122223333:role/a"), resources(ROLE)),
    Rule("ARN_ACCOUNT_NOT_ALLOWED", ANALYZER, resources("arn:aws:s3::111122223333:b"), resources("arn:aws:s3:::b")),
    Rule("MISSING_ARN_REGION", ANALYZER, resources("arn:aws:sqs::111122223333:q"), resources("arn:aws:sqs:*:*:q")),
    Rule("INVALID_ARN_RESOURCE", WARNING, resources("arn:aws:iam::111122223333:rule/a"), resources(ROLE)),
    Rule("WILDCARD_IN_RESOURCE_TYPE", ADVICE, resources("arn:aws:iam::111122223333:ro*/app"), resources(ROLE)),
    Rule(
        "WILDCARD_OVER_COLON",
        ADVICE,
        resources("arn:aws:lambda:*:*:func*prod"),
        resources("arn:aws:lambda:*:*:function:*prod"),
    ),
    Rule(
        "RESOURCE_DOES_NOT_FIT_ACTION",
        WARNING,
        document(Action="s3:ListBucket"),
        document(Action="s3:ListBucket", Resource="arn:aws:s3:::b"),
    ),
    Rule(
        "RESOURCE_DOES_NOT_FIT_ACTION",
        WARNING,
        document(Action="ec2:DescribeInstances", Resource="arn:aws:ec2:*:*:instance/*"),
        document(Action="ec2:DescribeInstances", Resource="*"),
    ),
    Rule(
        "RESOURCE_DOES_NOT_FIT_ACTION",
        WARNING,
        document(Action="s3:CreateJob", Resource="arn:aws:sqs:*:*:q"),
        document(Action="s3:ListAllMyBuckets", Resource="arn:aws:s3:::*"),
    ),
]
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
RULES = [*STRUCTURE, *STATEMENTS, *PRINCIPALS, *ACTIONS, *RESOURCES, *TRUST, *SECURITY]
