"""Saturated and dead units that a recipe asks for: seen in what is printed, by another pass."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import relu_softmax, two_two_two
from worksheets.page_reader import Page
from worksheets.test_class_marks import full, key_of

import derive
from derive.derivation.numbers.rounding import Rounding
from derive.expression.nodes import Quantity
from derive.network import Dense, Network
from derive.network.catalogue import ACTIVATIONS
from derive.worksheets import Ask, Family, Recipe, WorksheetError
from derive.worksheets.exercise import exercise
from derive.worksheets.questions.concepts import Concept, concept
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import Ledger
from derive.worksheets.recipes.units import Special, cure
from derive.worksheets.sheets.maker import Maker, Variant
from derive.worksheets.source import Source
from derive.worksheets.variants.criteria import fault
from derive.worksheets.variants.givens import draw
from derive.worksheets.variants.variant import Draw, numbers_with
from derive.writers import write

ENDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0)}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "softsign": lambda x: x / (1 + abs(x)),
    "relu": lambda x: max(x, 0.0),
    "identity": lambda x: x,
}
FORWARD = (Ask("forward"),)
MIXED = Network(
    2, [Dense(2, "tanh"), Dense(3, "relu"), Dense(1, "sigmoid")], "binary_cross_entropy"
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One unit as it comes out: z, f(z), f′(z) by a difference."""

    layer: int
    unit: int
    function: str
    z: float
    a: float
    slope: float

    @property
    def saturated(self) -> bool:
        low, high = ENDS.get(self.function, (-math.inf, math.inf))
        share = (self.a - low) / (high - low) if self.function in ENDS else 0.5
        return not 0.05 <= share <= 0.95

    @property
    def dead(self) -> bool:
        return self.function == "relu" and self.a == 0 and self.slope == 0


def forward(network: Network, given: dict[str, float]) -> list[Unit]:
    """A pass through a network in the numbered notation; names run on from unit to unit."""
    values = [given[f"i{i + 1}"] for i in range(network.sizes[0])]
    weight = bias = 0
    found: list[Unit] = []
    for layer in network.layers:
        zs = []
        shared = layer.bias == "shared"
        bias += shared
        for _ in range(layer.units):
            z = 0.0
            for value in values:
                weight += 1
                z += given[f"W{weight}"] * value
            if layer.bias == "neuron":
                bias += 1
            zs.append(z + (given[f"b{bias}"] if layer.bias != "none" else 0.0))
        if layer.activation.name == "softmax":
            whole = sum(map(math.exp, zs))
            values = [math.exp(z) / whole for z in zs]
            continue
        f = FUNCTIONS[layer.activation.name]
        for unit, z in enumerate(zs):
            slope = (f(z + 1e-6) - f(z - 1e-6)) / 2e-6
            found.append(Unit(layer.index, unit, layer.activation.name, z, f(z), slope))
        values = [f(z) for z in zs]
    return found


def printed(variant: Variant) -> list[Unit]:
    """The pass from the numbers that stand on the sheet."""
    page = Page(str(write(variant.sheet, variant.names, "text")))
    return forward(variant.network, {name: float(value) for name, value in page.given.items()})


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """One or two hidden layers of which one can have what is asked for.

    No single units without biases one after the other: such a chain can, but of thousands of draws
    with two digits hardly one is good, and a worksheet is refused.
    """
    names = st.sampled_from(("sigmoid", "tanh", "softsign", "relu"))
    hidden = draw(st.lists(names, min_size=1, max_size=2))
    bias = st.sampled_from(("none", "neuron", "shared"))
    layers = []
    for name in hidden:
        kind = "neuron" if "relu" in hidden else draw(bias)
        fewest = 2 if name == "relu" or (kind == "none" and len(hidden) > 1) else 1
        layers.append(Dense(draw(st.integers(fewest, 3)), name, kind))
    last, loss = draw(st.sampled_from((
        ("sigmoid", "half_squared_error"), ("identity", "mean_squared_error"),
        ("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy"),
    )))  # fmt: skip
    layers.append(Dense(2 if last == "softmax" else draw(st.integers(1, 2)), last, draw(bias)))
    return Network(draw(st.integers(2, 3)), layers, loss)


