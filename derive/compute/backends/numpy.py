"""NumPy: whole layers, many examples at once, a column per example.

Batches run in tiles: a few hundred to a few thousand examples whose intermediate arrays stay
in the processor's cache, and whose memory is used again by the next tile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from derive.algebra.convert import AsItStands
from derive.algebra.functions import Named
from derive.algebra.languages import printers
from derive.algebra.languages.manners import MANNERS
from derive.algebra.languages.ordered import PRODUCT
from derive.algebra.languages.statements import INDENT
from derive.compute.backends.code import Code
from derive.compute.sources.identifiers import Identifiers

# Operations whose result is written into an array that is there.
_INTO = {
    "outer": "outer({0}, {1}, {target})",
    "rows": "np.sum({0}, axis=1, out={target})",
    "all": "np.sum({0}, out={target})",
}
_HELPERS = {
    "outer": '''\
def outer(a, delta, out):
    """a·deltaᵀ, summed over the examples; of a single one a plain product is much faster."""
    (np.multiply if a.shape[1] == 1 else np.matmul)(a, delta.T, out=out)
''',
    "others": '''\
OTHERS = {}


def others(v):
    """The sum of all rows but its own, for every row; never a total less its own."""
    n = len(v)
    if n > 500:  # a matrix of n² would cost more than it saves
        result = np.zeros_like(v)
        np.cumsum(v[:-1], axis=0, out=result[1:])
        result[:-1] += np.cumsum(v[:0:-1], axis=0)[::-1]
        return result
    if n not in OTHERS:
        OTHERS[n] = 1 - np.eye(n)
    return OTHERS[n] @ v
''',
    "second_largest": '''\
def second_largest(v):
    """The largest of every column after one largest is taken away."""
    top = v.max(axis=0)
    is_top = v == top
    rest = np.where(is_top, -np.inf, v).max(axis=0)
    return np.where(is_top.sum(axis=0) > 1, top, rest)
''',
}


class Tile(printers.NumPy):
    """Whole layers, whose masks and rectifiers are written as what is fastest in memory."""

    calls = MappingProxyType({
        **printers.NumPy.calls, "ieee_power": "np.power", "products": "{} @ {}.T",
        "each": "np.einsum('ix,jx->xij', {}, {})", "row": "{}.T",
    })  # fmt: skip
    loose = MappingProxyType(dict.fromkeys(("mix", "spread", "products"), PRODUCT))
    texts = MappingProxyType({**printers.NumPy.texts, **_HELPERS})

    def _print_Mul(self, e: Any) -> str:
        """g·(0 if z <= 0 else 1) ⇒ g*~(z <= 0): much faster, and the same to the bit.

        Only beside an array of numbers: a mask alone would be none.
        """
        masks = [mask for f in e.args if (mask := self.mask(f))]
        others = [f for f in e.args if not self.mask(f)]
        if not masks or not any(f.is_Symbol for f in others):
            return super()._print_Mul(e)
        first = others[0] if len(others) == 1 else AsItStands.times(*others)
        return "*".join((self.inside(first, PRODUCT), *masks))

    def mask(self, e: Any) -> str:
        """A choice between 0 and 1 as a comparison; "" for anything else."""
        if not e.is_Piecewise or len(e.args) != 2:
            return ""
        (first, condition), (other, _) = e.args
        where = f"({self._print(condition)})"
        return {(1, 0): where, (0, 1): f"~{where}"}.get((first, other), "")

    def _print_Piecewise(self, e: Any) -> str:
        (first, condition), (other, _) = e.args[0], e.args[-1]
        if first == 0 and condition.rel_op == "<=" and condition.args == (other, 0):
            # A zero of either sign becomes +0 and NaN stays, as in the choice.
            return f"np.maximum({self._print(other)}, 0.0)"
        return super()._print_Piecewise(e)


class Elementwise(Tile):
    """Expressions on arrays, element by element, some of which are plain numbers."""

    # Of two plain numbers, which Python would refuse to divide by 0.
    calls = MappingProxyType({**Tile.calls, "ieee_quotient": "np.divide"})
    integral = False

    def mask(self, e: Any) -> str:
        return ""  # of a plain number is none


class Tiles(Code):
    """Writes programs as NumPy; some results go into arrays that are there.

    into  their names
    """

    def __init__(
        self, spell: Identifiers, printer: type[Tile] = Tile, into: Sequence[str] = ()
    ) -> None:
        super().__init__(spell, replace(MANNERS["numpy"], printer=printer))
        self.into = frozenset(into)

    def assignment(self, name: str, value: Any) -> list[str]:
        """z = Wᵀ·a + b in two lines, the biases added in place: one array of examples fewer."""
        if name in self.into:
            return self.written_into(name, value)
        if value.is_Add and len(value.args) == 2 and _operation(value.args[0]) == "mix":
            mixed, added = map(self.whole, value.args)
            return [*self.folded(f"{name} = ", mixed), *self.folded(f"{name} += ", added)]
        return super().assignment(name, value)

    def written_into(self, name: str, value: Any) -> list[str]:
        if value.is_Mul:  # −δ of thresholds
            minus, operand = value.args
            assert minus == -1, "only an operation on whole arrays has a place for its result"
            lines = self.written_into(name, operand)
            return [*lines, f"{INDENT}np.negative({name}, out={name})"]
        operation = _operation(value)
        if operation in self.printer.texts:
            self.printer.used.setdefault(operation, None)
        arguments = map(self.printer._print, value.args)
        return [INDENT + _INTO[operation].format(*arguments, target=name)]


def _operation(e: Any) -> str:
    """The name of an operation on whole layers; "" for anything else."""
    return str(e.function.name) if isinstance(e, Named) else ""


def tile_rows(sizes: Sequence[int]) -> int:
    """How many examples go through at once: about 4,000 in a narrow net, 256 in a wide one.

    An array of a layer then stays below about 256 KB, and those of all layers in the cache.
    """
    return max(256, min(4096, 32768 // max(sizes[1:])))


TILE_ARGUMENTS = {
    "loss_and_gradient": ("parameters", "a0", "t", "gradients"),
    "loss": ("parameters", "a0", "t"),
    "forward": ("parameters", "a0"),
    "input_gradient": ("parameters", "a0", "t"),
}

# Non-finite numbers pass through without a warning, as they do in scalar code.
DRIVERS = {
    "loss_and_gradient": '''\
def loss_and_gradient_of_batch(parameters, inputs, targets):
    """The {word} of the examples' losses, and its gradient, tile after tile."""
    count = len(inputs)
    loss, total = 0.0, np.empty({size})
    with np.errstate(all="ignore"):
        for start in range(0, count, {rows}):
            tile = slice(start, start + {rows})
            part = np.empty({size}) if start else total
            loss += loss_and_gradient_of_tile(
                parameters, inputs[tile].T, targets[tile].T, views(part)
            )
            if start:
                total += part{divide}
    return float(loss){per_example}, total
