"""Formulas are read in every spelling of the sheet's names, and nothing is read as what it is
not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from worksheets.networks import two_two_two
from worksheets.test_rewritings import READERS, drawn, rewritten

from derive.expression.nodes import Expression, Partial, Quantity
from derive.expression.typed.formula import FormulaError
from derive.expression.typed.formula_text import typed as as_typed
from derive.graph import E
from derive.network import Dense, Network
from derive.notation import names
from derive.worksheets.exercise import exercise
from derive.worksheets.marking.formulas import Compared, Formulas
from derive.worksheets.marking.reading.faults import Fault, Faults
from derive.worksheets.marking.reading.formulas import Reader
from derive.writers.expressions.text import text

READER = READERS[0][1]
SAME = [
    ("W₅*a_h₁", "W5·a_h1"), ("W_5·a_{h_1}", "W5·a_h1"), ("W_{5} a_{h1}", "W5·a_h1"),
    (r"\delta_{o_1}\cdot W_5", "δ_o1·W5"), (r"$\delta_{o_1} \times a_{h_1}$", "δ_o1·a_h1"),
    (r"\frac{1}{2}\cdot(a_{o_1}-t_1)^2", "1/2*(a_o1 - t1)**2"),
    ("½(a_o1−t1)²", "1/2*(a_o1 - t1)**2"),
    (r"\frac{1}{1+e^{-h_1}}", "σ(h1)"), ("(1+e^(−h1))⁻¹", "σ(h1)"),
    (r"\sigma\left(h_1\right)", "σ(h1)"),
    (r"\frac{\partial E_1}{\partial a_{o_1}}", "∂E1/∂a_o1"), ("∂E/∂o1", "∂E_Total/∂o1"),
    ("dE/do1", "∂E_Total/∂o1"), (r"E_{\text{Total}}", "E_Total"), ("a_h1².", "a_h1**2"),
    ("sigma(h1)·(1−sigma(h1))", "σ'(h1)"), ("sigma'(h1)", "σ'(h1)"),
    ("W5·(∂a_h1)/(∂h1)", "W5·∂a_h1/∂h1"), ("W5·(∂a_h1/∂h1)", "W5·∂a_h1/∂h1"),
    ("(∂E1/∂a_o1)(∂a_o1/∂o1)", "∂E1/∂a_o1·∂a_o1/∂o1"), ("( ∂a_h1/∂h1 )", "∂a_h1/∂h1"),
    ("σ'(h1)", "σ(h1)*(1 − σ(h1))"), ("σ’(h1)", "a_h1·(1−a_h1)"), ("a_h1 • W5", "a_h1·W5"),
    ("a_h1(1 − a_h1)", "a_h1·(1−a_h1)"), ("2 a_h1 W5", "2·a_h1·W5"), ("2h1", "2·h1"),
    ("1.2E-3·h1", "0.0012·h1"),
    ("1.2e-3h1", "0.0012·h1"), ("2 E1", "2·E1"), ("2E_Total", "2·E_Total"),
    ("2E", "2·E"),
    ("σ(h1)(1−σ(h1))", "a_h1·(1−a_h1)"), ("2e^h1", "2·e^h1"),
    ("a_h1^2 (1 + W5)", "a_h1·a_h1·(1 + W5)"), ("(h1)^2 W5", "h1^2·W5"), ("1½ h1", "3/2*h1"),
    ("a_h1 / W5", "a_h1/W5"), ("\u200bW5\ufeff", "W5"), ("٢·h1", "2·h1"), ("2⁴·h1", "16·h1"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "same"), SAME)
def test_spellings_of_one_formula(typed: str, same: str) -> None:
    assert READER.compare_with(READER.read(same), typed) == Compared(True)


# What stands next to a formula above, and may not be read that way.
REFUSED = [
    "1/2 h1", "1/2(a_o1−t1)²", "a_h1/2W5", "2^3h1", "e^h1 W5", "a_h1(h1)", "h1 2", "2 3 h1",
    "(h1)2", "−a_h1(t1)²",
    "2(3)·h1", "1(1/2)·h1", r"1\frac{1}{2}h1", "W55", "W5₅", "a_h3", "W", "h_", "xW5",
    "W5x",
    "a_h1⁽²⁾", "h1ⁿ", "h1²⁴⁄", "h1 x W5", "0·5·h1", "h1'", "f(h1)", "σ''(h1)", "5①h1", "h1..",
    "W5½x", "½½", "h1½2", "∂E/∂", "𠀀", "h1·𠀁", "name0", "h1·name1", r"\foo{h1}", r"\frac{1}",
    "2××h1", "sigma", "sigma5(h1)", "1.2 e-3", "1e", "2E1", "2 e h1", "1.2E -3·h1",
    "(∂a_h1)/(∂h1·2)", "(∂a_h1)/(∂h1²)", r"\frac{\partial a_{h_1}}{\partial h_1 \cdot 2}",
    r"\frac{\partial a_{h_1}}{\partial h_1^2}", "(∂a_h1)/(2∂h1)", "∂a_h1/(∂h1)",
    "h1··2", "√h1²", "√h1(2)", "√2h1", "h1!", "h1 == 2", "3¹⁄2·h1",
]  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED)
def test_what_may_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(FormulaError):
        READER.read(typed)


FAULTS = Faults(READER.names)


def told(typed: str) -> str:
    """What a student reads of a formula that cannot be read."""
    with pytest.raises(FormulaError) as error:
        READER.read(typed)
    return FAULTS(Fault(error.value.kind, *error.value.about))


@pytest.mark.parametrize("typed", [*REFUSED, "h1 h2 q", "(h1)(", "W5 W", "q(h1)", "max(h1)"])
def test_messages_are_in_the_words_of_the_sheet(typed: str) -> None:
    said = told(typed)
    assert "_prime" not in said
    assert "name0" not in said or "name0" in typed
    assert not re.search("[\U00020000-\U0003ffff]", said) or typed in ("𠀀", "h1·𠀁")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("h1 2", "It is not clear how “h1” and “2” belong together. Put a · between them"),
        ("a_h1(h1)", "It is not clear how “a_h1” and “(” belong together. Put a · between"),
        (
            "W55",
            "“W55” is not a name on your sheet. Is W5 meant? The names there look like W1,",
        ),
        ("q", "“q” is not a name on your sheet. The names there look like W1, a_h1, δ_h1."),
        ("h1'", "The sign “'” cannot be read here. Write the formula with the names on your"),
        ("0·5·h1", "“0·5” may be the number 0.5 or a product. Write 0.5, or × for a product."),
        ("q(h1)", "“q” is not a function on your sheet. If a product is meant, put a · before"),
        ("(h1", "A bracket is opened but never closed."),
        ("", "There is no formula here."),
    ],
)
def test_what_a_message_says(typed: str, said: str) -> None:
    assert told(typed).startswith(said)


@pytest.mark.parametrize("number", range(len(READERS)))
def test_every_name_is_read_as_every_writer_spells_it(number: int) -> None:
    _, reader = READERS[number]
    for quantity in reader.names.quantities():
        for spelling in (reader.names.text, reader.names.code, reader.names.latex):
            assert reader.read(spelling(quantity)) == quantity, spelling(quantity)
            named, rest = reader.quantities(spelling(quantity))
            assert named == {quantity} and not rest.strip()


def test_names_that_differ_in_a_line_below_are_told_apart() -> None:
    """w1_11 and w11_1 without their lines are one: each is read as it is written alone."""
    network = Network(11, [Dense(11, "relu")], notation="layered")
    layered = names(network.notation, network.shape, network.layout)
    called = {layered.code(q): q for q in layered.quantities()}
    reader = Reader(exercise(two_two_two()), layered)
    spelled = [reader.read(code) for code in called]
    assert spelled == list(called.values())
    twins: dict[str, list[str]] = {}
    for code in called:
        twins.setdefault(code.replace("_", ""), []).append(code)
    assert any(len(twin) > 1 for twin in twins.values())
    for bare in (bare for bare, twin in twins.items() if len(twin) > 1 and bare not in called):
        with pytest.raises(FormulaError):
            reader.read(bare)


def test_a_formula_is_as_long_as_it_was_typed() -> None:
    long = "+".join(["h1"] * 500)
    assert len(long) < 2000
    READER.read(long)
    with pytest.raises(FormulaError, match="2099 characters; allowed are at most 2000"):
        READER.read("h1" + "+ h1" * 524 + " ")


# -- what is no answer ----------------------------------------------------------------------------


def compared(source: str, typed: str) -> Compared:
    asked, reader = READERS[0]
    return reader.compare(next(t for t in asked.tasks if t.source == source), typed)


@pytest.mark.parametrize(
    ("source", "typed", "fault"),
    [
        ("gradient/w2.1.1", "∂E_Total/∂W5", Fault("names-itself")),
        ("gradient/w2.1.1", "∂E/∂W5", Fault("names-itself")),
        ("gradient/w2.1.1", "∂E1/∂W5", Fault("leaves", "∂E1/∂W5")),
        ("gradient/w2.1.1", "∂E1/∂a_o1·∂a_o1/∂W5", Fault("leaves", "∂a_o1/∂W5")),
        ("gradient/w2.1.1", "∂(E1)/∂W5", Fault("leaves", "∂E1/∂W5")),
        ("gradient/w2.1.1", "∂(a_h1·W5)/∂W5·δ_o1", Fault("leaves-open")),
        ("delta/z2.1", "∂E1/∂o1", Fault("leaves", "∂E1/∂o1")),
        ("delta/z2.1", "∂E/∂o1", Fault("names-itself")),
    ],
)
def test_the_whole_chain_by_another_name_is_no_answer(
    source: str, typed: str, fault: Fault
) -> None:
    comparison = compared(source, typed)
    assert comparison.fault == fault and not comparison.equal


def test_a_slope_is_no_answer_where_it_is_asked_for() -> None:
    asked, reader = READERS[0]
    task = next(t for t in asked.tasks if reader.read("∂a_h1/∂h1") == t.step.subject)
    assert reader.compare(task, "σ'(h1)").fault == Fault("names-itself")
    assert reader.compare(task, "a_h1(1 − a_h1)") == Compared(True)


@pytest.mark.parametrize(
    ("source", "typed"),
    [
        ("gradient/w2.1.1", "δ_o1·a_h1"), ("gradient/w2.1.1", "∂E_Total/∂o1·a_h1"),
        ("gradient/w2.1.1", "∂E/∂o1·∂o1/∂W5"), ("gradient/w2.1.1", "∂E/∂a_o1·∂a_o1/∂o1·a_h1"),
        ("gradient/w2.1.1", "∂E1/∂a_o1·∂a_o1/∂o1·a_h1"), ("gradient/w2.1.1", "δ_o1·σ(h1)"),
        ("gradient/w2.1.1", "∂E/∂W5 = δ_o1·a_h1 = (a_o1−t1)·σ'(o1)·a_h1."),
        ("gradient/w2.1.1", "= δ_o1·a_h1"), ("delta/z2.1", "∂E1/∂a_o1·∂a_o1/∂o1"),
        ("delta/z2.1", "(a_o1−t1)σ'(o1)"), ("delta/z2.1", "(a_o1−t1)·∂a_o1/∂o1"),
    ],
)  # fmt: skip
def test_the_chain_rule_is_an_answer(source: str, typed: str) -> None:
    assert compared(source, typed) == Compared(True)


def test_every_member_of_a_chain_counts() -> None:
    assert compared("gradient/w2.1.1", "∂E/∂W5 = δ_o1·a_h2 = δ_o1·a_h1").misconceptions == (
        "wrong-index",
    )
    assert not compared("gradient/w2.1.1", "∂E/∂W5 = δ_o1·a_h1 = δ_o1·a_h2").equal
    assert compared("gradient/w2.1.1", "=h1" * 20).fault == Fault("long-chain", "12")
    assert compared("gradient/w2.1.1", "δ_o1·a_h1 =").fault == Fault("empty-end")


def test_a_raised_minus_one_is_a_power() -> None:
    assert compared("define/a1.1", "(1+e^(-h1))⁻¹") == Compared(True)
    assert not compared("define/a1.1", "2⁴*σ(h1)/24").equal


def test_a_counterexample_shows_a_difference() -> None:
    comparison = compared("define/a1.1", "1/(1+2.71828^(-h1))")
    assert not comparison.equal and comparison.given != comparison.right
    assert comparison.given[:6] == comparison.right[:6]


def test_the_whole_loss_is_called_as_the_sheet_calls_it() -> None:
    for _, reader in READERS:
        letter = reader.names.text(E).partition("_")[0]
        assert reader.read(letter) == E or isinstance(reader.read(letter), Quantity)


def test_hostile_latex_is_bounded() -> None:
    for typed in (r"\frac{" * 300, "^{" * 900, r"\frac{1}{" * 200, "_{" * 900, "{" * 2000,
                  r"\frac{1}{2}" * 150, "½" * 2000, "h1²" * 600):  # fmt: skip
        with pytest.raises(FormulaError):
            READER.read(typed)


def test_formulas_are_not_shared_between_readers() -> None:
    assert Formulas(*[READERS[0][0], READER.names]).read("W5") == READER.read("W5")


def test_no_formula_written_in_another_way_is_read_as_another() -> None:
    """Products without their sign, LaTeX and raised digits: the same formula, or a message."""
    same = 0
    for case in range(600):
        asked, reader, task, chance = drawn(case)
        name = chance.choice((reader.names.latex, reader.names.text, reader.names.code))

        def called(e: Expression, reader: Formulas = reader, name: Any = name) -> str:
            if isinstance(e, Quantity):
                return str(name(e))
            if isinstance(e, Partial) and isinstance(e.of, Quantity):
                return rf"\frac{{\partial {name(e.of)}}}{{\partial {name(e.by)}}}"
            return text(e, reader.names)

        found = as_typed(rewritten(task.formula, chance, asked), called)
        found = re.sub(r"\*\*2(?![\d.])", "²", found)
        times = chance.choice((" ", "", r"\cdot ", "•", " × "))
        found = re.sub(r"(?<!\*)\*(?!\*)", lambda _, sign=times: sign, found)
        compared = reader.compare_with(task.formula, found, frozenset(task.step.assumes))
        assert compared.equal or compared.fault, (task.source, found, compared)
        if times.strip():
            assert compared.equal, (found, compared)
        same += compared.equal
    print(f"{same} of 600 read")
    assert same > 300
