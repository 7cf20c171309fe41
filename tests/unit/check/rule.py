"""What a rule of the checker is, and the words in which its rules are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.unit.check.documents import GITHUB, GITHUB_PROVIDER, Json, document, statement

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
