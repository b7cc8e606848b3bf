"""Marks: the key is right, every slip is found where it was made, what follows from it is not
punished again, and nothing that is typed does harm."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two
from worksheets.sheets import Sheet, printed, sheet

from derive.derivation.numbers.rounding import rounded
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Expression
from derive.expression.rewriting import substitute
from derive.network import Dense, Network
from derive.worksheets.items import Item, places, put_into
from derive.worksheets.marking import Mark, Verdict, mark_values, read
from derive.worksheets.misconceptions import MISCONCEPTIONS, Slip, slips

NETWORKS = (
    two_two_two(),
    relu_softmax(),
    Network(2, [Dense(2, "sigmoid"), Dense(3, "softmax")], "binary_cross_entropy",
            learning_rate=0.1),
    Network(3, [Dense(3, "tanh", "shared"), Dense(2)], "mean_squared_error", learning_rate=0.5),
    Network(2, [Dense(3, "sigmoid"), Dense(1, "sigmoid")], "binary_cross_entropy",
            learning_rate=0.5),
)  # fmt: skip


def marks(variant: Sheet, answers: dict[str, str]) -> tuple[Mark, ...]:
    return mark_values(variant.reader, variant.items, variant.numbers, answers)


def last_mark(variant: Sheet, answers: dict[str, str], label: str) -> Mark:
    """The mark of a line: those after it say nothing of it."""
    labels = [[answer.label for answer in item.answers] for item in variant.items]
    until = next(count for count, mine in enumerate(labels, start=1) if label in mine)
    return mark_values(variant.reader, variant.items[:until], variant.numbers, answers)[-1]


@settings(max_examples=15, deadline=None)
@given(networks(), st.integers(0, 10**6), st.integers(3, 6), st.booleans())
def test_the_key_is_right(network: Network, seed: int, digits: int, by_nodes: bool) -> None:
    variant = sheet(network, seed, digits, by_nodes)
    assert {mark.verdict for mark in marks(variant, variant.key())} == {Verdict.RIGHT}


def work_out(formula: Expression, known: dict[Expression, Fraction], fewer: int = 0) -> str | None:
    """A value by the evaluator of formulas alone, rounded to four decimals or three digits.

    fewer  decimals that the numbers lose before
    """
    letters: dict[Expression, Expression] = {}
    values = {}
    for i, name in enumerate(dict.fromkeys(map(formula.at, places(formula)))):
        value = known[name]
        letters[name] = letter = variable(f"v{i}")
        values[letter] = HIGH.number(round(value, 4 - fewer) if fewer else value)
    try:
        return printed(rounded(evaluate(substitute(formula, letters), Bindings(values)), 4).number)
    except ArithmeticError:
        return None


@cache
def known_of(variant: Sheet) -> dict[Expression, Fraction]:
    """Every displayed number of the key that a formula may mention."""
    found: dict[Expression, Fraction] = {}
    for item in variant.items:
        formula = item.task.formula
        for slip in (formula, *(s.formula for s in slips(item.task, variant.exercise))):
            for name in map(slip.at, places(slip)):
                found[name] = variant.numbers.displayed(name).number.value  # type: ignore[arg-type]
    return found


def recognition(
    by_nodes: bool, units: tuple[str, ...], cases: int
) -> tuple[Counter[str], Counter[str], list[str]]:  # fmt: skip
    """How often each misconception is recognised at its step, how often no mark can tell, misses.

    Each case: one slip, worked out from the key's numbers, everything before it right. Cases are
    drawn until so many can be told from the right answer. Of the others the value is the key's, or
    as near to it as rounding allows, or what the key's comes to with fewer digits, and no mark can
    know how it came about.
    """
    recognised: Counter[str] = Counter()
    untold: Counter[str] = Counter()
    missed: list[str] = []
    for case in count():
        if recognised.total() + len(missed) == cases:
            break
        network = NETWORKS[case % len(NETWORKS)]
        variant = sheet(network, case // 50 % 8, by_nodes=by_nodes, units=units)
        label, row, answer, before = _drawn(variant, random.Random(case))
        mark = last_mark(variant, {**before, label: answer}, label)
        if mark.verdict in (Verdict.RIGHT, Verdict.COARSE, Verdict.VAGUE):
            untold[row] += 1
        elif row in mark.misconceptions and mark.first:
            recognised[row] += 1
        else:
            missed.append(f"{row} at {mark.step}: {mark}")
    return recognised, untold, missed


@pytest.mark.parametrize(
    ("by_nodes", "units", "cases"), [(False, (), 300), (True, (), 50), (False, ("any",), 50)]
)
def test_every_misconception_is_recognised_at_its_step(
    by_nodes: bool, units: tuple[str, ...], cases: int
) -> None:
    """A reduced run: `make truth` draws 3,000."""
    recognised, untold, missed = recognition(by_nodes, units, cases)
    print(*missed, sep="\n")
    assert recognised.total() >= 0.99 * cases
    assert untold.total() < 0.2 * cases
    assert cases < 300 or set(recognised) == set(MISCONCEPTIONS)


@cache
def _slips(variant: Sheet) -> dict[str, list[tuple[Item, Slip, str]]]:
    """Misconception → the lines that it can befall, and the value that it leads to there."""
    found: dict[str, list[tuple[Item, Slip, str]]] = {}
    for item in variant.items:
        for slip in slips(item.task, variant.exercise) if item.answers else ():
            answer = work_out(slip.formula, known_of(variant), slip.misconception.fewer)
            if answer is not None:
                found.setdefault(slip.misconception.id, []).append((item, slip, answer))
    return found


def _drawn(variant: Sheet, chance: random.Random) -> tuple[str, str, str, dict[str, str]]:
    """A line, a misconception, the value it leads to, and the right answers before it."""
    pool = _slips(variant)
    row = chance.choice(sorted(pool))
    item, _, answer = chance.choice(pool[row])
    label = item.answers[-1].label
    before = {name: value for name, value in variant.key().items() if _line(name) < _line(label)}
    return label, row, answer, before


def _line(label: str) -> int:
    return int(label.rstrip("abcdefghijklmnopqrstuvwxyz"))


@settings(max_examples=15, deadline=None)
@given(networks(), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_only_the_first_wrong_step_is_wrong(
    network: Network, seed: int, chance: random.Random
) -> None:
    """A student who slips once and then works on rightly loses one point."""
    variant = sheet(network, seed)
    asked = [item for item in variant.items if item.answers and item.task.part != "update"]
    item = chance.choice(asked)
    options = [
        s for s in slips(item.task, variant.exercise) if s.misconception.id != "early-rounding"
    ]
    if not options:
        return
    answers, slipped = _worked_through(variant, item.task.source, chance.choice(options))
    if slipped is None:
        return
    by_label = {mark.label: mark for mark in marks(variant, answers)}
    if by_label[slipped].verdict is not Verdict.WRONG:
        return
    assert by_label[slipped].first
    others = {label: mark for label, mark in by_label.items() if label != slipped}
    assert {mark.verdict for mark in others.values()} <= {
        Verdict.RIGHT, Verdict.FOLLOWS, Verdict.TRIVIAL,
    }  # fmt: skip


def _worked_through(variant: Sheet, step: str, slip: Slip) -> tuple[dict[str, str], str | None]:
    """All lines worked out from the numbers written before them, one of them wrongly."""
    known = dict(known_of(variant))
    answers: dict[str, str] = {}
    slipped = None
    for item in variant.items:
        subject, line = item.task.step.subject, put_into(item.task, variant.numbers)
        is_it = item.task.source == step
        value = work_out(slip.formula if is_it else line, known)
        if value is None:
            return answers, None
        if not item.answers:
            known[subject] = known[item.task.formula]
            continue
        if is_it:
            slipped = item.answers[-1].label
        for answer in item.answers[:-1]:
            name = line.at(answer.address)
            answers[answer.label] = printed(rounded(HIGH.number(known[name]), 9).number)
        answers[item.answers[-1].label] = value
        if item.task.part != "update":
            known[subject] = Fraction(value)
    return answers, slipped


def test_a_value_that_makes_the_rest_trivial_gives_no_points_there() -> None:
    variant = sheet(two_two_two(), 1)
    label, after = variant.label("delta/z2.1"), variant.label("gradient/w2.1.1")
    by_label = {m.label: m for m in marks(variant, {**variant.key(), label: "0", after: "0"})}
    assert by_label[label].verdict is Verdict.WRONG
    assert by_label[after].verdict is Verdict.TRIVIAL
    assert not by_label[after].counts


def test_an_unreadable_answer_does_not_stop_the_later_ones() -> None:
    variant = sheet(two_two_two(), 1)
    answers = {**variant.key(), "1": "what?", "3": ""}
    graded = marks(variant, answers)
    assert [m.verdict for m in graded if m.label in ("1", "3")] == [
        Verdict.UNREADABLE, Verdict.MISSING,
    ]  # fmt: skip
    assert {m.verdict for m in graded if m.label not in ("1", "3")} == {Verdict.RIGHT}
    assert not any(m.first for m in graded)


def test_fewer_digits_are_told_from_a_mistake() -> None:
    variant = sheet(two_two_two(), 1)
    label = variant.label("define/a1.1")
    value = Fraction(variant.key()[label])
    rounded, cut = f"{float(value):.2f}", str(float(int(value * 100)) / 100)
    for answer in {rounded, cut}:
        found = next(
            m for m in marks(variant, {**variant.key(), label: answer}) if m.label == label
        )
        assert found.verdict is Verdict.COARSE
        assert found.counts


READ = [
    ("0.5622", Fraction(5622, 10000)), ("0,5622", Fraction(5622, 10000)),
    (" −.5 ", -Fraction(1, 2)),
    ("–0,02", -Fraction(1, 50)), ("1e-3", Fraction(1, 1000)), ("1.2·10^-3", Fraction(12, 10**4)),
    ("1,2*10**(-3)", Fraction(12, 10**4)), ("1/3", Fraction(1, 3)), ("1,234.5", Fraction(2469, 2)),
    ("1.234,5", Fraction(2469, 2)), ("= 0.25", Fraction(1, 4)), ("≈0.25", Fraction(1, 4)),
    ("０.５", Fraction(1, 2)), ("+3", Fraction(3)), ("5.", Fraction(5)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_numbers_as_people_write_them(text: str, value: Fraction) -> None:
    assert read(text).value == value


HOSTILE = [
    "nan", "inf", "-infinity", "__import__('os').system('true')", "9**9**9**9", "1e999999999",
    "1" * 5000, "(" * 1999, "٣٫٥abc", "0x10", "1/0", "½½", "\x00", "12:30", "--5", "1e", "e5",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_get_a_message(text: str) -> None:
    reading = read(text)
    assert reading.value is None
    assert reading.fault


def test_nothing_written_is_no_fault() -> None:
    assert read(" \t ").empty


def test_a_working_is_followed_member_by_member() -> None:
    variant = sheet(two_two_two(), 1)
    label = variant.label("define/a1.1")
    key = variant.key()

    def found(text: str) -> Mark:
        return next(m for m in marks(variant, {**key, label: text}) if m.label == label)

    value = key[label]
    assert found(f"0.5 + 0.5*0 = 0.5 ≈ {value}").working.startswith("0.5 is 0.5, not")
    same = found(f"{value}*1 = {value}")
    assert (same.verdict, same.first, same.working) == (Verdict.RIGHT, False, "")
    broken = found(f"0,4 − 0,01·(−0,7245) = {value}")
    assert broken.verdict is Verdict.RIGHT
    assert broken.first
    assert "0.407245" in broken.working


@pytest.mark.parametrize("text", ["9**9**9**9 = 1", "(" * 900 + " = 2", "foo(2) = 3", "1/0 = 4"])
def test_a_working_that_cannot_be_read_is_no_slip(text: str) -> None:
    variant = sheet(two_two_two(), 1)
    by_label = {m.label: m for m in marks(variant, {**variant.key(), "1": text})}
    assert not by_label["1"].working
    assert by_label["3"].verdict is Verdict.RIGHT
