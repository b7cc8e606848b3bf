"""Pages of the style "matrices": they fit, they say what is true, their numbers can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain as together
from itertools import pairwise

import pytest

import derive
from derive.document.blocks import Equation
from derive.expression.matrices import shape
from derive.expression.nodes import ACTIVATION, INPUT, LOSS, PRE_ACTIVATION, Quantity
from derive.rendering import narrated
from derive.writers.columns import width
from tests.derivation.oracle import mp
from tests.derived import derived
from tests.document.claims import named, network, oracle, told
from tests.document.networks import ALL, EXAMPLES
from tests.writers.markdown_rules import problems

E = Quantity(LOSS)
TINY = mp.mpf(10) ** -15
DETAILS = ("brief", "normal", "full")
DEEP = network((2, 3, 2, 2), ("tanh", "sigmoid", "softmax"), "half_squared_error")
NETWORKS = {
    "deep": DEEP,
    "columns": network((2, 3, 2), ("relu", "identity"), layout="to_from", notation="indexed"),
    "one unit": network((2, 1, 1), ("tanh", "sigmoid"), "binary_cross_entropy"),
    "many inputs": network((9, 1, 2), ("identity", "tanh"), bias="none"),
    "shared": network((2, 2, 2), ("sigmoid",) * 2, bias="shared"),
    "frozen": network((2, 2, 2), ("tanh",) * 2, frozen=(("biases",), ())),
    "softmax inside": network((2, 3, 2), ("softmax", "identity"), "mean_squared_error"),
    "cross-entropy": network((2, 2, 3), ("tanh", "softmax"), "cross_entropy"),
    "article": EXAMPLES["write-up-002"],
}
each = pytest.mark.parametrize("name", NETWORKS)


# -- the pages fit -----------------------------------------------------------------------------


def fits(of: derive.Network, detail: str) -> None:
    derivation = derived(of, "matrices")
    for dialect in ("github", "plain"):
        page = derive.render(derivation, detail=detail, dialect=dialect)
        assert isinstance(page, str) and problems(page, dialect) == []
    page = derive.render(derivation, "text", detail=detail)
    assert isinstance(page, str) and max(map(width, page.split("\n"))) <= 80
    page = derive.render(derivation, "latex", detail=detail)
    assert isinstance(page, str)
    assert r"\scalebox{0." not in page, "a row is wider than the page"


@pytest.mark.parametrize("name", ALL)
def test_every_page_fits(name: str) -> None:
    fits(ALL[name], "normal")


@pytest.mark.parametrize("detail", ["brief", "full"])
@pytest.mark.parametrize("name", ["write-up-002", "wide", "many inputs", "to from", "symbols"])
def test_pages_of_other_detail_fit(name: str, detail: str) -> None:
    fits(ALL[name], detail)


@pytest.mark.parametrize("sizes", [(8, 8, 8, 8), (12, 9, 3), (1, 30, 1)])
def test_wide_pages_fit(sizes: tuple[int, ...]) -> None:
    layers = [derive.Dense(n, "sigmoid") for n in sizes[1:]]
    fits(derive.Network(sizes[0], layers, notation="layered"), "normal")
    fits(network(sizes, ("tanh",) * (len(sizes) - 2) + ("sigmoid",)), "brief")


# -- what is said is true ----------------------------------------------------------------------


@each
def test_how_the_sums_are_put_together(name: str) -> None:
    of = NETWORKS[name]
    said = [one for one in told(of, "matrices") if one.sentence.startswith("matrix_sums_")]
    assert [one.sentence.removeprefix("matrix_sums_") for one in said] == [
        "wide" if n > 8 else of.layout for n in of.sizes[:-1]
    ]
    assert [bool(one.values["bias"]) for one in said] == [x.bias != "none" for x in of.layers]


@each
def test_through_how_many_units_an_activation_is_heard(name: str) -> None:
    of = NETWORKS[name]
    said = named(told(of, "matrices"), "matrix_upstream")
    widths = [layer.units for layer in of.layers[1:]][::-1]
    assert [one.count("count") for one in said] == widths
    at = oracle(of)
    for layer in of.layers[:-1]:
        a = Quantity(ACTIVATION, layer.index, 0)
        following = of.layers[layer.index]
        zs = [Quantity(PRE_ACTIVATION, following.index, k) for k in range(following.units)]
        assert all(at.difference(z, a) for z in zs)


@each
def test_the_derivatives_of_softmax_fill_a_matrix_whose_rows_add_up_to_0(name: str) -> None:
    of = NETWORKS[name]
    said = named(told(of, "matrices"), "matrix_jacobian", "matrix_rests")
    softmax = [x for x in of.layers if x.activation.name == "softmax"]
    assert [one.sentence for one in said] == ["matrix_jacobian", "matrix_rests"] * len(softmax)
    at = oracle(of)
    for layer in softmax:
        zs = [Quantity(PRE_ACTIVATION, layer.index, k) for k in range(layer.units)]
        for m in range(layer.units):
            row = [at.difference(Quantity(ACTIVATION, layer.index, m), z) for z in zs]
            assert all(row) and abs(sum(row)) < TINY


@each
def test_one_entry_enters_one_sum(name: str) -> None:
    of = NETWORKS[name]
    at = oracle(of)
    (one,) = named(told(of, "matrices"), "matrix_entry")
    w, z, value = one.quantity("w"), one.quantity("z"), one.quantity("input")
    assert value.kind in (INPUT, ACTIVATION)
    assert abs(at.difference(z, w) - at.quantity(value)) < TINY
    for unit in range(of.sizes[w.layer]):
        other = Quantity(PRE_ACTIVATION, w.layer, unit)
        assert other == z or at.difference(other, w) == 0


@each
def test_what_would_be_left_with_cross_entropy(name: str) -> None:
    of = NETWORKS[name]
    everything = told(of, "matrices")
    contrast = named(everything, "matrix_contrast")
    cancels = named(everything, "matrix_cancel", "matrix_cancel_assuming")
    last = of.layers[-1]
    softmax = last.activation.name == "softmax"
    assert bool(contrast) == (softmax and of.loss.name != "cross_entropy")
    pair = (last.activation.name, of.loss.name)
    assert [one.sentence for one in cancels] == {
        ("softmax", "cross_entropy"): ["matrix_cancel_assuming"],
        ("sigmoid", "binary_cross_entropy"): ["matrix_cancel"],
    }.get(pair, [])
    if contrast or cancels:
        at = oracle(of)
        for k in range(last.units):
            z, y, t = (Quantity(PRE_ACTIVATION, last.index, k), Quantity(ACTIVATION, last.index, k),
                       Quantity("target", unit=k))  # fmt: skip
            left = at.quantity(y) - at.quantity(t)
            assert (abs(at.difference(E, z) - left) < TINY) == bool(cancels)


@each
def test_what_is_not_trained_is_said_to_stay(name: str) -> None:
    of = NETWORKS[name]
    everything = told(of, "matrices")
    frozen = any(layer.frozen for layer in of.layers)
    assert bool(named(everything, "matrix_kept_frozen")) == frozen
    assert bool(named(everything, "matrix_kept")) == (not frozen)
    (one,) = named(everything, "found_matrices")
    assert one.count("count") == len(of.parameters())


def test_every_parameter_stands_before_and_after() -> None:
    for of in NETWORKS.values():
        document, _ = narrated(derived(of, "matrices"), detail="brief")
        shown = [b for b in document.blocks if isinstance(b, Equation)]
        kept = [b for b in shown if b.reason or any(r.sign == "→" for r in b.chain)]
        found = [q for b in kept for q in b.chain[0].expression.children]
        every = [q for x in of.layers for q in (*of.weights(x.index), *of.biases(x.index))]
        assert sorted(map(repr, found)) == sorted(map(repr, every))
        for block in kept:
            trained = set(block.chain[0].expression.children) <= set(of.parameters())
            assert trained == any(r.sign == "→" for r in block.chain) == (not block.reason)
            assert len({shape(r.expression) for r in block.chain}) == 1


# -- the numbers can be followed ---------------------------------------------------------------

_MATRIX = re.compile(r"\\begin\{bmatrix\} ((?:(?!\\end).)*) \\end\{bmatrix\}(\^\{\\top\})?")
_SIGN = re.compile(r"(\\approx|=|\\leftarrow|\\to)")


def read(source: str) -> list[list[str]]:
    """The entries of a printed matrix, a list for every row."""
    body, turned = _MATRIX.fullmatch(source).groups()  # type: ignore[union-attr]
    rows = [row.split(" & ") for row in re.split(r" \\\\(?:\[\d+pt\])? ", body)]
    return [list(column) for column in zip(*rows, strict=True)] if turned else rows


def arithmetic(entry: str) -> float | None:
    """The value of a printed entry without names, by Python's own arithmetic."""
    found = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", entry)
    found = found.replace(r"\cdot", "*").replace("^", "**").replace("{", "(").replace("}", ")")
    if not re.fullmatch(r"[-+0-9. ()*/]+", found):
        return None
    return float(eval(found, {"__builtins__": {}}))  # nothing but digits, operators, brackets


