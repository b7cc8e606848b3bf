"""Displayed numbers: how they are rounded, and that each is what an independent hand writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derive.derivation.check import CheckFailed
from derive.derivation.check.arithmetic import check_numbers
from derive.derivation.derivation import Derivation, derive
from derive.derivation.numbers.rounding import Displayed, Rounding, display, half_unit, rounded
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Relation, Step
from derive.expression.arithmetic import HIGH
from derive.expression.matrices import entry, shape
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    DELTA,
    LOSS,
    PRE_ACTIVATION,
    WEIGHT,
    Expression,
    Negative,
    Number,
    Partial,
    Quantity,
)
from derive.network.description import Dense, Network
from tests.derivation import oracle
from tests.derivation.drawn import Drawn, networks
from tests.derivation.networks import two_two_one, two_two_two
from tests.derivation.oracle import Letters, evaluate, mp

E = Quantity(LOSS)
EXACT, CARRIED = Rounding(), Rounding(carried=True)


def by_hand(value: Any, digits: int) -> Fraction:
    """A value as someone writes it down: half away from zero; three digits that count if small."""
    with localcontext() as context:
        context.prec = 80
        text = mp.nstr(value, 70) if isinstance(value, mp.mpf) else None
        decimal = Decimal(text) if text else Decimal(value.numerator) / Decimal(value.denominator)
        # What differs from a short decimal by less than 10⁻⁴⁰ is that decimal.
        decimal = decimal.quantize(Decimal(1).scaleb(-45), ROUND_HALF_UP)
        if decimal == 0:
            return Fraction(0)
        place = -digits if abs(decimal) >= Decimal("0.01") else min(-digits, decimal.adjusted() - 2)
        if place < -max(digits, 9):
            place = decimal.adjusted() - 2
        return Fraction(decimal.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP))


@given(st.fractions(-2000, 2000, max_denominator=10**7), st.integers(0, 8))
@example(Fraction(1, 8), 2)
@example(Fraction(-1, 8), 2)
@example(Fraction(5, 2), 0)
@example(Fraction(99999999, 10**10), 5)
@example(Fraction(1, 200), 2)
def test_rounding_is_half_away_from_zero(value: Fraction, digits: int) -> None:
    number = display(value, digits)
    assert number.value == by_hand(value, digits)
    assert Fraction(number.text) == number.value


@pytest.mark.parametrize(
    "value, digits, text",
    [
        ("0.7502601055951176", 5, "0.75026"),
        ("-0.6556293116763284", 5, "-0.65563"),
        ("0.000188255666940", 5, "0.000188"),
        ("0.00834479", 4, "0.00834"),
        ("0.0123456", 3, "0.012"),
        ("0.5", 1, "0.5"),
        ("0.00999999", 2, "0.01000"),
        ("0.00000123456", 5, "0.00000123"),
        ("0.000000000123456", 5, "1.23e-10"),
        ("-0.0000000000009999", 5, "-1.00e-12"),
        ("1234.5", 0, "1235"),
        ("-2.5", 0, "-3"),
        ("0", 5, "0"),
    ],
)
def test_what_is_displayed(value: str, digits: int, text: str) -> None:
    assert display(Fraction(value), digits).text == text


@pytest.mark.parametrize(
    "value, digits, text, exact",
    [
        (Fraction(11, 400), 5, "0.0275", True),
        (Fraction(1, 2), 5, "0.5", True),
        (Fraction(7), 5, "7", True),
        (Fraction(1, 3), 5, "0.33333", False),
        (Fraction(123456, 10**6), 5, "0.12346", False),
        (Fraction(1, 10**8), 5, "1e-8", True),
        (Fraction(6 * 10**9), 5, "6e9", True),
        (Fraction(4244877861907669838365), 5, "4.24488e21", False),
    ],
)
def test_an_exact_number_has_no_needless_zeros(
    value: Fraction, digits: int, text: str, exact: bool
) -> None:
    found = rounded(HIGH.number(value), digits)
    assert (found.number.text, found.exact) == (text, exact)


def test_a_value_next_to_a_short_decimal_is_not_taken_for_it() -> None:
    near = HIGH.number(Fraction(1, 2)) + HIGH.number(Fraction(1, 10**40))
    assert rounded(near, 5) == Displayed(near, Number(Fraction(1, 2), "0.50000"), False)


@pytest.mark.parametrize(
    "text, half", [("0.75026", "0.000005"), ("3", "0.5"), ("1.23e-10", "0.5e-12")]
)
def test_half_a_unit_of_the_last_digit(text: str, half: str) -> None:
    assert half_unit(Number(Fraction(text), text)) == Fraction(half)


def own_point(network: Network) -> oracle.Batch:
    """The oracle at the network's own numbers."""
    oracle.learn(network)
    points = []
    for row in range(network.example_count):
        leaves = {Quantity("learning rate"): mp.mpf(0)}
        if network.learning_rate is not None:
            leaves[Quantity("learning rate")] = oracle.number(network.learning_rate.value)
        for kind, rows in (("input", network.inputs), ("target", network.targets)):
            assert rows is not None
            for unit, value in enumerate(rows[row]):
                leaves[Quantity(kind, unit=unit)] = oracle.number(value.value)
        for layer in network.layers:
            for q in (*network.weights(layer.index), *network.biases(layer.index)):
                value_ = network.value(q)
                assert value_ is not None
                leaves[q] = oracle.number(value_.value)
        points.append(oracle.Point(network, leaves))
    return oracle.Batch(network, points)


