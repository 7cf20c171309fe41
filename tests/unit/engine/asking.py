"""Callers, policies and requests of the engine's tests: everything is in one account unless a test says otherwise."""

from iamviz import Caller, Policy, PolicySet, Request, evaluate

ACCOUNT, OTHER = "111122223333", "444455556666"
OBJECT = "arn:aws:s3:::assets/logo.png"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/target"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"

USER = Caller("user", f"arn:aws:iam::{ACCOUNT}:user/eng/ana", ACCOUNT, unique_id="AIDAANA")
SESSION = Caller(
    "role-session",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1",
    ACCOUNT,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/svc/app",
    unique_id="AROAAPP:s1",
)
FEDERATED_USER = Caller(
    "federated-user",
    f"arn:aws:sts::{ACCOUNT}:federated-user/ana",
    ACCOUNT,
    user_arn=USER.arn,
    unique_id=f"{ACCOUNT}:ana",
)
ROOT = Caller("root", ROOT_ARN, ACCOUNT, unique_id=ACCOUNT)
SERVICE = Caller("service", service="lambda.amazonaws.com")
FEDERATED = Caller("federated", account=ACCOUNT, federated=PROVIDER)
ANONYMOUS = Caller("anonymous")

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SILENT = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}


def policy(statement, kind="identity"):
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}, kind)


def grant(principal, effect="Allow", element="Principal"):
    """A statement of a resource policy about everything."""
    return {"Effect": effect, element: principal, "Action": "*", "Resource": "*"}


def decide(caller, arn=OBJECT, action="s3:GetObject", owner=ACCOUNT, settings=None, **statements):
    """The decision, with a policy of one statement for each type that is given."""
    documents = {name: value if isinstance(value, list) else policy(value, name) for name, value in statements.items()}
    if "identity" in documents:
        documents["identity"] = [documents["identity"]]
    request = Request(caller, action, arn, owner)
    return evaluate(request, PolicySet(**documents), *([settings] if settings else []))
