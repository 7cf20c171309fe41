"""Laws of sessions, whatever is called in whatever order: docs/rules/roles_and_sessions.md 3 and 4.

Two accounts of an organization, three roles that may become each other, a role for a function and one for an instance,
two buckets. Each step is one random call; after each, the laws.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iamviz import Call, Result, Story, World
from iamviz.policy.model import PolicyKind
from iamviz.world.callers import session_caller
from iamviz.world.organization import levels_of
from iamviz.world.sessions import Session
from tests.properties.search import examples
from tests.properties.session_worlds import (
    ACTIONS,
    ADMIN_OF_ALL,
    BECOMES,
    BUCKETS,
    CAP,
    NO_WRITING,
    PROFILES,
    ROLES,
    ROOT,
    SHUT,
    SIDES,
    TEAMS,
    WORKLOADS,
    beginning,
    cuts,
    named_by,
    picks,
    principals,
    profiles,
    roles,
    sources,
    speaks,
    statements,
)
from tests.unit.calls.company import (
    ADMIN,
    ADMIN_AWAY,
    ANA,
    AWAY,
    HOME,
    allow,
    arn,
    document,
    trusts,
)


class Sessions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.story = Story(beginning(), "Whatever happens")
        self.identities: dict[str, str] = {}
        self.twin = beginning()

    def call(self, actor: str, operation: str, save: str | None = None, **params: Any) -> Result:
        before = self.story.world
        session = before.sessions.get(before.profiles.get(actor.removeprefix("session:"), ""))
        result = self.story.perform(Call(actor, operation, params, save=save))
        if session is not None:
            self.check_time(session, result)
            self.check_reach(before, session, result)
        return result

    def check_time(self, session: Session, result: Result) -> None:
        """No session acts after its expiry, and none is refused for its age before."""
        over = self.story.world.now >= session.expires
        assert over == (result.error is not None and result.error.code == "ExpiredToken")
        assert not (over and result.decisions)

    def check_reach(self, world: World, session: Session, result: Result) -> None:
        """Role's policies, boundary and session policy allow, or the resource grants directly; no Deny is passed."""
        for decision in result.decisions:
            action, resource = decision.request.action, decision.request.resource
            if not decision.allowed or action == "sts:GetCallerIdentity":
                continue
            its = world.roles[session.principal]
            boundary = world.boundary_of(its)
            own = world.policies_of(its)
            assert not speaks([*own, *session.policies, boundary], "Deny", action)
            for level in levels_of(world, session.account, PolicyKind.SCP):
                assert speaks(level, "Allow", action), "a level of the organization is silent"
                assert not speaks(level, "Deny", action)
            capped = boundary is None or speaks([boundary], "Allow", action)
            cut = not session.policies or speaks(session.policies, "Allow", action)
            if speaks(own, "Allow", action) and capped and cut:
                continue
            assert decision.request.same_account, "across accounts nothing replaces the caller's own side"
            target: Any = world.roles.get(resource) or world.resource_of(resource)
            named = named_by(target.trust if resource in world.roles else target.policy, action)
            assert named & {"*", session.arn} or (its.arn in named and capped and cut)

    def actor(self, pick: int) -> str:
        """One of the sessions, mostly one that still lives: refusals of the dead would crowd out everything else."""
        world = self.story.world
        kept = sorted(world.profiles)
        sessions = {profile: world.sessions[world.profiles[profile]] for profile in kept}
        live = [
            name for name in kept if not sessions[name].is_over(world.now) and session_caller(world, sessions[name])
        ]
        pool = live * 4 + kept
        return f"session:{pool[pick % len(pool)]}"

    @initialize(source=sources, cut=cuts)
    def everybody_is_somebody(self, source: str | None, cut: Any) -> None:
        for name, save in zip(sorted(ROLES), PROFILES, strict=True):
            self.assume(f"user:{HOME}/ana", name, save, source, cut, 3600)

    @rule(minutes=st.sampled_from([1, 1, 14, 15, 45, 60]))
    def time_passes(self, minutes: int) -> None:
        world = self.story.world
        self.story.perform(Call(ADMIN, "iam:ListUsers", at=world.now + timedelta(minutes=minutes)))

    @rule(name=roles, save=profiles, source=sources, cut=cuts)
    def ana_assumes(self, name: str, save: str, source: str | None, cut: Any) -> None:
        self.assume(f"user:{HOME}/ana", name, save, source, cut, 3600)

    @rule(pick=picks, name=roles, save=profiles, source=sources, cut=cuts, seconds=st.sampled_from([900, 3600, 3601]))
    def a_session_assumes(self, pick: int, name: str, save: str, source: str | None, cut: Any, seconds: int) -> None:
        self.assume(self.actor(pick), name, save, source, cut, seconds)

    def assume(self, actor: str, name: str, save: str, source: str | None, cut: Any, seconds: int) -> None:
        before = self.story.world
        params: dict[str, Any] = {
            "RoleArn": arn("role", name, ROLES[name]),
            "RoleSessionName": "work",
            "DurationSeconds": seconds,
        }
        params |= {"SourceIdentity": source} if source else {}
        params |= {"Policy": document(cut)} if cut else {}
        caller = before.sessions.get(before.profiles.get(actor.removeprefix("session:"), ""))
        result = self.call(actor, "sts:AssumeRole", save, **params)
        if not result.ok:
            return
        issued = self.story.steps[-1].issued
        assert issued is not None
        self.identities[issued.access_key_id] = issued.source_identity
        inherited = caller.source_identity if caller else ""
        assert issued.source_identity == (inherited or source or ""), "set once, kept through the chain"
        assert caller is None or seconds <= 3600, "a chained session lives an hour at most"

    @rule(pick=picks, action=st.sampled_from(ACTIONS), name=st.sampled_from(BUCKETS))
    def a_session_asks(self, pick: int, action: str, name: str) -> None:
        self.call(self.actor(pick), action, Bucket=name, Key="k")

    @rule(pick=picks, action=st.sampled_from(ACTIONS))
    def a_session_asks_at_home(self, pick: int, action: str) -> None:
        self.call(self.actor(pick), action, Bucket="near", Key="k")

    @rule(name=st.sampled_from(WORKLOADS), action=st.sampled_from(ACTIONS))
    def a_workload_asks(self, name: str, action: str) -> None:
        """Its service delivers credentials when there are none that live, and renews them before they end (2.3)."""
        before = self.story.world
        old = before.sessions.get(before.profiles.get(name, ""))
        result = self.story.perform(Call(name, action, {"Bucket": "near", "Key": "k"}))
        session = result.world.sessions.get(result.world.profiles.get(name, ""))
        if session is None:
            assert not result.ok, "nobody gave it credentials"
            return
        assert result.error is None or result.error.code != "ExpiredToken", "renewed in time"
        if any(decision.request.action == action for decision in result.decisions):
            assert not session.is_over(result.world.now)
            # The decision on the delivery is the service's own; those of the application keep to its role.
            asked = replace(result, decisions=tuple(d for d in result.decisions if d.request.action == action))
            self.check_reach(before, session, asked)
        if old is not None and old.access_key_id != session.access_key_id:
            assert old.expires < session.expires
            assert self.story.world.sessions[old.access_key_id] == old, "the earlier credentials are as they were"

    @rule(name=st.sampled_from(["Fn", "Web", "One", "Far"]))
    def ana_passes_a_role(self, name: str) -> None:
        """Only a role of her account that trusts the service; she gets no session by it (2.4)."""
        before = self.story.world
        its = arn("role", name, ROLES.get(name, HOME))
        result = self.call(ANA, "lambda:CreateFunction", FunctionName="f", Role=its)
        assert dict(result.world.profiles) == dict(before.profiles)
        if result.ok:
            assert ROLES.get(name) != AWAY
            assert [d.request.action for d in result.decisions[:2]] == ["lambda:CreateFunction", "iam:PassRole"]
            assert all(decision.allowed for decision in result.decisions)

    @rule(verb=st.sampled_from(["Attach", "Detach"]), place=st.sampled_from([ROOT, TEAMS, HOME, AWAY]))
    def the_organization_forbids_writing_or_no_longer(self, verb: str, place: str) -> None:
        self.call(ADMIN_OF_ALL, f"organizations:{verb}Policy", PolicyId=NO_WRITING.id, TargetId=place)

    @rule(number=st.sampled_from([HOME, AWAY]), unit=st.sampled_from([ROOT, TEAMS, SHUT]))
    def an_account_moves(self, number: str, unit: str) -> None:
        """What a session may do follows the place of its account at once; the session itself lives on (3.8)."""
        before = self.story.world
        params = {"SourceParentId": before.account(number).unit, "DestinationParentId": unit}
        result = self.call(ADMIN_OF_ALL, "organizations:MoveAccount", AccountId=number, **params)
        assert result.ok is (before.account(number).unit != unit)
        assert dict(result.world.sessions) == dict(before.sessions)

    @rule(active=st.booleans())
    def a_key_is_switched(self, active: bool) -> None:
        """It stops the user's own calls, never the sessions that she began (3.8)."""
        before = self.story.world
        self.call(ADMIN, "iam:UpdateAccessKey", UserName="ana", Status="Active" if active else "Inactive")
        world = self.story.world
        assert dict(world.sessions) == dict(before.sessions)
        refused = self.call(ANA, "sts:GetCallerIdentity")
        assert refused.ok is active
        assert active or (refused.error is not None and refused.error.code == "InvalidClientTokenId")
        for profile in PROFILES:
            key = world.profiles.get(profile, "")
            if key and not world.sessions[key].is_over(world.now) and session_caller(world, world.sessions[key]):
                assert self.call(f"session:{profile}", "sts:GetCallerIdentity").ok

    @rule(pick=picks)
    def a_session_asks_who_it_is(self, pick: int) -> None:
        world, actor = self.story.world, self.actor(pick)
        session = world.sessions[world.profiles[actor.removeprefix("session:")]]
        result = self.call(actor, "sts:GetCallerIdentity")
        if result.ok:
            assert result.value is not None
            assert result.value["Arn"] == session.arn

    @rule(data=st.data())
    def an_administrator_changes_something(self, data: st.DataObject) -> None:
        name = data.draw(roles)
        change = data.draw(st.sampled_from("policy trust bucket boundary".split()))
        if change == "policy":
            policy = document(BECOMES, data.draw(statements))
            self.change(name, "PutRolePolicy", PolicyName="own", PolicyDocument=policy)
        elif change == "trust":
            self.change(name, "UpdateAssumeRolePolicy", PolicyDocument=document(trusts(data.draw(principals), SIDES)))
        elif change == "boundary" and data.draw(st.booleans()):
            self.change(name, "PutRolePermissionsBoundary", PermissionsBoundary=CAP.arn)
        elif change == "boundary":
            self.change(name, "DeleteRolePermissionsBoundary")
        else:
            self.open_bucket(
                data.draw(st.sampled_from(BUCKETS)), data.draw(principals), data.draw(st.sampled_from(ACTIONS))
            )

    def change(self, name: str, operation: str, **params: Any) -> Result:
        return self.call(ADMIN if ROLES[name] == HOME else ADMIN_AWAY, f"iam:{operation}", RoleName=name, **params)

    def open_bucket(self, name: str, principal: str, action: str) -> None:
        policy = document(trusts(principal, action, Resource=f"arn:aws:s3:::{name}/*"))
        self.call(ADMIN if name == "near" else ADMIN_AWAY, "s3:PutBucketPolicy", Bucket=name, Policy=policy)

    @rule(name=roles, dice=st.integers(0, 3))
    def a_role_is_now_and_then_deleted_and_made_again(self, name: str, dice: int) -> None:
        if dice:
            return
        its = arn("role", name, ROLES[name])
        old = {session.access_key_id for session in self.story.world.sessions.values() if session.principal == its}
        for inline in self.story.world.role(its).inline:
            self.change(name, "DeleteRolePolicy", PolicyName=inline.name)
        assert self.change(name, "DeleteRole").ok
        self.change(name, "CreateRole", AssumeRolePolicyDocument=document(trusts({"AWS": [HOME, AWAY]}, SIDES)))
        self.change(name, "PutRolePolicy", PolicyName="own", PolicyDocument=document(BECOMES, allow("s3:*")))
        for profile, key in self.story.world.profiles.items():
            if key in old:
                result = self.call(f"session:{profile}", "sts:GetCallerIdentity")
                assert not result.ok, "a session outlived its role"

    @invariant()
    def the_source_identity_of_a_session_never_changes(self) -> None:
        for key, identity in self.identities.items():
            assert self.story.world.sessions[key].source_identity == identity

    @invariant()
    def the_first_world_is_as_it_was(self) -> None:
        assert self.story.start == self.twin

    @invariant()
    def worlds_are_never_altered_by_what_comes_later(self) -> None:
        for earlier, later in pairwise(self.story.steps[-3:]):
            assert earlier.after is later.before
            assert earlier.after.now <= later.after.now
            assert set(earlier.after.sessions) <= set(later.after.sessions)

    def teardown(self) -> None:
        """The story is the same in JSON and back, and told anew from its calls it gives the same bytes."""
        text = self.story.to_json()
        assert Story.from_json(text).to_json() == text
        again = Story(beginning(), self.story.title)
        for step in self.story.steps:
            assert step.call is not None
            again.perform(step.call)
        assert again.to_json() == text
        assert json.loads(text)["version"] == 1


