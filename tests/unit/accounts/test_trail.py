"""CloudTrail: read as a stream, joined, told; nothing decided, gaps said."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iamviz as iv
from iamviz.accounts import trail_read
from iamviz.accounts.redact import Redactor
from iamviz.accounts.trail import Trail, TrailError, read_trail
from iamviz.accounts.trail_event import read_event
from iamviz.accounts.trail_join import Joiner
from iamviz.accounts.trail_read import TrailFiles
from iamviz.pictures.trail_frames import observed_picture, trail_lifelines
from tests import hostile
from tests.conftest import REPOSITORY
from tests.test_hostile_names import read

REAL = REPOSITORY.parent / "shared" / "real" / "cloudtrail"
HOME, AWAY = "111122223333", "222233334444"
START = datetime(2026, 1, 1, tzinfo=UTC)
Record = dict[str, Any]
_number = iter(range(10**9))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def user(name: str = "alice") -> Record:
    arn = f"arn:aws:iam::{HOME}:user/eng/{name}"
    key = f"AKIA{name.upper():X<16}"
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": arn, "accountId": HOME, "accessKeyId": key}


def session(key: str, role: str, name: str, account: str = AWAY, minutes: float = 0, **more: Any) -> Record:
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": f"arn:aws:iam::{account}:role/{role}"}
    attributes = {"creationDate": f"{at(minutes):%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"}
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes, **more},
    }


def event(who: Record, action: str, minutes: float = 0, account: str = HOME, **more: Any) -> Record:
    service, _, name = action.partition(":")
    return {
        "eventTime": f"{at(minutes):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "userIdentity": who,
        "sourceIPAddress": "203.0.113.25",
        "awsRegion": "us-east-1",
        "recipientAccountId": account,
        "eventID": f"event-{next(_number)}",
        "managementEvent": True,
        **more,
    }


def assume(who: Record, key: str, role: str, name: str, minutes: float = 0, account: str = AWAY, **more: Any) -> Record:
    arn = f"arn:aws:iam::{account}:role/{role}"
    expires = at(minutes + 60)
    response = {
        # the prose of CloudTrail, without a leading zero
        "credentials": {"accessKeyId": key, "expiration": f"{expires:%b} {expires.day}, {expires:%Y, %I:%M:%S %p}"},
        "assumedRoleUser": {"arn": f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}"},
    }
    parameters = {"roleArn": arn, "roleSessionName": name, "durationSeconds": 3600}
    found = event(who, "sts:AssumeRole", minutes, requestParameters=parameters, responseElements=response)
    return {**found, **more}


def trail_of(*records: Record, most: int = 100) -> Trail:
    joiner = Joiner(most)
    for record in records:
        joiner.add(record)
    return joiner.trail(())


CHAIN = [
    assume(user(), "ASIA1", "path/Jump", "alice", 0),
    event(session("ASIA1", "path/Jump", "alice"), "ec2:DescribeInstances", 1),
    assume(session("ASIA1", "path/Jump", "alice"), "ASIA2", "Deploy", "from-jump", 2),
    event(session("ASIA2", "Deploy", "from-jump", minutes=2), "s3:ListBuckets", 3, errorCode="AccessDenied"),
]


# ── joins ──


@given(st.permutations(CHAIN))
@settings(max_examples=24, deadline=None)
def test_a_chain_is_found_in_whatever_order_events_come(records: Sequence[Record]) -> None:
    trail = trail_of(*records)
    assert [c.key for c in trail.chain("ASIA2")] == ["AKIAALICEXXXXXXXXXXX", "ASIA1", "ASIA2"]
    deploy = trail.credential("ASIA2")
    assert (deploy.role_name, deploy.how, deploy.maker_name) == ("Deploy", "sts:AssumeRole", "alice")
    assert (deploy.issued, deploy.expires) == (at(2), at(62))
    assert (deploy.uses, deploy.failed) == (1, 1)
    assert trail.credential("ASIA1").role == f"arn:aws:iam::{AWAY}:role/path/Jump"
    assert [(r.name, r.action, r.code) for r in trail.refused] == [("from-jump", "s3:ListBuckets", "AccessDenied")]


def test_the_halves_of_a_call_across_accounts_are_one_call() -> None:
    ours = assume(user(), "ASIA1", "R", "alice", sharedEventID="shared-1")
    theirs = {**ours, "eventID": "other", "recipientAccountId": AWAY}
    theirs["userIdentity"] = {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": HOME}
    for records in ((ours, theirs), (theirs, ours)):
        trail = trail_of(*records)
        assert len(trail.sessions) == 1
        assert trail.sessions[0].maker_name == "alice"
        assert trail.accounts == (HOME, AWAY)
        assert sum(credential.uses for credential in trail.credentials) == 1


def test_a_session_that_a_service_makes_without_a_key_is_joined_by_role_name_and_time() -> None:
    service = {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    parameters = {"roleArn": f"arn:aws:iam::{AWAY}:role/service/Fn", "roleSessionName": "fn"}
    made = event(service, "sts:AssumeRole", 0, requestParameters=parameters)
    used = event(session("ASIA9", "service/Fn", "fn"), "s3:ListBuckets", 5)
    late = event(session("ASIA8", "service/Fn", "fn", minutes=30), "s3:ListBuckets", 31)
    trail = trail_of(used, made, late)
    assert (trail.credential("ASIA9").maker_name, trail.credential("ASIA9").how) == (
        "lambda.amazonaws.com",
        "sts:AssumeRole",
    )
    assert trail.credential("ASIA8").how == ""
    assert "1 session began outside of this trail (fn)" in trail.gaps[0]


def test_what_was_passed_is_told() -> None:
    record = assume(user(), "ASIA1", "R", "alice")
    record["requestParameters"] |= {
        "sourceIdentity": "alice@acme.com",
        "externalId": "cust-7f3a",
        "tags": [{"key": "project", "value": "apollo"}],
        "incomingTransitiveTags": {"team": "blue"},
        "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    }
    trail = trail_of(record)
    assert trail.sessions[0].given == {
        "source identity": "alice@acme.com",
        "external id": "cust-7f3a",
        "tags": "project=apollo, team=blue",
        "session policy": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "seconds asked for": "3600",
    }
    assert "with source identity alice@acme.com; external id cust-7f3a" in str(trail)
    page = observed_picture(trail.story(), "t").html
    assert "cust-7f3a" in page
    assert "acme" not in str(Redactor(trail)(trail))


def test_callers_from_identity_providers_are_named_by_their_subject() -> None:
    who = {"type": "WebIdentityUser", "userName": "repo:acme/web:ref:refs/heads/main", "principalId": "p:aud:sub"}
    record = assume(who, "ASIA1", "Deploy", "ci", eventName="AssumeRoleWithWebIdentity")
    trail = trail_of(record)
    assert (trail.sessions[0].maker_name, trail.sessions[0].how) == (who["userName"], "sts:AssumeRoleWithWebIdentity")
    (step,) = trail.story().steps
    assert step.caption_text == "repo:acme/web:ref:refs/heads/main becomes Deploy in the session ci: allowed."
    assert "outside identity" in observed_picture(trail.story(), "t").html


def test_the_same_event_from_two_trails_counts_once() -> None:
    record = event(user(), "s3:ListBuckets")
    trail = trail_of(record, record, record)
    assert trail.events == 1
    assert any("2 events came twice" in gap for gap in trail.gaps)


def test_refusals_of_a_session_are_counted_and_named() -> None:
    message = (
        f"User: {user()['arn']} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{AWAY}:role/R"
    )
    refusal = event(user(), "sts:AssumeRole", errorCode="AccessDenied", errorMessage=message)
    trail = trail_of(*({**refusal, "eventID": str(n)} for n in range(3)))
    (refused,) = trail.refused
    assert (refused.times, refused.resource) == (3, f"arn:aws:iam::{AWAY}:role/R")


def test_followed_credentials_are_bounded_and_the_rest_is_said() -> None:
    records = [event(session(f"ASIA{n}", "R", f"s{n}"), "s3:ListBuckets") for n in range(30)]
    trail = trail_of(*records, most=10)
    assert len(trail.credentials) == 10
    assert any("More than 10 credentials: 20 events" in gap for gap in trail.gaps)


def test_what_one_credential_keeps_is_bounded() -> None:
    records = [
        event(user(), f"s3:Action{n}", errorCode="X", sourceIPAddress=f"203.0.113.{n % 250}", readOnly=False)
        for n in range(1000)
    ]
    (credential,) = trail_of(*records).credentials
    assert (credential.uses, credential.failed) == (1000, 1000)
    assert len(credential.events) <= 40
    assert len(credential.addresses) <= 50
    assert credential.calls is not None
    assert len(credential.calls) <= 201
    assert sum(map(sum, credential.calls.values())) == 1000


# ── what is worth a look ──


def test_a_session_from_several_addresses_is_pointed_out() -> None:
    who = session("ASIA1", "R", "alice")
    here = event(who, "s3:ListBuckets", 1)
    there = event(who, "s3:ListBuckets", 2, sourceIPAddress="198.51.100.7")
    service = event(
        {**who, "invokedBy": "cloudformation.amazonaws.com"},
        "s3:ListBuckets",
        3,
        sourceIPAddress="cloudformation.amazonaws.com",
    )
    assert [s.code for s in trail_of(here, there, service).sightings] == ["SEVERAL_ADDRESSES"]
    assert trail_of(here, service).sightings == ()


def test_credentials_of_an_instance_used_where_somebody_else_works() -> None:
    instance = session("ASIA1", "Web", "i-0abc", ec2RoleDelivery="1.0")
    command = event(user(), "ssm:SendCommand", 0, readOnly=False, requestParameters={"instanceIds": ["i-0abc"]})
    stolen = event(instance, "ec2:DescribeInstances", 1)
    (sighting,) = trail_of(command, stolen).sightings
    assert (sighting.code, sighting.key) == ("INSTANCE_CREDENTIALS_ELSEWHERE", "ASIA1")
    assert "alice had sent a command to that instance (ssm:SendCommand)" in sighting.sentence
    at_home = event(instance, "ec2:DescribeInstances", 1, sourceIPAddress="198.51.100.7")
    assert trail_of(command, at_home).sightings == ()


# ── files ──


def records_file(path: Path, records: Sequence[Mapping[str, Any]], form: str) -> Path:
    text = {
        "records": lambda: json.dumps({"Records": records}),
        "indented": lambda: json.dumps({"x": 1, "Records": records}, indent=2),
        "list": lambda: json.dumps(records),
        "lines": lambda: "\n".join(map(json.dumps, records)),
        "lookup": lambda: json.dumps({"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(r)} for r in records]}),
        "mark": lambda: "\ufeff" + json.dumps({"Records": records}),
    }[form]()
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("form", ["records", "indented", "list", "lines", "lookup", "mark"])
@pytest.mark.parametrize("ending", [".json", ".json.gz"])
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_every_form_of_file_is_read_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, ending: str, chunk: int
) -> None:
    monkeypatch.setattr(trail_read, "_CHUNK", chunk)
    records = [*CHAIN, event(user("zoë €"), "s3:ListBuckets")]
    path = records_file(tmp_path / f"trail{ending}", records, form)
    files = TrailFiles([path])
    assert list(files) == records
    assert files.problems == []


def test_folders_of_any_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    for day in ("02", "01"):
        folder = tmp_path / "AWSLogs" / HOME / "CloudTrail" / "us-east-1" / "2026" / day
        folder.mkdir(parents=True)
        records_file(folder / "x.json.gz", [event(user(), f"s3:Day{day}")], "records")
    digest = tmp_path / "AWSLogs" / HOME / "CloudTrail-Digest"
    digest.mkdir()
    (digest / "d.json").write_text('{"digestStartTime": "…"}')
    seen = []
    files = TrailFiles([tmp_path], lambda done, total, events: seen.append((done, total, events)))
    assert [record["eventName"] for record in files] == ["Day01", "Day02"]
    assert files.problems == []
    assert seen[-1][0] == seen[-1][1]
    assert seen[-1][2] == 2


def test_memory_holds_one_piece_and_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_read, "_CHUNK", 4096)
    monkeypatch.setattr(trail_read, "_HEAD", 100)
    path = records_file(tmp_path / "big.json", [event(user(), "s3:ListBuckets") for _ in range(2000)], "records")
    longest = 0
    more = trail_read._Reader.more

    def watched(reader: trail_read._Reader) -> bool:
        nonlocal longest
        found = more(reader)
        longest = max(longest, len(reader.text))
        return found

    monkeypatch.setattr(trail_read._Reader, "more", watched)
    assert sum(1 for _ in TrailFiles([path])) == 2000
    assert longest < 3 * 4096 < path.stat().st_size / 10


BROKEN = {
    "truncated": ('{"Records": [%s, {"eventName": "Half', "ends in the middle"),
    "no end": ('{"Records": [%s', "truncated"),
    "not JSON": ('{"Records": [%s, oops]}', "line 1, column"),
    "other JSON": ('{"UserDetailList": []}', "no CloudTrail events"),
    "endless number": ('{"Records": [%s, {"eventName": ' + "9" * 5000 + "}]}", "not JSON that can be read"),
    "too deep": ('{"Records": [%s, ' + "[" * 200_000 + "]}", "nested too deeply"),
    "text": ("hello", "line 1, column 1: not JSON"),
    "latin 1": (b'{"Records": [{"eventName": "\xe9"}]}', "not UTF-8 text (byte 28)"),
    "packed and cut": (gzip.compress(b'{"Records": []}' * 999)[:40], "cannot be read to its end"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_told_with_its_place_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    content, told = BROKEN[name]
    data = content if isinstance(content, bytes) else content.replace("%s", json.dumps(CHAIN[0])).encode()
    (tmp_path / "a.json").write_bytes(data)
    records_file(tmp_path / "b.json", [CHAIN[1]], "records")
    trail = read_trail(tmp_path)
    (problem,) = trail.problems
    assert problem.startswith(f"{tmp_path / 'a.json'}: ")
    assert told in problem
    assert trail.events == (2 if "%s" in str(content) else 1)


def test_an_error_names_line_and_column_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_read, "_CHUNK", 10)
    path = tmp_path / "a.json"
    path.write_text('{"Records": [\n  {"eventName": "A"},\n  {"eventName": oops}\n]}')
    files = TrailFiles([path])
    assert len(list(files)) == 1
    assert "line 3, column 17" in files.problems[0]


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    for paths in ([tmp_path / "gone"], [tmp_path], []):
        with pytest.raises(TrailError):
            read_trail(*paths)


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = (
    "eventTime eventSource eventName userIdentity sourceIPAddress errorCode errorMessage requestParameters "
    "responseElements resources sharedEventID eventID readOnly managementEvent"
).split()


INNER = (
    "accessKeyId arn type principalId sessionContext invokedBy userName sessionIssuer attributes creationDate roleArn "
    "roleSessionName durationSeconds tags principalTags incomingTransitiveTags policyArns policy instanceIds target "
    "credentials expiration assumedRoleUser bucketName key"
).split()


@given(
    st.lists(st.tuples(st.sampled_from(FIELDS), ANY), max_size=4),
    st.dictionaries(st.sampled_from(INNER), ANY, max_size=5),
    st.dictionaries(st.sampled_from(INNER), ANY, max_size=5),
)
@settings(max_examples=400, deadline=None)
def test_no_record_makes_it_stumble(
    changes: list[tuple[str, Any]], who: dict[str, Any], parameters: dict[str, Any]
) -> None:
    base = CHAIN[2]
    record = {
        **base,
        "userIdentity": {**base["userIdentity"], **who},
        "requestParameters": {**base["requestParameters"], **parameters},
        "responseElements": {**base["responseElements"], **parameters},
        **dict(changes),
    }
    trail = trail_of(CHAIN[0], record, CHAIN[3])
    assert str(trail)
    json.dumps(trail.to_dict())
    if trail.credentials:
        assert str(trail.story())


def test_times_in_prose_and_in_iso_form() -> None:
    for text in ("Jan 1, 2026, 1:00:00 AM", "Jan 1, 2026, 1:00:00\u202fAM"):
        record = assume(user(), "ASIA1", "R", "a")
        record["responseElements"]["credentials"]["expiration"] = text
        found = read_event(record)
        assert found is not None
        assert found.issued is not None
        assert found.issued.expires == START + timedelta(hours=1)
    assert read_event({**CHAIN[0], "eventTime": "yesterday"}) is None


# ── the story and the pictures ──


def test_the_story_tells_what_was_recorded() -> None:
    story = trail_of(*CHAIN).story("ASIA2")
    captions = [step.caption_text for step in story.steps]
    assert captions[0] == "alice becomes Jump in the session alice: allowed."
    assert captions[-1] == "from-jump calls s3:ListBuckets and is refused: AccessDenied."
    assert [step.outcome for step in story.steps][-1] == "AccessDenied"
    assert [step.clock for step in story.steps] == sorted(step.clock for step in story.steps)
    assert trail_of(*CHAIN).story("ASIA2", most=2).left_out > 0


@pytest.mark.parametrize(
    ("clause", "outcome"),
    [
        ("because no identity-based policy allows the s3:ListBuckets action", "implicitDeny"),
        ("with an explicit deny in a service control policy", "explicitDeny"),
    ],
)
def test_the_kind_of_a_denial_comes_from_the_sentence(clause: str, outcome: str) -> None:
    message = f"User: {user()['arn']} is not authorized to perform: s3:ListBuckets {clause}"
    record = event(user(), "s3:ListBuckets", errorCode="AccessDenied", errorMessage=message)
    (step,) = trail_of(record).story().steps
    assert step.outcome == outcome


def test_a_session_bar_tells_the_kind_of_a_denial_as_its_step_does() -> None:
    who = session("ASIA1", "R", "alice")
    deny = "with an explicit deny in a service control policy"
    message = f"User: {who['arn']} is not authorized to perform: s3:ListBuckets {deny}"
    trail = trail_of(event(who, "s3:ListBuckets", 5, errorCode="AccessDenied", errorMessage=message))
    assert "ListBuckets: denied · a statement says no" in trail_lifelines(trail).text
    assert "nothing says yes" not in observed_picture(trail.story(), "t").html
    bare = trail_of(event(who, "iam:GetRole", 5, errorCode="NoSuchEntityException"))
    assert "GetRole: NoSuchEntityException" in trail_lifelines(bare).text
    assert "nothing says yes" not in trail_lifelines(bare).html


def test_a_session_without_a_known_end_has_none_in_the_pictures() -> None:
    trail = trail_of(event(session("ASIA1", "R", "alice"), "s3:ListBuckets", 5))
    assert trail.credential("ASIA1").expires is None
    page = observed_picture(trail.story(), "t").html
    assert "end not in the trail" in page
    assert "until" not in page


def test_the_stepper_shows_an_observed_story_and_says_so() -> None:
    story = trail_of(*CHAIN).story()
    shown = iv.stepper(story)
    html = shown.picture.html
    assert html.count("Recorded by CloudTrail; iamviz decided nothing here.") == len(story.steps)
    assert 'data-outcome="AccessDenied"' in html
    assert len(shown.widget.children) == 4
    assert shown.picture.digest == iv.stepper(story).picture.digest or "trail" in shown.name


def test_no_stories_about_nobody() -> None:
    with pytest.raises(TrailError, match="no credentials"):
        trail_of().story()
    with pytest.raises(TrailError, match="no credentials have"):
        trail_of(*CHAIN).story("ASIA77")
    with pytest.raises(TrailError, match="at least one"):
        trail_of(*CHAIN).story(most=0)


def hostile_records() -> Iterator[Record]:
    name = hostile.NAME
    who = {**user(), "arn": f"arn:aws:iam::{HOME}:user/{name}", "userName": name}
    yield assume(who, "ASIA1", name, name)
    yield event(
        session("ASIA1", name, name), "s3:<script>alert(1)</script>", 1, errorCode=name, errorMessage=name,
        sourceIPAddress=name, userAgent=name, requestParameters={"bucketName": name, "instanceIds": [f"i-{name}"]},
    )  # fmt: skip


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    path = records_file(tmp_path / "x.json", list(hostile_records()), "records")
    trail = iv.trail(path)
    for page in (trail.picture.page, observed_picture(trail.story(), "t").page):
        assert read(page).bad == []
        assert "\x1b" not in page


def test_a_redacted_trail_holds_no_name() -> None:
    trail = trail_of(*CHAIN, event(user("zoe"), "iam:GetRole", requestParameters={"roleName": "Payroll"}))
    redacted = Redactor(trail)(trail)
    told = (
        json.dumps(redacted.to_dict())
        + str(redacted)
        + str(redacted.story())
        + observed_picture(redacted.story(), "t").page
    )
    for name in ("alice", "zoe", "Payroll", "Jump", "from-jump", HOME, AWAY, "ASIA1", "AKIAALICE", "203.0.113.25"):
        assert name not in told, name
    assert redacted.events == trail.events
    assert "s3:ListBuckets" in told


# ── real trails ──


def real(name: str) -> Trail:
    path = REAL / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no real trails here: {path} is not part of the repository")
    return iv.trail(path)


def test_the_stolen_credentials_are_found() -> None:
    trail = real("stolen_instance_credentials")
    (sighting,) = trail.sightings
    assert sighting.code == "INSTANCE_CREDENTIALS_ELSEWHERE"
    assert "christophe had sent a command to that instance" in sighting.sentence
    actors = [step.actor.name for step in trail.story().steps if step.actor]
    assert actors[0] == "christophe"
    assert actors[-1].startswith("i-")
    assert any(step.notes for step in trail.story().steps)


def test_one_day_is_joined() -> None:
    trail = real("one_day_sts_and_iam")
    assert trail.events == 197
    assert trail.problems == ()
    made = [c for c in trail.sessions if c.maker_name == "bert-jan"]
    assert len(made) == 10
    assert {c.role_name for c in made if c.uses} == {
        "stratus-red-team-ec2-get-password-data-role",
        "stratus-red-team-leave-org-role",
        "stratus-red-team-get-usr-data-role",
    }
    assert all(c.expires for c in trail.sessions)
    assert {c.service for c in trail.sessions if not c.maker} >= {"ec2.amazonaws.com", "rds.amazonaws.com"}
    assert sum(r.times for r in trail.refused if r.action == "sts:AssumeRole") == 13
    assert len(trail.table) == len(trail.credentials)


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_an_arn_that_is_put_together_lies_in_the_partition_of_its_region(region: str, partition: str) -> None:
    for action, told, arn in (
        ("s3:GetObject", {"bucketName": "b", "key": "k"}, f"arn:{partition}:s3:::b/k"),
        ("iam:CreateRole", {"roleName": "R"}, f"arn:{partition}:iam::{HOME}:role/R"),
    ):
        record = event(user(), action) | {"awsRegion": region, "requestParameters": told}
        found = read_event(record)
        assert found is not None
        assert found.resource == arn