# -- they are there, and only they ---------------------------------------------------------------


def test_where_there_are_hardly_any_numbers_the_search_ends_and_says_why() -> None:
    layers = [Dense(1, name, "none") for name in ("softsign", "sigmoid", "sigmoid")]
    recipe = Recipe(2, units=("any",), questions=FORWARD)
    with pytest.raises(WorksheetError, match="no good numbers in 400 tries"):
        derive.worksheet(Network(2, layers, "half_squared_error"), recipe, variants=1, seed=0)[0]


@settings(max_examples=15)
@given(networks(), st.integers(0, 10**6), st.sampled_from((2, 3, 4, 5)))
def test_what_is_asked_for_is_there(network: Network, seed: int, digits: int) -> None:
    recipe = Recipe(digits, units=("any",), questions=FORWARD)
    variant = derive.worksheet(network, recipe, variants=1, seed=seed)[0]
    units = printed(variant)
    hidden = network.layers[:-1]
    bounded = [layer for layer in hidden if layer.activation.name in ENDS]
    last = network.layers[-1].activation.name
    output = not bounded and last == "sigmoid" and network.loss.name == "half_squared_error"
    saturated = [unit for unit in units if unit.saturated]
    dead = [unit for unit in units if unit.dead]
    assert len(saturated) == (1 if bounded or output else 0)
    assert len(dead) == (1 if any(layer.activation.name == "relu" for layer in hidden) else 0)
    for unit in saturated:
        assert (unit.layer == len(network.layers)) == output
        assert unit.slope > 0.5 * 10**-digits or unit.slope >= 0.001
    for unit in dead:
        assert unit.z < -0.04 and unit.layer < len(network.layers)
        others = [u for u in units if u.layer == unit.layer and u != unit]
        assert others and all(u.a > 0 for u in others)
    found = {(u.kind, u.layer, u.unit) for u in variant.draw.units}
    assert found == {("saturated", u.layer, u.unit) for u in saturated} | {
        ("dead", u.layer, u.unit) for u in dead
    }
    for layer in range(1, len(network.layers) + 1):  # the gradients elsewhere are not all 0
        deltas = [
            q for q in variant.numbers.formulas
            if isinstance(q, Quantity) and q.kind == "delta" and q.layer == layer
        ]  # fmt: skip
        assert any(variant.numbers.displayed(q).number.value for q in deltas)
    typed = [n for layer in variant.network.layers for row in layer.weights or () for n in row]
    assert all(len(n.text.partition(".")[2]) <= 2 for n in typed)


@settings(max_examples=20)
@given(networks(), st.integers(0, 10**6))
def test_unasked_none_is_saturated_and_of_relu_beside_others_one_is_dead(
    network: Network, seed: int
) -> None:
    """Where one can be dead: else f′ is 1 everywhere, and nobody sees that it was left out."""
    variant = derive.worksheet(network, Recipe(questions=FORWARD), variants=1, seed=seed)[0]
    units = printed(variant)
    dead = [unit for unit in units if unit.dead]
    mortal = [
        layer.index for layer in network.layers[:-1]
        if layer.activation.name == "relu" and layer.units > 1
    ]  # fmt: skip
    assert not any(unit.saturated for unit in units)
    assert len(dead) == bool(mortal) and all(unit.layer in mortal for unit in dead)
    assert [(one.layer, one.unit) for one in variant.draw.units] == [
        (u.layer, u.unit) for u in dead
    ]


