"""From an ordered tree to SymPy: the algebra behind what is shown, not a way to show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]
from sympy.functions.elementary.piecewise import ExprCondPair  # type: ignore[import-untyped]

from derive.expression.blank import Blank
from derive.expression.evaluate import with_example
from derive.expression.functions import Function
from derive.expression.nodes import (
    NAMED,
    VARIABLE,
    Apply,
    Bracket,
    Cases,
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

_SIGNS = {"<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge", "==": "Eq", "!=": "Ne"}
_ELEMENTARY = {
    "exp": "exp", "ln": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "atan": "atan", "erf": "erf", "abs": "Abs", "sign": "sign",
}  # fmt: skip
_SYMMETRIC = {"max": "Max", "min": "Min"}  # SymPy keeps no order of their arguments


def identity_name(q: Quantity) -> str:
    """A name that no other quantity has, whatever the notation: a letter's is the letter."""
    if q.kind == VARIABLE:
        return q.name
    if q.kind == NAMED:
        return f"{NAMED}_{q.name}"
    example = "" if q.example is None else f"_{q.example}"
    return f"{q.kind.replace(' ', '_').replace('-', '_')}_{q.layer}_{q.unit}_{q.source}{example}"


def identity(q: Quantity) -> sympy.Symbol:
    """A symbol that no other quantity has, whatever the notation."""
    return sympy.Symbol(identity_name(q), real=True)


def to_sympy(
    expression: Expression,
    symbol: Callable[[Quantity], Any] = identity,
    named: Callable[[Function], Any] | None = None,
    elementary: Mapping[str, Any] = MappingProxyType({}),
) -> sympy.Expr:
    """The expression in SymPy.

    symbol  what stands for a quantity: a real symbol
    named   the SymPy function of one that has a definition; without it, the definition is
            written out
    elementary  SymPy functions to be taken for some of ours: name → function

    A derivative of a formula is taken. A derivative of a quantity raises TypeError: what it means
    lies in the definitions, not here.
    """
    return Converter(symbol, named, elementary)(expression)


class Converter:
    """``to_sympy`` for many expressions."""

    add: Callable[..., Any] = sympy.Add
    times: Callable[..., Any] = sympy.Mul
    power: Callable[..., Any] = sympy.Pow
    symmetric: Mapping[str, str] = _SYMMETRIC

    def __init__(
        self,
        symbol: Callable[[Quantity], Any] = identity,
        named: Callable[[Function], Any] | None = None,
        elementary: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.symbol = symbol
        self.named = named
        self.elementary = elementary
        add, times, power = type(self).add, type(self).times, type(self).power
        minus_one = sympy.S.NegativeOne
        self._rules: dict[type, Callable[[Any], Any]] = {
            Quantity: symbol,
            Number: lambda e: _number(e.value.numerator, e.value.denominator),
            Constant: lambda e: {"pi": sympy.pi, "e": sympy.E}[e.name],
            Negative: lambda e: times(minus_one, self(e.operand)),
            Sum: lambda e: add(*map(self, e.terms)),
            Product: lambda e: times(*map(self, e.factors)),
            Quotient: lambda e: times(self(e.numerator), power(self(e.denominator), minus_one)),
            Power: lambda e: power(self(e.base), self(e.exponent)),
            Apply: lambda e: self._function(e.function, tuple(map(self, e.arguments))),
            Cases: self._cases,
            Bracket: lambda e: self(e.inner),
            Blank: lambda e: self(e.of),
            Partial: self._partial,
            IndexedSum: self._indexed_sum,
        }

    def __call__(self, e: Expression) -> Any:
        return self._rules[type(e)](e)

    def apply(self, function: Any, *arguments: Any) -> Any:
        """A SymPy function, or a choice, of its arguments."""
        return function(*arguments)

    def pair(self, value: Any, condition: Any) -> Any:
        """A value of a choice, and its condition."""
        return value, condition

    def _function(self, function: Function, arguments: tuple[Any, ...]) -> Any:
        name = function.name
        if function.definition is None and (name in _ELEMENTARY or name in self.symmetric):
            standard = _ELEMENTARY.get(name) or self.symmetric[name]
            sympy_function = self.elementary.get(name) or getattr(sympy, standard)
            return self.apply(sympy_function, *arguments)
        if self.named is not None:
            return self.apply(self.named(function), *arguments)
        assert function.definition is not None, f"{name} is known by its name alone"
        values = dict(zip(function.parameters, arguments, strict=True))
        return type(self)(values.__getitem__, None, self.elementary)(function.definition)

    def _cases(self, e: Cases) -> Any:
        *values, otherwise = map(self, e.values)
        conditions = [
            self.apply(getattr(sympy, _SIGNS[c.sign]), self(c.left), self(c.right))
            for c in e.conditions
        ]
        pairs = map(self.pair, (*values, otherwise), (*conditions, sympy.true))
        return self.apply(sympy.Piecewise, *pairs)

    def _partial(self, e: Partial) -> Any:
        if isinstance(e.of, Quantity):
            raise TypeError(f"the derivative of {self.symbol(e.of)} is a matter of the definitions")
        return sympy.diff(self(e.of), self.symbol(e.by))

    def _indexed_sum(self, e: IndexedSum) -> Any:
        bodies = (with_example(e.body, e.index, example) for example in range(e.count))
        return type(self).add(*map(self, bodies))


class AsItStands(Converter):
    """Every sum, product and choice unevaluated, in its order: what is to be computed in doubles
    must not be rearranged.

    ``named`` is asked for all functions that are not elementary, max and min among them. The
    constructors of SymPy, told not to evaluate, would give the same after a long search.
    """

    symmetric: Mapping[str, str] = MappingProxyType({})

    @staticmethod
    def add(*terms: Any) -> Any:
        return sympy.Add._from_args(terms, is_commutative=True)

    @staticmethod
    def times(*factors: Any) -> Any:
        return sympy.Mul._from_args(factors, is_commutative=True)

    @staticmethod
    def power(base: Any, exponent: Any) -> Any:
        power = sympy.Expr.__new__(sympy.Pow, base, exponent)
        power.is_commutative = True
        return power

    def apply(self, function: Any, *arguments: Any) -> Any:
        if function is sympy.sqrt:
            return self.power(arguments[0], sympy.S.Half)
        if isinstance(function, type):
            return sympy.Basic.__new__(function, *arguments)
        return function(*arguments)  # the formula of one in its place

    def pair(self, value: Any, condition: Any) -> Any:
        return sympy.Basic.__new__(ExprCondPair, value, condition)


@lru_cache(maxsize=1024)
def _number(numerator: int, denominator: int) -> Any:
    return sympy.Rational(numerator, denominator)
