"""The check of a key: every answer from the numbers that are printed, and against the truth.

Three things are compared for each line. The numbers put into a formula are those printed before
it. The value is the correctly rounded value of that line. And it is as near to the exact value,
which comes from the definitions and the backward pass and knows no formula of the sheet, as the
roundings on the way allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from derive.algebra.slopes import slopes
from derive.derivation.check import CheckFailed
from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import equal, half_unit
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Expression, Number, Quantity
from derive.expression.rewriting import substitute
from derive.graph import RATE, E
from derive.worksheets.exercise import FUNCTION
from derive.worksheets.items import Item, places, put_into
from derive.worksheets.propagation import propagated

_SLACK = HIGH.number(Fraction(11, 10))  # second-order effects of rounding
_NOISE = HIGH.number(Fraction(1, 10**40))  # of calculating with sixty digits
_ZERO = HIGH.number(Fraction(0))


def check_key(items: Sequence[Item], numbers: Numbers) -> int:
    """Check every line of a key. Returns how many. Raises CheckFailed naming the step."""
    key = _Key(numbers)
    for item in items:
        key.check(item)
    return len(items)


class _Key:
    """What is printed so far, and how far rounding may have carried it from the truth."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.printed: dict[Expression, Number] = {}
        self.error: dict[Expression, Any] = {}

    def check(self, item: Item) -> None:
        task = item.task
        subject = task.step.subject
        formula = put_into(task, self.numbers)
        names = {formula.at(place): None for place in places(formula)}
        for name in names:
            self._look_up(name, task.source)
        line = substitute(formula, {name: self.printed[name] for name in names})
        self._compare_members(item, line)
        update = task.part == "update"
        digits = self.numbers.rounding.update_digits if update else self.numbers.rounding.digits
        value = evaluate(line, Bindings({}))
        result = self._result(item, value, digits)
        exact = self._after_update(subject) if update else self._exact(subject)
        printed = HIGH.number(result.value)
        rounded, away = abs(printed - value), abs(printed - exact)
        error = rounded + self._carried(formula, names)
        if away > error * _SLACK + _NOISE:  # a·(1 − a) is flat at 1/2, and not beside it
            error = rounded + max(self._carried(formula, names, side) for side in (-1, 1))
        if away > error * _SLACK + _NOISE:
            raise CheckFailed(task.source, f"{result.text} is not what rounding can explain")
        if not update:
            self.printed[subject] = result
            self.error[subject] = error

    def _look_up(self, name: Expression, step: str) -> None:
        """What is given is printed on every sheet; anything else has been worked out before."""
        if name in self.printed:
            return
        number = self.numbers.network.value(name) if isinstance(name, Quantity) else None
        if number is None:
            raise CheckFailed(step, f"{name} is used before it is worked out")
        self.printed[name] = number
        self.error[name] = _ZERO

    def _compare_members(self, item: Item, line: Expression) -> None:
        """The members behind the formula: the line of numbers, where it is shown, and a value."""
        if item.task.part == FUNCTION:
            return
        behind = [relation.expression for relation in item.chain[2:-1]]
        if behind != ([] if isinstance(line, Number) else [line])[: len(item.chain) - 2]:
            raise CheckFailed(item.task.source, "its numbers are not those printed before")

    def _result(self, item: Item, value: Any, digits: int) -> Number:
        """The number printed last, correctly rounded."""
        if not item.task.is_asked:  # another name of something printed before
            return self.printed[item.task.formula]
        last = item.chain[-1]
        if not isinstance(last.expression, Number):
            raise CheckFailed(item.task.source, "does not end in a number")
        result = HIGH.number(last.expression.value)
        half = HIGH.number(half_unit(last.expression))
        away = abs(result - value)
        if last.sign == "=":
            right = equal(result, value)
        else:
            fine = HIGH.number(Fraction(1, 2 * 10**digits))
            tie = equal(away, half)  # goes away from 0
            right = half <= fine and (abs(result) > abs(value) if tie else away < half)
        if not right:
            raise CheckFailed(item.task.source, f"{last.expression.text} is not its line rounded")
        return last.expression

    def _exact(self, subject: Expression) -> Any:
        return evaluate(subject, self.numbers.environment)

    def _after_update(self, w: Expression) -> Any:
        assert isinstance(w, Quantity)  # an update assigns to a parameter
        truth = self.numbers.environment
        return truth.quantity(w) - truth.quantity(RATE) * truth.partial(E, w)

    def _carried(self, formula: Expression, names: dict[Expression, None], side: int = 0) -> Any:
        """How far the errors of the numbers in a formula can move its value.

        By the slopes at the numbers, or (side −1, 1) at the end of where the true ones may lie.
        """
        letters = {name: variable(f"n{i}") for i, name in enumerate(names)}
        values = {
            letter: HIGH.number(self.printed[name].value) + side * self.error[name]
            for name, letter in letters.items()
        }
        errors = {letter: self.error[name] for name, letter in letters.items()}
        partials = slopes(substitute(formula, dict(letters)), Bindings(values))
        return propagated(partials, errors, _ZERO)
