"""Policy documents, in few words."""

from typing import Any

Document = dict[str, Any]


def statement(effect: str, action: Any, resource: Any = "*", sid: str = "", **condition: Any) -> Document:
    return {
        **({"Sid": sid} if sid else {}),
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def allow(action: Any, resource: Any = "*", sid: str = "", **condition: Any) -> Document:
    return statement("Allow", action, resource, sid, **condition)


def deny(action: Any, resource: Any = "*", sid: str = "", **condition: Any) -> Document:
    return statement("Deny", action, resource, sid, **condition)


def document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: Any, action: Any = "sts:AssumeRole", sid: str = "", **condition: Any) -> Document:
    return {
        **({"Sid": sid} if sid else {}),
        "Effect": "Allow",
        "Principal": {"AWS": principal} if isinstance(principal, str) and principal != "*" else principal,
        "Action": action,
        **({"Condition": condition} if condition else {}),
    }


def service(*names: str) -> Document:
    return trust(
        {"Service": [f"{name}.amazonaws.com" for name in names] if len(names) > 1 else f"{names[0]}.amazonaws.com"}
    )


def web(account: str, host: str, **condition: Any) -> Document:
    provider = f"arn:aws:iam::{account}:oidc-provider/{host}"
    return trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", **condition)


def inline(policies: dict[str, Document]) -> list[Document]:
    return [{"PolicyName": name, "PolicyDocument": document} for name, document in policies.items()]


def attached(*arns: str) -> list[Document]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def bounded_by(arn: str) -> Document:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}
