"""Runs every benchmark, or those named: ``python -m benchmarks [startup documents …]``."""

from __future__ import annotations

import sys
from importlib import import_module

ALL = ("startup", "documents", "scaling", "build", "call", "training", "worksheets")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
