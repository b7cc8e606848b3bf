"""Tables beside an erratum: numbers against ours, training, and what a network costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod

import derive
from derive.compute.programs.program import Program, Statement
from derive.compute.programs.scalar import scalar_program
from derive.derivation.numbers.rounding import half_unit, rounded
from derive.document.blocks import Inline, Table
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import evaluate
from derive.expression.nodes import (
    LOSS,
    WEIGHT,
    Apply,
    Negative,
    Number,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.expression.typed.literals import decimal
from derive.graph import E, NetworkGraph
from docs.errata.scope import Scope, loss_and_outputs, trained

Words = Callable[..., str]


class WrongTable(ValueError):
    """A table that does not show what the data say it shows."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Stated numbers beside ours.

    of      the name of the quantity, {i} the row and {j} the column, from 1
    stated  a row of numbers, or rows
    right   how many of them are right to the digits shown
    signs   how many have the wrong sign
    """

    of: str
    stated: tuple[tuple[str, ...], ...]
    right: int = 0
    signs: int = 0
    digits: int = 6


def compared(given: Compared, scope: Scope, words: Words) -> tuple[Table, int]:
    """The table, and how many numbers were compared. Raises WrongTable."""
    rows: list[tuple[Inline, ...]] = []
    right = signs = 0
    for i, line in enumerate(given.stated, 1):
        for j, text in enumerate(line, 1):
            quantity = scope.read(given.of.format(i=i, j=j))
            value, number = evaluate(quantity, scope.own), decimal(text)
            off = abs(value - HIGH.number(number.value))
            right += bool(off <= HIGH.number(half_unit(number)))
            signs += bool(value * HIGH.number(number.value) < 0)
            mine = rounded(value, given.digits).number
            rows.append(((scope.printed(quantity),), (number,), (mine,)))
    for what, found, said in (("right", right, given.right), ("of wrong sign", signs, given.signs)):
        if found != said:
            raise WrongTable(f"{given.of}: {found} of the stated numbers are {what}, not {said}")
    header = tuple((words(name),) for name in ("quantity", "stated", "ours"))
    return Table(header, tuple(rows), "lrr"), len(rows)


def learned(
    name: str, rates: tuple[str, ...], updates: tuple[int, ...], scope: Scope, words: Words
) -> tuple[Table, int]:
    """The loss after some numbers of updates, for each learning rate from the same start."""
    header = ((words("rate"),), *((words("after", updates=n),) for n in updates))
    rows = []
    for rate in rates:
        row: list[Inline] = [(decimal(rate),)]
        for count in updates:
            at = trained(scope.network, count, float(rate))
            loss, _ = loss_and_outputs(scope.network, at)
            row.append((rounded(loss, 9).number,))
        rows.append(tuple(row))
    return Table(header, tuple(rows), "r" * len(header), (words("learned"),)), len(rows) * len(
        updates
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What a network of sigmoids has and needs: weights, paths of its first weight, operations."""

    sizes: tuple[int, ...]
    weights: int
    paths: int
    forward: int
    whole: int


def cost(sizes: tuple[int, ...]) -> Cost:
    """Counted on the network's graph and on the program that is compiled from it."""
    layers = [derive.Dense(n, "sigmoid", "none") for n in sizes[1:]]
    network = derive.Network(sizes[0], layers)
    program = scalar_program(network)
    return Cost(
        sizes,
        len(network.parameters()),
        NetworkGraph(network).path_count(Quantity(WEIGHT, 1), E),
        operations(program.only([Quantity(LOSS)])),
        operations(program),
    )


def costs(given: tuple[tuple[int, ...], ...], words: Words) -> tuple[Table, int]:
    """The table of costs. Raises WrongTable where a claim about them does not hold.

    Weights: Σ n_l·n_(l+1). Paths from the first weight: the product of the sizes of all layers
    after its own. Loss and gradients together: at most four times the operations of the loss.
    """
    rows: list[tuple[Inline, ...]] = []
    for one in map(cost, given):
        weights = sum(a * b for a, b in pairwise(one.sizes))
        paths = prod(one.sizes[2:])
        if one.weights != weights or one.paths != paths or one.whole > 4 * one.forward:
            raise WrongTable(f"{one} does not cost what the text says")
        counts = (one.weights, one.paths, one.forward, one.whole)
        ratio = rounded(HIGH.number(Fraction(one.whole, one.forward)), 2).number
        shape = "-".join(map(str, one.sizes))
        rows.append(((shape,), *((str(count),) for count in counts), (ratio,)))
    names = ("network", "weights", "paths", "forward", "whole program", "ratio")
    return Table(tuple((words(name),) for name in names), tuple(rows), "lrrrrr"), 3 * len(rows)


def operations(program: Program) -> int:
    """The additions, multiplications, divisions, powers and functions of a program."""
    return sum(
        count
        for item in program.items
        if isinstance(item, Statement)
        for count in _operations(item)
    )


def _operations(statement: Statement) -> Iterator[int]:
    for node in statement.expression.walk():
        if isinstance(node, (Sum, Product)):
            yield len(node.children) - 1
        elif isinstance(node, (Quotient, Power, Apply)) or (
            isinstance(node, Negative) and not isinstance(node.operand, Number)
        ):
            yield 1
