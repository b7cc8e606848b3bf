"""Building a function, after import, in a process of its own each."""

from __future__ import annotations

from statistics import median

from benchmarks.measure import EXAMPLES, in_fresh_process, report

IMPORTS = "import derive, derive.compute, derive.network.loader, sympy\n"
WRITE_UP = (
    IMPORTS
    + """
import json, sys, time
path, backend = sys.argv[1:]
if backend == "numpy":
    import numpy
network = derive.load(path)
start = time.perf_counter()
derive.compile(network, backend)
print(json.dumps(time.perf_counter() - start))
"""
)
LARGE = (
    IMPORTS
    + """
import json, time
layers = [derive.Dense(40, "tanh"), derive.Dense(25, "sigmoid"), derive.Dense(5, "softmax")]
network = derive.Network(20, layers, "cross_entropy")
start = time.perf_counter()
derive.compile(network, "python")
print(json.dumps(time.perf_counter() - start))
"""
)
NETWORKS = ("write-up-000", "write-up-001", "write-up-002", "write-up-003")


def main() -> None:
    print("Building a function, after import")
    for name in NETWORKS:
        for backend in ("python", "numpy"):
            path = str(EXAMPLES / f"{name}.yaml")
            seconds = median(in_fresh_process(WRITE_UP, path, backend) for _ in range(5))
            report(f"{name}, {backend}", 1000 * seconds, 50, "ms")
    seconds = median(in_fresh_process(LARGE) for _ in range(3))
    report("scalar source of 1,995 parameters", seconds, 1, "s")
