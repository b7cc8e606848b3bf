"""Numbers for an equation between matrices: the chains of its entries, side by side.

    [h1 h2] = … = [0.15·0.05 + 0.20·0.10  0.25·0.05 + 0.30·0.10] = [0.0275 0.0425]

A chain of an entry has at most two members here (its numbers put in, its value): inner parts are
not rounded on the way. An entry that has only one stands in both matrices.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.derivation.numbers.chains import Evaluated
from derive.derivation.steps import Relation, Rule, Step
from derive.expression.matrices import Matrix, entry, shape
from derive.expression.nodes import Expression

Entry = Callable[[Expression, Expression], Evaluated]  # of what an entry is of, and its formula


def in_numbers(step: Step, chain_of: Entry, put_in: Callable[[Expression], Expression]) -> Step:
    """The numeric step of a symbolic one.

    chain_of  the chain of an entry, from the entries of the first and the last member
    put_in    a formula with its numbers put in: how an update shows the old values
    """
    subject, result = step.subject, step.result
    size = shape(result)
    assert size is not None  # it is a step about matrices
    chains = [
        [chain_of(entry(subject, i, j), entry(result, i, j)) for j in range(size[1])]
        for i in range(size[0])
    ]
    every = [chain for row in chains for chain in row]
    first: Expression
    if step.rule is Rule.UPDATE:
        first, sign = put_in(result), "←"
    else:
        first, sign = _matrix(chains, 0), _sign(every, 0)
    relations = [Relation("", subject), Relation(sign, first)]
    if any(len(chain.relations) > 1 for chain in every):
        relations.append(Relation(_sign(every, -1), _matrix(chains, -1)))
    return Step(f"value/{step.id}", step.kind, Rule.EVALUATE, tuple(relations), uses=(step.id,))


def _matrix(chains: list[list[Evaluated]], member: int) -> Matrix:
    return Matrix(tuple(tuple(c.relations[member].expression for c in row) for row in chains))


def _sign(chains: list[Evaluated], member: int) -> str:
    """≈ where digits were dropped in one entry or more."""
    return "≈" if any(c.relations[member].sign == "≈" for c in chains) else "="
