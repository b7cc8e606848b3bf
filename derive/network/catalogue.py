"""Activations and losses, a row each: formula as taught, derivative as taught, range, kink.

Formulas are text in the grammar of ``derive.expression.typed.formula``, kept in teaching order. In
an activation x is the pre-activation and, in its derivative, y the activation's own value. In a
loss y is the output, t the target; the formula is one output's term.

A derivative at a kink is declared by the formula itself: it is that of the branch that holds
there, so relu'(0) = 0 because 0 belongs to the branch "otherwise".

A new activation or loss is one row here, and one in ``sources`` if a paper brought it in.
``tests/network/test_catalogue.py`` checks every row without knowing any: the stepwise derivative,
SymPy's, finite differences and the range.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from derive.expression.constructors import ONE, variable
from derive.expression.functions import SIGMOID, VALUE, Function, X
from derive.expression.nodes import Expression, Number, Quantity
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import parse, without_ones
from derive.expression.typed.literals import decimal
from derive.network.intervals import REAL, Interval, interval

OUTPUT = variable("y")
TARGET_LETTER = variable("t")


# Formulas that lead from one to another, each with how it comes about: "simplify", "add zero".
Proof = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Activation:
    """A row of the catalogue.

    range       of its values, with the usual parameters; ActivationUse has it for those set
    proof       formulas that lead from the stepwise derivative to the taught one
    parameters  names and usual values of what may be set in a network file
    """

    name: str
    formula: str
    derivative: str
    range: Interval
    latex: str = ""
    text: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    proof: Proof = ()
    remark: str = ""

    @property
    def elementwise(self) -> bool:
        """False for softmax, whose every output depends on every pre-activation."""
        return self.name != "softmax"


_HALF_ERF = "1/2*(1 + erf(x/sqrt(2)))"
_INNER = "sqrt(2/pi)*(x + 0.044715*x**3)"
_SOFTPLUS = "ln(1 + exp(x))"
_SCALE, _ALPHA = "1.0507009873554804934", "1.6732632423543772848"

ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("identity", "x", "1", REAL, latex=r"\mathrm{id}", text="id"),
        Activation(
            "sigmoid", "1/(1 + exp(-x))", "y*(1 - y)", interval("0", "1"),
            latex=r"\sigma", text="σ",
            proof=(
                ("simplify", "exp(-x)/(1 + exp(-x))**2"),
                ("simplify", "1/(1 + exp(-x)) * (exp(-x)/(1 + exp(-x)))"),
                ("add zero", "1/(1 + exp(-x)) * ((1 + exp(-x) - 1)/(1 + exp(-x)))"),
                ("simplify", "1/(1 + exp(-x)) * (1 - 1/(1 + exp(-x)))"),
            ),
        ),
        Activation(
            "tanh", "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "1 - y**2", interval("-1", "1"),
            latex=r"\tanh", text="tanh",
            proof=(
                (
                    "simplify",
                    "((exp(x) + exp(-x))**2 - (exp(x) - exp(-x))**2)/(exp(x) + exp(-x))**2",
                ),
                ("simplify", "1 - ((exp(x) - exp(-x))/(exp(x) + exp(-x)))**2"),
            ),
        ),
        Activation(
            "relu", "x if x > 0 else 0", "1 if x > 0 else 0", interval("0", None, True),
            latex=r"\mathrm{relu}", text="relu",
            remark="the derivative at 0 is taken to be 0",
        ),
        Activation(
            "leaky_relu", "x if x > 0 else slope*x", "1 if x > 0 else slope", REAL,
            latex=r"\mathrm{lrelu}", text="lrelu", parameters=(("slope", "0.01"),),
            remark="the derivative at 0 is taken to be the slope of the left branch",
        ),
        Activation(
            "elu", "x if x > 0 else alpha*(exp(x) - 1)", "1 if x > 0 else alpha*exp(x)",
            interval("-1", None), latex=r"\mathrm{elu}", text="elu", parameters=(("alpha", "1"),),
            remark="the derivative at 0 is taken to be that of the left branch, α",
        ),
        Activation(
            "selu", "scale*x if x > 0 else scale*alpha*(exp(x) - 1)",
            "scale if x > 0 else scale*alpha*exp(x)",
            Interval(-Fraction(_SCALE) * Fraction(_ALPHA)),
            latex=r"\mathrm{selu}", text="selu",
            parameters=(("scale", _SCALE), ("alpha", _ALPHA)),
            remark="the derivative at 0 is taken to be that of the left branch, λα",
        ),
        Activation(
            "softplus", _SOFTPLUS, "1/(1 + exp(-x))", interval("0", None),
            latex=r"\mathrm{softplus}", text="softplus",
            proof=(("simplify", "exp(x)/(1 + exp(x))"),),
        ),
        Activation(
            "softsign", "x/(1 + abs(x))", "1/(1 + abs(x))**2", interval("-1", "1"),
            latex=r"\mathrm{softsign}", text="softsign",
            proof=(("simplify", "(1 + abs(x) - x*sign(x))/(1 + abs(x))**2"),),
        ),
        Activation(
            "gelu", f"x*({_HALF_ERF})", f"{_HALF_ERF} + x*exp(-x**2/2)/sqrt(2*pi)",
            interval("-0.17", None, True), latex=r"\mathrm{gelu}", text="gelu",
        ),
        Activation(
            "gelu_tanh", f"1/2*x*(1 + tanh({_INNER}))",
            f"1/2*(1 + tanh({_INNER}))"
            f" + 1/2*x*(1 - tanh({_INNER})**2)*sqrt(2/pi)*(1 + 0.134145*x**2)",
            interval("-0.1701", None, True),
            latex=r"\mathrm{gelu}_{\tanh}", text="gelu_tanh",
        ),
        Activation(
            "silu", "x*sigmoid(beta*x)", "sigmoid(beta*x) + beta*y*(1 - sigmoid(beta*x))",
            interval("-0.2785", None, True), latex=r"\mathrm{silu}", text="silu",
            parameters=(("beta", "1"),),
            proof=(
                ("simplify", "sigmoid(beta*x) + x*beta*sigmoid(beta*x)*(1 - sigmoid(beta*x))"),
            ),
        ),
        Activation(
            "mish", f"x*tanh({_SOFTPLUS})",
            f"tanh({_SOFTPLUS}) + x*(1 - tanh({_SOFTPLUS})**2)*sigmoid(x)",
            interval("-0.309", None, True), latex=r"\mathrm{mish}", text="mish",
        ),
        Activation(
            "softmax", "exp(x_k/temperature)/sum(exp(x_m/temperature))",
            "y_k*(1 - y_k)/temperature, and -y_k*y_m/temperature for m ≠ k",
            interval("0", "1"), latex=r"\mathrm{softmax}", text="softmax",
            parameters=(("temperature", "1"),),
            remark="every output depends on every pre-activation of its layer",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """A row of the catalogue: one output's term, and how the terms are put together.

    domain   where y may lie; targets: where t may lie; target_values: where only these may
    mean     the terms are averaged over the outputs (1/n), not summed
    parameters  names and usual values of what may be set in a network file
    """

    name: str
    title: str
    formula: str
    derivative: str
    domain: Interval = REAL
    targets: Interval = REAL
    mean: bool = False
    proof: Proof = ()
    remark: str = ""
    target_values: tuple[Fraction, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


_CLOSED_UNIT = interval("0", "1", True)

LOSSES: dict[str, Loss] = {
    row.name: row
    for row in (
        Loss("half_squared_error", "half squared error", "1/2*(y - t)**2", "y - t"),
        Loss("mean_squared_error", "mean squared error", "(y - t)**2", "2*(y - t)", mean=True),
        Loss(
            "absolute_error", "absolute error", "abs(y - t)", "sign(y - t)",
            remark="the derivative at y = t is taken to be 0",
        ),
        Loss(
            "huber", "Huber loss",
            "1/2*(y - t)**2 if abs(y - t) <= delta else delta*(abs(y - t) - 1/2*delta)",
            "y - t if abs(y - t) <= delta else delta*sign(y - t)",
            parameters=(("delta", "1"),),
        ),
        Loss(
            "log_cosh", "log-cosh loss", "ln(cosh(y - t))", "tanh(y - t)",
            proof=(("simplify", "sinh(y - t)/cosh(y - t)"),),
        ),
        Loss(
            "binary_cross_entropy", "binary cross-entropy",
            "-(t*ln(y) + (1 - t)*ln(1 - y))", "-t/y + (1 - t)/(1 - y)",
            domain=interval("0", "1"), targets=_CLOSED_UNIT,
        ),
        Loss(
            "cross_entropy", "cross-entropy", "-t*ln(y)", "-t/y",
            domain=interval("0", None), targets=interval("0", None, True),
        ),
        Loss(
            "kl_divergence", "Kullback–Leibler divergence",
            "t*ln(t/y) if t > 0 else 0", "-t/y",
            domain=interval("0", None), targets=interval("0", None, True),
            remark="0·ln 0 = 0",
        ),
        Loss(
            "hinge", "hinge loss", "1 - t*y if t*y < 1 else 0", "-t if t*y < 1 else 0",
            targets=interval("-1", "1", True), target_values=(Fraction(-1), Fraction(1)),
            remark="the derivative at t·y = 1 is taken to be 0",
        ),
    )
}  # fmt: skip

OWN = "formula"  # the name of an activation or loss given by a formula of one's own


@dataclass(frozen=True, slots=True)
class ActivationUse:
    """An activation as one layer uses it: a row with its parameters set, or an own formula.

    function    None for softmax, which acts on the whole layer
    row         None for a formula of one's own
    parameters  of a row, or those that an own formula names
    formula     of one's own, as it was typed, and its derivative where that is taught
    title       what an own formula is called in sentences; "" where nobody said
    place       where an own formula stands in its file, such as net.yaml:5:14
    """

    name: str
    function: Function | None
    row: Activation | None
    parameters: tuple[tuple[str, Number], ...] = ()
    formula: str = ""
    taught: str = ""
    title: str = ""
    place: str = field(default="", compare=False)

    @property
    def temperature(self) -> Number:
        """What a softmax divides its pre-activations by; 1 of any other activation."""
        return dict(self.parameters).get("temperature", ONE)

    @property
    def range(self) -> Interval | None:
        """Where its values lie; None for a formula of one's own, where nobody knows."""
        if self.row is None:
            return None
        values = {name: number.value for name, number in self.parameters}
        if "alpha" in values:
            return Interval(-values["alpha"] * values.get("scale", 1), None)
        if "beta" in values and self.row.range.low is not None:
            return Interval(self.row.range.low / values["beta"], None, closed=True)
        return self.row.range


