"""Questions to accounts of 100, 1,000 and 10,000 roles: ``python -m benchmarks.accounts [DUMP.json …]``.

Prints one JSON line for each dump: seconds to load it, to decide all catalogued actions for all its principals, for one
who_can, for one can_reach that reaches every role of a chain, for findings; and the most memory. Without arguments the
dumps are made up: a tenth as many users as roles, thirty managed policies, a chain through a third of the roles. Every
dump is asked in a process of its own, so that memory is its own; the catalogue is read before the clock starts.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (100, 1_000, 10_000)
ACCOUNT = "111122223333"
MOST_ASKED = 500
"""Principals for whom all actions are decided; in a larger account that many, and the time is scaled."""
MOST_SEARCHED = 1_000
"""Roles up to which findings are looked for."""


def made_up(roles: int) -> dict[str, Any]:
    """A dump with so many roles."""
    arn = f"arn:aws:iam::{ACCOUNT}"

    def document(*statements: dict[str, Any]) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": list(statements)}

    def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
        return {"Effect": "Allow", "Action": action, "Resource": resource}

    services = "s3 sqs sns dynamodb lambda ec2 logs kms ecs rds".split()
    policies = [
        {
            "PolicyName": f"policy-{n}",
            "Arn": f"{arn}:policy/policy-{n}",
            "DefaultVersionId": "v1",
            "PolicyVersionList": [
                {
                    "VersionId": "v1",
                    "IsDefaultVersion": True,
                    "Document": document(
                        allow([f"{services[n % 10]}:Get*", f"{services[n % 10]}:List*"]),
                        allow(f"{services[(n + 3) % 10]}:*", f"arn:aws:{services[(n + 3) % 10]}:*:*:app-{n}*"),
                    ),
                }
            ],
        }
        for n in range(30)
    ]

    def attached(n: int) -> list[dict[str, str]]:
        return [{"PolicyArn": f"{arn}:policy/policy-{(n + k) % 30}"} for k in range(3)]

    def role(n: int) -> dict[str, Any]:
        principal: dict[str, Any] = {"Service": f"{services[n % 10]}.amazonaws.com"}
        if n % 3 == 0:
            principal = {"AWS": f"{arn}:role/role-{n - 3}"} if n else {"AWS": f"{arn}:root"}
        return {
            "RoleName": f"role-{n}",
            "RoleId": f"AROAEXAMPLE{n:010}",
            "Arn": f"{arn}:role/role-{n}",
            "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": document(
                {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
            ),
            "RolePolicyList": [
                {"PolicyName": "own", "PolicyDocument": document(allow("s3:PutObject", f"arn:aws:s3:::b-{n}/*"))}
            ],
            "AttachedManagedPolicies": attached(n),
            "RoleLastUsed": {"LastUsedDate": "2026-03-01T00:00:00Z"},
        }

    users = [
        {
            "UserName": f"user-{n}",
            "UserId": f"AIDAEXAMPLE{n:010}",
            "Arn": f"{arn}:user/user-{n}",
            "UserPolicyList": [
                {"PolicyName": "own", "PolicyDocument": document(allow("sts:AssumeRole", f"{arn}:role/role-0"))}
            ],
            "AttachedManagedPolicies": attached(n),
        }
        for n in range(max(1, roles // 10))
    ]
    return {"UserDetailList": users, "RoleDetailList": [role(n) for n in range(roles)], "Policies": policies}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of one run, and what came of it."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure(path: str) -> dict[str, Any]:
    """All figures of one dump."""
    from iamviz.accounts import read_dump
    from iamviz.accounts.allowed import levels
    from iamviz.accounts.asker import asker, askers
    from iamviz.accounts.findings import findings
    from iamviz.accounts.reach import can_reach
    from iamviz.accounts.who import who_can

    levels()
    loading, dump = timed(lambda: read_dump(path))
    world = dump.world
    people = [caller.arn for caller in askers(world)]
    first, first_who = timed(lambda: who_can(world, "s3:GetObject", "arn:aws:s3:::b-1/x"))
    again, _ = timed(lambda: who_can(world, "s3:PutObject", "arn:aws:s3:::b-1/x"))
    starts = [arn for arn in people if asker(world, arn).may_assume][:1] or people[:1]
    reaching, reach = timed(lambda: can_reach(world, starts[0], most_hops=len(people)))
    asked = people[:MOST_ASKED]
    deciding, allowed = timed(lambda: sum(len(asker(world, arn).decide_actions().allowed) for arn in asked))
    searching = timed(lambda: findings(world))[0] if len(people) <= MOST_SEARCHED else None
    return {
        "roles": len(world.roles),
        "users": len(world.users),
        "load_s": round(loading, 3),
        "all_actions_s": round(deciding * len(people) / len(asked), 2),
        "allowed": allowed,
        "who_can_first_ms": round(first * 1000, 1),
        "who_can_ms": round(again * 1000, 1),
        "who_can_found": len(first_who.may),
        "reach_ms": round(reaching * 1000, 1),
        "reached": len(reach.reached),
        "findings_s": None if searching is None else round(searching, 2),
        "most_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }


def main(paths: list[str]) -> None:
    """Measure every dump in a process of its own."""
    if paths[:1] == ["--one"]:
        print(json.dumps(measure(paths[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        for size in () if paths else SIZES:
            path = Path(folder) / f"{size}.json"
            path.write_text(json.dumps(made_up(size)), "utf-8")
            paths = [*paths, str(path)]
        for path_of_dump in paths:
            subprocess.run([sys.executable, "-m", "benchmarks.accounts", "--one", path_of_dump], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
