"""Worksheets to mark: exercises with the numbers of a variant, and answers to them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import derive
from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import Rounding
from derive.document.blocks import Beside, Block, Together
from derive.expression.nodes import Number
from derive.notation import names
from derive.worksheets.exercise import Exercise, exercise
from derive.worksheets.items import Item, items
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.variants.variant import Search


@dataclass(frozen=True, eq=False)
class Sheet:
    """One variant, every task of its exercise asked."""

    exercise: Exercise
    numbers: Numbers
    items: tuple[Item, ...]
    reader: Formulas

    def key(self) -> dict[str, str]:
        """The right answer to every blank, as it is printed."""
        return {a.label: printed(a.value) for item in self.items for a in item.answers}

    def label(self, step: str) -> str:
        """The label of the value of the line about a step."""
        return next(i.answers[-1].label for i in self.items if i.task.source == step)


def leaves(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, those that are kept together or stand side by side one by one."""
    for block in blocks:
        if isinstance(block, Together):
            yield from leaves(block.blocks)
        elif isinstance(block, Beside):
            yield from block.tables
        else:
            yield block


@cache
def _exercise(network: derive.Network, by_nodes: bool) -> Exercise:
    return exercise(network, by_nodes)


@cache
def _reader(network: derive.Network, by_nodes: bool) -> Formulas:
    called = names(network.notation, network.shape, network.layout)
    return Formulas(_exercise(network, by_nodes), called)


@cache
def _search(
    network: derive.Network, rounding: Rounding, by_nodes: bool, units: tuple[str, ...]
) -> Search:
    return Search(_exercise(network, by_nodes), network.learning_rate, rounding, units)


@cache
def sheet(
    network: derive.Network, seed: int, digits: int = 4, by_nodes: bool = False,
    units: tuple[str, ...] = (),
) -> Sheet:  # fmt: skip
    """A variant of a network with good numbers; ``by_nodes`` as a computation graph asks, ``units``
    with saturated or dead ones."""
    asked = _exercise(network, by_nodes)
    rounding = Rounding(digits, digits + 1, carried=True, parts=False)
    numbers = _search(network, rounding, by_nodes, units).find(random.Random(seed)).numbers
    return Sheet(asked, numbers, items(asked.tasks, numbers), _reader(network, by_nodes))


def printed(number: Number) -> str:
    return number.text or str(number.value)
