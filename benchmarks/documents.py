"""Deriving, checking and writing a document, after import, in a process of its own each."""

from __future__ import annotations

from statistics import median

from benchmarks.measure import EXAMPLES, IMPORTS, in_fresh_process, report

ONCE = (
    IMPORTS
    + """
import json, sys, time
path, style = sys.argv[1:]
start = time.perf_counter()
derivation = derive.derive(derive.load(path), style)
derivation.check()
derive.render(derivation, "markdown")
print(json.dumps(time.perf_counter() - start))
"""
)
NETWORKS = (
    ("write-up-000", "paths"), ("write-up-001", "paths"), ("write-up-002", "deltas"),
    ("write-up-003", "deltas"),
)  # fmt: skip
BOUND = 150  # milliseconds


def main() -> None:
    print("Documents: derive, check and write Markdown, after import")
    for name, style in NETWORKS:
        path = str(EXAMPLES / f"{name}.yaml")
        seconds = median(in_fresh_process(ONCE, path, style) for _ in range(5))
        report(f"{name}, {style}", 1000 * seconds, BOUND, "ms")
