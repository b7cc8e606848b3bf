"""Every sentence that claims something is said where it is true, and not where it is not.

Whether it is true is decided by a forward pass of its own and its difference quotients.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import derive
from derive.expression.nodes import ACTIVATION, LOSS, LOSS_TERM, Quantity
from derive.network import Dense, Network
from derive.notation import Names, names
from derive.writers.expressions.text import text
from tests.derivation.oracle import mp
from tests.derived import derived
from tests.document.claims import Said, named, network, oracle, path_count, told

TINY = mp.mpf(10) ** -15
E = Quantity(LOSS)

ONE_EACH = network((2, 3, 2), ("tanh", "sigmoid"))
SOFTMAX = network((2, 2, 3), ("tanh", "softmax"), "cross_entropy", targets=[[0.2, 0.3, 0.5]])
NETWORKS = {
    "one term each": ONE_EACH,
    "softmax": SOFTMAX,
    "softmax, other loss": network((2, 3), ("softmax",)),
    "hidden softmax": network((2, 3, 2), ("softmax", "identity"), "mean_squared_error"),
    "one output": network((3, 2, 1), ("softplus", "sigmoid"), "binary_cross_entropy"),
    "deep": network((1, 2, 2, 2), ("tanh", "sigmoid", "tanh"), "huber"),
    "no biases": network((2, 2, 2), ("sigmoid",) * 2, bias="none"),
    "shared": network((2, 2, 2), ("sigmoid",) * 2, bias="shared"),
    "shared alone": network(
        (2, 2, 2), ("sigmoid",) * 2, bias="shared", frozen=(("weights",), ("weights",))
    ),
    "half frozen": network((2, 2, 2, 2), ("tanh",) * 3, frozen=((), ("weights", "biases"), ())),
    "linear": network((2, 2, 2), ("identity",) * 2, bias="none"),
}
each = pytest.mark.parametrize("name", NETWORKS)


def terms_reached(of: Network, w: Quantity) -> list[Quantity]:
    """The loss terms that move when a parameter does."""
    terms = [Quantity(LOSS_TERM, unit=k) for k in range(of.sizes[-1])]
    at = oracle(of)
    return [e for e in terms if abs(at.difference(e, w)) > TINY]


# -- which error a parameter reaches, and along how many paths ---------------------------------


@each
def test_what_a_parameter_reaches(name: str) -> None:
    of = NETWORKS[name]
    everything = told(of, "paths")
    said = named(everything, "reaches_not", "reaches_not_again", "reaches_all",
                 "reaches_all_again")  # fmt: skip
    alike = {one.quantity("w"): one.quantity("first") for one in named(everything, "many_again")}
    assert all(terms_reached(of, w) == terms_reached(of, first) for w, first in alike.items())
    assert {*(one.quantity("w") for one in said), *alike} == (
        set(of.parameters()) if of.sizes[-1] > 1 else set()
    )
    for one in said:
        w, reached = one.quantity("w"), one.quantities("reached")
        assert reached == terms_reached(of, w)
        assert one.sentence.startswith("reaches_all") == (len(reached) == of.sizes[-1])
        if "lost" in one.values:
            assert {*reached, *one.quantities("lost")} == {
                Quantity(LOSS_TERM, unit=k) for k in range(of.sizes[-1])
            }
        if "first" in one.values:
            assert terms_reached(of, one.quantity("first")) == reached


@each
def test_what_the_first_parameter_of_another_unit_reaches(name: str) -> None:
    of = NETWORKS[name]
    for one in named(told(of, "paths", "normal"), "same_way", "same_way_all_new"):
        w, first = one.quantity("w"), one.quantity("first")
        reached = terms_reached(of, w)
        mentioned = [q for q in one.quantities("through") if q.kind == LOSS_TERM]
        every = len(reached) == of.sizes[-1]
        assert mentioned == ([] if every or of.sizes[-1] == 1 else reached)
        assert path_count(of, w) == path_count(of, first)
        assert len(reached) == len(terms_reached(of, first))


@each
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_how_many_paths_there_are(name: str, detail: str) -> None:
    of = NETWORKS[name]
    said = told(of, "paths", detail)
    for one in named(said, "many_paths", "many_again", "collect", "collect_deltas"):
        assert one.count("count") == path_count(of, one.quantity("w")) > 1
    for one in named(said, "collect_two"):
        assert path_count(of, one.quantity("w")) == 2
    at = oracle(of)
    for one in named(said, "one_path"):
        assert path_count(of, one.quantity("w")) == 1
        path = one.quantities("path")
        assert path[0] == one.quantity("w") and path[-1].kind in (LOSS, LOSS_TERM)
        for sender, receiver in pairwise(path):
            assert receiver.kind != sender.kind and at.difference(receiver, sender) != 0


def test_paths_past_the_limit_are_counted() -> None:
    deep = NETWORKS["deep"]
    (one,) = named(told(deep, "paths", max_paths=2), "too_many_paths")
    assert one.count("count") == max(path_count(deep, w) for w in deep.parameters()) == 4
    assert not named(told(deep, "paths"), "too_many_paths")
    assert not named(told(deep, "deltas"), "too_many_paths")


@each
def test_what_stands_before_the_input_is_shared_and_is_the_derivative(name: str) -> None:
    """∂E/∂w divided by the value that comes in is the same for all weights into z, and is ∂E/∂z."""
    of = NETWORKS[name]
    at = oracle(of)
    sentences = ("name_delta", "name_delta_cancel", "name_delta_assuming", "again_delta")
    found = named(told(of, "paths"), *sentences)
    for one in found:
        place = "delta"
        delta = one.quantity(place)
        z = Quantity("pre-activation", delta.layer, delta.unit)
        (value,) = [at.quantity(q) for q in one.quantities("input")]
        weights = [w for w in of.weights(z.layer) if w.unit == z.unit]
        mine = [w for w in weights if at.quantity(_sender(w)) == value]
        assert mine
        for w in mine:
            assert abs(at.difference(E, w) - at.difference(E, z) * value) < TINY


def _sender(w: Quantity) -> Quantity:
    return (
        Quantity("input", unit=w.source)
        if w.layer == 1
        else Quantity(ACTIVATION, w.layer - 1, w.source)
    )


@each
def test_parameters_said_to_enter_the_same_unit_do(name: str) -> None:
    of = NETWORKS[name]
    at = oracle(of)
    for one in named(told(of, "paths", "normal"), "same_unit"):
        z = one.quantity("z")
        others = [Quantity(z.kind, z.layer, k) for k in range(of.sizes[z.layer]) if k != z.unit]
        for w in (*one.quantities("ws"), one.quantity("first")):
            assert at.difference(z, w) != 0
            assert all(at.difference(other, w) == 0 for other in others)


@each
@pytest.mark.parametrize("style", ["paths", "deltas"])
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_a_bias_enters_with_the_factor_one(name: str, style: str, detail: str) -> None:
    of = NETWORKS[name]
    at = oracle(of)
    said = told(of, style, detail)
    for one in named(said, "shared_bias_known", "gradients_shared_bias"):
        b = one.quantity("w" if "w" in one.values else "b")
        zs = [Quantity("pre-activation", b.layer, k) for k in range(of.sizes[b.layer])]
        assert all(abs(at.difference(z, b) - 1) < TINY for z in zs)
        whole = sum(at.difference(E, z) for z in zs)
        assert abs(at.difference(E, b) - whole) < TINY
    shared = any(layer.bias == "shared" for layer in of.layers)
    own = any(layer.bias == "neuron" for layer in of.layers)
    if style == "deltas":
        assert bool(named(said, "gradients_shared_bias")) == shared
        assert bool(named(said, "gradients_biases")) == own


# -- cancellations and sums --------------------------------------------------------------------

ONE_HOT = [[1, 0, 0]]
CANCELLING: list[tuple[Network, str]] = [
    (SOFTMAX, "assuming"),
    (network((2, 3), ("softmax",), "kl_divergence", targets=[[0.2, 0.3, 0.5]]), "assuming"),
    (network((2, 3), ("softmax",), "cross_entropy", targets=[[0.2, 0.3, 0.4]]), "without"),
    (network((2, 2), ("sigmoid",), "binary_cross_entropy"), "cancel"),
    (network((2, 2), ("softmax",), "binary_cross_entropy"), "never"),
    (network((2, 3), ("sigmoid",), "cross_entropy"), "never"),
    (network((2, 2), ("tanh",)), "never"),
    (derive.Network(2, [derive.Dense(3, "softmax")], "cross_entropy"), "assuming"),
    (derive.Network(2, [derive.Dense(2, "sigmoid")], "binary_cross_entropy"), "cancel"),
]


@pytest.mark.parametrize(("of", "kind"), CANCELLING)
@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_what_cancels_and_what_it_needs(of: Network, kind: str, style: str) -> None:
    said = told(of, style)
    assuming = named(said, "cancel_assuming", "name_delta_assuming", "found_cancel_softmax")
    cancel = named(said, "cancel", "name_delta_cancel", "found_cancel_sigmoid")
    found = {one.sentence for one in said if one.sentence.startswith("found_cancel")}
    assert bool(assuming) == (kind == "assuming")
    assert bool(cancel) == (kind in ("cancel", "without"))
    expected = {"assuming": {"found_cancel_softmax"}, "cancel": {"found_cancel_sigmoid"}}
    assert found == expected.get(kind, set())
    if of.has_values and kind in ("assuming", "cancel"):
        at, last = oracle(of), len(of.layers)
        for k in range(of.sizes[-1]):
            y, t = (
                at.quantity(Quantity(ACTIVATION, last, k)),
                at.quantity(Quantity("target", unit=k)),
            )
            assert abs(at.difference(E, Quantity("pre-activation", last, k)) - (y - t)) < TINY


@pytest.mark.parametrize("loss", ["cross_entropy", "half_squared_error", "absolute_error"])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_the_deltas_of_softmax_add_up_to_zero(loss: str, units: int) -> None:
    of = network((2, units), ("softmax",), loss)
    said = named(told(of), "found_zero_sum")
    assert len(said) == (units > 1)
    at = oracle(of)
    zs = [Quantity("pre-activation", 1, k) for k in range(units)]
    assert abs(sum(at.difference(E, z) for z in zs)) < TINY
    sums = [Quantity("pre-activation", q.layer, q.unit)
            for one in said for q in one.quantities("deltas")]  # fmt: skip
    assert sums == (zs if said else [])
    assert not named(told(ONE_EACH), "found_zero_sum")


# -- remarks on numbers ------------------------------------------------------------------------


@each
def test_the_steepest_gradient(name: str) -> None:
    of = NETWORKS[name]
    at = oracle(of)
    sizes = {w: abs(at.difference(E, w)) for w in of.parameters()}
    (one,) = named(told(of), "found_largest")
    w = one.quantity("w")
    assert all(sizes[w] >= size for size in sizes.values())
    assert abs(one.shown("size") - float(at.difference(E, w))) < 1e-5


def test_several_gradients_may_be_the_steepest() -> None:
    alike = network((2, 1), ("identity",), inputs=[[1, 1]], weights=[[[0.5], [0.5]]],
                    targets=[[3]], bias="none")  # fmt: skip
    (one,) = named(told(alike), "found_largest_tie")
    assert one.quantities("ws") == list(alike.parameters())
    flat = network((2, 1), ("softmax",))
    assert not named(told(flat), "found_largest", "found_largest_tie")


def shares(of: Network, w: Quantity) -> list[Any]:
    at = oracle(of)
    parts = of.sizes[-1] if of.loss.mean else 1
    return [at.difference(Quantity(LOSS_TERM, unit=k), w) / parts for k in range(of.sizes[-1])]


WRITE_UP = derive.load("examples/write-up-000.yaml")


def test_errors_that_pull_in_opposite_directions() -> None:
    (one,) = named(told(WRITE_UP), "found_oppose")
    w = one.quantity("w")
    parts = shares(WRITE_UP, w)
    assert abs(sum(parts)) <= sum(map(abs, parts)) / 4
    assert abs(one.shown("sum") - float(sum(parts))) < 1e-6
    worst = min(
        abs(sum(shares(WRITE_UP, v))) / sum(map(abs, shares(WRITE_UP, v)))
        for v in WRITE_UP.parameters()
    )
    assert abs(sum(parts)) / sum(map(abs, parts)) - worst < TINY


@each
def test_errors_are_not_said_to_pull_apart_where_they_do_not(name: str) -> None:
    of = NETWORKS[name]
    if of.sizes[-1] == 1:
        assert not named(told(of), "found_oppose")
        return
    opposed = [
        w
        for w in of.parameters()
        if w.kind == "weight" and abs(sum(shares(of, w))) <= sum(map(abs, shares(of, w))) / 4
    ]
    said = named(told(of), "found_oppose")
    assert bool(said) == bool(opposed)
    assert all(one.quantity("w") in opposed for one in said)


def test_inactive_units() -> None:
    deep = derive.load("examples/relu-deep.yaml")
    (one,) = named(told(deep), "found_inactive")
    off = one.quantities("units")
    at = oracle(deep)
    for layer in deep.layers[:2]:
        for k in range(layer.units):
            z = Quantity("pre-activation", layer.index, k)
            assert (z in off) == (at.quantity(z) <= 0)
            for w in deep.parameters():
                if (w.layer, w.unit) == (layer.index, k) and z in off:
                    assert at.difference(E, w) == 0
    on = network((1, 1, 1), ("relu", "identity"), inputs=[[1]], weights=[[[2]], [[1]]], bias="none")
    assert not named(told(on), "found_inactive")
    kink = network((1, 1, 1), ("relu", "identity"), inputs=[[0]], bias="none")
    assert named(told(kink), "found_inactive"), "relu′(0) is declared to be 0"
    assert not named(told(ONE_EACH), "found_inactive")


UNUSED = ("found_unused_case", "found_only_case")


@pytest.mark.parametrize(
    ("activation", "inputs", "said"),
    [
        # The one unit gets 1·x: which cases that comes to is seen at once.
        ("relu", [[2]], ["found_only_case: x > 0"]),
        ("relu", [[-2]], []),  # an inactive unit is told by its name
        ("relu", [[2], [-1]], []),  # over the batch both cases occur
        ("relu", [[2], [3]], ["found_only_case: x > 0"]),
        ("relu", [[-2], [-3]], ["found_unused_case: x > 0"]),
        ("leaky_relu", [[-2]], ["found_unused_case: x > 0"]),
        ("tanh", [[2]], []),
        ({"formula": "max(x/4, x - 1)"}, [[1]], ["found_unused_case: x/4 < x − 1"]),
        ({"formula": "max(x/4, x - 1)"}, [[2]], ["found_unused_case: x/4 > x − 1"]),
        ({"formula": "max(x/4, x - 1)"}, [[1], [2]], []),  # a tie is nothing to miss
        ({"formula": "x if x > 1 else (x*x if x > 0 else -x)"}, [[0.5]],
         ["found_only_case: x > 0"]),
        # a distinction within a case that does not occur is not spoken of
        ({"formula": "(x*x if x > 3 else x) if x > 0 else -x"}, [[-1]],
         ["found_unused_case: x > 0"]),
        ({"formula": "(x*x if x > 3 else x) if x > 0 else -x"}, [[1]],
         ["found_only_case: x > 0", "found_unused_case: x > 3"]),
    ],
)  # fmt: skip
def test_cases_that_no_number_comes_to(
    activation: str | dict[str, str], inputs: list[list[float]], said: list[str]
) -> None:
    of = network(
        (1, 1, 1), (activation, "identity"), inputs=inputs, targets=[[0.5]] * len(inputs),
        weights=[[[1]], [[1]]], bias="none",
    )  # fmt: skip
    found = named(told(of), *UNUSED)
    called = names(of.notation, of.shape)
    listed = [f"{one.sentence}: {_listed(one.values['cases'], called)}" for one in found]
    assert listed == said


def _listed(cases: Any, called: Names) -> str:
    return "".join(c if isinstance(c, str) else text(c, called) for c in cases)


def test_gradients_that_shrink_on_the_way_back() -> None:
    (one,) = named(told(WRITE_UP), "found_shrunk")
    at = oracle(WRITE_UP)
    last = max(abs(at.difference(E, w)) for w in WRITE_UP.parameters() if w.layer == 2)
    first = max(abs(at.difference(E, w)) for w in WRITE_UP.parameters() if w.layer == 1)
    assert abs(one.shown("last") - float(last)) < 1e-5
    assert abs(one.shown("first") - float(first)) < 1e-5
    assert last >= 10 * first
    assert abs(at.difference(E, one.quantity("at_first"))) == first
    assert abs(at.difference(E, one.quantity("at_last"))) == last
    steep = network((1, 1, 1), ("sigmoid", "identity"), inputs=[[9]], weights=[[[0.1]], [[9]]])
    other = network((2, 2, 2), ("tanh", "sigmoid"))
    for of in (steep, other, network((2, 1), ("sigmoid",))):
        assert not named(told(of), "found_shrunk")


def test_why_gradients_shrink_is_computed() -> None:
    """The factors told multiply to the ratio, and each is worked out here from the oracle."""
    said = told(WRITE_UP)
    (one,) = named(said, "found_shrunk")
    at = oracle(WRITE_UP)
    w, first = one.quantity("at_last"), one.quantity("at_first")
    a = Quantity(ACTIVATION, 1, first.unit)
    z = Quantity("pre-activation", 1, first.unit)
    shares = [at.difference(E, Quantity("pre-activation", 2, v.unit)) * at.quantity(v)
              for v in WRITE_UP.weights(2) if v.source == first.unit]  # fmt: skip
    size, whole = sum(map(abs, shares)), abs(sum(shares))
    expected = {
        "shrunk_values": at.quantity(_sender(w)) / at.quantity(_sender(first)),
        "shrunk_slope": 1 / at.difference(a, z),
        "shrunk_cancel": size / whole,
        "shrunk_weights": abs(at.difference(E, Quantity("pre-activation", 2, w.unit))) / size,
    }
    found = {x.sentence: x.shown("factor") for x in named(said, *expected)}
    assert found == {name: pytest.approx(float(x), rel=0.006) for name, x in expected.items()}
    whole_ratio = 1.0
    for factor in found.values():
        whole_ratio *= factor
    assert whole_ratio == pytest.approx(one.shown("times"), rel=0.02)


def test_what_does_not_shrink_a_gradient_is_not_told() -> None:
    """Equal incoming values and one path: neither inputs nor cancelling paths are named."""
    of = network((1, 1, 1), ("sigmoid", "identity"), inputs=[[0.5]], bias="none",
                 weights=[[[0.0]], [[0.1]]], targets=[[1]])  # fmt: skip
    said = told(of)
    assert named(said, "found_shrunk_why")
    assert {x.sentence for x in said if x.sentence.startswith("shrunk_")} == {
        "shrunk_slope", "shrunk_weights",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "sentence"), [(0.5, "loss_fell"), (60.0, "loss_rose"), (1e-9, "loss_same")]
)
def test_whether_the_loss_fell(rate: float, sentence: str) -> None:
    of = network((1, 1), ("identity",), inputs=[[1]], weights=[[[0.3]]], bias="none", rate=rate)
    (one,) = named(told(of), "loss_fell", "loss_rose", "loss_same")
    assert one.sentence == sentence
    at, (w,) = oracle(of), of.parameters()
    moved = at.quantity(w) - mp.mpf(rate) * at.difference(E, w)
    after = oracle(of, {w: moved}).quantity(E)
    assert abs(one.shown("after") - float(after)) < 1e-4 * max(1, float(after))
    assert (after < at.quantity(E)) == (sentence != "loss_rose")


@pytest.mark.parametrize(
    ("activation", "weight"),
    [("silu", 0.01), ({"formula": "sqrt(1 + x)"}, 5e-6)],  # e^(−10⁹), √ of a negative number
)
@pytest.mark.parametrize("carried", [False, True])
def test_a_step_may_lead_to_a_loss_without_a_value(
    activation: str | dict[str, str], weight: float, carried: bool
) -> None:
    of = Network(
        [2104], [Dense(1, activation, "none", weights=[[weight]])], "half_squared_error",
        targets=[-400], learning_rate=0.5, rounding="carried" if carried else "exact",
    )  # fmt: skip
    (one,) = [x for x in told(of) if x.sentence.startswith("loss_")][-1:]
    assert one.sentence == "loss_beyond"


def test_outputs_against_targets() -> None:
    met = network((1, 2), ("identity",), inputs=[[1]], weights=[[[1, 0.25]]], targets=[[1, 1]],
                  bias="none")  # fmt: skip
    assert [one.sentence for one in told(met) if one.sentence.startswith("against_pair")] == [
        "against_pair_met", "against_pair_exact",
    ]  # fmt: skip
    assert named(told(ONE_EACH), "against_pair") and not named(told(ONE_EACH), "against_pair_met")


@pytest.mark.parametrize("style", ["paths", "deltas"])
def test_digits_that_rounding_costs(style: str) -> None:
    """A difference of displayed numbers that lost more than a hundredth of itself."""
    near = network(
        (1, 1), ("sigmoid",), inputs=[[1]], weights=[[[4.5]]], bias="none", targets=[[1]], digits=2
    )
    found = named(told(near, style, rounding="carried"), "cancellation")
    (y,) = {q for one in found for q in one.quantities("difference") if q.kind == ACTIVATION}
    left = 1 - float(oracle(near).quantity(y))
    assert found and all(int(str(one.values["percent"])) == round(100 * 0.005 / left)
                         for one in found)  # fmt: skip
    assert not named(told(near, style), "cancellation"), "nothing is carried"
    plain = network((1, 1), ("sigmoid",), inputs=[[1]], weights=[[[0.1]]], bias="none")
    assert not named(told(plain, style, rounding="carried"), "cancellation")


def test_a_missing_finite_difference_is_explained() -> None:
    kink = network((1, 1), ("relu",), inputs=[[1]], weights=[[[0.00005]]], bias="none")
    assert named(told(kink), "difference_missing")
    assert not named(told(ONE_EACH), "difference_missing")


# -- what layers do ----------------------------------------------------------------------------


@each
def test_what_a_pre_activation_of_the_output_moves(name: str) -> None:
    of = NETWORKS[name]
    at, last = oracle(of), len(of.layers)
    (one,) = named(told(of, "deltas"), "deltas_output", "deltas_output_softmax")
    alone = [
        at.difference(Quantity(ACTIVATION, last, m), Quantity("pre-activation", last, k)) == 0
        for k in range(of.sizes[-1])
        for m in range(of.sizes[-1])
        if m != k
    ]
    assert (one.sentence == "deltas_output") == all(alone)


@each
def test_what_is_said_of_the_sums(name: str) -> None:
    of = NETWORKS[name]
    said = told(of)
    layers = [one for one in said if one.sentence.startswith("forward_layer")]
    adds = [one for one in said if one.sentence.startswith("forward_adds")]
    for layer, sentence, add in zip(of.layers, layers, adds, strict=True):
        assert sentence.count("units") == layer.units
        assert ("_identity" in sentence.sentence) == (layer.activation.name == "identity")
        assert ("_softmax" in sentence.sentence) == (layer.activation.name == "softmax")
        assert (
            add.sentence
            == "forward_adds" + {"none": "", "neuron": "_bias", "shared": "_shared"}[layer.bias]
        )


@each
def test_where_deltas_come_from(name: str) -> None:
    of = NETWORKS[name]
    said = [one for one in told(of, "deltas") if one.sentence.startswith("deltas_hidden")]
    seen: set[tuple[str, bool]] = set()
    below = of.layers[-2::-1]
    for layer, one in zip(below, said, strict=True):
        feeds = of.layers[layer.index].units
        special = {"softmax": "deltas_hidden_softmax", "identity": "deltas_hidden_identity"}
        expected = special.get(layer.activation.name, "deltas_hidden")
        if expected == "deltas_hidden" and (expected, feeds > 1) in seen:
            expected += "_again"
        assert one.sentence == expected and one.count("count") == feeds
        seen.add(("deltas_hidden", feeds > 1) if "again" in expected else (expected, feeds > 1))


# -- what was checked --------------------------------------------------------------------------


def test_what_was_never_seen_but_as_zero_is_counted() -> None:
    for of in NETWORKS.values():
        derivation = derived(of)
        said = named(told(of), "unchecked")
        assert len(said) == bool(derivation.check().unchecked)


def test_the_counts_of_the_check_are_those_of_the_report() -> None:
    report = derived(ONE_EACH).check()
    (one,) = named(told(ONE_EACH), "checked_numbers")
    assert one.values["equalities"] == report.equalities
    assert one.values["differences"] == report.differences
    assert one.count("numbers") > 50
    symbolic = derive.Network(2, [derive.Dense(1, "tanh")])
    assert named(told(symbolic), "checked") and not named(told(symbolic), "checked_numbers")


def test_a_recording_hears_what_is_said() -> None:
    assert Said("s", {"count": 3}).count("count") == 3
    assert named(told(ONE_EACH), "where")