def members(page: str) -> Iterator[list[tuple[str, str]]]:
    """The signs and members of every displayed chain between matrices."""
    for formula in re.findall(r"```math\n(.*?)\n```", page, re.DOTALL):
        if "bmatrix" in formula:
            flat = re.sub(r"\\(begin|end)\{aligned\}|&(?=\\|=)| \\\\\n|\n", " ", formula)
            flat = re.sub(r"\\boxed\{(.*)\}", r"\1", flat)
            parts = ["", *(part.strip(" &") for part in _SIGN.split(flat))]
            yield list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(
    "name", ["mazur", "mazur-trained-biases", "relu-deep", "write-up-002", "batch"]
)
@pytest.mark.parametrize("rounding", ["exact", "carried"])
def test_numbers_follow_from_those_before_them(name: str, rounding: str) -> None:
    page = derive.render(derived(EXAMPLES[name], "matrices"), rounding=rounding)
    assert isinstance(page, str)
    compared = 0
    for chain in members(page):
        for (_, before), (sign, after) in pairwise(chain):
            if sign == r"\to" or not (_MATRIX.fullmatch(before) and _MATRIX.fullmatch(after)):
                continue
            first, second = read(before), read(after)
            assert [*map(len, first)] == [*map(len, second)], (before, after)
            for one, other in zip(together(*first), together(*second), strict=True):
                a, b = arithmetic(one), arithmetic(other)
                if a is not None and b is not None:
                    compared += 1
                    # five decimals are shown; a factor put in was rounded to as many
                    assert abs(a - b) <= 2e-5 * (abs(a) + 1), (one, other)
    assert compared > 10


