#!/usr/bin/env bash
# sympy 1.14.0: the second derivative of max and abs is lambdified without a word and fails when called.
#
# Guess: as the first derivative of Max(x, 0) and Abs(x) runs with any module, so does the second one,
# which is 0 but at the corner; what cannot be printed is refused by lambdify.
# Seen: the first derivatives are Heaviside(x) and sign(x) and run. The second are DiracDelta(x) and
# 2*DiracDelta(x); lambdify makes a function of them for math, numpy and mpmath alike, and each call
# raises NameError: name 'DiracDelta' is not defined. So a Hessian of a network with ReLU is made, and
# fails only where it is used.
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check sympy==1.14.0 numpy==2.2.6
"$folder/environment/bin/python" -W ignore - <<'PYTHON'
import sys

import sympy

print("sympy", sympy.__version__)
x = sympy.Symbol("x", real=True)
seen = {}
for name, e in (("max", sympy.Max(x, 0)), ("abs", sympy.Abs(x))):
    for order in (1, 2):
        for modules in ("math", "numpy", "mpmath"):
            function = sympy.lambdify(x, sympy.diff(e, x, order), modules)
            try:
                value = str(float(function(1.5)))
            except NameError as error:
                value = str(error)
            seen[f"{name}, {order}, {modules}"] = value
for what, value in seen.items():
    print(what, "→", value)
due = {
    f"{name}, {order}, {modules}": "1.0" if order == 1 else "name 'DiracDelta' is not defined"
    for name in ("max", "abs") for order in (1, 2) for modules in ("math", "numpy", "mpmath")
}
sys.exit(0 if seen == due else print("DIFFERS from", due) or 1)
PYTHON
