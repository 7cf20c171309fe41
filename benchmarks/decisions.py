"""How many decisions a second: ``python -m benchmarks.decisions [WORKLOAD.json]`` prints one JSON line.

Three things are timed on the same requests, one after the other in small batches, so that whatever else the machine
does hits all three: deciding, deciding and explaining with the whole tree walked, and moto's evaluator with its
policies already parsed. Requests are built before the clock starts. Needs moto, which is no dependency of iamviz;
without it its rate is null.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.workload import workload
from iamviz import Caller, Outcome, Policy, PolicySet, Request, evaluate
from iamviz.engine.explain import Explanation

try:
    from moto.iam.access_control import IAMPolicy, PermissionResult
except ImportError:
    IAMPolicy = None

ROUNDS = 5
BATCH = 1000
Asked = Mapping[str, Any]


class Ours:
    """iamviz: policies parsed, one policy set for each principal, requests ready."""

    def __init__(self, load: Mapping[str, Any]) -> None:
        self.account: str = load["account"]
        policies = {name: Policy.parse(document, name=name) for name, document in load["policies"].items()}
        self.sets = {p: PolicySet(identity=[policies[n] for n in names]) for p, names in load["principals"].items()}
        self.callers = {principal: self.caller(principal) for principal in load["principals"]}

    def caller(self, arn: str) -> Caller:
        """The caller behind the ARN of a user or a role."""
        if ":role/" not in arn:
            return Caller("user", arn, self.account)
        session = f"arn:aws:sts::{self.account}:assumed-role/{arn.rpartition('/')[2]}/session"
        return Caller("role-session", session, self.account, role_arn=arn)

    def prepare(self, batch: Sequence[Asked]) -> list[tuple[Request, PolicySet]]:
        """Requests, each with the policies of its principal."""
        return [
            (Request(self.callers[asked["p"]], asked["a"], asked["r"], self.account, asked["c"]), self.sets[asked["p"]])
            for asked in batch
        ]

    def decide(self, batch: Sequence[tuple[Request, PolicySet]]) -> int:
        """How many are allowed."""
        return sum([evaluate(request, policies).outcome is Outcome.ALLOWED for request, policies in batch])

    def explain(self, batch: Sequence[tuple[Request, PolicySet]]) -> int:
        """Decides and explains, and walks the whole tree."""
        return sum([walk(evaluate(request, policies).explain()) for request, policies in batch])


def walk(explanation: Explanation) -> int:
    """Visit every node of the tree: gates, statements, elements, condition rows. Gives how many say yes."""
    count = 0
    for row in explanation.rows:
        for gate in row.gates:
            count += not gate.closed
            for statement in gate.statements:
                count += statement.applies
                for element in statement.elements:
                    count += element.matched
                for condition in statement.conditions:
                    count += condition.matched
    return count


class Moto:
    """moto: its evaluator as its server calls it, but with the policies already parsed."""

    def __init__(self, load: Mapping[str, Any]) -> None:
        policies = {n: IAMPolicy({"policy_document": json.dumps(document)}) for n, document in load["policies"].items()}
        self.sets = {principal: [policies[n] for n in names] for principal, names in load["principals"].items()}

    def prepare(self, batch: Sequence[Asked]) -> list[tuple[list[Any], str, str, Any]]:
        """What moto's evaluator takes, each with the policies of its principal."""
        return [(self.sets[asked["p"]], asked["a"], asked["r"], asked["c"]) for asked in batch]

    def decide(self, batch: Sequence[tuple[list[Any], str, str, Any]]) -> int:
        """How many moto permits; it ignores most conditions."""
        return sum([self.permits(*asked) for asked in batch])

    def permits(self, policies: Sequence[Any], action: str, resource: str, context: Any) -> bool:
        """The loop of moto's own `IAMRequestBase.check_action_permitted`."""
        permitted = False
        for policy in policies:
            result = policy.is_action_permitted(action, resource, None, context)
            if result is PermissionResult.DENIED:
                return False
            permitted = permitted or result is PermissionResult.PERMITTED
        return permitted


def measure(load: Mapping[str, Any]) -> dict[str, Any]:
    """The rates, each the median of the rounds."""
    ours, moto = Ours(load), Moto(load) if IAMPolicy else None
    requests = load["requests"]
    runs: dict[str, tuple[Any, Callable[[Any], int]]] = {
        "decisions": (ours, ours.decide),
        "explained": (ours, ours.explain),
    }
    if moto:
        runs["moto_decisions"] = (moto, moto.decide)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    allowed = 0
    for _ in range(ROUNDS):
        spent, allowed = dict.fromkeys(runs, 0.0), 0
        for batch in batches(requests):
            for name, (side, run) in runs.items():
                prepared = side.prepare(batch)
                start = time.process_time()
                count = run(prepared)
                spent[name] += time.process_time() - start
                allowed += count if name == "decisions" else 0
        for name, time_spent in spent.items():
            seconds[name].append(time_spent)
    rates = {name: len(requests) / statistics.median(times) for name, times in seconds.items()}
    return {
        "decisions_per_second": round(rates["decisions"]),
        "explained_per_second": round(rates["explained"]),
        "moto_decisions_per_second": round(rates["moto_decisions"]) if moto else None,
        "requests": len(requests),
        "allowed": allowed,
    }


def batches(requests: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    return (requests[start : start + BATCH] for start in range(0, len(requests), BATCH))


def main(arguments: Sequence[str]) -> int:
    if len(arguments) > 1:
        print("usage: python -m benchmarks.decisions [WORKLOAD.json]", file=sys.stderr)
        return 2
    load = json.loads(Path(arguments[0]).read_text("utf-8")) if arguments else workload()
    print(json.dumps(measure(load)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
