"""The world of an exam, drawn by a seed from building blocks: trust, permissions, limits and prohibitions.

Nothing here says how a request comes out. The blocks are put together at random, the engine decides, and `exams` keeps
a world when it gives questions of every sort.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.story.scenario import scenario_from_text
from iamviz.world.world import World

__all__ = ["OBJECT", "OLD", "ExamWorld", "draw_world"]

HOME = "111122223333"
WORK = (("222233334444", "staging"), ("555566667777", "QA"), ("444455556666", "production"))
PEOPLE = ("Ana", "Ben", "Carol", "Dan")
ROLES = ("Auditor", "Backup", "Deploy", "Editor", "Reader", "Support")
BUCKETS = ("drafts", "invoices", "logs", "photos", "reports")
OBJECT, OLD = "march.txt", "old.txt"
"""What every bucket of an exam holds; only the old one is ever deleted."""

Document = dict[str, Any]


@dataclass(frozen=True)
class ExamWorld:
    """A drawn world: the people, the ARNs of its roles, its buckets, and the profiles of the sessions made in it."""

    world: World
    people: tuple[str, ...]
    roles: tuple[str, ...]
    buckets: tuple[str, ...]
    sessions: tuple[str, ...]


def draw_world(rng: Random) -> ExamWorld:
    """A world of three accounts, three people, three roles and two buckets."""
    people = sorted(rng.sample(PEOPLE, 3))
    first, second = rng.sample(WORK, 2)
    names = rng.sample(ROLES, 3)
    homes = [first[0], rng.choice((first[0], second[0])), rng.choice((HOME, second[0]))]
    roles = [f"arn:aws:iam::{account}:role/{name}" for account, name in zip(homes, names, strict=True)]
    buckets = rng.sample(BUCKETS, 2)
    owners = {buckets[0]: first[0], buckets[1]: rng.choice((first[0], second[0]))}
    accounts: list[Document] = [
        {"id": HOME, "name": "identity", "users": [_user(rng, name, roles, buckets) for name in people]},
        {"id": first[0], "name": first[1]},
        {"id": second[0], "name": second[1]},
    ]
    for account in accounts:
        number = account["id"]
        inside = [_role(rng, arn, people, buckets, number) for arn in roles if f"::{number}:" in arn]
        things = [_bucket(rng, name, roles) for name in buckets if owners[name] == number]
        account |= ({"roles": inside} if inside else {}) | ({"buckets": things} if things else {})
    limits = [{"arn": f"arn:aws:iam::{number}:policy/Limit", "document": _limit(rng)} for number, _ in (first, second)]
    organization = _organization(rng, first[0], second[0])
    written = {"start": "2026-03-02T09:00Z", **organization, "policies": limits, "accounts": accounts}
    world = scenario_from_text(json.dumps(written), "exam", check=False).world
    return _with_sessions(rng, world, people, roles, buckets)


# ── the blocks ──


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def _allow(action: str | list[str], resource: str | list[str]) -> Document:
    return {"Sid": "Allowed", "Effect": "Allow", "Action": action, "Resource": resource}


def _deny(action: str | list[str], resource: str | list[str], **more: Any) -> Document:
    return {"Sid": "Forbidden", "Effect": "Deny", "Action": action, "Resource": resource, **more}


def _user(rng: Random, name: str, roles: list[str], buckets: list[str]) -> Document:
    """A person with one policy or none: the caller's key, sometimes for every role, sometimes with a Deny beside it."""
    wide = "arn:aws:iam::*:role/*"
    choices = (
        (),
        (_allow("sts:AssumeRole", rng.choice(roles)),),
        (_allow("sts:AssumeRole", wide),),
        (_allow("sts:AssumeRole", wide), _deny("sts:AssumeRole", rng.choice(roles))),
        (_allow("sts:AssumeRole", rng.sample(roles, 2)), _allow("s3:GetObject", f"arn:aws:s3:::{buckets[0]}/*")),
    )
    statements = rng.choice(choices)
    user: Document = {"name": name.lower(), "label": name}
    return user | ({"policies": [{"name": "Own", "document": _policy(*statements)}]} if statements else {})


