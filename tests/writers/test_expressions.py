"""The printers: what is printed reads back as what was meant."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
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

from derive.expression.blank import Blank
from derive.expression.constructors import HALF, ONE, TWO, ZERO, integer, variable
from derive.expression.evaluate import evaluate
from derive.expression.functions import ABS, EXP, LN, MAX, SIGMOID, SQRT, X, elementary
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.expression.typed.formula import parse
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.notation import BUILT_IN, names
from derive.writers.expressions.latex import latex
from derive.writers.expressions.text import text

EXAMPLES = 250
NAMES = names("numbered", SHAPE)
Y = variable("y")
A, T = Quantity(ACTIVATION, 2, 0), Quantity(TARGET)
O1, E1 = Quantity(PRE_ACTIVATION, 2), Quantity(LOSS_TERM)


def minus(a: Expression, b: Expression) -> Sum:
    return Sum((a, Negative(b)))


def number(typed: str) -> Number:
    return Number(Fraction(typed), typed)


PRINTED = [
    # order kept, as taught
    (minus(T, A), "t1 − a_o1", "t_1 - a_{o_1}"),
    (
        Product((minus(A, T), A, minus(ONE, A))),
        "(a_o1 − t1)·a_o1·(1 − a_o1)",
        r"(a_{o_1} - t_1) \cdot a_{o_1} \cdot (1 - a_{o_1})",
    ),
    (
        Product((HALF, Power(minus(T, A), TWO))),
        "1/2·(t1 − a_o1)²",
        r"\frac{1}{2} \cdot (t_1 - a_{o_1})^2",
    ),
    # signs
    (Product((number("0.6"), number("-0.1"))), "0.6·(−0.1)", r"0.6 \cdot (-0.1)"),
    (Product((number("-0.6"), A)), "−0.6·a_o1", r"-0.6 \cdot a_{o_1}"),
    (Sum((X, number("-0.10"))), "x − 0.10", "x - 0.10"),
    (Sum((X, Product((Negative(Y), A)))), "x − y·a_o1", r"x - y \cdot a_{o_1}"),
    (minus(X, Sum((X, Y))), "x − (x + y)", "x - (x + y)"),
    (minus(X, Negative(Y)), "x − (−y)", "x - (-y)"),
    (Negative(Sum((X, Y))), "−(x + y)", "-(x + y)"),
    (Negative(Product((X, Y))), "−x·y", r"-x \cdot y"),
    (Sum((Sum((X, Y)), A)), "(x + y) + a_o1", "(x + y) + a_{o_1}"),
    (Product((X, Product((Y, A)))), "x·(y·a_o1)", r"x \cdot (y \cdot a_{o_1})"),
    (Product((Negative(Negative(X)), Y)), "−(−x)·y", r"-(-x) \cdot y"),
    (Quotient(Negative(T), Y), "−t1/y", r"\frac{-t_1}{y}"),
    # fractions and powers
    (Quotient(X, Product((X, Y))), "x/(x·y)", r"\frac{x}{x \cdot y}"),
    (Product((X, Quotient(X, Y))), "x·(x/y)", r"x \cdot \frac{x}{y}"),
    (Quotient(Quotient(X, Y), A), "(x/y)/a_o1", r"\frac{\frac{x}{y}}{a_{o_1}}"),
    (Power(Quotient(X, Y), TWO), "(x/y)²", r"\left( \frac{x}{y} \right)^2"),
    (Power(Power(X, TWO), TWO), "(x²)²", "(x^2)^2"),
    (Power(number("-3"), TWO), "(−3)²", "(-3)^2"),
    (Power(X, Negative(ONE)), "x^(−1)", "x^{-1}"),
    (Power(X, integer(-12)), "x⁻¹²", "x^{-12}"),
    (Power(Quantity(INPUT, example=0), TWO), "i1⟨1⟩²", r"(i_1^{\langle 1 \rangle})^2"),
    (Number(Fraction(-1, 2)), "−1/2", r"-\frac{1}{2}"),
    (number("0.10"), "0.10", "0.10"),
    (number("-1.5e-07"), "−1.5·10⁻⁷", r"-1.5 \cdot 10^{-7}"),
    # functions
    (SIGMOID.definition, "1/(1 + e^(−x))", r"\frac{1}{1 + e^{-x}}"),
    (EXP(X), "e^x", "e^x"),
    (Power(EXP(X), TWO), "(e^x)²", "(e^x)^2"),
    (SIGMOID(O1), "σ(o1)", r"\sigma(o_1)"),
    (Power(SIGMOID(X), TWO), "(σ(x))²", r"(\sigma(x))^2"),
    (SQRT(Quotient(TWO, Constant("pi"))), "√(2/π)", r"\sqrt{\frac{2}{\pi}}"),
    (ABS(minus(X, Y)), "|x − y|", r"\lvert x - y \rvert"),
    (ABS(minus(X, ABS(Y))), "abs(x − |y|)", r"\lvert x - \lvert y \rvert \rvert"),
    (LN(Quotient(X, Y)), "ln(x/y)", r"\ln\left( \frac{x}{y} \right)"),
    (MAX(ZERO, X), "max(0, x)", r"\max(0, x)"),
    # derivatives
    (
        Product((Partial(E1, A), Partial(A, O1))),
        "∂E1/∂a_o1 · ∂a_o1/∂o1",
        r"\frac{\partial E_1}{\partial a_{o_1}} \cdot \frac{\partial a_{o_1}}{\partial o_1}",
    ),
    (
        Partial(Sum((E1, Y)), A),
        "∂(E1 + y)/∂a_o1",
        r"\frac{\partial (E_1 + y)}{\partial a_{o_1}}",
    ),
    (Partial(SIGMOID(O1), O1), "∂σ(o1)/∂o1", r"\frac{\partial \sigma(o_1)}{\partial o_1}"),
    (Partial(SIGMOID(variable("x")), variable("x")), "d(σ(x))/dx", r"\frac{d \sigma(x)}{d x}"),
    (Partial(Product((variable("t"), variable("x"))), variable("x")),
     "∂(t·x)/∂x", r"\frac{\partial (t \cdot x)}{\partial x}"),
    (Partial(integer(3), O1), "∂(3)/∂o1", r"\frac{\partial (3)}{\partial o_1}"),
    (Sum((Partial(E1, A), Y)), "∂E1/∂a_o1 + y", r"\frac{\partial E_1}{\partial a_{o_1}} + y"),
    (
        Quotient(Partial(E1, A), Y),
        "(∂E1/∂a_o1)/y",
        r"\frac{\frac{\partial E_1}{\partial a_{o_1}}}{y}",
    ),
    # the rest
    (Bracket(Sum((X, Y))), "[x + y]", "[x + y]"),
    (
        Cases((X, ZERO), (Comparison(X, ">", ZERO),)),
        "{ x if x > 0; 0 otherwise }",
        r"\begin{cases} x & \text{if } x \gt 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    (
        Product((Quotient(ONE, integer(3)), IndexedSum(Quantity(LOSS, example="n"), "n", 3))),
        "1/3·Σ_{n=1..3} E_Total⟨n⟩",
        r"\frac{1}{3} \cdot \sum_{n=1}^3 E_{\text{Total}}^{\langle n \rangle}",
    ),
    (
        Sum((IndexedSum(Quantity(LOSS, example="n"), "n", 3), X)),
        "(Σ_{n=1..3} E_Total⟨n⟩) + x",
        r"\left( \sum_{n=1}^3 E_{\text{Total}}^{\langle n \rangle} \right) + x",
    ),
    (
        Sum((Product((HALF, IndexedSum(Quantity(LOSS, example="n"), "n", 2))), X)),
        "(1/2·Σ_{n=1..2} E_Total⟨n⟩) + x",
        r"\left( \frac{1}{2} \cdot \sum_{n=1}^2 E_{\text{Total}}^{\langle n \rangle} \right) + x",
    ),
    (
        Sum((A, Product((Negative(Negative(X)), Y)))),
        "a_o1 − (−x·y)",
        r"a_{o_1} - (-x \cdot y)",
    ),
    (
        Product((TWO, Cases((X, ZERO), (Comparison(X, "<=", ONE),)))),
        "2·{ x if x ≤ 1; 0 otherwise }",
        r"2 \cdot \left( \begin{cases} x & \text{if } x \le 1 \\ 0 & \text{otherwise} \end{cases}"
        r" \right)",
    ),
    (Blank(ZERO, "a"), "____(a)____", r"\underset{(a)}{\underline{\qquad\qquad}}"),
    (Blank(X, "a"), "____(a)____", r"\underset{(a)}{\underline{\qquad\qquad\qquad\qquad}}"),
    (Blank(X, "a", True), "__x__(a)", r"\underset{(a)}{\underline{x}}"),
    (
        Sum((X, Negative(Product((Blank(ZERO, "a", signed=True), Y))))),
        "x − (____(a)____·y)",
        r"x - \left( \underset{(a)}{\underline{\qquad\qquad}} \cdot y \right)",
    ),
    (
        Sum((X, Negative(Quotient(Blank(ZERO, "a", signed=True), Y)))),
        "x − (____(a)____/y)",
        r"x - \frac{\underset{(a)}{\underline{\qquad\qquad}}}{y}",
    ),
    (
        Negative(Power(Blank(ZERO, "a", True, signed=True), TWO)),
        "−(__0__(a))²",
        r"-\left( \underset{(a)}{\underline{\mathbf{0}}} \right)^2",
    ),
    (Sum((X, Negative(Blank(ZERO, "a")))), "x − ____(a)____",
     r"x - \underset{(a)}{\underline{\qquad\qquad}}"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "as_text", "as_latex"), PRINTED, ids=[p[1] for p in PRINTED])
def test_printed(tree: Expression, as_text: str, as_latex: str) -> None:
    assert text(tree, NAMES) == as_text
    assert latex(tree, NAMES) == as_latex


def test_superscripts_of_a_name_are_kept_apart_from_a_power() -> None:
    square = Power(Quantity(PRE_ACTIVATION, 1), TWO)
    assert text(square, names("layered", SHAPE)) == "(z⁽¹⁾₁)²"
    assert latex(square, names("layered", SHAPE)) == "(z^{(1)}_1)^2"
    power = EXP(Quantity(PRE_ACTIVATION, 1))
    assert text(power, names("layered", SHAPE)) == "e^(z⁽¹⁾₁)"


def _vocabulary_of_functions(target: str) -> dict[str, str]:
    return {
        **{getattr(f, target): f.name for f in FUNCTIONS},
        **({"abs": "abs"} if target == "text" else {r"\exp": "exp"}),
    }


def read_back(tree: Expression, notation: str, target: str) -> None:
    """The printed tree, read by someone else, has the tree's value."""
    called = names(notation, SHAPE)
    try:
        expected = evaluate(tree, Environment(called.text))
    except (ArithmeticError, TypeError):  # outside a domain, or a derivative of a derivative
        assume(False)
    assume(abs(expected) < 1e6)
    if target == "text":
        printed = text(tree, called)
        reader = Reader(printed, vocabulary(called, called.text), _vocabulary_of_functions("text"))
    else:
        printed = latex(tree, called)
        known = vocabulary(called, called.latex)
        reader = LatexReader(printed, known, _vocabulary_of_functions("latex"))
    found = reader.read()(VALUES)
    assert abs(found - expected) <= 1e-20 * (1 + abs(expected)), printed


