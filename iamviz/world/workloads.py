"""Workloads: applications, each bound to one identity (docs/rules/roles_and_sessions.md 1.1, 2.3 and 2.4).

A workload is nothing that IAM knows. It acts with the credentials that its binding gives it: of a role that a service
assumes for it, of a role that it assumes with a token, or of a user whose key it holds.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from immutables import Map

__all__ = ["WORKLOAD_KINDS", "Workload", "WorkloadKind", "new_workload"]

HOUR = 3600


@dataclass(frozen=True, slots=True)
class WorkloadKind:
    """A kind of workload. Texts are templates over ``{id}``, ``{name}``, ``{account}`` and ``{region}``.

    ``service`` assumes the role for it, "" when it brings a token of its own or holds a user's key. ``seconds`` is how
    long the credentials live that it is handed (chosen by the service, unconfirmed; the role's maximum does not count).
    ``id`` is what AWS calls it, ``session_name`` the name of its sessions, ``arn`` its own ARN and ``key`` the
    condition key in which its requests carry that. ``tags`` are session tags that the service adds; they go on to the
    next hop when ``transitive``. ``tells_source``: whether ``aws:SourceArn`` tells the trust policy which one it is.
    """

    title: str
    service: str = ""
    seconds: int = HOUR
    id: str = "{name}"
    session_name: str = "{id}"
    arn: str = ""
    key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: bool = False
    source_identity: str = ""
    tells_source: bool = False


_POD_TAGS = {
    "eks-cluster-arn": "arn:{partition}:eks:{region}:{account}:cluster/main",
    "eks-cluster-name": "main",
    "kubernetes-namespace": "default",
    "kubernetes-pod-name": "{name}",
    "kubernetes-pod-uid": "{id}",
    "kubernetes-service-account": "{name}",
}
WORKLOAD_KINDS: Mapping[str, WorkloadKind] = MappingProxyType(
    {
        "app": WorkloadKind("application"),
        "ec2": WorkloadKind(
            *("EC2 instance", "ec2.amazonaws.com", 6 * HOUR, "i-{hash:.17}"),
            arn="arn:{partition}:ec2:{region}:{account}:instance/{id}",
            key="ec2:SourceInstanceArn",
        ),
        "ecs-agent": WorkloadKind(
            *("ECS agent", "ecs-tasks.amazonaws.com", 6 * HOUR, "{hash:.32}"),
            arn="arn:{partition}:ecs:{region}:{account}:task/main/{id}",
            tells_source=True,
        ),
        "ecs-task": WorkloadKind(
            *("ECS task", "ecs-tasks.amazonaws.com", 6 * HOUR, "{hash:.32}"),
            arn="arn:{partition}:ecs:{region}:{account}:task/main/{id}",
            tells_source=True,
        ),
        "github": WorkloadKind("GitHub job"),
        "irsa": WorkloadKind("EKS pod"),
        "lambda": WorkloadKind(
            *("Lambda function", "lambda.amazonaws.com", 12 * HOUR),
            arn="arn:{partition}:lambda:{region}:{account}:function:{id}",
            key="lambda:SourceFunctionArn",
        ),
        "pod-identity": WorkloadKind(
            *("EKS pod", "pods.eks.amazonaws.com", 6 * HOUR, "{hash:.8}", "eks-main-{name:.40}-{id}"),
            arn="arn:{partition}:eks:{region}:{account}:cluster/main",
            tags=_POD_TAGS,
            transitive=True,
            tells_source=True,
        ),
        "roles-anywhere": WorkloadKind(
            *("server with a certificate", "rolesanywhere.amazonaws.com", HOUR, "{hash:.32}"),
            arn="arn:{partition}:rolesanywhere:{region}:{account}:trust-anchor/main",
            tags={"x509Subject/CN": "{name}"},
            source_identity="{name}",
            tells_source=True,
        ),
        "service": WorkloadKind("AWS service"),
    }
)
"""The kinds by the word that scenario files use: what only a service chooses is written here, once."""


@dataclass(frozen=True)
class Workload:
    """One application. ``name`` is what stories call it, ``kind`` a word of `WORKLOAD_KINDS`, ``id`` AWS's name for it.

    Exactly one of these binds it to an identity: ``role``, the ARN of a role; ``profile``, the ARN of an instance
    profile, whose role it takes; ``user``, the ARN of a user whose key it holds. ``claims`` are those of the OIDC token
    that it can show; with ``claims`` alone it has to ask for a role itself.

    ``service`` assumes the role for it. ``context`` are condition keys that its credentials carry in every request, for
    example the address of an EC2 instance. ``needs_token``: its metadata service answers only to IMDSv2.
    """

    name: str
    kind: str
    account: str
    id: str
    arn: str = ""
    role: str = ""
    profile: str = ""
    user: str = ""
    service: str = ""
    session_name: str = ""
    seconds: int = HOUR
    tags: Map[str, str] = field(default_factory=Map)
    source_identity: str = ""
    claims: Map[str, str | tuple[str, ...]] = field(default_factory=Map)
    context: Map[str, str] = field(default_factory=Map)
    needs_token: bool = False

    @property
    def title(self) -> str:
        """What it is: ``EC2 instance``."""
        return WORKLOAD_KINDS[self.kind].title


def new_workload(name: str, kind: str, account: str, region: str = "us-east-1", **stated: Any) -> Workload:
    """A workload of a kind: what is not ``stated`` is what AWS would choose.

    >>> new_workload("web", "lambda", "111122223333", role="arn:aws:iam::111122223333:role/Web").session_name
    'web'
    """
    rules = WORKLOAD_KINDS[kind]
    bound = next((stated[to] for to in ("role", "profile", "user") if stated.get(to)), "arn:aws:")
    words = {
        "name": name,
        "account": account,
        "partition": bound.partition(":")[2].partition(":")[0] or "aws",
        "region": region,
        "hash": hashlib.sha256(f"{account} {kind} {name}".encode("utf-8", "surrogatepass")).hexdigest(),
    }
    words["id"] = stated.pop("id", "") or rules.id.format_map(words)
    tags = {key: value.format_map(words) for key, value in rules.tags.items()}
    context = dict(stated.pop("context", {}))
    arn = stated.pop("arn", "") or rules.arn.format_map(words)
    if rules.key:
        context.setdefault(rules.key, arn)
    told: dict[str, Any] = {
        "service": rules.service,
        "session_name": rules.session_name.format_map(words),
        "seconds": rules.seconds,
        "source_identity": rules.source_identity.format_map(words),
    }
    told |= {key: value for key, value in stated.items() if value not in (None, "")}
    told["tags"] = Map(tags | dict(stated.get("tags") or {}))
    return Workload(name, kind, account, words["id"], arn, context=Map(context), **told)
