"""The labels of ``data/references.json`` read as quantities and derivatives.

"dE_Total/dW1"                        ∂E/∂w1
"delta_o1 = dE_Total/do1"             δ of o1, and ∂E/∂o1
"dE_total/dO_in1 * dO_in1/dh2_out1"   a product of two derivatives
"dE_1/dO_in1 (through softmax)"       what stands in brackets is a comment
"dW_ij": [[…], …]                     ∂E/∂w, row = from, column = to
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from derive.expression.constructors import product
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    WEIGHT,
    Expression,
    Partial,
    Quantity,
)

E = Quantity(LOSS)


class Labels:
    """One write-up's names.

    names   name → quantity
    arrays  name of a matrix or row of parameters → kind and layer
    """

    def __init__(
        self, names: Mapping[str, Quantity], arrays: Mapping[str, tuple[str, int]] | None = None
    ) -> None:
        self.names = names
        self.arrays = arrays or {}

    def entries(self, tree: Mapping[str, Any]) -> Iterator[tuple[str, Expression, str]]:
        """(label, expression, number as text) of every number in a branch of the file."""
        for label, value in tree.items():
            if isinstance(value, list):
                derivative = label.startswith("d")
                for place, quantity, number in self._array(label.removeprefix("d"), value):
                    yield place, Partial(E, quantity) if derivative else quantity, number
            else:
                for expression in self.expressions(label):
                    yield label, expression, value

    def expressions(self, label: str) -> list[Expression]:
        """What a label says, once for each of its members."""
        label = re.sub(r" \(.*\)$", "", label)
        members = [m for m in label.split(" = ") if not m.startswith("sigma'")]
        assert members, label
        return [product(*map(self._factor, member.split(" * "))) for member in members]

    def _factor(self, text: str) -> Expression:
        if text in self.names:
            return self.names[text]
        of, by = text.split("/")
        return Partial(self.names[of.removeprefix("d")], self.names[by.removeprefix("d")])

    def _array(self, name: str, rows: list[Any]) -> Iterator[tuple[str, Quantity, str]]:
        kind, layer = self.arrays[name]
        for i, row in enumerate(rows):
            if kind == BIAS:
                yield f"{name}[{i}]", Quantity(BIAS, layer, unit=i), row
                continue
            for j, number in enumerate(row):
                yield f"{name}[{i}][{j}]", Quantity(WEIGHT, layer, unit=j, source=i), number


def numbered(activation: str, loss: str, weight: str) -> Labels:
    """h1, a_h1 (or out_h1), o1, a_o1, W1 … W8 by receiving unit, E1, the total; 2-2-2."""
    names = {loss: E, "i1": Quantity(INPUT), "i2": Quantity(INPUT, unit=1)}
    for layer, letter in ((1, "h"), (2, "o")):
        for unit in range(2):
            names |= {
                f"{letter}{unit + 1}": Quantity(PRE_ACTIVATION, layer, unit),
                f"{activation}{letter}{unit + 1}": Quantity(ACTIVATION, layer, unit),
                f"delta_{letter}{unit + 1}": Quantity(DELTA, layer, unit),
                f"b_{letter}{unit + 1}": Quantity(BIAS, layer, unit),
            }
            for source in range(2):
                number = 4 * (layer - 1) + 2 * unit + source + 1
                names[f"{weight}{number}"] = Quantity(WEIGHT, layer, unit, source)
    names |= {f"E{k + 1}": Quantity(LOSS_TERM, unit=k) for k in range(2)}
    return Labels(names)


def lettered() -> Labels:
    """i1, h1_in1, h1_out1, h2_…, O_…, W_i1j1 …, E_1, E_total; 3-3-3-3."""
    names = {"E_total": E}
    arrays = {}
    for layer, (sender, letter, name) in enumerate((("i", "j", "h1"), ("j", "k", "h2"),
                                                    ("k", "l", "O")), 1):  # fmt: skip
        arrays[f"W_{sender}{letter}"] = (WEIGHT, layer)
        arrays[f"b_{letter}"] = (BIAS, layer)
        for unit in range(3):
            names |= {
                f"i{unit + 1}": Quantity(INPUT, unit=unit),
                f"{name}_in{unit + 1}": Quantity(PRE_ACTIVATION, layer, unit),
                f"{name}_out{unit + 1}": Quantity(ACTIVATION, layer, unit),
                f"delta_{letter}{unit + 1}": Quantity(DELTA, layer, unit),
                f"E_{unit + 1}": Quantity(LOSS_TERM, unit=unit),
            }
            for source in range(3):
                names[f"W_{sender}{source + 1}{letter}{unit + 1}"] = Quantity(
                    WEIGHT, layer, unit, source
                )
    return Labels(names, arrays)


def indexed() -> Labels:
    """x_1, z_1, a_1, z_o, y_pred, w_11 (from, to), w_h1, Loss; 2-2-1."""
    names = {
        "Loss": E,
        "z_o": Quantity(PRE_ACTIVATION, 2),
        "y_pred": Quantity(ACTIVATION, 2),
        "delta_o": Quantity(DELTA, 2),
        "b_o": Quantity(BIAS, 2),
    }
    for unit in range(2):
        names |= {
            f"x_{unit + 1}": Quantity(INPUT, unit=unit),
            f"z_{unit + 1}": Quantity(PRE_ACTIVATION, 1, unit),
            f"a_{unit + 1}": Quantity(ACTIVATION, 1, unit),
            f"delta_{unit + 1}": Quantity(DELTA, 1, unit),
            f"b_{unit + 1}": Quantity(BIAS, 1, unit),
            f"w_h{unit + 1}": Quantity(WEIGHT, 2, source=unit),
        }
        for source in range(2):
            names[f"w_{source + 1}{unit + 1}"] = Quantity(WEIGHT, 1, unit, source)
    return Labels(names)
