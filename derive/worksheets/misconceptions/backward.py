"""Slips of the backward pass: signs, f′, paths, old and new weights."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expression.constructors import ONE, product, total
from derive.expression.nodes import (
    ACTIVATION,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    WEIGHT,
    Bracket,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite, substitute
from derive.graph import RATE, E
from derive.worksheets.exercise import Exercise, Task


def sign(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E1/∂a_o1 = a_o1 − t1 → t1 − a_o1; also δ of an output unit."""
    if is_loss_derivative(task) or task.kind == ("delta", "output"):
        yield _reversed(task.formula)


def sign_further_back(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E/∂W5 = δ_o1·a_h1 → −δ_o1·a_h1, as (t1 − a_o1)·… is; δ of a hidden unit"""
    if task.part == "gradient" or task.kind[0] == "upstream" or task.kind == ("delta", "hidden"):
        yield Negative(task.formula)


def lost_minus(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. h1 = −0.98 → 0.98; one term of a weighted sum with the other sign"""
    if task.kind[:2] == ("define", PRE_ACTIVATION) and isinstance(task.formula, Sum):
        terms = task.formula.terms
        for place, term in enumerate(terms):
            yield Sum((*terms[:place], Negative(term), *terms[place + 1 :]))
    if task.part in ("forward", "local"):
        yield Negative(task.formula)


def _reversed(formula: Expression) -> Expression:
    if isinstance(formula, Sum) and len(formula.terms) == 2:
        first, second = formula.terms
        if isinstance(second, Negative):
            return Sum((second.operand, Negative(first)))
    return formula.operand if isinstance(formula, Negative) else Negative(formula)


def is_loss_derivative(task: Task) -> bool:
    """Whether a task asks for ∂E_k/∂(an output)."""
    subject = task.step.subject
    return (
        task.part in ("local", "delta")
        and isinstance(subject, Partial)
        and isinstance(subject.of, Quantity)
        and subject.of.kind in (LOSS_TERM, LOSS)
        and subject.by.kind == ACTIVATION
        and not any(q.kind == "delta" for q in quantities(task.formula))
    )


def is_slope(node: Expression) -> bool:
    """Whether a node is ∂a/∂z, the f′ of a unit."""
    return _unit_of_slope(node) is not None


def _unit_of_slope(node: Expression) -> int | None:
    """The unit whose f′ a node is; None where it is none."""
    if isinstance(node, Partial) and isinstance(node.of, Quantity) and node.of.kind == ACTIVATION:
        return node.of.unit
    return None


def no_derivative(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_h1 = [δ_o1·w5 + δ_o2·w7]·∂a_h1/∂h1 → [δ_o1·w5 + δ_o2·w7]"""
    if task.kind[0] == "delta" and _slopes_in(task.formula):
        yield rewrite(task.formula, _without_slopes)


def _slopes_in(formula: Expression) -> int:
    return sum(is_slope(node) for node in formula.walk())


def _without_slopes(node: Expression) -> Expression:
    if not isinstance(node, Product):
        return node
    return product(*(factor for factor in node.factors if not is_slope(factor)))


def derivative_twice(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_o1 = ∂E1/∂a_o1·∂a_o1/∂o1 → ∂E1/∂a_o1·∂a_o1/∂o1·∂a_o1/∂o1"""
    if task.kind[0] == "delta" and _slopes_in(task.formula):
        yield rewrite(task.formula, _with_slopes_twice)


def _with_slopes_twice(node: Expression) -> Expression:
    if not isinstance(node, Product):
        return node
    return product(*node.factors, *(factor for factor in node.factors if is_slope(factor)))


def derivative_place(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂a_h1/∂h1 = a_h1·(1 − a_h1) → h1·(1 − h1); → σ(a_h1)·(1 − σ(a_h1)), f′ at the
    activation; δ_h1 with the f′ of the next layer."""
    subject = task.step.subject
    if task.part == "local" and isinstance(subject, Partial) and is_slope(subject):
        yield from _in_another_place(task, subject, exercise)
    if task.kind == ("delta", "hidden"):
        yield from _of_the_next_layer(task, exercise)


def _in_another_place(task: Task, slope: Partial, exercise: Exercise) -> Iterator[Expression]:
    """f′ with activations and pre-activations swapped, and with f(a) where f(z) belongs."""
    assert isinstance(slope.of, Quantity)
    swapped: dict[Expression, Expression] = {}
    for q in quantities(task.formula):
        if q.kind == ACTIVATION:
            swapped[q] = Quantity(PRE_ACTIVATION, q.layer, q.unit)
        elif q.kind == PRE_ACTIVATION:
            swapped[q] = Quantity(ACTIVATION, q.layer, q.unit)
    if swapped:
        yield substitute(task.formula, swapped)
    activation = exercise.derivation.layered.definitions[slope.of]
    again = substitute(activation, {slope.by: slope.of})
    if slope.of in quantities(task.formula):
        yield substitute(task.formula, {slope.of: again})


def _of_the_next_layer(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """δ with the f′ of a unit of the layer behind."""
    for node in {node: None for node in task.formula.walk() if is_slope(node)}:
        assert isinstance(node, Partial)
        layer = node.by.layer + 1
        for unit in range(exercise.structure.sizes[layer]):
            other = Partial(Quantity(ACTIVATION, layer, unit),
                            Quantity(PRE_ACTIVATION, layer, unit))  # fmt: skip
            if other in exercise.formulas:
                yield substitute(task.formula, {node: other})


def missing_path(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. [δ_o1·w5 + δ_o2·w7]·∂a_h1/∂h1 → δ_o1·w5·∂a_h1/∂h1, and the other one; of three and
    more each that is left out, then each that is kept alone"""
    if task.part not in ("delta", "gradient") or task.kind == ("delta", "output"):
        return
    for address, node in task.formula.addresses():
        if not isinstance(node, Sum):
            continue
        terms = node.terms
        kept = [total(*terms[:one], *terms[one + 1 :]) for one in range(len(terms))]
        for some in (*kept, *terms):
            changed = task.formula.replace_at(address, some)
            yield rewrite(changed, _without_needless_brackets)
        return


def _without_needless_brackets(node: Expression) -> Expression:
    return node.inner if isinstance(node, Bracket) and not isinstance(node.inner, Sum) else node


def early_update(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_o1·w5 → δ_o1·(w5 − η·∂E/∂w5), for all weights on the way"""
    if task.kind[0] not in ("delta", "upstream"):
        return
    trained = set(exercise.structure.parameters())
    updated: dict[Expression, Expression] = {
        w: Sum((w, Negative(Product((RATE, Partial(E, w))))))
        for w in quantities(task.formula)
        if w.kind == WEIGHT and w in trained
    }
    if updated:
        yield substitute(task.formula, updated)


def diagonal(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. δ_l1 = Σ_k ∂E_k/∂y_k·∂y_k/∂z_1 → ∂E1/∂y1·∂y1/∂z1; p − t → −t·(1 − p)"""
    last = exercise.structure.layers[-1]
    if task.kind != ("delta", "output") or last.activation.function is not None:
        return
    (z,) = task.step.about
    if isinstance(task.formula, Sum) and any(is_slope(n) for n in task.formula.walk()):
        for term in task.formula.terms:
            if z.unit in map(_unit_of_slope, term.walk()):
                yield term
    elif exercise.structure.loss.name == "cross_entropy":
        p = Quantity(ACTIVATION, z.layer, z.unit)
        target = Quantity("target", unit=z.unit)
        yield Negative(Product((target, Sum((ONE, Negative(p))))))
