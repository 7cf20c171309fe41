"""A scenario whose every free text is an attack, for tests of whatever shows names."""

import json

MARKS = (
    "<script>alert(1)</script>",
    '"onload="alert(2)',
    "]]>",
    "{{7*7}}",
    "a\nb",
    "\x1b[31m",
    "<img src=x onerror=alert(3)>",
    "\\N\\l",
)
NAME = " ".join(MARKS)

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "</pre><script>alert(4)</script>",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "s3:GetObject", "</span><svg onload=alert(5)>"],
            "Resource": "*",
            "Condition": {
                "StringEqualsIfExists": {"aws:PrincipalTag/<b>x</b>": ["'\"><script>alert(6)</script>", "]]>"]}
            },
        }
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"}, "Action": "sts:AssumeRole"},
        {
            "Effect": "Allow",
            "Principal": {"Service": "<script>alert(7)</script>.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    ],
}
DENY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "<script>alert(8)</script>",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:DeleteObject",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:userid": "*<script>*"}, "Null": {"aws:<script>": "true"}},
        }
    ],
}


def scenario() -> str:
    """The scenario as YAML, which reads JSON."""
    key = f"logo {NAME}"
    with_object = {"Bucket": "b<u>cket", "Key": key}
    ask = {"RoleArn": "arn:aws:iam::222233334444:role/Role", "RoleSessionName": "ana"}
    steps = [
        {
            "at": "09:00",
            "who": NAME,
            "call": "s3:GetObject",
            "with": with_object,
            "caption": "{" + "Role" + "} is {denied}.",
        },
        {
            "at": "09:01",
            "who": NAME,
            "call": "sts:AssumeRole",
            "with": ask,
            "save": "p",
            "caption": f"{NAME_IN_TEXT} {{session}}.",
        },
        {"at": "09:02", "show": "p", "caption": f"{NAME_IN_TEXT} {{session}}."},
        {"at": "09:03", "who": "p", "call": "s3:GetObject", "with": with_object, "caption": "It is {allowed}."},
        {
            "at": "09:04",
            "who": "p",
            "call": "s3:DeleteObject",
            "with": with_object,
            "caption": "It is {denied}.",
            "bet": {"question": NAME, "because": NAME},
        },
    ]
    accounts = [
        {
            "id": "111122223333",
            "name": NAME,
            "users": [{"name": "ana", "label": NAME, "policies": [{"name": NAME, "document": json.dumps(ASSUME)}]}],
        },
        {
            "id": "222233334444",
            "name": NAME,
            "roles": [
                {
                    "name": "Role",
                    "trust": json.dumps(TRUST, indent=1),
                    "policies": [{"name": NAME, "document": json.dumps(POLICY, indent=1)}],
                }
            ],
            "buckets": [
                {
                    "name": "b<u>cket",
                    "label": f"bucket {NAME}",
                    "policy": json.dumps(DENY, indent=1),
                    "objects": {key: {NAME: NAME}},
                }
            ],
        },
    ]
    story = [{"title": NAME, "why": f"{NAME} `{NAME}`", **step} for step in steps]
    return json.dumps({"title": NAME, "start": "2026-03-02T09:00Z", "accounts": accounts, "story": story})


ASSUME = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
NAME_IN_TEXT = NAME.replace("{{7*7}}", "")
