"""Random smooth formulas in x, y and t, safe to evaluate and to differentiate anywhere."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from derive.expression.constructors import ONE, TWO, integer, variable
from derive.expression.functions import (
    ATAN,
    COS,
    COSH,
    ERF,
    EXP,
    LN,
    SIGMOID,
    SIN,
    SINH,
    SQRT,
    TANH,
)
from derive.expression.nodes import (
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)

LETTERS = tuple(map(variable, "xyt"))


def _positive(inner: Expression) -> Expression:
    """1 + inner²: where a root, a logarithm, a denominator or a real exponent needs it."""
    return Sum((ONE, Power(inner, TWO)))


def formulas(max_leaves: int = 8) -> st.SearchStrategy[Expression]:
    """Every kind of node that may stand in a derivative."""
    leaves: st.SearchStrategy[Expression] = st.one_of(
        st.sampled_from(LETTERS),
        st.fractions(-2, 2, max_denominator=4).map(Number),
        st.sampled_from([Constant("pi"), Constant("e")]),
    )

    def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        several = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return st.one_of(
            several.map(Sum),
            several.map(Product),
            inner.map(Negative),
            inner.map(Bracket),
            st.builds(lambda a, b: Quotient(a, _positive(b)), inner, inner),
            st.builds(lambda a, n: Power(a, integer(n)), inner, st.integers(0, 3)),
            st.builds(lambda a, b: Power(_positive(a), TANH(b)), inner, inner),
            st.builds(
                lambda f, a: f(f_argument(f, a)),
                st.sampled_from([SIN, COS, TANH, ATAN, ERF, SIGMOID, SQRT, LN, EXP, SINH, COSH]),
                inner,
            ),
            st.builds(
                lambda a, b, c: Cases((a, b), (Comparison(c, ">", Number(Fraction(1, 97))),)),
                inner,
                inner,
                st.sampled_from(LETTERS),
            ),
        )

    return st.recursive(leaves, grow, max_leaves=max_leaves)


def f_argument(function: object, inner: Expression) -> Expression:
    """An argument inside the function's domain, and small where the function grows."""
    if function in (SQRT, LN):
        return _positive(inner)
    if function in (EXP, SINH, COSH):
        return SIN(inner)
    return inner


def points() -> st.SearchStrategy[dict[Quantity, Fraction]]:
    """Values for the letters, away from 0 and from the border of the cases above."""
    value = st.integers(-150, 150).map(lambda n: Fraction(n, 100) + Fraction(1, 300))
    return st.fixed_dictionaries(dict.fromkeys(LETTERS, value))
