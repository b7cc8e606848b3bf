"""What a file of generated code says of its network, in words."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from derive.algebra.languages.catalogue import UNTRIED, Row
from derive.algebra.languages.spelling import printable
from derive.compute.blocks import blocks
from derive.compute.programs.layers import SUM_OF_LOSSES, gradient, layer_program, weights
from derive.compute.programs.program import Statement
from derive.compute.sources.source import names_of
from derive.compute.sources.text import Text
from derive.expression.nodes import INPUT, Quantity
from derive.network.catalogue import OWN
from derive.network.description import Layer, Network
from derive.network.own_formulas import formula_with_values
from derive.notation import NEGATIVE


def head(network: Network, row: Row, width: int) -> list[str]:
    """What the file is about, as the lines of a comment."""
    names = names_of(network)
    sizes = "-".join(map(str, network.sizes))
    frozen = [block.key for block in blocks(network) if block.frozen]
    about = [
        f"    inputs   {network.sizes[0]}: {_ends(names.text(q) for q in _inputs(network))}",
        *(f"    layer {layer.index}  {_described(layer)}" for layer in network.layers),
        f"    loss     {_loss(network)}",
    ]
    order = ", ".join(f"{b.key} {b.shape}" for b in blocks(network) if not b.frozen)
    paragraphs = [
        f"theta holds, in this order, {order}. W1[i][j] is the weight from unit i to unit j, and "
        "theta has W1 row by row."
        + (f" {', '.join(frozen)}: frozen, so not in theta." * bool(frozen)),
        "The comments are the textbook formulas; the lines under them compute the same "
        f"{_promise(network)} {_legend(network)}",
        "Logarithms are natural, 0·ln 0 = 0. " + "".join(f"{kink}. " for kink in _kinks(network)),
        f"Made by derive; needs nothing but {row.needs}."
        + f" In derive's tests files in this language are {UNTRIED}." * (not row.tried),
    ]
    if not network.has_values:
        paragraphs.append("The network lacks numbers of its own: those missing are made up below.")
    lines = [(network.title or f"Loss and gradient of a {sizes} network").rstrip(".") + ".", ""]
    for line in about:
        lines += wrap(line, width, subsequent_indent=" " * 13, drop_whitespace=True)
    for paragraph in paragraphs:
        lines += ["", *wrap(paragraph, width)]
    # Whatever a person named stays inside the comment.
    return [printable(line).replace("\\", "/").replace('"', "'") for line in lines]


def _promise(network: Network) -> str:
    """What holds of the generated lines: said of an own formula only as far as it was found so."""
    if network.loss.row and all(layer.activation.row for layer in network.layers):
        return "in a form that neither overflows nor cancels."
    from derive.compute.stable.reliable import (
        lost,  # with SymPy, which a catalogue's formula can do without
    )

    ranges = lost(network)
    if not ranges:
        return (
            "in a form of which it was found that it neither overflows nor cancels for "
            "pre-activations from −10^150 to 10^150."
        )
    return (
        "in a form that is as stable as derive could make it. Half of the digits or more are lost "
        f"in these ranges of the pre-activation x: {'; '.join(map(str, ranges))}. No others were "
        "found from −10^150 to 10^150."
    )


_LEGEND = {
    "g": "g is ∂loss/∂a",
    "q": "q is 1 − a",
    "l": "l is ln a",
    "m": "m is ln(1 − a)",
    "gap": "gap is a − t",
    "margin": "margin is 1 − t·a",
    "top": "top the largest pre-activation of a layer",
    "second": "second the largest but one",
}


def _legend(network: Network) -> str:
    """What the letters mean that no notation has."""
    program = layer_program(network).only([SUM_OF_LOSSES, gradient(weights(1))])
    letters = {item.target.name for item in program.items if isinstance(item, Statement)}
    meanings = [text for letter, text in _LEGEND.items() if letter in letters]
    legend = f"There {', '.join(meanings)}." if meanings else ""
    if network.delta_sign == NEGATIVE:
        legend += " In this file δ is ∂loss/∂z, minus the δ of the network's pages."
    return legend


def _described(layer: Layer) -> str:
    use = layer.activation
    name = use.name if use.name != OWN else f"f(x) = {formula_with_values(use)}"
    units = f"{layer.units} unit{'s' * (layer.units != 1)}, {name}"
    bias = {"none": "no biases", "neuron": "a bias each", "shared": "one bias for all of them",
            "threshold": "a threshold each, subtracted"}  # fmt: skip
    return f"{units}, {bias[layer.bias]}"


def _loss(network: Network) -> str:
    loss = network.loss
    text = Text(names_of(network).text)
    mean = " / number of outputs" if loss.mean else ""
    over = f", the {network.over_examples} over the examples" if network.is_batch else ""
    return f"{loss.title}, the sum over the outputs of {text(loss.term)}{mean}{over}"


def _kinks(network: Network) -> list[str]:
    rows = [layer.activation.row for layer in network.layers]
    remarks = [row.remark for row in rows if row is not None and "declared" in row.remark]
    if network.loss.row is not None and "declared" in network.loss.row.remark:
        remarks.append(network.loss.row.remark)
    return list(dict.fromkeys(remarks))


def _inputs(network: Network) -> list[Quantity]:
    return [Quantity(INPUT, unit=i) for i in range(network.sizes[0])]


def _ends(names: Iterable[str]) -> str:
    words = list(names)
    return ", ".join(words) if len(words) <= 8 else f"{words[0]}, {words[1]}, …, {words[-1]}"
