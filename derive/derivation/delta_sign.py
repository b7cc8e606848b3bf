"""Deltas with the sign of t − y: a derivation told with δ = −∂E/∂z.

    δ_o1 = −∂E/∂o1 = −∂E1/∂a_o1·∂a_o1/∂o1 = (t1 − a_o1)·a_o1·(1 − a_o1)
    δ_h1 = (δ_o1·w5 + δ_o2·w7)·a_h1·(1 − a_h1)        the minus is in the deltas that come back
    ∂E/∂w1 = −δ_h1·i1          w1 ← w1 + η·δ_h1·i1

The styles tell of δ = ∂E/∂z and know nothing of this. In their steps every δ gives way to −δ, a
minus moves out of products as far as it can, and what δ itself is equal to changes its sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.derivation.steps import Kind, Relation, Rule, Section, Step
from derive.expression.constructors import product
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, entry, entrywise
from derive.expression.nodes import (
    DELTA,
    Bracket,
    Cases,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite
from derive.graph import RATE, E
from derive.network.description import Network
from derive.notation import NEGATIVE


def restate(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections of a derivation with δ = −∂E/∂z."""
    originals = tuple(sections)
    gradients: dict[Expression, Expression] = {}
    for section in originals:
        for step in section.walk():
            if step.kind is Kind.GRADIENT and not step.of_array:
                gradients[step.subject] = with_minus(step.result)
    return tuple(_section(section, gradients) for section in originals)


def _section(section: Section, gradients: Mapping[Expression, Expression]) -> Section:
    return replace(
        section,
        steps=tuple(restated(step, gradients) for step in section.steps),
        sections=tuple(_section(inner, gradients) for inner in section.sections),
    )


def restated(step: Step, gradients: Mapping[Expression, Expression]) -> Step:
    """One step with δ = −∂E/∂z; an update is told in δ where its gradient is."""
    if step.rule is Rule.FORM:  # it says itself which sign it is in
        return step
    first, *others = step.relations
    if step.kind is Kind.CANCELLING:
        relations = [Relation(r.sign, minus(r.expression)) for r in step.relations]
    elif _is_delta(entry(step.subject, 0, 0)):
        relations = [first, *(Relation(r.sign, as_delta(r.expression)) for r in others)]
    elif step.rule is Rule.UPDATE:
        relations = [
            first,
            *(Relation(r.sign, _update_in_deltas(r.expression, gradients)) for r in others),
        ]
    else:
        relations = [Relation(r.sign, with_minus(r.expression)) for r in step.relations]
    substeps = tuple(restated(inner, gradients) for inner in step.substeps)
    return replace(step, relations=tuple(relations), substeps=substeps)


def _is_delta(e: Expression) -> bool:
    return isinstance(e, Quantity) and e.kind == DELTA


def meaning(network: Network, z: Quantity) -> Expression:
    """What δ of a pre-activation is by definition: ∂E/∂z or −∂E/∂z."""
    slope = Partial(E, z)
    return minus(slope) if network.delta_sign == NEGATIVE else slope


def as_delta(derivative: Expression) -> Expression:
    """What δ is equal to, from what ∂E/∂z is equal to where δ = ∂E/∂z."""
    negative, rest = _signed(derivative)
    return rest if negative else minus(rest)


def with_minus(expression: Expression) -> Expression:
    """The expression with −δ for every δ: δ·a → −δ·a, δ₁·w + δ₂·v → −(δ₁·w + δ₂·v)."""
    negative, rest = _signed(expression)
    return minus(rest) if negative else rest


