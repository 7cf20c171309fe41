"""The policies that AWS itself manages, as moto carries them: all parse, are decided and checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamviz import Caller, Finding, Policy, PolicySet, Request, check_policy, evaluate

pytestmark = pytest.mark.slow

# Customers may have 6,144 characters in a managed policy; AWS gives its own policies more.
LARGE = """
    AIDevOpsAgentAccessPolicy AIOpsAssistantPolicy AWSApplicationMigrationNetworkMigrationMultiAccount
    AWSAuditManagerServiceRolePolicy AWSBackupFullAccess AWSBackupOperatorAccess
    AWSBackupServiceLinkedRolePolicyForBackup AWSBackupServiceRolePolicyForBackup
    AWSBackupServiceRolePolicyForRestores AWSConfigServiceRolePolicy
    AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy AWSElasticBeanstalkServiceRolePolicy
    AWSElasticDisasterRecoveryConsoleFullAccess AWSElasticDisasterRecoveryConsoleFullAccess_v2
    AWSElasticDisasterRecoveryLaunchActionsPolicy AWSElasticDisasterRecoveryServiceRolePolicy
    AWSManagedSettingsAdminAccess AWSMarketplaceSellerFullAccess
    AWSObservabilityAdminTelemetryEnablementServiceRolePolicy AWSPartnerLedSupportReadOnlyAccess
    AWSQuickSetupDeploymentRolePolicy AWSQuickSetupPatchPolicyPermissionsBoundary
    AWSQuickSetupSSMDeploymentRolePolicy AWSRefactoringToolkitFullAccess AWSResourceExplorerServiceRolePolicy
    AWSSSMForSAPServiceLinkedRolePolicy AWSServiceRoleForImageBuilder AWSSupportServiceRolePolicy
    AWSThinkboxAWSPortalAdminPolicy AWSTransformApplicationECSDeploymentPolicy AWSTransformLandingZoneAgentPolicy
    AWSTransformNetworkMigrationAgentPolicy AWSTransformServerMigrationAgentPolicy AWSWAFConsoleFullAccess
    AWSWellArchitectedAgentResourceScanningServiceRolePolicy AWS_ConfigRole AdministratorAccess-AWSElasticBeanstalk
    AdministratorAccess-Amplify AmazonConnectServiceLinkedRolePolicy
    AmazonDataZoneEnvironmentRolePermissionsBoundary AmazonDataZoneFullAccess
    AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary AmazonEKSServiceRolePolicy AmazonEMRServicePolicy_v2
    AmazonInspector2ServiceRolePolicy AmazonLaunchWizardFullAccessV2 AmazonRDSCustomPreviewServiceRolePolicy
    AmazonRDSCustomServiceRolePolicy AmazonSageMakerAdmin-ServiceCatalogProductsServiceRolePolicy
    AmazonSageMakerCanvasDataPrepFullAccess AmazonSageMakerCanvasFullAccess AmazonSageMakerFullAccess
    AmazonSageMakerHyperPodInferenceAccess AmazonSageMakerModelCustomizationCoreAccess
    AmazonSageMakerServiceCatalogProductsCloudformationServiceRolePolicy
    AmazonSageMakerServiceCatalogProductsCodeBuildServiceRolePolicy
    AmazonSageMakerServiceCatalogProductsLambdaServiceRolePolicy AmazonSecurityLakeAdministrator
    AssuranceServiceRolePolicy BedrockAgentCoreFullAccess CloudWatchFullAccessV2 CloudWatchOmniAWSIntegrationPolicy
    CloudWatchOmniSpaceAccessPolicy CloudwatchApplicationInsightsServiceLinkedRolePolicy
    EC2ImageBuilderExecutionPolicy FMSServiceRolePolicy NetworkAdministrator NetworkSecurityManagerServiceRolePolicy
    ReadOnlyAccess ResourceGroupsTaggingAPITagUntagSupportedResources SageMakerStudioAdminIAMConsolePolicy
    SageMakerStudioAdminIAMDefaultExecutionPolicy SageMakerStudioAdminIAMPermissiveExecutionPolicy
    SageMakerStudioDomainExecutionRolePolicy SageMakerStudioFullAccess SageMakerStudioProjectProvisioningRolePolicy
    SageMakerStudioProjectRoleMachineLearningPolicy SageMakerStudioProjectUserRolePermissionsBoundary
    SageMakerStudioProjectUserRolePolicy SageMakerStudioUserIAMDefaultExecutionPolicy
    SageMakerStudioUserIAMPermissiveExecutionPolicy SecurityAudit ViewOnlyAccess
    WellArchitectedAgentResourceScanning
