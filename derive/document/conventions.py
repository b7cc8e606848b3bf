"""The conventions a document rests on, a sentence each: biases, kinks, rounding, layout, logs."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.numbers.rounding import SIGNIFICANT, Rounding
from derive.document import kinks
from derive.document.blocks import Inline
from derive.document.wording import Wording, capital
from derive.expression.constructors import ZERO
from derive.expression.functions import ABS, LN, MAX, MIN, SIGN, X
from derive.expression.nodes import ACTIVATION, TARGET, WEIGHT, Apply, Cases, Comparison, Quantity
from derive.graph import FormulaGraph
from derive.network.catalogue import ActivationUse
from derive.network.description import Network
from derive.notation import Names


def conventions(
    network: Network, names: Names, words: Wording, rounding: Rounding | None
) -> Iterator[Inline]:
    """Every convention in force, each once. ``rounding`` None: there are no numbers."""
    yield from _biases(network, words)
    yield from _order(network, names, words)
    yield from _kinks(network, words)
    row = network.loss.row
    if row is not None and "ln(" in row.formula:
        yield words("convention_logarithm")
    if network.is_batch:
        yield words(f"convention_examples_{network.over_examples}", n=network.example_count)
    if rounding is not None:
        yield words(_rounded(rounding), digits=rounding.digits, significant=SIGNIFICANT)
        if rounding.update_digits != rounding.digits:
            yield words("convention_update_digits", digits=rounding.update_digits)


def graph_conventions(
    graph: FormulaGraph, words: Wording, rounding: Rounding | None
) -> Iterator[Inline]:
    """Those of a graph of formulas: kinks, logarithms, rounding. ``rounding`` None: no numbers."""
    nodes = [node for formula in graph.definitions.values() for node in formula.walk()]
    functions = dict.fromkeys(node.function for node in nodes if isinstance(node, Apply))
    ties = tuple(f.text for f in functions if f in (MAX, MIN))
    if ties:
        yield words("convention_tie", functions=words.listing(ties), count=len(ties))
    for f in functions:
        at = Comparison(X, "==", ZERO)
        if f == ABS:
            yield words("convention_absolute", function=ABS(X), place=at, value=ZERO)
        elif f == SIGN:
            yield words("convention_sign", function=SIGN(X), place=at)
    if any(isinstance(node, Cases) for node in nodes):
        yield words("convention_branch")
    if LN in functions:
        yield words("convention_logarithm")
    if rounding is not None:
        yield words(_rounded(rounding), digits=rounding.digits, significant=SIGNIFICANT)


def _rounded(rounding: Rounding) -> str:
    return "convention_carried" if rounding.carried else "convention_exact"


def _kinks(network: Network, words: Wording) -> Iterator[Inline]:
    """What is declared where an activation or the loss has no derivative; other remarks."""
    for use in _distinct(network):
        name = capital(words.activation(use))
        if use.function is not None:
            own = use.function(*use.function.parameters) if use.row is None else name
            sentence = kinks.of_function(words, use.function, own)
            if sentence:
                yield sentence
        elif use.row is not None and use.row.remark:
            yield words("convention_activation", name=name, remark=use.row.remark)
    loss = network.loss
    y = Quantity(ACTIVATION, len(network.layers))
    sentences = kinks.of_loss(words, loss, y, Quantity(TARGET), capital(loss.title))
    yield from sentences
    if not sentences and loss.row is not None and loss.row.remark:
        yield words("convention_activation", name=capital(loss.title), remark=loss.row.remark)


def _biases(network: Network, words: Wording) -> Iterator[Inline]:
    """Which layers have biases, whether they are shared and whether they are trained."""
    kinds = {
        (layer.bias, "frozen" if "biases" in layer.frozen and layer.bias != "none" else "")
        for layer in network.layers
    }
    for kind, frozen in sorted(kinds):
        layers = [
            layer.index
            for layer in network.layers
            if layer.bias == kind and bool(frozen) == ("biases" in layer.frozen and kind != "none")
        ]
        suffix = f"_{frozen}" if frozen else ""
        own = "neuron" if kind == "threshold" else kind
        name = f"convention_bias_{own}{suffix}"
        if len(kinds) > 1:
            of = capital(_numbered(words, layers))
            yield words("convention_in_layers", layers=of, what=words(f"{name}_part"))
        elif kind != "none" and sum(network.sizes[1:]) == 1:
            yield words(f"convention_bias_one{suffix}")
        else:
            yield words(name)
    if frozen_layers := [layer.index for layer in network.layers if "weights" in layer.frozen]:
        yield words("convention_weights_frozen", layers=_numbered(words, frozen_layers))


def _numbered(words: Wording, layers: list[int]) -> str:
    """layer 1; layers 1 and 3."""
    listing = "".join(map(str, words.listing(tuple(map(str, layers)))))
    return words.text("numbered_layers", n=listing, count=len(layers))


def _order(network: Network, names: Names, words: Wording) -> Iterator[Inline]:
    """What the indices of a weight mean, said of one weight."""
    weight = Quantity(WEIGHT, 1, 0, min(1, network.sizes[0] - 1))
    sender = Quantity("input", 0, weight.source)
    receiver = Quantity("pre-activation", 1, 0)
    yield words(f"convention_{names.index_order}", w=weight, sender=sender, receiver=receiver)


def _distinct(network: Network) -> list[ActivationUse]:
    uses: dict[str, ActivationUse] = {}
    for layer in network.layers:
        uses.setdefault(layer.activation.name, layer.activation)
    return list(uses.values())
