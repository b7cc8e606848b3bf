"""Every reference value of the four write-ups' networks, to the last bit.

``data/references.json`` holds forward values, local derivatives, deltas, contributions of single
paths, gradients and the parameters after one step, each the double nearest to a value computed
elsewhere with 60 digits. A trace must give the very same doubles, and so must every gradient and
update that is printed; compiled functions must come within 1e-13 of the sum of absolute terms.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import labels
import pytest
from labels import Labels

import derive
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Rule
from derive.derivation.trace import ExampleTrace, Trace, trace
from derive.expression.constructors import product
from derive.expression.evaluate import evaluate
from derive.expression.nodes import BIAS, LOSS_TERM, WEIGHT, Expression, Partial, Quantity
from derive.graph import BATCH_E, E, NetworkGraph

ROOT = Path(__file__).parent.parent
REFERENCES = json.loads((ROOT / "tests/data/references.json").read_text())["networks"]
STYLES = ("deltas", "paths", "matrices")
BACK_ENDS = ("python", "numpy")
RELATIVE = 1e-13


def double(value: Any) -> float:
    """The double nearest to a high-precision number; tiny ones count as 0, as in the file."""
    sign, mantissa, exponent, _ = value._mpf_
    exact = Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** exponent
    return float(exact) if abs(exact) >= Fraction(1, 10**50) else 0.0


@dataclass(frozen=True)
class Case:
    """A network and the branches of the file that speak of it."""

    id: str
    network: derive.Network
    labels: Labels
    values: tuple[Mapping[str, Any], ...]
    gradients: Mapping[str, Any] = field(default_factory=dict)
    updated: Mapping[str, Any] = field(default_factory=dict)
    loss_after: str = ""
    objective: Quantity = E

    def __str__(self) -> str:
        return self.id


class Shares:
    """A trace in which a loss term carries its 1/n, as the file counts it."""

    def __init__(self, of: Trace) -> None:
        self.arithmetic = of.arithmetic
        self._of = of
        network = of.graph.network
        self._share = Fraction(1, network.sizes[-1]) if network.loss.mean else Fraction(1)

    def quantity(self, quantity: Quantity) -> Any:
        return self._of.quantity(quantity) * self._factor(quantity)

    def partial(self, of: Quantity, by: Quantity) -> Any:
        return self._of.partial(of, by) * self._factor(of)

    def _factor(self, quantity: Quantity) -> Any:
        return self.arithmetic.number(self._share if quantity.kind == LOSS_TERM else Fraction(1))


def example(name: str) -> derive.Network:
    return derive.load(ROOT / "examples" / f"{name}.yaml")


def small(name: str, rate: str | None = None, bias: str = "none") -> derive.Network:
    """A network without hidden complications (000, 001, 003) as its specification has it."""
    spec = REFERENCES[name]["spec"]
    w = list(map(Fraction, spec["weights"].values()))
    if name == "003":
        weights = [[w[:2], w[2:4]], [[w[4]], [w[5]]]]
        targets = [Fraction(spec["target"])]
    else:
        weights = [[[w[n], w[n + 2]], [w[n + 1], w[n + 3]]] for n in (0, 4)]
        targets = list(map(Fraction, spec["targets"].values()))
    layers = [
        derive.Dense(
            len(matrix[0]), "sigmoid", bias, weights=matrix,
            biases=None if bias == "none" else [0] * len(matrix[0]),
        )
        for matrix in weights
    ]  # fmt: skip
    return derive.Network(
        [list(map(Fraction, spec["inputs"].values()))], layers, targets=[targets],
        learning_rate=None if rate is None else Fraction(rate),
    )  # fmt: skip


def article(
    first: str = "W_ij declared (lines 67, 542)",
    loss: Any = "binary_cross_entropy",
    equal: bool = False,
    **data: Any,
) -> derive.Network:
    """The 3-3-3-3 network (002) with trained biases."""
    spec = REFERENCES["002"]["spec"]
    matrices = [spec["weights"][name] for name in (first, "W_jk", "W_kl")]
    layers = [
        derive.Dense(
            3, activation,
            weights=[[Fraction(1, 2) if equal else Fraction(x) for x in row] for row in matrix],
            biases=[1, 1, 1],
        )
        for activation, matrix in zip(spec["activations"], matrices, strict=True)
    ]  # fmt: skip
    rows = {"inputs": [spec["inputs"]], "targets": [spec["targets"]]} | data
    inputs, targets = ([list(map(Fraction, row)) for row in rows[k]] for k in rows)
    return derive.Network(inputs, layers, loss, targets=targets, learning_rate=Fraction(1, 100))


def cases() -> Iterator[Case]:
    for name, book in (
        ("000", labels.numbered("a_", "E_Total", "W")),
        ("001", labels.numbered("out_", "E", "w")),
    ):
        refs = REFERENCES[name]
        told = [refs[k] for k in ("forward", "local_derivatives", "deltas", "path_contributions")]
        after = refs["updated_weights_after_one_step_by_learning_rate"]
        losses = {rate: refs["training"][rate]["loss_after_n_updates"]["1"] for rate in after}
        yield Case(
            name, example(f"write-up-{name}"), book, tuple(told), refs["gradients"], after["0.5"],
            losses["0.5"],
        )  # fmt: skip
        for rate in after:
            yield Case(
                f"{name} rate {rate}", small(name, rate), book, (), refs["gradients"], after[rate],
                losses[rate],
            )  # fmt: skip
        extra = refs["bias_gradients_if_zero_biases_were_added"]
        yield Case(
            f"{name} zero biases", small(name, bias="neuron"), book, (), refs["gradients"] | extra
        )
    yield from _article_cases()
    for branch, name in (("as_written", "003"), ("suggested_fix_linear_output (OUR variant)",
                                                 "003-linear")):  # fmt: skip
        refs = REFERENCES["003"][branch]
        told = [refs[k] for k in ("forward", "local_derivatives", "deltas")]
        yield Case(
            name, example(f"write-up-{name}"), labels.indexed(), tuple(told), refs["gradients"],
            refs["updated_weights_after_one_step"], refs["loss_after_one_step"],
        )  # fmt: skip
    refs = REFERENCES["003"]["as_written"]
    extra = refs["bias_gradients_if_zero_biases_were_added"]
    yield Case(
        "003 zero biases", small("003", bias="neuron"), labels.indexed(), (),
        refs["gradients"] | extra,
    )  # fmt: skip


def _article_cases() -> Iterator[Case]:
    book = labels.lettered()
    variants = REFERENCES["002"]["variants"]
    own = {
        "declared/bce_sum": "write-up-002",
        "declared/cce": "write-up-002-cross-entropy",
        "example_matrix/bce_sum": "write-up-002-example-matrix",
    }
    losses = {
        "bce_sum": "binary_cross_entropy",
        "bce_mean": {"name": "binary_cross_entropy", "per_output": "mean"},
        "cce": "cross_entropy",
    }
    first = {
        "declared": "W_ij declared (lines 67, 542)",
        "example_matrix": "W_ij printed in the Layer-1 example (line 99)",
    }
    for name, refs in variants.items():
        told = ("forward", "local_derivatives", "path_contributions", "activation_gradients",
                "deltas")  # fmt: skip
        values = tuple(refs[k] for k in told)
        weights = refs["updated_weights_after_one_step"]
        if name in own:
            yield Case(
                f"002 {name}", example(own[name]), book, values, refs["gradients"], weights,
                refs["loss_after_one_step_weights_only"],
            )  # fmt: skip
        matrix, loss = name.split("/")
        yield Case(
            f"002 {name} trained biases", article(first[matrix], losses[loss]), book, values,
            refs["gradients"] | refs["bias_gradients"],
            weights | refs["updated_biases_after_one_step"],
            refs["loss_after_one_step_weights_and_biases"],
        )  # fmt: skip
    exercises = REFERENCES["002"]["exercises"]
    refs = exercises["equal_weights (OUR choice: all 0.5)"]
    yield Case(
        "002 equal weights", article(equal=True), book, (refs["forward"], refs["deltas"]),
        refs["gradients"] | refs["bias_gradients"], refs["updated_weights_after_one_step"],
    )  # fmt: skip
    (name,) = (k for k in exercises if k.startswith("batch_of_3"))
    refs = exercises[name]
    yield Case(
        "002 batch", example("write-up-002-batch"), book, (), refs["mean_gradients"],
        refs["updated_weights_lr_0_01"], objective=BATCH_E,
    )  # fmt: skip
    yield Case(
        "002 batch trained biases",
        article(inputs=refs["inputs"], targets=refs["targets"]), book, (),
        refs["mean_gradients"] | refs["mean_bias_gradients"], objective=BATCH_E,
    )  # fmt: skip


CASES = tuple(cases())


def mismatches(case: Case, found: Mapping[Expression, Any], tree: Mapping[str, Any]) -> list[str]:
    """The entries of a branch that are not the same double; none may be missing."""
    return [
        f"{label}: {double(found[expression])} is not {number}"
        for label, expression, number in case.labels.entries(tree)
        if double(found[expression]) != float(number)
    ]


class Evaluated(dict[Expression, Any]):
    """Expressions evaluated in a trace when asked for."""

    def __init__(self, environment: Shares) -> None:
        super().__init__()
        self.environment = environment

    def __missing__(self, expression: Expression) -> Any:
        return evaluate(expression, self.environment)


def of_objective(case: Case, found: Mapping[Expression, Any]) -> Evaluated:
    """The gradients, with the file's E meaning what the case makes small."""
    result = Evaluated(Shares(trace(NetworkGraph(case.network))))
    for w in parameters(case.network):
        result[Partial(E, w)] = found[Partial(case.objective, w)]
    return result


