"""Second derivatives, and derivatives of the outputs: what a compiled network gives beside its
loss and gradient.

They are methods of ``GradientFunction``, which takes and gives numbers in the same way. They stand
in a class of their own because nothing of them is made, nor a module for them loaded, before one of
them is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

from derive.compute.arguments import ArgumentError, nested, vector
from derive.network.argument_types import ArrayLike, Examples, Parameters

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

    from derive.compute.directions.along_engines import Along
    from derive.compute.engines import Defaults, Engine, LayerEngine, ScalarEngine
    from derive.network.description import Network

By = Literal["inputs", "parameters"]
_BY: tuple[By, ...] = get_args(By)


class Derivatives:
    """The further derivatives of a ``GradientFunction``.

    ``hessian`` and ``hvp`` are of the loss over all examples, their mean or sum; ``per_example``,
    ``jacobian``, ``jvp`` and ``vjp`` by inputs go row by row. Vectors over theta are in the order
    of ``names``, without what is frozen.

    For the activations and losses of the catalogue they are as stable as the gradient, relative to
    the largest part of a sum. The second derivative of a formula of one's own is rewritten as its
    first is, and nothing is promised of its digits. Where an activation or a loss has a corner, its
    second derivative is that of the piece that its first belongs to: 0 for relu, |x| and hinge, α
    for elu at 0. That the first leaps there is seen by none of these.
    """

    network: Network
    _own: Defaults
    _scalars: ScalarEngine
    _layers: LayerEngine
    _input_names: tuple[str, ...]
    _target_names: tuple[str, ...]

    if TYPE_CHECKING:

        def _prepare(self, inputs: Any, targets: Any) -> tuple[Engine, Any, Any, bool]: ...
        def _given_inputs(self, inputs: Any) -> tuple[Any, Any, bool]: ...
        def _parameters(self, engine: Engine, parameters: Mapping[str, Any] | None) -> Any: ...
        def _gives_arrays(self, *given: Any) -> bool: ...
        def _rows(self, values: Any, single: bool, arrays: bool) -> Any: ...

    # -- of the loss -------------------------------------------------------------------------

    def hessian(
        self,
        inputs: Examples = None,
        targets: Examples = None,
        parameters: Parameters = None,
    ) -> Any:
        """∂²E/∂θ∂θ, a row and a column for each entry of theta, exactly symmetric.

            >>> f = derive.compile("examples/mazur.yaml", "python")
            >>> h = f.hessian()
            >>> len(h), len(h[0]), h[0][1] == h[1][0]
            (8, 8, True)

        As many times the work of ``hvp`` as theta has entries. Raises ArgumentError.
        """
        engine, x, t, _ = self._prepare(inputs, targets)
        given = self._parameters(engine, parameters)
        along, size = self._along(engine), self._own.size
        rows: list[list[float]] = []
        for place in range(size):
            direction = [0.0] * size
            direction[place] = 1.0
            row = nested(along.gradient_along(given, x, t, self._of_kind(engine, direction)))
            rows.append([rows[k][place] for k in range(place)] + row[place:])
        return self._rows(rows, False, self._gives_arrays(inputs, targets, parameters))

    @overload
    def hvp(
        self, vector: Sequence[float], inputs: Examples = None, targets: Examples = None,
        parameters: Parameters = None,
    ) -> list[float]: ...  # fmt: skip
    @overload
    def hvp(
        self, vector: NDArray[Any], inputs: Examples = None, targets: Examples = None,
        parameters: Parameters = None,
    ) -> NDArray[floating[Any]]: ...  # fmt: skip
    @overload
    def hvp(
        self, vector: ArrayLike, inputs: Examples = None, targets: Examples = None,
        parameters: Parameters = None,
    ) -> Any: ...  # fmt: skip
    def hvp(
        self, vector: ArrayLike, inputs: Examples = None, targets: Examples = None,
        parameters: Parameters = None,
    ) -> Any:  # fmt: skip
        """∂²E/∂θ∂θ times a vector over theta, without the matrix: at the price of a few gradients.

            >>> f = derive.compile("examples/mazur.yaml", "python")
            >>> [round(value, 4) for value in f.hvp([1.0] * 8)[:3]]
            [0.0014, 0.0014, 0.0028]

        In SciPy, where ``f.flat`` is what is minimised:

            minimize(f.flat, theta, (x, t), jac=True, method="Newton-CG",
                     hessp=lambda theta, v, x, t: f.hvp(v, x, t, f.unpack(theta)))

        A list or 1-D array like the vector itself. Raises ArgumentError.
        """
        engine, x, t, _ = self._prepare(inputs, targets)
        direction = self._over_theta(engine, vector, "vector")
        given = self._parameters(engine, parameters)
        product = self._along(engine).gradient_along(given, x, t, direction)
        return self._own.precision.like(vector, product)

    def per_example(
        self,
        inputs: Examples = None,
        targets: Examples = None,
        parameters: Parameters = None,
    ) -> tuple[Any, Any]:
        """The loss of every example and its gradient by theta: (batch,) and (batch, theta).

        Of one example alone its loss and one row. Raises ArgumentError.
        """
        engine, x, t, single = self._prepare(inputs, targets)
        given = self._parameters(engine, parameters)
        losses, rows = self._along(engine).gradients_each(given, x, t)
        arrays = self._gives_arrays(inputs, targets, parameters)
        if single:
            return self._own.precision.number(losses[0]), self._rows(rows, True, arrays)
        return self._rows(losses, False, arrays), self._rows(rows, False, arrays)

    # -- of the outputs ----------------------------------------------------------------------

    def jacobian(
        self, inputs: Examples = None, parameters: Parameters = None,
        with_respect_to: By = "inputs",
    ) -> Any:  # fmt: skip
        """∂outputs/∂inputs, (n_out, n_in): a row for each output. Of a batch (batch, n_out, n_in).

        with_respect_to  "parameters" for ∂outputs/∂θ: (n_out, theta) or (batch, n_out, theta)

        Raises ArgumentError.
        """
        engine, x, single = self._given_inputs(inputs)
        given = self._parameters(engine, parameters)
        along, count = self._along(engine), len(self._target_names)
        back = (
            along.pulled_back_to_inputs
            if self._by(with_respect_to) == "inputs"
            else along.pulled_back_each
        )
        by_output = []
        for output in range(count):
            weights = [[float(output == k) for k in range(count)]] * len(x)
            by_output.append(nested(back(given, x, self._of_kind(engine, weights))))
        rows = [list(rows) for rows in zip(*by_output, strict=True)]
        return self._rows(rows, single, self._gives_arrays(inputs, parameters))

    def jvp(
        self, vector: ArrayLike, inputs: Examples = None, parameters: Parameters = None,
        with_respect_to: By = "parameters",
    ) -> Any:  # fmt: skip
        """∂outputs/∂θ times a vector over theta: how the outputs move, in the outputs' shape.

        with_respect_to  "inputs" for ∂outputs/∂inputs times a vector in the inputs' shape

        Lists or arrays like the vector itself. Raises ArgumentError.
        """
        engine, x, single = self._given_inputs(inputs)
        given = self._parameters(engine, parameters)
        along = self._along(engine)
        if self._by(with_respect_to) == "inputs":
            direction = self._over_rows(engine, vector, self._input_names, len(x))
            tangents = along.outputs_along_inputs(given, x, direction)
        else:
            direction = self._over_theta(engine, vector, "vector")
            tangents = along.outputs_along(given, x, direction)
        return self._own.precision.like(vector, tangents[0] if single else tangents)

    def vjp(
        self, vector: ArrayLike, inputs: Examples = None, parameters: Parameters = None,
        with_respect_to: By = "parameters",
    ) -> Any:  # fmt: skip
        """A vector over the outputs times ∂outputs/∂θ: the gradient of Σ vector·outputs by theta.

        vector           in the outputs' shape; over several examples the sum is over all of them
        with_respect_to  "inputs" for the gradient by the inputs, in their shape

        A list or array like the vector itself. Raises ArgumentError.
        """
        engine, x, single = self._given_inputs(inputs)
        given = self._parameters(engine, parameters)
        along = self._along(engine)
        weights = self._over_rows(engine, vector, self._target_names, len(x))
        if self._by(with_respect_to) == "parameters":
            return self._own.precision.like(vector, along.pulled_back(given, x, weights))
        gradients = along.pulled_back_to_inputs(given, x, weights)
        return self._own.precision.like(vector, gradients[0] if single else gradients)

    # -- what is given -----------------------------------------------------------------------

    def _along(self, engine: Engine) -> Along:
        """Who goes along directions for an engine, made when it is first asked for."""
        return self._scalar_along if engine is self._scalars else self._layer_along

    @cached_property
    def _scalar_along(self) -> Along:
        from derive.compute.directions.along_engines import ScalarAlong

        return ScalarAlong(self._scalars)

    @cached_property
    def _layer_along(self) -> Along:
        from derive.compute.directions.along_engines import LayerAlong

        return LayerAlong(self._layers)

    def _of_kind(self, engine: Engine, numbers: Any) -> Any:
        """Numbers as the engine works with them."""
        if engine is self._scalars:
            return numbers
        return self._own.precision.doubles(numbers)

    def _over_theta(self, engine: Engine, given: Any, what: str) -> Any:
        return self._of_kind(engine, vector(given, self._own.names, what))

    def _over_rows(self, engine: Engine, given: Any, names: tuple[str, ...], count: int) -> Any:
        rows, _ = engine.examples(given, names, "vector")
        if len(rows) != count:
            raise ArgumentError(
                "vector", f"{len(rows)} row{'s' * (len(rows) != 1)}",
                f"as many as there are inputs, {count}", "give a row for each example",
            )  # fmt: skip
        return rows

    def _by(self, given: By) -> By:
        if given not in _BY:
            raise ArgumentError(
                "with_respect_to", repr(given)[:60], " or ".join(map(repr, _BY)), "give one of them"
            )
        return given
