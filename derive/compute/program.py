"""A program: the definitions and their adjoints as statements, each assigned once.

    h1 = w1·i1 + w2·i2      a_h1 = …      E = …      δ_o1 = …      ∂E/∂w5 = δ_o1·a_h1

Two resolutions of the same statements: ``scalar`` (per neuron) and ``layers`` (per layer, one
column per example). A back end prints one of them and knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.expression.nodes import (
    VARIABLE,
    Expression,
    Quantity,
    quantities,
)

GRADIENT = "gradient"  # ∂loss/∂(the weight, bias or input whose kind is in ``name``)
TANGENT = "tangent"  # how a weight, bias or input, whose kind is in ``name``, moves
SECOND = "second"  # how ∂loss/∂(the weight or bias whose kind is in ``name``) then moves
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
    """∂loss/∂of, for a weight, a bias or an input."""
    return Quantity(GRADIENT, of.layer, of.unit, of.source, name=of.kind)


def tangent(of: Quantity) -> Quantity:
    """How a weight, a bias or an input moves along a direction."""
    return Quantity(TANGENT, of.layer, of.unit, of.source, name=of.kind)


def second(of: Quantity) -> Quantity:
    """How ∂loss/∂of moves along a direction, for a weight or a bias."""
    return Quantity(SECOND, of.layer, of.unit, of.source, name=of.kind)
