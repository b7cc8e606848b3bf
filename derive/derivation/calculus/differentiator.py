"""The stepwise differentiator: one formula, one variable, one rule at a time, for people.

``differentiate(½·(y − t)², by=y)`` gives the lines

    ∂(½·(y − t)²)/∂y
    = ½·∂((y − t)²)/∂y          constant-multiple rule
    = ½·2·(y − t)·∂(y − t)/∂y   power rule and chain rule
    = ½·2·(y − t)·(1 − 0)       sum rule
    = y − t                     simplify

A line differs from the one before by one rule: it replaces every open derivative it is for, with
new open derivatives inside; those that another rule is for wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from derive.derivation.calculus.simplify import as_decimal, simplify
from derive.derivation.calculus.tidy import tidy
from derive.derivation.steps import Rule
from derive.expression.constructors import ONE, ZERO, integer, product, total
from derive.expression.functions import EXP, LN, VALUE, Function
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Constant,
    Expression,
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
from derive.expression.rewriting import rewrite, substitute

_KNOWN = 8_192  # formulas: each is asked about several times
_ORDER = (
    Rule.CASES, Rule.SUM, Rule.MULTIPLE, Rule.CONSTANT, Rule.PRODUCT, Rule.QUOTIENT,
    Rule.RECIPROCAL, Rule.POWER, Rule.EXP, Rule.LOG, Rule.FUNCTION, Rule.IDENTITY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a stepwise derivative: the rule that made it, and what it says.

    chained  whether the rule came with the chain rule: the derivative of what is inside is a factor
    """

    rule: Rule
    expression: Expression
    chained: bool = False


def differentiate(formula: Expression, by: Quantity) -> tuple[Line, ...]:
    """The lines from ∂formula/∂by, as it is written down, to a result without open derivatives.

    Ends: every round replaces a derivative by derivatives of smaller formulas.
    """
    expression: Expression = Partial(formula, by)
    lines = [Line(Rule.DEFINE, expression)]
    while rule := _next_rule(expression):
        chained = any(_is_chained(p) for p in _open_derivatives(expression) if _is_for(rule, p))
        expression = _expand(expression, rule)
        lines.append(Line(rule, expression, chained))
    for clear in (tidy, simplify):
        result = clear(expression)
        if result != expression:
            expression = result
            lines.append(Line(Rule.SIMPLIFY, expression))
    return tuple(lines)


def derivative(formula: Expression, by: Quantity) -> Expression:
    """The result of ``differentiate``."""
    return differentiate(formula, by)[-1].expression


def depends(expression: Expression, by: Quantity) -> bool:
    """Whether the formula mentions the variable."""
    return by in _mentioned(expression)


@lru_cache(_KNOWN)
def _mentioned(expression: Expression) -> frozenset[Quantity]:
    return frozenset(quantities(expression))


def _next_rule(e: Expression) -> Rule | None:
    """The rule to use next: what takes formulas apart first, so that like parts wait for it."""
    rules = [_rule(open_.of, open_.by)[0] for open_ in _open_derivatives(e)]
    return min(rules, key=_ORDER.index, default=None)


def _open_derivatives(e: Expression) -> Iterator[Partial]:
    """The derivatives that are still to be taken."""
    waiting = [e]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Partial):
            yield node
        else:
            waiting.extend(node.children)


def _is_for(rule: Rule, open_: Partial) -> bool:
    return _rule(open_.of, open_.by)[0] is rule


def _is_chained(open_: Partial) -> bool:
    """Whether a function is applied to more than the variable: u² or e^u, but not x² or e^x."""
    u = open_.of
    while isinstance(u, Bracket):
        u = u.inner
    if isinstance(u, Power):
        inner: tuple[Expression, ...] = (u.base, u.exponent)
    else:
        inner = u.arguments if isinstance(u, Apply) else ()
    return any(depends(part, open_.by) and part != open_.by for part in inner)