def chains(valuation: Valuation) -> Iterator[tuple[Step, int]]:
    """Every numeric chain, with the example it is about."""
    for step in valuation.derivation.walk():
        for example_ in range(len(valuation.examples)):
            numeric = valuation.step(step, example_)
            if numeric is not None:
                yield numeric, example_


def single_chains(valuation: Valuation) -> Iterator[tuple[Step, int]]:
    """The same, a chain between matrices as the chains of its entries."""
    for numeric, example_ in chains(valuation):
        yield from ((one, example_) for one in entries(numeric))


def entries(numeric: Step) -> Iterator[Step]:
    """A chain between matrices as the chains of its entries."""
    size = shape(numeric.subject)
    if size is None:
        yield numeric
        return
    for i in range(size[0]):
        for j in range(size[1]):
            members = [Relation(r.sign, entry(r.expression, i, j)) for r in numeric.relations]
            yield replace(numeric, relations=tuple(members))


def smooth(network: Network, point: oracle.Batch) -> bool:
    """Whether the network's own numbers stay off every kink by more than the oracle's step."""
    return all(
        abs(value) > mp.mpf(10) ** -12
        for one in point.examples
        for q, value in one.forward({}).items()
        if q.kind == PRE_ACTIVATION
    )


@settings(max_examples=20)
@given(networks())
def test_every_displayed_value_is_the_rounded_exact_value(drawn: Drawn) -> None:
    point = own_point(drawn.network)
    if not smooth(drawn.network, point):
        return
    for style in ("deltas", "paths", "matrices"):
        valuation = Valuation(derive(drawn.network, style), EXACT)
        check_numbers(valuation)
        for numeric, example_ in single_chains(valuation):
            value = _exactly(numeric, point, example_)
            last = numeric.result
            assert isinstance(last, Number)
            assert last.value == by_hand(value, 5), numeric.id


def _exactly(numeric: Step, point: oracle.Batch, example_: int) -> Any:
    subject = numeric.subject
    goal = Quantity(BATCH_LOSS) if point.network.is_batch else E
    if "/update" in numeric.id:
        assert isinstance(subject, Quantity)
        rate = point.quantity(Quantity("learning rate"))
        return point.quantity(subject) - rate * point.difference(goal, subject)
    whole = isinstance(subject, Partial) and subject.of == Quantity(BATCH_LOSS)
    if whole or subject == Quantity(BATCH_LOSS):
        return evaluate(subject, point)
    return evaluate(subject, point.examples[example_])


@settings(max_examples=20)
@given(networks(), st.integers(2, 6), st.booleans())
def test_in_carried_mode_every_value_follows_from_what_stands_before_it(
    drawn: Drawn, digits: int, parts: bool
) -> None:
    oracle.learn(drawn.network)
    for style in ("deltas", "paths", "matrices"):
        rounding = Rounding(digits, max(2, digits - 1), carried=True, parts=parts)
        valuation = Valuation(derive(drawn.network, style), rounding)
        check_numbers(valuation)
        for numeric, _ in single_chains(valuation):
            members = [r.expression for r in numeric.relations[1:]]
            assert all(_without_names(member) for member in members)
            if len(members) > 1:
                places = rounding.update_digits if "/update" in numeric.id else digits
                before = evaluate(members[-2], Letters({}))
                last = members[-1]
                assert isinstance(last, Number)
                assert last.value == by_hand(before, places), numeric.id


