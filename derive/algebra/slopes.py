"""The partial derivatives of one formula as numbers: SymPy differentiates, an arithmetic works out.

Neither the stepwise differentiator nor the taught derivatives of the catalogue have a part in
this, so it can judge both: σ is differentiated from its formula.

- Choices (cases, max, min, abs) are decided at the point first. SymPy would bring their conditions
  into a normal form of its own, which may never end; and at a tie the mean of the two slopes is
  declared, which no branch has.
- A sum is differentiated term by term, also inside a term, where it gets a letter; functions are
  written out. So SymPy sees little else than products, quotients, powers and elementary functions,
  and terms of one shape, w1·i1 and w2·i2, once: a network of any width needs a handful of calls.
- What is deep is differentiated in parts, too. What arrives at a part is complete before it goes
  on: the work is linear in the size of a formula, and a hostile one does not bury SymPy.
- What SymPy finds is turned back into a tree of ours, for any arithmetic: sixty digits, thousands,
  or floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import to_sympy
from derive.algebra.trees import to_tree
from derive.expression.constructors import ONE, TWO, product, variable
from derive.expression.evaluate import Bindings, Environment, Point, chosen, evaluate
from derive.expression.kinks import TIES, has_kinks
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
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
    quantities,
)
from derive.expression.rewriting import substitute

_FEW = 4  # factors that are differentiated together
_DEEP = 6  # levels of a formula that SymPy sees at a time: what lies deeper gets a letter
_BITS = 256  # of a number that SymPy is given; it would work out 2^(10^9)
_SHAPES = 4_096


def slopes(formula: Expression, environment: Environment) -> dict[Quantity, Any]:
    """∂formula/∂q for every quantity q in it, at a point.

    Raises ArithmeticError where a slope has no value, TypeError for a derivative inside.
    """
    arithmetic = environment.arithmetic
    decided = _decided(formula, environment)
    totals = _swept(decided, environment)
    if decided is not formula:  # a relu that is 0 mentions nothing
        for q in quantities(formula):
            totals.setdefault(q, arithmetic.number(Fraction(0)))
    return totals


class Differentiating:
    """An environment in which the derivative of a formula is SymPy's."""

    def slope(self: Environment, of: Expression, by: Quantity) -> Any:
        """Raises ArithmeticError where the formula has no value: ln(−x) has no slope at 1, though
        1/x is defined there."""
        known = self.slopes_of if isinstance(self, Point) else {}
        own = known.get(of)
        if own is None:
            evaluate(of, self)
            own = known[of] = slopes(of, self)
        return own.get(by, self.arithmetic.number(Fraction(0)))


def _swept(formula: Expression, environment: Environment) -> dict[Quantity, Any]:
    """The slopes of a formula without choices: back from it through its parts."""
    totals: dict[Quantity, Any] = {}
    adjoints: dict[Expression, Any] = {formula: environment.arithmetic.number(Fraction(1))}
    for part, terms in _parts(formula):
        upstream = adjoints[part]
        for shape, sign in terms:
            point = Bindings(
                dict(zip(shape.letters, [evaluate(p, environment) for p in shape.parts],
                         strict=True)),
                environment.arithmetic,
            )  # fmt: skip
            weight = upstream if sign > 0 else -upstream
            for inner, slope in zip(shape.parts, shape.slopes, strict=False):
                share = weight if slope is ONE else weight * evaluate(slope, point)
                into: dict[Any, Any] = totals if isinstance(inner, Quantity) else adjoints
                before = into.get(inner)
                into[inner] = share if before is None else before + share
    return totals


@lru_cache(_SHAPES)
def _parts(formula: Expression) -> tuple[tuple[Expression, tuple[tuple[_Shape, int], ...]], ...]:
    """A formula and the parts of it that are differentiated on their own, each with its terms: a
    part before what is in it."""
    parts: dict[Expression, tuple[tuple[_Shape, int], ...]] = {}

    def visit(part: Expression) -> None:
        terms = tuple((shape, sign) for shape, sign in _terms(part) if shape.slopes)
        for shape, _ in terms:
            for inner in shape.parts[: len(shape.slopes)]:
                if not isinstance(inner, Quantity) and inner not in parts:
                    visit(inner)
        parts[part] = terms

    visit(formula)
    return tuple(reversed(parts.items()))


def _terms(e: Expression, sign: int = 1) -> Iterator[tuple[_Shape, int]]:
    """The terms of a sum, through brackets and minus signs, each with its sign."""
    if isinstance(e, Bracket):
        yield from _terms(e.inner, sign)
    elif isinstance(e, Negative):
        yield from _terms(e.operand, -sign)
    elif isinstance(e, Sum):
        for term in e.terms:
            yield from _terms(term, sign)
    else:
        yield _shape(e), sign


# -- choices ---------------------------------------------------------------------------------


def _decided(e: Expression, environment: Environment) -> Expression:
    """The formula with the branches that hold at a point in place of its choices."""
    if not has_kinks(e):
        return e

    def change(node: Expression) -> Expression:
        if isinstance(node, Cases):
            return _decided(node.values[chosen(node, environment)], environment)
        if not isinstance(node, Apply):
            return node
        if node.function.name in TIES:
            return _side(node, environment)
        definition = node.function.definition
        if definition is not None and has_kinks(definition):
            return _decided(_opened(node), environment)
        return node

    return _from_above(e, change)


