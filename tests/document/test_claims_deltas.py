"""What the pages by deltas claim: what a derivative is, and that nothing is worked out twice."""

from __future__ import annotations

from collections import Counter

import pytest

from derive.document.blocks import Equations
from derive.expression.nodes import ACTIVATION, INPUT, LOSS, Expression, Partial, Quantity
from derive.network import Network
from derive.rendering import narrated
from tests.derivation.oracle import mp
from tests.derived import derived
from tests.document.claims import named, network, oracle, told

TINY = mp.mpf(10) ** -15
E = Quantity(LOSS)

NETWORKS = {
    "weights alone": network((2, 2, 2), ("sigmoid",) * 2, bias="none"),
    "biases given": network((2, 2, 2), ("tanh",) * 2, frozen=(("biases",), ("biases",))),
    "biases": network((2, 3, 2), ("tanh", "sigmoid")),
    "one layer of biases": network((2, 2, 2), ("tanh",) * 2, frozen=(("biases",), ())),
    "shared": network((2, 2, 2), ("sigmoid",) * 2, bias="shared"),
    "softmax": network((2, 2, 3), ("tanh", "softmax"), "binary_cross_entropy"),
    "softmax inside": network((2, 3, 2), ("softmax", "identity"), "mean_squared_error"),
}
FORMS = {
    "weights alone": "found_deltas",
    "biases given": "found_deltas",
    "biases": "found_deltas_biases",
    "one layer of biases": "found_deltas_biases",
    "shared": "found_deltas_shared",
    "softmax": "found_deltas_biases",
    "softmax inside": "found_deltas_biases",
}
each = pytest.mark.parametrize("name", NETWORKS)


@each
def test_what_each_derivative_is(name: str) -> None:
    """δ times the value that comes in; for a bias δ, summed over the units that share it."""
    of = NETWORKS[name]
    (said,) = (one for one in told(of) if one.sentence.startswith("found_deltas"))
    assert said.sentence == FORMS[name]
    assert said.count("count") == len(of.parameters())
    at = oracle(of)
    for w in of.parameters():
        units = range(of.sizes[w.layer]) if w.unit < 0 else (w.unit,)
        deltas = [at.difference(E, Quantity("pre-activation", w.layer, j)) for j in units]
        kind = ACTIVATION if w.layer > 1 else INPUT
        value = (
            at.quantity(Quantity(kind, w.layer - 1, w.source)) if w.kind == "weight" else mp.mpf(1)
        )
        assert abs(at.difference(E, w) - value * sum(deltas)) < TINY


@each
@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_the_parameters_that_are_counted_are_those_that_are_trained(name: str, style: str) -> None:
    of = NETWORKS[name]
    for detail in ("brief", "full"):
        (said,) = (one for one in told(of, style, detail) if one.sentence.startswith("opening_"))
        assert said.count("count") == len(of.parameters())


@each
@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_a_brief_page_gives_every_number_that_its_table_has_not(name: str, style: str) -> None:
    of = NETWORKS[name]
    (said,) = named(told(of, style, "brief"), "given")
    shown = said.values["values"]
    assert isinstance(shown, tuple)
    parts = [part for part in shown if isinstance(part, Expression)]
    assert dict(zip(parts[::2], parts[1::2], strict=True)) == {
        q: of.value(q)
        for q in (
            *(Quantity(INPUT, unit=i) for i in range(of.sizes[0])),
            *(Quantity("target", unit=k) for k in range(of.sizes[-1])),
            *(q for layer in of.layers for q in (*of.weights(layer.index),
                                                *of.biases(layer.index))),
        )
        if q not in of.parameters()
    }  # fmt: skip
    assert not named(told(of, style, "full"), "given")


def worked_out(of: Network) -> list[Expression]:
    """The derivatives that a page has lines of rules for, in order."""
    document, _ = narrated(derived(of), detail="full")
    return [
        block.rows[0].chain[0].expression
        for block in document.blocks
        if isinstance(block, Equations) and any(row.reason for row in block.rows)
    ]


@each
def test_nothing_is_worked_out_twice(name: str) -> None:
    counted = Counter(worked_out(NETWORKS[name]))
    assert counted
    assert not [derivative for derivative, times in counted.items() if times > 1]


@each
def test_what_is_known_as_before_was_worked_out_before(name: str) -> None:
    of = NETWORKS[name]
    said = told(of)
    graph = derived(of).graph
    known = named(said, "delta_neuron_known")
    assert bool(known) == (name == "softmax")
    seen: set[Quantity] = set()
    for one in named(said, "delta_neuron", "delta_neuron_known"):
        z = one.quantity("z")
        derivatives = one.values["known"]
        assert isinstance(derivatives, tuple)
        for derivative in derivatives:
            if isinstance(derivative, Partial):
                assert one.sentence == "delta_neuron_known"
                assert derivative.of in seen, "the loss term was met at an earlier sum"
                assert isinstance(derivative.of, Quantity)
                assert graph.reaches(z, derivative.of)
        seen |= {q for q in graph.definitions if graph.reaches(z, q)}
