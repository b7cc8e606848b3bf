"""Answers on the page are marked as on worksheets: by one set of rules, from one catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from derive.derivation.numbers.rounding import rounded
from derive.explore.page import Explorer
from derive.explore.tasks import Question, questions
from derive.expression.nodes import Number
from derive.worksheets.exercise import exercise
from derive.worksheets.items import Answer, Item
from derive.worksheets.marking.carried import Value, Values
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.marking.marks import mark_values
from derive.worksheets.marking.reading.numbers import read
from derive.worksheets.marking.verdicts import Verdict
from tests.browser import CHROMIUM, Browser
from tests.explore.pages import explorer, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
SOURCES = ("mazur", "relu-deep", "write-up-002-cross-entropy")
WORDS = {
    Verdict.RIGHT: "right", Verdict.COARSE: "coarse", Verdict.VAGUE: "vague",
    Verdict.FOLLOWS: "follows", Verdict.TRIVIAL: "trivial", Verdict.WRONG: "wrong",
    Verdict.UNREADABLE: "unreadable", Verdict.MISSING: "missing",
}  # fmt: skip
MARK = """(sheets => JSON.stringify(sheets.map((answers) => {
  const marking = new explore.Marking(explore.model.view);
  return explore.DATA.tasks.map((task, place) => {
    const {verdict, names} = marking.mark(task, answers[place]);
    return [verdict, names];
  });
})))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@dataclass
class Sheet:
    """Every question of a page as a line of a worksheet."""

    writer: Explorer
    asked: Sequence[Question]

    @property
    def keys(self) -> list[Number]:
        valuation, numbers = self.writer.valuation, self.writer.valuation.numbers(0)
        return [
            valuation.updated[q.task.step.subject].number  # type: ignore[index]
            if q.task.part == "update" else numbers.displayed(q.task.atom).number
            for q in self.asked
        ]  # fmt: skip

    def marked(self, answers: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """What the marking of worksheets says."""
        items = [
            Item(q.task, q.task.step.relations, (Answer(str(k), 0, (), key, q.task.source),))
            if q.task.is_asked else Item(q.task, q.task.step.relations, ())
            for k, (q, key) in enumerate(zip(self.asked, self.keys, strict=True))
        ]  # fmt: skip
        reader = Formulas(exercise(self.writer.teller.derivation.network), self.writer.names)
        marks = mark_values(
            reader,
            items,
            self.writer.valuation.numbers(0),
            dict(zip(map(str, range(len(items))), answers, strict=True)),
        )
        by_label = {m.label: (WORDS[m.verdict], m.misconceptions) for m in marks}
        return [by_label.get(str(k), ("missing", ())) for k in range(len(items))]


def answers_to(chance: Random, sheet: Sheet) -> list[str]:
    """What somebody may write: right, cut off, too short, a slip's value, worked out from their
    own earlier numbers, any number, nonsense."""
    numbers = sheet.writer.valuation.numbers(0)
    own = Values(numbers)
    texts = []
    for question, key in zip(sheet.asked, sheet.keys, strict=True):
        text = answer(chance, question, key, own) if chance.random() < 0.7 else _text(key)
        value = read(text).value
        if value is not None and question.task.part != "update":
            own.own[question.task.atom] = Value(value)
        texts.append(chance.choice((text, text.replace(".", ","), text.replace("-", "−"))))
    return texts


def answer(chance: Random, question: Question, key: Number, own: Values) -> str:
    kind = chance.randrange(10)
    if kind < 2:
        return _text(key)
    if kind == 2:
        return f"{float(key.value):.{chance.randint(1, 7)}f}"
    if kind == 3:
        return f"{float(key.value) * chance.uniform(-2, 2):.{chance.randint(2, 6)}f}"
    if kind == 4:
        return chance.choice(("", "?", "1/3", "0", "0.6…", "-"))
    if kind < 7 and question.slips:
        slip = chance.choice(list(question.slips))
        result = own.work_out(slip.formula, slip.misconception.fewer)
    else:
        result = own.work_out(question.task.formula)
    if result is None:
        return ""
    return _text(rounded(result.value, chance.choice((3, 4, 5, 5, 5, 6))).number)


def _text(number: Number) -> str:
    return number.text or str(number.value)


@pytest.mark.parametrize("source", SOURCES)
def test_two_thousand_answers_are_marked_as_on_worksheets(
    chromium: Browser, tmp_path: Path, source: str
) -> None:
    writer, page = explorer(source, "deltas")
    opened(chromium, page, tmp_path)
    sheet = Sheet(writer, list(questions(writer.teller, writer.stages)))
    chance = Random(f"answers {source}")
    sheets = [answers_to(chance, sheet) for _ in range(-(-700 // len(sheet.asked)))]
    there = json.loads(chromium.run(f"{MARK}({json.dumps(sheets)})"))
    seen: dict[str, int] = {}
    for answers, marks in zip(sheets, there, strict=True):
        expected = sheet.marked(answers)
        for k, (mark, here) in enumerate(zip(marks, expected, strict=True)):
            assert (mark[0], tuple(mark[1])) == here, (sheet.asked[k].task.step.id, answers[k])
            seen[mark[0]] = seen.get(mark[0], 0) + 1
    assert {"right", "wrong", "follows", "coarse", "missing"} <= set(seen), seen
