"""Runs every benchmark, or those named: ``python -m benchmarks [startup documents …]``.

With ``--against /path/to/a/checkout`` this build beside that one, and nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module

ALL = (
    "startup",
    "documents",
    "scaling",
    "symbolic",
    "build",
    "call",
    "training",
    "worksheets",
    "peers",
    "restarts",
    "explore",
)


def main() -> None:
    if sys.argv[1:2] == ["--against"] and len(sys.argv) == 3:
        from benchmarks import against

        against.main(sys.argv[2])
        return
    for name in sys.argv[1:] or ALL:
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
