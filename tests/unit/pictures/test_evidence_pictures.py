"""Statements, conditions, credentials and organizations as pictures, from real worlds and decisions."""

from __future__ import annotations

import pytest

import iamviz as iv
from iamviz import pictures as pic
from iamviz.engine.decision import Decision
from iamviz.pictures.request_map import request_map
from iamviz.story.story import Story

from .reading import Reading


def decisions(name: str) -> list[Decision]:
    return [step.decision for step in iv.play(name).steps if step.decision is not None]


def decision_of_deleting() -> Decision:
    return next(d for d in decisions("staging_bucket") if d.request.action == "s3:DeleteObject")


@pytest.mark.parametrize("name", ["staging_bucket", "vendor", "turnstile", "narrowing", "fence"])
def test_every_statement_that_was_looked_at_is_a_row(name: str) -> None:
    for decision in decisions(name):
        explanation = decision.explain()
        reading = Reading(iv.statements(decision).html)
        assert not reading.faults
        rows = [e for e in reading.tagged("tr") if "tbody" in e.path]
        assert len(rows) == len(explanation.statements)


def test_a_statement_says_which_element_failed() -> None:
    text = iv.statements(decision_of_deleting()).text
    assert "Action differs: s3:GetObject, s3:ListBucket" in text
    assert "Resource matches: arn:aws:s3:::staging-assets/*" in text


def test_what_settled_a_decision_stands_first_and_a_deny_says_no() -> None:
    denied = next(d for d in decisions("staging_bucket") if d.outcome.value == "explicitDeny")
    lines = iv.statements(denied).text.splitlines()
    assert lines[0].startswith("KeepOutsidersOut")
    assert lines[1] == "  Effect says no: Deny"


def test_credentials_side_by_side() -> None:
    world = iv.play("staging_bucket").world
    profile = sorted(world.profiles)[0]
    text = iv.credential_cards(world, "Ana", profile).text
    assert "Access key ID: AKIA" in text
    assert "Session token: none" in text
    assert "Access key ID: ASIA" in text
    session = world.sessions[world.profiles[profile]]
    html = iv.credential_cards(world, "Ana", profile).html
    assert session.secret_access_key not in html
    assert session.session_token not in html
    with pytest.raises(pic.PictureError, match="nobody called 'Eve' has credentials here"):
        iv.credential_cards(world, "Eve")


@pytest.fixture(scope="module")
def fence() -> Story:
    return iv.play("fence")


def test_the_tree_holds_every_account_and_every_attached_policy(fence: Story) -> None:
    for step in fence.steps:
        world = step.after
        text = iv.organization(world).text
        members = {number: account for number, account in world.accounts.items() if account.organization}
        assert len(members) < len(world.accounts)
        for number, account in members.items():
            assert f"account {account.name} {number}" in text
        attached = sum(len(unit.policies) for unit in world.units.values())
        attached += sum(len(account.policies) for account in members.values())
        assert text.count("  - ") == attached


def test_the_way_to_an_account_is_marked(fence: Story) -> None:
    reading = Reading(iv.organization(fence.world, "production").html)
    on = [element.text for element in reading.with_class("on")]
    assert len(on) == 3
    assert all("production" in text for text in on)


def test_the_management_account_says_that_nothing_limits_it(fence: Story) -> None:
    assert "(management account: no SCP and no RCP limits it)" in iv.organization(fence.world).text


def test_a_world_without_organization_and_a_wrong_account_are_told(fence: Story) -> None:
    with pytest.raises(pic.PictureError, match="no account of this world belongs"):
        iv.organization(iv.load("staging_bucket"))
    with pytest.raises(pic.PictureError, match="'elsewhere' names 0 accounts"):
        iv.organization(fence.world, "elsewhere")


def test_a_role_heads_its_column_as_a_role_and_a_session_as_a_session() -> None:
    world = iv.play("staging_bucket").world
    role = next(iter(sorted(world.roles)))
    who = {"Ana": (world, "Ana"), "Role": (world, role), "Session": (world, f"session:{sorted(world.profiles)[0]}")}
    html = iv.action_table(who, ["s3:GetObject"], "arn:aws:s3:::staging-assets/logo.png").html
    heads = [sorted(e.classes) for e in Reading(html).tagged("th") if e.attributes.get("scope") == "col"]
    assert heads[1:] == [["c-user"], ["c-role"], ["c-session"]]


def test_a_key_that_nobody_asked_for_is_not_called_missing() -> None:
    """In one account the identity policies are not read once the trust policy is silent."""
    circle = iv.play("chain").steps[6]
    assert circle.decision is not None
    text = iv.lock(circle.decision, circle.after).text
    assert "(the caller's account): key not asked for" in text
    assert "(the role's account): key missing" in text


def test_what_is_asked_of_no_resource_is_asked_of_all_of_them() -> None:
    listing = iv.play("two_coats").steps[4].decision
    assert listing is not None
    thing = request_map(listing).nodes[-1]
    assert (thing.kind, thing.name, thing.sub) == ("resource", "all of dynamodb", "resource *")


def six_doors() -> dict[str, Decision]:
    world = iv.load("six_doors")
    home, away = ("arn:aws:iam::111122223333:role/", "arn:aws:iam::444455556666:role/")
    doors = {"names Ana": f"{home}NamesAna", "names the account": f"{home}NamesAccount", "elsewhere": f"{away}NamesAna"}
    return {name: iv.ask(world, "Ana", "sts:AssumeRole", arn) for name, arn in doors.items()}


def test_cases_of_a_lock_stand_side_by_side() -> None:
    picture = iv.locks(six_doors())
    reading = Reading(picture.html)
    assert not reading.faults
    assert [e.text for e in reading.with_class("ks")] == [
        "key not neededkey turned",
        "key missingkey turned",
        "key missingkey turned",
    ]
    assert picture.text.splitlines()[0] == "names Ana"
    assert picture.text.count("key missing") == 2
    with pytest.raises(pic.PictureError, match="at least one case"):
        iv.locks({})


def test_a_side_that_was_never_asked_has_no_missing_key() -> None:
    """An SCP bars the caller: whether the trust policy would let it in was not looked at."""
    refused = (d for d in decisions("fence") if d.request.is_trust and not d.allowed)
    text = iv.lock(next(refused)).text
    assert "key barred" in text
    assert "key not asked for" in text
    assert "key missing" not in text


def test_two_characters_that_changed_places_and_a_range_are_told() -> None:
    condition = {
        "StringEquals": {"sts:ExternalId": "acme-7731-prod"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
    }
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    caller = iv.Caller("user", "arn:aws:iam::111122223333:user/ana", "111122223333")
    context = {"sts:ExternalId": "acme-7713-prod", "aws:SourceIp": "203.0.113.9"}
    request = iv.Request(caller, "s3:GetObject", "arn:aws:s3:::b/k", "111122223333", context)
    policies = iv.PolicySet(identity=[iv.Policy.parse({"Statement": statement}, name="p")])
    text = iv.conditions(iv.evaluate(request, policies)).text
    assert "differs (two characters are swapped)" in text
    assert "matches (inside the range)" in text
