"""Formulas as they are read aloud: what is heard can be written down again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product as combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from writers.drawn_expressions import SHAPE, expressions
from writers.speech_reader import SpeechReader, canonical

import derive
from derive.derivation.steps import Chain, Relation, chain
from derive.document.blocks import Block, Document, Equation, Equations, Inline, Table, Together
from derive.document.wording import Wording
from derive.expression.blank import Blank
from derive.expression.constructors import HALF, ONE, TWO, ZERO, named_quantity, variable
from derive.expression.functions import EXP, LN, MAX, SIGMOID, SQRT, Function, X
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Named,
    Transpose,
    column,
    row,
)
from derive.expression.nodes import (
    ACTIVATION,
    ARRAY,
    INPUT,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    VARIABLE,
    WEIGHT,
    Apply,
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
from derive.expression.rewriting import rewrite
from derive.graph import FormulaGraph
from derive.graph.conversion import network_or_formulas
from derive.graph.names import names_of
from derive.notation import BUILT_IN, Names, Shape, names
from derive.rendering import PARTS, narrated
from derive.writers.expressions.speech import Speech
from examples.build import GRAPH_PAGES, OF_GRAPHS, PAGES, USUAL

ROOT = Path(__file__).parent.parent.parent
WORDS = Wording()
NAMES = names("numbered", SHAPE)
SPEECH = Speech(WORDS, NAMES)
A, T, A1 = Quantity(ACTIVATION, 2, 0), Quantity(TARGET), Quantity(ACTIVATION, 1, 0)
H1, O1 = Quantity(PRE_ACTIVATION, 1), Quantity(PRE_ACTIVATION, 2)
W1, W5 = Quantity(WEIGHT, 1), Quantity(WEIGHT, 2)
E, E1 = Quantity(LOSS), Quantity(LOSS_TERM)
ARRAY_W = Quantity(ARRAY, 1, name=WEIGHT)


def number(typed: str) -> Number:
    return Number(Fraction(typed), typed)


SPOKEN = [
    (Partial(E, W5), "the partial derivative of E total with respect to W 5"),
    (
        Product((Partial(E1, A), Partial(A, O1), Partial(O1, W5))),
        "partial E 1 by partial a of o 1 times partial a of o 1 by partial o 1 "
        "times partial o 1 by partial W 5",
    ),
    (
        Product((HALF, Power(Sum((A, Negative(T))), TWO))),
        "one half times open paren a of o 1 minus t 1 close paren squared",
    ),
    (
        Quotient(ONE, Sum((ONE, EXP(Negative(X))))),
        "the fraction 1 over 1 plus e to the power minus x end power end fraction",
    ),
    (SIGMOID(H1), "sigma of h 1"),
    (SIGMOID(Sum((H1, ONE))), "sigma of open paren h 1 plus 1 close paren"),
    (Product((SIGMOID(X), Sum((ONE, Negative(SIGMOID(X)))))),
     "sigma of x times open paren 1 minus sigma of x close paren"),
    (Negative(LN(A)), "minus natural log of a of o 1"),
    (SQRT(Sum((X, ONE))), "the square root of x plus 1 end root"),
    (MAX(ZERO, X), "maximum of open paren 0 comma x close paren"),
    (number("-0.05"), "minus 0.05"),
    (number("1.5e-7"), "1.5 times 10 to the power minus 7 end power"),
    (Number(Fraction(2, 3)), "two thirds"),
    (Number(Fraction(5, 2)), "five halves"),
    (Number(Fraction(-3, 17)), "minus the fraction 3 over 17 end fraction"),
    (Power(X, Number(Fraction(3))), "x cubed"),
    (Power(Power(X, TWO), TWO), "open paren x squared close paren squared"),
    (
        Cases((X, ZERO), (Comparison(X, ">", ZERO),)),
        "by cases: x if x is greater than 0, otherwise 0, end cases",
    ),
    (
        Partial(Power(X, TWO), X),
        "the derivative of x squared with respect to x",
    ),
    (
        IndexedSum(Quantity(INPUT, example="n"), "n", 3),
        "the sum over n from 1 to 3 of i 1 of example n end sum",
    ),
    (Bracket(Sum((X, ONE))), "open bracket x plus 1 close bracket"),
    (row((A, T)), "the row vector a of o 1 comma t 1, end vector"),
    (
        Matrix(((A, T), (X, ONE))),
        "the matrix of 2 by 2, row 1: a of o 1 comma t 1; row 2: x comma 1, end matrix",
    ),
    (Transpose(ARRAY_W), "matrix capital W of layer 1 transposed"),
    (Blank(number("0.5"), "a"), "blank a"),
    (Blank(number("0.5"), "a", filled=True), "blank a with 0.5 end blank"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "spoken"), SPOKEN, ids=lambda value: str(value)[:40])
def test_speech(expression: Expression, spoken: str) -> None:
    assert SPEECH(expression) == spoken
    assert heard(spoken, [expression], NAMES) == canonical(expression)


def test_chains() -> None:
    total = Sum((Product((W1, Quantity(INPUT))), ONE))
    relations = (*chain(H1, total), Relation("≈", number("0.38")))
    assert SPEECH.chain(relations) == "h 1 equals W 1 times i 1 plus 1, is approximately 0.38"
    assert SPEECH.chain(relations[1:]) == "equals W 1 times i 1 plus 1, is approximately 0.38"
    update = (Relation("", W1), Relation("←", Sum((W1, Negative(Partial(E, W1))))))
    assert SPEECH.chain(update) == "W 1 becomes W 1 minus partial E total by partial W 1"


# -- reading back ----------------------------------------------------------------------------


def called(expressions: Iterable[Expression], naming: Names) -> dict[str, Quantity]:
    """What each quantity of some expressions is called; no two the same, whatever their case, but
    those that look the same as well: the target y of a network, the letter y of a formula."""
    every = {node for e in expressions for node in walk(e) if isinstance(node, Quantity)}
    table: dict[str, Quantity] = {}
    for quantity in every:
        name = naming.speech(quantity)
        other = table.setdefault(name, quantity)
        assert other == quantity or naming.latex(other) == naming.latex(quantity), name
    aloud = [name.lower() for name in table]
    assert len(set(aloud)) == len(aloud), [name for name in table if aloud.count(name.lower()) > 1]
    return table


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node that is seen: an array by its name is its name."""
    if isinstance(expression, Named):
        yield from walk(expression.symbol)
        return
    yield expression
    for child in expression.children:
        yield from walk(child)


