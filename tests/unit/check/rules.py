"""One row for each finding: a document that has it, the same document put right, and who says it how loudly."""

from __future__ import annotations

from tests.unit.check.documents import GITHUB, GITHUB_PROVIDER, ROLE, SAML_PROVIDER, document, statement, when
from tests.unit.check.more_rules import SECURITY, TRUST
from tests.unit.check.rule import (
    ADVICE,
    ANALYZER,
    AWS_ADVICE,
    AWS_WARNING,
    FULL_ACCESS,
    PARSER,
    TWO,
    WARNING,
    Rule,
    federated,
    principal,
    resources,
    sids,
)

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
RULES = [*STRUCTURE, *STATEMENTS, *PRINCIPALS, *ACTIONS, *RESOURCES, *TRUST, *SECURITY]
