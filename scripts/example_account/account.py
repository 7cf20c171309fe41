"""One account as get-account-authorization-details prints it."""

from typing import Any

from iamviz.world.ids import unique_id
from scripts.example_account.documents import Document, attached, bounded_by, document, inline


class Account:
    """One account as get-account-authorization-details prints it."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.data: dict[str, Any] = {
            "UserDetailList": [],
            "GroupDetailList": [],
            "RoleDetailList": [],
            "Policies": [],
            "IsTruncated": False,
        }
        self.sessions: list[Document] = []

    def arn(self, kind: str, name: str, path: str = "/") -> str:
        return f"arn:aws:iam::{self.number}:{kind}{path}{name}"

    def entity(self, kind: str, prefix: str, name: str, path: str, created: str) -> Document:
        title = kind.capitalize()
        arn = self.arn(kind, name, path)
        return {
            "Path": path,
            f"{title}Name": name,
            f"{title}Id": unique_id(prefix, self.number, arn),
            "Arn": arn,
            "CreateDate": f"{created}T08:00:00+00:00",
        }

    def user(self, name: str, groups: list[str], created: str, **more: Any) -> None:
        tags = [{"Key": key, "Value": value} for key, value in more.get("tags", {}).items()]
        boundary = more.get("boundary")
        self.data["UserDetailList"].append(
            self.entity("user", "AIDA", name, "/", created)
            | {
                "UserPolicyList": inline(more.get("policies", {})),
                "GroupList": groups,
                "AttachedManagedPolicies": attached(*more.get("attached", ())),
                **({"PermissionsBoundary": bounded_by(boundary)} if boundary else {}),
                "Tags": tags,
            }
        )

    def group(self, name: str, policies: dict[str, Document], *arns: str) -> None:
        self.data["GroupDetailList"].append(
            self.entity("group", "AGPA", name, "/", "2024-01-08")
            | {"GroupPolicyList": inline(policies), "AttachedManagedPolicies": attached(*arns)}
        )

    def role(
        self, name: str, trusted: list[Document], policies: dict[str, Document], used: str | None, **more: Any
    ) -> None:
        path, created = more.get("path", "/"), more.get("created", "2024-02-12")
        profile = self.entity("instance-profile", "AIPA", name, path, created) if more.get("profile") else None
        if profile:
            profile = {
                "Path": path,
                "InstanceProfileName": name,
                "InstanceProfileId": unique_id("AIPA", self.number, name),
                "Arn": self.arn("instance-profile", name, path),
                "CreateDate": f"{created}T08:00:00+00:00",
                "Roles": [],
            }
        boundary = more.get("boundary")
        self.data["RoleDetailList"].append(
            self.entity("role", "AROA", name, path, created)
            | {
                "AssumeRolePolicyDocument": document(*trusted),
                "InstanceProfileList": [profile] if profile else [],
                "RolePolicyList": inline(policies),
                "AttachedManagedPolicies": attached(*more.get("attached", ())),
                **({"PermissionsBoundary": bounded_by(boundary)} if boundary else {}),
                "Tags": [{"Key": key, "Value": value} for key, value in more.get("tags", {}).items()],
                "RoleLastUsed": {"LastUsedDate": f"{used}T17:30:00+00:00", "Region": "eu-central-1"} if used else {},
            }
        )
        self.sessions.append({"Arn": self.arn("role", name, path), "MaxSessionDuration": more.get("longest", 3600)})

    def policy(self, arn: str, *versions: Document) -> str:
        """A managed policy, its newest version the default one."""
        count = len(versions)
        self.data["Policies"].append(
            {
                "PolicyName": arn.rpartition("/")[2],
                "PolicyId": unique_id("ANPA", self.number, arn),
                "Arn": arn,
                "Path": "/",
                "DefaultVersionId": f"v{count}",
                "AttachmentCount": 1,
                "PermissionsBoundaryUsageCount": 0,
                "IsAttachable": True,
                "CreateDate": "2024-01-08T08:00:00+00:00",
                "UpdateDate": "2024-01-08T08:00:00+00:00",
                "PolicyVersionList": [
                    {
                        "Document": versions[number - 1],
                        "VersionId": f"v{number}",
                        "IsDefaultVersion": number == count,
                        "CreateDate": "2024-01-08T08:00:00+00:00",
                    }
                    for number in range(count, 0, -1)
                ],
            }
        )
        return arn
