"""NumPy: whole layers, many examples at once, a column per example.

Batches run in tiles: a few hundred to a few thousand examples whose intermediate arrays stay
in the processor's cache, and whose memory is used again by the next tile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from derive.compute.backends.printer import ATOM, CASES, PRODUCT, CodePrinter, Text
from derive.compute.backends.writer import INDENT, Writer
from derive.compute.functions import ALL, FILL, OUTER, ROWS
from derive.compute.program import Program, Statement
from derive.expression.nodes import Apply, Cases, Expression, Quantity, Quotient

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
            inner = ATOM if e.function not in (ALL, FILL) else CASES
            return template.format(*(self.inside(a, inner) for a in e.arguments)), strength
        return super().apply(e)

    def cases(self, e: Cases) -> tuple[str, int]:
        text = self.value(e.values[-1])
        for value, condition in zip(e.values[-2::-1], e.conditions[::-1], strict=True):
            text = f"np.where({self.comparison(condition)}, {self.value(value)}, {text})"
        return text, ATOM


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
                lines.append(self.written_into(item.target, item.expression))
            else:
                lines += super().body(Program((item,)), text)
        return lines

    def written_into(self, target: Quantity, expression: Expression) -> str:
        if not isinstance(expression, Apply):
            raise TypeError("only an operation on whole arrays has a place for its result")
        if expression.function == OUTER:
            self.printer.used[OUTER.name] = OUTER
        arguments = [self.printer(argument) for argument in expression.arguments]
        name = self.printer.spell(target)
        return INDENT + _INTO[expression.function].format(*arguments, target=name)


def tile_rows(sizes: Sequence[int]) -> int:
    """How many examples go through at once: about 4,000 in a narrow net, 256 in a wide one.

    An array of a layer then stays below about 256 KB: past that every temporary array costs
    more in fresh pages than the arithmetic on it.
    """
    return max(256, min(4096, 32768 // max(sizes[1:])))


TILE_ARGUMENTS = {
    "loss_and_gradient": ("parameters", "a0", "t", "gradients"),
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
    """The derivative of the {word} of the losses by the inputs, a row per example."""
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


def load(source: str) -> dict[str, Any]:
    """What generated source defines. (NumPy's own methods import as they run: no restriction.)"""
    import numpy as np

    space: dict[str, Any] = {"np": np, "math": math}
    exec(compile(source, "<derive>", "exec"), space)
    return space
