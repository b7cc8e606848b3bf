"""What pictures show is so: numbers as on the page, paths as a change of the weight finds them."""

from __future__ import annotations

from fractions import Fraction

import pytest

import derive
from derive.document.blocks import Figure
from derive.document.narration.pictures import networks as pictures
from derive.expression.nodes import DELTA, Number, Quantity
from derive.graph import pre_activations
from derive.pictures.picture import Circle, Label, Line
from derive.rendering import narrated
from derive.writers.drawings.style import COLOURS, tint
from derive.writers.drawings.svg import in_words
from tests.derivation.oracle import number
from tests.document.claims import oracle
from tests.pictures.drawn import made, teller
from tests.writers.test_drawings import luminance

NETWORKS = {
    "2-2-2": derive.load("examples/mazur.yaml"),
    "3-3-3-3": derive.load("examples/write-up-002.yaml"),
    "2-3-2": made((2, 3, 2), seed=2),
    "4-2-3": made((4, 2, 3), seed=3, softmax=True),
    "shared": made((2, 2, 2), bias="shared"),
}
EVERY = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def written(figure: Figure) -> dict[Quantity, tuple[Label, ...]]:
    """The labels that begin with a quantity, each with the label below it in the same circle."""
    labels = [s for s in figure.picture.shapes if isinstance(s, Label)]
    found: dict[Quantity, tuple[Label, ...]] = {}
    for label, after in zip(labels, [*labels[1:], labels[0]], strict=True):
        first = label.content[0] if label.content else ""
        if isinstance(first, Quantity):
            below = after.at[0] == label.at[0] and abs(after.at[1] - label.at[1]) == 11.5
            found[first] = (label, after) if below else (label,)
    return found


def numbers(labels: tuple[Label, ...]) -> list[Number]:
    return [part for label in labels for part in label.content if isinstance(part, Number)]


@EVERY
def test_numbers_are_those_of_the_page(network: derive.Network) -> None:
    told = teller(network)
    assert told.valuation is not None
    shown = told.valuation.numbers(0).displayed
    figure = pictures.network_figure(told)
    found = written(figure)
    for layer in network.layers:
        for w in (*network.weights(layer.index), *network.biases(layer.index)):
            assert numbers(found[w]) == [network.value(w)]
    for q in (*told.graph.inputs, *told.graph.outputs):
        assert numbers(found[q]) == [shown(q).number]


@EVERY
def test_deltas_of_a_step_are_the_derivatives_of_the_loss(network: derive.Network) -> None:
    told = teller(network)
    point = oracle(network).examples[0]
    for layer in network.layers:
        found = written(pictures.step_figure(told, layer.index))
        for z in pre_activations(layer):
            (shown,) = numbers(found[Quantity(DELTA, z.layer, z.unit)])
            slope = point.difference(Quantity("loss"), z)
            assert float(shown.value) == pytest.approx(float(slope), rel=6e-3, abs=6e-6)
        deeper = {q.layer for q in found if q.kind == DELTA}
        assert deeper == set(range(layer.index, len(network.layers) + 1))


@EVERY
def test_what_is_faint_does_not_change_with_the_weight(network: derive.Network) -> None:
    told = teller(network)
    for layer in network.layers:
        for w in (network.weights(layer.index)[-1], *network.biases(layer.index)[:1]):
            value = network.value(w)
            assert value is not None
            before, after = (
                oracle(network, {w: v}).examples[0].forward({})
                for v in (number(value.value), number(value.value + Fraction(1, 4)))
            )
            figure = pictures.path_figure(told, w)
            for q, labels in written(figure).items():
                if q not in before or q.kind in ("weight", "bias"):
                    continue
                faint = labels[0].role == "faint"
                moved = abs(before[q] - after[q]) > 1e-12
                if moved or faint:
                    assert moved != faint, (w, q)
                else:  # the value that the weight multiplies; the term of a target 0
                    assert q.kind == "loss term" or q.layer == w.layer - 1
            assert any(len(labels) > 1 for labels in written(figure).values())


def test_the_arrows_of_a_path_run_from_the_weight_to_the_loss() -> None:
    told = teller(NETWORKS["2-2-2"])
    (w5,) = [w for w in NETWORKS["2-2-2"].weights(2) if (w.source, w.unit) == (0, 0)]
    figure = pictures.path_figure(told, w5)
    arrows = [s for s in figure.picture.shapes if isinstance(s, Line) and s.arrow]
    assert len(arrows) == 3  # the weight's own line, to E1, to E_Total
    assert max(arrow.pen.width for arrow in arrows) == arrows[0].pen.width
    words = "".join(part for part in figure.caption if isinstance(part, str))
    assert words.startswith("The arrows show the only path from ")
    assert figure.caption[-2] == Quantity("loss term", unit=1)


