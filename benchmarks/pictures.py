"""How long pictures take to draw: prints one JSON line.

    python -m benchmarks.pictures

Medians in milliseconds, caches emptied before each drawing: 12 frames of a map with 10 nodes (layout once, painted 12
times, wide and tall), a map of 60 nodes, a world asked and drawn; each beside the time that the layout engine alone
takes for the same graph in the same run, and for an empty one. Figures in ``_ms`` are wall time, those in ``_cpu_ms``
the processor time of this process and of the engine's: what the work costs however busy the machine is.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from iamviz.pictures.dot import _run, render
from iamviz.pictures.map_layout import _ranked, layout
from iamviz.pictures.map_model import Map, MapAccount, MapEdge, MapNode
from iamviz.pictures.map_paint import map_picture, paint
from iamviz.pictures.map_rows import variants
from iamviz.pictures.world_map import world_map_picture
from iamviz.story.scenario import scenario_from_text

ROUNDS = 15
ACCOUNTS = ("111122223333", "222233334444", "555566667777", "444455556666")


def small() -> Map:
    """Ten nodes and twelve steps, as a lesson has them."""
    accounts = tuple(MapAccount(number, f"account {k}", number) for k, number in enumerate(ACCOUNTS[:3]))
    nodes = [MapNode("ana", "user", "Ana", account=ACCOUNTS[0])]
    edges = []
    for k in range(3):
        account = ACCOUNTS[k % 2 + 1]
        nodes += [
            MapNode(f"r{k}", "role", f"Engineer{k}", account=account),
            MapNode(f"s{k}", "session", "ana", "until 10:00", account, since=4 * k + 2),
            MapNode(f"b{k}", "bucket", f"assets-{k}", "S3 bucket", account),
        ]
        edges += [
            MapEdge("ana", f"r{k}", "trust", "may assume", 4 * k + 1, weight=8),
            MapEdge(f"r{k}", f"s{k}", "session", "assumed 09:15", 4 * k + 2),
            MapEdge(f"s{k}", f"b{k}", "request", "reads", 4 * k + 3, "allow", weight=6),
            MapEdge(f"s{k}", f"b{k}", "request", "deletes", 4 * k + 4, "none"),
        ]
    return Map(accounts, tuple(nodes), tuple(edges), ranksep=0.06, nodesep=0.08, stacked=True)


def large() -> Map:
    """Sixty nodes: people in groups, roles in four accounts, what they may reach."""
    accounts = tuple(MapAccount(number, f"account {k}", number) for k, number in enumerate(ACCOUNTS))
    nodes = [MapNode(f"u{k}", "user", f"person{k}", account=ACCOUNTS[0]) for k in range(20)]
    nodes += [MapNode(f"g{k}", "group", f"Group{k}", account=ACCOUNTS[0]) for k in range(4)]
    nodes += [MapNode(f"r{k}", "role", f"Role{k}", account=ACCOUNTS[1 + k % 3]) for k in range(18)]
    nodes += [MapNode(f"b{k}", "bucket", f"bucket-{k}", account=ACCOUNTS[1 + k % 3]) for k in range(18)]
    edges = [MapEdge(f"u{k}", f"g{k % 4}", "member") for k in range(20)]
    edges += [MapEdge(f"g{k % 4}", f"r{k}", "trust", "if MFA" if k % 3 else "may assume") for k in range(18)]
    edges += [MapEdge(f"r{k}", f"b{k}", "permission", "may read") for k in range(18)]
    return Map(accounts, tuple(nodes), tuple(edges), ranksep=0.2, nodesep=0.12)


def scenario() -> str:
    """A world of sixty nodes: 24 people with policies of their own, 18 roles, 18 buckets in three accounts."""

    def allow(action: str, **more: object) -> str:
        return json.dumps({"Statement": {"Effect": "Allow", "Action": action, **more}})

    users = [
        {
            "name": f"person{k}",
            "policies": [{"name": "p", "document": allow("sts:AssumeRole", Resource=f"*Role{k % 18}")}],
        }
        for k in range(24)
    ]
    accounts: list[dict[str, object]] = [{"id": ACCOUNTS[0], "name": "identity", "users": users}]
    for number in ACCOUNTS[1:]:
        own = [k for k in range(18) if ACCOUNTS[1 + k % 3] == number]
        trust = allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{ACCOUNTS[0]}:root"})
        roles = [
            {
                "name": f"Role{k}",
                "trust": trust,
                "policies": [{"name": "p", "document": allow("s3:GetObject", Resource=f"arn:aws:s3:::bucket-{k}/*")}],
            }
            for k in own
        ]
        accounts.append(
            {"id": number, "name": number, "roles": roles, "buckets": [{"name": f"bucket-{k}"} for k in own]}
        )
    return json.dumps({"title": "t", "start": "2026-03-02T09:00Z", "accounts": accounts})


def medians(name: str, work: Callable[[], object]) -> dict[str, float]:
    """Milliseconds of wall and processor time, every cache of drawing emptied before each round."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        _run.cache_clear()
        layout.cache_clear()
        _ranked.cache_clear()
        used, start = sum(os.times()[:4]), time.perf_counter()
        work()
        wall.append(time.perf_counter() - start)
        cpu.append(sum(os.times()[:4]) - used)
    return {
        f"{name}_ms": round(statistics.median(wall) * 1000, 1),
        f"{name}_cpu_ms": round(statistics.mean(cpu) * 1000, 1),
    }


def frames(drawn: Map) -> list[str]:
    """Twelve frames as a stepper has them: wide and tall."""
    return [paint(each, step, "a frame") for step in range(1, 13) for each, _ in variants(drawn, frame=True)]


def main() -> None:
    """Draw, measure, print."""
    ten, sixty = small(), large()
    world = scenario_from_text(scenario()).world
    map_picture(ten)  # imports are not what is measured
    found = {
        **medians("frames_12_of_10_nodes", lambda: frames(ten)),
        **medians(
            "engine_alone_2_layouts", lambda: [render(each.layout_source(), "json0") for each in (ten, ten.turned())]
        ),
        **medians("map_of_60_nodes", lambda: map_picture(sixty)),
        **medians("engine_alone_60_nodes", lambda: render(sixty.layout_source(), "json0")),
        **medians("engine_alone_empty_graph", lambda: render("digraph {}", "json0")),
        **medians("world_of_60_nodes_asked_and_drawn", lambda: world_map_picture(replace(world))),
        "nodes": len(world_map_picture(world).map.nodes),
        "bytes_of_12_frames": sum(map(len, frames(ten))),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
