"""A second opinion: a forward pass and an evaluator that know no rule of differentiation.

Nothing here uses derive's catalogue, graph, evaluator or traces: activations and losses are
written out again from their definitions, on mpmath numbers. A derivative is a central difference
of this forward pass with the quantity in the denominator held at two values.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath  # type: ignore[import-untyped]

from derive.expression import nodes as n
from derive.expression.constructors import variable
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose
from derive.expression.nodes import Expression, Quantity
from derive.network.description import Layer, Network

mp = mpmath.mp.clone()
mp.dps = 80
H = mp.mpf(10) ** -26
Value = Any
Values = Mapping[Quantity, Value]


def number(value: Fraction) -> Value:
    return mp.mpf(value.numerator) / value.denominator


def _sigmoid(x: Value) -> Value:
    return 1 / (1 + mp.exp(-x))


def _softplus(x: Value) -> Value:
    return mp.log1p(mp.exp(x))


SELU_SCALE = Fraction("1.0507009873554804934")
SELU_ALPHA = Fraction("1.6732632423543772848")

# name → f(x, parameters)
ACTIVATIONS: dict[str, Callable[[Value, Mapping[str, Value]], Value]] = {
    "identity": lambda x, p: x,
    "sigmoid": lambda x, p: _sigmoid(x),
    "tanh": lambda x, p: mp.tanh(x),
    "relu": lambda x, p: max(x, mp.zero),
    "leaky_relu": lambda x, p: x if x > 0 else p.get("slope", mp.mpf(1) / 100) * x,
    "elu": lambda x, p: x if x > 0 else p.get("alpha", 1) * mp.expm1(x),
    "selu": lambda x, p: (
        p.get("scale", number(SELU_SCALE))
        * (x if x > 0 else p.get("alpha", number(SELU_ALPHA)) * mp.expm1(x))
    ),
    "softplus": lambda x, p: _softplus(x),
    "softsign": lambda x, p: x / (1 + abs(x)),
    "gelu": lambda x, p: x * mp.ncdf(x),
    "gelu_tanh": lambda x, p: (
        x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)))
    ),
    "silu": lambda x, p: x * _sigmoid(x),
    "mish": lambda x, p: x * mp.tanh(_softplus(x)),
}


def _binary(y: Value, t: Value) -> Value:
    return -t * mp.log(y) - (1 - t) * mp.log(1 - y)


def _huber(y: Value, t: Value) -> Value:
    error = abs(y - t)
    return error**2 / 2 if error <= 1 else error - mp.mpf(1) / 2


LOSSES: dict[str, Callable[[Value, Value], Value]] = {
    "half_squared_error": lambda y, t: (y - t) ** 2 / 2,
    "mean_squared_error": lambda y, t: (y - t) ** 2,
    "absolute_error": lambda y, t: abs(y - t),
    "huber": _huber,
    "log_cosh": lambda y, t: mp.log(mp.cosh(y - t)),
    "binary_cross_entropy": _binary,
    "cross_entropy": lambda y, t: -t * mp.log(y),
    "kl_divergence": lambda y, t: t * mp.log(t / y) if t > 0 else mp.zero,
    "hinge": lambda y, t: max(mp.zero, 1 - t * y),
}

OWN: dict[str, Callable[..., Value]] = {}  # formulas of one's own, by their text


class Point:
    """One example of a network at given leaves (inputs, targets, parameters), some quantities held.

    targets  formulas of the inputs, in Python, where the network's targets are such formulas
    step     how far a quantity is moved to both sides for a difference
    """

    def __init__(
        self,
        network: Network,
        leaves: Values,
        targets: tuple[Callable[..., Value], ...] | None = None,
        step: Value = H,
    ) -> None:
        self.network = network
        self.leaves = dict(leaves)
        self.targets = targets
        self.step = step
        self._plain = self.forward({})
        self._differences: dict[tuple[Quantity, Quantity], Value] = {}

    def forward(self, held: Values) -> dict[Quantity, Value]:
        """Every quantity of the example; a held one has its given value, whatever made it."""
        found = {**self.leaves, **{q: v for q, v in held.items() if q in self.leaves}}
        network = self.network

        def put(q: Quantity, value: Value) -> Value:
            found[q] = held.get(q, value)
            return found[q]

        row = [found[Quantity(n.INPUT, unit=i)] for i in range(network.sizes[0])]
        for layer in network.layers:
            zs = [put(Quantity(n.PRE_ACTIVATION, layer.index, j), self._weighted(layer, j, row,
                                                                               found))
                  for j in range(layer.units)]  # fmt: skip
            row = [put(Quantity(n.ACTIVATION, layer.index, j), self._activation(layer, zs, j))
                   for j in range(layer.units)]  # fmt: skip
        if self.targets is not None:
            inputs = [found[Quantity(n.INPUT, unit=i)] for i in range(network.sizes[0])]
            for k, formula in enumerate(self.targets):
                put(Quantity(n.TARGET, unit=k), formula(*inputs))
        count = len(row)
        term = self._loss_term()
        shares = [
            put(Quantity(n.LOSS_TERM, unit=k), term(y, found[Quantity(n.TARGET, unit=k)]))
            for k, y in enumerate(row)
        ]
        mean = network.loss.mean
        put(Quantity(n.LOSS), sum(shares, mp.zero) / (count if mean else 1))
        return found

    @staticmethod
    def _weighted(layer: Layer, unit: int, row: list[Value], found: Values) -> Value:
        z = sum(
            (found[Quantity(n.WEIGHT, layer.index, unit, i)] * x for i, x in enumerate(row)),
            mp.zero,
        )
        if layer.bias == "neuron":
            z += found[Quantity(n.BIAS, layer.index, unit)]
        if layer.bias == "shared":
            z += found[Quantity(n.BIAS, layer.index, -1)]
        return z

    @staticmethod
    def _activation(layer: Layer, zs: list[Value], unit: int) -> Value:
        use = layer.activation
        if use.name == "softmax":
            return mp.exp(zs[unit]) / sum((mp.exp(z) for z in zs), mp.zero)
        if use.row is None:
            return OWN[use.formula](zs[unit])
        return ACTIVATIONS[use.name](
            zs[unit], {key: number(value.value) for key, value in use.parameters}
        )

    def _loss_term(self) -> Callable[[Value, Value], Value]:
        loss = self.network.loss
        return OWN[loss.formula] if loss.row is None else LOSSES[loss.name]

    def quantity(self, q: Quantity) -> Value:
        if q.kind == n.DELTA:
            return self.difference(Quantity(n.LOSS), Quantity(n.PRE_ACTIVATION, q.layer, q.unit))
        return self._plain[q]

    def difference(self, of: Quantity, by: Quantity) -> Value:
        """∂of/∂by: how ``of`` changes when ``by`` is moved to both sides."""
        if (of, by) not in self._differences:
            at, step = self.quantity(by), self.step
            ahead, behind = self.forward({by: at + step}), self.forward({by: at - step})
            for q in ahead:
                self._differences[q, by] = (ahead[q] - behind[q]) / (2 * step)
        return self._differences[of, by]


class Batch:
    """Several examples with the same parameters; without a mark, the first is meant."""

    def __init__(self, network: Network, examples: list[Point]) -> None:
        self.network = network
        self.examples = examples

    def _one(self, q: Quantity) -> tuple[Point, Quantity]:
        point = self.examples[q.example if isinstance(q.example, int) else 0]
        return point, Quantity(q.kind, q.layer, q.unit, q.source, None, q.name)

    def _whole(self, values: list[Value]) -> Value:
        total = sum(values, mp.zero)
        return total if self.network.over_examples == "sum" else total / len(values)

    def quantity(self, q: Quantity) -> Value:
        if q.kind == n.BATCH_LOSS:
            return self._whole([p.quantity(Quantity(n.LOSS)) for p in self.examples])
        point, plain = self._one(q)
        return point.quantity(plain)

    def difference(self, of: Quantity, by: Quantity) -> Value:
        if of.kind == n.BATCH_LOSS:
            return self._whole([p.difference(Quantity(n.LOSS), by) for p in self.examples])
        point, plain = self._one(of)
        return point.difference(plain, self._one(by)[1])


class Letters:
    """Values for the letters of a general formula."""

    def __init__(self, values: Values) -> None:
        self.values = dict(values)

    def quantity(self, q: Quantity) -> Value:
        return self.values[q]

    def difference(self, of: Quantity, by: Quantity) -> Value:
        return mp.one if of == by else mp.zero


class _Moved:
    """An environment with one quantity set aside, for the derivative of a formula."""

    def __init__(self, inner: Any, moved: Quantity, value: Value) -> None:
        self.inner, self.moved, self.value = inner, moved, value

    def quantity(self, q: Quantity) -> Value:
        return self.value if q == self.moved else self.inner.quantity(q)

    def difference(self, of: Quantity, by: Quantity) -> Value:
        raise TypeError("a derivative inside a derivative")


ELEMENTARY: dict[str, Callable[..., Value]] = {
    "exp": mp.exp, "ln": mp.log, "sqrt": mp.sqrt, "sin": mp.sin, "cos": mp.cos,
    "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh, "atan": mp.atan, "erf": mp.erf,
    "sign": mp.sign, "abs": abs, "max": max, "min": min,
}  # fmt: skip

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
            "==": operator.eq, "!=": operator.ne}  # fmt: skip


def evaluate(e: Expression, at: Any) -> Value:
    """The value of a tree: quantities and derivatives come from the environment's differences."""
    match e:
        case Quantity():
            return at.quantity(e)
        case n.Number():
            return number(e.value)
        case n.Constant():
            return {"pi": +mp.pi, "e": +mp.e}[e.name]
        case n.Negative():
            return -evaluate(e.operand, at)
        case n.Sum():
            return sum((evaluate(term, at) for term in e.terms), mp.zero)
        case n.Product():
            return reduce(operator.mul, (evaluate(f, at) for f in e.factors), mp.one)
        case n.Quotient():
            return evaluate(e.numerator, at) / evaluate(e.denominator, at)
        case n.Power():
            return _real(evaluate(e.base, at) ** evaluate(e.exponent, at))
        case n.Bracket():
            return evaluate(e.inner, at)
        case n.Cases():
            for condition, value in zip(e.conditions, e.values, strict=False):
                if _COMPARE[condition.sign](
                    evaluate(condition.left, at), evaluate(condition.right, at)
                ):
                    return evaluate(value, at)
            return evaluate(e.values[-1], at)
        case n.Apply():
            return apply(e, at)
        case n.Partial():
            if isinstance(e.of, Quantity):
                return at.difference(e.of, e.by)
            middle = at.quantity(e.by)
            ahead = evaluate(e.of, _Moved(at, e.by, middle + H))
            return (ahead - evaluate(e.of, _Moved(at, e.by, middle - H))) / (2 * H)
        case n.IndexedSum():
            terms = (_of_example(e.body, e.index, k) for k in range(e.count))
            return sum((evaluate(term, at) for term in terms), mp.zero)
    raise TypeError(type(e).__name__)


