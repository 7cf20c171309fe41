"""The worlds in which sessions are made at random."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

from hypothesis import strategies as st
from immutables import Map

from iamviz import Policy, World
from iamviz.world import Account, InstanceProfile, OrganizationPolicy, OrganizationUnit
from iamviz.world.organization import FULL_ACCESS, full_access
from iamviz.world.workloads import new_workload
from tests.unit.calls.company import (
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
ORG, MANAGEMENT, ROOT, TEAMS, SHUT = "o-exampleorgid", "999988887777", "r-exam", "ou-exam-teams001", "ou-exam-shut0001"
ADMIN_OF_ALL = f"user:{MANAGEMENT}/ola"
NO_WRITING = OrganizationPolicy("p-nowriting0", Policy.parse(document(deny("s3:PutObject")), "scp", name="NoWriting"))
INSTANCE = arn("instance-profile", "Web")
WORKLOADS = ("web", "fn")


def beginning() -> World:
    """HOME in the OU Teams; AWAY in the root; under the OU Shut nobody writes to a bucket."""
    units = [
        OrganizationUnit(ROOT, "Root", ORG),
        OrganizationUnit(TEAMS, "Teams", ORG, ROOT),
        OrganizationUnit(SHUT, "Shut", ORG, ROOT, policies=(FULL_ACCESS, NO_WRITING.id)),
    ]
    places = {HOME: TEAMS, AWAY: ROOT, MANAGEMENT: ROOT}
    accounts = {
        number: Account(number, number, ORG, number == MANAGEMENT, unit=unit, policies=(FULL_ACCESS,))
        for number, unit in places.items()
    }
    policies = {policy.id: policy for policy in (full_access(), NO_WRITING)}
    instance = InstanceProfile(INSTANCE, "AIPAX", arn("role", "Web"))
    world = people(accounts=Map(accounts), instance_profiles=Map({INSTANCE: instance}))
    world = replace(world, units=Map({unit.id: unit for unit in units}), organization_policies=Map(policies))
    for workload in (
        new_workload("web", "ec2", HOME, id="i-1", profile=INSTANCE),
        new_workload("fn", "lambda", HOME, role=arn("role", "Fn")),
    ):
        world = world.with_workload(workload)
    return world


def people(**more: Any) -> World:
    everybody = trusts({"AWS": [HOME, AWAY, arn("user", "ana")]}, SIDES)
    return company(
        user("ana", BECOMES, allow("s3:GetObject"), allow(["lambda:*", "iam:PassRole"])),
        user("ola", allow("*"), account=MANAGEMENT),
        role("Web", trusts({"Service": "ec2.amazonaws.com"}), allow("s3:GetObject")),
        role("Fn", trusts({"Service": "lambda.amazonaws.com"}), allow("s3:*")),
        role("One", everybody, BECOMES, allow(["s3:GetObject", "s3:PutObject"]), max_session_duration=7200),
        role("Two", everybody, BECOMES, allow("s3:*"), boundary=CAP.arn),
        role("Far", everybody, BECOMES, account=AWAY),
        bucket("near"),
        bucket("far", trusts(HOME, "s3:GetObject", Resource="arn:aws:s3:::far/*"), account=AWAY),
        CAP,
        **more,
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
