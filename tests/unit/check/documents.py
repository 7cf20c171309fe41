"""Documents that are right, and changes that make them wrong."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ROLE = "arn:aws:iam::111122223333:role/app"
GITHUB = "token.actions.githubusercontent.com"
GITHUB_PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"
SAML_PROVIDER = "arn:aws:iam::111122223333:saml-provider/Corp"

_STATEMENTS: dict[str, Json] = {
    "identity": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
    "resource": {
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
    },
    "trust": {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"},
    "scp": {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"},
    "rcp": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
    "endpoint": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
}
_STATEMENTS |= dict.fromkeys(("boundary", "session"), _STATEMENTS["identity"])


def statement(kind: str = "identity", /, **changes: Any) -> Json:
    """A right statement of a kind of policy with some elements changed; None takes an element out."""
    merged = _STATEMENTS[kind] | changes
    return {name: value for name, value in merged.items() if value is not None}


def document(kind: str = "identity", /, **changes: Any) -> Json:
    """A right document with one statement, changed."""
    return {"Version": "2012-10-17", "Statement": [statement(kind, **changes)]}


def when(kind: str = "identity", /, effect: str = "", **operators: Any) -> Json:
    """A document with a condition; ``__`` in an operator's name is a colon."""
    condition = {name.replace("__", ":"): block for name, block in operators.items()}
    return document(kind, Condition=condition, **({"Effect": effect} if effect else {}))
