#!/usr/bin/env bash
# mpmath 1.3.0: numbers of a context of one's own cannot be pickled.
#
# Guess: mpmath.mp.clone() gives the same numbers with a precision of their own, so whatever holds
# one of them can be sent to another process, as numbers of mpmath.mp itself can.
# Seen: copy.deepcopy works and keeps the type, but pickle raises PicklingError ("Can't pickle <class
# 'mpmath.ctx_mp_python.mpf'>: it's not the same object as mpmath.ctx_mp_python.mpf"): every context
# makes classes of its own that all bear the name of the first one's. ProcessPoolExecutor and joblib
# fail with it, far from where the number was made. Registering a reducer for the context's class in
# copyreg helps.
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check mpmath==1.3.0
"$folder/environment/bin/python" - <<'PYTHON'
import copy
import pickle
import sys

import mpmath

print("mpmath", mpmath.__version__)
own = mpmath.mp.clone()
own.dps = 60
third = own.mpf(1) / 3
seen = {}
seen["mp pickles"] = pickle.loads(pickle.dumps(mpmath.mpf(3))) == 3
seen["clone deepcopies"] = type(copy.deepcopy(third)) is type(third)
try:
    pickle.dumps(third)
    seen["clone pickles"] = True
except pickle.PicklingError as error:
    print("pickle:", error)
    seen["clone pickles"] = False
print(seen)
due = {"mp pickles": True, "clone deepcopies": True, "clone pickles": False}
sys.exit(0 if seen == due else print("DIFFERS from", due) or 1)
PYTHON