@dataclass(frozen=True, slots=True)
class LossUse:
    """A loss as the network uses it.

    term        one output's term, in the letters ``OUTPUT`` and ``TARGET_LETTER``
    derivative  ∂term/∂y as taught; None for a formula of one's own
    mean        the terms are averaged over the outputs
    parameters  of a row, with their values
    place       where an own formula stands in its file
    """

    name: str
    title: str
    term: Expression
    derivative: Expression | None
    mean: bool
    row: Loss | None
    formula: str = ""
    parameters: tuple[tuple[str, Number], ...] = ()
    place: str = field(default="", compare=False)


_LETTERS: dict[str, Quantity] = {"x": X, "y": VALUE}


@cache
def _function(name: str, parameters: tuple[tuple[str, Number], ...]) -> Function | None:
    row = ACTIVATIONS[name]
    if not row.elementwise:
        return None
    if name == SIGMOID.name:
        return SIGMOID
    letters: dict[str, Expression] = {**_LETTERS, **dict(parameters)}
    mark = _mark(row, parameters)
    return Function(
        "_".join((row.name, *re.findall(r"\w+", mark.replace("-", "minus ")))),
        f"{row.latex}_{{{mark}}}" if mark else row.latex,
        f"{row.text}_{mark}" if mark else row.text,
        definition=without_ones(parse(row.formula, letters)),
        derivatives=(without_ones(parse(row.derivative, letters)),),
    )  # fmt: skip


