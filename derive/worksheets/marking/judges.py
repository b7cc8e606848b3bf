"""All blanks of a sheet judged, each by the judge of its form.

Numbers are judged together, line by line from the student's own earlier values; a formula, a
letter, names and a count each stand alone. Never raises for what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from derive.derivation.numbers.chains import Numbers
from derive.document.wording import Wording
from derive.expression.nodes import Expression
from derive.expression.typed.formula import FormulaError
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
from derive.worksheets.marking.formulas import Compared, Formulas
from derive.worksheets.marking.marks import mark_values
from derive.worksheets.marking.progress import Known
from derive.worksheets.marking.reading.faults import Fault, Faults
from derive.worksheets.marking.reading.numbers import MAX_LENGTH, read
from derive.worksheets.marking.reading.spelling import answered
from derive.worksheets.marking.repeats import once
from derive.worksheets.marking.verdicts import Mark, Verdict, with_first
from derive.worksheets.recipes.recipe import ONCE
from derive.worksheets.sheets.maker import Variant

_NONE = frozenset({"none", "no", "nothing", "0", "-", "–", "—", "∅", "{}"})
_BETWEEN = re.compile(  # what people put between names, in several languages
    r"\b(?:and|und|et|then|dann|puis|y|e|over|via)\b|[-=]+>?|[\s,;.:{}()\[\]→⟶⇒↦&+|/·]+",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\(([a-z])\)|([a-z])(?=[).:]|\s*$|\s+[=–—-])", re.IGNORECASE)
_SHOWN = 60  # characters of an answer that are repeated


class Judges:
    """Marks the sheets about one exercise.

    repeat  whether a mistake costs "once", or in "each" line where it is made again
    words   the sentences that say why an answer cannot be read
    """

    def __init__(
        self, exercise: Exercise, names: Names, repeat: str = ONCE, words: Wording | None = None
    ) -> None:  # fmt: skip
        self.exercise = exercise
        self.names = names
        self.formulas = Formulas(exercise, names)
        self.faults = Faults(names, words)
        self._repeat = repeat

    def marks(self, variant: Variant, answers: Mapping[str, str]) -> tuple[Mark, ...]:
        """A mark for every blank of a variant, in the order of the sheet.

        answers  label of a blank → what was written there; what is left out is missing
        """
        by_label: dict[str, Mark] = {}
        updated = Known()
        for numbers, items, later in _together(variant):
            marks = mark_values(
                self.formulas, items, numbers, answers,
                start=updated if later else None, after=updated, faults=self.faults,
            )  # fmt: skip
            by_label |= {mark.label: mark for mark in marks}
        for answer in variant.answers:
            if answer.label not in by_label:
                by_label[answer.label] = self._alone(answer, answers.get(answer.label, ""))
        marks = with_first([by_label[answer.label] for answer in variant.answers])
        if self._repeat != ONCE:
            return marks
        guessed = {a.label for a in variant.answers if isinstance(a, ChoiceAnswer)}
        return once(marks, guessed)

    def _alone(self, answer: AnyAnswer, text: str) -> Mark:
        excerpt = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        expected = self._expected(answer)
        a_dash_is_none = isinstance(answer, NamesAnswer) and text.strip()
        if read(text).empty and not a_dash_is_none:
            return Mark(answer.label, answer.step, Verdict.MISSING, excerpt, expected)
        if len(text) > MAX_LENGTH:
            judged = _unreadable(Fault("too-long", str(MAX_LENGTH)))
        else:
            judged = _JUDGES[type(answer)](self, answer, answered(text, answer.label))
        verdict, misconceptions, fault, differs = judged
        return Mark(
            answer.label, answer.step, verdict, excerpt, expected, misconceptions,
            fault=self.faults(fault), differs=differs,
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
            return _unreadable(Fault("no-count", text.strip()))
        return _verdict(reading.value == answer.value)

    def choice(self, answer: ChoiceAnswer, text: str) -> _Judged:
        """A letter, in brackets or not, small or capital; what is chosen may stand behind it."""
        plain = unicodedata.normalize("NFKC", text).strip().replace("[", "(").replace("]", ")")
        match = _LETTER.match(plain)
        letter = (match[1] or match[2]).lower() if match else ""
        others = {other.lower() for other in re.findall(r"\(([a-zA-Z])\)", plain)} - {letter}
        if not letter or letter not in answer.letters or others & {*answer.letters}:
            return _unreadable(Fault("no-letter", text.strip(), ", ".join(answer.letters)))
        if letter == answer.letter:
            return _verdict(True)
        row = answer.misconceptions[answer.letters.index(letter)]
        return _verdict(False, (row,) if row else ())

    def names_given(self, answer: NamesAnswer, text: str) -> _Judged:
        """Names in any order; the ends of a path may stand among them."""
        if text.strip().lower() in _NONE:
            return _verdict(not answer.names)
        try:
            mentioned, rest = self.formulas.quantities(text)
        except FormulaError as error:
            return _unreadable(Fault(error.kind, *error.about))
        unknown = _BETWEEN.sub(" ", rest).split()
        if unknown or not mentioned:
            return _unreadable(Fault("unknown-name", unknown[0] if unknown else text.strip()))
        return _verdict(mentioned - {*answer.ends} == {*answer.names} - {*answer.ends})

    def formula(self, answer: FormulaAnswer, text: str) -> _Judged:
        """A formula in the names of the sheet; one with an equals sign is what follows it."""
        compared = self.formulas.compare_with(
            answer.formula, text, frozenset(answer.assumes), answer.wrong, answer.subject
        )
        if compared.fault is not None:
            return _unreadable(compared.fault)
        if compared.equal:
            return _verdict(True)
        return Verdict.WRONG, compared.misconceptions, None, compared


_Judged = tuple[Verdict, tuple[str, ...], Fault | None, Compared | None]
_JUDGES: dict[type, Callable[[Judges, Any, str], _Judged]] = {
    CountAnswer: Judges.count, ChoiceAnswer: Judges.choice, NamesAnswer: Judges.names_given,
    FormulaAnswer: Judges.formula,
}  # fmt: skip


def _verdict(right: bool, misconceptions: tuple[str, ...] = ()) -> _Judged:
    return (Verdict.RIGHT if right else Verdict.WRONG), misconceptions, None, None


def _unreadable(fault: Fault) -> _Judged:
    return Verdict.UNREADABLE, (), fault, None


def _together(variant: Variant) -> list[tuple[Numbers, list[Item], bool]]:
    """The lines of a sheet, those that are worked out from the same numbers together; and whether
    they come after the update."""
    groups: dict[int, tuple[Numbers, list[Item], bool]] = {}
    for question in variant.questions:
        if question.numbers is not None:
            later = question.kind == "new-loss"
            same = groups.setdefault(id(question.numbers), (question.numbers, [], later))
            same[1].extend(question.items)
    return list(groups.values())
