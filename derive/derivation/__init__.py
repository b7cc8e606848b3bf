"""From a network to checked steps: graph, stepwise calculus, styles, traces, the check."""

from derive.derivation.derivation import STYLES, Derivation, StyleError, derive
from derive.derivation.failure import CheckFailed

__all__ = ["STYLES", "CheckFailed", "Derivation", "StyleError", "derive"]