def parameters(network: derive.Network) -> list[Quantity]:
    return [
        q
        for layer in network.layers
        for q in (*network.weights(layer.index), *network.biases(layer.index))
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_trace_has_the_reference_values(case: Case) -> None:
    values = Evaluated(Shares(trace(NetworkGraph(case.network))))
    wrong = [line for tree in case.values for line in mismatches(case, values, tree)]
    wrong += mismatches(case, of_objective(case, values), case.gradients)
    assert not wrong
    assert case.gradients


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_printed_gradients_and_updates_have_the_reference_values(
    case: Case, style: str
) -> None:
    derivation = derive.derive(case.network, style)
    values = trace(derivation.graph)
    trained = set(case.network.parameters())
    printed: dict[Expression, Any] = {}
    updated: dict[Expression, Any] = {}
    for step in derivation.walk():
        if step.rule is Rule.UPDATE and case.network.learning_rate is not None:
            updated[step.subject] = evaluate(step.result, values)
        subject = step.subject
        if isinstance(subject, Partial) and subject.of == case.objective and subject.by in trained:
            printed[subject] = evaluate(step.result, values)
    assert {q.by for q in printed if isinstance(q, Partial)} == trained
    ours = {k: v for k, v in case.gradients.items() if not _of_frozen(case, k)}
    assert not mismatches(case, of_objective(case, {**_all(case, values), **printed}), ours)
    assert not mismatches(case, updated, case.updated)
    if case.loss_after:
        changed = {q: value for q, value in updated.items() if isinstance(q, Quantity)}
        after = trace(derivation.graph, changed).quantity(case.objective)
        assert double(after) == float(case.loss_after)


def _of_frozen(case: Case, label: str) -> bool:
    """Whether a branch entry is about parameters that the network does not train."""
    trained = set(case.network.parameters())
    return not any(
        isinstance(e, Partial) and e.by in trained
        for _, e, _ in case.labels.entries({label: case.gradients[label]})
    )


def _all(case: Case, values: Trace) -> dict[Expression, Any]:
    return {
        Partial(case.objective, w): values.partial(case.objective, w)
        for w in parameters(case.network)
    }


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_compiled_function_comes_within_the_bound(case: Case, backend: str) -> None:
    function = derive.compile(case.network, backend=backend)
    loss, gradients = function()
    exact = double(trace(NetworkGraph(case.network)).quantity(case.objective))
    assert abs(loss - exact) <= RELATIVE * abs(exact)
    trained = set(case.network.parameters())
    scales = term_sums(case.network)
    checked = 0
    for label, expression, number in case.labels.entries(case.gradients):
        assert isinstance(expression, Partial)
        w = expression.by
        if w not in trained:
            continue
        found = entry(gradients, w)
        assert abs(found - float(number)) <= RELATIVE * scales[w], label
        checked += 1
    assert checked == len(trained)


def entry(gradients: Mapping[str, Any], w: Quantity) -> float:
    if w.kind == WEIGHT:
        return float(gradients[f"W{w.layer}"][w.source][w.unit])
    assert w.kind == BIAS
    return float(gradients[f"b{w.layer}"][w.unit])


def term_sums(network: derive.Network) -> dict[Quantity, float]:
    """Σ over all paths of the absolute products along them: what rounding can be held against."""
    whole = trace(NetworkGraph(network))
    share = 1.0 if network.over_examples == "sum" else 1 / len(whole.examples)
    result = dict.fromkeys(parameters(network), 0.0)
    for one in whole.examples:
        for w, value in _absolute_sweep(one).items():
            if w in result:
                result[w] += share * value
    return result


def _absolute_sweep(one: ExampleTrace) -> dict[Quantity, float]:
    sums = {E: 1.0}
    for quantity in reversed(one.graph.definitions):
        for parent, slope in one.slopes(quantity).items():
            sums[parent] = sums.get(parent, 0.0) + sums.get(quantity, 0.0) * abs(float(slope))
    return sums


def test_the_carried_chain_is_that_of_an_honest_hand_calculation() -> None:
    """Every displayed value rounded to 5 decimals (updates to 4) and gone on with."""
    name = "chain_with_every_displayed_value_rounded_to_5dp_and_carried"
    chain = REFERENCES["003"]["as_written"][name]
    derivation = derive.derive(example("write-up-003"), "deltas")
    values = Valuation(derivation, Rounding(digits=5, update=4, carried=True))
    names = labels.indexed().names
    special = {
        f"sigma'(z_{x})": Partial(names["y_pred" if x == "o" else f"a_{x}"], names[f"z_{x}"])
        for x in "o12"
    }
    for label, number in chain.items():
        if label.endswith(" updated (4 dp)"):
            found = values.updated[names[label.split()[0]]].number.value
        elif "*" in label:
            part = product(*(names[name] for name in label.split("*")))
            found = values.examples[0].work_out(part).result.number.value
        else:
            expression = special.get(label) or labels.indexed().expressions(label)[0]
            assert isinstance(expression, Quantity | Partial)
            found = values.examples[0].displayed(expression).number.value
        assert found == Fraction(number), label


def chain_of(depth: int, hidden: str) -> derive.Network:
    layers = [derive.Dense(1, hidden, "none", weights=[[1]]) for _ in range(depth - 1)]
    last = derive.Dense(1, "sigmoid", "none", weights=[[1]])
    return derive.Network([[1]], [*layers, last], targets=[[0]])


def test_gradients_vanish_along_a_chain_of_sigmoids_as_the_references_say() -> None:
    exercises = REFERENCES["002"]["exercises"]
    (name,) = (k for k in exercises if k.startswith("vanishing_gradient (OUR"))
    for depth, refs in exercises[name].items():
        for hidden in ("sigmoid", "relu"):
            layers = int(depth.removeprefix("depth "))
            values = trace(NetworkGraph(chain_of(layers, hidden)))
            label = "sigmoid" if hidden == "sigmoid" else "relu hidden"
            for end, layer in (("first", 1), ("last", layers)):
                found = values.partial(E, Quantity(WEIGHT, layer))
                assert double(found) == float(refs[f"{label} {end}"]), (depth, hidden, end)