def _mark(row: Activation, parameters: tuple[tuple[str, Number], ...]) -> str:
    """What tells an activation with other than the usual parameters apart: 0.2, or 1.1,0.6."""
    usual = tuple(decimal(text).value for _, text in row.parameters)
    values = tuple(value.value for _, value in parameters)
    if values == usual:
        return ""
    return ",".join(value.text or str(value.value) for _, value in parameters)


def activation(name: str, parameters: dict[str, Number] | None = None) -> ActivationUse:
    """A catalogue row with its parameters set. Raises KeyError for an unknown name."""
    row = ACTIVATIONS[name]
    overrides = parameters or {}
    values = tuple((key, overrides.get(key) or decimal(text)) for key, text in row.parameters)
    return ActivationUse(name, _function(name, values), row, values)


@cache
def own_activation(
    formula: str, position: int = 0, taught: str = "",
    parameters: tuple[tuple[str, Number], ...] = (), title: str = "",
) -> ActivationUse:  # fmt: skip
    """An activation from a formula in x and its parameters. Raises FormulaError.

    position  tells apart several own formulas in one network: f, f₂, f₃, …
    taught    its derivative in x and in y, the activation's own value; worked out from the formula
              where it is ""
    """
    mark = str(position + 1) if position else ""
    letters: dict[str, Expression] = {"x": X, **dict(parameters)}
    definition = without_ones(parse(formula, letters))
    latex = f"f_{{{mark}}}" if mark else "f"
    function = Function(f"f{mark}", latex, f"f{mark}", definition=definition)
    if taught:
        slope = own_slope(taught, parameters)
        function = replace(function, derivatives=(slope,))
    return ActivationUse(
        OWN, function, None, parameters, _in_a_line(formula), _in_a_line(taught), title
    )