@pytest.mark.parametrize(("units", "cured"), [(2, True), (1, False)])
def test_a_dead_unit_shows_that_the_slope_was_left_out(units: int, cured: bool) -> None:
    network = Network(2, [Dense(units, "relu"), Dense(1)], learning_rate=0.1)
    variant = derive.worksheet(network, variants=1, seed=3)[0]
    lines = {item.task.source for item in variant.items if item.task.kind == ("delta", "hidden")}
    untold = {a.source for a in variant.draw.alike if a.misconception == "no-derivative"}
    assert (lines > lines & untold) == cured, "somewhere it shows, or nowhere"
    assert ("two units of relu or more" in cure(network, ())) != cured
    assert "units: [saturated, dead]" in cure(
        Network(2, [Dense(2, "relu"), Dense(1)]), ("saturated",)
    )
    assert cure(two_two_two(), ()) == ""


def test_numbers_that_cannot_be_good_are_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss without a slope: every δ is 0, whatever the numbers."""
    tries = []
    monkeypatch.setattr(
        "derive.worksheets.variants.variant.draw",
        lambda *given: tries.append(given) or draw(*given),
    )
    network = Network(2, [Dense(2, "sigmoid"), Dense(1)], {"formula": "0*(y - t)**2"})
    with pytest.raises(WorksheetError, match=r"in 24 of \d+ tries all deltas of a layer are 0"):
        derive.worksheet(network, variants=1, seed=3)
    assert len(tries) <= 30


@pytest.mark.parametrize("units", [("saturated",), ("dead",), ("saturated", "dead")])
def test_one_kind_is_asked_for_without_the_other(units: tuple[str, ...]) -> None:
    for variant in derive.worksheet(
        MIXED, Recipe(units=units, questions=FORWARD), variants=6, seed=7
    ):
        found = printed(variant)
        assert sum(unit.saturated for unit in found) == ("saturated" in units)
        assert sum(unit.dead for unit in found) == ("dead" in units)


def test_the_search_is_quick_and_the_same_again() -> None:
    """Far from the four hundred blind tries that are allowed."""
    for network in (two_two_two(), relu_softmax(), MIXED):
        recipe = Recipe(units=("any",), questions=FORWARD)
        one, two = (derive.worksheet(network, recipe, variants=8, seed=3) for _ in range(2))
        assert [v.network for v in one] == [v.network for v in two]
        assert max(v.draw.draws for v in one) < 100  # for at most eight good variants each
        assert len({(u.layer, u.unit) for v in one for u in v.draw.units}) > 1


def judged(weight: float, activation: str, *wanted: Special, digits: int = 4) -> str:
    """What speaks against x → two units (0.3·x and weight·x) → one output, x = 1."""
    layers = [
        Dense(2, activation, "none", [[0.3, weight]]),
        Dense(1, "sigmoid", "none", [[0.4], [0.5]]),
    ]
    network = Network([1], layers, targets=[0.2], learning_rate=0.5)
    asked = exercise(network)
    givens = {q: n for q in QUANTITIES if (n := network.value(q)) is not None}
    numbers = numbers_with(asked, givens, Rounding(digits, carried=True, parts=False))
    return fault(asked, numbers, wanted) or ""


QUANTITIES = (
    Quantity("learning rate"), Quantity("input"), Quantity("target"),
    *(Quantity("weight", 1, unit) for unit in (0, 1)),
    *(Quantity("weight", 2, 0, source) for source in (0, 1)),
)  # fmt: skip


def test_each_fault_is_found() -> None:
    flat, dead = Special("saturated", 1, 1), Special("dead", 1, 1)
    assert judged(0.5, "sigmoid") == judged(4, "sigmoid", flat) == judged(-0.5, "relu", dead) == ""
    assert judged(4, "sigmoid") == "a unit of layer 1 is saturated"
    assert judged(0.5, "sigmoid", flat) == "the unit asked for in layer 1 is not saturated"
    assert judged(4, "sigmoid", Special("saturated", 1, 0)).startswith("the unit asked for")
    assert judged(9.9, "sigmoid", flat).endswith("is too small to be seen")
    assert judged(0.5, "relu", dead) == "layer 1 has too many inactive units, or too few"
    assert judged(-0.5, "relu", Special("dead", 1, 0)).endswith("or too few")
    assert judged(-0.5, "relu") == "a unit of relu is inactive"
    assert judged(0.5, "relu") == ""


def test_the_bytes_of_other_sheets_do_not_know_of_units() -> None:
    assert "units" not in Recipe().data()
    assert Recipe(units=("dead",)).data()["units"] == ["dead"]


# -- where they cannot be ------------------------------------------------------------------------


def message(network: Network | Family, *units: str) -> str:
    with pytest.raises(WorksheetError) as error:
        derive.worksheet(network, Recipe(units=units), variants=2, seed=7)
    return str(error.value)


def test_a_network_that_cannot_is_told_what_it_takes() -> None:
    plain = Network(2, [Dense(2, "leaky_relu"), Dense(1)])
    assert message(plain, "saturated") == (
        "units: the recipe asks for a saturated unit, and this network cannot have one: saturated "
        "takes a hidden layer of sigmoid, tanh or softsign by name, or an output layer of them "
        "with a loss without logarithms; take another network, or change units in the recipe"
    )
    assert "dead takes a hidden layer of two relu units or more (leaky_relu" in message(
        plain, "dead"
    )
    both = message(plain, "any")
    assert "a saturated or dead unit" in both and "; dead takes" in both
    alone = Network(2, [Dense(1, "relu"), Dense(2, "relu")])  # one hidden unit; an output layer
    assert "dead takes" in message(alone, "dead")
    flat = Network(2, [Dense(2, "tanh"), Dense(1)])
    assert "dead takes" in message(flat, "saturated", "dead")
    logs = Network(2, [Dense(2, "relu"), Dense(1, "sigmoid")], "binary_cross_entropy")
    assert "saturated takes" in message(logs, "saturated")


def test_every_activation_named_can_be_saturated_and_no_other() -> None:
    """Held against the catalogue, where ranges with two ends stand."""
    able = set()
    for name in ACTIVATIONS:
        try:
            derive.worksheet(
                Network(2, [Dense(2, name), Dense(1)]),
                Recipe(units=("saturated",), questions=FORWARD), variants=1, seed=7,
            )  # fmt: skip
            able.add(name)
        except WorksheetError as error:
            assert "cannot have one" in str(error)
    assert able == set(ENDS)


def test_a_family_names_the_networks_that_cannot() -> None:
    family = Family([[2, 2, 1], [2, 3, 1]], ["sigmoid", "relu"], losses="binary_cross_entropy")
    told = message(family, "saturated")
    assert "2-2-1, relu, sigmoid" in told and "2-3-1, relu, sigmoid" in told
    assert "2-2-1, sigmoid, binary" not in told and "write units: any" in told
    for variant in derive.worksheet(
        family, Recipe(units=("any",), questions=FORWARD), variants=4, seed=7
    ):
        relu = variant.network.layers[0].activation.name == "relu"
        found = printed(variant)
        assert [sum(u.saturated for u in found), sum(u.dead for u in found)] == [not relu, relu]
    wide = Family([[2, n, 1] for n in range(1, 7)], "elu", "identity")
    told = message(wide, "any")
    assert "3 more) cannot have one" in told and "units: any" not in told


# -- what is asked about them --------------------------------------------------------------------


def about(network: Network, seed: int, *units: str) -> tuple[Ground, Draw, list[Concept]]:
    """The variant's ground, and the questions of understanding about its units."""
    from derive.worksheets.questions import concepts

    recipe = Recipe(units=units, questions=FORWARD)
    variant = Maker(network, recipe).variant(1, Source(seed=seed))
    exercise = variant.pages.exercise
    ground = Ground(
        exercise, variant.numbers, variant.names, variant.pages.words, random.Random(seed),
        Ledger(exercise, variant.numbers), variant.draw.units,
    )  # fmt: skip
    return ground, variant.draw, list(concepts._about_units(ground))