def _without_names(member: Expression) -> bool:
    return not any(isinstance(node, (Quantity, Partial)) for node in member.walk())


def ends(valuation: Valuation) -> dict[Expression, str]:
    return {
        numeric.subject: numeric.result.text
        for numeric, _ in single_chains(valuation)
        if isinstance(numeric.result, Number)
    }


def test_the_chain_of_the_two_two_one_network_by_hand() -> None:
    """Worked out with pencil and paper: five decimals, each carried on."""
    valuation = Valuation(
        derive(two_two_one(learning_rate=Decimal("0.1"))), Rounding(5, 4, carried=True)
    )
    check_numbers(valuation)
    found = ends(valuation)
    a = [Quantity(ACTIVATION, 1, unit) for unit in range(2)]
    z = [Quantity(PRE_ACTIVATION, 1, unit) for unit in range(2)]
    w = {(i, j): Quantity(WEIGHT, 1, j, i) for i in range(2) for j in range(2)}
    out = [Quantity(WEIGHT, 2, 0, i) for i in range(2)]
    expected = {
        z[0]: "1.1", a[0]: "0.75026", z[1]: "1.87", a[1]: "0.86646",
        Quantity(PRE_ACTIVATION, 2): "0.36351", Quantity(ACTIVATION, 2): "0.58989",
        E: "3.67235", Quantity(DELTA, 2): "-0.65563",
        Partial(E, out[0]): "-0.49189", Partial(E, out[1]): "-0.56808",
        Quantity(DELTA, 1, 0): "-0.07371", Quantity(DELTA, 1, 1): "0.00759",
        Partial(E, w[0, 0]): "-0.08108", Partial(E, w[1, 0]): "-0.16216",
        Partial(E, w[0, 1]): "0.00835", Partial(E, w[1, 1]): "0.01670",
        out[0]: "0.6492", out[1]: "-0.0432", w[0, 0]: "0.2081", w[1, 0]: "0.4162",
        w[0, 1]: "0.2992", w[1, 1]: "0.6983",
    }  # fmt: skip
    assert {q: found[q] for q in expected} == expected


@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
def test_the_loss_before_and_after_a_step(style: str) -> None:
    valuation = Valuation(
        derive(two_two_two(learning_rate=Decimal("0.5")), style), Rounding(digits=15)
    )
    assert valuation.loss().number.text == "0.242519857348377"
    assert valuation.loss_after().number.text == "0.235495377873490"
    check_numbers(valuation)


def test_carried_losses_are_worked_out_from_the_new_rounded_parameters() -> None:
    network = two_two_one(learning_rate=Decimal("0.1"))
    valuation = Valuation(derive(network), Rounding(5, 4, carried=True))
    new = [[["0.2081", "0.2992"], ["0.4162", "0.6983"]], [["0.6492"], ["-0.0432"]]]
    after = Network(
        [[Decimal("1.1"), Decimal("2.2")]],
        [Dense(len(matrix[0]), "sigmoid", "none",
               weights=[[Decimal(x) for x in row] for row in matrix]) for matrix in new],
        targets=[[Decimal("3.3")]],
    )  # fmt: skip
    again = Valuation(derive(after), Rounding(5, 4, carried=True))
    assert valuation.loss_after().number == again.loss().number


def batch(over: str) -> Network:
    return Network(
        [[0.5, -1], [0.25, 2]],
        [Dense(2, "tanh", weights=[[0.1, 0.2], [0.3, -0.4]], biases=[0, 0.5]),
         Dense(1, "identity", "none", weights=[[1], [-1]])],
        targets=[[1], [0]], learning_rate=0.1, over_examples=over,
    )  # fmt: skip


@pytest.mark.parametrize("over", ["mean", "sum"])
def test_a_batch_is_averaged_or_summed(over: str) -> None:
    network = batch(over)
    valuation = Valuation(derive(network), Rounding(digits=12))
    check_numbers(valuation)
    goal = Quantity(BATCH_LOSS)
    for w in network.parameters():
        parts = [one.displayed(Partial(E, w)).value for one in valuation.examples]
        whole = valuation.gradient(w).value
        assert abs(whole - sum(parts) / (2 if over == "mean" else 1)) < 1e-40
        assert valuation.batch.displayed(Partial(goal, w)).value == whole
    losses = [one.displayed(E).value for one in valuation.examples]
    assert abs(valuation.loss().value - sum(losses) / (2 if over == "mean" else 1)) < 1e-40


