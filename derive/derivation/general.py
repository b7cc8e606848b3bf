"""The rules for any network, as they stand in a textbook: layers l and L, an activation f.

    δ⁽ᴸ⁾ = ∂E/∂a⁽ᴸ⁾ ⊙ f′(z⁽ᴸ⁾)          δ⁽ˡ⁾ = δ⁽ˡ⁺¹⁾ (W⁽ˡ⁺¹⁾)ᵀ ⊙ f′(z⁽ˡ⁾)
    ∂E/∂b⁽ˡ⁾ = δ⁽ˡ⁾                     ∂E/∂W⁽ˡ⁾ = (a⁽ˡ⁻¹⁾)ᵀ δ⁽ˡ⁾

What is general is compared on a network made for it, in which every layer has another size and
another activation: what stands there as a layer l is its middle layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

from derive.derivation.calculus.differentiator import differentiate
from derive.derivation.derivation import Derivation, derive
from derive.derivation.extra import check_more
from derive.derivation.steps import Kind, Relation, Rule, Step, chain
from derive.derivation.styles.forms import Forms
from derive.expression.constructors import ONE, variable
from derive.expression.functions import MAX, Function
from derive.expression.matrices import Named
from derive.expression.nodes import (
    ARRAY,
    Apply,
    Expression,
    Number,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.expression.rewriting import rewrite
from derive.network.description import Dense, Network
from derive.network.literals import BiasKind
from derive.notation.arrays import ANY, BEFORE, LAST, NEXT

_MIDDLE = {1: BEFORE, 2: ANY, 3: NEXT}
_EXAMPLES = ((1, 2), (3, 4), (5, 6))
_SHARE = Number(Fraction(1, len(_EXAMPLES)))
_X, _Y = variable("x"), variable("y")


@cache
def general_rules(
    layout: str, over_examples: str, delta_sign: str = "positive", thresholds: bool = False
) -> tuple[dict[str, Step], int]:
    """The rules by name, and how many equalities were compared for them.

    sums, activations, last, deltas, weights, biases   of one example
    batch sums, batch deltas, batch weights, batch biases   of a batch
    gate sum, gate product, gate maximum   what a single operation does on the way back

    Raises CheckFailed, naming the step.
    """
    derivation = derive(_companion(layout, over_examples, delta_sign, thresholds))
    rules = _of_layers(derivation, batch=False)
    rules |= {f"batch {name}": step for name, step in _of_layers(derivation, batch=True).items()}
    count = check_more(derivation, rules.values())
    gates = _gates()
    return rules | gates, count + check_more(derivation, gates.values())


@cache
def _companion(layout: str, over_examples: str, delta_sign: str, thresholds: bool) -> Network:
    """A 2-3-4-2 network on three examples, without values of its own."""
    bias: BiasKind = "threshold" if thresholds else "neuron"
    return Network(
        inputs=_EXAMPLES,
        layers=[Dense(3, "softplus", bias), Dense(4, "tanh", bias), Dense(2, "sigmoid", bias)],
        targets=[[0, 1], [1, 0], [1, 1]],
        layout="to_from" if layout == "to_from" else "from_to",
        over_examples="sum" if over_examples == "sum" else "mean",
        delta_sign="negative" if delta_sign == "negative" else "positive",
    )


def _of_layers(derivation: Derivation, *, batch: bool) -> dict[str, Step]:
    graph = derivation.layered
    forms = Forms(graph, batch=batch)
    _, middle, last = derivation.network.layers
    parameters = tuple(w for w in derivation.network.parameters() if w.layer == middle.index)
    sums, activations = forms.forward(middle)
    weights, biases = forms.gradients(middle, parameters)
    steps = {"sums": sums, "activations": activations, "weights": weights, "biases": biases}
    for name, layer in (("last", last), ("deltas", middle)):
        step = forms.delta(layer)
        assert step is not None  # no softmax is in it
        steps[name] = step
    return {
        name: _general(step, {3: LAST} if name == "last" else _MIDDLE)
        for name, step in steps.items()
    }


def _general(step: Step, layers: Mapping[int, int]) -> Step:
    """The step with letters for its layers, and f for its activation."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Named):
            return Named(_lettered(node.symbol, layers), node.of)
        if node == _SHARE:  # 1/N, for as many examples as there are
            return Named(Quotient(ONE, variable("N")), node)
        if isinstance(node, Apply):
            return Apply(_called_f(node.function), node.arguments)
        return node

    relations = tuple(Relation(r.sign, rewrite(r.expression, change)) for r in step.relations)
    return replace(step, id=f"general/{step.id}", relations=relations)


def _lettered(symbol: Expression, layers: Mapping[int, int]) -> Expression:
    if isinstance(symbol, Partial):
        by = _lettered(symbol.by, layers)
        assert isinstance(by, Quantity)  # a letter for a letter
        return Partial(symbol.of, by)
    if isinstance(symbol, Quantity) and symbol.kind == ARRAY:
        return replace(symbol, layer=layers.get(symbol.layer, symbol.layer))
    return symbol


@cache
def _called_f(function: Function) -> Function:
    """The function under the name f, or f′ where it is a derivative."""
    if function.text.endswith("′"):
        return replace(function, latex="f'", text="f′")
    return replace(function, latex="f", text="f")


def _gates() -> dict[str, Step]:
    """∂(x + y)/∂x = 1, ∂(x·y)/∂x = y, and the derivative of max(x, y)."""
    steps = {}
    for name, formula in (
        ("sum", Sum((_X, _Y))), ("product", Product((_X, _Y))), ("maximum", MAX(_X, _Y)),
    ):  # fmt: skip
        lines = differentiate(formula, _X)
        relations = chain(lines[0].expression, lines[-1].expression)
        steps[f"gate {name}"] = Step(f"general/gate/{name}", Kind.GENERAL, Rule.FORM, relations)
    return steps