def is_matrix(e: Expression) -> bool:
    """Whether a tree is about a matrix."""
    if isinstance(e, Named):
        return is_matrix(e.of)
    if isinstance(e, (Matrix, Transpose, MatrixProduct, Hadamard)):
        return True
    inside = e.children if isinstance(e, (n.Sum, n.Negative, n.Product, n.Apply)) else ()
    return any(map(is_matrix, inside))


def table(e: Expression, at: Any) -> list[list[Value]]:
    """The values of a matrix, a list for every row."""
    match e:
        case Matrix():
            return [[evaluate(one, at) for one in row] for row in e.rows]
        case Transpose():
            return [list(column) for column in zip(*table(e.of, at), strict=True)]
        case Named():
            return table(e.of, at)
        case MatrixProduct():
            left, right = table(e.left, at), table(e.right, at)
            columns = list(zip(*right, strict=True))
            return [[sum(x * y for x, y in zip(a, b, strict=True)) for b in columns]
                    for a in left]  # fmt: skip
        case Hadamard():
            return _together(operator.mul, table(e.left, at), table(e.right, at))
        case n.Sum():
            return reduce(lambda a, b: _together(operator.add, a, b),
                          (table(term, at) for term in e.terms))  # fmt: skip
        case n.Negative():
            return [[-x for x in row] for row in table(e.operand, at)]
        case n.Product():
            (matrix,) = filter(is_matrix, e.factors)
            factor = reduce(operator.mul, (evaluate(f, at) for f in e.factors if f is not matrix))
            return [[factor * x for x in row] for row in table(matrix, at)]
        case n.Apply():
            return [[called(e, [x]) for x in row] for row in table(e.arguments[0], at)]
    raise TypeError(type(e).__name__)


