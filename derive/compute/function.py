"""The compiled network: loss and gradients as a function of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from derive.compute.arguments import ArgumentError, block_values, is_array, listed, nested, vector
from derive.compute.engines import Defaults, Engine, LayerEngine, ScalarEngine, numpy_or_none
from derive.expression.nodes import INPUT, TARGET, Number, Quantity
from derive.network.description import Network

BACKENDS = ("auto", "python", "numpy")
# Weights × examples past which whole layers are faster than neurons one by one.
SCALAR_WORK = 500


def compile(network: Network, backend: str = "auto") -> GradientFunction:
    """The network's loss and gradients as a function.

    backend  "python": straight-line code with ``math``, example after example, no NumPy needed;
             "numpy": whole layers and tiles of examples, a tiny net's few examples in scalar
             code, results as arrays; "auto": whichever is faster for what it is given, with
             NumPy where it is installed

    Raises ArgumentError for another back end, or for "numpy" where NumPy is not installed.
    """
    if backend not in BACKENDS:
        raise ArgumentError(
            "backend", repr(backend), ", ".join(BACKENDS), 'leave it out for "auto"'
        )
    if backend == "numpy" and numpy_or_none() is None:
        raise ArgumentError(
            "backend", "'numpy', which is not installed", '"python", or "auto"',
            'install it with: pip install "derive[numpy]"',
        )  # fmt: skip
    return GradientFunction(network, backend)


class GradientFunction:
    """loss, gradients = f(inputs, targets, parameters)

    inputs      (n_in,) for one example or (batch, n_in)
    targets     (n_out,) or (batch, n_out)
    parameters  {"W1": (n_in, n_out), "b1": (n_out,), "W2": …}, a shared bias has shape ();
                W1[i][j] is the weight from unit i to unit j

    Over several examples loss and gradients are the mean, or the sum where the network says so.
    Whatever is left out comes from the network (targets that are formulas from the inputs
    given). Frozen parameters are in neither the gradients nor theta, but may be given among the
    parameters. NaN and infinities pass through.

    Lists, tuples and arrays are taken alike. Dicts and outputs hold arrays, or nested lists
    with the back end "python" (unless an array was given) and where NumPy is not installed.
    ``flat``, ``pack`` and ``unpack`` give the kind they got.

    A call changes nothing in the function: threads may share it. Processes may be sent it, or
    the network: what is compiled from either is the same code.

    network, backend  what was compiled, and which back end was asked for
    names             what each entry of theta is, in the network's notation: w1, w3, w2, …
    """

    def __init__(self, network: Network, backend: str = "auto") -> None:
        self.network = network
        self.backend = backend
        self._own = Defaults(network)
        self._scalars = ScalarEngine(self._own)
        self._layers = LayerEngine(self._own)
        self._weights = sum(block.size for block in self._own.blocks)
        self._input_names = self._named(INPUT, network.sizes[0])
        self._target_names = self._named(TARGET, network.sizes[-1])
        self._inputs = _plain(network.inputs, network.is_batch)
        # Targets that are formulas follow the inputs of each call.
        self._targets = (
            None if network.target_formulas else _plain(network.targets, network.is_batch)
        )
        # The frozen numbers, or None while a call has to be refused because they are missing.
        self._fixed: list[float] | None = None
        if all(network.value(b.quantities[0]) for b in self._own.blocks if b.frozen):
            self._fixed = self._own.fixed
        self._short = None
        if self._engine(1) is self._scalars:
            self._short = self._scalars.function("loss_and_gradient")
        else:
            self._layers.function("loss_and_gradient")

    def _named(self, kind: str, count: int) -> tuple[str, ...]:
        return tuple(self._scalars.code.names.code(Quantity(kind, unit=k)) for k in range(count))

    def _engine(self, examples: int) -> Any:
        """Who runs this many examples."""
        if self.backend == "python" or self._weights * examples <= SCALAR_WORK:
            return self._scalars
        return self._scalars if self._layers.np is None else self._layers

    # -- what it is --------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """What each entry of theta is called in the network's notation."""
        return self._own.names

    @cached_property
    def source(self) -> str:
        """The generated code for the examples that the network has, or for one."""
        code = self._engine(self.network.example_count).code
        found: str = code.source("loss_and_gradient", remarks=True)
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GradientFunction):
            return NotImplemented
        return self.network == other.network and self.backend == other.backend

    def __hash__(self) -> int:
        return hash((self.network.sizes, self.backend))

    def __reduce__(self) -> tuple[Any, ...]:
        return compile, (self.network, self.backend)  # a copy generates the same code anew

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        return f"<GradientFunction of a {sizes} network, {self._own.size} parameters in theta>"

    # -- loss and gradients ------------------------------------------------------------------

    def __call__(
        self, inputs: Any = None, targets: Any = None, parameters: Mapping[str, Any] | None = None
    ) -> tuple[float, dict[str, Any]]:
        """The loss and ∂loss/∂parameter of every trained parameter. Raises ArgumentError."""
        engine, x, t, _ = self._prepare(inputs, targets)
        loss, flat = engine.loss_and_gradient(self._parameters(engine, parameters), x, t)
        return loss, self._mapping(flat, self._gives_arrays(inputs, targets, parameters))

    def flat(self, theta: Any, inputs: Any = None, targets: Any = None) -> tuple[float, Any]:
        """The loss and its gradient by theta, a list or 1-D array like theta itself.

        Fits ``scipy.optimize.minimize(f.flat, theta, (inputs, targets), jac=True)``.
        Raises ArgumentError.
        """
        if self._short is not None and self._fixed is not None:
            # The short way, for one example of plain numbers. Anything else, and whatever
            # fails here, takes the long way, which finds out what is wrong.
            w = _as_list(theta)
            x = self._inputs if inputs is None else _as_list(inputs)
            t = self._targets if targets is None else _as_list(targets)
            if type(x) is type(t) is type(w) is list and x and type(x[0]) is float:
                try:
                    loss, gradient = self._short(w, x, t, self._fixed)
                    return float(loss), gradient if w is theta else _like(theta, gradient)
                except (TypeError, ValueError, OverflowError):
                    pass
        engine, rows, goals, _ = self._prepare(inputs, targets)
        loss, found = engine.loss_and_gradient(engine.parameters_of_theta(theta), rows, goals)
        return loss, _like(theta, found)

    def forward(self, inputs: Any = None, parameters: Mapping[str, Any] | None = None) -> Any:
        """The outputs, (n_out,) or (batch, n_out). Raises ArgumentError."""
        engine, x, single = self._given_inputs(inputs)
        found = engine.forward(self._parameters(engine, parameters), x)
        return self._rows(found, single, self._gives_arrays(inputs, parameters))

    def input_gradient(
        self, inputs: Any = None, targets: Any = None, parameters: Mapping[str, Any] | None = None
    ) -> Any:
        """∂loss/∂inputs with the targets held still, in the inputs' shape.

        Over several examples the loss is their mean (or sum), and so is what is differentiated.
        Raises ArgumentError.
        """
        engine, x, t, single = self._prepare(inputs, targets)
        found = engine.input_gradient(self._parameters(engine, parameters), x, t)
        return self._rows(found, single, self._gives_arrays(inputs, targets, parameters))

    # -- theta and the arrays it is made of --------------------------------------------------

    def pack(self, parameters: Mapping[str, Any] | None = None) -> Any:
        """Theta from the trained arrays: W1 row by row, b1, W2, …; frozen ones are left out.

        A 1-D array where an array is among them, else a list. What is left out comes from the
        network. Raises ArgumentError.
        """
        given = self._checked(parameters)
        theta: list[float] = []
        for block, _ in self._own.places:
            if block.key in given:
                theta += block_values(given[block.key], block)
            else:
                theta += self._own.values(block)
        if any(map(is_array, given.values())) or (not given and self._gives_arrays()):
            return numpy_or_none().asarray(theta, dtype=float)
        return theta

    def unpack(self, theta: Any) -> dict[str, Any]:
        """The trained arrays from theta: views of an array, nested lists of a list.

        Raises ArgumentError.
        """
        if not is_array(theta):
            return self._mapping(vector(theta, self.names, "theta"), arrays=False)
        flat = numpy_or_none().asarray(theta)
        if flat.shape != (self._own.size,):
            vector(theta, self.names, "theta")
        return self._mapping(flat, arrays=True)

    # -- what is given, what comes from the network --------------------------------------------

    def _prepare(self, inputs: Any, targets: Any) -> tuple[Engine, Any, Any, bool]:
        engine, x, single = self._given_inputs(inputs)
        if targets is None and self.network.target_formulas:
            targets = self._scalars.target_values(x)
        elif targets is None:
            targets = self._targets
        if targets is None:
            raise ArgumentError(
                "targets", "nothing, and the network has no targets",
                f"{len(self._target_names)} numbers for each example",
                f"give {listed(self._target_names)}",
            )  # fmt: skip
        t, _ = engine.examples(targets, self._target_names, "targets")
        if len(t) != len(x):
            raise ArgumentError(
                "targets", f"{len(t)} example{'s' * (len(t) != 1)}",
                f"as many as there are inputs, {len(x)}", "give a row of targets for each example",
            )  # fmt: skip
        return engine, x, t, single

    def _given_inputs(self, inputs: Any) -> tuple[Any, Any, bool]:
        value = self._inputs if inputs is None else inputs
        if value is None:
            raise ArgumentError(
                "inputs", "nothing, and the network has no values for them",
                f"{len(self._input_names)} numbers, or a row of them for each example",
                f"give {listed(self._input_names)}",
            )  # fmt: skip
        engine = self._engine(_count(value))
        x, single = engine.examples(value, self._input_names, "inputs")
        return engine, x, single

    def _checked(self, parameters: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if parameters is None:
            return {}
        allowed = [block.key for block in self._own.blocks]
        if not isinstance(parameters, Mapping):
            raise ArgumentError(
                "parameters", f"a {type(parameters).__name__}", f"a dict of {listed(allowed)}",
                "for a flat list use flat(theta, …), or unpack(theta)",
            )  # fmt: skip
        unknown = [key for key in parameters if key not in allowed]
        if unknown:
            raise ArgumentError(
                "parameters", f"the unknown name {unknown[0]!r}", listed(allowed),
                "layers count from 1: W1 leads from the inputs to layer 1",
            )  # fmt: skip
        return parameters

    def _parameters(self, engine: Engine, parameters: Mapping[str, Any] | None) -> Any:
        return engine.parameters_of(self._checked(parameters))

    # -- the kind of what is given back --------------------------------------------------------

    def _gives_arrays(self, *given: Any) -> bool:
        if self.backend == "numpy":
            return True
        for value in given:
            if is_array(value):
                return True
            if isinstance(value, Mapping) and any(map(is_array, value.values())):
                return True
        return self.backend == "auto" and self._layers.np is not None

    def _mapping(self, flat: Any, arrays: bool) -> dict[str, Any]:
        if arrays:
            flat = numpy_or_none().asarray(flat, dtype=float)
            return {b.key: flat[place].reshape(b.shape) for b, place in self._own.places}
        values = nested(flat)
        return {block.key: block.shaped(values[place]) for block, place in self._own.places}

    def _rows(self, found: Any, single: bool, arrays: bool) -> Any:
        result = found[0] if single else found
        return numpy_or_none().asarray(result, dtype=float) if arrays else nested(result)


def _as_list(value: Any) -> Any:
    """A 1-D array as a list; anything else as it is."""
    if type(value) is not list and getattr(value, "ndim", 0) == 1:
        return value.tolist()
    return value


def _like(theta: Any, flat: Any) -> Any:
    return numpy_or_none().asarray(flat, dtype=float) if is_array(theta) else nested(flat)


def _count(value: Any) -> int:
    """How many examples something holds, as far as one can tell at a glance."""
    if is_array(value):
        return len(value) if getattr(value, "ndim", 1) > 1 else 1
    is_rows = isinstance(value, Sequence) and len(value) and isinstance(nested(value[0]), Sequence)
    return len(value) if is_rows else 1


def _plain(rows: tuple[tuple[Number, ...], ...] | None, is_batch: bool) -> list[Any] | None:
    """The network's own examples as floats: one as a list, several as rows."""
    if rows is None:
        return None
    found = [[float(number.value) for number in row] for row in rows]
    return found if is_batch else found[0]
