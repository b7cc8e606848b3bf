"""Circuits: every value is the trace's, every derivative a difference of the loss."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

import derive
from derive.derivation.numbers.rounding import Displayed
from derive.document.blocks import Figure
from derive.document.narration.pictures import networks as pictures
from derive.document.narration.pictures.networks import scene_of
from derive.expression.nodes import Expression, Number, Partial, Product, Quantity
from derive.graph import E
from derive.notation import BUILT_IN
from derive.pictures.circuits.networks import circuit, is_whole
from derive.pictures.picture import Label, Picture
from derive.pictures.scene import Scene
from tests.document.claims import oracle
from tests.pictures.drawn import made, teller

NETWORKS = {
    "2-2-2": derive.load("examples/mazur.yaml"),
    "trained": derive.load("examples/mazur-trained-biases.yaml"),
    "2-2-1": derive.load("examples/write-up-003.yaml"),
    "softmax": made((2, 2, 2), softmax=True, seed=4),
    "3-3-3-3": derive.load("examples/write-up-002.yaml"),
    "wide": made((9, 3, 2), seed=5),
    "single": made((1, 1)),
    "batch": made((2, 2, 1), examples=3, seed=6),
}
EVERY = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def pairs(picture: Picture) -> list[tuple[tuple[str | Expression, ...], Number | None]]:
    """What stands beside each wire, and the derivative below it."""
    labels = [s for s in picture.shapes if isinstance(s, Label) and s.anchor == "start"]
    found: list[tuple[tuple[str | Expression, ...], Number | None]] = []
    for label in labels:
        if label.role == "gradient":
            (slope,) = label.content
            number = Number(Fraction(1)) if slope == "1" else slope
            assert isinstance(number, Number)
            found[-1] = (found[-1][0], number)
        else:
            found.append((label.content, None))
    return found


def close(number: Number, value: object) -> None:
    assert float(number.value) == pytest.approx(float(value), rel=6e-3, abs=6e-6)  # type: ignore[arg-type]


@EVERY
def test_every_number_is_right(network: derive.Network) -> None:
    figure = pictures.circuit_figure(teller(network))
    point = oracle(network).examples[0]
    named: set[Quantity] = set()
    products = 0
    for content, slope in pairs(figure.picture):
        if isinstance(content[0], Quantity):
            q, value = content[0], content[-1]
            assert isinstance(value, Number)
            named.add(q)
            close(value, point.quantity(q))
            if slope is not None:
                close(slope, 1 if q == E else point.difference(E, q))
            else:
                made_of = q.kind == "input" and network.target_formulas is not None
                assert made_of or q.kind == "target" or (q.kind == "bias" and q.unit < 0)
        else:
            products += 1
    layers = network.layers if is_whole(teller(network).graph) else network.layers[:1]
    if is_whole(teller(network).graph):
        every = {w for layer in layers for w in network.weights(layer.index)}
        assert every <= named
        assert products == len(every)
        assert E in named


@EVERY
def test_the_product_beside_a_wire(network: derive.Network) -> None:
    """A product's value is that of its factors, its derivative the δ of the sum it goes into."""
    told = teller(network)
    scene = scene_of(told)
    asked: list[Expression] = []

    def heard(of: Expression) -> Displayed:
        asked.append(of)
        assert scene.displayed is not None
        return scene.displayed(of)

    circuit(Scene(scene.graph, scene.names, heard), (), ())
    point = oracle(network).examples[0]
    products = {e for e in asked if isinstance(e, Product)}
    assert products
    for product in products:
        w, sent = product.factors
        assert isinstance(w, Quantity) and isinstance(sent, Quantity)
        assert sent.layer == w.layer - 1 and sent.unit == w.source
        value = heard(product).number
        assert float(value.value) == pytest.approx(
            float(point.quantity(w) * point.quantity(sent)), abs=6e-6
        )


@EVERY
def test_numbers_stand_as_the_page_shows_them(network: derive.Network) -> None:
    told = teller(network, digits=3)
    assert told.valuation is not None
    shown = told.valuation.numbers(0).displayed
    for content, _ in pairs(pictures.circuit_figure(told).picture):
        if isinstance(content[0], Quantity):
            assert content[-1] == shown(content[0]).number
            assert content[1] == (" = " if shown(content[0]).exact else " ≈ ")


def test_a_wrong_number_is_seen() -> None:
    network = NETWORKS["2-2-2"]
    scene = scene_of(teller(network))

    def slipped(of: Expression) -> Displayed:
        assert scene.displayed is not None
        right = scene.displayed(of)
        if isinstance(of, Partial) and of.by == network.weights(1)[0]:
            return Displayed(right.value, Number(right.number.value * 2), right.exact)
        return right

    wrong = circuit(Scene(scene.graph, scene.names, slipped), (), ())
    point = oracle(network).examples[0]
    slopes = {c[0]: s for c, s in pairs(wrong) if isinstance(c[0], Quantity)}
    number = slopes[network.weights(1)[0]]
    assert number is not None
    with pytest.raises(AssertionError):
        close(number, point.difference(E, network.weights(1)[0]))


def test_without_numbers_names_stand_beside_wires() -> None:
    figure = pictures.circuit_figure(teller(derive.load("examples/symbolic.yaml")))
    contents = {s.content for s in figure.picture.shapes if isinstance(s, Label)}
    w = Quantity("weight", 1, 0, 0)
    assert {(w,), (Partial(E, w),), (Product((w, Quantity("input"))),)} <= contents
    assert (Quantity("delta", 1, 0),) in contents


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("numbers", [True, False])
def test_the_derivative_stays_clear_of_the_scripts_above_it(notation: str, numbers: bool) -> None:
    stacked = notation == "layered"  # a superscript above a subscript: 1.6 lines, not 1.25
    for sizes in ((2, 2, 1), (5, 4, 3, 2)):
        network = made(sizes, notation=notation, numbers=numbers)
        labels = [
            s for s in pictures.circuit_figure(teller(network)).picture.shapes
            if isinstance(s, Label) and s.anchor == "start"
        ]  # fmt: skip
        for upper, lower in pairwise(labels):
            if lower.role == "gradient":
                assert upper.at[0] == lower.at[0]
                lines = (lower.at[1] - upper.at[1]) / lower.size
                assert lines >= (1.6 if stacked else 1.25)


def words(figure: Figure) -> str:
    return "".join(part for part in figure.caption if isinstance(part, str))


def test_what_the_caption_says() -> None:
    whole = pictures.circuit_figure(teller(NETWORKS["2-2-2"]))
    assert "a single unit is drawn" not in words(whole)
    assert "bias that several units share" in words(whole)
    part = pictures.circuit_figure(teller(NETWORKS["3-3-3-3"]))
    assert "a single unit is drawn" in words(part)
    assert "bias that several units share" not in words(part)
    batch = pictures.circuit_figure(teller(NETWORKS["batch"]))
    assert "those of example 1." in words(batch)
    assert "example" not in words(whole)
