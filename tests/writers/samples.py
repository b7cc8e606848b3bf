"""Documents made by hand from blocks: what writers meet, and worse."""

from __future__ import annotations

from fractions import Fraction

from derive.derivation.steps import Relation, chain
from derive.document.blocks import (
    Choices,
    Code,
    Document,
    Equation,
    Equations,
    Heading,
    Inline,
    Items,
    PageBreak,
    Paragraph,
    Space,
    Strong,
    Table,
)
from derive.expression.blank import Blank
from derive.expression.constructors import HALF, ONE, TWO, ZERO
from derive.expression.functions import ABS, EXP, LN, SIGMOID, TANH, X
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    DELTA,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Bracket,
    Cases,
    Comparison,
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
from derive.notation import BUILT_IN, Names, Shape, names

TWO_TWO_TWO = Shape((2, 2, 2), ("none", "none"))
NOTATIONS = tuple(names(notation, TWO_TWO_TWO) for notation in BUILT_IN)
NUMBERED = names("numbered", TWO_TWO_TWO)
WIDE = names("layered", Shape((12, 24, 3), ("neuron", "shared")))
LOSS_Q, RATE = Quantity(LOSS), Quantity(LEARNING_RATE)


def number(text: str) -> Number:
    """A number as someone typed it."""
    return Number(Fraction(text), text)


def i(unit: int, example: int | str | None = None) -> Quantity:
    return Quantity(INPUT, unit=unit, example=example)


def t(unit: int, example: int | str | None = None) -> Quantity:
    return Quantity(TARGET, unit=unit, example=example)


def w(layer: int, unit: int, source: int) -> Quantity:
    return Quantity(WEIGHT, layer, unit, source)


def z(layer: int, unit: int, example: int | str | None = None) -> Quantity:
    return Quantity(PRE_ACTIVATION, layer, unit, example=example)


def a(layer: int, unit: int, example: int | str | None = None) -> Quantity:
    return Quantity(ACTIVATION, layer, unit, example=example)


def term(unit: int) -> Quantity:
    return Quantity(LOSS_TERM, unit=unit)


def minus(left: Expression, right: Expression) -> Sum:
    return Sum((left, Negative(right)))


def sloped(q: Quantity) -> tuple[Expression, Expression]:
    """a·(1 − a), as two factors."""
    return q, minus(ONE, q)


def weighted(layer: int, unit: int) -> Sum:
    """The weighted sum into a neuron of the 2-2-2 network."""
    sources = (i(0), i(1)) if layer == 1 else (a(1, 0), a(1, 1))
    return Sum(tuple(Product((w(layer, unit, s), q)) for s, q in enumerate(sources)))


def path(k: int) -> Product:
    """∂E_k/∂w1, factor by factor."""
    return Product(
        (
            Partial(term(k), a(2, k)), Partial(a(2, k), z(2, k)), Partial(z(2, k), a(1, 0)),
            Partial(a(1, 0), z(1, 0)), Partial(z(1, 0), w(1, 0, 0)),
        )
    )  # fmt: skip


def forward_blocks() -> tuple[Heading | Paragraph | Equations | Equation, ...]:
    hidden = [
        Equation(chain(z(1, 0), weighted(1, 0)), role="hidden"),
        Equation(chain(z(1, 1), weighted(1, 1)), role="hidden"),
        Equation(chain(a(1, 0), SIGMOID(z(1, 0)), SIGMOID(weighted(1, 0))), role="hidden"),
        Equation(chain(a(1, 1), SIGMOID(z(1, 1)), SIGMOID(weighted(1, 1))), role="hidden"),
    ]
    output = [
        Equation(chain(z(2, 0), weighted(2, 0)), role="output"),
        Equation(chain(z(2, 1), weighted(2, 1)), role="output"),
        Equation(chain(a(2, 0), SIGMOID(z(2, 0))), role="output"),
        Equation(chain(a(2, 1), SIGMOID(z(2, 1))), role="output"),
    ]
    squares = [Product((HALF, Power(minus(a(2, k), t(k)), TWO))) for k in range(2)]
    return (
        Heading(2, ("Step 1: Forward pass",)),
        Paragraph(("Every hidden neuron adds up what it receives, and squashes the sum.",)),
        Equations(tuple(hidden)),
        Paragraph(("The output neurons do the same with what the hidden ones send:",)),
        Equations(tuple(output)),
        Heading(2, ("Step 2: Loss",)),
        Paragraph(("Half the squared distance from the targets ", t(0), " and ", t(1), ":")),
        Equation(chain(LOSS_Q, Sum((term(0), term(1))), Sum(tuple(squares))), role="loss"),
    )


