"""Derivations that many tests read: each is made and checked once, its numbers too."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import derive


@lru_cache(maxsize=600)
def derived(network: derive.Network, style: str = "deltas", **limit: Any) -> derive.Derivation:
    """The derivation of a network, and all that is kept with it. Whoever changes one, or what it
    is made by, takes ``derive.derive``."""
    return derive.derive(network, style, **limit)
