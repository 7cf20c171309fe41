"""Reading an account from AWS, with read-only calls: docs/your_account.md lists them as a minimal policy.

boto3 is not imported here: the caller brings a session of it (extra ``iamviz[aws]``).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from iamviz.accounts.details import LISTS
from iamviz.accounts.files import AccountDump, account_world
from iamviz.accounts.side_files import POLICY_TYPES

__all__ = ["download", "read_account"]

ATTEMPTS = 10
"""How often a call is tried before it counts as failed; waiting grows between the attempts."""
Document = tuple[str, dict[str, Any]]
Client = Any


def read_account(session: Any, *, endpoint_url: str | None = None) -> AccountDump:
    """The account of a boto3 session. What the credentials may not read is listed in ``problems``, and left out.

    ``endpoint_url`` sends all calls elsewhere, to a test server for instance.
    """
    problems: list[str] = []
    documents = list(download(session, problems.append, endpoint_url=endpoint_url))
    return account_world(documents, problems=problems)


def download(
    session: Any, tell: Callable[[str], None] = print, *, endpoint_url: str | None = None
) -> Iterator[Document]:
    """The files of an account, each with its name: ``json.dump`` them, and `iamviz.load` reads them without AWS.

    ``tell`` gets a sentence for each call that was refused. Raises what botocore raises when the account itself
    (``iam:GetAccountAuthorizationDetails``) cannot be read.
    """
    reader = _Reader(session, tell, endpoint_url)
    yield "account.json", reader.details()
    parts = {
        "roles.json": reader.roles,
        "providers.json": reader.providers,
        "resources.json": reader.resources,
        "organization.json": reader.organization,
    }
    for name, read in parts.items():
        try:
            found = read()
        except reader.failures as error:
            tell(f"{name.removesuffix('.json')}: not read: {error}")
            continue
        if found:
            yield name, found


class _Reader:
    def __init__(self, session: Any, tell: Callable[[str], None], endpoint_url: str | None) -> None:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        self.failures = (BotoCoreError, ClientError)
        self.refusal = ClientError
        self.tell = tell
        config = Config(retries={"mode": "adaptive", "max_attempts": ATTEMPTS})
        region = session.region_name or "us-east-1"
        self.client: Callable[[str], Client] = lambda name: session.client(
            name, region_name=region, endpoint_url=endpoint_url, config=config
        )
        self.iam = self.client("iam")

    def pages(self, client: Client, operation: str, member: str, **params: Any) -> list[Any]:
        """The items of all pages of a list."""
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**params)
            return [item for page in pages for item in page.get(member, ())]
        return list(getattr(client, operation)(**params).get(member, ()))

    def details(self) -> dict[str, Any]:
        merged: dict[str, Any] = {name: [] for name in LISTS}
        for page in self.iam.get_paginator("get_account_authorization_details").paginate():
            for name, items in merged.items():
                items += page.get(name, ())
        return {name: _plain(items) for name, items in merged.items()} | {"IsTruncated": False}

    def roles(self) -> dict[str, Any]:
        """ListRoles, for MaxSessionDuration alone."""
        roles = self.pages(self.iam, "list_roles", "Roles")
        return {"Roles": [{"Arn": r["Arn"], "MaxSessionDuration": r.get("MaxSessionDuration", 3600)} for r in roles]}

    def providers(self) -> dict[str, Any]:
        oidc = []
        for item in self.iam.list_open_id_connect_providers().get("OpenIDConnectProviderList", ()):
            told = self.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=item["Arn"])
            oidc.append({"Arn": item["Arn"], "ClientIDList": told.get("ClientIDList", [])})
        saml = [{"Arn": item["Arn"]} for item in self.iam.list_saml_providers().get("SAMLProviderList", ())]
        return {"OpenIDConnectProviderList": oidc, "SAMLProviderList": saml}

    def resources(self) -> dict[str, Any]:
        """The policies of buckets: of the resources that have a policy, those which lessons and questions meet most."""
        s3, found = self.client("s3"), []
        account = self.client("sts").get_caller_identity()
        partition = account["Arn"].split(":")[1]
        for bucket in self.pages(s3, "list_buckets", "Buckets"):
            entry: dict[str, Any] = {"Arn": f"arn:{partition}:s3:::{bucket['Name']}", "Account": account["Account"]}
            try:
                entry["Policy"] = s3.get_bucket_policy(Bucket=bucket["Name"])["Policy"]
            except self.refusal as error:
                if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                    self.tell(f"resources: the policy of {bucket['Name']} was not read: {error}")
                    continue
            found.append(entry)
        return {"ResourcePolicies": found}

    def organization(self) -> dict[str, Any] | None:
        """The tree with its SCPs and RCPs; only the management account and delegated administrators may read it."""
        client = self.client("organizations")
        try:
            about = client.describe_organization()["Organization"]
        except self.refusal as error:
            if error.response["Error"]["Code"] == "AWSOrganizationsNotInUseException":
                return {"Organization": {"Id": ""}, "Root": {}}
            raise
        root = self.pages(client, "list_roots", "Roots")[0]
        policies: dict[str, dict[str, Any]] = {}
        tree = self.unit(client, root["Id"], root.get("Name", "Root"), policies)
        return {"Organization": _plain(about), "Root": tree, "Policies": list(policies.values())}

    def unit(self, client: Client, unit: str, name: str, policies: dict[str, dict[str, Any]]) -> dict[str, Any]:
        attached = self.attached(client, unit, policies)
        accounts = [
            {"Id": item["Id"], "Name": item.get("Name", ""), "PolicyIds": self.attached(client, item["Id"], policies)}
            for item in self.pages(client, "list_accounts_for_parent", "Accounts", ParentId=unit)
        ]
        below = [
            self.unit(client, item["Id"], item.get("Name", ""), policies)
            for item in self.pages(client, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=unit)
        ]
        return {"Id": unit, "Name": name, "PolicyIds": attached, "Accounts": accounts, "OrganizationalUnits": below}

    def attached(self, client: Client, target: str, policies: dict[str, dict[str, Any]]) -> list[str]:
        """The ids of what is attached to a target; each policy is fetched once."""
        found = []
        for kind in POLICY_TYPES:
            for item in self.listed(client, target, kind):
                if item["Id"] not in policies:
                    told = client.describe_policy(PolicyId=item["Id"])["Policy"]
                    policies[item["Id"]] = {
                        **{name: item.get(name) for name in ("Id", "Arn", "Name")},
                        "Type": kind,
                        "Content": told["Content"],
                    }
                found.append(item["Id"])
        return found

    def listed(self, client: Client, target: str, kind: str) -> list[Any]:
        """The policies of one kind on a target; an organization that does not use the kind answers with an error."""
        try:
            return self.pages(client, "list_policies_for_target", "Policies", TargetId=target, Filter=kind)
        except self.refusal as error:
            if error.response["Error"]["Code"] == "InvalidInputException":
                return []
            raise


def _plain(value: Any) -> Any:
    """An answer of botocore as JSON has it: instants as text; policy documents that came as text, decoded."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return _document(value) if value.startswith(("{", "%7B")) else value
    return value.isoformat() if hasattr(value, "isoformat") else value


def _document(text: str) -> Any:
    try:
        return json.loads(unquote(text) if text.startswith("%") else text)
    except ValueError:
        return text
