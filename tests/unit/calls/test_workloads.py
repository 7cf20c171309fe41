"""Applications and their credentials: docs/rules/roles_and_sessions.md 2.3, 2.4 and 4.8."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from immutables import Map

from iamviz import CallError, World, ask
from iamviz.world import InstanceProfile
from iamviz.world.workloads import WORKLOAD_KINDS, new_workload
from tests.unit.calls.company import (
    ANA,
    EC2,
    GITHUB,
    HOME,
    LAMBDA,
    MAIN,
    PROVIDER,
    TOKEN,
    WITH_GITHUB,
    allow,
    arn,
    assume,
    bucket,
    code,
    company,
    deny,
    do,
    done,
    role,
    text,
    trusts,
    user,
)

HOUR = 3600
PROFILE = arn("instance-profile", "Web")
WEB_ROLE = role("Web", trusts(EC2), allow("s3:GetObject"))


def web(**more: Any) -> World:
    """A world with an EC2 instance that has the role Web through its instance profile."""
    profile = InstanceProfile(PROFILE, "AIPAX", WEB_ROLE.arn)
    workload = new_workload("web", "ec2", HOME, id="i-1", profile=PROFILE, **more)
    return company(WEB_ROLE, bucket("b"), instance_profiles=Map({PROFILE: profile})).with_workload(workload)


def reads(world: World, who: str = "web", at: int | None = None) -> Any:
    return do(world, who, "s3:GetObject", at=at, Bucket="b", Key="k")


def test_the_service_assumes_when_the_application_first_needs_credentials() -> None:
    world = web()
    assert not world.sessions
    result = reads(world)
    assert [d.request.action for d in result.decisions] == ["s3:GetObject", "sts:AssumeRole"]
    assert result.decisions[1].request.caller.service == "ec2.amazonaws.com"
    session = result.world.sessions[result.world.profiles["web"]]
    assert session.arn == f"arn:aws:sts::{HOME}:assumed-role/Web/i-1"
    assert session.user_id == f"{WEB_ROLE.unique_id}:i-1"
    assert [check.name for check in result.checks] == ["credentials"]


def test_it_keeps_them_until_shortly_before_their_end_and_then_gets_others() -> None:
    world = done(reads(web()))
    first = world.profiles["web"]
    again = reads(world, at=6 * HOUR - 301)
    assert again.world.profiles["web"] == first
    assert len(again.decisions) == 1
    later = reads(world, at=6 * HOUR - 299)
    assert later.ok
    assert later.world.profiles["web"] != first
    assert first in later.world.sessions, "what was handed out before lives on until its end"


def test_neither_the_maximum_of_the_role_nor_chaining_counts_for_the_service() -> None:
    world = done(reads(web()))
    session = world.sessions[world.profiles["web"]]
    assert (session.expires - session.issued).total_seconds() == 6 * HOUR > WEB_ROLE.max_session_duration


def test_assuming_a_role_with_them_is_chaining() -> None:
    world = done(reads(web())).with_role(role("Next", trusts(WEB_ROLE.arn), max_session_duration=7200))
    assert code(assume(world, "web", "Next", DurationSeconds=3601)) == "ValidationError"
    assert assume(world, "web", "Next", DurationSeconds=3600).ok


def test_a_role_that_distrusts_the_service_gives_the_application_nothing() -> None:
    world = web().with_role(role("Web", trusts(LAMBDA), allow("s3:GetObject")))
    result = reads(world)
    assert code(result) == "AccessDenied"
    assert [d.request.action for d in result.decisions] == ["sts:AssumeRole"]
    assert not result.world.sessions


def test_a_request_that_is_denied_leaves_the_credentials_delivered() -> None:
    result = do(web(), "web", "s3:DeleteObject", Bucket="b", Key="k")
    assert code(result) == "AccessDenied"
    assert "web" in result.world.profiles
    assert [d.allowed for d in result.decisions] == [False, True]


def test_the_profile_may_be_given_another_role_and_the_next_delivery_follows_it() -> None:
    other = role("Other", trusts(EC2), allow("s3:GetObject"))
    world = done(reads(web())).with_role(other)
    profile = replace(world.instance_profiles[PROFILE], role=other.arn)
    world = replace(world, instance_profiles=world.instance_profiles.set(PROFILE, profile))
    assert "assumed-role/Web/" in reads(world).decisions[0].request.caller.arn
    assert "assumed-role/Other/" in reads(world, at=6 * HOUR).decisions[0].request.caller.arn


def test_an_empty_profile_gives_no_credentials() -> None:
    world = web()
    empty = replace(world.instance_profiles[PROFILE], role="")
    result = reads(replace(world, instance_profiles=world.instance_profiles.set(PROFILE, empty)))
    assert (code(result), result.decisions) == ("NoCredentials", ())


def test_its_requests_carry_what_ec2_knows_of_the_instance() -> None:
    address = {"aws:Ec2InstanceSourcePrivateIPv4": "10.0.0.7"}
    world = done(reads(web(context=address)))
    context = world.context_of("web")
    assert context.get("ec2:SourceInstanceArn") == (f"arn:aws:ec2:us-east-1:{HOME}:instance/i-1",)
    assert context.get("ec2:RoleDelivery") == ("2.0",)
    assert context.get("aws:Ec2InstanceSourcePrivateIPv4") == ("10.0.0.7",)
    assert context.get("aws:userid") == (f"{WEB_ROLE.unique_id}:i-1",)


@pytest.mark.parametrize(("required", "token", "ok"), [(False, False, True), (True, False, False), (True, True, True)])
def test_the_metadata_service_hands_out_credentials_to_whoever_reaches_it(
    required: bool, token: bool, ok: bool
) -> None:
    result = do(
        web(needs_token=required), "anonymous", "imds:GetCredentials", save="stolen", Instance="web", Token=token
    )
    assert result.ok is ok
    if not ok:
        assert (code(result), result.error and result.error.status) == ("Unauthorized", 401)
        return
    assert result.value is not None
    assert result.value["Code"] == "Success"
    assert result.world.context_of("stolen").get("ec2:RoleDelivery") == ("2.0" if token else "1.0",)
    assert reads(result.world, "stolen", at=5 * HOUR).ok
    assert code(reads(result.world, "stolen", at=6 * HOUR)) == "ExpiredToken", "nobody renews a stolen copy"


def test_a_policy_can_refuse_what_was_delivered_by_the_first_version() -> None:
    old = {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}
    world = web().with_role(role("Web", trusts(EC2), allow("s3:GetObject"), deny("*", Condition=old)))
    stolen = done(do(world, "anonymous", "imds:GetCredentials", save="stolen", Instance="web"))
    assert code(reads(stolen, "stolen")) == "AccessDenied"
    assert reads(stolen).ok


@pytest.mark.parametrize("name", ["nobody", "fn"])
def test_only_instances_have_a_metadata_service(name: str) -> None:
    world = web().with_workload(new_workload("fn", "lambda", HOME, role=WEB_ROLE.arn))
    with pytest.raises(CallError, match="there are: web"):
        do(world, "anonymous", "imds:GetCredentials", Instance=name)


def test_the_administrator_of_the_instance_can_demand_a_token() -> None:
    world = web().with_user(user("ana", allow("ec2:*")))
    changed = do(world, ANA, "ec2:ModifyInstanceMetadataOptions", InstanceId="i-1", HttpTokens="required")
    assert code(do(done(changed), "anonymous", "imds:GetCredentials", Instance="web")) == "Unauthorized"
    absent = do(world, ANA, "ec2:ModifyInstanceMetadataOptions", InstanceId="i-9", HttpTokens="required")
    assert code(absent) == "InvalidInstanceID.NotFound"
    wrong = do(world, ANA, "ec2:ModifyInstanceMetadataOptions", InstanceId="i-1", HttpTokens="maybe")
    assert code(wrong) == "ValidationError"


# -- launching


LAUNCHER = (allow("ec2:*"), allow("iam:PassRole", WEB_ROLE.arn))


def launch(*statements: Any, profile: Any = PROFILE, save: str | None = "worker") -> Any:
    world = web().with_user(user("ana", *statements))
    return do(world, ANA, "ec2:RunInstances", save=save, ImageId="ami-1", IamInstanceProfile={"Arn": profile})


def test_launching_checks_pass_role_now_and_the_service_assumes_later() -> None:
    result = launch(*LAUNCHER)
    assert [d.request.action for d in result.decisions] == ["ec2:RunInstances", "iam:PassRole"]
    assert result.value is not None
    instance = result.value["Instances"][0]
    assert instance["IamInstanceProfile"] == {"Arn": PROFILE, "Id": "AIPAX"}
    assert not result.world.sessions
    read = reads(result.world, "worker")
    assert read.decisions[0].request.caller.arn.endswith(f"/Web/{instance['InstanceId']}")


def test_who_may_not_pass_the_role_launches_nothing() -> None:
    result = launch(allow("ec2:*"))
    assert code(result) == "AccessDeniedException"
    assert "worker" not in result.world.workloads


@pytest.mark.parametrize("profile", [arn("instance-profile", "Absent"), WEB_ROLE.arn])
def test_a_profile_that_does_not_exist_and_a_role_in_its_place_are_refused(profile: str) -> None:
    assert code(launch(*LAUNCHER, profile=profile)) == "InvalidParameterValue"


def test_a_call_without_a_name_for_it_leaves_nothing_that_a_step_could_ask_for() -> None:
    result = launch(*LAUNCHER, save=None)
    assert result.ok
    assert list(result.world.workloads) == ["web"]


def test_what_runs_cannot_be_named_like_a_user() -> None:
    with pytest.raises(CallError, match="name of a user"):
        launch(*LAUNCHER, save=arn("user", "ana"))


def test_a_function_is_named_after_itself_and_another_role_changes_what_it_may_do() -> None:
    reader, writer = (
        role("R", trusts(LAMBDA), allow("s3:GetObject")),
        role("W", trusts(LAMBDA), allow("s3:PutObject")),
    )
    world = company(user("ana", allow("lambda:*"), allow("iam:PassRole")), reader, writer, bucket("b"))
    made = do(world, ANA, "lambda:CreateFunction", FunctionName="fn", Role=reader.arn)
    assert made.value == {
        "FunctionName": "fn",
        "FunctionArn": f"arn:aws:lambda:us-east-1:{HOME}:function:fn",
        "Role": reader.arn,
    }
    world = done(reads(done(made), "fn"))
    assert world.context_of("fn").get("lambda:SourceFunctionArn") == (f"arn:aws:lambda:us-east-1:{HOME}:function:fn",)
    world = done(do(world, ANA, "lambda:UpdateFunctionConfiguration", FunctionName="fn", Role=writer.arn))
    assert code(reads(world, "fn")) == "AccessDenied"
    unknown = do(world, ANA, "lambda:UpdateFunctionConfiguration", FunctionName="other", Role=writer.arn)
    assert unknown.ok
    assert list(unknown.world.workloads) == ["fn"]


def test_two_roles_of_a_task_have_two_moments() -> None:
    """The agent pulls the image and the secrets with the execution role; the program runs with the task role."""
    service = {"Service": "ecs-tasks.amazonaws.com"}
    pull, run = role("Exec", trusts(service), allow("ecr:*")), role("Task", trusts(service), allow("s3:GetObject"))
    world = company(pull, run, bucket("b"))
    world = world.with_workload(new_workload("report agent", "ecs-agent", HOME, role=pull.arn))
    world = world.with_workload(new_workload("report", "ecs-task", HOME, role=run.arn))
    assert do(world, "report agent", "ecr:BatchGetImage").ok
    assert code(do(world, "report", "ecr:BatchGetImage")) == "AccessDenied"
    assert reads(world, "report").ok
    assert code(reads(world, "report agent")) == "AccessDenied"


@pytest.mark.parametrize(("source", "ok"), [("arn:aws:ecs:*:111122223333:*", True), ("arn:aws:ecs:*:999:*", False)])
def test_a_task_tells_the_trust_policy_which_one_it_is(source: str, ok: bool) -> None:
    guarded = trusts({"Service": "ecs-tasks.amazonaws.com"}, Condition={"ArnLike": {"aws:SourceArn": source}})
    world = company(role("Task", guarded, allow("s3:GetObject")), bucket("b"))
    world = world.with_workload(new_workload("report", "ecs-task", HOME, role=arn("role", "Task")))
    assert reads(world, "report").ok is ok


@pytest.mark.parametrize(("actions", "ok"), [(["sts:AssumeRole"], False), (["sts:AssumeRole", "sts:TagSession"], True)])
def test_pod_identity_needs_tag_session_and_its_tags_go_on(actions: list[str], ok: bool) -> None:
    pod_role = role("Pod", trusts({"Service": "pods.eks.amazonaws.com"}, actions), allow("s3:GetObject"))
    world = company(pod_role, bucket("b")).with_workload(new_workload("pod", "pod-identity", HOME, role=pod_role.arn))
    result = reads(world, "pod")
    assert result.ok is ok
    if ok:
        session = result.world.sessions[result.world.profiles["pod"]]
        assert len(session.tags) == 6
        assert session.transitive == {key.lower() for key in session.tags}
    else:
        assert "sts:TagSession" in text(result)


def test_roles_anywhere_sets_the_name_of_the_certificate_as_source_identity() -> None:
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    server_role = role("Server", trusts({"Service": "rolesanywhere.amazonaws.com"}, actions), allow("s3:GetObject"))
    world = company(server_role, bucket("b"))
    world = world.with_workload(new_workload("server-7", "roles-anywhere", HOME, role=server_role.arn))
    context = done(reads(world, "server-7")).context_of("server-7")
    assert context.get("aws:SourceIdentity") == ("server-7",)
    assert context.get("aws:PrincipalTag/x509Subject/CN") == ("server-7",)


# -- tokens and keys


def github(condition: str = MAIN, **more: Any) -> World:
    trust = trusts(
        {"Federated": PROVIDER},
        "sts:AssumeRoleWithWebIdentity",
        Condition={"StringEquals": {f"{GITHUB}:sub": condition}},
    )
    world = company(role("Ci", trust, allow("s3:GetObject")), bucket("b"), oidc_providers=WITH_GITHUB)
    return world.with_workload(new_workload("build-job", "github", "", claims=Map(TOKEN), **more))


def test_a_job_with_a_role_asks_with_its_token_when_it_needs_credentials() -> None:
    result = reads(github(role=arn("role", "Ci")), "build-job")
    assert [d.request.action for d in result.decisions] == ["s3:GetObject", "sts:AssumeRoleWithWebIdentity"]
    refused = reads(github("repo:other/app:ref:refs/heads/main", role=arn("role", "Ci")), "build-job")
    assert text(refused) == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def test_a_job_can_ask_itself_and_its_token_is_fresh_each_time() -> None:
    call = {"RoleArn": arn("role", "Ci"), "RoleSessionName": "run-1"}
    world = done(do(github(), "build-job", "sts:AssumeRoleWithWebIdentity", **call))
    assert reads(world, "build-job").ok
    assert code(reads(world, "build-job", at=HOUR)) == "ExpiredToken", "it has no role to renew them with by itself"
    assert do(world, "build-job", "sts:AssumeRoleWithWebIdentity", at=HOUR, **call).ok


def test_a_job_without_credentials_says_what_it_has_to_do_first() -> None:
    with pytest.raises(CallError, match="has no credentials yet; let it call sts:AssumeRoleWithWebIdentity"):
        reads(github(), "build-job")


def test_an_application_may_hold_the_key_of_a_user() -> None:
    world = company(user("ana", allow("s3:GetObject")), bucket("b"))
    world = world.with_workload(new_workload("script", "app", HOME, user=arn("user", "ana")))
    assert reads(world, "script").decisions[0].request.caller.kind == "user"


def test_one_can_ask_what_an_application_may_do_before_it_ever_ran() -> None:
    assert ask(web(), "web", "s3:GetObject", "arn:aws:s3:::b/k").allowed
    assert not ask(web(), "web", "s3:PutObject", "arn:aws:s3:::b/k").allowed


@pytest.mark.parametrize("kind", WORKLOAD_KINDS)
def test_every_kind_makes_a_session_name_that_sts_accepts(kind: str) -> None:
    name = new_workload("w" * 60, kind, HOME, role=arn("role", "R")).session_name
    world = company(user("ana"), role("R", trusts("*")))
    assert assume(world, ANA, "R", RoleSessionName=name).ok