def gradient_blocks() -> tuple[Heading | Paragraph | Equations | Equation, ...]:
    w5, w1 = w(2, 0, 0), w(1, 0, 0)
    error = minus(a(2, 0), t(0))
    back = [Product((minus(a(2, k), t(k)), *sloped(a(2, k)), w(2, k, 0))) for k in range(2)]
    return (
        Heading(2, ("Step 3: Gradients",)),
        Heading(3, ("Gradient with respect to ", w5)),
        Paragraph((Strong("No way round:"), " ", w5, " does not reach ", term(1), ", so only ",
                   term(0), " counts.")),
        Equation(chain(Partial(LOSS_Q, w5), Partial(term(0), w5),
                       Product((Partial(term(0), a(2, 0)), Partial(a(2, 0), z(2, 0)),
                                Partial(z(2, 0), w5)))), role="gradient", reason="chain rule"),
        Equations((
            Equation(chain(Partial(term(0), a(2, 0)), error), 1, reason="power rule"),
            Equation(chain(Partial(a(2, 0), z(2, 0)), Product(sloped(a(2, 0)))), 2),
            Equation(chain(Partial(z(2, 0), w5), a(1, 0)), 3),
        )),
        Paragraph(("Putting (1), (2) and (3) together:",)),
        Equation(chain(Partial(LOSS_Q, w5), Product((error, *sloped(a(2, 0)), a(1, 0)))), 4,
                 "gradient", True),
        Heading(3, ("Gradient with respect to ", w1)),
        Paragraph(("Two paths lead from ", w1, " to the loss, one through each output.",)),
        Equation(chain(Partial(LOSS_Q, w1), Sum((Bracket(path(0)), Bracket(path(1)))),
                       Product((Bracket(Sum(tuple(back))), *sloped(a(1, 0)), i(0)))), 5,
                 "gradient", True),
        Equation((Relation("", Partial(LOSS_Q, w1)),
                  Relation("≈", number("0.00018826"))), role="gradient"),
        Paragraph(("The two paths nearly cancel: 0.00071165 − 0.00052339.",), "remark"),
    )  # fmt: skip


def number_blocks() -> tuple[Heading | Paragraph | Table | Equation | Items, ...]:
    rows: list[tuple[Inline, ...]] = [
        ((w(1, 0, 0),), (number("0.15"),), (number("0.00018826"),), (number("0.149906"),)),
        ((w(1, 0, 1),), (number("0.20"),), (number("0.00037651"),), (number("0.199812"),)),
        ((w(2, 0, 0),), (number("0.40"),), (number("0.072157"),), (number("0.363921"),)),
        ((w(2, 1, 0),), (number("0.50"),), (number("-0.042455"),), (number("0.521228"),)),
    ]
    header: tuple[Inline, ...] = (
        ("weight",), ("before",), (Partial(LOSS_Q, w(1, 0, 0)), " and so on"), ("after",),
    )  # fmt: skip
    new = minus(number("0.15"), Product((number("0.5"), number("0.00018826"))))
    return (
        Heading(2, ("Step 4: Update",)),
        Equation((Relation("", w(1, 0, 0)),
                  Relation("←", minus(w(1, 0, 0), Product((RATE, Partial(LOSS_Q, w(1, 0, 0)))))),
                  Relation("=", new), Relation("≈", number("0.149906"))), reason="old values"),
        Table(header, tuple(rows), "lrrr", ("Weights before and after one step, ", RATE, " = 0.5")),
        Heading(2, ("What was found",)),
        Items((("every gradient is ", Strong("δ × input"), ";"),
               ("the shared part ", Product(sloped(a(1, 0))), " is computed once.",))),
        Items((("first the outputs", ), ("then the hidden layer",)), ordered=True),
    )  # fmt: skip


