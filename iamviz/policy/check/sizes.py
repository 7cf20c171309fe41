"""Sizes: docs/rules/policy_evaluation.md 1.7. They depend on where a policy is attached, so that has to be told."""

import re
from dataclasses import dataclass
from enum import StrEnum

from iamviz.policy.check.report import Place, Report
from iamviz.policy.json_source import Span

__all__ = ["ATTACHMENTS", "Count", "Quota", "check_size"]

_SPACE = re.compile(r"\s+")


class Count(StrEnum):
    """What is counted."""

    NO_SPACE = "characters without white space"
    ALL = "characters, white space included"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Quota:
    """The limit of one place of attachment; ``raised`` is what AWS can raise it to on request."""

    what: str
    limit: int
    count: Count
    code: str
    raised: int = 0


_IDENTITY = "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
_RESOURCE = "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"
ATTACHMENTS = {
    "managed": Quota("a managed policy", 6_144, Count.NO_SPACE, _IDENTITY),
    "user": Quota("all inline policies of a user", 2_048, Count.NO_SPACE, _IDENTITY),
    "group": Quota("all inline policies of a group", 5_120, Count.NO_SPACE, _IDENTITY),
    "role": Quota("all inline policies of a role", 10_240, Count.NO_SPACE, _IDENTITY),
    "trust": Quota("a role trust policy", 2_048, Count.NO_SPACE, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 8_192),
    "session": Quota("the session policies of a call", 2_048, Count.ALL, "POLICY_SIZE_EXCEEDS_SESSION_POLICY_QUOTA"),
    "scp": Quota("an SCP", 5_120, Count.ALL, "POLICY_SIZE_EXCEEDS_SCP_QUOTA"),
    "rcp": Quota("an RCP", 5_120, Count.ALL, "POLICY_SIZE_EXCEEDS_RCP_QUOTA"),
    "endpoint": Quota("a VPC endpoint policy", 20_480, Count.ALL, _RESOURCE),
    "bucket": Quota("an S3 bucket policy", 20_480, Count.BYTES, _RESOURCE),
    "kms-key": Quota("a KMS key policy", 32_768, Count.BYTES, _RESOURCE),
}
"""The places that a policy can be attached to."""


def check_size(text: str, attached_to: str, report: Report) -> None:
    """1.7: IAM does not count white space, Organizations and VPC endpoints do."""
    quota = ATTACHMENTS[attached_to]
    if quota.count is Count.BYTES:
        size = len(text.encode("utf-8", "surrogatepass"))
    else:
        size = len(_SPACE.sub("", text) if quota.count is Count.NO_SPACE else text)
    if size <= quota.limit:
        return
    place = Place("$", Span(1, 1, 1, 1))
    message = f"the document has {size:,} {quota.count.value}; {quota.what} may have {quota.limit:,}"
    if quota.raised and size <= quota.raised:
        hint = f"shorten it, or have AWS raise the quota (up to {quota.raised:,})"
        report.warning(quota.code, place, message, hint)
    else:
        hint = "split it into several policies, or use wildcards"
        if quota.count is Count.ALL and len(_SPACE.sub("", text)) <= quota.limit:
            hint = "save it without white space"
        report.error(quota.code, place, message, hint)
