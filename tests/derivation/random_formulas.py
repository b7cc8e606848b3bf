"""Seeded formulas of one's own from a bounded grammar, sensible and senseless."""

from __future__ import annotations

from random import Random

_NUMBERS = ("0", "1", "2", "3", "0.5", "1/3", "1e-7", "10", "-1", "pi", "e")
_FUNCTIONS = ("exp", "ln", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "atan", "erf", "abs",
              "sign", "sigmoid")  # fmt: skip
_SIGNS = ("<", "<=", ">", ">=", "==", "!=")
DEEPEST = 3


def formula(chance: Random, letters: tuple[str, ...], depth: int = DEEPEST) -> str:
    """A formula in some letters."""
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(letters) if chance.random() < 0.65 else chance.choice(_NUMBERS)

    def part() -> str:
        return formula(chance, letters, depth - 1)

    kind = chance.randrange(8)
    if kind < 3:
        return f"({part()}) {chance.choice('+-*/')} ({part()})"
    if kind == 3:
        power = chance.choice(("2", "3", "0.5", "-1", "1/3", part()))
        return f"({part()})**({power})"
    if kind == 4:
        return f"{chance.choice(('max', 'min'))}({part()}, {part()})"
    if kind == 5:
        return f"({part()} if {part()} {chance.choice(_SIGNS)} {part()} else {part()})"
    return f"{chance.choice(_FUNCTIONS)}({part()})"
