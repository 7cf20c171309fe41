"""What policies and what is remembered beside them weigh: ``python -m benchmarks.memory [WORKLOAD.json]``.

Prints one JSON line, in megabytes, each including those before it: the 50 policies parsed and the policy sets of 200
principals; the same when all requests were decided; the same when all were explained. The requests and the workload
itself are not counted.
"""

import gc
import json
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

from benchmarks.decisions import Ours, batches
from benchmarks.workload import workload


def megabytes() -> float:
    gc.collect()
    return round(tracemalloc.get_traced_memory()[0] / 1e6, 2)


def main(arguments: Sequence[str]) -> int:
    load = json.loads(Path(arguments[0]).read_text("utf-8")) if arguments else workload()
    tracemalloc.start()
    ours = Ours(load)
    figures = {"policies_mb": megabytes()}
    for name, run in (("decided_mb", ours.decide), ("explained_mb", ours.explain)):
        for batch in batches(load["requests"]):
            run(ours.prepare(batch))
        figures[name] = megabytes()
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
