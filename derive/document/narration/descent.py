"""One step of gradient descent: every parameter updated, before and after, the loss again."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.numbers.valuation import STEP
from derive.derivation.steps import Kind
from derive.document.blocks import Block, Equation, Inline, Table
from derive.document.narration.backward_pass import matrices
from derive.document.narration.teller import Teller, rows
from derive.expression.nodes import Expression, Quantity
from derive.graph import RATE

H = f"{float(STEP):g}"
TWICE = f"{2 * float(STEP):g}"


def descent(teller: Teller) -> Iterator[Block]:
    """The update rule; with numbers, every update, the summary and the loss after it."""
    network, valuation = teller.network, teller.valuation
    section = teller.derivation.section("updates")
    if not section.steps:
        return
    if not teller.brief:
        yield teller.heading(2, "descent")
    if valuation is None:
        yield teller.say("descent_symbolic", rate=RATE)
        equations = [teller.equation(step) for step in section.steps]
        yield from equations if teller.by_matrices else rows(equations)
        return
    if network.learning_rate is None:
        yield teller.say("gradients_only")
        yield _table(teller, with_update=False)
        yield from along_all(teller)
        return
    if teller.by_matrices:
        name = "matrix_descent_brief" if teller.brief else "descent_all"
        yield teller.say(name, rate=RATE, value=network.learning_rate)
        if not teller.brief:
            yield from matrices.updates(teller, section)
        yield from matrices.before_and_after(teller)
        if teller.full:
            yield _table(teller, with_update=True)
            yield from along_all(teller)
        yield from _losses(teller)
        return
    name = "descent_brief" if teller.brief else "descent_all" if teller.full else "descent"
    yield teller.say(name, rate=RATE, value=network.learning_rate, h=H)
    if not teller.brief:
        first, *others = section.steps
        equations = [Equation(first.relations)]
        equations += [
            teller.equation(s, s.relations[:1]) for s in (first, *(others if teller.full else ()))
        ]
        yield from rows(equations)
    yield _table(teller, with_update=True)
    yield from along_all(teller)
    yield from _losses(teller)


def _table(teller: Teller, *, with_update: bool) -> Table:
    """A row per parameter: value, gradient, finite difference, new value."""
    words, valuation = teller.words, teller.valuation
    assert valuation is not None  # the caller has looked
    header: list[Inline] = [words("parameter"), words("before"), words("gradient")]
    formulas = _formulas(teller) if teller.gradients_in_table else {}
    if formulas:
        header.insert(2, words("formula"))
    if valuation.differences:
        header.append(words("difference"))
    if with_update:
        header.append(words("after"))
    body = []
    for step in teller.derivation.section("updates").walk():
        w = step.subject
        if not isinstance(w, Quantity):  # a matrix, whose entries follow
            continue
        value = teller.network.value(w)
        cells: list[Inline] = [(w,), (value,) if value is not None else ()]
        if formulas:
            cells.append((formulas[w],))
        cells.append((valuation.gradient(w).number,))
        if valuation.differences:
            difference = valuation.differences[w]
            cells.append(("—",) if difference is None else (difference.number,))
        if with_update:
            cells.append((valuation.updated[w].number,))
        body.append(tuple(cells))
    caption = words("summary_many")
    if valuation.differences:
        caption = words("summary", loss=valuation.goal, h=H, twice=TWICE)
    if teller.brief and with_update and valuation.differences:
        caption = ()  # the sentence before says it
    align = "".join("l" if i == 0 or (formulas and i == 2) else "r" for i in range(len(header)))
    return Table(tuple(header), tuple(body), align, caption)


def along_all(teller: Teller) -> Iterator[Block]:
    """For many parameters, one finite difference along all of them; a word on missing ones."""
    valuation = teller.valuation
    if valuation is None:
        return
    if None in valuation.differences.values():
        yield teller.say("difference_missing")
    both = None if valuation.differences else valuation.along_all
    if both is not None:
        predicted, measured = both
        yield teller.say(
            "along_all", h=H, loss=valuation.goal,
            predicted=predicted.number, measured=measured.number,
        )  # fmt: skip


def _formulas(teller: Teller) -> dict[Quantity, Expression]:
    """δ · input for every parameter."""
    section = teller.derivation.section("backward")
    gradients = (s for s in section.walk() if s.kind is Kind.GRADIENT and not s.of_array)
    return {s.about[0]: s.result for s in gradients}


def _losses(teller: Teller) -> Iterator[Block]:
    valuation = teller.valuation
    if valuation is None:
        return
    before, after = valuation.loss(), valuation.loss_after()
    if after is None:
        yield teller.say("loss_beyond", loss=valuation.goal, before=before.number)
    else:
        name = "loss_fell" if after.value < before.value else "loss_rose"
        if before.number.value == after.number.value:
            name = "loss_same"
        yield teller.say(name, loss=valuation.goal, before=before.number, after=after.number)
    if valuation.rounding.carried:
        for lost in valuation.cancellations():
            yield teller.remark(
                "cancellation", difference=lost.difference, percent=f"{100 * lost.relative:.0f}"
            )
