"""The end of the main text: what comes next, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.document.blocks import Block, Inline, Items
from derive.document.narration.parts.references import cited
from derive.document.narration.teller import Teller
from derive.expression.nodes import WEIGHT
from derive.graph import E


def ending(teller: Teller) -> Iterator[Block]:
    """What was done, what to do now, and how much work both passes are."""
    network = teller.network
    count = len(network.parameters())
    if not count:
        return
    loss = teller.graph.goal
    yield teller.heading(2, "closing")
    stepped = teller.valuation is None or network.learning_rate is not None
    yield teller.say(
        "closing_done" if stepped else "closing_done_gradients", loss=loss, count=count
    )
    yield teller.say("closing_repeat")
    yield Items(tuple(_next(teller)), ordered=True)
    yield from _cost(teller)
    yield from cited(teller, "cited_cost", "griewank")
    yield from _paths(teller)


def _next(teller: Teller) -> Iterator[Inline]:
    words, network = teller.words, teller.network
    symbolic, rate = teller.valuation is None, network.learning_rate is not None
    if teller.training is not None:
        yield words("closing_trained")
    else:
        again = "_symbolic" if symbolic else "" if rate else "_rate"
        yield words(f"closing_again{again}")
        yield words("closing_stop", loss=teller.graph.goal)
    if network.is_batch:
        yield words("closing_more_batch", n=network.example_count)
    else:
        yield words("closing_more")


def _cost(teller: Teller) -> Iterator[Block]:
    """Multiplications by weights, forward and backward, counted on this network."""
    network = teller.network
    forward = sum(len(network.weights(layer.index)) for layer in network.layers)
    trained = network.parameters()
    gradients = sum(w.kind == WEIGHT for w in trained)
    lowest = min(w.layer for w in trained)
    carried = sum(
        len(network.weights(layer.index)) for layer in network.layers if layer.index > lowest
    )
    yield teller.say(
        "closing_cost" if carried else "closing_cost_gradients", batch=network.is_batch,
        forward=forward, gradients=gradients, carried=carried, backward=gradients + carried,
        times=_times(teller, Fraction(gradients + carried, forward)),
    )  # fmt: skip


def _times(teller: Teller, ratio: Fraction) -> str:
    """A ratio to two decimals, and that it is rounded where it is: 1.25, about 1.17."""
    numeral = f"{float(ratio):.2f}".rstrip("0").rstrip(".")
    return numeral if Fraction(numeral) == ratio else teller.words.text("about", value=numeral)


def _paths(teller: Teller) -> Iterator[Block]:
    """How many paths the deltas stand for, where there is more than one from a parameter."""
    network = teller.network
    counts = [teller.graph.path_count(w, E) for w in network.parameters()]
    if max(counts) == 1 or len(network.layers) < 2:
        return
    yield teller.say(
        "closing_paths", loss=E, paths=sum(counts),
        most=max(counts), count=len(counts), n=network.layers[-2].units,
    )  # fmt: skip
