"""Building a function, after import, in a process of its own each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from statistics import median
from tempfile import TemporaryDirectory

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
NATIVE = """
import json, os, sys, time
sizes, activations = json.loads(sys.argv[1]), sys.argv[2].split()
os.environ["DERIVE_CACHE"] = sys.argv[3]
import derive, derive.compute.native.engine, derive.compute.native.functions, sympy, numpy
import llvmlite.binding
layers = [derive.Dense(n, a) for n, a in zip(sizes[1:], activations, strict=True)]
loss = "cross_entropy" if activations[-1] == "softmax" else "half_squared_error"
network = derive.Network(sizes[0], layers, loss)
start = time.perf_counter()
f = derive.compile(network)
print(json.dumps([time.perf_counter() - start, f.backend]))
"""
# sizes and activations, and the bounds in ms of a function made anew and of one from the disk
NATIVES: dict[str, tuple[list[int], str, float, float | None]] = {
    "2-2-2": ([2, 2, 2], "sigmoid sigmoid", 60, 10),
    "4-8-8-3": ([4, 8, 8, 3], "tanh tanh softmax", 150, 10),
    "784-128-10": ([784, 128, 10], "relu softmax", 300, None),  # it runs in NumPy
}
NETWORKS = ("write-up-000", "write-up-001", "write-up-002", "write-up-003")


def native() -> Iterator[tuple[str, float, float]]:
    """What is built for "auto" with llvmlite, milliseconds, and their bound."""
    with TemporaryDirectory() as folder:
        for name, (sizes, activations, anew, from_disk) in NATIVES.items():
            for cache, bound in (("off", anew), (folder, from_disk)):
                if bound is None:
                    continue
                arguments = json.dumps(sizes), activations, cache
                if cache == folder:
                    in_fresh_process(NATIVE, *arguments)
                runs = [in_fresh_process(NATIVE, *arguments) for _ in range(5)]
                how = "made anew" if cache == "off" else "from the disk"
                yield f"{name}, {runs[0][1]}, {how}", 1000 * median(r[0] for r in runs), bound


def main() -> None:
    print("Building a function, after import")
    for name in NETWORKS:
        for backend in ("python", "numpy"):
            path = str(EXAMPLES / f"{name}.yaml")
            seconds = median(in_fresh_process(WRITE_UP, path, backend) for _ in range(5))
            report(f"{name}, {backend}", 1000 * seconds, 50, "ms")
    seconds = median(in_fresh_process(LARGE) for _ in range(3))
    report("scalar source of 1,995 parameters", seconds, 1, "s")
    if find_spec("llvmlite"):
        for what, milliseconds, bound in native():
            report(what, milliseconds, bound, "ms")
