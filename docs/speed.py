"""Measures and writes docs/speed.md: ``python -m docs.speed``. It takes some minutes.

The figures are those of the machine at hand on the day, which the page says. Run it where nothing
else runs.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from benchmarks import build, peers, restarts
from benchmarks.measure import ENVIRONMENT, ROOT

PAGE = Path(__file__).with_name("speed.md")
PACKAGES = (
    "derive",
    "llvmlite",
    "numpy",
    "jax",
    "torch",
    "casadi",
    "symengine",
    "numba",
    "heyoka",
    "sympy",
)
HEAD = """\
# How fast

The loss and all its gradients, beside what else computes them: how many times the time of `derive`
each takes. Written by `python -m docs.speed` on {day}; Python {python}, {packages}; {machine}. One
thread, doubles, NumPy arrays or lists in and out, peers taking turns in one process, medians. *No
llvmlite* is `derive` without `derive[fast]`.

In brackets what is aimed at. A dash: not installed, or not made for this.
"""
# What was tried where an aim is missed, by case and peer.
TRIED: Mapping[tuple[str, str], str] = MappingProxyType({
    ("4-8-8-3 tanh, tanh, softmax, one call", "without llvmlite"):
        "half of the time goes into 139 Python floats, which CPython alone can make and drop. With "
        "arrays a call takes a third of it.",
    ("1,000 restarts of XOR 2-2-1, 5,000 epochs each", "JAX"):
        "one quotient a sigmoid, a Padé approximant of both sides and four examples written "
        "together brought it from 85 to 51 ns an example of eight runs; sixteen registers are too "
        "few for more.",
    ("784-128-10, 1,024 examples", "without llvmlite"):
        "both are the same products in BLAS, and all else is a tenth of the time. Machine code of "
        "our own for products of this size was slower.",
    ("784-128-10, 1,024 examples", "NumPy by hand"):
        "both are the same products in BLAS.",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: our time in words, and others' as multiples of it."""

    name: str
    ours: str
    ratios: Mapping[str, float]
    bounds: Mapping[str, float]

    def missed(self) -> Iterator[str]:
        for peer, ratio in self.ratios.items():
            bound = self.bounds.get(peer)
            if bound is not None and ratio < bound:
                tried = TRIED.get((self.name, peer), "")
                by = f"{100 * (1 - ratio / bound):.0f} %"
                yield f"- {self.name}, {peer}: {ratio:.3g}, {by} short of {bound:g}" + (
                    f"; {tried}" if tried else "."
                )


def rows() -> Iterator[Row]:
    for case in peers.CASES:
        seconds, ratios = peers.measured(case)
        ours = peers.in_words(case, seconds)
        print(case.name, ours, ratios, flush=True)
        yield Row(case.name, ours, ratios, case.bounds)
    seconds, ratios = restarts.measured()
    names = {"own loop": "without llvmlite", "NumPy": "NumPy by hand"}
    yield Row(
        "1,000 restarts of XOR 2-2-1, 5,000 epochs each", f"{seconds:.2f} s",
        {names.get(peer, peer): ratio for peer, ratio in ratios.items()},
        {names.get(peer, peer): bound for peer, bound in restarts.BOUNDS.items()},
    )  # fmt: skip


def page() -> str:
    table = list(rows())
    columns = (*peers.PEERS, *peers.OF_ONE)
    titles = ("No llvmlite" if name == "without llvmlite" else name for name in columns)
    lines = [
        HEAD.format(
            day=date.today().isoformat(), python=platform.python_version(),
            packages=", ".join(_versions()), machine=_machine(),
        ),
        f"| | `derive` | {' | '.join(titles)} |",
        f"|---|--:|{'--:|' * len(columns)}",
    ]  # fmt: skip
    for row in table:
        cells = (_cell(row.ratios.get(name), row.bounds.get(name)) for name in columns)
        lines.append(f"| {row.name} | {row.ours} | {' | '.join(cells)} |")
    missed = [line for row in table for line in row.missed()]
    if missed:
        lines += ["", "## Where an aim is missed", "", *missed]
    lines += [
        "", "## Building a function", "", "After import, each in a process of its own.", "",
        "| | ms | at most |", "|---|--:|--:|",
    ]  # fmt: skip
    for what, milliseconds, bound in build.native():
        lines.append(f"| {what} | {milliseconds:.1f} | {bound:g} |")
    return "\n".join(lines) + "\n"


def _cell(ratio: float | None, bound: float | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.3g}" + (f" [≥ {bound:g}]" if bound else "")


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue


def _machine() -> str:
    """The processor, as the system names it."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text().splitlines() if names.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"


def main() -> None:
    if any(os.environ.get(name) != value for name, value in peers.ONE_THREAD.items()):
        command = [sys.executable, "-m", "docs.speed"]
        environment = {**ENVIRONMENT, **peers.ONE_THREAD}
        subprocess.run(command, cwd=ROOT, check=True, env=environment)
        return
    PAGE.write_text(page(), encoding="utf-8")
    print("wrote docs/speed.md")


if __name__ == "__main__":
    main()
