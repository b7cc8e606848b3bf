"""Source code of a network's functions, one example or many at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from types import MappingProxyType

from derive.algebra.languages.statements import INDENT
from derive.algebra.languages.texts import MATH, PYTHON
from derive.compute.backends import numpy as arrays
from derive.compute.backends.code import BUILTINS, EXCEPTIONS, Code
from derive.compute.blocks import Block, blocks, trained
from derive.compute.domain import domain
from derive.compute.programs import layers
from derive.compute.programs.functions import IEEE, KNOWN
from derive.compute.programs.plan import Plan, key
from derive.compute.programs.program import Program, gradient
from derive.compute.programs.scalar import scalar_program, target_program
from derive.compute.sources.identifiers import Identifiers, LayerIdentifiers
from derive.compute.sources.text import Text
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.graph import E, activations
from derive.network.description import Network
from derive.notation import names
from derive.notation.names import Names

RESERVED = (
    *MATH, *BUILTINS, *EXCEPTIONS, *PYTHON, *KNOWN,
    *(function.name for function in IEEE.values()),
    "theta", "inputs", "targets", "fixed", "loss_and_gradient", "forward", "input_gradient",
    "target_values", "math", "np",
)  # fmt: skip


def names_of(network: Network) -> Names:
    """The network's names in its own notation."""
    return names(network.notation, network.shape, network.layout)


class OneSource(ABC):
    """Functions of one example in plain Python, a statement for each quantity.

    A subclass says which there are, what they are about, and their program.

    arguments  function → what it takes; each is a group of quantities of that name
    summaries  function → what its docstring says
    reserved   names that no quantity may have
    loss       of one example
    """

    arguments: Mapping[str, tuple[str, ...]]
    summaries: Mapping[str, str]
    reserved: Sequence[str] = RESERVED

    def __init__(
        self, names: Names, loss: Quantity, inputs: tuple[Quantity, ...],
        targets: tuple[Quantity, ...] = (),
    ) -> None:  # fmt: skip
        self.names = names
        self.loss = loss
        self.inputs = inputs
        self.targets = targets
        self.identifiers = self.identified()
        self._lock = Lock()  # identifiers are given out while lines are written

    @property
    @abstractmethod
    def theta(self) -> tuple[Quantity, ...]:
        """What is trained."""

    @property
    def fixed(self) -> tuple[Quantity, ...]:
        """What is frozen."""
        return ()

    @property
    @abstractmethod
    def program(self) -> Program:
        """The loss and ``gradient`` of everything."""

    def program_for(self, function: str, results: Iterable[Quantity], remarks: bool) -> Program:
        """What of a function's program its results need; with ``remarks`` all that is said."""
        return self._program(function, remarks).only(results)

    @abstractmethod
    def _results(self, function: str) -> tuple[Sequence[Quantity], Sequence[Quantity]]:
        """What a function gives back: the loss or nothing, and a list or nothing."""

    def identified(self, more: Sequence[str] = ()) -> Identifiers:
        """Identifiers for code, in which ``more`` names are reserved."""
        return Identifiers(self.names, (*self.reserved, *more))

    def _program(self, function: str, remarks: bool) -> Program:
        """The program that a function is of."""
        return self.program

    def _refused(self) -> str:
        """The condition, in code, under which loss_and_gradient raises ValueError."""
        return ""

    def source(self, function: str, remarks: bool = False, checked: bool = False) -> str:
        """One of the functions, with the helpers it calls."""
        return "\n".join(self.lines((function,), remarks, checked=checked)) + "\n"

    def lines(
        self, functions: Sequence[str], remarks: bool = False, default: str | None = "()",
        checked: bool = False,
    ) -> list[str]:  # fmt: skip
        """Some of the functions, and before them the helpers they call.

        checked  loss_and_gradient raises ValueError for a target that the loss cannot take
        """
        with self._lock:
            writer = Code(self.identifiers)
            lines: list[str] = []
            for function in functions:
                lines += [*self._function(function, writer, remarks, default, checked), "", ""]
            return [*writer.definitions(), *lines[:-2]]

    def _function(
        self, function: str, writer: Code, remarks: bool, default: str | None, checked: bool
    ) -> list[str]:
        code = self.identifiers
        arguments = [
            name for name in self.arguments[function] if name != "fixed" or default is not None
        ]
        loss, results = self._results(function)
        usual = {"fixed": f"fixed={default}"} if default else {}
        if not self.inputs and arguments[-1] == "inputs":
            usual["inputs"] = "inputs=()"
        head = ", ".join(usual.get(name, name) for name in arguments)
        lines = [f"def {function}({head}):", f'{INDENT}"""{self.summaries[function]}"""']
        for name in arguments:
            lines += writer.unpacking([code(q) for q in getattr(self, name)], name)
        refused = self._refused() if checked and function == "loss_and_gradient" else ""
        if refused:
            lines += writer.folded("if ", refused, ":")
            lines.append(f"{INDENT * 2}raise ValueError")
        program = self.program_for(function, (*loss, *results), remarks)
        lines += writer.body(program, Text(self.names.text) if remarks else None)
        if function == "loss":
            return [*lines, f"{INDENT}return {code(self.loss)}"]
        start = "return " + "".join(f"{code(q)}, " for q in loss)
        return [*lines, writer.wrapped_list(f"{start}[", [code(q) for q in results], "]", INDENT)]


