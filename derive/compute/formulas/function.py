"""A compiled graph of formulas: its loss and gradients as a function of numbers by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from derive.algebra.languages.texts import imports
from derive.compute.arguments import ArgumentError, is_array, listing, nested, vector
from derive.compute.backends import numpy as arrays
from derive.compute.backends.code import load
from derive.compute.formulas.source import FormulaSource
from derive.compute.formulas.values import Data, Leaves
from derive.compute.native import chosen
from derive.compute.precision import DOUBLE, numpy_or_none
from derive.graph import FormulaGraph
from derive.network.argument_types import ArrayLike

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from derive.compute.compiling import BackEnd

Values = Mapping[str, Any] | None
_FEW = 8  # examples up to which one after the other is faster than in arrays


class GraphFunction:
    """loss, gradients = f(values)

    values  a number for each leaf, by name: {"x": 1.0, "w": 0.5}; what is left out is the graph's
            own. A leaf that is no parameter may have a list or 1-D array, a number for each of
            several examples: loss and gradients are then the mean over these

        >>> graph = derive.Graph.from_formulas(
        ...     {"q": "x + y", "f": "q*z"}, loss="f", given={"x": -2, "y": 5, "z": -4})
        >>> f = derive.compile(graph)
        >>> f()
        (-12.0, {'x': -4.0, 'y': -4.0, 'z': 3.0})
        >>> f({"z": 2})[0], f.names, f.flat([1.0, 2.0, 3.0])
        (6.0, ('x', 'y', 'z'), (9.0, [3.0, 3.0, 3.0]))

    theta has the parameters of the graph in its order, ``names``. NaN and infinities pass through;
    nothing raises on its way. How many digits the formulas keep is said by ``derive compile``, at
    the head of the file that it writes.

    A call changes nothing in the function; copies compile to the same code. ``backend`` and ``why``
    say what runs ``flat`` of a list.
    """

    def __init__(self, graph: FormulaGraph, backend: BackEnd) -> None:
        self.graph = graph
        self._choice = backend
        self.backend, self.why = chosen(graph, backend)
        self._leaves = Leaves(graph)
        self._code = FormulaSource(graph)
        self._functions: dict[str, Callable[..., Any]] = {}
        self._many: dict[str, Callable[..., Any]] = {}
        # What ``flat`` calls with a list and nothing else.
        self._inputs = self._leaves.own(self._leaves.inputs)
        self._short = self._function("loss_and_gradient")
        if self.backend == "native" and self._inputs is not None:
            from derive.compute.native.graphs import flat_of_graph  # loads llvmlite

            slow = GraphFunction.flat.__get__(self)
            self.__dict__["flat"] = flat_of_graph(self._code, self._inputs, slow)

    # -- what it is --------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """What each entry of theta is called."""
        return self._leaves.theta

    @property
    def inputs(self) -> tuple[str, ...]:
        """The other leaves."""
        return self._leaves.inputs

    @cached_property
    def source(self) -> str:
        """The generated code. ``exec(f.source)`` defines loss_and_gradient(theta, inputs).

        Of one example in plain Python; with the back end "numpy" of many, as
        loss_and_gradient_of_many, which gives an array for what differs among them.
        """
        if self._choice == "numpy":
            body = self._code.of_many(("loss_and_gradient",), remarks=True)
            math = ["import math", ""] if any("math." in line for line in body) else []
            head = [*math, "import numpy as np", "", ""]
        else:
            body = self._code.lines(("loss_and_gradient",), remarks=True)
            head = imports(body)
        return "\n".join([*head, *body]) + "\n"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GraphFunction):
            return NotImplemented
        return self.graph == other.graph and self._choice == other._choice

    def __hash__(self) -> int:
        return hash((self.graph, self._choice))

    def __reduce__(self) -> tuple[Any, ...]:
        return GraphFunction, (self.graph, self._choice)

    def __repr__(self) -> str:
        count = len(self.graph.definitions)
        return f"<GraphFunction of {count} formula{'s' * (count != 1)}, {len(self.names)} " \
               f"parameter{'s' * (len(self.names) != 1)} in theta>"  # fmt: skip

    def _repr_markdown_(self) -> str:
        from derive.notebook import graph_function  # from below, when a notebook asks

        return graph_function(self)

    # -- loss and gradients ------------------------------------------------------------------

    def __call__(self, values: Values = None) -> tuple[float, dict[str, float]]:
        """The loss and ∂loss/∂parameter of every parameter, by name. Raises ArgumentError."""
        theta, data = self._leaves.read(values)
        loss, *gradient = self._mean("loss_and_gradient", theta, data)
        return loss, dict(zip(self.names, gradient, strict=True))

    def loss(self, values: Values = None) -> float:
        """The loss alone. Raises ArgumentError."""
        theta, data = self._leaves.read(values)
        (loss,) = self._mean("loss", theta, data)
        return loss

    @overload
    def flat(self, theta: Sequence[float], values: Values = None) -> tuple[float, list[float]]: ...
    @overload
    def flat(
        self, theta: NDArray[Any], values: Values = None
    ) -> tuple[float, NDArray[float64]]: ...
    @overload
    def flat(self, theta: ArrayLike, values: Values = None) -> tuple[float, Any]: ...
    def flat(self, theta: ArrayLike, values: Values = None) -> tuple[float, Any]:
        """The loss and its gradient by theta, a list or 1-D array like theta itself.

        values  of the inputs, by name

        Fits ``scipy.optimize.minimize(f.flat, theta, (values,), jac=True)``.
        Raises ArgumentError.
        """
        if values is None and self._inputs is not None and type(theta) is list:
            try:
                loss, gradient = self._short(theta, self._inputs)
                return float(loss), list(map(float, gradient))
            except (TypeError, ValueError, OverflowError):
                pass  # the long way finds out what is wrong
        data = self._leaves.data(values)
        loss, *slopes = self._mean("loss_and_gradient", self._theta(theta), data)
        return loss, DOUBLE.like(theta, slopes)

    def forward(self, values: Values = None) -> dict[str, Any]:
        """The value of every formula, by name; over several examples a list or array of them.

        Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        columns = self._columns("forward", theta, data)
        formula_values = (
            columns[0] if data.count is None else self._rows(zip(*columns, strict=True), values)
        )
        return {q.name: v for q, v in zip(self.graph.definitions, formula_values, strict=True)}

    def input_gradient(self, values: Values = None) -> dict[str, Any]:
        """∂loss/∂input of every input, by name; over several examples one for each of them, of
        the mean of their losses. Raises ArgumentError."""
        theta, data = self._leaves.read(values)
        rows = self._columns("input_gradient", theta, data)
        if data.count is None:
            return dict(zip(self.inputs, rows[0], strict=True))
        shares = ([value / data.count for value in row] for row in rows)
        return dict(zip(self.inputs, self._rows(zip(*shares, strict=True), values), strict=True))

    def per_example(self, values: Values = None) -> tuple[Any, Any]:
        """The loss of every example and its gradient by theta: (examples,), (examples, theta).

        Of one example alone its loss and one row. Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        rows = self._columns("loss_and_gradient", theta, data)
        if data.count is None:
            loss, *gradient = rows[0]
            return loss, self._of_kind(gradient, values)
        losses = [loss for loss, *_ in rows]
        return self._of_kind(losses, values), self._of_kind([row for _, *row in rows], values)

    # -- second derivatives, and derivatives of other formulas -----------------------------------

    def hessian(self, values: Values = None) -> Any:
        """∂²loss/∂θ∂θ, a row and a column for each entry of theta, exactly symmetric.

            >>> graph = derive.Graph.from_formulas({"f": "x**2*y"}, "f", given={"x": 3, "y": 5})
            >>> derive.compile(graph, "python").hessian()
            [[10.0, 6.0], [6.0, 0.0]]

        A second derivative is rewritten as the first is, and nothing is promised of its digits.
        Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        rows: list[list[float]] = []
        for place in range(len(theta)):
            row = self._mean("gradient_along", theta, data, _unit(place, len(theta)))
            rows.append([rows[k][place] for k in range(place)] + row[place:])
        return self._of_kind(rows, values)

    def hvp(self, vector: ArrayLike, values: Values = None) -> Any:
        """∂²loss/∂θ∂θ times a vector over theta, without the matrix.

        A list or 1-D array like the vector itself. Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        direction = self._theta(vector, "vector")
        return DOUBLE.like(vector, self._mean("gradient_along", theta, data, direction))

    def jacobian(self, values: Values = None, of: Iterable[str] | None = None) -> Any:
        """∂formulas/∂θ, a row for each formula named in ``of`` (the loss, if left out), a column
        for each entry of theta; over several examples such a matrix for each. Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        places = self._of(of)
        size = len(theta)
        columns = [self._columns("values_along", theta, data, _unit(k, size)) for k in range(size)]
        matrices = [
            [[column[example][place] for column in columns] for place in places]
            for example in range(data.count or 1)
        ]
        return self._of_kind(matrices[0] if data.count is None else matrices, values)

    def jvp(self, vector: ArrayLike, values: Values = None, of: Iterable[str] | None = None) -> Any:
        """∂formulas/∂θ times a vector over theta: how each formula in ``of`` changes (the loss, if
        left out); over several examples a row for each.

        A list or array like the vector itself. Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        direction = self._theta(vector, "vector")
        rows = self._columns("values_along", theta, data, direction)
        changes = [[row[place] for place in self._of(of)] for row in rows]
        return DOUBLE.like(vector, changes[0] if data.count is None else changes)

    def vjp(self, vector: ArrayLike, values: Values = None, of: Iterable[str] | None = None) -> Any:
        """A vector over the formulas in ``of`` times ∂formulas/∂θ: the gradient of Σ
        vector·formulas by theta; over several examples summed over them.

        A list or 1-D array like the vector itself. Raises ArgumentError.
        """
        theta, data = self._leaves.read(values)
        places = self._of(of)
        names = [list(self._formulas)[place] for place in places]
        weights = [0.0] * len(self._formulas)
        for place, weight in zip(places, _numbers(vector, names), strict=True):
            weights[place] += weight
        gradient = self._mean("pulled_back", theta, data, weights)
        return DOUBLE.like(vector, [value * (data.count or 1) for value in gradient])

    # -- theta and names ---------------------------------------------------------------------

    def pack(self, parameters: Values = None) -> list[float]:
        """Theta from numbers by name, what is left out from the graph. Raises ArgumentError."""
        return self._leaves.theta_of(parameters)

    def unpack(self, theta: ArrayLike) -> dict[str, float]:
        """The parameters by name. Raises ArgumentError."""
        return dict(zip(self.names, self._theta(theta), strict=True))

    @cached_property
    def _formulas(self) -> dict[str, int]:
        return {q.name: place for place, q in enumerate(self.graph.definitions)}

    def _of(self, names: Iterable[str] | None) -> list[int]:
        formulas = [self.graph.loss.name] if names is None else list(names)
        for name in formulas:
            if name not in self._formulas:
                raise ArgumentError(
                    "of", repr(name)[:60], listing(list(self._formulas)), "name formulas"
                )
        return [self._formulas[name] for name in formulas]

    def _theta(self, theta: Any, what: str = "theta") -> list[float]:
        return vector(theta, self.names, what)

    # -- running -----------------------------------------------------------------------------

    def _function(self, name: str) -> Callable[..., Any]:
        """One of the generated functions of one example, compiled when it is first asked for."""
        if name not in self._functions:
            self._functions[name] = load(self._code.source(name))[name]
        return self._functions[name]

    def _of_many(self, name: str) -> Callable[..., Any]:
        """One of those of many examples."""
        if name not in self._many:
            source = "\n".join(self._code.of_many((name,))) + "\n"
            self._many[name] = arrays.load(source)[f"{name}_of_many"]
        return self._many[name]

    def _in_arrays(self, name: str, theta: list[float], data: Data, *more: list[float]) -> Any:
        """The results of many examples: numbers, or arrays of a number for each."""
        np = numpy_or_none()
        columns = [np.asarray(c, dtype=float)[()] for c in data.columns]
        with np.errstate(all="ignore"):
            return self._of_many(name)(np.asarray(theta), columns, *map(np.asarray, more))

    def _mean(self, name: str, theta: list[float], data: Data, *more: list[float]) -> list[float]:
        """What a function gives, averaged over the examples."""
        if self._many_are(data):
            np = numpy_or_none()
            with np.errstate(all="ignore"):
                return [float(np.mean(r)) for r in self._in_arrays(name, theta, data, *more)]
        rows = self._columns(name, theta, data, *more)
        if len(rows) == 1:
            return rows[0]
        return [sum(column) / len(rows) for column in zip(*rows, strict=True)]

    def _columns(
        self, name: str, theta: list[float], data: Data, *more: list[float]
    ) -> list[list[float]]:
        """What a function gives for every example."""
        if self._many_are(data):
            np = numpy_or_none()
            results = self._in_arrays(name, theta, data, *more)
            wide = [np.broadcast_to(one, (data.count,)) for one in results]
            rows: list[list[float]] = np.stack(wide, axis=1).tolist()
            return rows
        run = self._function(name)
        return [_flat(run(theta, row, *more)) for row in data.rows()]

    def _many_are(self, data: Data) -> bool:
        if data.count is None or self._choice == "python" or numpy_or_none() is None:
            return False
        return data.count > _FEW

    # -- the kind of what is given back --------------------------------------------------------

    def _rows(self, columns: Iterable[Sequence[float]], values: Values) -> list[Any]:
        return [self._of_kind(list(column), values) for column in columns]

    def _of_kind(self, result: Any, values: Values) -> Any:
        """Arrays, or nested lists with the back end "python" unless an array was given."""
        given = any(map(is_array, values.values())) if values else False
        if given or (self._choice != "python" and numpy_or_none() is not None):
            return numpy_or_none().asarray(result, dtype=float)
        return nested(result)


def _unit(place: int, size: int) -> list[float]:
    return [float(k == place) for k in range(size)]


def _flat(result: Any) -> list[float]:
    """(loss, gradient), a list or a number as one list of floats."""
    if isinstance(result, tuple):
        return [float(result[0]), *map(float, result[1])]
    return list(map(float, result)) if isinstance(result, list) else [float(result)]


def _numbers(given: Any, names: Sequence[str]) -> list[float]:
    return vector(given, names, "vector")