def _in_a_line(formula: str) -> str:
    """As it was typed, for sentences and messages, which no end of a line may tear."""
    return " ".join(formula.split())


def own_slope(taught: str, parameters: tuple[tuple[str, Number], ...]) -> Expression:
    """A derivative as it is taught, in x, y and parameters. Raises FormulaError."""
    return without_ones(parse(taught, {**_LETTERS, **dict(parameters)}))


def loss(
    name: str, per_output: str | None = None, parameters: Mapping[str, Number] | None = None
) -> LossUse:
    """A catalogue row as a network's loss. Raises KeyError for an unknown name."""
    row = LOSSES[name]
    overrides = parameters or {}
    values = tuple((key, overrides.get(key) or decimal(text)) for key, text in row.parameters)
    letters: dict[str, Expression] = {"y": OUTPUT, "t": TARGET_LETTER, **dict(values)}
    term, slope = (without_ones(parse(text, letters)) for text in (row.formula, row.derivative))
    return LossUse(
        name, row.title, term, slope, row.mean or per_output == "mean", row, parameters=values
    )


def own_loss(formula: str, per_output: str | None = None) -> LossUse:
    """A loss from a formula in y and t, one output's term. Raises FormulaError."""
    term = parse(formula, {"y": OUTPUT, "t": TARGET_LETTER})
    return LossUse(OWN, "given loss", term, None, per_output == "mean", None, _in_a_line(formula))


def in_letters(expression: Expression, **values: Expression) -> Expression:
    """A formula with its letters replaced: in_letters(term, y=output, t=target)."""
    return substitute(expression, {variable(name): value for name, value in values.items()})
