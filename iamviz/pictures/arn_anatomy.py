"""The anatomy of ARNs: what each segment is called, and what the name as a whole stands for.

docs/rules/policy_evaluation.md 2.2, docs/rules/roles_and_sessions.md 1.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from iamviz.arn import Arn
from iamviz.pictures.card import ArnPart, arns, arns_text
from iamviz.pictures.marks import Hue, word
from iamviz.pictures.picture import Picture

_IAM: Final[dict[str, tuple[str, Hue, str]]] = {
    "role": ("role", "role", "Policies are attached to it."),
    "user": ("user", "user", "Its long-term credentials do not expire by themselves."),
    "group": ("group", "user", "Policies are attached to it, but it is no principal: no trust policy can name it."),
    "policy": ("policy", "res", "It is attached to identities by this name."),
    "instance-profile": ("instance profile", "res", "It carries a role into an instance; it is no principal itself."),
    "oidc-provider": ("OIDC provider", "user", "A trust policy names it as a federated principal."),
    "saml-provider": ("SAML provider", "user", "A trust policy names it as a federated principal."),
    "mfa": ("MFA device", "res", "Its code proves that someone holds it."),
    "assumed-role": ("session", "session", "Error messages and CloudTrail show it."),
    "federated-user": ("federated user", "session", "Error messages and CloudTrail show it."),
}
"""What stands before the first slash of an IAM or STS resource: what it is called, its colour, and a sentence."""


def arn_anatomy(*texts: str) -> Picture:
    """ARNs one under the other, their segments underlined and captioned; ValueError for what is no ARN.

    A role's ARN above that of its session shows the change: ``iam`` becomes ``sts``, ``role`` becomes ``assumed-role``,
    a path is lost, a session name is added.
    """
    lines = arn_lines(texts)
    return Picture(arns(lines), arns_text(lines), frozenset({"arn"}))


def arn_lines(texts: Iterable[str]) -> list[tuple[str, tuple[ArnPart, ...], str]]:
    """For each ARN a sentence as markup, its parts, and what a screen reader calls it."""
    lines = []
    for number, text in enumerate(texts):
        arn = Arn.parse(text)
        what, hue, told = _kind(arn)
        has = "has this one" if number else "has this name"
        lines.append((f"The {word(what, hue)} {has}. {told}", (*_head(arn), *_resource(arn)), f"ARN of the {what}"))
    return lines


def _kind(arn: Arn) -> tuple[str, Hue, str]:
    if arn.service in ("iam", "sts") and arn.resource_type in _IAM:
        return _IAM[arn.resource_type]
    if arn.service == "iam" and arn.resource == "root":
        return "account", "res", "As a principal it means all of the account: its own policies decide who."
    if arn.service == "s3" and not arn.account:
        return (
            ("object", "res", "The bucket's name comes first, the key behind the slash.")
            if "/" in arn.resource
            else ("bucket", "res", "Bucket names are unique in the world: neither region nor account is told.")
        )
    return "resource", "res", "Policies name it in their Resource element."


def _head(arn: Arn) -> list[ArnPart]:
    """Partition, service, region, account: what every ARN has, even where a field is empty."""
    parts = [ArnPart(f"arn:{arn.partition}:", "partition")]
    if arn.region:
        parts += [ArnPart(f"{arn.service}:", "service"), ArnPart(f"{arn.region}:", "region")]
    else:
        parts.append(ArnPart(f"{arn.service}::", "service"))
    return [*parts, ArnPart(arn.account, "account", "res")] if arn.account else parts


def _resource(arn: Arn) -> list[ArnPart]:
    """Behind the fifth colon: the kind and the name, cut as the service cuts them."""
    what, hue, _ = _kind(arn)
    kind, _, rest = arn.resource.partition("/")
    if arn.service in ("iam", "sts") and kind == "assumed-role" and "/" in rest:
        role, _, session = rest.partition("/")
        return [
            *(ArnPart(f":{kind}/", "kind"), ArnPart(role, "role name", "role"), ArnPart("/")),
            ArnPart(session, "session name", "session"),
        ]
    if arn.service in ("iam", "sts") and rest and kind in _IAM:
        path, _, name = rest.rpartition("/") if kind not in ("oidc-provider", "mfa") else ("", "", rest)
        shown = [ArnPart(f"{path}/", "path")] if path else []
        named = "issuer" if kind == "oidc-provider" else f"{what} name"
        return [ArnPart(f":{kind}/", "kind"), *shown, ArnPart(name, named, hue)]
    if arn.service == "iam" and arn.resource == "root":
        return [ArnPart(":root", "the whole account")]
    if arn.service == "s3" and not arn.account:
        key = [ArnPart("/"), ArnPart(rest, "key", hue)] if rest else []
        return [ArnPart(":", ""), ArnPart(kind, "bucket name", hue), *key]
    separator = "/" if "/" in arn.resource else ":" if ":" in arn.resource else ""
    kind, _, name = arn.resource.partition(separator) if separator else ("", "", arn.resource)
    return [ArnPart(f":{kind}{separator}", "kind" if kind else ""), ArnPart(name, "name", hue)]
