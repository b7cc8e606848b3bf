"""Formulas as answers: every rewriting of the right one is right, no slip is, nothing hangs."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from worksheets.networks import relu_softmax, two_two_two

from derive.derivation.check.points import draw
from derive.derivation.numbers.rounding import equal
from derive.expression.constructors import ONE, TWO, product, total
from derive.expression.evaluate import evaluate
from derive.expression.nodes import (
    ACTIVATION,
    Apply,
    Bracket,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import FormulaError
from derive.expression.typed.formula_text import typed
from derive.network import Dense, Network
from derive.notation import names
from derive.worksheets.answers import FormulaAnswer
from derive.worksheets.exercise import Exercise, Task, exercise
from derive.worksheets.marking.formulas import Compared, Formulas
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.misconceptions import EARLY_ROUNDING, slips
from derive.writers.expressions.text import text

CASES = 400
SLIPS = 500
HALF = Number(Fraction(1, 2), "0.5")
NETWORKS = (
    two_two_two(),
    relu_softmax(),
    Network(2, [Dense(3, "tanh", "shared"), Dense(2)], "mean_squared_error", notation="plain"),
    Network(2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], "binary_cross_entropy",
            notation="indexed"),
    Network(3, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(1)], notation="layered"),
    Network(2, [Dense(2, "sigmoid"), Dense(3, "softmax")], "half_squared_error",
            notation="letters"),
)  # fmt: skip
READERS = [
    (asked, Formulas(asked, names(n.notation, n.shape, n.layout)))
    for n in NETWORKS
    for asked in [exercise(n)]
]

Rewriting = Callable[[Expression, random.Random, Exercise], Expression | None]


def commute(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    if not isinstance(e, (Sum, Product)):
        return None
    parts = list(e.children)
    chance.shuffle(parts)
    return e.with_children(tuple(parts))


def associate(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    if not isinstance(e, (Sum, Product)) or len(e.children) < 3:
        return None
    cut = chance.randrange(1, len(e.children) - 1)
    return type(e)((*e.children[:cut], Bracket(type(e)(e.children[cut:]))))  # type: ignore[arg-type]


def expand(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    """a·(b + c) → a·b + a·c"""
    if not isinstance(e, Product):
        return None
    for i, factor in enumerate(e.factors):
        inner = factor.inner if isinstance(factor, Bracket) else factor
        if isinstance(inner, Sum):
            others = (*e.factors[:i], *e.factors[i + 1 :])
            return Sum(tuple(
                Negative(Product((*others, term.operand))) if isinstance(term, Negative)
                else Product((*others, term))
                for term in inner.terms
            ))  # fmt: skip
    return None


def factor(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    """a·b + a·c → a·(b + c)"""
    if not isinstance(e, Sum) or not all(isinstance(t, Product) for t in e.terms):
        return None
    lists = [list(t.factors) for t in e.terms if isinstance(t, Product)]
    common = next((f for f in lists[0] if all(f in others for others in lists)), None)
    if common is None:
        return None
    for others in lists:
        others.remove(common)
    return Product((common, Bracket(total(*(product(*others) for others in lists)))))


def negate_twice(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    return Negative(Bracket(Negative(Bracket(e))))


def turn(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    """a − b → −(b − a)"""
    if isinstance(e, Sum) and len(e.terms) == 2 and isinstance(e.terms[1], Negative):
        return Negative(Bracket(Sum((e.terms[1].operand, Negative(e.terms[0])))))
    return None


def reciprocal(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    """a/b → a·(1/b)"""
    if isinstance(e, Quotient):
        return Product((Bracket(e.numerator), Bracket(Quotient(ONE, Bracket(e.denominator)))))
    return None


def squares(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    """x² → x·x; a·(1 − a) → a − a²"""
    if isinstance(e, Power) and e.exponent == TWO:
        return Product((e.base, e.base))
    if isinstance(e, Product) and len(e.factors) == 2 and isinstance(e.factors[0], Quantity):
        a, other = e.factors
        if other == Sum((ONE, Negative(a))):
            return Sum((a, Negative(Power(a, TWO))))
    return None


def unfold(e: Expression, chance: random.Random, asked: Exercise) -> Expression | None:
    """σ(z) for a; a local derivative's formula for its name"""
    if isinstance(e, Quantity) and e.kind == ACTIVATION:
        return Bracket(asked.derivation.graph.definitions[e])
    if isinstance(e, Apply) and e.function.definition is not None:
        inside = zip(e.function.parameters, e.arguments, strict=True)
        return Bracket(substitute(e.function.definition, dict(inside)))
    if isinstance(e, Partial) and e in asked.formulas:
        return Bracket(asked.formulas[e])
    return None


