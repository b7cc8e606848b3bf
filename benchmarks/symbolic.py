"""SymPy expressions of all gradients, after import: how long, and how it grows with the weights."""

from __future__ import annotations

from statistics import median

from benchmarks.measure import exponent, in_fresh_process, report

BOUNDS = {(2, 2, 2): 25, (20, 28, 14, 2): 600, (40, 50, 20, 2): 2000}  # milliseconds
MOST_DIFFERENTIATIONS = 10

GRADIENTS = """
import json, sys, time
import derive, derive.algebra.symbolic, derive.network.loader
import sympy, sympy.tensor.tensor  # the latter is loaded by the first sum
sizes = json.loads(sys.argv[1])
layers = [derive.Dense(n, "sigmoid") for n in sizes[1:]]
network = derive.Network(sizes[0], layers, "half_squared_error")
calls, plain = [0], sympy.diff
def counted(*arguments, **named):
    calls[0] += 1
    return plain(*arguments, **named)
sympy.diff = counted
start = time.perf_counter()
gradients = derive.symbolic(network).gradients()
print(json.dumps([len(gradients), 1000 * (time.perf_counter() - start), calls[0]]))
"""


def main() -> None:
    print("SymPy: derive.symbolic with the gradients of all parameters")
    weights, times = [], []
    for sizes, bound in BOUNDS.items():
        runs = [in_fresh_process(GRADIENTS, str(list(sizes))) for _ in range(3)]
        count, differentiations = runs[0][0], runs[0][2]
        milliseconds = median(run[1] for run in runs)
        name = "-".join(map(str, sizes))
        report(f"{name}, {count:,} parameters", milliseconds, bound, "ms")
        report("    calls of sympy.diff", differentiations, MOST_DIFFERENTIATIONS)
        weights.append(count)
        times.append(milliseconds)
    report("exponent in the parameters", exponent(weights[1:], times[1:]), 1.15)