@pytest.mark.parametrize("over", ["mean", "sum"])
def test_carried_averages_go_on_with_the_displayed_gradients_of_the_examples(over: str) -> None:
    valuation = Valuation(derive(batch(over)), Rounding(digits=3, carried=True))
    check_numbers(valuation)
    for w in valuation.derivation.network.parameters():
        parts = [one.displayed(Partial(E, w)).number.value for one in valuation.examples]
        share = Fraction(1, 2) if over == "mean" else 1
        inner = by_hand(sum(parts), 3) if over == "mean" else sum(parts)
        assert valuation.gradient(w).number.value == by_hand(share * inner, 3)


def test_the_column_of_finite_differences_agrees_where_functions_are_smooth() -> None:
    valuation = Valuation(derive(two_two_two(learning_rate=Decimal("0.5"))), EXACT)
    for w, difference in valuation.differences.items():
        assert difference is not None
        assert difference.number == valuation.gradient(w).number


def test_many_parameters_have_one_difference_along_all() -> None:
    rows = [[(i * 7 % 11 - 5) / 10] * 8 for i in range(9)]
    network = Network(
        [[0.1 * i for i in range(9)]], [Dense(8, "tanh", weights=rows, biases=[0.1] * 8)],
        targets=[[0.5] * 8],
    )  # fmt: skip
    valuation = Valuation(derive(network), EXACT)
    assert not valuation.differences
    assert valuation.along_all is not None
    predicted, measured = valuation.along_all
    assert abs(predicted.value - measured.value) < 1e-6
    check_numbers(valuation)


def test_large_inputs_do_not_make_a_true_difference_fail() -> None:
    """h²·E‴ is large where the inputs are: the gradient is right all the same."""
    network = Network(
        [[255, -90]], [Dense(1, "tanh", weights=[[0.004], [0.011]], biases=[0.2])],
        targets=[[0.3]], learning_rate=0.1,
    )  # fmt: skip
    valuation = Valuation(derive(network), EXACT)
    (w, *_) = network.parameters()
    assert abs(valuation.differences[w].value - valuation.gradient(w).value) > 1e-4  # type: ignore[union-attr]
    check_numbers(valuation)


# (activation, its derivative where z = 0)
AT_ZERO = [
    ("relu", 0), ("leaky_relu", Fraction(1, 100)), ({"name": "leaky_relu", "slope": 0.3}, 0.3),
    ("elu", 1), ({"name": "elu", "alpha": 2}, 2),
    ("selu", Fraction("1.0507009873554804934") * Fraction("1.6732632423543772848")),
    ({"formula": "max(0, x)"}, Fraction(1, 2)), ({"formula": "abs(x)"}, 0),
    ({"formula": "min(x, 3*x)"}, 2), ({"formula": "x if x >= 0 else 0"}, 1),
    ({"formula": "0 if x <= 0 else x"}, 0), ("softsign", 1),
]  # fmt: skip


@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
@pytest.mark.parametrize("activation, slope", AT_ZERO, ids=[str(a) for a, _ in AT_ZERO])
def test_at_a_kink_the_declared_derivative_is_shown(
    activation: Any, slope: Any, style: str
) -> None:
    network = Network(
        [[2, 1]], [Dense(1, activation, "none", weights=[[1], [-2]])], targets=[[0.75]],
        learning_rate=0.5,
    )  # fmt: skip
    derivation = derive(network, style)
    derivation.check()
    valuation = Valuation(derivation, EXACT)
    check_numbers(valuation)
    assert valuation.examples[0].displayed(Quantity(PRE_ACTIVATION, 1)).number.value == 0
    slope = Fraction(str(slope))
    for w, x in zip(network.parameters(), (2, 1), strict=True):
        expected = -Fraction(3, 4) * slope * x
        assert abs(valuation.gradient(w).value - HIGH.number(expected)) < 1e-40
        difference = valuation.difference(w)
        assert difference is None or activation == "softsign"


