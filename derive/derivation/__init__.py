"""From a network to checked steps: graph, stepwise calculus, styles, traces, the check."""

from derive.derivation.check.failure import CheckFailed
from derive.derivation.derivation import STYLES, Derivation, StyleError, derive

__all__ = ["STYLES", "CheckFailed", "Derivation", "StyleError", "derive"]
