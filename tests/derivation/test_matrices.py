"""The style "matrices": every entry of every array is checked, and a wrong one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import derive
from derive.derivation.check import CheckFailed
from derive.derivation.check.arithmetic import check_numbers
from derive.derivation.derivation import Derivation
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Relation, Step
from derive.expression.constructors import ZERO
from derive.expression.evaluate import evaluate
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Transpose,
    entry,
    entrywise,
    shape,
)
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    LOSS,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    Negative,
    Number,
    Partial,
    Quantity,
    Sum,
)
from tests.derivation.faults import plant
from tests.derivation.networks import network

E = Quantity(LOSS)
ARTICLE = derive.load("examples/write-up-002.yaml")
SQUARE = network((2, 2, 2), ("sigmoid", "softmax"), "binary_cross_entropy")
COLUMNS = network((2, 2, 2), ("sigmoid", "softmax"), "binary_cross_entropy", layout="to_from")


def steps(derivation: Derivation) -> dict[str, Step]:
    return {step.id: step for step in derivation.walk()}


def member(
    position: int, change: Callable[[Expression], Expression]
) -> Callable[[Step], Step | None]:
    def changed(step: Step) -> Step:
        relations = list(step.relations)
        old = relations[position]
        relations[position] = Relation(old.sign, change(old.expression))
        return replace(step, relations=tuple(relations))

    return changed


def at(i: int, j: int, change: Callable[[Expression], Expression]) -> Any:
    """A change of one entry (from 1)."""

    def changed(matrix: Expression) -> Expression:
        assert isinstance(matrix, Matrix)
        rows = [list(row) for row in matrix.rows]
        rows[i - 1][j - 1] = change(rows[i - 1][j - 1])
        return Matrix(tuple(map(tuple, rows)))

    return changed


def swap(matrix: Expression) -> Expression:
    """A square matrix the other way round, its shape the same."""
    assert isinstance(matrix, Matrix)
    return Matrix(tuple(zip(*matrix.rows, strict=True)))


def unturned(expression: Expression) -> Expression:
    """W where Wᵀ belongs."""
    assert isinstance(expression, MatrixProduct)
    left, right = (side.of if isinstance(side, Transpose) else side for side in expression.children)
    assert (left, right) != expression.children
    return MatrixProduct(left, right)


def without_last(e: Expression) -> Expression:
    assert isinstance(e, Sum)
    return Sum(e.terms[:-1]) if len(e.terms) > 2 else e.terms[0]


def other_unit(e: Expression) -> Expression:
    q = next(node for node in e.walk() if isinstance(node, Quantity))
    address = next(a for a, node in e.addresses() if node == q)
    return e.replace_at(address, replace(q, unit=1 - q.unit))


# what is wrong, the step, the change, the entry that must be named
SLIPS = [
    ("a wrong index", "matrix/define/z1", member(2, at(1, 2, other_unit)), "(1, 2)"),
    ("W transposed", "matrix/define/z2", member(
        1, lambda e: e.replace_at((0, 1), swap(e.at((0, 1))))), "(1, 1)"),
    ("W for Wᵀ on the way back", "matrix/upstream/1", member(1, unturned), "(1, 1)"),
    ("a path dropped", "matrix/upstream/1", member(2, at(1, 2, without_last)), "(1, 2)"),
    ("an off-diagonal entry dropped", "matrix/local/2", member(1, at(1, 2, lambda e: ZERO)),
     "(1, 2)"),
    ("off-diagonal entries of J dropped", "matrix/delta/2", member(
        2, lambda e: e.replace_at((1,), at(2, 1, lambda _: ZERO)(e.children[1]))), "(1, 1)"),
    ("a wrong sign", "matrix/gradient/2", member(3, at(2, 1, Negative)), "(2, 1)"),
    ("the gradient transposed", "matrix/gradient/1", member(3, swap), "(1, 2)"),
    ("rows that do not add up to 0", "matrix/sums/2", member(1, at(2, 1, without_last)),
     "(2, 1)"),
    ("σ′ left out", "matrix/delta/1", member(3, at(1, 2, lambda e: e.children[0])), "(1, 2)"),
    ("a bias from the wrong unit", "matrix/gradient-bias/1", member(1, at(1, 2, other_unit)),
     "(1, 2)"),
    ("target minus output", "matrix/contrast/2", member(1, at(1, 2, lambda e: Sum(
        (e.children[1].children[0], Negative(e.children[0]))))), "(1, 2)"),
    ("a plus before η", "matrix/update/1", member(
        1, lambda e: Sum((e.children[0], e.children[1].children[0]))), "(1, 1)"),
]  # fmt: skip


@pytest.mark.parametrize("name, where, change, place", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_wrong_entry_is_found_and_named(
    name: str, where: str, change: Callable[[Step], Step | None], place: str
) -> None:
    derivation = derive.derive(SQUARE, "matrices")
    derivation.check()
    with pytest.raises(CheckFailed, match="entry") as failed:
        plant(derivation, where, change).check()
    assert failed.value.step == where
    assert f"entry {place} " in failed.value.reason


def test_another_shape_is_found() -> None:
    derivation = derive.derive(SQUARE, "matrices")
    broken = plant(derivation, "matrix/delta/1", member(3, Transpose))
    with pytest.raises(CheckFailed, match="another shape") as failed:
        broken.check()
    assert failed.value.step == "matrix/delta/1"


def test_shapes_that_do_not_go_together_are_found() -> None:
    derivation = derive.derive(SQUARE, "matrices")

    def lost(e: Expression) -> Expression:
        assert isinstance(e, MatrixProduct)
        return MatrixProduct(Transpose(e.left), e.right)

    with pytest.raises(CheckFailed, match="has no value: a matrix of shape") as failed:
        plant(derivation, "matrix/upstream/1", member(1, lost)).check()
    assert failed.value.step == "matrix/upstream/1"


# -- the numbers -------------------------------------------------------------------------------


class Planted(Valuation):
    """A valuation that prints one matrix wrongly."""

    where = ""
    change: Callable[[Step], Step | None]

    def step(self, step: Step, example: int = 0) -> Step | None:
        found = super().step(step, example)
        return self.change(found) if found is not None and step.id == self.where else found


def new_weights(valuation: Valuation) -> Callable[[Step], Step | None]:
    """The weights after the step where those before it belong: in every product of the sums."""

    def early(e: Expression) -> Expression:
        old = {valuation.derivation.network.value(w): valuation.updated[w].number
               for w in valuation.derivation.network.weights(3)}  # fmt: skip

        def changed(one: Expression) -> Expression:
            for address, node in one.addresses():
                if node in old and address[-1:] == (1,):
                    one = one.replace_at(address, old[node])  # type: ignore[index]
            return one

        assert isinstance(e, Matrix)
        return entrywise(e, changed)

    return member(1, early)


def off_by_one(e: Expression) -> Expression:
    assert isinstance(e, Number)
    return Number(e.value + Fraction(1, 10**5), f"{float(e.value) + 1e-5:.5f}")


NUMBER_SLIPS = [
    ("a digit", "matrix/gradient/2", lambda v: member(2, at(3, 1, off_by_one)), "(3, 1)"),
    ("transposed", "matrix/gradient/2", lambda v: member(2, swap), "(1, 2)"),
    ("two entries swapped", "matrix/delta/3",
     lambda v: member(1, lambda e: Matrix(((e.children[1], e.children[0], e.children[2]),))),
     "(1, 1)"),
    ("new weights too early", "matrix/upstream/2", new_weights, "(1, 1)"),
    ("new weights in the update", "matrix/update/3",
     lambda v: member(1, lambda e: e.replace_at((0,), v.step(
         steps(v.derivation)["matrix/update/3"]).result)), "(1, 1)"),
]  # fmt: skip


@pytest.mark.parametrize(
    "name, where, change, place", NUMBER_SLIPS, ids=[slip[0] for slip in NUMBER_SLIPS]
)
@pytest.mark.parametrize("carried", [False, True], ids=["exact", "carried"])
def test_a_wrong_number_is_found_and_named(
    name: str, where: str, change: Any, place: str, carried: bool
) -> None:
    rounding = Rounding(5, None, carried)
    derivation = derive.derive(ARTICLE, "matrices")
    check_numbers(Valuation(derivation, rounding))
    wrong = Planted(derivation, rounding)
    wrong.change = change(Valuation(derivation, rounding))
    wrong.where = where
    with pytest.raises(CheckFailed) as failed:
        check_numbers(wrong)
    assert failed.value.step == f"value/{where}"
    assert failed.value.reason.startswith(f"entry {place} ")


# -- what is in the matrices -------------------------------------------------------------------


@pytest.mark.parametrize("of", [SQUARE, COLUMNS, ARTICLE], ids=["from_to", "to_from", "002"])
def test_the_arrays_have_every_parameter_at_its_place(of: derive.Network) -> None:
    found = steps(derive.derive(of, "matrices"))
    for layer in of.layers:
        matrix = found[f"matrix/gradient/{layer.index}"].subject
        senders = of.sizes[layer.index - 1]
        by_sender = of.layout == "from_to"
        assert shape(matrix) == ((senders, layer.units) if by_sender else (layer.units, senders))
        for i in range(senders):
            for j in range(layer.units):
                w = Quantity(WEIGHT, layer.index, j, i)
                assert entry(matrix, *((i, j) if by_sender else (j, i))) == Partial(E, w)
        if "biases" not in layer.frozen:
            vector = found[f"matrix/gradient-bias/{layer.index}"].subject
            assert vector.children == tuple(
                Partial(E, Quantity(BIAS, layer.index, j)) for j in range(layer.units)
            )


@pytest.mark.parametrize("of", [SQUARE, COLUMNS, ARTICLE], ids=["from_to", "to_from", "002"])
def test_the_whole_jacobian_of_softmax_is_there(of: derive.Network) -> None:
    last = of.layers[-1]
    found = steps(derive.derive(of, "matrices"))
    jacobian = found[f"matrix/local/{last.index}"]
    for m in range(last.units):
        for k in range(last.units):
            a, z = Quantity(ACTIVATION, last.index, m), Quantity(PRE_ACTIVATION, last.index, k)
            assert entry(jacobian.subject, m, k) == Partial(a, z)
            b = Quantity(ACTIVATION, last.index, k)
            worked = entry(jacobian.result, m, k)
            assert {q for q in worked.walk() if isinstance(q, Quantity)} == {a, b}
    assert found[f"matrix/sums/{last.index}"].result.children == (ZERO,) * last.units


def test_no_path_into_a_hidden_layer_is_left_out() -> None:
    derivation = derive.derive(ARTICLE, "matrices")
    found = steps(derivation)
    for k in (1, 2):
        arriving = found[f"matrix/upstream/{k}"].result
        for i in range(3):
            terms = entry(arriving, 0, i).children
            assert [[q.kind for q in term.children] for term in terms] == [["delta", WEIGHT]] * 3
            assert [term.children[1] for term in terms] == [
                Quantity(WEIGHT, k + 1, j, i) for j in range(3)
            ]


def test_the_contrast_is_output_minus_target_and_not_the_delta() -> None:
    derivation = derive.derive(ARTICLE, "matrices")
    valuation = Valuation(derivation, Rounding(9))
    numeric = valuation.step(steps(derivation)["matrix/contrast/3"])
    assert numeric is not None
    values = [float(one.value) for one in numeric.result.children]  # type: ignore[attr-defined]
    assert values == pytest.approx([0.198446894 - 1, 0.28535553, 0.516197575], abs=1e-9)
    deltas = [
        float(valuation.examples[0].displayed(Quantity("delta", 3, k)).value) for k in range(3)
    ]
    assert deltas == pytest.approx([-1.09252719, 0.266248277, 0.826278908], abs=1e-8)


@pytest.mark.parametrize(
    "of, expected",
    [
        (SQUARE, True),
        (network((2, 2), ("softmax",), "cross_entropy"), False),
        (network((2, 2), ("softmax",), "kl_divergence"), False),
        (network((2, 2), ("sigmoid",), "binary_cross_entropy"), False),
        (network((2, 1), ("softmax",)), False),
        (network((2, 2, 2), ("softmax", "identity")), False),
        (derive.Network([[1, 2]], [derive.Dense(2, "softmax", weights=[[1, 2], [3, 4]],
                                                biases=[0, 0])], targets=[[0.5, 0.75]]), False),
    ],
)  # fmt: skip
def test_where_there_is_a_contrast(of: derive.Network, expected: bool) -> None:
    assert any("contrast" in name for name in steps(derive.derive(of, "matrices"))) is expected


def test_the_contrast_says_what_it_needs_and_needs_it() -> None:
    derivation = derive.derive(SQUARE, "matrices")
    assert derivation.check().assumptions == ("targets sum to 1",)
    silent = plant(derivation, "matrix/contrast/2", lambda step: replace(step, assumes=()))
    with pytest.raises(CheckFailed) as failed:
        silent.check()
    assert failed.value.step == "matrix/contrast/2"


def test_one_entry_is_derived_along_every_path() -> None:
    found = steps(derive.derive(ARTICLE, "matrices"))
    for layer, last in ((3, 3), (2, 3), (1, 3)):
        long = found[f"gradient/w{layer}.1.1"].relations
        short = found[f"gradient/w{layer}.2.1"].relations
        assert len(long) > len(short)
        partials = {node for r in long for node in r.expression.walk() if isinstance(node, Partial)}
        if layer < last:
            a = Quantity(ACTIVATION, layer, 0)
            for k in range(3):
                assert Partial(Quantity(PRE_ACTIVATION, layer + 1, k), a) in partials
        else:
            for m in range(3):
                slope = Partial(Quantity(ACTIVATION, 3, m), Quantity(PRE_ACTIVATION, 3, 0))
                assert slope in partials


def test_old_weights_stand_in_the_update() -> None:
    derivation = derive.derive(ARTICLE, "matrices")
    valuation = Valuation(derivation, Rounding(5))
    for layer in ARTICLE.layers:
        numeric = valuation.step(steps(derivation)[f"matrix/update/{layer.index}"])
        assert numeric is not None
        put_in = numeric.relations[1].expression
        assert isinstance(put_in, Sum)
        assert put_in.terms[0] == Matrix(layer.weights or ())


@pytest.mark.parametrize("layout", ["from_to", "to_from"])
def test_wide_layers_are_written_entry_by_entry(layout: str) -> None:
    of = network((9, 2, 9, 2), ("tanh", "softmax", "identity"), layout=layout)
    derivation = derive.derive(of, "matrices")
    derivation.check()
    found = steps(derivation)
    kinds = (MatrixProduct, Hadamard)
    for name, product in (("define/z1", False), ("define/z2", True), ("upstream/1", False),
                          ("upstream/2", True), ("delta/2", False), ("delta/1", True)):  # fmt: skip
        nodes = [node for r in found[f"matrix/{name}"].relations for node in r.expression.walk()]
        assert any(isinstance(node, kinds) for node in nodes) is product, name


def test_values_of_the_references_stand_in_the_matrices() -> None:
    """The gradient of the output layer as the audit of the article has it, seven digits."""
    derivation = derive.derive(ARTICLE, "matrices")
    valuation = Valuation(derivation, Rounding(12))
    numeric = valuation.step(steps(derivation)["matrix/gradient/3"])
    assert numeric is not None
    rows = [[float(one.value) for one in row] for row in numeric.result.rows]  # type: ignore[attr-defined]
    assert rows[0] == pytest.approx([-1.025699, 0.2499622, 0.7757365], rel=1e-6)
    assert rows[2] == pytest.approx([-1.072954, 0.2614783, 0.8114755], rel=1e-6)
    environment = valuation.examples[0].environment
    for i in range(3):
        for j in range(3):
            exact = evaluate(
                entry(steps(derivation)["matrix/gradient/3"].result, i, j), environment
            )
            assert abs(float(exact) - rows[i][j]) < 1e-11


def test_targets_are_among_the_names() -> None:
    assert Quantity(TARGET) in set(steps(derive.derive(SQUARE, "matrices"))[
        "matrix/upstream/2"].result.walk())  # fmt: skip
