"""NumPy: whole layers, many examples at once, a column per example.

Batches run in tiles: a few hundred to a few thousand examples whose intermediate arrays stay
in the processor's cache, and whose memory is used again by the next tile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from derive.compute.backends.printer import ATOM, CASES, PRODUCT, CodePrinter, Text
from derive.compute.backends.writer import INDENT, Writer, folded
from derive.compute.functions import ALL, EACH, FILL, MIX, OUTER, ROWS
from derive.compute.program import Program, Statement
from derive.expression.nodes import (
    ONE,
    ZERO,
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Product,
    Quantity,
    Quotient,
    Sum,
)

_UFUNCS = {
    "ln": "log", "abs": "abs", "atan": "arctan", "max": "maximum", "min": "minimum",
    "ieee_ln": "log", "ieee_power": "power",
}  # fmt: skip
_PLAIN = ("exp", "log1p", "expm1", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "sign")
# Operations written with operators and methods, and how tightly they hold together.
_TEMPLATES = {
    "mix": ("{}.T @ {}", PRODUCT),
    "spread": ("{} @ {}", PRODUCT),
    "column": ("{}[:, None]", ATOM),
    "rows": ("{}.sum(axis=1)", ATOM),
    "total": ("{}.sum(axis=0)", ATOM),
    "largest": ("{}.max(axis=0)", ATOM),
    "all": ("np.sum({})", ATOM),
    "products": ("{} @ {}.T", PRODUCT),
    "each": ("np.einsum('ix,jx->xij', {}, {})", ATOM),
    "row": ("{}.T", ATOM),
    "fill": ("np.full_like({1}, {0})", ATOM),
}
# The same, with the result written into an array that is there.
_INTO = {
    OUTER: "outer({0}, {1}, {target})",
    ROWS: "np.sum({0}, axis=1, out={target})",
    ALL: "np.sum({0}, out={target})",
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
    "erf": """\
def erf(v):
    return np.frompyfunc(math.erf, 1, 1)(v).astype(float)
""",
    "erfc": """\
def erfc(v):
    return np.frompyfunc(math.erfc, 1, 1)(v).astype(float)
""",
}


class NumpyPrinter(CodePrinter):
    """Expressions on arrays, element by element."""

    functions = MappingProxyType({
        **{name: f"np.{name}" for name in _PLAIN},
        **{name: f"np.{ufunc}" for name, ufunc in _UFUNCS.items()},
        **{f"ieee_{name}": f"np.{name}" for name in _PLAIN},
        **{name: f"np.{name}" for name in _TEMPLATES},  # never spelled so: see ``apply``
    })  # fmt: skip

    def apply(self, e: Apply) -> tuple[str, int]:
        name = e.function.name
        if name == "ieee_quotient":
            return self.quotient(Quotient(*e.arguments))
        if name in _TEMPLATES:
            template, strength = _TEMPLATES[name]
            inner = ATOM if e.function not in (ALL, FILL, EACH) else CASES
            return template.format(*(self.inside(a, inner) for a in e.arguments)), strength
        return super().apply(e)

    def product(self, e: Product) -> tuple[str, int]:
        """g·(0 if z <= 0 else 1) ⇒ g*~(z <= 0): much faster, and the same to the bit.

        Only beside an array of numbers: a mask alone would be none.
        """
        masks = [mask for f in e.factors if (mask := self.mask(f))]
        others = tuple(f for f in e.factors if self.mask(f) is None)
        if not masks or not any(isinstance(f, Quantity) for f in others):
            return super().product(e)
        first = self.inside(others[0] if len(others) == 1 else Product(others), PRODUCT)
        return self.times.join((first, *masks)), PRODUCT

    def mask(self, e: Expression) -> str | None:
        """A choice between 0 and 1 as a comparison; None for anything else."""
        if not isinstance(e, Cases) or len(e.values) != 2:
            return None
        where = f"({self.comparison(e.conditions[0])})"
        if e.values == (ONE, ZERO):
            return where
        return f"~{where}" if e.values == (ZERO, ONE) else None

    def cases(self, e: Cases) -> tuple[str, int]:
        if _is_relu(e):  # a zero of either sign becomes +0 and NaN stays, as in the choice
            return f"np.maximum({self(e.values[1])}, 0.0)", ATOM
        text = self.value(e.values[-1])
        for value, condition in zip(e.values[-2::-1], e.conditions[::-1], strict=True):
            text = f"np.where({self.comparison(condition)}, {self.value(value)}, {text})"
        return text, ATOM


def _is_relu(e: Cases) -> bool:
    """0 if x <= 0 else x"""
    first, last = e.values[0], e.values[-1]
    return e.conditions == (Comparison(last, "<=", ZERO),) and first == ZERO


class NumpyWriter(Writer):
    """Programs of whole layers as NumPy; some results go into arrays that are there."""

    helpers = MappingProxyType(_HELPERS)

    def __init__(self, printer: CodePrinter, into: Sequence[Quantity] = ()) -> None:
        super().__init__(printer)
        self.into = frozenset(into)

    def body(self, program: Program, text: Text | None = None) -> list[str]:
        lines: list[str] = []
        for item in program.items:
            if isinstance(item, Statement) and item.target in self.into:
                lines += self.written_into(item.target, item.expression)
            else:
                lines += super().body(Program((item,)), text)
        return lines

    def assignment(self, name: str, expression: Expression) -> list[str]:
        """z = Wᵀ·a + b in two lines, the biases added in place: one array of examples fewer."""
        if isinstance(expression, Sum):
            first, *rest = expression.terms
            if isinstance(first, Apply) and first.function == MIX and len(rest) == 1:
                return [
                    *folded(f"{name} = ", self.printer(first)),
                    *folded(f"{name} += ", self.printer(rest[0])),
                ]
        return super().assignment(name, expression)

    def written_into(self, target: Quantity, expression: Expression) -> list[str]:
        if isinstance(expression, Negative):  # −δ of thresholds
            name = self.printer.spell(target)
            lines = self.written_into(target, expression.operand)
            return [*lines, f"{INDENT}np.negative({name}, out={name})"]
        if not isinstance(expression, Apply):
            raise TypeError("only an operation on whole arrays has a place for its result")
        if expression.function == OUTER:
            self.printer.used[OUTER.name] = OUTER
        arguments = [self.printer(argument) for argument in expression.arguments]
        name = self.printer.spell(target)
        return [INDENT + _INTO[expression.function].format(*arguments, target=name)]


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
