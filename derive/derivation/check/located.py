"""Where a failed step's formula stands, and what to do about it."""

from __future__ import annotations

import re

from derive.derivation.failure import CheckFailed
from derive.graph import FormulaGraph
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Network

_OF_LAYER = re.compile(r"(?:define|local|total)/a(\d+)\.")
_OF_FUNCTION = re.compile(r"(?:lemma|function)/(\w+)")
_OF_NAME = re.compile(r"(?:define|local|total)/(\w+)")
_OF_LOSS = re.compile(r"(?:define|local|total)/E")
_DERIVE = "this is a fault of derive, not of the network: please report it with the network"
_FORMULA = "write the formula in another way, or report it with the network"
_POINTS = "change the formula so that it has a value and a slope for some weights and inputs"


def located(error: CheckFailed, source: Network | FormulaGraph) -> CheckFailed:
    """The failure with the place of the formula that its step is about, and a remedy."""
    if isinstance(source, FormulaGraph):
        of = _OF_NAME.match(error.step)
        place = f"the formula of {of[1]}" if of else "the formulas"
    else:
        found = _formula_of(error.step, source)
        if found is None:
            return CheckFailed(error.step, error.reason, error.place, error.remedy or _DERIVE)
        where, use = found
        place = use.place or where
    remedy = _POINTS if "no point was found" in error.reason else _FORMULA
    return CheckFailed(error.step, error.reason, place, remedy)


def _formula_of(step: str, network: Network) -> tuple[str, ActivationUse | LossUse] | None:
    """The formula of one's own that a step is about: its place in words, and its use."""
    own = [
        (f"activation of layer {layer.index}, {layer.activation.formula}", layer.activation)
        for layer in network.layers if layer.activation.formula
    ]  # fmt: skip
    loss = (f"loss {network.loss.formula}", network.loss) if network.loss.formula else None
    if _OF_LOSS.match(step):
        return loss
    if of_layer := _OF_LAYER.match(step):
        use = network.layers[int(of_layer[1]) - 1].activation
        return next((found for found in own if found[1] is use), None)
    if of_function := _OF_FUNCTION.match(step):
        return next(
            (f for f in own if f[1].function and f[1].function.name == of_function[1]), None
        )
    return next(iter((*own, *([loss] if loss else ()))), None) if step == "points" else None
