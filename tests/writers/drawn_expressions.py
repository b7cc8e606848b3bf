"""Random expressions for the tests of the printers, and values for their names."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from writers.formula_reader import M, Values

from derive.algebra.slopes import Differentiating
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.functions import ABS, COSH, EXP, LN, MAX, MIN, SIGMOID, SQRT, TANH
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.notation import Names, Shape

SHAPE = Shape((2, 2, 2))
FUNCTIONS = (EXP, LN, SQRT, ABS, TANH, COSH, SIGMOID, MAX, MIN)
QUANTITIES = (
    variable("x"), variable("alpha"), Quantity(INPUT), Quantity(WEIGHT, 1, 1, 0),
    Quantity(WEIGHT, 2, 1, 1), Quantity(PRE_ACTIVATION, 1, 1), Quantity(ACTIVATION, 1, 0),
    Quantity(ACTIVATION, 2, 1), Quantity(TARGET, unit=1), Quantity(LOSS_TERM, unit=1),
    Quantity(LOSS), Quantity(ACTIVATION, 1, 0, example=0),
)  # fmt: skip
SUMMED = tuple(Quantity(kind, 1, 1, example="n") for kind in (INPUT, ACTIVATION, LOSS))


def numbers() -> st.SearchStrategy[Expression]:
    typed = st.sampled_from(["0.10", "-0.1", "2.5", "-3", "0", "1.5e-3", "-2e4", "7"])
    bare = st.fractions(-3, 3, max_denominator=5).map(Number)
    return st.one_of(typed.map(lambda t: Number(Fraction(t), t)), bare)


def leaves() -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.sampled_from(QUANTITIES), numbers(), st.sampled_from([Constant("pi"), Constant("e")])
    )


def _compound(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    one_argument = st.sampled_from([f for f in FUNCTIONS if len(f.parameters) == 1])
    conditions = st.builds(
        Comparison, inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner
    )
    exponents = st.one_of(
        st.integers(-2, 3).map(lambda n: Number(Fraction(n))),
        st.sampled_from(QUANTITIES),
        st.just(Number(Fraction(1, 2))),
    )
    summed = st.one_of(
        st.sampled_from(SUMMED),
        st.lists(st.sampled_from((*SUMMED, *QUANTITIES)), min_size=2, max_size=3).map(
            lambda parts: Product(tuple(parts))
        ),
        st.lists(st.sampled_from(SUMMED), min_size=2, max_size=2).map(lambda t: Sum(tuple(t))),
    )
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        st.builds(Negative, inner),
        st.builds(Quotient, inner, inner),
        st.builds(Power, inner, exponents),
        st.builds(lambda f, a: Apply(f, (a,)), one_argument, inner),
        st.builds(lambda f, a, b: Apply(f, (a, b)), st.sampled_from([MAX, MIN]), inner, inner),
        st.builds(Bracket, inner),
        st.builds(lambda a, b, c: Cases((a, b), (c,)), inner, inner, conditions),
        st.builds(Partial, inner, st.sampled_from(QUANTITIES)),
        st.builds(lambda body, count: IndexedSum(body, "n", count), summed, st.integers(1, 12)),
    )


def expressions() -> st.SearchStrategy[Expression]:
    """Expressions of every kind of node that has a value."""
    return st.recursive(leaves(), _compound, max_leaves=9)


def value_of(name: str) -> Any:
    """A value between −2 and 2 that a name has whoever asks."""
    return M.mpf(zlib.crc32(name.encode()) % 4_000_003) / 1_000_003 - 2


def partial_of(of: str, by: str) -> Any:
    return M.mpf(1) if of == by else value_of(f"{of} by {by}")


VALUES = Values(value_of, partial_of)


class Environment(Differentiating):
    """The same values for the tree."""

    arithmetic = HIGH

    def __init__(self, spell: Callable[[Quantity], str]) -> None:
        self.spell = spell

    def quantity(self, quantity: Quantity) -> Any:
        return value_of(self.spell(quantity))

    def partial(self, of: Quantity, by: Quantity) -> Any:
        return partial_of(self.spell(of), self.spell(by))


def vocabulary(names: Names, spell: Callable[[Quantity], str]) -> dict[str, str]:
    """Every printed name that may occur, and the name in text that is its key."""
    marked = [
        Quantity(q.kind, q.layer, q.unit, example=example)
        for q in SUMMED
        for example in ("n", *range(12))
    ]
    return {spell(q): names.text(q) for q in (*QUANTITIES, *marked)}
