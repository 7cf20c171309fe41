"""Laws of sessions, whatever is called in whatever order: docs/rules/roles_and_sessions.md 3 and 4.

Two accounts, three roles that may become each other, two buckets. Each step is one random call; after each, the laws.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatch
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from iamviz import Call, Policy, Result, Story, World
from iamviz.world.callers import session_caller
from iamviz.world.sessions import Session
from tests.properties.search import examples
from tests.unit.calls.company import (
    ADMIN,
    ADMIN_AWAY,
    AWAY,
    HOME,
    allow,
    arn,
    bucket,
    company,
    deny,
    document,
    managed,
    role,
    trusts,
    user,
)

ROLES = {"One": HOME, "Two": HOME, "Far": AWAY}
BUCKETS = ("near", "far")
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
SIDES = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
CAP = managed("Cap", allow(["s3:GetObject", "s3:DeleteObject", "sts:*"]))
PROFILES = ("p1", "p2", "p3")
BECOMES = allow("sts:*")


def beginning() -> World:
    everybody = trusts({"AWS": [HOME, AWAY, arn("user", "ana")]}, SIDES)
    return company(
        user("ana", BECOMES, allow("s3:GetObject")),
        role("One", everybody, BECOMES, allow(["s3:GetObject", "s3:PutObject"]), max_session_duration=7200),
        role("Two", everybody, BECOMES, allow("s3:*"), boundary=CAP.arn),
        role("Far", everybody, BECOMES, account=AWAY),
        bucket("near"),
        bucket("far", trusts(HOME, "s3:GetObject", Resource="arn:aws:s3:::far/*"), account=AWAY),
        CAP,
    )


roles, profiles = st.sampled_from(sorted(ROLES)), st.sampled_from(PROFILES)
statements = st.builds(
    lambda effect, actions: (allow if effect else deny)(actions),
    st.integers(0, 9),
    st.lists(st.sampled_from((*ACTIONS, "s3:*", "sts:AssumeRole", "*")), min_size=1, max_size=2),
)
principals = st.sampled_from(
    [HOME, AWAY, "*", arn("user", "ana"), arn("role", "One"), arn("role", "Two"), arn("role", "Far", AWAY)]
    + [f"arn:aws:sts::{account}:assumed-role/{name}/work" for name, account in ROLES.items()]
)


picks = st.integers(0, 59)
sources = st.sampled_from([None, None, "ana", "eve"])
cuts = st.none() | st.none() | statements


def speaks(policies: Iterable[Policy | None], effect: str, action: str) -> bool:
    """Whether a statement of this effect covers an action; read here anew: no conditions, every resource."""
    read = [json.loads(policy.source)["Statement"] for policy in policies if policy is not None]
    its = [one for statements in read for one in (statements if isinstance(statements, list) else [statements])]
    patterns = [(one["Effect"], one["Action"] if isinstance(one["Action"], list) else [one["Action"]]) for one in its]
    return any(effect == said and fnmatch(action, pattern) for said, named in patterns for pattern in named)


def named_by(policy: Policy | None, action: str) -> set[str]:
    """The principals to whom a resource policy allows an action."""
    found: set[str] = set()
    for one in json.loads(policy.source)["Statement"] if policy else ():
        its = one["Principal"]["AWS"]
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        if any(fnmatch(action, pattern) for pattern in actions):
            found |= {its} if isinstance(its, str) else set(its)
    return found


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
        self.change(name, "DeleteRole")
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
    machine.a_role_is_now_and_then_deleted_and_made_again(name="Far", dice=0)
    assert outcome() == "InvalidClientTokenId"
    machine.time_passes(minutes=60)
    machine.a_session_asks(pick=0, action="s3:GetObject", name="near")
    assert outcome() == "ExpiredToken"
    machine.teardown()
