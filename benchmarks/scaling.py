"""How cost grows: deltas with the weights, paths with the factors printed."""

from __future__ import annotations

from benchmarks.measure import IMPORTS, exponent, in_fresh_process, report

# Deriving, checking and writing in full; what it took, and the peak of memory in megabytes.
ONE = (
    IMPORTS
    + """
import json, random, resource, sys, time
from derive.expression.nodes import Partial, Product
style, *sizes = sys.argv[1:]
sizes = list(map(int, sizes))
chance = random.Random(7)
def number(): return chance.randint(-999, 999) / 1000
layers = [
    derive.Dense(n, "tanh", weights=[[number() for _ in range(n)] for _ in range(m)],
                 biases=[number() for _ in range(n)])
    for m, n in zip(sizes, sizes[1:])
]
network = derive.Network([[number() for _ in range(sizes[0])]], layers,
                         targets=[[number() for _ in range(sizes[-1])]], learning_rate=0.1)
start = time.perf_counter()
derivation = derive.derive(network, style)
derivation.check()
page = derive.render(derivation, "markdown", detail="full")
seconds = time.perf_counter() - start
factors = sum(
    isinstance(factor, Partial)
    for step in derivation.walk()
    for relation in step.relations
    for node in relation.expression.walk()
    if isinstance(node, Product)
    for factor in node.factors
)
print(json.dumps({
    "seconds": seconds, "factors": factors, "characters": len(page),
    "weights": sum(m * n for m, n in zip(sizes, sizes[1:])),
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
)
WIDE = ((7, 7, 7), (12, 12, 12), (22, 22, 22), (39, 39, 39))
DEEP = ((2, 2, 2), (2, 3, 2), (2, 3, 3, 2), (3, 3, 3, 3), (3, 4, 4, 2))
THOUSAND = (20, 25, 20)


def main() -> None:
    print("Growth: deriving, checking and writing in full")
    wide = [in_fresh_process(ONE, "deltas", *map(str, sizes)) for sizes in WIDE]
    for one in wide:
        print(f"  deltas, {one['weights']} weights: {one['seconds']:.2f} s")
    weights, seconds = zip(*((one["weights"], one["seconds"]) for one in wide), strict=True)
    report("deltas: exponent in the weights", exponent(weights, seconds), 1.15)
    thousand = in_fresh_process(ONE, "deltas", *map(str, THOUSAND))
    report("deltas, 1,000 weights in full", thousand["seconds"], 15, "s")
    report("deltas, 1,000 weights in full: peak memory", thousand["megabytes"], 500, "MB")
    deep = [in_fresh_process(ONE, "paths", *map(str, sizes)) for sizes in DEEP]
    for one in deep:
        print(f"  paths, {one['factors']} factors printed: {one['seconds']:.2f} s")
    factors, seconds = zip(*((one["factors"], one["seconds"]) for one in deep), strict=True)
    report("paths: exponent in the factors printed", exponent(factors, seconds), 1.15)
