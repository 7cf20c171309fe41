"""Who and what is in the company, now and a month ago."""

from iamviz.world.ids import unique_id
from scripts.example_account.account import Account
from scripts.example_account.documents import Document, allow, deny, document, service, trust, web

IDENTITY, PRODUCTION, VENDOR, BACKUPS = "111122223333", "444455556666", "777788889999", "888899990000"
GITHUB = "token.actions.githubusercontent.com"
CLUSTER = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def identity_account(last_month: bool) -> Account:
    """People. They live here and work elsewhere."""
    account = Account(IDENTITY)
    role = f"arn:aws:iam::{PRODUCTION}:role"
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    account.policy(ADMIN, document(allow("*")))
    ceiling = account.policy(
        account.arn("policy", "ContractorCeiling"), document(allow(["sts:AssumeRole", "iam:Get*", "iam:List*"]))
    )
    account.group(
        "engineers",
        {
            "BecomeEngineer": document(
                allow("sts:AssumeRole", [f"{role}/EngineerReadOnly"], "ReadAnyTime"),
                allow("sts:AssumeRole", [f"{role}/Deployer"], "DeployWithMfa", **mfa),
            )
        },
    )
    account.group("auditors", {"BecomeAuditor": document(allow("sts:AssumeRole", f"{role}/Auditor"))})
    account.group("platform", {"BecomePlatform": document(allow("sts:AssumeRole", f"{role}/PlatformOps"))})
    own = "arn:aws:iam::*:user/${aws:username}"
    account.group(
        "everyone",
        {
            "OwnCredentials": document(allow(["iam:*AccessKey*", "iam:ChangePassword"], own)),
            "NothingWithoutMfa": document(
                deny(
                    "*",
                    sid="DenyWithoutMfa",
                    Bool={"aws:MultiFactorAuthPresent": "false"},
                )
            ),
        },
    )
    account.user("ana", ["engineers", "everyone"], "2024-01-15", tags={"team": "web"})
    account.user("ben", ["engineers", "everyone"], "2024-03-04", tags={"team": "orders"})
    account.user("cyd", ["auditors", "everyone"], "2024-01-15", tags={"team": "audit"})
    account.user("dov", ["platform", "everyone"], "2024-01-15", tags={"team": "platform"})
    if last_month:
        account.user("gus", ["engineers", "everyone"], "2024-06-03", tags={"team": "web"})
    else:
        account.user(
            "eve",
            ["engineers", "everyone"],
            "2026-02-16",
            boundary=ceiling,
            policies={"ManageSelf": document(allow("iam:PutUserPolicy", own))},
        )
    account.user("break-glass", [], "2024-01-08", attached=[ADMIN])
    return account