@pytest.mark.parametrize(
    "loss, output, target, slope",
    [
        ("absolute_error", 0.5, 0.5, 0),
        ("hinge", 1, 1, 0),
        ("huber", 1.5, 0.5, 1),
        ("huber", -0.5, 0.5, -1),
        ({"formula": "max(0, y - t)"}, 0.5, 0.5, 0.5),
        ({"formula": "y - t if y > t else 0"}, 0.5, 0.5, 0),
    ],
)
def test_a_loss_at_its_corner(loss: Any, output: float, target: float, slope: float) -> None:
    network = Network(
        [[1]], [Dense(1, "identity", "none", weights=[[output]])], loss, targets=[[target]],
        learning_rate=0.5,
    )  # fmt: skip
    for style in ("deltas", "paths", "matrices"):
        valuation = Valuation(derive(network, style), CARRIED)
        derive(network, style).check()
        check_numbers(valuation)
        (w,) = network.parameters()
        assert valuation.gradient(w).number.value == Fraction(str(slope))


class Planted(Valuation):
    """A valuation that prints one chain wrongly."""

    plant: Callable[[Step], Step] = staticmethod(lambda step: step)
    where: str = ""

    def step(self, step: Step, example: int = 0) -> Step | None:
        found = super().step(step, example)
        return self.plant(found) if found is not None and found.id == self.where else found


def bumped(number: Number) -> Number:
    """The number with its last printed digit one higher."""
    text = number.text or str(number.value)
    if "/" in text:
        return Number(number.value + 1)
    unit = 2 * half_unit(Number(number.value, text))
    mantissa, e, power = text.partition("e")
    _, point, decimals = mantissa.partition(".")
    value = Fraction(mantissa) + Fraction(1, 10 ** len(decimals))
    digits = f"{Decimal(value.numerator) / Decimal(value.denominator):.{len(decimals)}f}"
    changed = Number(number.value + unit, f"{digits if point else value}{e}{power}")
    assert Fraction(changed.text) == changed.value
    return changed


def wrong_digits(numeric: Step) -> Iterator[Step]:
    """The chain with one digit or one minus changed, at every number of every member."""
    for position, relation in enumerate(numeric.relations):
        for address, node in relation.expression.addresses():
            wrong: list[Expression] = []
            if position and isinstance(node, Number):
                wrong = [bumped(node), *([Negative(node)] if node.value else [])]
            elif position and isinstance(node, Negative) and _matters(node.operand):
                wrong = [node.operand]
            for new in wrong:
                changed = relation.expression.replace_at(address, new)
                relations = list(numeric.relations)
                relations[position] = Relation(relation.sign, changed)
                yield replace(numeric, relations=tuple(relations))


def _matters(number: Expression) -> bool:
    return isinstance(number, Number) and number.value != 0


FAULTY = [
    (two_two_two(learning_rate=Decimal("0.5")), "paths"),
    (two_two_one(learning_rate=Decimal("0.1")), "deltas"),
    (batch("mean"), "deltas"),
    (
        Network([[1, 2]], [Dense(2, "relu", "none", weights=[[1, -1], [1, 0.5]]),
                           Dense(2, "softmax", weights=[[0.5, 0.3], [1, 0.5]], biases=[0, 0.1])],
                "cross_entropy", targets=[[1, 0]], learning_rate=0.5),
        "deltas",
    ),
    (
        Network([[0.3]], [Dense(1, {"formula": "x*exp(-x)"}, weights=[[0.7]], biases=[0.1])],
                "huber", targets=[[0.9]], learning_rate=0.5),
        "paths",
    ),
    (two_two_two(learning_rate=Decimal("0.5")), "matrices"),
    (batch("mean"), "matrices"),
    (
        Network([[1, 2]], [Dense(2, "relu", "none", weights=[[1, -1], [1, 0.5]]),
                           Dense(2, "softmax", weights=[[0.5, 0.3], [1, 0.5]], biases=[0, 0.1])],
                "binary_cross_entropy", targets=[[1, 0]], learning_rate=0.5),
        "matrices",
    ),
]  # fmt: skip
FAULTY_IDS = ["222", "221", "batch", "softmax", "own", "222 matrices", "batch matrices",
              "softmax matrices"]  # fmt: skip


def planted(derivation: Derivation, rounding: Rounding, wrong: Step) -> None:
    """The check of numbers must blame the step that is wrong."""
    valuation = Planted(derivation, rounding)
    valuation.where = wrong.id
    valuation.plant = lambda _: wrong  # type: ignore[method-assign]
    with pytest.raises(CheckFailed) as failed:
        check_numbers(valuation)
    assert failed.value.step == wrong.id


