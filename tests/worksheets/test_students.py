"""What is said to students who worked everything out by themselves, with one slip or none."""

from __future__ import annotations

from collections import Counter

import pytest
from worksheets.networks import relu_softmax, two_two_two
from worksheets.sheets import Sheet, sheet
from worksheets.students import Student, decimals

from derive.network import Dense, Network
from derive.worksheets.marking import Mark, Verdict, mark_values

RELU = Network(2, [Dense(2, "relu"), Dense(2)], "mean_squared_error", learning_rate=0.1)
TANH = Network(2, [Dense(2, "tanh"), Dense(2, "sigmoid")], "mean_squared_error", learning_rate=0.5)
WIDE = Network(2, [Dense(2, "sigmoid"), Dense(3, "softmax")], "cross_entropy", learning_rate=0.5)
PATHS = Network(2, [Dense(2, "sigmoid"), Dense(3)], "half_squared_error", learning_rate=0.1)
NETWORKS = {
    "sigmoid": two_two_two(), "softmax": relu_softmax(), "relu": RELU, "tanh": TANH, "wide": WIDE,
    "paths": PATHS,
}  # fmt: skip
SHEETS = 4
FINE = decimals(4, significant=3)


def marked(variant: Sheet, answers: dict[str, str]) -> dict[str, Mark]:
    marks = mark_values(variant.reader, variant.items, variant.numbers, answers)
    return {mark.label: mark for mark in marks}


def lost(marks: dict[str, Mark]) -> int:
    """Lines whose value does not count."""
    return sum(not m.counts for label, m in marks.items() if label.isdecimal())


# -- right values, however they are rounded ------------------------------------------------------

ROUNDED = {
    "four": FINE, "half even": decimals(4, "half even", 3), "cut off": decimals(4, "cut off", 3),
    "always four": decimals(4), "six": decimals(6), "three": decimals(3),
    "three, cut off": decimals(3, "cut off"), "three, half even": decimals(3, "half even"),
}  # fmt: skip
# What follows from a value with too few digits is counted.
NOT_WRONG = (Verdict.RIGHT, Verdict.COARSE, Verdict.VAGUE, Verdict.FOLLOWS)


@pytest.mark.parametrize("rounded", ROUNDED)
@pytest.mark.parametrize("name", ["sigmoid", "softmax", "relu"])
def test_no_right_value_is_called_wrong(name: str, rounded: str) -> None:
    """Worked out in full and written with few digits, or cut off: it counts, or it is said that
    there are too few digits to tell. No misconception is named."""
    seen: Counter[Verdict] = Counter()
    for seed in range(SHEETS):
        variant = sheet(NETWORKS[name], seed)
        for mark in marked(variant, Student(variant, ROUNDED[rounded]).answers()).values():
            seen[mark.verdict] += 1
            assert mark.verdict in NOT_WRONG, (seed, mark)
            assert not mark.misconceptions and not mark.first, (seed, mark)
    if rounded in ("four", "half even", "always four", "six"):
        assert set(seen) == {Verdict.RIGHT} or rounded == "always four"
    if not rounded.startswith("three"):  # cut off, a step of half a unit may be lost
        assert seen[Verdict.VAGUE] <= (rounded == "cut off") and not seen[Verdict.FOLLOWS]
    assert seen[Verdict.VAGUE] < 0.12 * seen.total(), seen