def neutral(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    return Product((ONE, e)) if chance.randrange(2) else Sum((e, Number(Fraction(0))))


def halves(e: Expression, chance: random.Random, _: Exercise) -> Expression | None:
    if isinstance(e, Number) and e.value == Fraction(1, 2):
        return chance.choice((HALF, Quotient(ONE, TWO)))
    return Sum((Product((HALF, e)), Quotient(e, TWO)))


REWRITINGS: tuple[Rewriting, ...] = (
    commute, associate, expand, factor, negate_twice, turn, reciprocal, squares, unfold, neutral,
    halves,
)  # fmt: skip


def rewritten(formula: Expression, chance: random.Random, asked: Exercise) -> Expression:
    """A few rewritings, each somewhere in the tree."""
    for _ in range(chance.randrange(1, 5)):
        addresses = [
            address
            for address, _ in formula.addresses()
            if not any(isinstance(formula.at(address[:i]), Partial) for i in range(len(address)))
        ]
        chance.shuffle(addresses)
        change = chance.choice(REWRITINGS)
        for address in addresses:
            node = change(formula.at(address), chance, asked)
            if node is not None:
                formula = formula.replace_at(address, Bracket(node))
                break
    return formula


def spelled(formula: Expression, reader: Formulas, chance: random.Random) -> str:
    """As a student types it: in text or in code, with · or *, with or without spaces."""
    code = chance.randrange(2)

    def name(e: Expression) -> str:
        if isinstance(e, Quantity):
            return reader.names.code(e) if code else reader.names.text(e)
        return text(e, reader.names)

    found = typed(formula, name)
    if chance.randrange(2):
        found = found.replace("*", "·").replace("··", "^")
    return found.replace(" ", "") if " if " not in found and chance.randrange(3) == 0 else found


def drawn(case: int) -> tuple[Exercise, Formulas, Task, random.Random]:
    chance = random.Random(case)
    asked, reader = READERS[case % len(READERS)]
    tasks = [t for t in asked.tasks if t.is_asked]
    return asked, reader, chance.choice(tasks), chance


def test_rewritings_of_the_right_formula_are_never_wrong() -> None:
    longest = 0
    for case, seen in zip(count(), range(CASES), strict=False):
        asked, reader, task, chance = drawn(case)
        answer = spelled(rewritten(task.formula, chance, asked), reader, chance)
        if chance.randrange(4) == 0:  # as people write it: with what it is the formula of
            answer = f"{text(task.step.subject, reader.names)} = {answer}"
        # The new value of a parameter has the name of the old one, which its formula needs.
        subject = None if task.part == "update" else task.step.subject
        assumes = frozenset(task.step.assumes)
        comparison = reader.compare_with(task.formula, answer, assumes, subject=subject)
        assert comparison == Compared(True), (seen, task.source, answer, comparison)
        if subject is not None:
            asks = FormulaAnswer("1", subject, task.formula, "", task.step.assumes)
            assert Judges(asked, reader.names).formula(asks, answer)[0] is Verdict.RIGHT
        longest = max(longest, len(answer))
    assert longest > 100


def test_slips_are_never_right_however_they_are_written() -> None:
    wrong = named = 0
    for case in range(SLIPS):
        asked, reader, task, chance = drawn(case)
        found = [s for s in slips(task, asked) if s.misconception.id != EARLY_ROUNDING]
        if not found:
            continue
        slip = chance.choice(found)
        points = [draw(asked.derivation.graph, 77 + i, frozenset(task.step.assumes), bit=i // 2)
                  for i in range(4)]  # fmt: skip
        try:
            alike = all(equal(evaluate(slip.formula, p), evaluate(task.formula, p)) for p in points)
        except (ArithmeticError, TypeError):
            continue
        answer = spelled(rewritten(slip.formula, chance, asked), reader, chance)
        compared = reader.compare(task, answer)
        if compared.fault:  # an early update of δ names what is asked for
            continue
        assert compared.equal == alike, (task.source, slip.misconception.id, answer)
        if not alike:
            wrong += 1
            named += slip.misconception.id in compared.misconceptions
    print(f"{named} of {wrong} slips are named")
    assert wrong > 300 and named == wrong


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("∂(σ(h1))/∂h1", "a_h1·(1 − a_h1)"),
        ("∂(3·h1 − ∂(h1^2)/∂h1)/∂h1", None),  # a second derivative
        ("∂(h1²)/∂h1 + d(exp(h1))/d h1", "2·h1 + e^h1"),
        ("∂|h1|/∂h1", "h1/|h1|"),
        ("{ h1 if h1 > 0; −h1 otherwise }", "|h1|"),
        ("{ 1 if h1 > 0; 2 if h1 > −1; 3 otherwise }", "1 if h1 > 0 else 2 if h1 > -1 else 3"),
    ],
)
def test_formulas_are_read_as_a_sheet_prints_them(typed: str, same: str | None) -> None:
    _, reader = READERS[0]
    if same is None:
        assert not reader.compare_with(ONE, typed).equal
    else:
        assert reader.compare_with(reader.read(same), typed) == Compared(True)


