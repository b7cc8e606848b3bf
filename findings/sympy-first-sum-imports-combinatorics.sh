#!/usr/bin/env bash
# sympy 1.14.0: the first sum of two symbols imports sixteen more modules.
#
# Guess: after "import sympy" everything that a sum needs is there, so that timing a first
# differentiation measures differentiation.
# Seen: the first x + y imports sympy.tensor.tensor and with it all of sympy.combinatorics, about a tenth
# of what "import sympy" itself takes. A second sum imports nothing. Products and powers of symbols do
# not need it.
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check sympy==1.14.0
"$folder/environment/bin/python" - <<'PYTHON'
import sys
import time

begun = time.perf_counter()
import sympy

whole = time.perf_counter() - begun
print("sympy", sympy.__version__)


def imports(work):
    before, begun = set(sys.modules), time.perf_counter()
    work()
    found = {name for name in set(sys.modules) - before if name.startswith("sympy")}
    print(f"{len(found)} modules, {(time.perf_counter() - begun) / whole:.0%} of import sympy")
    return found


x, y = sympy.symbols("x y")
seen = {
    "product": bool(imports(lambda: x * y)),
    "power": bool(imports(lambda: x**2)),
    "sum": "sympy.combinatorics" in imports(lambda: x + y),
    "second sum": bool(imports(lambda: x + 2 * y)),
}
print(seen)
due = {"product": False, "power": False, "sum": True, "second sum": False}
sys.exit(0 if seen == due else print("DIFFERS from", due) or 1)
PYTHON