def test_too_few_digits_are_told_from_a_mistake_and_from_an_answer() -> None:
    """Three decimals of a weight that moves by 0.0008 say nothing; of one that moves by 0.002, how
    it moves."""
    told = Counter[Verdict]()
    for seed in range(8):
        variant = sheet(two_two_two(), seed)
        student = Student(variant, FINE)
        answers, v = student.answers(), student.v
        for name in student.written:
            if not name.startswith("new/w"):
                continue
            label, w = student.label(name), name.removeprefix("new/")
            old, step = v[w], v["eta"] * v[f"g/{w}"]
            new = old - step
            short = f"{new:.3f}"
            if abs(float(short) - new) < 1.5e-4:
                continue
            mark = marked(variant, answers | {label: short})[label]
            seen = abs(step) > 0.001
            assert mark.verdict is (Verdict.COARSE if seen else Verdict.VAGUE), mark
            assert mark.counts == seen and not mark.misconceptions and not mark.first
            told[mark.verdict] += 1
            if abs(step) > 1e-4:
                named = marked(variant, answers | {label: f"{old + step:.5f}"})[label]
                assert named.misconceptions == ("update-sign",), named
    assert len(told) == 2 and min(told.values()) > 1
    variant = sheet(two_two_two(), 1)
    student = Student(variant, FINE)
    small = student.label("g/w1.1.1")  # 0.00475
    for text, verdict in (("0.005", Verdict.VAGUE), ("0.00", Verdict.VAGUE), ("0", Verdict.WRONG)):
        assert marked(variant, student.answers() | {small: text})[small].verdict is verdict


# -- one slip --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("nothing", ["", "see above"])
def test_a_line_left_out_hands_on_what_it_would_have_come_to(name: str, nothing: str) -> None:
    variant = sheet(NETWORKS[name], 3)
    typed = {"z2.1": FINE(Student(variant, FINE).v["z2.1"] + 0.1)}
    student = Student(variant, FINE, carried=True, typed=typed)
    answers = student.answers()
    whole = marked(variant, answers)
    assert lost(whole) == 1 and whole[student.label("z2.1")].first
    for gap in ("E1", "d2.1", "E1/a2.1"):
        label = student.label(gap)
        marks = marked(variant, answers | {label: nothing})
        assert lost(marks) == 2, gap
        assert {m.verdict for m in marks.values() if m.label != label} == {
            m.verdict for m in whole.values()
        }  # fmt: skip


def test_nothing_follows_from_a_gap_that_rests_on_no_mistake() -> None:
    variant = sheet(two_two_two(), 3)
    answers = Student(variant, FINE, carried=True).answers()
    marks = marked(variant, answers | {"2": ""})
    assert [m.label for m in marks.values() if m.verdict is not Verdict.RIGHT] == ["2"]


def test_a_slip_in_a_number_put_in_is_punished_once() -> None:
    """The number is wrong, and what is worked out from it follows; the number has the name."""
    variant = sheet(two_two_two(), 1)
    student = Student(variant, FINE, carried=True)
    answers, v = student.answers(), student.v
    marks = marked(variant, answers | {"2a": "0.95", "2": "0.7211"})
    assert marks["2a"].verdict is Verdict.WRONG and marks["2a"].first
    assert marks["2"].verdict is Verdict.FOLLOWS
    label = student.label("g/w2.1.1")
    neighbour = {f"{label}b": student.written["a1.2"], label: FINE(v["d2.1"] * v["a1.2"])}
    marks = marked(variant, answers | neighbour)
    assert marks[f"{label}b"].misconceptions[0] == "wrong-index"
    assert marks[label].verdict is Verdict.FOLLOWS and not marks[label].misconceptions
    nothing = marked(variant, answers | {f"{label}a": "0", label: "0"})
    assert nothing[label].verdict is Verdict.TRIVIAL
    apart = marked(variant, answers | {"2a": "0.95"})  # the value is right all the same
    assert apart["2a"].verdict is Verdict.WRONG and apart["2"].verdict is Verdict.RIGHT


# -- the use-condition, from both sides ------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    "text", ["0", "0.0000", "0.0000001", "1e-300", "0.00001", "0.00005", "0.0001", "-0.00001"]
)
def test_nothing_is_given_for_the_same_nothing_in_every_blank(name: str, text: str) -> None:
    """But where it happens to be right."""
    for seed in range(2):
        variant = sheet(NETWORKS[name], seed)
        marks = marked(variant, dict.fromkeys(variant.key(), text))
        follows = [m for m in marks.values() if m.verdict is Verdict.FOLLOWS]
        assert not follows, follows
        right = {label for label, key in variant.key().items() if abs(float(key)) < 1.6e-4}
        assert {m.label for m in marks.values() if m.counts} <= right


