"""Numbers for what a network leaves open, so that what is made of it can be run at once."""

from __future__ import annotations

from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.network.description import Network


def number(network: Network, quantity: Quantity, position: int) -> float:
    """A parameter's, an input's or a target's number in the network, or one made up.

    position  of a parameter among its like, so that neighbours differ
    """
    known = network.value(quantity)
    if known is not None:
        return float(known.value)
    if quantity.kind == INPUT:
        return (quantity.unit % 5 + 1) / 10
    if quantity.kind == TARGET:
        allowed = network.loss.row.target_values if network.loss.row else ()
        low, high = map(float, (min(allowed), max(allowed))) if allowed else (0.0, 1.0)
        return high if quantity.unit == 0 else low
    return (position % 9 + 1) / 10