''',
    "loss": '''\
def loss_of_batch(parameters, inputs, targets):
    """The {word} of the examples' losses."""
    loss = 0.0
    with np.errstate(all="ignore"):
        for start in range(0, len(inputs), {rows}):
            tile = slice(start, start + {rows})
            loss += loss_of_tile(parameters, inputs[tile].T, targets[tile].T)
    return float(loss){per_input}
''',
    "forward": '''\
def forward_of_batch(parameters, inputs):
    """The outputs, a row per example."""
    outputs = np.empty((len(inputs), {outputs}))
    with np.errstate(all="ignore"):
        for start in range(0, len(inputs), {rows}):
            tile = slice(start, start + {rows})
            outputs[tile] = forward_of_tile(parameters, inputs[tile].T).T
    return outputs
''',
    "input_gradient": '''\
def input_gradient_of_batch(parameters, inputs, targets):
    """The gradient of the {word} of the losses with respect to the inputs, a row per example."""
    count = len(inputs)
    total = np.empty(inputs.shape)
    with np.errstate(all="ignore"):
        for start in range(0, count, {rows}):
            tile = slice(start, start + {rows})
            columns = input_gradient_of_tile(parameters, inputs[tile].T, targets[tile].T)
            total[tile] = columns.T{divide}
    return total
''',
}


@cache
def _reuse_memory() -> None:
    """Have the C library keep the memory of a tile's arrays for those of the next tile.

    glibc gives an array of more than 128 KB back to the system at once, and the first touch of the
    fresh pages for the next one costs more than the arithmetic on it. It stops doing so for arrays
    up to the size of the largest that was ever freed: this one, whose pages nobody touches.
    Elsewhere nothing happens.
    """
    import numpy as np

    np.empty(_KEPT, dtype=np.uint8)


_KEPT = 8_000_000  # bytes; all arrays of a tile together have about as many


def load(source: str) -> dict[str, Any]:
    """What generated source defines. (NumPy's own methods import as they run: no restriction.)"""
    import numpy as np

    _reuse_memory()
    space: dict[str, Any] = {"np": np, "math": math}
    exec(compile(source, "<derive>", "exec"), space)
    return space