def test_a_wrong_number_in_a_matrix_is_noticed() -> None:
    good = (
        "```math\n\\begin{aligned}\n\\begin{bmatrix} a \\end{bmatrix} &= "
        "\\begin{bmatrix} 2 \\cdot 3 & \\frac{1}{2} \\end{bmatrix} \\\\\n &= "
        "\\begin{bmatrix} 6 & 0.5 \\end{bmatrix}\n\\end{aligned}\n```"
    )
    (chain,) = members(good)
    assert [sign for sign, _ in chain] == ["", "=", "="]
    told_ = [[arithmetic(one) for one in read(matrix)[0]] for _, matrix in chain]
    assert told_ == [[None], [6.0, 0.5], [6.0, 0.5]]
    (wrong,) = members(good.replace(" 6 ", " 7 "))
    assert arithmetic(read(wrong[2][1])[0][0]) == 7.0


# -- whole pages, to be read when they change ----------------------------------------------------


@pytest.mark.parametrize("to, suffix", [("text", "txt"), ("markdown", "md"), ("latex", "tex")])
def test_a_page_by_matrices(to: str, suffix: str, golden: Callable[[str, str], None]) -> None:
    of = derive.Network(
        [[1, 2]],
        [
            derive.Dense(2, "tanh", "shared", weights=[[1, -1], [0.5, 0.25]], biases=0.1),
            derive.Dense(2, "softmax", weights=[[0.5, -0.3], [1, 0.2]], biases=[0.1, 0],
                         frozen=("biases",)),
        ],
        "binary_cross_entropy", targets=[[1, 0]], learning_rate=0.1, layout="to_from",
        notation="indexed",
    )  # fmt: skip
    page = derive.render(derived(of, "matrices"), to)
    assert isinstance(page, str)
    golden(f"matrices.{suffix}", page)
