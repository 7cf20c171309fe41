"""Rows like those of `rules`, for conditions and policy variables."""

from __future__ import annotations

from typing import Any

from tests.unit.check.documents import Json, document, when
from tests.unit.check.rule import ADVICE, ANALYZER, AWS_ADVICE, AWS_WARNING, PARSER, WARNING, Rule

NAME = {"aws:username": "a"}
TAGS = {"aws:TagKeys": "env"}


def variable(text: str, **changes: Any) -> Json:
    return document(Resource=f"arn:aws:s3:::b/{text}", **changes)


def old(made: Json) -> Json:
    return made | {"Version": "2008-10-17"}


OPERATORS = [
    Rule("UNKNOWN_OPERATOR", PARSER, when(StringEqual=NAME), when(StringEquals=NAME)),
    Rule("UNKNOWN_OPERATOR", PARSER, when(ForSomeValue__StringEquals=TAGS), when(ForAnyValue__StringEquals=TAGS)),
    Rule(
        "NULL_WITH_IF_EXISTS", PARSER, when(NullIfExists={"aws:username": "true"}), when(Null={"aws:username": "true"})
    ),
    Rule(
        "NULL_WITH_QUALIFIER",
        AWS_WARNING,
        when(ForAnyValue__Null={"aws:TagKeys": "true"}),
        when(Null={"aws:TagKeys": "true"}),
    ),
    Rule("MISSING_QUALIFIER", ANALYZER, when(StringEquals=TAGS), when(ForAnyValue__StringEquals=TAGS)),
    Rule(
        "MISSING_QUALIFIER",
        ANALYZER,
        when(StringEquals={"dynamodb:LeadingKeys": "a"}),
        when(ForAllValues__StringEquals={"dynamodb:LeadingKeys": "a"}),
    ),
    Rule(
        "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
        AWS_ADVICE,
        when(ForAllValues__StringEquals=NAME),
        when(StringEquals=NAME),
    ),
    Rule(
        "FORALLVALUES_WITHOUT_NULL",
        ADVICE,
        when(ForAllValues__StringEquals=TAGS),
        when(ForAllValues__StringEquals=TAGS, Null={"aws:TagKeys": "false"}),
    ),
    Rule(
        "FORALLVALUES_WITHOUT_NULL",
        ADVICE,
        when(ForAllValues__StringEquals=TAGS),
        when(effect="Deny", ForAllValues__StringEquals=TAGS),
    ),
    Rule(
        "FORANYVALUE_NEGATED",
        ADVICE,
        when(ForAnyValue__StringNotEquals=TAGS),
        when(ForAllValues__StringNotEquals=TAGS, Null={"aws:TagKeys": "false"}),
    ),
    Rule(
        "TYPE_MISMATCH",
        AWS_WARNING,
        when(StringEquals={"aws:SecureTransport": "true"}),
        when(Bool={"aws:SecureTransport": "true"}),
    ),
    Rule(
        "TYPE_MISMATCH",
        AWS_WARNING,
        when(NumericEquals={"aws:CurrentTime": 1}),
        when(NumericEquals={"aws:EpochTime": 1}),
    ),
    Rule(
        "STRING_OPERATOR_WITH_ARN_CONDITION_KEY",
        ADVICE,
        when(StringLike={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}),
        when(ArnLike={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}),
    ),
    Rule("EMPTY_ARRAY_CONDITION", AWS_WARNING, when(StringEquals={"aws:username": []}), when(StringEquals=NAME)),
    Rule("EMPTY_ARRAY_CONDITION", AWS_WARNING, when(StringNotEquals={"aws:username": []}), when(StringNotEquals=NAME)),
    Rule(
        "EMPTY_ARRAY_CONDITION_FORALLVALUES",
        AWS_WARNING,
        when(ForAllValues__StringEquals={"aws:TagKeys": []}),
        when(ForAllValues__StringEquals=TAGS),
    ),
    Rule(
        "EMPTY_ARRAY_CONDITION_FORANYVALUE",
        AWS_WARNING,
        when(ForAnyValue__StringEquals={"aws:TagKeys": []}),
        when(ForAnyValue__StringEquals=TAGS),
    ),
    Rule(
        "EMPTY_ARRAY_CONDITION_IFEXISTS",
        AWS_WARNING,
        when(StringEqualsIfExists={"aws:username": []}),
        when(StringEqualsIfExists=NAME),
    ),
    Rule(
        "NEVER_MATCHES",
        WARNING,
        when(Null={"aws:username": "true"}, StringEquals=NAME),
        when(Null={"aws:username": "true"}, StringEqualsIfExists=NAME),
    ),
    Rule(
        "WILDCARD_WITHOUT_LIKE_OPERATOR", AWS_WARNING, when(StringEquals={"aws:username": "a*"}), when(StringLike=NAME)
    ),
]
KEYS = [
    Rule("INVALID_CONDITION_KEY_FORMAT", PARSER, when(StringEquals={"username": "a"}), when(StringEquals=NAME)),
    Rule("INVALID_CONDITION_KEY_FORMAT", PARSER, when(StringEquals={"": "a"}), when(StringEquals=NAME)),
    Rule(
        "VARIABLE_UNSUPPORTED_IN_ELEMENT",
        ANALYZER,
        when(StringEquals={"aws:${aws:username}": "a"}),
        when(StringEquals=NAME),
    ),
    Rule(
        "MISSING_TAG_KEY_IN_CONDITION",
        ANALYZER,
        when(StringEquals={"aws:ResourceTag": "a"}),
        when(StringEquals={"aws:ResourceTag/team": "a"}),
    ),
    Rule(
        "WILDCARD_IN_CONDITION_KEY",
        WARNING,
        when(StringEquals={"aws:ResourceTag/t*": "a"}),
        when(StringEquals={"aws:ResourceTag/t": "a"}),
    ),
    Rule(
        "INVALID_GLOBAL_CONDITION_KEY",
        ANALYZER,
        when(StringEquals={"aws:usernme": "a"}),
        when(StringEquals={"AWS:USERNAME": "a"}),
    ),
    Rule("INVALID_GLOBAL_CONDITION_KEY", WARNING, when(StringEquals={"aws:Zzz": "a"}), when(StringEquals=NAME)),
    Rule(
        "UNSUPPORTED_GLOBAL_CONDITION_KEY",
        ANALYZER,
        when(ArnEquals={"aws:ARN": "arn:aws:iam::111122223333:role/app"}),
        when(ArnEquals={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}),
    ),
    Rule(
        "INVALID_SERVICE_CONDITION_KEY",
        ANALYZER,
        when(StringEquals={"s3:prefixx": "a"}),
        when(StringEquals={"s3:prefix": "a"}),
    ),
    Rule(
        "INVALID_SERVICE_CONDITION_KEY",
        WARNING,
        when(StringEquals={"s3:Qqqzzz": "a"}),
        when(StringEquals={"s3:prefix": "a"}),
    ),
    Rule(
        "INVALID_SERVICE_CONDITION_KEY",
        ANALYZER,
        when("trust", StringEquals={"saml:audd": "a"}),
        when("trust", StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"}),
        "trust",
    ),
    Rule(
        "UNKNOWN_CONDITION_KEY",
        WARNING,
        when(StringEquals={"zzqqxx:key": "a"}),
        when(StringEquals={"catalog:ChangeType": "a"}),
    ),
    Rule(
        "WILDCARD_USAGE_TOO_PERMISSIVE",
        ANALYZER,
        when(StringLike={"aws:PrincipalOrgID": "o-*"}),
        when(StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"}),
    ),
]
VALUES = [
    Rule(
        "INVALID_CONDITION_DATA_TYPE", ANALYZER, when(NumericEquals={"s3:max-keys": [1, "2"]}), when(StringEquals=NAME)
    ),
    Rule(
        "INVALID_CONDITION_MULTIPLE_BOOLEAN",
        ANALYZER,
        when(Bool={"aws:SecureTransport": ["true", "false"]}),
        when(Bool={"aws:SecureTransport": [True]}),
    ),
    *(
        Rule(code, level, when(**{operator: {key: wrong}}), when(**{operator: {key: right}}))
        for code, level, operator, key, wrong, right in (
            ("TYPE_MISMATCH_NUMBER", AWS_WARNING, "NumericEquals", "s3:max-keys", "ten", "10.5"),
            ("TYPE_MISMATCH_NUMBER", AWS_WARNING, "NumericNotEquals", "s3:max-keys", "1e3", 1000),
            ("TYPE_MISMATCH_DATE", AWS_WARNING, "DateLessThan", "aws:CurrentTime", "2026-02-30", "2026-02-28"),
            ("TYPE_MISMATCH_DATE", AWS_WARNING, "DateLessThan", "aws:CurrentTime", "x" * 3000, "2026-02-28T10:00:00Z"),
            ("INVALID_DATE_VALUE", AWS_ADVICE, "DateLessThan", "aws:CurrentTime", "2026", "2026-01"),
            ("TYPE_MISMATCH_BOOLEAN", AWS_WARNING, "Bool", "aws:SecureTransport", "True", "true"),
            ("TYPE_MISMATCH_BOOLEAN", AWS_WARNING, "Null", "aws:username", "yes", True),
            ("TYPE_MISMATCH_STRING", AWS_WARNING, "BinaryEquals", "zzqqxx:key", "?", "QmluYXJ5"),
            ("TYPE_MISMATCH_IP_RANGE", ANALYZER, "IpAddress", "aws:SourceIp", "203.0.113.0/33", "203.0.113.0/24"),
            ("TYPE_MISMATCH_IP_RANGE", ANALYZER, "NotIpAddress", "aws:SourceIp", "home", "2001:db8::/32"),
            ("IMPROVE_IP_RANGE", AWS_ADVICE, "IpAddress", "aws:SourceIp", "203.0.113.7/24", "203.0.113.7"),
            ("PRIVATE_IP_ADDRESS", ANALYZER, "IpAddress", "aws:SourceIp", "10.0.0.0/8", "203.0.113.0/24"),
            ("PRIVATE_NOT_IP_ADDRESS", ANALYZER, "NotIpAddress", "aws:SourceIp", "fd00::/8", "2001:db8::/32"),
            ("INVALID_ARN_IN_CONDITION", AWS_WARNING, "ArnLike", "aws:PrincipalArn", "*", "arn:aws:iam::*:role/*"),
            ("INVALID_PARTITION", WARNING, "ArnLike", "aws:PrincipalArn", "arn:a:iam::1:role/a", "arn:*:iam::*:root"),
            ("INVALID_VPC_FORMAT", ANALYZER, "StringEquals", "aws:SourceVpc", "vpc-1", "vpc-1a2b3c4d"),
            ("INVALID_VPCE_FORMAT", ANALYZER, "StringEquals", "aws:SourceVpce", "vpc-1a2b3c4d", "vpce-1a2b3c4d"),
            ("INVALID_ACCOUNT_ID", AWS_WARNING, "StringEquals", "aws:SourceAccount", 11112222333, "111122223333"),
        )
    ),
    Rule(
        "PRIVATE_IP_ADDRESS_SUBSET",
        AWS_ADVICE,
        when(IpAddress={"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}),
        when(IpAddress={"aws:VpcSourceIp": ["10.0.0.0/8"]}),
    ),
    Rule(
        "PRIVATE_NOT_IP_ADDRESS_SUBSET",
        AWS_ADVICE,
        when(NotIpAddress={"aws:SourceIp": ["192.168.1.1", "203.0.113.0/24"]}),
        when(NotIpAddress={"aws:SourceIp": ["203.0.113.0/24"]}),
    ),
]
VARIABLES = [
    Rule(
        "VARIABLE_UNSUPPORTED_IN_VERSION", ANALYZER, old(variable("${aws:username}/*")), variable("${aws:username}/*")
    ),
    Rule(
        "VARIABLE_UNSUPPORTED_IN_VERSION",
        ANALYZER,
        old(when(StringEquals={"aws:PrincipalTag/a": "${aws:username}"})),
        when(StringEquals={"aws:PrincipalTag/a": "${aws:username}"}),
    ),
    Rule("MISSING_BRACE_IN_VARIABLE", ANALYZER, variable("${aws:username"), variable("${aws:username}")),
    Rule("EMPTY_VARIABLE", ANALYZER, variable("${}"), variable("${*}")),
    Rule("UNSUPPORTED_SPACE_IN_VARIABLE", ANALYZER, variable("${aws: username}"), variable("${aws:username}")),
    Rule("UNSUPPORTED_SPACE_IN_VARIABLE", ANALYZER, variable("${aws:username,'x'}"), variable("${aws:username, 'x'}")),
    Rule("MISSING_QUOTE_IN_VARIABLE", ANALYZER, variable("${aws:username, x}"), variable("${aws:username, 'x'}")),
    Rule("UNSUPPORTED_SYMBOL_IN_VARIABLE", ANALYZER, variable("${aws:user'name}"), variable("${$}")),
    Rule(
        "VARIABLE_UNSUPPORTED_IN_ELEMENT",
        ANALYZER,
        document(Resource="arn:aws:s3:::${aws:username}", Sid="${aws:username}"),
        document(Resource="arn:aws:s3:::${aws:username}"),
    ),
    Rule(
        "VARIABLE_UNSUPPORTED_IN_ELEMENT",
        ANALYZER,
        document(Action="sqs:*", Resource="arn:aws:sqs:*:${aws:PrincipalAccount}:q"),
        document(Action="sqs:*", Resource="arn:aws:sqs:*:*:${aws:PrincipalAccount}"),
    ),
    Rule(
        "INVALID_VARIABLE_FOR_OPERATOR",
        ANALYZER,
        when(NumericEquals={"s3:max-keys": "${aws:EpochTime}"}),
        when(StringEquals={"s3:prefix": "${aws:EpochTime}"}),
    ),
    Rule(
        "INVALID_VARIABLE_FOR_OPERATOR",
        ANALYZER,
        when(Bool={"aws:SecureTransport": "${aws:ViaAWSService}"}),
        when(ArnLike={"aws:SourceArn": "arn:aws:sns:*:*:${aws:username}"}),
    ),
    Rule("UNKNOWN_VARIABLE", WARNING, variable("${aws:usrname}"), variable("${AWS:UserName}")),
    Rule("UNKNOWN_VARIABLE", WARNING, variable("${username}"), variable("${aws:PrincipalTag/team}")),
    Rule("MULTIVALUED_VARIABLE", WARNING, variable("${aws:TagKeys}"), variable("${aws:userid}")),
    Rule(
        "DENY_DISARMED_BY_VARIABLE",
        WARNING,
        variable("${aws:username}/*", Effect="Deny"),
        variable("${aws:username, 'none'}/*", Effect="Deny"),
    ),
    Rule(
        "ALLOW_ARMED_BY_VARIABLE",
        WARNING,
        when(StringNotEquals={"s3:prefix": "${aws:username}"}),
        when(StringNotEquals={"s3:prefix": "${aws:userid}"}),
    ),
]
CONDITION_RULES = [*OPERATORS, *KEYS, *VALUES, *VARIABLES]
