"""Literature: each work is cited by a sentence of the text, and listed because of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.document.blocks import Block, Paragraph
from derive.document.narration.teller import Teller

# In the order in which the text comes to them.
_WORKS = ("mazur", "rumelhart", "nielsen", "goodfellow", "griewank", "glorot")
_MAZUR = ("0.05 0.10", "0.01 0.99", "0.15 0.25 0.20 0.30 0.40 0.50 0.45 0.55", "0.35 0.60")


def works(teller: Teller) -> dict[str, int]:
    """The works that this document cites, and their numbers; {} where it has no references."""
    if "references" not in teller.parts:
        return {}
    cited = {
        "mazur": agreement_with_mazur(teller) != "",
        "griewank": "closing" in teller.parts,
        "glorot": "why" in teller.parts and sigmoid_inside(teller),
    }
    return {
        name: n
        for n, name in enumerate((w for w in _WORKS if cited.get(w, True)), start=1)
    }  # fmt: skip


def cited(teller: Teller, sentence: str, *names: str) -> Iterator[Block]:
    """A sentence that cites works by number, where the document has references."""
    known = works(teller)
    if all(name in known for name in names):
        yield teller.say(sentence, **{name: f"[{known[name]}]" for name in names})


def references(teller: Teller) -> Iterator[Block]:
    """The list of what was cited."""
    yield teller.heading(2, "references")
    for name, n in works(teller).items():
        yield Paragraph((f"[{n}] ", *teller.words(f"work_{name}")))


def agreement_with_mazur(teller: Teller) -> str:
    """Whether these are the numbers of the example that is quoted most: "", "weights" or "all"."""
    network = teller.network
    parts = tuple(tuple(Fraction(text) for text in row.split()) for row in _MAZUR)
    inputs, targets, weights, biases = parts
    mine = [network.value(w) for layer in network.layers for w in network.weights(layer.index)]
    shared = [network.value(b) for layer in network.layers for b in network.biases(layer.index)]
    sigmoids = all(layer.activation.name == "sigmoid" for layer in network.layers)
    if (
        network.sizes != (2, 2, 2) or not network.has_values or network.is_batch or not sigmoids
        or network.loss.name != "half_squared_error" or network.loss.mean
        or network.inputs is None or network.targets is None
        or tuple(n.value for n in network.inputs[0]) != inputs
        or tuple(n.value for n in network.targets[0]) != targets
        or tuple(n.value for n in mine if n is not None) != weights
    ):  # fmt: skip
        return ""
    if not shared:
        return "weights"
    values = tuple(n.value for n in shared if n is not None)
    each = tuple(value for value in biases for _ in range(2))
    return "all" if values in (biases, each) else ""


def sigmoid_inside(teller: Teller) -> bool:
    """Whether a hidden layer is sigmoid."""
    return any(layer.activation.name == "sigmoid" for layer in teller.network.layers[:-1])
