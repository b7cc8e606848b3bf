"""Functions that may stand in an expression: the elementary ones, and named activations.

A function with a ``definition`` (σ, relu, a formula of one's own) is evaluated through it; an
elementary one natively. ``derivatives`` holds one derivative per parameter, as taught, in the
parameters and, where that is how it is taught, in the function's own value ``VALUE``.

A function is what it says, not where it lies in memory: two with the same name and formula are
equal, also when one of them comes from another process. Only the elementary ones, whose
derivatives mention each other in a circle, are one object each everywhere: a copy finds them by
their names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from derive.expression.constructors import HALF, ONE, TWO, ZERO, variable
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)

X = variable("x")
U = variable("u")
V = variable("v")
VALUE = variable("y")


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a class meets it.

    name         how a formula spells it: ``exp``, ``sigmoid``
    latex, text  how it prints: ``\\sigma``, ``σ``
    parameters   the letters its definition and derivatives are written in
    definition   its formula in teaching form; None for an elementary function
    derivatives  one per parameter, in the parameters and VALUE; empty where the stepwise
                 differentiator must work from the definition
    """

    name: str
    latex: str
    text: str
    parameters: tuple[Quantity, ...] = (X,)
    definition: Expression | None = None
    derivatives: tuple[Expression, ...] = field(default=())

    def __call__(self, *arguments: Expression) -> Apply:
        return Apply(self, arguments)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Function) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self.name)  # the rest seldom tells two apart, and a tree is hashed often

    def __reduce__(self) -> tuple[Any, ...]:
        if elementary().get(self.name) is self:
            return _elementary, (self.name,)
        return Function, self._fields()

    def __deepcopy__(self, _: object) -> Function:
        return self  # nothing in it changes

    def _fields(self) -> tuple[Any, ...]:
        """What it was made of."""
        return (
            self.name, self.latex, self.text, self.parameters, self.definition, self.derivatives,
        )  # fmt: skip


EXP = Function("exp", r"\exp", "exp", derivatives=(VALUE,))
LN = Function("ln", r"\ln", "ln", derivatives=(Quotient(ONE, X),))
SQRT = Function("sqrt", r"\sqrt", "√", derivatives=(Quotient(ONE, Product((TWO, VALUE))),))
SIN = Function("sin", r"\sin", "sin")
COS = Function("cos", r"\cos", "cos")
SINH = Function("sinh", r"\sinh", "sinh")
COSH = Function("cosh", r"\cosh", "cosh")
TANH = Function("tanh", r"\tanh", "tanh", derivatives=(Sum((ONE, Negative(Power(VALUE, TWO)))),))
ATAN = Function(
    "atan", r"\arctan", "arctan", derivatives=(Quotient(ONE, Sum((ONE, Power(X, TWO)))),)
)
ERF = Function("erf", r"\mathrm{erf}", "erf")
SIGN = Function("sign", r"\mathrm{sign}", "sign", derivatives=(ZERO,))
ABS = Function("abs", r"\mathrm{abs}", "abs", derivatives=(SIGN(X),))
SIGMOID = Function(
    "sigmoid", r"\sigma", "σ",
    definition=Quotient(ONE, Sum((ONE, EXP(Negative(X))))),
    derivatives=(Product((VALUE, Sum((ONE, Negative(VALUE))))),),
)  # fmt: skip
MAX = Function("max", r"\max", "max", parameters=(U, V))
MIN = Function("min", r"\min", "min", parameters=(U, V))


def _complete() -> None:
    """Fill in the derivatives that mention other functions of the table."""

    def give(function: Function, *derivatives: Expression) -> None:
        object.__setattr__(function, "derivatives", derivatives)

    give(SIN, COS(X))
    give(COS, Negative(SIN(X)))
    give(SINH, COSH(X))
    give(COSH, SINH(X))
    gaussian = EXP(Negative(Power(X, TWO)))
    give(ERF, Product((Quotient(TWO, SQRT(Constant("pi"))), gaussian)))
    # At a tie the derivative is declared to be the mean of the two slopes.
    above, below = Comparison(U, ">", V), Comparison(U, "<", V)
    give(MAX, Cases((ONE, ZERO, HALF), (above, below)), Cases((ZERO, ONE, HALF), (above, below)))
    give(MIN, Cases((ZERO, ONE, HALF), (above, below)), Cases((ONE, ZERO, HALF), (above, below)))


_complete()


@cache
def elementary() -> dict[str, Function]:
    """The functions a formula of one's own may use, by the names it may use for them."""
    rows = (EXP, LN, SQRT, SIN, COS, SINH, COSH, TANH, ATAN, ERF, SIGN, ABS, MAX, MIN,
            SIGMOID)  # fmt: skip
    table = {row.name: row for row in rows}
    table["log"] = LN
    return table


def _elementary(name: str) -> Function:
    """What the copy of an elementary function is."""
    return elementary()[name]
