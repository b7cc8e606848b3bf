"""What there is to play with: a network or a graph of one example, with numbers."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from derive.compute.sources import made_up
from derive.expression.errors import DeriveError
from derive.expression.nodes import (
    BIAS,
    INPUT,
    LEARNING_RATE,
    TARGET,
    WEIGHT,
    Number,
    Quantity,
)
from derive.expression.typed.literals import decimal
from derive.graph import FormulaGraph, NetworkGraph
from derive.network.description import Network

MOST = 2_000  # weights and biases, or leaves of formulas, that a page follows
_SEED = "derive explore"
_RATE = Quantity(LEARNING_RATE)
# What is drawn where nothing is given: lowest and highest, in hundredths.
_RANGES = {WEIGHT: (-100, 100), BIAS: (-50, 50), INPUT: (10, 100)}
_OTHERS = (20, 200)  # leaves of formulas, all positive: a logarithm has a value


class ExploreError(DeriveError, ValueError):
    """A network that no page to play with is made of; the message says what to do instead."""


def playable(given: Network | FormulaGraph) -> tuple[Network | FormulaGraph, bool]:
    """The network or graph with a number for everything, and whether some were drawn.

    Numbers that are drawn are the same every time. Raises ExploreError for one that is too large,
    and for a batch of examples.
    """
    if isinstance(given, FormulaGraph):
        _refuse_large(len(given.leaves), "leaves")
        return (given, False) if given.has_values else (_formulas_with_numbers(given), True)
    _refuse_large(len(NetworkGraph(given).parameters), "weights and biases")
    if given.example_count > 1:
        raise ExploreError(
            f"explore: got a batch of {given.example_count} examples; a page to play with follows "
            "one. Keep one row of inputs and targets, or take the page without it: derive render "
            "--to html"
        )
    return (given, False) if given.has_values else (_network_with_numbers(given), True)


def _refuse_large(count: int, what: str) -> None:
    if count > MOST:
        raise ExploreError(
            f"explore: got {count:,} {what}; a page to play with goes up to {MOST:,}, past which "
            "nobody finds anything on it. What fits: derive compile --to javascript, the same "
            "function for a page of your own; derive train; or a small network of the same kind, "
            "with a few units in each layer"
        )


def _drawn(chance: Random, kind: str) -> Number:
    """A number of two decimals other than 0."""
    low, high = _RANGES.get(kind, _OTHERS)
    return decimal(f"{(chance.randint(low, high) or 1) / 100:.2f}")


def _network_with_numbers(network: Network) -> Network:
    chance, graph = Random(_SEED), NetworkGraph(network)
    numbers = {}
    for q in (*graph.parameters, *graph.inputs):
        numbers[q] = network.value(q) or _drawn(chance, q.kind)
    for k in range(network.sizes[-1]):
        target = Quantity(TARGET, unit=k)
        number = made_up.number(network, target, k)
        numbers[target] = network.value(target) or Number(Fraction(number))
    numbers[_RATE] = network.learning_rate or decimal("0.5")
    return network.with_numbers(numbers)


def _formulas_with_numbers(graph: FormulaGraph) -> FormulaGraph:
    chance = Random(_SEED)
    given = {q: graph.given.get(q) or _drawn(chance, q.kind) for q in graph.leaves}
    return FormulaGraph(graph.definitions, graph.loss, given, graph.parameters, graph.title)
