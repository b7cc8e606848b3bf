"""A thousand worksheets with their keys: how long, and how much memory, over the cores."""

from __future__ import annotations

from benchmarks.measure import EXAMPLES, in_fresh_process, report

VARIANTS = 1000
BOUND = 60  # seconds
MEMORY = 100  # megabytes of a process, however many variants it makes
GROWTH = 40  # megabytes more for a thousand variants than for a hundred

WRITE = r"""
import json, re, resource, sys, tempfile, time
import derive
from derive.worksheets.classes.workers import workers

def own_peak():
    # Of this program alone: getrusage counts what started it, up to the start.
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def main():
    path, variants = sys.argv[1], int(sys.argv[2])
    network = derive.load(path)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, workers() as executor:
        made = derive.worksheet(network, variants=variants, executor=executor)
        written = made.write(folder, ("markdown",))
    seconds = time.perf_counter() - start
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps([seconds, len(written), max(own_peak(), workers) / 1024]))

if __name__ == "__main__":
    main()
"""


def main() -> None:
    print(f"Worksheets: {VARIANTS} variants of 2-2-2 with keys, in Markdown")
    network = str(EXAMPLES / "mazur.yaml")
    _, _, little = in_fresh_process(WRITE, network, str(VARIANTS // 10))
    seconds, files, megabytes = in_fresh_process(WRITE, network, str(VARIANTS))
    assert files == 2 * VARIANTS + 2  # the bundle, and what no mark can see
    report("derive.worksheet, written", seconds, BOUND, "s")
    report("peak memory of a process", megabytes, MEMORY, "MB")
    report(f"more than for {VARIANTS // 10} variants", megabytes - little, GROWTH, "MB")
