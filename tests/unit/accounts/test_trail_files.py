"""Trails from files, broken and hostile ones among them; their stories and pictures; real trails."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
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
from iamviz.accounts.trail_read import TrailFiles
from iamviz.pictures.trail_frames import observed_picture, trail_lifelines
from tests import hostile
from tests.test_hostile_names import read
from tests.unit.accounts.test_trail import REAL
from tests.unit.accounts.trail_records import AWAY, CHAIN, HOME, START, Record, assume, event, session, trail_of, user

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
    assert "until" not in page.replace("until-found", "")


def test_the_stepper_shows_an_observed_story_and_says_so() -> None:
    story = trail_of(*CHAIN).story()
    shown = iv.stepper(story)
    html = shown.picture.html
    assert html.count("Recorded by CloudTrail; iamviz decided nothing here.") == len(story.steps)
    assert 'data-outcome="AccessDenied"' in html
    assert shown.widget.value.count("Recorded by CloudTrail; iamviz decided nothing here.") == len(story.steps)
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
