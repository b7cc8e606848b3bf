"""One thing taken for another: σ for tanh, the weighted sum for the activation, y for 1 − y."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expression.constructors import HALF, ONE, TWO, ZERO, product, total, variable
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Bracket,
    Expression,
    Negative,
    Partial,
    Power,
    Product,
    Quantity,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite, substitute
from derive.network import catalogue
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions.backward import is_loss_derivative, is_slope

_COMMON = ("sigmoid", "tanh", "relu")
_OUTPUT = ("delta", "output")
_LOGARITHMIC = ("binary_cross_entropy", "cross_entropy")


def is_loss(task: Task) -> bool:
    """Whether a task asks for E or E_k."""
    return task.kind[:2] in (("define", LOSS_TERM), ("define", LOSS))


def no_target(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_o1 = a_o1 − t1 → a_o1; (a_o1 − t1)² → a_o1²"""
    if task.kind == _OUTPUT or is_loss_derivative(task) or is_loss(task):
        yield rewrite(task.formula, _without_target)


def _without_target(node: Expression) -> Expression:
    if not isinstance(node, Sum):
        return node
    kept = [term for term in node.terms if not _is_minus_target(term)]
    return total(*kept) if 0 < len(kept) < len(node.terms) else node


def _is_minus_target(term: Expression) -> bool:
    return (
        isinstance(term, Negative) and isinstance(term.operand, Quantity)
        and term.operand.kind == TARGET
    )  # fmt: skip


def other_activation(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. a_h1 = tanh(h1) → σ(h1), relu(h1), h1"""
    if task.kind[:2] != ("define", ACTIVATION):
        return
    (a,) = task.step.about
    z = Quantity(PRE_ACTIVATION, a.layer, a.unit)
    own = exercise.structure.layers[a.layer - 1].activation.function
    for name in _COMMON:
        function = catalogue.activation(name).function
        if function is not None and function != own:
            yield function(z)
    yield z


def other_slope(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂a_h1/∂h1 = 1 − a_h1² → 1 − a_h1, a_h1·(1 − a_h1), a_h1, h1"""
    subject = task.step.subject
    if task.part == "local" and isinstance(subject, Partial) and is_slope(subject):
        assert isinstance(subject.of, Quantity)
        if subject.of.unit == subject.by.unit:
            yield from _slopes(subject.of, subject.by)
    elif task.kind[0] == "delta":
        for node in {node: None for node in task.formula.walk() if is_slope(node)}:
            assert isinstance(node, Partial) and isinstance(node.of, Quantity)
            for other in _slopes(node.of, node.by):
                if other != exercise.formulas.get(node):
                    yield substitute(task.formula, {node: other})


def _slopes(a: Quantity, z: Quantity) -> Iterator[Expression]:
    rest = Sum((ONE, Negative(a)))
    yield from (rest, Product((a, rest)), Sum((ONE, Negative(Power(a, TWO)))), a, z)


def slope_kept(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_o1 = a_o1 − t1, where the loss cancels σ′, → (a_o1 − t1)·a_o1·(1 − a_o1)"""
    if task.kind != _OUTPUT or any(is_slope(node) for node in task.formula.walk()):
        return
    (z,) = task.step.about
    if exercise.structure.layers[-1].activation.name in ("sigmoid", "softmax"):
        a = Quantity(ACTIVATION, z.layer, z.unit)
        yield product(_closed(task.formula), a, Sum((ONE, Negative(a))))


def _closed(formula: Expression) -> Expression:
    return Bracket(formula) if isinstance(formula, Sum) else formula


def sum_for_activation(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E/∂W5 = δ_o1·a_h1 → δ_o1·h1; o1 = W5·a_h1 → W5·h1; a_o1 − t1 → o1 − t1"""
    fits = task.part == "gradient" or task.kind[:2] == ("define", PRE_ACTIVATION)
    if not (fits or is_loss(task) or is_loss_derivative(task) or task.kind == _OUTPUT):
        return
    values: dict[Expression, Expression] = {
        q: Quantity(PRE_ACTIVATION, q.layer, q.unit)
        for q in quantities(task.formula) if q.kind == ACTIVATION
    }  # fmt: skip
    if values and not any(isinstance(node, Partial) for node in task.formula.walk()):
        yield substitute(task.formula, values)


def weight_for_activation(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E/∂W5 = δ_o1·a_h1 → δ_o1·W5; ∂E/∂b1 = δ_h1 → δ_h1·b1"""
    if task.kind[0] != "gradient":
        return
    w = task.step.about[0]
    if w.kind == BIAS:
        yield product(_closed(task.formula), w)
        return
    values: dict[Expression, Expression] = {
        q: w for q in quantities(task.formula) if q.kind in (ACTIVATION, INPUT)
    }
    if values:
        yield substitute(task.formula, values)


def bias_gradient(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E/∂b1 = δ_h1 → 1; → 0"""
    if task.kind == ("gradient", BIAS):
        yield ONE
        yield ZERO


def swapped_classes(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. −(t·ln y + (1 − t)·ln(1 − y)) → −(t·ln(1 − y) + (1 − t)·ln y); the derivative alike"""
    if exercise.structure.loss.name != "binary_cross_entropy":
        return
    if not (is_loss(task) or is_loss_derivative(task)):
        return
    formula = task.formula
    for y in [q for q in quantities(formula) if q.kind == ACTIVATION]:
        rest, waiting = Sum((ONE, Negative(y))), variable("rest")
        for old, new in ((rest, waiting), (y, rest), (waiting, y)):
            formula = substitute(formula, {old: new})
    yield formula


def squared_error(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. −t1·ln(a_o1) → 1/2·(a_o1 − t1)², (a_o1 − t1)²; the derivative alike"""
    if exercise.structure.loss.name not in _LOGARITHMIC:
        return
    away = [
        Sum((q, Negative(Quantity(TARGET, unit=q.unit))))
        for q in quantities(task.formula) if q.kind == ACTIVATION
    ]  # fmt: skip
    if is_loss(task) and away:
        squares = [Power(one, TWO) for one in away]
        yield total(*(Product((HALF, square)) for square in squares))
        yield total(*squares)
    elif is_loss_derivative(task) and len(away) == 1:
        yield away[0]
        yield Product((TWO, away[0]))


def other_row(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. h1 = w11·x1 + w21·x2 + w31·x3 → w11·x1 + w12·x2 + w31·x3, as far as the table has two
    sides; the table read by columns where it is written by rows; all weights of another unit"""
    if task.part == "update":
        return
    weights = [q for q in quantities(task.formula) if q.kind == WEIGHT]
    if not weights:
        return
    layer = weights[0].layer
    before, after = exercise.structure.sizes[layer - 1 : layer + 1]

    def mirrored(w: Quantity) -> Quantity:
        fits = w.source < after and w.unit < before
        return Quantity(WEIGHT, layer, w.source, w.unit) if fits else w

    def by_columns(w: Quantity) -> Quantity:
        source, unit = divmod(w.unit * before + w.source, after)
        return Quantity(WEIGHT, layer, unit, source)

    def by_rows(w: Quantity) -> Quantity:
        unit, source = divmod(w.source * after + w.unit, before)
        return Quantity(WEIGHT, layer, unit, source)

    for reading in (mirrored, by_columns, by_rows):
        yield substitute(task.formula, {w: reading(w) for w in weights})
    if task.kind[:2] == ("define", PRE_ACTIVATION):
        for unit in range(after):
            yield substitute(
                task.formula, {w: Quantity(WEIGHT, layer, unit, w.source) for w in weights}
            )