def derivation() -> Document:
    """The 2-2-2 sigmoid network, derived by hand."""
    legend = Table(
        (("symbol",), ("what it stands for",)),
        (
            ((i(0), ", ", i(1)), ("the inputs",)),
            (
                (w(1, 0, 0),),
                (
                    "the weight from ",
                    i(0),
                    " to the first hidden neuron",
                ),
            ),
            ((z(1, 0), ", ", a(1, 0)), ("its weighted sum, and its activation ", SIGMOID(z(1, 0)))),
        ),
        "ll",
    )
    title: Inline = ("Backpropagation in a 2-2-2 network: every ", Partial(LOSS_Q, w(1, 0, 0)))
    opening = Paragraph(("Where every number of the gradient comes from, and what it is for.",))
    blocks = (opening, legend, *forward_blocks(), *gradient_blocks(), *number_blocks())
    return Document(title, blocks)


def heavy() -> Document:
    """Long chains, cases, batches, wide and long tables: for the names ``WIDE``."""
    many = Sum(tuple(
        Product((minus(a(1, k), t(0)), *sloped(a(1, k)), w(2, 0, k))) for k in range(12)
    ))  # fmt: skip
    relu = Cases((X, ZERO), (Comparison(X, ">", ZERO),))
    nested = Cases(
        (Product((HALF, Power(X, TWO))), minus(ABS(X), HALF)), (Comparison(ABS(X), "<=", ONE),)
    )
    weight, bias = w(1, 0, 0), Quantity(BIAS, 2, -1)
    batch = Quantity(BATCH_LOSS)
    running = Product((Quantity(DELTA, 1, 0, example="n"), i(0, "n")))
    softmax = Quotient(EXP(z(1, 0)), Sum(tuple(EXP(z(1, k)) for k in range(24))))
    wide_rows = tuple(tuple((number(f"{r + c / 100:.4f}"),) for c in range(24)) for r in range(3))
    long_rows = tuple(
        ((w(1, k % 24, k % 12),), (number(f"0.{k + 100}"),), (f"row {k} of a long table",))
        for k in range(70)
    )
    return Document(
        ("A heavy document",),
        (
            Heading(2, ("Long sums",)),
            Paragraph(("Twelve terms, each of four factors:",)),
            Equation(chain(Partial(LOSS_Q, weight),
                           Product((Bracket(many), *sloped(a(1, 0)), i(0)))),
                     12, "gradient", True, "all paths"),
            Equation(chain(Sum(tuple(a(1, k) for k in range(24))),
                           Sum(tuple(TANH(z(1, k)) for k in range(24)))), 13),
            Equation(chain(a(1, 0), softmax), role="output"),
            Equation((Relation("", LN(softmax)),)),
            Equations((
                Equation(chain(Partial(a(1, 0), z(1, 0)), softmax, many), reason="first rule"),
                Equation((Relation("=", Product((a(1, 0), a(1, 1)))),), reason="second rule"),
                Equation((Relation("≈", number("0.5")),), 99, reason="third rule"),
            )),
            Equation(chain(a(1, 0), number("0." + "1234567890" * 12)), 100, reason="too wide"),
            Heading(2, ("Cases",)),
            Equation(chain(a(1, 0), relu), role="hidden"),
            Equation(chain(a(1, 0), nested), role="hidden"),
            Paragraph(("In running text: ", relu, ", and ", nested, ".")),
            Heading(2, ("Batches",)),
            Equation(chain(Partial(batch, weight),
                           Product((Quotient(ONE, number("3")), IndexedSum(running, "n", 3))),
                           Sum(tuple(Product((Quotient(ONE, number("3")),
                                              Quantity(DELTA, 1, 0, example=n), i(0, n)))
                                     for n in range(3)))), 14, "gradient"),
            Equation(chain(Partial(batch, bias),
                           Product((Quotient(ONE, number("3")),
                                    IndexedSum(Quantity(DELTA, 2, 0, example="n"), "n", 3))))),
            Heading(2, ("Tables",)),
            Table(tuple((f"c{c}",) for c in range(24)), wide_rows, "r" * 24, ("Many columns",)),
            Table((("weight",), ("value",), ("remark",)), long_rows, "lrl", ("Seventy rows",)),
            Table((("what",), ("explanation",), ("and another",)),
                  ((("one",), ("words " * 40,), ("more words " * 30,)),
                   ((weight,), ("few words",), (Partial(LOSS_Q, weight), " of the loss"))), "lll"),
        ),
    )  # fmt: skip


