"""Captions of equations between matrices, read off what stands on their left."""

from __future__ import annotations

from derive.document.blocks import Equation, Inline
from derive.document.narration.teller import Teller
from derive.expression.matrices import Matrix, entry
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    PRE_ACTIVATION,
    WEIGHT,
    Partial,
    Quantity,
    Sum,
)

_KINDS = {PRE_ACTIVATION: "sums", ACTIVATION: "activations", DELTA: "deltas", WEIGHT: "weights",
          BIAS: "biases"}  # fmt: skip
_SLOPES = {ACTIVATION: "upstream", WEIGHT: "gradient", BIAS: "gradient_biases"}


def matrix_caption(teller: Teller, row: Equation) -> Inline:
    """What an equation between matrices shows: the array of its left side, and its layer."""
    subject = row.chain[0].expression
    first = entry(subject, 0, 0)
    signs = {relation.sign for relation in row.chain}
    if isinstance(first, Quantity):
        kind, layer = _KINDS[first.kind], first.layer
        if kind in ("weights", "biases"):
            kind += "_new" if "←" in signs else "_kept" if "→" in signs else ""
    elif isinstance(first, Partial):
        of = first.of
        slope = isinstance(of, Quantity) and of.kind == ACTIVATION
        kind, layer = "slopes" if slope else _SLOPES[first.by.kind], first.by.layer
        if kind == "upstream" and layer == len(teller.network.layers):
            kind = "errors"
    else:
        kind = "rests" if isinstance(first, Sum) and isinstance(subject, Matrix) else "contrast"
        layer = next(q.layer for q in first.walk() if isinstance(q, Quantity) and q.layer)
    loss = first.of if isinstance(first, Partial) else ""
    return teller.words(
        f"caption_matrix_{kind}", layer=teller.layer_name(layer), loss=loss,
        count=_count(teller, kind, layer),
    )  # fmt: skip


def _count(teller: Teller, kind: str, layer: int) -> int:
    """How many entries an array of a layer has; 0 where its caption does not name them."""
    network = teller.network
    if kind in ("rests", "contrast"):
        return 0
    if kind.startswith("weights") or kind == "gradient":
        return len(network.weights(layer))
    if "biases" in kind:
        return len(network.biases(layer))
    return network.layers[layer - 1].units