class ScalarSource(OneSource):
    """Functions of one example, neuron by neuron, in plain Python.

        loss_and_gradient(theta, inputs, targets, fixed=()) -> loss, list
        loss(theta, inputs, targets, fixed=()) -> loss
        forward(theta, inputs, fixed=()) -> list
        input_gradient(theta, inputs, targets, fixed=()) -> list
        target_values(inputs) -> list, where the targets are formulas

    ``fixed`` holds the frozen parameters; ``default`` is what stands after its sign of
    equality, "" for nothing, None leaves the argument out. With ``remarks`` the textbook formula
    stands above each line.
    """

    arguments = MappingProxyType({
        "loss_and_gradient": ("theta", "inputs", "targets", "fixed"),
        "loss": ("theta", "inputs", "targets", "fixed"),
        "forward": ("theta", "inputs", "fixed"),
        "input_gradient": ("theta", "inputs", "targets", "fixed"),
        "target_values": ("inputs",),
    })  # fmt: skip
    summaries = MappingProxyType({
        "loss_and_gradient": "The loss of one example, and its gradient with respect to theta.",
        "loss": "The loss of one example.",
        "forward": "The outputs for one example.",
        "input_gradient": "The gradient of one example's loss with respect to its inputs.",
        "target_values": "The targets of one example, from its inputs.",
    })  # fmt: skip

    def __init__(self, network: Network) -> None:
        inputs = tuple(Quantity(INPUT, unit=i) for i in range(network.sizes[0]))
        targets = tuple(Quantity(TARGET, unit=k) for k in range(network.sizes[-1]))
        super().__init__(names_of(network), E, inputs, targets)
        self.network = network

    @cached_property
    def theta(self) -> tuple[Quantity, ...]:
        return tuple(q for b in blocks(self.network) if not b.frozen for q in b.quantities)

    @cached_property
    def fixed(self) -> tuple[Quantity, ...]:
        return tuple(q for b in blocks(self.network) if b.frozen for q in b.quantities)

    @cached_property
    def program(self) -> Program:
        return scalar_program(self.network)

    def _refused(self) -> str:
        allowed = domain(self.network)
        return "" if allowed is None else allowed.refusing(map(self.identifiers, self.targets))

    def _program(self, function: str, remarks: bool) -> Program:
        if function == "target_values":
            return target_program(self.network)
        return scalar_program(self.network, remarks) if remarks else self.program

    def _results(self, function: str) -> tuple[Sequence[Quantity], Sequence[Quantity]]:
        if function == "loss":
            return (E,), ()
        if function == "loss_and_gradient":
            return (E,), [gradient(q) for q in self.theta]
        if function == "input_gradient":
            return (), [gradient(q) for q in self.inputs]
        if function == "forward":
            return (), activations(self.network.layers[-1])
        return (), self.targets


