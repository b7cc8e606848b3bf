"""Every page that may be asked for is written, whatever the loss, the parts, what is frozen."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from derive.derivation import STYLES
from derive.network.catalogue import ACTIVATIONS
from derive.network.description import Network
from derive.rendering import DETAILS, PARTS, narrated
from tests.derived import derived
from tests.document.claims import network
from tests.document.networks import LOST

TOLD = frozenset(PARTS) - {"training"}
_INSIDE = [name for name in ACTIVATIONS if name != "softmax"]
# A layer each, so that three networks have all of them.
DEEP = {
    f"{some[0]} to {some[-1]}": network((2, *[2] * len(some), 2), (*some, "identity"), seed=5)
    for some in (_INSIDE[i::3] for i in range(3))
}
_TWO = tuple(combinations(STYLES, 2))
_KEPT = ((), ("weights",), ("biases",), ("weights", "biases"))


def _written(one: Network, style: str) -> None:
    derivation = derived(one, style)
    assert narrated(derivation, detail="brief", parts={"captions"})[0].blocks
    for detail in DETAILS:
        assert narrated(derivation, detail=detail, parts=TOLD)[0].blocks


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", [*LOST, *DEEP])
def test_every_loss_and_activation_has_its_sentences(name: str, style: str) -> None:
    _written((LOST | DEEP)[name], style)


def _frozen() -> list[tuple[int, str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Every pattern of a network of two layers that leaves something to train, numbered."""
    found: list[tuple[int, str, tuple[tuple[str, ...], tuple[str, ...]]]] = []
    for bias, first, last in product(("none", "neuron", "shared"), _KEPT, _KEPT):
        every = {"weights"} if bias == "none" else {"weights", "biases"}
        if not {*first, *last} <= every or set(first) == every == set(last):
            continue
        found.append((len(found), bias, (first, last)))
    return found


@pytest.mark.parametrize(("number", "bias", "frozen"), _frozen())
def test_every_pattern_of_frozen_layers_has_its_page(
    number: int, bias: str, frozen: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """Each in two of the styles."""
    one = network((2, 2, 2), ("tanh", "sigmoid"), bias=bias, frozen=frozen)
    for style in _TWO[(number + number // 6) % len(_TWO)]:
        derivation = derived(one, style)
        assert narrated(derivation, detail="normal", parts=TOLD)[0].blocks
