"""A program: the definitions and their adjoints as statements, each assigned once.

    h1 = w1·i1 + w2·i2      a_h1 = …      E = …      δ_o1 = …      ∂E/∂w5 = δ_o1·a_h1

Two resolutions of the same statements: ``scalar`` (per neuron) and ``layers`` (per layer, one
column per example). A back end prints one of them and knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.expression.constructors import named_quantity
from derive.expression.nodes import NAMED, VARIABLE, Expression, Quantity, quantities

# Of a weight, bias or input, whose kind is in ``name``; of a letter, whose name it is.
GRADIENT = "gradient"  # ∂loss/∂it
TANGENT = "tangent"  # how it moves
SECOND = "second"  # how ∂loss/∂it then moves
WIDE = -1  # the unit of what a whole layer has once


@dataclass(frozen=True, slots=True)
class Statement:
    """target := expression, in earlier targets and in what the program is given."""

    target: Quantity
    expression: Expression


@dataclass(frozen=True, slots=True)
class Remark:
    """The textbook formula that the statements after it compute: left = right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Note:
    """Words about the statements after it."""

    text: str


Item = Statement | Remark | Note


@dataclass(frozen=True, slots=True)
class Program:
    """Statements in an order in which they can run, with remarks between them."""

    items: tuple[Item, ...]

    def only(self, results: Iterable[Quantity]) -> Program:
        """The program without what the results do not need."""
        needed = set(results)
        kept: list[Item] = []
        pending = remarked = False  # seen from below: a statement kept, then its remarks
        for item in reversed(self.items):
            if isinstance(item, (Remark, Note)):
                remarked = True
                if pending:
                    kept.append(item)
                continue
            if remarked:
                pending = remarked = False
            if item.target in needed:
                needed.update(quantities(item.expression))
                kept.append(item)
                pending = True
        return Program(tuple(reversed(kept)))


def auxiliary(letter: str, layer: int, unit: int = WIDE) -> Quantity:
    """What a stable form computes on its way, such as the e of a sigmoid."""
    return Quantity(VARIABLE, layer, unit, name=letter)


def gradient(of: Quantity) -> Quantity:
    """∂loss/∂of, for a weight, a bias or an input, or for a letter of a graph of formulas."""
    return _about(GRADIENT, of)


def tangent(of: Quantity) -> Quantity:
    """How a weight, a bias or an input, or a letter, moves along a direction."""
    return _about(TANGENT, of)


def second(of: Quantity) -> Quantity:
    """How ∂loss/∂of moves along a direction, for a weight, a bias or a letter."""
    return _about(SECOND, of)


def _about(kind: str, of: Quantity) -> Quantity:
    if of.kind == NAMED:
        return Quantity(kind, _LETTER, name=of.name)
    return Quantity(kind, of.layer, of.unit, of.source, name=of.kind)


def about(q: Quantity) -> Quantity:
    """What a gradient, tangent or second is of."""
    if q.layer == _LETTER:
        return named_quantity(q.name)
    return Quantity(q.name, q.layer, q.unit, q.source)


_LETTER = -1  # where the layer would be: what it is about has none