class LayerSource:
    """Functions of many examples, layer by layer, in NumPy.

        loss_and_gradient_of_batch(parameters, inputs, targets) -> loss, flat array
        loss_of_batch(parameters, inputs, targets) -> loss
        forward_of_batch(parameters, inputs) -> (examples, n_out)
        input_gradient_of_batch(parameters, inputs, targets) -> (examples, n_in)

    ``parameters`` are all arrays in the order of ``blocks``, inputs and targets have a row per
    example. Each goes through the examples in tiles, with a function of one tile.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.blocks = blocks(network)
        self.names = names_of(network)
        self.identifiers = LayerIdentifiers(self.names, RESERVED)
        self._lock = Lock()

    def source(self, function: str, remarks: bool = False) -> str:
        """One of the functions, with what it calls."""
        return "\n".join(self.lines((function,), remarks)) + "\n"

    def lines(self, functions: Sequence[str], remarks: bool = False) -> list[str]:
        """Some of the functions, and before them what they call."""
        with self._lock:
            into = [layers.gradient(array_of(b)) for b in self.blocks if not b.frozen]
            writer = arrays.Tiles(self.identifiers, into=[self.identifiers(q) for q in into])
            lines: list[str] = []
            for function in functions:
                lines += [*self._tile(function, writer, into, remarks), "", ""]
                if function == "loss_and_gradient":
                    lines += [*self._views(writer), "", ""]
                lines += [*self._driver(function), "", ""]
            return [*writer.definitions(), *lines[:-2]]

    def _tile(
        self, function: str, writer: arrays.Tiles, into: Sequence[Quantity], remarks: bool
    ) -> list[str]:
        """The function of one tile: a column per example, sums over its examples."""
        code = self.identifiers
        arguments = arrays.TILE_ARGUMENTS[function]
        lines = [
            f"def {function}_of_tile({', '.join(arguments)}):",
            f'{INDENT}"""{_TILE_SUMMARIES[function]}"""',
        ]
        lines += writer.unpacking([code(array_of(b)) for b in self.blocks], "parameters")
        result = {
            "loss_and_gradient": layers.SUM_OF_LOSSES,
            "loss": layers.SUM_OF_LOSSES,
            "forward": layers.outputs(self.network),
            "input_gradient": layers.gradient(layers.INPUTS),
        }[function]
        results = [result]
        if function == "loss_and_gradient":
            lines += writer.unpacking([code(q) for q in into], "gradients")
            results += into
        program = layers.layer_program(self.network, remarks).only(results)
        lines += writer.body(program, Text(self.names.text) if remarks else None)
        return [*lines, f"{INDENT}return {code(result)}"]

    def _views(self, writer: arrays.Tiles) -> list[str]:
        parts = [
            f"flat[{place.start}:{place.stop}]"
            + ("" if len(block.shape) == 1 else f".reshape({block.shape})")
            for block, place in trained(self.blocks)
        ]
        return [
            "def views(flat):",
            f'{INDENT}"""The trained parameters, or their gradients, as parts of a flat array."""',
            writer.wrapped_list("return (", parts, ")" if len(parts) != 1 else ",)", INDENT),
        ]

    def _driver(self, function: str) -> list[str]:
        mean = self.network.over_examples == "mean"
        return (
            arrays.DRIVERS[function]
            .format(
                rows=arrays.tile_rows(self.network.sizes),
                size=sum(block.size for block in self.blocks if not block.frozen),
                per_example=" / count" if mean else "",
                per_input=" / len(inputs)" if mean else "",
                word=self.network.over_examples,
                outputs=self.network.sizes[-1],
                divide="\n    total /= count" if mean else "",
            )
            .splitlines()
        )


_TILE_SUMMARIES = {
    "loss_and_gradient": "The sum of some examples' losses; its derivatives go into gradients.",
    "loss": "The sum of some examples' losses.",
    "forward": "The outputs, a column per example.",
    "input_gradient": "Each loss's gradient with respect to the inputs, a column per example.",
}


def array_of(block: Block) -> Quantity:
    """The array that a block is in a program of whole layers."""
    return (layers.weights if block.key.startswith("W") else layers.biases)(block.layer)


def layer_plan(network: Network, remarks: bool = False) -> Plan:
    """The loss and its gradients, summed over examples, as steps."""
    every = blocks(network)
    trained = [layers.gradient(array_of(b)) for b in every if not b.frozen]
    return Plan(
        layers.layer_program(network, remarks).only([layers.SUM_OF_LOSSES, *trained]),
        {key(array_of(b)): b.shape for b in every},
        {key(layers.INPUTS): network.sizes[0], key(layers.TARGETS): network.sizes[-1]},
    )
