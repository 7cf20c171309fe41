"""The pictures of many: the hub, the day of a role, the overlap of policies, the anatomy of ARNs; from real worlds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map as Immutable

import iamviz as iv
from iamviz import pictures as pic
from iamviz.pictures.errors import PictureError
from iamviz.pictures.panes import decisions_overlap
from iamviz.story.scenario import scenario_from_text
from iamviz.world.sessions import Session, SessionKind
from iamviz.world.world import World

from .reading import Reading

IDENTITY, STAGING, QA = "111122223333", "222233334444", "555566667777"
ROLE = f"arn:aws:iam::{STAGING}:role/Engineer"
MAY_ASSUME = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}
TRUST = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{IDENTITY}:root"},
        "Action": "sts:AssumeRole",
    }
}
DAWN = datetime(2026, 3, 2, 7, tzinfo=UTC)


def world(*accounts: dict[str, object]) -> World:
    text = json.dumps({"title": "t", "start": "2026-03-02T09:00Z", "accounts": accounts})
    return scenario_from_text(text).world


def people(count: int, label: int | None = None) -> list[dict[str, object]]:
    policies = [{"name": "p", "document": json.dumps(MAY_ASSUME)}]
    users: list[dict[str, object]] = [{"name": f"engineer-{n:02}", "policies": policies} for n in range(count)]
    if label is not None:
        users[label]["label"] = "Ana"
    return users


def before(count: int = 50) -> World:
    return world(
        {"id": STAGING, "name": "staging", "users": people(count, 0)},
        {"id": QA, "name": "QA", "users": people(count)},
    )


def after(count: int = 50) -> World:
    roles = [{"name": "Engineer", "trust": json.dumps(TRUST)}]
    return world(
        {"id": IDENTITY, "name": "identity", "users": people(count, 0)},
        {"id": STAGING, "name": "staging", "roles": roles},
        {"id": QA, "name": "QA", "roles": roles},
    )


def test_the_hub_counts_what_the_worlds_hold() -> None:
    text = iv.hub(before(), after()).text
    assert "IAM users: 100 -> 50" in text
    assert "long-term access keys: 100 -> 50" in text
    assert "roles to assume: 0 -> 2" in text
    assert "deletions per leaver: 2 -> 1" in text
    assert "identity: 50 users; they may assume roles in staging, QA" in text


def test_the_hub_draws_a_dot_for_everyone_and_one_ring_in_each_account() -> None:
    reading = Reading(iv.hub(before(), after(), "Ana").html)
    dots = [element.attributes["d"].count("M") for element in reading.with_class("dots")]
    assert dots == [50, 50, 50]
    assert len(reading.with_class("rg")) == 3
    assert len(reading.with_class("rl")) == 2


def test_whoever_may_not_assume_has_no_line() -> None:
    shut = world(
        {"id": IDENTITY, "name": "identity", "users": [{"name": "ana"}]},
        {"id": STAGING, "name": "staging", "roles": [{"name": "Engineer", "trust": json.dumps(TRUST)}]},
    )
    assert "roles to assume: 2 -> 0" in iv.hub(after(), shut).text


@pytest.mark.parametrize("count", [1, 49, 51, 120, 5000])
def test_more_people_than_dots_share_them(count: int) -> None:
    box = pic.HubBox("identity", count, 0)
    reading = Reading(pic.hub(pic.HubSide("a", (box,)), pic.HubSide("b", (box,)), ()))
    drawn = reading.with_class("dots")[0].attributes["d"].count("M")
    each = -(-count // drawn)
    assert drawn <= 50
    assert drawn == -(-count // each)
    assert (f"{each} a dot" in reading.tagged("svg")[0].text) is (each > 1)


def day(count: int, minutes: int = 60) -> World:
    lives = {}
    for number in range(count):
        issued = DAWN + timedelta(minutes=number * 600 / count)
        key = f"ASIA{number:016}"
        lives[key] = Session(
            access_key_id=key,
            secret_access_key="s",
            session_token="t",
            kind=SessionKind.ASSUMED_ROLE,
            arn=f"arn:aws:sts::{STAGING}:assumed-role/Engineer/p{number}",
            principal=ROLE,
            principal_id="AROA",
            account=STAGING,
            name=f"p{number}",
            issued=issued,
            expires=issued + timedelta(minutes=minutes),
            caller="x",
        )
    return replace(after(1), sessions=Immutable(lives))


def test_five_thousand_sessions_are_two_hundred_and_fifty_hairlines() -> None:
    picture = iv.sessions(day(5000), "arn:aws:iam::222233334444:role/Engineer", "11:36")
    lines = sum(
        path.attributes["d"].count("M")
        for path in Reading(picture.html).tagged("path")
        if path.classes & {"ov", "lv", "ft"}
    )
    assert lines == 250
    assert "Each hairline is 20" in Reading(picture.html).tagged("figcaption")[0].text
    assert len(picture.page) < 12_000
    assert "5,000 sessions" in picture.text


@given(st.integers(1, 40), st.integers(0, 700))
def test_alive_is_what_is_issued_and_not_over(count: int, minute: int) -> None:
    now = DAWN + timedelta(minutes=minute)
    lives = tuple((s.issued, s.expires) for s in day(count).sessions.values())
    view = pic.Crowd("r", lives, now)
    assert view.alive == sum(1 for issued, expires in lives if issued <= now < expires)
    drawn = pic.crowd(view, DAWN, DAWN + timedelta(hours=12))
    assert drawn.count('class="lv"') == (view.alive > 0)


def test_a_role_without_sessions_and_a_wrong_clock_are_told() -> None:
    with pytest.raises(pic.PictureError, match="no session"):
        iv.sessions(after(1), f"arn:aws:iam::{QA}:role/Engineer")
    with pytest.raises(pic.PictureError, match="no clock time"):
        iv.sessions(day(1), ROLE, "noon")
    with pytest.raises(pic.PictureError, match="names 2 roles"):
        iv.sessions(day(1), "Engineer")


SESSION = f"arn:aws:sts::{STAGING}:assumed-role/Engineer/ana"


def policy(kind: str, actions: list[str], name: str, effect: str = "Allow", **more: object) -> iv.Policy:
    statement = {"Effect": effect, "Action": actions, "Resource": "*", **more}
    return iv.Policy.parse({"Statement": [statement]}, kind).named(name)


def decisions(**policies: object) -> list[iv.Decision]:
    caller = iv.Caller(kind="role-session", arn=SESSION, account=STAGING, role_arn=ROLE)
    every = {"identity": [policy("identity", ["s3:*"], "Work")], **policies}
    return [
        iv.evaluate(
            iv.Request(caller=caller, action=f"s3:{name}", resource="arn:aws:s3:::b/k", resource_account=STAGING),
            iv.PolicySet(**every),  # type: ignore[arg-type]  # by name
        )
        for name in ("GetObject", "PutObject", "DeleteObject")
    ]


def test_each_pane_says_what_its_policies_say_whatever_the_others_do() -> None:
    made = decisions(
        boundary=policy("boundary", ["s3:GetObject", "s3:PutObject"], "Ceiling"),
        session=policy("session", ["s3:GetObject", "s3:DeleteObject"], "narrowing"),
    )
    rows = {line.split(":")[1]: line for line in decisions_overlap(made).text.splitlines()}
    assert "policies yes, Boundary yes, Session policy yes: allowed" in rows["GetObject"]
    assert "policies yes, Boundary yes, Session policy silent: denied" in rows["PutObject"]
    assert "policies yes, Boundary silent, Session policy yes: denied" in rows["DeleteObject"]


def test_a_resource_policy_that_names_the_session_stands_apart_and_suffices() -> None:
    statement = {"Principal": {"AWS": SESSION}}
    made = decisions(
        session=policy("session", ["s3:PutObject"], "narrowing"),
        resource=policy("resource", ["s3:GetObject"], "bucket", **statement),
    )
    picture = decisions_overlap(made)
    assert "Resource policy names the caller: allowed (the resource policy suffices)" in picture.text
    assert all(made[i].allowed is ("allowed" in line) for i, line in enumerate(picture.text.splitlines()))
    heads = [e.text for e in Reading(picture.html).with_class("ap") if e.tag == "th"]
    assert heads == ["Resource policybucket"]


def test_a_deny_is_told_by_the_kind_that_says_it() -> None:
    scps = [[policy("scp", ["*"], "Full")], [policy("scp", ["*"], "Full"), policy("scp", ["s3:Put*"], "No", "Deny")]]
    text = decisions_overlap(decisions(scps=scps)).text
    assert "PutObject: SCP says no, Role's policies yes: denied (SCP says no)" in text


def test_the_overlap_of_a_world_asks_the_engine() -> None:
    start = iv.load("staging_bucket")
    picture = iv.overlap(start, "Ana", ["sts:AssumeRole", "s3:GetObject"], "*", "Ana")
    assert picture.text.splitlines()[0] == "Ana"
    assert "GetObject: Identity policy silent: denied" in picture.text


def test_arns_are_taken_apart_as_their_service_cuts_them() -> None:
    text = iv.arn_anatomy(
        f"arn:aws:iam::{STAGING}:role/team/Engineer",
        SESSION,
        "arn:aws:s3:::b/img/logo.png",
        f"arn:aws:kms:eu-west-1:{STAGING}:key/1234",
        f"arn:aws:lambda:eu-west-1:{STAGING}:function:resize:prod",
        f"arn:aws:iam::{IDENTITY}:root",
        f"arn:aws:iam::{IDENTITY}:oidc-provider/host.example/path",
    ).text
    assert "kind role, path team, role name Engineer" in text
    assert "service sts, account 222233334444, kind assumed-role, role name Engineer, session name ana" in text
    assert "service s3, bucket name b, key img/logo.png" in text
    assert "region eu-west-1, account 222233334444, kind key, name 1234" in text
    assert "kind function, name resize:prod" in text
    assert "issuer host.example/path" in text


@given(st.from_regex(r"arn:aws:(iam|sts|s3|kms|x)(:[a-z0-9-]{0,4}){2}:[a-z-]{0,14}[/:]?[a-z:/.-]{1,9}", fullmatch=True))
def test_the_segments_of_an_arn_are_the_whole_arn(arn: str) -> None:
    shown = "".join(e.text for e in Reading(iv.arn_anatomy(arn).html).tagged("code"))
    assert shown == arn


def test_what_is_no_arn_is_told() -> None:
    with pytest.raises(ValueError, match="not an ARN"):
        iv.arn_anatomy("staging")


def test_a_role_for_people_of_a_provider_stands_on_its_side_of_the_hub() -> None:
    picture = iv.hub(iv.load("five_thousand_users"), iv.load("five_thousand"), follow="employee-0001")
    assert "IAM users: 5,000 -> 0" in picture.text
    assert "roles to assume: 0 -> 1" in picture.text
    assert "deletions per leaver: 1 -> 0" in picture.text
    assert "Worker" in picture.html
    assert "5,000, 100 a dot" in picture.html


@pytest.mark.parametrize("people", [1, 50, 4999, 5000])
def test_a_head_count_up_to_the_quota_gets_a_user_each(people: int) -> None:
    picture = iv.headcount(people, iv.load("five_thousand_users"), day(5001), ROLE)
    assert f"Number {people:,} gets a user." in picture.text
    assert f"IAM users: {people:,} -> 0" in picture.text
    assert f"access keys, up to 2 each: {2 * people:,} -> 0" in picture.text
    assert "LimitExceeded" not in picture.text


def test_one_more_than_the_quota_gets_a_session_only() -> None:
    picture = iv.headcount(5001, iv.load("five_thousand_users"), day(5001), ROLE)
    assert "Number 5,001 is refused. LimitExceeded: Cannot exceed quota for UsersPerAccount: 5000" in picture.text
    assert "IAM users: 5,000 -> 0" in picture.text
    assert "roles: 0 -> 1" in picture.text
    assert "Number 5,001 gets a session. 5,001 in a day" in picture.text


@given(st.integers(1, 40), st.integers(1, 700))
def test_most_at_once_is_the_fullest_of_all_minutes(count: int, minutes: int) -> None:
    lives = [(s.issued, s.expires) for s in day(count, minutes).sessions.values()]
    fullest = max(pic.Crowd("r", tuple(lives), issued).alive for issued, _ in lives)
    text = iv.headcount(count, before(50), day(count, minutes), ROLE).text
    assert f"at most {fullest:,} at a time" in text


def test_a_head_count_that_the_worlds_cannot_show_is_told() -> None:
    for count in (0, 52):
        with pytest.raises(PictureError, match=f"room for 1 to 51 people, not {count}"):
            iv.headcount(count, world({"id": STAGING, "name": "staging", "users": people(50)}), day(60), ROLE)
    with pytest.raises(PictureError, match="names 0 roles"):
        iv.headcount(1, before(1), day(1), "Nobody")