@settings(max_examples=EXAMPLES)
@given(expressions(), st.sampled_from(BUILT_IN))
def test_text_reads_back_as_the_value_of_the_tree(tree: Expression, notation: str) -> None:
    read_back(tree, notation, "text")


@settings(max_examples=EXAMPLES)
@given(expressions(), st.sampled_from(BUILT_IN))
def test_latex_reads_back_as_the_value_of_the_tree(tree: Expression, notation: str) -> None:
    read_back(tree, notation, "latex")


def test_the_reader_sees_a_missing_bracket() -> None:
    """The tests above could fail: without its brackets a formula reads differently."""
    known = vocabulary(NAMES, NAMES.text)
    right = Reader("x − (x + 2)", known, {}).read()(VALUES)
    wrong = Reader("x − x + 2", known, {}).read()(VALUES)
    assert right == -2 and wrong == 2


BANNED = re.compile(r"\\(operatorname|mbox|phantom|newcommand|def|label|eqref|tag)|[<>*]")


def balanced(printed: str) -> bool:
    bare = printed.replace(r"\{", "").replace(r"\}", "")
    return bare.count("{") == bare.count("}") and bare.count(r"\left") == bare.count(r"\right")


@given(expressions(), st.sampled_from(BUILT_IN))
def test_latex_keeps_the_rules_of_every_dialect(tree: Expression, notation: str) -> None:
    printed = latex(tree, names(notation, SHAPE))
    assert not BANNED.search(printed)
    assert not re.search(r"\\text\{[^}]*_", printed)
    assert balanced(printed)
    flat, before = printed, ""
    while flat != before:
        before, flat = flat, re.sub(r"\{[^{}]*\}", "@", flat)
    assert not re.search(r"\^(@|\w|\\\w+)(_(@|\w|\\\w+))?\^", flat), "a double superscript"


