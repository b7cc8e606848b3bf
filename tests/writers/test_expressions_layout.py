"""Long chains on lines: nothing lost, nothing too wide, brackets whole."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from writers.drawn_expressions import (
    FUNCTIONS,
    SHAPE,
    VALUES,
    Environment,
    expressions,
    vocabulary,
)
from writers.formula_reader import LatexReader, Reader

from derive.derivation.steps import Chain, Relation, chain
from derive.expression.constructors import ONE, variable
from derive.expression.evaluate import evaluate
from derive.expression.functions import EXP
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Bracket,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.notation import BUILT_IN, Names, Shape, names
from derive.writers.expressions.latex import LATEX, latex
from derive.writers.expressions.layout import Line, broken, chain_lines, text_lines
from derive.writers.expressions.measure import width
from derive.writers.expressions.text import TEXT, text


def gradient(outputs: int) -> Chain:
    """∂E/∂w of the first hidden weight: its paths, then the deltas collected."""
    w, h, a = Quantity(WEIGHT, 1), Quantity(PRE_ACTIVATION, 1), Quantity(ACTIVATION, 1)
    paths: list[Expression] = []
    deltas: list[Expression] = []
    for k in range(outputs):
        y, z = Quantity(ACTIVATION, 2, k), Quantity(PRE_ACTIVATION, 2, k)
        e, t = Quantity(LOSS_TERM, unit=k), Quantity(TARGET, unit=k)
        links = ((e, y), (y, z), (z, a), (a, h), (h, w))
        paths.append(Bracket(Product(tuple(Partial(of, by) for of, by in links))))
        slope = (Sum((y, Negative(t))), y, Sum((ONE, Negative(y))))
        deltas.append(Product((*slope, Quantity(WEIGHT, 2, k, 0))))
    shared = (a, Sum((ONE, Negative(a))), Quantity(INPUT))
    collected = Product((Bracket(Sum(tuple(deltas))), *shared))
    return chain(Partial(Quantity(LOSS), w), Sum(tuple(paths)), collected)


def softmax(outputs: int) -> Quotient:
    powers = tuple(EXP(Quantity(PRE_ACTIVATION, 2, k)) for k in range(outputs))
    return Quotient(powers[0], Sum(powers))


PLAIN = names("plain", SHAPE)


def test_a_short_chain_stands_on_one_line() -> None:
    x, y = variable("x"), variable("y")
    members = (Relation("", x), Relation("=", y), Relation("≈", ONE))
    assert chain_lines(members, PLAIN, TEXT, 80) == (Line("x", "=", "y ≈ 1"),)
    assert chain_lines(members, PLAIN, LATEX, 80) == (Line("x", "=", r"y \approx 1"),)
    assert chain_lines(members[:1], PLAIN, TEXT, 80) == (Line("x", "", ""),)


def test_the_gradient_of_the_two_layer_network_in_text() -> None:
    assert "\n".join(text_lines(chain_lines(gradient(2), PLAIN, TEXT, 78))) == (
        "∂E_Total/∂w1 = [∂E1/∂out_o1 · ∂out_o1/∂o1 · ∂o1/∂out_h1 · ∂out_h1/∂h1\n"
        "                   · ∂h1/∂w1]\n"
        "                 + [∂E2/∂out_o2 · ∂out_o2/∂o2 · ∂o2/∂out_h1 · ∂out_h1/∂h1\n"
        "                   · ∂h1/∂w1]\n"
        "             = [(out_o1 − t1)·out_o1·(1 − out_o1)·w5\n"
        "                   + (out_o2 − t2)·out_o2·(1 − out_o2)·w7]\n"
        "                 ·out_h1·(1 − out_h1)·i1"
    )


def test_a_long_left_side_stands_on_a_line_of_its_own() -> None:
    formula = Partial(softmax(6), Quantity(PRE_ACTIVATION, 2))
    x = variable("x")
    lines = chain_lines(chain(formula, x, x), names("plain", Shape((1, 1, 6))), TEXT, 50)
    assert text_lines(lines)[-1] == "   = x"
    assert lines[0].sign == "" and lines[0].left.startswith("∂(")


def test_only_numbers_follow_numbers_on_the_same_line() -> None:
    x, y = variable("x"), variable("y")
    sums = chain(x, Sum((y,) * 5), Sum((ONE,) * 5), Sum((ONE,) * 3), ONE, y)
    lines = ("x = y + y + y + y + y", "  = 1 + 1 + 1 + 1 + 1", "  = 1 + 1 + 1 = 1", "  = y")
    assert text_lines(chain_lines(sums, PLAIN, TEXT, 30)) == lines
    broken = chain_lines(chain(x, Sum((ONE,) * 9), ONE), PLAIN, TEXT, 30)
    assert text_lines(broken)[-1] == "  = 1", "a broken member is followed by a line of its own"


def test_chains_can_share_a_column_of_signs() -> None:
    x, long = variable("x"), variable("longer")
    lines = [
        line
        for left in (x, long)
        for line in chain_lines(chain(left, ONE), PLAIN, TEXT, 80, column=6)
    ]
    assert text_lines(lines) == ("x      = 1", "longer = 1")


def test_a_column_leaves_less_room() -> None:
    x = variable("x")
    sums = chain(x, Sum((x,) * 10))
    assert len(chain_lines(sums, PLAIN, TEXT, 44)) == 1
    assert len(chain_lines(sums, PLAIN, TEXT, 44, column=20)) == 2


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("outputs", [2, 3, 7, 14])
def test_no_line_of_a_gradient_is_too_wide(notation: str, outputs: int) -> None:
    called = names(notation, Shape((2, 2, outputs)))
    long = gradient(outputs)
    for line in text_lines(chain_lines(long, called, TEXT, 78)):
        assert len(line) <= 78
    for row in chain_lines(long, called, LATEX, 90):
        assert width(" ".join(row)) <= 90
        assert len(row.right) <= 900


@pytest.mark.parametrize("notation", BUILT_IN)
def test_a_fraction_is_taken_apart_only_where_it_is_too_wide(notation: str) -> None:
    called = names(notation, Shape((2, 2, 20)))
    few = chain(Quantity(ACTIVATION, 2), softmax(4))
    assert r"\frac" in chain_lines(few, called, LATEX, 90)[0].right
    many = chain_lines(chain(Quantity(ACTIVATION, 2), softmax(20)), called, LATEX, 90)
    assert len(many) > 1
    assert not any(r"\frac" in line.right for line in many)
    assert all(width(" ".join(line)) <= 90 for line in many)


def test_what_cannot_be_broken_stays_whole() -> None:
    name = names("plain", Shape((1, 1), (), ("a" * 50,)))
    only = Product((Quantity(INPUT), variable("x")))
    assert broken(only, name, TEXT, 20, 900) == ("a" * 50, "  ·x")


# -- properties ------------------------------------------------------------------------------


def functions(target: str) -> dict[str, str]:
    spelled = {getattr(f, target): f.name for f in FUNCTIONS}
    return spelled | ({"abs": "abs"} if target == "text" else {r"\exp": "exp"})


def lines_of(tree: Expression, called: Names, target: str, limit: int) -> tuple[str, ...]:
    printer = TEXT if target == "text" else LATEX
    return broken(tree, called, printer, limit, 900)


@given(expressions(), st.sampled_from(BUILT_IN), st.integers(5, 60))
def test_text_on_lines_is_the_text_on_one_line(tree: Expression, notation: str, limit: int) -> None:
    called = names(notation, SHAPE)
    joined = "".join(lines_of(tree, called, "text", limit))
    assert joined.replace(" ", "") == text(tree, called).replace(" ", "")


@given(
    expressions(), st.sampled_from(BUILT_IN), st.integers(5, 60), st.sampled_from(["text", "latex"])
)
def test_a_broken_formula_reads_back_as_the_value_of_the_tree(
    tree: Expression, notation: str, limit: int, target: str
) -> None:
    called = names(notation, SHAPE)
    try:
        expected = evaluate(tree, Environment(called.text))
    except (ArithmeticError, TypeError):
        assume(False)
    assume(abs(expected) < 1e6)
    kind = Reader if target == "text" else LatexReader
    lines = [line.replace(r"\quad", "") for line in lines_of(tree, called, target, limit)]
    known = vocabulary(called, called.text if target == "text" else called.latex)
    found = kind(" ".join(lines), known, functions(target)).read()(VALUES)
    assert abs(found - expected) <= 1e-20 * (1 + abs(expected)), lines


@given(expressions(), st.sampled_from(BUILT_IN), st.integers(5, 60))
def test_no_line_of_latex_opens_what_another_closes(
    tree: Expression, notation: str, limit: int
) -> None:
    for line in lines_of(tree, names(notation, SHAPE), "latex", limit):
        assert line.count("{") == line.count("}")
        assert line.count(r"\left") == line.count(r"\right")
        assert line.count(r"\begin") == line.count(r"\end")


# -- widths ----------------------------------------------------------------------------------

# Widths that TeX gives (Computer Modern, display style), in half ems.
MEASURED = [
    (r"\frac{\partial E_{\text{Total}}}{\partial w_1}", 6.9),
    (r"0.15 \cdot 0.05 + 0.20 \cdot 0.10 = 0.0275", 27.8),
    (r"W_{i1j1} \cdot i_1 + W_{i2j1} \cdot i_2", 18.3),
    (r"w_5 \leftarrow w_5 - \eta \cdot \frac{\partial E}{\partial w_5} \approx 0.35892", 25.9),
    (r"\begin{cases} x & \text{if } x \gt 0 \\ 0 & \text{otherwise} \end{cases}", 13.2),
    (r"e^{z^{(2)}_1} + e^{z^{(2)}_2} + e^{z^{(2)}_3}", 16.0),
]


@pytest.mark.parametrize(("formula", "half_ems"), MEASURED)
def test_widths_are_near_those_of_tex_and_not_below(formula: str, half_ems: float) -> None:
    assert half_ems <= width(formula) <= 1.25 * half_ems


def test_latex_of_a_gradient_is_measured() -> None:
    assert width(latex(gradient(2)[0].expression, PLAIN)) == pytest.approx(9, abs=1)
