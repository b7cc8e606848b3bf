"""Numbers that are very small, very large, or very near to a bound: right to their last digit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import derive
from derive.derivation.check import arithmetic
from derive.derivation.failure import CheckFailed
from derive.derivation.numbers.numbered import NumbersError, numbered
from derive.derivation.numbers.rounding import Displayed, Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.expression import error_function
from derive.expression.arithmetic import (
    MOST_DIGITS,
    Bounded,
    OutOfReach,
    high_precision,
    reach,
    within_reach,
)
from derive.expression.nodes import ACTIVATION, LOSS, Partial, Quantity
from derive.network.description import Dense, Network
from derive.notation import names
from derive.writers.expressions.text import text
from tests.truth import extreme


def one_unit(
    inputs: Any, weights: list[float], activation: Any = "sigmoid",
    loss: Any = "half_squared_error", target: float = 1,
) -> Network:  # fmt: skip
    layer = Dense(1, activation, "none", weights=[[w] for w in weights])
    return Network(inputs, [layer], loss, targets=[target])


def chain(count: int, weight: float, value: float, target: float, first: Any = None) -> Network:
    weights = [weight if first is None or k else first for k in range(count)]
    layers = [Dense(1, "sigmoid", "none", weights=[[w]]) for w in weights]
    return Network([value], layers, "half_squared_error", targets=[target])


def gradients(network: Network, digits: int = 5, carried: bool = False) -> list[str]:
    valuation, _ = numbered(derive.derive(network), Rounding(digits, carried=carried))
    return [valuation.gradient(w).number.text for w in network.parameters()]


def members(network: Network, of: Any, digits: int = 5) -> str:
    """The numeric chain of a quantity, as a page has it."""
    valuation, _ = numbered(derive.derive(network), Rounding(digits))
    called = names(network.notation, network.shape, network.layout)
    relations = valuation.examples[0].chain(of).relations
    return " ".join(f"{r.sign} {text(r.expression, called)}" for r in relations)


HIDDEN, OUTPUT, E = Quantity(ACTIVATION, 1), Quantity(ACTIVATION, 2), Quantity(LOSS)


def test_gradients_that_vanish_keep_their_digits() -> None:
    """Below 10⁻⁴⁰: the first weight of 28 sigmoids has a gradient of −3.319·10⁻⁴⁵."""
    assert gradients(chain(28, 0.1, 0.5, 1))[0] == "-3.32e-45"


def test_a_saturated_unit_is_not_quite_one() -> None:
    network = chain(2, 0.4, 13, 0, first=8)
    assert gradients(network)[0] == "5.10e-46"
    assert members(network, HIDDEN) == "= 1/(1 + e^(−104)) ≈ 1/1.00000 ≈ 1.00000"


def test_a_large_number_is_not_longer_than_its_digits() -> None:
    network = one_unit([1], [-49.8])
    assert members(network, HIDDEN) == "= 1/(1 + e^(−(−49.8))) ≈ 1/(4.24488·10²¹) ≈ 2.36·10⁻²²"


def test_unscaled_inputs_are_not_refused() -> None:
    layers = [
        Dense(1, "sigmoid", weights=[[0.3], [0.1], [0.07]], biases=[0]),
        Dense(1, "identity", weights=[[900]], biases=[10]),
    ]
    inputs = {"bedrooms": 3, "bathrooms": 2, "sqft": 1421}
    network = Network(inputs, layers, "half_squared_error", targets=[1692])
    assert gradients(network)[2:4] == ["-2.10e-35", "-1.48e-38"]  # of the area, and of the bias


@pytest.mark.parametrize(
    ("activation", "z"),
    [(name, z) for name in ("sigmoid", "softplus", "elu", "silu") for z in (86, 100, 115, -100)]
    + [("tanh", z) for z in (44, 50, 61, -61)],
)
@pytest.mark.parametrize("style", extreme.STYLES)
def test_saturation_is_no_reason_to_refuse(activation: str, z: int, style: Any) -> None:
    layers = [Dense(1, activation, "none", weights=[[z]]), Dense(1, weights=[[2]], biases=[1])]
    network = Network([1], layers, "log_cosh", targets=[2])
    _, count = numbered(derive.derive(network, style), Rounding())
    assert count > 0


def test_what_displayed_digits_lose_is_put_in_with_more() -> None:
    """1 − 1.000 says nothing about ln(0.999665) and 1 − 0.999665."""
    layers = [Dense(1, "sigmoid", "none", weights=[[1.5], [1]])]
    network = Network([4, 2], layers, "binary_cross_entropy", targets=[1])
    assert gradients(network, 3) == ["-0.00134", "-0.000671"]
    shown = numbered(derive.derive(network), Rounding(3))[0].loss()
    assert shown.number.text == "0.000335"
    assert "1.000 " not in members(network, E, 3) and "0.9997" in members(network, E, 3)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("digits", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("z", [8, 12.3, 20, 60, 400, -12.3, -60])
def test_losses_with_a_logarithm_are_defined_at_saturated_outputs(
    z: float, digits: int, target: int
) -> None:
    for loss in ("binary_cross_entropy", "cross_entropy", "kl_divergence"):
        network = one_unit([1], [z], loss=loss, target=target)
        with extreme.mp.workdps(1_600):
            point = extreme.reference(network)
            valuation, _ = numbered(derive.derive(network), Rounding(digits))
            assert not extreme.fault(valuation.loss(), point.quantity(E), digits)
            (w,) = network.parameters()
            slope = point.difference(E, w)
            assert not extreme.fault(valuation.gradient(w), slope, digits)


def test_a_number_of_thousands_of_digits_is_a_power_of_ten() -> None:
    network = one_unit([2104, 3], [-5, 2])
    valuation, _ = numbered(derive.derive(network), Rounding())
    assert valuation.examples[0].displayed(HIDDEN).number.text == "6.73e-4567"
    assert valuation.loss().number.text == "0.50000"
    assert members(one_unit([1000], [-3], {"formula": "exp(-x)"}), HIDDEN).endswith("·10¹³⁰²")


def test_what_has_no_value_says_where_and_why() -> None:
    with pytest.raises(NumbersError, match=r"the formula of a_o1 has no value .*sqrt of -0\.15"):
        gradients(one_unit([1], [-0.15], {"formula": "sqrt(x)"}))
    with pytest.raises(NumbersError, match=r"a_o1 .*exp of -1\.0e\+6 .*: scale the inputs"):
        gradients(one_unit([10**6], [1]))
    with pytest.raises(NumbersError, match=r"as displayed.*take more digits, or rounding: exact"):
        network = one_unit([4, 2], [1.5, 1], loss="binary_cross_entropy", target=0)
        gradients(network, 3, carried=True)


def test_a_finite_difference_may_lead_where_a_unit_is_more_saturated() -> None:
    """A step of 0.0001 with an input of −87,200 moves z by 8.72, and what follows by 2,000."""
    assert extreme.examined([1013]) == []


def test_a_finite_difference_is_left_out_where_the_loss_has_no_value() -> None:
    network = one_unit([1], [0.00005], {"formula": "sqrt(x)"})
    valuation, _ = numbered(derive.derive(network), Rounding())
    assert valuation.difference(network.parameters()[0]) is None


def test_eight_seeded_networks() -> None:
    """A reduced run of what ``make truth`` counts."""
    assert extreme.examined(range(8)) == []


def planted(shown: Displayed) -> Displayed:
    """A number with another last digit."""
    mantissa, e, power = shown.number.text.partition("e")
    text = mantissa[:-1] + str(int(mantissa[-1]) % 9 + 1) + e + power
    return Displayed(
        shown.value, type(shown.number)(type(shown.number.value)(text), text), shown.exact
    )


def test_the_count_sees_a_wrong_digit_and_a_wrong_sign() -> None:
    network = chain(28, 0.1, 0.5, 1)
    valuation = Valuation(derive.derive(network), Rounding())
    w = network.parameters()[0]
    with extreme.mp.workdps(1_600):
        true = extreme.reference(network).difference(E, w)
    shown = valuation.gradient(w)
    assert not extreme.fault(shown, true, 5)
    assert extreme.fault(planted(shown), true, 5) == "-3.33e-45 for -3.32E-45"
    assert "after =" in extreme.fault(Displayed(shown.value, shown.number, True), true, 5)


def test_the_check_sees_a_tiny_number_that_is_wrong() -> None:
    """The gradient of 10⁻⁴⁵ in its chain, and beside a finite difference."""
    derivation = derive.derive(chain(28, 0.1, 0.5, 1))
    valuation = Valuation(derivation, Rounding())
    slope = Partial(E, derivation.network.parameters()[0])
    one = valuation.examples[0]
    found = one.chain(slope)
    wrong = planted(found.result)
    last = type(found.relations[-1])("≈", wrong.number)
    one._chains[slope] = type(found)((*found.relations[:-1], last), wrong)
    one._known[slope] = wrong
    with pytest.raises(CheckFailed, match=r"has -3\.33e-45 where -3\.32e-45 is due"):
        arithmetic.check_numbers(valuation)


def test_the_reach_of_an_arithmetic_grows_with_its_digits() -> None:
    assert reach(60) == 6 and reach(MOST_DIGITS) > 9_900
    small = high_precision(1_000).number(Fraction(1, 10**300))
    assert small * small != 0


def test_beyond_all_digits_it_is_said() -> None:
    def work(arithmetic: Any, bounded: Any) -> Any:
        return bounded.elementary("exp", (arithmetic.number(Fraction(-(10**9))),))

    with pytest.raises(OutOfReach, match="exp of"):
        within_reach(work)


@pytest.mark.parametrize("x", [1, -3.5, 12.25, 29, -30.9, 0.75, 1e-200, 400])
def test_erf_of_many_digits_is_that_of_mpmath(x: float) -> None:
    context = high_precision(1_320).context
    assert error_function.erf(context.mpf(x)) == context.erf(x)


def test_a_number_of_any_length_stands_in_a_message_with_six_digits() -> None:
    arithmetic = high_precision(MOST_DIGITS)
    x = arithmetic.context.exp(9_900)
    with pytest.raises(OutOfReach, match=r"exp of 3\.2762e\+4299"):
        Bounded(arithmetic).elementary("exp", (x,))
    with pytest.raises(ArithmeticError, match=r"ln of -3\.2762e\+4299"):
        arithmetic.elementary("ln", (-x,))