def test_a_weight_below_zero_is_dashed_and_the_larger_the_thicker() -> None:
    network = derive.Network([[1, 1]], [derive.Dense(1, "sigmoid", "none", weights=[[-1], [0.5]])],
                             targets=[[1]])  # fmt: skip
    figure = pictures.network_figure(teller(network))
    one, half = [s for s in figure.picture.shapes if isinstance(s, Line)]
    assert one.pen.dash and not half.pen.dash
    assert one.pen.width > half.pen.width
    assert "negative weights are dashed" in "".join(map(str, figure.caption))


def test_states_survive_without_colour() -> None:
    """Now and known differ in fill, width and words; what comes later is dashed and lighter."""
    figure = pictures.step_figure(teller(NETWORKS["2-2-2"]), 1)
    circles = [s for s in figure.picture.shapes if isinstance(s, Circle)]
    later, now, known = circles[0], circles[2], circles[4]
    assert later.pen.dash and not now.pen.dash and not known.pen.dash
    assert now.pen.width > 1.5 * known.pen.width
    assert luminance(COLOURS["faint"]) > 4 * luminance(COLOURS["gradient"])
    assert luminance(tint("gradient")) < 0.9 * luminance("#FFFFFF")
    words = {s.content for s in figure.picture.shapes if isinstance(s, Label)}
    assert {("known",), ("now",), ("later",)} <= words


@pytest.mark.parametrize(("style", "kinds"), [("deltas", "step"), ("paths", "paths")])
def test_where_pictures_stand(style: str, kinds: str) -> None:
    network = NETWORKS["3-3-3-3"]
    document, _ = narrated(derive.derive(network, style), parts=["pictures"])
    names = [b.picture.name for b in document.blocks if isinstance(b, Figure)]
    assert len(set(names)) == len(names)
    assert names[0] == "network"
    assert sum(name.startswith(f"{kinds}-") for name in names) == len(network.layers)


def test_of_wide_layers_some_units_are_drawn_and_the_caption_says_so() -> None:
    told = teller(made((9, 2)))
    figure = pictures.network_figure(told)
    inputs = [q for q in written(figure) if q.kind == "input"]
    assert [q.unit for q in inputs] == [0, 1, 2, 3, 4, 8]
    assert "the first five and the last are drawn" in "".join(map(str, figure.caption))
    assert any(s.content == ("⋮",) for s in figure.picture.shapes if isinstance(s, Label))
    assert "too many weights" in "".join(map(str, figure.caption))


def said(figure: Figure) -> str:
    """Title and description as text."""
    of = teller(NETWORKS["2-2-2"]).names
    return f"{in_words(figure.picture.title, of)}. {in_words(figure.picture.description, of)}"


def test_what_is_said_to_whoever_does_not_see_the_picture() -> None:
    told = teller(NETWORKS["2-2-2"])
    assert said(pictures.network_figure(told)) == (
        "The 2-2-2 network. From left to right: inputs (i1 = 0.05 and i2 = 0.10), hidden layer "
        "(a_h1 ≈ 0.59327 and a_h2 ≈ 0.59688) and output layer (a_o1 ≈ 0.75137 and a_o2 ≈ 0.77293)."
        " The weights on the lines are W1 = 0.15, W2 = 0.20, W3 = 0.25, W4 = 0.30, W5 = 0.40, "
        "W6 = 0.45, W7 = 0.50 and W8 = 0.55."
    )
    w1, w5 = NETWORKS["2-2-2"].weights(1)[0], NETWORKS["2-2-2"].weights(2)[0]
    assert said(pictures.path_figure(told, w5)) == (
        "The path from W5 to E_Total. One path leads from W5 to E_Total: "
        "W5 → o1 → a_o1 → E1 → E_Total."
    )
    assert said(pictures.path_figure(told, w1)) == (
        "The paths from W1 to E_Total. There are two paths from W1 to E_Total. They are "
        "W1 → h1 → a_h1 → o1 → a_o1 → E1 → E_Total and "
        "W1 → h1 → a_h1 → o2 → a_o2 → E2 → E_Total."
    )
    assert said(pictures.step_figure(told, 1)) == (
        "The step back to the hidden layer. Found now: δ_h1 ≈ 0.00877 and δ_h2 ≈ 0.00995. "
        "Found before: δ_o1 ≈ 0.13850 and δ_o2 ≈ −0.03810."
    )
    assert said(pictures.circuit_figure(told)) == (
        "The computation of E_Total as a circuit. From top to bottom the inputs are multiplied by "
        "the weights, added up, and passed through the activation function, layer by layer, down "
        "to E_Total. On the way back up come δ_o1 ≈ 0.13850, δ_o2 ≈ −0.03810, δ_h1 ≈ 0.00877 and "
        "δ_h2 ≈ 0.00995."
    )