def worksheet() -> Document:
    """A hand-out with gaps and room to write, and its key on a page of its own."""
    gap = Blank(number("0.5069"), "a")
    return Document(
        ("Worksheet 7",),
        (
            Paragraph(("Name: ______________________    Date: ____________",)),
            Paragraph(("Work with four digits after the point.",), "remark"),
            Heading(2, ("1  Forward pass",)),
            Paragraph(("Fill the gaps.",)),
            Equation(chain(z(1, 0), weighted(1, 0), Blank(number("0.0275"), "1")), role="hidden"),
            Equation(chain(a(1, 0), SIGMOID(z(1, 0)), gap), role="hidden"),
            Space(2),
            Heading(2, ("2  A gradient",)),
            Paragraph(("Derive ", Partial(LOSS_Q, w(2, 0, 0)), " step by step.",)),
            Equation(chain(Partial(LOSS_Q, w(2, 0, 0)),
                           Product((Blank(minus(a(2, 0), t(0)), "b"), *sloped(a(2, 0)),
                                    Blank(a(1, 0), "c"))))),
            Space(6),
            Heading(2, ("3  Choices and code",)),
            Choices((("the ", Strong("first"), " one",), (z(1, 0),), ("a | b_c",))),
            Code(("delta = a - t", "dw = ________  # (4)")),
            PageBreak(),
            Heading(2, ("Key",)),
            Choices((("the first one",), (z(1, 0),)), right=1),
            Equation(chain(a(1, 0), SIGMOID(z(1, 0)), number("0.5069")), result=True),
        ),
    )  # fmt: skip


NASTY = (
    r"back\slash \textbf{x} {a} $5 and $$6$$ & co. #1 50% a_b __c__ *d* **e** ~f~ ^g^ `h` <i> "
    "|j| [k](l) &amp; -- --- ''q'' ∂⟨n⟩ ½ δ η σ′ x² w₁ → ≈ “ß” é ŷ x̂ 中文 😀 Жук \u00a0 \t \x07 end"
)


STARTS = ("- a", "1. b", "(2) c", "# d", "> e", "+ f", "| g |", ": h", "a) i", "=====", "---")


def nasty() -> Document:
    """Hostile running text in every kind of block."""
    return Document(
        (NASTY,),
        (
            Heading(2, (NASTY, " #")),
            Paragraph((NASTY, a(1, 0), NASTY)),
            Paragraph((NASTY,), "remark"),
            *(Paragraph((start,)) for start in STARTS),
            Paragraph(("x" * 300,)),
            Paragraph(("中" * 100,)),
            Equation(chain(a(1, 0), ZERO), reason=NASTY[:40]),
            Table(((NASTY,), ("b",)), (((NASTY, a(1, 0)), (Strong(NASTY),)),), "lc", (NASTY,)),
            Items(((NASTY,), *((start,) for start in STARTS))),
            Paragraph((Strong(NASTY),)),
            Paragraph(()),
        ),
    )


def captions() -> Document:
    """Captions below formulas, harmless and not."""
    h, o = a(1, 0), a(2, 0)
    alone = Equation(chain(h, ZERO), caption=("How ", h, ", and (", o, "), come about"))
    rows = (Equation(chain(h, ZERO)), Equation(chain(o, ONE), 3))
    return Document(
        ("Captions",),
        (
            Heading(2, ("Below a heading",)),
            alone,
            alone,
            Equations(rows, (h, " and ", o)),
            Paragraph(("Then words.",)),
            Equations(rows, (" (", h, "), - a long caption " + "of many words " * 20)),
            Equation(chain(h, ZERO), caption=(NASTY, h, NASTY)),
            *(Equation(chain(h, ONE), caption=(start,)) for start in STARTS),
            Items((("after a caption",),)),
        ),
    )


DOCUMENTS: tuple[tuple[str, Document, Names], ...] = (
    *((f"derivation-{n.notation}", derivation(), n) for n in NOTATIONS),
    ("heavy", heavy(), WIDE),
    ("worksheet", worksheet(), NUMBERED),
    ("nasty", nasty(), NUMBERED),
    ("captions", captions(), NUMBERED),
)
