"""How long `import iamviz` takes in a new interpreter: `python -m benchmarks.import_time` prints one JSON line.

The time of an interpreter that imports nothing is subtracted, so that what is left is the package's own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

RUNS = 15
LIMIT_MS = 150


def main() -> None:
    measure("import iamviz")  # writes the bytecode, so that no run pays for it
    bare = statistics.median(measure("pass") for _ in range(RUNS))
    full = statistics.median(measure("import iamviz") for _ in range(RUNS))
    print(json.dumps({"import_ms": round(full - bare, 1), "interpreter_ms": round(bare, 1), "limit_ms": LIMIT_MS}))


def measure(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