def test_a_counterexample_is_one() -> None:
    asked, reader = READERS[0]
    task = next(t for t in asked.tasks if t.source == "gradient/w2.1.1")
    comparison = reader.compare(task, "δ_o1·a_h2")
    values = {reader.names.text(q): float(value) for q, value in comparison.values}  # type: ignore[arg-type]
    assert set(values) == {"δ_o1", "a_h2"} and not comparison.equal
    assert values["δ_o1"] * values["a_h2"] == pytest.approx(float(comparison.given), rel=1e-4)
    assert float(comparison.given) != pytest.approx(float(comparison.right), rel=1e-4)
    assert comparison.misconceptions == ("wrong-index",)


HOSTILE = (
    "__import__('os').system('true')", "9**9**9**9", "((((9^16)^16)^16)^16)^16", "(" * 5000,
    "(" * 30 + "a_h1" + ")" * 30, "a_h1" + "+a_h1" * 900, "exp(" * 30 + "a_h1" + ")" * 30,
    "-" * 1900 + "1", "σ" * 1999, "x" * 3_000_000, "0" * 1999, "1e999999", "a_h1**a_h1**a_h1**99",
    "٣·δ_o1", "δ_о1·a_h1", "δ＿o1", "NaN", "inf", "lambda: 1", "a_h1[0]", "δ_o1·a_h1; 1", "=", "==",
    "\x00", "\u202eδ_o1", "1/0", "1/(a_h1-a_h1)", "ln(-1)", "∂E_Total/∂W5", "∂/∂", "δ_o1 a_h2",
    "sin(exp(exp(exp(a_h1*9))))", "exp(exp(exp(exp(9))))", "tanh(10^300)", "10^300^a_h1",
    "max(1,2,3)", "a_h1 if 1 else 2", "’δ_o1’", "δ_o1·a_h1·" * 150 + "1", "1." * 900, "{}",
    "%s" * 99, "∂(" * 900, "∂(1)/∂a_h1+" * 180, "∂(a_h1)/∂name77", "∂(a_h1)/∂∂E_Total/∂W5",
    "∂(∂(a_h1)/∂a_h1)/∂a_h1", "|" * 1999, "{;}" * 600, "{a_h1 if a_h1 > 0; 1 otherwise",
)  # fmt: skip

MOST_CALLS = 500_000  # to read one answer; the longest here takes a fifth of them
READ = f"""
import sys, json
sys.path[:0] = ["tests"]
from work import at_most
from worksheets.test_rewritings import READERS
asked, reader = READERS[0]
task = next(t for t in asked.tasks if t.source == "gradient/w2.1.1")
for line in json.load(sys.stdin):
    with at_most({MOST_CALLS}):
        found = reader.compare(task, line)
    fault = found.fault
    # A fault says why it cannot be read; else the values show that it is another formula.
    told = found.right and found.given != found.right
    print(json.dumps([not found.equal, fault and fault.kind, told]))
"""


def test_nothing_typed_is_run_or_hangs() -> None:
    """All of it in a process of its own, for a bounded number of calls each; each gets a message
    or is wrong."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", READ], input=json.dumps(HOSTILE), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(HOSTILE)
    for answer, (wrong, fault, told) in zip(HOSTILE, found, strict=True):
        assert wrong and (fault or told), answer[:60]


# -- functions with parameters -------------------------------------------------------------------


def test_functions_are_read_as_they_are_printed() -> None:
    """lrelu_0.1′(h1) is no name of a formula, and lrelu_0.1 begins like lrelu_0.15."""
    slopes = ("0.1", "0.15", "-0.5")
    network = Network(
        2,
        [*(Dense(1, {"name": "leaky_relu", "slope": Decimal(slope)}) for slope in slopes),
         Dense(1, {"name": "selu", "scale": Decimal("1.1"), "alpha": Decimal("0.6")}),
         Dense(1, "relu")],
    )  # fmt: skip
    asked = exercise(network)
    called = names(network.notation, network.shape, network.layout)
    reader = Formulas(asked, called)
    used = {node for task in asked.tasks for node in task.formula.walk() if isinstance(node, Apply)}
    for node in used:
        printed = text(node, called)
        assert reader.read(printed) == node
        assert reader.read(printed.replace(".", ",")) == node, "a comma is a point"
    assert {node.function.text.rstrip("′") for node in used} == {
        "lrelu_0.1", "lrelu_0.15", "lrelu_-0.5", "selu_1.1,0.6", "relu",
    }  # fmt: skip
    for wrong in ("lrelu_0.2(h1)", "lrelu_0(h1)", "selu_1.1(h1)", "lrelu_0.1"):
        with pytest.raises(FormulaError):
            reader.read(wrong)