def _together(operation: Any, a: list[list[Value]], b: list[list[Value]]) -> list[list[Value]]:
    pairs = zip(a, b, strict=True)
    return [[operation(x, y) for x, y in zip(p, q, strict=True)] for p, q in pairs]


def numbers(e: Expression, at: Any) -> list[Value]:
    """The value of a tree, or of every entry of a matrix with its shape before them."""
    if not is_matrix(e):
        return [evaluate(e, at)]
    rows = table(e, at)
    return [mp.mpf(len(rows)), *(value for row in rows for value in row)]


def moved(e: Expression, at: Any, goal: Quantity) -> list[Value]:
    """w − η·∂goal/∂w for a parameter, or for a matrix of them, as ``numbers``."""
    ws = [q for q in e.walk() if isinstance(q, Quantity)]
    rate = at.quantity(Quantity(n.LEARNING_RATE))
    found = [at.quantity(w) - rate * at.difference(goal, w) for w in ws]
    return [mp.mpf(len(e.rows)), *found] if isinstance(e, Matrix) else found


def _real(value: Value) -> Value:
    if isinstance(value, mp.mpc):
        raise ArithmeticError("outside the real numbers")
    return value


def apply(e: n.Apply, at: Any) -> Value:
    """f(arguments), and f′(x) as a difference of f."""
    return called(e, [evaluate(argument, at) for argument in e.arguments])


