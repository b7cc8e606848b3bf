"""Slips of the forward pass and the loss, and of the derivative of the loss."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from derive.expression.constructors import ONE, integer, product, total
from derive.expression.functions import EXP, LN
from derive.expression.nodes import (
    BIAS,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    Apply,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions.backward import is_loss_derivative

_BASES = (10, 2)


def lost_factor(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. E1 = 1/2·(a_o1 − t1)² → (a_o1 − t1)²; its derivative a_o1 − t1 → 2·(a_o1 − t1);
    δ_o1 = 1/2·∂E1/∂a_o1·∂a_o1/∂o1 → ∂E1/∂a_o1·∂a_o1/∂o1, the 1/n of a mean"""
    if task.kind[0] == "define" and task.kind[1] in (LOSS_TERM, LOSS):
        coefficient, rest = _coefficient(task.formula)
        if coefficient != 1:
            yield rest
    elif task.kind == ("delta", "output"):
        coefficient, rest = _coefficient(task.formula)
        if abs(coefficient) != 1:
            yield rest
    elif is_loss_derivative(task):
        subject = task.step.subject
        of = subject.children[0]
        assert isinstance(of, Quantity)
        coefficient, _ = _coefficient(exercise.derivation.layered.definitions[of])
        if coefficient != 1:
            yield product(Number(1 / coefficient), task.formula)


def factor_of_derivative(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E1/∂a_o1 = 2·(a_o1 − t1) → a_o1 − t1"""
    if is_loss_derivative(task):
        coefficient, rest = _coefficient(task.formula)
        if abs(coefficient) != 1:
            yield rest


def _coefficient(formula: Expression) -> tuple[Fraction, Expression]:
    """A product's numbers, and the rest of it."""
    if not isinstance(formula, Product):
        return Fraction(1), formula
    numbers = [f.value for f in formula.factors if isinstance(f, Number)]
    rest = product(*(f for f in formula.factors if not isinstance(f, Number)))
    value = Fraction(1)
    for number in numbers:
        value *= number
    return value, rest


def log_base(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ln y → ln y / ln 10"""
    if task.part != "forward" or not any(_is(node, LN) for node in task.formula.walk()):
        return
    for base in _BASES:
        yield rewrite(task.formula, partial(_in_base, base))


def _in_base(base: int, node: Expression) -> Expression:
    return Quotient(node, LN(integer(base))) if _is(node, LN) else node


def _is(node: Expression, function: object) -> bool:
    return isinstance(node, Apply) and node.function is function


def no_exponentials(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. e^z1/(e^z1 + e^z2) → z1/(z1 + z2)"""
    if task.part == "forward" and task.kind[2] == "softmax":
        yield rewrite(task.formula, lambda node: node.children[0] if _is(node, EXP) else node)


def second_term(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. −t/y + (1 − t)/(1 − y) → −t/y − (1 − t)/(1 − y); the loss likewise"""
    if exercise.structure.loss.name != "binary_cross_entropy":
        return
    if not (
        is_loss_derivative(task) or task.kind[1:2] == (LOSS_TERM,) or task.kind[1:2] == (LOSS,)
    ):
        return
    for address, node in task.formula.addresses():
        if isinstance(node, Sum) and len(node.terms) == 2 and _is_other_class(node.terms[1]):
            first, second = node.terms
            turned = second.operand if isinstance(second, Negative) else Negative(second)
            yield task.formula.replace_at(address, Sum((first, turned)))
            return


def _is_other_class(term: Expression) -> bool:
    """Whether a term has the factor 1 − t."""
    return any(
        isinstance(node, Sum)
        and len(node.terms) == 2
        and node.terms[0] == ONE
        and isinstance(node.terms[1], Negative)
        and any(q.kind == TARGET for q in quantities(node.terms[1]))
        for node in term.walk()
    )


def no_bias(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. h1 = w1·i1 + w2·i2 + b1 → w1·i1 + w2·i2"""
    if task.kind[:2] == ("define", PRE_ACTIVATION) and isinstance(task.formula, Sum):
        terms = task.formula.terms
        kept = [t for t in terms if not (isinstance(t, Quantity) and t.kind == BIAS)]
        if len(kept) < len(terms):
            yield total(*kept)
