"""Reading an account from AWS: a moto server stands in for it, over HTTP, and boto3 talks to it as to AWS."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import iamviz as iv
from iamviz.accounts import DumpWarning, download, read_account
from iamviz.policy.model import PolicyKind
from iamviz.world.organization import levels_of
from tests.servers import first_answer, free_port, stop

boto3 = pytest.importorskip("boto3", reason="boto3, which talks to AWS, is not installed")
pytest.importorskip("flask_cors", reason="flask and flask-cors, which moto's server needs, are not installed")
pytest.importorskip("moto.server", reason="moto, whose server stands in for AWS, is not installed")

TRUST = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
SUBJECT = "repo:team/app:*"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            first_answer(f"{url}/moto-api/", server, log)
            yield url
        finally:
            stop(server)


@pytest.fixture(scope="module")
def session() -> Any:
    return boto3.Session(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="secret", region_name="eu-west-1")


@pytest.fixture(scope="module")
def account(endpoint: str, session: Any) -> str:
    """An account with a hundred and twenty users, so that its list has several pages, and one of everything else."""
    iam, s3, organizations = (session.client(name, endpoint_url=endpoint) for name in ("iam", "s3", "organizations"))
    text = json.dumps(READ)
    policy = iam.create_policy(PolicyName="Read", PolicyDocument=text)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=text.replace("GetObject", "*"), SetAsDefault=False)
    for number in range(120):
        iam.create_user(UserName=f"user-{number:03}", Tags=[{"Key": "team", "Value": "blue"}])
    iam.put_user_policy(UserName="user-007", PolicyName="own", PolicyDocument=text)
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="user-007")
    trust = json.dumps(TRUST)
    iam.create_role(RoleName="Worker", Path="/app/", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
    iam.attach_role_policy(RoleName="Worker", PolicyArn=policy)
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=[]
    )
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.create_bucket(Bucket="bare", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    bucket = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/*"}}
    s3.put_bucket_policy(Bucket="reports", Policy=json.dumps(bucket))
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    organizations.create_account(AccountName="staging", Email="a@example.com")
    member = next(a["Id"] for a in organizations.list_accounts()["Accounts"] if a["Name"] == "staging")
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    fence = {"Statement": {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}}
    scp = organizations.create_policy(
        Content=json.dumps(fence), Description="d", Name="Fence", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=scp, TargetId=unit)
    return member


@pytest.fixture(scope="module")
def dump(endpoint: str, session: Any, account: str) -> Any:
    return read_account(session, endpoint_url=endpoint)


def test_everything_of_the_account_arrives_through_all_pages(dump: Any) -> None:
    world = dump.world
    assert len(world.users) == 120
    seven = next(user for arn, user in world.users.items() if arn.endswith("user-007"))
    assert [policy.name for policy in seven.inline] == ["own"]
    assert len(seven.groups) == 1
    assert dict(seven.tags) == {"team": "blue"}
    (arn,) = [arn for arn in world.roles if arn.endswith(":role/app/Worker")]
    assert world.roles[arn].max_session_duration == 7200
    (policy,) = [world.managed_policies[found] for found in world.roles[arn].attached]
    assert (policy.policy.name, policy.default, [number for number, _ in policy.versions]) == ("Read", 1, [2])
    (provider,) = world.oidc_providers.values()
    assert provider.client_ids == ("sts.amazonaws.com",)


def test_policies_of_buckets_and_of_the_organization_arrive(dump: Any, account: str) -> None:
    world = dump.world
    assert world.resources["arn:aws:s3:::reports"].policy is not None
    assert world.resources["arn:aws:s3:::bare"].policy is None
    member = world.accounts[account]
    assert member.name == "staging"
    assert [[policy.name for policy in level] for level in levels_of(world, account, PolicyKind.SCP)] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "Fence"],
        ["FullAWSAccess"],
    ]
    assert not member.management
    assert any(found.management for found in world.accounts.values())


def test_what_is_still_unknown_is_said(dump: Any) -> None:
    assert [gap.partition(" ")[0] for gap in dump.gaps] == ["the", "session"]
    assert "the policies of 2 resources are known" in dump.gaps[0]


def test_the_files_of_a_download_are_read_without_aws(
    endpoint: str, session: Any, account: str, dump: Any, tmp_path: Path
) -> None:
    told: list[str] = []
    for name, document in download(session, told.append, endpoint_url=endpoint):
        (tmp_path / name).write_text(json.dumps(document), "utf-8")
    assert told == []
    world = iv.load(tmp_path)
    assert world.roles == dump.world.roles
    assert world.users == dump.world.users
    assert world.accounts == dump.world.accounts


class _Refusing:
    """A session whose clients of one service answer AccessDenied, as credentials with few permissions do."""

    def __init__(self, session: Any, *services: str) -> None:
        self.session, self.services, self.region_name = session, services, session.region_name
        self.calls: list[str] = []

    def client(self, name: str, **more: Any) -> Any:
        client = self.session.client(name, **more)

        def before(model: Any, **_: Any) -> None:
            self.calls.append(f"{name}:{model.name}")

        client.meta.events.register("before-call", before)
        if name in self.services:
            client.meta.events.register("before-call", lambda **_: _refused(name))
        return client


def _refused(service: str) -> Any:
    """What botocore takes in place of an answer from the network: a response, and the error parsed from it."""
    http = SimpleNamespace(status_code=403)
    code = "AccessDeniedException" if service == "organizations" else "AccessDenied"
    return http, {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}


def test_what_the_credentials_may_not_read_is_told_and_the_rest_is_read(
    endpoint: str, session: Any, account: str
) -> None:
    refusing = _Refusing(session, "organizations", "s3")
    with pytest.warns(DumpWarning) as warnings:
        world = iv.accounts.from_boto3(refusing, endpoint_url=endpoint)
    said = [str(warning.message) for warning in warnings]
    assert any(text.startswith("organization: not read: ") for text in said)
    assert any(text.startswith("resources: not read: ") for text in said)
    assert len(world.users) == 120
    assert any("SCPs and RCPs are not known" in text for text in world.unknowns)
    assert world.unknowns[0].startswith("2 things")


def test_only_calls_that_read_are_made_and_the_documentation_lists_them(
    endpoint: str, session: Any, account: str
) -> None:
    watching = _Refusing(session)
    read_account(watching, endpoint_url=endpoint)
    made = {"s3:ListAllMyBuckets" if call == "s3:ListBuckets" else call for call in watching.calls}
    assert all(call.partition(":")[2].startswith(("Get", "List", "Describe")) for call in made)
    text = (Path(__file__).parents[3] / "docs" / "your_account.md").read_text("utf-8")
    assert [call for call in sorted(made) if f'"{call}"' not in text] == []


def test_an_account_that_may_not_be_read_at_all_is_an_error(endpoint: str, session: Any) -> None:
    import botocore.exceptions

    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        read_account(_Refusing(session, "iam"), endpoint_url=endpoint)


class _Busy:
    """A session whose first calls of one operation are throttled, as AWS does when it is asked too much."""

    def __init__(self, session: Any, operation: str, times: int) -> None:
        self.session, self.operation, self.left, self.region_name = session, operation, times, session.region_name
        self.tried = 0

    def client(self, name: str, **more: Any) -> Any:
        client = self.session.client(name, **more)
        client.meta.events.register(f"before-send.{name}.{self.operation}", self.answer)
        return client

    def answer(self, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        self.tried += 1
        if not self.left:
            return None
        self.left -= 1
        error = b"<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
        body = b"<ErrorResponse>" + error + b"</ErrorResponse>"
        return AWSResponse(request.url, 400, {}, SimpleNamespace(stream=lambda *_, **__: iter([body])))


def test_a_call_that_is_throttled_is_tried_again(endpoint: str, session: Any, account: str) -> None:
    busy = _Busy(session, "ListRoles", 2)
    dump = read_account(busy, endpoint_url=endpoint)
    assert dump.problems == ()
    assert busy.tried == 3