@pytest.mark.parametrize("seed", range(5))
def test_what_is_left_to_work_out_beside_a_zero_counts(seed: int) -> None:
    """Softmax's other outputs left out: δ_o2 = δ_o3 = 0. δ of the hidden units is work all the
    same; a gradient from δ = 0, and an update with it, is none."""
    variant = sheet(WIDE, seed)
    student = Student(variant, FINE, carried=True, slips={"diagonal"})
    marks = marked(variant, student.answers())
    names = {student.name(label): m for label, m in marks.items() if label.isdecimal()}
    wrong = [m for m in names.values() if m.verdict is Verdict.WRONG]
    assert len(wrong) in (2, 3) and {m.misconceptions[0] for m in wrong} == {"softmax-diagonal"}
    zeros = [k for k in (1, 2, 3) if not float(student.written[f"d2.{k}"])]
    for name, mark in names.items():
        if name[:3] in ("d1.", "g/w") and name[3:4] != "2":
            assert mark.counts, (name, mark)
        if any(name in (f"g/w2.{j}.{k}", f"new/w2.{j}.{k}") for j in (1, 2) for k in zeros):
            assert mark.verdict is Verdict.TRIVIAL, (name, mark)
    assert len(zeros) == 2
    put_in = [m for label, m in marks.items() if label.startswith(student.label("d1.1"))]
    assert len(put_in) > 6 and all(m.counts for m in put_in)
    assert lost(marks) <= len(wrong) + 2 * 2 * 3  # weights and bias of two units, both lines


def test_a_slip_of_the_point_costs_what_it_leaves_no_work_for() -> None:
    """o1 ten times too large: σ gives 1.0000, f′ gives 0. Both were worked out, and count."""
    variant = sheet(two_two_two(), 1)
    right = Student(variant, FINE)
    typed = {"z2.1": f"{10 * float(right.written['z2.1']):.3f}"}
    student = Student(variant, FINE, carried=True, typed=typed)
    student.write = FINE
    marks = marked(variant, student.answers())
    names = {student.name(label): m for label, m in marks.items() if label.isdecimal()}
    assert names["z2.1"].first
    for name in ("a2.1", "E1", "E", "E1/a2.1", "a2.1/z2.1", "d1.1", "d1.2", "g/w1.1.1"):
        assert names[name].verdict is Verdict.FOLLOWS, (name, names[name])


# -- slips that have a name ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slip", "row", "step"),
    [
        ("sigmoid", "f′ at the activation", "derivative-place", "a2.1/z2.1"),
        ("tanh", "f′ at the activation", "derivative-place", "a2.1/z2.1"),
        ("relu", "1/n lost", "lost-factor", "d2.1"),
        ("tanh", "1/n lost", "lost-factor", "d2.1"),
        ("paths", "one path", "missing-path", "d1.1"),
        ("sigmoid", "one path", "missing-path", "d1.1"),
        ("wide", "diagonal", "softmax-diagonal", ""),
        ("sigmoid", "rate twice", "rate-twice", "new/w2.1.1"),
    ],
)
def test_a_slip_is_named_at_its_first_line(name: str, slip: str, row: str, step: str) -> None:
    for seed in range(8):
        variant = sheet(NETWORKS[name], seed)
        student = Student(variant, FINE, carried=True, slips={slip})
        marks = marked(variant, student.answers())
        first = next(m for m in marks.values() if m.first)
        assert not step or student.name(first.label) == step, (seed, first)
        assert first.misconceptions[:1] == (row,), (seed, first)
