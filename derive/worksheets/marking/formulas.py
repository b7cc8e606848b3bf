"""Whether a formula that a student wrote is the right one.

It is read in the sheet's notation and compared with the right formula at random points of the
network, every name worth what the definitions make of it there: σ(h1) and a_h1 are the same.
Where the two differ, the point is the explanation. Reading and evaluating are bounded, so that
nothing typed can hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from derive.derivation.numbers.chains import Atom
from derive.derivation.numbers.rounding import equal
from derive.derivation.trace import Trace
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import evaluate
from derive.expression.nodes import Expression, Quantity
from derive.expression.typed.formula import FormulaError
from derive.notation import Names
from derive.worksheets.equality import Equality, agree
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.marking.reading.faults import Fault
from derive.worksheets.marking.reading.formulas import Reader
from derive.worksheets.marking.reading.unresolved import unresolved
from derive.worksheets.misconceptions import formula_slips

POINTS = 8
_SEED = 5000
_SHARPER = (6, 9, 12, 20, 30)  # digits, until two values look different
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)|←")
_MOST_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found about a formula.

    equal           at every point
    fault           why it could not be compared; None where it could
    values          where it differs: the names it mentions and their values there
    given, right    what the two formulas come to there
    misconceptions  ids of those that lead to this formula
    """

    equal: bool
    fault: Fault | None = None
    values: tuple[tuple[Expression, str], ...] = ()
    given: str = ""
    right: str = ""
    misconceptions: tuple[str, ...] = ()


class Formulas(Reader):
    """Reads formulas about one exercise, written in the names of one notation, and compares."""

    def __init__(self, exercise: Exercise, names: Names) -> None:
        super().__init__(exercise, names)
        self.graph = exercise.derivation.layered
        self._equality = Equality(self.graph, _SEED, POINTS)

    def compare(self, task: Task, text: str) -> Compared:
        """A formula for what a task asks. Never raises for what was typed."""
        wrong = (
            (slip.misconception.id, slip.formula) for slip in formula_slips(task, self.exercise)
        )
        return self.compare_with(
            task.formula, text, frozenset(task.step.assumes), wrong, task.step.subject
        )

    def compare_with(
        self,
        right: Expression,
        text: str,
        assumptions: frozenset[str] = frozenset(),
        wrong: Iterable[tuple[str, Expression]] = (),
        subject: Expression | None = None,
    ) -> Compared:
        """A formula in place of the right one. Never raises for what was typed.

        text     behind an equals sign; of a chain a = b = c every member behind the first counts
        wrong    ids of misconceptions, and what they lead to: looked at where it is another
        subject  what is asked for, and so may not be named
        """
        members = _EQUALS.split(text)
        if len(members) > _MOST_MEMBERS:
            return Compared(False, fault=Fault("long-chain", str(_MOST_MEMBERS)))
        if len(members) > 1 and not members[-1].strip():
            return Compared(False, fault=Fault("empty-end"))
        for member in members[1:] or members:
            comparison = self._member(right, member, assumptions, wrong, subject)
            if not comparison.equal:
                return comparison
        return comparison

    def _member(
        self, right: Expression, text: str, assumptions: frozenset[str],
        wrong: Iterable[tuple[str, Expression]], subject: Expression | None,
    ) -> Compared:  # fmt: skip
        try:
            formula = self.read(text)
        except FormulaError as error:
            return Compared(False, fault=Fault(error.kind, *error.about))
        if subject is not None:
            fault = unresolved(formula, right, subject, self.graph, self.names)
            if fault:
                return Compared(False, fault=fault)
        points = self._equality.points(assumptions)
        for point in points:
            exact = evaluate(right, point)
            try:
                value = evaluate(formula, point)
            except (ArithmeticError, KeyError, TypeError):  # TypeError: a second derivative
                value = None
            if value is None or not equal(value, exact):
                break
        else:
            return Compared(True)
        differs = (d for d in _SHARPER if _to_digits(value, d) != _to_digits(exact, d))
        digits = next(differs, _SHARPER[-1])
        return Compared(
            False,
            values=tuple((atom, _to_digits(evaluate(atom, point))) for atom in _mentioned(formula)),
            given=_to_digits(value, digits),
            right=_to_digits(exact, digits),
            misconceptions=_misconceptions(formula, wrong, points),
        )


def _misconceptions(
    formula: Expression, wrong: Iterable[tuple[str, Expression]], points: tuple[Trace, ...]
) -> tuple[str, ...]:
    rows: dict[str, None] = {}
    for row, slipped in wrong:
        if row not in rows and all(agree(formula, slipped, point) for point in points):
            rows[row] = None
    return tuple(rows)


def _mentioned(formula: Expression) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(n for n in formula.walk() if isinstance(n, Quantity)))


def _to_digits(value: Any, digits: int = _SHARPER[0]) -> str:
    return "" if value is None else str(HIGH.context.nstr(value, digits))
