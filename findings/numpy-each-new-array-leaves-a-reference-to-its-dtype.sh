#!/usr/bin/env bash
# numpy 2.4.6: every np.empty(n) and np.zeros(n) leaves a reference to the dtype of doubles behind.
#
# Guess: making an array and dropping it again leaves every reference count as it was, so that counts
# can tell whether an extension that returns arrays loses any.
# Seen: the reference count of np.dtype(float) grows by one with every np.empty(8) and np.zeros(8),
# though nothing of the array is left; a + a does not do so. No memory is lost, as the type of doubles
# is never freed; a test of an extension has to leave it out.
#
# Exits 1 with a line beginning DIFFERS where the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
"$folder/environment/bin/python" - <<'PYTHON'
import sys

import numpy as np

print("numpy", np.__version__)
doubles, a = np.dtype(float), np.ones(8)


def left(make):
    before = sys.getrefcount(doubles)
    for _ in range(1000):
        make()
    return sys.getrefcount(doubles) - before


seen = {
    "np.empty": left(lambda: np.empty(8)),
    "np.zeros": left(lambda: np.zeros(8)),
    "a + a": left(lambda: a + a),
}
for what, count in seen.items():
    print(f"{what:<10} {count:>5} references more after 1,000 arrays")
wanted = {"np.empty": True, "np.zeros": True, "a + a": False}
if {what: count >= 1000 for what, count in seen.items()} != wanted:
    sys.exit("DIFFERS: the counts are other ones")
PYTHON