def given_of(ground: Ground) -> dict[str, float]:
    """Names of the numbered notation → values."""
    network = ground.numbers.network
    assert network.inputs is not None and network.targets is not None
    found = {f"i{i + 1}": float(n.value) for i, n in enumerate(network.inputs[0])}
    weights = biases = 0
    for layer in network.layers:
        assert layer.weights is not None
        for unit in range(layer.units):
            for row in layer.weights:
                weights += 1
                found[f"W{weights}"] = float(row[unit].value)
        for bias in layer.biases or ():
            biases += 1
            found[f"b{biases}"] = float(bias.value)
    return found


def squares(network: Network, ground: Ground, given: dict[str, float]) -> float:
    """½Σ(y − t)² by our own pass."""
    assert ground.numbers.network.targets is not None
    outputs = [u.a for u in forward(network, given) if u.layer == len(network.layers)]
    targets = [float(t.value) for t in ground.numbers.network.targets[0]]
    return sum((y - t) ** 2 for y, t in zip(outputs, targets, strict=True)) / 2


def weights_into(network: Network, layer: int, unit: int) -> list[str]:
    before = sum(a * b for a, b in zip(network.sizes, network.sizes[1:layer], strict=False))
    inputs = network.sizes[layer - 1]
    return [f"W{before + unit * inputs + i + 1}" for i in range(inputs)]


