"""SymPy's assignments, whose order is kept, as instructions.

What a program guards against in Python, ``ieee_ln`` or a quotient by 0, needs no guard here:
machine arithmetic goes on with ∞ and NaN. Of a choice both sides are worked out and one is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import AsItStands
from derive.algebra.functions import Named, named
from derive.compute.native.elementary import FUNCTIONS, tanh_and_rest
from derive.compute.native.values import Body, Truth, Value
from derive.compute.programs.plan import key
from derive.compute.programs.program import Program, Statement
from derive.expression.functions import Function
from derive.expression.nodes import Expression, Quantity

Values = MutableMapping[str, Value]

_NAMES: Mapping[str, str] = MappingProxyType({
    "log": "ln", "Abs": "abs", "Max": "max", "Min": "min",
})  # fmt: skip
# Of the C library, where a lane waits for another: they occur in formulas of one's own alone.
LIBRARY: Mapping[str, str] = MappingProxyType({
    "sin": "sin", "cos": "cos", "sinh": "sinh", "cosh": "cosh", "atan": "atan",
    "power": "pow",
})  # fmt: skip
_SMALL_POWERS = (2, 3, 4)


def assignment(expression: Expression) -> Any:
    """An ordered tree as SymPy has it, nothing evaluated; a guarded function is what it guards."""
    return AsItStands(_symbol, _function)(expression)


def _symbol(q: Quantity) -> Any:
    return sympy.Symbol(key(q), real=True)


def _function(function: Function) -> Callable[..., Any]:
    if not function.name.startswith("ieee_"):
        return named(function)
    definition = function.definition
    assert definition is not None

    def written(*arguments: Any) -> Any:
        values = dict(zip(function.parameters, arguments, strict=True))
        return AsItStands(values.__getitem__, _function)(definition)

    return written


def run(program: Program, body: Body, values: Values) -> None:
    """The statements of a program as instructions; ``values`` gains what they assign."""
    rests: dict[str, Value] = {}
    for item in program.items:
        if isinstance(item, Statement):
            values[key(item.target)] = emitted(assignment(item.expression), body, values, rests)


def emitted(
    expression: Any, body: Body, values: Mapping[str, Value],
    rests: MutableMapping[str, Value] | None = None,
) -> Value:  # fmt: skip
    """The value of an expression.

    rests  what a tanh has left for the formulas after it: argument → e^−2|x|
    """
    return _Emitter(body, values, {} if rests is None else rests)(expression)


class _Emitter:
    def __init__(
        self, body: Body, values: Mapping[str, Value], rests: MutableMapping[str, Value]
    ) -> None:
        self.body = body
        self.values = values
        self.rests = rests

    def __call__(self, e: Any) -> Value:
        if e.is_Symbol:
            return self.values[e.name]
        if e.is_Number:
            return self.body.number(int(e.p) / int(e.q))
        if e.is_NumberSymbol:
            return self.body.number(float(e))
        if e.is_Add:
            return self.sum(e.args)
        if e.is_Mul:
            return self.product(e.args)
        if e.is_Pow:
            return self.power(e.base, e.exp)
        if e.is_Piecewise:
            return self.choice(e.args)
        return self.function(e)

    def sum(self, terms: Any) -> Value:
        first, *rest = terms
        total = self(first)
        for term in rest:
            negative, size = _sign_apart(term)
            total = total - self(size) if negative else total + self(size)
        return total

    def product(self, factors: Any) -> Value:
        first, *rest = factors
        if first == -1:
            return -self.product(rest)
        total = self.body.number(1.0) / self(first.base) if _is_below(first) else self(first)
        for factor in rest:
            total = total / self(factor.base) if _is_below(factor) else total * self(factor)
        return total

    def power(self, base: Any, exponent: Any) -> Value:
        if exponent == -1:
            return 1.0 / self(base)
        if exponent == sympy.S.Half:
            return self(base).sqrt()
        if exponent in _SMALL_POWERS:
            value = self(base)
            return reduce(Value.__mul__, [value] * int(exponent))
        return self.library("power", self(base), self(exponent))

    def choice(self, pairs: Any) -> Value:
        *cases, (otherwise, _) = pairs
        value = self(otherwise)
        for then, condition in reversed(cases):
            value = self.truth(condition).choose(self(then), value)
        return value

    def truth(self, e: Any) -> Truth:
        return self(e.lhs).compare(e.rel_op, self(e.rhs))

    def function(self, e: Any) -> Value:
        name = e.function.name if isinstance(e, Named) else type(e).__name__
        name = _NAMES.get(name, name)
        if name == "exp" and (x := _of_tanh(e.args[0])) and x in self.rests:
            return self.rests[x]
        arguments = [self(argument) for argument in e.args]
        if name == "exp" and _is_not_positive(e.args[0]):
            return self.body.call("exp_of_negative", *arguments)
        if name == "tanh" and e.args[0].is_Symbol:
            value, self.rests[e.args[0].name] = tanh_and_rest(arguments[0])
            return value
        if name in FUNCTIONS:
            return self.body.call(name, *arguments)
        if name in LIBRARY:
            return self.library(name, *arguments)
        first = arguments[0]
        if name == "abs":
            return abs(first)
        if name == "sign":
            signed = self.body.number(1.0).signed_as(first)
            return (first.compare("==", 0.0)).choose(0.0, signed)
        if name in ("max", "largest"):
            return reduce(larger, arguments)
        if name == "min":
            return reduce(lambda a, b: (b < a).choose(b, a), arguments)
        if name == "second_largest":
            return _second(arguments)
        definition = e.function.definition
        assert definition is not None, f"{name} is unknown to machine code"
        inner = {p.name: v for p, v in zip(e.function.parameters, arguments, strict=True)}
        letters = AsItStands(lambda q: sympy.Symbol(q.name, real=True), _function)
        return _Emitter(self.body, inner, {})(letters(definition))

    def library(self, name: str, *arguments: Value) -> Value:
        """A function of the C library, lane by lane."""
        return self.body.lane_by_lane(LIBRARY[name], *arguments)


def _of_tanh(exponent: Any) -> str:
    """x of −2·|x|; "" of anything else."""
    negative, size = _sign_apart(exponent)
    twice = negative and size.is_Mul and len(size.args) == 2 and size.args[0] == 2
    if twice and isinstance(size.args[1], sympy.Abs) and size.args[1].args[0].is_Symbol:
        return str(size.args[1].args[0].name)
    return ""


def _is_not_positive(e: Any) -> bool:
    """Whether the tree shows it: −|x|, −2·|x|, …"""
    negative, size = _sign_apart(e)
    factors = size.args if size.is_Mul else (size,)
    return negative and all(
        isinstance(factor, sympy.Abs) or (factor.is_Number and factor > 0) for factor in factors
    )


def larger(a: Value, b: Value) -> Value:
    """Lane by lane the larger of two."""
    return (b > a).choose(b, a)


def _second(values: list[Value]) -> Value:
    """The largest of what is left after one largest is taken away."""
    top, second = values[0], values[0].body.number(float("-inf"))
    for value in values[1:]:
        second = larger(second, (value > top).choose(top, value))
        top = larger(top, value)
    return second


def _is_below(e: Any) -> bool:
    return bool(e.is_Pow and e.exp == -1)


def _sign_apart(e: Any) -> tuple[bool, Any]:
    """Whether a term is subtracted, and its size."""
    if e.is_Number and e < 0:
        return True, -e
    if e.is_Mul and e.args[0] == -1:
        rest = e.args[1:]
        return True, rest[0] if len(rest) == 1 else AsItStands.times(*rest)
    return False, e