def _expand(e: Expression, rule: Rule) -> Expression:
    """The expression with the open derivatives that a rule is for replaced by what it says."""
    if isinstance(e, Partial):
        its_own, result = _rule(e.of, e.by)
        return result if its_own is rule else e
    children = e.children
    if not children:
        return e
    new = tuple(_expand(child, rule) for child in children)
    if all(a is b for a, b in zip(new, children, strict=True)):
        return e
    if isinstance(e, Product):
        return product(*new)
    if isinstance(e, Sum):  # (uv)′ + w′ → u′v + uv′ + w′; a bracket of the author's stays
        opened = [
            after.terms if isinstance(before, Partial) and isinstance(after, Sum) else (after,)
            for before, after in zip(e.terms, new, strict=True)
        ]
        return Sum(tuple(term for terms in opened for term in terms))
    return e.with_children(new)


@lru_cache(_KNOWN)
def _rule(u: Expression, x: Quantity) -> tuple[Rule, Expression]:
    """The rule that ∂u/∂x is for, and what it says: asked which is next, then used."""
    if u == x:
        return Rule.IDENTITY, ONE
    if not depends(u, x):
        return Rule.CONSTANT, ZERO
    if isinstance(u, Bracket):
        return _rule(u.inner, x)
    return _BY_TYPE[type(u)](u, x)


def _open(u: Expression, x: Quantity) -> Expression:
    """∂u/∂x, except that ∂x/∂x and the derivative of a constant are written down at once."""
    if u == x:
        return ONE
    return Partial(u, x) if depends(u, x) else ZERO


def _sum(u: Sum, x: Quantity) -> tuple[Rule, Expression]:
    """(u + v)′ = u′ + v′. In a long sum the terms without x, whose derivative is 0, are dropped."""
    if len(u.terms) > 3:
        return Rule.SUM, total(*(_signed_open(t, x) for t in u.terms if depends(t, x)))
    return Rule.SUM, Sum(tuple(_signed_open(term, x) for term in u.terms))


def _signed_open(term: Expression, x: Quantity) -> Expression:
    if isinstance(term, Negative):
        return Negative(_open(term.operand, x))
    return _open(term, x)


def _negative(u: Negative, x: Quantity) -> tuple[Rule, Expression]:
    """(−u)′ = −u′."""
    return Rule.MULTIPLE, Negative(_open(u.operand, x))


def _product(u: Product, x: Quantity) -> tuple[Rule, Expression]:
    """(c·u)′ = c·u′ for constant c; (u·v)′ = u′·v + u·v′."""
    moving = [f for f in u.factors if depends(f, x)]
    if len(moving) < len(u.factors):
        still = [f for f in u.factors if not depends(f, x)]
        return Rule.MULTIPLE, product(*still, _open(product(*moving), x))
    terms = []
    for position in range(len(moving)):
        factors = list(moving)
        factors[position] = _open(factors[position], x)
        terms.append(Product(tuple(factors)))
    return Rule.PRODUCT, Sum(tuple(terms))


def _quotient(u: Quotient, x: Quantity) -> tuple[Rule, Expression]:
    """(u/c)′ = u′/c;  (c/v)′ = −c·v′/v²;  (u/v)′ = (u′·v − u·v′)/v²."""
    top, bottom = u.numerator, u.denominator
    if not depends(bottom, x):
        return Rule.MULTIPLE, Quotient(_open(top, x), bottom)
    square = Power(bottom, integer(2))
    if not depends(top, x):
        change = _open(bottom, x) if top == ONE else product(top, _open(bottom, x))
        return Rule.RECIPROCAL, Negative(Quotient(change, square))
    change = Sum((product(_open(top, x), bottom), Negative(product(top, _open(bottom, x)))))
    return Rule.QUOTIENT, Quotient(change, square)


