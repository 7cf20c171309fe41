"""Words on the lines of a map: under which condition somebody may assume a role, and what ``*`` stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from iamviz.accounts.trust import short_key
from iamviz.pictures.map_model import NodeKind
from iamviz.policy.conditions import ConditionRow

MAY_ASSUME: Final = "may assume"
_CLAIMS: Final = {"aud": "audience", "sub": "subject"}
_REPOSITORY: Final = re.compile(r"repo:([^:]+)")


def condition_verb(rows: Iterable[ConditionRow]) -> str:
    """``if MFA``, ``if repo is acme/web``; ``may assume`` without a condition. Two conditions at most are named."""
    told: dict[str, None] = {}
    for row in rows:
        told[_repository(row) or _CLAIMS.get(row.key.rpartition(":")[2], short_key(row.key))] = None
    if len(told) > 1:
        told.pop("audience", None)  # every token has one
    return f"if {' and '.join(list(told)[:2])}" if told else MAY_ASSUME


def _repository(row: ConditionRow) -> str:
    """The one repository that the subject of a GitHub token must name; "" where the row says something else."""
    found = [_REPOSITORY.match(value) for value in row.values if row.key.lower().endswith(":sub")]
    names = {match[1] for match in found if match}
    return f"repo is {names.pop()}" if len(names) == 1 and all(found) and not row.parsed[0].negated else ""


def everything(service: str) -> tuple[NodeKind, str, str]:
    """The node of a request on ``*``: kind, name, and the line below it."""
    return (
        ("bucket", "all buckets", "S3, resource *")
        if service == "s3"
        else ("resource", f"all of {service}", "resource *")
    )
