"""A large world: 5,000 users, 3 accounts, up to 50,000 live sessions. ``python -m benchmarks.scale``.

Prints one JSON line: how long the world takes to build, how long AssumeRole, a request with a session and
GetCallerIdentity take with 500, 5,000 and 50,000 sessions in it, and how much a further session costs in memory. What
counts is the ratio: nothing may grow with the number of sessions.
"""

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

from immutables import Map

from iamviz.calls.model import Call
from iamviz.calls.perform import perform
from iamviz.policy.model import Policy
from iamviz.world.entities import AccessKey, Account, Group, Resource, Role, User
from iamviz.world.ids import access_key_id, unique_id
from iamviz.world.world import World

IDENTITY, STAGING, PRODUCTION = "111122223333", "222233334444", "444455556666"
USERS = 5000
SESSIONS = (500, 5000, 50000)
ROUNDS, CALLS = 15, 100
MAY_ASSUME = json.dumps(
    {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/Worker"}}
)
READS = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*"}})
TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"AWS": IDENTITY}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}
)


def build() -> World:
    """5,000 engineers in one group of the identity account; a role to work with in each of the other two."""
    group = f"arn:aws:iam::{IDENTITY}:group/engineers"
    may = Policy.parse(MAY_ASSUME, name="MayAssume")
    users = {}
    for number in range(USERS):
        arn = f"arn:aws:iam::{IDENTITY}:user/engineer-{number:04}"
        keys = (AccessKey(access_key_id("AKIA", IDENTITY, arn)),)
        users[arn] = User(arn, unique_id("AIDA", IDENTITY, arn), groups=(group,), access_keys=keys)
    roles = {}
    for account in (STAGING, PRODUCTION):
        arn = f"arn:aws:iam::{account}:role/Worker"
        trust = Policy.parse(TRUST, "trust", name="trust")
        roles[arn] = Role(arn, unique_id("AROA", account, arn), (Policy.parse(READS, name="Read"),), trust=trust)
    bucket = Resource("arn:aws:s3:::assets", STAGING, "bucket")
    return World(
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        accounts=Map({number: Account(number, number) for number in (IDENTITY, STAGING, PRODUCTION)}),
        users=Map(users),
        groups=Map({group: Group(group, "AGPA", (may,))}),
        roles=Map(roles),
        resources=Map({bucket.arn: bucket}),
    ).with_bound_trust()


def assuming(number: int) -> Call:
    """The AssumeRole call of one engineer."""
    account = (STAGING, PRODUCTION)[number % 2]
    who = number % USERS
    params = {"RoleArn": f"arn:aws:iam::{account}:role/Worker", "RoleSessionName": f"engineer-{who:04}"}
    return Call(f"user:{IDENTITY}/engineer-{who:04}", "sts:AssumeRole", params, save=f"s{number}")


def grown(world: World, have: int, want: int) -> World:
    """The world with ``want`` live sessions, each issued by AssumeRole."""
    for number in range(have, want):
        result = perform(world, assuming(number))
        assert result.ok, result.error
        world = result.world
    return world


def measure(world: World, calls: list[Call]) -> float:
    """Microseconds a call, one round over all of them; each call is made in the same world."""
    start = time.process_time()
    for call in calls:
        perform(world, call)
    return (time.process_time() - start) / len(calls) * 1e6


def main() -> None:
    """Build, grow, measure in turn, print."""
    start = time.process_time()
    world = build()
    built = time.process_time() - start
    worlds = {}
    have = 0
    start = time.process_time()
    for want in SESSIONS:
        world = worlds[want] = grown(world, have, want)
        have = want
    issued = time.process_time() - start
    kinds: dict[str, Callable[[int], Call]] = {
        "assume_role": lambda n: assuming(n * 7),
        "get_object": lambda n: Call(f"session:s{n * 4 % 500}", "s3:GetObject", {"Bucket": "assets", "Key": "k"}),
        "get_caller_identity": lambda n: Call(f"session:s{n % 500}", "sts:GetCallerIdentity"),
    }
    gc.collect()
    gc.disable()
    microseconds: dict[str, dict[int, float]] = {}
    for kind, make in kinds.items():
        calls = [make(number) for number in range(CALLS)]
        rounds: dict[int, list[float]] = {size: [] for size in SESSIONS}
        for _ in range(ROUNDS):
            for size in SESSIONS:
                rounds[size].append(measure(worlds[size], calls))
        microseconds[kind] = {size: round(statistics.median(times), 1) for size, times in rounds.items()}
    gc.enable()
    tracemalloc.start()
    more = grown(worlds[SESSIONS[-1]], SESSIONS[-1], SESSIONS[-1] + 1000)
    kilobytes = tracemalloc.get_traced_memory()[0] / 1000 / 1024
    tracemalloc.stop()
    assert len(more.sessions) == SESSIONS[-1] + 1000
    print(
        json.dumps(
            {
                "users": USERS,
                "world_built_seconds": round(built, 3),
                "sessions_issued_a_second": round(SESSIONS[-1] / issued),
                "microseconds": microseconds,
                "growth_500_to_50000": {k: round(v[SESSIONS[-1]] / v[SESSIONS[0]], 2) for k, v in microseconds.items()},
                "kilobytes_a_session": round(kilobytes, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
