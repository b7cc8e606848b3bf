"""Where a formula has no derivative, and what is declared there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.derivation.calculus.corners import corners, corners_of
from derive.expression.nodes import Comparison
from derive.expression.typed.literals import decimal
from derive.network.catalogue import (
    ACTIVATIONS,
    LOSSES,
    OUTPUT,
    activation,
    loss,
    own_activation,
    own_loss,
)

# Of every row, by hand: where its graph has a kink, and the slope declared there.
KINKS: dict[str, tuple[float, float]] = {
    "relu": (0, 0),
    "leaky_relu": (0, 0.01),
    "selu": (0, 1.7580993408473768),
}
LOSS_KINKS: dict[str, tuple[float, float]] = {"absolute_error": 0, "hinge": 0}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_corners_of_every_activation(name: str) -> None:
    function = activation(name).function
    found = corners_of(function) if function is not None else ()
    told = [
        x for c in found if c.at is not None for x in (float(c.at.value), float(c.declared or 0))
    ]
    assert told == pytest.approx(KINKS.get(name, ()))


@pytest.mark.parametrize("name", LOSSES)
def test_the_corners_of_every_loss(name: str) -> None:
    found = corners(loss(name).term, OUTPUT)
    assert [float(c.declared) for c in found if c.declared is not None] == (
        [LOSS_KINKS[name]] if name in LOSS_KINKS else []
    )
    assert all(c.at is None for c in found)


def test_elu_has_a_corner_unless_alpha_is_one() -> None:
    def found(alpha: str) -> list[float]:
        function = activation("elu", {"alpha": decimal(alpha)}).function
        assert function is not None
        return [float(c.declared) for c in corners_of(function) if c.declared is not None]

    assert found("0.5") == [0.5]
    assert found("1") == []


@pytest.mark.parametrize(
    ("formula", "places", "declared"),
    [
        ("max(x, 0.2*x) + 1/2", [0], [0.6]),  # the mean of both slopes
        ("abs(x - 1) + max(x, -2)", [-2, 1], [-0.5, 1]),
        ("abs(x)*x", [], []),  # |x|·x has the slope 0 on both sides
        ("x/(1 + abs(x))", [], []),
        ("3 if x > 1/3 else 9*x", [Fraction(1, 3)], [9]),
    ],
)
def test_formulas_of_ones_own(formula: str, places: list[Fraction], declared: list[float]) -> None:
    function = own_activation(formula).function
    assert function is not None
    found = corners_of(function)
    assert [c.at.value for c in found if c.at is not None] == places
    assert [float(c.declared) for c in found if c.declared is not None] == pytest.approx(declared)


@pytest.mark.parametrize("formula", ["abs(x)**0.5", "sqrt(abs(x))", "abs(x)**(1/3)"])
def test_a_graph_that_stands_upright_has_no_slope_to_declare(formula: str) -> None:
    assert corners_of(own_activation(formula).function) == ()  # type: ignore[arg-type]


def test_a_corner_that_is_no_simple_number_is_told_by_its_condition() -> None:
    function = own_activation("abs(x**2 - 2)").function
    assert function is not None
    (corner,) = corners_of(function)
    assert (corner.at, corner.declared, corner.apart.sign) == (None, None, "!=")
    (corner,) = corners(own_loss("abs(y - 2*t)").term, OUTPUT)
    assert isinstance(corner.apart, Comparison) and corner.apart.left == OUTPUT
