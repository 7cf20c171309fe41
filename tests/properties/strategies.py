"""Random policies, requests and callers in the format of the decision vectors, from a small world so they meet."""

from typing import Any

from hypothesis import strategies as st

HOME, AWAY = "111122223333", "444455556666"
PROVIDER = f"arn:aws:iam::{HOME}:oidc-provider/token.example.com"

USER = {"kind": "user", "arn": f"arn:aws:iam::{HOME}:user/ana", "account": HOME, "unique_id": "AIDAANA"}
OTHER_USER = {"kind": "user", "arn": f"arn:aws:iam::{AWAY}:user/bob", "account": AWAY, "unique_id": "AIDABOB"}
SESSION = {
    "kind": "role-session",
    "arn": f"arn:aws:sts::{HOME}:assumed-role/app/s1",
    "account": HOME,
    "role_arn": f"arn:aws:iam::{HOME}:role/svc/app",
    "unique_id": "AROAAPP:s1",
}
LINKED = {
    "kind": "role-session",
    "arn": f"arn:aws:sts::{HOME}:assumed-role/AWSServiceRoleForX/s1",
    "account": HOME,
    "role_arn": f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "unique_id": "AROALINKED:s1",
    "service_linked_role": True,
}
FEDERATED_USER = {
    "kind": "federated-user",
    "arn": f"arn:aws:sts::{HOME}:federated-user/ana",
    "account": HOME,
    "user_arn": USER["arn"],
    "unique_id": f"{HOME}:ana",
}
MADE_BY_ROOT = {**FEDERATED_USER, "user_arn": ""}
ROOT = {"kind": "root", "arn": f"arn:aws:iam::{HOME}:root", "account": HOME, "unique_id": HOME}
SERVICE = {"kind": "service", "service": "lambda.amazonaws.com"}
FEDERATED = {"kind": "federated", "federated": PROVIDER, "account": HOME}
ANONYMOUS = {"kind": "anonymous"}
CALLERS = [USER, OTHER_USER, SESSION, LINKED, FEDERATED_USER, MADE_BY_ROOT, ROOT, SERVICE, FEDERATED, ANONYMOUS]

ACTIONS = """s3:GetObject s3:PutObject s3:DeleteBucketPolicy s3:ListAllMyBuckets sqs:SendMessage ec2:RunInstances
    kms:Decrypt kms:RetireGrant sts:AssumeRole sts:TagSession sts:AssumeRoleWithWebIdentity
    sts:GetCallerIdentity""".split()
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?utObject",
    "sts:*",
    "kms:*",
    "*:*",
    "s?:*",
    "GetObject",
]

BUCKET, OBJECT = "arn:aws:s3:::assets", "arn:aws:s3:::assets/home/ana/a.txt"
QUEUE = f"arn:aws:sqs:eu-west-1:{HOME}:q1"
ROLE = f"arn:aws:iam::{HOME}:role/team/target"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/1234"
RESOURCES = [BUCKET, OBJECT, QUEUE, ROLE, KEY, "*"]
RESOURCE_PATTERNS = [
    *RESOURCES,
    *["arn:aws:s3:::assets/*", "arn:aws:s3:::*", "arn:aws:s3:::assets/home/${aws:username}/*", "arn:aws:sqs", "arn:*"],
    *["arn:aws:s3:::assets/home/${aws:PrincipalTag/team, 'ana'}/?.txt", "arn:aws:sqs:*", "arn:aws:sqs:*:*:q1"],
    *[
        "arn:aws:sqs:eu-*:111122223333:q?",
        "arn:aws:iam::*:role/*",
        "arn:aws:kms:us-east-1:*",
        "arn:aws:s3:::assets/${*}",
    ],
    *["arn:aws:s3:::assets/*/ana/*", "arn:aws:s?:::assets/*", "arn:aws:iam::111122223333:role/target", "bucket"],
]