def functions(expressions: Iterable[Expression]) -> dict[str, Function]:
    every = {n.function for e in expressions for n in walk(e) if isinstance(n, Apply)}
    silent = {"exp", "sqrt", "abs"}
    return {SPEECH.function(f.text): f for f in every if f.name not in silent}


def heard(spoken: str, expressions: list[Expression], naming: Names) -> Expression:
    return SpeechReader(spoken, called(expressions, naming), functions(expressions)).read()


@settings(max_examples=400)
@given(expressions())
def test_what_is_heard_is_what_was_meant(expression: Expression) -> None:
    spoken = SPEECH(expression)
    assert heard(spoken, [expression], NAMES) == canonical(expression), spoken


def test_what_differs_on_paper_sounds_different() -> None:
    """All formulas of a few parts, in every way they may be put together."""
    leaves = [X, variable("y"), ONE]
    some = list(leaves)
    for _ in range(2):
        pairs = list(combinations(some[:9], leaves))
        some += [
            *(Sum(pair) for pair in pairs), *(Product(pair) for pair in pairs),
            *(Quotient(*pair) for pair in pairs), *(Power(*pair) for pair in pairs),
            *(Negative(e) for e in some[:9]), *(SIGMOID(e) for e in some[:9]),
            *(SQRT(e) for e in some[:9]), *(Partial(e, X) for e in some[:9]),
        ]  # fmt: skip
        some = some[::-1]
    sounds: dict[str, Expression] = {}
    for e in some:
        spoken = SPEECH(e).replace(",", "")
        assert sounds.setdefault(spoken, canonical(e)) == canonical(e), spoken
    assert len(sounds) > 150


def test_matrices_are_heard() -> None:
    m = Matrix(((A, T), (X, Negative(ONE))))
    for e in (
        MatrixProduct(m, Transpose(m)), Hadamard(MatrixProduct(m, m), m),
        Product((HALF, MatrixProduct(m, m))), Transpose(MatrixProduct(m, m)),
        MatrixProduct(Sum((m, m)), column((A, T))),
        Hadamard(ARRAY_W, SIGMOID(Quantity(ARRAY, 1, name=PRE_ACTIVATION))),
    ):  # fmt: skip
        assert heard(SPEECH(e), [e], NAMES) == canonical(e), SPEECH(e)