def test_every_function_and_catalogue_formula_prints_in_every_dialect() -> None:
    letters = {
        q.name: q
        for q in map(
            variable, ("x", "y", "t", "slope", "alpha", "scale", "beta", "delta", "temperature")
        )
    }
    formulas = [
        source
        for row in (*ACTIVATIONS.values(), *LOSSES.values())
        if row.name != "softmax"
        for source in (row.formula, row.derivative, *(line for _, line in row.proof))
    ]
    for source in formulas:
        tree = parse(source, letters)
        assert not BANNED.search(latex(tree, NAMES)), source
        assert text(tree, NAMES)
    for function in elementary().values():
        assert not BANNED.search(function.latex)
    for row in ACTIVATIONS.values():
        assert not BANNED.search(row.latex)


def test_one_formula_in_the_words_of_each_notation() -> None:
    """The gradient of a hidden weight, as each of the models writes it."""
    h = Quantity(ACTIVATION, 1)

    def path(k: int) -> Product:
        a, t = Quantity(ACTIVATION, 2, k), Quantity(TARGET, unit=k)
        return Product((minus(a, t), a, minus(ONE, a), Quantity(WEIGHT, 2, k, 0)))

    paths = Sum((path(0), path(1)))
    tree = Product((Bracket(paths), h, minus(ONE, h), Quantity(INPUT)))
    assert text(tree, names("plain", SHAPE)) == (
        "[(out_o1 − t1)·out_o1·(1 − out_o1)·w5 + (out_o2 − t2)·out_o2·(1 − out_o2)·w7]"
        "·out_h1·(1 − out_h1)·i1"
    )
    assert text(tree, names("layered", SHAPE)) == (
        "[(ŷ₁ − y₁)·ŷ₁·(1 − ŷ₁)·w⁽²⁾₁₁ + (ŷ₂ − y₂)·ŷ₂·(1 − ŷ₂)·w⁽²⁾₁₂]·a⁽¹⁾₁·(1 − a⁽¹⁾₁)·x₁"
    )
