#!/usr/bin/env bash
# sympy 1.14.0: d/dx x^n is n·x^n/x, which has no value at 0.
#
# Guess: the derivative of x**n with a symbolic n is n*x**(n - 1), or is equal to it wherever that is
# defined; so with n = 2 the compiled derivative is 0 at x = 0.
# Seen: diff gives n*x**n/x. With n = 2 put in first it becomes 2*x, but lambdified with n as an
# argument it raises ZeroDivisionError at x = 0 with Python's floats, gives nan with NumPy, and
# substituting x first gives nan for good. powsimp turns it into n*x**(n - 1).
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check sympy==1.14.0 numpy==2.2.6
"$folder/environment/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy
import sympy

print("sympy", sympy.__version__)
x, n = sympy.symbols("x n", real=True)
slope = sympy.diff(x**n, x)
seen = {"printed": str(slope)}
try:
    seen["floats"] = str(sympy.lambdify((x, n), slope, "math")(0.0, 2.0))
except ZeroDivisionError as error:
    seen["floats"] = type(error).__name__
seen["numpy"] = str(sympy.lambdify((x, n), slope, "numpy")(numpy.array([0.0, 1.0]), 2.0))
seen["n first"] = str(slope.subs(n, 2).subs(x, 0))
seen["x first"] = str(slope.subs(x, 0).subs(n, 2))
seen["powsimp"] = str(sympy.powsimp(slope))
print(seen)
due = {
    "printed": "n*x**n/x", "floats": "ZeroDivisionError", "numpy": "[nan  2.]", "n first": "0",
    "x first": "nan", "powsimp": "n*x**(n - 1)",
}
sys.exit(0 if seen == due else print("DIFFERS from", due) or 1)
PYTHON
