"""What a derivation takes for granted, said in words: the conventions in force for a network."""

from __future__ import annotations

from derive.expression.nodes import Apply
from derive.network.description import BIASES, WEIGHTS, Layer, Network

_BIAS = {
    "none": "no biases",
    "neuron": "a bias per neuron",
    "shared": "one bias shared by all neurons",
}
_AT_A_TIE = frozenset({"max", "min", "abs"})


def conventions(network: Network) -> dict[str, tuple[str, ...]]:
    """Topic → sentences, for: biases, loss, batch, functions, rounding, layout."""
    found = {
        "biases": _biases(network.layers),
        "loss": _loss(network),
        "batch": _batch(network),
        "functions": tuple(dict.fromkeys(_functions(network))),
        "rounding": _rounding(network),
        "layout": _layout(network),
    }
    return {topic: sentences for topic, sentences in found.items() if sentences}


def _biases(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    said: dict[str, list[str]] = {}
    for layer in layers:
        words = _BIAS[layer.bias]
        if layer.bias != "none":
            words += ", given and not trained" if BIASES in layer.frozen else ", trained"
        if WEIGHTS in layer.frozen:
            words += "; the weights are given and not trained"
        said.setdefault(words, []).append(str(layer.index))
    if len(said) == 1:
        return (f"every layer: {next(iter(said))}",)
    return tuple(
        f"layer{'s' if len(those) > 1 else ''} {', '.join(those)}: {words}"
        for words, those in said.items()
    )


def _loss(network: Network) -> tuple[str, ...]:
    loss = network.loss
    name = f"{loss.title} {loss.formula}".strip()
    if network.sizes[-1] == 1:
        return (f"{name} of the one output",)
    return (f"{name}, {'the mean' if loss.mean else 'the sum'} over the outputs",)


def _batch(network: Network) -> tuple[str, ...]:
    if not network.is_batch:
        return ()
    return (f"the {network.over_examples} over {network.example_count} examples",)


def _functions(network: Network) -> list[str]:
    found = [layer.activation.row.remark for layer in network.layers if layer.activation.row]
    found.append(network.loss.row.remark if network.loss.row else "")
    own = [layer.activation.function for layer in network.layers if layer.activation.row is None]
    formulas = [function.definition for function in own if function]
    if network.loss.row is None:
        formulas.append(network.loss.term)
    for formula in formulas:
        if formula is not None and any(
            isinstance(node, Apply) and node.function.name in _AT_A_TIE for node in formula.walk()
        ):
            found.append("max, min and abs at a tie have the mean of the two slopes")
    return [remark for remark in found if remark]


def _rounding(network: Network) -> tuple[str, ...]:
    shown = f"{network.digits} digits after the point are shown, ≈ where any were dropped"
    if network.update_digits != network.digits:
        shown += f"; {network.update_digits} of updated parameters"
    if network.rounding == "carried":
        return (f"every number is rounded before the next step goes on with it; {shown}",)
    return (f"computed exactly, rounded only for display; {shown}",)


def _layout(network: Network) -> tuple[str, ...]:
    if network.layout == "from_to":
        return ("a weight's indices say from, then to; a matrix has a row per sending unit",)
    return ("a weight's indices say to, then from; a matrix has a row per receiving unit",)
