"""How a stepwise derivative becomes the one that is taught: the proof lines of the catalogue."""

from __future__ import annotations

from functools import lru_cache

from derive.expression.functions import VALUE, X, elementary
from derive.expression.nodes import Expression
from derive.expression.typed.formula import parse, without_ones
from derive.network.catalogue import (
    OUTPUT,
    TARGET_LETTER,
    ActivationUse,
    LossUse,
)

_KNOWN = 256  # activations and losses whose lines have been read: a page asks several times


@lru_cache(_KNOWN)
def proof(use: ActivationUse) -> tuple[tuple[str, Expression], ...]:
    """The lines that lead from the stepwise derivative to the taught one, in x, and how.

    Where they name the activation itself, it is meant, and not an elementary function.
    """
    if use.row is None or use.function is None:
        return ()
    letters: dict[str, Expression] = {"x": X, "y": VALUE, **dict(use.parameters)}
    functions = {**elementary(), use.row.name: use.function}
    return tuple(
        (how, without_ones(parse(line, letters, functions))) for how, line in use.row.proof
    )


@lru_cache(_KNOWN)
def loss_proof(use: LossUse) -> tuple[tuple[str, Expression], ...]:
    """The lines that lead from the stepwise derivative of a loss term to the taught one."""
    letters: dict[str, Expression] = {"y": OUTPUT, "t": TARGET_LETTER}
    return tuple((how, parse(line, letters)) for how, line in (use.row.proof if use.row else ()))
