"""Formulas made ready to be computed: rewritten where double precision would lose them.

A textbook formula is recognised before it is differentiated, made stable after, and finished last;
what comes out raises no exception where IEEE numbers have ∞ or NaN.
"""

from __future__ import annotations

from derive.compute.programs.functions import IEEE, LOGISTIC, POWER, QUOTIENT
from derive.compute.stable.exponentials import joined, recognised, written_out
from derive.compute.stable.rewriting import Rewriting, apply, fold, nan_kept
from derive.derivation.calculus.tidy import tidy
from derive.expression.functions import ABS, EXP, SIGMOID, SQRT
from derive.expression.nodes import (
    Apply,
    Constant,
    Expression,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from derive.expression.rewriting import rewrite

# Before differentiating: the same function under its name, whose derivative is known exactly.
RECOGNISE = (
    Rewriting("1/(1 + exp(-u))", "sigmoid(u)", "e^−u overflows"),
    Rewriting("1/(exp(-u) + 1)", "sigmoid(u)", "e^−u overflows"),
    Rewriting("exp(u)/(1 + exp(u))", "sigmoid(u)", "∞/∞"),
    Rewriting("exp(u)/(exp(u) + 1)", "sigmoid(u)", "∞/∞"),
    Rewriting("v/(1 + exp(-u))", "v*sigmoid(u)", "e^−u overflows"),
    Rewriting("v/(1 + exp(u))", "v*sigmoid(-u)", "e^u overflows"),
    Rewriting("ln(1 + exp(u))", "softplus(u)", "e^u overflows"),
    Rewriting("ln(exp(u) + 1)", "softplus(u)", "e^u overflows"),
    Rewriting("(exp(u) - exp(-u))/(exp(u) + exp(-u))", "tanh(u)", "∞/∞"),
    Rewriting("ln(cosh(u))", "ln_cosh(u)", "cosh u overflows"),
    Rewriting("1 + erf(u)", "erfc(-u)", "the lower tail is lost"),
    Rewriting("1 - erf(u)", "erfc(u)", "the upper tail is lost"),
)

# After differentiating.
STABILISE = (
    Rewriting("1 - sigmoid(u)", "sigmoid(-u)", "0 once σ(u) has rounded to 1"),
    Rewriting("1 - tanh(u)**2", "sech2(u)", "0 once tanh(u) has rounded to ±1"),
    Rewriting("ln(sigmoid(u))", "-softplus(-u)", "ln of a σ that has rounded to 0"),
    Rewriting("sqrt(1 + u) - 1", "u/(sqrt(1 + u) + 1)", "the digits of a small u are lost"),
    Rewriting("sqrt(u + 1) - 1", "u/(sqrt(1 + u) + 1)", "the digits of a small u are lost"),
    Rewriting("1 - sqrt(1 + u)", "-u/(sqrt(1 + u) + 1)", "the digits of a small u are lost"),
    Rewriting("1 - cos(u)", "2*sin(u/2)**2", "the digits of a small u are lost"),
    Rewriting("cos(u) - 1", "-2*sin(u/2)**2", "the digits of a small u are lost"),
    Rewriting("u*(1/v)", "u/v", "one rounding fewer"),
)

# And these of losses, in which t is a target.
OF_TARGETS = (
    Rewriting("t*ln(u)", "t_times(t, ln(u))", "0·ln 0 = 0"),
    Rewriting("(1 - t)*ln(u)", "t_times(1 - t, ln(u))", "0·ln 0 = 0"),
    Rewriting("t/u", "t_over(t, u)", "0·ln 0 = 0, and its derivative too"),
    Rewriting("(1 - t)/u", "t_over(1 - t, u)", "0·ln 0 = 0, and its derivative too"),
    Rewriting("(t - 1)/u", "t_over(t - 1, u)", "0·ln 0 = 0, and its derivative too"),
)

# Last, because they hide the forms above.
FINISH = (
    Rewriting("ln(1 + u)", "log1p(u)", "the digits of a small u are lost"),
    Rewriting("exp(u) - 1", "expm1(u)", "the digits of a small u are lost"),
)


def prepared(
    expression: Expression, rules: tuple[Rewriting, ...] = (*STABILISE, *OF_TARGETS)
) -> Expression:
    """A formula ready to be printed: rewritten, constants worked out, nothing that raises."""
    steady = tidy(joined(written_out(recognised(tidy(expression)))))
    stable = apply(FINISH, apply(rules, steady))
    return rewrite(rewrite(fold(stable), nan_kept), _without_exceptions)


def _without_exceptions(node: Expression) -> Expression:
    """exp ⇒ ieee_exp, u/v ⇒ ieee_quotient, …: ∞ and NaN in place of Python's exceptions."""
    if isinstance(node, Apply):
        if node.function is SIGMOID:
            return LOGISTIC(*node.arguments)
        guarded = IEEE.get(node.function)
        return node if guarded is None else guarded(*node.arguments)
    if isinstance(node, Quotient) and not _positive(node.denominator):
        return QUOTIENT(node.numerator, node.denominator)
    if isinstance(node, Power) and not _small_power(node):
        return POWER(node.base, node.exponent)
    return node


def _small_power(node: Power) -> bool:
    return isinstance(node.exponent, Number) and node.exponent.value in (2, 3, 4)


def _positive(e: Expression) -> bool:
    """Whether a denominator is above 0 even after rounding, for all values of its letters."""
    if isinstance(e, Number):
        return e.value > 0
    if isinstance(e, (Product, Power)):
        parts = e.factors if isinstance(e, Product) else (e.base,)
        return all(isinstance(part, Number) and part.value > 0 for part in parts)
    if isinstance(e, Sum):
        return all(map(_not_negative, e.terms)) and any(map(_positive, e.terms))
    return isinstance(e, Constant)


def _not_negative(e: Expression) -> bool:
    if isinstance(e, Apply):
        return e.function in (ABS, EXP, SQRT, SIGMOID, LOGISTIC) or e.function is IEEE[EXP]
    if isinstance(e, Power):
        return isinstance(e.exponent, Number) and e.exponent.value in (2, 4)
    if isinstance(e, Product):
        return all(map(_not_negative, e.factors))
    return _positive(e)