def _power(u: Power, x: Quantity) -> tuple[Rule, Expression]:
    """(uⁿ)′ = n·uⁿ⁻¹·u′;  (cᵛ)′ = cᵛ·ln c·v′;  (uᵛ)′ = uᵛ·(v′·ln u + v·u′/u)."""
    base, n = u.base, u.exponent
    if not depends(n, x):
        lower = _one_less(n)
        shrunk = base if lower == ONE else Power(base, lower)
        return Rule.POWER, _times(_inner(base, x), n, shrunk)
    if not depends(base, x):
        growth = () if base == Constant("e") else (LN(base),)
        return Rule.EXP, _times(_inner(n, x), u, *growth)
    change = Sum((
        product(_open(n, x), LN(base)),
        product(n, Quotient(_open(base, x), base)),
    ))  # fmt: skip
    return Rule.POWER, product(u, change)


def _one_less(n: Expression) -> Expression:
    if isinstance(n, Number):
        return (n.text and as_decimal(n.value - 1)) or Number(n.value - 1)
    return Sum((n, Negative(ONE)))


def _inner(u: Expression, x: Quantity) -> tuple[Expression, ...]:
    """The factor of the chain rule: u′, left out where u is x itself."""
    return () if u == x else (_open(u, x),)


def _times(inner: tuple[Expression, ...], *outer: Expression) -> Expression:
    return product(*outer, *inner)


def _apply(u: Apply, x: Quantity) -> tuple[Rule, Expression]:
    """(f(u))′ = f′(u)·u′, and for several arguments the sum over them."""
    function = u.function
    rule = {EXP: Rule.EXP, LN: Rule.LOG}.get(function, Rule.FUNCTION)
    parts = []
    for position, argument in enumerate(u.arguments):
        if depends(argument, x):
            outer = outer_derivative(u, position)
            parts.append(_times(_inner(argument, x), outer))
    return rule, total(*parts)


def outer_derivative(u: Apply, position: int = 0) -> Expression:
    """f′ at f's arguments, as taught: σ(u) → σ(u)·(1 − σ(u)); a function of one's own: f′(u)."""
    function = u.function
    if not function.derivatives:
        return prime(function)(*u.arguments)
    values: dict[Expression, Expression] = dict(zip(function.parameters, u.arguments, strict=True))
    values[VALUE] = u
    return substitute(function.derivatives[position], values)


def _cases(u: Cases, x: Quantity) -> tuple[Rule, Expression]:
    """Branch by branch under the same conditions: at a seam the branch that holds decides."""
    return Rule.CASES, Cases(tuple(_open(value, x) for value in u.values), u.conditions)


_BY_TYPE: dict[type, Callable[[Any, Quantity], tuple[Rule, Expression]]] = {
    Sum: _sum,
    Negative: _negative,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Apply: _apply,
    Cases: _cases,
}


@cache
def prime(function: Function) -> Function:
    """f′ as a function with a name of its own, for derivatives too long to write each time."""
    (x,) = function.parameters
    if function.definition is None:
        raise ValueError(f"{function.name} has no definition to differentiate")
    if function.derivatives:
        own = substitute(function.derivatives[0], {VALUE: function.definition})
    else:
        own = derivative(function.definition, x)
    return Function(
        f"{function.name}_prime", f"{function.latex}'", f"{function.text}′",
        function.parameters, own,
    )  # fmt: skip


def is_short(function: Function) -> bool:
    """Whether f′ is short enough to be written out in every formula: a·(1 − a), 1 − a²."""
    if not function.derivatives:
        return False
    nodes = list(function.derivatives[0].walk())
    return len(nodes) <= 8 and not any(isinstance(node, Cases) for node in nodes)


def with_names(expression: Expression, names: dict[Expression, Expression]) -> Expression:
    """Formulas replaced by the names the page has for them: σ(o1) → a_o1."""
    return rewrite(expression, lambda node: names.get(node, node))
