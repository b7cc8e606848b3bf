"""All blanks of a sheet judged, each by the judge of its form.

Numbers are judged together, line by line from the student's own earlier values; a formula, a
letter, names and a count each stand alone. Never raises for what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from derive.derivation.numbers import Numbers
from derive.expression.nodes import Expression
from derive.notation import Names
from derive.worksheets.answers import (
    AnyAnswer,
    ChoiceAnswer,
    CountAnswer,
    FormulaAnswer,
    NamesAnswer,
)
from derive.worksheets.exercise import Exercise
from derive.worksheets.items import Item
from derive.worksheets.maker import Variant
from derive.worksheets.marking.formulas import Compared, Formulas
from derive.worksheets.marking.marks import Carried, mark_values
from derive.worksheets.marking.readings import MAX_LENGTH, read
from derive.worksheets.marking.verdicts import Mark, Verdict, with_first

_NONE = frozenset({"none", "no", "nothing", "0", "-", "–", "—", "∅", "{}"})
_BETWEEN = re.compile(r"and|->|[\s,;.{}()→&+]+", re.IGNORECASE)
_SHOWN = 60  # characters of an answer that are repeated


class Judges:
    """Marks the sheets about one exercise."""

    def __init__(self, exercise: Exercise, names: Names) -> None:
        self.exercise = exercise
        self.names = names
        self.formulas = Formulas(exercise, names)

    def marks(self, variant: Variant, answers: Mapping[str, str]) -> tuple[Mark, ...]:
        """A mark for every blank of a variant, in the order of the sheet.

        answers  label of a blank → what was written there; what is left out is missing
        """
        found: dict[str, Mark] = {}
        updated = Carried()
        for numbers, items, later in _together(variant):
            marks = mark_values(
                self.formulas, items, numbers, answers,
                start=updated if later else None, into=updated,
            )  # fmt: skip
            found |= {mark.label: mark for mark in marks}
        for answer in variant.answers:
            if answer.label not in found:
                found[answer.label] = self._alone(answer, answers.get(answer.label, ""))
        return with_first([found[answer.label] for answer in variant.answers])

    def _alone(self, answer: AnyAnswer, text: str) -> Mark:
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        expected = self._expected(answer)
        a_dash_is_none = isinstance(answer, NamesAnswer) and text.strip()
        if read(text).empty and not a_dash_is_none:
            return Mark(answer.label, answer.step, Verdict.MISSING, shown, expected)
        if len(text) > MAX_LENGTH:
            fault = f"more than {MAX_LENGTH} characters"
            return Mark(answer.label, answer.step, Verdict.UNREADABLE, shown, expected, fault=fault)
        verdict, named, fault, differs = _JUDGES[type(answer)](self, answer, text)
        return Mark(
            answer.label, answer.step, verdict, shown, expected, named, fault=fault,
            differs=differs,
        )  # fmt: skip

    def _expected(self, answer: AnyAnswer) -> Expression | str:
        if isinstance(answer, FormulaAnswer):
            return answer.formula
        if isinstance(answer, ChoiceAnswer):
            return answer.letter
        if isinstance(answer, NamesAnswer):
            return ", ".join(map(self.names.text, answer.names)) or "none"
        return str(answer.value)

    # -- one judge a form ---------------------------------------------------------------------

    def count(self, answer: CountAnswer, text: str) -> _Judged:
        """A whole number, exact."""
        reading = read(text)
        if reading.value is None:
            return _unreadable("not a whole number")
        return _verdict(reading.value == answer.value)

    def choice(self, answer: ChoiceAnswer, text: str) -> _Judged:
        """A letter, in brackets or not, small or capital."""
        plain = unicodedata.normalize("NFKC", text).strip().strip("()[].:").strip().lower()
        if len(plain) != 1 or plain not in answer.letters:
            return _unreadable(f"not one of the letters {', '.join(answer.letters)}")
        if plain == answer.letter:
            return _verdict(True)
        row = answer.misconceptions[answer.letters.index(plain)]
        return _verdict(False, (row,) if row else ())

    def named(self, answer: NamesAnswer, text: str) -> _Judged:
        """Names in any order."""
        if text.strip().lower() in _NONE:
            return _verdict(not answer.names)
        found, rest = self.formulas.quantities(text)
        unknown = _BETWEEN.sub(" ", rest).split()
        if unknown or not found:
            what = unknown[0] if unknown else text.strip()
            return _unreadable(f"{what[:_SHOWN]!r} is no name on the sheet")
        return _verdict(found == frozenset(answer.names))

    def formula(self, answer: FormulaAnswer, text: str) -> _Judged:
        """A formula in the names of the sheet; one with an equals sign is what follows it."""
        compared = self.formulas.compare_with(
            answer.formula, text, frozenset(answer.assumes), answer.wrong, answer.subject
        )
        if compared.fault:
            return _unreadable(compared.fault)
        if compared.equal:
            return _verdict(True)
        return Verdict.WRONG, compared.misconceptions, "", compared


_Judged = tuple[Verdict, tuple[str, ...], str, Compared | None]
_JUDGES: dict[type, Callable[[Judges, Any, str], _Judged]] = {
    CountAnswer: Judges.count, ChoiceAnswer: Judges.choice, NamesAnswer: Judges.named,
    FormulaAnswer: Judges.formula,
}  # fmt: skip


def _verdict(right: bool, named: tuple[str, ...] = ()) -> _Judged:
    return (Verdict.RIGHT if right else Verdict.WRONG), named, "", None


def _unreadable(fault: str) -> _Judged:
    return Verdict.UNREADABLE, (), fault, None


def _together(variant: Variant) -> list[tuple[Numbers, list[Item], bool]]:
    """The lines of a sheet, those that are worked out from the same numbers together; and whether
    they come after the update."""
    found: dict[int, tuple[Numbers, list[Item], bool]] = {}
    for question in variant.questions:
        if question.numbers is not None:
            later = question.kind == "new-loss"
            same = found.setdefault(id(question.numbers), (question.numbers, [], later))
            same[1].extend(question.items)
    return list(found.values())