""".split()
# Actions that are in no list of the service, so that Access Analyzer reports them too: AWS says of its managed policies
# that they hold invalid actions, and that these do not affect what is granted.
NO_SUCH_ACTION = {
    # an internal action of the Cloud9 console
    "AWSCodeStarFullAccess": """
        cloud9:ValidateEnvironmentName
    """,
    # renamed by Amazon Q Apps
    "AWSIAMIdentityCenterAllowListForIdentityContext": """
        qapps:ImportDocumentToQApp qapps:ImportDocumentToQAppSession
    """,
    # names of API calls of Budgets (the action is budgets:ModifyBudget) and internal actions of billing
    "AWSManagedSettingsAdminAccess": """
        budgets:CreateBudget budgets:DeleteBudget budgets:DescribeBudget budgets:DescribeBudgets
        budgets:UpdateBudget organizations:CreateBuilderIdOwnedAccount
        payments:AcceptTermsAndConditionsForProgramByAccountId payments:BatchGetPaymentProfiles
        payments:CreatePaymentAttempt payments:CreatePaymentProfile payments:Get
        payments:GetAcceptedTermsAndConditionsForProgramByAccountId payments:GetAccountBalance
        payments:GetDefaultPaymentProfile payments:GetEligibleCurrencies payments:GetPaymentAttempt
        payments:GetPaymentPreferences payments:GetPreferredCurrency
        payments:GetRecommendedTermsAndConditionsForProgram payments:ListPaymentProfiles
        payments:SearchFinancialRecords payments:SetPreferredCurrency payments:UpdatePaymentProfile
    """,
    # no such call
    "AmazonRoute53RecoveryControlConfigReadOnlyAccess": """
        route53-recovery-control-config:DescribeRoutingControlByName
    """,
    # an internal action of the service-linked role
    "MemoryDBServiceRolePolicy": """
        memorydb:ReplicateMultiRegionClusterData
    """,
    # CloudHSM Classic, which is closed
    "RDSCloudHsmAuthorizationRole": """
        cloudhsm:CreateLunaClient cloudhsm:DeleteLunaClient cloudhsm:DescribeHapg cloudhsm:DescribeLunaClient
        cloudhsm:GetConfig cloudhsm:ModifyHapg cloudhsm:ModifyLunaClient
    """,
    # a service younger than its list of actions
    "SecurityAgentWebAppAPIPolicy": """
        securityagent:BatchGetAgentInstances securityagent:BatchGetSecurityTestContentMetadata
        securityagent:BatchGetTasks securityagent:CreateDocumentReview securityagent:DeleteDocumentReview
        securityagent:GetCodeReviewTask securityagent:GetDocReviewTask securityagent:GetDocumentReview
        securityagent:GetDocumentReviewArtifact securityagent:ListAgentInstances securityagent:ListControls
        securityagent:ListDocumentReviewComments securityagent:ListDocumentReviews securityagent:ListTasks
        securityagent:StartPentestExecution securityagent:StopPentestExecution
    """,
}
# events:detail-type is a list of strings (an event pattern may name several), compared here without a set operator.
WITHOUT_QUALIFIER = (
    "AWSAuditManagerAdministratorAccess",
    "CloudTrailEventContext",
    "SageMakerStudioProjectProvisioningRolePolicy",
)
# arn:*:kms:*:${aws:PrincipalAccount}:key/*: the guide allows variables behind the fifth colon only.
VARIABLE_TOO_EARLY = ("AmazonTimestreamInfluxDBServiceRolePolicy",)

EXPLAINED = {("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", name, "") for name in LARGE}
EXPLAINED |= {
    ("INVALID_ACTION", name, action) for name, actions in NO_SUCH_ACTION.items() for action in actions.split()
}
EXPLAINED |= {("MISSING_QUALIFIER", name, "events:detail-type") for name in WITHOUT_QUALIFIER}
EXPLAINED |= {
    ("VARIABLE_UNSUPPORTED_IN_ELEMENT", name, "arn:*:kms:*:${aws:PrincipalAccount}:key/*")
    for name in VARIABLE_TOO_EARLY
}


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    data = pytest.importorskip("moto.iam.aws_managed_policies", reason="moto, which carries them, is not installed")
    return {name: policy["Document"] for name, policy in json.loads(data.aws_managed_policies_data).items()}


@pytest.fixture(scope="module")
def findings(documents: dict[str, Any]) -> dict[str, list[Finding]]:
    return {name: check_policy(document, attached_to="managed") for name, document in documents.items()}


def thing(finding: Finding) -> str:
    """What an error is about, as far as the list above names it."""
    if finding.code == "MISSING_QUALIFIER":
        return finding.message.split()[0]
    return "" if finding.code.startswith("POLICY_SIZE") else finding.message.split("'")[1]


def test_there_are_many(documents: dict[str, Any]) -> None:
    assert len(documents) >= 1_582


def test_every_error_is_explained(findings: dict[str, list[Finding]]) -> None:
    errors = {
        (finding.code, name, thing(finding))
        for name, found in findings.items()
        for finding in found
        if finding.severity == "error"
    }
    assert errors - EXPLAINED == set()
    assert EXPLAINED - errors == set()


def test_services_that_the_catalogue_lacks_are_warnings(findings: dict[str, list[Finding]]) -> None:
    unknown = {
        finding.message.split("'")[1]
        for found in findings.values()
        for finding in found
        if finding.code == "INVALID_SERVICE_IN_ACTION" and finding.severity == "warning"
    }
    # retired by AWS, or internal
    retired = """builderid codestar deepcomposer deeplens deepracer elastic-inference evidently iot1click iotevents
        zocalo"""
    assert unknown == set(retired.split())


def test_all_can_be_decided_and_explained(documents: dict[str, Any]) -> None:
    caller = Caller(kind="user", arn="arn:aws:iam::111122223333:user/ana", account="111122223333")
    request = Request(
        caller=caller,
        action="s3:GetObject",
        resource="arn:aws:s3:::b/k",
        resource_account="111122223333",
        context={"aws:username": "ana"},
    )
    outcomes = set()
    for name, document in documents.items():
        policy = Policy.parse(document, name=name)
        assert policy.statements
        decision = evaluate(request, PolicySet(identity=[policy]))
        assert str(decision.explain())
        outcomes.add(decision.outcome.value)
    assert outcomes == {"allowed", "explicitDeny", "implicitDeny"}
