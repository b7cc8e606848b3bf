"""Shares of a sum of exponentials, wherever a graph of formulas has them: softmax, attention.

    e1 = e^u    e2 = e^v    S = e1 + e2 + …    p1 = e1/S    ln S    ln p1

The largest exponent is taken out, so that nothing overflows; the derivatives of a share are
products of shares, p1·(p2 + …) and −p1·p2, in which nothing cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce

from derive.compute.programs.functions import LOG1P
from derive.derivation.calculus.tidy import negative, tidy
from derive.expression.constructors import product, total, variable
from derive.expression.functions import EXP, LN, MAX, SIGMOID, VALUE, Function
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.expression.rewriting import rewrite

_SHARE, _OF_SHARE, _OF_SUM = "share", "logarithm of a share", "logarithm of a sum"
Exponents = tuple[Expression, ...]
_MOST = 16  # exponentials in a sum; a longer one is left as it is typed, for shares by exponents


class Exponentials:
    """What is known of a graph's exponentials and of their sums, in the order of its formulas."""

    def __init__(self) -> None:
        self._powers: dict[Quantity, Expression] = {}
        self._sums: dict[Quantity, Exponents] = {}

    def learn(self, q: Quantity, formula: Expression) -> None:
        """Take note of e^u, and of a sum of such."""
        power = self._exponent(formula)
        summed = self._exponents(formula)
        if power is not None:
            self._powers[q] = power
        elif summed is not None:
            self._sums[q] = summed

    def put_in(self, formula: Expression) -> Expression:
        """The formula with shares of sums, and logarithms of sums, in a form that keeps digits."""
        return rewrite(formula, self._change)

    def _change(self, node: Expression) -> Expression:
        if isinstance(node, Quotient):
            exponents = self._exponents(node.denominator)
            share = None if exponents is None else self._over(node.numerator, exponents)
            return node if share is None else share
        if isinstance(node, Apply) and node.function == LN:
            return self._logarithm(node)
        return node

    def _logarithm(self, node: Apply) -> Expression:
        (inside,) = node.arguments
        exponents = self._exponents(inside)
        if exponents is not None:
            return Apply(_logarithm_of_sum(len(exponents)), exponents)
        return logarithm(inside) or node

    def _over(self, top: Expression, exponents: Exponents) -> Expression | None:
        """A share, or a sum of shares, each times something; None where it is none."""
        if isinstance(top, Sum):
            parts = [self._over(term, exponents) for term in top.terms]
            known = [part for part in parts if part is not None]
            return total(*known) if len(known) == len(parts) else None
        if isinstance(top, Negative):
            inner = self._over(top.operand, exponents)
            return None if inner is None else Negative(inner)
        factors = top.factors if isinstance(top, Product) else (top,)
        for place, factor in enumerate(factors):
            power = self._exponent(factor)
            if power is not None and power in exponents:
                share = _share_of(exponents, exponents.index(power))
                return product(*factors[:place], share, *factors[place + 1 :])
        return None

    def _exponent(self, e: Expression) -> Expression | None:
        if isinstance(e, Quantity):
            return self._powers.get(e)
        return e.arguments[0] if isinstance(e, Apply) and e.function == EXP else None

    def _exponents(self, e: Expression) -> Exponents | None:
        if isinstance(e, Quantity):
            return self._sums.get(e)
        if not isinstance(e, Sum) or len(e.terms) > _MOST:
            return None
        exponents = [self._exponent(term) for term in e.terms]
        known = tuple(one for one in exponents if one is not None)
        return known if len(known) == len(exponents) else None


def is_share(e: Expression) -> bool:
    """Whether a formula is a share of a sum."""
    return isinstance(e, Apply) and e.function.name == _SHARE


def logarithm(e: Expression) -> Expression | None:
    """The logarithm of a share; None of anything else."""
    if not isinstance(e, Apply) or not is_share(e):
        return None
    return Apply(_logarithm_of_share(len(e.arguments), _place(e.function)), e.arguments)


def opened(formula: Expression) -> Expression:
    """The formula with the functions of this module as they are to be computed."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Apply) or node.function.name not in _OPENED:
            return node
        return _OPENED[node.function.name](node.arguments, _place(node.function))

    return rewrite(formula, change)


def _share_of(exponents: Exponents, k: int) -> Expression:
    """e^(u_k)/Σ e^u; of two σ(u − v)."""
    if len(exponents) == 2:
        return Apply(SIGMOID, (tidy(total(exponents[k], negative(exponents[1 - k]))),))
    return Apply(_shares(len(exponents))[k], exponents)


def _letters(count: int) -> tuple[Quantity, ...]:
    return tuple(variable(f"u{k}") for k in range(1, count + 1))


def _place(function: Function) -> int:
    """Which of its arguments a share is of; it stands where a name in LaTeX would."""
    return int(function.latex or 0)


@cache
def _shares(count: int) -> tuple[Function, ...]:
    """e^(u_k)/Σ e^u for every k, whose derivatives mention each other."""
    u = _letters(count)
    whole = total(*map(EXP, u))
    every = tuple(Function(_SHARE, str(k), "", u, Quotient(EXP(u[k]), whole)) for k in range(count))
    for k, share in enumerate(every):
        others = total(*(other(*u) for m, other in enumerate(every) if m != k))
        slopes = tuple(
            Product((VALUE, others)) if m == k else Negative(Product((VALUE, other(*u))))
            for m, other in enumerate(every)
        )
        object.__setattr__(share, "derivatives", slopes)
    return every


@cache
def _logarithm_of_share(count: int, k: int) -> Function:
    """ln e^(u_k)/Σ e^u"""
    u = _letters(count)
    shares = [share(*u) for share in _shares(count)]
    others = total(*(share for m, share in enumerate(shares) if m != k))
    slopes = tuple(others if m == k else Negative(share) for m, share in enumerate(shares))
    return Function(_OF_SHARE, str(k), "", u, LN(_shares(count)[k](*u)), slopes)


@cache
def _logarithm_of_sum(count: int) -> Function:
    """ln Σ e^u"""
    u = _letters(count)
    slopes = tuple(_share_of(u, k) for k in range(count))
    return Function(_OF_SUM, "", "", u, LN(total(*map(EXP, u))), slopes)


def _largest(u: Sequence[Expression]) -> Expression:
    return reduce(lambda a, b: MAX(a, b), u)


def _less(u: Sequence[Expression], top: Expression) -> list[Expression]:
    """e^(u − top), for every u."""
    return [EXP(total(one, negative(top))) for one in u]


def _open_share(u: Sequence[Expression], k: int) -> Expression:
    powers = _less(u, _largest(u))
    return Quotient(powers[k], total(*powers))


def _open_logarithm_of_share(u: Sequence[Expression], k: int) -> Expression:
    top = _largest(u)
    others = _less([one for m, one in enumerate(u) if m != k], top)
    near = Negative(LOG1P(total(*others)))  # the share that is the largest may be near 1
    far = total(u[k], negative(top), Negative(LN(total(*_less(u, top)))))
    return Cases((near, far), (Comparison(u[k], "==", top),))


def _open_logarithm_of_sum(u: Sequence[Expression], _: int) -> Expression:
    top = _largest(u)
    return total(top, LN(total(*_less(u, top))))


_OPENED: Mapping[str, Callable[[Sequence[Expression], int], Expression]] = {
    _SHARE: _open_share, _OF_SHARE: _open_logarithm_of_share, _OF_SUM: _open_logarithm_of_sum,
}  # fmt: skip