def option(found: Concept, place: int) -> str:
    return "".join(part for part in found.options[place] if isinstance(part, str))


@settings(max_examples=12)
@given(st.sampled_from(("sigmoid", "tanh", "softsign")), st.integers(0, 10**6))
def test_what_saturation_does_is_what_happens(name: str, seed: int) -> None:
    """With what comes back kept, the unit is moved to 0, and the loss moved by its weights."""
    network = Network(2, [Dense(3, name), Dense(2, "sigmoid")])
    ground, found, asked = about(network, seed, "saturated")
    (unit,) = found.units
    which, grown, *_ = asked
    assert (which.name, grown.name) == ("saturation", "flattened")
    given = given_of(ground)
    passed = forward(network, given)
    slopes = [u.slope for u in passed if u.layer == 1]
    assert which.right == slopes.index(min(slopes)) == unit.unit
    here = next(u for u in passed if (u.layer, u.unit) == (1, unit.unit))
    for position, w in enumerate(weights_into(network, 1, unit.unit)):
        step = 1e-5
        x = given[f"i{position + 1}"]
        moved = [squares(network, ground, {**given, w: given[w] + by}) for by in (step, -step)]
        slope = (moved[0] - moved[1]) / (2 * step)
        there = [
            _loss_with_unit_in_the_middle(network, ground, given, here, w, by)
            for by in (step, -step)
        ]
        middle = (there[0] - there[1]) / (2 * step)
        assert x and middle / slope == pytest.approx(float(_times(grown)), rel=0.5 / 5)
        assert middle / slope > 5
    assert "larger by a factor of about" in option(grown, grown.right)
    assert len({option(grown, place) for place in range(4)}) == 4


def _times(found: Concept) -> int:
    return int(option(found, found.right).split()[-1])