TestSessions = Sessions.TestCase
TestSessions.settings = settings(parent=examples(40), stateful_step_count=30, deadline=None)


def test_the_search_reaches_what_the_laws_speak_of() -> None:
    """A machine whose calls were all refused would prove nothing: here is a run that gets everywhere."""
    machine = Sessions()

    def outcome() -> str:
        return machine.story.steps[-1].outcome

    machine.ana_assumes(name="One", save="p1", source="ana", cut=None)
    machine.a_session_asks(pick=0, action="s3:GetObject", name="near")
    assert outcome() == "allowed"
    machine.a_session_assumes(pick=0, name="Far", save="p2", source=None, cut=None, seconds=3600)
    assert outcome() == "allowed"
    machine.a_session_assumes(pick=0, name="One", save="p3", source="eve", cut=None, seconds=900)
    assert outcome() == "AccessDenied", "another source identity"
    machine.a_session_assumes(pick=0, name="One", save="p3", source=None, cut=None, seconds=3601)
    assert outcome() == "ValidationError", "a chained session of more than an hour"
    machine.open_bucket("near", arn("role", "Two"), "s3:PutObject")
    machine.ana_assumes(name="Two", save="p1", source=None, cut=allow("s3:GetObject"))
    machine.a_session_asks(pick=0, action="s3:GetObject", name="far")
    assert outcome() == "allowed"
    machine.a_session_asks(pick=0, action="s3:PutObject", name="near")
    assert outcome() == "implicitDeny", "what is granted to the role is cut by boundary and session policy"
    machine.open_bucket("near", f"arn:aws:sts::{HOME}:assumed-role/Two/work", "s3:PutObject")
    machine.a_session_asks(pick=0, action="s3:PutObject", name="near")
    assert outcome() == "allowed", "what is granted to the session itself is not"
    machine.an_account_moves(number=HOME, unit=SHUT)
    machine.a_session_asks(pick=0, action="s3:PutObject", name="near")
    assert outcome() == "explicitDeny", "the OU forbids it, also to a session that the bucket names"
    machine.an_account_moves(number=HOME, unit=TEAMS)
    machine.the_organization_forbids_writing_or_no_longer(verb="Attach", place=ROOT)
    machine.a_workload_asks(name="fn", action="s3:PutObject")
    assert outcome() == "explicitDeny"
    machine.the_organization_forbids_writing_or_no_longer(verb="Detach", place=ROOT)
    machine.a_workload_asks(name="fn", action="s3:PutObject")
    assert outcome() == "allowed"
    machine.a_workload_asks(name="web", action="s3:PutObject")
    assert outcome() == "implicitDeny"
    machine.ana_passes_a_role(name="Fn")
    assert outcome() == "allowed"
    machine.ana_passes_a_role(name="Far")
    assert outcome() == "AccessDeniedException"
    machine.ana_passes_a_role(name="Web")
    assert outcome() == "InvalidParameterValueException"
    machine.a_key_is_switched(active=False)
    machine.ana_passes_a_role(name="Fn")
    assert outcome() == "InvalidClientTokenId"
    machine.a_role_is_now_and_then_deleted_and_made_again(name="Far", dice=0)
    assert outcome() == "InvalidClientTokenId"
    machine.time_passes(minutes=60)
    machine.call("session:p1", "s3:GetObject", Bucket="near", Key="k")
    assert outcome() == "ExpiredToken"
    machine.teardown()
