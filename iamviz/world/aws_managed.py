"""Some managed policies of AWS itself, as they stood in 2026: a world that does not hold them can use them too.

They are those that examples attach most and that are short; a scenario or a dump writes out any other.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.entities import ManagedPolicy

__all__ = ["AWS_MANAGED", "aws_managed"]


def _allow(actions: str) -> Mapping[str, Any]:
    return {"Effect": "Allow", "Action": actions.split(), "Resource": "*"}


AWS_MANAGED: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType(
    {
        "AWSDenyAll": ({"Sid": "DenyAll", "Effect": "Deny", "Action": ["*"], "Resource": "*"},),
        "AdministratorAccess": ({"Effect": "Allow", "Action": "*", "Resource": "*"},),
        "AmazonEC2ReadOnlyAccess": (
            _allow("ec2:Describe* ec2:GetSecurityGroupsForVpc"),
            _allow("elasticloadbalancing:Describe*"),
            _allow("cloudwatch:ListMetrics cloudwatch:GetMetricStatistics cloudwatch:Describe*"),
            _allow("autoscaling:Describe*"),
        ),
        "AmazonS3FullAccess": (_allow("s3:* s3-object-lambda:*"),),
        "AmazonS3ReadOnlyAccess": (
            _allow("s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*"),
        ),
        "AmazonSQSFullAccess": (_allow("sqs:*"),),
        "IAMFullAccess": (
            _allow(
                """iam:* organizations:DescribeAccount organizations:DescribeOrganization
                organizations:DescribeOrganizationalUnit organizations:DescribePolicy organizations:ListChildren
                organizations:ListParents organizations:ListPoliciesForTarget organizations:ListRoots
                organizations:ListPolicies organizations:ListTargetsForPolicy"""
            ),
        ),
        "IAMReadOnlyAccess": (
            _allow(
                """iam:GenerateCredentialReport iam:GenerateServiceLastAccessedDetails iam:Get* iam:List*
                iam:SimulateCustomPolicy iam:SimulatePrincipalPolicy"""
            ),
        ),
        "PowerUserAccess": (
            {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
            _allow(
                """account:GetAccountInformation account:GetGovCloudAccountInformation account:GetPrimaryEmail
                account:ListRegions iam:CreateServiceLinkedRole iam:DeleteServiceLinkedRole iam:ListRoles
                organizations:DescribeEffectivePolicy organizations:DescribeOrganization"""
            ),
        ),
        "service-role/AWSLambdaBasicExecutionRole": (
            _allow("logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"),
        ),
    }
)
"""Their statements by path and name."""


@lru_cache(maxsize=64)
def aws_managed(arn: str) -> ManagedPolicy | None:
    """The managed policy of AWS of an ARN; None for one that is not held here, or is not AWS's.

    >>> aws_managed("arn:aws:iam::aws:policy/AdministratorAccess").policy.name
    'AdministratorAccess'
    """
    start, middle, name = arn.partition(":iam::aws:policy/")
    if not middle or start.count(":") != 1 or name not in AWS_MANAGED:
        return None
    document = {"Version": "2012-10-17", "Statement": list(AWS_MANAGED[name])}
    title = name.rpartition("/")[2]
    return ManagedPolicy(arn, Policy.parse(document, PolicyKind.IDENTITY, name=title, arn=arn))