@pytest.mark.parametrize("rounding", [EXACT, CARRIED], ids=["exact", "carried"])
@pytest.mark.parametrize("network, style", FAULTY, ids=FAULTY_IDS)
def test_every_wrong_digit_is_found(network: Network, style: str, rounding: Rounding) -> None:
    derivation = derive(network, style)
    valuation = Valuation(derivation, rounding)
    check_numbers(valuation)
    seen: dict[str, Step] = {}
    for numeric, _ in chains(valuation):
        seen.setdefault(numeric.id, numeric)
    everything = [wrong for numeric in seen.values() for wrong in wrong_digits(numeric)]
    assert len(everything) > 20
    for wrong in everything[:: max(1, len(everything) // 40)]:
        planted(derivation, rounding, wrong)


@pytest.mark.parametrize("rounding", [EXACT, CARRIED], ids=["exact", "carried"])
@pytest.mark.parametrize(
    "network, style", FAULTY[:3] + FAULTY[5:], ids=FAULTY_IDS[:3] + FAULTY_IDS[5:]
)
def test_every_wrong_sign_of_a_relation_is_found(
    network: Network, style: str, rounding: Rounding
) -> None:
    derivation = derive(network, style)
    for numeric, example_ in list(chains(Valuation(derivation, rounding)))[::6]:
        if example_:
            continue
        for position, relation in enumerate(numeric.relations[1:], 1):
            other = {"=": "≈", "≈": "=", "←": "="}[relation.sign]
            relations = list(numeric.relations)
            relations[position] = Relation(other, relation.expression)
            planted(derivation, rounding, replace(numeric, relations=tuple(relations)))


def test_digits_that_are_not_the_value_are_found() -> None:
    derivation = derive(two_two_one(learning_rate=Decimal("0.1")))
    (numeric, _) = next(iter(chains(Valuation(derivation, EXACT))))
    last = numeric.relations[-1].expression
    assert isinstance(last, Number)
    wrong = replace(
        numeric, relations=(*numeric.relations[:-1], Relation("=", Number(last.value, "1.2")))
    )
    planted(derivation, EXACT, wrong)


def test_a_wrong_loss_after_the_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    valuation = Valuation(derive(two_two_one(learning_rate=Decimal("0.1"))), EXACT)
    monkeypatch.setattr(valuation, "loss_after", valuation.loss)
    with pytest.raises(CheckFailed, match="loss/after"):
        check_numbers(valuation)


def test_a_wrong_finite_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    valuation = Valuation(derive(two_two_one()), EXACT)
    right = Valuation.measured
    (_, w, *_) = valuation.derivation.network.parameters()

    def measured(self: Valuation, direction: dict[Quantity, int], step: Fraction) -> Any:
        found = right(self, direction, step)
        return found if w not in direction else found * (1 + HIGH.number(Fraction(1, 10**6)))

    monkeypatch.setattr(Valuation, "measured", measured)
    with pytest.raises(CheckFailed) as failed:
        check_numbers(valuation)
    assert failed.value.step == "difference/w1.1.2"


def test_thousands_of_digits_are_held_against_one_difference_along_all_parameters() -> None:
    """1 − σ(8000) is 10⁻³⁴⁷⁴: a difference for each parameter would take seconds."""
    layers = [
        Dense(2, "relu", "none", weights=[[1, 2]]), Dense(1, "sigmoid", "none", weights=[[1], [0]]),
        Dense(2, "softmax", "none", weights=[[0.2, 0.4]]),
    ]  # fmt: skip
    network = Network([[8000]], layers, "cross_entropy", targets=[[1, 0]])
    valuation = Valuation(derive(network), EXACT)
    assert valuation.trace.arithmetic.digits > 2000
    assert valuation.differences == {} and valuation.along_all is not None
    assert check_numbers(valuation) > 0


def test_a_difference_that_loses_its_digits_is_remarked() -> None:
    network = Network(
        [[1]], [Dense(1, "sigmoid", "none", weights=[[6]])], targets=[[0]], learning_rate=0.5
    )
    valuation = Valuation(derive(network), Rounding(3, carried=True))
    lost = [c.difference for c in valuation.cancellations(0.1)]
    assert any("1" in repr(d) for d in lost)
    assert not list(Valuation(derive(two_two_one()), CARRIED).cancellations())