def production_account(last_month: bool) -> Account:
    """Things, and the roles through which people and programs come to them."""
    account = Account(PRODUCTION)
    identity = f"arn:aws:iam::{IDENTITY}:root"
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    read = account.policy(
        account.arn("policy", "ReadData"),
        document(allow("s3:*", "*")),
        document(allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::acme-*", "arn:aws:s3:::acme-*/*"])),
    )
    ceiling = account.policy(
        account.arn("policy", "SandboxCeiling"), document(allow(["s3:*", "dynamodb:*", "lambda:*", "iam:*", "logs:*"]))
    )
    account.policy(ADMIN, document(allow("*")))

    account.role("EngineerReadOnly", [trust(identity)], {}, "2026-02-27", attached=[read], longest=28800)
    account.role(
        "Deployer",
        [trust(identity, sid="EngineersWithMfa", **mfa)],
        {
            "Deploy": document(
                allow("cloudformation:*", sid="Stacks"),
                allow(
                    ["lambda:Update*", "lambda:Get*"], f"arn:aws:lambda:*:{PRODUCTION}:function:web-*", "WebFunctions"
                ),
                allow("iam:PassRole", f"arn:aws:iam::{PRODUCTION}:role/app/*", "PassAppRoles"),
            )
        }
        if not last_month
        else {
            "Deploy": document(
                allow("cloudformation:*", sid="Stacks"),
                allow("iam:PassRole", f"arn:aws:iam::{PRODUCTION}:role/app/web", "PassWeb"),
            )
        },
        "2026-02-27",
    )
    account.role(
        "PlatformOps",
        [trust(f"arn:aws:iam::{IDENTITY}:user/dov")],
        {
            "Operate": document(
                allow(["ec2:*", "rds:*", "ecs:*"], sid="RunThings"),
                allow("sts:AssumeRole", f"arn:aws:iam::{PRODUCTION}:role/Admin", "LastResort"),
            )
        },
        "2026-03-01",
    )
    account.role(
        "Admin", [trust(account.arn("role", "PlatformOps"))], {}, "2026-01-20", attached=[ADMIN], longest=43200
    )
    account.role(
        "Auditor",
        [trust(identity, StringEquals={"aws:PrincipalTag/team": "audit"})],
        {"Look": document(allow(["iam:Get*", "iam:List*", "s3:GetBucket*", "cloudtrail:LookupEvents"]))},
        "2026-02-20",
    )
    account.role(
        "OfficeOnly",
        [trust(identity, IpAddress={"aws:SourceIp": "203.0.113.0/24"})],
        {"Payroll": document(allow("s3:GetObject", "arn:aws:s3:::acme-payroll/*"))},
        "2026-02-02",
    )
    account.role(
        "HelpDesk",
        [trust(identity, StringEquals={"aws:PrincipalTag/team": "support"})],
        {
            "HelpUsers": document(
                allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile", "iam:ListUsers"], "*", "KeysAndPasswords")
            )
        },
        "2026-02-25",
    )
    account.user("legacy-admin", [], "2019-05-06", attached=[ADMIN])

    account.role("web", [service("ec2")], {}, "2026-03-01", path="/app/", attached=[read], profile=True)
    account.role(
        "orders-task",
        [service("ecs-tasks")],
        {
            "Orders": document(
                allow(["dynamodb:GetItem", "dynamodb:PutItem"], f"arn:aws:dynamodb:*:{PRODUCTION}:table/orders")
            )
        },
        "2026-03-01",
        path="/app/",
    )
    account.role(
        "orders-execution",
        [service("ecs-tasks")],
        {"Start": document(allow(["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "logs:PutLogEvents"]))},
        "2026-03-01",
        path="/app/",
    )
    account.role(
        "report-writer",
        [service("lambda")],
        {"Write": document(allow("s3:PutObject", "arn:aws:s3:::acme-reports/*"))},
        "2026-03-01",
        path="/app/",
    )
    account.role("stack-maker", [service("cloudformation")], {}, "2026-02-27", path="/app/", attached=[ADMIN])
    subject = {f"{CLUSTER}:sub": "system:serviceaccount:payments:api", f"{CLUSTER}:aud": "sts.amazonaws.com"}
    account.role(
        "payments-pod",
        [web(PRODUCTION, CLUSTER, StringEquals=subject)],
        {"Pay": document(allow("sqs:SendMessage", f"arn:aws:sqs:eu-central-1:{PRODUCTION}:payments"))},
        "2026-03-01",
        path="/app/",
    )

    audience = {f"{GITHUB}:aud": "sts.amazonaws.com"}
    deploy = {"Publish": document(allow("s3:PutObject", "arn:aws:s3:::acme-site/*"))}
    account.role(
        "github-site",
        [web(PRODUCTION, GITHUB, StringEquals=audience | {f"{GITHUB}:sub": "repo:acme/site:ref:refs/heads/main"})],
        deploy,
        "2026-02-28",
        path="/ci/",
    )
    account.role(
        "github-apps",
        [web(PRODUCTION, GITHUB, StringEquals=audience, StringLike={f"{GITHUB}:sub": "repo:acme*"})],
        deploy,
        "2026-02-28",
        path="/ci/",
    )
    account.role(
        "github-old",
        [web(PRODUCTION, GITHUB, StringEquals=audience)],
        deploy,
        "2025-06-11",
        path="/ci/",
        created="2022-03-14",
    )

    account.role(
        "monitoring",
        [trust(f"arn:aws:iam::{VENDOR}:root")],
        {"Metrics": document(allow(["cloudwatch:Get*", "cloudwatch:List*", "ec2:Describe*"]))},
        "2026-03-01",
        path="/vendor/",
    )
    account.role(
        "backup",
        [trust(f"arn:aws:iam::{BACKUPS}:root", StringEquals={"sts:ExternalId": "acme-7f3a-19c2"})],
        {"Copy": document(allow(["s3:GetObject", "s3:ListBucket"]))},
        "2026-03-01",
        path="/vendor/",
    )
    account.role(
        "open-tools",
        [trust("*", StringEquals={"sts:ExternalId": "tools"})],
        {"Tools": document(allow("s3:GetObject", "arn:aws:s3:::acme-tools/*"))},
        "2025-11-30",
        path="/vendor/",
    )

    account.role(
        "legacy-import",
        [trust(unique_id("AROA", IDENTITY, "a role that was deleted")), service("glue")],
        {"Import": document(allow("s3:*"), deny("s3:DeleteObject", "arn:aws:s3:::acme-archive", "KeepArchive"))},
        "2024-09-17",
        created="2023-02-06",
    )
    account.role(
        "old-reports", [service("lambda")], {"Read": document(allow("s3:GetObject"))}, None, created="2023-04-11"
    )
    account.role(
        "builder",
        [trust(identity, StringEquals={"aws:PrincipalTag/team": "web"})],
        {"Build": document(allow(["iam:PutRolePolicy", "iam:CreateRole", "lambda:*"], "*", "BuildInSandbox"))},
        "2026-02-11",
        path="/sandbox/",
        boundary=ceiling,
    )
    saml = f"arn:aws:iam::{PRODUCTION}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    account.role(
        "AWSReservedSSO_Support_0123456789abcdef",
        [
            trust(
                {"Federated": saml},
                ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"},
            )
        ],
        {"Cases": document(allow("support:*"))},
        "2026-02-26",
        path="/aws-reserved/sso.amazonaws.com/eu-central-1/",
    )
    account.role(
        "AWSServiceRoleForSupport",
        [service("support")],
        {},
        "2026-02-26",
        path="/aws-service-role/support.amazonaws.com/",
    )
    return account


def files(last_month: bool) -> dict[str, Document]:
    """The files of a folder by their names."""
    identity, production = identity_account(last_month), production_account(last_month)
    providers = {
        "OpenIDConnectProviderList": [
            {"Arn": f"arn:aws:iam::{PRODUCTION}:oidc-provider/{host}", "ClientIDList": ["sts.amazonaws.com"]}
            for host in (GITHUB, CLUSTER)
        ],
        "SAMLProviderList": [{"Arn": f"arn:aws:iam::{PRODUCTION}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"}],
    }
    keepers = [f"arn:aws:iam::{PRODUCTION}:role/{name}" for name in ("OfficeOnly", "Admin")]
    payroll = {
        "Sid": "PayrollOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::acme-payroll/*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": keepers}},
    }
    resources = [{"Arn": "arn:aws:s3:::acme-payroll", "Account": PRODUCTION, "Policy": document(payroll)}]
    return {
        "identity.json": identity.data,
        "production.json": production.data,
        "resources.json": {"ResourcePolicies": resources},
        "roles.json": {"Roles": production.sessions},
        "providers.json": providers,
    }