def called(e: n.Apply, values: list[Value]) -> Value:
    """f of some values."""
    name = e.function.name
    if name in ELEMENTARY:
        return _real(ELEMENTARY[name](*values))
    if name.endswith("_prime"):
        inner = name.removesuffix("_prime")
        (x,) = values
        return (_function(e, inner)(x + H) - _function(e, inner)(x - H)) / (2 * H)
    return _function(e, name)(*values)


def _function(e: n.Apply, name: str) -> Callable[..., Value]:
    """A named activation, by its name here; one with parameters or an own formula by its tree."""
    if name in ("sigmoid", "tanh", "relu", "softplus", "softsign", "gelu", "gelu_tanh", "silu",
                "mish"):  # fmt: skip
        return lambda x: ACTIVATIONS[name](x, {})
    tree = FORMULAS[name]

    def function(x: Value) -> Value:
        return evaluate(tree, Letters({variable("x"): x}))

    return function


FORMULAS: dict[str, Expression] = {}  # definitions of functions that only the network knows


def learn(network: Network) -> None:
    """Remember the formulas of activations with parameters, and those of one's own."""
    for layer in network.layers:
        function = layer.activation.function
        if function is not None and function.definition is not None:
            FORMULAS[function.name] = function.definition


def _of_example(e: Expression, index: str, example: int) -> Expression:
    if isinstance(e, Quantity):
        if e.example != index:
            return e
        return Quantity(e.kind, e.layer, e.unit, e.source, example, e.name)
    return e.with_children(tuple(_of_example(c, index, example) for c in e.children))


def draw(
    network: Network,
    chance: random.Random,
    targets: tuple[Callable[..., Value], ...] | None = None,
    sum_to_one: bool = False,
) -> Batch:
    """Random leaves for every example; parameters are the same for all."""
    learn(network)

    def between(low: float, high: float) -> Value:
        return mp.mpf(chance.randint(1, 10**12)) / 10**12 * (high - low) + low

    shared: dict[Quantity, Value] = {Quantity(n.LEARNING_RATE): between(0.1, 0.9)}
    for layer in network.layers:
        parameters = (*network.weights(layer.index), *network.biases(layer.index))
        shared |= {q: between(-1.2, 1.2) for q in parameters}
    points = []
    for _ in range(network.example_count):
        leaves = dict(shared)
        for i in range(network.sizes[0]):
            leaves[Quantity(n.INPUT, unit=i)] = between(-1.5, 1.5)
        shares = [between(0.1, 0.9) for _ in range(network.sizes[-1])]
        if network.loss.name == "hinge":
            shares = [mp.mpf(chance.choice((-1, 1))) for _ in shares]
        whole = sum(shares) if sum_to_one else 1
        if targets is None:
            leaves |= {Quantity(n.TARGET, unit=k): t / whole for k, t in enumerate(shares)}
        points.append(Point(network, leaves, targets))
    return Batch(network, points)


def agree(a: Value, b: Value, tolerance: float = 1e-30) -> bool:
    """Whether two numbers are the same, relative to the larger or absolutely when small."""
    return bool(abs(a - b) <= mp.mpf(tolerance) * max(1, abs(a), abs(b)))
