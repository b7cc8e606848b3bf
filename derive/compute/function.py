"""The compiled network: loss and gradients as a function of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from sys import maxsize
from typing import TYPE_CHECKING, Any, overload

from derive.compute.arguments import (
    ArgumentError,
    as_list,
    block_values,
    count,
    is_array,
    is_table,
    listing,
    nested,
    own_rows,
    vector,
)
from derive.compute.directions.derivatives import Derivatives
from derive.compute.domain import domain, refuse_misfit
from derive.compute.engines import Defaults, Engine, LayerEngine, ScalarEngine, scalar_examples
from derive.compute.named import by_array
from derive.compute.native import chosen
from derive.compute.precision import Precision, numpy_or_none
from derive.compute.sources.runnable import runnable
from derive.compute.targets import as_rows
from derive.network.argument_types import ArrayLike, Examples, Parameters
from derive.network.description import Network

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

    from derive.compute.compiling import BackEnd
    from derive.compute.native.engine import NativeEngine
    from derive.compute.precision import DType


class GradientFunction(Derivatives):
    """loss, gradients = f(inputs, targets, parameters)

    inputs      (n_in,) for one example or (batch, n_in)
    targets     (n_out,) or (batch, n_out); for one output also a number, or (batch,); for a
                cross-entropy also classes counted from 0, (batch,)
    parameters  {"W1": (n_in, n_out), "b1": (n_out,), "W2": …}, a shared bias has shape (); or
                single ones by their names, {"w1": 0.15, …}; both may be mixed

    W1[i][j] is the weight from unit i to unit j. ``torch.nn.Linear.weight`` is the other way
    round: transpose it. Where a layer is as wide as the one before, nothing can tell.

    The loss of one example is the sum over its outputs (the mean where the network says so).
    Over several examples loss and gradients are the mean, or the sum where the network says so.
    Whatever is left out comes from the network (targets that are formulas from the inputs
    given). Frozen parameters are in neither the gradients nor theta, but may be given among the
    parameters.

    NaN and infinities pass through. A target that the loss cannot take is refused, as in a
    network: 0 with hinge, which has ±1; 1.5 with a cross-entropy. (NaN is refused by hinge alone.
    Targets of a cross-entropy that do not sum to 1 are taken: the loss is defined.)

    Lists, tuples and arrays are taken alike. Dicts and outputs hold arrays, or nested lists
    with the back end "python" (unless an array was given) and where NumPy is not installed.
    ``flat``, ``pack`` and ``unpack`` give the kind they got.

    theta has W1 row by row, b1, W2, …; ``names`` says what each entry is. That is not the order
    of the numbers in the names: of a 2-2-2 network it is w1, w3, w2, w4, …
    ``f.pack({"w1": …, "w2": …})`` puts each in its place.

    A call changes nothing in the function: threads may share it, processes may be sent it.

    network           what was compiled
    backend, why      what runs it, and why: native, numpy or python
    names             what each entry of theta is, in the network's notation: w1, w3, w2, …
    threads           how many machine code may use for a large batch
    dtype             "float64", or "float32": the numbers that are taken and given
    """

    def __init__(
        self, network: Network, backend: BackEnd = "auto", threads: int = 1,
        dtype: DType = "float64",
    ) -> None:  # fmt: skip
        self.network = network
        self.dtype = dtype
        self._choice = backend
        self.threads = threads
        self._own = Defaults(network, Precision(dtype))
        self._scalars = ScalarEngine(self._own)
        self._layers = LayerEngine(self._own)
        self._few = maxsize if backend == "python" else scalar_examples(network)
        if self._own.precision.is_single:
            self._few = 0  # numbers are rounded as arrays
        self._domain = domain(network)
        code = self._scalars.code
        self._input_names, self._target_names = (
            tuple(map(code.names.code, quantities)) for quantities in (code.inputs, code.targets)
        )
        self._inputs = own_rows(network.inputs, network.is_batch)
        # Targets that are formulas follow the inputs of each call.
        self._targets = (
            None if network.target_formulas else own_rows(network.targets, network.is_batch)
        )
        # What ``flat`` calls with one example; None where another engine has it, or where a call
        # has to be refused because frozen numbers are missing.
        self._short = None
        self._fixed: list[float] = []
        self.backend, why = chosen(network, backend)
        self.why = why + self._own.precision.remark
        self._native = self._machine_code() if self.backend == "native" else None
        if self._native is not None:
            slowly = GradientFunction.flat.__get__(self)
            builtin = self._native.flat(self._inputs, self._targets, slowly)
            if builtin is not None:
                self.__dict__["flat"] = builtin
        elif self._engine(1) is not self._scalars:
            self._layers.function("loss_and_gradient")
        elif self._own.knows_fixed:
            self._fixed = self._own.fixed
            self._short = self._scalars.function("loss_and_gradient")

    def _machine_code(self) -> NativeEngine:
        from derive.compute.native.engine import NativeEngine  # loads llvmlite

        return NativeEngine(self._own, self.threads)

    def _gradient_engine(self, examples: int) -> Any:
        """Who works out losses and gradients of this many examples."""
        return self._engine(examples) if self._native is None else self._native

    def _engine(self, examples: int) -> Any:
        """Who runs this many examples."""
        if examples <= self._few:
            return self._scalars
        return self._scalars if self._layers.np is None else self._layers

    # -- what it is --------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """What each entry of theta is called in the network's notation."""
        return self._own.names

    @cached_property
    def source(self) -> str:
        """The generated code for the examples that the network has, or for one.

        It runs as it stands: ``exec(f.source)`` defines loss_and_gradient(theta, inputs,
        targets), of one example in plain Python or of many in NumPy. Frozen numbers are in it;
        where the network lacks them they are one more argument, ``fixed``.
        """
        scalars = self._engine(self.network.example_count) is self._scalars
        return runnable(self.network, "python" if scalars else "numpy")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GradientFunction):
            return NotImplemented
        return self._arguments == other._arguments

    def __hash__(self) -> int:
        return hash((self.network.sizes, self._choice))

    @property
    def _arguments(self) -> tuple[Network, BackEnd, int, DType]:
        return self.network, self._choice, self.threads, self.dtype

    def __reduce__(self) -> tuple[Any, ...]:
        return GradientFunction, self._arguments  # a copy generates the same code

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        kind = f", {self.dtype}" if self._own.precision.is_single else ""
        return (
            f"<GradientFunction of a {sizes} network, {self._own.size} parameters in theta{kind}>"
        )

    def _repr_markdown_(self) -> str:
        from derive.notebook import function  # from below, when a notebook asks

        return function(self)

    # -- loss and gradients ------------------------------------------------------------------

    def __call__(
        self,
        inputs: Examples = None,
        targets: Examples = None,
        parameters: Parameters = None,
    ) -> tuple[float, dict[str, Any]]:
        """The loss and ∂loss/∂parameter of every trained parameter. Raises ArgumentError."""
        engine, x, t, _ = self._prepare(inputs, targets, self._gradient_engine)
        loss, flat = engine.loss_and_gradient(self._parameters(engine, parameters), x, t)
        loss = self._own.precision.number(loss)
        return loss, self._own.mapping(flat, self._gives_arrays(inputs, targets, parameters))

    def loss(
        self,
        inputs: Examples = None,
        targets: Examples = None,
        parameters: Parameters = None,
    ) -> float:
        """The loss alone, to the bit that of a call with its gradients. Raises ArgumentError."""
        engine, x, t, _ = self._prepare(inputs, targets, self._gradient_engine)
        loss = engine.loss(self._parameters(engine, parameters), x, t)
        return self._own.precision.number(loss)

    @overload
    def flat(
        self,
        theta: Sequence[float],
        inputs: Examples = None,
        targets: Examples = None,
    ) -> tuple[float, list[float]]: ...
    @overload
    def flat(
        self, theta: NDArray[Any], inputs: Examples = None, targets: Examples = None
    ) -> tuple[float, NDArray[floating[Any]]]: ...
    @overload
    def flat(
        self, theta: ArrayLike, inputs: Examples = None, targets: Examples = None
    ) -> tuple[float, Any]: ...
    def flat(
        self, theta: ArrayLike, inputs: Examples = None, targets: Examples = None
    ) -> tuple[float, Any]:
        """The loss and its gradient by theta, a list or 1-D array like theta itself.

        Fits ``scipy.optimize.minimize(f.flat, theta, (inputs, targets), jac=True)``.
        Raises ArgumentError.
        """
        run = self._short
        if run is not None:
            # The short way, for plain numbers in lists. Anything else, and whatever fails here,
            # takes the long way, which finds out what is wrong.
            w, x, t = theta, inputs, targets
            if type(w) is not list:
                w = as_list(w)
            if type(x) is not list:
                x = self._inputs if x is None else as_list(x)
            if type(t) is not list:
                t = self._targets if t is None else as_list(t)
            if type(x) is type(t) is type(w) is list and x:
                try:
                    if type(x[0]) is float:
                        loss, gradient = run(w, x, t, self._fixed)
                        if w is not theta:  # it was an array
                            gradient = self._own.precision.array(gradient)
                        return float(loss), gradient
                    result = self._several(w, x, t)
                    if result is not None:
                        return result[0], self._own.precision.like(theta, result[1])
                except (TypeError, ValueError, OverflowError):
                    pass
        engine, rows, goals, _ = self._prepare(inputs, targets, self._gradient_engine)
        loss, gradient = engine.loss_and_gradient(engine.parameters_of_theta(theta), rows, goals)
        return self._own.precision.number(loss), self._own.precision.like(theta, gradient)

    def _several(self, w: list[Any], x: list[Any], t: list[Any]) -> tuple[float, Any] | None:
        """The short way for several examples in rows; None where it is not for them."""
        if len(x) != len(t) or not 1 < len(x) <= self._few:
            return None
        if not (is_table(x, len(self._input_names)) and is_table(t, len(self._target_names))):
            return None
        if self._domain is not None and not self._domain.all_fit(t):
            return None
        return self._scalars.loss_and_gradient((w, self._fixed), x, t)

    def forward(self, inputs: Examples = None, parameters: Parameters = None) -> Any:
        """The outputs, (n_out,) or (batch, n_out). Raises ArgumentError."""
        engine, x, single = self._given_inputs(inputs)
        outputs = engine.forward(self._parameters(engine, parameters), x)
        return self._rows(outputs, single, self._gives_arrays(inputs, parameters))

    def input_gradient(
        self,
        inputs: Examples = None,
        targets: Examples = None,
        parameters: Parameters = None,
    ) -> Any:
        """∂loss/∂inputs with the targets held still, in the inputs' shape.

        Over several examples the loss is their mean (or sum), and so is what is differentiated.
        Raises ArgumentError.
        """
        engine, x, t, single = self._prepare(inputs, targets)
        gradients = engine.input_gradient(self._parameters(engine, parameters), x, t)
        return self._rows(gradients, single, self._gives_arrays(inputs, targets, parameters))

    # -- theta and the arrays it is made of --------------------------------------------------

    def pack(self, parameters: Parameters = None) -> Any:
        """Theta from the trained arrays: W1 row by row, b1, W2, …; frozen ones are left out.

            f.pack({"W1": [[0.15, 0.25], [0.20, 0.30]], …})
            f.pack({"w1": 0.15, "w2": 0.20, "w3": 0.25, "w4": 0.30, …})

        Single weights and biases by their names, in any order: theta has them in its own order,
        ``names``, which is not that of the numbers in a name. A 1-D array where an array is
        among them, else a list. What is left out comes from the network. Raises ArgumentError.
        """
        given = self._by_array(parameters)
        theta: list[float] = []
        for block, _ in self._own.places:
            if block.key in given:
                theta += block_values(given[block.key], block)
            else:
                theta += self._own.values(block)
        if any(map(is_array, given.values())) or (not given and self._gives_arrays()):
            return self._own.precision.array(theta)
        return theta

    def unpack(self, theta: ArrayLike) -> dict[str, Any]:
        """The trained arrays from theta: views of an array, nested lists of a list.

        Raises ArgumentError.
        """
        if not is_array(theta):
            return self._own.mapping(vector(theta, self.names, "theta"), arrays=False)
        flat = numpy_or_none().asarray(theta)
        if flat.shape != (self._own.size,):
            vector(theta, self.names, "theta")
        return self._own.mapping(flat, arrays=True)

    # -- what is given, what comes from the network --------------------------------------------

    def _prepare(
        self, inputs: Any, targets: Any, by: Callable[[int], Any] | None = None
    ) -> tuple[Engine, Any, Any, bool]:
        engine, x, single = self._given_inputs(inputs, by)
        if targets is None and self.network.target_formulas:
            targets = self._scalars.target_values(x)
        elif targets is None:
            targets = self._targets
        else:
            targets = as_rows(self.network, targets, len(x))
        if targets is None:
            raise ArgumentError(
                "targets", "nothing, and the network has no targets",
                f"{len(self._target_names)} numbers for each example",
                f"give {listing(self._target_names)}",
            )  # fmt: skip
        t, _ = engine.examples(targets, self._target_names, "targets")
        if len(t) != len(x):
            raise ArgumentError(
                "targets", f"{len(t)} example{'s' * (len(t) != 1)}",
                f"as many as there are inputs, {len(x)}", "give a row of targets for each example",
            )  # fmt: skip
        if self._domain is not None and not self._domain.all_fit(t):
            refuse_misfit(self.network, nested(t))
        return engine, x, t, single

    def _given_inputs(
        self, inputs: Any, by: Callable[[int], Any] | None = None
    ) -> tuple[Any, Any, bool]:
        value = self._inputs if inputs is None else inputs
        if value is None:
            raise ArgumentError(
                "inputs", "nothing, and the network has no values for them",
                f"{len(self._input_names)} numbers, or a row of them for each example",
                f"give {listing(self._input_names)}",
            )  # fmt: skip
        engine = (by or self._engine)(count(value))
        x, single = engine.examples(value, self._input_names, "inputs")
        return engine, x, single

    def _by_array(self, parameters: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if parameters is None:
            return {}
        if not isinstance(parameters, Mapping):
            arrays = listing([block.key for block in self._own.blocks])
            raise ArgumentError(
                "parameters", f"a {type(parameters).__name__}", f"a dict of {arrays}",
                "for a flat list use flat(theta, …), or unpack(theta)",
            )  # fmt: skip
        return by_array(parameters, self._own)

    def _parameters(self, engine: Engine, parameters: Mapping[str, Any] | None) -> Any:
        return engine.parameters_of(self._by_array(parameters))

    # -- the kind of what is given back --------------------------------------------------------

    def _gives_arrays(self, *given: Any) -> bool:
        if self.backend == "numpy" or self._own.precision.is_single:
            return True
        for value in given:
            if is_array(value):
                return True
            if isinstance(value, Mapping) and any(map(is_array, value.values())):
                return True
        return self._choice in ("auto", "native") and self._layers.np is not None

    def _rows(self, values: Any, single: bool, arrays: bool) -> Any:
        result = values[0] if single else values
        return self._own.precision.array(result) if arrays else nested(result)
