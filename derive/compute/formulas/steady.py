"""Formulas of a graph as they are to be computed, seen through the names between them.

    p = 1/(1 + e^−z)    E = −(t·ln p + (1 − t)·ln(1 − p))
    ⇒   p = σ(z)    E = −(−t·softplus(−z) − (1 − t)·softplus(z))

What ``derive.compute.stable.prepared`` does for one formula is found across several: where p has
rounded to 1, ln(1 − p) is known from z alone. What is made of exponentials of one argument, and a
share of a sum of exponentials, is looked through, but only where a stable form comes of it;
everywhere else it stays a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.compute.formulas.softmax import Exponentials, is_share, logarithm
from derive.compute.programs.functions import LN_COSH, LOG1P, SECH2, SOFTPLUS
from derive.compute.stable.exponentials import recognised
from derive.compute.stable.prepared import RECOGNISE, STABILISE
from derive.compute.stable.ratios import ratio_of
from derive.compute.stable.rewriting import Rewriting, apply, fold
from derive.derivation.calculus.tidy import tidy
from derive.expression.functions import LN, SIGMOID, TANH
from derive.expression.nodes import (
    Apply,
    Constant,
    Expression,
    Negative,
    Number,
    Quantity,
    quantities,
)
from derive.expression.rewriting import substitute
from derive.graph import Graph

_MOST = 60  # nodes of a formula that is looked at as a whole
_FOUND = (SIGMOID, TANH, SOFTPLUS, LN_COSH, SECH2, LOG1P)
_ACROSS = (
    *RECOGNISE, *STABILISE,
    Rewriting("ln(exp(u))", "u", "e^u overflows"),
)  # fmt: skip


def steady(graph: Graph) -> Graph:
    """The same graph with formulas that do not lose what double precision can keep.

    Constants are put in for their names. Raises nothing: what has no better form stays.
    """
    definitions: dict[Quantity, Expression] = {}
    constants: dict[Expression, Expression] = {}
    known: dict[Quantity, Expression] = {}
    exponentials = Exponentials()
    for q, formula in graph.definitions.items():
        typed = fold(substitute(formula, constants))
        whole = recognised(apply(RECOGNISE, exponentials.put_in(typed)))
        exponentials.learn(q, typed)
        if any(p in known for p in quantities(whole)):
            whole = _through(whole, known)
        definitions[q] = whole
        if isinstance(whole, (Number, Constant)):
            constants[q] = whole
        elif is_share(whole):
            known[q] = whole
        else:
            inside: dict[Expression, Expression] = {
                p: known[p] for p in quantities(whole) if p in known
            }
            plain = substitute(whole, inside)
            if _size(plain) <= _MOST and ratio_of(plain) is not None:
                known[q] = plain
    return Graph(definitions, graph.loss)


def _through(e: Expression, known: Mapping[Quantity, Expression]) -> Expression:
    """The formula with the largest parts replaced that have a better form in other names."""
    mentioned: dict[Expression, Expression] = {q: known[q] for q in quantities(e) if q in known}
    if not e.children or not mentioned:
        return e
    if _size(e) <= _MOST:
        better = _better(substitute(e, mentioned))
        if better is not None:
            return better
    return e.with_children(tuple(_through(part, known) for part in e.children))


def _size(e: Expression) -> int:
    return sum(1 for _ in e.walk())


def _better(opened: Expression) -> Expression | None:
    """The formula as one function that keeps its digits; None where it is not one."""
    if isinstance(opened, Apply) and opened.function is LN and is_share(opened.arguments[0]):
        return logarithm(opened.arguments[0])
    form = tidy(apply(_ACROSS, tidy(recognised(apply(_ACROSS, opened)))))
    inner = form.operand if isinstance(form, Negative) else form
    if isinstance(inner, Quantity) and isinstance(opened, Apply) and opened.function is LN:
        return form  # ln e^u
    named = isinstance(inner, Apply) and (
        inner.function in _FOUND or inner.function.name.startswith("quotient of")
    )
    return form if named and form != opened else None
