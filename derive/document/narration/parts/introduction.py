"""An introduction: why, what will be known at the end, the way there, and the layers, counted."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document.blocks import Block, Heading, Inline, Items, Strong, Table
from derive.document.narration.teller import Teller
from derive.document.wording import capital
from derive.expression.nodes import Partial
from derive.graph import RATE

# Sections that are steps of the way; the approach says of each what it does.
_STEPS = ("network", "forward", "loss", "lemmas", "backward", "descent", "training", "found")


def introduction(teller: Teller, sections: dict[str, list[Block]]) -> Iterator[Block]:
    """The text before the network. ``sections``: what will be told, by name."""
    yield teller.heading(2, "introduction")
    parameters = teller.network.parameters()
    if parameters:
        loss, w = teller.graph.goal, parameters[0]
        slope, count = Partial(loss, w), len(parameters)
        yield teller.say("intro_motivation", loss=loss, w=w, slope=slope, count=count)
        yield teller.heading(3, "outcome")
        yield teller.say("intro_outcome")
        yield Items(tuple(_outcome(teller)))
    yield teller.heading(3, "approach")
    yield Items(tuple(_approach(teller, sections)), ordered=True)
    yield teller.heading(3, "architecture")
    yield from _architecture(teller)


def _outcome(teller: Teller) -> Iterator[Inline]:
    """What the reader can do at the end; only what the page shows how to do."""
    words, network = teller.words, teller.network
    loss = teller.graph.goal
    symbolic = teller.valuation is None
    yield words("outcome_forward_symbolic" if symbolic else "outcome_forward", loss=loss)
    if teller.lemmas or teller.full:
        yield words("outcome_lemmas")
    if teller.derivation.style == "paths":
        yield words("outcome_paths", loss=loss)
    else:
        yield words("outcome_deltas", count=len(network.layers))
    if network.is_batch:
        yield words("outcome_batch", n=network.example_count)
    if symbolic:
        yield words("outcome_update_symbolic")
    elif network.learning_rate is not None:
        yield words("outcome_update", loss=loss)
    yield words("outcome_gradient")


def _approach(teller: Teller, sections: dict[str, list[Block]]) -> Iterator[Inline]:
    """A step for every section that has a heading of its own, called as it is."""
    for name, blocks in sections.items():
        title = next((b.content for b in blocks if isinstance(b, Heading) and b.level == 2), ())
        if name in _STEPS and title:
            words = "".join(part for part in title if isinstance(part, str))
            yield teller.words(f"approach_{name}", title=(Strong(words),), rate=RATE)


def _architecture(teller: Teller) -> Iterator[Block]:
    words, network = teller.words, teller.network
    heads = ("layer", "units", "activation", "weights", "head_biases")
    header = tuple(words(name) for name in heads)
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
            (capital(name),), (str(layer.units),), (activation,), (str(weights),),
            (str(biases),),
        ))  # fmt: skip
    weights, biases = (sum(column) for column in zip(*counts, strict=True))
    rows.append((words("in_all"), (), (), (str(weights),), (str(biases),)))
    yield Table(header, tuple(rows), "lrlrr", words("architecture"))
    trained = len(network.parameters())
    yield teller.say(
        "architecture_count", all=weights + biases, trained=trained, batch=network.is_batch,
        products=weights * network.example_count,
    )  # fmt: skip
