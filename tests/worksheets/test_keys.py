"""Keys: worked out again from what is printed, compared with the truth, faults found."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two
from worksheets.page_reader import Page, Student, number

import derive
from derive.derivation.check import CheckFailed
from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.steps import Relation
from derive.expression.nodes import Number, Quantity
from derive.network import Network
from derive.worksheets import Ask, Recipe, Worksheet
from derive.worksheets.exercise import exercise
from derive.worksheets.items import Item, items
from derive.worksheets.keycheck import check_key
from derive.worksheets.variants.givens import draw
from derive.worksheets.variants.variant import numbers_with
from derive.writers import write


def pages(sheets: Worksheet, number: int = 0) -> tuple[Page, Page]:
    """A sheet and its key, as plain text in the worksheet's own names."""
    variant = sheets.variants[number]
    return tuple(
        Page(write(document, variant.names, "text")) for document in (variant.sheet, variant.key)
    )  # type: ignore[return-value]


def printed_names(sheets: Worksheet) -> dict[str, str]:
    return {text: text for text in map(sheets[0].names.text, sheets[0].names.quantities())}


def work_out_again(sheets: Worksheet) -> Student:
    _, key = pages(sheets)
    student = Student(key, printed_names(sheets))
    for line in key.lines:
        student.work_out(line)
    return student


@settings(max_examples=12)
@given(networks(), st.integers(0, 10**6), st.integers(3, 6))
def test_a_key_follows_from_the_numbers_printed_on_it(
    network: Network, seed: int, digits: int
) -> None:
    sheets = derive.worksheet(network, Recipe(digits), variants=1, seed=seed)
    sheet, key = pages(sheets)
    assert sheet.tables == key.tables
    assert work_out_again(sheets).digits == digits


def test_a_target_formula_is_worked_out_on_the_sheet() -> None:
    network = Network(
        {"x1": 1.1, "x2": 2.2}, [derive.Dense(2, "sigmoid"), derive.Dense(1)],
        targets={"y": "x1 + x2/3"}, learning_rate=0.1,
    )  # fmt: skip
    sheets = derive.worksheet(network, variants=1, seed=7)
    _, key = pages(sheets)
    assert "y" not in key.given
    assert "x1 + x2/3" in key.text
    work_out_again(sheets)


def test_a_small_learning_rate_asks_for_more_decimals() -> None:
    """0.4 − 0.001·0.02 is not 0.4000."""
    network = Network(2, [derive.Dense(2, "sigmoid")], learning_rate=0.001)
    sheets = derive.worksheet(network, variants=1, seed=7)
    student = work_out_again(sheets)
    assert (student.digits, student.update_digits) == (4, 6)
    for item in sheets.variants[0].items:
        if item.task.part == "update":
            w = item.task.step.about[0]
            assert item.answers[-1].value.value != sheets.variants[0].network.value(w).value  # type: ignore[union-attr]


# -- the truth -----------------------------------------------------------------------------------

Layer = tuple[int, int, bool, Callable[[Sequence[float]], list[float]]]


def sigmoid(zs: Sequence[float]) -> list[float]:
    return [1 / (1 + math.exp(-z)) for z in zs]


def relu(zs: Sequence[float]) -> list[float]:
    return [max(z, 0.0) for z in zs]


def softmax(zs: Sequence[float]) -> list[float]:
    powers = [math.exp(z) for z in zs]
    return [power / sum(powers) for power in powers]


def half_squares(ys: Sequence[float], ts: Sequence[float]) -> float:
    return sum((y - t) ** 2 for y, t in zip(ys, ts, strict=True)) / 2


def cross_entropy(ys: Sequence[float], ts: Sequence[float]) -> float:
    return -sum(t * math.log(y) for y, t in zip(ys, ts, strict=True))


def loss_of(
    values: Sequence[float], inputs: Sequence[float], targets: Sequence[float],
    layers: Sequence[Layer], loss: Callable[[Sequence[float], Sequence[float]], float],
) -> float:  # fmt: skip
    """The loss from the parameters in the order of the sheet: a layer's weights by receiver,
    then its biases."""
    rest, outputs = list(values), list(inputs)
    for width, units, biased, activation in layers:
        weights = [[rest.pop(0) for _ in range(width)] for _ in range(units)]
        biases = [rest.pop(0) for _ in range(units)] if biased else [0.0] * units
        outputs = activation(
            [
                sum(w * a for w, a in zip(row, outputs, strict=True)) + bias
                for row, bias in zip(weights, biases, strict=True)
            ]
        )
    return loss(outputs, targets)


@pytest.mark.parametrize(
    ("network", "layers", "loss"),
    [
        (two_two_two(), [(2, 2, True, sigmoid), (2, 2, True, sigmoid)], half_squares),
        (relu_softmax(), [(2, 3, True, relu), (3, 2, True, softmax)], cross_entropy),
    ],
    ids=("2-2-2", "relu and softmax"),
)
@pytest.mark.parametrize("seed", range(5))
def test_printed_gradients_are_those_of_the_printed_network(
    network: Network, layers: list[Layer], loss: Callable[..., float], seed: int
) -> None:
    sheets = derive.worksheet(
        network, Recipe(digits=6, questions=(Ask("gradient"), Ask("update"))), variants=1, seed=seed
    )
    _, key = pages(sheets)
    data, *tables = key.tables
    *known, rate = map(float, data.values())
    inputs, targets = known[:2], known[2:]
    parameters = {name: float(v) for table in tables for name, v in table.items()}
    gradients, updates = 0, 0
    for line in key.lines:
        match = re.fullmatch(r"∂E\w*/∂([Wb]\w*)", line.subject)
        if not match and line.members[0][0] != "←":
            continue
        name = match[1] if match else line.subject
        moved = []
        for step in (1e-5, -1e-5):
            values = [v + step * (key == name) for key, v in parameters.items()]
            moved.append(loss_of(values, inputs, targets, layers, loss))
        slope = (moved[0] - moved[1]) / 2e-5
        value = float(number(re.sub(r"__(.*)__\(\w+\)", r"\1", line.members[-1][1])))
        if match:
            assert value == pytest.approx(slope, abs=2e-5)
            gradients += 1
        else:
            assert value == pytest.approx(parameters[name] - rate * slope, abs=2e-5)
            updates += 1
    assert gradients == updates == len(parameters)


