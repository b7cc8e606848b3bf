"""The numbers of a batch in matrices: X, Z, A, Δ with a row for every example, and ∂E/∂W from them.

Their entries are the displayed numbers of the examples, whose own chains are checked one by one;
here each is compared once more with the exact value of the entry it stands for.
"""

from __future__ import annotations

from typing import Any

from derive.derivation.failure import CheckFailed
from derive.derivation.numbers.rounding import Displayed, equal, rounded
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Chain, Relation, Step
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.grid import Grid
from derive.expression.matrices import Matrix, Named, unnamed
from derive.expression.nodes import Expression, Partial, Quantity

MOST_ROWS = 12  # examples up to which a page shows a matrix with a row for each
_PRINTED = Bindings({})


def array(valuation: Valuation, matrix: Matrix) -> Relation:
    """The displayed numbers of a matrix of names: after =, or after ≈ where digits were dropped."""
    rows = [[_displayed(valuation, one) for one in row] for row in matrix.rows]
    exact = all(one.exact for row in rows for one in row)
    numbers = Matrix(tuple(tuple(one.number for one in row) for row in rows))
    return Relation("=" if exact else "≈", numbers)


def worked_out(valuation: Valuation, step: Step) -> Chain:
    """The numbers put into a product of matrices, and what it comes to; () in carried mode.

    There a hand goes on with each example's rounded gradient, and the product of the rounded
    matrices may end in another last digit than their mean.
    """
    subject = step.subject
    if valuation.rounding.carried or not isinstance(subject, Named):
        return ()
    put_in = valuation.batch.put_in(unnamed(step.result))
    result = array(valuation, subject.matrix)
    exactly = evaluate(subject.matrix, valuation.trace)
    reached = evaluate(put_in, _PRINTED)
    sign = "=" if _alike(reached, exactly) else "≈"
    return (Relation(sign, put_in), result)


def check_batch(valuation: Valuation) -> int:
    """Compare every number in the matrices of a batch with the exact value; how many.

    Raises CheckFailed, naming the step. In carried mode a number is the one of its own chain.
    """
    if not valuation.graph.is_batch or valuation.rounding.carried:
        return 0
    count = 0
    for step in valuation.derivation.section("batch").steps:
        subject = step.subject
        assert isinstance(subject, Named)  # the rules of a batch are about arrays
        for one in subject.matrix.children:
            if _displayed(valuation, one).number != _due(valuation, one):
                raise CheckFailed(step.id, "shows another number than that of its example")
            count += 1
    return count


def _due(valuation: Valuation, one: Expression) -> Expression:
    return rounded(evaluate(one, valuation.trace), valuation.rounding.digits).number


def _displayed(valuation: Valuation, one: Expression) -> Displayed:
    assert isinstance(one, (Quantity, Partial))
    return valuation.batch.displayed(one)


def _alike(one: Any, other: Any) -> bool:
    assert isinstance(one, Grid) and isinstance(other, Grid)
    pairs = zip(one.cells(), other.cells(), strict=True)
    return all(equal(a, b) for (_, _, a), (_, _, b) in pairs)
