"""Units that a recipe may ask for: which units of a network can be saturated, and which dead.

saturated   value within 5 % of the range from one of its ends, slope small and not 0
dead        relu of a number below 0: value and slope are 0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.expression.nodes import ACTIVATION, PRE_ACTIVATION, Quantity
from derive.network.description import Layer, Network
from derive.network.intervals import REAL, Interval
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.recipes.family import Family
from derive.worksheets.recipes.kinds import ANY, DEAD, SATURATED
from derive.worksheets.recipes.recipe import WorksheetError

_MOST_NAMED = 3  # networks that a message names


@dataclass(frozen=True, slots=True)
class Special:
    """A unit that is to be saturated or dead: ``kind`` says which; ``unit`` counts from 0."""

    kind: str
    layer: int
    unit: int

    @property
    def pre_activation(self) -> Quantity:
        return Quantity(PRE_ACTIVATION, self.layer, self.unit)

    @property
    def activation(self) -> Quantity:
        return Quantity(ACTIVATION, self.layer, self.unit)


def choices(structure: Network, units: Sequence[str]) -> tuple[tuple[Special, ...], ...]:
    """For each kind that is asked for, the units that it may fall on.

    Raises WorksheetError, with what to do, where a network has none.
    """
    if kind := _lacking(structure, units):
        raise WorksheetError(
            _refusal(kind, "this network") + "; take another network, or change units in the recipe"
        )
    kinds = _ABLE if tuple(units) == (ANY,) else units
    return tuple(filter(None, (_able(structure, kind) for kind in kinds)))


def unasked(structure: Network) -> tuple[tuple[Special, ...], ...]:
    """The units of which one is dead where a recipe asks for no units: of relu, if there are any
    that may be."""
    return tuple(filter(None, (_able(structure, DEAD),)))


def cure(structure: Network, units: Sequence[str]) -> str:
    """What shows more mistakes on sheets about a network of relu; "" where nothing more does."""
    if not any(layer.activation.name == "relu" for layer in structure.layers[:-1]):
        return ""
    if not _mortal(structure):
        return "with two units of relu or more in a hidden layer one would be dead, and show f′ = 0"
    if units and DEAD not in units and ANY not in units:
        return f"units: [{', '.join((*units, DEAD))}] in the recipe adds a dead unit, with f′ = 0"
    return ""


def _lacking(structure: Network, units: Sequence[str]) -> str:
    """Which of the kinds that are asked for a network cannot have; "" where it has all."""
    if tuple(units) == (ANY,):
        return "" if any(_able(structure, kind) for kind in _ABLE) else ANY
    return next((kind for kind in units if not _able(structure, kind)), "")


def _refusal(kind: str, networks: str) -> str:
    """Why networks cannot have a kind of unit."""
    kinds = tuple(_ABLE) if kind == ANY else (kind,)
    either = " or ".join(kinds)
    takes = "; ".join(f"{one} takes {_TAKES[one]}" for one in kinds)
    return f"units: the recipe asks for a {either} unit, and {networks} cannot have one: {takes}"


def check_units(network: Network | Family, units: Sequence[str]) -> None:
    """Raise WorksheetError where a network, or one of a family, cannot have the units asked for."""
    if not units:
        return
    if isinstance(network, Network):
        choices(network, units)
        return
    unable: dict[str, list[str]] = {}
    for structure in network.structures:
        if kind := _lacking(structure, units):
            unable.setdefault(kind, []).append(str(combination_of(structure)))
    if unable:
        remedy = "take them out of the family"
        if ANY not in units:
            remedy += f", or write units: {ANY}, so that each network has what it can have"
        raise WorksheetError("\n".join(
            f"{_refusal(kind, _named(names))}; {remedy}" for kind, names in unable.items()
        ))  # fmt: skip


def _named(names: list[str]) -> str:
    """The first of some networks, and how many more there are."""
    more = len(names) - _MOST_NAMED
    rest = [f"{more} more"] if more > 0 else []
    return f"these networks of the family ({'; '.join([*names[:_MOST_NAMED], *rest])})"


def bounded(layer: Layer) -> Interval | None:
    """The range of an activation of one number that has two ends; None for any other."""
    reach = layer.activation.range
    if reach is None or reach.low is None or reach.high is None:
        return None
    return None if layer.activation.function is None else reach


def _able(structure: Network, kind: str) -> tuple[Special, ...]:
    layers = _ABLE[kind](structure)
    return tuple(
        Special(kind, layer.index, unit) for layer in layers for unit in range(layer.units)
    )


def _saturable(structure: Network) -> list[Layer]:
    """Hidden layers; where none can, the output layer, if its slope counts in its deltas.

    Behind a logarithm it does not: with a sigmoid and cross-entropy δ is y − t, however flat
    the sigmoid is there.
    """
    hidden = [layer for layer in structure.layers[:-1] if bounded(layer)]
    row, last = structure.loss.row, structure.layers[-1]
    if hidden or bounded(last) is None or (row is not None and row.domain != REAL):
        return hidden
    return [last]


def _mortal(structure: Network) -> list[Layer]:
    """Hidden layers of relu in which another unit stays alive."""
    return [
        layer for layer in structure.layers[:-1]
        if layer.activation.name == "relu" and layer.units > 1
    ]  # fmt: skip


_ABLE = {SATURATED: _saturable, DEAD: _mortal}
_TAKES = {
    SATURATED: "a hidden layer of sigmoid, tanh or softsign by name, or an output layer of them "
    "with a loss without logarithms",
    DEAD: "a hidden layer of two relu units or more (leaky_relu, elu and the like let something "
    "through below 0)",
}
