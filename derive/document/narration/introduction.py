"""An introduction: why, what will be known at the end, the way there, and the layers, counted."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.styles.common import objective
from derive.document.blocks import Block, Heading, Inline, Items, Strong, Table
from derive.document.narration.teller import Teller
from derive.expression.nodes import Partial
from derive.graph import RATE

# Sections that are steps of the way; the approach says of each what it does.
_STEPS = ("network", "forward", "loss", "lemmas", "backward", "descent", "training", "found")


def introduction(teller: Teller, sections: dict[str, list[Block]]) -> Iterator[Block]:
    """The text before the network. ``sections``: what will be told, by name."""
    yield teller.heading(2, "introduction")
    parameters = teller.network.parameters()
    if parameters:
        loss, w = objective(teller.graph), parameters[0]
        name = "intro-motivation" if len(parameters) > 1 else "intro-motivation-one"
        yield teller.say(name, loss=loss, w=w, slope=Partial(loss, w), count=len(parameters))
        yield teller.heading(3, "outcome")
        yield teller.say("intro-outcome")
        yield Items(tuple(_outcome(teller)))
    yield teller.heading(3, "approach")
    yield Items(tuple(_approach(teller, sections)), ordered=True)
    yield teller.heading(3, "architecture")
    yield from _architecture(teller)


def _outcome(teller: Teller) -> Iterator[Inline]:
    """What the reader can do at the end; only what the page shows how to do."""
    words, network = teller.words, teller.network
    loss = objective(teller.graph)
    symbolic = teller.valuation is None
    yield words("outcome-forward-symbolic" if symbolic else "outcome-forward", loss=loss)
    if teller.lemmas or teller.full:
        yield words("outcome-lemmas")
    if teller.derivation.style == "paths":
        yield words("outcome-paths", loss=loss)
    else:
        yield words("outcome-deltas" if len(network.layers) > 1 else "outcome-deltas-one")
    if network.is_batch:
        yield words("outcome-batch", n=words.number(network.example_count))
    if symbolic:
        yield words("outcome-update-symbolic")
    elif network.learning_rate is not None:
        yield words("outcome-update", loss=loss)
    yield words("outcome-gradient")


def _approach(teller: Teller, sections: dict[str, list[Block]]) -> Iterator[Inline]:
    """A step for every section that has a heading of its own, called as it is."""
    for name, blocks in sections.items():
        title = next((b.content for b in blocks if isinstance(b, Heading) and b.level == 2), ())
        if name in _STEPS and title:
            words = "".join(part for part in title if isinstance(part, str))
            yield teller.words(f"approach-{name}", title=(Strong(words),), rate=RATE)


def _architecture(teller: Teller) -> Iterator[Block]:
    words, network = teller.words, teller.network
    header = tuple(words(name) for name in ("layer", "units", "activation", "weights", "biases"))
    rows: list[tuple[Inline, ...]] = [
        (words("inputs"), (str(network.sizes[0]),), (), (), ()),
    ]
    counts = []
    for layer in network.layers:
        weights, biases = len(network.weights(layer.index)), len(network.biases(layer.index))
        counts.append((weights, biases))
        activation = words.activation(layer.activation)
        name = teller.layer_name(layer)
        rows.append((
            (name[:1].upper() + name[1:],), (str(layer.units),), (activation,), (str(weights),),
            (str(biases),),
        ))  # fmt: skip
    weights, biases = (sum(column) for column in zip(*counts, strict=True))
    rows.append((words("in-all"), (), (), (str(weights),), (str(biases),)))
    yield Table(header, tuple(rows), "lrlrr", words("architecture"))
    trained = len(network.parameters())
    name = "architecture-count" + ("-all" if trained == weights + biases else "")
    yield teller.say(
        name + ("-batch" if network.is_batch else ""), all=weights + biases, trained=trained,
        products=weights * network.example_count,
    )  # fmt: skip