def _opened(e: Apply) -> Expression:
    """The formula of a function at its arguments."""
    assert e.function.definition is not None
    letters: dict[Expression, Expression] = dict(
        zip(e.function.parameters, e.arguments, strict=True)
    )
    return substitute(e.function.definition, letters)


def _from_above(e: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Like ``rewrite``, but a choice is decided before what is inside of it is looked at."""
    new = change(e)
    if new is not e:
        return _from_above(new, change)
    if not e.children:
        return e
    children = tuple(_from_above(child, change) for child in e.children)
    return e if children == e.children else e.with_children(children)


def _side(e: Apply, environment: Environment) -> Expression:
    """What max, min, abs or sign is on this side of its corner, or on it."""
    values = [evaluate(argument, environment) for argument in e.arguments]
    arithmetic = environment.arithmetic
    if e.function.name in ("max", "min"):
        side = arithmetic.compare(values[0], values[1]) * (1 if e.function.name == "max" else -1)
        return _one_or_mean(side, *e.arguments)
    side = arithmetic.compare(values[0], arithmetic.number(Fraction(0)))
    if e.function.name == "sign":
        return Number(Fraction(side))
    return _one_or_mean(side, e.arguments[0], Negative(e.arguments[0]))


def _one_or_mean(side: int, first: Expression, second: Expression) -> Expression:
    """One of two branches or, in brackets, half of each: SymPy must not see that |x| is 0 at 0."""
    if side:
        return first if side > 0 else second
    return Bracket(Sum((Quotient(first, TWO), Quotient(second, TWO))))


# -- shapes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """A term in letters.

    parts    what the letters stand for: first quantities, and parts that are differentiated on
             their own, then constants
    slopes   the derivatives with respect to the former, in letters
    """

    letters: tuple[Quantity, ...]
    parts: tuple[Expression, ...]
    slopes: tuple[Expression, ...]


@lru_cache(_SHAPES)
def _shape(term: Expression) -> _Shape:
    letters: dict[Expression, Quantity] = {}
    constants: dict[Expression, Quantity] = {}

    def change(node: Expression, depth: int = 0) -> Expression:
        if isinstance(node, (Partial, IndexedSum)):
            raise TypeError(f"{type(node).__name__} inside a derivative")
        if isinstance(node, (Quantity, Bracket)):
            return letters.setdefault(node, variable(f"u{len(letters)}"))
        if not any(isinstance(part, Quantity) for part in node.walk()):
            number = _rational(node)
            if number is not None:
                return Number(number)
            return constants.setdefault(node, variable(f"c{len(constants)}"))
        if isinstance(node, Sum) or depth > _DEEP:
            return letters.setdefault(node, variable(f"u{len(letters)}"))
        if isinstance(node, Apply) and node.function.definition is not None:
            return change(_opened(node), depth)
        if isinstance(node, Product) and len(node.factors) > _FEW:
            half = len(node.factors) // 2
            node = Product((product(*node.factors[:half]), product(*node.factors[half:])))
        return node.with_children(tuple(change(child, depth + 1) for child in node.children))

    in_letters = change(term)
    return _Shape(
        (*letters.values(), *constants.values()), (*letters, *constants),
        _derivatives(in_letters, len(letters)),
    )  # fmt: skip


def _rational(e: Expression) -> Fraction | None:
    """The value of a constant that is a fraction of moderate size: of 3/2, not √2 or 2^(10^9)."""
    if isinstance(e, Number):
        value = e.value
    elif isinstance(e, Negative):
        inner = _rational(e.operand)
        return None if inner is None else -inner
    elif isinstance(e, Quotient):
        top, bottom = _rational(e.numerator), _rational(e.denominator)
        if top is None or not bottom:
            return None
        value = top / bottom
    else:
        return None
    small = max(value.numerator.bit_length(), value.denominator.bit_length()) <= _BITS
    return value if small else None


@lru_cache(_SHAPES)
def _derivatives(in_letters: Expression, count: int) -> tuple[Expression, ...]:
    """SymPy's derivatives of a formula with respect to u0, u1, …"""
    formula = to_sympy(in_letters, _symbol, elementary=_ELEMENTARY)
    raised = any(
        isinstance(node, Power) and not isinstance(node.exponent, Number)
        for node in in_letters.walk()
    )
    derivatives = []
    for position in range(count):
        slope = sympy.diff(formula, _symbol(variable(f"u{position}")))
        # c·u^c/u has no value at 0, where c·u^(c − 1) may have one.
        tree = to_tree(sympy.powsimp(slope) if raised else slope)
        derivatives.append(ONE if tree == ONE else tree)  # it is asked for by identity
    return tuple(derivatives)


def _symbol(q: Quantity) -> Any:
    """Nothing is assumed of a letter, so that SymPy rewrites as little as can be."""
    return sympy.Symbol(q.name)


class _Tanh(sympy.tanh):  # type: ignore[misc]
    """tanh with the derivative 1/cosh²: SymPy's 1 − tanh² is 0 where tanh is 1 to all digits."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / sympy.cosh(self.args[0]) ** 2


_ELEMENTARY = {"tanh": _Tanh}