# -- faults that the check of a key must find ----------------------------------------------------


Checked = tuple[tuple[Item, ...], Numbers]


@pytest.fixture
def checked() -> Checked:
    asked = exercise(two_two_two())
    rounding = Rounding(4, carried=True, parts=False)
    givens = draw(asked.structure, None, random.Random("a fixed draw"))
    numbers = numbers_with(asked, givens, rounding)
    return items(asked.tasks, numbers), numbers


def changed(item: Item, member: int, value: str) -> Item:
    relation = Relation(item.chain[member].sign, Number(Fraction(value), value))
    return replace(item, chain=(*item.chain[:member], relation, *item.chain[member + 1 :]))


def test_a_good_key_passes(checked: Checked) -> None:
    lines, numbers = checked
    assert check_key(lines, numbers) == len(lines)


def test_every_wrong_last_digit_is_found(checked: Checked) -> None:
    lines, numbers = checked
    for place, item in enumerate(lines):
        value = item.answers[-1].value
        last = Decimal(1).scaleb(Decimal(value.text).as_tuple().exponent)  # type: ignore[arg-type]
        wrong = changed(item, len(item.chain) - 1, str(Decimal(value.text) + last))
        with pytest.raises(CheckFailed) as caught:
            check_key((*lines[:place], wrong, *lines[place + 1 :]), numbers)
        assert caught.value.step == item.task.source


def test_a_number_that_is_not_the_one_printed_before_is_found(checked: Checked) -> None:
    lines, numbers = checked
    for place, item in enumerate(lines):
        if len(item.chain) < 4:
            continue
        line = item.chain[2].expression
        address = next(a for a, node in line.addresses() if isinstance(node, Number) and node.text)
        other = line.replace_at(address, Number(Fraction("0.123"), "0.123"))
        chain = (*item.chain[:2], Relation("=", other), item.chain[3])
        with pytest.raises(CheckFailed) as caught:
            check_key((*lines[:place], replace(item, chain=chain), *lines[place + 1 :]), numbers)
        assert caught.value.step == item.task.source


def test_a_result_used_before_it_is_worked_out_is_found(checked: Checked) -> None:
    lines, numbers = checked
    with pytest.raises(CheckFailed, match="before it is worked out"):
        check_key((lines[1], lines[0], *lines[2:]), numbers)


def test_a_wrong_formula_with_right_arithmetic_is_found(checked: Checked) -> None:
    """The gradient of one weight worked out like that of another: digits fit, truth does not."""
    lines, numbers = checked
    gradients = [item for item in lines if item.task.part == "gradient"]
    first, other = gradients[0], gradients[1]
    step = first.task.step
    swapped = replace(step, relations=(step.relations[0], other.task.step.relations[1]))
    wrong = replace(
        first, task=replace(first.task, step=swapped), chain=(step.relations[0], *other.chain[1:])
    )
    before = lines[: lines.index(first)]
    with pytest.raises(CheckFailed, match="not what rounding can explain") as caught:
        check_key((*before, wrong), numbers)
    assert caught.value.step == first.task.source


def test_a_slope_that_is_flat_where_it_is_printed_is_no_mistake() -> None:
    """a = 0.50 may be 0.504, where a·(1 − a) is no longer 0.25: its slope at 0.50 is 0."""
    for seed in (3, 7):
        sheets = derive.worksheet(two_two_two(), Recipe(2, questions=(Ask("local"),)), 1, seed)
        assert any(item.chain[-1].expression.at(()).value == Fraction(1, 4)  # type: ignore[attr-defined]
                   for item in sheets[0].items)  # fmt: skip


def test_a_wrong_formula_of_a_task_is_found_by_the_check_of_the_exercise() -> None:
    asked = exercise(two_two_two())
    derivation = asked.derivation
    *others, tasks = derivation.sections
    deltas = [step for step in tasks.steps if step.id.startswith("task/delta/z1")]
    one, two = deltas
    wrong = replace(one, relations=(one.relations[0], two.relations[1]))
    planted = tuple(wrong if step is one else step for step in tasks.steps)
    sections = (*others, replace(tasks, steps=planted))
    again = type(derivation)(derivation.graph, derivation.style, sections)
    with pytest.raises(CheckFailed) as caught:
        again.check()
    assert caught.value.step == one.id


def test_answers_are_addressed() -> None:
    variant = derive.worksheet(two_two_two(), variants=1, seed=7).variants[0]
    for item in variant.items:
        for answer in item.answers:
            assert item.chain[answer.relation].expression.at(answer.address) == answer.value
            assert answer.step == item.task.source
    assert {answer.step for answer in variant.answers} >= {"define/z1.1", "delta/z2.1"}
    assert all(isinstance(q, Quantity) for q in variant.network.parameters())