PRINCIPALS: list[Any] = [
    *["*", {"AWS": "*"}, {"AWS": HOME}, {"AWS": AWAY}, {"AWS": f"arn:aws:iam::{HOME}:root"}, {"AWS": []}],
    *[{"AWS": USER["arn"]}, {"AWS": [OTHER_USER["arn"], AWAY]}, {"AWS": "AIDAANA"}, {"AWS": "AROAAPP"}],
    *[{"AWS": SESSION["arn"]}, {"AWS": SESSION["role_arn"]}, {"AWS": f"arn:aws:iam::{HOME}:role/app"}],
    *[{"AWS": [SESSION["arn"], SESSION["role_arn"], HOME]}, {"AWS": [USER["arn"], f"arn:aws:iam::{HOME}:root"]}],
    *[
        {"AWS": FEDERATED_USER["arn"]},
        {"AWS": [FEDERATED_USER["arn"], USER["arn"], HOME]},
        {"Service": "lambda.amazonaws.com"},
    ],
    *[{"Federated": PROVIDER}, {"Service": "ec2.amazonaws.com", "AWS": f"arn:aws:iam::{HOME}:role/*"}],
    {"Service": SERVICE["service"], "Federated": PROVIDER, "AWS": [HOME]},
]

VALUES = {
    "aws:username": ["ana", "bob", "Ana", ""],
    "aws:PrincipalTag/team": ["red", "blue", "a*c", "ana"],
    "aws:TagKeys": ["env", "cost", "", "Env"],
    "aws:SourceIp": ["203.0.113.9", "10.0.0.1", "2001:db8::1", "nowhere"],
    "s3:max-keys": ["10", "010", "10.5", "-1", "many", "1e3"],
    "aws:CurrentTime": ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "1767225600", "2026", "2026-02-30"],
    "aws:MultiFactorAuthPresent": ["true", "false", "TRUE"],
    "aws:PrincipalArn": [USER["arn"], SESSION["role_arn"], "arn:aws:s3:::a:b:c", "no-arn"],
    "test:blob": ["QUJD", "AAAA", "%"],
}
"""Condition keys and the values that a request may bring."""

WANTED = {
    "String": [
        "ana",
        "red",
        "RED",
        "a*",
        "*",
        "?na",
        "a${*}c",
        "${aws:username}",
        "${aws:PrincipalTag/team, 'red'}",
        "${aws:TagKeys, 'env'}",
        "",
    ],
    "Numeric": ["10", "10.0", "9", "${s3:max-keys}", "ten", 10, 10.5],
    "Date": ["2026-01-01T00:00:00Z", "2026", "1767225600", "2026-06-01", "2026-13-01"],
    "Bool": ["true", "false", True, False, "${aws:MultiFactorAuthPresent}"],
    "Binary": ["QUJD", "QQ==", "?"],
    "Ip": ["203.0.113.0/24", "203.0.113.9", "203.0.113.7/24", "0.0.0.0/0", "::/0", "2001:DB8::/32", "any"],
    "Arn": [
        *[
            "arn:aws:iam::*:user/*",
            "arn:*:iam::111122223333:*",
            "arn:aws:iam::111122223333:role/svc/app",
            "*",
            "arn:aws:s3:*",
        ],
        *["arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:iam::1111222?3333:user/ana", "arn:aws:s3:::a:*:c"],
    ],
    "Null": ["true", "false", True, "maybe"],
}
OPERATORS = {
    "String": """StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike
        StringNotLike""".split(),
    "Numeric": """NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan
        NumericGreaterThanEquals""".split(),
    "Date": "DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals".split(),
    "Bool": ["Bool"],
    "Binary": ["BinaryEquals"],
    "Ip": ["IpAddress", "NotIpAddress"],
    "Arn": "ArnEquals ArnLike ArnNotEquals ArnNotLike".split(),
    "Null": ["Null"],
}
USUAL_KEY = {
    "Numeric": "s3:max-keys",
    "Date": "aws:CurrentTime",
    "Bool": "aws:MultiFactorAuthPresent",
    "Binary": "test:blob",
    "Ip": "aws:SourceIp",
    "Arn": "aws:PrincipalArn",
}


def one_or_more(values: st.SearchStrategy, least: int = 1, most: int = 3) -> st.SearchStrategy:
    """One value as it is, or a list of values."""
    return st.one_of(values, st.lists(values, min_size=least, max_size=most))


@st.composite
def condition_rows(draw) -> tuple[str, str, Any]:
    """An operator with its qualifier, a key, and what the policy wants."""
    family = draw(st.sampled_from([*OPERATORS, "String", "String"]))
    base = draw(st.sampled_from(OPERATORS[family]))
    qualifier = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
    suffix = "" if family == "Null" else draw(st.sampled_from(["", "", "IfExists"]))
    usual = USUAL_KEY.get(family)
    key = usual if usual and draw(st.integers(0, 9)) else draw(st.sampled_from(list(VALUES)))
    wanted = draw(one_or_more(st.sampled_from(WANTED[family]), least=0))
    return f"{qualifier}{base}{suffix}", draw(st.sampled_from([key, key.upper()])), wanted


