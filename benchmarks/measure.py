"""What the benchmarks share: timing in fresh processes, exponents, and lines to print."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
# Modules compiled anew at every import would be measured too.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
# What a derivation and its page load, so that only the work itself is measured. The last is what
# SymPy loads at its first sum.
IMPORTS = """
import derive, derive.derivation.check.arithmetic, derive.derivation.numbers.numbered
import derive.derivation.numbers.valuation, derive.document.macros, derive.document.narration
import derive.extent, derive.network.loader, derive.rendering, derive.writers.markdown.writer
import sympy.tensor.tensor
"""


def report(what: str, found: float, bound: float, unit: str = "") -> None:
    """One line: what, the figure, its bound, and whether it holds."""
    verdict = "ok" if found <= bound else "OVER"
    print(f"{what:<58}{found:>9.3g} {unit:<3} bound {bound:>6.4g}  {verdict}", flush=True)


def medians_of_processes(commands: Sequence[Sequence[str]], rounds: int = 11) -> list[float]:
    """The median seconds of each command, run in turn so that all share the machine's moods."""
    times: list[list[float]] = [[] for _ in commands]
    for lap in range(rounds + 1):
        for mine, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *command], stdout=subprocess.DEVNULL, cwd=ROOT, check=True,
                env=ENVIRONMENT,
            )  # fmt: skip
            if lap:
                mine.append(time.perf_counter() - start)
    return [median(mine) for mine in times]


def in_fresh_process(code: str, *arguments: str) -> Any:
    """What a script prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        check=True, env=ENVIRONMENT,
    )  # fmt: skip
    return json.loads(done.stdout)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """p of the best fit seconds = c·sizeᵖ."""
    x, y = [math.log(s) for s in sizes], [math.log(t) for t in seconds]
    mean_x, mean_y = fmean(x), fmean(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)