def _role(rng: Random, arn: str, people: list[str], buckets: list[str], account: str) -> Document:
    """A role: whom it trusts, what it may do, and perhaps a boundary."""
    users = [f"arn:aws:iam::{HOME}:user/{name.lower()}" for name in people]
    principals = (rng.choice(users), rng.sample(users, 2), f"arn:aws:iam::{HOME}:root", HOME)
    trust: Document = {
        "Sid": "Trusted",
        "Effect": "Allow",
        "Principal": {"AWS": rng.choice(principals)},
        "Action": "sts:AssumeRole",
    }
    if rng.random() < 0.2:
        trust["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    bucket = rng.choice(buckets)
    objects = f"arn:aws:s3:::{bucket}/*"
    does = rng.choice(
        (
            (_allow("s3:GetObject", objects),),
            (_allow(["s3:GetObject", "s3:PutObject"], objects),),
            (_allow("s3:*", "*"),),
            (_allow("s3:*", [f"arn:aws:s3:::{bucket}", objects]), _deny("s3:DeleteObject", "*")),
            (_allow("s3:Get*", "arn:aws:s3:::*"), _allow("s3:PutObject", objects)),
        )
    )
    role: Document = {"name": arn.rpartition("/")[2], "trust": _policy(trust)}
    role["policies"] = [{"name": "Work", "document": _policy(*does)}]
    if account != HOME and rng.random() < 0.7:
        role["boundary"] = f"arn:aws:iam::{account}:policy/Limit"
    return role


def _limit(rng: Random) -> str:
    return _policy(_allow(rng.choice(("s3:GetObject", ["s3:GetObject", "s3:PutObject"], "sts:*")), "*"))


def _bucket(rng: Random, name: str, roles: list[str]) -> Document:
    """A bucket without a policy, with one that forbids, or with one that names a role, which may be from elsewhere."""
    objects = f"arn:aws:s3:::{name}/*"
    bucket: Document = {
        "name": name,
        "objects": {key: {"ContentType": "text/plain", "ContentLength": 64} for key in (OBJECT, OLD)},
    }
    choices: tuple[Document | None, ...] = (
        None,
        _deny("s3:DeleteObject", objects, Principal="*"),
        _deny("s3:PutObject", objects, Principal="*"),
        {**_allow(["s3:GetObject", "s3:PutObject"], objects), "Principal": {"AWS": rng.choice(roles)}},
    )
    chosen = rng.choice(choices)
    return bucket | ({"policy": _policy(chosen)} if chosen else {})


def _organization(rng: Random, first: str, second: str) -> Document:
    """Half of the worlds have an organization of all three accounts, with an SCP over the first that forbids."""
    if rng.random() < 0.5:
        return {}
    action = rng.choice(("s3:DeleteObject", "s3:PutObject"))
    scp = {"name": "Guardrail", "type": "scp", "id": "p-guardrail1", "document": _policy(_deny(action, "*"))}
    unit = {"name": "Workloads", "id": "ou-exam-work0001", "accounts": [first], "policies": ["Guardrail"]}
    root = {"id": "r-exam", "accounts": [HOME, second], "units": [unit]}
    return {"organization": {"id": "o-exampleorgid", "policies": [scp], "root": root}}


# ── the sessions ──


def _with_sessions(rng: Random, world: World, people: list[str], roles: list[str], buckets: list[str]) -> ExamWorld:
    """Each role taken on at 09:40 for an hour by somebody who may, the first one also at 09:00 for 900 seconds."""
    made: list[str] = []
    for wave, minutes, seconds, taken in (("early", 0, 900, roles[:1]), ("late", 40, 3600, roles)):
        world = world.at(world.now.replace(minute=minutes))
        for role in taken:
            profile = f"{wave}-{role.rpartition('/')[2].lower()}"
            wish: Document = {"RoleArn": role, "RoleSessionName": profile, "DurationSeconds": seconds}
            if rng.random() < 0.3:
                wish["Policy"] = _policy(_allow(rng.choice(("s3:GetObject", "s3:PutObject")), "*"))
            for person in rng.sample(people, len(people)):
                result = perform(world, Call(person, "sts:AssumeRole", wish, save=profile))
                if result.ok:
                    world, made = result.world, [*made, profile]
                    break
    return ExamWorld(world, tuple(people), tuple(roles), tuple(buckets), tuple(made))