def minus(e: Expression) -> Expression:
    """−e as one writes it: −(y − t)·f′ → (t − y)·f′, −(−t/y + …) → t/y − …"""
    if isinstance(e, Negative):
        return e.operand
    if isinstance(e, Number):
        return Number(-e.value, _other_sign(e.text))
    if isinstance(e, Sum):
        return _without_first_minus(tuple(map(minus, e.terms)))
    if isinstance(e, Quotient):
        return Quotient(minus(e.numerator), e.denominator) if _turns(e.numerator) else Negative(e)
    if isinstance(e, Cases):
        return Cases(tuple(map(minus, e.values)), e.conditions)
    if isinstance(e, Matrix):
        return entrywise(e, minus)
    if isinstance(e, Hadamard):
        return Hadamard(minus(e.left), e.right)
    if isinstance(e, MatrixProduct):
        if isinstance(e.left, Matrix):
            return MatrixProduct(minus(e.left), e.right)
        return MatrixProduct(e.left, minus(e.right))
    return _minus_product(e) if isinstance(e, Product) else Negative(e)


def _minus_product(e: Product) -> Expression:
    """−(y − t)·f′ → (t − y)·f′, else with the minus in the first factor, or before a derivative."""
    place = next((i for i, f in enumerate(e.factors) if not isinstance(f, Number)), 0)
    if _turns(e.factors[place]):
        return product(*e.factors[:place], minus(e.factors[place]), *e.factors[place + 1 :])
    if not isinstance(e.factors[0], Partial):
        return product(minus(e.factors[0]), *e.factors[1:])
    return Negative(e)


def _turns(factor: Expression) -> bool:
    """Whether a factor takes a minus without one more sign: −t/y, y − t."""
    if isinstance(factor, Sum):
        return any(isinstance(term, Negative) for term in factor.terms)
    return isinstance(factor, Negative)


def _without_first_minus(terms: tuple[Expression, ...]) -> Expression:
    """−a + b → b − a."""
    if len(terms) == 2 and isinstance(terms[0], Negative) and not isinstance(terms[1], Negative):
        return Sum((terms[1], terms[0]))
    return Sum(terms)


def _other_sign(text: str) -> str:
    if not text:
        return ""
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def _signed(e: Expression) -> tuple[bool, Expression]:
    """Whether a minus stands before the whole once every δ is −δ, and the rest."""
    if isinstance(e, Quantity):
        return _is_delta(e), e
    if isinstance(e, Bracket):
        negative, inner = _signed(e.children[0])
        return negative, Bracket(inner)
    if isinstance(e, Negative):
        negative, inner = _signed(e.operand)
        return False, inner if negative else Negative(inner)
    if isinstance(e, Product):
        parts = [_signed(factor) for factor in e.factors]
        return sum(negative for negative, _ in parts) % 2 == 1, Product(
            tuple(rest for _, rest in parts)
        )
    if isinstance(e, Quotient):
        negative, top = _signed(e.numerator)
        return negative, Quotient(top, with_minus(e.denominator))
    if isinstance(e, Sum):
        parts = [_signed(term) for term in e.terms]
        if all(negative for negative, _ in parts):
            return True, Sum(tuple(rest for _, rest in parts))
        return False, Sum(tuple(map(with_minus, e.terms)))
    if isinstance(e, Partial) or not e.children:
        return False, e
    return False, e.with_children(tuple(map(with_minus, e.children)))


def _update_in_deltas(
    formula: Expression, gradients: Mapping[Expression, Expression]
) -> Expression:
    """w − η·∂E/∂w → w + η·δ·a, of a matrix too; as it is where a gradient is not told in δ."""
    partials = [node for node in formula.walk() if isinstance(node, Partial)]
    if not all(node in gradients and _tells(gradients[node]) for node in partials):
        return formula

    def change(node: Expression) -> Expression:
        if isinstance(node, Partial):
            return minus(gradients[node])
        if isinstance(node, Negative) and _steps(node.operand):
            assert isinstance(node.operand, Product)
            return product(*node.operand.factors)
        return node

    return rewrite(formula, change)


def _tells(gradient: Expression) -> bool:
    return any(map(_is_delta, quantities(gradient)))


def _steps(e: Expression) -> bool:
    """Whether it is η times something."""
    return isinstance(e, Product) and e.factors[0] == RATE
