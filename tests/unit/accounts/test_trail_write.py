"""What CloudTrail records of a story: as AWS writes it, and read back by the reader of trails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import iamviz as iv
from iamviz.accounts.trail_read import TrailFiles
from iamviz.resources import data_dir
from iamviz.story.story import Story
from iamviz.world.sessions import SessionKind

STORIES = sorted(path.stem for path in data_dir().glob("*.yaml") if "story:" in path.read_text(encoding="utf-8"))
DIRECT = (SessionKind.ASSUMED_ROLE, SessionKind.SESSION_TOKEN, SessionKind.FEDERATION_TOKEN)


@pytest.fixture(scope="module")
def who_did_it() -> Story:
    return iv.play("who_did_it")


def test_the_key_of_a_deletion_leads_back_to_whose_it_is(who_did_it: Story, tmp_path: Path) -> None:
    trail = iv.trail(iv.cloudtrail(who_did_it).save(tmp_path / "log.json"))
    assert trail.problems == ()
    log = iv.cloudtrail(who_did_it).table
    deletion = log[log["eventName"] == "DeleteObject"].iloc[0]
    assert deletion["userIdentity"] == "assumed-role/Analyst/ana"
    first, last = trail.chain(deletion["accessKeyId"])
    assert (first.name, first.kind, last.maker_name) == ("ben", "long-term key", "ben")


def test_halves_of_a_call_across_accounts_share_an_id_and_the_other_side_sees_no_name(who_did_it: Story) -> None:
    records = [record for record in iv.cloudtrail(who_did_it).records if "sharedEventID" in record]
    ours, theirs = records
    assert ours["sharedEventID"] == theirs["sharedEventID"]
    assert ours["eventID"] != theirs["eventID"]
    assert (ours["recipientAccountId"], theirs["recipientAccountId"]) == ("111122223333", "444455556666")
    assert theirs["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": ours["userIdentity"]["principalId"],
        "accountId": "111122223333",
    }
    assert ours["requestParameters"]["incomingTransitiveTags"] == {"team": "blue"}
    assert ours["userIdentity"]["sessionContext"]["sourceIdentity"] == "ben"


@pytest.mark.parametrize("name", STORIES)
def test_every_story_is_read_back_whole(name: str, tmp_path: Path) -> None:
    story = iv.play(name)
    path = iv.cloudtrail(story).save(tmp_path / "log.json")
    trail = iv.trail(path)
    assert trail.problems == ()
    issued = {step.issued.access_key_id: step.issued for step in story.steps if step.issued is not None}
    read = {credential.key: credential for credential in trail.sessions}
    assert set(issued) <= set(read)
    for key, session in issued.items():
        assert read[key].issued == session.issued
        if session.caller.endswith(".amazonaws.com"):  # fetched by a service, in no event of ours
            continue
        assert read[key].expires == session.expires
        assert read[key].maker or session.kind not in DIRECT
    refused = sum(step.result.error is not None for step in story.steps if step.result and step.call)
    changes = sum(bool(step.call and step.call.actor.startswith("admin:")) for step in story.steps)
    told = [record for record in iv.cloudtrail(story).records if "errorCode" in record]
    assert refused - changes <= len(told) <= refused


@pytest.mark.parametrize("name", STORIES)
def test_no_secret_and_no_token_is_recorded(name: str) -> None:
    story = iv.play(name)
    text = iv.cloudtrail(story).to_json()
    for session in story.world.sessions.values():
        assert session.secret_access_key not in text
        assert session.session_token not in text
    assert json.loads(text)["Records"] == json.loads(json.dumps(iv.cloudtrail(story).records))


def test_a_saved_log_is_one_that_the_reader_takes_event_by_event(who_did_it: Story, tmp_path: Path) -> None:
    log = iv.cloudtrail(who_did_it)
    assert len(list(TrailFiles((log.save(tmp_path / "log.json"),), None))) == len(log.records)
