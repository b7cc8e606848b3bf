"""The machine code of a network: one example at a time, or many; each made when it is first asked
for."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cached_property
from sys import maxsize
from typing import Any

from derive.compute.blocks import blocks
from derive.compute.domain import domain
from derive.compute.native.builtin.call import BATCHES, VARIABLES, Signature, call_source
from derive.compute.native.builtin.method import Rows, builtin, set_batches, set_variables
from derive.compute.native.examples import Examples
from derive.compute.native.kernel import Layout
from derive.compute.native.machine import Linked, aligned, described_code
from derive.compute.native.runs import Runs
from derive.compute.native.straight import Unrolled, fits, together
from derive.compute.native.units import Units
from derive.compute.precision import DType
from derive.compute.programs import layers
from derive.compute.programs.plan import Plan, key
from derive.compute.programs.program import auxiliary
from derive.compute.sources.source import ScalarSource, array_of, layer_plan
from derive.expression.functions import Function, elementary
from derive.network.description import Network

_DOCUMENTATION = """flat(theta, inputs=None, targets=None)
--

The loss and its gradient by theta, a list or 1-D array like theta itself.

Lists of numbers and arrays of doubles, of one example or of several, are read by machine code;
whatever else is given goes the way of the other back ends. Raises ArgumentError."""


class NativeFunctions:
    """Functions of a network in machine code."""

    def __init__(self, network: Network, most: int = maxsize, examples: DType = "float64") -> None:
        """most      examples are taken by the builtin; more of them go the slow way
        examples  what the rows of inputs and targets are for ``many``
        """
        self.network = network
        self.most = most
        self.examples = examples
        self.blocks = blocks(network)
        self._runs: dict[int, Callable[..., None]] = {}  # by the examples written together

    @cached_property
    def plan(self) -> Plan:
        return layer_plan(self.network)

    @cached_property
    def layout(self) -> Layout:
        places: dict[str, tuple[str, int]] = {}
        ends = {"theta": 0, "fixed": 0}
        for block in self.blocks:
            argument = "fixed" if block.frozen else "theta"
            places[key(array_of(block))] = argument, ends[argument]
            ends[argument] += block.size
        gradients = {
            key(layers.gradient(array_of(b))): places[key(array_of(b))][1]
            for b in self.blocks if not b.frozen
        }  # fmt: skip
        return Layout(
            places, gradients, key(layers.SUM_OF_LOSSES), key(layers.INPUTS), key(layers.TARGETS)
        )

    # -- functions ---------------------------------------------------------------------------

    @cached_property
    def many(self) -> Callable[..., float]:
        """loss = many(count, theta, inputs, targets, fixed, gradient): sums over the examples.

        All but the first are addresses of doubles, but for the examples where these are float32;
        the gradient is written.
        """
        deltas = auxiliary("delta", len(self.network.layers))
        linked, room = self._linked(
            f"many {self.examples}",
            lambda: Examples(self.plan, self.layout, key(deltas), self.examples), ("many",),
        )  # fmt: skip
        if (
            "_one" in self.__dict__ and self.examples == "float64"
        ):  # the builtin takes several examples from now on
            set_batches(self._one[0], linked.address["many"], room, self.most)
        return _function(linked, "many", 1, 6, ctypes.c_double, room)

    def runs(self, count: int) -> Callable[..., None]:
        """runs(epochs, count, theta, rates, inputs, targets, fixed, losses, history), as ``Runs``
        has it, for this ``count`` of examples; all but the first two are addresses of doubles."""
        size = together(count) if self._is_small else 0
        if size not in self._runs:
            mean = self.network.over_examples == "mean"
            linked, room = self._linked(
                f"runs {size}",
                lambda: Unrolled(self._source, mean, size) if size
                else Runs(self.plan, self.layout, len(self._source.theta), mean),
                ("runs",),
            )  # fmt: skip
            self._runs[size] = _function(linked, "runs", 2, 8, None, room)
        return self._runs[size]

    @cached_property
    def _source(self) -> ScalarSource:
        return ScalarSource(self.network)

    @cached_property
    def _is_small(self) -> bool:
        return fits(self._source)

    @cached_property
    def _one(self) -> tuple[Linked, int]:
        """Of one example: the function and its builtin, and the room that they need."""
        of = {True: 0, False: 0}
        for block in self.blocks:
            of[block.frozen] += block.size

        def builtin_source(room: int) -> list[str]:
            signature = Signature(
                of[False], self.network.sizes[0], self.network.sizes[-1], of[True], of[False],
                room, domain(self.network), self.network.over_examples == "mean",
            )  # fmt: skip
            return call_source("one", signature)

        symbols = ("one", "one_call", *VARIABLES, *BATCHES)
        return self._linked("one", lambda: Units(self.plan, self.layout), symbols, builtin_source)

    def _linked(
        self, what: str, kernel: Callable[[], Units | Examples | Unrolled], symbols: Sequence[str],
        more: Callable[[int], list[str]] = lambda _: [],
    ) -> tuple[Linked, int]:  # fmt: skip
        """A kernel's function, named by the first word of ``what``, and the room that it needs.

        more  what else is in its module, by that room
        """

        def write() -> tuple[list[str], int]:
            written = kernel()
            lines = written.lines(what.split()[0])
            return [*lines, *more(written.room)], written.room

        code, room = described_code(f"{what} {self._description}", write)
        return Linked(code, symbols), room

    @cached_property
    def _description(self) -> str:
        """All that the functions depend on: what the network is, without its numbers."""
        network = self.network
        parts = [
            (layer.units, _contents(layer.activation), layer.bias, sorted(layer.frozen))
            for layer in network.layers
        ]
        return repr((network.sizes, parts, _contents(network.loss), network.over_examples))

    @cached_property
    def one(self) -> Callable[..., float]:
        """loss = one(theta, inputs, targets, fixed, gradient) of an example, as ``many``."""
        linked, room = self._one
        return _function(linked, "one", 0, 6, ctypes.c_double, room)

    def flat(
        self, fixed: Sequence[float], own: Sequence[Rows | None], slow: Callable[..., Any]
    ) -> Callable[..., Any]:
        """``GradientFunction.flat`` as a builtin; what it does not take, ``slow`` gets.

        It takes several examples once ``many`` has been asked for.

        fixed  the frozen numbers
        own    the network's inputs and targets in rows, for a call without them; None where it has
               none
        """
        linked, _ = self._one
        return self.builtin(slow, set_variables(linked, fixed, own))

    def builtin(self, slow: Callable[..., Any], *kept: Any) -> Callable[..., Any]:
        """The builtin around ``one`` and ``many``; what it does not take, ``slow`` gets."""
        linked, _ = self._one
        size = sum(block.size for block in self.blocks if not block.frozen)
        return builtin(linked, "one_call", _DOCUMENTATION, slow, size, self, *kept)


def _contents(value: Any) -> Any:
    """All that a formula, or a row of the catalogue, is made of, whatever it is shown as."""
    if isinstance(value, Function) and elementary().get(value.name) is value:
        return value.name  # whose derivative may have the function in it
    if is_dataclass(value):
        inner = (getattr(value, field.name) for field in fields(value) if field.compare)
        return type(value).__name__, *map(_contents, inner)
    return tuple(map(_contents, value)) if isinstance(value, tuple) else value


def _function(
    linked: Linked, name: str, counts: int, pointers: int, result: Any, room: int
) -> Callable[..., Any]:
    """Machine code as a function of so many counts and addresses, of which it adds the last:
    room to work in, of a call's own, so that threads may share it. It keeps its code alive."""
    arguments = [*[ctypes.c_int64] * counts, *[ctypes.c_void_p] * pointers]
    function = ctypes.CFUNCTYPE(result, *arguments)(linked.address[name])

    def call(*arguments: Any, kept: Linked = linked) -> Any:
        work = aligned(room)
        return function(*arguments, work.ctypes.data)

    return call
