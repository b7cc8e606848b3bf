"""No label lies on another, on a rim, or over the edge: from 2-1 to 8-8-8-8 and beyond."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.notation import BUILT_IN
from derive.pictures.picture import Circle, Label, Picture
from tests.pictures.drawn import figures, made
from tests.pictures.measured import collisions, outside, shared
from tests.writers.samples import NUMBERED

SIZES = [
    (2, 1), (1, 1), (2, 2, 1), (2, 2, 2), (3, 3, 3, 3), (4, 4, 4, 4), (1, 8, 1), (4, 8, 8, 3),
    (2, 3, 2, 3, 2, 3),
]  # fmt: skip
LARGE = [(8, 8, 8, 8), (20, 50, 10)]


def clean(network: derive.Network, digits: int = 5) -> None:
    found, names = figures(network, digits)
    for figure in found:
        assert collisions(figure.picture, names) == [], figure.picture.name
        assert outside(figure.picture, names) == [], figure.picture.name


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("sizes", SIZES, ids=lambda s: "-".join(map(str, s)))
def test_sizes_in_every_notation(sizes: tuple[int, ...], notation: str) -> None:
    clean(made(sizes, notation=notation))


@pytest.mark.parametrize(("sizes", "notation"), [*zip(LARGE, ("indexed", "layered"), strict=True)])
def test_large_sizes(sizes: tuple[int, ...], notation: str) -> None:
    clean(made(sizes, notation=notation))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.integers(1, 8), min_size=2, max_size=4),
    bias=st.sampled_from(["none", "shared", "neuron"]),
    numbers=st.booleans(),
    softmax=st.booleans(),
    spread=st.sampled_from([0.1, 1.0, 9.0, 400.0]),
    notation=st.sampled_from(sorted(BUILT_IN)),
    digits=st.sampled_from([2, 5, 9]),
)
def test_any_network(
    sizes: list[int], bias: str, numbers: bool, softmax: bool, spread: float, notation: str,
    digits: int,
) -> None:  # fmt: skip
    softmax = softmax and sizes[-1] > 1 and spread <= 1
    network = made(
        sizes, bias=bias, numbers=numbers, softmax=softmax, spread=spread, notation=notation
    )
    clean(network, digits)


def test_a_collision_is_seen() -> None:
    labels = (Label((50, 50), ("weight",)), Label((60, 53), ("weight",), angle=30))
    assert len(collisions(Picture("p", (), (), (100, 100), labels), NUMBERED)) == 1
    half_on = (Circle((50, 50), 10), Label((60, 50), ("weight",)))
    assert len(collisions(Picture("p", (), (), (100, 100), half_on), NUMBERED)) == 1
    within = (Circle((50, 50), 30), Label((50, 50), ("weight",)))
    assert collisions(Picture("p", (), (), (100, 100), within), NUMBERED) == []
    assert outside(Picture("p", (), (), (55, 100), within), NUMBERED) != []


def test_the_shared_area() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    moved = [(x + 1, y + 1) for x, y in square]
    assert shared(square, moved) == pytest.approx(1)
    assert shared(square, [(x + 3, y) for x, y in square]) == 0