@st.composite
def conditions(draw) -> dict[str, dict[str, Any]]:
    block: dict[str, dict[str, Any]] = {}
    for operator, key, wanted in draw(st.lists(condition_rows(), max_size=2)):
        block.setdefault(operator, {})[key] = wanted
    return block


@st.composite
def statements(
    draw, kind: str = "identity", effects: tuple[str, ...] = ("Allow", "Allow", "Deny"), plain: bool = False
):
    """A statement of a policy of some kind; ``plain`` ones have no condition."""
    effect = draw(st.sampled_from(effects))
    statement: dict[str, Any] = {"Effect": effect}
    if kind in ("resource", "rcp", "endpoint"):
        negated = effect == "Deny" and kind != "rcp" and not draw(st.integers(0, 3))
        statement["NotPrincipal" if negated else "Principal"] = draw(st.sampled_from(PRINCIPALS))
    action = "NotAction" if not draw(st.integers(0, 7)) else "Action"
    statement[action] = draw(one_or_more(st.sampled_from(ACTION_PATTERNS)))
    if kind != "resource" or draw(st.booleans()):
        resource = "NotResource" if not draw(st.integers(0, 7)) else "Resource"
        statement[resource] = draw(st.one_of(st.just("*"), one_or_more(st.sampled_from(RESOURCE_PATTERNS))))
    if not plain and draw(st.booleans()):
        statement["Condition"] = draw(conditions())
    return statement


@st.composite
def documents(draw, kind: str = "identity", most: int = 3):
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None]))
    body = {"Statement": draw(one_or_more(statements(kind), most=most))}
    return body if version is None else {"Version": version, **body}


FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def levels(kind: str) -> st.SearchStrategy:
    """Levels of an organization: most of them let everything pass."""
    level = st.one_of(
        st.just([FULL]), st.lists(documents(kind), max_size=2), st.builds(lambda d: [FULL, d], documents(kind))
    )
    return st.one_of(st.just([]), st.lists(level, max_size=2))


def sometimes(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), st.none(), strategy)


def policy_sets() -> st.SearchStrategy[dict[str, Any]]:
    """Policies of every type, as the decision vectors have them."""
    return st.fixed_dictionaries(
        {
            "identity": st.lists(st.one_of(documents(), st.just(FULL)), max_size=2),
            "resource": sometimes(documents("resource")),
            "boundary": sometimes(st.one_of(st.just(FULL), documents())),
            "session": sometimes(st.one_of(st.just(FULL), documents())),
            "scps": levels("scp"),
            "rcps": levels("rcp"),
            "vpce": sometimes(documents("endpoint")),
        }
    )


def contexts() -> st.SearchStrategy[dict[str, list[str]]]:
    def values(key: str) -> st.SearchStrategy[list[str]]:
        one = st.sampled_from(VALUES[key]).map(lambda value: [value])
        return st.lists(st.sampled_from(VALUES[key]), max_size=3) if key == "aws:TagKeys" else one

    return st.fixed_dictionaries({}, optional={key: values(key) for key in VALUES})


def callers() -> st.SearchStrategy[dict[str, Any]]:
    management = st.sampled_from([False, False, False, True])
    return st.builds(
        lambda caller, management: {**caller, "management_account": management}, st.sampled_from(CALLERS), management
    )


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Requests of every kind of caller, as the decision vectors have them."""
    pairs = [
        *[("s3:GetObject", OBJECT), ("s3:PutObject", OBJECT), ("s3:DeleteBucketPolicy", BUCKET), ("kms:Decrypt", KEY)],
        *[
            ("sqs:SendMessage", QUEUE),
            ("sts:AssumeRole", ROLE),
            ("s3:ListAllMyBuckets", "*"),
            ("ec2:RunInstances", "*"),
        ],
    ]
    asked = st.one_of(st.sampled_from(pairs), st.tuples(st.sampled_from(ACTIONS), st.sampled_from(RESOURCES)))
    return st.builds(
        lambda principal, asked, owner, context, management: {
            "principal": principal,
            "action": asked[0],
            "resource": asked[1],
            "resource_account": owner,
            "context": context,
            "resource_management_account": management,
        },
        callers(),
        asked,
        st.sampled_from([HOME, HOME, HOME, AWAY]),
        contexts(),
        st.sampled_from([False, False, False, True]),
    )