def _loss_with_unit_in_the_middle(
    network: Network, ground: Ground, given: dict[str, float], here: Unit, w: str, by: float
) -> float:
    """The loss after a weight is moved, a unit of layer 1 standing at 0 instead of at its z, with
    the value that it had, so that nothing behind it is changed."""
    assert ground.numbers.network.targets is not None
    targets = [float(t.value) for t in ground.numbers.network.targets[0]]
    sizes, f = network.sizes, FUNCTIONS[here.function]
    now = {**given, w: given[w] + by}
    hidden = [
        here.a + f(u.z - here.z) - f(0) if u.unit == here.unit else u.a
        for u in forward(network, now) if u.layer == 1
    ]  # fmt: skip
    total = 0.0
    for k, t in enumerate(targets):
        first = sizes[0] * sizes[1] + k * sizes[1]
        z = sum(now[f"W{first + j + 1}"] * a for j, a in enumerate(hidden))
        total += (FUNCTIONS["sigmoid"](z + now[f"b{sizes[1] + k + 1}"]) - t) ** 2 / 2
    return total


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_what_a_dead_unit_does_is_what_happens(seed: int) -> None:
    """Moving a weight at it leaves the loss where it is; moving others does not."""
    network = Network(2, [Dense(3, "relu"), Dense(2, "sigmoid")])
    ground, found, asked = about(network, seed, "dead")
    (unit,) = found.units
    which, stays, *_ = asked
    assert (which.name, stays.name) == ("inactive", "unmoved")
    assert unit.pre_activation in which.prompt and unit.pre_activation in stays.prompt
    given = given_of(ground)
    loss = squares(network, ground, given)
    unmoved = {
        w for w in given
        if w[0] == "W" and all(
            squares(network, ground, {**given, w: given[w] + by}) == loss for by in (-1e-3, 1e-3)
        )
    }  # fmt: skip
    into = set(weights_into(network, 1, unit.unit))
    behind = {f"W{6 + 3 * k + unit.unit + 1}" for k in range(2)}
    assert unmoved == into | behind
    assert which.right == 2  # both
    assert option(stays, stays.right).startswith("They do not change")


@pytest.mark.parametrize(
    ("network", "names"),
    [
        (two_two_two(), ["saturation", "flattened"]),
        (relu_softmax(), ["inactive", "unmoved"]),
        (MIXED, ["saturation", "inactive", "flattened", "unmoved"]),
        (Network(2, [Dense(1, "tanh"), Dense(1)]), ["flattened"]),
    ],
)
def test_the_units_are_asked_about_first(network: Network, names: list[str]) -> None:
    for seed in range(4):
        ground, _, _ = about(network, seed, "any")
        question = concept(ground, Ask("concept", count=4), "A")
        steps = [answer.step.removeprefix("concept/") for answer in question.answers]
        assert steps[: len(names)] == names and len(set(steps)) == len(steps)
        ground, _, _ = about(network, seed, "any")
        for name in names[:2]:  # a further question asks what none has asked
            short = concept(ground, Ask("concept", count=1), "A")
            assert [answer.step for answer in short.answers] == [f"concept/{name}"]


def test_a_unit_alone_is_the_one_asked_for_and_nothing_is_told_too_early() -> None:
    unit = Ask("unit")
    recipe = Recipe(units=("any",), questions=(Ask("forward"), unit, unit, unit))
    for variant in derive.worksheet(MIXED, recipe, variants=4, seed=7):
        looked_at = [  # its δ comes last: one that is a number asked before is not printed
            [item.task.step.about[0] for item in question.items if item.task.part == "delta"][-1]
            for question in variant.questions[1:]
        ]
        wanted = sorted(variant.draw.units, key=lambda one: -one.layer)
        assert looked_at[:2] == [one.pre_activation for one in wanted]
        assert looked_at[2] not in looked_at[:2]
        given: set[object] = set()
        for question in variant.questions:  # no δ is printed before it is asked for
            assert not given & {item.task.step.subject for item in question.items}
            given |= set(question.given)


@pytest.mark.parametrize("seed", [1, 2])
def test_keys_of_such_sheets_mark_themselves_as_full(seed: int) -> None:
    more = Network(3, [Dense(3, "relu", "none"), Dense(2, "softsign"), Dense(2, "sigmoid")])
    for network in (MIXED, more):
        for recipe in ("diagnostics", Recipe(units=("any",)), Recipe(2, units=("any",))):
            sheets = derive.worksheet(network, recipe, variants=2, seed=seed)
            answers = {str(number): key_of(sheets, number) for number in (1, 2)}
            assert full(derive.mark(sheets.bundle, answers))