def test_a_slip_of_the_printer_would_be_heard() -> None:
    """Brackets or an end left out, a sign or an index lost: another tree, or none."""
    e = Product((Sum((A, Negative(T))), Quotient(ONE, Sum((X, ONE))), A1))
    spoken = SPEECH(e)
    for before, after in (
        ("open paren ", ""), (" end fraction", ""), ("minus", "plus"), ("o 1", "h 1"),
        ("times", "plus"),
    ):  # fmt: skip
        assert before in spoken
        try:
            assert heard(spoken.replace(before, after, 1), [e], NAMES) != canonical(e)
        except AssertionError as unread:
            assert "due" in str(unread) or "left over" in str(unread) or "read" in str(unread)


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 12, 11, 2), (2, 1)])
def test_no_two_quantities_are_called_alike(notation: str, sizes: tuple[int, ...]) -> None:
    naming = names(notation, Shape(sizes))
    called(naming.quantities(), naming)


def test_both_indices_are_numbers_of_their_own() -> None:
    """w 1 2 and not w twelve."""
    for notation in ("indexed", "layered"):
        spoken = names(notation, Shape((3, 3, 2))).speech(Quantity(WEIGHT, 1, 1, 0))
        assert spoken.startswith("w 1 2")


def test_names_of_ones_own_that_sound_alike_are_told_apart() -> None:
    formulas = {"x_1b": "x1b + X + x", "over": "x_1b*plus"}
    naming = names_of(derive.Graph.from_formulas(formulas, loss="over"), None)
    quantities = [named_quantity(n) for n in ("x1b", "x_1b", "x", "X", "plus", "over")]
    assert len({naming.speech(q).lower() for q in quantities}) == len(quantities)
    e = Quotient(Sum(tuple(quantities)), quantities[-1])
    speech = Speech(WORDS, naming)
    assert "the name plus end name" in speech(e)
    assert heard(speech(e), [e], naming) == canonical(e)


# -- every formula of output/ ----------------------------------------------------------------


def documents(source: Path) -> Iterator[tuple[Document, Names]]:
    about = network_or_formulas(source)
    of_formulas = isinstance(about, FormulaGraph)
    if of_formulas:
        pages = GRAPH_PAGES.get(source.stem, OF_GRAPHS)
    else:
        pages = PAGES.get(source.stem, USUAL)
    for page in pages:
        parts = tuple(PARTS) if page.whole else ("pictures",)
        yield narrated(derive.derive(about, page.style), detail=page.detail, parts=parts)


def formulas(blocks: Iterable[Block]) -> Iterator[Expression | Chain]:
    """Every formula of some blocks, chains as they are."""
    for block in blocks:
        if isinstance(block, Equations):
            yield from formulas(block.rows)
        elif isinstance(block, Together):
            yield from formulas(block.blocks)
        elif isinstance(block, Equation):
            yield block.chain
        for inline in running_text(block):
            yield from (piece for piece in inline if isinstance(piece, Expression))


def running_text(block: Block) -> Iterator[Inline]:
    for field in ("content", "caption"):
        yield getattr(block, field, ())
    yield from getattr(block, "items", ())
    if isinstance(block, Table):
        for cells in (block.header, *block.rows):
            yield from cells


SOURCES = sorted([*ROOT.glob("examples/*.yaml"), *ROOT.glob("examples/graphs/*.yaml")])


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_formula_of_the_examples_is_heard(source: Path) -> None:
    for document, naming in documents(source):
        every = list(formulas(document.blocks))
        assert len(every) > 15
        assert misheard(every, naming) == []


def misheard(every: list[Expression | Chain], naming: Names) -> list[str]:
    """What is spoken of formulas that would be written down as others."""
    chains = {f: f if isinstance(f, tuple) else (Relation("", f),) for f in every}
    parts = [relation.expression for f in chains.values() for relation in f]
    known, applied = called(parts, naming), functions(parts)
    speech = Speech(WORDS, naming)

    def by_name(e: Expression) -> Expression:
        if isinstance(e, Quantity):
            return known[naming.speech(e)]
        if isinstance(e, Apply):  # f is the function of any layer
            return Apply(applied.get(speech.function(e.function.text), e.function), e.arguments)
        return e

    def meant(e: Expression) -> Expression:
        return rewrite(canonical(e), by_name)

    wrong = []
    for formula, relations in chains.items():
        if isinstance(formula, tuple):
            spoken = speech.chain(formula)
            written = SpeechReader(spoken, known, applied).chain()
        else:
            spoken = speech(formula)
            written = (Relation("", SpeechReader(spoken, known, applied).read()),)
        if written != tuple(Relation(r.sign, meant(r.expression)) for r in relations):
            wrong.append(spoken)
    return wrong


def test_a_letter_and_a_constant() -> None:
    assert SPEECH(Constant("pi")) == "pi"
    assert SPEECH(Quantity(VARIABLE, name="alpha")) == "alpha"
